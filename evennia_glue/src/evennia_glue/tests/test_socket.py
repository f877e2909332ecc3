"""The service over a real Unix socket, with a reactor of its own that the test turns."""

import json
import os
import tempfile
import time

from django.test import SimpleTestCase
from twisted.internet.protocol import Factory
from twisted.internet.selectreactor import SelectReactor
from twisted.protocols.basic import LineReceiver

from evennia_glue.bridge import Bridge, BridgeService
from evennia_glue.errors import BridgeDown

from .support import HELLO, Seen

DEADLINE = 10.0


class Daemon(LineReceiver):
    """Says hello, answers `route`, and leaves everything else open."""

    delimiter = b"\n"

    def connectionMade(self):
        self.factory.links.append(self)

    def lineReceived(self, line):
        message = json.loads(line)
        self.factory.heard.append(message)
        result = {"hello": HELLO, "route": {"backend": "a"}}.get(message["method"])
        if result:
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            self.sendLine(json.dumps(answer).encode())


class TestSocket(SimpleTestCase):
    def setUp(self):
        self.reactor = SelectReactor()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "w.sock")
        self.port = None
        self.factory = Factory.forProtocol(Daemon)
        self.factory.noisy = False
        self.factory.links, self.factory.heard = [], []
        self.bridge = Bridge(self.path, 60.0, self.reactor)
        self.service = BridgeService(self.bridge, self.reactor)
        self.addCleanup(self.stop_everything)

    def turn_until(self, done, what: str) -> None:
        """Turn the reactor until something is so, or fail."""
        end = time.monotonic() + DEADLINE
        while not done():
            self.assertLess(time.monotonic(), end, f"never: {what}")
            self.reactor.iterate(0.05)

    def stop_everything(self):
        stopped = Seen(self.service.stopService()) if self.service.running else None
        self.stop_daemon()
        if stopped:
            self.turn_until(lambda: not self.bridge.up, "the service stopped")

    def start_daemon(self):
        self.port = self.reactor.listenUNIX(self.path, self.factory)

    def stop_daemon(self):
        """As a kill does: the socket's name stays, the connections are gone."""
        for link in self.factory.links:
            link.transport.abortConnection()
        self.factory.links = []
        if self.port:
            closed = Seen(self.port.stopListening())
            self.turn_until(lambda: closed.result is None, "the port closed")
            self.port = None

    def route(self):
        seen = Seen(self.bridge.request("route", {"task": "x"}))
        self.turn_until(lambda: seen.result or seen.error, "an answer")
        return seen

    def test_no_daemon_at_the_start(self):
        self.service.startService()
        self.turn_until(lambda: "cannot connect" in self.bridge.trouble, "an attempt")
        self.assertIsInstance(self.route().error, BridgeDown)
        self.start_daemon()
        self.turn_until(lambda: self.bridge.up, "the link is up")
        self.assertEqual(self.route().result, {"backend": "a"})

    def test_daemon_killed_in_flight_and_back(self):
        self.start_daemon()
        self.service.startService()
        self.turn_until(lambda: self.bridge.up, "the link is up")
        thought = Seen(self.bridge.request("think", {"task": "x"}))
        self.turn_until(lambda: len(self.factory.heard) == 2, "the daemon heard")
        self.stop_daemon()
        self.turn_until(lambda: thought.error, "the caller was told")
        self.assertIsInstance(thought.error, BridgeDown)
        self.assertFalse(thought.error.stopping)
        self.start_daemon()
        self.turn_until(lambda: self.bridge.up, "the link is up again")
        self.assertEqual(self.route().result, {"backend": "a"})

    def test_stopping_tells_who_waits(self):
        self.start_daemon()
        self.service.startService()
        self.turn_until(lambda: self.bridge.up, "the link is up")
        thought = Seen(self.bridge.request("think", {"task": "x"}))
        self.service.stopService()
        self.assertTrue(thought.error.stopping)
        self.turn_until(lambda: not self.bridge.up, "the link is closed")

    def test_many_at_a_time(self):
        self.start_daemon()
        self.service.startService()
        self.turn_until(lambda: self.bridge.up, "the link is up")
        seen = [Seen(self.bridge.request("route", {"task": str(n)})) for n in range(500)]
        self.turn_until(lambda: all(one.result for one in seen), "500 answers")
        tasks = [message["params"]["task"] for message in self.factory.heard[1:]]
        self.assertEqual(tasks, [str(n) for n in range(500)])
