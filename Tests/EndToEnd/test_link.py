"""The link between game and daemon, when either end of it is not well."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from impostor import Impostor
from processes import wait_until
from upstream.behaviour import Behaviour
from world import CANARY, WorldTest

if TYPE_CHECKING:
    from player import Player

TASK = f"think name a river, {CANARY}"
LIT = r"The lamps over the benches light up\."
OUT = r"The lamps over the benches go out\."


class LinkTest(WorldTest):
    """Whoever waits is told, once; nothing is lost in silence."""

    def begin(self, player: Player) -> None:
        """A thought that has begun and will not end."""
        self.world.alpha.script(Behaviour(chunks=("So it begins, slowly. ", "x"), hang_after=1))
        player.type(TASK, r"So it begins, slowly\.")

    def why(self, reason: str) -> None:
        """Builders are told why there is no link, and no command hangs."""

        def told() -> bool:
            seen = self.world.builder.type(
                "route list the files", r"bridge to the Workshop is down.\n([^\n]*)", 2
            )
            return reason in seen[1]

        self.assertTrue(wait_until(told, 15), reason)

    def test_a_daemon_that_hangs(self) -> None:
        """It is stopped, not dead: the kernel still takes whatever it is sent."""
        world = self.world
        self.begin(world.builder)
        assert world.daemon.process
        os.kill(world.daemon.process.pid, signal.SIGSTOP)
        try:
            world.builder.expect(r"The lamps went out in mid-thought", 25)
            world.watcher.expect(OUT, 2)
            self.why("the daemon did not say hello: no answer within 5 s")
        finally:
            os.kill(world.daemon.process.pid, signal.SIGCONT)
        world.builder.expect(LIT, 15)
        world.alpha.wait_for(lambda log: log[-1].outcome == "client_closed")
        world.builder.type(TASK, r'Timmy says, "[^"]+"')

    def test_no_daemon_at_the_socket(self) -> None:
        """What sits there is asked ever less often, and the game goes on."""
        world = self.world
        garbage = (
            b"\x00\xff\x1b]0;title\x07" * 9 + b"\n",
            b'["no", "object"]\n',
            b"x" * (1 << 20) + b"xx",
        )
        for says, reason in (
            (b"", "no answer within 5 s"),
            (garbage[0], "is no message"),
            (garbage[1], "is no message"),
            (garbage[2], "a line of more than 1048576 bytes"),
        ):
            with self.subTest(reason=reason, size=len(says)):
                world.daemon.stop()
                world.builder.expect(OUT, 5)
                with Impostor(world.daemon.socket_path, says) as impostor:
                    self.why(reason)
                    self.assertTrue(wait_until(lambda i=impostor: i.connections > 1, 15))
                    world.builder.type("look", r"lamps [^\n]* are dark\.", 2)
                    self.assertLess(impostor.connections, 20)
                world.daemon.start()
                world.builder.expect(LIT, 15)
        world.builder.type(TASK, r'Timmy says, "[^"]+"')

    def test_the_game_stops_in_the_middle_of_a_thought(self) -> None:
        """Its players are told before they go, the backend is let go, and what was said is kept."""
        world = self.world
        world.weaver.type(TASK, r'Timmy says, "[^"]+"')
        self.begin(world.builder)
        since = world.game.log_size()
        world.game.evennia("reboot")
        world.builder.expect(r"The world pauses for a moment, and the thought is lost", 5)
        world.alpha.wait_for(lambda log: log[-1].outcome == "client_closed")
        world.game.wait_log(r"evennia_glue: bridge up", 30, since)
        world.enter()
        world.weaver.type("journal", rf"{CANARY}|river")
        world.weaver.type(TASK, r'Timmy says, "[^"]+"')
        self.assertEqual(world.alpha.chats()[-1].body.decode().count(CANARY), 2, "it goes on")
