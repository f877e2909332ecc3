"""What `route` tells."""

from typing import Any

from .. import lamps, texts
from ..safetext import safe_line
from ..texts import rows
from .columns import Cell, Column, Table, text
from .lamps import state
from .numbers import amount, is_number, number

Row = dict[str, Any]
SHORT = 5  # candidates, and rejected ones, of the short form
PARTS = ("quality", "speed", "cost", "reliability")


def short(answer: Row) -> str:
    """The answer of `route` in a few lines."""
    candidates, rejected = rows(answer.get("candidates")), rows(answer.get("rejected"))
    lines = _decision(answer)
    for place, row in enumerate(candidates[:SHORT]):
        label = "Then" if place else "First"
        lamp = f"{lamps.sign(row.get('state'))} {lamps.lamp(row.get('state')).word}"
        role = safe_line(row.get("role", "?"), 40)
        lines.append(
            f"|w{label}:|n {texts.model(row)} ({role}, {lamp}): {safe_line(row.get('why', ''))}"
        )
    lines += [f"|wNot:|n {texts.rejected(row)}" for row in rejected[:SHORT]]
    more = len(candidates[SHORT:]), len(rejected[SHORT:])
    if any(more):
        lines.append(f"{more[0]} more in line, {more[1]} more not: |wroute/full|n shows all.")
    return "\n".join(lines)


def full(answer: Row, *, said: bool) -> str:
    """The answer of `route` with all that went into it."""
    candidates, rejected = rows(answer.get("candidates")), rows(answer.get("rejected"))
    parts: list[str | Cell | Table] = [*_decision(answer), _policy(answer)]
    if candidates:
        parts += ["", "|wWho would be asked, in this order|n", _line_up(candidates)]
        parts += ["", "|wTheir scores: the sum of the parts, times the preference|n"]
        parts += [_scores(candidates)]
    if rejected:
        parts += ["", "|wWho would not be asked|n", _rejections(rejected)]
    return text(parts, said=said)


def _decision(answer: Row) -> list[str]:
    confidence = answer.get("confidence")
    sure = f", confidence {confidence:.2g}" if is_number(confidence) else ""
    kind = f"{safe_line(answer.get('kind'), 40)}, {safe_line(answer.get('complexity'), 40)}{sure}"
    reasons = answer.get("why")
    why = "; ".join(safe_line(reason) for reason in reasons) if isinstance(reasons, list) else ""
    lines = [f"|wRoute:|n {texts.model(answer)}", f"|wKind:|n {kind}", f"|wWhy:|n {why}"]
    if answer.get("local_only"):
        lines.append("|wOnly here:|n this task stays on this machine")
    return lines


def _policy(answer: Row) -> str:
    counts = safe_line(answer.get("criterion") or "?", 40)
    strategy = safe_line(answer.get("strategy") or "?")
    size = number(answer.get("prompt_tokens"))
    return f"|wCriterion:|n {counts}; |wstrategy:|n {strategy}; |wto be sent:|n about {size} tokens"


def _line_up(candidates: list[Row]) -> Table:
    table = Table(
        Column("backend", cut=True),
        Column("model", cut=True),
        Column("role", cut=True),
        Column("lamp", said="{}"),
        Column("expected", right=True, said="expected cost {}"),
    )
    for row in candidates:
        table.add(
            str(row.get("backend") or "?"),
            str(row.get("model") or "?"),
            str(row.get("role") or "?"),
            state(row.get("state")),
            amount(row.get("expected_usd")),
            note=str(row.get("why") or ""),
        )
    return table


def _scores(candidates: list[Row]) -> Table:
    names = ("total", *PARTS, "preference")
    columns = [Column(name, right=True) for name in names]
    table = Table(Column("backend", cut=True), *columns)
    for row in candidates:
        score = row.get("score")
        score = score if isinstance(score, dict) else {}
        table.add(str(row.get("backend") or "?"), *(_part(score.get(name)) for name in names))
    return table


def _part(value: Any) -> str:
    return f"{value:.3f}" if is_number(value) else "?"


def _rejections(rejected: list[Row]) -> Table:
    table = Table(Column("backend", cut=True), Column("rule"))
    for row in rejected:
        rule = str(row.get("rule") or "?").replace("_", " ")
        table.add(str(row.get("backend") or "?"), rule, note=str(row.get("why") or ""))
    return table
