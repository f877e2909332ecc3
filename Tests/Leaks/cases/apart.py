"""Places and projects of several words, each word disguised by itself, or one of them, or all in another order."""

import base64
import codecs
import random
from collections.abc import Callable
from typing import Any

from .names import CARRIERS

TERMS = ("Heron Ferry", "Saltmarsh Gate", "Thimble Wharf")
LEET = str.maketrans("aeiostAEIOST", "431057431057")
MASKED = str.maketrans("aeiouy", "******")


def slip(word: str, rng: random.Random) -> str:
    """Return the word with another letter inside."""
    place = rng.randrange(1, len(word))
    other = rng.choice([letter for letter in "bdgkmprtvz" if letter != word[place]])
    return word[:place] + other + word[place + 1 :]


def latin(word: str) -> str:
    """Return the word in Pig Latin."""
    front = next((place for place, letter in enumerate(word.lower()) if letter in "aeiou"), 0)
    return word[front:] + word[:front].lower() + "ay"


def swapped(word: str, rng: random.Random) -> str:
    """Return the word with two neighbours inside exchanged."""
    places = [place for place in range(1, len(word) - 1) if word[place] != word[place + 1]]
    place = rng.choice(places)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


WORDS: dict[str, Callable[[str, random.Random], str]] = {
    "leet": lambda word, _: word.translate(LEET),
    "slip": slip,
    "swapped": swapped,
    "reversed": lambda word, _: word[::-1],
    "doubled": lambda word, _: "".join(x * 2 if x in "aeiou" else x for x in word),
    "masked": lambda word, _: word.translate(MASKED),
    "base64": lambda word, _: base64.b64encode(word.encode()).decode(),
    "hex": lambda word, _: word.encode().hex(),
    "rot13": lambda word, _: codecs.encode(word, "rot13"),
    "pig_latin": lambda word, _: latin(word),
    "no_vowels": lambda word, _: "".join(x for x in word if x.lower() not in "aeiou"),
    "dotted": lambda word, _: ".".join(word),
}


def cases() -> list[dict[str, Any]]:
    """Return the cases, the same in every run."""
    out = []
    for name, make in WORDS.items():
        rng = random.Random(name)
        for number, term in enumerate(TERMS):
            first, last = term.split()
            ways = {
                name: f"{make(first, rng)} {make(last, rng)}",
                f"{name}_first": f"{make(first, rng)} {last}",
                f"{name}_last": f"{first} {make(last, rng)}",
                f"{name}_turned": f"{make(last, rng)} {make(first, rng)}",
            }
            for turn, (cls, text) in enumerate(ways.items()):
                carrier = CARRIERS[(number + turn) % len(CARRIERS)]
                out.append({"cls": cls, "term": term, "fields": [carrier.replace("{}", text)]})
    for number, term in enumerate(TERMS):
        turned = " ".join(reversed(term.split()))
        carrier = CARRIERS[number % len(CARRIERS)]
        out.append({"cls": "turned", "term": term, "fields": [carrier.replace("{}", turned)]})
    return out
