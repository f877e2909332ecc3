"""Runs the coverage-guided fuzzer over one target after the other, and keeps what it learns.

    python3 Fuzz/run.py [--seconds 600] [--binary FILE] [--work FOLDER] [TARGET ...]

Each target gets that much processor time (not wall-clock time: the machine may be busy). What it
learns goes, minimised, into `Fuzz/Corpus/TARGET.txt`; its figures are added to `figures.jsonl` in
the work folder. A find ends the run with 1 and leaves its input there, in `finds/`.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DICTIONARY = ROOT / "Fuzz" / "words.dict"
# A find is an abort of ours: no back trace of every library is wanted.
QUIET = os.environ | {"SWIFT_BACKTRACE": "enable=no"}


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def files(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir())


def gently(command: list[object], **streams: object) -> int:
    """Runs a command behind everything else; gives what it ended with."""
    command = ["nice", "-n", "19", *map(str, command)]
    return subprocess.run(command, cwd=ROOT, env=QUIET, check=False, **streams).returncode


def fuzz(args: argparse.Namespace, target: str) -> bool:
    """Whether nothing was found."""
    corpus, finds = args.work / target, args.work / "finds"
    for folder in (corpus, finds):
        folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([args.binary, "unpack", target, corpus], cwd=ROOT, check=True)
    log = args.work / f"{target}.log"
    start, executions, edges, status = cpu_seconds(), 0, 0, 0
    began = time.monotonic()
    while cpu_seconds() - start < args.seconds and status == 0:
        rest = args.seconds - (cpu_seconds() - start)
        command = [
            args.binary,
            target,
            corpus,
            f"-max_total_time={max(1, int(min(rest, 120)))}",
            "-timeout=20",
            "-rss_limit_mb=1024",
            "-print_final_stats=1",
            "-reload=0",
            f"-artifact_prefix={finds}/{target}-",
            f"-dict={DICTIONARY}",
        ]
        with log.open("wb") as out:
            status = gently(command, stdout=out, stderr=out)
        text = log.read_text(errors="replace")
        executions += int((re.findall(r"stat::number_of_executed_units: (\d+)", text) or ["0"])[-1])
        edges = max([edges, *map(int, re.findall(r"cov: (\d+)", text))])
    figures = {
        "target": target,
        "cpu_s": round(cpu_seconds() - start),
        "wall_s": round(time.monotonic() - began),
        "executions": executions,
        "edges": edges,
        "found": status != 0,
    }
    with (args.work / "figures.jsonl").open("a") as out:
        out.write(json.dumps(figures) + "\n")
    print(json.dumps(figures), flush=True)
    if status:
        print("\n".join(text.splitlines()[-25:]), flush=True)
        return False
    keep(args, target, corpus)
    return True


def keep(args: argparse.Namespace, target: str, corpus: Path) -> None:
    """Packs the fewest inputs that reach all that is reached."""
    merged = args.work / f"{target}.merged"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir()
    command = [args.binary, target, "-merge=1", "-timeout=20", merged, corpus]
    status = gently(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if status == 0 and files(merged):
        subprocess.run([args.binary, "pack", target, merged], cwd=ROOT, check=True)
        shutil.rmtree(corpus)
        merged.rename(corpus)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", help="all of them when none is named")
    parser.add_argument(
        "--seconds", type=int, default=600, help="processor time for each target (default: 600)"
    )
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/fuzz/debug/fuzz")
    parser.add_argument("--work", type=Path, default=ROOT / ".build/fuzz-work")
    args = parser.parse_args()
    args.binary, args.work = args.binary.resolve(), args.work.resolve()
    known = subprocess.run(
        [args.binary, "list"], capture_output=True, text=True, check=True
    ).stdout.split()
    unknown = [name for name in args.targets if name not in known]
    if unknown:
        print(f"no target {', '.join(unknown)}; there are: {' '.join(known)}", file=sys.stderr)
        return 64
    results = [fuzz(args, target) for target in args.targets or known]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
