"""The answers of the stand-in: chat completions, whole or streamed."""

from __future__ import annotations

import json
import time
from typing import Any, Protocol

from upstream.behaviour import Behaviour, Request

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


SERVER_FAULT = 500


class ClientGone(Exception):
    """The other side has closed the connection."""


class Hangup(Exception):
    """This side closes the connection, as it was told to."""


class Line(Protocol):
    """The connection that an answer goes to."""

    async def send(self, data: bytes) -> None:
        """Writes, and waits until there is room again."""

    async def wait(self, seconds: float | None) -> None:
        """Waits; ends at once with ClientGone if the client closes meanwhile."""


def head(status: int, kind: str, headers: dict[str, str], length: int | None) -> bytes:
    """The status line and the headers; chunked if there is no length."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'As Told')}", f"Content-Type: {kind}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def whole(
    status: int, body: bytes, kind: str = "application/json", headers: dict[str, str] | None = None
) -> bytes:
    """A whole answer."""
    return head(status, kind, headers or {}, len(body)) + body


def error_body(status: int, code: str | None = None) -> bytes:
    """An error as OpenAI writes it, without a word of the request."""
    kind = "server_error" if status >= SERVER_FAULT else "invalid_request_error"
    message = f"The stand-in was told to answer {status}."
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return json.dumps(body).encode()


class Completion:
    """One chat completion."""

    def __init__(
        self, line: Line, plan: Behaviour, headers: dict[str, str], request: Request
    ) -> None:
        """Looks at what is asked.

        Raises:
            ValueError: if the body is not a JSON object.
        """
        asked = request.json()
        if not isinstance(asked, dict):
            raise ValueError("not an object")
        self.line, self.plan, self.headers, self.request = line, plan, headers, request
        self.common = {
            "id": "chatcmpl-stand-in",
            "created": int(time.time()),
            "model": str(asked.get("model", "")),
        }
        self.streamed = bool(asked.get("stream"))
        options = asked.get("stream_options")
        with_usage = isinstance(options, dict) and bool(options.get("include_usage"))
        limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
        self.pieces, self.finish = plan.pieces(request.task(), limit)
        self.usage: Any = plan.usage
        if plan.usage is None:
            read, said = len(request.body.split()), len(self.pieces)
            self.usage = {"prompt_tokens": read, "completion_tokens": said}
            self.usage["total_tokens"] = read + said
        if self.streamed and not with_usage:
            self.usage = None

    async def run(self) -> None:
        """Answers."""
        if self.streamed:
            await self._stream()
        elif self.plan.forever:
            await self._endless()
        else:
            body = self._object("".join(self.pieces))
            await self.line.send(whole(self.plan.status, body, headers=self.headers))

    def _object(self, content: str) -> bytes:
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "message": message, "finish_reason": self.finish}
        answer = {**self.common, "object": "chat.completion", "choices": [choice]}
        return json.dumps({**answer, "usage": self.usage} if self.usage else answer).encode()

    async def _endless(self) -> None:
        await self._head("application/json")
        await self._chunk(self._object("\0").partition(b"\\u0000")[0])
        while True:
            await self._chunk(b"".join(json.dumps(piece).encode()[1:-1] for piece in self.pieces))
            await self.line.wait(self.plan.chunk_delay)

    async def _head(self, kind: str) -> None:
        await self.line.send(head(self.plan.status, kind, self.headers, None))

    async def _chunk(self, data: bytes) -> None:
        await self.line.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def _event(self, delta: dict[str, Any] | None, finish: str | None = None) -> None:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
        event = {**self.common, "object": "chat.completion.chunk", "choices": choices}
        if delta is None:
            event["usage"] = self.usage
        await self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    async def _stream(self) -> None:
        await self._head("text/event-stream")
        await self.line.wait(self.plan.first_token)
        await self._event({"role": "assistant", "content": ""})
        sent = 0
        while True:
            for piece in self.pieces:
                await self._stumble(sent)
                await self.line.wait(self.plan.chunk_delay if sent else 0)
                if not sent:
                    self.request.first_word = time.perf_counter()
                await self._event({"content": piece})
                sent += 1
            await self._stumble(sent)
            if not self.plan.forever:
                break
        if self.plan.done:
            await self._event({}, self.finish)
            if self.usage:
                await self._event(None)
            await self._chunk(b"data: [DONE]\n\n")
        await self._chunk(b"")

    async def _stumble(self, sent: int) -> None:
        """Fails here if the plan says so."""
        if sent == self.plan.cut_after:
            raise Hangup("cut")
        if sent == self.plan.hang_after:
            await self.line.wait(None)
        if sent == self.plan.error_after:
            await self._chunk(b"data: " + error_body(500) + b"\n\n")
            raise Hangup("cut")


async def complete(line: Line, plan: Behaviour, headers: dict[str, str], request: Request) -> None:
    """Answers a request for a completion."""
    try:
        completion = Completion(line, plan, headers, request)
    except ValueError:
        await line.send(whole(400, error_body(400)))
        return
    await completion.run()
