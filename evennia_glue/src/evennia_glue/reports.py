"""The tables of `costs` and `leakaudit`."""

from typing import Any

from evennia.utils.evtable import EvTable

from . import proof
from .safetext import safe_cell, safe_line
from .texts import rows

Row = dict[str, Any]
WIDTH = 78


def dollars(value: Any) -> str:
    """An amount, as `$0.0125`; a missing one is no zero."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "cost unknown"
    return f"${value:.2f}" if value >= 1 or value == 0 else f"${value:.6f}".rstrip("0")


def costs(answer: Row) -> str:
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
            limits.add_row(safe_cell(whose), *amounts, _percent(row.get("percent")))
        parts.append(str(limits))
    cache = answer.get("cache")
    if isinstance(cache, dict):
        parts.append(f"Answered out of the cache this month: {_number(cache.get('month'))}.")
    savings = answer.get("savings")
    if isinstance(savings, dict):
        parts.append(_savings(savings))
    return "\n".join(parts)


def audit(answer: Row) -> str:
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
            sent.add_row(safe_cell(name), _number(count), _number(size))
        parts.append(str(sent))
    blocked = answer.get("blocked_by_class")
    if isinstance(blocked, dict) and blocked:
        held = EvTable("held back: class", "times", border="header", maxwidth=WIDTH)
        for name, count in sorted(blocked.items()):
            held.add_row(safe_cell(name), _number(count))
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
        facts.add_row(label, proof.UNKNOWN if value is None else _number(value))
    return facts


def _end(answer: Row, key: str) -> Any:
    return "-" if answer.get("records") == 0 else answer.get(key)


def _verdict(answer: Row) -> str:
    gaps = answer.get("gaps")
    if not proof.is_count(gaps):
        return proof.unknown("It is not known whether records are missing.")
    if gaps == 0:
        return proof.good("No record is missing.")
    return proof.bad(f"{_number(gaps)} records are missing.")


def _account(row: Any) -> list[str]:
    row = row if isinstance(row, dict) else {}
    counts = ("attempts", "answered", "input_tokens", "output_tokens", "unpriced")
    return [dollars(row.get("usd")), *(_number(row.get(key)) for key in counts)]


def _savings(savings: Row) -> str:
    saved = savings.get("saved_usd")
    if isinstance(saved, bool) or not isinstance(saved, int | float):
        return "Saved: not known, there is no priced API backend or thought to compare."
    sentence = f"Saved {dollars(saved)}" if saved >= 0 else f"Lost {dollars(-saved)}"
    return (
        f"{sentence} of the {dollars(savings.get('baseline_usd'))} that the same tokens cost at an "
        f"API; judging cost {dollars(savings.get('router_usd'))}."
    )


def _percent(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "-"
    return f"{value:.0f} %"


def _number(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else safe_cell(value)
