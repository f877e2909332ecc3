"""Holds what clients heard and backends got against what the ledger and the memory say.

It reads copies, made while nobody writes, so that looking changes nothing of what is looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from rig import ChaosTest, Load, Upstream

# The headers of a request in the order in which it has them; what curl adds is not the daemon's.
HEADERS = ("User-Agent", "Accept", "Content-Type")
SECRET = 32


def hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 without salt, 32 bytes: docs/operations.md, Payloads."""
    key = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()


def number_of(request: dict[str, Any]) -> int:
    """The number in what was asked last; 0 when there is none."""
    last = json.loads(request["body"])["messages"][-1]["content"]
    found = re.findall(r"number (\d+)", str(last))
    return int(found[-1]) if found else 0


class Books:
    """The ledger and the memory of a daemon that does not run."""

    def __init__(self, test: ChaosTest, state: Path) -> None:
        self.test = test
        self.state = state
        self.copy = Path(tempfile.mkdtemp(dir=test.folder))
        for name in ("ledger.db", "memory.db"):
            for end in ("", "-wal"):
                if (state / f"{name}{end}").exists():
                    shutil.copy(state / f"{name}{end}", self.copy)

    def rows(self, sql: str, *values: object, of: str = "ledger.db") -> list[tuple[Any, ...]]:
        """What a query gives."""
        with closing(sqlite3.connect(self.copy / of)) as database:
            return database.execute(sql, values).fetchall()

    def check(
        self, loads: Iterable[Load], upstreams: Iterable[Upstream], since: Sequence[int] = ()
    ) -> None:
        """All of it; of what the upstreams got only what stands behind `since` in their logs."""
        for name in ("ledger.db", "memory.db"):
            self.test.assertEqual(self.rows("PRAGMA quick_check", of=name), [("ok",)], name)
        for load in loads:
            self.check_heard(load)
        self.check_sent(upstreams, since)

    def check_heard(self, load: Load) -> None:
        """Nobody was answered twice, and every answer is on record, settled, with its cost."""
        twice = {number for number, lines in load.heard.items() if len(lines) > 1}
        self.test.assertEqual(twice, set(), "answered twice")
        ends = {
            (thought, backend): cost
            for thought, backend, cost in self.rows(
                "SELECT e.thought, e.backend, p.cost_nanousd FROM egress e JOIN backend_performance"
                " p USING (seq) WHERE p.outcome = 'answered' AND e.purpose = 'thought'"
            )
        }
        decided = {
            thought
            for (thought,) in self.rows(
                "SELECT thought FROM backend_selection_history WHERE outcome = 'answered'"
            )
        }
        for number, result in load.answers().items():
            key = (result["thought"], result["backend"])
            self.test.assertIn(key, ends, f"the answer to {number} is not on record")
            self.test.assertAlmostEqual(ends[key] / 1e9, result["cost_usd"], delta=1e-9)
            self.test.assertIn(result["thought"], decided, f"{number} has no decision")
            self.test.assertIn(f"number {number} is", result["text"])

    def check_sent(self, upstreams: Iterable[Upstream], since: Sequence[int] = ()) -> None:
        """Every request that a backend got has a row of its own, byte for byte."""
        recorded = Counter(
            bytes(digest)
            for (digest,) in self.rows("SELECT digest FROM egress WHERE purpose != 'probe'")
        )
        keys = [
            hkdf(path.read_bytes(), b"workshop ledger digests of payloads")
            for path in (self.state / "ledger.db.days").glob("*.key")
        ]
        for place, upstream in enumerate(upstreams):
            for request in upstream.got(since[place] if since else 0):
                found = [digest for key in keys if recorded[digest := mac(key, upstream, request)]]
                self.test.assertTrue(found, f"{upstream.name} got what is not on record: {request}")
                recorded[found[0]] -= 1


def mac(key: bytes, upstream: Upstream, request: dict[str, Any]) -> bytes:
    """What the ledger has to say of a request that was received."""
    headers = {name.lower(): value for name, value in request["headers"]}
    lines = "".join(f"\n{name}: {headers[name.lower()]}" for name in HEADERS)
    url = f"http://127.0.0.1:{upstream.port}{request['path']}"
    payload = f"{request['method']} {url}{lines}\n\n{request['body']}"
    return hmac.new(key, payload.encode(), hashlib.sha256).digest()
