"""What a room is told of its lamps, and when: states in, changes out.

Pure: time comes in as a number of seconds, and nothing is sent here. What changes is told at once,
but a backend that flickers is summed up: after `BURST` changes within the quiet time it is heard
of again when that is over, and then its latest state counts.
"""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

BURST = 2  # one that goes and comes back is told both times

UNKNOWN = "unknown"
HEALTHY = "healthy"


class Change(NamedTuple):
    """A lamp that is not as the room knows it."""

    name: str
    before: str | None  # None for a new one
    after: str | None  # None for one that is taken down
    times: int  # how often it has changed since the room was told


def is_news(before: str | None, after: str | None) -> bool:
    """Whether a change is worth a word: one that was not asked yet, or is found well, is not."""
    if before == after or (after == UNKNOWN and before is not None):
        return False
    return not (before == UNKNOWN and after == HEALTHY)


class Announcements:
    """What the room knows of the lamps, and what it is to be told next.

    Attributes:
        told: the states that the room knows; None before the first, which nobody is told.
        states: the states as they were last seen.
    """

    def __init__(self, quiet: float, told: Mapping[str, str] | None = None) -> None:
        """Begin with what the room knows; `quiet` is in seconds."""
        self.quiet = quiet
        self.told: dict[str, str] | None = None if told is None else dict(told)
        self.states: dict[str, str] = dict(told or {})
        self._times: dict[str, int] = {}
        self._lines: dict[str, deque[float]] = {}

    def see(self, states: Mapping[str, str]) -> None:
        """Take the states as they are now."""
        for name in self.states.keys() | states.keys():
            if self.states.get(name) != states.get(name):
                self._times[name] = self._times.get(name, 0) + 1
        self.states = dict(states)
        if self.told is None:
            self.told, self._times = dict(states), {}

    def due(self, now: float) -> list[Change]:
        """What to tell now, by name; it counts as told."""
        changes = [
            Change(name, before, after, self._times.get(name, 1))
            for name, before, after in self._open()
            if self._ready(name) <= now
        ]
        for change in changes:
            self._know(change.name, change.after)
            self._lines.setdefault(change.name, deque(maxlen=BURST)).append(now)
        for name in [name for name in self._times if self._ready(name) <= now]:
            if (self.told or {}).get(name) == self.states.get(name):
                del self._times[name]  # it is quiet, and as the room knows it
        return changes

    def wait(self, now: float) -> float | None:
        """In how many seconds something is due; None if nothing is open."""
        ready = [self._ready(name) for name, _, _ in self._open()]
        return max(0.0, min(ready) - now) if ready else None

    def _open(self) -> list[tuple[str, str | None, str | None]]:
        """Every lamp that the room knows otherwise; what is no news is noted on the way."""
        found = []
        for name in sorted((self.told or {}).keys() | self.states.keys()):
            before, after = (self.told or {}).get(name), self.states.get(name)
            if is_news(before, after):
                found.append((name, before, after))
            elif before == UNKNOWN:
                self._know(name, after)
        return found

    def _ready(self, name: str) -> float:
        lines = self._lines.get(name, ())
        return lines[0] + self.quiet if len(lines) == BURST else float("-inf")

    def _know(self, name: str, state: str | None) -> None:
        told = self.told if self.told is not None else {}
        if state is None:
            told.pop(name, None)
            self._lines.pop(name, None)
        else:
            told[name] = state
        self._times.pop(name, None)
        self.told = told
