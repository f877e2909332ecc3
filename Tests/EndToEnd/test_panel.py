"""What builders and admins read and do, typed; and what others are told who may not."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from player import Player
from world import CANARY, FIRST, WorldTest

TASK = "list the files in this room"
ASKED = f"think name a colour, {CANARY}"
ANSWERED = r'Timmy says, "[^"]+"'
LASTING = r"for \d+ (?:s|min|h)"


class PanelTest(WorldTest):
    """The watcher plays on telnet, the weaver on the web client; neither is a builder."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.world.settle()

    def setUp(self) -> None:
        """Less than elsewhere: hardly anything is thought about here."""
        self.world.lit()

    @contextlib.contextmanager
    def granted(self, permission: str) -> Iterator[Player]:
        """The watcher, who has a permission meanwhile."""
        builder = self.world.builder
        builder.type(f"perm *Anna = {permission}", rf"'{permission}' given to Anna")
        try:
            yield self.world.watcher
        finally:
            builder.type(
                f"perm/del *Anna = {permission}", rf"Permission {permission} removed from Anna"
            )

    @contextlib.contextmanager
    def read_aloud(self) -> Iterator[Player]:
        """The watcher, to whom a screen reader reads meanwhile."""
        watcher = self.world.watcher
        watcher.type("option screenreader = on", r"(?i)screenreader")
        try:
            yield watcher
        finally:
            watcher.type("option screenreader = off", r"(?i)screenreader")


class LampsTest(PanelTest):
    """For everybody, whatever they see with."""

    def test_everybody_sees_sign_and_word(self) -> None:
        for player in (self.world.watcher, self.world.weaver):
            player.type("lamps", r"Lamps over the benches: 2 of 3 healthy\.")
            player.expect(rf"alpha +\[\+\] healthy +<?\d+ ms +{LASTING} +alpha-model\s")
            shown = player.expect(r"gamma +\[x\] disabled[^\n]*gamma-model(.*)")
            self.assertNotIn("GAMMA_KEY", shown[1])

    def test_builders_see_why(self) -> None:
        self.world.builder.type("lamps", r"gamma +\[x\] disabled[^\n]*\n +no key: set GAMMA_KEY")

    def test_a_screen_reader_hears_sentences(self) -> None:
        with self.read_aloud() as watcher:
            sentence = rf"alpha: healthy, answers in [^\n,]+ ms, {LASTING}\w*, model alpha-model\."
            for typed in ("lamps", "look"):
                watcher.type(typed, sentence)
                shown = watcher.expect(r"gamma: disabled, [^\n]*\.")[0]
                self.assertNotRegex(shown, r"\[.\]|--|  ")
            watcher.type(f"route/full {TASK}", r"alpha: model alpha-model, role local, healthy")

    def test_nothing_behind_it(self) -> None:
        self.world.watcher.type("lamps alpha", r"Usage: lamps")


class RouteTest(PanelTest):
    """In short for players, and the whole table for who wants it."""

    def test_short(self) -> None:
        for player in self.world.players():
            player.type(f"route {TASK}", r"Route: alpha, alpha-model\s")
            player.expect(r"First: alpha, alpha-model \(local, \[\+\] healthy\): ")
            player.expect(r"Not: gamma \(disabled\): no key")

    def test_full(self) -> None:
        for player in self.world.players():
            player.type(f"route/full {TASK}", r"Criterion: \w+; strategy: [^\n]*about \d+ tokens")
            player.expect(r"alpha +alpha-model +local +\[\+\] healthy +\$0\.00\s")
            player.expect(r"total +quality +speed +cost +reliability +preference\s")
            player.expect(r"alpha(?: +\d\.\d{3}){6}\s")
            player.expect(r"gamma +disabled\s+no key: set GAMMA_KEY")

    def test_no_task(self) -> None:
        for typed in ("route", "route/full"):
            self.world.weaver.type(typed, r"Usage: route <task>")

    def test_too_long(self) -> None:
        self.world.watcher.type(f"route {'x' * 6100}", r"(?i)too long|too large")


class CostsTest(PanelTest):
    """The accounts."""

    def test_the_page(self) -> None:
        world = self.world
        world.watcher.type(ASKED, ANSWERED)
        world.builder.type("costs", r"What thinking costs")
        world.builder.expect(r"today +\$[\d.]+ +\d+ +\d+ +[\d,]+ +[\d,]+\s")
        world.builder.expect(r"By tier +USD +of \w+ +answered\s+.*local +\$")
        world.builder.expect(r"By caller.*Anna \(#\d+\) +\$[\d.]+ .*\d+ of \d+\s")
        world.builder.expect(r"Whole lists: costs/tier")

    def test_the_parts(self) -> None:
        builder = self.world.builder
        builder.type(ASKED, ANSWERED)
        for switch, shown in (
            ("backend", r"By backend.*alpha +\$0\.00 "),
            ("caller", r"By caller.*builder \(#\d+\) +\$"),
            ("kind", r"By kind of task"),
            ("tier", r"By tier.*local +\$0\.00 "),
            ("budget", r"There is no budget\."),
        ):
            builder.type(f"costs/{switch}", shown)

    def test_budgets(self) -> None:
        world = self.world
        self.addCleanup(world.workshop, "reload")
        self.addCleanup(world.write_configuration)
        world.write_configuration(budgets=[{"period": "day", "usd": 2}])
        world.builder.type("backends/reload", r"The configuration is read again\.")
        whole = r"everything day +\$2\.00 +\$[\d.]+ +\$[\d.]+ +[#-]{10} +<?\d+ %"
        for typed in ("costs", "costs/budget"):
            world.builder.type(typed, whole)

    def test_odd_lines(self) -> None:
        builder = self.world.builder
        builder.type("costs yesterday", r"Usage: costs, or costs/tier")
        builder.type("costs/tier/kind", r"Usage: costs, or costs/tier")
        builder.type("costs/nothing", r'Extra switch "/nothing" ignored')

    def test_builders_may(self) -> None:
        self.world.watcher.type("costs", r"Command 'costs' is not available")
        with self.granted("Builder") as watcher:
            watcher.type("costs", r"What thinking costs")


class LeakAuditTest(PanelTest):
    """The report, and what is held back."""

    def test_the_report(self) -> None:
        builder = self.world.builder
        builder.type("leakaudit", r"\[\+\] No record is missing\..*records of requests +\d")
        builder.expect(r"alpha +\d+ +[\d,]+\s.*its root +\S{43}=\s.*byte invariance +\[.\] ")

    def test_quarantine(self) -> None:
        builder = self.world.builder
        builder.type("leakaudit/quarantine", r"Held back until|Nothing is held back\.")
        builder.type("leakaudit/release 999999", r"Nothing of that number is held back\.")
        builder.type("leakaudit/deny", r"Usage: leakaudit")

    def test_builders_read_and_do_not_decide(self) -> None:
        self.world.watcher.type("leakaudit", r"Command 'leakaudit' is not available")
        with self.granted("Builder") as watcher:
            watcher.type("leakaudit", r"No record is missing\.")
            for typed in ("quarantine", "quarantine 1", "release 1", "deny 1"):
                watcher.type(f"leakaudit/{typed}", r"Only a Developer may look through")


class BackendsTest(PanelTest):
    """Every change is undone behind its test."""

    def test_list(self) -> None:
        builder = self.world.builder
        builder.type("backends", r"Backends: 3\s+backend +service +lamp +model +role +busy\s")
        builder.expect(r"alpha +enabled +\[\+\] healthy +alpha-model +local +0\s")
        builder.expect(r"gamma +disabled +\[x\] disabled[^\n]*\s+no key: set GAMMA_KEY")
        builder.type(
            "backends beta", r"backend +beta\s.*has a key +yes\s.*dollars a million tokens"
        )
        builder.type("backends nobody", r"There is no backend of that name\.")

    def test_disabled_and_enabled(self) -> None:
        world = self.world
        self.addCleanup(world.workshop, "backends", "enable", "alpha")
        since = world.game.log_size()
        world.builder.type("backends/disable alpha", r"alpha is disabled now: \S")
        world.watcher.expect(r"The lamp of alpha: disabled", 10)
        world.weaver.type(f"route {TASK}", r"Route: beta, .*Not: alpha \(disabled\)")
        world.builder.type("backends/enable alpha", r"alpha is enabled now\.")
        world.weaver.type(f"route {TASK}", r"Route: alpha, ")
        log = world.game.log_text(since)
        for word in ("disable", "enable"):
            self.assertRegex(
                log, rf"backends: builder \(#\d+, account builder\): {word} alpha: done"
            )

    def test_drained(self) -> None:
        world = self.world
        self.addCleanup(world.workshop, "backends", "enable", "alpha")
        world.builder.type("backends/drain alpha", r"alpha is draining now: \S")
        world.builder.type("backends alpha", r"service +draining\s")
        world.builder.type("backends/enable alpha", r"alpha is enabled now\.")

    def test_what_cannot_be(self) -> None:
        builder = self.world.builder
        builder.type("backends/enable nobody", r"There is no backend of that name\.")
        builder.type("backends/enable gamma", r"nothing has changed:.*gamma.*GAMMA_KEY")
        builder.type("backends/enable", r"Usage: backends \[name\]")
        builder.type(f"backends/enable {'x' * 65}", r"That is too long: a name has at most 64")

    def test_model(self) -> None:
        world = self.world
        world.alpha.server.models.append("alpha-small")
        self.addCleanup(world.alpha.server.models.remove, "alpha-small")
        self.addCleanup(world.builder.type, "backends/model alpha", r"asked for alpha-model")
        world.builder.type(
            "backends/model alpha = alpha-small",
            r"alpha is asked for alpha-small from now on; the configuration says alpha-model\.",
        )
        world.builder.type("backends", r"operator's choice of model; configured: alpha-model")
        world.watcher.type(f"route {TASK}", r"Route: alpha, alpha-small\s")
        world.watcher.type("lamps", r"alpha +\[.\] [^\n]*alpha-small\s")
        world.builder.type("backends/model alpha", r"alpha is asked for alpha-model from now on\.")
        world.watcher.type(f"route {TASK}", r"Route: alpha, alpha-model\s")
        world.builder.type("backends/model alpha = none-such", r"That backend has no such model\.")
        world.builder.type("backends/model alpha =", r"Usage: backends")

    def test_models(self) -> None:
        builder = self.world.builder
        builder.type("backends/models", r"alpha-model +alpha +configured, listed\s.*beta +listed")
        builder.type("backends/models alpha", r"Models: \d\s.*alpha +listed\s")
        builder.type("backends/models nobody", r"There is no backend of that name\.")

    def test_reload(self) -> None:
        world = self.world
        self.addCleanup(world.workshop, "reload")
        self.addCleanup(world.write_configuration)
        world.write_configuration(routing={"primary": "nobody"})
        world.builder.type(
            "backends/reload", r"The configuration is wrong, so nothing has changed:"
        )
        world.builder.expect(r"backends\.json:\d+: routing\.primary: [^\n]*\S")
        world.write_configuration(FIRST)
        world.builder.type("backends/reload", r"The configuration is read again\.")
        world.builder.type("backends/reload now", r"Usage: backends")

    def test_admins_may(self) -> None:
        for player in (self.world.watcher, self.world.weaver):
            player.type("backends", r"Command 'backends' is not available")
        with self.granted("Builder") as watcher:
            watcher.type("backends/reload", r"Command 'backends/reload' is not available")
        with self.granted("Admin") as watcher:
            watcher.type("backends", r"Backends: 3\s")


class HelpTest(PanelTest):
    """Every command has its page, and only who may use it finds it."""

    def test_pages(self) -> None:
        for command in ("lamps", "route", "costs", "leakaudit", "leaks", "backends"):
            self.world.builder.type(f"help {command}", rf"Usage:\s+{command}")

    def test_who_finds_what(self) -> None:
        self.world.watcher.type("help lamps", r"Usage:\s+lamps")
        builder, watcher = self.world.builder, self.world.watcher
        mine = {"backends", "costs", "leakaudit", "leaks"}
        for player, found in ((builder, mine), (watcher, set[str]())):
            index = player.type("help", r"Workshop(.*lamps.*think[^\n]*\n)")[1]
            self.assertEqual(mine & set(index.split()), found)


class DownTest(PanelTest):
    """The daemon is gone: everything says so, and is well again with it."""

    def test_down(self) -> None:
        world = self.world
        world.daemon.stop()
        world.watcher.expect(r"The lamps over the benches go out\.", 10)
        down = r"the bridge to the Workshop is down\."
        typed = ("lamps", f"route/full {TASK}", "costs", "costs/tier", "leakaudit", "backends")
        for line in (*typed, "leakaudit/quarantine", "backends/disable alpha", "backends/reload"):
            world.builder.type(line, down)
        world.watcher.type("lamps", rf"{down}\s")
        world.daemon.start()
        world.watcher.expect(r"The lamps over the benches light up\.", 15)
        world.watcher.type("lamps", re.escape("Lamps over the benches: "))
