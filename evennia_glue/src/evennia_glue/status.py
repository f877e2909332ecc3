"""How the Workshop is, in lines for whoever sets it up: what there is, and what to do."""

import os
import platform
import socket
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from . import __version__, conf, installation, nodelay, upgrade
from .safetext import safe_line

SIGNS = {"well": "|g[+]|n", "off": "|x[-]|n", "wrong": "|y[!]|n"}
WIDTH = 9
SERVE = "Start the daemon: workshop serve."
ELSEWHERE = "If it listens elsewhere, set WORKSHOP_SOCKET to its path, and reload."


@dataclass(frozen=True)
class Line:
    """One fact, and what to do about it if it is wrong.

    Attributes:
        sign: `well`, `off` (not there, and need not be) or `wrong`.
        todo: what to do, in a sentence, or empty.
    """

    sign: str
    name: str
    fact: str
    todo: str = ""

    def __str__(self) -> str:
        shown = f"{SIGNS[self.sign]} {self.name:<{WIDTH}} {self.fact}"
        return f"{shown}\n{'':>4} {'':<{WIDTH}} {self.todo}" if self.todo else shown


def shown(lines: Sequence[Line]) -> str:
    """All lines, for `msg`."""
    return "\n".join(["|wThe Workshop|n", *map(str, lines)])


@cache
def software() -> Line:
    """What runs here."""
    database = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    versions = f"Evennia {version('evennia')}, Python {platform.python_version()}, {database}"
    return Line("well", "package", f"evennia_glue {__version__}, {versions}")


def daemon(hello: dict[str, Any]) -> Line:
    """The daemon, of its hello."""
    name, number = safe_line(hello.get("server", "?"), 40), safe_line(hello.get("version", "?"), 40)
    protocol = safe_line(hello.get("protocol", "?"), 40)
    fact = f"{name} {number}, protocol {protocol}"
    if hello.get("version") != __version__:
        todo = f"It is of another version than the package ({__version__}): upgrade the older one."
        return Line("wrong", "daemon", fact, todo)
    return Line("well", "daemon", fact)


def no_daemon(trouble: str, path: str) -> Line:
    """Why there is no link, and what to do."""
    return Line("wrong", "daemon", safe_line(trouble), advice(trouble, path))


def advice(trouble: str, path: str) -> str:
    """What to do about a link that is not there."""
    if "has to be" in trouble:
        return "Mend the setting, and reload."
    if "hello" in trouble:
        return "Daemon and package do not understand each other: upgrade the older one."
    if "not connected yet" in trouble:
        return "It has only just begun to look. Type this again in a moment."
    if "the link was lost" in trouble:
        return (
            "It is tried again by itself. If this stays, the daemon turns this user away: see "
            "server.allow_uids in its configuration."
        )
    return _at(Path(path))


def _at(path: Path) -> str:
    """What is wrong with a place where a socket should be."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return f"What is there is no socket. {ELSEWHERE}"
        with socket.socket(socket.AF_UNIX) as link:
            link.setblocking(False)
            link.connect(str(path))
    except FileNotFoundError:
        return f"Nothing is there. {SERVE} {ELSEWHERE}"
    except ConnectionRefusedError:
        return f"Nobody listens there: the daemon has died. {SERVE}"
    except PermissionError:
        return f"The game's user ({os.getuid()}) may not: see server.allow_uids. {ELSEWHERE}"
    except OSError:
        return f"{SERVE} {ELSEWHERE}"
    return "Somebody listens there now. Type this again in a moment."


def configured(path: str) -> list[Line]:
    """The settings: what is wrong, what is unknown, and what is not made use of."""
    wrong, unknown = conf.check(), conf.unknown()
    lines = [Line("well", "socket", safe_line(path))]
    lines += [Line("wrong", "setting", safe_line(each), "Mend it, and reload.") for each in wrong]
    lines += [
        Line("wrong", "setting", f"{name} is none of this package's.", "Is it misspelt?")
        for name in unknown
    ]
    if not wrong and not unknown:
        lines.append(Line("well", "settings", "all in order"))
    return [*lines, _nodelay(), _web()]


def _nodelay() -> Line:
    if not nodelay.wanted():
        return Line("off", "no-delay", "switched off (WORKSHOP_NODELAY)")
    kinds = (settings.AMP_SERVER_PROTOCOL_CLASS, settings.TELNET_PROTOCOL_CLASS)
    if _listed("PORTAL_SERVICES_PLUGIN_MODULES", "evennia_glue.nodelay") or all(
        issubclass(import_string(kind), nodelay.NoDelay) for kind in kinds
    ):
        return Line("well", "no-delay", "at every end")
    todo = 'Add "evennia_glue.nodelay" to PORTAL_SERVICES_PLUGIN_MODULES, and evennia reboot.'
    return Line("off", "no-delay", "at the Server's end alone: answers come 40 ms late", todo)


def _web() -> Line:
    name = "evennia_glue.web"
    if any(app.startswith(name) for app in settings.INSTALLED_APPS):
        return Line("well", "web pane", "in the web client")
    todo = f'Add "{name}" to INSTALLED_APPS, and reload.' if find_spec(name) else ""
    return Line("off", "web pane", "not in the web client", todo)


def _listed(setting: str, module: str) -> bool:
    listed = getattr(settings, setting, ())
    return module in ([listed] if isinstance(listed, str) else listed)


def parts(path: str) -> Iterator[list[Line]]:
    """The settings and what is in the game, in pieces between which the game may go on."""
    yield configured(path)
    rooms = installation.rooms()
    if not rooms:
        yield [Line("off", "room", "there is none yet", "Make one: workshop install")]
        return
    yield []
    for room in rooms:
        yield _room(room)
    personas = installation.personas()
    yield []
    yield [
        Line("well", "persona", f"{installation.label(each)}, in {_where(each)}")
        for each in personas
    ] or [Line("off", "persona", "nobody to talk to", "Make him: workshop install")]
    yield [_database()]


def _database() -> Line:
    layout = upgrade.stored()
    if layout == upgrade.LAYOUT:
        return Line("well", "database", f"layout {layout}")
    fact = f"layout {layout}, this package's is {upgrade.LAYOUT}"
    return Line("wrong", "database", fact, "workshop upgrade")


def _room(room: Any) -> list[Line]:
    ways = installation.ways_in(room)
    shown = ", ".join(installation.label(way.location) for way in ways[:5] if way.location)
    todo = "" if ways else "Stand where its door is to be, and: workshop install"
    fact = f"{installation.label(room)}, {f'entered from {shown}' if ways else 'no way leads in'}"
    router = room.router
    well = router is not None and router.is_active
    lamps = f"{router.key}, every {router.interval} s" if router else "no script"
    return [
        Line("well" if ways else "off", "room", fact, todo),
        Line("well" if well else "wrong", "lamps", lamps, "" if well else "workshop upgrade"),
    ]


def _where(thing: Any) -> str:
    return installation.label(thing.location) if thing.location else "nowhere"
