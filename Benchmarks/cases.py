"""One run of one program against one server, checked: what all parts are made of."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import inputs
import peers
import report
import rig

Asked = tuple[report.Run, str]


@dataclass(frozen=True)
class Shape:
    """What is asked, and how much of it at once."""

    window: int = 1
    size: str = inputs.SHORT
    is_streamed: bool = False
    rate: float | None = None  # so many a second (open loop) instead of the next behind the last
    is_even: bool = False  # at that rate: evenly, not at random

    @property
    def name(self) -> str:
        said = " streamed" if self.is_streamed else ""
        if self.size != inputs.SHORT:
            said += f" {self.size}"
        if self.rate is None:
            return f"{said} w={self.window}"
        return f"{said} {self.rate:.0f}/s{' evenly' if self.is_even else ''}"

    @property
    def options(self) -> list[str]:
        window = ["-w", str(self.window)]
        if self.rate is None:
            return window
        return [*window, "-r", f"{self.rate:.2f}", *([] if self.is_even else ["-p", "1"])]


@dataclass(frozen=True)
class Case:
    """A shape for one server; `ask` runs it for so many seconds after such a warm-up."""

    name: str
    ask: Callable[[float, float], Asked]
    floor: str | None = None
    server: rig.Daemon | peers.Peer | peers.Library | None = None  # whose processor time it is
    port: int | None = None  # of the upstream, when the case is to reach it once a request


@dataclass
class Bench:
    """Where all parts run: the programs, the upstream, and what went wrong so far."""

    options: Namespace
    folder: Path
    programs: rig.Programs
    upstream: rig.Upstream
    stack: contextlib.ExitStack
    failures: list[str] = field(default_factory=list)

    def port(self, is_streamed: bool) -> int:
        return self.upstream.stream if is_streamed else self.upstream.plain

    def daemon(self, name: str, port: int, **more: object) -> contextlib.AbstractContextManager:
        """One that has answered a route."""
        folder = self.folder / name
        ready = inputs.request("route")
        return rig.daemon(self.options.binary, folder, port, ready, **more)


def command(
    line: list[str], servers: tuple[int, ...] = (), descriptors: tuple[int, ...] = ()
) -> Callable[[float, float], Asked]:
    """Runs a program of ours; the servers are kept off its core meanwhile."""

    def ask(seconds: float, warm_up: float) -> Asked:
        name = Path(line[0]).name
        limit = 4 * (seconds + warm_up) + 3 * rig.PATIENCE_S
        try:
            with rig.apart(servers) as first_core:
                done = subprocess.run(
                    [*first_core, *line, "-d", f"{seconds:g}", "-u", f"{warm_up:g}"],
                    capture_output=True,
                    text=True,
                    timeout=limit,
                    check=False,
                    pass_fds=descriptors,
                )
            return json.loads(done.stdout), done.stderr.strip()
        except subprocess.TimeoutExpired as error:
            raise rig.RigError(f"{name}: no end after {limit:g} s") from error
        except json.JSONDecodeError as error:
            raise rig.RigError(f"{name}: {done.stderr.strip()}") from error

    return ask


def apart(bench: Bench, server: int, shape: Shape) -> tuple[int, ...]:
    is_alone = shape.window == 1 and shape.rate is None and not bench.options.unpinned
    return (server,) if is_alone else ()


def over_http(
    bench: Bench, name: str, to: tuple[str, str], shape: Shape, key: str | None = None
) -> Callable[[float, float], Asked]:
    """`direct.c`: the same client for everything that speaks HTTP. `to` is a URL and a model."""
    url, model = to
    body = inputs.body_path(bench.folder, name, model, shape.size, shape.is_streamed)
    line = [str(bench.programs.direct), "-a", url, "-b", str(body), *shape.options]
    if key:
        line += ["-k", key]
    return command(line, apart(bench, bench.upstream.pid, shape))


def direct(bench: Bench, shape: Shape) -> Case:
    """The floor: straight to the upstream."""
    url = f"http://127.0.0.1:{bench.port(shape.is_streamed)}/v1/chat/completions"
    return Case(f"direct{shape.name}", over_http(bench, "direct", (url, "alpha-model"), shape))


def door(bench: Bench, daemon: rig.Daemon, shape: Shape) -> Case:
    """The same request, to the daemon's front door."""
    url = f"http://127.0.0.1:{daemon.door}/v1/chat/completions"
    ask = over_http(bench, "door", (url, "auto"), shape)
    return on_floor("door", bench, daemon, shape, ask)


def peer(bench: Bench, found: peers.Peer, shape: Shape) -> Case:
    """The same request, to another gateway."""
    to = found.streams_at if shape.is_streamed else found.at
    ask = over_http(bench, found.name, to, shape, found.key)
    return on_floor(found.name, bench, found, shape, ask)


def library(bench: Bench, found: peers.Library, shape: Shape) -> Case:
    """The same messages, asked for by a program that has the library in it."""

    def ask(seconds: float, warm_up: float) -> Asked:
        wanted: rig.Json = {
            "window": shape.window,
            "seconds": seconds,
            "warm_up": warm_up,
            "rate": shape.rate,
            "is_even": shape.is_even,
            "is_streamed": shape.is_streamed,
            "messages": inputs.messages(shape.size),
        }
        return found.ask(wanted), ""

    return on_floor(found.name, bench, found, shape, ask)


def over_socket(
    bench: Bench, path: Path, kind: str, shape: Shape, server: int
) -> Callable[[float, float], Asked]:
    template = inputs.line_path(bench.folder, kind, shape.size)
    line = [str(bench.programs.load), "-s", str(path), "-t", str(template), *shape.options]
    return command(line, apart(bench, server, shape))


def think(bench: Bench, daemon: rig.Daemon, shape: Shape) -> Case:
    """A thought over the daemon's own socket."""
    kind = "stream" if shape.is_streamed else "think"
    ask = over_socket(bench, daemon.socket, kind, shape, bench.upstream.pid)
    return on_floor("think", bench, daemon, shape, ask)


def on_floor(
    name: str,
    bench: Bench,
    server: rig.Daemon | peers.Peer | peers.Library,
    shape: Shape,
    ask: Callable[[float, float], Asked],
) -> Case:
    return Case(
        f"{name}{shape.name}",
        ask,
        f"direct{shape.name}",
        server,
        bench.port(shape.is_streamed),
    )


def run(bench: Bench, case: Case, seconds: float, warm_up: float) -> report.Run:
    """One run; what is wrong with it is noted in the bench."""
    if isinstance(case.server, peers.Process) and case.server.is_slow:
        seconds, warm_up = max(seconds, 1.5), max(warm_up, 0.5)
    cpu = case.server.cpu_seconds() if case.server else 0.0
    calls = bench.upstream.calls(case.port) if case.port else 0
    found, said = case.ask(seconds, warm_up)
    total = found["requests"] + found["warmup_requests"]
    if case.server and total:
        found["cpu_us"] = (case.server.cpu_seconds() - cpu) * 1e6 / total
    if case.port:
        made = bench.upstream.calls(case.port) - calls - 1
        found["upstream_calls"] = made
        if made < total:
            bench.failures.append(f"{case.name}: {total:.0f} answers out of {made} upstream calls")
    if found["errors"] or not found["requests"]:
        errors, requests = found["errors"], found["requests"]
        bench.failures.append(f"{case.name}: {errors:.0f} errors, {requests:.0f} answers. {said}")
    return found


def rounds(
    bench: Bench, cases: list[Case], count: int, seconds: float, warm_up: float
) -> dict[str, list[report.Run]]:
    """Every case once a round, in turn."""
    runs: dict[str, list[report.Run]] = {}
    for number in range(count):
        for case in cases:
            progress(f"round {number + 1}/{count}: {case.name}")
            runs.setdefault(case.name, []).append(run(bench, case, seconds, warm_up))
    progress("")
    return runs


def rows(cases: list[Case], runs: dict[str, list[report.Run]]) -> dict[str, report.Row]:
    return {
        case.name: report.row(
            case.name, case.floor, runs[case.name], runs.get(case.floor or "", [])
        )
        for case in cases
    }


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="\033[K", file=sys.stderr, flush=True)
