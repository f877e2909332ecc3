"""A thought, as the caller and the room hear it."""

from evennia.utils.create import create_object
from twisted.internet.defer import Deferred

from evennia_glue import texts
from evennia_glue.aloud import Aloud
from evennia_glue.commands.think import CmdThink
from evennia_glue.persona import Persona
from evennia_glue.thoughts import trusts

from .support import NASTY, SHOWN, THINKS, CommandTest


class TestThink(CommandTest):
    def think(self, task="name a colour"):
        self.type(CmdThink(), f" {task}")
        return self.asked("think")

    def delta(self, request, *pieces):
        """Pieces of the answer that come in the same turn."""
        for piece in pieces:
            self.wire.note("think.delta", id=request["id"], seq=0, text=piece)
        self.clock.advance(0)

    def test_from_beginning_to_end(self):
        request = self.think()
        here = {"caller": f"#{self.char1.id}", "conversation": f"room:#{self.room1.id}"}
        self.assertEqual(request["params"], {"task": "name a colour", "stream": True, **here})
        self.assertEqual((self.heard1, self.heard2), ([THINKS], [THINKS]))
        self.delta(request, "Hm. ", "It ")
        self.delta(request, "is a lovely colour.\nBl")
        self.delta(request, "ue.")
        answer = {"text": "Hm. It is ...", "backend": "local", "model": "m"}
        self.wire.answer(request, {**answer, "ms": 813, "cost_usd": 0})
        said = ['Timmy says, "Hm. It', "  is a lovely colour.", '  Blue."']
        self.assertEqual(self.heard1[1:], [*said, "(local, m; 813 ms; $0.00)"])
        self.assertEqual(self.heard2[1:], said)
        self.assertIsNone(self.char1.ndb.workshop_thought)
        self.assertIsNone(self.room1.ndb.workshop_said)

    def test_what_comes_at_once_is_said_at_once(self):
        request = self.think()
        self.wire.note("think.delta", id=request["id"], seq=0, text="Hm. Blue.")
        self.wire.answer(request, {"text": "Hm. Blue.\n  And green."})
        said = 'Timmy says, "Hm. Blue.\n  And green."'
        self.assertEqual((self.heard1[1], self.heard2[1:]), (said, [said]))

    def test_two_at_a_time_do_not_mix(self):
        self.char2.account, self.char2.ndb.x = None, None
        first = self.think()
        self.delta(first, "The first ")
        other = Aloud(self.char2, "another", self.room1)
        Deferred.fromCoroutine(other.run())
        second = self.asked("think")
        self.delta(second, "The second ")
        self.delta(second, "is here. ")
        self.wire.answer(second, {"text": "The second is here."})
        self.delta(first, "goes on for a good while now. ")
        self.wire.answer(first, {"text": "The first goes on for a good while now."})
        said = [
            'Timmy says, "The first',
            THINKS,
            'Timmy says, "The second is here."',
            "  goes on for a good while now.",
            '  "',
        ]
        self.assertEqual(self.heard1[1:-1], said)

    def test_private(self):
        self.be_player()
        self.type(CmdThink(), "/private name a colour")
        request = self.asked("think")
        self.delta(request, "It is ")
        self.delta(request, "blue.")
        self.wire.answer(request, {"text": "It is blue."})
        self.assertEqual(self.heard1, [THINKS, 'Timmy whispers to you, "It is', '  blue."'])
        self.type(CmdThink(), "/private name a colour")
        self.clock.advance(1)
        self.heard1.clear()
        for typed in ("/private name a colour", "/stop"):
            self.type(CmdThink(), typed)
        self.assertEqual(self.heard1, [THINKS, "Timmy lets the thought go."])
        self.assertEqual(self.heard2, [])

    def test_types_of_messages(self):
        kinds = []
        self.char1.msg = lambda text=None, **_: kinds.append(text[1]["type"])
        for switch, kind in (("", "say"), ("/private", "whisper")):
            self.type(CmdThink(), f"{switch} name a colour")
            self.wire.answer(self.asked("think"), {"text": "Blue."})
            self.assertEqual(kinds[:2], ["workshop", kind])
            kinds.clear()

    def test_who_is_trusted(self):
        self.be_player()
        timmy = create_object(Persona, key="", location=self.room1)
        for place in (self.room1, timmy):
            place.locks.add("think:perm(Builder)")
            self.type(CmdThink(), " name a colour")
            told = "Timmy does not think aloud for you. (You can ask all the same.)"
            self.assertEqual(self.heard1[-1], told)
            self.assertEqual(self.wire.sent(), [])
            place.locks.add("think:all()")
        self.think()

    def test_he_trusts_himself(self):
        timmy = create_object(Persona, key="", location=self.room1)
        self.room1.locks.add("think:false()")
        self.assertTrue(trusts(self.room1, timmy, timmy))
        self.assertFalse(trusts(self.room1, timmy, self.char2))
        self.assertTrue(trusts(self.room2, None, self.char2), "no lock is no hindrance")

    def test_builders_are_told_what_came_before(self):
        attempts = [
            {"backend": "local", "outcome": "refused", "ms": 4},
            {"backend": "grok", "outcome": "low_quality", "ms": 9, "more": "later"},
            {"backend": "gpt", "outcome": "answered", "ms": 30},
            7,
        ]
        answer = {"text": "Blue.", "backend": "gpt", "model": "m", "ms": 43, "cost_usd": 0.5}
        self.wire.answer(self.think(), {**answer, "attempts": attempts, "thought": "4b1f"})
        told = "(gpt, m; 43 ms; $0.5; after local: refused, grok: low_quality)"
        self.assertEqual(self.heard1[-1], told)
        self.wire.answer(self.think(), {**answer, "attempts": [], "cached": True})
        self.assertEqual(self.heard1[-1], "(gpt, m; 43 ms; $0.5; remembered)")

    def test_builders_are_told_what_the_guard_changed(self):
        answer = {"text": "Blue.", "backend": "gpt", "model": "m", "ms": 43, "cost_usd": 0.5}
        for guarded, told in (
            ({"stand_ins": 1, "caught": 2}, "; 1 stand-in; 2 self-namings)"),
            ({"stand_ins": 0, "caught": 0}, "$0.5)"),
            ({"stand_ins": "x", "caught": True}, "$0.5)"),
        ):
            self.wire.answer(self.think(), {**answer, **guarded})
            self.assertTrue(self.heard1[-1].endswith(told), self.heard1[-1])

    def test_each_player_and_each_room_has_its_conversation(self):
        first = self.think()["params"]
        self.type(CmdThink(), "/stop")
        self.wire.sent()
        self.char1.location = self.room2
        second = self.think()["params"]
        self.assertEqual(first["caller"], second["caller"])
        self.assertEqual(second["conversation"], f"room:#{self.room2.id}")
        self.type(CmdThink(), "/stop")
        self.wire.sent()
        self.char1.location = None
        self.assertEqual(self.think()["params"]["conversation"], "room:none")

    def test_new(self):
        self.settings(WORKSHOP_PERSONA="ezra")
        self.type(CmdThink(), "/new name a colour")
        request = self.asked("forget")
        here = {"caller": f"#{self.char1.id}", "conversation": f"room:#{self.room1.id}"}
        self.assertEqual(request["params"], {"persona": "ezra", **here})
        self.assertEqual(self.heard1, [])
        self.wire.answer(request, {"turns": 4})
        params = self.asked("think")["params"]
        self.assertEqual(params["task"], "name a colour")
        self.assertEqual(params["conversation"], here["conversation"])
        self.assertEqual(self.heard1, [THINKS])

    def test_new_that_cannot_forget_asks_nothing(self):
        self.type(CmdThink(), "/new name a colour")
        self.wire.refuse(self.asked("forget"), -32603, "internal_error", "A mistake.")
        self.assertEqual(self.wire.sent(), [])
        self.assertIn(texts.STUMBLES, self.heard1)
        self.assertEqual(self.heard2, [])
        self.type(CmdThink(), "/new name a colour")
        self.asked("forget")
        self.type(CmdThink(), "/stop")
        self.asked("cancel")
        self.assertIsNone(self.char1.ndb.workshop_thought)

    def test_new_waits_for_its_turn(self):
        self.think()
        for typed in ("/new another", "/new"):
            self.type(CmdThink(), typed)
        self.assertEqual(self.wire.sent(), [])
        self.assertIn("still thinks", self.heard1[-2])
        self.assertEqual(self.heard1[-1], "Usage: think <task>")

    def test_players_are_not_told_what_it_cost(self):
        self.be_player()
        self.wire.answer(self.think(), {"text": "Blue.", "backend": "local", "cost_usd": 1})
        self.assertEqual(self.heard1[1:], ['Timmy says, "Blue."'])

    def test_what_the_model_writes_is_only_text(self):
        request = self.think(NASTY)
        self.assertEqual(request["params"]["task"], NASTY)
        self.delta(request, "So: ")
        self.delta(request, NASTY + "\n")
        self.wire.answer(request, {"text": NASTY})
        self.assertEqual(self.heard1[2], f"  {SHOWN}")
        self.assertEqual(self.heard2[2], f"  {SHOWN}")
        self.wire.answer(self.think(), {"text": NASTY})
        self.assertEqual(self.heard2[-1], f'Timmy says, "{SHOWN}"')

    def test_restart(self):
        request = self.think()
        self.delta(request, "It is bro")
        self.wire.note("think.restarted", id=request["id"], backend="b", reason="stream_broken")
        self.delta(request, "Green.")
        self.wire.answer(request, {"text": "Green."})
        again = "Timmy loses the thread, and starts over."
        heard = ['Timmy says, "It is', again, 'Timmy says, "Green."']
        self.assertEqual(self.heard1[1:4], heard)
        self.assertEqual(self.heard2[1:], heard)

    def test_who_waits_for_a_model_hears_the_place_once(self):
        request = self.think()
        for place in (2, 2, 1, 1):
            self.wire.note("think.switching", id=request["id"], place=place, profile="hermes")
        self.wire.note("think.switching", id=request["id"], place="no number")
        fetching = "Timmy is fetching another book for that."
        told = [f"{fetching} You have place 2.", f"{fetching} A moment ..."]
        self.assertEqual(self.heard1[1:], told)
        self.assertEqual(len(self.heard2), 1)
        self.wire.answer(request, {"text": "Green."})

    def test_cut_at_its_limit(self):
        self.wire.answer(self.think(), {"text": "Bl", "finish": "length"})
        self.assertIn("(The answer was cut at its limit.)", self.heard1)

    def test_one_at_a_time(self):
        request = self.think()
        self.type(CmdThink(), " another")
        self.assertEqual(self.wire.sent(), [])
        self.assertIn("still thinks", self.heard1[-1])
        self.wire.answer(request, {"text": "Blue."})
        self.think("another")

    def test_stop(self):
        for switch in ("/stop", "/cancel"):
            request = self.think()
            self.type(CmdThink(), switch)
            self.assertEqual(self.asked("cancel")["params"], {"id": request["id"]})
            self.assertEqual(self.heard1[-1], "Timmy lets the thought go.")
            self.assertEqual(self.heard2[-1], "Timmy lets the thought go.")
            self.wire.refuse(request, -32015, "cancelled", "The request was cancelled.")
            self.assertIsNone(self.char1.ndb.workshop_thought)
        self.type(CmdThink(), "/stop")
        self.assertEqual(self.heard1[-1], "Timmy is not thinking about anything for you.")

    def test_who_has_left_the_game_is_told_nothing(self):
        request = self.think()
        self.account.unpuppet_object(self.session)
        self.heard1.clear()
        self.delta(request, "A whole line.\n")
        self.char1.location = None
        self.delta(request, "Blue.")
        self.wire.answer(request, {"text": "A whole line.\nBlue."})
        self.assertEqual(self.heard1, [])
        self.assertEqual(self.heard2[-2:], ['Timmy says, "A whole line.', '  Blue."'])

    def test_who_has_left_the_room_still_hears(self):
        request = self.think()
        self.char1.location = self.room2
        self.wire.answer(request, {"text": NASTY})
        self.assertIn(f'Timmy says, "{SHOWN}"', self.heard1)
        self.assertIn(f'Timmy says, "{SHOWN}"', self.heard2)

    def test_a_room_that_is_gone(self):
        self.char1.location = self.room2
        request = self.think()
        self.char1.location = self.room1
        self.room2.delete()
        self.wire.answer(request, {"text": "Blue."})
        self.assertIn('Timmy says, "Blue."', self.heard1)

    def test_another_name(self):
        self.settings(WORKSHOP_PERSONA_NAME="Ezra|r{x}")
        self.wire.answer(self.think(), {"text": "Blue."})
        self.assertEqual(self.heard2[0], "Ezra|r{x} falls silent, and thinks ...")
        self.assertEqual(self.heard2[1], 'Ezra|r{x} says, "Blue."')
