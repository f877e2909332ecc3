"""The second half of `leakaudit`: what there is to show that the first half is true.

Each line has a sign and a word: `[+]` it was looked at, and is in order; `[!]` it is not; `[?]`
nobody knows.
"""

from collections.abc import Callable
from typing import Any

from ..texts import moment
from .columns import Cell, Column, Table

Row = dict[str, Any]

UNKNOWN = "unknown"
NEVER = "never done"


def good(text: str) -> Cell:
    """Looked at, and in order."""
    return Cell(text, "+", "|g")


def bad(text: str) -> Cell:
    """Looked at, and not in order."""
    return Cell(text, "!", "|r")


def unknown(text: str = UNKNOWN) -> Cell:
    """Not known: never shown as if it were fine."""
    return Cell(text, "?", "|c")


def is_count(value: Any) -> bool:
    """Whether it is a number of things."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def parts(answer: Row) -> list[str | Table]:
    """What an `audit` says of its proof."""
    table = Table(Column("proof"), Column("what is known", said="{}"))
    tree = answer.get("tree")
    tree = tree if isinstance(tree, dict) else {}
    invariance = answer.get("invariance")
    table.add("tree of the records", _leaves(tree))
    table.add("its root", _root(tree))
    table.add("checkpoint", _checkpoint(tree))
    table.add("last full audit", _part(answer, "verified", _verified))
    table.add("payloads", _payloads(answer.get("payloads")))
    table.add("re-scan, today's terms", _part(answer, "rescan", _rescan))
    table.add(
        "byte invariance",
        _part(answer, "invariance", _invariance),
        note=_tested(invariance) if isinstance(invariance, dict) else "",
    )
    return [
        "",
        "|wWhat there is to show for it|n",
        table,
        "This shows what was recorded and looked for, not that nothing can leak.",
    ]


def _part(answer: Row, key: str, shown: Callable[[Row], Cell]) -> Cell:
    """A part of the report: unknown where it is missing, and said so where it was never done."""
    part = answer.get(key)
    if isinstance(part, dict):
        return shown(part)
    return unknown(NEVER if key in answer and part is None else UNKNOWN)


def _count(value: Any) -> str:
    return f"{value:,}" if is_count(value) else UNKNOWN


def _leaves(tree: Row) -> str | Cell:
    return f"{tree['size']:,} leaves" if is_count(tree.get("size")) else unknown()


def _root(tree: Row) -> str | Cell:
    root = tree.get("root")
    return root if isinstance(root, str) and root else unknown()


def _checkpoint(tree: Row) -> Cell:
    signed = tree.get("checkpoint")
    if signed is True:
        return good("signed")
    return bad("not signed") if signed is False else unknown()


def _verified(row: Row) -> Cell:
    when, count = moment(row.get("time")), _count(row.get("records"))
    if row.get("ok") is True:
        return good(f"in order: {count} records ({when})")
    if row.get("ok") is False:
        return bad(f"{_count(row.get('problems'))} problems in {count} records ({when})")
    return unknown(f"{UNKNOWN} ({when})")


def _payloads(row: Any) -> str | Cell:
    row = row if isinstance(row, dict) else {}
    kept, deleted = row.get("kept"), row.get("deleted")
    if kept is None and deleted is None:
        return unknown()
    return f"{_count(kept)} kept, {_count(deleted)} deleted"


def _rescan(row: Row) -> Cell:
    when, scanned, found = moment(row.get("time")), row.get("scanned"), row.get("found")
    if not is_count(found) or not scanned or not is_count(scanned):
        return unknown(f"{_count(found)} found in {_count(scanned)} ({when})")
    if found:
        return bad(f"{found:,} found in {scanned:,} ({when})")
    return good(f"nothing found in {scanned:,} ({when})")


def _invariance(row: Row) -> Cell:
    when, differing = moment(row.get("time")), row.get("differing")
    if not is_count(differing) or not row.get("requests") or not is_count(row["requests"]):
        return unknown(f"{UNKNOWN} ({when})")
    if differing:
        return bad(f"{differing:,} of {row['requests']:,} differ ({when})")
    return good(f"none differs ({when})")


def _tested(row: Row) -> str:
    """What K was: between how many personas nobody could tell."""
    personas, tasks, requests = (_count(row.get(key)) for key in ("personas", "tasks", "requests"))
    return f"K = {personas} personas, {tasks} tasks, {requests} requests"
