"""At a fixed rate: what half of the load that each can carry adds, counted from when it was due.

A closed loop waits with whoever is slow; here requests come whatever happens (`arrivals.h`).
"""

from __future__ import annotations

import statistics
from typing import Any

import cases
import report
import rig
import speed
from cases import Bench, Case, Shape

CAPACITY_WINDOW = 64
MOST_AT_ONCE = 256
SLOW_SECONDS = 3.0


def of_target(bench: Bench, name: str, daemons: speed.Daemons, others: list) -> Any:
    """Makes a case of a shape for one of those that are measured."""

    def made(shape: Shape) -> Case:
        if name == "think":
            return cases.think(bench, daemons[0], shape)
        if name == "door":
            return cases.door(bench, daemons[0], shape)
        return speed.beside(bench, next(each for each in others if each.name == name), shape)

    return made


def at_half(bench: Bench, name: str, made: Any, is_even: bool) -> dict[str, Any]:
    """The capacity at 64 in flight, then half of it: direct and through, in turn."""
    options = bench.options
    # A p99 wants some hundred requests.
    is_slow = name in {"router", "litellm"}
    seconds = max(options.seconds, SLOW_SECONDS) if is_slow else options.seconds
    at_most = [made(Shape(CAPACITY_WINDOW))]
    full = cases.rounds(bench, at_most, options.rounds, options.seconds, options.warm_up)
    capacity = statistics.median(run["rps"] for run in full[at_most[0].name])
    if not capacity:
        raise rig.RigError(f"{name}: no answers at {CAPACITY_WINDOW} in flight")
    shape = Shape(MOST_AT_ONCE, rate=capacity / 2, is_even=is_even)
    listed = [cases.direct(bench, shape), made(shape)]
    runs = cases.rounds(bench, listed, options.rounds, seconds, options.warm_up)
    bare, through = (runs[case.name] for case in listed)
    pairs = list(zip(bare, through, strict=True))

    def median(of: list[report.Run], key: str) -> float:
        return statistics.median(run[key] for run in of)

    return {
        "name": name,
        "is_even": is_even,
        "capacity": capacity,
        "rate": shape.rate,
        "requests": round(median(through, "requests")),
        "direct": {key: median(bare, key) for key in ("p50_us", "p99_us", "p999_us")},
        "through": {key: median(through, key) for key in ("p50_us", "p99_us", "p999_us")},
        "added": {
            key: statistics.median(ours[key] - floor[key] for floor, ours in pairs)
            for key in ("p50_us", "p99_us")
        },
        "cpu_us": median(through, "cpu_us"),
    }


def rates(bench: Bench) -> dict[str, Any]:
    """Everybody at half load, at random moments; ourselves at even ones, too."""
    daemons, others = speed.start_daemons(bench), speed.start_peers(bench)
    found = []
    for name in ("think", "door", *(each.name for each in others)):
        made = of_target(bench, name, daemons, others)
        for is_even in (False, True) if name in {"think", "door"} else (False,):
            found.append(at_half(bench, name, made, is_even))
    return {"rates": found}
