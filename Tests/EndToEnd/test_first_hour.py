"""The first hour: the demo as README starts it, then what a builder does, as docs/builders.md says.

The lines that are typed are read out of what the demo prints and out of the pages.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from processes import wait_until
from telnet import Telnet
from world import REPO

START = 120.0
ANSWER = 30.0
BINARY = Path(os.environ["E2E_WORKSHOP"])
VENV = Path(os.environ["E2E_VENV_BIN"]).parent


def page(name: str) -> str:
    """A document."""
    return (REPO / name).read_text("utf-8")


def typed_in_game(name: str) -> list[str]:
    """Every line that a page tells to type into a game."""
    blocks = re.findall(r"^```\n(> .*?)^```", page(name), re.S | re.M)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("> ")]


class Visit:
    """The demo, started as README says, with what it prints."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="first-"))
        shutil.copytree(REPO / "configs/personas", self.folder / "personas")
        self.told = ""
        self.process = subprocess.Popen(
            [
                sys.executable, str(REPO / "demo/demo.py"), str(BINARY), "--venv", str(VENV),
                "--stand-in", "--personas", str(self.folder / "personas"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )  # fmt: skip
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not wait_until(lambda: "Ctrl-C" in self.told or self.has_ended(), START):
            self.end()
            raise AssertionError(f"it does not start:\n{self.told}")
        if self.has_ended():
            raise AssertionError(f"it has ended:\n{self.told}")

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.told += line

    def has_ended(self) -> bool:
        """Whether it has."""
        return self.process.poll() is not None

    def end(self) -> int:
        """Ctrl-C; its exit code."""
        if not self.has_ended():
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.reader.join(10)
        if self.process.stderr:
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return code

    def said(self, pattern: str) -> str:
        """What it printed."""
        found = re.search(pattern, self.told, re.M)
        if not found:
            raise AssertionError(f"{pattern} is not in\n{self.told}")
        return found[1]

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line in a shell into which the `export` that it prints was typed."""
        return subprocess.run(
            ["bash", "-c", f"{self.said(r'^  shell +(export .*)$')}\n{line}"],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=REPO,
            check=False,
        )


class FirstHourTest(unittest.TestCase):
    """One visit, from the first line to Ctrl-C."""

    def test_first_hour(self) -> None:
        """Each line that is told to be typed does what is said of it."""
        visit = Visit()
        try:
            with self.subTest("the game"):
                self.play(visit)
            with self.subTest("the dashboard"):
                address = visit.said(r"^  dashboard +(\S+)$")
                page_told = urllib.request.urlopen(address, timeout=10).read().decode()
                self.assertIn("<title>", page_told)
                state = urllib.request.urlopen(f"{address}api/state", timeout=10).read()
                self.assertIn("stand-in", json.dumps(json.loads(state)))
            with self.subTest("the shell"):
                self.shell(visit)
            with self.subTest("a persona and a room of one's own"):
                self.build(visit)
        finally:
            code = visit.end()
        self.assertEqual(code, 0, visit.told)
        self.assertNotIn("are left", visit.told)

    def enter(self, visit: Visit) -> Telnet:
        """Telnet, and the `connect` line."""
        host, port = visit.said(r"^  telnet +telnet (.*)$").split()
        player = Telnet(int(port), host, timeout=20)
        player.type(visit.said(r"(connect .*)$"), r"You become", ANSWER)
        # A new game restarts its Server once, and the lamps are dark meanwhile.
        for _ in range(10):
            if "[+] stand-in" in player.type("look", r"(?s)[Ll]amps over the.*?\n.*?\n", ANSWER)[0]:
                return player
            time.sleep(1)
        raise AssertionError("the lamps stay dark")

    def play(self, visit: Visit) -> None:
        """What README's table has for a player, and for a builder."""
        player = self.enter(visit)
        for line, seen in [
            (visit.said(r"^ +(think .*)$"), r'Timmy says, "[^"]*stand-in speaking'),
            ("route list the files in this room", r"Route: stand-in"),
            ("ask timmy what is a lantern?", r'Timmy says to you, "'),
            ("rate 5", r"five stars of five"),
            ("lamps", r"\[\+\] healthy"),
            ("journal", r"I remember two things"),
            ("costs", r"By backend"),
            ("leakaudit", r"No record is missing"),
            ("backends", r"stand-in +enabled"),
            ("leaks", r"Nothing is held back"),
            ("think who is Rowan Ashdown?", r"That I keep to myself|stays under my own roof"),
            ("forget", r"(?i)forg"),
        ]:
            with self.subTest(line=line):
                player.type(line, seen, ANSWER)
        player.close()

    def shell(self, visit: Visit) -> None:
        """The lines that the demo prints for a shell, and README's."""
        for line in re.findall(r"^ +(workshop .*)$", visit.told, re.M):
            done = visit.shell(line)
            self.assertEqual(done.returncode, 0, f"{line}: {done.stdout}{done.stderr}")
        block = re.search(r"```sh\n(export PATH.*?)```", page("README.md"), re.S)
        assert block
        config = visit.said(r"--config (\S+)")
        for line in ("health", "backends", "models", "costs", "leaks", "journal", "learning"):
            self.assertIn(f"\nworkshop {line} ", block[1])
            self.assertEqual(visit.shell(f"workshop {line}").returncode, 0, line)
        done = visit.shell(f"workshop doctor {config} --json")
        findings = json.loads(done.stdout)["findings"]
        wrong = [each for each in findings if each["verdict"] == "wrong"]
        self.assertEqual(wrong, [], done.stdout)
        key = visit.shell(f"workshop key new laptop --usd-day 5 --config {config}")
        self.assertRegex(key.stdout, r"^wsk-[\w-]{43}\n$")

    def build(self, visit: Visit) -> None:
        """The lines of docs/builders.md, in the order in which they stand there."""
        shutil.copytree(REPO / "configs/examples/persona", visit.folder / "personas/ysolde")
        self.assertEqual(visit.shell("workshop reload").returncode, 0)
        lines = typed_in_game("docs/builders.md")
        self.assertEqual(lines.count("workshop install here"), 2)
        # She is made before the room becomes a Workshop, as step 3 says.
        made = [line for line in lines if "ysolde" in line.lower()]
        room = lines[: lines.index("workshop install here")]
        player = self.enter(visit)
        for line in [*room, *made]:
            with self.subTest(line=line):
                self.assertNotIn("could not", self.answer(player, line).lower())
        player.type("workshop install here", r"\[=\] Ysolde \(#\d+\) is there", ANSWER)
        player.type("think what rhymes with oar?", r'Ysolde says, "(?:Aye|Well now)\.', ANSWER)
        player.type("think who is Corvin Thistlewood?", r"this side of the water", ANSWER)
        player.type("lock here = think:perm(Builder) or holds(key)", r"Added lock", ANSWER)
        player.type("lock ysolde = talk:not perm(Guests)", r"Added lock", ANSWER)
        player.close()

    def answer(self, player: Telnet, line: str) -> str:
        """What is seen when a line was typed, up to the answer of the next one."""
        start = len(player.transcript)
        player.send(line)
        player.type("say done", r'You say, "done"', ANSWER)
        return player.transcript[start:]


if __name__ == "__main__":
    unittest.main()
