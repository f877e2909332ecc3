"""The link to the daemon: JSON-RPC 2.0, one message a line, over a Unix socket.

An Evennia service plugin. With

    SERVER_SERVICES_PLUGIN_MODULES += ["evennia_glue.bridge"]

the Server process starts it, keeps it connected, and stops it. Commands and scripts ask through
`get_bridge().request(...)`. Neither prompts nor answers are ever logged or put in an exception.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from evennia.utils import logger
from twisted.application.service import MultiService
from twisted.internet import reactor as default_reactor
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from . import conf, nodelay
from .errors import BridgeDown, BridgeError, BridgeTimeout, log_quietly
from .link import MAX_LINE, BridgeService, Line, Patience, Watch

PROTOCOL = 1
HELLO_TIMEOUT = 5.0
DOWN = "the bridge to the Workshop is down"

Answer = dict[str, Any]


class Listener(Protocol):
    """Who wants to know about the link and the health of the backends."""

    def link_changed(self, up: bool) -> None:
        """The daemon said hello, or the link was lost."""

    def health_changed(self, row: Answer) -> None:
        """A backend changed: one row of `health`."""

    def budget_alert(self, row: Answer) -> None:
        """A budget is nearly or wholly spent."""


EVENTS = {"health.changed": "health_changed", "budget.alert": "budget_alert"}
_ALWAYS = ("health.changed",)  # the others are announced by those daemons that say so


@dataclass
class _Pending:
    """A request in flight."""

    answer: Deferred[Answer]
    timer: IDelayedCall
    timeout: float
    on_delta: Callable[[str], None] | None = None
    on_restart: Callable[[Answer], None] | None = None
    on_wait: Callable[[Answer], None] | None = None
    on_answer: Callable[[Answer], None] | None = None


class Bridge:
    """Asks the daemon, many things at a time, and hears what it announces.

    Attributes:
        up: True from the daemon's hello until the link is lost.
        version: the daemon's, of its last hello; empty before.
        capabilities: what that daemon can do beyond the first protocol.
        trouble: for builders: why there is no link; empty while it is up.
        before_task: fires when the daemon knows all that it has to know before it gets a task.
    """

    def __init__(self, path: str, timeout: float, reactor: Any = default_reactor) -> None:
        self.path = path
        self.timeout = timeout
        self.up = False
        self.version = ""
        self.capabilities: frozenset[str] = frozenset()
        self.trouble = "not connected yet"
        self.reactor = reactor
        self.before_task: Callable[[], Deferred[None]] = lambda: succeed(None)
        self._line: Line | None = None
        self._ids = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._listeners: dict[str, Listener] = {}
        self._patience = Patience(reactor.seconds)
        self._watch = Watch(reactor, lambda: bool(self._pending), self._ping, self._hangs)
        self._stopping = False
        self._reported = ""

    # asking

    def request(
        self,
        method: str,
        params: Answer | None = None,
        timeout: float | None = None,
        **heard: Callable[[Any], None] | None,
    ) -> Deferred[Answer]:
        """Ask the daemon.

        Args:
            method: a method of the protocol.
            params: its parameters.
            timeout: seconds of silence after which the request is given up.
            heard: of a streamed thought, `on_delta` gets each piece, `on_restart` the notification
                that all pieces so far are void, `on_wait` those that a model is being loaded;
                of a comparison, `on_answer` gets each answer.

        Returns:
            A Deferred of the result. It fails with BridgeDown, BridgeError or BridgeTimeout;
            cancelling it tells the daemon to cancel.
        """
        if not self.up:
            return fail(BridgeDown(DOWN))
        return self._send(method, params, timeout, **heard)

    def _send(
        self,
        method: str,
        params: Answer | None = None,
        timeout: float | None = None,
        **heard: Callable[[Any], None] | None,
    ) -> Deferred[Answer]:
        if self._line is None:
            return fail(BridgeDown(DOWN))
        request_id = next(self._ids)
        line = _encode(request_id, method, params)
        if len(line) > MAX_LINE:
            sentence = "The line is longer than the limit."
            return fail(BridgeError(-32003, "line_too_long", sentence, {"limit": MAX_LINE}))
        timeout = timeout or self.timeout
        answer: Deferred[Answer] = Deferred(lambda _: self._give_up(request_id))
        timer = self.reactor.callLater(timeout, self._late, request_id)
        self._pending[request_id] = _Pending(answer, timer, timeout, **heard)
        self._line.sendLine(line)
        self._watch.asked()
        return answer

    def ask(self, method: str, params: Answer, **options: Any) -> Deferred[Answer]:
        """As `request`, for what carries a task: it waits for `before_task`."""
        if not self.up:
            return fail(BridgeDown(DOWN))
        asked: Deferred[Any] = self.before_task()
        return asked.addCallback(lambda _: self.request(method, params, **options))

    def stop(self) -> None:
        """Tell everybody who waits that this server stops; the daemon drops their work."""
        self._stopping = True
        self._fail_pending("the game stops or reloads", stopping=True)

    def _give_up(self, request_id: int) -> _Pending | None:
        """Forget a request, and tell the daemon to drop it."""
        pending = self._take(request_id)
        if pending and self._line:
            self._line.sendLine(_encode(next(self._ids), "cancel", {"id": request_id}))
        return pending

    def _late(self, request_id: int) -> None:
        pending = self._give_up(request_id)
        if pending:
            pending.answer.errback(BridgeTimeout(f"no answer within {pending.timeout:g} s"))

    def _take(self, request_id: Any) -> _Pending | None:
        pending = self._pending.pop(request_id, None)
        if pending and pending.timer.active():
            pending.timer.cancel()
        return pending

    def _fail_pending(self, reason: str, *, stopping: bool = False) -> None:
        for request_id in list(self._pending):
            pending = self._take(request_id)
            if pending:  # an errback may have cancelled another
                pending.answer.errback(BridgeDown(reason, stopping=stopping))

    # listening

    def listen(self, key: str, listener: Listener) -> None:
        """Tell `listener` about the link and the backends, in place of an earlier one with `key`.

        If the link is up, it is told so before this returns.
        """
        first = not self._listeners
        self._listeners[key] = listener
        if self.up:
            if first:
                self._subscribe("subscribe")
            self._tell(listener, "link_changed", True)

    def unlisten(self, key: str) -> None:
        """Tell the listener with `key` nothing any more."""
        if self._listeners.pop(key, None) and not self._listeners and self.up:
            self._subscribe("unsubscribe")

    def _subscribe(self, method: str) -> None:
        events = [name for name in EVENTS if name in _ALWAYS or name in self.capabilities]
        asked = self.request(method, {"events": events})
        # A link that went away while asking is no fault: the next one asks again.
        asked.addErrback(lambda failure: failure.trap(BridgeDown))
        asked.addErrback(lambda failure: log_quietly(f"{method} failed", failure.value))

    def _announce(self, event: str, *args: Any) -> None:
        for listener in list(self._listeners.values()):
            self._tell(listener, event, *args)

    @staticmethod
    def _tell(listener: Listener, event: str, *args: Any) -> None:
        try:
            getattr(listener, event)(*args)
        except Exception as error:
            log_quietly(f"a listener failed at {event}", error)

    # the connection

    def connected(self, line: Line) -> None:
        """A connection was made: say hello."""
        self._line = line
        self._patience.connected()
        greeting = {"client": "evennia_glue", "protocol": PROTOCOL}
        hello = self._send("hello", greeting, timeout=HELLO_TIMEOUT)
        hello.addCallbacks(self._greeted, self._not_greeted)

    def _greeted(self, hello: Answer) -> None:
        version, offered = hello.get("version"), hello.get("capabilities")
        self.version = version if isinstance(version, str) else ""
        names = offered if isinstance(offered, list) else []
        self.capabilities = frozenset(name for name in names if isinstance(name, str))
        self.up, self.trouble, self._reported = True, "", ""
        self._patience.greeted()
        logger.log_info("evennia_glue: bridge up")
        if self._listeners:
            self._subscribe("subscribe")
        self._announce("link_changed", True)

    def _not_greeted(self, failure: Failure) -> None:
        """The daemon speaks another protocol, or says nothing."""
        if failure.check(BridgeDown):
            return
        error = failure.value
        sentence = error.message if isinstance(error, BridgeError) else str(error)
        self._drop(f"the daemon did not say hello: {sentence or error}")

    def _ping(self) -> None:
        """Ask for what the daemon answers at once, whatever else it does."""
        self._send("health").addErrback(lambda _: None)  # the watch sees whether anything comes

    def _hangs(self) -> None:
        self._drop("the daemon has stopped answering")

    def _drop(self, trouble: str) -> None:
        """This connection is good for nothing: the service makes another."""
        self._report(trouble)
        if self._line:
            self._line.transport.abortConnection()

    def disconnected(self, line: Line, reason: Failure) -> None:
        """The link is lost: so is everything in flight."""
        if self._line is not line:
            return
        was_up, self.up, self._line = self.up, False, None
        self._watch.stop()
        self._patience.disconnected()
        if not reason.check(ConnectionAborted):  # else we did, and have said why
            self._report(f"the link was lost: {reason.getErrorMessage()}")
        self._fail_pending("the link to the Workshop was lost")
        if was_up:
            self._announce("link_changed", False)

    def overrun(self) -> None:
        """A line is longer than any that the daemon may send."""
        self._drop(f"a line of more than {MAX_LINE} bytes")

    def unreachable(self, failure: Failure) -> Failure:
        """A connection could not be made; the service tries again."""
        self._report(f"cannot connect to {self.path}: {failure.getErrorMessage()}")
        return failure

    def retry_delay(self, attempts: int) -> float:
        """How long to wait; a link that does not stand for a while is no success."""
        return self._patience.delay(attempts)

    def _report(self, trouble: str) -> None:
        """Log a reason once, not at every attempt."""
        self.trouble = trouble
        if trouble != self._reported and not self._stopping:
            self._reported = trouble
            logger.log_warn(f"evennia_glue: {trouble}")

    # lines

    def received(self, line: bytes) -> None:
        """One line from the daemon."""
        self._watch.heard()
        if not line.strip():
            return
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self._drop(f"a line of {len(line)} bytes is no message")  # nor may the next one be
        elif "method" in message:
            params = message.get("params")
            self._notified(message["method"], params if isinstance(params, dict) else {})
        else:
            self._answered(message)

    def _notified(self, method: Any, params: Answer) -> None:
        if isinstance(method, str) and method in EVENTS:
            self._announce(EVENTS[method], params)
            return
        request_id = params.get("id")
        pending = self._pending.get(request_id) if isinstance(request_id, int) else None
        if pending is None:
            return  # cancelled, or of a later protocol
        text = params.get("text")
        try:
            if method == "think.delta" and isinstance(text, str):
                pending.timer.reset(pending.timeout)
                if pending.on_delta:
                    pending.on_delta(text)
            elif method == "think.restarted":
                pending.timer.reset(pending.timeout)
                if pending.on_restart:
                    pending.on_restart(params)
            elif method == "think.switching":
                pending.timer.reset(pending.timeout)
                if pending.on_wait:
                    pending.on_wait(params)
            elif method == "compare.answer":
                pending.timer.reset(pending.timeout)
                if pending.on_answer:
                    pending.on_answer(params)
        except Exception as error:
            log_quietly("the receiver of a stream failed", error)

    def _answered(self, message: Answer) -> None:
        request_id = message.get("id")
        pending = self._take(request_id) if isinstance(request_id, int) else None
        if pending is None:
            if request_id is None and "error" in message:
                error = BridgeError.from_json(message["error"])
                logger.log_err(f"evennia_glue: the daemon rejected a line: {error}")
        elif "error" in message:
            pending.answer.errback(BridgeError.from_json(message["error"]))
        elif isinstance(message.get("result"), dict):
            pending.answer.callback(message["result"])
        else:
            sentence = "The daemon's answer has no result."
            pending.answer.errback(BridgeError(-32603, "malformed_answer", sentence, {}))


def _encode(request_id: int, method: str, params: Answer | None) -> bytes:
    message: Answer = {"jsonrpc": "2.0", "id": request_id, "method": method}
    if params is not None:
        message["params"] = params
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


_bridge: Bridge | None = None


def get_bridge() -> Bridge:
    """The one bridge of this process."""
    global _bridge  # noqa: PLW0603
    if _bridge is None:
        try:
            config, trouble = conf.load(), ""
        except ImproperlyConfigured as error:
            config, trouble = conf.defaults(), str(error)
        _bridge = Bridge(config.socket, config.timeout)
        _bridge.trouble = trouble or _bridge.trouble
    return _bridge


def start_plugin_services(server: MultiService) -> None:
    """Evennia's hook: called once, before the Server's services start."""
    problems = conf.check()
    for problem in problems:
        logger.log_err(f"evennia_glue: {problem} The bridge to the Workshop stays down.")
    for name in conf.unknown():
        logger.log_warn(f"evennia_glue: {name} is not a setting of evennia_glue.")
    bridge = get_bridge()
    nodelay.install(server)
    _install_commands(server)
    if not problems:
        from . import events  # noqa: PLC0415  typeclasses can be loaded only now
        from .names import GameNames  # noqa: PLC0415

        config = conf.load()
        names = GameNames(bridge, guard=config.guard_names, typeclasses=config.guard_typeclasses)
        names.install()
        events.install()
        BridgeService(bridge, bridge.reactor).setServiceParent(server)


def _install_commands(server: MultiService) -> None:
    from . import upgrade  # noqa: PLC0415  typeclasses can be loaded only now
    from .commands import install  # noqa: PLC0415

    upgrade.install(server)
    install.install(server)
