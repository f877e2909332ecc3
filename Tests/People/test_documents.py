"""The documents say what is so: commands, options, keys of the configuration, targets, links.

    python3 -m unittest discover Tests/People

WORKSHOP names the program; `.build/debug/workshop` without it.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tempfile
import textwrap
import unittest
from collections.abc import Iterator
from pathlib import Path

from documents import PAGES, TOP, blocks, spans
from program import fault, run

COMMAND = re.compile(r"(?:^|[\s$(;|&>]|[./\w-]+/)workshop (?P<rest>[a-z].*)$")
SHELL = {"", "sh", "bash", "console"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")
# What ends a command in a shell, or stands for what a reader puts there.
END = re.compile(r"\s(?:#|\||>|&|;|2>|<|\.\.\.|<-)|[;)`]|\s{2,}")
# Commands of the game that have the program's name.
GAME = {"install", "status", "upgrade", "uninstall"}
SECTIONS = {
    "backends", "budgets", "cache", "defaults", "guard", "http", "jobs", "ledger", "memory",
    "providers", "routing", "server", "sidecars",
}  # fmt: skip
OURS = {"identity": "persona", "voice": "persona", "models": "manifest", "profiles": "manifest"}
FOREIGN = {"scrape_configs"}
# Words of the ledger's cryptography, not of a shell.
LABELS = ("ledger payloads", "ledger digests of payloads")
UNKNOWN = ("there is no such key", "is not valid YAML", "twice")


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every `workshop ...` of the documents, in words, and where it stands."""
    lines: list[tuple[str, str]] = []
    for block in blocks():
        if block.language in SHELL:
            text = block.text.replace("\\\n", " ")
            lines += [(str(block), line) for line in text.splitlines() if not line.startswith(">")]
    lines += [(place, text) for place, text in spans() if text.startswith("workshop ")]
    for place, line in lines:
        found = COMMAND.search(line)
        if not found or found["rest"].startswith(LABELS):
            continue
        rest = unquoted(found["rest"])
        try:
            words = shlex.split(rest)
        except ValueError:
            continue
        # A path behind another one is no command.
        if words and words[0] not in GAME and "/" not in words[0]:
            yield place, words


def unquoted(text: str) -> str:
    """The command alone: up to what ends it outside of quotes."""
    kept, quote = "", ""
    for at, letter in enumerate(text):
        if not quote and END.match(text[at:]):
            break
        if letter in "\"'":
            quote = "" if quote == letter else quote or letter
        kept += letter
    return kept.replace("[", "").replace("]", "")


class CommandTests(unittest.TestCase):
    """Commands that the documents tell to type."""

    def test_commands(self) -> None:
        """Every command and every option is one of the program's."""
        found = list(commands())
        self.assertGreater(len(found), 150)
        wrong = [
            f"{place}: workshop {' '.join(words)}: {why}"
            for place, words in found
            if not any(word in ("SUBCOMMAND", "COMMAND") for word in words)
            and (why := fault(words))
        ]
        self.assertEqual(wrong, [])

    def test_wrong_commands_are_seen(self) -> None:
        """What is not a command, or not an option of it, is found."""
        self.assertIsNone(fault(["audit", "--html", "a.html"]))
        self.assertIsNone(fault(["key", "new", "laptop", "--usd-day", "5"]))
        self.assertIsNotNone(fault(["adit"]))
        self.assertIsNotNone(fault(["audit", "--htm", "a.html"]))
        self.assertIsNotNone(fault(["key", "make", "laptop"]))

    def test_targets(self) -> None:
        """Every `make TARGET` is one of the Makefile's."""
        there = set(re.findall(r"^([a-z0-9-]+):", (TOP / "Makefile").read_text("utf-8"), re.M))
        named = [
            (place, target)
            for place, text in [*spans(), *((str(block), block.text) for block in blocks())]
            for target in re.findall(r"(?:^|[\s`(])make ([a-z][a-z0-9-]+)", text)
            if text.lstrip().startswith("make")
        ]
        self.assertGreater(len(named), 15)
        self.assertEqual([each for each in named if each[1] not in there], [])


class ConfigurationTests(unittest.TestCase):
    """YAML that the documents tell to write."""

    def test_keys(self) -> None:
        """Every key is taken by the program, in the file in which it belongs."""
        seen = 0
        for block in blocks():
            if block.language != "yaml":
                continue
            head = re.search(r"^([a-z_]+):", block.text, re.M)
            self.assertIsNotNone(head, str(block))
            assert head
            if head[1] in FOREIGN or (block.mark and block.mark[0] == "wrong"):
                continue
            seen += 1
            with self.subTest(block=str(block)):
                self.assertEqual(self.problems(block.text, head[1]), [])
        self.assertGreater(seen, 12)

    def problems(self, text: str, head: str) -> list[str]:
        """What the program says of a block that is about its keys."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            personas = TOP / "configs/personas"
            if OURS.get(head) == "persona":
                personas = folder / "personas"
                (personas / "one").mkdir(parents=True)
                whole = text if "identity:" in text else f"identity: {{name: Wenceslas}}\n{text}"
                (personas / "one/persona.yaml").write_text(whole)
                text = "server: {persona: one}"
            elif OURS.get(head) == "manifest":
                (folder / "manifest.yaml").write_text(text)
                done = run("sidecar", "--check", "--manifest", str(folder / "manifest.yaml"))
                return [line for line in done.stderr.splitlines() if self.is_about_keys(line)]
            elif head not in SECTIONS:
                # A key of a backend, by itself.
                text = "defaults:\n" + "".join(f"  {line}\n" for line in text.splitlines())
            if not re.search(r"^backends:", text, re.M):
                text += "\nbackends: {one: {url: 'http://127.0.0.1:9/v1', model: m, role: local}}\n"
            if not re.search(r"^server:", text, re.M):
                text += f"\nserver: {{personas: {personas}}}\n"
            else:
                text = re.sub(r"^server: \{", f"server: {{personas: {personas}, ", text, flags=re.M)
            (folder / "backends.yaml").write_text(text)
            done = run("check", "--json", str(folder / "backends.yaml"))
            found = json.loads(done.stdout)["problems"]
            return [
                f"{each['path']}: {each['message']}"
                for each in found
                if self.is_about_keys(each["message"])
            ]

    def is_about_keys(self, message: str) -> bool:
        """Whether a problem is that a key is not known, and not that a name is another's."""
        return any(word in message for word in UNKNOWN)

    def test_wrong_configuration(self) -> None:
        """What the documents say that is told of a wrong file is told of it, word for word."""
        file, told = (block for block in blocks() if block.mark == ("wrong", "configuration"))
        with tempfile.TemporaryDirectory() as name:
            shutil.copytree(TOP / "configs", Path(name) / "configs")
            (Path(name) / "configs/backends.yaml").write_text(file.text)
            env = {"HOME": name, "PATH": "/usr/bin:/bin"}
            done = run("check", "configs/backends.yaml", cwd=Path(name), env=env)
        self.assertEqual(done.returncode, 78)
        self.assertEqual("$ workshop check configs/backends.yaml\n" + done.stderr, told.text)

    def test_wrong_keys_are_seen(self) -> None:
        """A key that there is not is found, wherever it stands."""
        for text, head in [
            ("routing: {primry: a}\n", "routing"),
            ("allowed_fails: 3\ncooldown: 3\n", "allowed_fails"),
            ("identity: {name: Wenceslas, sole: x}\n", "identity"),
        ]:
            self.assertNotEqual(self.problems(text, head), [], text)


class LinkTests(unittest.TestCase):
    """Links between the documents."""

    def test_links(self) -> None:
        """Every link leads to a file that is there, and to a heading of it."""
        wrong = []
        for page in PAGES:
            text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
            for found in LINK.finditer(text):
                target = found["target"] or found["image"]
                if re.match(r"[a-z]+:", target):
                    continue
                file, _, heading = target.partition("#")
                there = (page.parent / file).resolve() if file else page
                if not there.exists():
                    wrong.append(f"{page.relative_to(TOP)}: {target}")
                elif heading and there.suffix == ".md" and heading not in headings(there):
                    wrong.append(f"{page.relative_to(TOP)}: {target}: no such heading")
        self.assertEqual(wrong, [])

    def test_map(self) -> None:
        """Every page of docs stands in its map."""
        there = {page.name for page in (TOP / "docs").glob("*.md")} - {"README.md"}
        named = set(re.findall(r"\]\(([a-z-]+\.md)\)", (TOP / "docs/README.md").read_text("utf-8")))
        self.assertEqual(there - named, set(), "docs/README.md wants a row for these")


class FileTests(unittest.TestCase):
    """Code that the documents show."""

    def test_files(self) -> None:
        """A block that is said to be a file is that file, or a part of it."""
        seen = 0
        for block in blocks():
            if block.mark and block.mark[0] == "file":
                seen += 1
                text = (TOP / block.mark[1]).read_text("utf-8")
                shown = [textwrap.indent(block.text, " " * depth) for depth in (0, 4, 8)]
                self.assertTrue(
                    any(each in text for each in shown), f"{block} is not what {block.mark[1]} says"
                )
        self.assertGreater(seen, 1)


def headings(page: Path) -> set[str]:
    """The anchors of a document, as GitHub makes them."""
    made: dict[str, int] = {}
    found = set()
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M)
    for title in re.findall(r"^#+ (.+)$", text, re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        count = made.get(anchor, 0)
        made[anchor] = count + 1
        found.add(f"{anchor}-{count}" if count else anchor)
    return found
