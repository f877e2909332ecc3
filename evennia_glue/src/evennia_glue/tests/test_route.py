"""What `route` tells, and what becomes of a task that is none."""

from unittest.mock import patch

from evennia_glue import texts
from evennia_glue.commands.base import TASK_BYTES
from evennia_glue.commands.route import CmdRoute
from evennia_glue.commands.think import CmdThink

from .support import NASTY, SHOWN, CommandTest


class TestRoute(CommandTest):
    ANSWER = {
        "kind": "status",
        "complexity": "simple",
        "confidence": 0.9,
        "local_only": True,
        "why": ["asks to list", "is short"],
        "backend": "local",
        "model": "hermes",
        "candidates": [
            {
                "backend": "local",
                "model": "hermes",
                "role": "local",
                "state": "healthy",
                "why": "1st",
            },
            {"backend": "gpt", "model": NASTY, "role": "breadth", "state": "unknown", "why": "2nd"},
        ],
        "rejected": [{"backend": "grok", "rule": "breaker_open", "why": "5 failures"}],
    }

    def test_decision(self):
        self.type(CmdRoute(), " list |rthe files")
        request = self.asked("route")
        self.assertEqual(request["params"], {"task": "list |rthe files"})
        self.wire.answer(request, self.ANSWER)
        self.assertEqual(
            self.heard1[0].split("\n"),
            [
                "Route: local, hermes",
                "Kind: status, simple, confidence 0.9",
                "Why: asks to list; is short",
                "Only here: this task stays on this machine",
                "First: local, hermes (local, [+] healthy): 1st",
                f"Then: gpt, {SHOWN} (breadth, [?] not asked yet): 2nd",
                "Not: grok (breaker open): 5 failures",
            ],
        )
        self.assertEqual(self.heard2, [])

    def test_through_evennias_own_call(self):
        with patch.object(self.bridge, "_line", None):
            self.call(CmdRoute(), "anything", texts.DOWN)

    def test_persona(self):
        self.settings(WORKSHOP_PERSONA="ezra")
        self.type(CmdRoute(), " x")
        self.assertEqual(self.asked("route")["params"], {"task": "x", "persona": "ezra"})

    def test_misshapen_answer(self):
        self.type(CmdRoute(), " x")
        odd = {"why": 7, "candidates": [7, {}], "rejected": None, "confidence": "high"}
        self.wire.answer(self.asked("route"), odd)
        self.assertIn("Route: ?, ?", self.heard1[0])

    def test_equals_and_commas_stay_in_the_task(self):
        self.type(CmdRoute(), " a = b, c = d")
        self.assertEqual(self.asked("route")["params"]["task"], "a = b, c = d")


class TestTask(CommandTest):
    def test_empty(self):
        for command in (CmdRoute, CmdThink):
            self.type(command(), "  ")
        self.assertEqual(self.heard1, ["Usage: route <task>", "Usage: think <task>"])
        self.assertEqual(self.wire.sent(), [])

    def test_too_long(self):
        self.type(CmdThink(), " " + "\u00e4" * (TASK_BYTES // 2 + 1))
        self.assertEqual(self.heard1, ["That is too long: at most 262,144 bytes."])
        self.type(CmdThink(), " " + "\u00e4" * (TASK_BYTES // 2))
        self.asked("think")
