"""Holds docs/coverage.md against the repository.

    python3 Tests/Coverage/check.py [PAGE]

A proof is a file, a file with a test's name behind it, or a command. It fails when a file is not
there, a test is not in it, or the program has no such command.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "docs/coverage.md"
ROW = re.compile(r"^\| (?P<promise>.+?) \| (?P<proofs>.*`.*) \| (?P<word>[^|]+) \|$")
PROOF = re.compile(r'^`(?P<name>[^`]+)`(?:: (?P<test>"[^"]+"|\w+))?$')
WORDS = re.compile(r"^(done|differently|left out)\b")
LEAST = 120


@dataclass(frozen=True)
class Proof:
    """What shows a promise."""

    name: str
    test: str | None

    def fault(self) -> str | None:
        """What is wrong with it; None when nothing is."""
        if self.name.startswith("workshop "):
            return command_fault(self.name.split()[1:])
        path = TOP / self.name
        if not path.is_file():
            return "there is no such file"
        if self.test is None:
            return None
        text = path.read_text("utf-8")
        if self.test.startswith('"'):
            return None if self.test in text else f"it holds no test {self.test}"
        return None if f"def {self.test}(" in text else f"it holds no test {self.test}"


@cache
def commands() -> str:
    """The sources of the program."""
    return "\n".join(path.read_text("utf-8") for path in (TOP / "Sources/workshop").glob("*.swift"))


def command_fault(words: list[str]) -> str | None:
    """What is wrong with a command: each word is a command, each option an option."""
    source = commands()
    for word in words:
        if word.startswith("--"):
            name = re.sub(r"-(\w)", lambda match: match[1].upper(), word[2:])
            if not re.search(rf"\bvar {name}\b", source):
                return f"the program has no option {word}"
            continue
        struct = re.sub(r"(?:^|-)(\w)", lambda match: match[1].upper(), word)
        pattern = rf'struct {struct}\w*: (?:Async)?ParsableCommand|commandName: "{word}"'
        if not re.search(pattern, source):
            return f"the program has no command {word}"
    return None


def rows(page: str) -> list[tuple[int, str, list[str], str]]:
    """The line, the promise, the proofs and the word of every row."""
    found = []
    for number, line in enumerate(page.splitlines(), 1):
        if not line.startswith("| ") or line.startswith("| promise "):
            continue
        match = ROW.match(line)
        if match is None:
            found.append((number, line, [], ""))
            continue
        proofs = re.split(r"; (?=`)", match["proofs"])
        found.append((number, match["promise"], proofs, match["word"]))
    return found


def check(page: str) -> tuple[list[str], Counter[str]]:
    """What is wrong, and how many rows stand how."""
    faults: list[str] = []
    counts: Counter[str] = Counter()
    for number, promise, proofs, word in rows(page):
        place = f"docs/coverage.md:{number}: {promise[:60]}"
        stand = WORDS.match(word)
        if stand is None or not proofs:
            faults.append(f"{place}: it wants a proof and one of: done, differently, left out")
            continue
        counts[stand[1]] += 1
        if stand[1] != "done" and ":" not in word:
            faults.append(f"{place}: it does not say how or why")
        for text in proofs:
            match = PROOF.match(text)
            if match is None:
                faults.append(f"{place}: {text} is no proof")
                continue
            proof = Proof(match["name"], match["test"])
            fault = proof.fault()
            if fault is not None:
                faults.append(f"{place}: {proof.name}: {fault}")
    if sum(counts[word] for word in ("done", "differently", "left out")) < LEAST:
        faults.append(f"docs/coverage.md: fewer than {LEAST} rows were read")
    return faults, counts


def main() -> int:
    """Prints what is wrong, and how many rows stand how."""
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    faults, counts = check(page.read_text("utf-8"))
    for fault in faults:
        print(fault, file=sys.stderr)
    print(", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
