#!/usr/bin/env python3
"""Measures what the bridge adds to a call, and how much of it there can be.

Direct calls and thoughts, bare echoes and routes are run in turn, round after round, so that what
the machine does meanwhile falls on both. See README.md in this folder for what the numbers mean.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import peers
import report
import rig

WINDOW = 64
DOOR_WINDOWS = (1, 16, WINDOW)
STARTS = 5
ECHO_BYTES = 400  # of an answer, when there is no daemon to ask how long its own is

TASKS: dict[str, rig.Json] = {
    "route": {"task": "list the files in this room, shelf {id}"},
    "think": {"task": "Timmy, name a colour for door {id}"},
    "stream": {"task": "Timmy, name a colour for door {id}", "stream": True},
}


@dataclass(frozen=True)
class Case:
    name: str
    command: list[str]
    floor: str | None = None
    daemon: rig.Daemon | peers.Peer | None = None  # whose processor time it is
    port: int | None = None  # of the upstream, when the case is to reach it once a request
    servers: tuple[int, ...] = ()  # processes to be kept off the client's core
    descriptors: tuple[int, ...] = ()  # that the program is given


@dataclass
class Bench:
    options: argparse.Namespace
    folder: Path
    programs: rig.Programs
    upstream: rig.Upstream
    stack: contextlib.ExitStack
    failures: list[str] = field(default_factory=list)
    runs: dict[str, list[report.Run]] = field(default_factory=dict)
    starts_ms: list[float] = field(default_factory=list)
    rss: dict[str, float] = field(default_factory=dict)
    peers: list[peers.Peer] = field(default_factory=list)


def request(kind: str) -> rig.Json:
    method = "route" if kind == "route" else "think"
    params = TASKS[kind] | {"task": str(TASKS[kind]["task"]).replace("{id}", "1")}
    return {"method": method, "params": params}


def write_inputs(folder: Path) -> None:
    """The request lines for load, and the bodies for direct: what the daemon would send, about."""
    for kind, params in TASKS.items():
        method = "route" if kind == "route" else "think"
        rest = json.dumps({"method": method, "params": params})[1:]
        (folder / f"{kind}.line").write_text('{"jsonrpc": "2.0", "id": {id}, ' + rest + "\n")
    system = "Answer the task in plain text. Be brief. Do not ask questions back."
    for kind in ("think", "stream"):
        body: rig.Json = {
            "model": "alpha-model",
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": "name a colour for door 1"},
            ],
            "stream": kind == "stream",
        }
        if kind == "stream":
            body["stream_options"] = {"include_usage": True}
        write_body(folder / f"{kind}.body", body)
        body["model"] = "auto"
        write_body(folder / f"{kind}.door", body)


def write_body(path: Path, body: rig.Json) -> None:
    path.write_text(json.dumps(body, separators=(",", ":")))


def check_answers(plain: rig.Daemon, streaming: rig.Daemon) -> int:
    """One of each by hand before any is timed. Says how long the reply to a route is."""
    reply, _, length = rig.ask(plain.socket, request("route"))
    if "result" not in reply:
        raise rig.RigError(f"route: {reply}")
    reply, _, _ = rig.ask(plain.socket, request("think"))
    if not reply.get("result", {}).get("text"):
        raise rig.RigError(f"think: {reply}")
    reply, before, _ = rig.ask(streaming.socket, request("stream"))
    deltas = "".join(each["params"].get("text", "") for each in before)
    if not deltas or deltas != reply.get("result", {}).get("text"):
        raise rig.RigError(f"think with stream: {reply} after {len(before)} notifications")
    return length


def measure_starts(bench: Bench) -> None:
    for index in range(STARTS):
        folder = bench.folder / f"start{index}"
        port = bench.upstream.plain
        binary = bench.options.binary
        with rig.daemon(binary, folder, port, request("route"), guarded=False) as daemon:
            bench.starts_ms.append(daemon.first_answer_ms)


def direct_case(bench: Bench, name: str, kind: str, window: int) -> Case:
    port = bench.upstream.stream if kind == "stream" else bench.upstream.plain
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    body = str(bench.folder / f"{kind}.body")
    command = [str(bench.programs.direct), "-a", url, "-b", body, "-w", str(window)]
    return Case(f"{name} w={window}", command, servers=apart(bench, bench.upstream.pid, window))


def door_case(bench: Bench, daemon: rig.Daemon, kind: str, floor: str, window: int) -> Case:
    """The same request as the floor's, sent by the same program to the daemon's front door."""
    url = f"http://127.0.0.1:{daemon.door}/v1/chat/completions"
    body = str(bench.folder / f"{kind}.door")
    return Case(
        name=f"{'door streamed' if kind == 'stream' else 'door'} w={window}",
        command=[str(bench.programs.direct), "-a", url, "-b", body, "-w", str(window)],
        floor=f"{floor} w={window}",
        daemon=daemon,
        port=bench.upstream.stream if kind == "stream" else bench.upstream.plain,
        servers=apart(bench, bench.upstream.pid, window),
    )


def peer_case(bench: Bench, peer: peers.Peer, window: int) -> Case:
    """The same request again, sent by the same program to another gateway."""
    body = bench.folder / f"{peer.name}.body"
    write_body(body, json.loads((bench.folder / "think.door").read_text()) | {"model": peer.model})
    key = ["-k", peer.key] if peer.key else []
    return Case(
        name=f"{peer.name} w={window}",
        command=[
            str(bench.programs.direct),
            "-a",
            peer.url,
            "-b",
            str(body),
            "-w",
            str(window),
            *key,
        ],
        floor=f"direct w={window}",
        daemon=peer,
        port=bench.upstream.plain,
        servers=apart(bench, bench.upstream.pid, window),
    )


def load_command(bench: Bench, path: Path, kind: str, window: int) -> list[str]:
    line = str(bench.folder / f"{kind}.line")
    return [str(bench.programs.load), "-s", str(path), "-t", line, "-w", str(window)]


def daemon_case(bench: Bench, daemon: rig.Daemon, kind: str, floor: str, window: int) -> Case:
    label = {"think": "think", "stream": "think streamed", "route": "route"}[kind]
    ports = {"think": bench.upstream.plain, "stream": bench.upstream.stream, "route": None}
    server = daemon.process.pid if kind == "route" else bench.upstream.pid
    return Case(
        name=f"{label} w={window}",
        command=load_command(bench, daemon.socket, kind, window),
        floor=f"{floor} w={window}",
        daemon=daemon,
        port=ports[kind],
        servers=apart(bench, server, window),
    )


def apart(bench: Bench, server: int, window: int) -> tuple[int, ...]:
    return (server,) if window == 1 and not bench.options.unpinned else ()


def make_cases(bench: Bench, daemons: tuple[rig.Daemon, rig.Daemon] | None) -> list[Case]:
    length = check_answers(*daemons) if daemons else ECHO_BYTES
    echo = rig.echo(bench.programs.echo, bench.folder, length)
    echo_pid, echo_socket = bench.stack.enter_context(echo)
    cases = []
    beside = start_peers(bench) if daemons else []
    for kind, floor in (("think", "direct"), ("stream", "direct streamed"), ("route", "echo")):
        for window in DOOR_WINDOWS if kind == "think" else (1, WINDOW):
            if kind == "route":
                command = load_command(bench, echo_socket, kind, window)
                servers = apart(bench, echo_pid, window)
                cases.append(Case(f"{floor} w={window}", command, servers=servers))
            else:
                cases.append(direct_case(bench, floor, kind, window))
            if daemons:
                daemon = daemons[1] if kind == "stream" else daemons[0]
                cases.append(daemon_case(bench, daemon, kind, floor, window))
                if kind != "route":
                    cases.append(door_case(bench, daemon, kind, floor, window))
                if kind == "think":
                    cases += [peer_case(bench, peer, window) for peer in beside]
    return cases


def start_peers(bench: Bench) -> list[peers.Peer]:
    """The gateways that are installed, each with the upstream's plain answers."""
    found = []
    for name in peers.installed(bench.options.peers):
        venv, folder = bench.options.peers / name, bench.folder / name
        started = peers.STARTERS[name](venv, folder, bench.upstream.plain)
        found.append(bench.stack.enter_context(started))
    bench.peers = found
    return found


def tokens_case(bench: Bench) -> Case:
    """The time from a backend's token to its words on the socket, with a daemon of its own."""
    listener = bench.stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=16))
    port = listener.getsockname()[1]
    daemon = bench.stack.enter_context(
        rig.daemon(
            bench.options.binary,
            bench.folder / "tokens-daemon",
            port,
            request("route"),
            probe="never",
        )
    )
    line = str(bench.folder / "stream.line")
    number = listener.fileno()
    command = [str(bench.programs.tokens), "-l", str(number), "-s", str(daemon.socket), "-t", line]
    return Case("first token to first delta", command, descriptors=(number,))


def execute(case: Case, seconds: float, warm_up: float) -> tuple[report.Run, str]:
    """One run of a program: what it printed, and what it complained of."""
    command = [*case.command, "-d", f"{seconds:g}", "-u", f"{warm_up:g}"]
    limit = seconds + warm_up + 3 * rig.PATIENCE_S
    try:
        with rig.apart(case.servers) as first_core:
            done = subprocess.run(
                [*first_core, *command],
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
                pass_fds=case.descriptors,
            )
        return json.loads(done.stdout), done.stderr.strip()
    except subprocess.TimeoutExpired as error:
        raise rig.RigError(f"{case.name}: no end after {limit:g} s") from error
    except json.JSONDecodeError as error:
        raise rig.RigError(f"{case.name}: {done.stderr.strip()}") from error


def run_case(bench: Bench, case: Case) -> report.Run:
    cpu = case.daemon.cpu_seconds() if case.daemon else 0.0
    calls = bench.upstream.calls(case.port) if case.port else 0
    run, said = execute(case, bench.options.seconds, bench.options.warm_up)
    total = run["requests"] + run["warmup_requests"]
    if case.daemon and total:
        run["cpu_us"] = (case.daemon.cpu_seconds() - cpu) * 1e6 / total
    if case.port:
        made = bench.upstream.calls(case.port) - calls - 1
        run["upstream_calls"] = made
        if made < total:
            bench.failures.append(f"{case.name}: {total:.0f} answers out of {made} upstream calls")
    if run["errors"] or not run["requests"]:
        errors, requests = run["errors"], run["requests"]
        bench.failures.append(f"{case.name}: {errors:.0f} errors, {requests:.0f} answers. {said}")
    return run


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="\033[K", file=sys.stderr, flush=True)


def measure(bench: Bench) -> list[Case]:
    options = bench.options
    daemons = None
    if not options.floors:
        measure_starts(bench)
        one, two = (
            bench.stack.enter_context(
                rig.daemon(options.binary, bench.folder / name, port, request("route"))
            )
            for name, port in (("plain", bench.upstream.plain), ("stream", bench.upstream.stream))
        )
        daemons = (one, two)
        time.sleep(options.settle)
        bench.rss["after start"] = one.memory_mib()
    cases = make_cases(bench, daemons)
    if daemons:
        cases.append(tokens_case(bench))
    for number in range(options.rounds):
        for case in cases:
            progress(f"round {number + 1}/{options.rounds}: {case.name}")
            bench.runs.setdefault(case.name, []).append(run_case(bench, case))
    progress("")
    if daemons:
        time.sleep(options.settle)
        bench.rss["after load"] = daemons[0].memory_mib()
        bench.rss["peak"] = daemons[0].memory_mib("VmHWM")
        bench.rss["after streamed load"] = daemons[1].memory_mib()
        bench.rss |= {peer.name: peer.memory_mib() for peer in bench.peers}
    return cases


def make_notes(bench: Bench) -> list[str]:
    notes = []
    if not bench.options.unpinned:
        notes.append("At w=1 the client and the server it is timed against are on different cores.")
    if bench.starts_ms:
        low, high = min(bench.starts_ms), max(bench.starts_ms)
        notes.append(f"Start to first answer: {low:.0f} to {high:.0f} ms in {STARTS} starts.")
    if bench.rss:
        said = ", ".join(f"{value:.1f} MiB {when}" for when, value in bench.rss.items())
        said = said.replace("MiB tensorzero", "MiB TensorZero").replace(
            "MiB litellm", "MiB LiteLLM"
        )
        notes.append(f"Resident memory: {said}.")
    deltas = [
        run["notifications"] / run["requests"]
        for name, runs in bench.runs.items()
        for run in runs
        if name.startswith("think streamed") and run["requests"]
    ]
    if deltas:
        notes.append(f"Notifications for a streamed thought: {statistics.median(deltas):.1f}.")
    if tokens := bench.runs.get("first token to first delta"):
        p50, p99 = (
            statistics.median(run[f"each_{part}_us"] for run in tokens) for part in ("p50", "p99")
        )
        notes.append(f"Any token to its words on the socket: p50 {p50:.0f} us, p99 {p99:.0f} us.")
    return notes


def publish(bench: Bench, cases: list[Case], facts: dict[str, str]) -> None:
    options = bench.options
    rows = {
        case.name: report.row(
            case.name, case.floor, bench.runs[case.name], bench.runs.get(case.floor or "", [])
        )
        for case in cases
    }
    start_ms = statistics.median(bench.starts_ms) if bench.starts_ms else None
    found = report.bars(rows, start_ms, bench.rss)
    notes = make_notes(bench)
    raw: dict[str, Any] = {
        "command": report.command_line(sys.argv[1:]),
        "machine": facts,
        "versions": report.versions(None if options.floors else options.binary)
        | {peer.name: peers.versions(options.peers)[peer.name] for peer in bench.peers},
        "rounds": options.rounds,
        "seconds": options.seconds,
        "pinned": not options.unpinned,
        "warm_up_seconds": options.warm_up,
        "starts_ms": bench.starts_ms,
        "rss_mib": bench.rss,
        "runs": bench.runs,
        "medians": {name: asdict(each) for name, each in rows.items()},
        "bars": [{**asdict(bar), "met": bar.met} for bar in found],
        "failures": bench.failures,
    }
    print(report.text_table(report.HEADINGS, report.cells(rows)))
    if found:
        print("\n" + report.text_table(report.BAR_HEADINGS, report.bar_cells(found)))
    print("".join(f"\n{note}" for note in notes))
    if options.json:
        options.json.write_text(json.dumps(raw, indent=2) + "\n")
    if options.markdown:
        options.markdown.write_text(report.markdown(raw, rows, found, notes))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    binary = rig.REPO / ".build" / "release" / "workshop"
    parser.add_argument("--binary", type=Path, default=binary, help="the daemon (release build)")
    beside = rig.REPO / ".venvs-bench"
    parser.add_argument("--peers", type=Path, default=beside, help="where gateways are installed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each run, warm-up apart")
    parser.add_argument("--quick", action="store_true", help="one round of 0.5 s")
    parser.add_argument("--floors", action="store_true", help="direct and echo only, no daemon")
    parser.add_argument("--unpinned", action="store_true", help="leave w=1 to the scheduler, too")
    parser.add_argument("--work", type=Path, help="make the temporary folder (the ledger) in here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw numbers")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a table for the docs")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 0.5
    if not 1 <= options.rounds <= 100 or not 0.05 <= options.seconds <= 60:
        parser.error("1 to 100 rounds of 0.05 to 60 seconds")
    options.warm_up = 0.1 if options.quick else 0.5
    options.settle = 0.3 if options.quick else 1.0
    options.binary = options.binary.resolve()
    if not options.floors and not options.binary.is_file():
        parser.error(f"no daemon at {options.binary}: build it, or say --floors")
    return options


def on_signal(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> int:
    options = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        with contextlib.ExitStack() as stack:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="wb-", dir=options.work))
            folder = Path(name).resolve()
            facts = report.machine(folder)
            write_inputs(folder)
            programs = rig.build(folder)
            upstream = stack.enter_context(rig.upstream(folder))
            bench = Bench(options, folder, programs, upstream, stack)
            publish(bench, measure(bench), facts)
    except (rig.RigError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    for failure in bench.failures:
        print(f"bench: {failure}", file=sys.stderr)
    return 1 if bench.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
