"""The whole house on one machine: a daemon, a game with the Workshop in it, and you.

    python3 demo/demo.py                                 until Ctrl-C
    python3 demo/demo.py --once "think name a colour"    type one command, show it, end

Uses what is there: Ollama on port 11434, a llama-server on 8080 or 8081, providers whose keys are
in the environment. If there is nothing, a stand-in answers, and says that it is one.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import backends
import environment
from daemon import Daemon, DaemonError
from fake_upstream import FakeUpstream
from game import GameError, ScratchGame
from player import NotSeen, Player
from processes import MARK, end, marked
from telnet import Telnet

REPO = Path(__file__).resolve().parent.parent
PORTS = (4000, 4001, 4002, 4005, 4006)  # Evennia's own, where they are free
DOOR = 8181  # the front door's usual port, where it is free
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
QUIET = 1.0  # seconds of silence after which a command is taken to be done
LONGEST = 130.0  # seconds; the daemon gives up on a thought before that


class Stop(BaseException):
    """Somebody wants the demo to end."""


class Interrupts:
    """The first signal raises Stop; whatever comes later does not disturb the cleaning up."""

    def __init__(self) -> None:
        self.stopping = False
        for number in SIGNALS:
            signal.signal(number, self._got)

    def _got(self, number: int, _frame: object) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stop(signal.Signals(number).name)


class Demo:
    """Everything that is started, so that everything can be ended."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.mark = secrets.token_hex(8)
        self.root = Path(tempfile.mkdtemp(prefix="workshop-"))
        self.upstream: FakeUpstream | None = None
        self.daemon: Daemon | None = None
        self.game: ScratchGame | None = None
        self.door = 0

    def start(self) -> None:
        """Starts the daemon and the game."""
        if not self.args.workshop.is_file():
            raise DaemonError(f"{self.args.workshop} is missing: build it with `make release`.")
        venv = environment.ensure(self.args.venv, REPO / "evennia_glue", self.say, self.mark)
        run = self.root / "run"
        run.mkdir(mode=0o700)
        found = self.choose()
        config = run / "backends.json"
        self.door = free_port(DOOR)
        whole = backends.configuration(found, run, self.args.personas)
        whole["http"] = {"listen": f"127.0.0.1:{self.door}"}
        config.write_text(json.dumps(whole))
        self.daemon = Daemon(
            binary=self.args.workshop.resolve(),
            config=config,
            socket_path=run / "workshop.sock",
            log=run / "daemon.log",
            env={MARK: self.mark},
        )
        self.daemon.start()
        self.say("The daemon runs. Making a game ...")
        self.game = ScratchGame(
            venv, self.daemon.socket_path, self.root, wanted_ports=PORTS, health_interval=5
        )
        self.game.make()
        self.game.start()
        self.game.wait_log(r"evennia_glue: bridge up", 20)

    def choose(self) -> dict[str, backends.Json]:
        """The backends: those that are there, or the stand-in."""
        found = {} if self.args.stand_in else backends.find(os.environ)
        if found:
            self.say("Thinking is done by:")
        else:
            self.upstream = FakeUpstream().start()
            found = backends.stand_in(self.upstream.port)
            self.say("No model found (Ollama, llama-server, a provider's key): a stand-in answers,")
            self.say("with one of a few fixed sentences, whatever it is asked:")
        for line in backends.describe(found):
            self.say(line)
        return found

    def say(self, text: str) -> None:
        """Tells the person at the terminal."""
        print(text, file=sys.stderr, flush=True)

    def wait(self) -> int:
        """Tells how to come in, and stays until the daemon ends or a signal comes."""
        assert self.game
        assert self.daemon
        assert self.daemon.process
        ports = self.game.ports
        self.say(
            f"\nCome in:\n"
            f"  browser    {self.game.web_url}\n"
            f"  telnet     telnet 127.0.0.1 {ports.telnet}\n"
            f"  then type  connect {self.game.user} {self.game.password}\n"
            f"             think name a colour\n"
            f"  dashboard  http://127.0.0.1:{self.door}/\n"
            f"  shell      export WORKSHOP_SOCKET={self.daemon.socket_path}"
            f' PATH="{self.args.workshop.resolve().parent}:$PATH"\n'
            f'             workshop think "name a colour"\n'
            f"             workshop audit --config {self.daemon.config}\n\n"
            f"The daemon's log: {self.daemon.log}\nCtrl-C ends everything."
        )
        code = self.daemon.process.wait()
        self.say(f"The daemon has ended with {code}:\n{self.daemon.tail()}")
        return 1

    def once(self, command: str) -> int:
        """Types one command as a player, and prints what that player sees."""
        assert self.game
        assert self.daemon
        with suppress(DaemonError):
            self.daemon.wait_healthy(*self.names(), patience=5)
        player = Telnet(self.game.ports.telnet)
        try:
            player.login(self.game.user, self.game.password)
            player.type("look", r"Lamps over the benches:[^\n]*\n.*?\n", 20)
            player.forget()
            player.send(command)
            seen = read_all(player)
        finally:
            player.close()
        print(f"> {command}\n{seen}", flush=True)
        return 0 if seen else 1

    def names(self) -> list[str]:
        """The backends that are not disabled."""
        assert self.daemon
        rows = self.daemon.call("health")["backends"]
        return [row["backend"] for row in rows if row["state"] != "disabled"]

    def explain(self, error: Exception) -> None:
        """Tells why it did not work."""
        self.say(str(error))
        if self.daemon and not isinstance(error, DaemonError):
            self.say(f"The daemon's log:\n{self.daemon.tail()}")

    def end(self) -> bool:
        """Ends everything that was started; False if something is left."""
        left: list[int] = []
        if self.game:
            left += self.game.destroy()
        if self.daemon:
            self.daemon.stop()
        if self.upstream:
            self.upstream.stop()
        left += end(lambda: marked(self.mark))
        shutil.rmtree(self.root, ignore_errors=True)
        if left:
            self.say(f"These processes are left: {left}")
        return not left


def free_port(wanted: int) -> int:
    """A port of this machine that nobody listens on: that one, if it can be had."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free")


def read_all(player: Player) -> str:
    """What a player sees until the command is done: silence, and no thought under way."""
    start, end_at = len(player.transcript), time.monotonic() + LONGEST
    last = time.monotonic()
    while time.monotonic() < end_at:
        if player.receive_within(0.2):
            last = time.monotonic()
        seen = player.transcript[start:].strip("\n")
        if seen and time.monotonic() - last > QUIET and not thinking(seen):
            return seen
    return player.transcript[start:].strip("\n")


def thinking(seen: str) -> bool:
    """Whether a thought has begun and not ended; its pieces are indented."""
    _, begun, after = seen.rpartition("and thinks ...")
    lines = [line for line in after.splitlines() if line.strip() and not line.startswith(" ")]
    return bool(begun) and not [line for line in lines if "loses the thread" not in line]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="a daemon, a game and a Workshop, to try out")
    parser.add_argument(
        "workshop",
        nargs="?",
        type=Path,
        default=REPO / ".build" / "release" / "workshop",
        help="the daemon's executable (default: .build/release/workshop)",
    )
    parser.add_argument("--once", metavar="COMMAND", help="type this command, show it, and end")
    parser.add_argument(
        "--stand-in", action="store_true", help="use no model, even if there is one"
    )
    parser.add_argument(
        "--personas",
        type=Path,
        default=REPO / "configs" / "personas",
        help="the folder of the personas (default: configs/personas)",
    )
    parser.add_argument(
        "--venv",
        type=Path,
        default=REPO / ".demo" / "venv",
        help="the virtual environment; what it misses is made (default: .demo/venv)",
    )
    return parser.parse_args()


def main() -> int:
    """Runs the demo; whatever happens, everything that it started is ended."""
    args = arguments()
    interrupts = Interrupts()
    demo = Demo(args)
    code = 1
    try:
        try:
            demo.start()
            code = demo.once(args.once) if args.once else demo.wait()
        finally:
            interrupts.stopping = True
    except Stop as signal_name:
        demo.say(f"\n{signal_name}: ending everything, a moment please ...")
        code = 130 if args.once else 0
    except (DaemonError, GameError, NotSeen, OSError, environment.VenvError) as error:
        demo.explain(error)
    finally:
        clean = demo.end()
    return code if clean else 1


if __name__ == "__main__":
    sys.exit(main())
