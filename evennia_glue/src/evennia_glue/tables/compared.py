"""What `compare` shows."""

from typing import Any

from ..safetext import safe, safe_line
from ..texts import rows
from .columns import Cell, Column, Table, text
from .numbers import amount, dollars, is_number, number

Row = dict[str, Any]
LONGEST = 2000  # characters of an answer


def page(answer: Row, answers: list[Row], *, said: bool) -> str:
    """The answers, their figures, and how each stands to the first."""
    held = rows(answer.get("held_back"))
    if held:
        return "That stays in this room: the guard holds it back, and nothing was sent."
    order = [row.get("backend") for row in rows(answer.get("backends"))]
    answers = sorted(answers, key=lambda row: _place(order, row.get("backend")))
    table = Table(
        Column("backend", cut=True),
        Column("outcome", said="{}"),
        Column("time", right=True),
        Column("tokens", right=True, said="{} tokens"),
        Column("USD", right=True),
        Column("quality", right=True),
    )
    parts: list[str | Cell | Table] = []
    for row in answers:
        table.add(
            str(row.get("backend") or "?"),
            str(row.get("status") or "?").replace("_", " "),
            f"{row['ms']:.0f} ms" if is_number(row.get("ms")) else "-",
            number(row.get("output_tokens")),
            amount(row.get("cost_usd")),
            f"{row['quality']:.2f}" if is_number(row.get("quality")) else "-",
        )
        if row.get("text"):
            name = safe_line(row.get("backend") or "?")
            parts += [f"|w{name}:|n {safe(row['text'], LONGEST)}", ""]
    parts.append(table)
    for pair in rows(answer.get("pairs")):
        first = next(iter(rows(pair.get("verdicts"))), {})
        parts.append(
            f"{safe_line(pair.get('second') or '?')}: {safe_line(first.get('words') or '?')}"
        )
    parts.append(f"Spent: {dollars(answer.get('spent_usd'))}")
    return text(parts, said=said)


def estimate(answer: Row, *, said: bool) -> str:
    """What it would cost at worst."""
    table = Table(Column("backend", cut=True), Column("at worst", right=True, said="{}"))
    for row in rows(answer.get("worst")):
        table.add(str(row.get("backend") or "?"), amount(row.get("usd")))
    total = f"At worst {dollars(answer.get('worst_usd'))}; nothing was sent."
    return text([table, total], said=said)


def _place(order: list[Any], name: Any) -> int:
    return order.index(name) if name in order else len(order)
