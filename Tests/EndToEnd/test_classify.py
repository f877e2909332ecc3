"""What `workshop classify --jsonl` answers; it needs no daemon."""

from __future__ import annotations

import json
import os
import subprocess
import unittest
from typing import Any

WORKSHOP = os.environ["E2E_WORKSHOP"]


def classify(*lines: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and the answers in their order."""
    run = subprocess.run(
        [WORKSHOP, "classify", "--jsonl"],
        input="".join(line + "\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()]


class ClassifyTest(unittest.TestCase):
    """One answer a line, whatever stands in the line."""

    def test_each_task_is_answered_in_its_order(self) -> None:
        tasks = ("Translate into French: the mill", "Write a haiku on rust", "good morning")
        code, answers = classify(*(json.dumps({"task": task}) for task in tasks))
        self.assertEqual(code, 0)
        kinds = [answer["kind"] for answer in answers]
        self.assertEqual(kinds, ["translation", "content_creation", "general"])
        for answer in answers:
            self.assertLessEqual(
                {"kind", "complexity", "role", "local_only", "confidence", "why"}, answer.keys()
            )

    def test_attachments_count(self) -> None:
        line = json.dumps({"task": "What is on it?", "attachments": ["image/png"]})
        self.assertEqual(classify(line)[1][0]["kind"], "multimodal")

    def test_bad_line_is_answered_and_the_rest_goes_on(self) -> None:
        bad = ("{", "", "7", "[]", "{}", '{"task": 7}', '{"task": "x", "attachments": "image/png"}')
        for line in bad:
            with self.subTest(line=line):
                code, answers = classify(line, json.dumps({"task": "good morning"}))
                self.assertEqual(code, 1)
                self.assertEqual([*answers[0]], ["error"])
                self.assertEqual(answers[1]["kind"], "general")

    def test_error_quotes_nothing_of_the_line(self) -> None:
        _, answers = classify('{"task": ["xylophone"]}')
        self.assertNotIn("xylophone", answers[0]["error"])

    def test_nothing_in_nothing_out(self) -> None:
        self.assertEqual(classify(), (0, []))


if __name__ == "__main__":
    unittest.main()
