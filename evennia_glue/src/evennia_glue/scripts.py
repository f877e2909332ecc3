"""The script that keeps the health of the backends for a room."""

from typing import Any

from evennia.scripts.scripts import DefaultScript
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from . import conf, lamps
from .bridge import get_bridge
from .errors import WorkshopError, log_quietly
from .safetext import safe_line

POLL_TIMEOUT = 5.0
OUT = "|rThe lamps over the benches go out.|n"
UP = "|gThe lamps over the benches light up.|n"


def _interval() -> int:
    return conf.current().health_interval


class BackendRouter(DefaultScript):
    """Knows how the backends are, and tells the room when that changes.

    Health lives in `ndb`: it is asked for again after every reload.

        ndb.rows: the rows of `health` by backend, or None while nothing is known.
        ndb.lit: whether the lamps burn; None before the first answer since the start.
        ndb.polling: True while an answer is awaited.
    """

    def at_script_creation(self) -> None:
        """Evennia's hook: the script is made."""
        self.key = "backend_router"
        self.desc = "keeps the health of the Workshop's backends"
        self.interval = _interval()
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
        get_bridge().unlisten(self._listener_key)

    def at_stop(self, **kwargs: Any) -> None:
        """Evennia's hook: the timer stops, also when the script goes."""
        get_bridge().unlisten(self._listener_key)

    def at_server_start(self) -> None:
        """Evennia's hook: start what a crash left without a timer, with today's interval."""
        if not self.db_is_active or self.db._manually_paused:
            return
        running = self.ndb._task and self.ndb._task.running
        if not running or self.interval != _interval():
            self.start(interval=_interval())

    def at_repeat(self, **kwargs: Any) -> None:
        """Evennia's hook: time to look again."""
        self.poll()

    @property
    def _listener_key(self) -> str:
        return f"backend_router#{self.id}"

    @property
    def rows(self) -> dict[str, lamps.Row]:
        """The last known row of each backend; empty while the lamps are out."""
        return self.ndb.rows or {}

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
            self._show({**self.ndb.rows, name: row})

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
        self._show({str(row.get("backend")): row for row in rows})

    # what the room sees

    def _dark(self) -> None:
        was_lit, self.ndb.lit, self.ndb.rows = self.ndb.lit, False, None
        if was_lit:
            self._tell(OUT)

    def _show(self, rows: dict[str, lamps.Row]) -> None:
        was_lit, self.ndb.lit = self.ndb.lit, True
        old, self.ndb.rows = self.ndb.rows, rows
        if was_lit is False:
            self._tell(UP)
        if not was_lit or old is None:
            return
        for name in old.keys() - rows.keys():
            self._tell("The lamp of {name} is taken down.", name=safe_line(name, 40))
        for name, row in rows.items():
            before = old.get(name, {}).get("state")
            if before != row.get("state"):
                self._announce(name, before, row)

    def _announce(self, name: str, before: Any, row: lamps.Row) -> None:
        self._tell(
            "{sign} The lamp of {name}: {word}{before}.",
            sign=lamps.sign(row.get("state")),
            name=safe_line(name, 40),
            word=lamps.lamp(row.get("state")).word,
            before=f", was {lamps.lamp(before).word}" if before else " (new)",
        )

    def _tell(self, template: str, **mapping: str) -> None:
        if self.is_valid():
            self.obj.msg_contents((template, {"type": "workshop"}), mapping=mapping)
