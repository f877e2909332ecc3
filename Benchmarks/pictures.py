"""Which plots there are of what was measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import peers
import plot

Part = dict[str, Any]
Drawn = tuple[str, str, str]  # the name of the file, what it shows, the SVG
NAMES = {"think": "bridge, socket", "door": "bridge, door", "direct": "direct"} | peers.NAMES


def speed(part: Part) -> list[Drawn]:
    rows = part["rows"]

    def shown(key: str, window: int, names: list[str]) -> list[tuple[str, float]]:
        found = [(name, rows.get(f"{name} w={window}")) for name in names]
        return [(NAMES[name], row[key]) for name, row in found if row and (row[key] or 0) > 0]

    names = [name for name in NAMES if name != "direct"]
    return [
        (
            "added",
            "What each adds to a direct call",
            plot.dots(
                "Added to a direct call, one in flight, p50", "us", shown("added_us", 1, names)
            ),
        ),
        (
            "throughput",
            "Requests a second at 64 in flight",
            plot.dots(
                "Requests a second, 64 in flight", "1/s", shown("rps", 64, ["direct", *names])
            ),
        ),
        (
            "cpu",
            "Processor time of a request",
            plot.dots(
                "Processor time of a request, 64 in flight", "us", shown("cpu_us", 64, names)
            ),
        ),
    ]


def rates(part: Part) -> list[Drawn]:
    values = [
        (NAMES[each["name"]], each["added"]["p99_us"])
        for each in part["rates"]
        if not each["is_even"] and each["added"]["p99_us"] > 0
    ]
    if not values:
        return []
    title = "Added p99 at half load, arrivals at random"
    return [("half-load", title, plot.dots(title, "us", values))]


def concurrency(part: Part) -> list[Drawn]:
    points = part["points"]

    def line(name: str, key: str, scale: float = 1, label: str = "") -> plot.Series:
        found = [
            (point["in_flight"], point[name][key] / scale)
            for point in points
            if name in point and point[name][key] > 0
        ]
        shade = ["direct", "think", "door"].index(name)
        return plot.Series(label or NAMES[name], found, key == "p99_us", shade)

    times = [
        line(name, key, 1000, f"{NAMES[name]}, {key[:3]}")
        for key in ("p50_us", "p99_us")
        for name in ("direct", "think", "door")
    ]
    memory = [line(name, "peak_mib") for name in ("think", "door")]
    work = [line(name, "cpu_us") for name in ("think", "door")]
    at = f"{part['rate']:,.0f} requests a second"
    title = "Latency and memory against requests in flight"
    panels = [
        plot.Panel(f"Time besides the holding, {at}", "in flight", "ms", times, True, True),
        plot.Panel("Processor time of a request", "in flight", "us", work, True, True),
        plot.Panel(
            "Peak resident memory", "in flight", "MiB", memory, True, limit=(300, "bar: 300 MiB")
        ),
    ]
    return [("concurrency", title, plot.curves(title, panels))]


def grown(part: Part) -> list[Drawn]:
    name, points = part["part"], part["points"]
    label = {"ledger": "requests in the ledger", "terms": "terms", "backends": "backends"}[name]

    def line(said: str, of: str, key: str) -> plot.Series:
        found = [(point["size"], point[of][key]) for point in points]
        return plot.Series(said, found, key == "p99_us", 0)

    def plain(said: str, key: str) -> plot.Series:
        return plot.Series(said, [(point["size"], point[key]) for point in points])

    if points[0]["instructions"]:
        each = [(point["size"], point["instructions"]) for point in points]
        work = plot.Panel("Work of a thought", label, "instructions", [plot.Series("", each)])
    else:
        work = plot.Panel("Work of a thought", label, "us", [line("CPU", "w=64", "cpu_us")])
    times = [line("p50", "w=1", "p50_us"), line("p99", "w=1", "p99_us")]
    memory = [plain("idle", "idle_mib"), plain("after load", "after_mib")]
    start = [plain("start", "start_ms")]
    panels = [
        plot.Panel("A thought, one in flight", label, "us", times, is_y_log=True),
        work,
        plot.Panel("Resident memory", label, "MiB", memory, is_y_log=name == "terms"),
        plot.Panel("Start to first answer", label, "ms", start, is_y_log=name == "terms"),
    ]
    # Where growth is a line, it should look like one.
    panels = [dataclasses.replace(panel, is_x_log=name != "backends") for panel in panels]
    title = f"Latency, memory and start against {label}"
    return [(name, title, plot.curves(title, panels))]


DRAWERS: dict[str, Callable[[Part], list[Drawn]]] = {
    "speed": speed,
    "rates": rates,
    "concurrency": concurrency,
    "ledger": grown,
    "terms": grown,
    "backends": grown,
}


def of(name: str, part: Part) -> list[Drawn]:
    """The plots of a part; none where a table says it all."""
    return DRAWERS[name](part) if name in DRAWERS else []
