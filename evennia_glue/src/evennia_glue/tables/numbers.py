"""Numbers and times, as a table shows them."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

UNITS = ((86_400, "d", "day"), (3600, "h", "hour"), (60, "min", "minute"), (1, "s", "second"))
HALF = 0.5  # percent below which a share would look like none
_NUMBERS = (int, float)  # a union would be made anew at every look
LEAST = 0.000001  # dollars that are shown
MANY = 10_000_000  # from here on a count of tokens is rounded


def is_number(value: Any) -> bool:
    """Whether it is a number, which True is not."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def dollars(value: Any) -> str:
    """An amount, as `$0.0125`; a missing one is no zero."""
    return amount(value) if is_number(value) else "cost unknown"


def amount(value: Any) -> str:
    """As `dollars`, for a column: `?` if it is not known."""
    if not is_number(value):
        return "?"
    sign, value = ("-", -value) if value < 0 else ("", value)
    if value == 0 or value >= 1:
        return f"{sign}${value:,.2f}"
    return f"{sign}${value:.6f}".rstrip("0") if value >= LEAST else f"{sign}<${LEAST:f}"


def percent(value: Any) -> str:
    """A share, as `78 %`."""
    if not is_number(value):
        return "-"
    return "<1 %" if 0 < value < HALF else f"{value:.0f} %"


def number(value: Any) -> str:
    """A count, as `1,310`; `-` if there is none, `?` if it is no number."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if is_number(value) else "?"


def tokens(value: Any) -> str:
    """A count that may be very large, as `1,310` or `12.3 M`."""
    if not is_number(value) or value < MANY:
        return number(value)
    for unit, size in (("T", 1e12), ("G", 1e9)):
        if value >= size:
            return f"{value / size:.1f} {unit}"
    return f"{value / 1e6:.1f} M"


class Span(NamedTuple):
    """How long something lasts: as `3 min`, and as it is said, `3 minutes`. Empty if unknown."""

    short: str
    said: str


def span(since: Any, now: datetime | None = None) -> Span:
    """The time from a moment like `2026-11-21T01:00:00Z` until now."""
    try:
        start = datetime.fromisoformat(since)
    except (TypeError, ValueError):
        return Span("", "")
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    seconds = max(0, int(((now or datetime.now(UTC)) - start).total_seconds()))
    size, short, unit = next((fit for fit in UNITS if seconds >= fit[0]), UNITS[-1])
    count = seconds // size
    return Span(f"{count} {short}", f"{count} {unit}{'' if count == 1 else 's'}")
