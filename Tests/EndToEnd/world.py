"""The world that the end-to-end tests share: two upstreams, a daemon, a game, three players.

`E2E_VENV_BIN` names the folder of an `evennia` launcher, `E2E_WORKSHOP` the daemon's executable;
`run.sh` sets both.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from backends import configuration
from browser import Browser, BrowserPlayer
from daemon import Daemon, DaemonError
from fake_upstream import FakeUpstream
from game import ScratchGame
from persona import Persona
from player import NotSeen, Player
from processes import MARK, end, marked, wait_until
from telnet import Telnet
from websocket import WebSocket

REPO = Path(__file__).resolve().parents[2]
PERSONAS = Path(os.environ.get("E2E_PERSONAS", REPO / "configs" / "personas"))
KEY = "sk-test-" + secrets.token_hex(8)
CANARY = "kingfisher" + secrets.token_hex(6)
"""In every task that is asked here, so that it can be looked for where no prompt may be."""

PLAYERS = ("Anna", "Bela")
"""Names of players, which no backend is to see."""

VISITOR = "Cora"
"""The player in a browser, who comes when asked for."""

FIRST = {"primary": "alpha"}
"""Who is asked first does not depend on what the classifier makes of a canary."""


def password() -> str:
    """A new one; Evennia takes none that is a number."""
    return "p" + secrets.token_hex(6)


class World:
    """Everything that runs. `close` ends all of it."""

    def __init__(self) -> None:
        self.mark = secrets.token_hex(8)
        self.root = Path(tempfile.mkdtemp(prefix="e2e-"))
        self.run = self.root / "run"
        self.run.mkdir(mode=0o700)
        self.persona = Persona.load(PERSONAS / "timmy")
        self.alpha = FakeUpstream(models=("alpha-model",))
        self.beta = FakeUpstream(models=("beta-model",), key=KEY)
        self.daemon = Daemon(
            binary=Path(os.environ["E2E_WORKSHOP"]).resolve(),
            config=self.run / "backends.json",
            socket_path=self.run / "workshop.sock",
            log=self.run / "daemon.log",
            env={"BETA_KEY": KEY, MARK: self.mark},
        )
        self.game = ScratchGame(
            Path(os.environ["E2E_VENV_BIN"]).absolute(),
            self.daemon.socket_path,
            self.root,
            glue_source=REPO / "evennia_glue" / "src" / "evennia_glue",
            health_interval=2,
            quiet=2,
        )
        self.passwords = {name: password() for name in PLAYERS}
        self._visitor: BrowserPlayer | None = None
        self._password = password()
        self.opened = self.closed = False

    def open(self) -> None:
        """Starts it all; the players stand in the Workshop, and its lamps are lit."""
        self.alpha.start()
        self.beta.start()
        self.write_configuration()
        self.daemon.start()
        self.daemon.wait_healthy("alpha", "beta")
        self.game.make()
        self.game.start()
        self.game.wait_log(r"evennia_glue: bridge up", 20)
        for player, name in zip((self._telnet(), self._websocket()), PLAYERS, strict=True):
            player.register(name, self.passwords[name])
            player.close()
        self.enter()
        self.lit()
        if not wait_until(self.names_are_told, 20):
            raise NotSeen("the daemon is not told who plays")

    def names_are_told(self) -> bool:
        """Whether the game has told the daemon the names of all three players."""
        told = re.findall(r"(\d+) names guarded, (\d+) passed over", self.game.log_text())
        return bool(told) and sum(map(int, told[-1])) == 1 + len(PLAYERS)

    def enter(self) -> None:
        """The three players log in: at the start, and when the game has cut their connections."""
        self.leave()
        self.builder, self.watcher, self.weaver = self._telnet(), self._telnet(), self._websocket()
        self.builder.login(self.game.user, self.game.password)
        for player, name in zip((self.watcher, self.weaver), PLAYERS, strict=True):
            player.login(name, self.passwords[name])

    def leave(self) -> None:
        """Ends the players' connections."""
        for player in self.players() if hasattr(self, "builder") else []:
            player.close()

    def _telnet(self) -> Player:
        return Telnet(self.game.ports.telnet)

    def _websocket(self) -> Player:
        return WebSocket(self.game.ports.websocket)

    def backends(self) -> dict[str, dict[str, Any]]:
        """Two that answer, and one without a key."""
        common = {"wire": "openai-chat", "max_context": 8192, "health": "/models"}
        return {
            "alpha": {
                **common,
                "url": self.alpha.url,
                "model": "alpha-model",
                "role": "local",
                "local": True,
                "prices": {"input": 0, "output": 0},
            },
            "beta": {
                **common,
                "url": self.beta.url,
                "model": "beta-model",
                "role": "breadth",
                "local": False,
                "key": "${BETA_KEY}",
                "prices": {"input": 2.5, "output": 10},
            },
            "gamma": {
                **common,
                "url": self.beta.url,
                "model": "gamma-model",
                "role": "speed",
                "local": False,
                "key": "${GAMMA_KEY}",
                "prices": {"input": 1, "output": 1},
            },
        }

    def write_configuration(self, routing: dict[str, Any] = FIRST, **sections: Any) -> None:
        """Writes the daemon's file, whole or not at all: the daemon may be looking."""
        config = configuration(self.backends(), self.run, PERSONAS, defaults=FAST, routing=routing)
        fresh = self.daemon.config.with_suffix(".new")
        fresh.write_text(json.dumps({**config, **sections}, indent=1))
        fresh.rename(self.daemon.config)

    def workshop(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Runs a subcommand that asks the daemon."""
        return self.daemon.run(*args, "--socket", str(self.daemon.socket_path))

    @property
    def visitor(self) -> BrowserPlayer:
        """A player in a browser, in the Workshop; the browser starts when first asked for."""
        if self._visitor is None:
            browser = Browser({MARK: self.mark})
            try:
                self._visitor = BrowserPlayer(browser, self.game.web_url)
            except BaseException:
                browser.close()
                raise
            self._visitor.register(VISITOR, self._password)
        return self._visitor

    def return_visitor(self) -> None:
        """Opens the visitor's page anew; the browser's session logs in, or else the player."""
        self.visitor.unread = ""
        self.visitor.open()
        if self.visitor.expect(r"You become|connect <username>", 20)[0].startswith("connect"):
            self.visitor.send(f"connect {VISITOR} {self._password}")
            self.visitor.expect(r"You become", 20)

    def players(self) -> list[Player]:
        """Everybody in the room."""
        return [self.builder, self.watcher, self.weaver]

    def settle(self) -> None:
        """Brings everything back to how it was at the start, for the next test."""
        for upstream in (self.alpha, self.beta):
            upstream.server.script = []
            upstream.start()
        if not self.daemon.answers():
            self.daemon.stop()
            self.daemon.start()
        self.mend()
        for player in self.players():
            player.send("think/stop")
        self.lit()
        for player in self.players():
            player.type("forget/all", r"Timmy forgets all that you ever said")
            player.forget()

    def lit(self, patience: float = 20) -> None:
        """Looks until both lamps are lit: the game hears of it a little after the daemon."""

        def shown() -> bool:
            seen = self.builder.type("look", r"Lamps over the benches:|lamps [^\n]* are dark\.", 5)
            with contextlib.suppress(NotSeen):
                self.builder.expect(r"alpha healthy.*beta healthy", 0.5)
                return seen[0].startswith("Lamps")
            return False

        if not wait_until(shown, patience):
            raise NotSeen(f"the lamps are not lit within {patience} s")

    def mend(self, patience: float = 20) -> None:
        """Has the backends asked until all are healthy: only an answer clears a breaker."""

        def mended() -> bool:
            rows = self.daemon.call("health")["backends"]
            ill = [row["backend"] for row in rows if row["state"] not in ("healthy", "disabled")]
            for name in ill:
                with contextlib.suppress(DaemonError):
                    self.daemon.call("think", task="say one word", backend=name)
            return not ill

        if not wait_until(mended, patience):
            raise AssertionError(f"not all healthy again within {patience} s")

    def tails(self) -> str:
        """The ends of the logs, for a failure."""
        return (
            f"----- the daemon\n{self.daemon.tail()}\n"
            f"----- the game's server.log\n{self.game.tail()}\n-----"
        )

    def close(self) -> list[int]:
        """Ends everything; the processes that are left, hopefully none."""
        if self.closed:
            return []
        self.closed = True
        self.leave()
        if self._visitor:
            self._visitor.close()
        left = self.game.destroy()
        self.daemon.stop()
        self.alpha.stop()
        self.beta.stop()
        return left + end(lambda: marked(self.mark))

    def discard(self) -> None:
        """Ends everything, and removes its files."""
        self.close()
        shutil.rmtree(self.root, ignore_errors=True)


FAST = {
    "timeouts": {
        "connect_ms": 2000,
        "first_token_ms": 20_000,
        "stall_ms": 20_000,
        "total_ms": 60_000,
    },
    "cooldown_s": 1,
    "health_interval_s": 1,
}

_world: World | None = None


def world() -> World:
    """The world, opened when it is first asked for."""
    global _world  # noqa: PLW0603
    if _world is None:
        _world = World()
        atexit.register(_world.discard)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # unittest goes on after others
        try:
            _world.open()
            _world.opened = True
        except BaseException:
            print(_world.tails(), file=sys.stderr, flush=True)
            raise
    if not _world.opened:
        raise unittest.SkipTest("the world could not be opened; see the first error")
    return _world


class WorldTest(unittest.TestCase):
    """A test in the world; after a failure it shows what the logs end with."""

    world: World

    @classmethod
    def setUpClass(cls) -> None:
        cls.world = world()

    def setUp(self) -> None:
        self.world.settle()

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = _failures(result)
        ran = super().run(result)
        if _failures(result) > before:
            print(f"\n{self.id()}\n{self.world.tails()}", file=sys.stderr, flush=True)
        return ran


def _failures(result: unittest.TestResult | None) -> int:
    return len(result.failures) + len(result.errors) if result else 0
