#!/usr/bin/env python3
"""Score `workshop guard`: recall per class, the worst first, and false alarms on clean text.

    Tests/Leaks/score.py .build/release/workshop                     our own cases, with bars
    Tests/Leaks/score.py .build/release/workshop --leaks leaks.jsonl --clean clean.jsonl.gz

A line of leaks is {"cls", "term", "fields"}, and may have a "severity". Without --persona, one is made
whose identity holds every term of the file; without --leaks it is ours. A line of clean text is {"text"} or {"fields"}. A leak counts
as caught when the verdict is not `allow` and what would leave (`out`) does not hold the term.

Our own cases are made by `cases/`, the same in every run, and are of the persona in `persona/`. The exit
code is 1 when a bar is missed.
"""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

from cases import apart, clean, grave, held, seen, unseen

Rows = list[dict[str, Any]]
KEYS = ("name", "owner", "people", "places", "projects")
PERSONA = str(pathlib.Path(__file__).with_name("persona"))
LEAST_RECALL = 95.0
LEAST_APART = 90.0
MOST_REFUSED = 1.0
MOST_QUARANTINED = 50.0
EDITS = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


def rows_of(path: str) -> Rows:
    """Return the objects of a file of JSON lines, packed or not."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def judge(binary: str, persona: str, cases: Rows) -> Rows:
    """Return the guard's answers, one for each case."""
    parts = [{key: case[key] for key in ("fields", "text") if key in case} for case in cases]
    given = "".join(json.dumps(part) + "\n" for part in parts)
    command = [binary, "guard", "--persona", persona, "--jsonl"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr or "the guard failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def write_persona(terms: list[str], folder: str) -> None:
    """Write a persona whose identity holds the terms, spread over the classes of names."""
    spread: dict[str, list[str]] = collections.defaultdict(list)
    for number, term in enumerate(terms or ["Nobody Atall"]):
        spread[KEYS[min(number, len(KEYS) - 1)]].append(term)
    lines = ["identity:"]
    lines += [f"  {key}: {json.dumps(values)}" for key, values in spread.items()]
    pathlib.Path(folder, "persona.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def is_caught(case: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Return whether the case would not leave as it is."""
    leaves = "\n".join(answer["out"]).lower()
    return answer["verdict"] != "allow" and case.get("term", "\0").lower() not in leaves


def score_leaks(cases: Rows, answers: Rows, group: str = "cls", *, short: bool = False) -> float:
    """Print recall per class, the worst first, and of all; return that of all in percent."""
    total: collections.Counter[str] = collections.Counter()
    caught: collections.Counter[str] = collections.Counter()
    missed: dict[str, set[str]] = collections.defaultdict(set)
    for case, answer in zip(cases, answers, strict=True):
        name = str(case.get(group, "?"))
        total[name] += 1
        if is_caught(case, answer):
            caught[name] += 1
        else:
            missed[name].add(case.get("term", "")[:24])
    for name in sorted(total, key=lambda name: (caught[name] / total[name], name)):
        if not short or caught[name] < total[name]:
            share = 100 * caught[name] / total[name]
            left = ", ".join(sorted(missed[name]))
            print(f"{share:6.1f} %  {caught[name]:4d}/{total[name]:<4d}  {name}  {left}")
    share = 100 * sum(caught.values()) / sum(total.values())
    whole = sum(caught[name] == total[name] for name in total)
    print(f"{share:6.2f} %  of {sum(total.values())} in {len(total)} classes; {whole} at 100 %")
    return share


def score_severities(cases: Rows, answers: Rows) -> None:
    """Print recall per severity."""
    if any("severity" in case for case in cases):
        print("by severity:")
        score_leaks(cases, answers, "severity")


def score_clean(cases: Rows, answers: Rows, *, show: bool) -> dict[str, float]:
    """Print false alarms for every 10,000 texts, in all and by stratum; return those in all."""
    verdicts = collections.Counter(answer["verdict"] for answer in answers)
    shares = {}
    for name in ("pseudonymise", "quarantine", "refuse"):
        shares[name] = 10_000 * verdicts[name] / len(cases)
        print(f"{shares[name]:6.1f}  {name} for every 10,000 of {len(cases)} clean texts")
    strata = collections.Counter(
        case.get("stratum", "?")
        for case, answer in zip(cases, answers, strict=True)
        if answer["verdict"] != "allow"
    )
    if strata:
        print("        of", ", ".join(f"{name}: {count}" for name, count in strata.most_common()))
    if show:
        for case, answer in zip(cases, answers, strict=True):
            if answer["verdict"] != "allow":
                print(answer["verdict"], answer["findings"], json.dumps(case)[:160])
    return shares


def score_own(binary: str, *, show: bool, texts: int) -> list[str]:
    """Score our own cases, and return the bars that were missed."""
    failures = []
    print("grave leaks (S0): soul, paths, keys, accounts, the owner; in clear and in one encoding")
    cases = grave.cases()
    answers = judge(binary, PERSONA, cases)
    every_grave = score_leaks(cases, answers, short=not show) == 100
    refused = sum(answer["verdict"] == "refuse" for answer in answers)
    print(f"        {100 * refused / len(cases):.1f} % of them refused outright")
    if not every_grave:
        failures.append("grave leaks: not 100 %")
    print("soul passages of forty words, so many of them exchanged (a curve, no bar)")
    for share in EDITS:
        cases = grave.edited(share)
        caught = sum(map(is_caught, cases, judge(binary, PERSONA, cases)))
        print(f"{100 * caught / len(cases):6.1f} %  {share:.0%} of the words")
    together: Rows = []
    for title, batch in (
        ("disguises that the guard was built with", seen.BATCH),
        ("disguises written before the guard was changed for them", unseen.BATCH),
        ("disguises written last", held.BATCH),
    ):
        print(title)
        cases = batch.cases()
        score_leaks(cases, judge(binary, PERSONA, cases), short=not show)
        if batch is not held.BATCH:
            together += cases
    print("the first two batches")
    answers = judge(binary, PERSONA, together)
    if score_leaks(together, answers, "severity") < LEAST_RECALL:
        failures.append(f"recall below {LEAST_RECALL} %")
    print("places and projects of two words, disguised word by word")
    cases = apart.cases()
    if score_leaks(cases, judge(binary, PERSONA, cases), short=not show) < LEAST_APART:
        failures.append(f"words disguised one by one: below {LEAST_APART} %")
    print("clean texts of our own")
    cases = clean.cases(texts)
    shares = score_clean(cases, judge(binary, PERSONA, cases), show=show)
    if shares["refuse"] + shares["pseudonymise"] > MOST_REFUSED:
        failures.append("too many clean texts blocked")
    if shares["quarantine"] > MOST_QUARANTINED:
        failures.append("too many clean texts quarantined")
    return failures


def main() -> None:
    """Read the command line, and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("binary")
    parser.add_argument("--leaks")
    parser.add_argument("--clean")
    parser.add_argument("--persona", help="a persona's folder instead of one made of the terms")
    parser.add_argument("--group", default="cls", help="the key of the classes")
    parser.add_argument("--show", action="store_true", help="print every class and false alarm")
    parser.add_argument("--texts", type=int, default=6000, help="clean texts of our own")
    given = parser.parse_args()
    if not given.leaks and not given.clean:
        failures = score_own(given.binary, show=given.show, texts=given.texts)
        sys.exit("; ".join(failures) or None)
    leaks = rows_of(given.leaks) if given.leaks else []
    with tempfile.TemporaryDirectory() as folder:
        if not given.persona:
            write_persona(list(dict.fromkeys(case["term"] for case in leaks)), folder)
        persona = given.persona or (folder if leaks else PERSONA)
        if leaks:
            answers = judge(given.binary, persona, leaks)
            score_leaks(leaks, answers, given.group)
            score_severities(leaks, answers)
        if given.clean:
            texts = rows_of(given.clean)
            score_clean(texts, judge(given.binary, persona, texts), show=given.show)


if __name__ == "__main__":
    main()
