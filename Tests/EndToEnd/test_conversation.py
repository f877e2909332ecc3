"""What the persona remembers of a player: it goes with the next question, and stays here."""

from __future__ import annotations

from upstream.behaviour import Behaviour, Request
from world import CANARY, WorldTest

RED = "The first lantern is painted red."
BLUE = "The second lantern is painted blue."
FIRST = f"think what colour has the first lantern, {CANARY}"
SECOND = f"think and which has the next one, {CANARY}"


def said(request: Request) -> list[str]:
    """What stands in the messages of a request, one after another."""
    return [str(message["content"]) for message in request.json()["messages"]]


class ConversationTest(WorldTest):
    """One conversation for each player in the room."""

    def first(self, player: object = None) -> None:
        """A first question, and its answer."""
        self.world.alpha.script(Behaviour(text=RED), Behaviour(text=BLUE, times=0))
        (player or self.world.weaver).type(FIRST, rf'Timmy says, "[^"\n]*{RED}')

    def second(self, line: str = SECOND) -> list[str]:
        """A second one; what the backend was sent with it."""
        self.world.weaver.type(line, rf'Timmy says, "[^"\n]*{BLUE}')
        return said(self.world.alpha.chats()[-1])

    def test_it_goes_on(self) -> None:
        self.first()
        told = self.second()
        question, answer = (
            next(place for place, text in enumerate(told) if words in text)
            for words in ("what colour has the first lantern", RED)
        )
        self.assertLess(question, answer)
        self.assertLess(answer, len(told) - 1)
        self.assertIn("which has the next one", told[-1])

    def test_it_is_the_players_own(self) -> None:
        self.first(self.world.builder)
        self.assertNotIn(RED, " ".join(self.second()))

    def test_begun_anew(self) -> None:
        self.first()
        self.assertNotIn(RED, " ".join(self.second(SECOND.replace("think", "think/new"))))

    def test_forgotten(self) -> None:
        self.first()
        self.world.weaver.type("forget", r"Timmy forgets what you two said in this room \(1 \w+\)")
        self.assertNotIn(RED, " ".join(self.second()))

    def test_it_outlives_the_daemon(self) -> None:
        world = self.world
        self.first()
        world.daemon.stop()
        world.builder.expect(r"The lamps over the benches go out\.", 5)
        world.daemon.start()
        world.builder.expect(r"The lamps over the benches light up\.", 10)
        self.assertIn(RED, " ".join(self.second()))


class JournalTest(WorldTest):
    """He can be asked what he remembers while nobody answers."""

    def test_without_any_backend(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(text=RED))
        world.weaver.type(FIRST, rf'Timmy says, "[^"\n]*{RED}')
        for upstream in (world.alpha, world.beta):
            upstream.stop()
        world.weaver.type("journal lantern", rf'Timmy says, "[^"]*{RED}[^"]*"')
        world.weaver.type("journal/full lantern", rf"> what colour has .*{RED}")
        world.builder.type("journal/all lantern", rf"Bela \(#\d+\)\n.*> what colour has .*{RED}")
        world.watcher.type("journal lantern", r'Timmy says, "[^"\n]*(no memory|nothing)[^"]*"')
        world.watcher.type("journal/all lantern", r"is not yours to hear")
        world.weaver.type("forget/all", r"Timmy forgets all that you ever said")
        world.weaver.type("journal lantern", r'Timmy says, "[^"\n]*(no memory|nothing)[^"]*"')
