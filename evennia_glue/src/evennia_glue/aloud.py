"""What `think` does: the words of an answer are heard as they come."""

from typing import Any

from twisted.internet.defer import CancelledError

from . import lamps, texts
from .bridge import Answer, get_bridge
from .callers import is_builder
from .errors import NotNow, WorkshopError, log_quietly
from .lumps import Lumps
from .safetext import safe
from .tables.numbers import dollars
from .thoughts import SAY, WHISPER, WORKSHOP, Thought

INDENT = "  "  # of the lines that go on with an answer


class Private(Thought):
    """`think/private`: the caller hears the words as they come, and nobody else anything."""

    streams = True
    kind = WHISPER
    opening = '{name} whispers to you, "{words}'

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lumps = Lumps(self._lump, get_bridge().reactor)
        self.opened = False

    def begin(self) -> None:
        self.audience(texts.THINKS, WORKSHOP)

    def heard(self, piece: str) -> None:
        self.lumps.add(piece)

    def restarted(self, _what: dict[str, Any]) -> None:
        self.lumps.discard()
        (self.listeners if self.opened else self.audience)(texts.STARTS_OVER, WORKSHOP)
        self.opened = False

    def _lump(self, lump: str) -> None:
        words = safe(lump).replace("\n", f"\n{INDENT}")
        if self.opened:
            self.listeners(INDENT + "{words}", self.kind, words=words)
            return
        self.opened = True
        self.listeners(self.opening, self.kind, words=words)

    def answered(self, answer: Answer) -> None:
        if self.opened:
            self.lumps.flush('"')
        else:
            self.say(safe(answer.get("text") or ""))
        if answer.get("finish") == "length":
            self.to_caller(texts.CUT, WORKSHOP)
        if is_builder(self.caller):
            told = [texts.model(answer), lamps.milliseconds(answer.get("ms"))]
            told += [dollars(answer.get("cost_usd")), *_course(answer), *_guarded(answer)]
            self.to_caller("|x({told})|n", WORKSHOP, told="; ".join(told))

    def say(self, words: str) -> None:
        """Say words, which are safe already, at once."""
        self.audience(self.opening + '"', self.kind, words=words)

    def end(self) -> None:
        self.lumps.discard()

    def failed(self, error: BaseException) -> None:
        if isinstance(error, CancelledError):
            self._let_go()
        elif isinstance(error, NotNow):
            self.to_caller(texts.NOT_NOW[error.why], WORKSHOP)
        elif isinstance(error, WorkshopError):
            explained = texts.explain(error, get_bridge().trouble)
            if explained.say:
                self.say(explained.say)
            elif self.begun:
                self.faltered()
            self.to_caller("|y{sentence}|n", WORKSHOP, sentence=explained.sentence)
            self.details(error)
        else:
            log_quietly("a thought failed", error)
            self.to_caller("|r{sentence}|n", WORKSHOP, sentence=texts.STUMBLES)

    def _let_go(self) -> None:
        if self.begun:
            self.audience(texts.LETS_GO, WORKSHOP)
        else:
            self.to_caller(texts.LEAVES_LINE, WORKSHOP)

    def faltered(self) -> None:
        """Who saw the thought begin sees its end; the caller is told more."""

    def audience(self, template: str, kind: str, **mapping: str) -> None:
        """Tell everybody whom the thought is for."""
        self.to_caller(template, kind, **mapping)

    def listeners(self, template: str, kind: str, **mapping: str) -> None:
        """Tell everybody who hears the words as they come."""
        self.to_caller(template, kind, **mapping)


class Aloud(Private):
    """`think`: the whole room hears the words as they come.

    One answer at a time: while one is being said in a room, who asks for another hears that one
    alone, and the others hear it when it is whole.
    """

    kind = SAY
    opening = '{name} says, "{words}'

    def heard(self, piece: str) -> None:
        if self.room and not self.room.ndb.workshop_said:
            self.room.ndb.workshop_said = self
        super().heard(piece)

    def end(self) -> None:
        super().end()
        if self._has_the_floor():
            self.room.ndb.workshop_said = None

    def answered(self, answer: Answer) -> None:
        if self.opened and not self._has_the_floor():
            words = safe(answer.get("text") or "")
            self.to_others(self.opening + '"', self.kind, words=words)
        super().answered(answer)

    def faltered(self) -> None:
        self.to_others(texts.FALTERS, WORKSHOP)

    def audience(self, template: str, kind: str, **mapping: str) -> None:
        self.to_all(template, kind, **mapping)

    def listeners(self, template: str, kind: str, **mapping: str) -> None:
        if self._has_the_floor():
            self.to_all(template, kind, **mapping)
        else:
            self.to_caller(template, kind, **mapping)

    def _has_the_floor(self) -> bool:
        return bool(self.room) and self.room.ndb.workshop_said is self


def _course(answer: Answer) -> list[str]:
    """What came before an answer: who failed, or that it was kept from another time."""
    if answer.get("cached"):
        return ["remembered"]
    failed = [row for row in texts.rows(answer.get("attempts")) if row.get("outcome") != "answered"]
    tried = [texts.attempt({**row, "ms": None}) for row in failed]
    return [f"after {', '.join(tried)}"] if tried else []


def _guarded(answer: Answer) -> list[str]:
    """What the guard changed, on the way out and on the way back."""
    told = []
    for key, word in (("stand_ins", "stand-in"), ("caught", "self-naming")):
        count = answer.get(key)
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            told.append(f"{count} {word}{'s' if count > 1 else ''}")
    return told
