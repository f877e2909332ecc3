"""The HTTP side of the stand-in: reads requests whole, answers as the script says."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import json
import socket
import threading
import time
from collections.abc import Iterable

from upstream.behaviour import Behaviour, Request
from upstream.completion import ClientGone, Hangup, complete, error_body, head, whole

MAX_BODY = 64 << 20
HUGE = 10_000_000_000
BLOCK = 1 << 16
FIRST_ERROR = 400
PLACES = {"/v1/models": "models", "/health": "health", "/v1/chat/completions": "chat"}
HALF = b'{"id":"x","object":"chat.completion","choices":[{"index":0,"mess'
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class Server:
    """What all connections share: the script, the log, the models."""

    def __init__(self, models: Iterable[str], key: str | None, log_limit: int) -> None:
        self.models = list(models)
        self.key = key
        self.script: list[Behaviour] = []
        self.log: collections.deque[Request] = collections.deque(maxlen=log_limit)
        self.changed = threading.Condition()
        self.connections: set[asyncio.Task[None]] = set()
        self.count = 0

    def next_behaviour(self, place: str) -> Behaviour:
        """Takes the first behaviour of the script that is meant for this endpoint."""
        for index, entry in enumerate(self.script):
            if entry.place not in (place, "any"):
                continue
            if entry.times == 1:
                del self.script[index]
            elif entry.times > 1:
                self.script[index] = dataclasses.replace(entry, times=entry.times - 1)
            return entry
        return Behaviour()

    def remember(self, request: Request) -> None:
        """Puts a request into the log."""
        with self.changed:
            self.log.append(request)
            self.changed.notify_all()

    def settle(self, request: Request, outcome: str) -> None:
        """Notes how a request ended."""
        with self.changed:
            request.outcome = outcome
            self.changed.notify_all()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        self.count += 1
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await Connection(self, reader, writer, self.count).run()
        except (ClientGone, Hangup, OSError, asyncio.CancelledError):
            pass
        finally:
            self.connections.discard(task)
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()


class Connection:
    """One client's connection; requests on it are answered one after another."""

    def __init__(
        self,
        server: Server,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
    ) -> None:
        self.server, self.reader, self.writer, self.number = server, reader, writer, number
        self.buffer = b""
        self.taken = b""

    async def run(self) -> None:
        """Reads and answers until the client goes."""
        while True:
            try:
                request = await self.read_request()
            except ClientGone:
                if self.taken or self.buffer:
                    rest = Request(self.number, self.taken + self.buffer, outcome="incomplete")
                    self.server.remember(rest)
                raise
            if request.path.startswith("/__"):
                await self.control(request)
                continue
            self.server.remember(request)
            outcome = "client_closed"
            try:
                await self.answer(request)
                outcome = "answered"
            except Hangup as how:
                outcome = str(how)
                raise
            finally:
                self.server.settle(request, outcome)

    # Reading

    async def _more(self) -> None:
        try:
            data = await self.reader.read(BLOCK)
        except OSError:
            raise ClientGone from None
        if not data:
            raise ClientGone
        self.buffer += data

    async def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            await self._more()
        return self._take(self.buffer.index(mark) + len(mark))

    async def _exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            await self._more()
        return self._take(size)

    def _take(self, size: int) -> bytes:
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        self.taken += data
        return data

    async def read_request(self) -> Request:
        """The next request, with every byte of it."""
        self.taken = b""
        head = await self._until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, _, rest = first.partition(" ")
        pairs = (line.partition(":") for line in lines if line)
        headers = [(name, value.strip()) for name, _, value in pairs]
        request = Request(self.number, b"", method, rest.partition(" ")[0], headers)
        if (request.header("Expect") or "").lower() == "100-continue":
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if (request.header("Transfer-Encoding") or "").lower() == "chunked":
            while size := int((await self._until(b"\r\n")).split(b";")[0], 16):
                request.body += (await self._exactly(size + 2))[:-2]
            await self._until(b"\r\n")
        else:
            request.body = await self._exactly(int(request.header("Content-Length") or 0))
        request.raw, self.taken = self.taken, b""
        return request

    async def wait(self, seconds: float | None) -> None:
        """Waits; ends at once with ClientGone if the client closes meanwhile."""
        end = None if seconds is None else time.monotonic() + seconds
        while end is None or (left := end - time.monotonic()) > 0:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._more(), None if end is None else left)
            if len(self.buffer) > MAX_BODY:
                raise ClientGone

    # Writing

    async def send(self, data: bytes) -> None:
        """Writes, and waits until there is room again."""
        self.writer.write(data)
        await self.writer.drain()

    async def control(self, request: Request) -> None:
        """`/__control` and `/__log`: for whoever scripts this server, and not logged."""
        server = self.server
        try:
            if (request.method, request.path) == ("POST", "/__control"):
                server.script = [Behaviour.from_json(entry) for entry in request.json()]
                await self.send(whole(200, b"{}"))
            elif (request.method, request.path) == ("GET", "/__log"):
                log = [entry.to_json() for entry in server.log]
                await self.send(whole(200, json.dumps(log).encode()))
            elif (request.method, request.path) == ("DELETE", "/__log"):
                server.log.clear()
                await self.send(whole(200, b"{}"))
            else:
                await self.send(whole(404, b"{}"))
        except (ValueError, TypeError) as error:
            body = json.dumps({"error": str(error)}).encode()
            await self.send(whole(400, body))

    async def answer(self, request: Request) -> None:
        """Does what the script says."""
        place = PLACES.get(request.path.partition("?")[0], "")
        plan = self.server.next_behaviour(place) if place else Behaviour(status=404)
        if plan.drop:
            raise Hangup("dropped")
        if plan.hang:
            await self.wait(None)
        await self.wait(plan.delay)
        headers = dict(plan.headers)
        if plan.retry_after is not None:
            headers["Retry-After"] = str(plan.retry_after)
        key = self.server.key
        if place == "chat" and key and request.header("Authorization") != f"Bearer {key}":
            await self.send(whole(401, error_body(401, "invalid_api_key")))
        elif plan.body:
            await self.broken(plan, headers)
        elif plan.status >= FIRST_ERROR:
            await self.send(whole(plan.status, error_body(plan.status), headers=headers))
        elif place == "chat":
            await complete(self, plan, headers, request)
        elif place == "models":
            rows = [{"id": name, "object": "model", "created": 0} for name in self.server.models]
            body = json.dumps({"object": "list", "data": rows}).encode()
            await self.send(whole(plan.status, body))
        else:
            await self.send(whole(plan.status, b'{"status":"ok"}'))

    async def broken(self, plan: Behaviour, headers: dict[str, str]) -> None:
        """A body that is not what it says."""
        if plan.body == "html":
            await self.send(whole(plan.status, PAGE, "text/html", headers))
        elif plan.body == "empty":
            await self.send(whole(plan.status, b"", headers=headers))
        elif plan.body == "half_json":
            await self.send(whole(plan.status, HALF, headers=headers))
        elif plan.body == "wrong_length":
            length = len(HALF) + 1000
            await self.send(head(plan.status, "application/json", headers, length) + HALF)
            raise Hangup("cut")
        else:
            await self.send(head(plan.status, "application/json", headers, HUGE) + HALF)
            left = HUGE - len(HALF)
            while left > 0:
                await self.send(b" " * min(left, BLOCK))
                left -= BLOCK
