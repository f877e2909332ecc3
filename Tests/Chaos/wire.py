"""Two network namespaces and a wire between them that can be cut, that loses and delays.

Not `tc netem`: kernels are built without it. Each end is a TUN device in a namespace of its own,
and a thread carries the packets, so that what is lost is lost by a seed of ours. Namespaces belong
to threads here and are gone with them; nothing of the machine's own network is touched. Needs root.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import heapq
import os
import queue
import random
import select
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MTU = 1500
IPV4 = 4

HOUSE, FAR, NOBODY = "10.77.0.1", "10.77.0.2", "10.77.0.99"


class Place:
    """A thread in a network namespace of its own; sockets that it makes stay there."""

    def __init__(self, address: str, peer: str) -> None:
        self._jobs: queue.Queue[tuple[Future[Any], Callable[[], Any]] | None] = queue.Queue()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.tun = self.run(lambda: self._enter(address, peer))

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, work = job
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

    def run(self, work: Callable[[], Any]) -> Any:
        """Runs it there; its value."""
        future: Future[Any] = Future()
        self._jobs.put((future, work))
        return future.result(60)

    def _enter(self, address: str, peer: str) -> int:
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network namespace")
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
        for words in (
            "link set lo up",
            f"address add {address}/24 dev wire",
            f"link set wire up mtu {MTU}",
        ):
            subprocess.run(["ip", *words.split()], check=True, capture_output=True)
        return tun

    def close(self) -> None:
        """Leaves the namespace, which is gone then."""
        self._jobs.put(None)
        self.thread.join(10)
        os.close(self.tun)


class Wire:
    """Carries packets between two places."""

    def __init__(self) -> None:
        self.house, self.far = Place(HOUSE, FAR), Place(FAR, HOUSE)
        self.chance = random.Random(7)
        self.mend()
        self.carried = self.dropped = 0
        self._late: list[tuple[float, int, int, bytes]] = []
        self._ended, self._wake = os.pipe()
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()

    def mend(self) -> None:
        """Carries everything at once."""
        self.loss = 0.0
        self.delay = (0.0, 0.0)
        self.twice = 0.0
        self.cut = False
        self.holes: dict[int, int] = {}
        """Ports that vanish without a word, each after so many more bytes from it."""

    def _carry(self) -> None:
        ends = {self.house.tun: self.far.tun, self.far.tun: self.house.tun}
        number = 0
        while True:
            wait = max(0.0, self._late[0][0] - time.monotonic()) if self._late else None
            ready, _, _ = select.select([*ends, self._ended], [], [], wait)
            if self._ended in ready:
                return
            for end in ready:
                with contextlib.suppress(BlockingIOError):
                    while packet := os.read(end, 1 << 16):
                        number += 1
                        self._take(number, end, ends[end], packet)
            now = time.monotonic()
            while self._late and self._late[0][0] <= now:
                _, _, end, packet = heapq.heappop(self._late)
                with contextlib.suppress(OSError):
                    os.write(end, packet)

    def _take(self, number: int, source: int, target: int, packet: bytes) -> None:
        if self.cut or self._falls(source, packet) or self.chance.random() < self.loss:
            self.dropped += 1
            return
        self.carried += 1
        for _ in range(2 if self.chance.random() < self.twice else 1):
            due = time.monotonic() + self.chance.uniform(*self.delay)
            heapq.heappush(self._late, (due, number, target, packet))

    def _falls(self, source: int, packet: bytes) -> bool:
        """Whether a packet of TCP over IPv4 is lost in a hole."""
        if not self.holes or packet[0] >> 4 != IPV4 or packet[9] != socket.IPPROTO_TCP:
            return False
        options = (packet[0] & 15) * 4
        ports = struct.unpack("!HH", packet[options : options + 4])
        port = ports[0] if source == self.far.tun else ports[1]
        if port not in self.holes:
            return False
        if source == self.far.tun and self.holes[port] >= 0:
            self.holes[port] -= len(packet)
        return self.holes[port] < 0

    def close(self) -> None:
        """Ends the thread, and both places."""
        os.write(self._wake, b".")
        self.thread.join(10)
        os.close(self._ended)
        os.close(self._wake)
        self.house.close()
        self.far.close()
