"""Finding and ending processes that were started here, and only those."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

MARK = "WORKSHOP_SCRATCH_RUN"  # a variable that children and their children inherit
PAUSE = 0.05


def marked(mark: str) -> list[int]:
    """The processes whose environment carries the mark. Empty where there is no /proc."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue  # it ended meanwhile, or is not ours
    return [pid for pid in found if pid != os.getpid()]


def alive(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state != "Z"


def end(find: Callable[[], Iterable[int]], patience: float = 5) -> list[int]:
    """Ends what `find` finds, gently first; gives back what is left, which should be nothing."""
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        deadline = time.monotonic() + seconds
        told: set[int] = set()
        while left := [pid for pid in find() if alive(pid)]:
            for pid in set(left) - told:
                told.add(pid)
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    continue
            if time.monotonic() > deadline:
                break
            time.sleep(PAUSE)
        else:
            return []
    return left


def wait_until(true: Callable[[], bool], patience: float) -> bool:
    """Waits until something holds; False if it does not within that many seconds."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True
