#!/usr/bin/env python3
"""What each step of a thought takes by itself: guard, classifier, ledger, judge and the rest.

`perf` stops the daemon after every so many instructions (or cycles) and notes where it is and who
called; a sample belongs to the step of the innermost function of ours that is one's. See README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import cases
import inputs
import report
import rig
from cases import Bench, Shape

WINDOW = 64
COUNTS = {inputs.SHORT: 6000, inputs.KILOBYTE: 6000, inputs.LARGE: 300}
# Prime, so that they do not fall in step with what they count.
EVENTS = {"instructions:u": 200_003, "cycles": 100_003}

# By the type whose code it is. What is not here (JSON, strings, the guard's detectors, which two
# steps use) belongs to the step that called it.
STEPS = {
    "guard, of the task": "PromptGuard Admission AddressStripper Quarantine Undisclosed",
    "classifier": "Classifier",
    "plan": "Selector Ranking StrategyEvaluation Course Chain Balancer HealthBoard HealthEntry "
    "BudgetBook BudgetState AnswerCache AnswerShelf TokenEstimate",
    "request written": "OpenAIChatWire OpenAIChat",
    "egress scan": "EgressScan SealedRequest",
    "ledger": "LedgerWriter LedgerEntry Ledger EgressLeaf LeafText LeafTable TreeEdge DaySums "
    "DecisionRecord DecisionWishes CheckpointKeeper GroupCommit",
    "payload, sealed": "DayKeys Payload LedgerSecrets",
    "curl": "CurlLoop CurlTransfer CurlArrivals CurlHandles CurlError",
    "reply read": "ReplyStream ChatReply HTTPBody ServerSentEvents PartialAnswer ChatCounts",
    "judge": "AnswerJudge QualityJudge Evaluation RefusalDetector",
    "delivery, voice": "Delivery ReplyGuard ReplyFilter PseudonymRestorer Voice Telling Manner",
    "journal": "Journal Memory Continuity JournalEntry VoiceJournal",
    "metrics": "Activity BackendActivity Ring",
    "client's lines": "Connection ConnectionHandler LineBatcher Envelope ThoughtParams "
    "ServerMessage ClientRequest Params ClientMessage",
    "order of the steps": "ThoughtService Router BackendCaller Thought CallEnd",
}
# Functions of a type that does something else besides.
FUNCTIONS = {"6Bridge6LedgerC8evidence": "payload, sealed"}
STEP_OF = {name: step for step, names in STEPS.items() for name in names.split()}
LOOP = "event loop, tasks"
BY_LIBRARY = {"libcurl": ("curl",), "libsqlite3": ("ledger", "journal")}
OURS = re.compile(r"\$s(?:6Bridge|7Routing|7Persona)(\d+)(\w+)")
Samples = dict[str, float]


def step_of(frames: list[str]) -> str | None:
    """Whose a sample is; nil when no function of ours is seen."""
    for frame in frames:
        if step := next((step for name, step in FUNCTIONS.items() if name in frame), None):
            return step
        if found := OURS.match(frame):
            step = STEP_OF.get(found[2][: int(found[1])])
            if step:
                return step
    is_looping = any("NIO" in frame or "swift_job_run" in frame for frame in frames)
    return LOOP if is_looping else None


def attributed(script: str) -> Samples:
    """The share of each step.

    Functions of C keep no frame, so that who called them is not always known. What is libcurl's is
    curl's, what is SQLite's is the ledger's and the journal's, and everything else is split over
    the steps of its thread; each in proportion to what is known.
    """
    known: Counter[str] = Counter()
    by_thread: defaultdict[str, Counter[str]] = defaultdict(Counter)
    left: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for block in script.split("\n\n"):
        thread, *lines = block.strip("\n").split("\n")
        frames = [line.split(None, 1)[-1] for line in lines]
        step = step_of(frames)
        if step:
            known[step] += 1
            by_thread[thread.strip()][step] += 1
        elif frames:
            libraries = (steps for name, steps in BY_LIBRARY.items() if name in " ".join(frames))
            left[thread.strip(), next(libraries, ())] += 1
    found: Samples = dict(known)
    for (thread, named), count in left.items():
        among = ("curl",) if thread == "curl" else named
        shares = {step: known[step] for step in among} if among else by_thread[thread]
        total = sum(shares.values())
        for step, share in shares.items() if total else [(among[0] if among else LOOP, 1)]:
            found[step] = found.get(step, 0) + count * share / (total or 1)
    everything = sum(found.values()) or 1
    return {step: count / everything for step, count in found.items()}


def sampled(event: str, pid: int, data: Path, command: list[str]) -> Samples:
    """The shares of the steps while the command runs."""
    perf = shutil.which("perf")
    assert perf is not None
    record = [perf, "record", "-q", "-o", str(data), "--call-graph", "fp"]
    record += ["-e", event, "-c", str(EVENTS[event]), "-p", str(pid), "--", *command]
    done = subprocess.run(record, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise rig.RigError(f"perf: {done.stderr[-500:]}")
    script = [perf, "script", "-i", str(data), "-F", "comm,ip,sym,dso", "--no-inline"]
    done = subprocess.run(
        script, capture_output=True, text=True, check=False, timeout=300, errors="replace"
    )
    data.unlink(missing_ok=True)
    if not done.stdout:
        raise rig.RigError(f"perf script: {done.stderr[-500:]}")
    return attributed(done.stdout)


def counted(pid: int, command: list[str]) -> float:
    """The instructions in user space while the command runs."""
    perf = shutil.which("perf")
    assert perf is not None
    stat = [perf, "stat", "-x,", "-e", "instructions:u", "-p", str(pid), "--", *command]
    done = subprocess.run(stat, capture_output=True, text=True, check=False, timeout=300)
    for line in done.stderr.splitlines():
        if "instructions:u" in line and line[0].isdigit():
            return float(line.split(",")[0])
    raise rig.RigError(f"this machine counts no instructions: {done.stderr[-500:]}")


def thoughts(bench: Bench, daemon: rig.Daemon, size: str, count: int) -> list[str]:
    """The command that has so many of them, and no more."""
    template = inputs.line_path(bench.folder, "think", size)
    load = [str(bench.programs.load), "-s", str(daemon.socket), "-t", str(template), "-u", "0"]
    return [*load, "-w", str(WINDOW), "-n", str(count)]


def of_size(bench: Bench, daemon: rig.Daemon, size: str) -> dict[str, Any]:
    """One size of task: what a request takes, and which share of it each step has."""
    count = COUNTS[size]
    load = thoughts(bench, daemon, size, count)
    cases.progress(f"steps of {size}: counting")
    subprocess.run(load, capture_output=True, check=True, timeout=300)
    before = daemon.cpu_seconds()
    instructions = counted(daemon.process.pid, load) / count
    cpu_us = (daemon.cpu_seconds() - before) * 1e6 / count
    shares = {}
    for event in EVENTS:
        cases.progress(f"steps of {size}: {event}")
        data = bench.folder / "perf.data"
        shares[event] = sampled(event, daemon.process.pid, data, load)
    cases.progress("")
    return {
        "size": size,
        "count": count,
        "instructions": instructions,
        "cpu_us": cpu_us,
        "steps": {
            step: {
                "instructions": shares["instructions:u"].get(step, 0) * instructions,
                "us": shares["cycles"].get(step, 0) * cpu_us,
            }
            for step in (*STEPS, LOOP)
        },
    }


def steps(bench: Bench) -> dict[str, Any]:
    """All sizes, with a daemon of its own."""
    if shutil.which("perf") is None:
        raise rig.RigError("perf is not installed (Debian: linux-perf)")
    with bench.daemon("steps", bench.upstream.plain) as daemon:
        # What it does once, behind its first answers, is not a request's.
        cases.run(bench, cases.think(bench, daemon, Shape(WINDOW)), 0.5, 0.5)
        return {"window": WINDOW, "sizes": [of_size(bench, daemon, size) for size in COUNTS]}


def table(found: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The headings and lines of a table: for each size instructions, share and processor time."""
    headings = ["step"]
    lines = [[step] for step in (*STEPS, LOOP)]
    whole = ["all"]
    for size in found["sizes"]:
        headings += [f"{size['size']}: instructions", "share", "CPU us"]
        for line in lines:
            step = size["steps"][line[0]]
            share = step["instructions"] / size["instructions"]
            line += [f"{step['instructions']:,.0f}", f"{share:.1%}", f"{step['us']:,.1f}"]
        whole += [f"{size['instructions']:,.0f}", "", f"{size['cpu_us']:,.1f}"]
    return headings, [*lines, whole]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    binary = rig.REPO / ".build" / "release" / "workshop"
    parser.add_argument("--binary", type=Path, default=binary, help="the daemon (release build)")
    parser.add_argument("--json", action="store_true", help="print an object instead of a table")
    options = parser.parse_args()
    options.binary = options.binary.resolve()
    options.unpinned = True
    try:
        with contextlib.ExitStack() as stack:
            place = stack.enter_context(tempfile.TemporaryDirectory(prefix="wb-"))
            folder = Path(place).resolve()
            upstream = stack.enter_context(rig.upstream(folder))
            bench = Bench(options, folder, rig.build(folder), upstream, stack)
            found = steps(bench)
    except (rig.RigError, OSError, subprocess.SubprocessError) as error:
        print(f"steps: {error}", file=sys.stderr)
        return 1
    print(json.dumps(found, indent=1) if options.json else report.text_table(*table(found)))
    for failure in bench.failures:
        print(f"steps: {failure}", file=sys.stderr)
    return 1 if bench.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
