"""The room, its lamps, and the script behind them."""

from unittest.mock import patch

from django.test import SimpleTestCase, override_settings
from evennia import create_object
from evennia.utils.ansi import strip_ansi
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import lamps
from evennia_glue.commands import WorkshopCmdSet
from evennia_glue.rooms import Workshop
from evennia_glue.scripts import BackendRouter

from .support import HELLO, Wire, WorkshopTest

LOCAL = {"backend": "local", "state": "healthy", "latency_ms": 1.9, "why": "it answered"}
GROK = {"backend": "grok", "state": "disabled", "latency_ms": None, "why": "no key: set XAI"}


class TestLamps(SimpleTestCase):
    def test_colour_sign_and_word(self):
        self.assertEqual(lamps.line(LOCAL), "|g[+]|n local healthy 2 ms")
        self.assertEqual(lamps.line(GROK), "|x[x]|n grok disabled")
        self.assertEqual(
            strip_ansi(lamps.line(GROK, with_why=True)), "[x] grok disabled (no key: set XAI)"
        )

    def test_a_model_that_is_loaded_on_demand(self):
        loaded = {**LOCAL, "model_place": {"loaded": True}}
        away = {**LOCAL, "model_place": {"loaded": False}}
        self.assertEqual(strip_ansi(lamps.line(loaded)), "[+] local healthy 2 ms loaded")
        self.assertEqual(strip_ansi(lamps.line(away)), "[+] local healthy 2 ms not loaded")

    def test_no_two_states_look_alike_without_colour(self):
        shown = {(lamp.sign, lamp.word) for lamp in lamps.LAMPS.values()}
        self.assertEqual(len(shown), len(lamps.LAMPS))
        self.assertEqual(len({lamp.sign for lamp in lamps.LAMPS.values()}), len(lamps.LAMPS))

    def test_a_state_of_a_later_daemon(self):
        self.assertEqual(
            strip_ansi(lamps.line({"backend": "a|r", "state": "on|fire"})), "[?] a|r on|fire"
        )
        self.assertEqual(strip_ansi(lamps.line({})), "[?] ? None")

    def test_milliseconds(self):
        shown = [lamps.milliseconds(value) for value in (0.2, 1.9, 812.4, None, True, "x", -1)]
        self.assertEqual(shown, ["<1 ms", "2 ms", "812 ms", "", "", "", ""])


class TestRoom(WorkshopTest):
    def setUp(self):
        super().setUp()
        self.room = create_object(Workshop, key="Workshop")
        self.addCleanup(self.stop_timers, self.room.router)
        for character in (self.char1, self.char2):
            character.location = self.room
        self.char1.permissions.clear()
        self.account.permissions.clear()

    @staticmethod
    def stop_timers(router):
        if router.pk:
            router.stop()

    def look(self) -> str:
        return strip_ansi(self.room.return_appearance(self.char2))

    def start(self, *rows):
        """The script's first question, and its answer."""
        sent = self.wire.sent()
        self.assertEqual([message["method"] for message in sent], ["subscribe", "health"])
        self.wire.answer(sent[1], {"backends": list(rows)})
        self.clock.advance(1)

    def poll(self, *rows):
        self.room.router.at_repeat()
        self.wire.answer(self.asked("health"), {"backends": list(rows)})
        self.clock.advance(1)

    def note(self, **row):
        self.wire.note("health.changed", **row)
        self.clock.advance(1)

    def test_look(self):
        self.assertIn("lamps over the benches are dark", self.look())
        self.start(LOCAL, GROK)
        self.assertIn("[+] local healthy 2 ms\n[x] grok disabled", self.look())
        self.assertNotIn("XAI", self.look())
        self.assertEqual(self.heard2, [])
        self.assertEqual(self.wire.sent(), [], "looking asks nothing")

    def test_builders_see_why(self):
        self.start(GROK)
        self.account2.permissions.add("Builder")
        self.assertIn("[x] grok disabled (no key: set XAI)", self.look())

    def test_since_and_model(self):
        self.start({**LOCAL, "since": "2020-01-01T00:00:00Z", "model": "hermes"})
        self.assertRegex(self.look(), r"\[\+\] local healthy 2 ms, for \d+ d, hermes(\n|$)")

    def test_many_lamps(self):
        self.start(*({**LOCAL, "backend": f"b{place}"} for place in range(60)))
        shown = self.look()
        self.assertIn("b11 healthy", shown)
        self.assertNotIn("b12", shown)
        self.assertIn("and 48 more: lamps", shown)

    def test_read_aloud(self):
        self.start(LOCAL, GROK)
        self.session.protocol_flags["SCREENREADER"] = True
        shown = strip_ansi(self.room.return_appearance(self.char1))
        self.assertIn("local: healthy, answers in 2 ms.\ngrok: disabled.", shown)

    def test_names_are_only_text(self):
        self.start({**LOCAL, "backend": "{x}|lcquit|ltgo|le|r $You() \x1b[2J"})
        shown = self.room.return_appearance(self.char2)
        self.assertIn("{x}\u00a6lcquit\u00a6ltgo\u00a6le|r $You() [2J healthy", strip_ansi(shown))

    def test_a_change_is_announced(self):
        self.start(LOCAL, GROK)
        self.note(**{**LOCAL, "state": "unhealthy", "latency_ms": None})
        self.assertEqual(self.heard2, ["[-] The lamp of local: unhealthy, was healthy."])
        self.assertIn("[-] local unhealthy", self.look())
        self.note(**{**LOCAL, "state": "unhealthy", "latency_ms": 7})
        self.assertEqual(len(self.heard2), 1)

    def test_a_change_is_found_by_asking_too(self):
        self.start(LOCAL, GROK)
        self.poll({**LOCAL, "state": "degraded"}, {"backend": "new", "state": "unknown"})
        self.assertEqual(
            self.heard2,
            [
                "The lamp of grok is taken down.\n"
                "[~] The lamp of local: degraded, was healthy.\n"
                "[?] The lamp of new: not asked yet (new)."
            ],
        )

    def test_changes_of_one_moment_are_one_message(self):
        self.start(LOCAL, GROK)
        for row in (LOCAL, GROK):
            self.wire.note("health.changed", **{**row, "state": "unhealthy"})
        self.assertEqual(self.heard2, [])
        self.clock.advance(0.3)
        self.assertEqual(len(self.heard2), 1)
        self.assertEqual(self.heard2[0].count("unhealthy"), 2)

    def test_a_lamp_that_flickers_is_summed_up(self):
        self.start(LOCAL)
        for state in ("unhealthy", "healthy", "unhealthy", "healthy", "unhealthy"):
            self.note(**{**LOCAL, "state": state})
        self.assertEqual(len(self.heard2), 2)
        self.clock.advance(30)
        self.assertEqual(
            self.heard2[2:],
            ["[-] The lamp of local: unhealthy, was healthy. It flickers: 3 changes."],
        )
        self.clock.advance(100)
        self.assertEqual(len(self.heard2), 3)

    def test_names_are_only_text_when_announced(self):
        name = "{x}|lcquit|ltgo|le|r $You()"
        self.start({**LOCAL, "backend": name})
        self.note(**{**LOCAL, "backend": name, "state": "unhealthy"})
        self.assertIn("lamp of {x}\u00a6lcquit\u00a6ltgo\u00a6le|r $You():", self.heard2[0])

    def reload(self):
        """What Evennia does with a script before a reload and after it."""
        router = self.room.router
        router._pause_task(auto_pause=True)
        router.at_server_reload()
        for name in ("rows", "history", "news", "polling", "timer"):
            router.nattributes.remove(name)
        self.wire.sent()
        router._unpause_task(auto_unpause=True)

    def test_after_a_reload_nothing_is_told_again(self):
        self.start(LOCAL, GROK)
        self.note(**{**LOCAL, "state": "unhealthy"})
        self.heard2.clear()
        self.reload()
        self.start({**LOCAL, "state": "unhealthy"}, GROK)
        self.assertEqual(self.heard2, [])
        self.note(**LOCAL)
        self.assertEqual(self.heard2, ["[+] The lamp of local: healthy, was unhealthy."])

    def test_what_changes_while_the_game_reloads_is_told(self):
        self.start(LOCAL, GROK)
        self.reload()
        self.start({**LOCAL, "state": "unhealthy"}, GROK)
        self.assertEqual(self.heard2, ["[-] The lamp of local: unhealthy, was healthy."])
        self.assertIsNone(self.room.router.db.told, "what was kept counts once")

    def test_link_lost_and_back(self):
        self.start(LOCAL)
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.clock.advance(1)
        self.assertEqual(self.heard2, ["The lamps over the benches go out."])
        self.assertIn("dark", self.look())
        self.room.router.at_repeat()
        self.wire = Wire(self.bridge)
        self.wire.answer(self.wire.sent()[0], HELLO)
        self.start({**LOCAL, "state": "unknown"})
        self.assertEqual(self.heard2[1:], ["The lamps over the benches light up."])
        self.assertIn("[?] local", self.look())
        self.note(**LOCAL)
        self.assertEqual(self.heard2[2:], [], "it was well before")

    def test_no_two_questions_at_a_time(self):
        self.room.router.at_repeat()
        self.start(LOCAL)
        self.room.router.at_repeat()
        self.room.router.at_repeat()
        self.asked("health")
        self.clock.advance(5.1)
        self.clock.advance(1)
        self.assertEqual(self.heard2, ["The lamps over the benches go out."])
        self.asked("cancel")
        self.poll(LOCAL)
        self.assertEqual(self.heard2[1:], ["The lamps over the benches light up."])

    def test_the_latencies_are_kept_and_no_more_than_a_few(self):
        self.start(LOCAL, GROK)
        for latency in range(100):
            self.poll({**LOCAL, "latency_ms": latency})
        self.poll({**LOCAL, "latency_ms": None})
        history = self.room.router.history
        self.assertEqual(list(history), ["local"])
        self.assertEqual(history["local"], [*map(float, range(41, 100)), None])

    def test_misshapen_health(self):
        self.start(LOCAL)
        for odd in ({}, {"backends": None}, {"backends": [7, None, {}]}):
            self.room.router.at_repeat()
            self.wire.answer(self.asked("health"), odd)
        self.wire.note("health.changed", backend=["x"])
        self.wire.note("health.changed")

    def test_asking_that_fails_does_not_stop_the_script(self):
        self.start(LOCAL)
        for failure in (ValueError("secret"), None):
            self.room.router.at_repeat()
            request = self.asked("health")
            with (
                patch.object(BackendRouter, "_show", side_effect=failure),
                patch("evennia_glue.errors.logger.log_err") as logged,
            ):
                self.wire.answer(request, {"backends": []})
            if failure:
                self.assertNotIn("secret", logged.call_args[0][0])
        self.assertFalse(self.room.router.ndb.polling)

    def test_made_twice_it_is_one(self):
        self.room.at_object_creation()
        self.assertEqual(len(self.room.scripts.get("backend_router")), 1)
        storage = [path for path in self.room.cmdset_storage if path.endswith("WorkshopCmdSet")]
        self.assertEqual(len(storage), 1)
        self.assertTrue(self.room.cmdset.has(WorkshopCmdSet))

    def test_an_older_room_becomes_a_workshop(self):
        self.room1.swap_typeclass("evennia_glue.rooms.Workshop", run_start_hooks="all")
        self.addCleanup(self.stop_timers, self.room1.router)
        self.assertTrue(self.room1.cmdset.has(WorkshopCmdSet))
        self.assertIn("lamps", self.room1.return_appearance(self.char1))

    def test_no_workshop_any_more_and_one_again(self):
        self.start(LOCAL)
        self.room.swap_typeclass("evennia.objects.objects.DefaultRoom", clean_attributes=True)
        self.note(**{**LOCAL, "state": "unhealthy"})
        self.assertEqual(self.heard2, [])
        router = self.room.scripts.get("backend_router")[0]
        router._step_callback()
        self.assertFalse(router.is_active)
        self.assertEqual(self.asked("unsubscribe")["params"], {"events": ["health.changed"]})
        self.room.swap_typeclass("evennia_glue.rooms.Workshop", run_start_hooks="all")
        self.assertTrue(router.is_active)
        self.assertEqual(
            [message["method"] for message in self.wire.sent()], ["subscribe", "health"]
        )

    def test_a_room_that_is_torn_down_listens_no_more(self):
        self.start(LOCAL)
        self.room.delete()
        self.assertEqual(self.wire.sent()[-1]["method"], "unsubscribe")
        self.note(**{**LOCAL, "state": "unhealthy"})

    def test_after_a_crash_the_timer_starts_again(self):
        router = self.room.router
        router.ndb._task.stop()
        router.ndb._task = None
        router.at_server_start()
        self.assertTrue(router.ndb._task.running)

    def test_a_new_interval_holds_for_old_rooms(self):
        self.assertEqual(self.room.router.interval, 10)
        with override_settings(WORKSHOP_HEALTH_INTERVAL=33):
            self.room.router.at_server_start()
        self.assertEqual(self.room.router.interval, 33)

    def test_stopped_by_hand_it_stays_stopped(self):
        self.room.router.stop()
        self.room.router.at_server_start()
        self.assertFalse(self.room.router.is_active)

    def test_a_reload_is_told_to_who_waits(self):
        for hook in (self.room.at_server_reload, self.room.at_server_shutdown):
            failed = []
            self.bridge.request("think", {"task": "x"}).addErrback(failed.append)
            hook()
            self.assertTrue(failed[0].value.stopping)

    def test_builders_are_told_of_a_budget(self):
        row = {"scope": "everything", "name": "", "period": "day", "percent": 80.4, "level": 80}
        self.heard1.clear()
        self.room.router.budget_alert(row)
        self.assertEqual(self.heard1, [])
        self.account.permissions.add("Builder")
        self.room.router.budget_alert(row)
        self.room.router.budget_alert({})
        self.assertEqual(
            self.heard1,
            [
                "Budget: 80 % of everything, day is spent.",
                "Budget: nearly all of ? is spent.",
            ],
        )
