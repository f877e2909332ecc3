"""The tables of `leakaudit`."""

from typing import Any

from evennia.utils.evtable import EvTable

from ..safetext import safe_cell, safe_line
from ..texts import rows
from . import proof
from .numbers import number

Row = dict[str, Any]
WIDTH = 78


def table(answer: Row) -> str:
    """The answer of `leakaudit`: what left, what was held back, and what there is to show for it.

    A member that is missing is unknown, never fine.
    """
    parts = [
        f"|wWhat left this machine|n since {safe_line(answer.get('since') or 'the start')}",
        _verdict(answer),
        str(_counts(answer)),
    ]
    backends = rows(answer.get("by_backend"))
    if backends:
        sent = EvTable("backend", "records", "bytes sent", border="header", maxwidth=WIDTH)
        for row in backends:
            name, count, size = row.get("backend", "?"), row.get("records"), row.get("bytes_sent")
            sent.add_row(safe_cell(name), number(count), number(size))
        parts.append(str(sent))
    blocked = answer.get("blocked_by_class")
    if isinstance(blocked, dict) and blocked:
        held = EvTable("held back: class", "times", border="header", maxwidth=WIDTH)
        for name, count in sorted(blocked.items()):
            held.add_row(safe_cell(name), number(count))
        parts.append(str(held))
    return "\n".join([*parts, *proof.lines(answer)])


def _counts(answer: Row) -> EvTable:
    guard = answer.get("guard")
    guard = guard if isinstance(guard, dict) else {}
    facts = EvTable("fact", "count", border="header", maxwidth=WIDTH)
    for label, value in (
        ("records of requests", answer.get("records")),
        ("first record", _end(answer, "first_seq")),
        ("last record", _end(answer, "last_seq")),
        ("gaps between them", answer.get("gaps")),
        ("with no known end", answer.get("unsettled")),
        ("probes of health", answer.get("probes")),
        ("tasks let through", guard.get("allowed")),
        ("tasks with stand-ins", guard.get("pseudonymised")),
        ("tasks refused", guard.get("refused")),
        ("tasks kept for the owner", guard.get("quarantined")),
        ("of these released", guard.get("released")),
        ("of these denied", guard.get("denied")),
        ("stopped at the door", guard.get("egress_blocked")),
        ("self-namings taken out", guard.get("replies_caught")),
    ):
        facts.add_row(label, proof.UNKNOWN if value is None else number(value))
    return facts


def _end(answer: Row, key: str) -> Any:
    return "-" if answer.get("records") == 0 else answer.get(key)


def _verdict(answer: Row) -> str:
    gaps = answer.get("gaps")
    if not proof.is_count(gaps):
        return proof.unknown("It is not known whether records are missing.")
    if gaps == 0:
        return proof.good("No record is missing.")
    return proof.bad(f"{number(gaps)} records are missing.")
