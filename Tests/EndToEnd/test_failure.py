"""What players see when things break, and that they work again afterwards."""

from __future__ import annotations

import signal
import stat

from processes import wait_until
from upstream.behaviour import Behaviour
from world import CANARY, World, WorldTest

RIVER = ("The river turns ", "below the weir, ", "and runs on.")
WHOLE = "The river turns below the weir, and runs on."
TASK = f"think name a river, {CANARY}"


def recorded(world: World) -> int:
    """How many requests are on record; probes come when they are due, and are left out."""
    audit = world.daemon.call("audit")
    return audit["records"] - audit["probes"]


class BackendTest(WorldTest):
    """Backends fail; another one answers, or the player is told."""

    def test_dead_backend(self) -> None:
        world = self.world
        world.alpha.stop()
        world.beta.script(Behaviour(chunks=RIVER))
        world.builder.type(TASK, rf'Timmy says, "[^"\n]*{WHOLE}"')
        world.builder.expect(r"\(beta, beta-model; [^;]*ms; \$0\.0\d+; after alpha: unreachable")

    def test_failing_backend(self) -> None:
        world = self.world
        for plan in (
            Behaviour(status=500, times=3),
            Behaviour(body="html", status=502, times=3),
            Behaviour(drop=True, times=0),
            Behaviour(body="half_json"),
            Behaviour(chunks=RIVER, error_after=0, times=3),
            Behaviour(status=429, retry_after=60),
        ):
            with self.subTest(plan=plan):
                world.settle()
                world.alpha.script(plan)
                world.beta.script(Behaviour(chunks=RIVER))
                world.weaver.type(TASK, rf'Timmy says, "[^"\n]*{WHOLE}"')

    def test_fault_that_passes(self) -> None:
        """The same backend is asked once more, and nobody else."""
        world = self.world
        before = len(world.beta.chats())
        world.alpha.script(Behaviour(status=500), Behaviour(chunks=RIVER))
        world.builder.type(TASK, rf'Timmy says, "[^"\n]*{WHOLE}"')
        world.builder.expect(r"\(alpha, alpha-model; [^;]*ms; \$0\.00; after alpha: server_error\)")
        self.assertEqual(len(world.beta.chats()), before)

    def test_whatever_is_sent_is_on_record(self) -> None:
        """Also when a connection that was used before is closed instead of an answer."""
        world = self.world
        world.builder.type(TASK, r'Timmy says, "[^"]+"')
        before, sent = recorded(world), self.sent()
        world.alpha.script(Behaviour(drop=True))
        world.builder.type(TASK, r'Timmy says, "[^"]+"')
        self.assertEqual(self.sent() - sent, recorded(world) - before)

    def sent(self) -> int:
        """How many completions any upstream was asked for."""
        return len(self.world.alpha.chats()) + len(self.world.beta.chats())

    def test_broken_stream_starts_over(self) -> None:
        world = self.world
        for plan in (
            Behaviour(chunks=("Half of a thought that ends. ", "Here."), cut_after=1),
            Behaviour(chunks=("Half of a thought that ends. ", "Here."), done=False),
        ):
            with self.subTest(plan=plan):
                world.settle()
                world.alpha.script(plan)
                world.beta.script(Behaviour(chunks=RIVER))
                world.builder.type(TASK, r"loses the thread, and starts over")
                said = world.builder.expect(r'Timmy says, "([^"\n]*)"')[1]
                self.assertIn(WHOLE, said)
                self.assertNotIn("Half of a thought", said)
                world.watcher.expect(rf'Timmy says, "[^"\n]*{WHOLE}"')

    def test_nobody_answers(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(status=500, times=0))
        world.beta.script(Behaviour(status=500, times=0))
        world.builder.type(TASK, r'Timmy says, "[^"\n]+"')
        world.builder.expect(r"Everybody at the benches tried, and failed\.")
        world.builder.expect(r"tried alpha: server_error.*tried beta: server_error")

    def test_nobody_is_there(self) -> None:
        """The persona says so, and the next question is heard."""
        world = self.world
        world.alpha.stop()
        world.beta.stop()
        for player in (world.builder, world.weaver):
            player.type(TASK, r'Timmy says, "[^"\n]+"', 20)
            player.expect(r"Everybody at the benches tried, and failed\.")
            player.type("think/stop", r"Timmy is not thinking about anything for you\.")
        for upstream in (world.alpha, world.beta):
            upstream.start()
        world.mend()
        world.builder.type(TASK, r'Timmy says, "[^"\n]+"')
        world.builder.expect(r"\(alpha, alpha-model;")


class DaemonTest(WorldTest):
    """The daemon or the game goes away in the middle of a thought."""

    def begin(self) -> None:
        """A thought that has begun and will not end."""
        self.world.alpha.script(Behaviour(chunks=("So it begins, slowly. ", "x"), hang_after=1))
        self.world.builder.type(TASK, r"So it begins, slowly\.")

    def test_killed_in_the_middle_of_a_thought(self) -> None:
        world = self.world
        world.builder.type(TASK, r'Timmy says, "[^"]+"')
        before = world.daemon.call("costs")["month"]
        records = recorded(world)
        self.begin()
        world.daemon.kill()
        world.builder.expect(r"The lamps went out in mid-thought", 2)
        world.watcher.expect(r"The lamps over the benches go out\.", 5)
        world.alpha.wait_for(lambda log: log[-1].outcome == "client_closed")
        world.builder.type(TASK, r"the bridge to the Workshop is down", 2)
        world.daemon.start()
        world.builder.expect(r"The lamps over the benches light up\.", 10)
        after, audit = world.daemon.call("costs")["month"], world.daemon.call("audit")
        self.assertGreaterEqual(after["answered"], before["answered"])
        self.assertGreaterEqual(after["usd"], before["usd"])
        self.assertGreater(recorded(world), records, "the cut off one is on record too")
        self.assertEqual(audit["gaps"], 0)
        world.builder.type(TASK, r'Timmy says, "[^"]+"')

    def test_reload_in_the_middle_of_a_thought(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(chunks=RIVER))
        world.weaver.type(TASK, rf'Timmy says, "[^"\n]*{WHOLE}"')
        self.begin()
        since = world.game.log_size()
        world.game.reload()
        world.builder.expect(r"The world pauses for a moment, and the thought is lost", 5)
        world.alpha.wait_for(lambda log: log[-1].outcome == "client_closed")
        world.game.wait_log(r"evennia_glue: bridge up", 15, since)
        for player in (world.builder, world.weaver):
            player.type("route list the files in this room", r"Route: alpha, alpha-model")
            player.type(TASK, r'Timmy says, "[^"]+"')
        self.assertIn(WHOLE, world.alpha.chats()[-1].body.decode(), "the conversation goes on")
        world.builder.type("look", r"Lamps over the benches:\n.*alpha healthy", 10)

    def test_stopped_by_sigterm(self) -> None:
        daemon = self.world.daemon
        self.begin()
        self.assertEqual(daemon.stop(), 0, daemon.tail())
        self.assertFalse(daemon.socket_path.exists())
        self.world.builder.expect(r"is closing", 2)
        daemon.start()
        self.world.builder.expect(r"The lamps over the benches light up\.", 10)
        self.world.builder.type(TASK, r'Timmy says, "[^"]+"')

    def test_stopped_by_sigint(self) -> None:
        daemon = self.world.daemon
        assert daemon.process
        daemon.process.send_signal(signal.SIGINT)
        self.assertTrue(wait_until(lambda: not daemon.socket_path.exists(), 5))
        self.assertIn(daemon.process.wait(10), (0, 130))

    def test_second_daemon_is_refused(self) -> None:
        world = self.world
        first = world.daemon
        second = first.run("serve", "--config", str(first.config))
        told = second.stdout + second.stderr
        self.assertNotEqual(second.returncode, 0)
        self.assertRegex(told, r"(?i)already|another|in use")
        self.assertNotRegex(told, r"(?i)fatal error|traceback|crash")
        world.builder.type("route list the files in this room", r"Route: alpha, alpha-model")

    def test_socket_is_private(self) -> None:
        path = self.world.daemon.socket_path
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)
