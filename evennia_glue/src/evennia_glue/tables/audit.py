"""The page of `leakaudit`."""

from typing import Any

from ..safetext import safe_line
from ..texts import rows
from . import proof
from .columns import Cell, Column, Table, text
from .numbers import number

Row = dict[str, Any]


def page(answer: Row, *, said: bool) -> str:
    """The answer of `leakaudit`: what left, what was held back, and what there is to show for it.

    A member that is missing is unknown, never fine.
    """
    parts: list[str | Cell | Table] = [
        f"|wWhat left this machine|n since {safe_line(answer.get('since') or 'the start')}",
        _verdict(answer),
        _counts(answer),
    ]
    for table in (_sent(answer), _held(answer)):
        parts += ["", table] if table else []
    return text([*parts, *proof.parts(answer)], said=said)


def _counts(answer: Row) -> Table:
    guard = answer.get("guard")
    guard = guard if isinstance(guard, dict) else {}
    facts = Table(Column("fact"), Column("count", right=True, said="{}"))
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
        facts.add(label, proof.UNKNOWN if value is None else number(value))
    return facts


def _sent(answer: Row) -> Table:
    table = Table(
        Column("", cut=True),
        Column("records", right=True, said="{} records"),
        Column("bytes sent", right=True, said="{} bytes"),
        title="sent to",
    )
    for row in rows(answer.get("by_backend")):
        name, count, size = row.get("backend"), row.get("records"), row.get("bytes_sent")
        table.add(str(name or "?"), number(count), number(size))
    return table


def _held(answer: Row) -> Table:
    table = Table(
        Column("", cut=True),
        Column("times", right=True, said="{} times"),
        title="refused, stopped or kept: class",
    )
    blocked = answer.get("blocked_by_class")
    for name, count in sorted(blocked.items()) if isinstance(blocked, dict) else ():
        table.add(name, number(count))
    return table


def _end(answer: Row, key: str) -> Any:
    return "-" if answer.get("records") == 0 else answer.get(key)


def _verdict(answer: Row) -> Cell:
    gaps = answer.get("gaps")
    if not proof.is_count(gaps):
        return proof.unknown("It is not known whether records are missing.")
    if gaps == 0:
        return proof.good("No record is missing.")
    return proof.bad(f"{number(gaps)} records are missing.")
