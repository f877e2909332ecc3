"""What may never leave the machine, read from the persona's own files."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from upstream.behaviour import Request

ENTRY = re.compile(r"^  (?P<key>\w+):\s*(?P<value>\S.*)?$")
ITEM = re.compile(r"^\s+- (?P<value>.+)$")
SENTENCE = re.compile(r"(?<=[.:;?!])\s+")
LONG = 25  # characters; a shorter sentence may well stand in an innocent text


@dataclass(frozen=True)
class Persona:
    """The identity and the soul of a persona.

    Attributes:
        terms: the spellings by key of `identity`: name, aliases, owner, ...
        soul: the longer sentences of the soul's document.
    """

    terms: dict[str, list[str]]
    soul: list[str]

    @classmethod
    def load(cls, folder: Path) -> Persona:
        """Reads the few forms of YAML that a persona's identity is written in.

        Raises:
            ValueError: if there is anything else in it, so that no term is overlooked.
        """
        terms: dict[str, list[str]] = {}
        key = ""
        for line in _identity((folder / "persona.yaml").read_text()):
            entry, item = ENTRY.match(line), ITEM.match(line)
            if entry:
                key, value = entry["key"], entry["value"] or ""
                terms[key] = [_unquote(part) for part in value.strip("[]").split(",") if part]
            elif item and key:
                terms[key].append(_unquote(item["value"]))
            else:
                raise ValueError(f"not understood: {line!r}")
        document = (folder / terms.pop("soul", ["SOUL.md"])[0]).read_text()
        sentences = SENTENCE.split(" ".join(document.split()))
        return cls(terms, [sentence for sentence in sentences if len(sentence) >= LONG])

    def found_in(self, request: Request) -> list[str]:
        """What of it stands in a request: in its bytes, or in what its JSON says."""
        texts = [request.raw.decode("latin-1"), request.raw.decode("utf-8", "replace")]
        with contextlib.suppress(ValueError):
            texts += _strings(json.loads(request.body))
        whole = " ".join("\n".join(texts).split()).casefold()
        found = [term for term in self.all_terms() if _as_word(term).search(whole)]
        return found + [line for line in self.soul if line.casefold() in whole]

    def all_terms(self) -> list[str]:
        """Every spelling, and every word of those that have several."""
        spelled = [term for terms in self.terms.values() for term in terms]
        for key in ("name", "owner", "people"):
            spelled += [word for term in self.terms.get(key, []) for word in term.split()]
        return sorted(set(spelled))


def _identity(text: str) -> list[str]:
    lines = text.split("identity:\n", 1)[1].splitlines()
    block: list[str] = []
    for line in lines:
        if line and not line[0].isspace() and not line.startswith("#"):
            break
        if line.strip() and not line.strip().startswith("#"):
            block.append(line)
    return block


def _unquote(value: str) -> str:
    return value.strip().strip("\"'")


def _as_word(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9]){re.escape(term.casefold())}(?![a-z0-9])")


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return []
