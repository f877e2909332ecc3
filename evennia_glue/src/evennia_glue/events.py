"""Out-of-band events: what a web client's pane, or a client that speaks GMCP, knows of a Workshop.

    workshop_health  {here, up, backends: [row], history: {backend: [ms or None]}}   everybody
    workshop_costs   {today, month, budgets}                                         builders
    workshop_audit   {verdict, records, root, verified, why}                         builders

A client of the web gets them after it has sent `workshop_watch` (see `web/inputfuncs.py`): stock
Evennia's shows an event that it does not know as an error. A telnet client that speaks GMCP gets
`Workshop.Health` and so on as soon as it stands in a Workshop. The texts in them are plain: without
control characters, but not escaped; a client shows them as text.
"""

from collections.abc import Iterable
from typing import Any

from evennia.server.signals import SIGNAL_OBJECT_POST_PUPPET, SIGNAL_OBJECT_POST_UNPUPPET
from twisted.internet.defer import gatherResults
from twisted.python.failure import Failure

from . import lamps
from .bridge import Answer, Bridge, get_bridge
from .errors import WorkshopError, log_quietly
from .safetext import plain_line
from .tables.proof import is_count

HEALTH, COSTS, AUDIT = "workshop_health", "workshop_costs", "workshop_audit"
WATCHES = "WORKSHOP"  # the flag of a session that asked for the events; it survives a reload
AGE = 30.0  # seconds that what builders see may be old
BUDGETS = 20

ELSEWHERE: Answer = {"here": False, "up": False, "backends": [], "history": {}}


class Reports:
    """The costs and the audit, as they were last heard; asked for seldom, and only for somebody."""

    def __init__(self, bridge: Bridge) -> None:
        """Nothing is asked yet."""
        self.bridge = bridge
        self.known: dict[str, Answer] = {}
        self.version = 0  # how often it was heard
        self._asked = float("-inf")

    def refresh(self, tell: Any) -> None:
        """Ask, unless that was a moment ago, and have `tell` called when there is an answer."""
        now = self.bridge.reactor.seconds()
        if not self.bridge.up or now - self._asked < AGE:
            return
        self._asked = now
        asked = gatherResults(
            [self.bridge.request("costs"), self.bridge.request("audit")], consumeErrors=True
        )

        def answered(answers: list[Answer]) -> None:
            self.known = {COSTS: costs(answers[0]), AUDIT: audit(answers[1])}
            self.version += 1
            tell()

        def failed(failure: Failure) -> None:
            cause = getattr(failure.value, "subFailure", failure)
            if not cause.check(WorkshopError):
                log_quietly("asking for the reports failed", cause.value)

        asked.addCallback(answered)
        asked.addErrback(failed)


def install() -> None:
    """Hear of who comes into the game and who leaves it."""
    SIGNAL_OBJECT_POST_PUPPET.connect(_puppeted, dispatch_uid="evennia_glue.events")
    SIGNAL_OBJECT_POST_UNPUPPET.connect(_unpuppeted, dispatch_uid="evennia_glue.events")


def _puppeted(sender: Any, session: Any, **_: Any) -> None:
    tell(session)


def _unpuppeted(sender: Any, session: Any, **_: Any) -> None:
    if takes(session):
        _send(session, HEALTH, ELSEWHERE)


def takes(session: Any) -> bool:
    """Whether a client gets these events."""
    flags = session.protocol_flags
    if flags.get(WATCHES):
        return True
    return bool(flags.get("OOB")) and not str(session.protocol_key).startswith("webclient")


def watch(session: Any) -> None:
    """A client asks for the events, and gets the first at once."""
    if not session.protocol_flags.get(WATCHES):
        session.update_flags(**{WATCHES: True})
    tell(session)


def tell(session: Any) -> None:
    """One session, all that it may know: it has come, or asks."""
    if not takes(session):
        return
    room = getattr(session.puppet, "location", None)
    router = getattr(room, "router", None)
    if router is None:
        _send(session, HEALTH, ELSEWHERE)
        return
    _send(session, HEALTH, health(router, with_why=_may_see(session)))
    if _may_see(session):
        _tell_reports(session)
        refresh(room)


def tell_room(room: Any) -> None:
    """Everybody in a Workshop who takes events: how the backends are."""
    router = room.router
    if router is None:
        return
    shown: dict[bool, Answer] = {}
    for session in _sessions(room):
        builder = _may_see(session)
        if builder not in shown:
            shown[builder] = health(router, with_why=builder)
        _send(session, HEALTH, shown[builder])


def arrived(who: Any) -> None:
    """Somebody has come into a Workshop."""
    for session in who.sessions.get():
        tell(session)


def left(who: Any) -> None:
    """Somebody leaves a Workshop."""
    for session in who.sessions.get():
        if takes(session):
            _send(session, HEALTH, ELSEWHERE)


def refresh(room: Any) -> None:
    """See to it that the builders who watch in a room know the costs and the audit."""
    reports = get_reports()

    def tell_builders() -> None:
        for session in _sessions(room):
            if _may_see(session) and session.ndb.workshop_reports != reports.version:
                _tell_reports(session)

    tell_builders()
    if any(_may_see(session) for session in _sessions(room)):
        reports.refresh(tell_builders)


def _sessions(room: Any) -> Iterable[Any]:
    """Those in a room who take events."""
    for thing in room.contents:
        for session in thing.sessions.get():
            if takes(session):
                yield session


def _may_see(session: Any) -> bool:
    who = session.puppet or session.account
    return bool(who) and who.locks.check_lockstring(who, "builder:perm(Builder)")


def _tell_reports(session: Any) -> None:
    reports = get_reports()
    session.ndb.workshop_reports = reports.version
    for event, answer in reports.known.items():
        _send(session, event, answer)


def _send(session: Any, event: str, answer: Answer) -> None:
    """Raw: Evennia may be set to run what looks like a function in every text that it sends."""
    session.data_out(**{event: [[], answer]}, options={"raw": True})


def health(router: Any, *, with_why: bool) -> Answer:
    """What `workshop_health` says; the reasons, which may name keys, are for builders."""
    rows = [_row(name, row, with_why=with_why) for name, row in router.rows.items()]
    history = {plain_line(name, 64): latencies for name, latencies in router.history.items()}
    return {"here": True, "up": bool(rows), "backends": rows, "history": history}


def _row(name: str, row: lamps.Row, *, with_why: bool) -> Answer:
    lamp = lamps.plain(row.get("state"))
    shown = {
        "backend": plain_line(name, 64),
        "model": plain_line(row.get("model") or "", 80),
        "state": plain_line(row.get("state"), 40),
        "sign": lamp.sign,
        "word": lamp.word,
        "since": plain_line(row.get("since") or "", 40),
        "latency_ms": lamps.latency(row),
    }
    return shown | {"why": plain_line(row.get("why") or "")} if with_why else shown


def costs(answer: Answer) -> Answer:
    """What `workshop_costs` says, of the answer of `costs`."""
    keys = ("limit_usd", "spent_usd", "left_usd", "percent")
    return {
        "today": _amount(answer.get("today")),
        "month": _amount(answer.get("month")),
        "budgets": [
            {key: plain_line(row.get(key) or "", 64) for key in ("scope", "name", "period")}
            | {key: _number(row.get(key)) for key in keys}
            for row in _objects(answer.get("budgets"))[:BUDGETS]
        ],
    }


def _amount(row: Any) -> Answer:
    row = row if isinstance(row, dict) else {}
    return {key: _number(row.get(key)) for key in ("usd", "attempts", "answered", "unpriced")}


def audit(answer: Answer) -> Answer:
    """What `workshop_audit` says, of the answer of `audit`.

    `verdict` is `good` if everything was looked at and is in order, `bad` if anything is not, and
    `unknown` otherwise; `why` is the reason, in words.
    """
    parts = {key: _object(answer.get(key)) for key in ("tree", "verified", "rescan", "invariance")}
    gaps, checked = answer.get("gaps"), parts["verified"].get("ok")
    faults = [
        (is_count(gaps) and gaps > 0, "records are missing"),
        (parts["tree"].get("checkpoint") is False, "the checkpoint is not signed"),
        (checked is False, "the last full audit found problems"),
        (_some(parts["rescan"].get("found")), "the last re-scan found something"),
        (_some(parts["invariance"].get("differing")), "requests differed between personas"),
    ]
    found = [why for fault, why in faults if fault]
    if found:
        verdict, why = "bad", "; ".join(found)
    elif gaps != 0 or isinstance(gaps, bool):
        verdict, why = "unknown", "it is not known whether records are missing"
    elif checked is not True:
        verdict, why = "unknown", "no record is missing; never fully audited"
    else:
        verdict, why = "good", "no record is missing, the full audit is in order"
    return {
        "verdict": verdict,
        "why": why,
        "records": _number(answer.get("records")),
        "root": plain_line(parts["tree"].get("root") or "", 64),
        "verified": plain_line(parts["verified"].get("time") or "", 40),
    }


def _some(value: Any) -> bool:
    return is_count(value) and value > 0


def _object(value: Any) -> Answer:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Answer]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


_reports: Reports | None = None


def get_reports() -> Reports:
    """The one of this process."""
    global _reports  # noqa: PLW0603
    if _reports is None or _reports.bridge is not get_bridge():
        _reports = Reports(get_bridge())
    return _reports
