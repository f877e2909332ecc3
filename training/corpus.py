"""Reads labelled tasks and turns them into a sparse matrix."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import features as f
import numpy as np
from scipy import sparse

HERE = Path(__file__).parent
KINDS = [
    "status", "classification", "extraction", "quick_answer", "knowledge", "summarization",
    "translation", "content_creation", "analysis", "reasoning", "code_review", "debugging",
    "architecture", "orchestration", "code_generation", "research", "long_document", "multimodal",
    "general",
]  # fmt: skip
COMPLEXITIES = ["simple", "moderate", "complex"]
HOME = {
    "status": "local", "classification": "local", "extraction": "local", "general": "local",
    "quick_answer": "speed", "knowledge": "breadth", "summarization": "breadth",
    "translation": "breadth", "content_creation": "breadth", "analysis": "reasoning",
    "reasoning": "reasoning", "code_review": "reasoning", "debugging": "reasoning",
    "architecture": "reasoning", "orchestration": "reasoning", "code_generation": "code",
    "research": "long_context", "long_document": "long_context", "multimodal": "multimodal",
}  # fmt: skip

# What decides wherever it stands: these meanings are looked for in the middle too.
ANYWHERE = ("staying here", "secrets", "personal data")

# Each block of words counts as one text of about this many known features.
MIDDLE_FLOOR = 16


@dataclass
class Task:
    """A labelled task."""

    text: str
    kind: str
    also: list[str]
    complexity: str
    local_only: bool
    attachments: list[str]
    lang: str
    source: str

    def line(self) -> str:
        """The task as a line of a labelled file."""
        row = {
            "task": self.text, "kind": self.kind, "also": self.also, "complexity": self.complexity,
            "local_only": self.local_only, "attachments": self.attachments, "lang": self.lang,
        }  # fmt: skip
        return json.dumps(row, ensure_ascii=False)


def read(paths: list[Path]) -> list[Task]:
    """The tasks of the files, in order, each text once. A line that is not one is left out."""
    tasks: list[Task] = []
    seen: set[tuple[str, ...]] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
                task = Task(
                    row["task"], row["kind"], list(row.get("also", [])), row["complexity"],
                    bool(row["local_only"]), list(row.get("attachments", [])),
                    row.get("lang", path.stem.split("-")[0]), path.stem,
                )  # fmt: skip
            except (ValueError, KeyError, TypeError):
                print(f"{path.name}: a line is no task")
                continue
            key = (task.text.strip(), *task.attachments)
            if task.kind not in HOME or task.complexity not in COMPLEXITIES or key in seen:
                continue
            seen.add(key)
            tasks.append(task)
    return tasks


def is_held_out(task: Task) -> bool:
    """A twelfth of what was written by hand is kept from training, chosen by its hash."""
    if task.source.startswith("generated"):
        return False
    return hashlib.sha256(task.text.encode()).digest()[0] % 12 == 0


def lexicon() -> tuple[list[str], dict[int, set[int]]]:
    """The meanings, and for each feature's hash the meanings that it speaks for."""
    names: list[str] = []
    found: dict[int, set[int]] = {}
    for line in (HERE / "lexicon.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith(("#", "diacritics", "Diacritics")):
            continue
        name, _, phrases = line.partition(":")
        names.append(name)
        for phrase in phrases.split("|"):
            for zone in (0, f.MIDDLE) if name in ANYWHERE else (0,):
                for hash_ in _phrase(phrase.strip(), zone):
                    found.setdefault(hash_, set()).add(len(names) - 1)
    return names, found


def _phrase(phrase: str, zone: int) -> list[int]:
    words = [
        ([c for c in map(f.fold, map(ord, w)) if c not in (0, f.DROPPED)], w.endswith("*"))
        for w in phrase.split()
    ]
    words = [w for w in words if w[0]]
    if not words:
        return []
    if f.is_ideographic(words[0][0][0]):
        codes = [c for word, _ in words for c in word][:3]
        return [f.seal(_hash(codes), f.GRAM ^ zone)]
    if len(words) == 1:
        codes, starred = words[0]
        if not starred:
            return [f.seal(_hash(codes), f.WORD ^ zone)]
        high = 5 if codes[0] >= f.TABLE_SIZE else 7
        low = 2 if codes[0] >= f.TABLE_SIZE else 3
        codes = codes[:high]
        sealed = [f.seal(_hash(codes), f.WORD ^ zone)]
        return [*sealed, f.seal(_hash(codes), f.PREFIX ^ zone)] if len(codes) >= low else sealed
    (first, star1), (second, star2) = words[0], words[1]
    if star1 or star2:
        size1 = 2 if first[0] >= f.TABLE_SIZE else 4
        size2 = 2 if second[0] >= f.TABLE_SIZE else 4
        return [
            f.seal(f.step(_hash(first[:size1]), _hash(second[:size2]) & 0xFFFFFF), f.STEMS ^ zone)
        ]
    return [f.seal(f.step(_hash(first), _hash(second) & 0xFFFFFF), f.PAIR ^ zone)]


def _hash(codes: list[int]) -> int:
    value = f.BASIS
    for code in codes:
        value = f.step(value, code)
    return value


@dataclass
class Counts:
    """What was seen in each task: counts by hash for both zones, and the structure."""

    edge: list[Counter[int]]
    middle: list[Counter[int]]
    structure: sparse.csr_matrix  # and which meanings occur in the edge, then in the middle


def count(tasks: list[Task]) -> Counts:
    edge, middle, rows, columns = [], [], [], []
    names, known = lexicon()
    first = {hash_: min(meanings) for hash_, meanings in known.items()}
    for index, task in enumerate(tasks):
        found = f.features(task.text, task.attachments)
        edge.append(Counter(found.edge))
        middle.append(Counter(found.middle))
        traits = set(found.structure)
        for place, zone in enumerate((found.edge, found.middle)):
            offset = len(f.STRUCTURE) + place * len(names)
            traits |= {offset + first[h] for h in zone if h in first}
        rows += [index] * len(traits)
        columns += sorted(traits)
    shape = (len(tasks), len(f.STRUCTURE) + 2 * len(names))
    ones = np.ones(len(rows))
    return Counts(edge, middle, sparse.csr_matrix((ones, (rows, columns)), shape=shape))


def matrix(counts: Counts, vocabulary: dict[int, int]) -> sparse.csr_matrix:
    """Words of the vocabulary only; each zone scaled by how many were known."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for index in range(len(counts.edge)):
        for zone, is_middle in ((counts.edge[index], False), (counts.middle[index], True)):
            known = [(vocabulary[h], n) for h, n in zone.items() if h in vocabulary]
            total = sum(n for _, n in known)
            scale = middle_scale(total) if is_middle else edge_scale(total)
            rows += [index] * len(known)
            columns += [c for c, _ in known]
            values += [n * scale for _, n in known]
    shape = (len(counts.edge), len(vocabulary))
    return sparse.csr_matrix((values, (rows, columns)), shape=shape)


def edge_scale(total: int) -> float:
    return 1 / max(total, 4) ** 0.5


def middle_scale(total: int) -> float:
    return 2 / max(total, MIDDLE_FLOOR)
