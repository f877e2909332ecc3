"""Who may think now, who waits, and what they are told."""

from unittest.mock import patch

from django.test import SimpleTestCase
from twisted.internet.defer import CancelledError
from twisted.internet.task import Clock

from evennia_glue import queue, texts
from evennia_glue.commands.think import CmdThink
from evennia_glue.errors import BridgeDown, NotNow
from evennia_glue.queue import Limits, Places, Queue, Verdict

from .support import THINKS, CommandTest, Seen

LIMITS = Limits(thoughts=2, waiting=2, cooldown=10)
NOW, WAIT, UNDER_WAY = Verdict.NOW, Verdict.WAIT, Verdict.UNDER_WAY
TOO_SOON, FULL = Verdict.TOO_SOON, Verdict.FULL


class TestPlaces(SimpleTestCase):
    def test_tables(self):
        """Each step: at which second, who does what, and what comes of it."""
        for name, steps in {
            "first come, first served": [
                *((0, "a enters", NOW), (0, "b enters", NOW), (1, "c enters", WAIT)),
                *((1, "d enters", WAIT), (2, "c before", 0), (2, "d before", 1)),
                *((3, "b leaves", None), (3, "next", "c"), (3, "next", None), (3, "d before", 0)),
                *(
                    (4, "a leaves", None),
                    (4, "c leaves", None),
                    (4, "next", "d"),
                    (5, "next", None),
                ),
            ],
            "one for each": [
                *((0, "a enters", NOW), (9, "a enters", UNDER_WAY), (9, "b enters", NOW)),
                *((9, "c enters", WAIT), (9, "c enters", UNDER_WAY), (9, "a before", None)),
            ],
            "nobody overtakes": [
                *((0, "a enters", NOW), (0, "b enters", NOW), (0, "c enters", WAIT)),
                *(
                    (1, "a leaves", None),
                    (1, "d enters", WAIT),
                    (1, "next", "c"),
                    (1, "d before", 0),
                ),
            ],
            "bounded": [
                *((0, "a enters", NOW), (0, "b enters", NOW), (0, "c enters", WAIT)),
                *((0, "d enters", WAIT), (0, "e enters", FULL), (1, "c leaves", None)),
                *((1, "e enters", WAIT), (1, "d before", 0), (1, "e before", 1)),
            ],
            "a rest from the end of one to the next": [
                *((0, "a enters", NOW), (20, "a leaves", None), (29.9, "a enters", TOO_SOON)),
                *((29.9, "a hurries", NOW), (30, "a leaves", None), (40, "a enters", NOW)),
            ],
            "who only waited needs none": [
                *((0, "a enters", NOW), (0, "b enters", NOW), (0, "c enters", WAIT)),
                *((1, "c leaves", None), (1, "c enters", WAIT)),
            ],
            "who was not there may leave": [(0, "a leaves", None), (0, "a enters", NOW)],
        }.items():
            places = Places()
            for at, what, expected in steps:
                with self.subTest(name, at=at, what=what):
                    self.assertEqual(self.step(places, at, what), expected)

    @staticmethod
    def step(places: Places, at: float, what: str):
        who, _, verb = what.partition(" ")
        match verb:
            case "enters" | "hurries":
                return places.enter(who, at, LIMITS, hurried=verb == "hurries")
            case "leaves":
                return places.leave(who, at, LIMITS)
            case "before":
                return places.before(who)
        return places.next(LIMITS)

    def test_who_has_ended_is_not_kept_for_ever(self):
        places = Places()
        for at in range(10 * queue.KEPT):
            places.enter(at, at, LIMITS, hurried=False)
            places.leave(at, at, LIMITS)
        self.assertLessEqual(len(places.ended), queue.KEPT)


class TestQueue(SimpleTestCase):
    def setUp(self):
        self.clock = Clock()
        self.queue = Queue(self.clock, lambda: Limits(1, 9, 0))
        self.told: dict[str, list[int]] = {}

    def enter(self, who: str) -> Seen:
        told = self.told.setdefault(who, [])
        turn = self.queue.enter(who, told.append)
        seen = Seen(turn)
        seen.turn = turn
        return seen

    def test_places_are_told_with_a_pause_and_the_last_at_once(self):
        for who in "abcde":
            self.enter(who)
        self.assertEqual(self.told, {"a": [], "b": [0], "c": [1], "d": [2], "e": [3]})
        self.queue.leave("a")
        self.assertEqual(self.told, {"a": [], "b": [0], "c": [1, 0], "d": [2], "e": [3]})
        self.clock.advance(1)
        self.queue.leave("c")
        self.assertEqual((self.told["d"], self.told["e"]), ([2, 0], [3]))
        self.clock.advance(queue.QUIET - 1)
        self.assertEqual(self.told["e"], [3, 1])
        for who in "bde":
            self.queue.leave(who)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_who_is_cancelled_or_gone_leaves_the_line(self):
        self.enter("a")
        for leave in (lambda seen: seen.turn.cancel(), lambda _: self.queue.gone("b")):
            seen = self.enter("b")
            leave(seen)
            self.assertIsInstance(seen.error, CancelledError)
            self.queue.leave("b")
            self.assertEqual(self.queue.places.waiting, [])
        self.queue.gone("a")
        self.assertEqual(self.queue.places.thinking, {"a"}, "who thinks goes on")

    def test_refusals(self):
        self.enter("a")
        with self.assertRaises(NotNow) as refused:
            self.enter("a")
        self.assertEqual(refused.exception.why, "under way")

    def test_every_refusal_has_its_words(self):
        verdicts = {verdict.value for verdict in Verdict} - {"now", "wait"}
        self.assertEqual(verdicts, set(texts.NOT_NOW))

    def test_the_server_stops(self):
        self.enter("a")
        waiting = [self.enter(who) for who in "bc"]
        self.queue.stop()
        for seen in waiting:
            self.assertIsInstance(seen.error, BridgeDown)
            self.assertTrue(seen.error.stopping)
        self.queue.leave("a")
        self.assertEqual(self.queue.places.waiting, [])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_turns_that_end_at_once_do_not_nest(self):
        line = Queue(self.clock, lambda: Limits(1, 5000, 0))
        line.enter("first", print)
        order = []
        for who in range(3000):
            turn = line.enter(who, lambda _before: None)
            turn.addCallback(lambda _, who=who: (order.append(who), line.leave(who)))
        line.leave("first")
        self.assertEqual(order, list(range(3000)))


class TestLine(CommandTest):
    """As it is heard."""

    def setUp(self):
        super().setUp()
        self.be_player()
        self.settings(WORKSHOP_MAX_THOUGHTS=1)
        self.others = [7001, 7002, 7003]

    def busy(self, count: int):
        """Others think and wait."""
        for who in self.others[:count]:
            queue.get_queue().enter(who, lambda _before: None)

    def test_told_the_place(self):
        self.busy(3)
        self.type(CmdThink(), " x")
        self.assertEqual(self.wire.sent(), [])
        line = "Timmy thinks for others just now. "
        self.assertEqual(self.heard1, [f"{line}There are two before you."])
        self.clock.advance(queue.QUIET)
        for who in self.others:
            queue.get_queue().leave(who)
            self.clock.advance(queue.QUIET)
        told = [f"{line}There is one before you.", f"{line}You are next.", THINKS]
        self.assertEqual(self.heard1[1:], told)
        self.wire.answer(self.asked("think"), {"text": "Blue."})
        self.assertEqual(self.heard2, [THINKS, 'Timmy says, "Blue."'])

    def test_stopped_in_the_line(self):
        self.busy(1)
        self.type(CmdThink(), " x")
        self.type(CmdThink(), " y")
        self.type(CmdThink(), "/stop")
        told = ["Timmy still thinks about your last question. (think/stop)"]
        self.assertEqual(self.heard1[1:], [*told, "You no longer wait for Timmy."])
        self.assertEqual(self.heard2, [])
        self.assertEqual(queue.get_queue().places.waiting, [])

    def test_who_leaves_the_game_leaves_the_line(self):
        with patch("evennia_glue.queue._queue", None):
            line = queue.get_queue()
            line.clock = self.clock
            self.busy(1)
            self.type(CmdThink(), " x")
            self.assertEqual(line.places.waiting, [self.char1.id])
            self.account.unpuppet_object(self.session)
            self.assertEqual(line.places.waiting, [])

    def test_no_more_may_wait(self):
        self.settings(WORKSHOP_MAX_WAITING=0)
        self.busy(1)
        self.type(CmdThink(), " x")
        told = "Too many wait for Timmy already. Ask again in a little while."
        self.assertEqual(self.heard1, [told])

    def test_a_rest_between_two(self):
        told = "Timmy has hardly drawn breath. Wait a moment, and ask again."
        for pause, expected in ((0.5, told), (1, THINKS)):
            self.type(CmdThink(), " x")
            self.wire.answer(self.asked("think"), {"text": "Blue."})
            self.clock.advance(pause)
            self.heard1.clear()
            self.type(CmdThink(), " y")
            self.assertEqual(self.heard1, [expected])
            self.type(CmdThink(), "/stop")
            self.wire.sent()
            self.clock.advance(2)

    def test_builders_need_none(self):
        self.account.permissions.add("Builder")
        for _ in range(2):
            self.type(CmdThink(), " x")
            self.wire.answer(self.asked("think"), {"text": "Blue."})

    def test_the_game_reloads(self):
        self.busy(1)
        self.type(CmdThink(), " x")
        queue.get_queue().stop()
        self.assertEqual(self.heard1[-1], texts.STOPPING)
        self.assertEqual(self.heard2, [])
        self.assertIsNone(self.char1.ndb.workshop_thought)
