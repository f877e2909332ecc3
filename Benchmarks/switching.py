#!/usr/bin/env python3
"""What the router and the sidecar add to a switch of models.

A fake llama-server with a fixed time to load is stopped and started by hand (SIGTERM, start, GET
/health every millisecond). Then clients ask the front door for the other model, again and again:
the daemon asks the sidecar, which stops one server and starts the next, and the answer comes. What
a request to a model that is loaded takes is taken off; the rest is what a switch took.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import report
import rig

FAKE = rig.REPO / "Tests" / "Support" / "fake_llama_server.py"
PATIENCE_S = 30.0


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_ready(port):
        if time.monotonic() > deadline:
            raise rig.RigError(f"nothing is ready on port {port}")
        time.sleep(0.001)


def by_hand(rounds: int, load_s: float) -> list[float]:
    """Stop one, start the next, wait for it."""

    def start() -> tuple[subprocess.Popen[bytes], int]:
        port = rig.free_port()
        command = [str(FAKE), "--model", "m", "--port", str(port), "--load-s", str(load_s)]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL), port

    times = []
    server, port = start()
    try:
        wait(port)
        for _ in range(rounds):
            began = time.perf_counter()
            server.send_signal(signal.SIGTERM)
            server.wait()
            server, port = start()
            wait(port)
            times.append(time.perf_counter() - began)
    finally:
        server.kill()
        server.wait()
    return times


@contextlib.contextmanager
def daemon(binary: Path, folder: Path, load_s: float) -> Iterator[int]:
    """A daemon with two models of one sidecar inside it; gives the port of its door."""
    door = rig.free_port()
    first = rig.free_port()
    profile: rig.Json = {"model": "m", "arguments": ["--load-s", str(load_s)]}
    manifest: rig.Json = {
        "sidecar": {"state": str(folder / "lock"), "ports": f"{first}-{min(first + 20, 65535)}"},
        "defaults": {"command": str(FAKE)},
        "profiles": {"a": profile, "b": profile},
    }
    (folder / "manifest.yaml").write_text(json.dumps(manifest))
    config: rig.Json = {
        "server": {
            "socket": str(folder / "bridge.sock"),
            "persona": "timmy",
            "personas": str(rig.REPO / "configs" / "personas"),
        },
        "ledger": {"path": str(folder / "ledger.db")},
        "http": {"listen": f"127.0.0.1:{door}"},
        "sidecars": {"here": {"manifest": "manifest.yaml", "residency_s": 0}},
        "backends": {
            name: {"sidecar": "here", "profile": name, "role": "local"} for name in ("a", "b")
        },
    }
    (folder / "backends.json").write_text(json.dumps(config))
    command = [str(binary), "serve", "--config", str(folder / "backends.json")]
    with rig.child(command, folder, "workshop.log") as process:
        deadline = time.monotonic() + PATIENCE_S
        while not is_ready(door):
            if process.poll() is not None or time.monotonic() > deadline:
                raise rig.RigError(f"no daemon:\n{rig.tail(folder / 'workshop.log')}")
            time.sleep(0.01)
        yield door
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)


def ask(connection: http.client.HTTPConnection, model: str, number: int) -> float:
    """How long a request takes; its answer must be that model's."""
    words = f"say who you are, question {number}"
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": words}]})
    began = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    took = time.perf_counter() - began
    if answer.status != 200 or answer.headers["x-workshop-backend"] != model:
        raise rig.RigError(f"{answer.status} {text}")
    return took


def by_router(port: int, rounds: int) -> tuple[list[float], list[float]]:
    """What a request takes that needs the other model, and one whose model is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    switched, loaded = [], []
    ask(connection, "a", 0)
    for number in range(1, rounds + 1):
        model = "ab"[number % 2]
        switched.append(ask(connection, model, 2 * number))
        loaded.append(ask(connection, model, 2 * number + 1))
    connection.close()
    return switched, loaded


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    binary = rig.REPO / ".build" / "release" / "workshop"
    parser.add_argument("--binary", type=Path, default=binary, help="the daemon (release build)")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--load", type=float, default=0.2, help="seconds that the server loads")
    parser.add_argument("--bar", type=float, default=50, help="milliseconds that may be added")
    options = parser.parse_args()
    hand: list[float] = []
    switched: list[float] = []
    loaded: list[float] = []
    try:
        with (
            tempfile.TemporaryDirectory(prefix="wb-") as name,
            daemon(options.binary.resolve(), Path(name), options.load) as door,
        ):
            for _ in range(2):
                hand += by_hand(options.rounds // 2, options.load)
                more = by_router(door, options.rounds // 2)
                switched += more[0]
                loaded += more[1]
    except (rig.RigError, OSError) as error:
        print(f"switching: {error}", file=sys.stderr)
        return 1
    rows = {
        "stop and start by hand": hand,
        "request to the other model": switched,
        "request to the model that is loaded": loaded,
    }
    lines = [
        [label, f"{statistics.median(times) * 1e3:.1f}", f"{max(times) * 1e3:.1f}"]
        for label, times in rows.items()
    ]
    print(report.text_table([f"load {options.load:g} s", "p50 ms", "max ms"], lines))
    p50 = {label: statistics.median(times) for label, times in rows.items()}
    first, second, third = p50.values()
    added = (second - third - first) * 1e3
    met = added <= options.bar
    print(f"added p50: {added:.1f} ms; bar {options.bar:g} ms: {'met' if met else 'not met'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
