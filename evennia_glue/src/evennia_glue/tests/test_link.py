"""The client over a connection that is only memory, and a clock that the test turns."""

from unittest.mock import Mock, patch

from django.test import SimpleTestCase
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import errors
from evennia_glue.errors import BridgeDown, BridgeError, BridgeTimeout
from evennia_glue.link import BEAT, MAX_LINE

from .support import HELLO, Seen, Wire, linked

SECRET = "the key is under the mill"


def lose(wire, reason=None):
    wire.line.connectionLost(Failure(reason or ConnectionDone()))


class LinkTest(SimpleTestCase):
    def setUp(self):
        self.logged: list[str] = []
        for module in ("evennia_glue.bridge", "evennia_glue.errors"):
            for level in ("log_err", "log_warn", "log_info"):
                patcher = patch(f"{module}.logger.{level}", self.logged.append)
                patcher.start()
                self.addCleanup(patcher.stop)
        self.bridge, self.wire, self.clock = linked(timeout=10.0)

    def think(self, **kwargs):
        seen = Seen(self.bridge.request("think", {"task": SECRET, "stream": True}, **kwargs))
        return seen, self.wire.sent()[0]

    def assert_nothing_is_awaited(self):
        self.clock.advance(BEAT)  # the watch ends when it finds nothing to watch
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def assert_quiet(self):
        self.assertNotIn("mill", "".join(self.logged))


class TestAsking(LinkTest):
    def test_answers_in_any_order(self):
        first = Seen(self.bridge.request("route", {"task": "a"}))
        second = Seen(self.bridge.request("route", {"task": "b"}))
        a, b = self.wire.sent()
        self.wire.answer(b, {"backend": "b"})
        self.assertEqual((first.result, second.result), (None, {"backend": "b"}))
        self.wire.answer(a, {"backend": "a"})
        self.assertEqual(first.result, {"backend": "a"})
        self.assert_nothing_is_awaited()

    def test_any_text_makes_one_line(self):
        self.bridge.request("route", {"task": "a\nb\u2028c\ud800d"})
        sent = self.wire.sent()
        self.assertEqual(len(sent), 1)
        self.assertEqual(sent[0]["params"]["task"], "a\nb\u2028c?d")

    def test_too_long_for_a_line(self):
        seen = Seen(self.bridge.request("route", {"task": "x" * MAX_LINE}))
        self.assertEqual(seen.error.name, "line_too_long")
        self.assertEqual(self.wire.sent(), [])

    def test_error(self):
        seen, request = self.think()
        self.wire.refuse(request, -32012, "no_backend", "No backend.", say="Hm.", rejected=[])
        self.assertIsInstance(seen.error, BridgeError)
        self.assertEqual((seen.error.code, seen.error.name), (-32012, "no_backend"))
        self.assertEqual((seen.error.message, seen.error.say), ("No backend.", "Hm."))
        self.assertEqual(str(seen.error), "no_backend (-32012)")

    def test_misshapen_answers(self):
        odd = (None, 7, "x", [], {"code": "x", "data": 7}, {"data": {"code": SECRET, "say": 7}})
        for error in odd:
            seen, request = self.think()
            self.wire.give({"jsonrpc": "2.0", "id": request["id"], "error": error})
            self.assertIsInstance(seen.error, BridgeError)
            self.assertEqual((seen.error.name, seen.error.say), ("", ""))
        seen, request = self.think()
        self.wire.give({"jsonrpc": "2.0", "id": request["id"], "result": [1]})
        self.assertEqual(seen.error.name, "malformed_answer")

    def test_stream(self):
        on_delta, on_restart = Mock(), Mock()
        seen, request = self.think(on_delta=on_delta, on_restart=on_restart)
        self.wire.note("think.delta", id=request["id"], seq=0, text="Bl")
        self.wire.note("think.restarted", id=request["id"], backend="b", reason="stream_broken")
        self.wire.note("think.delta", id=request["id"], seq=0, text="Green.")
        self.wire.note("think.delta", id=999, seq=0, text="somebody else's")
        self.wire.note("think.delta", id=[], seq=0, text="nobody's")
        self.wire.note("think.delta", id=request["id"], seq=1, text=7)
        self.assertEqual([call.args[0] for call in on_delta.call_args_list], ["Bl", "Green."])
        self.assertEqual(on_restart.call_args.args[0]["backend"], "b")
        self.wire.answer(request, {"text": "Green."})
        self.assertEqual(seen.result, {"text": "Green."})

    def test_a_receiver_that_fails_is_logged_without_its_words(self):
        seen, request = self.think(on_delta=Mock(side_effect=KeyError(SECRET)))
        self.wire.note("think.delta", id=request["id"], seq=0, text="Bl")
        self.wire.answer(request, {"text": "Blue."})
        self.assertEqual(seen.result, {"text": "Blue."})
        self.assertIn("KeyError", "".join(self.logged))
        self.assert_quiet()


class TestEndings(LinkTest):
    def test_timeout(self):
        seen, request = self.think()
        self.clock.advance(9.9)
        self.assertIsNone(seen.error)
        self.clock.advance(0.2)
        self.assertIsInstance(seen.error, BridgeTimeout)
        (cancel,) = self.wire.sent()
        self.assertEqual((cancel["method"], cancel["params"]), ("cancel", {"id": request["id"]}))
        self.wire.answer(request, {"text": "too late"})
        self.assertNotIn("mill", str(seen.error))

    def test_every_piece_gives_more_time(self):
        seen, request = self.think()
        for seq in range(5):
            self.clock.advance(9)
            self.wire.note("think.delta", id=request["id"], seq=seq, text="x")
        self.clock.advance(9)
        self.wire.note("think.restarted", id=request["id"], backend="b", reason="stream_broken")
        self.clock.advance(9)
        self.assertIsNone(seen.error)
        self.clock.advance(1.1)
        self.assertIsInstance(seen.error, BridgeTimeout)

    def test_a_model_that_is_loaded_gives_more_time(self):
        on_wait = Mock()
        seen, request = self.think(on_wait=on_wait)
        for place in (2, 1):
            self.clock.advance(9)
            self.wire.note("think.switching", id=request["id"], place=place)
        self.clock.advance(9)
        self.assertIsNone(seen.error)
        self.assertEqual([call.args[0]["place"] for call in on_wait.call_args_list], [2, 1])
        self.clock.advance(1.1)
        self.assertIsInstance(seen.error, BridgeTimeout)

    def test_own_timeout(self):
        seen = Seen(self.bridge.request("health", timeout=2))
        self.clock.advance(2.1)
        self.assertIsInstance(seen.error, BridgeTimeout)

    def test_cancel(self):
        asked = self.bridge.request("think", {"task": SECRET})
        seen, (request,) = Seen(asked), self.wire.sent()
        asked.cancel()
        (cancel,) = self.wire.sent()
        self.assertEqual((cancel["method"], cancel["params"]), ("cancel", {"id": request["id"]}))
        self.assertIsInstance(seen.error, CancelledError)
        self.wire.answer(cancel, {"cancelled": True})
        self.wire.refuse(request, -32015, "cancelled", "The request was cancelled.")
        self.assert_nothing_is_awaited()

    def test_link_lost(self):
        seen, _ = self.think()
        lose(self.wire)
        self.assertIsInstance(seen.error, BridgeDown)
        self.assertFalse(seen.error.stopping)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        after = Seen(self.bridge.request("route", {"task": SECRET}))
        self.assertIsInstance(after.error, BridgeDown)
        self.assert_quiet()

    def test_the_end_of_an_older_connection_is_none_of_the_new_one(self):
        older = self.wire
        newer = Wire(self.bridge)
        newer.answer(newer.sent()[0], HELLO)
        seen = Seen(self.bridge.request("route", {"task": "x"}))
        lose(older)
        self.assertIsNone(seen.error)
        newer.answer(newer.sent()[0], {"backend": "a"})
        self.assertEqual(seen.result, {"backend": "a"})

    def test_the_game_stops(self):
        seen, _ = self.think()
        self.bridge.stop()
        self.assertTrue(seen.error.stopping)

    def test_one_told_may_cancel_another(self):
        first = self.bridge.request("think", {"task": "a"})
        second = self.bridge.request("think", {"task": "b"})
        first.addErrback(lambda _: second.cancel())
        seen = Seen(second)
        lose(self.wire)
        self.assertIsInstance(seen.error, CancelledError)


class TestLines(LinkTest):
    def test_a_line_that_is_no_message_drops_the_link(self):
        """And is not quoted. What comes behind it may be garbage as well."""
        bad = [SECRET.encode(), b"{", b"[1]", b'"mill"', b"\xff\xfe mill", b"7", b"null"]
        bad += [b"[" * 200_000, b"9" * 5000]
        for line in bad:
            self.bridge, self.wire, self.clock = linked(timeout=10.0)
            seen, _ = self.think()
            self.wire.give(line)
            self.assertTrue(self.wire.disconnected, line[:9])
            lose(self.wire, ConnectionAborted())
            self.assertIsInstance(seen.error, BridgeDown)
            self.assertIn("no message", self.bridge.trouble)
        self.assert_quiet()

    def test_messages_of_another_shape_are_passed_over(self):
        seen, request = self.think()
        for line in (b"", b" \r"):
            self.wire.give(line)
        for message in ({}, {"method": 7}, {"method": "x", "params": []}, {"id": {}}, {"id": True}):
            self.wire.give(message)
        self.wire.answer(request, {"text": "still here"})
        self.assertEqual(seen.result, {"text": "still here"})

    def test_longest_line(self):
        seen, request = self.think()
        frame = '{"jsonrpc":"2.0","id":%d,"result":{"text":"%s"}}'
        room = MAX_LINE - len(frame % (request["id"], ""))
        self.wire.give((frame % (request["id"], "x" * room)).encode())
        self.assertEqual(len(seen.result["text"]), room)

    def test_a_longer_line_drops_the_link(self):
        seen, _ = self.think()
        self.wire.give(b"x" * (MAX_LINE + 1))
        self.assertTrue(self.wire.disconnected)
        lose(self.wire)
        self.assertIsInstance(seen.error, BridgeDown)

    def test_a_line_in_pieces(self):
        seen, request = self.think()
        line = b'{"jsonrpc":"2.0","id":%d,"result":{"text":"\xc3\xa4"}}\r\n' % request["id"]
        for byte in range(len(line)):
            self.wire.line.dataReceived(line[byte : byte + 1])
        self.assertEqual(seen.result, {"text": "\u00e4"})

    def test_an_error_for_no_request_is_logged(self):
        error = {"code": -32700, "message": SECRET, "data": {"code": "parse_error"}}
        self.wire.give({"jsonrpc": "2.0", "id": None, "error": error})
        self.assertIn("parse_error", self.logged[-1])
        self.assert_quiet()


class TestListening(LinkTest):
    def test_subscribes_when_somebody_listens(self):
        listener = Mock()
        self.bridge.listen("a", listener)
        listener.link_changed.assert_called_once_with(True)
        (subscribe,) = self.wire.sent()
        self.assertEqual(subscribe["params"], {"events": ["health.changed"]})
        self.bridge.listen("a", listener)
        self.bridge.listen("b", Mock())
        self.assertEqual(self.wire.sent(), [])
        self.wire.note("health.changed", backend="local", state="unhealthy")
        listener.health_changed.assert_called_once_with({"backend": "local", "state": "unhealthy"})
        self.bridge.unlisten("a")
        self.bridge.unlisten("a")
        self.assertEqual(self.wire.sent(), [])
        self.bridge.unlisten("b")
        self.assertEqual(self.wire.sent()[0]["method"], "unsubscribe")

    def test_subscribes_to_what_the_daemon_offers(self):
        wire, listener = Wire(self.bridge), Mock()
        wire.answer(wire.sent()[0], {**HELLO, "capabilities": ["budget.alert"]})
        self.bridge.listen("a", listener)
        (subscribe,) = wire.sent()
        self.assertEqual(subscribe["params"], {"events": ["health.changed", "budget.alert"]})
        wire.note("budget.alert", scope="everything", percent=80)
        listener.budget_alert.assert_called_once_with({"scope": "everything", "percent": 80})

    def test_subscribes_again_after_a_loss(self):
        listener = Mock()
        self.bridge.listen("a", listener)
        lose(self.wire)
        listener.link_changed.assert_called_with(False)
        wire = Wire(self.bridge)
        wire.answer(wire.sent()[0], HELLO)
        self.assertEqual([message["method"] for message in wire.sent()], ["subscribe"])
        listener.link_changed.assert_called_with(True)

    def test_a_listener_that_fails_harms_no_other(self):
        bad, good = Mock(), Mock()
        bad.health_changed.side_effect = ValueError(SECRET)
        self.bridge.listen("bad", bad)
        self.bridge.listen("good", good)
        self.wire.note("health.changed", backend="local", state="healthy")
        good.health_changed.assert_called_once()
        self.assert_quiet()


class TestLogQuietly(LinkTest):
    def test_frames_but_no_words(self):
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            errors.log_quietly("it failed", error)
        self.assertIn("ValueError", self.logged[-1])
        self.assertIn("test_link.py", self.logged[-1])
