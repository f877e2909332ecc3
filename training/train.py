"""Trains the task classifier and writes its weights as Swift source.

python train.py                 # train, write ClassifierWeights.swift and the parity fixture
python train.py --validate      # cross-validation by fold and by language; writes nothing
"""

from __future__ import annotations

import argparse
import base64
import json
import struct
import zlib
from collections import Counter
from pathlib import Path

import corpus as c
import features as f
import numpy as np
from scipy import optimize, sparse
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "Sources/Routing/Classification/ClassifierWeights.swift"
FIXTURE = ROOT / "Tests/RoutingTests/Fixtures/classifier_parity.jsonl"
HELD_OUT = ROOT / "Tests/RoutingTests/Fixtures/classifier_heldout.jsonl"
TASKS = Path(__file__).parent / "tasks"

LEXICON_SCALE = 1.5  # a meaning is a stronger prior than a word
STRUCTURE_SCALE = 0.4
STRENGTH = {"kind": 10.0, "complexity": 2.0, "local_only": 25.0}  # C of the regressions
LEAST_TASKS = 4  # a feature that stands in fewer tasks is not learnt; a padded task counts thrice
VOCABULARY = 18_000
ALSO_WEIGHT = 0.25
COLUMNS = 24  # 19 kinds, 3 complexities, local_only, and one that is free


class Model:
    """Three regressions over one vocabulary."""

    def __init__(self, tasks: list[c.Task], counts: c.Counts, limit: int = VOCABULARY) -> None:
        self.meanings, self.lexicon = c.lexicon()
        seen = Counter(h for zone in (counts.edge, counts.middle) for task in zone for h in task)
        learnt = {h for h, n in seen.items() if n >= LEAST_TASKS} | set(self.lexicon)
        self._use(sorted(learnt))
        if limit and len(learnt) > limit:
            self._fit(tasks, counts, only_kind=True)
            norms = np.abs(self.weights[:19] - self.weights[:19].mean(0)).max(0)
            score = {h: norms[i] * seen[h] ** 0.5 for h, i in self.vocabulary.items()}
            rest = sorted(learnt - set(self.lexicon), key=lambda h: (-score[h], h))
            self._use(sorted([*self.lexicon, *rest[: limit - len(self.lexicon)]]))
        self._fit(tasks, counts)

    def _use(self, hashes: list[int]) -> None:
        self.vocabulary = {h: i for i, h in enumerate(hashes)}
        pairs = [(self.vocabulary[h], m) for h, ms in self.lexicon.items() for m in sorted(ms)]
        self.ties = sparse.csr_matrix(
            (np.full(len(pairs), LEXICON_SCALE), tuple(zip(*pairs, strict=True))),
            shape=(len(hashes), len(self.meanings)),
        )

    def design(self, counts: c.Counts) -> sparse.csr_matrix:
        words = c.matrix(counts, self.vocabulary)
        return sparse.hstack([words, words @ self.ties, counts.structure * STRUCTURE_SCALE]).tocsr()

    def _fit(self, tasks: list[c.Task], counts: c.Counts, *, only_kind: bool = False) -> None:
        x = self.design(counts)
        words = len(self.vocabulary)
        columns = words + counts.structure.shape[1]
        self.weights = np.zeros((COLUMNS, columns))
        self.intercepts = np.zeros(COLUMNS)
        index = [i for i, t in enumerate(tasks) for _ in (t.kind, *t.also)]
        kinds = [k for t in tasks for k in (t.kind, *t.also)]
        share = [
            ALSO_WEIGHT / len(t.also) if second else 1 - (ALSO_WEIGHT if t.also else 0)
            for t in tasks
            for second in (False, *[True] * len(t.also))
        ]
        self._head("kind", 0, x[index], [c.KINDS.index(k) for k in kinds], np.array(share))
        if only_kind:
            return
        self._head("complexity", 19, x, [c.COMPLEXITIES.index(t.complexity) for t in tasks])
        self._head("local_only", 22, x, [int(t.local_only) for t in tasks])

    def _head(
        self,
        name: str,
        row: int,
        x: sparse.csr_matrix,
        y: list[int],
        share: np.ndarray | None = None,
    ) -> None:
        head = LogisticRegression(C=STRENGTH[name], max_iter=400, tol=1e-4)
        head.fit(x, y, sample_weight=share)
        words, meanings = len(self.vocabulary), len(self.meanings)
        coefficients = head.coef_
        own = coefficients[:, :words] + (self.ties @ coefficients[:, words : words + meanings].T).T
        shape = coefficients[:, words + meanings :] * STRUCTURE_SCALE
        rows = slice(row, row + len(coefficients))
        self.weights[rows] = np.hstack([own, shape])
        self.intercepts[rows] = head.intercept_

    def scores(self, counts: c.Counts) -> np.ndarray:
        x = sparse.hstack([c.matrix(counts, self.vocabulary), counts.structure]).tocsr()
        return x @ self.weights.T + self.intercepts

    def quantise(self) -> None:
        """Rounds the words' weights to 8 bits, one scale for each column."""
        words = len(self.vocabulary)
        peak = np.quantile(np.abs(self.weights[:, :words]), 0.9998, axis=1)
        self.scales = np.maximum(peak, 1e-6) / 127
        cells = np.round(self.weights[:, :words] / self.scales[:, None])
        self.cells = np.clip(cells, -127, 127).astype(np.int8)
        self.weights[:, :words] = self.cells * self.scales[:, None]


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def accepted(task: c.Task, kind: str) -> bool:
    return kind == task.kind or kind in task.also


def well_routed(task: c.Task, kind: str) -> bool:
    return c.HOME[kind] in {c.HOME[k] for k in (task.kind, *task.also)}


def report(name: str, tasks: list[c.Task], scores: np.ndarray) -> None:
    kinds = [c.KINDS[i] for i in scores[:, :19].argmax(1)]
    levels = [c.COMPLEXITIES[i] for i in scores[:, 19:22].argmax(1)]
    kind = np.mean([accepted(t, k) for t, k in zip(tasks, kinds, strict=True)])
    role = np.mean([well_routed(t, k) for t, k in zip(tasks, kinds, strict=True)])
    level = np.mean([t.complexity == k for t, k in zip(tasks, levels, strict=True)])
    stays = np.array([t.local_only for t in tasks])
    said = scores[:, 22] > LOCAL_THRESHOLD
    recall = (said & stays).sum() / max(1, stays.sum())
    precision = (said & stays).sum() / max(1, said.sum())
    print(
        f"{name:24} n={len(tasks):5}  kind {kind:.3f}  role {role:.3f}  complexity {level:.3f}"
        f"  local_only recall {recall:.3f} precision {precision:.3f}",
        flush=True,
    )


LOCAL_THRESHOLD = -0.4  # log odds: a task that may stay is better kept than sent


def part(counts: c.Counts, index: np.ndarray) -> c.Counts:
    return c.Counts(
        [counts.edge[i] for i in index], [counts.middle[i] for i in index], counts.structure[index]
    )


def folds(tasks: list[c.Task], counts: c.Counts, groups: list[int]) -> np.ndarray:
    """Scores of every task by a model that did not see its group."""
    scores = np.zeros((len(tasks), COLUMNS))
    group = np.array(groups)
    for one in sorted(set(groups)):
        if one < 0:
            continue
        inside, outside = np.flatnonzero(group == one), np.flatnonzero(group != one)
        model = Model([tasks[i] for i in outside], part(counts, outside), limit=0)
        scores[inside] = model.scores(part(counts, inside))
    return scores


def fold_of(tasks: list[c.Task]) -> list[int]:
    """Every fifth line of a file."""
    place: Counter[str] = Counter()
    groups = []
    for task in tasks:
        groups.append(place[task.source] % 5)
        place[task.source] += 1
    return groups


def file_of(tasks: list[c.Task]) -> list[int]:
    """Four groups of whole files; a padded task goes with the one that it holds, the rest is only learnt from."""
    written: dict[tuple[str, str], list[c.Task]] = {}
    for task in tasks:
        if not task.source.startswith("generated"):
            written.setdefault((task.kind, task.lang), []).append(task)
    groups = []
    for task in tasks:
        source = task.source
        if source == "generated-padded":
            kin = [t for t in written.get((task.kind, task.lang), []) if t.text in task.text]
            source = max(kin, key=lambda t: len(t.text)).source if kin else source
        groups.append(-1 if source.startswith("generated") else zlib.crc32(source.encode()) % 4)
    return groups


def temperature(tasks: list[c.Task], scores: np.ndarray) -> float:
    """By which the scores are multiplied so that a confidence of 0.8 is right in 8 of 10."""
    right = [[c.KINDS.index(k) for k in (t.kind, *t.also)] for t in tasks]

    def loss(factor: float) -> float:
        chances = softmax(scores[:, :19] * factor)
        return -float(np.mean([np.log(chances[i, r].sum() + 1e-9) for i, r in enumerate(right)]))

    return float(optimize.minimize_scalar(loss, bounds=(0.2, 3), method="bounded").x)


def validate(tasks: list[c.Task], counts: c.Counts) -> None:
    scores = folds(tasks, counts, file_of(tasks))
    for name, least in (("files never seen", 0), ("  of these over 150", 150)):
        index = [
            i
            for i, t in enumerate(tasks)
            if not t.source.startswith("generated") and len(t.text) > least
        ]
        report(name, [tasks[i] for i in index], scores[index])
    scores = folds(tasks, counts, fold_of(tasks))
    report("five folds", tasks, scores)
    for lang in sorted({t.lang for t in tasks}):
        index = [i for i, t in enumerate(tasks) if t.lang == lang]
        report(f"  of these {lang}", [tasks[i] for i in index], scores[index])
    unseen = sorted({t.lang for t in tasks} - {"en"})
    groups = [unseen.index(t.lang) % 5 if t.lang != "en" else -1 for t in tasks]
    scores = folds(tasks, counts, groups)
    index = [i for i, g in enumerate(groups) if g >= 0]
    report("languages never seen", [tasks[i] for i in index], scores[index])


def blob(model: Model, factor: float) -> bytes:
    """Little-endian; `LinearModel.swift` reads it."""
    words = len(model.vocabulary)
    reasons = np.zeros(words, np.uint8)
    for hash_, meanings in model.lexicon.items():
        reasons[model.vocabulary[hash_]] = 1 + min(meanings)
    shape = model.weights[:, words:].T.copy()
    shape[0] += model.intercepts
    parts = [
        struct.pack("<IIIf", words, len(shape), len(f.TABLE), factor),
        model.scales.astype("<f4").tobytes(),
        shape.astype("<f4").tobytes(),
        np.array(f.TABLE, "<u2").tobytes(),
        np.array(sorted(model.vocabulary), "<u4").tobytes(),
        reasons.tobytes(),
        np.ascontiguousarray(model.cells.T).tobytes(),
    ]
    return b"".join(parts)


def write(model: Model, factor: float) -> None:
    text = base64.b64encode(blob(model, factor)).decode()
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    WEIGHTS.write_text(
        "// Written by training/train.py. Do not edit: train anew.\n\n"
        "// swift-format-ignore-file\n\n"
        "/// What was learnt, as base64; ``LinearModel`` reads it.\n"
        "enum ClassifierWeights {\n"
        f'    static let base64: StaticString = "{text}"\n'
        "    /// The meanings of `training/lexicon.txt`, in the order of the reasons.\n"
        f"    static let meanings: [StaticString] = {json.dumps(model.meanings)}\n"
        "}\n"
    )
    print(f"{WEIGHTS.name}: {len(model.vocabulary)} features, {len(text) // 1000} KB")


PARITY = [
    "Why does this fail?",
    "",
    " ",
    "Übersetze das bitte: Grüße",
    "これを要約して。",
    "请把这段翻译成英文：abc",
    "Привет, ёжик! Что это?",
    "이 코드 왜 안 돼요?",
    "لماذا لا يعمل؟ 12",
    "यह क्या है?",
    "Summari\u0301se this",
    "ＦＵＬＬ width ４２",
    "don't_stop 2024-05-06 http://a.b/c",
    "İstanbul'da hava nasıl?",
    "ở đâu thế này",
    "x" * 700,
    "word " * 300,
    "первый " * 200 + "последний?",
    "長い文章。" * 300,
    "Review:\n```\ndef f(x):\n    return x;\n```\nOk?",
    'Traceback (most recent call last):\n  File "a.py"\n',
    "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
    "From: a\nTo: b\nSubject: c\n\n- one\n- two\n",
    "[12:01:02] x\n[12:01:03] y\n[12:01:04] z\n...",
    "diff --git a b\n--- a\n+++ b\n@@ -1 +1 @@\n",
    "key sk-123 “quoted” „zitat“ «guillemets»",
    "ภาษาไทย คือ",
    '{"a": [1, 2]}',
    "\n\n  lead\n\nmiddle line here that is long\ntail it is\n\n",
    "😀😀 ok 😀",
]


def write_fixture(model: Model, tasks: list[c.Task]) -> None:
    """What both sides must find."""
    samples = [(text, []) for text in PARITY] + [("look", ["image/png", "application/pdf"])]
    samples += [(t.text, t.attachments) for t in tasks[:: max(1, len(tasks) // 40)]]
    rows = [c.Task(text, "general", [], "simple", False, media, "", "") for text, media in samples]
    scores = model.scores(c.count(rows))
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    with FIXTURE.open("w", encoding="utf-8") as out:
        for (text, media), row in zip(samples, scores, strict=True):
            found = f.features(text, media)
            line = {
                "task": text, "attachments": media,
                "edge": [len(found.edge), sum(found.edge) & f.MASK],
                "middle": [len(found.middle), sum(found.middle) & f.MASK],
                "structure": found.structure,
                "scores": [round(float(s), 3) for s in row[:23]],
            }  # fmt: skip
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--also", type=Path, help="a labelled file to report on; not trained on")
    arguments = parser.parse_args()
    tasks = c.read(sorted(TASKS.glob("*.jsonl")))
    held_out = [t for t in tasks if c.is_held_out(t)]
    tasks = [t for t in tasks if not c.is_held_out(t)]
    counts = c.count(tasks)
    print(f"{len(tasks)} tasks: {dict(Counter(t.lang for t in tasks).most_common())}")
    if arguments.validate:
        validate(tasks, counts)
        return
    model = Model(tasks, counts)
    model.quantise()
    # Folds would flatter: a padded task in one is kin to a task in another.
    factor = temperature(held_out, model.scores(c.count(held_out)))
    print(f"temperature factor {factor:.3f}")
    report("trained on", tasks, model.scores(counts))
    report("held out", held_out, model.scores(c.count(held_out)))
    if arguments.also:
        other = c.read([arguments.also])
        report(arguments.also.name, other, model.scores(c.count(other)))
    write(model, factor)
    write_fixture(model, tasks)
    HELD_OUT.write_text("".join(t.line() + "\n" for t in held_out), encoding="utf-8")


if __name__ == "__main__":
    main()
