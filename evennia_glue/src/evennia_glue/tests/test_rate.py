"""How good an answer was."""

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import texts
from evennia_glue.commands.rate import CmdRate
from evennia_glue.commands.think import CmdThink

from .support import NASTY, SHOWN, CommandTest


class TestRate(CommandTest):
    def answered(self, text="Hm. Blue.", thought="4b1f"):
        self.type(CmdThink(), " name a colour")
        self.wire.answer(self.asked("think"), {"text": text, "thought": thought})
        self.heard1.clear()

    def rate(self, typed: str):
        self.type(CmdRate(), typed)
        request = self.asked("rate")
        self.wire.answer(request, {**request["params"], "backend": "local", "model": "m"})
        return request["params"]

    def test_the_last_word_counts(self):
        self.answered()
        who = {"thought": "4b1f", "caller": f"#{self.char1.id}"}
        self.assertEqual(self.rate(" 4"), {**who, "stars": 4})
        self.assertEqual(self.rate(" 1/5"), {**who, "stars": 1})
        self.assertEqual(self.rate(" 1 star"), {**who, "stars": 1})
        given = 'You give Timmy\'s answer, "Hm. Blue.", '
        said = [f"{given}four stars of five.", f"{given}one star of five. (It had four.)"]
        self.assertEqual(self.heard1, [*said, f"{given}one star of five."])
        self.assertEqual(self.heard2[2:], [])

    def test_the_last_answer(self):
        self.answered()
        self.rate(" 4")
        self.answered("Red.", "5c2a")
        self.assertEqual(self.rate(" 3")["thought"], "5c2a")
        self.assertIn('"Red.", three stars of five.', self.heard1[-1])

    def test_without_a_number(self):
        self.answered("It is a long way to the mill, and a longer one to the river.\n" + "x" * 99)
        self.type(CmdRate())
        preview = "It is a long way to the mill, and a longer one ..."
        told = f'Rate the last answer that you got, Timmy\'s "{preview}", with rate 1 to rate 5.'
        self.assertEqual(self.heard1, [told])
        self.rate(" 5")
        self.type(CmdRate())
        self.assertEqual(self.heard1[-1], f"{told} (It had five.)")

    def test_nothing_to_rate(self):
        for typed in ("", " 4"):
            self.type(CmdRate(), typed)
            self.assertEqual(self.heard1[-1], texts.NOTHING_TO_RATE)
        self.type(CmdThink(), " x")
        self.wire.refuse(self.asked("think"), -32012, "no_backend", "None.")
        self.type(CmdRate(), " 4")
        self.assertEqual(self.heard1[-1], texts.NOTHING_TO_RATE)

    def test_what_is_no_rating(self):
        self.answered()
        for typed in ("0", "6", "-1", "4.5", "good", "5 5", "\u0664", "1 starling"):
            self.type(CmdRate(), f" {typed}")
            self.assertEqual(self.heard1[-1], texts.RATE_USAGE)
        self.assertEqual(self.wire.sent(), [])

    def test_an_answer_that_is_gone(self):
        self.answered()
        self.type(CmdRate(), " 4")
        self.wire.refuse(self.asked("rate"), -32022, "unknown_thought", "There is no such thought.")
        self.assertEqual(self.heard1, [texts.NO_SUCH_ANSWER])

    def test_an_older_daemon(self):
        self.be_player()
        self.answered()
        self.type(CmdRate(), " 4")
        self.wire.refuse(self.asked("rate"), -32601, "method_not_found", "No.")
        self.assertEqual(self.heard1, [texts.SENTENCES["method_not_found"]])

    def test_bridge_down(self):
        self.be_player()
        self.answered()
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.type(CmdRate(), " 4")
        self.assertEqual(self.heard1[-1], texts.DOWN)

    def test_the_preview_is_only_text(self):
        self.answered(NASTY[:40])
        self.type(CmdRate())
        self.assertIn(SHOWN[:30], self.heard1[-1])
        self.assertNotIn("|lc", self.heard1[-1])
