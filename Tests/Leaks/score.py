#!/usr/bin/env python3
"""Scores `workshop guard`: recall per class on leaks, the worst first, and false alarms on clean text.

    Tests/Leaks/score.py .build/release/workshop --leaks leaks.jsonl --clean clean.jsonl.gz

A line of leaks is {"cls", "term", "fields"}; each distinct term must be in the persona's identity, so one is made of them,
together with the persona given by --persona, if any. A line of clean text is {"text"} or {"fields"}, with "stratum" or not.
A leak counts as caught when the verdict is not `allow` and what would leave (`out`) does not hold the term.
"""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

CLASSES = ("name", "owner", "person", "place", "project")


def lines(path):
    """The objects of a file of JSON lines, packed or not."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def judge(binary, persona, cases):
    """The guard's answers, one for each case."""
    given = "".join(
        json.dumps({"fields": case["fields"]} if "fields" in case else {"text": case["text"]})
        + "\n"
        for case in cases
    )
    command = [binary, "guard", "--persona", persona, "--jsonl"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr or "the guard failed")
    return [json.loads(line) for line in done.stdout.splitlines()]


def persona_of(terms, folder):
    """Writes a persona whose identity holds the terms, spread over the classes of names."""
    keys = {
        "name": "name",
        "owner": "owner",
        "person": "people",
        "place": "places",
        "project": "projects",
    }
    spread = collections.defaultdict(list)
    for number, term in enumerate(terms):
        spread[keys[CLASSES[min(number, len(CLASSES) - 1)]]].append(term)
    if not spread["name"]:
        spread["name"].append("Nobody Atall")
    rows = ["identity:"] + [f"  {key}: {json.dumps(values)}" for key, values in spread.items()]
    pathlib.Path(folder, "persona.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")


def score_leaks(cases, answers, group):
    """Prints recall per class, the worst first, and of all."""
    total, caught, missed = (
        collections.Counter(),
        collections.Counter(),
        collections.defaultdict(set),
    )
    for case, answer in zip(cases, answers, strict=True):
        name = case.get(group, "?")
        total[name] += 1
        leaves = "\n".join(answer["out"]).lower()
        if answer["verdict"] != "allow" and case.get("term", "\0").lower() not in leaves:
            caught[name] += 1
        else:
            missed[name].add(case.get("term", ""))
    for name in sorted(total, key=lambda name: (caught[name] / total[name], name)):
        share = 100 * caught[name] / total[name]
        print(
            f"{share:6.1f} %  {caught[name]:4d}/{total[name]:<4d}  {name}  {', '.join(sorted(missed[name]))}"
        )
    print(
        f"{100 * sum(caught.values()) / sum(total.values()):6.2f} %  of {sum(total.values())} in {len(total)} classes"
    )


def score_clean(cases, answers, show):
    """Prints false alarms for every 10,000 texts."""
    verdicts = collections.Counter(answer["verdict"] for answer in answers)
    for name in ("pseudonymise", "quarantine", "refuse"):
        print(
            f"{10_000 * verdicts[name] / len(cases):6.1f}  {name} for every 10,000 of {len(cases)} clean texts"
        )
    if show:
        for case, answer in zip(cases, answers, strict=True):
            if answer["verdict"] != "allow":
                print(answer["verdict"], answer["findings"], json.dumps(case)[:160])


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("binary")
    parser.add_argument("--leaks")
    parser.add_argument("--clean")
    parser.add_argument("--persona", help="a persona's folder instead of one made of the terms")
    parser.add_argument("--group", default="cls", help="the key of the classes")
    parser.add_argument("--show", action="store_true", help="print the false alarms")
    given = parser.parse_args()
    leaks = lines(given.leaks) if given.leaks else []
    with tempfile.TemporaryDirectory() as folder:
        if not given.persona:
            persona_of(list(dict.fromkeys(case["term"] for case in leaks)), folder)
        persona = given.persona or folder
        if leaks:
            score_leaks(leaks, judge(given.binary, persona, leaks), given.group)
        if given.clean:
            clean = lines(given.clean)
            score_clean(clean, judge(given.binary, persona, clean), given.show)


if __name__ == "__main__":
    main()
