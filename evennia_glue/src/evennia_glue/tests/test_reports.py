"""The tables of `costs` and `leakaudit`."""

from evennia_glue import texts
from evennia_glue.commands.costs import CmdCosts
from evennia_glue.commands.leakaudit import CmdLeakAudit

from .support import CommandTest


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
