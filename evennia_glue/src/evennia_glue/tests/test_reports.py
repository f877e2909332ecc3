"""The page of `leakaudit`."""

from evennia_glue import texts
from evennia_glue.commands.leakaudit import CmdLeakAudit

from .support import CommandTest


class TestLeakAudit(CommandTest):
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
        "tree": {"size": 1310, "root": "q83vEjRWeJCrze8SNFZ4kA=", "checkpoint": True, "key": "k"},
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
            r"tree of the records +1,310 leaves\nits root +q83vEjRWeJCrze8SNFZ4kA=\n",
            r"checkpoint +\[\+\] signed",
            r"last full audit +\[\+\] in order: 1,310 records \(2026-11-21 02:00\)",
            r"payloads +1,200 kept, 110 deleted",
            r"re-scan, today's terms +\[\+\] nothing found in 1,200 \(2026-11-21 03:00\)",
            r"byte invariance +\[\+\] none differs \(2026-11-21 04:00\)\n"
            r" +K = 8 personas, 200 tasks, 25,600 requests\n",
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
            ("invariance", {"differing": 1}, r"\[!\] 1 of 25,600 differ"),
        ):
            shown = self.audit(**{**self.WHOLE, key: {**self.WHOLE[key], **change}})
            self.assertRegex(shown, told)

    def test_gaps(self):
        self.assertIn("[!] 3 records are missing.", self.audit(gaps=3))

    def test_misshapen_answers(self):
        for odd in ({}, {"by_backend": [7], "guard": [], "blocked_by_class": 7}):
            self.audit(**odd)
        self.assertEqual(len(self.heard1), 2)
        self.assertNotIn(texts.STUMBLES, self.heard1)

    def test_read_aloud(self):
        self.session.protocol_flags["SCREENREADER"] = True
        shown = self.audit(**self.WHOLE).split("\n")
        for sentence in (
            "No record is missing.",
            "records of requests: 1,310.",
            "local: 91 records, 40,210 bytes.",
            "checkpoint: signed.",
            "byte invariance: none differs (2026-11-21 04:00). "
            "K = 8 personas, 200 tasks, 25,600 requests.",
        ):
            self.assertIn(sentence, shown)
        self.assertNotRegex("\n".join(shown), r"[-=~]{2}|\[.\]|  ")


class TestQuarantine(CommandTest):
    """The switches with which `leakaudit` does what `leaks` does."""

    def test_what_is_asked(self):
        for typed, params in (
            ("/quarantine", {"action": "list"}),
            ("/quarantine 7", {"action": "show", "leak": 7}),
            ("/release #7", {"action": "release", "leak": 7}),
            ("/deny 7", {"action": "deny", "leak": 7}),
        ):
            self.type(CmdLeakAudit(), typed)
            self.assertEqual(self.asked("leaks")["params"], params)

    def test_shown_and_decided(self):
        self.type(CmdLeakAudit(), "/quarantine")
        self.wire.answer(self.asked("leaks"), {"leaks": []})
        self.type(CmdLeakAudit(), "/deny 7")
        self.wire.answer(self.asked("leaks"), {"leak": 7, "state": "denied"})
        self.assertEqual(self.heard1, ["Nothing is held back.", "Leak 7 is denied now."])

    def test_builders_see_the_report_alone(self):
        self.be_player()
        self.account.permissions.add("Builder")
        for typed in ("/quarantine", "/quarantine 7", "/release 7", "/deny 7"):
            self.type(CmdLeakAudit(), typed)
            self.assertEqual(self.heard1.pop(), texts.NOT_YOURS_TO_DECIDE)
        self.assertEqual(self.wire.sent(), [])
        self.type(CmdLeakAudit())
        self.asked("audit")

    def test_usage(self):
        for typed in (" 7", "/release", "/deny x", "/quarantine x", "/quarantine/deny 7", " x"):
            self.type(CmdLeakAudit(), typed)
            self.assertTrue(self.heard1.pop().startswith("Usage: leakaudit"), typed)
        self.assertEqual(self.wire.sent(), [])
