"""The pages of `costs`."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..texts import rows
from .bars import bar
from .columns import Cell, Column, Table, text
from .numbers import amount, dollars, is_number, number, percent, tokens

Row = dict[str, Any]
Names = Mapping[str, str]
LABEL = 24  # columns of the names
LONG, SHORT = 10, 6  # of bars
MOST = 100  # budgets that are listed
FEW = 5  # rows of each part on the first page
NEARLY, ALL = 80, 100  # percent of a budget


class Part(NamedTuple):
    """A part of the accounts, and the switch that shows all of it."""

    title: str
    member: str
    few: int = FEW  # rows on the first page


PARTS: dict[str, Part] = {
    "tier": Part("By tier", "by_tier"),
    "backend": Part("By backend", "by_backend"),
    "caller": Part("By caller", "by_caller"),
    "kind": Part("By kind of task", "by_kind", 0),
}


def callers(answer: Row, key: str = "") -> list[Row]:
    """Who is named on a page: rows whose `caller` is to be called by a name.

    Args:
        answer: that of `costs`.
        key: as for `part`; empty for `page`.
    """
    few = None if key else FEW
    found = rows(answer.get("by_caller"))[:few] if key in ("", "caller") else []
    limits = _fullest(answer, few) if key in ("", "budget") else []
    named = [row for row in limits if row.get("scope") == "caller"]
    return [*found, *({"caller": row.get("name")} for row in named)]


def page(answer: Row, names: Names, *, said: bool) -> str:
    """The accounts on one page: the dearest of each part.

    Args:
        answer: that of `costs`.
        names: how the callers of `callers` are called in the game.
        said: True for sentences, as for a screen reader.
    """
    title = "|wWhat thinking costs|n (UTC; everything but today: this month)"
    parts: list[str | Cell | Table] = [title, _totals(answer)]
    for key, part in PARTS.items():
        if part.few:
            parts += _shares(answer, key, names, part.few)
    parts += _budgets(answer, names, FEW)
    parts += ["", *_sentences(answer)]
    parts.append("Whole lists: |wcosts/" + "|n, |wcosts/".join((*PARTS, "budget")) + "|n")
    return text(parts, said=said)


def part(answer: Row, key: str, names: Names, *, said: bool) -> str:
    """One part of the accounts, whole: a key of `PARTS`, or `budget`."""
    if key == "budget":
        parts = _budgets(answer, names, None)[1:] or ["There is no budget."]
    else:
        empty = f"{PARTS[key].title}: nothing."
        parts = ["|wWhat thinking costs this month|n (UTC)"]
        parts += _shares(answer, key, names, None)[1:] or [empty]
    return text(parts, said=said)


USD = Column("USD", right=True, said="{}", least=10)
TOKENS = tuple(
    Column(name, right=True, said=f"{{}} {name}") for name in ("tokens in", "tokens out")
)


def _totals(answer: Row) -> Table:
    counts = (Column(name, right=True, said=f"{{}} {name}") for name in ("asked", "answered"))
    table = Table(Column("", least=LABEL), USD, *counts, *TOKENS)
    for label, key in (("today", "today"), ("this month", "month")):
        row = _dict(answer.get(key))
        asked, answered = number(row.get("attempts")), number(row.get("answered"))
        table.add(label, amount(row.get("usd")), asked, answered, *_size(row), note=_unpriced(row))
    return table


def _size(row: Row) -> tuple[str, str]:
    return tokens(row.get("input_tokens")), tokens(row.get("output_tokens"))


def _unpriced(row: Row) -> str:
    count = row.get("unpriced")
    return f"{number(count)} answered without a price: not in the sum" if count else ""


def _shares(answer: Row, key: str, names: Names, few: int | None) -> list[str | Cell | Table]:
    """Who cost what of this month: the first few, or all of them with their tokens.

    The shares are those of the dollars; where nothing has cost anything, those of what was asked.
    """
    found, month = rows(answer.get(PARTS[key].member)), _dict(answer.get("month"))
    if not found:
        return []
    of, member, all_of = ("USD", "usd", "dollars")
    if not _amount(month, member):
        of, member, all_of = ("asked", "attempts", "that was asked")
    whole = _amount(month, member)
    table = Table(
        Column("", cut=True, least=0 if few is None else LABEL),
        USD,
        Column("", said=None),
        Column(f"of {of}", right=True, said=f"{{}} of all {all_of}"),
        Column("answered", right=True),
        *(TOKENS if few is None else ()),
        title=PARTS[key].title,
    )
    for row in found[:few]:
        name = str(row.get(key) or "-")
        share = _amount(row, member) / whole if whole else None
        table.add(
            names.get(name, name) if key == "caller" else name,
            amount(row.get("usd")),
            bar(share, SHORT if few is None else LONG),
            percent(None if share is None else share * 100),
            f"{number(row.get('answered'))} of {number(row.get('attempts'))}",
            *(_size(row) if few is None else ()),
            note=_unpriced(row) if few is None else "",
        )
    return ["", table, *_more(found, few, key)]


def _amount(row: Row, key: str) -> float:
    value = row.get(key)
    return value if is_number(value) and value > 0 else 0


def _budgets(answer: Row, names: Names, few: int | None) -> list[str | Cell | Table]:
    """The budgets, those that are used up most first."""
    found = _fullest(answer, few)
    if not found:
        return []
    table = Table(
        Column("", cut=True, least=LABEL),
        Column("limit", right=True),
        Column("spent", right=True),
        Column("left", right=True),
        Column("", said=None),
        Column("used", right=True),
        Column("", said="{}"),
        title="Budgets",
    )
    for row in found:
        used = row.get("percent")
        amounts = (amount(row.get(key)) for key in ("limit_usd", "spent_usd", "left_usd"))
        gauge = bar(used / 100 if is_number(used) else None)
        table.add(_whose(row, names), *amounts, gauge, percent(used), _alarm(used))
    return ["", table, *_more(rows(answer.get("budgets")), len(found), "budget")]


def _fullest(answer: Row, few: int | None) -> list[Row]:
    return sorted(rows(answer.get("budgets")), key=_used, reverse=True)[: few or MOST]


def _used(row: Row) -> float:
    used = row.get("percent")
    return used if is_number(used) else -1


def _whose(row: Row, names: Names) -> str:
    name = str(row.get("name") or "")
    whose = names.get(name, name) if row.get("scope") == "caller" else name
    return " ".join(filter(None, (str(row.get("scope") or "?"), whose, str(row.get("period")))))


def _alarm(used: Any) -> Cell:
    if not is_number(used) or used < NEARLY:
        return Cell("")
    return Cell("used up", colour="|r") if used >= ALL else Cell("nearly", colour="|y")


def _more(found: list[Row], shown: int | None, key: str) -> list[str]:
    left = len(found) - shown if shown else 0
    if left <= 0:
        return []
    return [f"and {left} more" + (f": |wcosts/{key}|n" if shown == FEW else "")]


def _sentences(answer: Row) -> list[str]:
    told = []
    cache = _dict(answer.get("cache"))
    if cache:
        today, month = number(cache.get("today")), number(cache.get("month"))
        told.append(f"Answered out of the cache: {today} today, {month} this month.")
    if "fallbacks" in answer:
        instead = number(answer["fallbacks"])
        told.append(f"Answered by another backend than the first choice: {instead} this month.")
    if isinstance(answer.get("savings"), dict):
        told.append(_savings(answer["savings"]))
    return told


def _savings(savings: Row) -> str:
    saved = savings.get("saved_usd")
    if not is_number(saved):
        return "Saved: not known, there is no priced API backend or thought to compare."
    sentence, share = f"Lost {dollars(-saved)}", None
    if saved >= 0:
        sentence, share = f"Saved {dollars(saved)}", savings.get("percent")
    percentage = f" ({percent(share)})" if is_number(share) else ""
    return (
        f"{sentence}{percentage} of the {dollars(savings.get('baseline_usd'))} that the same "
        f"tokens cost at an API.\nTo judge, compare, copy and look up cost "
        f"{dollars(savings.get('router_usd'))}."
    )


def _dict(value: Any) -> Row:
    return value if isinstance(value, dict) else {}
