"""kill -9 of what stands around the daemon: a sidecar with its models, a pipe with its commands, a
real Evennia. Nothing of theirs lingers, the daemon is unharmed, and they come back.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import unittest
import urllib.request
from pathlib import Path

from books import Books
from rig import BINARY, SHORT, START, TOP, ChaosTest, Daemon, Load, Process, free_port, wait_until

sys.path.insert(0, str(TOP / "demo"))

from game import GameError, ScratchGame
from processes import end
from telnet import Telnet

KILLS_OF_SIDECAR = 2 if SHORT else 15
KILLS_OF_PIPE = 2 if SHORT else 15
KILLS_OF_EVENNIA = int(os.environ.get("CHAOS_KILLS_OF_EVENNIA", "4"))
HIGHEST = 60_000
FAKE = TOP / "Tests/Support/fake_llama_server.py"


def free_range(count: int) -> int:
    """The first of so many ports that nobody listens on now."""
    for _ in range(100):
        first = free_port()
        if first + count < HIGHEST and not any(map(is_taken, range(first + 1, first + count))):
            return first
    raise RuntimeError("no ports are free")


def is_taken(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


class SidecarKilledTest(ChaosTest):
    """The sidecar dies with a model loaded and thoughts under way."""

    def sidecar(self) -> Process:
        """It runs, and answers."""
        sidecar = Process(self.mark)
        manifest = self.folder / "manifest.yaml"
        sidecar.launch([BINARY, "sidecar", "--manifest", manifest], self.folder / "sidecar.log")
        self.assertTrue(wait_until(self.answers, START), (self.folder / "sidecar.log").read_text())
        return sidecar

    def answers(self) -> bool:
        """Whether it does."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as page:
                return page.status == 200
        except OSError:
            return False

    def test_models_do_not_linger(self) -> None:
        self.port = free_range(12)
        (self.folder / "manifest.yaml").write_text(
            f"""
sidecar:
  listen: "127.0.0.1:{self.port}"
  state: {self.folder}/lock
  ports: {self.port + 1}-{self.port + 10}
defaults: {{command: {FAKE}, stop_timeout_s: 2}}
profiles:
  a: {{model: m, flags: {{child-file: {self.folder}/child, escape: true, answer-s: 0.05}}}}
"""
        )
        beta = self.upstream("beta", 0.0)
        config = self.configuration(beta)
        config["sidecars"] = {"desk": {"url": f"http://127.0.0.1:{self.port}"}}
        config["routing"]["primary"] = "a"
        config["backends"]["a"] = {
            "sidecar": "desk",
            "profile": "a",
            "role": "local",
            "local": True,
            "max_context": 8192,
            "prices": {"input": 0, "output": 0},
        }
        sidecar = self.sidecar()
        with self.daemon(config) as daemon:
            for kill in range(KILLS_OF_SIDECAR):
                with self.subTest(kill=kill):
                    self.assertTrue(wait_until(lambda: self.asks(daemon) == "a", START))
                    child = Path("/proc") / (self.folder / "child").read_text()
                    load = Load(daemon, connections=2, at_once=2)
                    time.sleep(self.chance.uniform(0.0, 0.3))
                    sidecar.kill()
                    gone = wait_until(lambda child=child: not child.exists(), 15)
                    self.assertTrue(gone, "a model's child lingers")
                    load.finish()
                    self.assertEqual(load.errors(), {})
                    self.assertEqual(set(load.answers()), set(load.asked))
                    self.assert_alone(daemon, beta, patience=15)
                    self.assertEqual(self.asks(daemon), "beta")
                    sidecar = self.sidecar()
            sidecar.stop()
            daemon.stop()
        self.assertTrue(daemon.audit()["ok"])
        self.assert_alone(beta, patience=15)

    def asks(self, daemon: Daemon) -> str:
        """Which backend answers now."""
        return str(daemon.think(f"Name a colour for number {Load.number()}")["backend"])


class PipeKilledTest(ChaosTest):
    """A pipe dies while its command works on a prompt."""

    def test_commands_do_not_linger(self) -> None:
        port = free_port()
        beta = self.upstream("beta", 0.0)
        command = self.folder / "command.sh"
        # A child of its own session, as a program may start.
        command.write_text(
            "#!/bin/sh\ncat >/dev/null\nsetsid sleep 0.3\necho The answer is blue.\n"
        )
        command.chmod(0o755)
        (self.folder / "pipe.yaml").write_text(
            f"pipe: {{listen: '127.0.0.1:{port}'}}\n"
            f"model: {{command: [{command}], models: [model]}}\n"
        )
        config = self.configuration(beta)
        config["routing"]["primary"] = "talos"
        config["backends"]["talos"] = {
            "wire": "dumb-pipe",
            "url": f"http://127.0.0.1:{port}",
            "model": "model",
            "role": "local",
            "local": True,
            "max_context": 8192,
            "prices": {"input": 0, "output": 0},
        }
        pipe = Process(self.mark)

        def start() -> None:
            pipe.launch(
                [BINARY, "pipe", "--config", self.folder / "pipe.yaml"], self.folder / "pipe.log"
            )
            self.assertTrue(wait_until(lambda: is_taken(port), START), "the pipe does not listen")

        start()
        with self.daemon(config) as daemon:
            self.assertTrue(wait_until(lambda: self.asks(daemon) == "talos", START))
            for kill in range(KILLS_OF_PIPE):
                with self.subTest(kill=kill):
                    load = Load(daemon, connections=2, at_once=2)
                    time.sleep(self.chance.uniform(0.1, 0.5))
                    pipe.kill()
                    time.sleep(0.1)
                    load.finish()
                    self.assertEqual(load.errors(), {})
                    self.assertEqual(set(load.answers()), set(load.asked))
                    self.assert_alone(daemon, beta, patience=15)
                    start()
                    self.assertTrue(wait_until(lambda: self.asks(daemon) == "talos", START))
            pipe.stop()
            daemon.stop()
            self.assertTrue(daemon.audit()["ok"])
        self.assert_alone(beta, patience=15)

    def asks(self, daemon: Daemon) -> str:
        """Which backend answers now."""
        return str(daemon.think(f"Name a colour for number {Load.number()}")["backend"])


def venv() -> Path | None:
    """The folder of an `evennia` launcher: `CHAOS_EVENNIA`, or one of `make venvs`."""
    named = os.environ.get("CHAOS_EVENNIA")
    found = [Path(named)] if named else sorted((TOP / ".venvs").glob("*/bin"), reverse=True)
    return next((path for path in found if (path / "evennia").exists()), None)


class EvenniaKilledTest(ChaosTest):
    """The game's Server dies with a thought under way; the daemon lives on."""

    @unittest.skipIf(SHORT, "a game takes a minute to be made: in the full form alone")
    @unittest.skipUnless(venv(), "no Evennia: make venvs, or CHAOS_EVENNIA=BIN")
    def test_comes_back_and_answers(self) -> None:
        alpha = self.upstream("alpha", 0.0)
        daemon = self.daemon(self.configuration(alpha)).start()
        glue = TOP / "evennia_glue/src/evennia_glue"
        game = ScratchGame(venv(), daemon.socket, self.folder, glue_source=glue, health_interval=2)
        self.addCleanup(game.destroy)
        game.make()
        try:
            game.start()
        except GameError:
            # On a busy machine the launcher gives up before its Portal is up; then it is.
            game.start()
        game.wait_log(r"evennia_glue: bridge up", 30)
        for kill in range(KILLS_OF_EVENNIA):
            with self.subTest(kill=kill):
                self.kill_one(daemon, game, everything=kill % 2 == 1)
        daemon.stop()
        self.assertTrue(daemon.audit()["ok"])
        Books(self, self.folder / "state").check([], [alpha])
        self.assertEqual(end(game.processes), [])

    def kill_one(self, daemon: Daemon, game: ScratchGame, *, everything: bool) -> None:
        """Kills the Server, or all of it, in the middle of a thought, and starts it again."""
        player = Telnet(game.ports.telnet)
        player.login(game.user, game.password)
        number = Load.number()
        player.type(f"think Name a colour for number {number}", rf"number {number} is blue", 30)
        load = Load(daemon, connections=2, at_once=2)
        player.send(f"think Name a colour for number {Load.number()}")
        time.sleep(self.chance.uniform(0.0, 0.05))
        since = game.log_size()
        for name in ("server", "portal") if everything else ("server",):
            pid = int((game.path / "server" / f"{name}.pid").read_text())
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        load.finish()
        self.assertEqual(load.errors(), {})
        self.assertTrue(daemon.answers())
        player.close()
        for name in ("server", "portal"):
            pid_file = game.path / "server" / f"{name}.pid"
            if everything or name == "server":
                pid_file.unlink(missing_ok=True)
        game.evennia("start")
        try:
            game.wait_log(r"evennia_glue: bridge up", 30, since)
        except GameError:
            game.evennia("start")
            game.wait_log(r"evennia_glue: bridge up", 60, since)
        player = Telnet(game.ports.telnet)
        player.login(game.user, game.password)
        number = Load.number()
        player.type(f"think Name a colour for number {number}", rf"number {number} is blue", 30)
        player.close()
