#!/usr/bin/env python3
"""Measures what the bridge adds to a call, how much of it there can be, and how it grows.

Part by part, each kept in a file; the page and its plots are made of what is kept. See README.md in
this folder for what the numbers mean.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import growth
import page
import peers
import rates
import report
import rig
import speed
import steps
from cases import Bench

PARTS = {
    "speed": speed.speed,
    "sizes": speed.sizes,
    "rates": rates.rates,
    "concurrency": growth.concurrency,
    "ledger": growth.ledger,
    "terms": growth.terms,
    "backends": growth.backends,
    "steps": steps.steps,
}
GROWTH = ("concurrency", "ledger", "terms", "backends")


def measure(options: argparse.Namespace, name: str) -> tuple[dict[str, Any], list[str]]:
    """One part, in a folder of its own: what it found, and what went wrong."""
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="wb-", dir=options.work))
        folder = Path(place).resolve()
        facts = report.machine(folder)
        programs = rig.build(folder)
        upstream = stack.enter_context(rig.upstream(folder))
        bench = Bench(options, folder, programs, upstream, stack)
        found = (speed.floors if options.floors else PARTS[name])(bench)
    return {
        "part": name,
        "command": report.command_line(sys.argv[1:]),
        "took_s": round(time.monotonic() - began),
        "machine": facts,
        "versions": report.versions(None if options.floors else options.binary)
        | peers.versions(options.peers),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "pinned": not options.unpinned,
        **found,
        "failures": bench.failures,
    }, bench.failures


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    binary = rig.REPO / ".build" / "release" / "workshop"
    parser.add_argument("--binary", type=Path, default=binary, help="the daemon (release build)")
    beside = rig.REPO / ".venvs-bench"
    parser.add_argument("--peers", type=Path, default=beside, help="where gateways are installed")
    parser.add_argument("--without", default="", help="peers to leave out, with commas")
    parts = ", ".join(PARTS)
    parser.add_argument("--only", default="", help=f"parts, with commas: {parts}; or growth")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each run, warm-up apart")
    parser.add_argument("--rows", type=int, default=6, help="ledgers of up to 10^ROWS requests")
    parser.add_argument("--in-flight", type=int, default=10_000, help="of concurrency, at most")
    parser.add_argument("--rate", type=float, default=1000, help="of concurrency, requests/s")
    parser.add_argument("--quick", action="store_true", help="does speed run: one round of 0.3 s")
    parser.add_argument("--floors", action="store_true", help="direct and echo only, no daemon")
    parser.add_argument("--unpinned", action="store_true", help="leave w=1 to the scheduler, too")
    parser.add_argument("--work", type=Path, help="make the temporary folder (the ledger) in here")
    kept = rig.REPO / ".build" / "bench"
    parser.add_argument("--results", type=Path, default=kept, help="where the parts are kept")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and plots")
    parser.add_argument("--page", action="store_true", help="only that, of what is kept")
    parser.add_argument("--json", action="store_true", help="print what was found as one object")
    options = parser.parse_args()
    wanted = [name for name in options.only.split(",") if name]
    wanted = [each for name in wanted for each in (GROWTH if name == "growth" else (name,))]
    options.parts = wanted or (["speed"] if options.quick or options.floors else list(PARTS))
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}: there are {parts}, growth")
    options.without = set(options.without.split(","))
    if options.quick:
        options.rounds, options.seconds = 1, 0.3
    if not 1 <= options.rounds <= 100 or not 0.05 <= options.seconds <= 60:
        parser.error("1 to 100 rounds of 0.05 to 60 seconds")
    if not 1 <= options.in_flight <= 10_000 or not 1 <= options.rate <= 100_000:
        parser.error("1 to 10,000 in flight at 1 to 100,000 requests a second")
    if not 4 <= options.rows <= 7:
        parser.error("ledgers of 10^4 to 10^7 requests")
    options.warm_up = 0.1 if options.quick else 0.3
    options.settle = 0.3 if options.quick else 1.0
    options.binary = options.binary.resolve()
    if not options.floors and not options.page and not options.binary.is_file():
        parser.error(f"no daemon at {options.binary}: build it, or say --floors")
    return options


def on_signal(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> int:
    options = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    failures: list[str] = []
    found = []
    for name in [] if options.page else options.parts:
        try:
            part, failed = measure(options, name)
        except (rig.RigError, OSError, sqlite3.Error) as error:
            failures.append(f"{name}: {error}")
            continue
        failures += failed
        found.append(part)
        if not options.floors and not options.quick:
            options.results.mkdir(parents=True, exist_ok=True)
            (options.results / f"{name}.json").write_text(json.dumps(part, indent=1) + "\n")
        if not options.json:
            print(page.text(part), flush=True)
    if options.json:
        print(json.dumps(found, indent=1))
    if options.write or options.page:
        try:
            page.write(options.results)
        except (rig.RigError, KeyError) as error:
            # A part of an older form lacks what the page shows now.
            failures.append(f"the page cannot be made, measure again: {error!r}")
    for failure in failures:
        print(f"bench: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
