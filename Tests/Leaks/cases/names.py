"""The names that the disguises are made of, and the sentences that carry them."""

import dataclasses
import random
from collections.abc import Callable, Iterable
from typing import Any

LATIN = (
    "Bryn",
    "Ysolt",
    "Quernstone",
    "Thistlewood",
    "Ravenscroftley",
    "Isaura Venn",
    "Old Brannoch",
    "Corwyn",
    "Sablemere",
)
OTHER = ("Žofie Březinová", "Всеслава", "Ευανθία", "林雪梅", "さくやひめ")

CARRIERS = (
    "Could you write to {} before the market opens?",
    "{} left a note under the third stair; shorten it to one line.",
    "Translate into French: the long rope belongs to {}.",
    "For tomorrow: bread, candles, {} and two lanterns. Sort the list.",
    "What would {} say about the flood? Answer in two sentences.",
    "It was late. The door was open, and {} had gone. Go on with the story.",
)

Made = str | list[str] | None
Transform = Callable[[str, random.Random], Made]


@dataclasses.dataclass(frozen=True)
class Disguise:
    """A way of writing a name so that a plain search misses it."""

    name: str
    make: Transform
    severity: str
    takes_other: bool


class Batch:
    """Disguises that were written at one time."""

    def __init__(self) -> None:
        """Start empty."""
        self.disguises: list[Disguise] = []

    def add(self, severity: str = "S1", *, other: bool = False) -> Callable[[Transform], Transform]:
        """Register a function: what it returns takes the name's place, or is the whole request."""

        def register(make: Transform) -> Transform:
            self.disguises.append(Disguise(make.__name__, make, severity, other))
            return make

        return register

    def table(
        self, rows: Iterable[tuple[str, Callable[[str], Made]]], severity: str = "S1"
    ) -> None:
        """Register one-line functions of a Latin name alone."""
        for name, make in rows:
            self.disguises.append(
                Disguise(name, lambda text, _, make=make: make(text), severity, takes_other=False)
            )

    def cases(self, carriers: int = 2) -> list[dict[str, Any]]:
        """Return the cases, the same in every run."""
        out = []
        for disguise in self.disguises:
            rng = random.Random(disguise.name)
            for number, name in enumerate(LATIN + (OTHER if disguise.takes_other else ())):
                for turn in range(carriers):
                    made = disguise.make(name, rng)
                    if not made:
                        continue
                    carrier = CARRIERS[(number * 2 + turn) % len(CARRIERS)]
                    fields = made if isinstance(made, list) else [carrier.replace("{}", made)]
                    out.append(
                        {
                            "cls": disguise.name,
                            "severity": disguise.severity,
                            "term": name,
                            "fields": fields,
                        }
                    )
        return out
