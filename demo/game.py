"""A scratch Evennia game on loopback, with the Workshop as its first room."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processes import MARK, alive, end, marked, wait_until

NOT_PASSED = re.compile(r"^(PYTHON|DJANGO|WORKSHOP_)|KEY|TOKEN|SECRET")  # no game needs them
STEP = 120.0  # seconds for one command of Evennia's launcher, on a slow machine
SETTLE = 60.0

SETTINGS = """

# A scratch game: loopback only, no throttles, passwords that cost nothing to check.
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
TELNET_INTERFACES = ["127.0.0.1"]
TELNET_PORTS = [{ports.telnet}]
WEBSERVER_INTERFACES = ["127.0.0.1"]
WEBSERVER_PORTS = [({ports.web}, {ports.web_internal})]
WEBSOCKET_CLIENT_INTERFACE = "127.0.0.1"
WEBSOCKET_CLIENT_PORT = {ports.websocket}
WEBSOCKET_CLIENT_URL = "ws://127.0.0.1:{ports.websocket}"
AMP_PORT = {ports.amp}
SERVERNAME = "The Workshop"
GAME_INDEX_LISTING = None
MAX_CONNECTION_RATE = 100
MAX_COMMAND_RATE = -1
LOGIN_THROTTLE_LIMIT = None
CREATION_THROTTLE_LIMIT = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
IN_GAME_ERRORS = False
"""

GLUE = """
SERVER_SERVICES_PLUGIN_MODULES = [*SERVER_SERVICES_PLUGIN_MODULES, "evennia_glue.bridge"]
AMP_SERVER_PROTOCOL_CLASS = "evennia_glue.nodelay.AMPPortalProtocol"
TELNET_PROTOCOL_CLASS = "evennia_glue.nodelay.TelnetProtocol"
INSTALLED_APPS = [*INSTALLED_APPS, "evennia_glue.web"]
WORKSHOP_SOCKET = {socket!r}
WORKSHOP_HEALTH_INTERVAL = {health_interval}
WORKSHOP_QUIET = {quiet}
WORKSHOP_COOLDOWN = 0
"""

FIRST_ROOM = '''"""Makes the first room the Workshop, and somebody to talk with in it."""

from evennia import create_object, search_object


def at_initial_setup():
    room = search_object("#2")[0]
    room.swap_typeclass("evennia_glue.rooms.Workshop", run_start_hooks="all")
    room.key = "The Workshop"
    room.db.desc = (
        "Benches along the walls, tools on their hooks, and a lamp over each bench. Try "
        "|wask timmy|n, |wthink|n and |wroute|n; |whelp workshop|n says more."
    )
    create_object("evennia_glue.persona.Persona", key="Timmy", location=room, home=room)
'''


class GameError(RuntimeError):
    """The game did not do what it was told; the message has the end of its log."""


@dataclass(frozen=True)
class Ports:
    """Where the game listens, on loopback."""

    telnet: int
    web: int
    websocket: int
    web_internal: int
    amp: int

    @classmethod
    def free(cls, wanted: Sequence[int] = (0, 0, 0, 0, 0)) -> Ports:
        """Ports that nobody uses: the wanted ones where that is possible."""
        held = []
        try:
            for port in wanted:
                held.append(_bind(port))
            return cls(*(entry.getsockname()[1] for entry in held))
        finally:
            for entry in held:
                entry.close()


def _bind(port: int) -> socket.socket:
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        link.bind(("127.0.0.1", port))
        link.listen(1)
    except OSError:
        link.close()
        if not port:
            raise
        return _bind(0)
    return link


class ScratchGame:
    """A game in a folder of its own, from `evennia --init` to the last of its processes.

    Use it in a `with`, or call `destroy` whatever happens.

    Attributes:
        glue: what the settings say of the Workshop.
        first_room: the module that runs once at the first start; empty for Evennia's own.
    """

    glue = GLUE
    first_room = FIRST_ROOM

    def __init__(
        self,
        venv_bin: Path,
        socket_path: Path,
        root: Path,
        *,
        glue_source: Path | None = None,
        wanted_ports: Sequence[int] = (0, 0, 0, 0, 0),
        health_interval: int = 10,
        quiet: float = 30,
        user: str = "builder",
    ) -> None:
        """Plans a game.

        Args:
            venv_bin: the folder of the `evennia` launcher.
            socket_path: the daemon's socket.
            root: where to make the game's folder.
            glue_source: the package to use instead of the installed one.
            wanted_ports: telnet, web, web socket, and two internal ones; 0 is any.
            health_interval: seconds between two looks at the lamps.
            quiet: seconds within which a lamp that flickers is told of twice at most.
            user: the name of the superuser.
        """
        self.venv_bin, self.socket_path, self.root = venv_bin, socket_path, root
        self.glue_source, self.health_interval = glue_source, health_interval
        self.wanted_ports, self.quiet = wanted_ports, quiet
        self.user, self.password = user, secrets.token_hex(6)
        self.mark = secrets.token_hex(8)
        self.path = root / "game"
        self.ports = Ports(0, 0, 0, 0, 0)
        self.env = {
            **{name: value for name, value in os.environ.items() if not NOT_PASSED.search(name)},
            MARK: self.mark,
            "PATH": f"{venv_bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "VIRTUAL_ENV": str(venv_bin.parent),
            "EVENNIA_SUPERUSER_USERNAME": self.user,
            "EVENNIA_SUPERUSER_EMAIL": "",
            "EVENNIA_SUPERUSER_PASSWORD": self.password,
        }

    @property
    def log(self) -> Path:
        """The Server's log."""
        return self.path / "server" / "logs" / "server.log"

    @property
    def web_url(self) -> str:
        """The web client's address."""
        return f"http://127.0.0.1:{self.ports.web}/webclient/"

    def evennia(self, *args: str, cwd: Path | None = None, timeout: float = STEP) -> str:
        """Runs Evennia's launcher; what it printed.

        Raises:
            GameError: if it fails, or takes too long.
        """
        try:
            done = subprocess.run(
                [str(self.venv_bin / "evennia"), *args],
                cwd=cwd or self.path,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=timeout,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GameError(f"evennia {args[0]} takes too long\n{self.tail()}") from None
        if done.returncode:
            raise GameError(f"evennia {args[0]} failed\n{done.stdout}\n{self.tail()}")
        return done.stdout

    def make(self) -> None:
        """Makes the folder, the settings and the database."""
        self.evennia("--init", self.path.name, cwd=self.root)
        self.ports = Ports.free(self.wanted_ports)
        if self.glue_source:
            (self.path / "evennia_glue").symlink_to(self.glue_source, target_is_directory=True)
        conf = self.path / "server" / "conf"
        with (conf / "settings.py").open("a") as settings:
            settings.write(
                SETTINGS.format(ports=self.ports)
                + self.glue.format(
                    socket=str(self.socket_path),
                    health_interval=self.health_interval,
                    quiet=self.quiet,
                )
            )
        if self.first_room:
            (conf / "at_initial_setup.py").write_text(self.first_room)
        self.evennia("migrate")

    def start(self) -> None:
        """Starts it for the first time; returns when players can log in."""
        printed = self.evennia("start")
        if "Evennia running" not in printed:
            raise GameError(f"evennia start printed:\n{printed}\n{self.tail()}")
        # a new game restarts its Server once, after the launcher has returned
        self.wait_log(r"restarted in 'reset' mode", SETTLE)

    def wait_log(self, pattern: str, patience: float, since: int = 0) -> None:
        """Waits until the Server's log has a line, looking from an offset in bytes on.

        Raises:
            GameError: if it does not come in time, or the first setup fails.
        """
        wanted = re.compile(pattern)

        def logged() -> bool:
            text = self.log_text(since)
            if "Error in initial setup" in text:
                raise GameError(f"the first setup failed\n{self.tail()}")
            return bool(wanted.search(text))

        if not wait_until(logged, patience):
            raise GameError(f"no {pattern!r} in the log within {patience} s\n{self.tail()}")

    def log_text(self, since: int = 0) -> str:
        """The Server's log from an offset in bytes on."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(since)
            return log.read().decode("utf-8", "replace")

    def log_size(self) -> int:
        """Where the Server's log ends now, in bytes."""
        return self.log.stat().st_size if self.log.exists() else 0

    def reload(self) -> None:
        """`evennia reload`: a new Server process, the same players' connections."""
        since = self.log_size()
        self.evennia("reload")
        self.wait_log(r"restarted in 'reload' mode|bridge up", SETTLE, since)

    def tail(self, size: int = 4000) -> str:
        """The end of the Server's log."""
        return self.log_text()[-size:]

    def processes(self) -> list[int]:
        """Every living process of this game."""
        found = marked(self.mark)
        for name in ("server", "portal"):
            path = self.path / "server" / f"{name}.pid"
            try:
                pid = int(path.read_text())
            except (OSError, ValueError):
                continue
            if pid not in found and self._is_ours(pid):
                found.append(pid)
        return [pid for pid in found if alive(pid)]

    def _is_ours(self, pid: int) -> bool:
        """Whether a pid file's process is the game's: its number may be another's by now."""
        shown = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return str(self.path) in shown.stdout

    def destroy(self) -> list[int]:
        """Stops it, and ends what does not stop; the processes that are left, hopefully none."""
        started = time.monotonic()
        if self.processes():
            with contextlib.suppress(GameError):  # no Portal to tell it to: ended below
                self.evennia("stop", timeout=30)
            wait_until(lambda: not self.processes(), max(1.0, 10 - (time.monotonic() - started)))
        return end(self.processes)

    def __enter__(self) -> ScratchGame:
        try:
            self.make()
            self.start()
        except BaseException:
            self.destroy()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.destroy()
