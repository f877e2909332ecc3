"""What the documents tell to type is typed, as it stands, at a daemon that has something to tell.

    python3 -m unittest discover Tests/People

Blocks of a page are typed in their order. What is left out stands in LEFT_OUT, with why.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
import unittest
from collections.abc import Iterator

from documents import Block, blocks
from house import House

CONFIG = """
http: {{listen: "127.0.0.1:0"}}
routing: {{learning: on}}
backends:
{rows}
"""
ROW = """  {name}: {{url: "http://127.0.0.1:{port}/v1", model: {model}, models: [{model}-mini],
    role: {role}, local: {local}, prices: {{input: 1, output: 2}}}}"""
BACKENDS = (
    ("stand-in", "stand-in", "local", "true"),
    ("local", "hermes-4-14b", "local", "true"),
    ("gpt", "gpt-5", "breadth", "false"),
    ("grok", "grok-4", "speed", "false"),
)
PAGES = {
    "compare.md", "http.md", "jobs.md", "leak-audit.md", "learning.md", "migrate.md",
    "operations.md",
}  # fmt: skip
# Lines that are not typed here.
LEFT_OUT = re.compile(
    r"^(?:systemctl|journalctl|curl) |\$EDITOR|^NEW/"  # another program's
    r"|workshop (?:serve|pipe|sidecar)\b(?!.*--check)"  # runs on
    r"|workshop invariance|--clean "  # long, and tested by itself
    r"|pause \| resume"  # a choice, not a line
    r"|^for i in "  # a minute of thoughts, tested in Swift
    r"|register twin|stand-in,twin|to twin|^url="  # what needs them
    r"|^\[Unit\]"
)


def typed(block: Block) -> list[str]:
    """The lines of a block that are typed."""
    text = block.text.replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and line[0] not in "{[→← "]
    if any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    return [line for line in lines if not LEFT_OUT.search(line)]


def shells() -> Iterator[Block]:
    """The blocks that are typed."""
    for block in blocks():
        begins = re.search(r"(?m)^(?:\$ )?(?:workshop [a-z]|umask|sqlite3|echo )", block.text)
        if block.page.name in PAGES and block.language in ("", "sh") and begins:
            yield block


class RunningTests(unittest.TestCase):
    """Commands and queries that the documents show."""

    house: House
    thought: str

    @classmethod
    def setUpClass(cls) -> None:
        """Starts a daemon, and has it think, refuse, hold back and wait."""
        cls.house = house = House()
        cls.addClassCleanup(house.__exit__)
        rows = "\n".join(
            ROW.format(
                name=name, port=house.upstream(model).port, model=model, role=role, local=local
            )
            for name, model, role, local in BACKENDS
        )
        house.configure(CONFIG.format(rows=rows))
        house.serve().wait_healthy(*(name for name, *_ in BACKENDS))
        for number in range(4):
            house.type(f'workshop think --caller "#12" --conversation hall "what is oak {number}?"')
            # Nearly a place of Timmy's, in other words each time: each waits for the owner.
            house.type(f'workshop think "Describe Wikerfen to me, part {number}"')
        house.type('workshop think "who is Rowan Ashdown?"')
        cls.thought = house.ask("think", "what is elm?")["thought"]
        (house.folder / "elsewhere").mkdir()
        (house.folder / "prompts.txt").write_text("Name a colour.\nWhat is oak?\n")

    def test_commands(self) -> None:
        """Every line ends well."""
        count = 0
        for block in shells():
            for line in typed(block):
                if re.search(r"\b(?:sqlite3|jq)\b", line) and not (
                    shutil.which("sqlite3") and shutil.which("jq")
                ):
                    continue
                count += 1
                with self.subTest(block=str(block), line=line):
                    done = self.house.type(self.meant(line))
                    told = f"{done.stdout[-600:]}{done.stderr[-600:]}"
                    self.assertEqual(done.returncode, 0, told)
        self.assertGreater(count, 45)

    def meant(self, line: str) -> str:
        """The line with what is here in the place of what stands for something."""
        today = time.strftime("%Y-%m-%d")
        line = re.sub(r"\b2026-11-21\.checkpoint", f"{today}.checkpoint", line)
        line = re.sub(r"\b4b1f0c9a77d0e21c\b|\bTHOUGHT\b", self.thought, line)
        line = re.sub(r"\b1234\b", "1", line)
        return line.replace(" --game mygame", "")

    def test_queries(self) -> None:
        """Every query of the documents is one that the ledger answers."""
        found = [block for block in blocks() if re.match(r"\s*(?:SELECT|WITH)\b", block.text)]
        self.assertGreater(len(found), 3)
        path = self.house.folder / ".local/state/workshop/ledger.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as ledger:
            rows = 0
            for block in found:
                for query in block.text.split(";\n"):
                    if query.strip():
                        with self.subTest(block=str(block)):
                            rows += len(ledger.execute(query).fetchall())
        self.assertGreater(rows, 0)
