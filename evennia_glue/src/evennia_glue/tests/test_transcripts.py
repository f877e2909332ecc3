"""Every transcript of the protocol, with the test as the daemon and the real client."""

import json

from django.test import SimpleTestCase
from twisted.internet.task import Clock

from evennia_glue.bridge import Bridge
from evennia_glue.errors import BridgeError

from .support import HELLO, Seen, Wire, examples, transcripts_folder


class Asked:
    """A request of a transcript, and what the client makes of its answer."""

    def __init__(self, bridge, message):
        self.pieces: list[str] = []
        self.restarts: list[dict] = []
        self.deferred = bridge.request(
            message["method"],
            message.get("params"),
            on_delta=self.pieces.append,
            on_restart=self._restarted,
        )
        self.seen = Seen(self.deferred)

    def _restarted(self, params):
        self.restarts.append(params)
        self.pieces.clear()


class TestTranscripts(SimpleTestCase):
    def play(self, name: str) -> dict:
        """Play one file; returns the requests by the id that they have in the file."""
        self.bridge, self.asked, self.ids = Bridge("/nowhere.sock", 60.0, Clock()), {}, {}
        self.wire = Wire(self.bridge)
        self.hello = self.wire.sent()[0]
        lines = (transcripts_folder() / name).read_text().splitlines()
        steps = [json.loads(line) for line in lines if line.strip()]
        if steps[0].get("c", {}).get("method") != "hello":
            self.wire.answer(self.hello, HELLO)
        for step in steps:
            if "c" in step:
                self.from_client(examples(step["c"]))
            else:
                self.from_daemon(examples(step["s"]))
        self.assertEqual(self.wire.sent(), [], "the client said more than the transcript")
        return self.asked

    def from_client(self, message: dict) -> None:
        """What the client is to send: have it asked for, and compare."""
        method, params = message["method"], message.get("params")
        if method == "hello":  # this client says 1 only; the answer to another is tested too
            sent = self.hello if params["protocol"] == 1 else {**self.hello, "params": params}
        elif method == "cancel" and params["id"] in self.asked:
            self.asked[params["id"]].deferred.cancel()
            (sent,) = self.wire.sent()
        else:
            self.asked[message["id"]] = Asked(self.bridge, message)
            (sent,) = self.wire.sent()
        self.ids[message["id"]] = sent["id"]
        expected = dict(message, id=sent["id"])
        if method == "cancel":
            expected["params"] = {"id": self.ids.get(params["id"], params["id"])}
        self.assertEqual(sent, expected)

    def from_daemon(self, message: dict) -> None:
        """What the daemon says, with the ids that the client chose."""
        if "method" in message and "id" in message["params"]:
            params = message["params"]
            message = {**message, "params": {**params, "id": self.ids[params["id"]]}}
        elif "id" in message:
            asked = self.asked.get(message["id"])
            self.wire.give({**message, "id": self.ids[message["id"]]})
            if asked and not asked.deferred.called:
                self.fail("the answer was not delivered")
            if asked and "result" in message:
                self.assertEqual(asked.seen.result, message["result"])
            return
        self.wire.give(message)

    def test_every_transcript(self):
        names = sorted(path.name for path in transcripts_folder().glob("*.jsonl"))
        self.assertGreaterEqual(len(names), 15)
        for name in names:
            with self.subTest(name):
                self.play(name)

    def test_hello(self):
        self.play("hello.jsonl")
        self.assertTrue(self.bridge.up)

    def test_stream(self):
        (thought,) = self.play("think_stream.jsonl").values()
        self.assertEqual(len(thought.pieces), 2)
        self.assertEqual("".join(thought.pieces), thought.seen.result["text"])

    def test_restart(self):
        (thought,) = self.play("think_restarted.jsonl").values()
        self.assertEqual(thought.restarts[0]["reason"], "stream_broken")
        self.assertEqual("".join(thought.pieces), thought.seen.result["text"])

    def test_cancelled(self):
        thought = self.play("think_cancelled.jsonl")["t3"]
        self.assertEqual("".join(thought.pieces), "Hm. It is bright")
        self.assertIsNone(thought.seen.result)

    def test_failures_carry_what_the_daemon_said(self):
        (failed,) = self.play("think_all_failed.jsonl").values()
        self.assertIsInstance(failed.seen.error, BridgeError)
        self.assertEqual(failed.seen.error.name, "all_backends_failed")
        self.assertEqual(
            [row["backend"] for row in failed.seen.error.data["attempts"]], ["alpha", "beta"]
        )
        (refused,) = self.play("think_refused.jsonl").values()
        self.assertEqual(refused.seen.error.name, "persona_refused")
        self.assertTrue(refused.seen.error.say)

    def test_errors(self):
        for asked in self.play("errors.jsonl").values():
            self.assertIsInstance(asked.seen.error, BridgeError)
            self.assertTrue(asked.seen.error.name)
            self.assertTrue(asked.seen.error.message)
