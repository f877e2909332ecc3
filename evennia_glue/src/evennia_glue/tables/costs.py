"""The table of `costs`."""

from typing import Any

from evennia.utils.evtable import EvTable

from ..safetext import safe_cell
from ..texts import rows
from .numbers import dollars, number, percent

Row = dict[str, Any]


def table(answer: Row) -> str:
    """The answer of `costs`, as tables and sentences."""
    table = EvTable("", "USD", "asked", "answered", "tokens in", "tokens out", "no price")
    for label, key in (("today", "today"), ("this month", "month")):
        table.add_row(label, *_account(answer.get(key)))
    for part, name in (("by_backend", "backend"), ("by_tier", "tier")):
        for row in rows(answer.get(part)):
            table.add_row(safe_cell(row.get(name) or "?"), *_account(row))
    parts = [
        "|wWhat thinking costs|n (UTC; backends and tiers: this month)",
        str(table),
        "Answers with no price are not in the sum.",
    ]
    budgets = rows(answer.get("budgets"))
    if budgets:
        limits = EvTable("budget", "USD", "spent", "left", "used", border="header")
        for row in budgets:
            whose = " ".join(str(row.get(key) or "") for key in ("scope", "name", "period"))
            amounts = (dollars(row.get(key)) for key in ("limit_usd", "spent_usd", "left_usd"))
            limits.add_row(safe_cell(whose), *amounts, percent(row.get("percent")))
        parts.append(str(limits))
    cache = answer.get("cache")
    if isinstance(cache, dict):
        parts.append(f"Answered out of the cache this month: {number(cache.get('month'))}.")
    savings = answer.get("savings")
    if isinstance(savings, dict):
        parts.append(_savings(savings))
    return "\n".join(parts)


def _account(row: Any) -> list[str]:
    row = row if isinstance(row, dict) else {}
    counts = ("attempts", "answered", "input_tokens", "output_tokens", "unpriced")
    return [dollars(row.get("usd")), *(number(row.get(key)) for key in counts)]


def _savings(savings: Row) -> str:
    saved = savings.get("saved_usd")
    if isinstance(saved, bool) or not isinstance(saved, int | float):
        return "Saved: not known, there is no priced API backend or thought to compare."
    sentence = f"Saved {dollars(saved)}" if saved >= 0 else f"Lost {dollars(-saved)}"
    return (
        f"{sentence} of the {dollars(savings.get('baseline_usd'))} that the same tokens cost at an "
        f"API; judging cost {dollars(savings.get('router_usd'))}."
    )
