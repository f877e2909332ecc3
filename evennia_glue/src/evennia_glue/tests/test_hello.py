"""How a connection begins, and what becomes of one that is good for nothing."""

from unittest.mock import patch

from twisted.internet.error import ConnectionAborted
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from evennia_glue.bridge import HELLO_TIMEOUT, Bridge
from evennia_glue.errors import BridgeDown
from evennia_glue.link import BEAT, STEADY

from .support import HELLO, Seen, Wire, linked
from .test_link import SECRET, LinkTest, lose


class TestHello(LinkTest):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.bridge = Bridge("/nowhere.sock", 10.0, self.clock)

    def test_another_protocol(self):
        wire = Wire(self.bridge)
        sentence = "This protocol version is not spoken here."
        wire.refuse(wire.sent()[0], -32001, "protocol_unsupported", sentence, supported=[2])
        self.assertFalse(self.bridge.up)
        self.assertIn(sentence, self.bridge.trouble)

    def test_a_daemon_that_hangs_up_is_asked_ever_less_often(self):
        with patch("evennia_glue.link.random", return_value=0):
            delays = []
            for _ in range(12):
                lose(Wire(self.bridge))
                delays.append(self.bridge.retry_delay(1))
        self.assertEqual(delays, sorted(delays))
        self.assertGreater(delays[-1], 2.4)
        self.assertLessEqual(delays[-1], 3.0)
        self.assertEqual(len([line for line in self.logged if "link was lost" in line]), 1)

    def test_a_daemon_that_says_hello_and_hangs_up_is_asked_ever_less_often(self):
        """A link is worth something when it has stood for a while."""
        with patch("evennia_glue.link.random", return_value=0):
            for _ in range(12):
                wire = Wire(self.bridge)
                wire.answer(wire.sent()[0], HELLO)
                lose(wire)
            self.assertGreater(self.bridge.retry_delay(1), 2.4)
            wire = Wire(self.bridge)
            wire.answer(wire.sent()[0], HELLO)
            self.clock.advance(STEADY)
            lose(wire)
            self.assertLess(self.bridge.retry_delay(1), 0.2)

    def test_nothing_is_asked_before_the_hello(self):
        wire = Wire(self.bridge)
        seen = Seen(self.bridge.request("route", {"task": SECRET}))
        self.assertIsInstance(seen.error, BridgeDown)
        self.assertEqual([message["method"] for message in wire.sent()], ["hello"])

    def test_a_daemon_that_never_says_hello(self):
        wire = Wire(self.bridge)
        self.clock.advance(HELLO_TIMEOUT)
        self.assertTrue(wire.disconnected)
        self.assertIn("did not say hello: no answer within 5 s", self.bridge.trouble)

    def test_what_the_daemon_offers(self):
        self.assertEqual((self.bridge.version, self.bridge.capabilities), ("", frozenset()))
        for offered in (["rate", "switch"], None, 7, ["rate", 7, "switch"]):
            wire = Wire(self.bridge)
            wire.answer(wire.sent()[0], {**HELLO, "capabilities": offered})
            wanted = {"rate", "switch"} if isinstance(offered, list) else set()
            self.assertEqual(self.bridge.capabilities, wanted)
            self.assertEqual(self.bridge.version, "0.1.0")
            lose(wire)

    def test_trouble_is_reported_once(self):
        for _ in range(3):
            self.bridge.unreachable(Failure(OSError("no such file")))
        self.assertEqual(len([line for line in self.logged if "no such file" in line]), 1)
        self.assertIn("/nowhere.sock", self.bridge.trouble)


class TestHanging(LinkTest):
    """A daemon that is stopped in the middle: the kernel still takes what it is sent."""

    def setUp(self):
        super().setUp()
        self.bridge, self.wire, self.clock = linked(timeout=120.0)

    def pings(self):
        return [message for message in self.wire.sent() if message["method"] == "health"]

    def beats(self, count):
        for _ in range(count):
            self.clock.advance(BEAT)

    def test_whoever_waits_is_told(self):
        seen, _ = self.think()
        self.beats(2)
        self.assertEqual(len(self.pings()), 1)
        self.assertFalse(self.wire.disconnected)
        self.beats(1)
        self.assertTrue(self.wire.disconnected)
        lose(self.wire, ConnectionAborted())
        self.assertIsInstance(seen.error, BridgeDown)
        self.assertEqual(self.bridge.trouble, "the daemon has stopped answering")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_long_thought_is_no_hanging(self):
        seen, request = self.think()
        for _ in range(11):
            self.beats(2)
            for ping in self.pings():
                self.wire.answer(ping, {"backends": []})
        self.assertFalse(self.wire.disconnected)
        self.wire.answer(request, {"text": "Hm."})
        self.assertEqual(seen.result, {"text": "Hm."})

    def test_nobody_is_pinged_while_nobody_waits(self):
        _, request = self.think()
        self.wire.answer(request, {"text": "Hm."})
        self.beats(20)
        self.assertEqual(self.pings(), [])
        self.assertEqual(self.clock.getDelayedCalls(), [])
