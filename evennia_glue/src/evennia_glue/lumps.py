"""Join the pieces of a stream to messages that a person can read."""

import re
from collections.abc import Callable
from typing import Any

LINE = 80
SHORT = 24  # a sentence shorter than this waits for company: "1." is none
LONGEST = 4000
WAIT = 0.25
PATIENCE = 4  # times that a short text waits for more

_SENTENCE = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*\s")


class Lumps:
    """Gathers text, and sends it on by lines, sentences, or after a moment.

    A lump goes out when a line or a sentence ends, when a line's width is full, or a quarter of a
    second after its first piece came; a second if it is only a few words. Not within a word if
    that can be helped.
    """

    def __init__(self, send: Callable[[str], None], clock: Any) -> None:
        """Send lumps through `send`; `clock` is a reactor, or a test's clock."""
        self._send = send
        self._clock = clock
        self._text = ""
        self._timer: Any = None
        self._waits = 0

    def add(self, piece: str) -> None:
        """Take the next piece of the stream."""
        self._text += piece
        cut = _cut(self._text)
        if cut:
            self._emit(cut)
        self._wait()

    def flush(self) -> None:
        """Send all that is left: the stream is at its end."""
        self._emit(len(self._text))

    def discard(self) -> None:
        """Forget all that is left: the stream starts over."""
        self._text = ""
        self._stop_timer()

    def _wait(self) -> None:
        if self._text and self._timer is None:
            self._timer = self._clock.callLater(WAIT, self._waited)

    def _waited(self) -> None:
        self._timer = None
        self._waits += 1
        words = _last_space(self._text)
        if self._waits >= PATIENCE:
            self._emit(words or len(self._text))
        elif words >= SHORT:
            self._emit(words)
        self._wait()

    def _emit(self, cut: int) -> None:
        if not cut:
            return
        lump, self._text = self._text[:cut], self._text[cut:]
        self._stop_timer()
        for start in range(0, len(lump), LONGEST):
            part = lump[start : start + LONGEST].strip("\n").rstrip()
            if part.strip():
                self._send(part)

    def _stop_timer(self) -> None:
        self._waits = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _cut(text: str) -> int:
    """Where to cut a text that is long enough, or 0."""
    newline = text.rfind("\n") + 1
    if newline:
        return newline
    ends = [found.end() for found in _SENTENCE.finditer(text)]
    if ends and ends[-1] >= SHORT:
        return ends[-1]
    if len(text) >= LINE:
        return _last_space(text) or (len(text) if len(text) >= 2 * LINE else 0)
    return 0


def _last_space(text: str) -> int:
    """The length up to and with the last space, or 0."""
    stripped = max(text.rfind(" "), text.rfind("\t"), text.rfind("\n")) + 1
    return stripped if text[:stripped].strip() else 0
