"""What `migrate` shows."""

from typing import Any

from .. import texts
from ..safetext import safe_line
from ..texts import rows
from .columns import Cell, Column, Table, text
from .numbers import amount, is_number, number

Row = dict[str, Any]
LAST = 20  # events that are shown


def plan(answer: Row, *, said: bool) -> str:
    """What would be done."""
    found = _dict(answer.get("plan"))
    gate = _dict(found.get("gate"))
    parts: list[str | Cell | Table] = [_title(found), *_steps(found)]
    parts.append(
        f"A new backend that fails each time is left after {number(gate.get('bound'))} thoughts; "
        f"each step looks at {number(gate.get('samples'))}."
    )
    if is_number(found.get("max_usd")):
        parts.append(f"The copies cost at most {amount(found['max_usd'])}.")
    warnings = found.get("warnings")
    if isinstance(warnings, list):
        parts += [f"|yNote:|n {safe_line(warning, 300)}" for warning in warnings]
    return text(parts, said=said)


def page(answer: Row, *, said: bool) -> str:
    """How it stands, and what happened."""
    found = answer.get("migration")
    if not isinstance(found, dict):
        return "There was no migration yet."
    state = str(found.get("state") or "?")
    words = f"{state.replace('_', ' ')}, {number(found.get('share'))} % of the work"
    reason = f": {safe_line(found['reason'], 300)}" if found.get("reason") else ""
    is_open = state in ("running", "paused")
    parts: list[str | Cell | Table] = [
        _title(found),
        *_steps(found, found.get("step") if is_open else None),
        f"{safe_line(words)}{reason}",
    ]
    table = Table(
        Column("backend", cut=True),
        Column("thoughts", right=True, said="{} thoughts"),
        Column("failed", right=True, said="{} failed"),
        Column("median", right=True),
        Column("quality", right=True),
    )
    for side, name in (("source", "from"), ("target", "to")):
        tally = _dict(found.get(side))
        table.add(
            str(found.get(name) or "?"),
            number(tally.get("thoughts")),
            number(tally.get("failed")),
            f"{tally['median_ms']:.0f} ms" if is_number(tally.get("median_ms")) else "-",
            f"{tally['mean_quality']:.2f}" if is_number(tally.get("mean_quality")) else "-",
        )
    parts.append(table)
    copies = _dict(found.get("copies"))
    if is_number(copies.get("count")) and copies["count"]:
        parts.append(
            f"Copies: {number(copies['count'])}, {number(copies.get('conflicts'))} in conflict, "
            f"{amount(copies.get('cost_usd'))} of {amount(copies.get('max_usd'))}"
        )
    if is_number(copies.get("held_back")) and copies["held_back"]:
        parts.append(f"Copies that a budget held back: {number(copies['held_back'])}")
    history = Table(Column("when"), Column("what", said="{}"), Column("step", said="at {}"))
    for row in rows(found.get("history"))[-LAST:]:
        history.add(
            texts.moment(row.get("time")),
            str(row.get("event") or "?").replace("_", " "),
            str(row.get("name") or "?"),
            note=str(row.get("words") or ""),
        )
    if history:
        parts.append(history)
    return text(parts, said=said)


def _title(found: Row) -> str:
    names = [safe_line(found.get(key) or "?") for key in ("from", "to")]
    strategy = str(found.get("strategy") or "?").replace("_", " ")
    return f"|w{names[0]} to {names[1]}:|n {safe_line(strategy)}"


def _steps(found: Row, current: Any = None) -> list[str]:
    told = []
    for place, row in enumerate(rows(found.get("steps")), 1):
        mark = ">" if place == current else " "
        told.append(f"{mark} {place}. {safe_line(row.get('words') or row.get('name') or '?')}")
    return told


def _dict(value: Any) -> Row:
    return value if isinstance(value, dict) else {}
