"""Measures how long a player waits for `route`, typed over telnet, with and without TCP_NODELAY.

    python3 Benchmarks/evennia_latency.py --venv VENV/bin

Two scratch games that differ in `WORKSHOP_NODELAY` only run next to each other, on one daemon, and
are typed at in turn, so that what the machine does meanwhile falls on both. See
docs/evennia-latency.md for what the numbers mean.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import secrets
import shlex
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import report

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(1, str(REPO / "demo"))

from backends import configuration, stand_in  # noqa: E402
from daemon import Daemon, DaemonError  # noqa: E402
from fake_upstream import FakeUpstream  # noqa: E402
from game import GameError, ScratchGame  # noqa: E402
from player import NotSeen, Player  # noqa: E402
from processes import MARK, end, marked, wait_until  # noqa: E402
from telnet import Telnet  # noqa: E402

PACE = 0.25  # seconds from one command of a player to the next: as fast as a person may type
COUNT = 30
WARM_UP = 8  # commands of each kind that are not counted
PATIENCE = 10.0  # seconds for one reply
START = 300  # seconds for the daemon and two games to start; beyond that, the run is given up
SLOW = 4  # how much longer than at that pace the typing may take
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
LIT = r"Lamps over the benches:[^\n]*\n[^\n]*stand-in healthy[^\n]*\n"
VERSIONS = (
    "import platform; from importlib.metadata import version as v; "
    "print(f\"Evennia {v('evennia')}, Twisted {v('twisted')}, Python {platform.python_version()}\")"
)
HEADINGS = ["command, no-delay", "p50 ms", "p90 ms", "max ms"]


class Stop(BaseException):
    """A signal came, or the run's own deadline."""


class Interrupts:
    """The first signal raises Stop; whatever comes later does not disturb the cleaning up."""

    def __init__(self, limit: int) -> None:
        self.stopping = False
        for number in SIGNALS:
            signal.signal(number, self._got)
        signal.alarm(limit)

    def _got(self, number: int, _frame: object) -> None:
        if not self.stopping:
            self.stopping = True
            late = number == signal.SIGALRM
            raise Stop("it takes too long" if late else signal.Signals(number).name)


@dataclass(frozen=True)
class Command:
    """What is typed, and the end of what has to be seen then; `{}` is a number of its own."""

    name: str
    line: str
    seen: str


COMMANDS = (
    Command("look", "look", LIT),
    Command(
        "route",
        "route list the files in this room, shelf {}",
        r"Route: stand-in, .*?First: [^\n]*\n",
    ),
)


@dataclass
class Side:
    """One of the two games, and the player in it."""

    name: str
    game: ScratchGame
    player: Player
    waits: dict[str, list[float]] = field(default_factory=dict)

    def ask(self, command: Command, number: int) -> None:
        """Types it, and remembers how many milliseconds went by until the reply was seen."""
        line = command.line.format(number)
        self.player.forget()
        start = time.perf_counter()
        self.player.send(line)
        self.player.expect(command.seen, PATIENCE)
        waited = (time.perf_counter() - start) * 1000
        if number >= 0:
            self.waits.setdefault(command.name, []).append(waited)


def start_daemon(binary: Path, root: Path, mark: str, stack: contextlib.ExitStack) -> Daemon:
    """An upstream that stands in for a model, and a daemon that knows it."""
    upstream = FakeUpstream()
    stack.callback(upstream.stop)
    upstream.start()
    run = root / "run"
    run.mkdir(mode=0o700)
    personas = REPO / "configs" / "personas"
    config = run / "backends.json"
    config.write_text(json.dumps(configuration(stand_in(upstream.port), run, personas)))
    daemon = Daemon(
        binary=binary.resolve(),
        config=config,
        socket_path=run / "workshop.sock",
        log=run / "daemon.log",
        env={MARK: mark},
    )
    stack.callback(daemon.stop)
    daemon.start()
    daemon.wait_healthy("stand-in")
    return daemon


def plan_game(venv: Path, daemon: Daemon, folder: Path) -> ScratchGame:
    """A game with this checkout's package, of which nothing runs yet."""
    folder.mkdir()
    glue = REPO / "evennia_glue" / "src" / "evennia_glue"
    return ScratchGame(venv, daemon.socket_path, folder, glue_source=glue)


def start_side(game: ScratchGame, nodelay: bool, stack: contextlib.ExitStack) -> Side:
    """Starts a game, and a player who sees the lamps lit."""
    game.make()
    with (game.path / "server" / "conf" / "settings.py").open("a") as settings:
        settings.write(f"WORKSHOP_NODELAY = {nodelay}\n")
    game.start()
    game.wait_log(r"evennia_glue: bridge up", 20)
    player = Telnet(game.ports.telnet)
    stack.callback(player.close)
    player.login(game.user, game.password)
    if not wait_until(lambda: sees(player, "look", LIT), 20):
        raise NotSeen("the lamps are not lit within 20 s")
    return Side("on" if nodelay else "off", game, player)


def sees(player: Player, line: str, pattern: str) -> bool:
    """Whether a line brings what it should within a second."""
    with contextlib.suppress(NotSeen):
        player.type(line, pattern, 1)
        return True
    return False


def measure(sides: Sequence[Side], count: int) -> None:
    """Types every command at human pace, at both games in turn."""
    step = PACE / len(sides)
    for command in COMMANDS:
        due = time.monotonic()
        for number in range(-WARM_UP, count):
            for side in sides:
                time.sleep(max(0.0, due - time.monotonic()))
                # after a late reply the pace goes on from there: nobody types faster to catch up
                due = max(due, time.monotonic()) + step
                side.ask(command, number)


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def rows(sides: Sequence[Side]) -> list[list[str]]:
    """The table: a line for each command and game."""
    return [
        [
            f"{command.name}, {side.name}",
            *(
                f"{value:.1f}"
                for value in (
                    statistics.median(side.waits[command.name]),
                    nearest_rank(side.waits[command.name], 0.9),
                    max(side.waits[command.name]),
                )
            ),
        ]
        for command in COMMANDS
        for side in sides
    ]


def facts(options: argparse.Namespace, load_before: float) -> list[str]:
    """What a reader has to know to judge the table."""
    machine = report.machine(REPO)
    known = ("cpu", "cores", "memory", "kernel", "date")
    evennia = report.first_line([str(options.venv / "python"), "-c", VERSIONS])
    workshop = report.first_line([str(options.binary), "--version"])
    return [
        "Machine: " + "; ".join(f"{name} {machine[name]}" for name in known) + ".",
        f"Load average: {load_before:.2f} before, {os.getloadavg()[0]:.2f} after.",
        f"Software: {evennia}, {workshop}.",
        f"{options.count} commands each, one every {PACE:g} s a player.",
    ]


def publish(options: argparse.Namespace, lines: list[list[str]], notes: list[str]) -> None:
    """Prints the table, and writes it for a document if that is wanted."""
    print("\n".join([*notes, "", report.text_table(HEADINGS, lines)]), flush=True)
    if options.markdown:
        command = ["python3", "Benchmarks/evennia_latency.py", "--venv", "VENV/bin"]
        if options.count != COUNT:
            command += ["--count", str(options.count)]
        table = report.markdown_table(HEADINGS, lines)
        parts = [f"    {shlex.join(command)}", "\n".join(notes), table]
        options.markdown.write_text("\n\n".join(parts) + "\n")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="how long a player waits for `route` over telnet")
    parser.add_argument(
        "--venv",
        type=Path,
        required=True,
        metavar="BIN",
        help="the folder with the `evennia` launcher",
    )
    parser.add_argument(
        "--binary",
        type=Path,
        default=REPO / ".build" / "release" / "workshop",
        help="the daemon (default: .build/release/workshop)",
    )
    parser.add_argument(
        "--count", type=int, default=COUNT, help=f"commands of each kind (default: {COUNT})"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a table for the docs")
    options = parser.parse_args()
    if options.count < 1:
        parser.error("--count has to be at least 1")
    if not (options.venv / "evennia").is_file():
        parser.error("--venv has to be the folder with the `evennia` launcher")
    if not options.binary.is_file():
        parser.error(f"{options.binary} is missing: build it with `make release`")
    options.venv = options.venv.absolute()
    return options


def run(options: argparse.Namespace, interrupts: Interrupts, left: list[int]) -> list[Side]:
    """Starts everything, measures, and ends everything; `left` gets the processes that stay."""
    mark = secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="wl-", ignore_cleanup_errors=True)
        root = Path(stack.enter_context(folder)).resolve()
        stack.callback(lambda: left.extend(end(lambda: marked(mark))))
        try:
            daemon = start_daemon(options.binary, root, mark, stack)
            sides = []
            for nodelay in (False, True):
                game = plan_game(options.venv, daemon, root / ("on" if nodelay else "off"))
                stack.callback(lambda game=game: left.extend(game.destroy()))
                sides.append(start_side(game, nodelay, stack))
            measure(sides, options.count)
        finally:
            interrupts.stopping = True
    return sides


def main() -> int:
    """Measures; whatever happens, everything that it started is ended."""
    options = arguments()
    load = os.getloadavg()[0]
    left: list[int] = []
    code = 1
    try:
        typing = len(COMMANDS) * (options.count + WARM_UP) * PACE
        sides = run(options, Interrupts(START + math.ceil(SLOW * typing)), left)
        publish(options, rows(sides), facts(options, load))
        code = 0
    except Stop as reason:
        print(f"evennia_latency: {reason}", file=sys.stderr)
    except (DaemonError, GameError, NotSeen, OSError) as error:
        print(f"evennia_latency: {error}", file=sys.stderr)
    if left:
        print(f"evennia_latency: these processes are left: {left}", file=sys.stderr)
        code = 1
    return code


if __name__ == "__main__":
    raise SystemExit(main())
