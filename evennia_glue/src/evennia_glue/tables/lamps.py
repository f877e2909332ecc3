"""What `lamps` shows, and `look`."""

from datetime import datetime
from typing import Any

from .. import lamps
from ..safetext import safe_line
from .columns import Cell, Column, Table, text
from .numbers import span

Row = dict[str, Any]
FEW = 12  # lamps that `look` shows
NONE = "No lamp hangs over the benches: there is no backend."


def state(value: Any) -> Cell:
    """A state in its colour, with its sign and its word."""
    shown = lamps.lamp(value)
    return Cell(shown.word, shown.sign, shown.colour)


def latency(value: Any) -> Cell:
    """A latency, as `2 ms`."""
    short = lamps.milliseconds(value)
    return Cell(short or "-", said=short and f"answers in {short.replace('<', 'less than ')}")


def lasting(since: Any, now: datetime | None = None) -> Cell:
    """How long a state has lasted, as `for 3 min`."""
    short, said = span(since, now)
    return Cell(f"for {short}" if short else "-", said=said and f"for {said}")


def page(rows: list[Row], *, with_why: bool, said: bool, now: datetime | None = None) -> str:
    """The lamps of all backends.

    Args:
        rows: those of `health`.
        with_why: True for the reasons, too.
        said: True for sentences, as for a screen reader.
        now: the time to count from; that of the clock without it.
    """
    if not rows:
        return NONE
    well = sum(row.get("state") == "healthy" for row in rows)
    title = f"|wLamps over the benches:|n {well} of {len(rows)} healthy."
    return text([title, _table(rows, with_why=with_why, now=now)], said=said)


def glance(rows: list[Row], *, with_why: bool, said: bool, now: datetime | None = None) -> str:
    """The first lamps, a line each, as `look` shows them; the parameters are those of `page`."""
    title, few = "|wLamps over the benches:|n", rows[:FEW]
    if said:
        shown = _table(few, with_why=with_why, now=now).sentences()
    else:
        shown = [_line(row, with_why=with_why, now=now) for row in few]
    more = [f"and {len(rows) - FEW} more: |wlamps|n"] if len(rows) > FEW else []
    return "\n".join([title, *shown, *more])


def _line(row: Row, *, with_why: bool, now: datetime | None) -> str:
    """As `[-] gpt unhealthy (no connection), for 3 min, gpt-5`."""
    since = span(row.get("since"), now).short
    model = safe_line(row["model"], 40) if row.get("model") else ""
    told = (lamps.line(row, with_why=with_why), since and f"for {since}", model)
    return ", ".join(filter(None, told))


def _why(row: Row) -> str:
    return str(row.get("why") or "") if row.get("state") != "healthy" else ""


def _model(row: Row) -> str:
    """The model, and whether it is loaded where that is done on demand."""
    loaded = lamps.is_loaded(row)
    there = "" if loaded is None else ", loaded" if loaded else ", not loaded"
    return f"{row['model']}{there}" if row.get("model") else ""


def _table(rows: list[Row], *, with_why: bool, now: datetime | None) -> Table:
    table = Table(
        Column("backend", cut=True),
        Column("lamp", said="{}"),
        Column("latency", right=True, said="{}"),
        Column("since", right=True, said="{}"),
        Column("model", cut=True),
    )
    for row in rows:
        table.add(
            str(row.get("backend") or "?"),
            state(row.get("state")),
            latency(row.get("latency_ms")),
            lasting(row.get("since"), now),
            _model(row) or Cell("-", said=""),
            note=_why(row) if with_why else "",
        )
    return table
