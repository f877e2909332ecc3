"""What people are told when something goes wrong."""

from unittest.mock import patch

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import texts
from evennia_glue.commands.route import CmdRoute
from evennia_glue.commands.think import CmdThink

from .support import NASTY, SHOWN, CommandTest


class TestTrouble(CommandTest):
    def test_bridge_down(self):
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        for command in (CmdRoute, CmdThink):
            self.heard1.clear()
            self.type(command(), " x")
            self.assertEqual(self.heard1[0], texts.DOWN)
            self.assertIn("link was lost", self.heard1[1])
        self.assertEqual(self.heard2, [], "nobody began to think")
        self.be_player()
        self.heard1.clear()
        self.type(CmdRoute(), " x")
        self.assertEqual(self.heard1, [texts.DOWN])

    def test_link_lost_in_flight(self):
        self.type(CmdThink(), " x")
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.assertIn(texts.LOST, self.heard1)
        self.assertEqual(self.heard2[1:], ["Timmy falters, and says no more."])
        self.assertIsNone(self.char1.ndb.workshop_thought)

    def test_reload_in_flight(self):
        self.type(CmdThink(), " x")
        self.bridge.stop()
        self.assertEqual(self.heard1[-1], texts.STOPPING)

    def test_silence(self):
        self.type(CmdThink(), " x")
        self.clock.advance(121)
        self.assertIn(texts.SILENT, self.heard1)

    def test_every_error_of_the_protocol(self):
        for name, sentence in texts.SENTENCES.items():
            with self.subTest(name):
                self.heard1.clear()
                self.type(CmdRoute(), " x")
                self.wire.refuse(self.asked("route"), -32000, name, "Fixed sentence.")
                self.assertEqual(self.heard1, [sentence, f"{name}: Fixed sentence."])

    def test_the_table_is_the_protocols(self):
        from .support import transcripts_folder

        reference = transcripts_folder().parents[1] / "docs" / "protocol.md"
        if not reference.exists():
            self.skipTest("the transcripts are not in the project's folder")
        import re

        named = re.findall(r"^\| -32\d+ \| `(\w+)`", reference.read_text(), re.M)
        self.assertEqual(set(named), set(texts.SENTENCES))

    def test_an_error_of_a_later_protocol(self):
        self.type(CmdRoute(), " x")
        self.wire.refuse(self.asked("route"), -32099, "brand_new", "Something new.")
        self.assertEqual(self.heard1, [texts.STUMBLES, "brand_new: Something new."])

    def test_the_personas_own_words(self):
        self.be_player()
        self.type(CmdThink(), " x")
        details = {"say": NASTY, "attempts": [{"backend": "a", "outcome": "empty", "ms": 2}]}
        name = "all_backends_failed"
        self.wire.refuse(self.asked("think"), -32013, name, "All failed.", **details)
        self.assertEqual(self.heard1[1:], [f'Timmy says, "{SHOWN}"', texts.SENTENCES[name]])
        self.assertEqual(self.heard2[1:], [f'Timmy says, "{SHOWN}"'])

    def test_a_task_that_is_kept_for_the_owner(self):
        name = "quarantined"
        self.type(CmdThink(), " x")
        details = {"say": "Let me ask first.", "leak": 7}
        self.wire.refuse(self.asked("think"), -32019, name, "The task waits.", **details)
        said = ['Timmy says, "Let me ask first."']
        self.assertEqual(self.heard2[1:], said)
        told = "quarantined: The task waits.\nleak: 7"
        self.assertEqual(self.heard1[1:], [*said, texts.SENTENCES[name], told])

    def test_builders_see_the_details(self):
        self.type(CmdRoute(), " x")
        rejected = [{"backend": "grok", "rule": "disabled", "why": "no key"}]
        attempts = [{"backend": "a", "outcome": "timeout_stall", "ms": 12.3}]
        details = {"rejected": rejected, "attempts": attempts, "field": "task", "class": "place"}
        self.wire.refuse(self.asked("route"), -32012, "no_backend", "None.", say="Hm.", **details)
        self.assertEqual(self.heard1[0], 'Timmy says, "Hm."')
        self.assertEqual(
            self.heard1[2].split("\n"),
            [
                "no_backend: None.",
                "field: task",
                "class: place",
                "tried a: timeout_stall, 12 ms",
                "not grok (disabled): no key",
            ],
        )

    def test_our_own_mistake(self):
        with (
            patch("evennia_glue.tables.route.short", side_effect=KeyError("my secret task")),
            patch("evennia_glue.errors.logger.log_err") as logged,
        ):
            self.type(CmdRoute(), " my secret task")
            self.wire.answer(self.asked("route"), {})
        self.assertEqual(self.heard1, [texts.STUMBLES])
        self.assertIn("KeyError", logged.call_args[0][0])
        self.assertNotIn("secret", logged.call_args[0][0])
