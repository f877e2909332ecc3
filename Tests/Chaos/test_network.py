"""Networks that are cut, lose and delay; names that do not resolve; certificates that are wrong.

    python3 -m unittest discover Tests/Chaos -p test_network.py

The daemon lives in a network namespace of its own, with a `resolv.conf` and an authority of its own
in a mount namespace; its backends live in another one, behind a wire of ours (`wire.py`). Needs
root, and a kernel with TUN; says so and is skipped without.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, ClassVar

import certificates
import upstreams
from house import BINARY, BOUND_S, House, Reply, backend, by_caller, together, wait_until
from names import REFUSED, SERVER_FAILURE, Names
from upstreams import GOOD, MARK, Link, Upstream
from wire import FAR, NOBODY, Wire

# What each name comes to. `good.test` and `tls.test` are right.
TABLE: dict[str, str | int | None] = {
    "good.test": FAR,
    "tls.test": FAR,
    "nowhere.test": NOBODY,
    "failing.test": SERVER_FAILURE,
    "refusing.test": REFUSED,
    "silent.test": None,
}
# A loss of so many packets in a hundred, delays up to so many seconds (which is also disorder).
LOSS, DELAY, TWICE = 0.05, (0.0, 0.03), 0.05
# More than the daemon has at rest, and fewer than with a resolver for each thought.
FEW_THREADS = 16


def slow_words(link: Link) -> None:
    """Forty words, a word every 50 ms."""
    link.send(upstreams.head("text/event-stream"))
    for number in range(40):
        link.send(upstreams.event(f"{MARK} {number} "))
        if link.gone.wait(0.05):
            return
    link.send(b"".join(upstreams.pieces("the end")))


def long_answer(link: Link) -> None:
    """Sixty kilobytes in many packets."""
    link.send(upstreams.sized("text/event-stream", b"".join(upstreams.pieces(LONG))))


LONG = " ".join(f"word{number}" for number in range(400)) + " " + GOOD


def plain(link: Link) -> None:
    """Not reached: the handshake fails before."""
    upstreams.good(link)


def http2_garbage(link: Link) -> None:
    """An HTTP/2 server by its handshake, and noise in its frames."""
    link.send(bytes.fromhex("000006040000000000000300000064") + bytes(range(256)) * 64)
    link.hang()


class Mute:
    """A server that accepts and never says a word: a handshake that hangs."""

    def __init__(self, host: str) -> None:
        self.listener = socket.create_server((host, 0))
        self.port = self.listener.getsockname()[1]
        self.held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self.held.append(self.listener.accept()[0])
            except OSError:
                return

    def stop(self) -> None:
        """Ends it."""
        self.listener.shutdown(socket.SHUT_RDWR)
        for each in (self.listener, *self.held):
            each.close()


def usable() -> str:
    """Why these tests cannot run here; empty when they can."""
    if os.geteuid() != 0:
        return "needs root, for namespaces"
    return "" if Path("/dev/net/tun").exists() else "needs TUN"


@unittest.skipIf(usable(), usable())
class NetworkTest(unittest.TestCase):
    """One daemon in its namespace for all tests, and its backends in theirs."""

    # What each backend is asked at, and what its failure is called.
    tls: ClassVar[dict[str, str]] = {
        "expired": "tls",
        "wrongname": "tls",
        "selfsigned": "tls",
        "unknownca": "tls",
        "tls-1-0": "tls",
        "plain-on-tls": "tls",
        "handshake-hangs": "timeout_connect",
        "http2-garbage": "stream_broken",
    }
    names: ClassVar[dict[str, str]] = {
        "no-such-name": "unreachable",
        "dns-fails": "unreachable",
        "dns-refuses": "unreachable",
        "dns-silent": "timeout_connect",
        "dns-silent-2": "timeout_connect",
        "no-such-host": "timeout_connect",
        "refused-port": "unreachable",
    }

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="net-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        authority = certificates.make(cls.folder)
        cls.wire = Wire()
        cls.addClassCleanup(cls.wire.close)
        cls.dns = cls.wire.far.run(lambda: Names(FAR, TABLE))
        cls.addClassCleanup(cls.dns.close)
        cls.up: dict[str, Any] = {}
        for name, behaviour in (
            ("good", upstreams.good),
            ("slow", slow_words),
            ("long", long_answer),
            ("hang", upstreams.hang_before_head),
        ):
            cls.serve(name, behaviour)
        for leaf in ("good", "expired", "wrongname", "selfsigned", "unknownca"):
            name = "tls-good" if leaf == "good" else leaf
            cls.serve(name, upstreams.good, tls=certificates.server(cls.folder, leaf))
        old = certificates.server(cls.folder, "good", oldest=True)
        cls.serve("tls-1-0", upstreams.good, tls=old)
        two = certificates.server(cls.folder, "good", "h2")
        cls.serve("http2-garbage", http2_garbage, tls=two)
        cls.up["handshake-hangs"] = cls.wire.far.run(lambda: Mute(FAR))
        cls.addClassCleanup(cls.up["handshake-hangs"].stop)
        cls.house = cls.make_house(authority)
        cls.wire.house.run(cls.house.daemon.start)
        cls.addClassCleanup(cls.house.close)

    @classmethod
    def serve(cls, name: str, behaviour: upstreams.Behaviour, **more: Any) -> None:
        """An upstream behind the wire."""
        cls.up[name] = cls.wire.far.run(lambda: Upstream(behaviour, host=FAR, **more))
        cls.addClassCleanup(cls.up[name].stop)

    @classmethod
    def make_house(cls, authority: Path) -> House:
        """A daemon that sees our resolver and our authority."""
        (cls.folder / "resolv.conf").write_text(f"nameserver {FAR}\n")
        (cls.folder / "nsswitch.conf").write_text("hosts: files dns\n")
        program = cls.folder / "workshop"
        program.write_text(
            "#!/bin/sh\nexec unshare --mount sh -c '"
            f"mount --bind {cls.folder}/resolv.conf /etc/resolv.conf && "
            f"mount --bind {cls.folder}/nsswitch.conf /etc/nsswitch.conf && "
            f"mount --bind {authority} /etc/ssl/certs/ca-certificates.crt && "
            f'exec {BINARY} "$@"\' sh "$@"\n'
        )
        program.chmod(0o755)
        good = cls.up["good"].port
        places = {
            name: f"https://{certificates.NAME}:{each.port}/v1" for name, each in cls.up.items()
        }
        places |= {name: cls.up[name].url for name in ("good", "slow", "long", "hang")}
        places |= {
            "plain-on-tls": f"https://{certificates.NAME}:{good}/v1",
            "no-such-name": f"http://unknown.test:{good}/v1",
            "dns-fails": f"http://failing.test:{good}/v1",
            "dns-refuses": f"http://refusing.test:{good}/v1",
            "dns-silent": f"http://silent.test:{good}/v1",
            "dns-silent-2": f"http://silent.test:{good}/v2",
            "no-such-host": f"http://nowhere.test:{good}/v1",
            "refused-port": "http://good.test:1/v1",
            "by-name": f"http://good.test:{good}/v1",
        }
        places["beside"] = places["good"]
        backends = {name: backend(url) for name, url in places.items()}
        callers = [name for name in backends if name != "good"]
        return House(backends, by_caller(callers, "good"), binary=program)

    def setUp(self) -> None:
        self.wire.mend()

    def check(self, reply: Reply, outcomes: list[str], backend: str = "good") -> None:
        """An answer, from where it is to come."""
        if isinstance(reply, BaseException):
            raise reply
        self.assertEqual((reply.error, reply.outcomes), ("", outcomes))
        self.assertIn(GOOD, reply.text)
        self.assertNotIn(MARK, reply.text)
        self.assertEqual(reply.backend, backend)
        self.assertLess(reply.seconds, BOUND_S)

    def think(self, caller: str, *, streamed: bool = True) -> Reply:
        """Over the socket, which is a file and no part of a network."""
        return self.house.think(caller, streamed=streamed)

    def test_good_ones_work(self) -> None:
        """Otherwise everything below would hold of a broken bench, too."""
        for name in ("by-name", "tls-good", "beside"):
            with self.subTest(name):
                self.check(self.think(name), ["answered"], name)
        door = self.wire.house.run(lambda: self.house.ask_door("x", streamed=False))
        self.assertIn(GOOD, door.text)

    def test_certificates_and_handshakes(self) -> None:
        replies = together({name: lambda name=name: self.think(name) for name in self.tls})
        for name, told in self.tls.items():
            with self.subTest(name):
                self.check(replies[name], [told, "answered"])
        for name in self.tls:
            # Nobody whose certificate is wrong has read a request, and with it the key.
            if name not in ("http2-garbage", "handshake-hangs", "plain-on-tls"):
                self.assertEqual(self.up[name].requests, [], name)

    def test_names_and_addresses(self) -> None:
        replies = together({name: lambda name=name: self.think(name) for name in self.names})
        for name, told in self.names.items():
            with self.subTest(name):
                self.check(replies[name], [told, "answered"])

    def test_a_silent_resolver_holds_up_nobody_else(self) -> None:
        """One thought waits for a name; those of others go on, also when it gives up."""
        waiting = threading.Thread(target=self.think, args=("dns-silent",))
        waiting.start()
        slowest, until = 0.0, time.monotonic() + 3
        while time.monotonic() < until:
            reply = self.think("beside")
            self.check(reply, ["answered"], "beside")
            slowest = max(slowest, reply.seconds)
        waiting.join(30)
        self.assertLess(slowest, 1.0)

    def test_cut_before_the_answer(self) -> None:
        """Everybody is gone without a word: an error, in time; and all is well behind it."""
        self.wire.cut = True
        began = time.monotonic()
        reply = self.think("beside")
        self.assertNotEqual(reply.error, "")
        self.assertLess(time.monotonic() - began, 25)
        self.wire.mend()
        self.check(self.think("beside"), ["answered"], "beside")

    def test_cut_in_the_middle_of_an_answer(self) -> None:
        """Who vanishes without FIN or RST is found by `stall_ms`, and the next one answers."""
        done: list[Reply] = []
        asking = threading.Thread(target=lambda: done.append(self.think("slow")))
        asking.start()
        time.sleep(0.6)
        self.wire.holes[self.up["slow"].port] = -1
        asking.join(30)
        self.assertIn(MARK.encode(), done[0].raw)
        self.assertIn(b"think.restarted", done[0].raw)
        self.check(done[0], ["timeout_stall", "answered"])

    def test_cut_at_each_part_of_an_answer(self) -> None:
        """It vanishes after so many bytes: in the handshake, the head, the body."""
        for size in (0, 100, 1500, 10_000, 40_000):
            with self.subTest(size):
                self.wire.mend()
                self.wire.holes[self.up["long"].port] = size
                reply = self.think("long")
                self.assertIn(
                    reply.outcomes[0], ("timeout_connect", "timeout_first_token", "timeout_stall")
                )
                self.check(reply, [reply.outcomes[0], "answered"])

    def test_loss_delay_disorder_and_doubles(self) -> None:
        """TCP mends these; nothing of ours breaks on them, and every answer is whole."""
        self.wire.loss, self.wire.delay, self.wire.twice = LOSS, DELAY, TWICE
        dropped = self.wire.dropped
        replies = together(
            {
                str(number): lambda number=number: self.house.think(
                    "long", streamed=number % 2 == 0
                )
                for number in range(24)
            }
        )
        for number, reply in replies.items():
            with self.subTest(number):
                if isinstance(reply, BaseException):
                    raise reply
                self.assertEqual(reply.error, "")
                self.assertTrue(reply.text.rstrip().endswith(GOOD))
                if reply.backend == "long":
                    self.assertIn(LONG, reply.text)
        self.assertGreater(self.wire.dropped, dropped)

    def test_connections_that_died_unseen(self) -> None:
        """Kept ones of before a cut are not believed for ever: the next thought has an answer."""
        together({str(n): lambda: self.think("beside") for n in range(8)})
        for upstream in (self.up["good"],):
            for sock in list(upstream.links):
                sock.shutdown(socket.SHUT_RDWR)
        self.check(self.think("beside"), ["answered"], "beside")

    def test_resolvers_that_were_left_end_by_themselves(self) -> None:
        """What asks a silent server is given up by its thought, and gives up some time later."""
        tasks = Path(f"/proc/{self.house.pid}/task")
        together({str(number): lambda: self.think("dns-silent") for number in range(16)})
        self.assertTrue(wait_until(lambda: len(list(tasks.iterdir())) < FEW_THREADS, 20))

    def test_zz_aftermath(self) -> None:
        """The ledger has all of it, settled; then the daemon ends, while a name is asked for."""
        told = self.house.audit()
        self.assertEqual((told["unsettled"], told["gaps"]), (0, 0))
        self.assertNotIn(MARK, self.house.log.read_text())
        asking = threading.Thread(target=self.think_in_vain, daemon=True)
        asking.start()
        time.sleep(0.3)
        began = time.monotonic()
        self.assertEqual(self.house.daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 8)
        asking.join(10)

    def think_in_vain(self) -> None:
        """Asks for a name that nobody answers, and is not there to hear the end."""
        with contextlib.suppress(OSError, ValueError):
            self.think("dns-silent-2")


if __name__ == "__main__":
    unittest.main()
