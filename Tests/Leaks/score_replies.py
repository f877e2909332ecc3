#!/usr/bin/env python3
"""Score `workshop reply-guard` on labelled replies: what is caught, and what is wrongly cut.

    Tests/Leaks/score_replies.py .build/release/workshop [replies.jsonl ...]

A line is {"label": "naming", "before", "sentence", "after", "text"} or {"label": "legitimate", "text"}.
Without files, `replies.jsonl` (the guard was built with it) and `replies_held.jsonl` (written later) are
scored, and the exit code is 1 when recall is below 98 % or more than 1 % is wrongly cut in either.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
FILES = (HERE / "replies.jsonl", HERE / "replies_held.jsonl")
LEAST_CAUGHT = 98.0
MOST_CUT = 1.0


def score(binary: str, path: pathlib.Path) -> bool:
    """Print what went wrong and the two figures; return whether they are good enough."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    given = "".join(json.dumps({"text": row["text"]}) + "\n" for row in rows)
    command = [binary, "reply-guard", "--jsonl"]
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
    print(f"{path.name}: caught {naming:.1f} % of {total['naming']} self-namings")
    print(f"{path.name}: cut {wrongly:.1f} % of {total['legitimate']} legitimate replies")
    return naming >= LEAST_CAUGHT and wrongly <= MOST_CUT


def main() -> None:
    """Score each file."""
    files = [pathlib.Path(name) for name in sys.argv[2:]] or FILES
    scores = [score(sys.argv[1], path) for path in files]
    if not all(scores):
        sys.exit("the guard of replies is below its bars")


if __name__ == "__main__":
    main()
