#!/usr/bin/env python3
"""Score `workshop guard`: recall per class, the worst first, and false alarms on clean text.

    Tests/Leaks/score.py .build/release/workshop --leaks leaks.jsonl --clean clean.jsonl.gz

A line of leaks is {"cls", "term", "fields"}. Without --persona, one is made whose identity holds
every term of the file. A line of clean text is {"text"} or {"fields"}. A leak counts as caught when
the verdict is not `allow` and what would leave (`out`) does not hold the term.
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

Rows = list[dict[str, Any]]
KEYS = ("name", "owner", "people", "places", "projects")


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


def score_leaks(cases: Rows, answers: Rows, group: str) -> None:
    """Print recall per class, the worst first, and of all."""
    total: collections.Counter[str] = collections.Counter()
    caught: collections.Counter[str] = collections.Counter()
    missed: dict[str, set[str]] = collections.defaultdict(set)
    for case, answer in zip(cases, answers, strict=True):
        name = str(case.get(group, "?"))
        total[name] += 1
        leaves = "\n".join(answer["out"]).lower()
        if answer["verdict"] != "allow" and case.get("term", "\0").lower() not in leaves:
            caught[name] += 1
        else:
            missed[name].add(case.get("term", ""))
    for name in sorted(total, key=lambda name: (caught[name] / total[name], name)):
        share = 100 * caught[name] / total[name]
        left = ", ".join(sorted(missed[name]))
        print(f"{share:6.1f} %  {caught[name]:4d}/{total[name]:<4d}  {name}  {left}")
    share = 100 * sum(caught.values()) / sum(total.values())
    print(f"{share:6.2f} %  of {sum(total.values())} in {len(total)} classes")


def score_clean(cases: Rows, answers: Rows, *, show: bool) -> None:
    """Print false alarms for every 10,000 texts."""
    verdicts = collections.Counter(answer["verdict"] for answer in answers)
    for name in ("pseudonymise", "quarantine", "refuse"):
        share = 10_000 * verdicts[name] / len(cases)
        print(f"{share:6.1f}  {name} for every 10,000 of {len(cases)} clean texts")
    if show:
        for case, answer in zip(cases, answers, strict=True):
            if answer["verdict"] != "allow":
                print(answer["verdict"], answer["findings"], json.dumps(case)[:160])


def main() -> None:
    """Read the command line, and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("binary")
    parser.add_argument("--leaks")
    parser.add_argument("--clean")
    parser.add_argument("--persona", help="a persona's folder instead of one made of the terms")
    parser.add_argument("--group", default="cls", help="the key of the classes")
    parser.add_argument("--show", action="store_true", help="print the false alarms")
    given = parser.parse_args()
    leaks = rows_of(given.leaks) if given.leaks else []
    with tempfile.TemporaryDirectory() as folder:
        if not given.persona:
            write_persona(list(dict.fromkeys(case["term"] for case in leaks)), folder)
        persona = given.persona or folder
        if leaks:
            score_leaks(leaks, judge(given.binary, persona, leaks), given.group)
        if given.clean:
            clean = rows_of(given.clean)
            score_clean(clean, judge(given.binary, persona, clean), show=given.show)


if __name__ == "__main__":
    main()
