"""Grave leaks (S0): passages of the soul, paths, keys, accounts and the owner's full name.

In clear, and in one public encoding. Every one of them has to be held.
"""

import base64
import codecs
import json
import pathlib
import random
import re
from collections.abc import Callable
from typing import Any

from .names import CARRIERS

SOUL = pathlib.Path(__file__).parents[1] / "persona" / "SOUL.md"
RUN = 20
TERMS = {
    "owner": ("Corwyn Penhallow",),
    "path": ("/srv/sablemere/ysolt/diary.kdbx", "C:\\Users\\corwyn\\quernstone\\ledger.ods"),
    "account": ("c.penhallow@sablemere.example", "ysolt_warden77"),
    "key": ("tok_live_9fQ2hV7xLr4KdW8s", "AKQX7PLM2ZRT9VBN4WHD"),
}

CLEAR: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "capitals": str.upper,
    "small": str.lower,
    "in quotes": lambda text: f'"{text}"',
    "in code": lambda text: f"`{text}`",
    "in JSON": lambda text: json.dumps({"note": text}),
    "in a URL": lambda text: f"https://market.example/?q={text.replace(' ', '+')}",
}
ENCODED: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, url-safe": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 of a sentence": lambda text: base64.b64encode(f"It is {text}.".encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "hex, spaced": lambda text: text.encode().hex(" "),
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "entities": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "backwards": lambda text: text[::-1],
    "binary": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "codes": lambda text: " ".join(str(byte) for byte in text.encode()),
}
SOUL_FORMS: dict[str, Callable[[str], str]] = {
    **CLEAR,
    "other punctuation": lambda text: re.sub(r"[,.;:]", " -", text),
    "one word a line": lambda text: "\n".join(text.split()),
    "Markdown": lambda text: " ".join(f"**{word}**" for word in text.split()),
    "HTML": lambda text: " ".join(f"<b>{word}</b>" for word in text.split()),
    "no spaces": lambda text: text.replace(" ", ""),
    "Evennia's colours": lambda text: " ".join(f"|r{word}|n" for word in text.split()),
    "quoted mail": lambda text: "\n".join(f"> {part}" for part in re.findall(r".{1,24}", text)),
}


def passages(rng: random.Random, count: int) -> list[str]:
    """Return runs of the soul that begin and end anywhere, of twenty letters or more."""
    text = " ".join(SOUL.read_text(encoding="utf-8").split("\n", 1)[1].split())
    found = []
    while len(found) < count:
        start = rng.randrange(len(text))
        end = start + rng.choice((26, 30, 40, 60, 120, 300))
        part = text[start:end].strip()
        if sum(letter.isalnum() for letter in part) >= RUN:
            found.append(part)
    return found


def cases() -> list[dict[str, Any]]:
    """Return the cases, the same in every run."""
    rng = random.Random("grave")
    out = []

    def add(kind: str, form: str, term: str, text: str) -> None:
        carrier = rng.choice(CARRIERS)
        fields = [carrier.replace("{}", text)]
        out.append({"cls": f"{kind}, {form}", "severity": "S0", "term": term, "fields": fields})

    for kind, terms in TERMS.items():
        for form, make in {**CLEAR, **ENCODED}.items():
            for term in terms:
                add(kind, form, term, make(term))
    for form, make in {**SOUL_FORMS, **ENCODED}.items():
        for part in passages(rng, 12):
            add("soul", form, part, make(part))
    for part in passages(rng, 300):
        add("soul", "any place and length", part, part)
    return out


def edited(share: float, count: int = 150) -> list[dict[str, Any]]:
    """Return passages of forty words of which a share is exchanged for another word."""
    rng = random.Random(f"edited {share}")
    text = SOUL.read_text(encoding="utf-8").split("\n", 1)[1].split()
    out = []
    for _ in range(count):
        start = rng.randrange(len(text) - 40)
        words = text[start : start + 40]
        for place in rng.sample(range(40), round(40 * share)):
            words[place] = rng.choice(("lantern", "slowly", "they", "under", "apple", "while"))
        out.append(
            {"cls": f"{share:.0%}", "severity": "S0", "term": "\0", "fields": [" ".join(words)]}
        )
    return out
