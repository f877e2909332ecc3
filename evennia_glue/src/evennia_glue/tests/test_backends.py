"""The backends, and what an operator does with them."""

from unittest.mock import patch

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from evennia_glue import texts
from evennia_glue.commands.backends import CmdBackends

from .support import NASTY, CommandTest


def row(name="gpt", **changed):
    return {
        "backend": name,
        "source": "file",
        "service": "enabled",
        "why": None,
        "operator": None,
        "url": "https://api.openai.com/v1",
        "model": "gpt-5",
        "configured_model": "gpt-5",
        "models": ["gpt-5-mini"],
        "role": "breadth",
        "local": False,
        "has_key": True,
        "prices": {"input": 1.25, "output": 10},
        "health": {"state": "healthy", "breaker": "closed", "in_flight": 0, "latency_ms": 420.5},
        "totals": {"attempts": 40, "answered": 38, "usd": 0.5, "last_used": "2026-11-21T01:00:00Z"},
        **changed,
    }


class BackendsTest(CommandTest):
    def setUp(self):
        super().setUp()
        patcher = patch("evennia_glue.commands.backends.logger.log_sec")
        self.log = patcher.start()
        self.addCleanup(patcher.stop)

    def logged(self):
        """The only line that was written since the last time."""
        (call,) = self.log.call_args_list
        self.log.reset_mock()
        return call.args[0]

    def ask(self, typed, answer, method="backends"):
        self.type(CmdBackends(), typed)
        request = self.asked(method)
        self.wire.answer(request, answer)
        self.clock.advance(0)
        return request.get("params")

    def refused(self, typed, name, method="backends", **data):
        self.type(CmdBackends(), typed)
        self.wire.refuse(self.asked(method), -32000, name, "Fixed sentence.", **data)


class TestShown(BackendsTest):
    def test_list(self):
        chosen = row("kimi", model="kimi-k3", configured_model="kimi-k2.5")
        off = row("grok", service="disabled", why="no key: set XAI_API_KEY", health={})
        params = self.ask("", {"backends": [row(), chosen, off]})
        self.assertIsNone(params)
        self.assertEqual(
            self.heard1[0].split("\n"),
            [
                "Backends: 3",
                "backend  service   lamp               model    role     busy",
                "gpt      enabled   [+] healthy        gpt-5    breadth     0",
                "kimi     enabled   [+] healthy        kimi-k3  breadth     0",
                "    an operator's choice of model; configured: kimi-k2.5",
                "grok     disabled  [?] not asked yet  gpt-5    breadth     -",
                "    no key: set XAI_API_KEY",
            ],
        )
        self.assertFalse(self.log.called)
        self.ask("", {"backends": []})
        self.assertEqual(self.heard1[-1], "There is no backend.")

    def test_one(self):
        self.ask(" gpt", {"backends": [row("kimi"), row()]})
        for wanted in (
            r"^backend +gpt\n",
            r"\nlamp +\[\+\] healthy\n",
            r"\nlatency +420 ms\n",
            r"\nother models +gpt-5-mini\n",
            r"\nhas a key +yes\n",
            r"\ndollars a million tokens +input \$1\.25, output \$10\.00\n",
            r"\nasked +40\n",
            r"\nlast asked +2026-11-21 01:00$",
        ):
            self.assertRegex(self.heard1[-1], wanted)
        self.ask(" nobody", {"backends": [row()]})
        self.assertIn("There is no backend of that name.", self.heard1[-1])

    def test_models(self):
        answer = {
            "models": [
                {"model": "hermes", "backend": "local", "configured": True, "listed": True},
                {"model": "gpt-5", "backend": "gpt", "configured": True, "listed": False},
            ],
            "sources": [
                {"backend": "local", "outcome": "listed", "age_s": 12.5},
                {"backend": "gpt", "outcome": "skipped_unhealthy", "age_s": 0},
            ],
            "cut": False,
        }
        self.ask("/models", answer, "models")
        page = self.heard1[-1]
        self.assertRegex(page, r"Models: 2\nmodel +backend\nhermes +local +configured, listed\n")
        self.assertRegex(page, r"gpt-5 +gpt +configured\n")
        self.assertRegex(page, r"\n\nlist of +outcome\nlocal +listed\ngpt +skipped unhealthy$")
        self.ask("/models local", answer, "models")
        self.assertNotIn("gpt", self.heard1[-1])
        self.ask("/models nobody", answer, "models")
        self.assertIn("There is no backend of that name.", self.heard1[-1])
        self.assertFalse(self.log.called)

    def test_very_many_models(self):
        models = [{"model": f"m{place}", "backend": "gpt"} for place in range(4000)]
        self.ask("/models", {"models": models}, "models")
        page = "\n".join(self.char1.ndb._more._data)
        self.assertIn("There are more", page)
        self.assertNotIn("m100 ", page)

    def test_read_aloud(self):
        self.session.protocol_flags["SCREENREADER"] = True
        self.ask("", {"backends": [row()]})
        self.assertIn(
            "gpt: enabled, lamp healthy, model gpt-5, role breadth, 0 under way.", self.heard1[-1]
        )
        self.ask(" gpt", {"backends": [row()]})
        self.assertIn("\nlatency: answers in 420 ms.\n", self.heard1[-1])


class TestDone(BackendsTest):
    def test_words(self):
        for word, service in (
            ("enable", "enabled"),
            ("disable", "disabled"),
            ("drain", "draining"),
        ):
            with self.subTest(word):
                answer = {"backends": [row(), row("grok", service=service)]}
                params = self.ask(f"/{word} grok", answer)
                self.assertEqual(params, {"action": word, "backend": "grok"})
                self.assertEqual(self.heard1[-1], f"grok is {service} now.")
                who = f"Char (#{self.char1.id}, account TestAccount)"
                wanted = f"evennia_glue: backends: {who}: {word} grok: done"
                self.assertEqual(self.logged(), wanted)

    def test_what_is_under_way(self):
        busy = row(service="draining", why="it is being drained", health={"in_flight": 2})
        self.ask("/drain gpt", {"backends": [busy]})
        self.assertEqual(
            self.heard1,
            [
                "gpt is draining now: it is being drained.",
                "It still has 2 under way, and finishes that.",
            ],
        )

    def test_model(self):
        self.bridge.capabilities = frozenset(["switch"])
        changed = row(model="gpt-5-mini")
        params = self.ask("/model gpt = gpt-5-mini", {"backends": [changed]})
        self.assertEqual(params, {"action": "switch", "backend": "gpt", "model": "gpt-5-mini"})
        told = "gpt is asked for gpt-5-mini from now on; the configuration says gpt-5."
        self.assertEqual(self.heard1[-1], told)
        self.assertIn("Char (#", self.log.call_args[0][0])
        self.assertTrue(self.logged().endswith(": model gpt-5-mini for gpt: done"))
        params = self.ask("/model gpt", {"backends": [row()]})
        self.assertEqual(params, {"action": "switch", "backend": "gpt"})
        self.assertEqual(self.heard1[-1], "gpt is asked for gpt-5 from now on.")
        self.assertIn("the model of the configuration for gpt: done", self.logged())

    def test_no_such_model(self):
        self.bridge.capabilities = frozenset(["switch"])
        self.refused("/model gpt = gpt-6", "invalid_params", field="model")
        self.assertIn("That backend has no such model.", self.heard1[-1])
        self.assertIn("gpt-6 for gpt: refused (invalid_params)", self.logged())

    def test_a_daemon_that_cannot_switch(self):
        self.type(CmdBackends(), "/model gpt = gpt-5-mini")
        self.assertEqual(self.heard1, [texts.NOT_OFFERED])
        self.assertEqual(self.wire.sent(), [])

    def test_reload(self):
        warning = {
            "file": "configs/.env",
            "line": None,
            "path": "",
            "message": "others can read it",
        }
        warning["hint"] = "chmod 600 configs/.env"
        answer = {"reloaded": True, "needs_restart": ["server.socket"], "warnings": [warning]}
        self.ask("/reload", answer, "reload")
        self.assertEqual(
            self.heard1,
            [
                "The configuration is read again.",
                "This takes effect when the daemon is started again: server.socket",
                "Warnings:\nconfigs/.env: others can read it (chmod 600 configs/.env)",
            ],
        )
        self.assertIn(": reload: done", self.logged())
        self.ask("/reload", {"reloaded": True, "needs_restart": [], "warnings": []}, "reload")
        self.assertEqual(self.heard1[3:], ["The configuration is read again."])


class TestRefused(BackendsTest):
    def test_a_bad_configuration(self):
        problems = [
            {"file": "b.yaml", "line": 14, "path": "backends.gpt.rol", "message": "is no key"},
            {"file": "b.yaml", "line": None, "path": "KEY", "message": NASTY, "hint": "mend it"},
        ]
        problems[0]["hint"] = "did you mean role?"
        self.refused("/reload", "bad_configuration", "reload", problems=problems)
        lines = self.heard1[-1].split("\n")
        self.assertEqual(lines[0], "The configuration is wrong, so nothing has changed:")
        self.assertEqual(lines[1], "b.yaml:14: backends.gpt.rol: is no key (did you mean role?)")
        self.assertIn("\u00a6lcquit", lines[2])
        self.assertTrue(lines[2].startswith("b.yaml: KEY: {a} "))
        self.assertIn(": reload: refused (bad_configuration)", self.logged())

    def test_unknown_backend(self):
        self.refused("/enable nobody", "unknown_backend")
        self.assertIn("There is no backend of that name.", self.heard1[-1])
        self.assertIn("enable nobody: refused (unknown_backend)", self.logged())

    def test_busy(self):
        self.refused("/enable gpt", "too_many_in_flight")
        self.assertEqual(self.heard1[0], texts.SENTENCES["too_many_in_flight"])

    def test_link_down(self):
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        for typed in ("", "/enable gpt", "/model gpt = x", "/models", "/reload"):
            self.heard1.clear()
            self.type(CmdBackends(), typed)
            self.assertEqual(self.heard1[0], texts.DOWN, typed)
        self.assertIn("enable gpt: not done (BridgeDown)", self.log.call_args_list[0][0][0])

    def test_link_lost_in_the_middle(self):
        self.type(CmdBackends(), "/disable gpt")
        self.wire.line.connectionLost(Failure(ConnectionDone()))
        self.assertIn(texts.LOST, self.heard1)
        self.assertIn("disable gpt: not done (BridgeDown)", self.logged())

    def test_one_line_of_the_log(self):
        self.refused("/enable a\x1b[2J\u2028b", "unknown_backend")
        self.assertIn("enable a?[2J?b: refused", self.logged())

    def test_usage(self):
        for typed in (
            *("/enable", "/disable", "/drain", "/model", "/model gpt =", "/model = x"),
            *("/reload now", "/enable a = b", " a = b", "/models a = b", "/enable/drain gpt"),
        ):
            self.type(CmdBackends(), typed)
            self.assertTrue(self.heard1.pop().startswith("Usage: backends"), typed)
        self.assertEqual(self.wire.sent(), [])

    def test_too_long(self):
        for typed in ("/enable " + "x" * 65, "/model gpt = " + "x" * 129, " " + "\u00e4" * 33):
            self.type(CmdBackends(), typed)
            self.assertIn("That is too long", self.heard1.pop())
        self.assertEqual(self.wire.sent(), [])

    def test_misshapen_answers(self):
        self.bridge.capabilities = frozenset(["switch"])
        odds = (
            {},
            {"backends": 7},
            {"backends": [7, {"backend": "gpt", "health": 7, "models": 7}]},
        )
        for typed, method in (
            *((typed, "backends") for typed in ("", " gpt", "/enable gpt", "/model gpt = x")),
            *(("/models", "models"), ("/reload", "reload")),
        ):
            for odd in (*odds, {"models": [7, {}], "sources": 7}, {"warnings": [{}], "cut": 7}):
                self.ask(typed, odd, method)
        self.assertNotIn(texts.STUMBLES, self.heard1)
