"""How long the audit of a large ledger takes, and how much memory: `workshop audit`.

    .venvs/py3.12/bin/python Benchmarks/audit.py           # a million requests with their payloads

The daemon makes the ledger and its keys. The requests are invented here, with leaves and payloads
as docs/operations.md describes them: that the audit finds them well shows that the description is
right, too.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import resource
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rig
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Values = tuple[int | str | bytes, ...]

DAYS = 30
DAY_MS = 86_400_000
CALLERS = 200
BACKENDS = ["local", "claude", "kimi", "gpt", "gemini", "grok"]
TEXT = (
    "the quick brown fox asks whether a list can be sorted in place and what that would cost when "
    "every second element is missing so that the index of the table has to be made again from the "
    "rows that are left after the last run of the job which nobody has looked at since the autumn"
)
WORDS = TEXT.split()


def hkdf(secret: bytes, purpose: str) -> bytes:
    """RFC 5869 with no salt and one block of output."""
    key = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(key, f"workshop ledger {purpose}".encode() + b"\x01", "sha256")


class Tree:
    """A Merkle tree of RFC 6962 that only grows."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, leaf: bytes) -> bytes:
        """Adds a leaf; gives its hash and those of the nodes that are complete with it."""
        top = hashlib.sha256(b"\x00" + leaf).digest()
        completed = [top]
        rest = self.size
        while rest & 1:
            top = hashlib.sha256(b"\x01" + self.peaks.pop() + top).digest()
            completed.append(top)
            rest >>= 1
        self.peaks.append(top)
        self.size += 1
        return b"".join(completed)


class DayKeys:
    """The keys of the days, each in its file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.known: dict[int, tuple[AESGCM, bytes]] = {}

    def __getitem__(self, day: int) -> tuple[AESGCM, bytes]:
        if day not in self.known:
            name = time.strftime("%Y-%m-%d", time.gmtime(day * 86_400))
            path = self.folder / f"{name}.key"
            if not path.exists():
                path.write_bytes(os.urandom(32))
            secret = path.read_bytes()
            sealing = AESGCM(hkdf(secret, "payloads"))
            self.known[day] = (sealing, hkdf(secret, "digests of payloads"))
        return self.known[day]


def body(number: int, size: int) -> bytes:
    """An invented request of about so many bytes; no two are the same."""
    words = [WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(size // 5)]
    task = f"{' '.join(words)} {number}"[: size - 120]
    message = {"role": "user", "content": task}
    request = {"model": "some-model-1", "messages": [message], "max_tokens": 512, "stream": True}
    return json.dumps(request, separators=(",", ":")).encode()


def leaf(fields: list[tuple[str, str]]) -> bytes:
    """The bytes of the leaf of a request."""
    lines = [f"{name} {len(value.encode())} {value}\n" for name, value in fields]
    return ("workshop-ledger/1 egress\n" + "".join(lines)).encode()


def fill(path: Path, rows: int, size: int) -> None:
    """Requests, their ends, their payloads and their leaves, evenly over the days before now."""
    database = sqlite3.connect(path)
    database.executescript("PRAGMA synchronous = OFF; DELETE FROM checkpoint;")
    Path(f"{path}.head").unlink(missing_ok=True)
    for table in ("payload", "backend_performance", "egress", "guard_event", "leaf"):
        database.execute(f"DELETE FROM {table}")
    guard, version, identity = database.execute(
        "SELECT id, version, identity FROM guard_set"
    ).fetchone()
    callers = hkdf(Path(f"{path}.key").read_bytes(), "callers")
    names = {
        name: hmac.digest(callers, name.encode(), "sha256")[:16].hex()
        for name in (f"#{number}" for number in range(CALLERS))
    }
    keys = DayKeys(Path(f"{path}.days"))
    tree = Tree()
    end = int(time.time() * 1000)
    head = b"POST http://127.0.0.1:9/v1/chat/completions\nUser-Agent: workshop\nAccept: */*\n"
    head += b"Authorization: \nContent-Type: application/json\n\n"

    def made() -> Iterator[tuple[Values, Values, Values]]:
        for seq in range(1, rows + 1):
            moment = end - (rows - seq) * DAYS * DAY_MS // rows
            sealing, digests = keys[moment // DAY_MS]
            sent = body(seq, size)
            payload = head + sent
            digest = hmac.digest(digests, payload, "sha256")
            nonce = struct.pack(">IQ", 0, seq)
            backend, caller = BACKENDS[seq % 6], f"#{seq * 48271 % CALLERS}"
            thought = f"{seq * 2654435761 & (1 << 64) - 1:016x}"
            fields = [
                *(("seq", str(seq)), ("time_ms", str(moment)), ("purpose", "thought")),
                *(("backend", backend), ("model", "some-model-1"), ("thought", thought)),
                *(("attempt", "1"), ("kind", "general"), ("caller", names[caller])),
                *(("bytes_sent", str(len(sent))), ("digest", digest.hex()), ("payload", "1")),
                *(("stand_ins", "0"), ("guard", version), ("identity", identity.hex())),
            ]
            hashes = tree.append(leaf(fields))
            sealed = nonce + sealing.encrypt(nonce, payload, None)
            record = (seq, moment, backend, thought, caller, len(sent), digest, guard)
            yield record, (seq - 1, seq, hashes), (seq, sealed)

    egress = """
        INSERT INTO egress (seq, time_ms, purpose, backend, model, thought, attempt, kind, caller,
            bytes_sent, digest, payload, stand_ins, guard_set)
        VALUES (?, ?, 'thought', ?, 'some-model-1', ?, 1, 'general', ?, ?, ?, 1, 0, ?)
    """
    for record, hashed, sealed in made():
        database.execute(egress, record)
        database.execute("INSERT INTO leaf VALUES (?, 1, ?, ?)", hashed)
        database.execute("INSERT INTO payload VALUES (?, ?)", sealed)
    database.execute("""
        INSERT INTO backend_performance (seq, time_ms, backend, purpose, outcome, response_time_us,
            usage_source)
        SELECT seq, time_ms, backend, purpose, 'answered', 900000, 'provider' FROM egress
    """)
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@dataclass(frozen=True)
class Run:
    """The outcome of a command."""

    done: subprocess.CompletedProcess[str]
    seconds: float
    cpu: float
    # Of the largest command so far.
    mebibytes: float


def run(command: list[str]) -> Run:
    """Runs a command to its end; one that fails ends all."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - began
    if done.returncode != 0:
        raise rig.RigError(f"{command[1:3]}: {done.stdout[:2000]} {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(done, taken, cpu, after.ru_maxrss / 1024)


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000, help="requests in the ledger")
    parser.add_argument("--size", type=int, default=1_024, help="bytes of a request's body")
    parser.add_argument("--binary", type=Path, default=rig.REPO / ".build/release/workshop")
    parser.add_argument("--html", type=Path, help="where to write the page")
    arguments = parser.parse_args()
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="wb-") as folder:
        place = Path(folder) / "d"
        with rig.daemon(arguments.binary, place, 9, {"method": "health"}):
            pass
        ledger = place / "ledger.db"
        began = time.perf_counter()
        fill(ledger, arguments.rows, arguments.size)
        taken = time.perf_counter() - began
        size = ledger.stat().st_size >> 20
        print(
            f"ledger      {arguments.rows} requests, {size} MiB, made in {taken:.0f} s", flush=True
        )
        at = ["--config", str(place / "backends.json")]
        audit = [str(arguments.binary), "audit"]
        one = run([*audit, "checkpoint", *at])
        pinned = place / "pinned"
        pinned.write_text(one.done.stdout)
        print(f"checkpoint  {one.seconds * 1000:.0f} ms, the process included", flush=True)
        for name, more in (("tree", ["--no-rescan"]), ("all", [])):
            page = ["--html", str(arguments.html)] if arguments.html else []
            one = run([*audit, *at, "--json", "--checkpoint", str(pinned), *page, *more])
            report = json.loads(one.done.stdout)
            scanned = (report["rescan"] or {"scanned": 0})["scanned"]
            read = f"{report['payloads']['kept']} payloads opened, {scanned} read again"
            print(
                f"audit {name:<5} {one.seconds:.1f} s, CPU {one.cpu:.1f} s, "
                f"{one.mebibytes:.0f} MiB: {report['tree']['size']} leaves, {read}",
                flush=True,
            )
        one = run([*audit, "prove", str(arguments.rows // 3), *at])
        print(f"proof       {one.seconds * 1000:.0f} ms, {len(one.done.stdout)} bytes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
