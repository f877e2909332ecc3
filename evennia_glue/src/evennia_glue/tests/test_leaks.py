"""What is held back: listed, shown, decided."""

from unittest.mock import patch

from evennia_glue import texts
from evennia_glue.commands.leaks import CmdLeaks

from .support import NASTY, SHOWN, CommandTest


class TestLeaks(CommandTest):
    def leak(self, **changed):
        return {
            "leak": 7,
            "time": "2026-11-21T08:00:12Z",
            "persona": "timmy",
            "caller": f"#{self.char2.id}",
            "class": "odd",
            "severity": "s3",
            "field": "task",
            "state": "waiting",
            **changed,
        }

    def ask(self, typed, answer, method="leaks"):
        self.type(CmdLeaks(), typed)
        request = self.asked(method)
        self.wire.answer(request, answer)
        return request["params"]

    def test_list(self):
        other = self.leak(leak=8, caller=None, state="denied", **{"class": NASTY})
        self.assertEqual(self.ask("", {"leaks": [self.leak(), other]}), {"action": "list"})
        shown = self.heard1[0]
        who = rf"Char2 \(#{self.char2.id}\)"
        self.assertRegex(shown, rf"\n7 +2026-11-21 08:00 +{who} +odd \(s3\) +waiting")
        self.assertRegex(shown, r"\n8 +2026-11-21 08:00 +- +\{a\} .*denied")
        self.assertLessEqual(max(len(line) for line in shown.split("\n")), 78)
        self.ask("", {"leaks": []})
        self.assertEqual(self.heard1[-1], "Nothing is held back.")

    def test_show(self):
        for typed in (" 7", " #7", "/show 7"):
            params = self.ask(typed, self.leak(task=f"{NASTY}\nand more"))
            self.assertEqual(params, {"action": "show", "leak": 7})
            self.assertEqual(
                self.heard1[-1].split("\n"),
                [
                    "leak: 7",
                    "since: 2026-11-21 08:00",
                    "persona: timmy",
                    f"caller: Char2 (#{self.char2.id})",
                    "found: odd (s3)",
                    "in: task",
                    "state: waiting",
                    "task:",
                    SHOWN,
                    "and more",
                ],
            )
        self.assertEqual(self.heard2, [])

    def test_what_is_doubted(self):
        self.ask(" 7", self.leak(task="the task", texts=["the task"]))
        self.assertTrue(self.heard1[-1].endswith("task:\nthe task"))
        self.ask(" 7", self.leak(task="the task", texts=["an earlier turn", NASTY]))
        self.assertTrue(self.heard1[-1].endswith(f"doubted:\nan earlier turn\n{SHOWN}"))

    def test_no_such_number(self):
        self.type(CmdLeaks(), "/release 9")
        wrong = "A parameter is missing, unknown or of the wrong type."
        self.wire.refuse(self.asked("leaks"), -32602, "invalid_params", wrong, field="leak")
        self.assertEqual(self.heard1, [texts.NO_SUCH_LEAK])

    def test_released_is_told_to_who_asked(self):
        with patch.object(type(self.char2.sessions), "count", return_value=1):
            params = self.ask("/release 7", self.leak(state="released"))
        self.assertEqual(params, {"action": "release", "leak": 7})
        self.assertEqual(self.heard2, [texts.RELEASED.format(name="Timmy")])
        self.assertEqual(self.heard1, ["Leak 7 is released now.", "Char2 is told."])

    def test_released_while_who_asked_is_away(self):
        for caller in (f"#{self.room1.id}", "#999999", "cron", None, "#1x", "#" + "9" * 40):
            self.ask("/release 7", self.leak(state="released", caller=caller))
            self.assertEqual(self.heard1[-1], "Who asked is not here to be told.")
        self.assertEqual(self.heard2, [])

    def test_denied(self):
        params = self.ask("/deny 7", self.leak(state="denied"))
        self.assertEqual(params, {"action": "deny", "leak": 7})
        self.assertEqual(self.heard1, ["Leak 7 is denied now."])
        self.ask("/release 7", self.leak(state="denied"))
        self.assertEqual(self.heard1[1:], ["Leak 7 is denied now."])

    def test_usage(self):
        odd = (" x", " -1", "/release", "/deny x", "/list 7", "/show", " " + "9" * 20)
        for typed in (*odd, "/show/deny 7", " 7 8", " \u0664"):
            self.type(CmdLeaks(), typed)
            self.assertTrue(self.heard1.pop().startswith("Usage: leaks, "), typed)
        self.assertEqual(self.wire.sent(), [])

    def test_misshapen_answers(self):
        for typed in ("", " 7", "/release 7"):
            for odd in ({}, {"leaks": 7}, {"leaks": [7, {}]}, {"state": 7, "caller": 7, "task": 7}):
                self.ask(typed, odd)
        self.assertNotIn(texts.STUMBLES, self.heard1)
