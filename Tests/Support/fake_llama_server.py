#!/usr/bin/env python3
"""A llama-server that loads nothing, and misbehaves on demand.

It takes llama-server's own flags, and ignores those that it does not know. What it is to do wrong:
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LAZY = ["sleep", "1000"]


class Work:
    """How many chats are being answered."""

    def __init__(self) -> None:
        self.count = 0
        self.lock = threading.Lock()

    def __enter__(self) -> None:
        with self.lock:
            self.count += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.count -= 1


AT_WORK = Work()


def arguments() -> argparse.Namespace:
    """Its own flags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--alias", default="")
    parser.add_argument("--load-s", type=float, default=0, help="be so long not ready")
    parser.add_argument("--mute", action="store_true", help="do not say that it listens")
    parser.add_argument(
        "--crash-at-start", action="store_true", help="end with code 1 before it listens"
    )
    parser.add_argument(
        "--crash-file", type=Path, help="end with code 7, once, when that file is there"
    )
    parser.add_argument("--hang-file", type=Path, help="answer nothing while that file is there")
    parser.add_argument("--busy-file", type=Path, help="be at work while that file is there")
    parser.add_argument(
        "--no-slots", action="store_true", help="have no GET /slots, as with that flag"
    )
    parser.add_argument("--ignore-sigterm", action="store_true", help="end only when killed")
    parser.add_argument(
        "--child-file", type=Path, help="start a child, and write its process id there"
    )
    parser.add_argument("--escape", action="store_true", help="the child gets a session of its own")
    parser.add_argument("--answer-s", type=float, default=0, help="be so long at work on a chat")
    return parser.parse_known_args()[0]


def start_child(options: argparse.Namespace) -> None:
    """A process that does not end by itself, nor with its parent."""
    child = subprocess.Popen(LAZY, start_new_session=options.escape)
    options.child_file.write_text(str(child.pid))


def crash_when_told(options: argparse.Namespace) -> None:
    """Watches for the file."""
    while not options.crash_file.exists():
        time.sleep(0.01)
    options.crash_file.unlink()
    say("ggml_abort: told to crash")
    os._exit(7)


def say(line: str) -> None:
    """Writes a line where llama-server writes its own."""
    print(line, file=sys.stderr, flush=True)


def slots(options: argparse.Namespace) -> tuple[int, object]:
    """What GET /slots says."""
    if options.no_slots:
        return 501, {"error": {"code": 501, "message": "This server does not support slots"}}
    busy = AT_WORK.count > 0 or bool(options.busy_file and options.busy_file.exists())
    return 200, [{"id": 0, "is_processing": busy}, {"id": 1, "is_processing": False}]


def make_handler(
    options: argparse.Namespace, ready: threading.Event
) -> type[BaseHTTPRequestHandler]:
    """What answers requests."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            while options.hang_file and options.hang_file.exists():
                time.sleep(0.05)
            self.answer(*self.page())

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/chat/completions" or not ready.is_set():
                self.answer(503, {"error": {"code": 503, "message": "not now"}})
                return
            with AT_WORK:
                time.sleep(options.answer_s)
                self.chat(streamed=bool(request.get("stream")))

        def chat(self, *, streamed: bool) -> None:
            """Says which model it is."""
            text = f"I run {options.alias}."
            usage = {"prompt_tokens": 9, "completion_tokens": 4}
            if not streamed:
                choice = {"message": {"content": text}, "finish_reason": "stop"}
                self.answer(200, {"model": options.alias, "choices": [choice], "usage": usage})
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.close_connection = True
            for word in text.split(" "):
                choice = {"delta": {"content": word + " "}, "finish_reason": None}
                self.event({"model": options.alias, "choices": [choice]})
            self.event({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

        def event(self, chunk: object) -> None:
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

        def page(self) -> tuple[int, object]:
            """Status and body."""
            if self.path == "/slots":
                return slots(options)
            if not ready.is_set():
                error = {"code": 503, "message": "Loading model", "type": "unavailable_error"}
                return 503, {"error": error}
            pages = {
                "/health": {"status": "ok"},
                "/environment": dict(os.environ),
                "/arguments": sys.argv[1:],
            }
            found = self.path in pages
            return (200, pages[self.path]) if found else (404, {"error": {"code": 404}})

        def answer(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def main() -> int:
    """Runs until it is ended, or does what it was told."""
    options = arguments()
    if options.ignore_sigterm:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if options.child_file:
        start_child(options)
    say(f"llama_model_loader: loading {options.model}")
    if options.crash_at_start:
        say("llama_model_load: error loading model: tensor 'blk.0' is missing")
        return 1
    ready = threading.Event()
    server = ThreadingHTTPServer((options.host, options.port), make_handler(options, ready))
    server.daemon_threads = True
    if options.crash_file:
        threading.Thread(target=crash_when_told, args=(options,), daemon=True).start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    time.sleep(options.load_s)
    ready.set()
    if not options.mute:
        url = f"http://{options.host}:{options.port}"
        say(f"main: server is listening on {url} - starting the main loop")
    while True:
        signal.pause()


if __name__ == "__main__":
    sys.exit(main())
