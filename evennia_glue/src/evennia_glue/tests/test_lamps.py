"""What `lamps` shows: to all, to builders, to a screen reader."""

from datetime import UTC, datetime, timedelta

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import texts
from evennia_glue.commands.lamps import CmdLamps

from .support import NASTY, CommandTest


class TestLamps(CommandTest):
    def rows(self):
        now = datetime.now(UTC)
        return [
            {
                "backend": "local",
                "state": "healthy",
                "latency_ms": 1.9,
                "since": (now - timedelta(minutes=3, seconds=5)).isoformat(),
                "model": "hermes-4-14b",
                "why": "it answers",
            },
            {
                "backend": "gpt",
                "state": "rate_limited",
                "latency_ms": 0.2,
                "since": (now - timedelta(hours=2)).isoformat(),
                "model": "gpt-5",
                "why": "too many requests",
            },
            {"backend": "grok", "state": "disabled", "latency_ms": None, "why": "no key: set XAI"},
        ]

    def ask(self, rows=None):
        self.type(CmdLamps())
        self.wire.answer(self.asked("health"), {"backends": self.rows() if rows is None else rows})
        return self.heard1[-1]

    def test_colour_sign_and_word(self):
        self.be_player()
        self.assertEqual(
            self.ask().split("\n"),
            [
                "Lamps over the benches: 1 of 3 healthy.",
                "backend  lamp              latency      since  model",
                "local    [+] healthy          2 ms  for 3 min  hermes-4-14b",
                "gpt      [=] rate limited    <1 ms    for 2 h  gpt-5",
                "grok     [x] disabled            -          -  -",
            ],
        )
        self.assertEqual(self.heard2, [])

    def test_a_model_that_is_loaded_on_demand_says_whether_it_is(self):
        self.be_player()
        row = {**self.rows()[0], "backend": "coder", "model": "qwen"}
        rows = [
            {**self.rows()[0], "model_place": {"sidecar": "desk", "profile": "h", "loaded": True}},
            {**row, "model_place": {"sidecar": "desk", "profile": "q", "loaded": False}},
        ]
        shown = self.ask(rows).split("\n")
        self.assertTrue(shown[2].endswith("  hermes-4-14b, loaded"), shown)
        self.assertTrue(shown[3].endswith("  qwen, not loaded"), shown)

    def test_builders_see_why(self):
        shown = self.ask().split("\n")
        self.assertEqual(shown[4], "    too many requests")
        self.assertEqual(shown[6], "    no key: set XAI")
        self.assertEqual(len(shown), 7)

    def test_none(self):
        self.assertEqual(self.ask([]), "No lamp hangs over the benches: there is no backend.")

    def test_one(self):
        self.assertEqual(len(self.ask(self.rows()[:1]).split("\n")), 3)

    def test_sixty(self):
        rows = [{**self.rows()[0], "backend": f"backend-{place}"} for place in range(60)]
        first = self.ask(rows)
        self.assertIn("60 of 60 healthy", first)
        self.assertNotIn("backend-59", first)
        self.assertIn("backend-59", "\n".join(self.char1.ndb._more._data))

    def test_read_aloud(self):
        self.session.protocol_flags["SCREENREADER"] = True
        self.assertEqual(
            self.ask().split("\n"),
            [
                "Lamps over the benches: 1 of 3 healthy.",
                "local: healthy, answers in 2 ms, for 3 minutes, model hermes-4-14b.",
                "gpt: rate limited, answers in less than 1 ms, for 2 hours, model gpt-5. "
                "Too many requests.",
                "grok: disabled. No key: set XAI.",
            ],
        )

    def test_names_are_only_text(self):
        shown = self.ask([{"backend": NASTY, "model": NASTY, "why": NASTY, "state": NASTY}])
        self.assertNotIn("|lc", shown)
        self.assertIn("\u00a6lcquit", shown)
        self.assertLessEqual(max(map(len, shown.split("\n"))), 110)

    def test_misshapen_answers(self):
        for odd in ({}, {"backends": 7}, {"backends": [7, {}, {"since": 7, "latency_ms": "x"}]}):
            self.type(CmdLamps())
            self.wire.answer(self.asked("health"), odd)
        self.assertNotIn(texts.STUMBLES, self.heard1)

    def test_usage(self):
        self.type(CmdLamps(), " local")
        self.assertEqual(self.heard1, ["Usage: lamps"])

    def test_bridge_down(self):
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.be_player()
        self.type(CmdLamps())
        self.assertEqual(self.heard1, [texts.DOWN])

    def test_busy(self):
        self.be_player()
        self.type(CmdLamps())
        name = "too_many_in_flight"
        self.wire.refuse(self.asked("health"), -32002, name, "Too many.", limit=256)
        self.assertEqual(self.heard1, [texts.SENTENCES[name]])
