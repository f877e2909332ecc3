"""Side by side: direct calls, thoughts, the front door and the peers; short tasks and long ones,
whole and streamed, one at a time and many."""

from __future__ import annotations

import socket
import statistics
import time
from dataclasses import asdict
from typing import Any

import cases
import inputs
import peers
import rig
from cases import Bench, Case, Shape

WINDOWS = (1, 16, 64)
STARTS = 5
ECHO_BYTES = 400  # of an answer, when there is no daemon to ask how long its own is
Daemons = tuple[rig.Daemon, rig.Daemon]


def check_answers(plain: rig.Daemon, streaming: rig.Daemon) -> int:
    """One of each by hand before any is timed. Says how long the reply to a route is."""
    reply, _, length = rig.ask(plain.socket, inputs.request("route"))
    if "result" not in reply:
        raise rig.RigError(f"route: {reply}")
    reply, _, _ = rig.ask(plain.socket, inputs.request("think"))
    if not reply.get("result", {}).get("text"):
        raise rig.RigError(f"think: {reply}")
    reply, before, _ = rig.ask(streaming.socket, inputs.request("stream"))
    deltas = "".join(each["params"].get("text", "") for each in before)
    if not deltas or deltas != reply.get("result", {}).get("text"):
        raise rig.RigError(f"think with stream: {reply} after {len(before)} notifications")
    return length


def measure_starts(bench: Bench) -> list[float]:
    found = []
    for index in range(STARTS):
        with bench.daemon(f"start{index}", bench.upstream.plain, guarded=False) as daemon:
            found.append(daemon.first_answer_ms)
    return found


def start_daemons(bench: Bench) -> Daemons:
    """One on the upstream's plain answers, one on its streams."""
    ports = (bench.upstream.plain, bench.upstream.stream)
    one, two = (
        bench.stack.enter_context(bench.daemon(name, port))
        for name, port in zip(("plain", "stream"), ports, strict=True)
    )
    return one, two


def start_peers(bench: Bench) -> list[peers.Peer | peers.Library]:
    """What is installed beside us."""
    folder, work = bench.options.peers.resolve(), bench.folder
    return [
        bench.stack.enter_context(peers.start(name, folder, work / f"peer-{name}", bench.upstream))
        for name in peers.installed(folder)
        if name not in bench.options.without
    ]


def beside(bench: Bench, found: peers.Peer | peers.Library, shape: Shape) -> Case:
    if isinstance(found, peers.Peer):
        return cases.peer(bench, found, shape)
    return cases.library(bench, found, shape)


def all_of(
    bench: Bench, shape: Shape, daemons: Daemons, others: list[peers.Peer | peers.Library]
) -> list[Case]:
    """A shape for everybody, the floor first."""
    daemon = daemons[1] if shape.is_streamed else daemons[0]
    return [
        cases.direct(bench, shape),
        cases.think(bench, daemon, shape),
        cases.door(bench, daemon, shape),
        *(beside(bench, each, shape) for each in others),
    ]


def route_cases(bench: Bench, length: int, daemon: rig.Daemon | None) -> list[Case]:
    """The daemon decides, and nothing is sent; beside a server that does nothing."""
    echo_pid, echo_socket = bench.stack.enter_context(
        rig.echo(bench.programs.echo, bench.folder, length)
    )
    found = []
    for window in (1, 64):
        shape = Shape(window)
        ask = cases.over_socket(bench, echo_socket, "route", shape, echo_pid)
        found.append(Case(f"echo{shape.name}", ask))
        if daemon:
            ask = cases.over_socket(bench, daemon.socket, "route", shape, daemon.process.pid)
            found.append(Case(f"route{shape.name}", ask, f"echo{shape.name}", daemon))
    return found


def tokens_case(bench: Bench) -> Case:
    """The time from a backend's token to its words on the socket, with a daemon of its own."""
    listener = bench.stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=16))
    port = listener.getsockname()[1]
    daemon = bench.stack.enter_context(bench.daemon("tokens-daemon", port, probe="never"))
    line = str(inputs.line_path(bench.folder, "stream"))
    number = listener.fileno()
    command = [str(bench.programs.tokens), "-l", str(number), "-s", str(daemon.socket), "-t", line]
    return Case("first token to first delta", cases.command(command, descriptors=(number,)))


def notes_of(runs: dict[str, list[dict[str, float]]]) -> list[str]:
    notes = []
    deltas = [
        run["notifications"] / run["requests"]
        for name, found in runs.items()
        for run in found
        if name.startswith("think streamed") and run["requests"]
    ]
    if deltas:
        notes.append(f"Notifications for a streamed thought: {statistics.median(deltas):.1f}.")
    if tokens := runs.get("first token to first delta"):
        p50, p99 = (
            statistics.median(run[f"each_{part}_us"] for run in tokens) for part in ("p50", "p99")
        )
        notes.append(f"Any token to its words on the socket: p50 {p50:.0f} us, p99 {p99:.0f} us.")
    return notes


def speed(bench: Bench) -> dict[str, Any]:
    """Short tasks, with starts and memory."""
    options = bench.options
    starts = measure_starts(bench)
    daemons = start_daemons(bench)
    time.sleep(options.settle)
    memory = {"after start": daemons[0].memory_mib()}
    others = start_peers(bench)
    listed = [
        case
        for is_streamed in (False, True)
        for window in WINDOWS
        for case in all_of(bench, Shape(window, is_streamed=is_streamed), daemons, others)
    ]
    listed += route_cases(bench, check_answers(*daemons), daemons[0])
    listed.append(tokens_case(bench))
    runs = cases.rounds(bench, listed, options.rounds, options.seconds, options.warm_up)
    time.sleep(options.settle)
    memory["after load"] = daemons[0].memory_mib()
    memory["peak"] = daemons[0].memory_mib("VmHWM")
    memory["after streamed load"] = daemons[1].memory_mib()
    memory |= {each.name: each.memory_mib() for each in others}
    rows = cases.rows(listed, runs)
    return {
        "rows": {name: asdict(row) for name, row in rows.items()},
        "starts_ms": starts,
        "rss_mib": memory,
        "notes": notes_of(runs),
    }


def sizes(bench: Bench) -> dict[str, Any]:
    """Tasks of 1 KB and of 64 KB."""
    daemons, others = start_daemons(bench), start_peers(bench)
    # Those to whom a size hardly matters, and each run of whom takes seconds, are left out of one.
    quick = [each for each in others if not each.is_slow]
    listed = [
        case
        for size in (inputs.KILOBYTE, inputs.LARGE)
        for is_streamed in (False, True)
        for window in WINDOWS
        for case in all_of(
            bench, Shape(window, size, is_streamed), daemons, quick if window == 16 else others
        )
    ]
    options = bench.options
    runs = cases.rounds(
        bench, listed, min(options.rounds, 2), min(options.seconds, 0.8), min(options.warm_up, 0.2)
    )
    rows = cases.rows(listed, runs)
    return {"rows": {name: asdict(row) for name, row in rows.items()}}


def floors(bench: Bench) -> dict[str, Any]:
    """Direct and echo alone; no daemon is needed."""
    options = bench.options
    listed = [
        cases.direct(bench, Shape(window, is_streamed=is_streamed))
        for is_streamed in (False, True)
        for window in WINDOWS
    ]
    listed += route_cases(bench, ECHO_BYTES, None)
    runs = cases.rounds(bench, listed, options.rounds, options.seconds, options.warm_up)
    return {"rows": {name: asdict(row) for name, row in cases.rows(listed, runs).items()}}
