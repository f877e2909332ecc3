"""A character that answers who speaks to it."""

from django.test import SimpleTestCase
from evennia.commands.default.general import CmdSay, CmdWhisper
from evennia.objects.objects import DefaultCharacter, DefaultObject
from evennia.utils.create import create_object
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import persona, texts
from evennia_glue.persona import Persona, spoken
from evennia_glue.rooms import Workshop
from evennia_glue.thoughts import host

from .support import NASTY, SHOWN, CommandTest, awaited


class TalkTest(CommandTest):
    """Timmy stands in the room, and another player with an account."""

    def setUp(self):
        super().setUp()
        self.be_player()
        self.settings(WORKSHOP_COOLDOWN=0)
        self.timmy = create_object(Persona, key="", location=self.room1, home=self.room1)
        self.char2.sessions.count = lambda: 1  # somebody plays her

    def say(self, words: str):
        self.type(CmdSay(), words)
        self.clock.advance(0)

    def whisper(self, typed: str):
        self.type(CmdWhisper(), typed)
        self.clock.advance(0)

    def answers(self, text="Hm. Blue.", **more):
        """The daemon answers; what it was asked."""
        request = self.asked("think")
        self.wire.answer(request, {"text": text, "thought": "4b1f", **more})
        return request["params"]

    def is_silent(self):
        self.assertEqual(self.wire.sent(), [])


class TestHearing(TalkTest):
    def test_his_name(self):
        self.say("Timmy, name a colour {x} |r")
        here = {"caller": f"#{self.char1.id}", "conversation": f"room:#{self.room1.id}"}
        self.assertEqual(self.answers(), {"task": "Timmy, name a colour {x} |r", **here})
        self.assertEqual(self.heard1[1:], ['Timmy says to you, "Hm. Blue."'])
        self.assertEqual(self.heard2[1:], ['Timmy says to Char, "Hm. Blue."'])
        self.assertEqual(self.char1.ndb.workshop_answer.thought, "4b1f")

    def test_what_is_an_address(self):
        self.timmy.aliases.add("old tim")
        for words, meant in (
            ("timmy?", True),
            ("what do you think, TIMMY", True),
            ("hello Old Tim!", True),
            ("Timmy's lamp is out", False),
            ("Timmyson is here", False),
            ("is it timmy-like?", True),
            ("nice weather", False),
            ("tim", False),
        ):
            with self.subTest(words):
                self.say(words)
                sent = self.wire.sent()
                self.assertEqual(bool(sent), meant)
                if sent:
                    self.wire.answer(sent[0], {"text": "Hm."})
                self.timmy.ndb.attending = None

    def test_he_goes_on_listening_for_a_while(self):
        self.say("Timmy, name a colour")
        self.answers()
        self.say("and another")
        self.assertEqual(self.answers()["task"], "and another")
        self.clock.advance(61)
        self.say("nice weather")
        self.is_silent()

    def test_not_when_somebody_else_is_meant(self):
        for words in ("Char2, what do you think?", "nice weather"):
            self.say("Timmy, name a colour")
            self.answers()
            if words == "nice weather":
                self.char2.at_say("indeed")
            self.say(words)
            self.is_silent()

    def test_alone_with_him(self):
        self.char2.location = self.room2
        self.say("name a colour")
        self.answers()
        create_object(Persona, key="Ezra", location=self.room1)
        self.timmy.ndb.attending = None
        self.say("name a colour")
        self.is_silent()

    def test_only_by_name(self):
        self.settings(WORKSHOP_ATTENTION=0)
        self.char2.location = self.room2
        self.say("name a colour")
        self.is_silent()
        self.say("Timmy, name a colour")
        self.answers()
        self.say("and another")
        self.is_silent()

    def test_whisper(self):
        self.whisper("timmy = name a colour {x} |r")
        self.assertEqual(self.answers()["task"], "name a colour {x} |r")
        self.assertEqual(self.heard1[1:], ['Timmy whispers to you, "Hm. Blue."'])
        self.assertEqual(self.heard2, [])

    def test_another_room(self):
        for who in (self.timmy, self.char1):
            who.location = self.room2
        self.heard1.clear()
        self.whisper("timmy = name a colour")
        self.assertEqual(self.answers()["conversation"], f"room:#{self.room2.id}")

    def test_another_of_the_daemons_personas(self):
        self.timmy.daemon_persona = "ezra"
        self.say("Timmy?")
        self.assertEqual(self.answers()["persona"], "ezra")

    def test_who_is_not_answered(self):
        thing = create_object(DefaultObject, key="radio", location=self.room1)
        ezra = create_object(Persona, key="Ezra", location=self.room1)
        for speaker in (thing, ezra, self.timmy):
            speaker.at_say("Timmy, Ezra, name a colour")
            speaker.at_say("Timmy?", whisper=True, receivers=[self.timmy], msg_self=True)
            self.clock.advance(0)
            self.is_silent()
        self.settings(WORKSHOP_HEARS_OBJECTS=True)
        ezra.at_say("Timmy, Ezra, name a colour")
        self.clock.advance(0)
        self.is_silent()
        thing.at_say("Timmy, name a colour")
        self.clock.advance(0)
        self.assertEqual(self.answers()["caller"], f"#{thing.id}")
        self.assertEqual(self.heard2[-1], 'Timmy says to radio, "Hm. Blue."')

    def test_whom_he_does_not_talk_with(self):
        self.timmy.locks.add("talk:perm(Builder)")
        self.say("Timmy?")
        self.whisper("timmy = name a colour")
        self.is_silent()

    def test_while_somebody_plays_him(self):
        self.timmy.account = self.account2
        self.timmy.sessions.count = lambda: 1
        self.say("Timmy?")
        self.is_silent()

    def test_other_messages_are_not_for_him(self):
        for text in (None, "Timmy?", ("Timmy?", {}), ("Timmy?", None), ("Timmy?",), 7):
            self.timmy.msg(text=text, from_obj=self.char1)
        self.timmy.msg(text=('Char says, "Timmy?"', {"type": "pose"}), from_obj=self.char1)
        self.clock.advance(0)
        self.is_silent()


class TestSpoken(SimpleTestCase):
    def test_the_words_alone(self):
        for shown, words in (
            ('Anna says, "Timmy, "so", he said"', 'Timmy, "so", he said'),
            ('Anna whispers: "|nhello|n"', "hello"),
            ("Anna sagt: \u201ehallo\u201c", "hallo"),
            ("Anna dit : \u00ab\u00a0salut\u00a0\u00bb", "salut"),
            ("Anna: hello", ": hello"),
            ('Anna says, ""', ""),
        ):
            self.assertEqual(spoken(shown, "Anna"), words)
        self.assertEqual(spoken('A "B" C says, "hello"', 'A "B" C'), "hello")


class TestAnswering(TalkTest):
    def test_a_slow_answer(self):
        self.say("Timmy?")
        self.clock.advance(1.9)
        self.assertEqual(len(self.heard1), 1)
        self.clock.advance(0.1)
        ponders = [(own, other.format(name="Timmy", who="Char")) for own, other in texts.PONDERS]
        seen = (self.heard1[1].replace("Timmy", "{name}"), self.heard2[1])
        self.assertIn(seen, ponders)
        self.answers()
        self.assertEqual(len(self.heard1), 3)

    def test_a_fast_one(self):
        self.say("Timmy?")
        self.answers()
        self.assertEqual(awaited(self.clock), [])

    def test_a_slow_whisper_is_a_secret(self):
        self.whisper("timmy = name a colour")
        self.clock.advance(3)
        self.assertEqual(len(self.heard1), 2)
        self.assertEqual(self.heard2, [])

    def test_the_answer_is_only_text(self):
        for speak in (lambda: self.say("Timmy?"), lambda: self.whisper("timmy = hello")):
            speak()
            self.answers(NASTY)
            self.assertIn(f'to you, "{SHOWN}"', self.heard1[-1])
        self.assertEqual(self.heard2[-1], f'Timmy says to Char, "{SHOWN}"')

    def test_types_of_messages(self):
        kinds = []
        self.char1.msg = lambda text=None, from_obj=None, **_: kinds.append(
            (text[1]["type"], from_obj)
        )
        for speak, kind in (
            (lambda: self.say("Timmy?"), "say"),
            (lambda: self.whisper("timmy = hello"), "whisper"),
        ):
            speak()
            self.answers()
            self.assertEqual(kinds[-1], (kind, self.timmy))

    def test_one_at_a_time(self):
        self.say("Timmy?")
        self.say("Timmy!")
        told = "Timmy still thinks about your last question. (think/stop)"
        self.assertEqual(self.heard1[-1], told)
        self.assertEqual(self.heard2[1:], ['Char says, "Timmy!"'])
        self.answers()

    def test_turned_away(self):
        for error, data, words in (
            ("persona_refused", {"say": "That is mine."}, "That is mine."),
            ("no_backend", {"say": "I have spent enough today."}, "I have spent enough today."),
            ("too_many_in_flight", {}, texts.EXCUSES["too_many_in_flight"]),
            ("quite_new", {}, texts.LOST_THREAD),
        ):
            self.say("Timmy?")
            self.wire.refuse(self.asked("think"), -32000, error, "Fixed.", **data)
            self.assertEqual(self.heard1[-1], f'Timmy says to you, "{words}"')
            self.assertEqual(self.heard2[-1], f'Timmy says to Char, "{words}"')
        self.say("and now?")
        self.is_silent()

    def test_builders_see_the_details(self):
        self.account.permissions.add("Builder")
        self.whisper("timmy = hello")
        self.wire.refuse(self.asked("think"), -32012, "no_backend", "None.", say="Not now.")
        told = ['Timmy whispers to you, "Not now."', "no_backend: None."]
        self.assertEqual(self.heard1[1:], told)

    def test_bridge_down(self):
        self.say("Timmy?")
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.heard2[-1], f'Timmy says to Char, "{texts.WENT_DARK}"')
        self.whisper("timmy = hello")
        self.assertEqual(self.heard1[-1], f'Timmy whispers to you, "{texts.DARK}"')

    def test_silence(self):
        self.say("Timmy?")
        self.clock.advance(130)
        self.assertEqual(self.heard2[-1], f'Timmy says to Char, "{texts.SLOW}"')

    def test_reload(self):
        self.say("Timmy?")
        self.timmy.at_server_reload()
        self.assertEqual(self.heard1[-1], texts.STOPPING)
        self.assertEqual(len(self.heard2), 1)

    def test_our_own_mistake(self):
        self.say("Timmy?")
        self.answers(text=["no text"], thought=7)
        self.assertNotIn("None", " ".join(self.heard1))

    def test_who_has_left_the_room_meanwhile(self):
        self.say("Timmy?")
        self.char1.location = self.room2
        self.answers()
        self.assertIn('Timmy says to you, "Hm. Blue."', self.heard1)
        self.assertEqual(self.heard2[-1], 'Timmy says to Char, "Hm. Blue."')

    def test_who_has_left_the_game_meanwhile(self):
        self.say("Timmy?")
        self.account.unpuppet_object(self.session)
        self.heard1.clear()
        self.answers()
        self.assertEqual(self.heard1, [])
        self.assertEqual(self.heard2[-1], 'Timmy says to Char, "Hm. Blue."')

    def test_who_is_gone_meanwhile(self):
        self.say("Timmy?")
        request = self.asked("think")
        self.timmy.delete()
        self.wire.answer(request, {"text": "Blue."})
        self.assertEqual(self.heard1[-1], 'Timmy says to you, "Blue."')


class TestBeing(TalkTest):
    def test_made(self):
        self.assertEqual(self.timmy.key, "Timmy")
        named = create_object(Persona, key="Ezra", location=self.room2)
        self.assertEqual(named.key, "Ezra")
        made, errors = Persona.create("Zed", account=self.account, location=self.room2)
        self.assertEqual(errors, [])
        for one in (self.timmy, made):
            with self.subTest(one.key):
                for what in ("puppet", "get", "delete", "edit", "control"):
                    self.assertFalse(one.access(self.char1, what), what)
                for what in ("call", "view", "talk", "think"):
                    self.assertTrue(one.access(self.char1, what), what)

    def test_from_another_character(self):
        other = create_object(DefaultCharacter, key="Ned", location=self.room1)
        other.locks.add("puppet:all()")
        other.swap_typeclass(Persona, run_start_hooks="all")
        self.assertFalse(other.access(self.char1, "puppet"))
        self.assertEqual(other.key, "Ned")
        self.say("Ned?")
        self.answers()

    def test_he_stays_when_nobody_plays_him_any_more(self):
        self.timmy.at_post_unpuppet(self.account)
        self.assertEqual(self.timmy.location, self.room1)

    def test_what_others_can_type(self):
        offered = {command.key for command in self.timmy.cmdset.current.commands}
        self.assertEqual(offered, {"ask", "rate"})
        _, sets = self.timmy.get_cmdsets(self.timmy, None)
        self.assertIn("say", {command.key for found in sets for command in found.commands})

    def test_how_to_talk_is_seen(self):
        seen = self.timmy.return_appearance(self.char1)
        self.assertIn("ask timmy <question>", seen)
        self.assertIn(persona.DESCRIPTION, seen)

    def test_who_answers_for_a_room(self):
        ezra = create_object(Persona, key="Ezra", location=self.room2)
        self.assertEqual(host(self.room2), ezra)
        self.timmy.location = self.room2
        self.assertEqual(host(self.room2), self.timmy)
        self.assertIsNone(host(create_object(Workshop, key="w")))
        self.assertIsNone(host(None))
