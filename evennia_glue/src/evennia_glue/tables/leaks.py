"""What `leaks` shows."""

from typing import Any

from ..callers import called
from ..safetext import safe, safe_line
from ..texts import moment
from .columns import Column, Table, text

Row = dict[str, Any]
NONE = "Nothing is held back."


def page(leaks: list[Row], *, said: bool) -> str:
    """All that is held back."""
    if not leaks:
        return NONE
    table = Table(
        Column("leak"),
        Column("since"),
        Column("caller", cut=True, said="asked by {}"),
        Column("found", cut=True),
        Column("state", cut=True, said="{}"),
    )
    names = called(leaks)
    for row in leaks:
        table.add(
            str(row.get("leak", "?")),
            moment(row.get("time")),
            names.get(str(row.get("caller") or "")) or "-",
            _found(row),
            str(row.get("state") or "?"),
        )
    return text(["|wHeld back until you have looked at it|n", table], said=said)


def one(row: Row) -> str:
    """One of them, with its task."""
    who = called([row]).get(str(row.get("caller") or ""), "") or "-"
    facts = {
        "leak": row.get("leak"),
        "since": moment(row.get("time")),
        "persona": row.get("persona"),
        "caller": who,
        "found": _found(row),
        "in": row.get("field"),
        "state": row.get("state"),
    }
    lines = [f"|w{label}:|n {safe_line(value or '?')}" for label, value in facts.items()]
    held = row.get("texts")
    doubted = [safe(text) for text in held] if isinstance(held, list) else []
    parts = ["|wtask:|n", safe(row.get("task") or "")]
    if doubted and doubted != parts[1:]:
        parts += ["|wdoubted:|n", *doubted]
    return "\n".join([*lines, *parts])


def _found(row: Row) -> str:
    return f"{row.get('class') or '?'} ({row.get('severity') or '?'})"
