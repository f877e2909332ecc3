"""What `backends` shows."""

from typing import Any

from .. import texts
from ..safetext import safe_line
from ..texts import rows
from .columns import Cell, Column, Table, text
from .lamps import latency, state
from .numbers import amount, number, percent

Row = dict[str, Any]
MOST = 100  # models that are listed


def page(answer: Row, *, said: bool) -> str:
    """All backends."""
    found = rows(answer.get("backends"))
    if not found:
        return "There is no backend."
    table = Table(
        Column("backend", cut=True),
        Column("service", said="{}"),
        Column("lamp"),
        Column("model", cut=True),
        Column("role", cut=True),
        Column("busy", right=True, said="{} under way"),
    )
    for row in found:
        health = _dict(row.get("health"))
        table.add(
            str(row.get("backend") or "?"),
            str(row.get("service") or "?"),
            state(health.get("state") or "unknown"),
            str(row.get("model") or "?"),
            str(row.get("role") or "?"),
            number(health.get("in_flight")),
            note=". ".join(filter(None, (str(row.get("why") or ""), _chosen(row)))),
        )
    return text([f"|wBackends:|n {len(found)}", table], said=said)


def one(row: Row, *, said: bool) -> str:
    """All that is known of one backend."""
    health, totals, prices = (_dict(row.get(key)) for key in ("health", "totals", "prices"))
    facts = Table(Column(""), Column("", said="{}"), headed=False)
    others = row.get("models")
    others = ", ".join(map(str, others)) if isinstance(others, list) else ""
    for label, value in (
        ("backend", row.get("backend")),
        ("service", row.get("service")),
        ("because", row.get("why")),
        ("an operator's last word", row.get("operator")),
        ("lamp", state(health.get("state") or "unknown")),
        ("latency", latency(health.get("latency_ms"))),
        ("breaker", health.get("breaker")),
        ("answers well", percent(_times_100(health.get("reliability")))),
        ("under way", number(health.get("in_flight"))),
        ("model", row.get("model")),
        ("configured model", row.get("configured_model")),
        ("other models", others),
        ("role", row.get("role")),
        ("on this machine", _yes(row.get("local"))),
        ("address", row.get("url")),
        ("has a key", _yes(row.get("has_key"))),
        ("comes from", {"file": "the file", "socket": "the socket"}.get(str(row.get("source")))),
        ("dollars a million tokens", _prices(prices)),
        ("asked", number(totals.get("attempts"))),
        ("answered", number(totals.get("answered"))),
        ("cost so far", amount(totals.get("usd"))),
        ("last asked", totals.get("last_used") and texts.moment(totals["last_used"])),
    ):
        if value not in (None, ""):
            facts.add(label, value if isinstance(value, Cell) else str(value))
    return text([facts], said=said)


def models(answer: Row, only: str, *, said: bool) -> str | None:
    """The models that there are.

    Args:
        answer: that of `models`.
        only: the one backend of which they are, or an empty text.
        said: True for sentences, as for a screen reader.

    Returns:
        None if nothing is known of that backend.
    """
    found, sources = rows(answer.get("models")), rows(answer.get("sources"))
    if only:
        found, sources = (
            [row for row in part if row.get("backend") == only] for part in (found, sources)
        )
    if only and not found and not sources:
        return None
    table = Table(Column("model", cut=True), Column("backend", cut=True), Column("", said="{}"))
    for row in found[:MOST]:
        told = [key for key in ("configured", "listed") if row.get(key) is True]
        table.add(str(row.get("model") or "?"), str(row.get("backend") or "?"), ", ".join(told))
    lists = Table(Column("list of", cut=True), Column("outcome", said="{}"))
    for row in sources:
        outcome = str(row.get("outcome") or "?").replace("_", " ")
        lists.add(str(row.get("backend") or "?"), outcome)
    parts: list[str | Cell | Table] = [f"|wModels:|n {len(found)}"]
    if table:
        parts.append(table)
    if len(found) > MOST or answer.get("cut") is True:
        parts.append("There are more: |wbackends/models <name>|n shows those of one backend.")
    if lists:
        parts += ["", lists]
    return text(parts, said=said)


def under_way(row: Row) -> int:
    """How many requests a backend has in flight, as far as it is known."""
    count = _dict(row.get("health")).get("in_flight")
    return count if isinstance(count, int) else 0


def problems(found: Any) -> list[str]:
    """What is wrong with a configuration, as `file:line: path: message (hint)`."""
    return [_problem(row) for row in rows(found)]


def _problem(row: Row) -> str:
    where = [str(row[key]) for key in ("file", "line") if row.get(key) not in (None, "")]
    told = [":".join(where), str(row.get("path") or ""), str(row.get("message") or "?")]
    hint = f" ({safe_line(row['hint'])})" if row.get("hint") else ""
    return ": ".join(safe_line(part) for part in told if part) + hint


def _chosen(row: Row) -> str:
    """A word on a model that an operator chose."""
    configured = row.get("configured_model")
    if configured in (None, "", row.get("model")):
        return ""
    return f"an operator's choice of model; configured: {configured}"


def _prices(prices: Row) -> str:
    told = [f"{key} {amount(prices[key])}" for key in ("input", "output") if key in prices]
    return ", ".join(told)


def _yes(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""


def _times_100(value: Any) -> Any:
    return value * 100 if isinstance(value, float | int) else None


def _dict(value: Any) -> Row:
    return value if isinstance(value, dict) else {}
