"""From raw runs to medians, the table, and the bars."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import rig

Run = dict[str, float]


@dataclass(frozen=True)
class Row:
    """The medians over all rounds of one case.

    `added_us` and `ratio` are medians of the differences and quotients to the floor's run of the
    same round, so that what slows a whole round down does not count as the daemon's.
    """

    name: str
    floor: str | None
    p50_us: float
    p50_least_us: float
    p50_most_us: float
    p99_us: float
    rps: float
    added_us: float | None
    ratio: float | None
    cpu_us: float | None


@dataclass(frozen=True)
class Bar:
    name: str
    value: float
    limit: float
    unit: str
    at_most: bool = True

    @property
    def met(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def row(name: str, floor: str | None, runs: list[Run], floors: list[Run]) -> Row:
    p50 = [run["p50_us"] for run in runs]
    pairs = [(run["p50_us"], base["p50_us"]) for run, base in zip(runs, floors, strict=False)]
    cpu = [run["cpu_us"] for run in runs if "cpu_us" in run]
    return Row(
        name=name,
        floor=floor,
        p50_us=statistics.median(p50),
        p50_least_us=min(p50),
        p50_most_us=max(p50),
        p99_us=statistics.median(run["p99_us"] for run in runs),
        rps=statistics.median(run["rps"] for run in runs),
        added_us=statistics.median(ours - base for ours, base in pairs) if pairs else None,
        ratio=statistics.median(ours / base for ours, base in pairs if base) if pairs else None,
        cpu_us=statistics.median(cpu) if cpu else None,
    )


def bars(rows: dict[str, Row], starts_ms: list[float], rss: dict[str, float]) -> list[Bar]:
    """What stands side by side, held against what was promised."""
    found = []
    if think := rows.get("think w=1"):
        found.append(Bar("think w=1, added p50", think.added_us or 0.0, 120, "us"))
    if think := rows.get("think w=64"):
        found.append(Bar("think w=64", think.rps, 15000, "/s", at_most=False))
        found.append(Bar("think w=64, CPU a request", think.cpu_us or 0.0, 90, "us"))
    for window in (1, 16, 64):
        door, peer = rows.get(f"door w={window}"), rows.get(f"tensorzero w={window}")
        if door is None or peer is None:
            continue
        if window == 1:
            name = "door w=1, added p50, to TensorZero's"
            found.append(Bar(name, door.added_us or 0.0, peer.added_us or 0.0, "us"))
        else:
            name = f"door w={window}, to TensorZero's"
            found.append(Bar(name, door.rps, peer.rps, "/s", at_most=False))
            name = f"door w={window}, CPU a request, to TensorZero's"
            found.append(Bar(name, door.cpu_us or 0.0, peer.cpu_us or 0.0, "us"))
    for when in ("after start", "after load"):
        if when in rss:
            found.append(Bar(f"idle RSS, {when}", rss[when], 64, "MiB"))
    if route := rows.get("route w=1"):
        found.append(Bar("route w=1, p50 to echo's", route.ratio or 0.0, 2, "x"))
    if route := rows.get("route w=64"):
        found.append(Bar("route w=64", route.rps, 25000, "/s", at_most=False))
    if first := rows.get("first token to first delta"):
        found.append(Bar("first token to first delta, p99", first.p99_us / 1000, 5, "ms"))
    if starts_ms:
        found.append(Bar("start to first answer", statistics.median(starts_ms), 100, "ms"))
    return found


def number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


HEADINGS = [
    "run",
    "p50 us",
    "least-most",
    "p99 us",
    "requests/s",
    "added p50 us",
    "x floor",
    "CPU us",
]


def cells(rows: dict[str, Row]) -> list[list[str]]:
    return [
        [
            each.name,
            number(each.p50_us),
            f"{number(each.p50_least_us)}-{number(each.p50_most_us)}",
            number(each.p99_us),
            number(each.rps, 0),
            number(each.added_us),
            number(each.ratio, 2),
            number(each.cpu_us),
        ]
        for each in rows.values()
    ]


def bar_cells(found: list[Bar]) -> list[list[str]]:
    lines = []
    for bar in found:
        digits = 2 if bar.unit == "x" else 1 if bar.value < 1000 else 0
        sign = "<=" if bar.at_most else ">="
        limit = f"{sign} {bar.limit:,.0f} {bar.unit}"
        value = f"{number(bar.value, digits)} {bar.unit}"
        lines.append([bar.name, limit, value, "met" if bar.met else "not met"])
    return lines


BAR_HEADINGS = ["bar", "limit", "measured", ""]


def text_table(headings: list[str], lines: list[list[str]]) -> str:
    widths = [max(len(line[at]) for line in [headings, *lines]) for at in range(len(headings))]
    out = []
    for line in [headings, *lines]:
        first = line[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        out.append("  ".join([first, *rest]).rstrip())
    return "\n".join(out)


def markdown_table(headings: list[str], lines: list[list[str]]) -> str:
    rule = ["---", *["--:"] * (len(headings) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [headings, rule, *lines])


def first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip() if lines else "unknown"


def file_system(folder: Path) -> str:
    best, kind = "", "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        mount, name = line.split()[1:3]
        inside = str(folder) == mount or str(folder).startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, name
    return kind


def machine(folder: Path) -> dict[str, str]:
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": model,
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{pages / 2**30:.0f} GiB",
        "kernel": platform.release(),
        "file system of the ledger": file_system(folder),
        "load average before": f"{os.getloadavg()[0]:.2f}",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def versions(binary: Path | None) -> dict[str, str]:
    found = {
        "nginx": first_line([rig.find_nginx(), "-v"]).removeprefix("nginx version: nginx/"),
        "libcurl": first_line(["curl-config", "--version"]).removeprefix("libcurl "),
        "cc": first_line(["cc", "--version"]).removeprefix("cc "),
    }
    if binary is not None:
        said = first_line([str(binary), "--version"]).removeprefix("workshop ")
        found = {"workshop": said, "build": digest(binary), **found}
    return found


def digest(path: Path) -> str:
    """So many hexadecimal digits that two builds are told apart."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def command_line(arguments: list[str]) -> str:
    """The command as it is typed at the top of the repository."""
    short = [each.replace(f"{rig.REPO}/", "") for each in arguments]
    return shlex.join(["python3", "Benchmarks/bench.py", *short])
