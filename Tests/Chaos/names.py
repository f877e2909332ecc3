"""A small DNS server that answers, says no, breaks or keeps silent, by the name it is asked for."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

NO_SUCH_NAME, SERVER_FAILURE, REFUSED = 3, 2, 5
ADDRESS_TYPE = 1


class Names:
    """Answers on UDP; `run` makes sockets where they are to be."""

    def __init__(self, host: str, table: dict[str, str | int | None]) -> None:
        """A name has an address, an error code, or None: silence. A name not there is NXDOMAIN."""
        self.table = table
        self.asked: list[str] = []
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((host, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                query, client = self.sock.recvfrom(2048)
            except OSError:
                return
            with contextlib.suppress(OSError, IndexError, struct.error):
                answer = self.answer(query)
                if answer is not None:
                    self.sock.sendto(answer, client)

    def answer(self, query: bytes) -> bytes | None:
        """What RFC 1035, section 4, has for it."""
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace"))
            at += 1 + length
        question = query[12 : at + 5]
        (kind,) = struct.unpack("!H", query[at + 1 : at + 3])
        name = ".".join(labels).lower()
        self.asked.append(name)
        found = self.table.get(name, NO_SUCH_NAME)
        if found is None:
            return None
        code = found if isinstance(found, int) else 0
        records = b""
        if isinstance(found, str) and kind == ADDRESS_TYPE:
            records = struct.pack("!HHHIH", 0xC00C, kind, 1, 1, 4) + socket.inet_aton(found)
        flags = 0x8180 | code
        return query[:2] + struct.pack("!HHHHH", flags, 1, bool(records), 0, 0) + question + records

    def close(self) -> None:
        """Ends it."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
