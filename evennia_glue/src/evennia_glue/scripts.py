"""The script that keeps the health of the backends for a room, and tells the room of it."""

from collections import deque
from typing import Any

from evennia.scripts.scripts import DefaultScript
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from . import conf, events, lamps, texts
from .announcements import UNKNOWN, Announcements, Change
from .bridge import get_bridge
from .callers import is_builder
from .errors import WorkshopError, log_quietly
from .safetext import safe_line

POLL_TIMEOUT = 5.0
GATHER = 0.2  # seconds for changes of one moment to find each other
HISTORY = 60  # latencies that are kept of a backend
LINK = ""  # where the state of the link stands among those of the backends
LIT, DARK = "lit", "dark"
OUT = "|rThe lamps over the benches go out.|n"
UP = "|gThe lamps over the benches light up.|n"
HUSH = 10.0  # seconds for which a change waits until who speaks in the room has ended
MANY = 3  # changes from which on a lamp is said to flicker


class BackendRouter(DefaultScript):
    """Knows how the backends are, and tells the room when that changes.

    The daemon says what changes; it is asked every `WORKSHOP_HEALTH_INTERVAL` seconds too, for the
    latencies and in case a word was lost. Health lives in `ndb`: it is asked for again after every
    reload. What the room was told is kept over a reload in `db.told`, so that it is told once.

        ndb.rows: the rows of `health` by backend, or None while nothing is known.
        ndb.history: the latest latencies of each backend in ms, None where it gave none.
        ndb.news: what the room is to be told, an `Announcements`.
        ndb.polling: True while an answer is awaited.
        ndb.timer: the call that tells the room, or None.
        ndb.hushed: since when the room is not told because somebody speaks there, or None.
    """

    def at_script_creation(self) -> None:
        """Evennia's hook: the script is made."""
        self.key = "backend_router"
        self.desc = "keeps the health of the Workshop's backends"
        self.interval = conf.current().health_interval
        self.start_delay = True
        self.persistent = True

    def is_valid(self) -> bool:
        """Evennia's hook: whether there still is a Workshop to tell; if not, the timer stops."""
        return bool(self.obj and self.obj.pk and getattr(self.obj, "has_lamps", False))

    def at_start(self, **kwargs: Any) -> None:
        """Evennia's hook: the timer starts, also after a reload."""
        get_bridge().listen(self._listener_key, self)

    def at_pause(self, **kwargs: Any) -> None:
        """Evennia's hook: the timer pauses, also before a reload."""
        self._rest()

    def at_stop(self, **kwargs: Any) -> None:
        """Evennia's hook: the timer stops, also when the script goes."""
        self._rest()

    def at_server_start(self) -> None:
        """Evennia's hook: start what a crash left without a timer, with today's interval."""
        if not self.db_is_active or self.db._manually_paused:
            return
        running = self.ndb._task and self.ndb._task.running
        if not running or self.interval != conf.current().health_interval:
            self.start(interval=conf.current().health_interval)

    def at_server_reload(self) -> None:
        """Evennia's hook: keep what the room knows; after a whole stop it is too old to count."""
        told = self.ndb.news.told if self.ndb.news else None
        if told is not None:
            self.db.told = dict(told)

    def at_repeat(self, **kwargs: Any) -> None:
        """Evennia's hook: time to look again."""
        self.poll()
        events.refresh(self.obj)

    def _rest(self) -> None:
        get_bridge().unlisten(self._listener_key)
        if self.ndb.timer:
            self.ndb.timer.cancel()
            self.ndb.timer = None

    @property
    def _listener_key(self) -> str:
        return f"backend_router#{self.id}"

    @property
    def rows(self) -> dict[str, lamps.Row]:
        """The last known row of each backend; empty while the lamps are out."""
        return self.ndb.rows or {}

    @property
    def history(self) -> dict[str, list[float | None]]:
        """The latest latencies of each backend that there is."""
        history = self.ndb.history or {}
        return {name: list(history.get(name, ())) for name in self.rows}

    # what the bridge tells

    def link_changed(self, up: bool) -> None:
        """The link to the daemon is up, or lost."""
        if up:
            self.poll()
        else:
            self._dark()

    def health_changed(self, row: lamps.Row) -> None:
        """A backend changed."""
        name = row.get("backend")
        if isinstance(name, str) and self.ndb.rows is not None:
            self._remember(row)
            self._show({**self.ndb.rows, name: row})

    def budget_alert(self, row: lamps.Row) -> None:
        """A budget is nearly or wholly spent: the builders who are here are told."""
        if self.is_valid():
            told = texts.budget_alert(row)
            for who in self.obj.contents:
                if is_builder(who) and who.sessions.count():
                    who.msg(text=(told, {"type": "workshop"}))

    def poll(self) -> None:
        """Ask for the health, unless an answer is awaited already."""
        if self.ndb.polling:
            return
        self.ndb.polling = True
        asked: Deferred[Any] = get_bridge().request("health", timeout=POLL_TIMEOUT)
        asked.addBoth(self._polled)
        asked.addErrback(lambda failure: log_quietly("showing health failed", failure.value))

    def _polled(self, result: Any) -> None:
        self.ndb.polling = False
        if isinstance(result, Failure):
            if not result.check(WorkshopError):
                log_quietly("asking for health failed", result.value)
            self._dark()
            return
        backends = result.get("backends")
        rows = [row for row in backends if isinstance(row, dict)] if backends else []
        for row in rows:
            self._remember(row)
        self._show({str(row.get("backend")): row for row in rows})

    def _remember(self, row: lamps.Row) -> None:
        """Add to the history of a backend, and forget those that are gone."""
        old = self.ndb.history or {}
        name = str(row.get("backend"))
        history = {key: old[key] for key in old if key == name or key in self.rows}
        history.setdefault(name, deque(maxlen=HISTORY)).append(lamps.latency(row))
        self.ndb.history = history

    # what the room sees

    def _dark(self) -> None:
        self.ndb.rows = None
        known = self.ndb.news.states.keys() - {LINK} if self.ndb.news else ()
        self._changed({LINK: DARK} | dict.fromkeys(known, UNKNOWN))

    def _show(self, rows: dict[str, lamps.Row]) -> None:
        self.ndb.rows = rows
        self._changed({LINK: LIT} | {name: str(row.get("state")) for name, row in rows.items()})

    def _changed(self, states: dict[str, str]) -> None:
        if self.ndb.news is None:
            self.ndb.news = Announcements(conf.current().quiet, self.db.told)
            if self.db.told is not None:
                del self.db.told
        self.ndb.news.see(states)
        self._soon(GATHER)

    def _soon(self, seconds: float) -> None:
        """Tell the room in a moment, together with what else changes until then."""
        timer, clock = self.ndb.timer, get_bridge().reactor
        if timer and timer.active():
            if timer.getTime() <= clock.seconds() + seconds:
                return
            timer.cancel()
        self.ndb.timer = clock.callLater(seconds, self._told)

    def _told(self) -> None:
        self.ndb.timer = None
        if not self.is_valid():
            return
        news, now = self.ndb.news, get_bridge().reactor.seconds()
        events.tell_room(self.obj)
        if self._hushed(now):
            self._soon(GATHER)
            return
        lines = [self._line(change) for change in news.due(now)]
        if lines:
            told = ("{lines}", {"type": "workshop"})
            self.obj.msg_contents(told, mapping={"lines": "\n".join(lines)})
        wait = news.wait(now)
        if wait is not None:
            self._soon(max(wait, GATHER))

    def _hushed(self, now: float) -> bool:
        """Whether to wait: nobody talks into a speech, unless it is a long one."""
        if not self.obj.ndb.workshop_said:
            self.ndb.hushed = None
            return False
        if self.ndb.hushed is None:
            self.ndb.hushed = now
        return now - self.ndb.hushed < HUSH

    def _line(self, change: Change) -> str:
        """A change in words."""
        if change.name == LINK:
            return UP if change.after == LIT else OUT
        name = safe_line(change.name, 40)
        if change.after is None:
            return f"The lamp of {name} is taken down."
        before = f", was {lamps.lamp(change.before).word}" if change.before else " (new)"
        flickers = f" It flickers: {change.times} changes." if change.times >= MANY else ""
        word = lamps.lamp(change.after).word
        return f"{lamps.sign(change.after)} The lamp of {name}: {word}{before}.{flickers}"
