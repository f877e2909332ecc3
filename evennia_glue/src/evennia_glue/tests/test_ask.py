"""A question to a persona that stands in the room."""

from evennia.objects.objects import DefaultObject
from evennia.utils.create import create_object

from evennia_glue import texts
from evennia_glue.commands.ask import CmdAsk
from evennia_glue.persona import Persona
from evennia_glue.rooms import Workshop

from .support import NASTY, SHOWN
from .test_persona import TalkTest


class TestAsk(TalkTest):
    def ask(self, typed: str) -> None:
        self.type(CmdAsk(), f" {typed}")
        self.clock.advance(0)

    def test_from_beginning_to_end(self):
        self.ask("timmy what is blue?")
        here = {"caller": f"#{self.char1.id}", "conversation": f"room:#{self.room1.id}"}
        self.assertEqual(self.answers(), {"task": "what is blue?", **here})
        told = ['You ask Timmy, "what is blue?"', 'Timmy says to you, "Hm. Blue."']
        self.assertEqual(self.heard1, told)
        told = ['Char asks Timmy, "what is blue?"', 'Timmy says to Char, "Hm. Blue."']
        self.assertEqual(self.heard2, told)
        self.say("and another?")
        self.answers()

    def test_how_it_can_be_typed(self):
        self.timmy.aliases.add("old tim")
        for typed, task in (
            ("timmy = 1 + 1 = 2?", "1 + 1 = 2?"),
            ("Timmy, what is blue?", "what is blue?"),
            ("timmy: what?", "what?"),
            ("tim what is blue?", "what is blue?"),
            ("OLD TIM what is blue?", "what is blue?"),
            ("timmy about the old mill.", "Tell me about the old mill."),
            ("timmy aboutness?", "aboutness?"),
            ("timmy is Timmy well?", "is Timmy well?"),
        ):
            with self.subTest(typed):
                self.ask(typed)
                self.assertEqual(self.answers()["task"], task)
        self.ask("timmy about the old mill.")
        self.assertEqual(self.heard2[-1], "Char asks Timmy about the old mill.")

    def test_he_does_not_hear_it_twice(self):
        self.ask("timmy is Timmy well?")
        self.assertEqual(self.heard1, ['You ask Timmy, "is Timmy well?"'])
        self.answers()
        self.is_silent()

    def test_what_will_not_do(self):
        create_object(DefaultObject, key="lamp", location=self.room1)
        for typed, told in (
            ("", texts.ASK_USAGE),
            ("timmy", "What do you want to ask Timmy?"),
            ("timmy =  ", "What do you want to ask Timmy?"),
            ("timothy what?", texts.NOBODY),
            ("ti what?", texts.NOBODY),
            ("lamp what?", "lamp is not to be asked like that: say it, or whisper."),
            ("lamp = what?", "lamp is not to be asked like that: say it, or whisper."),
            ("timmy " + "x" * 262_145, "That is too long: at most 262,144 bytes."),
        ):
            with self.subTest(typed[:20]):
                self.ask(typed)
                self.assertEqual(self.heard1[-1], told)
        self.assertEqual(self.heard2, [])
        self.is_silent()

    def test_whom_he_does_not_talk_with(self):
        self.timmy.locks.add("talk:perm(Builder)")
        self.ask("timmy what?")
        self.assertEqual(self.heard1, ["Timmy does not talk with you."])
        self.is_silent()

    def test_one_of_two(self):
        ezra = create_object(Persona, key="Ezra", location=self.room1)
        ezra.daemon_persona = "ezra"
        self.ask("ezra what does Timmy know?")
        self.assertEqual(self.answers()["persona"], "ezra")
        self.assertEqual(self.heard2[-1], 'Ezra says to Char, "Hm. Blue."')
        self.is_silent()

    def test_a_workshop_without_anybody(self):
        room = create_object(Workshop, key="w")
        self.wire.sent()
        self.char1.location = room
        self.ask("timmy what is blue?")
        self.answers()
        self.assertEqual(self.heard1[-1], 'Timmy says to you, "Hm. Blue."')
        self.char1.location = self.room2
        self.ask("timmy what is blue?")
        self.assertEqual(self.heard1[-1], texts.NOBODY)

    def test_the_question_is_only_text(self):
        self.ask(f"timmy {NASTY}")
        self.assertEqual(self.answers()["task"], NASTY)
        self.assertEqual(self.heard1[0], f'You ask Timmy, "{SHOWN}"')
        self.assertEqual(self.heard2[0], f'Char asks Timmy, "{SHOWN}"')

    def test_no_question_while_one_is_under_way(self):
        self.ask("timmy what?")
        self.ask("timmy and what else?")
        self.assertIn("still thinks", self.heard1[-1])
        self.assertEqual(len(self.heard2), 1)
