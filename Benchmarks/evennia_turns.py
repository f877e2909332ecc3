"""For how long the package's code keeps the Server's reactor at a time, as `evennia_probe` sees it.

By the clock and of the processor: where the first is far above the second, the machine did
something else meanwhile, so the bar is on the second.
"""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import evennia_rig as rig
from evennia_rig import NotSeen, Table, Telnet, wait_until

TYPED = (
    ("route list the files, shelf {}", r"First: [^\n]*\n"),
    ("think name a colour, number {}", r"\(stand-in, [^\n]*\n"),
    ("look", rig.LIT),
    ("costs", r"today.*this month.*\n"),
    ("leakaudit", r"byte invariance.*\n"),
    ("leaks", r"(?:Nothing is held back|held back)[^\n]*\n"),
    ("journal", r'(?:says, "|nothing on that)[^\n]*\n'),
    ("journal/full", r"(?:\d\d:\d\d|nothing on that)[^\n]*\n"),
    ("lamps", r"stand-in.*?\n"),
    ("backends", r"stand-in.*?\n"),
    ("route/full list the files, shelf {}", r"stand-in.*?\n"),
    ("ask timmy what is lamp {}?", r'Timmy says[^"\n]*"[^\n]*\n'),
    ("say Timmy, what is lamp {}?", r'Timmy says[^"\n]*"[^\n]*\n'),
    ("@workshop", r"database[^\n]*\n"),
    ("forget", r"forgets what you two said[^\n]*\n"),
)
NOT_THERE = r"is not available|Usage:|no \w+ switch|Unknown switch"


def measure(builder: Telnet, probe: Path, typed: int) -> tuple[Table, float, str]:
    """Types every command so often: a table, and the longest turn, in ms of CPU, with its name."""
    probe.with_suffix(".on").touch()
    began, absent = probed(probe), []
    for line, seen in TYPED:
        for number in range(typed):
            try:
                shown = builder.type(line.format(number), f"{seen}|{NOT_THERE}", 10)[0]
            except NotSeen:
                shown = "not available"
            if re.search(NOT_THERE, shown) and not re.search(seen, shown):
                absent.append(line.partition(" {}")[0])
                break
            time.sleep(0.01)
    ended = probed(probe)
    probe.with_suffix(".on").unlink()
    rows, longest = [], (0.0, "nothing")
    for name, all_times in sorted(ended["seen"].items()):
        times = all_times[len(began["seen"].get(name, ())) :]
        if not times:
            continue
        wall, cpu = [each[0] for each in times], [each[1] for each in times]
        longest = max(longest, (max(cpu), name))
        rows.append(
            [
                *(name, f"{len(times):,}", f"{statistics.median(wall):.2f}"),
                *(f"{rig.nearest_rank(wall, 0.99):.2f}", f"{max(wall):.2f}", f"{max(cpu):.2f}"),
            ]
        )
    pauses = ended["pauses"][len(began["pauses"]) :]
    rows.append(
        [
            *("(Python's whole collection)", f"{len(pauses)}"),
            *(f"{value:.2f}" if pauses else "" for value in _spread(pauses)),
            "",
        ]
    )
    headings = ["keeps the reactor", "times", "p50 ms", "p99 ms", "max ms", "max ms of CPU"]
    if absent:
        rows.append([f"(not there: {', '.join(absent)})", "", "", "", "", ""])
    return Table(headings, rows), *longest


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    if not values:
        return (0.0, 0.0, 0.0)
    return statistics.median(values), rig.nearest_rank(values, 0.99), max(values)


def probed(probe: Path) -> dict[str, Any]:
    """What the probe has seen, as of now.

    Raises:
        NotSeen: if it writes nothing.
    """
    since = time.time()
    if not wait_until(lambda: probe.exists() and probe.stat().st_mtime > since, 10):
        raise NotSeen("the probe writes nothing")
    found: dict[str, Any] = json.loads(probe.read_text())
    return found
