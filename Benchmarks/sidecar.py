"""What the sidecar adds to a switch; `python3 Benchmarks/sidecar.py .build/release/workshop`.

The same fake llama-server is stopped and started by hand (SIGTERM, start, GET /health every
millisecond), then by the sidecar, in turns. The difference is the sidecar's own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

FAKE = Path(__file__).parents[1] / "Tests" / "Support" / "fake_llama_server.py"
PORT = 18700


def health(port: int) -> bool:
    """Whether somebody on that port says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait(port: int) -> None:
    """Until it is ready."""
    while not health(port):
        time.sleep(0.001)


def start(port: int) -> subprocess.Popen[bytes]:
    """A server, started by hand."""
    return subprocess.Popen([FAKE, "--model", "m", "--port", str(port)], stderr=subprocess.DEVNULL)


def by_hand(rounds: int) -> list[float]:
    """Stop one, start the next, wait for it."""
    times = []
    server = start(PORT)
    wait(PORT)
    for number in range(1, rounds + 1):
        began = time.perf_counter()
        server.send_signal(signal.SIGTERM)
        server.wait()
        server = start(PORT + number % 10)
        wait(PORT + number % 10)
        times.append(time.perf_counter() - began)
    server.kill()
    server.wait()
    return times


def switch(profile: str) -> None:
    """Asks the sidecar, and waits."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT + 20, timeout=60)
    connection.request(
        "POST",
        "/models/switch",
        json.dumps({"profile": profile}),
        {"Content-Type": "application/json"},
    )
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def by_sidecar(workshop: Path, rounds: int, folder: Path) -> list[float]:
    """The same, asked over HTTP."""
    manifest = folder / "manifest.yaml"
    manifest.write_text(
        f'sidecar: {{listen: "127.0.0.1:{PORT + 20}", state: lock, '
        f"ports: {PORT + 30}-{PORT + 39}}}\n"
        f"defaults: {{command: {FAKE}}}\n"
        "profiles: {a: {model: m}, b: {model: m}}\n"
    )
    with open(os.devnull, "wb") as nowhere:
        sidecar = subprocess.Popen([workshop, "sidecar", "--manifest", manifest], stderr=nowhere)
    try:
        wait(PORT + 20)
        switch("a")
        times = []
        for number in range(rounds):
            began = time.perf_counter()
            switch("ba"[number % 2])
            times.append(time.perf_counter() - began)
        return times
    finally:
        sidecar.terminate()
        sidecar.wait()


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workshop", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        hand, ours = [], []
        for _ in range(2):
            hand += by_hand(options.rounds // 2)
            ours += by_sidecar(options.workshop.resolve(), options.rounds // 2, Path(folder))
    for name, times in (("by hand", hand), ("by the sidecar", ours)):
        median, most = statistics.median(times) * 1e3, max(times) * 1e3
        print(f"{name:16} p50 {median:7.1f} ms  max {most:7.1f} ms")
    print(f"{'added':16} p50 {(statistics.median(ours) - statistics.median(hand)) * 1e3:7.1f} ms")


if __name__ == "__main__":
    main()
