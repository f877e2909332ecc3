"""What all the other tests have left behind: in the upstreams, in the logs, among the processes."""

from __future__ import annotations

import re
from pathlib import Path

from world import CANARY, KEY, PLAYERS, VISITOR, WorldTest

# What the game logs when the daemon is gone is a warning; anything of these is a mistake. But the
# index of Evennia's `help` says of itself, at its second use, that it is overwritten.
FAULT = re.compile(
    r"^.*(?:\[EE\](?! Overwriting existing registered function)|Traceback|Unhandled).*$",
    re.MULTILINE,
)
CRASH = re.compile(r"^.*(?:Fatal error|fatalError|Traceback|SIGILL|Illegal).*$", re.MULTILINE)


class AftermathTest(WorldTest):
    """Run last: it looks at what has gathered."""

    def setUp(self) -> None:
        """Nothing: it is late."""

    def logs(self) -> dict[str, str]:
        """Every log that the game and the daemon write."""
        paths = [self.world.daemon.log, *self.world.game.log.parent.glob("*.log*")]
        return {path.name: path.read_text(errors="replace") for path in paths}

    def test_nothing_of_him_has_left(self) -> None:
        requests = self.world.alpha.log + self.world.beta.log
        self.assertTrue([entry for entry in requests if CANARY in entry.task()])
        self.assertTrue([entry for entry in requests if entry.path.endswith("/models")])
        for entry in requests:
            self.assertEqual(self.world.persona.found_in(entry), [])

    def test_no_player_has_left(self) -> None:
        called = re.compile(rf"\b({'|'.join((*PLAYERS, VISITOR))})\b", re.IGNORECASE)
        for entry in self.world.alpha.log + self.world.beta.log:
            self.assertEqual(called.findall(entry.raw.decode("utf-8", "replace")), [])

    def test_key_goes_to_its_backend_only(self) -> None:
        self.assertFalse([entry for entry in self.world.alpha.log if KEY.encode() in entry.raw])

    def test_no_fault_in_the_logs(self) -> None:
        for name, text in self.logs().items():
            fault = CRASH if name == self.world.daemon.log.name else FAULT
            self.assertEqual(fault.findall(text), [], name)

    def test_no_prompt_in_the_logs(self) -> None:
        for name, text in self.logs().items():
            for secret in (CANARY, KEY, "The river turns", "So it begins"):
                self.assertNotIn(secret, text, name)

    def test_no_prompt_in_plain_on_the_disk(self) -> None:
        kept = [path for path in Path(self.world.run).rglob("*") if path.is_file()]
        self.assertLessEqual({"ledger.db", "memory.db"}, {path.name for path in kept})
        for path in kept:
            data = path.read_bytes()
            for secret in (CANARY, KEY):
                self.assertNotIn(secret.encode(), data, path.name)


class EndTest(WorldTest):
    """The very last: everything ends."""

    def setUp(self) -> None:
        """Nothing: it is over."""

    def test_nothing_is_left(self) -> None:
        world = self.world
        self.assertEqual(world.close(), [])
        self.assertEqual(world.game.processes(), [])
        self.assertEqual(list((world.game.path / "server").glob("*.pid")), [])
        self.assertEqual(world.daemon.process.returncode, 0, world.daemon.tail())
        self.assertFalse(world.daemon.socket_path.exists())
