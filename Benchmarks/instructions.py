#!/usr/bin/env python3
"""Counts what a thought, a route and a kilobyte of guarded text take: instructions, allocations,
reference counting.

Unlike times, these hardly depend on what else the machine does. See README.md in this folder.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import inputs
import report
import rig

WARM_UP = 1000
SETTLE_S = 2.0
MORE_TIMES = 4
KINDS = ("think", "stream", "route", "guard")
# As counts.c numbers them.
COUNTERS = ("mallocs", "bytes", "objects", "retains", "releases")
Counts = dict[str, float]


@dataclass(frozen=True)
class Rig:
    options: argparse.Namespace
    folder: Path
    load: Path
    preload: Path


def build_preload(folder: Path) -> Path:
    target = folder / "counts.so"
    flags = ["-std=c17", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"]
    command = ["cc", *flags, "-o", str(target), str(rig.HERE / "counts.c")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise rig.RigError(f"counts.c does not build:\n{done.stderr}")
    return target


def counting(built: Rig, numbers: Path) -> list[str]:
    """What runs a program so that it counts."""
    return ["env", f"LD_PRELOAD={built.preload}", f"WORKSHOP_COUNTS={numbers}"]


def read(numbers: Path) -> list[int]:
    return list(struct.unpack(f"{len(COUNTERS)}Q", numbers.read_bytes()))


def perf(command: list[str], pid: int | None = None, said: str | None = None) -> Counts:
    """The instructions of a command, or of a process while the command runs."""
    found = shutil.which("perf")
    if found is None:
        raise rig.RigError("perf is not installed (Debian: linux-perf)")
    whom = [] if pid is None else ["-p", str(pid)]
    with tempfile.NamedTemporaryFile("r") as out:
        events = "instructions:u,instructions:k,cycles:u"
        stat = [found, "stat", "-x,", "-o", out.name, "-e", events, *whom]
        done = subprocess.run(
            [*stat, "--", *command],
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise rig.RigError(f"{command[0]}: {done.stdout}{done.stderr}")
        lines = [
            line.split(",") for line in out.read().splitlines() if ":u" in line or ":k" in line
        ]
    try:
        own, kernel, cycles = (float(line[0]) for line in lines)
    except ValueError as error:
        raise rig.RigError(f"this machine counts no instructions: {lines}") from error
    return {"instructions": own, "of the kernel": kernel, "cycles": cycles}


@contextlib.contextmanager
def serving(built: Rig, name: str, kind: str, prefix: list[str]) -> Iterator[rig.Daemon]:
    work = built.folder / f"{name}-upstream"
    work.mkdir()
    with rig.upstream(work) as upstream:
        port = upstream.stream if kind == "stream" else upstream.plain
        ready = inputs.request("route")
        home = built.folder / name
        with rig.daemon(built.options.binary, home, port, ready, prefix=prefix) as daemon:
            # What it does once, behind its first answer, is not a request's.
            time.sleep(SETTLE_S)
            yield daemon


def of_requests(built: Rig, kind: str) -> Counts:
    """Of one request. What the daemon does by itself meanwhile is in it, and is little."""
    options = built.options

    def load(daemon: rig.Daemon, count: int) -> list[str]:
        line = inputs.line_path(built.folder, kind)
        window = str(options.window)
        to = ["-s", str(daemon.socket), "-t", str(line)]
        return [str(built.load), *to, "-u", "0", "-w", window, "-n", str(count)]

    def run(daemon: rig.Daemon, count: int) -> None:
        done = subprocess.run(load(daemon, count), capture_output=True, text=True, check=False)
        if not done.stdout or json.loads(done.stdout)["errors"]:
            raise rig.RigError(f"{kind}: {done.stdout}{done.stderr}\n{rig.tail(daemon.log)}")

    with serving(built, kind, kind, []) as daemon:
        run(daemon, WARM_UP)
        counts = perf(load(daemon, options.count), daemon.process.pid)
    numbers = built.folder / f"{kind}.counts"
    with serving(built, f"{kind}-counted", kind, counting(built, numbers)) as daemon:
        run(daemon, WARM_UP)
        before = read(numbers)
        run(daemon, options.count)
        after = read(numbers)
    counts |= {name: b - a for name, a, b in zip(COUNTERS, before, after, strict=True)}
    return {name: count / options.count for name, count in counts.items()}


def of_texts(built: Rig) -> Counts:
    """Of a kilobyte, in pieces of one: what `workshop guard` takes to judge them once more."""
    options = built.options
    encoded = options.text.read_bytes()
    pieces = [
        encoded[at : at + 1024].decode(errors="ignore") for at in range(0, len(encoded), 1024)
    ]
    pieces = list(itertools.islice(itertools.cycle(pieces), options.count))
    lines = "".join(json.dumps({"text": piece}) + "\n" for piece in pieces)
    persona = rig.REPO / "configs" / "personas" / "timmy"
    command = [str(options.binary), "guard", "--persona", str(persona), "--times"]
    totals = []
    for times in (1, 1 + MORE_TIMES):
        numbers = built.folder / f"guard{times}.counts"
        counts = perf([*command, str(times)], said=lines)
        perf([*counting(built, numbers), *command, str(times)], said=lines)
        totals.append(counts | dict(zip(COUNTERS, read(numbers), strict=True)))
    kilobytes = MORE_TIMES * sum(len(piece.encode()) for piece in pieces) / 1024
    return {name: (totals[1][name] - totals[0][name]) / kilobytes for name in totals[0]}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    binary = rig.REPO / ".build" / "release" / "workshop"
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--binary", type=Path, default=binary, help="the daemon (release build)")
    parser.add_argument("--count", type=int, default=4000, help="how many requests, or texts")
    parser.add_argument("--window", type=int, default=1, help="how many requests at once")
    parser.add_argument("--text", type=Path, default=rig.REPO / "DESIGN.md", help="what is guarded")
    parser.add_argument("--json", action="store_true", help="print an object instead of a table")
    options = parser.parse_args()
    options.kinds = options.kinds or list(KINDS)
    if not set(options.kinds) <= set(KINDS):
        parser.error(f"the kinds are {', '.join(KINDS)}")
    options.binary = options.binary.resolve()
    return options


def main() -> int:
    options = parse_arguments()
    counts: dict[str, Counts] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="wb-") as name:
            folder = Path(name).resolve()
            built = Rig(options, folder, rig.build(folder).load, build_preload(folder))
            for kind in options.kinds:
                if kind == "guard":
                    counts["guard, 1 KB"] = of_texts(built)
                else:
                    counts[kind] = of_requests(built, kind)
    except (rig.RigError, OSError) as error:
        print(f"instructions: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(counts, indent=2))
    else:
        headings = ["of one", *next(iter(counts.values()))]
        lines = [
            [name, *(f"{count:,.0f}" for count in each.values())] for name, each in counts.items()
        ]
        print(report.text_table(headings, lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
