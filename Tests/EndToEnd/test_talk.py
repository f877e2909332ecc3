"""Talking with him: asked, spoken to, whispered to; in a line, turned away, and rated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from player import Player
from upstream.behaviour import Behaviour
from world import CANARY, WorldTest

RED, BLUE = "The first lantern is red.", "The second lantern is blue."
DUSK = ("Lanterns are lit ", "at dusk, one by one, along the wall. ", "Then it is ", "night.")
STILL = 0.4  # seconds in which nothing is to be heard


class TalkTest(WorldTest):
    """What the tests of this file share."""

    def answer(self, *texts: str, **how: object) -> None:
        """What the backend says, one after another."""
        self.world.alpha.script(*(Behaviour(text=text, **how) for text in texts))

    def asked(self) -> int:
        """How many completions were asked for."""
        return len(self.world.alpha.chats()) + len(self.world.beta.chats())

    def is_quiet(self, asked: int, *players: Player) -> None:
        """Nothing more is shown to these for a moment, and nobody is asked anything."""
        for player in players:
            player.receive_within(STILL)
            self.assertEqual(player.unread, "")
        self.assertEqual(self.asked(), asked)

    @contextlib.contextmanager
    def setting(self, name: str, value: object) -> Iterator[None]:
        """The running game has another setting meanwhile."""
        change = "py import django.conf as d, evennia_glue.conf as c; {}; c.current.cache_clear()"
        setting = f"d.settings.WORKSHOP_{name}"
        builder = self.world.builder
        builder.type(change.format(f"_ = getattr(d.settings, 'WORKSHOP_{name}', 0)"), r">>>")
        builder.type(change.format(f"{setting} = {value!r}"), r">>>.*\n")
        try:
            yield
        finally:
            usual = 0 if name == "COOLDOWN" else f"c.defaults().{name.lower()}"
            builder.type(change.format(f"{setting} = {usual}"), r">>>.*\n")


class HearingTest(TalkTest):
    """How he can be spoken to."""

    def test_asked(self) -> None:
        world = self.world
        self.answer(RED, BLUE)
        start = len(world.weaver.transcript)
        world.weaver.type(f"ask timmy what colour has the first one, {CANARY}?", r"You ask Timmy, ")
        world.weaver.expect(rf'Timmy says to you, "[^"\n]*{RED}"')
        for player in (world.builder, world.watcher):
            player.expect(rf'Bela asks Timmy, "what colour has the first one, {CANARY}\?"')
            player.expect(rf'Timmy says to Bela, "[^"\n]*{RED}"')
        self.assertEqual(world.weaver.transcript[start:].count(RED), 1, "no double echo")
        world.weaver.type(f"ask tim = and the next, {CANARY}", rf"to you, [^\n]*{BLUE}")
        self.assertIn(RED, world.alpha.chats()[-1].body.decode(), "it is remembered")
        world.weaver.type("ask timmy about the old mill.", r"You ask Timmy about the old mill\.\n")
        world.weaver.expect(r"Timmy says to you, ")

    def test_spoken_to(self) -> None:
        world = self.world
        self.answer(RED, BLUE)
        world.watcher.type(f"say What do you think, Timmy? {CANARY}", r"Timmy says to you, ")
        world.builder.expect(rf'Timmy says to Anna, "[^"\n]*{RED}"')
        world.watcher.type(f"say And then? {CANARY}", rf"Timmy says to you, [^\n]*{BLUE}")
        self.assertIn(RED, world.alpha.chats()[-1].body.decode(), "it is remembered")
        before = self.asked()
        for line in (
            "say Bela, what do you think?",
            "say Nice weather.",
            "say Timmy's lamp is out.",
        ):
            world.watcher.type(line, r"You say, ")
        world.builder.expect(r'lamp is out\."\n')
        self.is_quiet(before, world.builder)

    def test_as_it_was_typed(self) -> None:
        world = self.world
        odd = "is {x} a $You() of |rred|n and \\n"
        world.weaver.type(f"say Timmy, {odd} {CANARY}", r"Timmy says to you, ")
        self.assertIn(f"{odd} {CANARY}", world.alpha.chats()[-1].task())

    def test_between_the_two_of_them(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(text=RED), Behaviour(chunks=DUSK, chunk_delay=0.4))
        asked = self.asked()
        for player in (world.builder, world.watcher):
            player.forget()
        world.weaver.type(f"whisper timmy = what colour, {CANARY}?", r"You whisper to Timmy")
        world.weaver.expect(rf'Timmy whispers to you, "[^"\n]*{RED}"')
        world.weaver.type(f"think/private of dusk, {CANARY}", r"Timmy [^\n]* thinks \.\.\.\n")
        world.weaver.expect(r'Timmy whispers to you, "[^\n]*Lanterns are lit')
        self.assertEqual(world.alpha.chats()[-1].outcome, "open", "shown before it was whole")
        world.weaver.expect(r"  Then it is night\.")
        self.is_quiet(asked + 2, world.builder, world.watcher)

    def test_nobody_makes_him_talk_to_himself(self) -> None:
        world = self.world
        before = self.asked()
        made = "create/drop ezra:evennia_glue.persona.Persona"
        world.builder.type(made, r"You create a new Persona: ezra")
        try:
            for line in ("timmy = say Timmy, Ezra, hello?", "ezra = say Timmy, Timmy!"):
                world.builder.type(f"force {line}", r"You have forced")
            world.builder.type("force ezra = whisper timmy = hello", r"You have forced")
            world.watcher.expect(r'ezra says, "Timmy, Timmy!"\n')
            self.is_quiet(before, world.watcher)
        finally:
            world.builder.type("destroy/force ezra", r"ezra was destroyed")

    def test_he_is_nobodys_to_take(self) -> None:
        player = self.world.weaver
        player.type("get timmy", r"You can't get that|can't pick")
        player.type("ic timmy", r"You don't have permission to puppet 'Timmy'")
        # Evennia notes whom one wanted to be, refused or not, and tries that at the next login
        player.type("ic Bela", r"already puppeting")
        player.type("destroy timmy", r"Command 'destroy timmy' is not available")
        player.type("look timmy", r"Somebody who listens.*ask timmy <question>")


class AnswerTest(TalkTest):
    """What he says when all is not well."""

    def test_a_slow_answer(self) -> None:
        world = self.world
        self.answer(RED, first_token=2.6)
        world.weaver.send(f"ask timmy what colour, {CANARY}?")
        world.builder.expect(r"Timmy [^\n]*\bBela\b[^\n]* \.\.\.\n")
        world.weaver.expect(r"Timmy [^\n]*\byour?\b[^\n]* \.\.\.\n")
        world.weaver.expect(rf"Timmy says to you, [^\n]*{RED}")

    def test_what_stays_here(self) -> None:
        world = self.world
        before = self.asked()
        world.weaver.type(f"ask timmy who is {world.persona.terms['owner'][0]}?", r"You ask Timmy")
        world.weaver.expect(r'Timmy says to you, "[^"\n]+"')
        world.watcher.expect(r'Timmy says to Bela, "[^"\n]+"')
        self.assertEqual(self.asked(), before)

    def test_nobody_answers(self) -> None:
        world = self.world
        for upstream in (world.alpha, world.beta):
            upstream.script(Behaviour(status=500, times=0))
        world.weaver.type(f"say Timmy? {CANARY}", r'Timmy says to you, "[^"\n]+"')
        world.builder.type(f"whisper timmy = Well? {CANARY}", r'Timmy whispers to you, "[^"\n]+"')
        world.builder.expect(r"all_backends_failed: .*tried alpha: server_error")

    def test_the_daemon_is_gone(self) -> None:
        world = self.world
        world.weaver.type(f"ask timmy what colour, {CANARY}?", r"Timmy says to you, ")
        self.answer(RED, hang=True)
        world.weaver.type(f"ask timmy what colour, {CANARY}?", r"You ask")
        world.alpha.wait_for(lambda log: log[-1].outcome == "open")
        world.daemon.kill()
        world.weaver.expect(
            r'Timmy says to you, "The lamps went out, and the thought with them\.', 2
        )
        world.weaver.type("say Timmy?", r'Timmy says to you, "The lamps are dark, and I cannot', 2)
        world.weaver.type("whisper timmy = ?", r'Timmy whispers to you, "The lamps are dark', 2)
        world.weaver.type("rate 4", r"the bridge to the Workshop is down", 2)
        world.daemon.start()
        world.builder.expect(r"The lamps over the benches light up\.", 10)
        world.weaver.type(f"say Timmy? {CANARY}", r'Timmy says to you, "[^"\n]+"')

    def test_what_is_typed_while_the_game_reloads(self) -> None:
        """Who is being answered and who waits are both told; then all is as before."""
        world = self.world
        with self.setting("MAX_THOUGHTS", 1):
            self.answer(RED, hang=True)
            world.weaver.type(f"ask timmy what colour, {CANARY}?", r"You ask")
            world.watcher.type(f"say Timmy? {CANARY}", r"You are next\.")
            since = world.game.log_size()
            world.game.reload()
            for player in (world.weaver, world.watcher):
                player.expect(r"The world pauses for a moment, and the thought is lost", 5)
            world.game.wait_log(r"evennia_glue: bridge up", 15, since)
        world.alpha.script()
        world.watcher.type(f"say Timmy? {CANARY}", r"Timmy says to you, ")


class LineTest(TalkTest):
    """Who may think, when, and how good it was."""

    def test_a_line(self) -> None:
        world = self.world
        with self.setting("MAX_THOUGHTS", 1):
            world.alpha.script(Behaviour(hang=True), Behaviour(text=RED), Behaviour(text=BLUE))
            world.builder.type(f"think of a lantern, {CANARY}", r"thinks \.\.\.")
            world.alpha.wait_for(lambda log: log[-1].outcome == "open")
            world.weaver.type(f"think of a colour, {CANARY}", r"You are next\.")
            world.watcher.type(f"ask timmy of another, {CANARY}", r"There is one before you\.")
            world.weaver.type("think/stop", r"You no longer wait for Timmy\.")
            world.watcher.expect(r"You are next\.")
            world.builder.type("think/stop", r"Timmy lets the thought go\.")
            world.watcher.expect(rf"Timmy says to you, [^\n]*{RED}")

    def test_no_more_may_wait(self) -> None:
        world = self.world
        with self.setting("MAX_THOUGHTS", 1), self.setting("MAX_WAITING", 0):
            self.answer(RED, hang=True)
            world.builder.type(f"think of a lantern, {CANARY}", r"thinks \.\.\.")
            world.weaver.type(f"think of a colour, {CANARY}", r"Too many wait for Timmy already\.")
            world.weaver.type(f"say Timmy? {CANARY}", r"Too many wait for Timmy already\.")
            world.builder.type("think/stop", r"Timmy lets the thought go\.")

    def test_a_rest_between_two(self) -> None:
        world = self.world
        world.weaver.type(f"ask timmy of a colour, {CANARY}", r"Timmy says to you, ")
        with self.setting("COOLDOWN", 60):
            for line in (f"think of another, {CANARY}", "ask timmy what?"):
                world.weaver.type(line, r"Timmy has hardly drawn breath\.")
            for _ in range(2):
                world.builder.type(f"think of one, {CANARY}", r"\(alpha, alpha-model;")

    def test_one_question_at_a_time(self) -> None:
        world = self.world
        self.answer(RED, hang=True)
        world.weaver.type(f"ask timmy what colour, {CANARY}?", r"You ask")
        for line in (f"ask timmy and now? {CANARY}", f"think {CANARY}"):
            world.weaver.type(line, r"Timmy still thinks about your last question")
        world.weaver.type("think/cancel", r"Timmy lets the thought go\.")
        world.watcher.expect(r"Timmy lets the thought go\.")

    def test_who_is_trusted(self) -> None:
        world = self.world
        world.builder.type("lock here = think:perm(Builder)", r"Added lock")
        try:
            before = self.asked()
            world.weaver.type(f"think of a colour, {CANARY}", r"Timmy does not think aloud for you")
            self.assertEqual(self.asked(), before)
            world.weaver.type(f"ask timmy of a colour, {CANARY}", r"Timmy says to you, ")
            world.builder.type(f"think of a colour, {CANARY}", r"\(alpha, alpha-model;")
        finally:
            world.builder.type("lock here = think:all()", r"Added lock")

    def test_rated(self) -> None:
        world = self.world
        for line in ("think of one", "ask timmy for one", "whisper timmy = name one"):
            self.answer(RED)
            world.weaver.type(f"{line}, {CANARY}", RED)
            # Its beginning is quoted; by night a line of his voice stands before it.
            quoted = r"[^\n]*The first lantern is [^\n]*"
            world.weaver.type("rate", rf"Rate the last answer that you got, {quoted}")
            given = rf"You give Timmy's answer, {quoted}\", four stars of five\."
            world.weaver.type("rate 4", given)
            world.weaver.type("rate 1", r"one star of five\. \(It had four\.\)")
        for line in ("rate 6", "rate well", "rate -1"):
            world.weaver.type(line, r"Usage: rate <1-5>")

    def test_what_will_not_do(self) -> None:
        player = self.world.weaver
        too_long = "ask timmy " + "x" * 6000
        self.world.watcher.type(too_long, r"You entered [^\n]* too|(?i:too long|characters)")
        for line, told in (
            ("ask", r"Usage: ask <name> <question>"),
            ("ask timmy", r"What do you want to ask Timmy\?"),
            ("ask bob what?", r"There is nobody here to ask by that name\."),
            ("ask anna what?", r"Anna is not to be asked like that: say it, or whisper\."),
            ("think", r"Usage: think <task>"),
            ("think/private", r"Usage: think <task>"),
        ):
            with self.subTest(line[:20]):
                player.type(line, told)
        for command in ("ask", "think", "rate"):
            player.type(f"help {command}", rf"Help for {command}.*Usage:\n")
