"""Bring what an older version left in the database up to date.

`LAYOUT` counts the ways in which this package has kept things there; a game that has anything of
ours remembers the one it was last brought to. Add a step for each new one, and never change an old
step: somebody still has that database.

    1: rooms, scripts and command sets, and no number
    2: the number; every Workshop has its script and its commands, each once, and all that one
       gets today when it is made
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError
from evennia.accounts.models import AccountDB
from evennia.objects.models import ObjectDB
from evennia.scripts.models import ScriptDB
from evennia.server.models import ServerConfig
from evennia.utils import logger
from twisted.application.service import MultiService

from .errors import log_quietly

LAYOUT = 2
KEY = "evennia_glue_layout"

MOVED: dict[str, str] = {}
"""Paths of typeclasses and command sets that are stored, and where they are now."""


def stored() -> int:
    """The layout of the database: 1 if it does not say."""
    layout = ServerConfig.objects.conf(KEY)
    return layout if isinstance(layout, int) else 1


def stamp() -> None:
    """Remember that the database is as this version keeps it."""
    if stored() != LAYOUT:
        ServerConfig.objects.conf(KEY, LAYOUT)


def move() -> list[str]:
    """Put the new path of a class in place of its old one, before anything is loaded by it."""
    told = []
    for old, new in MOVED.items():
        count = sum(
            model.objects.filter(db_typeclass_path=old).update(db_typeclass_path=new)
            for model in (ObjectDB, AccountDB, ScriptDB)
        )
        for model in (ObjectDB, AccountDB):
            holders = model.objects.filter(db_cmdset_storage__contains=old)
            for number, paths in list(holders.values_list("id", "db_cmdset_storage")):
                now = [new if path == old else path for path in paths.split(",")]
                count += model.objects.filter(id=number).update(db_cmdset_storage=",".join(now))
        if count:
            told.append(f"{old} is {new} now, in {count} places")
    return told


def run() -> list[str]:
    """Every step that the database has not seen; a sentence for each thing that was changed."""
    from .installation import find  # noqa: PLC0415  it needs this module

    found = find()
    if not found.anything:
        return []
    layout, told = stored(), []
    if layout > LAYOUT:
        return [f"the database is of a later version (layout {layout}, here {LAYOUT}): as it is"]
    for step in STEPS:
        if layout < step.layout:
            told += step.apply(found.rooms)
    if layout < LAYOUT:
        stamp()
        told.append(f"the database is of layout {LAYOUT} now, it was of {layout}")
    return told


def mend(room: Any) -> list[str]:
    """Give a Workshop its script and its commands, each once; what was wrong."""
    from .commands import WorkshopCmdSet  # noqa: PLC0415  they need the game's typeclasses
    from .scripts import BackendRouter  # noqa: PLC0415

    told = []
    routers = [each for each in room.scripts.all() if isinstance(each, BackendRouter)]
    for extra in routers[1:]:
        extra.delete()
        told.append(f"room #{room.id} had its script twice")
    if not routers:
        told.append(f"room #{room.id} had no script")
    elif not routers[0].is_active:
        told.append(f"the script of room #{room.id} did not run")
    sets = [each for each in room.cmdset.get() if each.path == WorkshopCmdSet.path]
    if len(sets) > 1 or any(not each.persistent for each in sets):
        room.cmdset.remove(WorkshopCmdSet)
        told.append(f"room #{room.id} had its commands {len(sets)} times")
    elif not sets:
        told.append(f"room #{room.id} had no commands")
    if told:
        room.at_object_creation()  # which makes what is not there
    return told


def _made_again(rooms: list[Any]) -> list[str]:
    told = [sentence for room in rooms for sentence in mend(room)]
    for room in rooms:
        room.at_object_creation()  # harmless: it makes what is not there
    return told


@dataclass(frozen=True)
class Step:
    """What brings a database to a layout."""

    layout: int
    apply: Callable[[list[Any]], list[str]]


STEPS = (Step(2, _made_again),)


def install(server: MultiService) -> None:
    """Move paths now, and do the rest as soon as the game runs."""
    _logged(move)
    hooks = getattr(server, "start_stop_modules", None)
    if isinstance(hooks, list):
        hooks.append(_Start())


class _Start:
    """Stands among the game's start/stop modules."""

    def at_server_start(self) -> None:
        """Evennia's hook: the Server is up."""
        _logged(run)


def _logged(upgrade: Callable[[], list[str]]) -> None:
    try:
        for sentence in upgrade():
            logger.log_info(f"evennia_glue: {sentence}")
    except DatabaseError as error:  # not migrated yet: Evennia says so itself
        log_quietly("the database could not be brought up to date", error)
