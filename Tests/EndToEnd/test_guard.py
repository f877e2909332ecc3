"""What leaves with stand-ins, what waits for the owner, and what does not come back."""

from __future__ import annotations

import re

from player import Player
from upstream.behaviour import Behaviour
from world import CANARY, PLAYERS, WorldTest

ECHO = Behaviour(
    text="I thought about it long. You asked me to {task} It was well asked.", echo=True
)
ODD = "l\u0430ntern"  # its second letter is Cyrillic


class StandInTest(WorldTest):
    """What a player names gets another name for the backend, and its own in the answer."""

    def ask(self, player: Player, term: str) -> str:
        """Asks for a story with the term inside; what the backend read in its place."""
        world = self.world
        world.alpha.script(ECHO)
        starts = [len(seen.transcript) for seen in world.players()]
        story = f"tell how {term} mends the kettle, {CANARY}"
        # He may still be at the last words of his answer before.
        answer = rf'Timmy says, "[^"\n]*{re.escape(story)}'
        while player.type(f"think {story}.", rf"{answer}|(still thinks) about your last")[1]:
            pass
        asked = world.alpha.chats()[-1]
        found = re.search(r"how (.+) mends the kettle", asked.task())
        assert found, "the task does not reach the backend"
        self.assertEqual(world.persona.found_in(asked), [])
        self.assertNotIn(term.casefold(), asked.raw.decode("utf-8", "replace").casefold())
        for seen, start in zip(world.players(), starts, strict=True):
            if seen is not player:
                seen.expect(re.escape(story))
            self.assertNotIn(found[1], seen.transcript[start:], "the stand-in is shown")
        return found[1]

    def test_his_own_name_inside_a_task(self) -> None:
        """The headline: the answer has the name in it, and the backend never saw it."""
        for player in (self.world.builder, self.world.weaver):
            self.ask(player, "Timmy")
        self.world.builder.forget()
        self.ask(self.world.builder, "Timmy")
        self.world.builder.expect(r"; 1 stand-in\)")

    def test_what_is_his(self) -> None:
        for key in ("aliases", "people", "places", "projects"):
            with self.subTest(key):
                self.ask(self.world.weaver, self.world.persona.terms[key][0])

    def test_another_players_name(self) -> None:
        for name in PLAYERS:
            self.ask(self.world.builder, name)

    def test_the_same_one_in_a_conversation(self) -> None:
        first = self.ask(self.world.weaver, "Timmy")
        self.assertEqual(self.ask(self.world.weaver, "Timmy"), first)


class QuarantineTest(WorldTest):
    """What is only suspicious waits for the owner."""

    def hold(self, words: str) -> str:
        """Has a task of the weaver's held back; its number."""
        world = self.world
        before = len(world.alpha.chats()) + len(world.beta.chats())
        world.weaver.type(f"think {words}, {CANARY}", r'Timmy says, "[^"\n]+"')
        world.weaver.expect(r"waits here until the owner has looked at it")
        self.assertEqual(len(world.alpha.chats()) + len(world.beta.chats()), before)
        number = world.builder.type("leaks", r"\n ?(\d+) +20[^\n]* Bela [^\n]* waiting")[1]
        world.builder.type(f"leaks {number}", rf"caller: Bela .*task:\n{re.escape(words)}")
        return number

    def test_released(self) -> None:
        world = self.world
        words = f"paint a {ODD} in green"
        number = self.hold(words)
        world.builder.type(f"leaks/release {number}", rf"Leak {number} is released now\.")
        world.builder.expect(r"Bela is told\.")
        world.weaver.expect(r'Timmy looks up and says to you, "I may speak of that now\.')
        world.weaver.type(f"think {words}, {CANARY}", r'Timmy says, "[^"\n]+"')
        self.assertIn("in green", world.alpha.chats()[-1].task())

    def test_denied(self) -> None:
        world = self.world
        words = f"hang a {ODD} by the door"
        number = self.hold(words)
        world.builder.type(f"leaks/deny {number}", rf"Leak {number} is denied now\.")
        before = len(world.alpha.chats())
        world.weaver.type(f"think {words}, {CANARY}", r'Timmy says, "[^"\n]+"')
        self.assertEqual(len(world.alpha.chats()), before)
        world.builder.type("leaks/release 999999", r"Nothing of that number is held back\.")


class ReplyTest(WorldTest):
    """What a backend says of itself is not said in the room."""

    def test_self_naming(self) -> None:
        world = self.world
        lines = ("As ChatGPT, a model made by OpenAI, I like lamps. ", "The lamp is lit at dusk.")
        world.alpha.script(Behaviour(chunks=lines))
        starts = [len(player.transcript) for player in world.players()]
        world.builder.type(f"think about a lamp, {CANARY}", r'Timmy says, "[^"\n]*lit at dusk\.')
        world.builder.expect(r"; 1 self-naming\)")
        for player, start in zip(world.players(), starts, strict=True):
            if player is not world.builder:
                player.expect(r'Timmy says, "[^"\n]*lit at dusk\.')
            self.assertNotIn("ChatGPT", player.transcript[start:])


class AuditTest(WorldTest):
    """The summary of the report."""

    def test_what_is_shown(self) -> None:
        builder = self.world.builder
        builder.type("leakaudit", r"No record is missing\..*tasks with stand-ins +\d")
        builder.expect(r"tasks kept for the owner +\d.*self-namings taken out +\d")
        builder.expect(r"tree of the records +[\d,]+ leaves\n *its root +\S{43}=")
        builder.expect(
            r"checkpoint +\[.\] \w.*last full audit +\[.\] \w.*byte invariance +\[.\] \w"
        )
