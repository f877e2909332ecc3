#!/usr/bin/env python3
"""A model server that is meant to be killed: what it was sent is on the disk before it answers.

    backend.py --port 8080 --log got.jsonl --delay 0.05

speaks OpenAI's chat dialect, whole and streamed. Each request for a completion becomes one line of
the log, written with one system call before the first byte of the answer, so that `kill -9` loses
none: `{"time", "method", "path", "headers": [[name, value]], "body"}`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import sys
import time

USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
WORDS = ("The answer", " to number", " {number}", " is", " blue.")


class Model:
    """Answers; how long that takes is random, up to `delay` seconds."""

    def __init__(self, log: int, delay: float) -> None:
        self.log = log
        self.delay = delay

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end has enough."""
        try:
            while await self.request(reader, writer):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; False at the end of the connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        headers = [line.split(": ", 1) for line in rest]
        length = next((int(v) for n, v in headers if n.lower() == "content-length"), 0)
        body = (await reader.readexactly(length)).decode() if length else ""
        method, path, _ = first.split(" ")
        if method != "POST":
            answer(writer, {"object": "list", "data": [{"id": "model", "object": "model"}]})
            return True
        row = {"time": time.time(), "method": method, "path": path, "headers": headers}
        os.write(self.log, json.dumps({**row, "body": body}).encode() + b"\n")
        request = json.loads(body)
        number = (re.findall(r"number (\d+)", str(request["messages"])) or ["0"])[-1]
        words = [word.format(number=number) for word in WORDS]
        if not request.get("stream"):
            await self.pause()
            choice = {"message": {"role": "assistant", "content": "".join(words)}}
            answer(writer, {"choices": [{**choice, "finish_reason": "stop"}], "usage": USAGE})
            return True
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        )
        for word in words:
            await self.pause(len(words))
            event(writer, {"choices": [{"delta": {"content": word}, "finish_reason": None}]})
            await writer.drain()
        event(writer, {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": USAGE})
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
        return False

    async def pause(self, parts: int = 1) -> None:
        """Thinks."""
        if self.delay:
            await asyncio.sleep(random.uniform(0, self.delay / parts))


def answer(writer: asyncio.StreamWriter, value: object) -> None:
    """A whole answer."""
    body = json.dumps(value).encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)


def event(writer: asyncio.StreamWriter, value: object) -> None:
    """One piece of a stream."""
    writer.write(f"data: {json.dumps(value)}\n\n".encode())


async def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    options = parser.parse_args()
    log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    model = Model(log, options.delay)
    server = await asyncio.start_server(model.serve, "127.0.0.1", options.port, backlog=4096)
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
