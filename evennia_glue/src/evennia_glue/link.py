"""One connection to the daemon: its lines, the service that keeps it up, the watch on silence."""

from collections.abc import Callable
from random import random
from typing import TYPE_CHECKING, Any

from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.interfaces import IDelayedCall, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from .bridge import Bridge

MAX_LINE = 1 << 20
BEAT = 5.0  # seconds of silence, with requests waiting, before a ping; and again before the end
STEADY = 10.0  # seconds that a link has to stand before it counts as one
_BACKOFF = backoffPolicy(initialDelay=0.1, maxDelay=2.5, factor=1.5, jitter=lambda: random() / 2)


class Line(LineReceiver):
    """One connection."""

    delimiter = b"\n"
    MAX_LENGTH = MAX_LINE

    def __init__(self, bridge: "Bridge") -> None:
        self.bridge = bridge

    def connectionMade(self) -> None:  # noqa: N802
        self.bridge.connected(self)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        self.bridge.received(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        self.bridge.overrun()

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802
        self.bridge.disconnected(self, reason)


class _Endpoint:
    """An endpoint that lets the bridge know why a connection could not be made."""

    def __init__(self, inner: IStreamClientEndpoint, failed: Callable[[Failure], Failure]) -> None:
        self.inner, self.failed = inner, failed

    def connect(self, factory: Factory) -> Deferred[Any]:
        return self.inner.connect(factory).addErrback(self.failed)


class BridgeService(ClientService):
    """The part that Evennia starts and stops."""

    _log = Logger(observer=lambda _event: None)  # it would log every attempt; the bridge does once

    def __init__(self, bridge: "Bridge", reactor: Any) -> None:
        factory = Factory.forProtocol(lambda: Line(bridge))
        factory.noisy = False
        endpoint = _Endpoint(UNIXClientEndpoint(reactor, bridge.path), bridge.unreachable)
        super().__init__(endpoint, factory, retryPolicy=bridge.retry_delay, clock=reactor)
        self.setName("evennia_glue")
        self._bridge = bridge

    def stopService(self) -> Deferred[None]:  # noqa: N802
        self._bridge.stop()
        return super().stopService()


class Watch:
    """Notices that the daemon hangs: somebody waits, and not even a ping is answered.

    A daemon may think for minutes about a task, so silence alone means nothing; but what needs no
    thinking it answers at once.
    """

    def __init__(
        self,
        reactor: Any,
        is_waiting: Callable[[], bool],
        ping: Callable[[], None],
        hung: Callable[[], None],
    ) -> None:
        """Ping when the silence is long, and call `hung` when that is not answered either."""
        self._reactor, self._is_waiting, self._ping, self._hung = reactor, is_waiting, ping, hung
        self._timer: IDelayedCall | None = None
        self._heard = self._pinged = False

    def asked(self) -> None:
        """A request was sent."""
        if self._timer is None:
            self._heard, self._pinged = True, False
            self._timer = self._reactor.callLater(BEAT, self._beat)

    def heard(self) -> None:
        """A line has come."""
        self._heard = True

    def stop(self) -> None:
        """The connection is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        self._timer = None
        if not self._is_waiting():
            return
        was_heard, self._heard = self._heard, False
        if was_heard:
            self._pinged = False
        elif self._pinged:
            self._hung()
            return
        else:
            self._pinged = True
        self._timer = self._reactor.callLater(BEAT, self._beat)
        if not was_heard:
            self._ping()


class Patience:
    """How long to wait before the next connection: longer, the less the last ones were worth."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Start without trouble; `seconds` tells the time."""
        self._seconds = seconds
        self._short_lived = 0
        self._since: float | None = None

    def connected(self) -> None:
        """There is a connection; what it is worth will be seen."""
        self._since = None
        self._short_lived += 1

    def greeted(self) -> None:
        """The daemon said hello."""
        self._since = self._seconds()

    def disconnected(self) -> None:
        """The connection is lost."""
        if self._since is not None and self._seconds() - self._since >= STEADY:
            self._short_lived = 0

    def delay(self, attempts: int) -> float:
        """Seconds to wait, after so many attempts that made no connection."""
        return _BACKOFF(max(attempts, self._short_lived))
