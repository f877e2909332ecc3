"""How latency and memory grow: with requests in flight, with the ledger, with the identity's terms,
with the backends."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import resource
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cases
import inputs
import ledger as reports
import rig
import steps
from cases import Bench, Case, Shape

IN_FLIGHT = (1, 10, 100, 1000, 3000, 10_000)
CONNECTIONS = 48  # over the socket, each with as many in flight as a daemon allows by default
CONNECTION_WINDOW = 256
TERMS = (10, 100, 1000, 10_000)
BACKENDS = (1, 10, 50, 100, 200)
COUNTED = 1000  # thoughts, for their instructions
PATIENCE_S = 180  # of a start with many terms
Points = list[tuple[int, rig.Daemon]]


# In flight


def concurrency(bench: Bench) -> dict[str, Any]:
    """Always as many a second, held the longer by the upstream the more are to be in flight."""
    found = []
    rate = bench.options.rate
    for count in (each for each in IN_FLIGHT if each <= bench.options.in_flight):
        folder = bench.folder / f"flight{count}"
        folder.mkdir()
        held_ms = 1000 * count / rate
        with rig.hold(bench.programs.hold, folder, held_ms / 1000) as (_, port):
            cases.progress(f"{count} in flight: direct")
            found.append({"in_flight": count, "held_ms": held_ms} | in_flight(bench, count, port))
    cases.progress("")
    return {"rate": rate, "points": found}


def in_flight(bench: Bench, count: int, port: int) -> dict[str, Any]:
    """One number of requests: straight to the upstream, over the socket, through the door."""
    rate = bench.options.rate
    held = count / rate
    shape = Shape(min(16_384, 2 * count + 256), rate=rate)
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    seconds = (max(2.0, held), held + 0.5)

    def taken(case: Case) -> rig.Json:
        run, said = case.ask(*seconds)
        if run["errors"] or not run["requests"]:
            answers = f"{run['errors']:.0f} errors, {run['requests']:.0f} answers"
            bench.failures.append(f"{case.name}, {count} in flight: {answers}. {said}")
        found = {f"{key}_us": run[f"{key}_us"] - held * 1e6 for key in ("p50", "p99")}
        return found | {"requests": run["requests"] + run["warmup_requests"]}

    found: rig.Json = {
        "direct": taken(
            Case("direct", cases.over_http(bench, "direct", (url, "alpha-model"), shape))
        )
    }
    # The door has a connection on either side of each request.
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    places = {"think": count, "door": count if 2 * count + 500 < files else 0}
    for name, wanted in places.items():
        if not wanted:
            continue
        cases.progress(f"{count} in flight: {name}")
        limits = {"max_in_flight": 65_536, "max_connections": 65_536}
        started = bench.daemon(f"flight-{name}{count}", port, probe="never", limits=limits)
        with started as daemon:
            before = daemon.cpu_seconds()
            found[name] = taken(flying(bench, name, daemon, shape))
            cpu_us = (daemon.cpu_seconds() - before) * 1e6 / max(1, found[name]["requests"])
            found[name] |= {
                "cpu_us": cpu_us,
                "peak_mib": daemon.memory_mib("VmHWM"),
                "held_most": held_most(port),
            }
            time.sleep(bench.options.settle)
            found[name]["after_mib"] = daemon.memory_mib()
    return found


def flying(bench: Bench, name: str, daemon: rig.Daemon, shape: Shape) -> Case:
    if name == "door":
        url = f"http://127.0.0.1:{daemon.door}/v1/chat/completions"
        return Case(name, cases.over_http(bench, "door", (url, "auto"), shape))
    template = inputs.line_path(bench.folder, "think")
    line = [str(bench.programs.load), "-s", str(daemon.socket), "-t", str(template)]
    line += ["-c", str(CONNECTIONS), "-w", str(CONNECTION_WINDOW), "-r", f"{shape.rate:g}"]
    line += ["-p", "1"]
    return Case(name, cases.command(line))


def held_most(port: int) -> int:
    """How many requests the slow upstream held at once, at most."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=rig.PATIENCE_S)
    with contextlib.closing(connection):
        connection.request("GET", "/status")
        most: int = json.loads(connection.getresponse().read())["held_most"]
    return most


# What stays while requests come and go


def grown(
    bench: Bench,
    points: Points,
    made: dict[str, Callable[[rig.Daemon], Case]],
    known: dict[int, rig.Json] | None = None,
    task: str = inputs.SHORT,
) -> dict[str, Any]:
    """All sizes at once, so that each round has them all in turn; a thought's instructions last."""
    options = bench.options
    time.sleep(options.settle)
    idle = {size: daemon.memory_mib() for size, daemon in points}
    listed = []
    for size, daemon in points:
        for name, make in made.items():
            case = make(daemon)
            listed.append(Case(f"{name} {size}", case.ask, None, daemon, case.port))
    runs = cases.rounds(bench, listed, options.rounds, options.seconds, options.warm_up)
    rows = cases.rows(listed, runs)
    time.sleep(options.settle)
    after = {size: daemon.memory_mib() for size, daemon in points}
    instructions = {}
    if shutil.which("perf"):
        for size, daemon in points:
            cases.progress(f"instructions of {size}")
            load = steps.thoughts(bench, daemon, task, COUNTED)
            instructions[size] = steps.counted(daemon.process.pid, load) / COUNTED
    cases.progress("")
    return {
        "points": [
            {
                "size": size,
                "instructions": instructions.get(size),
                "start_ms": daemon.first_answer_ms,
                "idle_mib": idle[size],
                "after_mib": after[size],
                **{name: asdict(rows[f"{name} {size}"]) for name in made},
                **((known or {}).get(size, {})),
            }
            for size, daemon in points
        ]
    }


def ledger(bench: Bench) -> dict[str, Any]:
    """Ledgers with invented requests, their leaves and payloads."""
    points: Points = []
    known: dict[int, rig.Json] = {}
    for size in (0, *(10**power for power in range(4, bench.options.rows + 1))):
        cases.progress(f"a ledger of {size} requests")
        name = f"ledger{size}"
        with bench.daemon(name, bench.upstream.plain):
            pass
        path = bench.folder / name / "ledger.db"
        began = time.monotonic()
        if size:
            reports.fill(path, size, is_alone=True)
            reports.fill_tree(path)
        filled_s = time.monotonic() - began
        started = bench.daemon(name, bench.upstream.plain, keeps=True)
        daemon = bench.stack.enter_context(started)
        points.append((size, daemon))
        known[size] = {
            "filled_s": filled_s,
            "mib": path.stat().st_size / 2**20,
            "costs_ms": costs_ms(daemon),
        }
    made = {
        "w=1": lambda daemon: cases.think(bench, daemon, Shape(1)),
        "w=64": lambda daemon: cases.think(bench, daemon, Shape(64)),
    }
    return grown(bench, points, made, known)


def costs_ms(daemon: rig.Daemon) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        reply, _, _ = rig.ask(daemon.socket, {"method": "costs"})
        taken.append((time.perf_counter() - began) * 1000)
        if "result" not in reply:
            raise rig.RigError(f"costs: {reply}")
    return statistics.median(taken)


SYLLABLES = "bra dor fen gul hes jor kel lum mav nor pel quo ras sil tor ulm vas wen yor zab"


def write_persona(folder: Path, terms: int) -> Path:
    """Timmy, who knows so many people with invented names; the folder of the personas."""
    chosen, syllables = random.Random(terms), SYLLABLES.split()
    names: dict[str, None] = {}
    while len(names) < terms:
        first, last = (
            "".join(chosen.choice(syllables) for _ in range(count)).title() for count in (2, 3)
        )
        names[f"{first} {last}"] = None
    home = folder / "timmy"
    home.mkdir(parents=True)
    (home / "SOUL.md").write_text("# Who I am\n\nI keep a mill, and I say what I think.\n")
    persona = {"identity": {"name": "Timmy", "people": list(names), "soul": "SOUL.md"}}
    (home / "persona.yaml").write_text(json.dumps(persona, indent=1))
    return folder


def terms(bench: Bench) -> dict[str, Any]:
    """Personas with many names that may not leave; tasks of 1 KB, read for all of them."""
    points = []
    for count in TERMS:
        personas = write_persona(bench.folder / f"personas{count}", count)
        cases.progress(f"a persona with {count} terms")
        started = bench.daemon(
            f"terms{count}", bench.upstream.plain, personas=personas, patience=PATIENCE_S
        )
        points.append((count, bench.stack.enter_context(started)))
    made = {
        f"w={window}": lambda daemon, window=window: cases.think(
            bench, daemon, Shape(window, inputs.KILOBYTE)
        )
        for window in (1, 64)
    }
    return grown(bench, points, made, task=inputs.KILOBYTE)


def backends(bench: Bench) -> dict[str, Any]:
    """Many backends of one kind, all of them this upstream."""
    points = []
    for count in BACKENDS:
        port = bench.upstream.plain
        started = bench.daemon(f"backends{count}", port, backends=count, probe="never")
        points.append((count, bench.stack.enter_context(started)))

    def route(daemon: rig.Daemon) -> Case:
        shape = Shape(1)
        pid = daemon.process.pid
        ask = cases.over_socket(bench, daemon.socket, "route", shape, pid)
        return Case("route", ask, None, daemon)

    made = {
        "w=1": lambda daemon: cases.think(bench, daemon, Shape(1)),
        "w=64": lambda daemon: cases.think(bench, daemon, Shape(64)),
        "route": route,
    }
    return grown(bench, points, made)
