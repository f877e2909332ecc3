"""The pages of `costs`."""

from evennia_glue import texts
from evennia_glue.commands.costs import CmdCosts

from .support import NASTY, CommandTest


class TestCosts(CommandTest):
    ACCOUNT = {"usd": 0.0125, "attempts": 7, "answered": 6, "input_tokens": 1200, "unpriced": None}

    def answer(self):
        month = {**self.ACCOUNT, "usd": 0.05, "output_tokens": 0, "unpriced": 2}
        return {
            "today": self.ACCOUNT,
            "month": month,
            "by_backend": [{"backend": "g|pt", **self.ACCOUNT}],
            "by_tier": [{"tier": "local", **self.ACCOUNT}, {"tier": "", **self.ACCOUNT}],
            "by_caller": [
                {"caller": f"#{self.char2.id}", **self.ACCOUNT},
                {"caller": "cron", **self.ACCOUNT, "usd": 0.025},
            ],
            "by_kind": [{"kind": "status", **self.ACCOUNT}],
            "budgets": [
                self.budget("everything", "", 12.5),
                self.budget("caller", f"#{self.char2.id}", 85),
                self.budget("backend", "g|pt", 120),
            ],
            "cache": {"today": 1, "month": 1300},
            "fallbacks": 4,
            "savings": {"baseline_usd": 2.5, "router_usd": 0.05, "saved_usd": 1.95, "percent": 78},
        }

    @staticmethod
    def budget(scope, name, percent):
        limits = {"limit_usd": 2, "spent_usd": 0.5, "left_usd": 1.5}
        return {"scope": scope, "name": name, "period": "day", "percent": percent, **limits}

    def ask(self, typed="", answer=None):
        self.type(CmdCosts(), typed)
        request = self.asked("costs")
        self.assertNotIn("params", request)
        self.wire.answer(request, self.answer() if answer is None else answer)
        self.clock.advance(0)
        return self.heard1[-1]

    def test_the_page(self):
        page = self.ask()
        self.assertRegex(page, r"today +\$0\.0125 +7 +6 +1,200 +-\n")
        self.assertRegex(page, r"this month +\$0\.05 +7 +6 +1,200 +0\n")
        self.assertIn("2 answered without a price: not in the sum", page)
        self.assertRegex(page, r"By tier +USD +of USD +answered\n")
        self.assertRegex(page, r"\nlocal +\$0\.0125 +##-------- +25 % +6 of 7\n")
        self.assertRegex(page, r"\ng\|pt +\$0\.0125 +##-------- +25 % +6 of 7\n")
        self.assertRegex(page, rf"Char2 \(#{self.char2.id}\) +\$0\.0125 ")
        self.assertRegex(page, r"\ncron +\$0\.025 +#####----- +50 % +6 of 7\n")
        self.assertNotIn("status", page)
        self.assertIn("out of the cache: 1 today, 1,300 this month.", page)
        self.assertIn("than the first choice: 4 this month.", page)
        self.assertIn("Saved $1.95 (78 %) of the $2.50 that the same tokens cost at an API", page)
        self.assertIn("To judge, compare, copy and look up cost $0.05.", page)
        self.assertLessEqual(max(map(len, page.split("\n"))), 78)

    def test_budgets_the_fullest_first(self):
        page = self.ask()
        fullest = rf"backend g\|pt day +\$2\.00 +\$0\.5 +\$1\.50 +{'#' * 10} +120 % +used up\n"
        who = rf"Char2 \(#{self.char2.id}\)"
        self.assertRegex(
            page, rf"{fullest}caller {who} day .* 85 % +nearly\neverything day .* 12 %\n"
        )

    def test_no_more_than_a_few(self):
        rows = [{"backend": f"b{place}", **self.ACCOUNT} for place in range(60)]
        limits = [self.budget("backend", f"b{place}", place) for place in range(150)]
        answer = {**self.answer(), "by_backend": rows, "budgets": limits}
        page = self.ask("", answer)
        self.assertIn("and 55 more: costs/backend", page)
        self.assertIn("and 145 more: costs/budget", page)
        self.assertNotIn("\nb5 ", page)
        whole = self.whole("/backend", answer)
        self.assertRegex(whole, r"\nb59 +\$0\.0125 +##---- +25 % +6 of 7 +1,200 +-")
        self.assertNotIn("more:", whole)
        self.assertIn("and 50 more", self.whole("/budget", answer))

    def whole(self, typed, answer):
        """All pages of a long list."""
        self.heard1.clear()
        self.ask(typed, answer)
        more = self.char1.ndb._more
        return "\n".join(more._data)

    def test_one_part(self):
        for switch, shown in (
            ("tier", "local"),
            ("backend", "g|pt"),
            ("caller", f"Char2 (#{self.char2.id})"),
            ("kind", "status"),
            ("budget", "everything day"),
        ):
            page = self.ask(f"/{switch}")
            self.assertIn(shown, page)
            self.assertNotIn("today", page)
            self.assertLessEqual(max(map(len, page.split("\n"))), 78, page)
        self.assertEqual(
            self.ask("/kind", {}), "What thinking costs this month (UTC)\nBy kind of task: nothing."
        )
        self.assertEqual(self.ask("/budget", {}), "There is no budget.")

    def test_shares_where_nothing_has_cost_anything(self):
        free = {**self.ACCOUNT, "usd": 0}
        rows = [{"tier": "local", **free, "attempts": 3}, {"tier": "api", **free, "attempts": 1}]
        page = self.ask("/tier", {"month": {**free, "attempts": 4}, "by_tier": rows})
        self.assertRegex(page, r"By tier +USD +of asked +answered ")
        self.assertRegex(page, r"local +\$0\.00 +####-- +75 % +6 of 3 ")

    def test_savings(self):
        for saved, words in ((-0.5, "Lost $0.5 of the $1.00"), (None, "Saved: not known")):
            savings = {"baseline_usd": 1, "router_usd": 0, "saved_usd": saved}
            self.assertIn(words, self.ask("", {"savings": savings}))

    def test_usage(self):
        for typed in (" x", "/tier/backend", "/tier x"):
            self.type(CmdCosts(), typed)
            self.assertTrue(self.heard1.pop().startswith("Usage: costs, or costs/tier"), typed)
        self.assertEqual(self.wire.sent(), [])

    def test_read_aloud(self):
        self.session.protocol_flags["SCREENREADER"] = True
        page = self.ask()
        for sentence in (
            "today: $0.0125, 7 asked, 6 answered, 1,200 tokens in, - tokens out.",
            "By tier:",
            "local: $0.0125, 25 % of all dollars, answered 6 of 7.",
            "backend g|pt day: limit $2.00, spent $0.5, left $1.50, used 120 %, used up.",
        ):
            self.assertIn(sentence, page.split("\n"))
        self.assertNotRegex(page, r"##|--|  ")

    def test_names_are_only_text(self):
        rows = [{"backend": NASTY, **self.ACCOUNT}]
        self.assertIn("{a} {{b}} $You() \u00a6lcqui", self.ask("", {"by_backend": rows}))

    def test_misshapen_answers(self):
        for odd in (
            {},
            {"today": 7, "by_backend": [7], "by_tier": 7, "month": {"usd": "x"}},
            {"budgets": [{"percent": "x"}], "cache": [], "savings": {"saved_usd": "x"}},
            {"by_caller": [{"caller": 7, "usd": "x", "attempts": "y"}], "fallbacks": None},
        ):
            for switch in ("", "/caller", "/budget"):
                self.ask(switch, odd)
        self.assertNotIn(texts.STUMBLES, self.heard1)
        self.assertEqual(len(self.heard1), 12)
