"""What clients are told out of band: who, what, and how seldom."""

from unittest.mock import patch

from django.test import SimpleTestCase
from evennia import create_object

from evennia_glue import events
from evennia_glue.rooms import Workshop
from evennia_glue.web.inputfuncs import workshop_watch

from .support import WorkshopTest

LOCAL = {
    "backend": "local",
    "model": "hermes",
    "state": "healthy",
    "latency_ms": 1.9,
    "since": "2026-11-21T01:00:00Z",
    "why": "it answered",
    "secret": "x",
}
COSTS = {"today": {"usd": 0.5, "attempts": 7}, "month": {"usd": 2}, "budgets": []}
AUDIT = {"records": 7, "gaps": 0, "tree": {"root": "q1ND", "checkpoint": True}}
VERIFIED = {"verified": {"ok": True, "time": "2026-11-21T02:00:00Z"}}


class TestEvents(WorkshopTest):
    def setUp(self):
        super().setUp()
        self.room = create_object(Workshop, key="Workshop")
        self.addCleanup(lambda: self.room.pk and self.room.router.stop())
        self.got = []
        self.session.data_out = lambda **out: self.got.append(out)
        self.session.update_flags = self.session.protocol_flags.update
        self.session.protocol_key = "webclient/websocket"
        self.account.permissions.clear()
        self.char1.permissions.clear()
        self.wire.answer(self.wire.sent()[1], {"backends": [LOCAL]})
        self.clock.advance(1)

    def taken(self, event):
        """The events of a kind that the client got since it was last asked."""
        found = [out[event][1] for out in self.got if event in out]
        self.got = [out for out in self.got if event not in out]
        return found

    def test_a_web_client_hears_nothing_unless_it_asked(self):
        self.char1.move_to(self.room, quiet=True)
        self.assertEqual(self.got, [])
        workshop_watch(self.session)
        self.assertTrue(self.taken(events.HEALTH)[0]["here"])

    def test_a_gmcp_client_hears_without_asking(self):
        self.session.protocol_key = "telnet"
        self.char1.move_to(self.room, quiet=True)
        self.assertEqual(self.got, [], "it speaks no GMCP")
        self.session.protocol_flags["OOB"] = True
        self.char1.move_to(self.room1, quiet=True)
        self.char1.move_to(self.room, quiet=True)
        self.assertEqual([one["here"] for one in self.taken(events.HEALTH)], [False, True])

    def test_what_it_hears(self):
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        self.assertEqual(self.got[0]["options"], {"raw": True})
        row = {
            "backend": "local",
            "model": "hermes",
            "state": "healthy",
            "sign": "+",
            "word": "healthy",
            "since": "2026-11-21T01:00:00Z",
            "latency_ms": 1.9,
        }
        self.assertEqual(
            self.taken(events.HEALTH),
            [{"here": True, "up": True, "backends": [row], "history": {"local": [1.9]}}],
        )
        self.assertEqual(self.wire.sent(), [], "nothing is asked for who is no builder")

    def test_coming_and_going(self):
        workshop_watch(self.session)
        self.assertEqual(self.taken(events.HEALTH), [events.ELSEWHERE])
        self.char1.move_to(self.room, quiet=True)
        self.char1.move_to(self.room1, quiet=True)
        self.assertEqual([one["here"] for one in self.taken(events.HEALTH)], [True, False])
        events.install()
        self.char1.locks.add("puppet:all()")
        self.char1.move_to(self.room, quiet=True)
        self.account.unpuppet_object(self.session)
        self.account.puppet_object(self.session, self.char1)
        self.assertEqual([one["here"] for one in self.taken(events.HEALTH)], [True, False, True])

    def test_a_change_is_pushed_and_so_is_a_latency(self):
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        self.taken(events.HEALTH)
        self.wire.note("health.changed", **{**LOCAL, "state": "unhealthy", "latency_ms": None})
        self.clock.advance(1)
        told = self.taken(events.HEALTH)
        self.assertEqual(len(told), 1)
        self.assertEqual(told[0]["backends"][0]["word"], "unhealthy")
        self.assertEqual(told[0]["history"], {"local": [1.9, None]})

    def test_the_link_is_lost(self):
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        self.taken(events.HEALTH)
        self.room.router.link_changed(False)
        self.clock.advance(1)
        told = self.taken(events.HEALTH)
        self.assertEqual(
            [(one["here"], one["up"], one["backends"]) for one in told], [(True, False, [])]
        )

    def test_control_characters_stay_here(self):
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        self.taken(events.HEALTH)
        self.wire.note("health.changed", **{**LOCAL, "model": "a\x1b[2J\x07<b>\u202e|r"})
        self.clock.advance(1)
        self.assertEqual(self.taken(events.HEALTH)[0]["backends"][0]["model"], "a[2J<b>|r")

    def be_builder(self):
        self.account.permissions.add("Builder")

    def answer_reports(self):
        sent = {message["method"]: message for message in self.wire.sent()}
        sent.pop("health", None)  # a ping: this daemon leaves other things unanswered
        self.assertEqual(set(sent), {"costs", "audit"})
        self.wire.answer(sent["costs"], COSTS)
        self.wire.answer(sent["audit"], {**AUDIT, **VERIFIED})

    def test_builders_see_the_reasons_the_costs_and_the_audit(self):
        self.be_builder()
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        self.assertEqual(self.taken(events.HEALTH)[0]["backends"][0]["why"], "it answered")
        self.assertEqual(self.got, [])
        self.answer_reports()
        self.assertEqual(self.taken(events.COSTS)[0]["today"]["usd"], 0.5)
        self.assertEqual(self.taken(events.AUDIT)[0]["verdict"], "good")

    def test_the_reports_are_asked_for_seldom(self):
        self.be_builder()
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        self.answer_reports()
        self.got.clear()
        workshop_watch(self.session)
        self.assertEqual(len(self.taken(events.COSTS)), 1, "what is known is told again")
        self.got.clear()
        with patch.object(self.room.router, "poll"):
            self.clock.advance(20)
            self.room.router.at_repeat()
            self.assertEqual(self.wire.sent(), [])
            self.clock.advance(11)
            self.room.router.at_repeat()
            self.answer_reports()
            self.assertEqual(len(self.taken(events.AUDIT)), 1)
            self.char1.move_to(self.room1, quiet=True)
            self.clock.advance(60)
            self.room.router.at_repeat()
            self.assertEqual(self.wire.sent(), [], "nobody is there")

    def test_who_becomes_a_builder_is_told_what_is_known(self):
        self.be_builder()
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        self.answer_reports()
        self.account.permissions.clear()
        self.session.ndb.workshop_reports = None  # as a session that has just come
        self.got.clear()
        for permissions, told in (([], 0), (["Builder"], 1), (["Builder"], 0)):
            for permission in permissions:
                self.account.permissions.add(permission)
            events.refresh(self.room)
            self.assertEqual(len(self.taken(events.COSTS)), told)
        self.assertEqual(self.wire.sent(), [])

    def test_reports_that_fail_are_not_told(self):
        self.be_builder()
        self.char1.move_to(self.room, quiet=True)
        workshop_watch(self.session)
        sent = self.wire.sent()
        with patch("evennia_glue.events.log_quietly") as logged:
            self.wire.refuse(sent[0], -32603, "internal_error", "x")
            self.wire.answer(sent[1], AUDIT)
        self.assertEqual(self.taken(events.COSTS), [])
        logged.assert_not_called()


class TestVerdict(SimpleTestCase):
    def test_table(self):
        for answer, verdict in (
            ({}, "unknown"),
            (AUDIT, "unknown"),
            ({**AUDIT, **VERIFIED}, "good"),
            ({**AUDIT, **VERIFIED, "gaps": True}, "unknown"),
            ({**AUDIT, **VERIFIED, "gaps": 1}, "bad"),
            ({**AUDIT, **VERIFIED, "tree": {"checkpoint": False}}, "bad"),
            ({**AUDIT, "verified": {"ok": False}}, "bad"),
            ({**AUDIT, **VERIFIED, "rescan": {"found": 1}}, "bad"),
            ({**AUDIT, **VERIFIED, "invariance": {"differing": 2}}, "bad"),
            ({**AUDIT, **VERIFIED, "rescan": "x", "invariance": {"differing": True}}, "good"),
        ):
            with self.subTest(answer):
                self.assertEqual(events.audit(answer)["verdict"], verdict)
                self.assertTrue(events.audit(answer)["why"])

    def test_misshapen_costs(self):
        self.assertIsNone(events.costs({"today": 7})["today"]["usd"])
        self.assertEqual(
            events.costs({"budgets": [1, {"scope": 3, "percent": True}]})["budgets"][0]["percent"],
            None,
        )
