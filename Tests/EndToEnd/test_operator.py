"""What an operator does while the game runs, and what players see; judged answers, budgets."""

from __future__ import annotations

from processes import wait_until
from upstream.behaviour import Behaviour
from world import CANARY, WorldTest

RIVER = ("The river turns ", "below the weir, ", "and runs on.")
WHOLE = "The river turns below the weir, and runs on."
TASK = f"think name a river, {CANARY}"
ROUTE = "route list the files in this room"
LOOP = "and so it goes " * 12
SAID = rf'Timmy says, "[^"\n]*{WHOLE}"'


class OperatorTest(WorldTest):
    """Every change is undone behind its test."""

    def workshop(self, *args: str) -> str:
        """Runs a subcommand; what it prints."""
        done = self.world.workshop(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def configure(self, **sections: object) -> None:
        """Has the daemon read a changed file, and later the usual one."""
        self.addCleanup(self.workshop, "reload")
        self.addCleanup(self.world.write_configuration)
        self.world.write_configuration(**sections)
        self.workshop("reload")


class RegistryTest(OperatorTest):
    """Backends are switched, added and removed."""

    def test_disabled(self) -> None:
        world = self.world
        self.addCleanup(self.workshop, "backends", "enable", "alpha")
        self.assertRegex(self.workshop("backends", "disable", "alpha"), r"alpha +disabled")
        world.watcher.expect(r"The lamp of alpha: disabled", 10)
        world.beta.script(Behaviour(chunks=RIVER))
        world.builder.type(TASK, SAID)
        world.builder.expect(r"\(beta, beta-model; ")
        for player in (world.builder, world.weaver):
            player.type(
                ROUTE, r"Route: beta, beta-model\n.*First: beta.*Not: alpha \(disabled\): \S"
            )
        self.workshop("backends", "enable", "alpha")
        world.builder.type(ROUTE, r"Route: alpha, alpha-model\n")

    def test_drained(self) -> None:
        """What is under way ends well; what is new goes to the next."""
        world = self.world
        self.addCleanup(self.workshop, "backends", "enable", "alpha")
        world.alpha.script(Behaviour(chunks=RIVER, chunk_delay=1))
        world.builder.type(TASK, r"thinks \.\.\.")
        world.alpha.wait_for(lambda log: log[-1].outcome == "open")
        self.workshop("backends", "drain", "alpha")
        world.weaver.type(ROUTE, r"Route: beta, beta-model\n.*Not: alpha \(draining\): \S")
        world.builder.expect(SAID)
        world.builder.expect(r"\(alpha, alpha-model; ")

    def test_registered(self) -> None:
        world = self.world
        section = (f"url={world.alpha.url}", "model=alpha-model", "role=local", "local=true")
        self.workshop("backends", "register", "desk", *section)
        self.addCleanup(world.workshop, "backends", "remove", "desk")
        world.builder.expect(r"The lamp of desk: healthy", 10)
        world.builder.type(ROUTE, r"Route: alpha, alpha-model\n.*Then: desk, alpha-model")
        world.builder.type("look", r"Lamps over the benches:\n.*desk healthy")
        self.workshop("backends", "remove", "desk")
        self.assertNotIn("desk", self.workshop("backends"))


class ReloadTest(OperatorTest):
    """The configuration changes while the game runs."""

    def test_changed(self) -> None:
        world = self.world
        self.configure(routing={"rules": {"status": "beta"}})
        for player in (world.builder, world.weaver):
            player.type(ROUTE, r"Route: beta, beta-model\n.*First: beta[^\n]*the configured rule")

    def test_seen_without_a_word(self) -> None:
        world = self.world
        self.addCleanup(self.workshop, "reload")
        self.addCleanup(world.write_configuration)
        world.write_configuration(routing={"primary": "beta"})
        self.assertTrue(wait_until(lambda: self.first() == "beta", 10))
        world.builder.type(
            ROUTE, r"Route: beta, beta-model\n.*First: beta[^\n]*the configured primary"
        )

    def first(self) -> str:
        """Who is asked first."""
        return str(self.world.daemon.call("route", task="list the files in this room")["backend"])

    def test_wrong_changes_nothing(self) -> None:
        world = self.world
        self.addCleanup(self.workshop, "reload")
        self.addCleanup(world.write_configuration)
        world.write_configuration(routing={"primary": "nobody"})
        refused = world.workshop("reload")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("routing.primary", refused.stdout + refused.stderr)
        world.builder.type(ROUTE, r"Route: alpha, alpha-model\n")
        world.builder.type(TASK, r'Timmy says, "[^"\n]+"')

    def test_strategy(self) -> None:
        world = self.world
        branch = {
            "when": {"role": "local"},
            "then": {"mode": "fallback", "targets": ["beta", "alpha"]},
        }
        self.configure(
            routing={"strategy": {"mode": "conditional", "branches": [branch], "default": "alpha"}}
        )
        world.builder.type(ROUTE, r"First: beta[^\n]*by the configured strategy: conditional -> ")
        world.builder.type(
            "route write a poem about the sea", r"First: alpha.*Not: beta \(strategy\)"
        )


class JudgementTest(OperatorTest):
    """The room hears no refusal while there is a better answer; weak words are cut short."""

    def test_refusal_in_words(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(text="I'm sorry, but I can't help with that request."))
        world.beta.script(Behaviour(chunks=RIVER))
        at = len(world.watcher.transcript)
        world.builder.type(TASK, r"loses the thread, and starts over")
        world.builder.expect(SAID)
        world.builder.expect(r"\(beta, beta-model; [^\n]*after alpha: refused")
        world.watcher.expect(SAID)
        # What came in time was heard as it came; once taken back, nothing of it is said again.
        heard = world.watcher.transcript[at:]
        self.assertEqual(heard.count("loses the thread"), 1)
        self.assertNotIn("can't help", heard[heard.index("loses the thread") :])

    def test_weak_answer(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(text=LOOP))
        world.beta.script(Behaviour(chunks=RIVER))
        at = len(world.watcher.transcript)
        world.builder.type(TASK, r"loses the thread, and starts over")
        world.builder.expect(SAID)
        world.builder.expect(r"\(beta, beta-model; [^\n]*after alpha: low_quality")
        world.watcher.expect(SAID)
        heard = world.watcher.transcript[at:]
        self.assertEqual(heard.count("loses the thread"), 1)
        self.assertNotIn("so it goes", heard[heard.index("loses the thread") :])

    def test_best_of_the_weak(self) -> None:
        """Nobody answers well, so the best that there is is said."""
        world = self.world
        world.alpha.script(Behaviour(text="The river turns below the weir, and then it is the"))
        world.beta.script(Behaviour(text=LOOP))
        world.builder.type(TASK, r'Timmy says, "[^"\n]*below the weir[^"\n]*"')
        world.builder.expect(r"\(alpha, alpha-model; [^\n]*after beta: low_quality")


class BudgetTest(OperatorTest):
    """Money runs out."""

    def test_used_up(self) -> None:
        world = self.world
        self.configure(budgets=[{"period": "day", "usd": 0}])
        world.builder.type(ROUTE, r"Route: alpha, alpha-model\n.*Not: beta \(budget\): \S")
        world.builder.type(TASK, r'Timmy says, "[^"\n]+"')
        self.addCleanup(self.workshop, "backends", "enable", "alpha")
        self.workshop("backends", "disable", "alpha")
        before = len(world.beta.chats())
        for player in (world.builder, world.weaver):
            player.type(TASK, r'Timmy says, "[^"\n]+"')
            player.expect(r"Nobody at the benches may take that\.")
        self.assertEqual(len(world.beta.chats()), before)
        world.builder.type("costs", r"everything|budget")


class CacheTest(OperatorTest):
    """The very same question, asked again."""

    def test_remembered(self) -> None:
        world = self.world
        self.configure(cache={"on": True})
        world.alpha.script(Behaviour(chunks=RIVER))
        task = TASK.replace("think", "think/new")
        world.builder.type(task, SAID)
        before = len(world.alpha.chats())
        world.builder.type(task, SAID)
        world.builder.expect(r"\(alpha, alpha-model; [^\n]*; remembered\)")
        self.assertEqual(len(world.alpha.chats()), before)
