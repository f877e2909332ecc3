"""The page of the benchmarks: tables, bars and plots, of the parts that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peers
import pictures
import report
import rig
import steps

PAGE = rig.REPO / "docs" / "benchmarks.md"
PICTURES = rig.REPO / "docs" / "benchmarks"
ORDER = ("speed", "sizes", "rates", "concurrency", "ledger", "terms", "backends", "steps")
Part = dict[str, Any]
Table = tuple[list[str], list[list[str]]]


def us(value: float) -> str:
    """Microseconds, as milliseconds where they are many."""
    return f"{value / 1000:,.1f} ms" if abs(value) >= 10_000 else f"{value:,.0f} us"


def rows_of(part: Part) -> dict[str, report.Row]:
    return {name: report.Row(**row) for name, row in part.get("rows", {}).items()}


def rows_table(part: Part) -> Table:
    return report.HEADINGS, report.cells(rows_of(part))


def rates_table(part: Part) -> Table:
    headings = ["half load", "arrivals", "at 64 in flight", "rate", "requests a run"]
    headings += ["direct p50", "p99"]
    headings += ["through p50", "p99", "added p50", "added p99", "CPU us"]
    lines = []
    for each in part["rates"]:
        name = peers.NAMES.get(each["name"], f"bridge, {each['name']}")
        lines.append(
            [
                name,
                "evenly" if each["is_even"] else "at random",
                f"{each['capacity']:,.0f}/s",
                f"{each['rate']:,.0f}/s",
                f"{each['requests']:,}",
                *(
                    us(each[of][key])
                    for of in ("direct", "through")
                    for key in ("p50_us", "p99_us")
                ),
                us(each["added"]["p50_us"]),
                us(each["added"]["p99_us"]),
                f"{each['cpu_us']:,.0f}",
            ]
        )
    return headings, lines


def concurrency_table(part: Part) -> Table:
    headings = ["in flight", "held for", "direct p50", "p99"]
    headings += ["socket p50", "p99", "CPU us", "peak MiB", "door p50", "p99", "CPU us", "peak MiB"]
    lines = []
    for point in part["points"]:
        line = [f"{point['in_flight']:,}", f"{point['held_ms']:,g} ms"]
        for name in ("direct", "think", "door"):
            found = point.get(name)
            line += [us(found[key]) for key in ("p50_us", "p99_us")] if found else ["", ""]
            if name != "direct":
                keys = ("cpu_us", "peak_mib")
                line += [f"{found[key]:,.0f}" if found else "" for key in keys]
        lines.append(line)
    return headings, lines


def grown_table(part: Part) -> Table:
    name = {"ledger": "requests in the ledger", "terms": "terms"}.get(part["part"], "backends")
    headings = [name, "start ms", "idle MiB", "after load MiB", "w=1 p50", "p99", "CPU us"]
    headings += ["w=64 requests/s", "CPU us", "instructions"]
    more = {"ledger": ["file MiB", "`costs` ms"], "backends": ["route p50", "CPU us"]}
    headings += more.get(part["part"], [])
    lines = []
    for point in part["points"]:
        line = [f"{point['size']:,}"]
        line += [f"{point[key]:,.0f}" for key in ("start_ms", "idle_mib", "after_mib")]
        line += [us(point["w=1"][key]) for key in ("p50_us", "p99_us")]
        line.append(f"{point['w=1']['cpu_us']:,.0f}")
        line += [f"{point['w=64'][key]:,.0f}" for key in ("rps", "cpu_us")]
        line.append(report.number(point["instructions"], 0))
        if "mib" in point:
            line += [f"{point['mib']:,.0f}", f"{point['costs_ms']:.1f}"]
        if "route" in point:
            line += [us(point["route"]["p50_us"]), f"{point['route']['cpu_us']:,.0f}"]
        lines.append(line)
    return headings, lines


TABLES: dict[str, Callable[[Part], Table]] = {
    "speed": rows_table,
    "sizes": rows_table,
    "rates": rates_table,
    "concurrency": concurrency_table,
    "ledger": grown_table,
    "terms": grown_table,
    "backends": grown_table,
    "steps": steps.table,
}


def text(part: Part) -> str:
    """A part for a terminal."""
    table = rows_table if "rows" in part else TABLES[part["part"]]
    notes = "".join(f"\n{note}" for note in notes_of(part))
    took = f"{part['part']}: {part['took_s']} s"
    return f"{report.text_table(*table(part))}{notes}\n{took}\n"


def notes_of(part: Part) -> list[str]:
    notes = list(part.get("notes", []))
    if starts := part.get("starts_ms"):
        low, high = min(starts), max(starts)
        notes.append(f"Start to first answer: {low:.0f} to {high:.0f} ms in {len(starts)} starts.")
    if memory := part.get("rss_mib"):
        said = (f"{value:.1f} MiB {peers.NAMES.get(name, name)}" for name, value in memory.items())
        notes.append(f"Resident memory: {', '.join(said)}.")
    return notes


SECTIONS = {
    "speed": (
        "Side by side",
        "Short tasks, whole and streamed. What each row is stands in "
        "[Benchmarks](../Benchmarks/README.md#what-is-measured).",
    ),
    "sizes": ("Longer tasks", "The same, with tasks of 1 KB and of 64 KB of plain sentences."),
    "rates": (
        "At half load",
        "Requests come at half the rate that each carried with 64 in flight, whatever becomes of "
        "those before; the time of each counts from when it was due. Direct calls at the same "
        "rate, in turn.",
    ),
    "concurrency": (
        "Growth with requests in flight",
        "Always the same number of requests a second, at random moments; the upstream holds each "
        "the longer the more are to be in flight. Times are without that holding.",
    ),
    "ledger": (
        "Growth with the ledger",
        "Invented requests with rows, leaves, payloads and sums, in the shape of real ones; all "
        "sizes in turn.",
    ),
    "terms": (
        "Growth with the identity",
        "Invented names of two words among `people`, tasks of 1 KB; all sizes in turn.",
    ),
    "backends": ("Growth with backends", "All alike, the first answers; all sizes in turn."),
    "steps": (
        "What each step takes",
        "Of one thought over the socket, 64 in flight: instructions in user space, and processor "
        "time with the kernel's.",
    ),
}


def facts(part: Part) -> str:
    machine = "; ".join(f"{key} {value}" for key, value in part["machine"].items())
    rounds = f"{part['rounds']} rounds of {part['seconds']:g} s"
    return f"`{part['command']}`, {part['took_s']} s, {rounds}. {machine}."


def section(part: Part, pictured: list[tuple[str, str]]) -> str:
    title, about = SECTIONS[part["part"]]
    shown = "\n\n".join(f"![{alt}](benchmarks/{name})" for name, alt in pictured)
    notes = "\n".join(f"- {note}" for note in notes_of(part))
    failed = "\n".join(f"- **Went wrong:** {failure}" for failure in part["failures"])
    table = report.markdown_table(*TABLES[part["part"]](part))
    pieces = [f"## {title}", about, shown, table, notes, failed, facts(part)]
    return "\n\n".join(piece for piece in pieces if piece)


def parts_in(folder: Path) -> dict[str, Part]:
    """Those that are kept, in the order of the page."""
    paths = {name: folder / f"{name}.json" for name in ORDER}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def bars_of(parts: dict[str, Part]) -> list[report.Bar]:
    """What was promised, of what was measured."""
    speed = parts.get("speed", {})
    found = report.bars(rows_of(speed), speed.get("starts_ms", []), speed.get("rss_mib", {}))
    for each in parts.get("rates", {}).get("rates", []):
        if each["name"] in {"think", "door"} and not each["is_even"]:
            name = f"{each['name']} at half load, added p99"
            found.append(report.Bar(name, each["added"]["p99_us"] / 1000, 1, "ms"))
    for point in parts.get("concurrency", {}).get("points", [])[-1:]:
        name = f"RSS with {point['in_flight']:,} in flight"
        found.append(report.Bar(name, point["think"]["peak_mib"], 300, "MiB"))
    return found


def write(folder: Path) -> None:
    """The page and its plots, of the parts in the folder."""
    parts = parts_in(folder)
    if not parts:
        raise rig.RigError(f"nothing is kept in {folder}: measure first")
    PICTURES.mkdir(exist_ok=True)
    versions: dict[str, str] = {}
    for part in parts.values():
        versions |= part["versions"]
    software = "; ".join(f"{key} {value}" for key, value in versions.items())
    builds = {part["versions"].get("build") for part in parts.values()}
    pieces = [
        "# Benchmarks",
        "Written by `make bench` from what it measured; how, and what the figures do not show, "
        "stands in [Benchmarks](../Benchmarks/README.md), and why they are so in "
        "[performance](performance.md).",
        f"Software: {software}.",
    ]
    if len(builds) > 1:
        pieces.append(f"**The parts were measured with {len(builds)} different builds.**")
    if found := bars_of(parts):
        pieces += ["## Bars", report.markdown_table(report.BAR_HEADINGS, report.bar_cells(found))]
    for name, part in parts.items():
        pictured = []
        for stem, alt, drawn in pictures.of(name, part):
            (PICTURES / f"{stem}.svg").write_text(drawn, "utf-8")
            pictured.append((f"{stem}.svg", alt))
        pieces.append(section(part, pictured))
    PAGE.write_text("\n\n".join(pieces) + "\n", "utf-8")
