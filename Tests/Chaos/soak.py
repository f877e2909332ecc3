#!/usr/bin/env python3
"""A million thoughts while things break: memory, descriptors, threads and latency must stay flat.

One daemon, thoughts over its socket (`Benchmarks/load.c`) and through its front door, clients that
leave without their answers, and behind it two fast backends (nginx), one of which is killed and
started again all the time, and three bad ones: errors, resets, stalls. Meanwhile the configuration
is read again every few seconds. After each window the daemon is measured; what grew from the second
fifth of the run to the last one decides the exit code, with every thought that got no answer.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "Benchmarks"))

import rig  # noqa: E402
import upstreams  # noqa: E402

# How much may have been added between the second and the last fifth of a run, or multiplied.
# Connections to backends are kept, up to 256, so that descriptors sway by as many as are at work.
RSS_MIB, DESCRIPTORS, THREADS, P50_TIMES, P99_TIMES = 16.0, 128, 4, 2.0, 3.0
FIFTHS = 5
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Window:
    """What was measured behind one part of the thoughts."""

    thoughts: int
    seconds: float
    rss_mib: float
    descriptors: int
    threads: int
    p50_us: float
    p99_us: float
    ledger_mib: float


class Faults:
    """What breaks meanwhile, each in a thread; `counts` says how often."""

    def __init__(self, seed: int) -> None:
        self.ended = threading.Event()
        self.counts: dict[str, int] = {}
        self.chance = random.Random(seed)
        self.threads: list[threading.Thread] = []

    def every(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        """Does it again and again, at times that nobody can learn."""

        def run() -> None:
            while not self.ended.wait(seconds * self.chance.uniform(0.5, 1.5)):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    work()
                    self.counts[name] = self.counts.get(name, 0) + 1

        self.threads.append(threading.Thread(target=run, daemon=True))
        self.threads[-1].start()

    def end(self) -> None:
        """No more of them."""
        self.ended.set()
        for thread in self.threads:
            thread.join(30)


class Killable:
    """An nginx that can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "killable"
        self.folder.mkdir()
        self.port, other = rig.free_ports(2)
        text = (TOP / "Benchmarks/upstream.conf").read_text()
        text = text.replace("@PLAIN@", str(self.port)).replace("@STREAM@", str(other))
        (self.folder / "upstream.conf").write_text(text)
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts it; a moment later it answers."""
        command = [rig.find_nginx(), "-p", str(self.folder), "-c", "upstream.conf"]
        command = ["setpriv", "--pdeathsig", "KILL", *command, "-e", "error.log"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def kill(self) -> None:
        """As a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        """Kills it, and starts it a moment later."""
        self.kill()
        time.sleep(0.3)
        self.start()


def write_config(path: Path, ports: dict[str, str], door: int, turn: int) -> None:
    """The configuration; each turn has another price, so that a reload takes something over."""
    backends = {
        name: {
            "url": url,
            "model": "alpha-model",
            "role": "local",
            "local": True,
            "health": "never",
            "cooldown_s": 1,
            "prices": {"input": 0.1 + turn % 2, "output": 0.4},
            "timeouts": {
                "connect_ms": 2000,
                "first_token_ms": 400 if name == "stalls" else 20_000,
                "stall_ms": 20_000,
                "total_ms": 30_000,
            },
        }
        for name, url in ports.items()
    }
    shares = {"steady": 600, "killed": 380, "errors": 8, "resets": 8, "stalls": 1}
    targets = [{"target": name, "weight": weight} for name, weight in shares.items()]
    config = {
        "server": {
            "socket": str(path.parent / "bridge.sock"),
            "persona": "timmy",
            "personas": str(TOP / "configs/personas"),
        },
        "ledger": {"path": str(path.parent / "ledger.db")},
        "http": {"listen": f"127.0.0.1:{door}"},
        "routing": {
            "retry": {"attempts": 0, "base_ms": 1, "cap_ms": 5},
            "max_attempts": 8,
            "strategy": {"mode": "loadbalance", "balancing": "weighted", "targets": targets},
        },
        "backends": backends,
    }
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(config))
    draft.replace(path)


def leave_early(path: Path) -> None:
    """A client that asks for a few things, and is gone before it has heard."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        link.connect(str(path))
        for number in range(4):
            params = {"task": f"name place {number}", "stream": number % 2 == 0}
            request = {"jsonrpc": "2.0", "id": number, "method": "think", "params": params}
            link.sendall(json.dumps(request).encode() + b"\n")


def knock(door: int, count: int, failures: list[str]) -> None:
    """Questions to the front door, whole and streamed, on a connection of their own."""
    link = http.client.HTTPConnection("127.0.0.1", door, timeout=60)
    with contextlib.closing(link):
        for number in range(count):
            message = {"role": "user", "content": f"name place {number}"}
            body = {"model": "auto", "stream": number % 2 == 0, "messages": [message]}
            link.request(
                "POST",
                "/v1/chat/completions",
                json.dumps(body),
                {"Content-Type": "application/json"},
            )
            reply = link.getresponse()
            text = reply.read()
            # A stream that broke behind its first word says so; everything else has its answer.
            broken = body["stream"] and b'"code":"stream_interrupted"' in text
            if reply.status != http.HTTPStatus.OK or not (broken or b"Blue." in text):
                failures.append(f"{reply.status} {text[-300:].decode()}")


def ledger_mib(folder: Path) -> float:
    """All files of the ledger."""
    return sum(path.stat().st_size for path in folder.glob("ledger.db*") if path.is_file()) / 2**20


def measure(daemon: rig.Daemon, told: dict[str, Any], thoughts: int, seconds: float) -> Window:
    """The daemon, as it is now."""
    process = Path(f"/proc/{daemon.process.pid}")
    return Window(
        thoughts=thoughts,
        seconds=round(seconds, 1),
        rss_mib=round(daemon.memory_mib(), 1),
        descriptors=len(list((process / "fd").iterdir())),
        threads=len(list((process / "task").iterdir())),
        p50_us=told["p50_us"],
        p99_us=told["p99_us"],
        ledger_mib=round(ledger_mib(daemon.folder), 1),
    )


@contextlib.contextmanager
def house(binary: Path, folder: Path, seed: int) -> Iterator[tuple[rig.Daemon, Faults, list[str]]]:
    """The daemon with all that is behind it and all that goes wrong."""
    with contextlib.ExitStack() as stack:
        steady = stack.enter_context(rig.upstream(folder))
        killed = Killable(folder)
        stack.callback(killed.kill)
        bad = {
            "errors": upstreams.error_with_words,
            "resets": upstreams.reset_in_body,
            "stalls": upstreams.hang_before_head,
        }
        ports = {"steady": steady.plain, "killed": killed.port}
        for name, behaviour in bad.items():
            upstream = upstreams.Upstream(behaviour)
            stack.callback(upstream.stop)
            ports[name] = upstream.port
        urls = {name: f"http://127.0.0.1:{port}/v1" for name, port in ports.items()}
        home = folder / "home"
        home.mkdir(mode=0o700)
        config, door = home / "backends.json", rig.free_port()
        write_config(config, urls, door, 0)
        command = [str(binary), "serve", "--config", str(config), "--log-level", "error"]
        process = stack.enter_context(rig.child(command, home, "workshop.log"))
        ask = {"method": "think", "params": {"task": "name a colour", "keep": False}}
        rig.first_answer(process, home / "bridge.sock", ask, home / "workshop.log")
        daemon = rig.Daemon(process, home, 0, door)
        faults, failures, turn = Faults(seed), [], itertools.count(1)
        faults.every("kills of a backend", 4, killed.restart)
        faults.every("clients that left", 0.05, lambda: leave_early(daemon.socket))
        faults.every("rounds at the front door", 0.2, lambda: knock(door, 10, failures))

        def reload() -> None:
            write_config(config, urls, door, next(turn))
            process.send_signal(signal.SIGHUP)

        faults.every("reloads", 5, reload)
        stack.callback(faults.end)
        yield daemon, faults, failures


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The whole soak; what came of it."""
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        programs = rig.build(folder)
        template = folder / "think.json"
        params = {"task": "name a colour of the sea, number {id}", "keep": False}
        request = json.dumps({"jsonrpc": "2.0", "id": 0, "method": "think", "params": params})
        template.write_text(request.replace('"id": 0', '"id":{id}') + "\n")
        windows: list[Window] = []
        lost = asked = 0
        began = time.monotonic()
        with house(options.binary, folder, options.seed) as (daemon, faults, failures):
            for _ in range(options.windows):
                each = options.thoughts // options.windows
                where = ["-s", str(daemon.socket), "-t", str(template)]
                size = ["-c", "4", "-w", "16", "-n", str(each), "-u", "0"]
                done = subprocess.run(
                    [str(programs.load), *where, *size], capture_output=True, text=True, check=False
                )
                told = json.loads(done.stdout)
                lost += told["errors"] + told["lost"]
                if done.stderr:
                    print(done.stderr[:600], file=sys.stderr)
                asked += each
                windows.append(measure(daemon, told, asked, time.monotonic() - began))
                if not options.quiet:
                    print(json.dumps(asdict(windows[-1])), flush=True)
                daemon.check()
            faults.end()
            reply, _, _ = rig.ask(daemon.socket, {"method": "audit", "params": {}}, 300)
            deadline = time.monotonic() + 30
            while reply["result"]["unsettled"] and time.monotonic() < deadline:
                time.sleep(0.5)
                reply, _, _ = rig.ask(daemon.socket, {"method": "audit", "params": {}}, 300)
        audit = reply["result"]
    return {
        "thoughts": asked,
        "unanswered": lost,
        "door_failures": len(failures),
        "door_failure": failures[0] if failures else None,
        "faults": faults.counts,
        "records": audit["records"],
        "gaps": audit["gaps"],
        "unsettled": audit["unsettled"],
        "by_backend": {row["backend"]: row["records"] for row in audit["by_backend"]},
        "windows": [asdict(window) for window in windows],
    }


def verdict(result: dict[str, Any]) -> list[str]:
    """What is wrong with it; empty when all stayed flat and everybody was answered."""
    windows = result["windows"]
    fifth = max(1, len(windows) // FIFTHS)
    early, late = windows[fifth : 2 * fifth], windows[-fifth:]

    def middle(part: list[dict[str, Any]], key: str) -> float:
        return statistics.median(window[key] for window in part)

    wrong = []
    for key, most in (("rss_mib", RSS_MIB), ("descriptors", DESCRIPTORS), ("threads", THREADS)):
        grown = middle(late, key) - middle(early, key)
        if grown > most:
            wrong.append(f"{key} grew by {grown:.1f}, at most {most}")
    for key, most in (("p50_us", P50_TIMES), ("p99_us", P99_TIMES)):
        times = middle(late, key) / max(1e-9, middle(early, key))
        if times > most:
            wrong.append(f"{key} grew {times:.2f} times, at most {most}")
    wrong += [
        f"{key}: {result[key]}"
        for key in ("unanswered", "gaps", "unsettled", "door_failures")
        if result[key]
    ]
    return wrong


PANELS = (
    ("rss_mib", "resident memory, MiB", 1),
    ("descriptors", "open descriptors", 1),
    ("threads", "threads", 1),
    ("p50_us", "p50, ms", 1000),
    ("p99_us", "p99, ms", 1000),
    ("ledger_mib", "the ledger's files, MiB", 1),
)
WIDE, HIGH, EDGE = 300, 120, 52


def plot(result: dict[str, Any]) -> str:
    """One panel for each figure, over the thoughts; readable on white and on black."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * (WIDE + EDGE) + 40}'
        f' {3 * (HIGH + EDGE) + 30}" font-family="sans-serif" font-size="12">'
        f"<title>{result['thoughts']} thoughts with faults</title>"
        '<rect width="100%" height="100%" fill="#fff"/>'
    ]
    for number, (key, name, unit) in enumerate(PANELS):
        left = EDGE + (number % 2) * (WIDE + EDGE + 10)
        top = 30 + (number // 2) * (HIGH + EDGE)
        values = [window[key] / unit for window in result["windows"]]
        most = max(values) * 1.1 or 1
        step = WIDE / max(1, len(values) - 1)
        points = " ".join(
            f"{left + place * step:.1f},{top + HIGH - value / most * HIGH:.1f}"
            for place, value in enumerate(values)
        )
        parts.append(
            f'<text x="{left}" y="{top - 8}" font-weight="bold">{name}</text>'
            f'<path d="M{left} {top}V{top + HIGH}H{left + WIDE}" fill="none" stroke="#9ca3af"/>'
            f'<text x="{left - 6}" y="{top + 10}" text-anchor="end">{most:,.0f}</text>'
            f'<text x="{left - 6}" y="{top + HIGH}" text-anchor="end">0</text>'
            f'<text x="{left + WIDE}" y="{top + HIGH + 16}" text-anchor="end">'
            f"{result['thoughts']:,} thoughts</text>"
            f'<polyline points="{points}" fill="none" stroke="#1d4ed8" stroke-width="2"/>'
        )
    return "".join([*parts, "</svg>\n"])


def main() -> int:
    """0 when all stayed flat, 1 when not, 2 when it could not be run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", type=Path, default=TOP / ".build/release/workshop")
    parser.add_argument("--thoughts", type=int, default=1_000_000)
    parser.add_argument("--windows", type=int, default=50, help="how often it is measured")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--svg", type=Path, help="where the plot goes")
    parser.add_argument("--json", type=Path, help="where the figures go; - is standard output")
    parser.add_argument("--quiet", action="store_true", help="say only what came of it")
    options = parser.parse_args()
    if options.thoughts < options.windows or options.windows < FIFTHS:
        parser.error(f"at least {FIFTHS} windows, and a thought for each")
    if not os.access(options.binary, os.X_OK):
        parser.error(f"there is no {options.binary}: make release")
    # Also who is asked to end leaves nothing running, and no ledger of a gigabyte.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        result = run(options)
    except rig.RigError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    result["wrong"] = verdict(result)
    if options.svg:
        options.svg.write_text(plot(result))
    if options.json:
        text = json.dumps(result, indent=1) + "\n"
        print(text) if str(options.json) == "-" else options.json.write_text(text)
    told = {key: value for key, value in result.items() if key != "windows"}
    print(json.dumps(told, indent=1), file=sys.stderr)
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
