"""Measures how long a player waits for `route`, typed over telnet, with and without TCP_NODELAY.

    python3 Benchmarks/evennia_latency.py --venv VENV/bin

Two scratch games that differ in `WORKSHOP_NODELAY` only run next to each other, on one daemon, and
are typed at in turn, so that what the machine does meanwhile falls on both. See
docs/evennia-latency.md for what the numbers mean.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import evennia_rig as rig
import report
from evennia_rig import Player, ScratchGame, Table

PACE = 0.25  # seconds from one command of a player to the next: as fast as a person may type
COUNT = 30
WARM_UP = 8  # commands of each kind that are not counted
PATIENCE = 10.0  # seconds for one reply
SLOW = 4  # how much longer than at that pace the typing may take
HEADINGS = ["command, no-delay", "p50 ms", "p90 ms", "max ms"]
BAR = 3.0  # milliseconds of `route` at p50


@dataclass(frozen=True)
class Command:
    """What is typed, and the end of what has to be seen then; `{}` is a number of its own."""

    name: str
    line: str
    seen: str


COMMANDS = (
    Command("look", "look", rig.LIT),
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


def start_side(game: ScratchGame, nodelay: bool, stack: contextlib.ExitStack) -> Side:
    """Starts a game, and a player who sees the lamps lit."""
    game.make()
    with (game.path / "server" / "conf" / "settings.py").open("a") as settings:
        settings.write(f"WORKSHOP_NODELAY = {nodelay}\n")
    game.start()
    return Side("on" if nodelay else "off", game, rig.enter(game, stack))


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


def rows(sides: Sequence[Side]) -> list[list[str]]:
    """The table: a line for each command and game."""
    return [
        [
            f"{command.name}, {side.name}",
            *(
                f"{value:.1f}"
                for value in (
                    statistics.median(side.waits[command.name]),
                    rig.nearest_rank(side.waits[command.name], 0.9),
                    max(side.waits[command.name]),
                )
            ),
        ]
        for command in COMMANDS
        for side in sides
    ]


def bar(sides: Sequence[Side]) -> Table:
    """Whether `route` is as fast as it should be, with the delay gone."""
    on = next(side for side in sides if side.name == "on")
    found = report.Bar("route, on, p50", statistics.median(on.waits["route"]), BAR, "ms")
    return Table(report.BAR_HEADINGS, report.bar_cells([found]))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = rig.parser("how long a player waits for `route` over telnet")
    parser.add_argument(
        "--count", type=int, default=COUNT, help=f"commands of each kind (default: {COUNT})"
    )
    options = rig.checked(parser)
    if options.count < 1:
        parser.error("--count has to be at least 1")
    return options


def main() -> int:
    """Measures; whatever happens, everything that it started is ended."""
    options = arguments()
    load = os.getloadavg()[0]

    def work(house: rig.House, root: Path, stack: contextlib.ExitStack, left: list[int]) -> None:
        sides = []
        for nodelay in (False, True):
            game = rig.plan_game(options.venv, house.daemon, root / ("on" if nodelay else "off"))
            stack.callback(lambda game=game: left.extend(game.destroy()))
            sides.append(start_side(game, nodelay, stack))
        measure(sides, options.count)
        notes = rig.facts(options.venv, options.binary, load)
        notes.append(f"{options.count} commands each, one every {PACE:g} s a player.")
        rig.publish(notes, [Table(HEADINGS, rows(sides)), bar(sides)], options.markdown)

    typing = len(COMMANDS) * (options.count + WARM_UP) * PACE
    return rig.measured("evennia_latency", options, math.ceil(SLOW * typing), work)


if __name__ == "__main__":
    raise SystemExit(main())
