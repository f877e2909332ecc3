"""A web socket client as small as it can be, speaking what Evennia's web client speaks."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import socket
import struct
import time
from typing import Any

from player import Player

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
SHORT, MEDIUM = 126, 127
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")


class WebSocket(Player):
    """A player in a browser.

    Attributes:
        messages: everything that came, decoded: `[command, args, kwargs]`.
    """

    def __init__(self, port: int, timeout: float = 10) -> None:
        super().__init__()
        self.messages: list[Any] = []
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._fragments = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:{port}\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            data = self.socket.recv(4096)
            if not data:
                raise ConnectionError("the server closed during the handshake")
            head += data
        head, _, self._buffer = head.partition(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(head.decode("latin-1").partition("\r\n")[0])

    def send(self, line: str) -> None:
        self._frame(TEXT, json.dumps(["text", [line], {}]).encode())

    def receive(self, timeout: float) -> str:
        end = time.monotonic() + timeout
        while True:
            frame = self._next_frame()
            if frame:
                shown = self._take(*frame)
                if shown:
                    return shown
                continue
            left = end - time.monotonic()
            if left <= 0:
                return ""
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                return ""
            except ConnectionError:
                raise EOFError from None
            if not data:
                raise EOFError
            self._buffer += data

    def close(self) -> None:
        self.socket.close()

    def _frame(self, opcode: int, data: bytes) -> None:
        mask = os.urandom(4)
        if len(data) < SHORT:
            size = bytes([0x80 | len(data)])
        elif len(data) < 1 << 16:
            size = bytes([0x80 | SHORT]) + struct.pack(">H", len(data))
        else:
            size = bytes([0x80 | MEDIUM]) + struct.pack(">Q", len(data))
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
        self.socket.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def _next_frame(self) -> tuple[int, bool, bytes] | None:
        """Opcode, whether it is the last of its message, content; None if none is whole."""
        data = self._buffer
        extra = {SHORT: 2, MEDIUM: 8}.get(data[1] & 127, 0) if len(data) > 1 else 0
        start = 2 + extra
        if len(data) < start:
            return None
        size = int.from_bytes(data[2:start], "big") if extra else data[1] & 127
        if len(data) < start + size:
            return None
        self._buffer = data[start + size :]
        return data[0] & 15, bool(data[0] & 128), data[start : start + size]

    def _take(self, opcode: int, last: bool, data: bytes) -> str:
        """What a frame shows to the player."""
        if opcode == CLOSE:
            raise EOFError
        if opcode == PING:
            self._frame(PONG, data)
        if opcode in (PING, PONG):
            return ""
        self._fragments += data
        if not last:
            return ""
        data, self._fragments = self._fragments, b""
        message = json.loads(data)
        self.messages.append(message)
        command, args = message[0], message[1]
        if command not in ("text", "prompt") or not args:
            return ""
        shown = html.unescape(TAG.sub("", BREAK.sub("\n", str(args[0]))))
        return shown.replace("\xa0", " ") + "\n"  # where Evennia keeps a space from the browser
