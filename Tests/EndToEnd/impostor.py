"""Something that sits at the daemon's socket and is no daemon: it says nothing, or garbage."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path


class Impostor:
    """Takes every connection, sends each what it is made with, and reads whatever comes.

    Attributes:
        connections: how many there were.
    """

    def __init__(self, path: Path, says: bytes = b"") -> None:
        self.connections = 0
        self._says = says
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._path = path
        path.unlink(missing_ok=True)
        self._listener.bind(str(path))
        self._listener.listen(8)

    def __enter__(self) -> Impostor:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(self._says)
            while connection.recv(65_536):
                pass
