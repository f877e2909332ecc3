#!/usr/bin/env python3
"""A daemon that was built with a sanitizer, under load, with faults: nothing may be reported.

Thoughts and routes over the socket and at the front door, whole and streamed, 64 in flight each;
meanwhile one of its two backends is killed and comes back, the configuration is read anew, clients
subscribe, cancel, ask for reports, and leave in the middle. Then it is told to end, with thoughts
still in flight. Prints one line of JSON. Every thought must be answered: by the other backend, too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "Benchmarks"))

import inputs  # noqa: E402
import rig  # noqa: E402

PATIENCE_S = 120.0  # a sanitizer is slow, and so is its end
REPORT = re.compile(r"^(?:WARNING|ERROR|==\d+==\s*ERROR): \w+Sanitizer.*$", re.MULTILINE)
FATAL = re.compile(r"Fatal error|Cannot schedule tasks|DEADLYSIGNAL")

# What else a client may ask for, beside thoughts.
QUESTIONS: list[rig.Json] = [
    {"method": "hello", "params": {"version": 1}},
    {"method": "health"},
    {"method": "costs"},
    {"method": "audit"},
    {"method": "models"},
    {"method": "journal", "params": {}},
    {"method": "jobs", "params": {"action": "list"}},
    {"method": "learning", "params": {"action": "report"}},
    {"method": "backends"},
    {"method": "reload"},
    {"method": "subscribe", "params": {"events": ["health.changed", "model.switching"]}},
    {"method": "unsubscribe", "params": {"events": ["health.changed"]}},
    {"method": "cancel", "params": {"id": 7}},
    {"method": "think", "params": {"task": "Timmy, name a colour", "conversation": "talk"}},
    {"method": "forget", "params": {"conversation": "talk"}},
    {"method": "nonsense"},
]


class Backend:
    """nginx, which can be killed and comes back at the same ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o755)
        self.ports = rig.free_ports(2)
        text = (rig.HERE / "upstream.conf").read_text()
        for mark, port in zip(("@PLAIN@", "@STREAM@"), self.ports, strict=True):
            text = text.replace(mark, str(port))
        (folder / "upstream.conf").write_text(text)
        self.stack = contextlib.ExitStack()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It listens when this returns."""
        command = [rig.find_nginx(), "-p", str(self.folder), "-c", "upstream.conf"]
        command += ["-e", "error.log"]
        self.process = self.stack.enter_context(rig.child(command, self.folder, "nginx.log"))
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                for port in self.ports:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                return
            time.sleep(0.01)
        raise rig.RigError(rig.tail(self.folder / "nginx.log"))

    def kill(self) -> None:
        """As the kernel does when there is no memory left."""
        if self.process:
            self.process.kill()
        self.stack.close()


class Meddler(threading.Thread):
    """One that does the same again and again until it is told to stop; its failure is kept."""

    def __init__(self, stop: threading.Event, pause: float, act: object) -> None:
        super().__init__(daemon=True)
        self.stop, self.pause, self.act = stop, pause, act
        self.count = 0
        self.failure: Exception | None = None

    def run(self) -> None:
        while not self.stop.wait(self.pause):
            try:
                self.act()  # type: ignore[operator]
                self.count += 1
            except (OSError, rig.RigError) as failure:
                self.failure = failure
                return


def ask_all(path: Path) -> None:
    """Every question on one connection, at once, in an order of its own; all are answered."""
    questions = random.sample(QUESTIONS, len(QUESTIONS))
    lines = [{"jsonrpc": "2.0", "id": index, **each} for index, each in enumerate(questions)]
    with connect(path) as client:
        client.sendall(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        open_ids = set(range(len(lines)))
        with client.makefile("rb") as answers:
            while open_ids:
                line = answers.readline()
                if not line:
                    raise rig.RigError("closed before all was answered")
                open_ids.discard(json.loads(line).get("id"))


def leave(path: Path) -> None:
    """Asks for much, hears a little of it, and is gone."""
    line = {"method": "think", "params": {"task": "Timmy, name a colour", "stream": True}}
    with connect(path) as client:
        for index in range(20):
            client.sendall(json.dumps({"jsonrpc": "2.0", "id": index, **line}).encode() + b"\n")
        if random.choice([True, False]):
            client.recv(100)


def leave_door(port: int) -> None:
    """The same at the front door: a connection that is closed within its answer."""
    messages = [{"role": "user", "content": "name a colour"}]
    body = json.dumps({"model": "auto", "stream": True, "messages": messages}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(head.encode() + body[: random.choice([10, len(body)])])
        time.sleep(random.random() / 50)


def connect(path: Path) -> socket.socket:
    """A client of the socket."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(PATIENCE_S)
    client.connect(str(path))
    return client


def configure(folder: Path, door: int, backends: list[Backend]) -> Path:
    """Two backends, the second for what the first cannot take; limits that a slow daemon keeps."""
    port, personas = backends[0].ports[1], rig.REPO / "configs" / "personas"
    path = rig.write_config(
        folder, port, door, probe="/models", limits={}, count=1, personas=personas
    )
    config = json.loads(path.read_text())
    alpha = config["backends"]["alpha"] | {"health_interval_s": 1, "cooldown_s": 1}
    url = f"http://127.0.0.1:{backends[1].ports[1]}/v1"
    config["backends"] = {"alpha": alpha, "beta": alpha | {"url": url}}
    config["defaults"] = {"timeouts": {"connect_ms": 30000}}
    path.write_text(json.dumps(config, indent=2))
    return path


def run_loads(
    home: Path, door: int, seconds: float, most: int, quiet: bool = False
) -> list[rig.Json]:
    """All of them side by side; what each of them says."""
    url = f"http://127.0.0.1:{door}/v1/chat/completions"
    path = home / "bridge.sock"
    commands = [
        [home / "load", "-s", path, "-t", line, "-c", connections, "-w", window]
        for kind, connections, window in (
            ("think", 2, max(1, most // 2)),
            ("stream", 1, most),
            ("route", 1, most),
        )
        for line in [inputs.line_path(home, kind)]
    ]
    commands += [
        [home / "direct", "-a", url, "-b", body, "-w", most]
        for is_streamed in (False, True)
        for body in [inputs.body_path(home, "door", "auto", is_streamed=is_streamed)]
    ]
    running = [
        subprocess.Popen(
            [*map(str, command), "-d", str(seconds), "-u", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            text=True,
        )
        for command in commands
    ]
    said = []
    for process in running:
        out, _ = process.communicate(timeout=seconds + PATIENCE_S)
        said.append(json.loads(out or "{}"))
    return said


def reports(text: str) -> Counter[str]:
    """What a sanitizer said, by its summaries."""
    found = Counter(re.findall(r"^SUMMARY: (.*)$", text, re.MULTILINE))
    return found or Counter(REPORT.findall(text))


def swing(backend: Backend) -> None:
    """Kills it, and brings it back."""
    backend.kill()
    time.sleep(random.random())
    backend.start()


def command(options: argparse.Namespace, config: Path) -> list[str]:
    """What starts the daemon, with the sanitizer's settings; what NIO only warns of ends it."""
    own = [f"{name}={value}" for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")]
    own += [options.preload] if options.preload else []
    binary = str(options.binary.resolve())
    return ["env", *own, "SWIFTNIO_STRICT=1", binary, "serve", "--config", str(config)]


def torment(
    process: subprocess.Popen[bytes],
    home: Path,
    door: int,
    victim: Backend,
    options: argparse.Namespace,
) -> tuple[list[rig.Json], dict[str, Meddler], int]:
    """The loads, what was done meanwhile, and how the daemon ended."""
    path, most = home / "bridge.sock", options.in_flight
    stop = threading.Event()
    meddlers = {
        "asked": Meddler(stop, 0.2, lambda: ask_all(path)),
        "left": Meddler(stop, 0.1, lambda: leave(path)),
        "left the door": Meddler(stop, 0.1, lambda: leave_door(door)),
        "killed": Meddler(stop, 1.0, lambda: swing(victim)),
        "reloaded": Meddler(stop, 0.3, lambda: os.kill(process.pid, signal.SIGHUP)),
    }
    for each in meddlers.values():
        each.start()
    loads = run_loads(home, door, options.seconds, most)
    stop.set()
    for each in meddlers.values():
        each.join(PATIENCE_S)
    # It ends with thoughts in flight; their clients hear of it, or lose their connection.
    last = threading.Thread(target=run_loads, args=(home, door, 3, most, True), daemon=True)
    last.start()
    time.sleep(1)
    process.terminate()
    code = process.wait(PATIENCE_S)
    last.join(PATIENCE_S)
    return loads, meddlers, code


def main() -> int:
    """Prints what was found; 1 when there is something."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("binary", type=Path)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--in-flight", type=int, default=64, help="of each kind; 64")
    parser.add_argument("--log", type=Path, help="keep the daemon's log there")
    parser.add_argument("--preload", default="", help="a variable of the daemon's: NAME=VALUE")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanitize-")))
        backends = [Backend(folder / name) for name in ("alpha", "beta")]
        for backend in backends:
            stack.callback(backend.kill)
            backend.start()
        home = folder / "daemon"
        home.mkdir(mode=0o700)
        rig.build(home)
        door = rig.free_port()
        words = command(options, configure(home, door, backends))
        process = stack.enter_context(rig.child(words, home, "workshop.log"))
        log = home / "workshop.log"
        try:
            rig.first_answer(process, home / "bridge.sock", {"method": "health"}, log, PATIENCE_S)
            loads, meddlers, code = torment(process, home, door, backends[0], options)
        finally:
            text = log.read_text(errors="replace")
            if options.log:
                options.log.write_text(text)
    found = reports(text)
    failures = [f"{name}: {each.failure}" for name, each in meddlers.items() if each.failure]
    failures += [f"{each}" for each in loads if each["lost"] + each["errors"]]
    failures += FATAL.findall(text)
    failures += [f"the daemon ended with {code}"] if code else []
    summary = {
        "seconds": options.seconds,
        "answered": [each["requests"] for each in loads],
        **{name: each.count for name, each in meddlers.items()},
        "reports": dict(found),
        "failures": failures,
    }
    print(json.dumps(summary))
    return 1 if found or failures else 0


if __name__ == "__main__":
    sys.exit(main())
