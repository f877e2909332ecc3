"""Who may think now, who waits, and at which place: one line for the whole game.

`Places` decides and knows no clock but the times that it is given; `Queue` does what it decides.
Everything that has the persona think goes through the one queue of `get_queue()`.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from evennia.server import signals
from twisted.internet.defer import Deferred

from . import conf
from .bridge import get_bridge
from .errors import BridgeDown, NotNow

QUIET = 5.0  # seconds between two words about somebody's place, unless it is the last
KEPT = 256  # callers whose last thought is remembered, before the old ones are dropped


class Verdict(Enum):
    """What becomes of somebody who wants a thought."""

    NOW = "now"
    WAIT = "wait"
    UNDER_WAY = "under way"  # one of the caller's is
    TOO_SOON = "too soon"  # after the caller's last one
    FULL = "full"  # too many wait


@dataclass(frozen=True)
class Limits:
    """How many thoughts at a time, how many may wait, and seconds from one to the next."""

    thoughts: int
    waiting: int
    cooldown: float


@dataclass
class Places:
    """Who thinks, and who waits, first come first served."""

    thinking: set[Hashable] = field(default_factory=set)
    waiting: list[Hashable] = field(default_factory=list)
    ended: dict[Hashable, float] = field(default_factory=dict)

    def enter(self, who: Hashable, now: float, limits: Limits, *, hurried: bool) -> Verdict:
        """Somebody wants a thought.

        Args:
            who: the caller.
            now: seconds, of a clock that does not go back.
            limits: what holds now.
            hurried: whether the caller needs no rest between two thoughts.
        """
        if who in self.thinking or who in self.waiting:
            return Verdict.UNDER_WAY
        last = self.ended.get(who)
        if not hurried and last is not None and now - last < limits.cooldown:
            return Verdict.TOO_SOON
        if not self.waiting and len(self.thinking) < limits.thoughts:
            self.thinking.add(who)
            return Verdict.NOW
        if len(self.waiting) >= limits.waiting:
            return Verdict.FULL
        self.waiting.append(who)
        return Verdict.WAIT

    def leave(self, who: Hashable, now: float, limits: Limits) -> None:
        """A thought is at its end, or somebody waits no more."""
        if who in self.waiting:
            self.waiting.remove(who)
        if who in self.thinking:
            self.thinking.remove(who)
            self.ended[who] = now
            if len(self.ended) > KEPT:
                rests = self.ended.items()
                self.ended = {key: at for key, at in rests if now - at < limits.cooldown}

    def next(self, limits: Limits) -> Hashable | None:
        """Whose turn it is now, if anybody's; that caller thinks from here on."""
        if not self.waiting or len(self.thinking) >= limits.thoughts:
            return None
        who = self.waiting.pop(0)
        self.thinking.add(who)
        return who

    def before(self, who: Hashable) -> int | None:
        """How many wait before that caller; None if the caller does not wait."""
        return self.waiting.index(who) if who in self.waiting else None


@dataclass
class _Waiting:
    """Somebody in the line."""

    turn: Deferred[None]
    tell: Callable[[int], None]
    told: int  # the place that was told last
    when: float  # and when
    timer: Any = None

    def stop(self) -> None:
        """Nothing more is told."""
        if self.timer is not None and self.timer.active():
            self.timer.cancel()
        self.timer = None


class Queue:
    """Lets callers think when it is their turn, and tells those who wait their place."""

    def __init__(self, clock: Any, limits: Callable[[], Limits]) -> None:
        """`clock` is a reactor, or a test's clock; `limits` is asked each time."""
        self.clock = clock
        self.limits = limits
        self.places = Places()
        self._waiting: dict[Hashable, _Waiting] = {}
        self._advancing = False

    def enter(
        self, who: Hashable, tell: Callable[[int], None], *, hurried: bool = False
    ) -> Deferred[None]:
        """Take a place in the line; whoever does has to `leave`, whatever happens.

        Args:
            who: the caller.
            tell: gets how many are before the caller, at once and when that changes.
            hurried: whether the caller needs no rest between two thoughts.

        Returns:
            A Deferred that fires at the caller's turn; it can be cancelled.

        Raises:
            NotNow: with the verdict, if there is no place for this caller now.
        """
        now = self.clock.seconds()
        verdict = self.places.enter(who, now, self.limits(), hurried=hurried)
        if verdict not in (Verdict.NOW, Verdict.WAIT):
            raise NotNow(verdict.value)
        turn: Deferred[None] = Deferred()
        if verdict is Verdict.NOW:
            turn.callback(None)
        else:
            before = self.places.before(who) or 0
            self._waiting[who] = _Waiting(turn, tell, before, now)
            tell(before)
        return turn

    def leave(self, who: Hashable) -> None:
        """Give the place back; the next one's turn may be now."""
        gone = self._waiting.pop(who, None)
        if gone:
            gone.stop()
        self.places.leave(who, self.clock.seconds(), self.limits())
        self._advance()

    def gone(self, who: Hashable) -> None:
        """Somebody has left the game: whoever waits does so no more."""
        if who in self._waiting:
            self._waiting[who].turn.cancel()

    def stop(self) -> None:
        """The server stops or reloads: everybody who waits is told."""
        for who in list(self._waiting):
            waiting = self._waiting.pop(who, None)
            if waiting:
                waiting.stop()
                self.places.leave(who, self.clock.seconds(), self.limits())
                reason = "the game stops or reloads"
                waiting.turn.errback(BridgeDown(reason, stopping=True))

    def _advance(self) -> None:
        """Call whose turn it is. A turn may be over before this returns, so it does not nest."""
        if self._advancing:
            return
        self._advancing = True
        try:
            while (who := self.places.next(self.limits())) is not None:
                waiting = self._waiting.pop(who)
                waiting.stop()
                waiting.turn.callback(None)
        finally:
            self._advancing = False
        for who in list(self._waiting):
            self._moved(who)

    def _moved(self, who: Hashable) -> None:
        """Tell a place that is another than the one told: at once the last, others with a pause."""
        waiting, before = self._waiting.get(who), self.places.before(who)
        if waiting is None or before is None or before == waiting.told:
            return
        waiting.stop()
        now = self.clock.seconds()
        pause = waiting.when + QUIET - now
        if before and pause > 0:
            waiting.timer = self.clock.callLater(pause, self._moved, who)
            return
        waiting.told, waiting.when = before, now
        waiting.tell(before)


_queue: Queue | None = None


def get_queue() -> Queue:
    """The one queue of this process."""
    global _queue  # noqa: PLW0603
    if _queue is None:
        _queue = Queue(get_bridge().reactor, _limits)
        signals.SIGNAL_OBJECT_POST_UNPUPPET.connect(_unpuppeted, dispatch_uid="evennia_glue.queue")
    return _queue


def _limits() -> Limits:
    config = conf.current()
    return Limits(config.max_thoughts, config.max_waiting, config.cooldown)


def _unpuppeted(sender: Any, **_kwargs: Any) -> None:
    """Evennia's signal: somebody has let go of a character."""
    if _queue and not sender.sessions.count():
        _queue.gone(sender.id)
