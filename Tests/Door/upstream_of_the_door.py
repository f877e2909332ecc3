"""A small OpenAI-compatible server: it says what it is told to say, calls tools, and breaks off.

The task decides: `broken` answers 500, `late` breaks off behind the first word, `slow` waits
between two words until the client has gone.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ("It ", "is ", "four.")
USAGE = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}


class Upstream:
    """The server, in threads of its own."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.left = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.whole({"object": "list", "data": [{"id": "stand-in", "object": "model"}]})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.requests.append(body)
                task = json.dumps(body["messages"])
                if "broken" in task:
                    self.whole({"error": {"message": "no"}}, 500)
                elif body.get("stream"):
                    self.stream(body, task)
                else:
                    self.whole({"model": "stand-in", "choices": [choice(body)], "usage": USAGE})

            def whole(self, answer: dict[str, Any], status: int = 200) -> None:
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def stream(self, body: dict[str, Any], task: str) -> None:
                self.close_connection = True
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                message = choice(body)["message"]
                try:
                    if "tool_calls" in message:
                        calls = [{"index": i, **c} for i, c in enumerate(message["tool_calls"])]
                        self.chunk({"tool_calls": calls})
                        self.chunk({}, "tool_calls")
                    else:
                        for word in WORDS:
                            self.chunk({"content": word})
                            if "late" in task:
                                return
                            if "slow" in task:
                                self.wait()
                        self.chunk({}, "stop")
                    last = {"choices": [], "usage": USAGE}
                    self.wfile.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
                except OSError:
                    owner.left.set()

            def wait(self) -> None:
                """Until the client has gone, ten seconds at most."""
                for _ in range(1_000):
                    self.wfile.write(b": wait\n\n")
                    self.wfile.flush()
                    time.sleep(0.01)

            def chunk(self, delta: dict[str, Any], finish: str | None = None) -> None:
                piece = {
                    "model": "stand-in",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
                }
                self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                self.wfile.flush()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stops listening."""
        self.server.shutdown()
        self.server.server_close()


def choice(body: dict[str, Any]) -> dict[str, Any]:
    """A call when there are tools and no result yet, and words otherwise."""
    if body.get("tools") and not any(m["role"] == "tool" for m in body["messages"]):
        name = body["tools"][0]["function"]["name"]
        function = {"name": name, "arguments": '{"a":2,"b":2}'}
        calls = [{"id": "call_1", "type": "function", "function": function}]
        message = {"role": "assistant", "content": None, "tool_calls": calls}
        return {"index": 0, "message": message, "finish_reason": "tool_calls"}
    message = {"role": "assistant", "content": "".join(WORDS)}
    return {"index": 0, "message": message, "finish_reason": "stop"}
