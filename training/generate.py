"""Multiplies hand-written requests with hand-written materials and topics; writes tasks/generated-*.jsonl.

Much of it is plain on purpose: it gives every language the usual ways to say it, and shows the model the same
material under different requests.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

HERE = Path(__file__).parent


def row(task: str, kind: str, complexity: str, lang: str) -> str:
    return json.dumps(
        {
            "task": task,
            "kind": kind,
            "also": [],
            "complexity": complexity,
            "local_only": False,
            "attachments": [],
            "lang": lang,
        },
        ensure_ascii=False,
    )


def unescape(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def materials(rng: random.Random) -> list[str]:
    """Every request with three materials of its sorts, before or after it."""
    stock: dict[str, list[str]] = {}
    rows: list[str] = []
    head: list[str] = []
    for line in (HERE / "requests.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            head = line[1:].split()
        elif head[0] == "mat":
            stock.setdefault(head[1], []).append(unescape(line))
        elif line.strip():
            kind, complexity, sorts = head[1], head[2], head[3:]
            choices = [m for sort in sorts for m in stock[sort]]
            for request in line.split("|"):
                text = request.strip()
                for material in rng.sample(choices, 3):
                    first = text.endswith((":", "：")) or rng.random() < 0.6
                    gap = "\n\n" if "\n" in material or rng.random() < 0.5 else " "
                    task = f"{text}{gap}{material}" if first else f"{material}{gap}{text}"
                    rows.append(row(task, kind, complexity, "mix"))
    return rows


def directs(rng: random.Random) -> list[str]:
    """Every frame with four topics of its language."""
    lines = (HERE / "frames.txt").read_text(encoding="utf-8").splitlines()
    topics: dict[str, list[str]] = {}
    for index, line in enumerate(lines):
        if line.startswith("#fill"):
            topics[line.split()[1]] = lines[index + 1].split("|")
    rows: list[str] = []
    for line in lines:
        if line.startswith("#fill"):
            break
        head, lang, *frames = line.split("|")
        kind, complexity = head.split()
        for frame in frames:
            for topic in rng.sample(topics[lang], min(4, len(topics[lang]))):
                rows.append(row(frame.replace("~", topic), kind, complexity, lang))
    return rows


def main() -> None:
    rng = random.Random(7)
    for name, rows in (("requests", materials(rng)), ("frames", directs(rng))):
        path = HERE / f"tasks/generated-{name}.jsonl"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        print(f"{path.name}: {len(rows)}")


if __name__ == "__main__":
    main()
