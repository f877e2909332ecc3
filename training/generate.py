"""Multiplies hand-written requests with hand-written materials and topics; writes tasks/generated-*.jsonl.

Much of it is plain on purpose: it gives every language the usual ways to say it, and shows the model the same
material under different requests.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import corpus as c

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


LONG = [
    ("en", "Here is the whole log, all pages. What went wrong first?"),
    ("en", "The complete transcript follows. Who speaks of the bridge, and when?"),
    ("en", "All chapters below; where do they contradict each other?"),
    ("en", "Read all of it, then tell me what the two sides agreed on."),
    ("de", "Unten das ganze Protokoll. Wer hat was zugesagt?"),
    ("de", "Das ist das komplette Manuskript, wo ist die Lücke in der Handlung?"),
    ("fr", "Voici le dossier complet. Qui a promis quoi ?"),
    ("es", "Este es el registro entero. ¿Qué falló primero?"),
    ("it", "Ecco tutto il verbale. Chi ha promesso che cosa?"),
    ("ru", "Ниже весь журнал. Что сломалось первым?"),
    ("ja", "全文です。最初に何が起きましたか？"),
    ("zh", "下面是全部记录，最先出问题的是什么？"),
]


def longs(rng: random.Random) -> list[str]:
    """Requests on material of 5 to 11 thousand letters."""
    text = (HERE / "requests.txt").read_text(encoding="utf-8")
    lines = [unescape(m) for m in text.split("#req")[0].splitlines() if not m.startswith("#")]
    rows: list[str] = []
    for lang, request in LONG:
        for first in (True, False, True):
            body = ""
            while len(body) < rng.randint(5000, 11000):
                body += f"{rng.randint(1, 999)}. {rng.choice(lines)}\n"
            task = f"{request}\n\n{body}" if first else f"{body}\n{request}"
            rows.append(row(task, "long_document", "complex", lang))
    return rows


def padded(rng: random.Random) -> list[str]:
    """What was written by hand, with circumstances around it: how long a task is says little about its kind."""
    contexts: dict[str, list[str]] = {}
    lang = ""
    for line in (HERE / "contexts.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            lang = line[1:]
        else:
            contexts.setdefault(lang, []).append(line)
    paths = [p for p in sorted((HERE / "tasks").glob("*.jsonl")) if "generated" not in p.name]
    rows: list[str] = []
    for task in c.read(paths):
        stock = contexts.get(task.lang)
        if stock is None or c.is_held_out(task) or task.kind in ("quick_answer", "general"):
            continue
        for longest in (3, 6):
            around = rng.sample(stock, min(len(stock), rng.randint(1, longest)))
            before = rng.randint(0, len(around))
            gap = rng.choice([" ", "\n", "\n\n"])
            pieces = [" ".join(around[:before]), task.text, " ".join(around[before:])]
            task_row = json.loads(task.line())
            task_row["task"] = gap.join(p for p in pieces if p)
            rows.append(json.dumps(task_row, ensure_ascii=False))
    return rows


CODES = {
    "st": "status", "cl": "classification", "ex": "extraction", "qa": "quick_answer",
    "kn": "knowledge", "su": "summarization", "tr": "translation", "cc": "content_creation",
    "an": "analysis", "re": "reasoning", "cr": "code_review", "de": "debugging",
    "ar": "architecture", "or": "orchestration", "cg": "code_generation", "rs": "research",
}  # fmt: skip
LEVELS = {"S": "simple", "M": "moderate", "C": "complex"}


def pairs() -> list[str]:
    """One material under requests of many kinds: only the request tells them apart."""
    rows: list[str] = []
    lang, material = "", ""
    for line in (HERE / "pairs.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            lang, material = line[1:], ""
        elif not material:
            material = unescape(line)
        else:
            code, level, text = line.split("|", 2)
            task = unescape(text).replace("~", material)
            rows.append(row(task, CODES[code], LEVELS[level], lang))
    return rows


def main() -> None:
    rng = random.Random(7)
    for name, rows in (
        ("requests", materials(rng)),
        ("frames", directs(rng)),
        ("long", longs(rng)),
        ("padded", padded(rng)),
        ("pairs", pairs()),
    ):
        path = HERE / f"tasks/generated-{name}.jsonl"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        print(f"{path.name}: {len(rows)}")


if __name__ == "__main__":
    main()
