"""A telnet client, as small as it can be: it refuses the options it is not told to accept."""

from __future__ import annotations

import codecs
import html
import re
import socket

from player import Player

MXP = 91
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Telnet(Player):
    """A player on telnet.

    Attributes:
        raw: every byte that came.
    """

    def __init__(
        self, port: int, host: str = "127.0.0.1", timeout: float = 10, *, accept: bytes = b""
    ) -> None:
        """Connects; `accept` are the options to take where the server offers them."""
        super().__init__()
        self.accept = accept
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.raw = b""
        self._rest = b""
        self._split = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace")

    def send(self, line: str) -> None:
        self.socket.sendall(line.encode() + b"\r\n")

    def receive(self, timeout: float) -> str:
        self.socket.settimeout(timeout)
        try:
            data = self.socket.recv(1 << 16)
        except TimeoutError:
            return ""
        except ConnectionError:
            raise EOFError from None
        if not data:
            raise EOFError
        self.raw += data
        return self._plain(self._decode.decode(self._options(data)))

    def close(self) -> None:
        self.socket.close()

    def _plain(self, text: str) -> str:
        """The text without colours; a colour that is not whole yet waits for its rest."""
        text = ANSI.sub("", self._split + text).replace("\r\n", "\n").replace("\r", "")
        if MXP in self.accept:
            text = html.unescape(text)
        start = text.rfind("\x1b")
        self._split = text[start:] if start >= 0 else ""
        return text[:start] if start >= 0 else text

    def _options(self, data: bytes) -> bytes:
        """Takes telnet's own bytes out, and refuses what they offer."""
        data, self._rest = self._rest + data, b""
        text = bytearray()
        at = 0
        while at < len(data):
            if data[at] != IAC:
                text.append(data[at])
                at += 1
                continue
            size = self._command(data, at, text)
            if not size:
                self._rest = data[at:]
                break
            at += size
        return bytes(text)

    def _command(self, data: bytes, at: int, text: bytearray) -> int:
        """Handles the command at that place; its length, or 0 if it is not whole yet."""
        command = data[at + 1] if at + 1 < len(data) else None
        if command is None:
            return 0
        if command == SB:
            end = data.find(bytes([IAC, SE]), at)
            return 0 if end < 0 else end + 2 - at
        if command in (DO, DONT, WILL, WONT):
            if at + 2 >= len(data):
                return 0
            answer = {DO: WONT, WILL: DONT}.get(command)
            if command == WILL and data[at + 2] in self.accept:
                answer = DO
            if answer:
                self.socket.sendall(bytes([IAC, answer, data[at + 2]]))
            return 3
        if command == IAC:
            text.append(IAC)
        return 2
