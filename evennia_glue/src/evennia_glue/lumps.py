"""Join the pieces of a stream to messages that a person can read."""

import re
from collections.abc import Callable
from typing import Any

LINE = 76
SHORT = 24  # a sentence shorter than this waits for company: "1." is none
HALF = 40  # what is shorter than half a line, and no sentence, waits longer
LONGEST = 4000
WAIT = 1.0
PATIENCE = 2  # times that a short text waits for more
LETTERS = 2  # of the first whole words: a lone "I" waits for the next one

_SENTENCE = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*\s")


class Lumps:
    """Gathers text, and sends it on by lines, sentences, or after a moment.

    The first lump goes out as soon as there is a whole word, with all that came in the same turn
    of the reactor. From then on a lump goes out when a line or a sentence ends, when a line's width
    is full, or a second after its first piece came; two seconds if it is only a few words: lines
    that are too short are hard to read, and to hear. Not within a word if that can be helped.
    """

    def __init__(self, send: Callable[[str], None], clock: Any) -> None:
        """Send lumps through `send`; `clock` is a reactor, or a test's clock."""
        self._send = send
        self._clock = clock
        self._text = ""
        self._timer: Any = None
        self._waits = 0
        self._begun = False
        self._beginning = False

    def add(self, piece: str) -> None:
        """Take the next piece of the stream."""
        self._text += piece
        if self._beginning:
            return
        if not self._begun and _first_words(self._text):
            self._stop_timer()
            self._beginning = True
            self._timer = self._clock.callLater(0, self._begin)
            return
        self._emit(_cut(self._text))
        self._wait()

    def flush(self, end: str = "") -> None:
        """Send all that is left, with `end` behind it: the stream is at its end."""
        if end:
            self._text = self._text.rstrip() + end
        self._emit(len(self._text))

    def discard(self) -> None:
        """Forget all that is left: the stream starts over."""
        self._text = ""
        self._begun = False
        self._stop_timer()

    def _begin(self) -> None:
        self._timer, self._beginning = None, False
        self._emit(max(_cut(self._text), _first_words(self._text)))
        self._wait()

    def _wait(self) -> None:
        if self._text and self._timer is None:
            self._timer = self._clock.callLater(WAIT, self._waited)

    def _waited(self) -> None:
        self._timer = None
        self._waits += 1
        words = _last_space(self._text)
        if self._waits >= PATIENCE:
            self._emit(words or len(self._text))
        elif words >= HALF:
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
                self._begun = True
                self._send(part)

    def _stop_timer(self) -> None:
        self._waits = 0
        self._beginning = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _first_words(text: str) -> int:
    """The length of the whole words at the beginning, or 0 if they are too little to be read."""
    words = _last_space(text)
    return words if sum(map(str.isalnum, text[:words])) >= LETTERS else 0


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
