"""What the measurements in an Evennia game share: the daemon, the game, its players, the limits."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import secrets
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

START = 300  # seconds for the daemon and the games to start; beyond that, the run is given up
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
LIT = r"Lamps over the benches:[^\n]*\n[^\n]*stand-in healthy[^\n]*\n"
VERSIONS = (
    "import platform; from importlib.metadata import version as v; "
    "print(f\"Evennia {v('evennia')}, Twisted {v('twisted')}, Python {platform.python_version()}\")"
)


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


@dataclass
class House:
    """An upstream that stands in for a model, and a daemon that knows it."""

    upstream: FakeUpstream
    daemon: Daemon


def start_house(binary: Path, root: Path, mark: str, stack: contextlib.ExitStack) -> House:
    """Starts both; the stand-in is healthy when it returns."""
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
    return House(upstream, daemon)


def plan_game(venv: Path, daemon: Daemon, folder: Path) -> ScratchGame:
    """A game with this checkout's package, of which nothing runs yet."""
    folder.mkdir()
    glue = REPO / "evennia_glue" / "src" / "evennia_glue"
    return ScratchGame(venv, daemon.socket_path, folder, glue_source=glue)


def enter(game: ScratchGame, stack: contextlib.ExitStack) -> Telnet:
    """The superuser of a game that runs, who sees the lamps lit."""
    game.wait_log(r"evennia_glue: bridge up", 20)
    player = Telnet(game.ports.telnet)
    stack.callback(player.close)
    player.login(game.user, game.password)
    if not wait_until(lambda: sees(player, "look", LIT), 20):
        raise NotSeen("the lamps are not lit within 20 s")
    return player


def sees(player: Player, line: str, pattern: str) -> bool:
    """Whether a line brings what it should within a second."""
    with contextlib.suppress(NotSeen):
        player.type(line, pattern, 1)
        return True
    return False


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def facts(venv: Path, binary: Path, load_before: float) -> list[str]:
    """What a reader has to know to judge a table."""
    machine = report.machine(REPO)
    known = ("cpu", "cores", "memory", "kernel", "date")
    evennia = report.first_line([str(venv / "python"), "-c", VERSIONS])
    workshop = report.first_line([str(binary), "--version"])
    return [
        "Machine: " + "; ".join(f"{name} {machine[name]}" for name in known) + ".",
        f"Load average: {load_before:.2f} before, {os.getloadavg()[0]:.2f} after.",
        f"Software: {evennia}, {workshop}.",
    ]


def parser(description: str) -> argparse.ArgumentParser:
    """The options that all have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument(
        "--venv",
        type=Path,
        required=True,
        metavar="BIN",
        help="the folder with the `evennia` launcher",
    )
    made.add_argument(
        "--binary",
        type=Path,
        default=REPO / ".build" / "release" / "workshop",
        help="the daemon (default: .build/release/workshop)",
    )
    made.add_argument("--markdown", type=Path, metavar="FILE", help="write tables for the docs")
    return made


def checked(made: argparse.ArgumentParser) -> argparse.Namespace:
    """The command line; ends with its usage if a folder or a file is not there."""
    options = made.parse_args()
    if not (options.venv / "evennia").is_file():
        made.error("--venv has to be the folder with the `evennia` launcher")
    if not options.binary.is_file():
        made.error(f"{options.binary} is missing: build it with `make release`")
    options.venv = options.venv.absolute()
    return options


@dataclass(frozen=True)
class Table:
    """What is printed, and written for a document."""

    headings: Sequence[str]
    lines: Sequence[Sequence[str]]

    def text(self) -> str:
        """For a terminal."""
        return report.text_table(list(self.headings), [list(line) for line in self.lines])

    def markdown(self) -> str:
        """For a document."""
        return report.markdown_table(list(self.headings), [list(line) for line in self.lines])


def publish(notes: Sequence[str], tables: Sequence[Table], markdown: Path | None) -> None:
    """Prints the tables, and writes them for a document if that is wanted."""
    print("\n\n".join(["\n".join(notes), *(table.text() for table in tables)]), flush=True)
    if markdown:
        typed = [each for each in sys.argv[1:] if each not in ("--markdown", str(markdown))]
        shown = ["VENV/bin" if Path(each).is_dir() else each for each in typed]
        command = shlex.join(["python3", f"Benchmarks/{Path(sys.argv[0]).name}", *shown])
        parts = [f"    {command}", "\n".join(notes), *(table.markdown() for table in tables)]
        markdown.write_text("\n\n".join(parts) + "\n")


def measured(
    name: str,
    options: argparse.Namespace,
    limit: int,
    work: Callable[[House, Path, contextlib.ExitStack, list[int]], None],
) -> int:
    """Starts a daemon, lets `work` measure, and ends everything whatever happens; the exit code."""
    left: list[int] = []
    code, mark = 1, secrets.token_hex(8)
    interrupts = Interrupts(START + limit)
    try:
        with contextlib.ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(prefix="wl-", ignore_cleanup_errors=True)
            root = Path(stack.enter_context(folder)).resolve()
            stack.callback(lambda: left.extend(end(lambda: marked(mark))))
            try:
                work(start_house(options.binary, root, mark, stack), root, stack, left)
                code = 0
            finally:
                interrupts.stopping = True
    except Stop as reason:
        print(f"{name}: {reason}", file=sys.stderr)
    except (DaemonError, GameError, NotSeen, OSError) as error:
        print(f"{name}: {error}", file=sys.stderr)
    if left:
        print(f"{name}: these processes are left: {left}", file=sys.stderr)
        code = 1
    return code
