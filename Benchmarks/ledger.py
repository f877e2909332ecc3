"""How long the reports of a large ledger take: `costs`, `audit` and `workshop usage export`.

    python3 Benchmarks/ledger.py                     # a million requests in 30 days

The daemon makes the ledger, SQLite fills it with invented requests, and the reports are asked for
over the socket.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rig

DAYS = 30
CALLERS = 200
BACKENDS = ["local", "claude", "kimi", "gpt", "gemini", "grok"]
KINDS = [
    *("status", "classification", "extraction", "quick_answer", "knowledge", "summarization"),
    *("translation", "content_creation", "analysis", "reasoning", "code_review", "debugging"),
    *("architecture", "orchestration", "code_generation", "research", "long_document"),
    *("multimodal", "general"),
]
SUMS = """
    COUNT(*), SUM(outcome = 'answered'), 0, SUM(cost_nanousd),
    SUM(input_uncached + input_cache_read), SUM(output_visible + output_reasoning)
"""


def chosen(names: list[str], step: int) -> str:
    """SQL that picks one of the names by `seq`, in turn."""
    cases = " ".join(f"WHEN {place} THEN '{name}'" for place, name in enumerate(names))
    return f"CASE (seq / {step}) % {len(names)} {cases} END"


def interruptible(path: Path) -> sqlite3.Connection:
    """A database whose long statements end when this process is told to."""
    database = sqlite3.connect(path)
    database.set_progress_handler(lambda: 0, 10_000_000)
    return database


def fill(path: Path, rows: int, *, is_alone: bool = False) -> None:
    """Invented requests, evenly over the days before now, with their sums and decisions.

    Alone, without a daemon that has it open, everything is written once instead of twice.
    """
    end = int(time.time() * 1000)
    step = DAYS * 86_400_000 / rows
    database = interruptible(path)
    database.executescript(f"""
        {"PRAGMA journal_mode = OFF;" if is_alone else ""}
        PRAGMA synchronous = OFF;
        BEGIN IMMEDIATE;
        INSERT INTO egress (seq, time_ms, purpose, backend, model, thought, attempt, kind, caller,
            bytes_sent, digest)
        WITH RECURSIVE numbers (seq) AS (
            SELECT 1 + COALESCE(MAX(seq), 0) FROM egress
            UNION ALL SELECT seq + 1 FROM numbers LIMIT {rows}
        )
        SELECT seq, {end} - CAST(({rows} - seq) * {step} AS INTEGER), 'thought',
            {chosen(BACKENDS, 1)}, 'some-model-1', printf('%016x', seq * 2654435761), 1,
            {chosen(KINDS, 7)}, '#' || (seq * 48271 % {CALLERS}), 800, zeroblob(32) FROM numbers;
        INSERT INTO backend_performance (seq, time_ms, backend, purpose, outcome, response_time_us,
            model_used, input_uncached, input_cache_read, input_cache_write, output_visible,
            output_reasoning, usage_source, cost_nanousd, kind, caller, tier, first_token_us,
            tokens_per_second, quality_score)
            SELECT seq, time_ms, backend, purpose,
            CASE WHEN seq % 20 = 0 THEN 'timeout_total' ELSE 'answered' END, 900000, model,
            500, 100, NULL, 200, 10, 'provider', 123456, kind, caller,
            CASE backend WHEN 'local' THEN 'local' ELSE 'api' END, 50000, 240.0, 0.9
            FROM egress WHERE purpose = 'thought';
        INSERT INTO usage_day SELECT time_ms / 86400000, backend, purpose, kind, tier, {SUMS},
            COUNT(*), 0, 0, COUNT(*), SUM(cost_nanousd), SUM(input_uncached),
            SUM(input_cache_read), 0, SUM(output_visible + output_reasoning)
            FROM backend_performance WHERE purpose = 'thought' GROUP BY 1, 2, 3, 4, 5;
        INSERT INTO caller_day SELECT time_ms / 86400000, caller, {SUMS}
            FROM backend_performance WHERE purpose = 'thought' GROUP BY 1, 2;
        INSERT INTO backend_selection_history (id, time_ms, thought, caller, job_type,
            job_complexity, confidence_score, selection_criteria, available_backends,
            rejected_backends, selected_backend, selection_reasoning, fallback_used, cached,
            final_backend, outcome, attempts, response_time_us, cost_nanousd, quality_score,
            user_rating)
            SELECT seq, time_ms, thought, caller, kind,
            'moderate', 0.7, 'balanced',
            '[{{"backend":"local","score":0.8}},{{"backend":"gpt","score":0.7}}]',
            '[{{"backend":"grok","rule":"disabled"}}]', backend, 'first choice', 0, 0, backend,
            'answered', 1, 900000, 123456, 0.9, NULL FROM egress WHERE purpose = 'thought';
        COMMIT;
        PRAGMA wal_checkpoint(TRUNCATE);
        """)
    database.close()


def fill_tree(path: Path) -> None:
    """Leaves and payloads of invented requests, in the shape and size of real ones; alone.

    The hashes are random: the tree grows as a real one does, and would not prove itself.
    (`audit.py` makes one that does, and takes longer.)
    """
    hashes = " ".join(
        f"WHEN (seq & {(1 << level) - 1}) != 0 THEN randomblob({32 * level})"
        for level in range(1, 40)
    )
    database = interruptible(path)
    database.executescript(f"""
        PRAGMA journal_mode = OFF;
        PRAGMA synchronous = OFF;
        BEGIN IMMEDIATE;
        DELETE FROM checkpoint; DELETE FROM leaf; DELETE FROM payload;
        INSERT INTO leaf (number, source, row, hashes)
            SELECT seq - 1, 1, seq, CASE {hashes} END FROM egress ORDER BY seq;
        INSERT INTO payload (seq, sealed) SELECT seq, zeroblob(700) FROM egress ORDER BY seq;
        UPDATE egress SET payload = 1, stand_ins = 0, guard_set = (SELECT MAX(id) FROM guard_set);
        COMMIT;
        PRAGMA journal_mode = WAL;
        """)
    database.close()
    Path(f"{path}.head").unlink(missing_ok=True)


def report(daemon: rig.Daemon, method: str, times: int) -> str:
    """The median and the longest time of a report, the connection included."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        reply, _, size = rig.ask(daemon.socket, {"method": method})
        taken.append((time.perf_counter() - began) * 1000)
        if "result" not in reply:
            raise rig.RigError(f"{method}: {reply}")
    median = statistics.median(taken)
    return f"{method:<8} median {median:.1f} ms, longest {max(taken):.1f} ms, {size} bytes"


def export(binary: Path, ledger: Path) -> str:
    """How long the whole usage log takes, and the memory of the command."""
    began = time.perf_counter()
    command = [str(binary), "usage", "export", "--ledger", str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = sum(1 for _ in process.stdout)
    if process.returncode != 0:
        raise rig.RigError(f"usage export ended with {process.returncode}")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    taken = time.perf_counter() - began
    return f"export   {taken:.1f} s for {lines} lines; the largest child had {memory:.0f} MiB"


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000, help="requests in the ledger")
    parser.add_argument("--binary", type=Path, default=rig.REPO / ".build/release/workshop")
    parser.add_argument("--times", type=int, default=20, help="how often each report is asked for")
    arguments = parser.parse_args()
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="wb-") as folder:
        place = Path(folder) / "d"
        with rig.daemon(arguments.binary, place, 9, {"method": "health"}) as daemon:
            fill(place / "ledger.db", arguments.rows)
            size = (place / "ledger.db").stat().st_size
            print(f"ledger   {arguments.rows} requests in {DAYS} days, {size >> 20} MiB")
            for method in ("costs", "audit"):
                print(report(daemon, method, arguments.times))
            print(export(arguments.binary, place / "ledger.db"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
