"""Measures what one Evennia server with a Workshop carries, and what that costs it.

    python3 Benchmarks/evennia_load.py --venv VENV/bin                  # about four minutes
    python3 Benchmarks/evennia_load.py --venv VENV/bin --quick          # does it run: one minute
    python3 Benchmarks/evennia_load.py --venv VENV/bin --only throughput

Four parts: how many `route` a second several telnet players get; how soon the first words of a
`think` are seen; how the Server's memory grows over many commands; how long our own code keeps the
reactor at a time. See docs/evennia-latency.md for what the numbers mean.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import secrets
import selectors
import shutil
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import evennia_rig as rig
import evennia_turns as turns
import report
from evennia_rig import NotSeen, ScratchGame, Table, Telnet

from upstream.behaviour import Behaviour

PLAYERS = 4
WINDOW = 16  # commands that a player has under way
ROUTED = b"First:"  # once in every answer to `route`
SILENCE = 20.0  # seconds without an answer after which the run is given up
MIB = 1 << 20
WORDS = (
    "Well, ",
    "the ",
    "first ",
    "lantern ",
    "is ",
    "lit ",
    "at ",
    "dusk, ",
    "and ",
    "so ",
    "on. ",
)
FIRST_TOKEN = 0.15  # seconds that the stand-in lets one wait, so that all is quiet before
BETWEEN = 0.05  # seconds between two pieces
ROUTE_BAR, WORDS_BAR, MEMORY_BAR, REACTOR_BAR = 1500, 5.0, 10.0, 2.0
SETTINGS = """
SERVER_SERVICES_PLUGIN_MODULES += ["evennia_probe"]
PROBE_FILE = {file!r}
WORKSHOP_COOLDOWN = 0
"""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    seconds: float  # of throughput
    rounds: int
    thoughts: int
    commands: int  # over which memory grows
    warm_up: int  # commands before that
    typed: int  # of each kind, for the reactor


WHOLE = Size(seconds=10, rounds=3, thoughts=30, commands=100_000, warm_up=10_000, typed=50)
QUICK = Size(seconds=3, rounds=1, thoughts=8, commands=5_000, warm_up=2_000, typed=8)


@dataclass
class World:
    """What is measured."""

    house: rig.House
    game: ScratchGame
    builder: Telnet
    players: list[Telnet]
    probe: Path

    def server(self) -> int:
        """The Server's process."""
        return int((self.game.path / "server" / "server.pid").read_text())

    def resident(self) -> float:
        """Its memory, in MiB."""
        pages = int(Path(f"/proc/{self.server()}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MIB

    def cpu(self) -> float:
        """The seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.server()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def build(
    options: argparse.Namespace,
    house: rig.House,
    root: Path,
    stack: contextlib.ExitStack,
    left: list[int],
) -> World:
    """A game in which our own code is timed, the superuser, and players, all in the Workshop."""
    game = rig.plan_game(options.venv, house.daemon, root / "game-of-load")
    stack.callback(lambda: left.extend(game.destroy()))
    game.make()
    probe = game.path / "server" / "probe.json"
    shutil.copy(Path(__file__).with_name("evennia_probe.py"), game.path)
    with (game.path / "server" / "conf" / "settings.py").open("a") as settings:
        settings.write(SETTINGS.format(file=str(probe)))
    game.start()
    builder = rig.enter(game, stack)
    players = []
    for number in range(PLAYERS):
        player = Telnet(game.ports.telnet)
        stack.callback(player.close)
        player.register(f"Wanderer{'abcdefgh'[number]}", secrets.token_hex(6))
        players.append(player)
    return World(house, game, builder, players, probe)


# throughput


def lines(kinds: Sequence[str]) -> Iterator[bytes]:
    """Commands without end, no two of the same kind alike."""
    number = 0
    while True:
        for kind in kinds:
            number += 1
            yield kind.format(number).encode() + b"\r\n"


@dataclass
class Pipe:
    """A player who types ahead."""

    link: socket.socket
    answered: re.Pattern[bytes]
    todo: Iterator[bytes]
    under_way: int = 0
    rest: bytes = b""

    def type(self, count: int) -> None:
        """Types so many lines at once."""
        self.under_way += count
        self.link.sendall(b"".join(next(self.todo) for _ in range(count)))

    def read(self) -> int:
        """Reads what is there; how many answers have ended in it."""
        data = self.link.recv(1 << 18)
        if not data:
            raise NotSeen("the game has closed a connection")
        text = self.rest + data
        found = list(self.answered.finditer(text))
        self.rest = text[found[-1].end() if found else max(0, len(text) - 200) :]
        self.under_way -= len(found)
        return len(found)


def drive(
    players: Sequence[Telnet],
    kinds: Sequence[str],
    answered: bytes,
    enough: Callable[[int], bool],
    window: int = WINDOW,
) -> int:
    """Types ahead until there are enough answers, and waits for the rest; how many came till then.

    Raises:
        NotSeen: if nothing comes for long.
    """
    todo, pattern = lines(kinds), re.compile(answered)
    counted = total = 0
    done = False
    with selectors.DefaultSelector() as selector:
        pipes = []
        for player in players:
            player.forget()
            player.socket.settimeout(SILENCE)
            pipe = Pipe(player.socket, pattern, todo)
            selector.register(player.socket, selectors.EVENT_READ, pipe)
            pipe.type(window)
            pipes.append(pipe)
        while any(pipe.under_way > 0 for pipe in pipes):
            ready = selector.select(SILENCE)
            if not ready:
                rest = [pipe.rest[-200:] for pipe in pipes if pipe.under_way > 0]
                raise NotSeen(f"nothing for {SILENCE:g} s, {total} answers so far; last: {rest}")
            for key, _ in ready:
                came = key.data.read()
                total += came
                if not done and enough(total):
                    done, counted = True, total
                if not done and came:
                    key.data.type(came)
    return counted


def throughput(world: World, size: Size) -> tuple[list[Table], list[report.Bar]]:
    """`route` typed ahead by several players."""
    rates, rows = [], []
    for number in range(-1, size.rounds):
        cpu, start = world.cpu(), time.perf_counter()
        until = start + (size.seconds if number >= 0 else 2)
        count = drive(
            world.players,
            ["route list the files in this room, shelf {}"],
            ROUTED,
            lambda _, until=until: time.perf_counter() >= until,
        )
        took = time.perf_counter() - start
        if number < 0:
            continue
        rates.append(count / took)
        used = world.cpu() - cpu
        each = f"{used / count * 1e6:,.0f}"  # what others do on the machine hardly changes it
        rows.append(
            [f"{number + 1}", f"{count:,}", f"{count / took:,.0f}", f"{used / took:.0%}", each]
        )
    headings = [f"route, {PLAYERS} players", "answers", "a second", "Server's CPU", "us each"]
    table = Table(headings, rows)
    bar = report.Bar("route, a second", statistics.median(rates), ROUTE_BAR, "/s", at_most=False)
    return [table], [bar]


# first words


def first_words(world: World, size: Size) -> tuple[list[Table], list[report.Bar]]:
    """From the backend's first token until words are seen."""
    upstream, builder, waits = world.house.upstream, world.builder, []
    for number in range(-2, size.thoughts):
        mark = f"lantern{secrets.token_hex(3)}"
        chunks = (*(word.replace("lantern", mark) for word in WORDS),)
        upstream.script(Behaviour(chunks=chunks, first_token=FIRST_TOKEN, chunk_delay=BETWEEN))
        builder.forget()
        builder.send(f"think name a colour, number {number}")
        builder.expect(r"thinks \.\.\.", 10)
        builder.expect(r"[A-Za-z]{2,}", 10)
        seen = time.perf_counter()
        asked = upstream.chats()[-1]
        assert asked.first_word
        builder.expect(r"\(stand-in, ", 10)
        if number >= 0:
            waits.append((seen - asked.first_word) * 1000)
    row = [
        *("first words seen", f"{statistics.median(waits):.1f}"),
        *(f"{rig.nearest_rank(waits, 0.9):.1f}", f"{max(waits):.1f}"),
    ]
    headings = ["think, from the first token to", "p50 ms", "p90 ms", "max ms"]
    bar = report.Bar("first words, p50", statistics.median(waits), WORDS_BAR, "ms")
    return [Table(headings, [row])], [bar]


# memory

MIX = (*["route list the files in this room, shelf {}"] * 17, "look {}", "forget", "journal word{}")
MIXED = rb'First:|Could not find|exchanges?\)|says, "'


def memory(world: World, size: Size) -> tuple[list[Table], list[report.Bar]]:
    """How the Server grows over many commands."""
    rows: list[list[str]] = []
    answer_all(world, size.warm_up)
    before = world.resident()
    last, done = before, 0
    for _ in range(5):
        done += answer_all(world, size.commands // 5)
        now = world.resident()
        rows.append([f"{done:,}", f"{now:.1f}", f"{now - last:+.1f}", f"{now - before:+.1f}"])
        last = now
    headings = ["commands", "Server MiB", "since the last", "since the start"]
    scaled = (last - before) * WHOLE.commands / done if size is WHOLE else last - before
    bar = report.Bar(f"memory over {done:,} commands", scaled, MEMORY_BAR, "MiB")
    return [Table(headings, [["0", f"{before:.1f}", "", ""], *rows])], [bar]


def answer_all(world: World, count: int) -> int:
    """So many commands of all sorts."""
    return drive(world.players, MIX, MIXED, lambda total: total >= count, window=8)


# the reactor


def reactor(world: World, size: Size) -> tuple[list[Table], list[report.Bar]]:
    """How long our own code keeps the reactor."""
    table, longest, name = turns.measure(world.builder, world.probe, size.typed)
    return [table], [report.Bar(f"reactor, longest ({name})", longest, REACTOR_BAR, "ms of CPU")]


PARTS = {
    "throughput": throughput,
    "first-words": first_words,
    "reactor": reactor,
    "memory": memory,
}


def main() -> int:
    """Measures; whatever happens, everything that it started is ended."""
    parser = rig.parser("what one Evennia server with a Workshop carries")
    parser.add_argument("--quick", action="store_true", help="does it run: a minute of it")
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts alone")
    options = rig.checked(parser)
    size = QUICK if options.quick else WHOLE
    load = os.getloadavg()[0]

    def work(house: rig.House, root: Path, stack: contextlib.ExitStack, left: list[int]) -> None:
        world = build(options, house, root, stack, left)
        tables: list[Table] = []
        bars: list[report.Bar] = []
        for name in options.only or PARTS:
            found, held = PARTS[name](world, size)
            tables += found
            bars += held
        notes = rig.facts(options.venv, options.binary, load)
        tables.append(Table(report.BAR_HEADINGS, report.bar_cells(bars)))
        rig.publish(notes, tables, options.markdown)

    return rig.measured("evennia_load", options, 600, work)


if __name__ == "__main__":
    raise SystemExit(main())
