"""Reads the documents: their blocks of code, their commands, their links."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *TOP.glob("*.md"),
        *(TOP / "docs").glob("*.md"),
        TOP / "evennia_glue/README.md",
        TOP / "Benchmarks/README.md",
    ]
)
# What happened stands there, and what it was called then.
HISTORY = {"CHANGELOG.md"}
MARK = re.compile(r"^<!-- (?P<word>file|step|wrong): (?P<name>.+?) -->$")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)$")
SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: the document.
        line: the number of its first line.
        language: what the fence names; empty for none, and for indented blocks.
        text: its lines, without indentation.
        mark: `file: PATH`, `step: NAME` or `wrong: NAME`, from a comment in front of it.
    """

    page: Path
    line: int
    language: str
    text: str
    mark: tuple[str, str] | None = None

    def __str__(self) -> str:
        return f"{self.page.relative_to(TOP)}:{self.line}"


@cache
def blocks() -> tuple[Block, ...]:
    """Every block of every document."""
    return tuple(block for page in PAGES if page.name not in HISTORY for block in read(page))


def read(page: Path) -> Iterator[Block]:
    """The blocks of one document, fenced ones and indented ones."""
    lines = page.read_text("utf-8").splitlines()
    mark: tuple[str, str] | None = None
    number = 0
    while number < len(lines):
        line = lines[number]
        fence = FENCE.match(line)
        if found := MARK.match(line):
            mark = (found["word"], found["name"])
        elif fence:
            end = next(at for at in range(number + 1, len(lines)) if lines[at].strip() == "```")
            text = textwrap.dedent("\n".join(lines[number + 1 : end]) + "\n")
            yield Block(page, number + 2, fence["language"], text, mark)
            number, mark = end, None
        elif line.startswith("    ") and (mark or number == 0 or not lines[number - 1].strip()):
            end = number
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            text = textwrap.dedent("\n".join(lines[number:end])).rstrip() + "\n"
            yield Block(page, number + 1, "", text, mark)
            number, mark = end - 1, None
        elif line.strip():
            mark = None
        number += 1


def step(name: str) -> str:
    """The text of the block that is marked as that step."""
    found = [block.text for block in blocks() if block.mark == ("step", name)]
    if len(found) != 1:
        raise LookupError(f"{len(found)} blocks are marked as step: {name}")
    return found[0]


def spans() -> Iterator[tuple[str, str]]:
    """Code in running text, and where it stands."""
    for page in PAGES:
        if page.name in HISTORY:
            continue
        fenced = False
        for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
            fenced ^= bool(FENCE.match(line)) or (line.strip() == "```" and fenced)
            if not fenced and not line.startswith("    "):
                for text in SPAN.findall(line):
                    yield f"{page.relative_to(TOP)}:{number}", text
