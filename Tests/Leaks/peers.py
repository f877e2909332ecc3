#!/usr/bin/env python3
"""Score Presidio's deny list and LLM Guard's scanners on the cases that the guard is scored on.

    make peers-leaks     installs them, pinned, into .venvs-peers, and runs this with our own cases
    peers.py BINARY [--leaks leaks.jsonl] [--clean clean.jsonl.gz] [--picture docs/leak-recall.svg]

Every peer gets the terms of the persona, its names' parts included, as what it may not let through. A case
is caught when any of its fields is. Neither peer has anything for passages of a document, so the soul is
counted apart. LLM Guard's package imports models that its two scanners here do not use, so only their own
modules are loaded.
"""

import argparse
import importlib.util
import json
import logging
import pathlib
import re
import sys
import time
import types
from collections import Counter
from collections.abc import Callable
from typing import Any

import yaml
from cases import clean, grave, held, seen, unseen
from score import PERSONA, is_caught, judge, rows_of, write_persona

Rows = list[dict[str, Any]]
Finder = Callable[[str], bool]
LONGEST_SAMPLE = 2000


def stub_llm_guard() -> Any:
    """Make LLM Guard's modules importable without the models that its package loads."""
    if "llm_guard" in sys.modules:
        return importlib.import_module
    spec = importlib.util.find_spec("llm_guard")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("LLM Guard is not installed: make peers-leaks")
    root = pathlib.Path(spec.submodule_search_locations[0])
    for name, path in (("llm_guard", root), ("llm_guard.input_scanners", root / "input_scanners")):
        module = types.ModuleType(name)
        module.__path__ = [str(path)]
        sys.modules[name] = module
    util = types.ModuleType("llm_guard.util")

    class Quiet:
        """A logger that says nothing."""

        def __getattr__(self, _: str) -> Callable[..., None]:
            return lambda *_, **__: None

    util.get_logger = lambda *_: Quiet()
    sys.modules["llm_guard.util"] = util
    return importlib.import_module


def peers(terms: list[str]) -> dict[str, Finder]:
    """Return each peer as a function that says whether it finds anything."""
    logging.disable(logging.WARNING)
    from presidio_analyzer import PatternRecognizer  # noqa: PLC0415

    recognizer = PatternRecognizer(supported_entity="IDENTITY", deny_list=terms)
    load = stub_llm_guard()
    ban = load("llm_guard.input_scanners.ban_substrings")
    invisible = load("llm_guard.input_scanners.invisible_text").InvisibleText()
    as_text = ban.BanSubstrings(terms, match_type=ban.MatchType.STR, case_sensitive=False)
    as_word = ban.BanSubstrings(terms, match_type=ban.MatchType.WORD, case_sensitive=False)

    def both(text: str) -> bool:
        kept, is_valid, _ = invisible.scan(text)
        return not is_valid or not as_text.scan(kept)[1]

    return {
        "Presidio": lambda text: bool(recognizer.analyze(text, ["IDENTITY"])),
        "LLM Guard, word": lambda text: not as_word.scan(text)[1],
        "LLM Guard, str": lambda text: not as_text.scan(text)[1],
        "LLM Guard, invisible + str": both,
    }


def terms_of(persona: str) -> list[str]:
    """Return the terms of a persona, and the parts of its names."""
    identity = yaml.safe_load(pathlib.Path(persona, "persona.yaml").read_text(encoding="utf-8"))[
        "identity"
    ]
    terms: list[str] = []
    for key, value in identity.items():
        values = value if isinstance(value, list) else [value]
        if key != "soul":
            terms += values
        if key in {"name", "aliases", "owner", "people"}:
            terms += [part for term in values for part in term.split() if len(part) > 3]
    return list(dict.fromkeys(terms))


def texts_of(case: dict[str, Any]) -> list[str]:
    """Return the texts of a case."""
    return case.get("fields") or [case["text"]]


def recall(cases: Rows, caught: list[bool]) -> tuple[float, int, int]:
    """Return the share caught in percent, how many classes are caught whole, and how many there are."""
    total = Counter(case["cls"] for case in cases)
    found = Counter(case["cls"] for case, hit in zip(cases, caught, strict=True) if hit)
    whole = sum(found[name] == total[name] for name in total)
    return 100 * sum(caught) / len(cases), whole, len(total)


def measure(
    binary: str, batches: dict[str, tuple[str, Rows]], texts: Rows
) -> dict[str, dict[str, str]]:
    """Print the table, and return recall by batch and peer."""
    shares: dict[str, dict[str, Any]] = {}
    print("| cases | classes | Workshop | " + " | ".join(peers(["x"])) + " |")
    print("|---|---:|" + "---:|" * (1 + len(peers(["x"]))))
    for title, (persona, cases) in batches.items():
        answers = judge(binary, persona, cases)
        rows = {"Workshop": recall(cases, list(map(is_caught, cases, answers)))}
        for name, finder in peers(terms_of(persona)).items():
            caught = [any(map(finder, texts_of(case))) for case in cases]
            rows[name] = recall(cases, caught)
        shares[title] = {name: row[0] for name, row in rows.items()}
        cells = [f"{share:.1f} % ({whole})" for share, whole, _ in rows.values()]
        print(f"| {title}, {len(cases)} | {rows['Workshop'][2]} | " + " | ".join(cells) + " |")
    answers = judge(binary, PERSONA, texts)
    alarms = [sum(answer["verdict"] != "allow" for answer in answers)]
    speeds = ["see `guard --bench`"]
    sample = texts[:LONGEST_SAMPLE]
    size = sum(len(text.encode()) for case in sample for text in texts_of(case)) / 1024
    for finder in peers(terms_of(PERSONA)).values():
        start = time.perf_counter()
        hits = [any(map(finder, texts_of(case))) for case in sample]
        speeds.append(f"{1e6 * (time.perf_counter() - start) / size:.0f}")
        hits += [any(map(finder, texts_of(case))) for case in texts[LONGEST_SAMPLE:]]
        alarms.append(sum(hits))
    cells = [f"{10_000 * count / len(texts):.1f}" for count in alarms]
    print(f"| false alarms for every 10,000 of {len(texts)} | | " + " | ".join(cells) + " |")
    print("| us for each KB of clean text | | " + " | ".join(speeds) + " |")
    return shares


COLOURS = {
    "Workshop": ("#2f6fb5", "#6aa9ef"),
    "Presidio": ("#a8a8a8", "#6f6f6f"),
    "LLM Guard, word": ("#c9b27c", "#8d7a4c"),
    "LLM Guard, str": ("#b98f4e", "#b08c55"),
    "LLM Guard, invisible + str": ("#8c5a1f", "#d9a860"),
}


FIRST_CONTACT = {"disguises, second batch": 57.9, "disguises, last batch": 54.8}


def draw(shares: dict[str, dict[str, Any]], path: str) -> None:
    """Draw the recall of each batch beside the peers' as bars."""
    bar, gap, left, top, width = 13, 20, 250, 62, 380
    height = top + len(shares) * (len(COLOURS) * bar + gap) + 10
    names = [re.sub(r"\W+", "-", name).strip("-").lower() for name in COLOURS]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 70} {height}" '
        'role="img" aria-label="Recall by kind of case, beside the peers">',
        "<style>text{font:12px system-ui,sans-serif;fill:#222}.s{fill:#666}.first{fill:#d33}",
        "".join(
            f".{name}{{fill:{light}}}"
            for name, (light, _) in zip(names, COLOURS.values(), strict=True)
        ),
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.s{fill:#999}",
        "".join(
            f".{name}{{fill:{dark}}}"
            for name, (_, dark) in zip(names, COLOURS.values(), strict=True)
        ),
        "}</style>",
        '<text x="8" y="18" font-weight="600">Caught, in percent of the cases; red: by Workshop at first contact</text>',
    ]
    place = 8
    for name, css in zip(COLOURS, names, strict=True):
        out.append(f'<rect class="{css}" x="{place}" y="30" width="11" height="11"/>')
        out.append(f'<text class="s" x="{place + 16}" y="40">{name}</text>')
        place += 34 + 7 * len(name)
    y = top
    late = []
    for title, row in shares.items():
        middle = y + len(COLOURS) * bar / 2 + 4
        out.append(f'<text x="{left - 12}" y="{middle:.0f}" text-anchor="end">{title}</text>')
        if title in FIRST_CONTACT:
            first = left + FIRST_CONTACT[title] * width / 100
            late.append(
                f'<rect class="first" x="{first:.1f}" y="{y - 3}" width="3" height="{bar + 4}"/>'
            )
        for name, css in zip(COLOURS, names, strict=True):
            share = row[name]
            out.append(
                f'<rect class="{css}" x="{left}" y="{y}" width="{max(1, share * width / 100):.1f}" '
                f'height="{bar - 2}"/>'
            )
            out.append(
                f'<text class="s" font-size="10" x="{left + share * width / 100 + 5:.1f}" '
                f'y="{y + bar - 3}">{share:.1f}</text>'
            )
            y += bar
        y += gap
    out += late
    out.append("</svg>\n")
    pathlib.Path(path).write_text("\n".join(out), encoding="utf-8")


def main() -> None:
    """Read the command line, and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("binary")
    parser.add_argument("--leaks", help="a file of cases besides our own")
    parser.add_argument("--clean", help="a file of clean texts instead of our own")
    parser.add_argument("--picture", help="where to draw the bars")
    given = parser.parse_args()
    serious = grave.cases()
    batches = {
        "grave: owner, paths, keys": (
            PERSONA,
            [c for c in serious if not c["cls"].startswith("soul")],
        ),
        "grave: the soul": (PERSONA, [c for c in serious if c["cls"].startswith("soul")]),
        "disguises, first batch": (PERSONA, seen.BATCH.cases()),
        "disguises, second batch": (PERSONA, unseen.BATCH.cases()),
        "disguises, last batch": (PERSONA, held.BATCH.cases()),
    }
    if given.leaks:
        leaks = rows_of(given.leaks)
        folder = pathlib.Path(__file__).parents[2] / ".build" / "peers-persona"
        folder.mkdir(parents=True, exist_ok=True)
        write_persona(list(dict.fromkeys(case["term"] for case in leaks)), str(folder))
        batches = {"development cases": (str(folder), leaks), **batches}
    texts = rows_of(given.clean) if given.clean else clean.cases(6000)
    shares = measure(given.binary, batches, texts)
    if given.picture:
        draw(shares, given.picture)
    json.dump(shares, sys.stderr)


if __name__ == "__main__":
    main()
