"""The second half of `leakaudit`: what there is to show that the first half is true.

Each line has a sign and a word: `[+]` it was looked at, and is in order; `[!]` it is not; `[?]`
nobody knows.
"""

from typing import Any

from evennia.utils.evtable import EvTable

from ..safetext import safe_cell
from ..texts import moment

Row = dict[str, Any]

UNKNOWN = "unknown"
ROOT = 16  # characters of the tree's root that are shown
WIDTH = 78


def good(text: str) -> str:
    """Looked at, and in order."""
    return f"|g[+]|n {text}"


def bad(text: str) -> str:
    """Looked at, and not in order."""
    return f"|r[!]|n {text}"


def unknown(text: str = UNKNOWN) -> str:
    """Not known: never shown as if it were fine."""
    return f"|c[?]|n {text}"


def is_count(value: Any) -> bool:
    """Whether it is a number of things."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def lines(answer: Row) -> list[str]:
    """The lines of an `audit` about its proof."""
    table = EvTable("proof", "what is known", border="header", maxwidth=WIDTH)
    for label, shown in (
        ("tree of the records", _tree(answer.get("tree"))),
        ("checkpoint", _checkpoint(answer.get("tree"))),
        ("last full audit", _part(answer, "verified", _verified)),
        ("payloads", _payloads(answer.get("payloads"))),
        ("re-scan, today's terms", _part(answer, "rescan", _rescan)),
        ("byte invariance", _part(answer, "invariance", _invariance)),
    ):
        table.add_row(label, shown)
    return [
        "|wWhat there is to show for it|n",
        str(table),
        "This shows what was recorded and looked for, not that nothing can leak.",
    ]


def _part(answer: Row, key: str, shown: Any) -> str:
    """A part of the report: unknown where it is missing, and said so where it was never done."""
    part = answer.get(key)
    if isinstance(part, dict):
        return shown(part)
    return unknown("never done" if key in answer and part is None else UNKNOWN)


def _count(value: Any) -> str:
    return f"{value:,}" if is_count(value) else UNKNOWN


def _of(tree: Any, key: str) -> Any:
    return tree.get(key) if isinstance(tree, dict) else None


def _tree(tree: Any) -> str:
    root = _of(tree, "root")
    if not is_count(_of(tree, "size")) or not isinstance(root, str) or not root:
        return unknown()
    return f"{tree['size']:,} leaves, root {safe_cell(root[:ROOT])}..."


def _checkpoint(tree: Any) -> str:
    signed = _of(tree, "checkpoint")
    if signed is True:
        return good("signed")
    return bad("not signed") if signed is False else unknown()


def _verified(row: Row) -> str:
    when, count = moment(row.get("time")), _count(row.get("records"))
    if row.get("ok") is True:
        return good(f"in order: {count} records ({when})")
    if row.get("ok") is False:
        return bad(f"{_count(row.get('problems'))} problems in {count} records ({when})")
    return unknown(f"{UNKNOWN} ({when})")


def _payloads(row: Any) -> str:
    kept, deleted = _of(row, "kept"), _of(row, "deleted")
    if kept is None and deleted is None:
        return unknown()
    return f"{_count(kept)} kept, {_count(deleted)} deleted"


def _rescan(row: Row) -> str:
    when, scanned, found = moment(row.get("time")), row.get("scanned"), row.get("found")
    if not is_count(found) or not scanned or not is_count(scanned):
        return unknown(f"{_count(found)} found in {_count(scanned)} ({when})")
    if found:
        return bad(f"{found:,} found in {scanned:,} ({when})")
    return good(f"nothing found in {scanned:,} ({when})")


def _invariance(row: Row) -> str:
    when, differing = moment(row.get("time")), row.get("differing")
    tested = (
        f"K = {_count(row.get('personas'))}, {_count(row.get('tasks'))} tasks,\n"
        f"{_count(row.get('requests'))} requests ({when})"
    )
    if not is_count(differing) or not row.get("requests") or not is_count(row["requests"]):
        return unknown(f"{UNKNOWN}: {tested}")
    if differing:
        return bad(f"{differing:,} differ: {tested}")
    return good(f"none differs: {tested}")
