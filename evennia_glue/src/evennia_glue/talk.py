"""What `say`, `whisper` and `ask` do: an answer is said when it is whole, and in character.

A slow one is covered by a gesture. What goes wrong is said by the persona, too.
"""

from random import choice
from typing import Any

from twisted.internet.defer import CancelledError

from . import conf, texts
from .bridge import Answer, get_bridge
from .errors import BridgeDown, BridgeError, NotNow, WorkshopError, log_quietly
from .safetext import safe
from .thoughts import GESTURE, SAY, WHISPER, WORKSHOP, Thought, name_of, personas


class Whispered(Thought):
    """What was whispered to the persona is answered so; nobody else hears of it."""

    kind = WHISPER
    to_you = '{name} whispers to you, "{words}"'
    _timer: Any = None

    def begin(self) -> None:
        pause = conf.current().thinking_after
        self._timer = get_bridge().reactor.callLater(pause, self._ponder)

    def _ponder(self) -> None:
        self.gesture(*choice(texts.PONDERS))

    def end(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def answered(self, answer: Answer) -> None:
        self.say(safe(answer.get("text") or ""))

    def failed(self, error: BaseException) -> None:
        if isinstance(error, CancelledError):
            told = (texts.LETS_GO, texts.LETS_GO) if self.begun else (texts.LEAVES_LINE, "")
            self.gesture(*told)
        elif isinstance(error, NotNow):
            self.to_caller(texts.NOT_NOW[error.why], WORKSHOP)
        elif isinstance(error, BridgeDown) and error.stopping:
            self.to_caller(texts.STOPPING, WORKSHOP)
        else:
            if not isinstance(error, WorkshopError):
                log_quietly("a thought failed", error)
            own = error.say if isinstance(error, BridgeError) else ""
            self.say(safe(own) or texts.excuse(error))
            self.details(error)

    def say(self, words: str) -> None:
        """Say words, which are safe already."""
        self.to_caller(self.to_you, self.kind, words=words)

    def gesture(self, to_you: str, _to_others: str) -> None:
        """Show something."""
        self.to_caller(to_you, GESTURE)


class Spoken(Whispered):
    """What was said to the persona, or asked, is answered so that the room hears it."""

    kind = SAY
    to_you = '{name} says to you, "{words}"'

    def say(self, words: str) -> None:
        self.to_others('{name} says to {who}, "{words}"', SAY, who=self.caller, words=words)
        super().say(words)

    def gesture(self, to_you: str, to_others: str) -> None:
        if to_others:
            self.to_others(to_others, GESTURE, who=self.caller)
        super().gesture(to_you, to_others)


class Asked(Spoken):
    """`ask`: the room hears the question first. `asks` are its two templates."""

    def __init__(self, *args: Any, asks: tuple[str, str], words: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asks, self.words = asks, words

    def asked(self) -> None:
        to_you, to_others = self.asks
        self.to_caller(to_you, SAY, words=self.words)
        if self.room and self.room.pk:
            self.room.msg_contents(
                (to_others, {"type": SAY}),
                exclude=[self.caller, *personas(self.room)],  # they have been asked already
                from_obj=self.caller,
                mapping={
                    "who": self.caller,
                    "name": self._speaker() or name_of(None),
                    "words": self.words,
                },
            )
