"""Compares what `workshop classify --jsonl` says with a labelled file.

python evaluate.py labelled.jsonl --workshop ../.build/release/workshop
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from corpus import HOME


def is_right(label: dict[str, Any], answer: dict[str, Any]) -> bool:
    return answer["kind"] in (label["kind"], *label.get("also", []))


def is_home(label: dict[str, Any], answer: dict[str, Any]) -> bool:
    return HOME[answer["kind"]] in {HOME[k] for k in (label["kind"], *label.get("also", []))}


def share(hits: int, all_: int) -> str:
    return f"{hits / max(1, all_):6.1%} ({hits}/{all_})"


def by(key: str, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """One line for each value of the key, the worst first."""
    total = Counter(label.get(key, "-") for label, _ in pairs)
    right = Counter(label.get(key, "-") for label, answer in pairs if is_right(label, answer))
    home = Counter(label.get(key, "-") for label, answer in pairs if is_home(label, answer))
    print(f"\nby {key}: kind, role")
    for value in sorted(total, key=lambda v: (right[v] / total[v], v)):
        kind = share(right[value], total[value])
        print(f"  {value:18} {kind:18} {share(home[value], total[value])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--workshop", default=".build/release/workshop")
    arguments = parser.parse_args()
    text = arguments.labelled.read_text(encoding="utf-8")
    labels = [json.loads(line) for line in text.splitlines() if line.strip()]
    tasks = "".join(
        json.dumps({"task": label["task"], "attachments": label.get("attachments", [])}) + "\n"
        for label in labels
    )
    command = [arguments.workshop, "classify", "--jsonl"]
    run = subprocess.run(
        command, input=tasks, capture_output=True, text=True, check=True, timeout=120
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    pairs = list(zip(labels, answers, strict=True))
    right = [is_right(label, answer) for label, answer in pairs]
    print(f"kind        {share(sum(right), len(pairs))}")
    print(f"role        {share(sum(is_home(*pair) for pair in pairs), len(pairs))}")
    level = sum(label["complexity"] == answer["complexity"] for label, answer in pairs)
    print(f"complexity  {share(level, len(pairs))}")
    both = sum(label["local_only"] and answer["local_only"] for label, answer in pairs)
    print(f"local_only  recall {share(both, sum(label['local_only'] for label in labels))}", end="")
    print(f", precision {share(both, sum(answer['local_only'] for answer in answers))}")
    print("\nconfidence: how often the kind is right")
    for low, high in ((0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01)):
        band = [r for r, a in zip(right, answers, strict=True) if low <= a["confidence"] < high]
        print(f"  {low:4.2f} to {min(high, 1):4.2f}  {share(sum(band), len(band))}")
    by("kind", pairs)
    if any("lang" in label for label in labels):
        by("lang", pairs)
    wrong = Counter((p[0]["kind"], p[1]["kind"]) for p in pairs if not is_right(*p))
    print("\nmost common mistakes: labelled, found")
    for (labelled, found), number in wrong.most_common(12):
        print(f"  {number:3}  {labelled} -> {found}")


if __name__ == "__main__":
    main()
