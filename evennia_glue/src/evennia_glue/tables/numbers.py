"""Numbers, as a table shows them."""

from typing import Any

from ..safetext import safe_cell


def dollars(value: Any) -> str:
    """An amount, as `$0.0125`; a missing one is no zero."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "cost unknown"
    return f"${value:.2f}" if value >= 1 or value == 0 else f"${value:.6f}".rstrip("0")


def percent(value: Any) -> str:
    """A share, as `78 %`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "-"
    return f"{value:.0f} %"


def number(value: Any) -> str:
    """A count, as `1,310`."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else safe_cell(value)
