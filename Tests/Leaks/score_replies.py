#!/usr/bin/env python3
"""Scores `workshop reply-guard` on `replies.jsonl`: which self-namings stay, and which legitimate replies are cut.

Tests/Leaks/score_replies.py .build/release/workshop
"""

import json
import pathlib
import subprocess
import sys

ROWS = pathlib.Path(__file__).with_name("replies.jsonl")


def main():
    """Prints what went wrong, and the two figures."""
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    given = "".join(json.dumps({"text": row["text"]}) + "\n" for row in rows)
    done = subprocess.run(
        [sys.argv[1], "reply-guard", "--jsonl"],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    found = {"naming": 0, "legitimate": 0}
    total = {"naming": 0, "legitimate": 0}
    for row, answer in zip(rows, answers, strict=True):
        total[row["label"]] += 1
        if row["label"] == "naming":
            stays = all(part in answer["text"] for part in (row["before"], row["after"]))
            good = answer["caught"] and row["sentence"] not in answer["text"] and stays
        else:
            good = answer["caught"] or answer["text"] != row["text"]
        found[row["label"]] += bool(good)
        if bool(good) != (row["label"] == "naming"):
            print(
                row["label"],
                "|",
                row["text"].replace("\n", "\\n"),
                "->",
                answer["text"].replace("\n", "\\n"),
            )
    print(
        f"caught {100 * found['naming'] / total['naming']:.1f} % of {total['naming']} self-namings"
    )
    print(
        f"cut {100 * found['legitimate'] / total['legitimate']:.1f} % of {total['legitimate']} legitimate replies"
    )


if __name__ == "__main__":
    main()
