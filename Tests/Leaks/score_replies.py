#!/usr/bin/env python3
"""Score `workshop reply-guard` on `replies.jsonl`: what stays, and what is wrongly cut.

Tests/Leaks/score_replies.py .build/release/workshop
"""

import json
import pathlib
import subprocess
import sys

ROWS = pathlib.Path(__file__).with_name("replies.jsonl")


def main() -> None:
    """Print what went wrong, and the two figures."""
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    given = "".join(json.dumps({"text": row["text"]}) + "\n" for row in rows)
    command = [sys.argv[1], "reply-guard", "--jsonl"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    found = {"naming": 0, "legitimate": 0}
    total = {"naming": 0, "legitimate": 0}
    for row, answer in zip(rows, answers, strict=True):
        label = row["label"]
        total[label] += 1
        if label == "naming":
            stays = all(part in answer["text"] for part in (row["before"], row["after"]))
            is_cut = answer["caught"] and row["sentence"] not in answer["text"] and stays
        else:
            is_cut = answer["caught"] or answer["text"] != row["text"]
        found[label] += bool(is_cut)
        if bool(is_cut) != (label == "naming"):
            print(label, "|", repr(row["text"]), "->", repr(answer["text"]))
    naming = 100 * found["naming"] / total["naming"]
    wrongly = 100 * found["legitimate"] / total["legitimate"]
    print(f"caught {naming:.1f} % of {total['naming']} self-namings")
    print(f"cut {wrongly:.1f} % of {total['legitimate']} legitimate replies")


if __name__ == "__main__":
    main()
