"""What players type, and what they and the room are told."""

from unittest.mock import patch

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import texts
from evennia_glue.command import TASK_BYTES
from evennia_glue.commands import (
    CmdCosts,
    CmdLeakAudit,
    CmdRoute,
    CmdThink,
    WorkshopCmdSet,
)

from .support import WorkshopTest

NASTY = "{a} {{b}} $You() |lcquit|ltx|le |rred C:\\n"
SHOWN = "{a} {{b}} $You() \u00a6lcquit\u00a6ltx\u00a6le |rred C:\\n"
THINKS = "Timmy falls silent, and thinks ..."
PLAYERS = ("forget", "journal", "route", "think")


class CommandTest(WorkshopTest):
    def be_player(self):
        """No builder any more."""
        for who in (self.account, self.char1):
            who.permissions.clear()
            who.permissions.add("Player")

    def settings(self, **values):
        override = self.settings_override(**values)
        override.enable()
        self.addCleanup(override.disable)

    @staticmethod
    def settings_override(**values):
        from django.test import override_settings

        return override_settings(**values)


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


class TestThink(CommandTest):
    def think(self, task="name a colour"):
        self.type(CmdThink(), f" {task}")
        return self.asked("think")

    def test_from_beginning_to_end(self):
        request = self.think()
        here = {"caller": f"#{self.char1.id}", "conversation": f"room:#{self.room1.id}"}
        self.assertEqual(request["params"], {"task": "name a colour", "stream": True, **here})
        self.assertEqual((self.heard1, self.heard2), ([THINKS], [THINKS]))
        self.wire.note("think.delta", id=request["id"], seq=0, text="It is a lovely colour.\nBl")
        self.wire.note("think.delta", id=request["id"], seq=1, text="ue.")
        answer = {"text": "It is ...", "backend": "local", "model": "m", "ms": 813, "cost_usd": 0}
        self.wire.answer(request, answer)
        self.assertEqual(
            self.heard1[1:],
            [
                "  It is a lovely colour.",
                "  Blue.",
                'Timmy says, "It is ..."',
                "(local, m; 813 ms; $0.00)",
            ],
        )
        self.assertEqual(self.heard2[1:], ['Timmy says, "It is ..."'])
        self.assertIsNone(self.char1.ndb.workshop_thought)

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
        self.wire.note("think.delta", id=request["id"], seq=0, text=NASTY + "\n")
        self.wire.answer(request, {"text": NASTY})
        self.assertEqual(self.heard1[1], f"  {SHOWN}")
        self.assertEqual(self.heard2[1], f'Timmy says, "{SHOWN}"')

    def test_restart(self):
        request = self.think()
        self.wire.note("think.delta", id=request["id"], seq=0, text="Bro")
        self.wire.note("think.restarted", id=request["id"], backend="b", reason="stream_broken")
        self.wire.note("think.delta", id=request["id"], seq=0, text="Green.")
        self.wire.answer(request, {"text": "Green."})
        self.assertEqual(
            self.heard1[1:4],
            ["Timmy loses the thread, and starts over.", "  Green.", 'Timmy says, "Green."'],
        )
        self.assertEqual(self.heard2[1:], ['Timmy says, "Green."'])

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
        self.wire.note("think.delta", id=request["id"], seq=0, text="A whole line.\n")
        self.char1.location = None
        self.wire.answer(request, {"text": "Blue."})
        self.assertEqual(self.heard1, [])
        self.assertEqual(self.heard2[-1], 'Timmy says, "Blue."')

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
            patch("evennia_glue.commands._route", side_effect=KeyError("my secret task")),
            patch("evennia_glue.errors.logger.log_err") as logged,
        ):
            self.type(CmdRoute(), " my secret task")
            self.wire.answer(self.asked("route"), {})
        self.assertEqual(self.heard1, [texts.STUMBLES])
        self.assertIn("KeyError", logged.call_args[0][0])
        self.assertNotIn("secret", logged.call_args[0][0])


class TestReports(CommandTest):
    ACCOUNT = {"usd": 0.0125, "attempts": 7, "answered": 6, "input_tokens": 1200, "unpriced": None}

    def test_costs(self):
        self.type(CmdCosts())
        request = self.asked("costs")
        self.assertNotIn("params", request)
        month = {**self.ACCOUNT, "usd": 12, "output_tokens": 0}
        backends = [{"backend": "g|pt", **self.ACCOUNT}]
        answer = {
            "today": self.ACCOUNT,
            "month": month,
            "by_backend": backends,
            "by_tier": [{"tier": "local", **self.ACCOUNT}, {"tier": "", **self.ACCOUNT}],
            "budgets": [
                {
                    "scope": "caller",
                    "name": "a|nn",
                    "period": "day",
                    "limit_usd": 2,
                    "percent": 12.5,
                }
            ],
            "cache": {"today": 1, "month": 1300},
            "savings": {"baseline_usd": 2.5, "router_usd": 0.05, "saved_usd": 1.95},
        }
        self.wire.answer(request, answer)
        table = self.heard1[0]
        self.assertRegex(table, r"today +\| \$0\.0125 +\| 7 +\| 6 +\| 1,200 +\| - +\| - ")
        self.assertRegex(table, r"this month +\| \$12\.00 +\| 7 +\| 6 +\| 1,200 +\| 0 ")
        self.assertIn(" g\u00a6pt ", table)
        self.assertRegex(table, r"local +\| \$0\.0125 +\| 7 ")
        self.assertRegex(table, r"caller a\u00a6nn day +\$2\.00 +cost unknown +cost unknown +12 %")
        self.assertIn("out of the cache this month: 1,300.", table)
        self.assertIn("Saved $1.95 of the $2.50 that the same tokens cost at an API", table)
        self.assertIn("judging cost $0.05.", table)

    def test_savings(self):
        for saved, words in ((-0.5, "Lost $0.5 of the $1.00"), (None, "Saved: not known")):
            self.type(CmdCosts())
            savings = {"baseline_usd": 1, "router_usd": 0, "saved_usd": saved}
            self.wire.answer(self.asked("costs"), {"savings": savings})
            self.assertIn(words, self.heard1[-1])

    def audit(self, **answer) -> str:
        self.type(CmdLeakAudit())
        self.wire.answer(self.asked("audit"), answer)
        return self.heard1[-1]

    WHOLE = {
        "records": 1310,
        "first_seq": 1,
        "last_seq": 1310,
        "gaps": 0,
        "unsettled": 2,
        "probes": 40,
        "by_backend": [{"backend": "local", "records": 91, "bytes_sent": 40210}],
        "guard": {
            "allowed": 90,
            "refused": 3,
            "egress_blocked": 4,
            "pseudonymised": 12,
            "quarantined": 5,
            "released": 1,
            "denied": 2,
            "replies_caught": 6,
        },
        "blocked_by_class": {"place": 1, "name": 2},
        "since": "2026-11-20T12:00:00Z",
        "tree": {"size": 1310, "root": "q83vEjRWeJCrze8SNFZ4kA==", "checkpoint": True, "key": "k"},
        "verified": {"time": "2026-11-21T02:00:00Z", "ok": True, "records": 1310, "problems": 0},
        "payloads": {"kept": 1200, "deleted": 110},
        "rescan": {"time": "2026-11-21T03:00:00Z", "scanned": 1200, "found": 0},
        "invariance": {
            "time": "2026-11-21T04:00:00Z",
            "personas": 8,
            "tasks": 200,
            "requests": 25600,
            "differing": 0,
        },
    }

    def test_leakaudit(self):
        shown = self.audit(**self.WHOLE)
        for wanted in (
            r"since 2026-11-20T12:00:00Z",
            r"\[\+\] No record is missing\.",
            r"records of requests +1,310",
            r"with no known end +2",
            r"tasks with stand-ins +12",
            r"tasks kept for the owner +5",
            r"of these released +1",
            r"of these denied +2",
            r"stopped at the door +4",
            r"self-namings taken out +6",
            r"local +91 +40,210",
            r"name +2\s+place +1",
            r"tree of the records +1,310 leaves, root q83vEjRWeJCrze8S\.\.\.",
            r"checkpoint +\[\+\] signed",
            r"last full audit +\[\+\] in order: 1,310 records \(2026-11-21 02:00\)",
            r"payloads +1,200 kept, 110 deleted",
            r"re-scan, today's terms +\[\+\] nothing found in 1,200 \(2026-11-21 03:00\)",
            r"byte invariance +\[\+\] none differs: K = 8, 200 tasks,",
            r" 25,600 requests \(2026-11-21 04:00\)",
        ):
            self.assertRegex(shown, wanted)
        self.assertNotIn("unknown", shown)
        self.assertLessEqual(max(len(line) for line in shown.split("\n")), 78)

    def test_what_is_missing_is_unknown(self):
        for key, label in (
            ("tree", "tree of the records"),
            ("tree", "checkpoint"),
            ("verified", "last full audit"),
            ("payloads", "payloads"),
            ("rescan", "re-scan, today's terms"),
            ("invariance", "byte invariance"),
        ):
            less = {name: value for name, value in self.WHOLE.items() if name != key}
            self.assertRegex(self.audit(**less), rf"{label} +\[\?\] unknown")
            for odd in (7, "x", [], {}):
                shown = self.audit(**{**self.WHOLE, key: odd})
                self.assertRegex(shown, rf"{label} +\[\?\] ")
        for key in ("verified", "rescan", "invariance"):
            self.assertIn("[?] never done", self.audit(**{**self.WHOLE, key: None}))
        shown = self.audit(**{**self.WHOLE, "guard": {"allowed": 1}})
        self.assertRegex(shown, r"tasks kept for the owner +unknown")
        self.assertNotIn("[+]", self.audit())

    def test_nothing_looked_at_is_not_fine(self):
        for key, change in (
            ("rescan", {"scanned": 0}),
            ("invariance", {"requests": 0}),
            ("invariance", {"differing": None}),
            ("verified", {"ok": None}),
        ):
            changed = {**self.WHOLE, key: {**self.WHOLE[key], **change}}
            self.assertEqual(self.audit(**changed).count("[+]"), 4, key)

    def test_what_is_wrong_is_said(self):
        for key, change, told in (
            ("tree", {"checkpoint": False}, r"checkpoint +\[!\] not signed"),
            ("verified", {"ok": False, "problems": 3}, r"\[!\] 3 problems in 1,310 records"),
            ("rescan", {"found": 2}, r"\[!\] 2 found in 1,200 "),
            ("invariance", {"differing": 1}, r"\[!\] 1 differ: K = 8"),
        ):
            shown = self.audit(**{**self.WHOLE, key: {**self.WHOLE[key], **change}})
            self.assertRegex(shown, told)

    def test_gaps(self):
        self.assertIn("[!] 3 records are missing.", self.audit(gaps=3))

    def test_misshapen_answers(self):
        for command, method in ((CmdCosts, "costs"), (CmdLeakAudit, "audit")):
            odds = (
                {},
                {"today": 7, "by_backend": [7], "guard": [], "blocked_by_class": 7},
                {
                    "by_tier": 7,
                    "budgets": [{"percent": "x"}],
                    "cache": [],
                    "savings": {"saved_usd": "x"},
                },
            )
            for odd in odds:
                self.type(command())
                self.wire.answer(self.asked(method), odd)
        self.assertEqual(len(self.heard1), 6)
        self.assertNotIn(texts.STUMBLES, self.heard1)


class TestCmdSet(CommandTest):
    def test_who_may(self):
        commands = {command.key: command for command in WorkshopCmdSet().commands}
        self.assertEqual(
            sorted(commands), ["costs", "forget", "journal", "leakaudit", "leaks", "route", "think"]
        )
        self.be_player()
        for key, command in commands.items():
            self.assertEqual(command.access(self.char2, "cmd"), key in PLAYERS, key)
            self.assertEqual(command.help_category.lower(), "workshop")
            self.assertIn("Usage:", command.__doc__)
        self.account2.permissions.add("Builder")
        for key, command in commands.items():
            self.assertEqual(command.access(self.char2, "cmd"), key != "leaks", key)
        self.account2.permissions.add("Developer")
        self.assertTrue(commands["leaks"].access(self.char2, "cmd"))
