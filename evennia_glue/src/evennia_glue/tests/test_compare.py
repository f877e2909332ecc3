"""The same task for several backends, and a migration between two."""

from unittest.mock import patch

from evennia_glue import texts
from evennia_glue.commands.compare import CmdCompare
from evennia_glue.commands.migrate import CmdMigrate

from .support import NASTY, CommandTest, examples, transcripts_folder


def transcript(name, place):
    """The result in that line of a transcript."""
    import json

    lines = (transcripts_folder() / name).read_text().splitlines()
    return examples(json.loads(lines[place])["s"])["result"]


class TestCompare(CommandTest):
    def setUp(self):
        super().setUp()
        self.bridge.capabilities = frozenset(["compare", "migrate"])

    def answer(self, **changed):
        return {
            "estimate": False,
            "held_back": [],
            "spent_usd": 0.0001,
            "backends": [{"backend": "local"}, {"backend": "gpt"}],
            "pairs": [
                {
                    "first": "local",
                    "second": "gpt",
                    "verdicts": [
                        {"prompt": 0, "words": "they contradict each other: 12 against 14"}
                    ],
                }
            ],
            **changed,
        }

    def ask(self, typed, answer, *answers):
        self.type(CmdCompare(), typed)
        request = self.asked("compare")
        for row in answers:
            self.wire.note("compare.answer", id=request["id"], **row)
        self.wire.answer(request, answer)
        self.clock.advance(0)
        return request["params"]

    def test_the_answers_in_their_order_and_what_stands_against_what(self):
        later = {"backend": "gpt", "status": "answered", "text": f"It is 14. {NASTY}", "ms": 80.2}
        first = {"backend": "local", "status": "answered", "text": "It is 12.", "quality": 0.9}
        params = self.ask(" local, gpt = how many = 3?", self.answer(), later, first)
        self.assertEqual(params["backends"], ["local", "gpt"])
        self.assertEqual(params["prompts"], ["how many = 3?"])
        self.assertEqual(params["caller"], f"#{self.char1.id}")
        page = self.heard1[-1]
        self.assertLess(page.index("It is 12."), page.index("It is 14."))
        self.assertIn("gpt: they contradict each other: 12 against 14", page)
        self.assertRegex(page, r"gpt +answered +80 ms")
        self.assertIn("Spent: $0.0001", page)

    def test_one_that_fails(self):
        failed = {"backend": "gpt", "status": "server_error", "text": None}
        self.ask(" local, gpt = x", self.answer(), failed)
        self.assertRegex(self.heard1[-1], r"gpt +server error +- ")

    def test_the_cost_of_the_transcript(self):
        params = self.ask("/cost alpha, beta = say one word", transcript("compare.jsonl", 1))
        self.assertIs(params["estimate"], True)
        self.assertIn("At worst $0.0411; nothing was sent.", self.heard1[-1])

    def test_what_the_guard_holds_back(self):
        self.ask(" alpha, beta = secret", transcript("compare.jsonl", 3))
        self.assertIn("the guard holds it back", self.heard1[-1])

    def test_usage(self):
        for typed in ("", " local = x", " local, gpt", " local, gpt =", " a,b,c,d,e,f,g,h,i = x"):
            self.type(CmdCompare(), typed)
            self.assertTrue(self.heard1.pop().startswith("Usage: compare"), typed)
        self.type(CmdCompare(), " gpt, gpt = x")
        self.assertIn("named twice", self.heard1.pop())
        self.assertEqual(self.wire.sent(), [])

    def test_refused(self):
        for name, told in (
            ("unknown_backend", texts.NO_SUCH_BACKEND),
            ("comparison_too_dear", texts.SENTENCES["comparison_too_dear"]),
        ):
            self.type(CmdCompare(), " local, gpt = x")
            self.wire.refuse(self.asked("compare"), -32000, name, "Fixed sentence.")
            plain = told.replace("|w", "").replace("|n", "")
            self.assertIn(plain, self.heard1)

    def test_an_older_daemon(self):
        self.bridge.capabilities = frozenset()
        self.type(CmdCompare(), " local, gpt = x")
        self.assertEqual(self.heard1.pop(), texts.NOT_OFFERED)

    def test_misshapen_answers(self):
        for odd in ({}, {"backends": 7, "pairs": [7, {}]}, {"worst": 7, "held_back": 7}):
            self.ask(" local, gpt = x", odd, {"backend": 7, "ms": "x", "text": 7})
            self.ask("/cost local, gpt = x", odd)
        self.assertNotIn(texts.STUMBLES, self.heard1)


class TestMigrate(CommandTest):
    def setUp(self):
        super().setUp()
        self.bridge.capabilities = frozenset(["compare", "migrate"])
        patcher = patch("evennia_glue.commands.migrate.logger.log_sec")
        self.log = patcher.start()
        self.addCleanup(patcher.stop)

    def ask(self, typed, answer):
        self.type(CmdMigrate(), typed)
        request = self.asked("migrate")
        self.wire.answer(request, answer)
        return request["params"]

    def test_status(self):
        self.assertEqual(self.ask("", transcript("migrate.jsonl", 1)), {"action": "status"})
        self.assertEqual(self.heard1[-1], "There was no migration yet.")
        self.ask("", transcript("migrate.jsonl", 9))
        page = self.heard1[-1]
        self.assertIn("beta to alpha: immediate cutover", page)
        self.assertIn("> 1. send 100 % of beta's work to alpha", page)
        self.assertIn("running, 100 % of the work", page)
        self.assertFalse(self.log.called)

    def test_plan(self):
        params = self.ask("/plan beta = alpha 10,100", transcript("migrate.jsonl", 3))
        self.assertEqual(
            params, {"action": "plan", "from": "beta", "to": "alpha", "steps": [10, 100]}
        )
        self.assertIn("is left after 9 thoughts", self.heard1[-1])
        self.assertFalse(self.log.called)

    def test_apply_is_in_the_log(self):
        typed = "/apply beta = alpha gradual_migration 5, 100"
        params = self.ask(typed, transcript("migrate.jsonl", 9))
        self.assertEqual(params["strategy"], "gradual_migration")
        self.assertEqual(params["steps"], [5, 100])
        self.assertIn("apply beta alpha gradual_migration", self.log.call_args.args[0])
        self.assertIn("done", self.log.call_args.args[0])

    def test_pause_resume_rollback(self):
        for word in ("pause", "resume", "rollback"):
            params = self.ask(f"/{word}", transcript("migrate.jsonl", 9))
            self.assertEqual(params, {"action": word})

    def test_refused(self):
        for name, data, told in (
            ("unknown_backend", {"field": "to"}, "There is no backend of that name."),
            ("bad_migration", {"why": "Name two backends."}, "Name two backends."),
            ("no_migration", {}, "No migration is under way."),
            ("migration_runs", {}, "A migration is under way already."),
        ):
            self.type(CmdMigrate(), "/rollback")
            self.wire.refuse(self.asked("migrate"), -32000, name, "Fixed sentence.", **data)
            self.assertTrue(any(told in heard for heard in self.heard1), self.heard1)
            self.assertIn(f"refused ({name})", self.log.call_args.args[0])

    def test_usage(self):
        for typed in (
            *(" alpha", "/plan", "/plan alpha", "/plan alpha =", "/apply = beta"),
            *("/plan alpha = beta ten", "/pause now", "/plan/apply a = b"),
        ):
            self.type(CmdMigrate(), typed)
            self.assertTrue(self.heard1.pop().startswith("Usage: migrate"), typed)
        self.assertEqual(self.wire.sent(), [])

    def test_misshapen_answers(self):
        for odd in ({}, {"plan": 7}, {"migration": {"steps": 7, "history": [7, {}]}}):
            self.ask("", odd)
            self.ask("/plan a = b", odd)
        self.assertNotIn(texts.STUMBLES, self.heard1)
