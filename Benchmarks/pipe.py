"""What a dumb pipe costs: `python3 Benchmarks/pipe.py .build/release/workshop`.

Starts `workshop pipe` again and again and measures how long it takes until `GET /health` is
answered (a stand-in for Ollama answers it), then what is resident: when it is idle, after a
thousand prompts, and after a thousand more, as many at a time as may run. The numbers are those of
`/proc/PID/smaps_rollup` and `/proc/PID/status`; private is what ending the process frees.
"""

from __future__ import annotations

import argparse
import http.client
import http.server
import json
import os
import re
import socket
import statistics
import subprocess
import threading
import time
from pathlib import Path

STARTS = 21
PROMPTS = 1_000
AT_ONCE = 4


class Ollama(http.server.BaseHTTPRequestHandler):
    """Answers everything, at once."""

    protocol_version = "HTTP/1.1"

    def reply(self, body: bytes) -> None:
        """One answer."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """The models."""
        self.reply(b'{"models":[{"name":"llama3.1:8b"}]}')

    def do_POST(self) -> None:
        """A thought."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(b'{"response":"' + b"Hm. " * 200 + b'","done":true}')

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(workshop: Path, port: int, model: int) -> tuple[subprocess.Popen[bytes], float]:
    """A pipe that has answered, and how many milliseconds that took."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [
            workshop,
            "pipe",
            "--listen",
            f"127.0.0.1:{port}",
            "--ollama",
            f"http://127.0.0.1:{model}",
        ],
        stderr=subprocess.DEVNULL,
    )
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200
            return process, (time.perf_counter() - began) * 1_000
        except OSError:
            time.sleep(0.000_5)
        finally:
            connection.close()


def ask(port: int, count: int) -> None:
    """So many prompts, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"prompt": "Name a colour. " * 100, "model_config": {"model": "llama3.1:8b"}})
    for _ in range(count):
        connection.request("POST", "/execute", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert json.loads(answer.read())["status"] == "success", answer.status
    connection.close()


def memory(pid: int) -> dict[str, float]:
    """MB: resident, private, and the most that was ever resident."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text() + Path(f"/proc/{pid}/status").read_text()
    kib = {
        name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)
    }
    return {
        "resident": kib["Rss"] / 1_000,
        "private": (kib["Private_Dirty"] + kib["Private_Clean"]) / 1_000,
        "peak": kib["VmHWM"] / 1_000,
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="what a dumb pipe costs")
    parser.add_argument("workshop", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ollama)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    model = server.server_address[1]
    times = []
    for number in range(STARTS):
        process, took = start(args.workshop, port := free_port(), model)
        if number > 0:  # The first one reads the program from disk.
            times.append(took)
        if number < STARTS - 1:
            process.terminate()
            process.wait()
    time.sleep(5)
    rows = {"idle": memory(process.pid)}
    ask(port, PROMPTS)
    rows[f"after {PROMPTS} prompts"] = memory(process.pid)
    askers = [threading.Thread(target=ask, args=(port, PROMPTS // AT_ONCE)) for _ in range(AT_ONCE)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    rows[f"after {PROMPTS} more, {AT_ONCE} at once"] = memory(process.pid)
    time.sleep(5)
    rows["idle again"] = memory(process.pid)
    process.terminate()
    process.wait()
    quantiles = {
        "median": statistics.median(times),
        "worst": max(times),
        "best": min(times),
    }
    if args.json:
        load = os.getloadavg()[0]
        print(json.dumps({"start_ms": quantiles, "memory_mb": rows, "load": load}, indent=1))
        return
    print(f"start to the first answer, ms ({STARTS - 1} starts, load {os.getloadavg()[0]:.1f}):")
    print("  " + ", ".join(f"{name} {value:.0f}" for name, value in quantiles.items()))
    print("memory, MB:")
    for name, row in rows.items():
        print(f"  {name}: " + ", ".join(f"{part} {value:.1f}" for part, value in row.items()))


if __name__ == "__main__":
    main()
