#!/usr/bin/env python3
"""What the front door does to streams, and how many it carries at once.

One program is the backend and all clients, so that a word's way can be timed: `streams.c`. First a
stream of 20 words without pauses, straight from the backend and through the door in turns; then
many streams at once, of which none may be lost and none may stall.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs
import report
import rig

BODY: rig.Json = {
    "model": "auto",
    "messages": [{"role": "user", "content": "count the words of stream number {id}"}],
    "stream": True,
}
Run = dict[str, float]


def run(program: Path, listener: socket.socket, body: Path, *options: str) -> Run:
    """One run of the program."""
    number = listener.fileno()
    command = [str(program), "-l", str(number), "-b", str(body), *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, pass_fds=[number], timeout=300
    )
    if not done.stdout:
        raise rig.RigError(done.stderr)
    if done.stderr:
        print(done.stderr.strip(), file=sys.stderr)
    found: Run = json.loads(done.stdout)
    return found


def short(options: argparse.Namespace, once: list[list[Run]]) -> bool:
    """Prints what a short stream takes; says whether the bar is met."""
    direct, door = (statistics.median(each["whole_p50_us"] for each in runs) for runs in once)
    pairs = zip(*once, strict=True)
    added = statistics.median(ours["whole_p50_us"] - bare["whole_p50_us"] for bare, ours in pairs)
    lines = [["direct", f"{direct:,.0f}", ""], ["door", f"{door:,.0f}", f"{added:,.0f}"]]
    print(report.text_table(["20 words, one at a time", "p50 us", "added us"], lines))
    print(
        f"bar: at most {options.bar:g} us added: {'met' if added <= options.bar else 'not met'}\n"
    )
    return added <= options.bar


def many(options: argparse.Namespace, found: Run, memory: float, cpu_us: float) -> bool:
    """Prints what became of many streams; says whether all were whole."""
    print(
        f"{options.streams:,} streams at once, {options.words} words each, one word every "
        f"{options.pause:g} ms: {found['streams']:,.0f} whole, {found['lost']:,.0f} lost, "
        f"{found['stalled']:,.0f} stalled; a word's way p50 {found['word_p50_us'] / 1000:.2f} ms, "
        f"p99 {found['word_p99_us'] / 1000:.2f} ms, longest silence "
        f"{found['longest_silence_ms']:.0f} ms; {cpu_us:.0f} us CPU a word, {memory:.1f} MiB"
    )
    return found["lost"] + found["stalled"] == 0


def measure(options: argparse.Namespace, folder: Path) -> bool:
    program = rig.build(folder).streams
    body = folder / "streams.body"
    body.write_text(json.dumps(BODY))
    once: list[list[Run]] = [[], []]
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        port = listener.getsockname()[1]
        room = 2 * options.streams
        limits: rig.Json = {"max_in_flight": room, "max_connections": room}
        ready = inputs.request("route")
        with rig.daemon(
            options.binary, folder / "daemon", port, ready, probe="never", limits=limits
        ) as daemon:
            at_door = ["-p", str(daemon.door)]
            for _ in range(options.rounds):
                for runs, where in zip(once, ([], at_door), strict=True):
                    runs.append(run(program, listener, body, *where, "-r", "300"))
            is_quick = short(options, once)
            shape = ["-c", str(options.streams), "-w", str(options.words), "-g", str(options.pause)]
            bare = run(program, listener, body, *shape)
            print(f"direct: a word's way p99 {bare['word_p99_us'] / 1000:.2f} ms")
            began = daemon.cpu_seconds()
            found = run(program, listener, body, *shape, *at_door)
            cpu_us = (daemon.cpu_seconds() - began) * 1e6 / (options.streams * options.words)
            are_whole = many(options, found, daemon.memory_mib(), cpu_us)
    return is_quick and are_whole


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    binary = rig.REPO / ".build" / "release" / "workshop"
    parser.add_argument("--binary", type=Path, default=binary, help="the daemon (release build)")
    parser.add_argument("--rounds", type=int, default=3, help="of 300 short streams each way")
    parser.add_argument("--bar", type=float, default=500, help="microseconds added to a stream")
    parser.add_argument("--streams", type=int, default=1000, help="how many at once")
    parser.add_argument("--words", type=int, default=100, help="of each of them")
    parser.add_argument("--pause", type=float, default=100, help="milliseconds between two words")
    options = parser.parse_args()
    options.binary = options.binary.resolve()
    try:
        with tempfile.TemporaryDirectory(prefix="wb-") as name:
            is_good = measure(options, Path(name).resolve())
    except (rig.RigError, OSError, subprocess.TimeoutExpired) as error:
        print(f"streams: {error}", file=sys.stderr)
        return 1
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
