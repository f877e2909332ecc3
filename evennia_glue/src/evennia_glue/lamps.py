"""How the health of a backend looks: a colour, a sign and a word each, so that none is needed."""

from typing import Any, NamedTuple

from .safetext import plain_line, safe_line

Row = dict[str, Any]


class Lamp(NamedTuple):
    """What a state looks like."""

    colour: str
    sign: str
    word: str


LAMPS: dict[str, Lamp] = {
    "healthy": Lamp("|g", "+", "healthy"),
    "degraded": Lamp("|y", "~", "degraded"),
    "unhealthy": Lamp("|r", "-", "unhealthy"),
    "rate_limited": Lamp("|y", "=", "rate limited"),
    "config_error": Lamp("|r", "!", "misconfigured"),
    "unknown": Lamp("|c", "?", "not asked yet"),
    "disabled": Lamp("|x", "x", "disabled"),
}


def lamp(state: Any) -> Lamp:
    """The lamp of a state, also of one that a later daemon may know."""
    known = LAMPS.get(state) if isinstance(state, str) else None
    return known or Lamp("|c", "?", safe_line(state, 40))


def plain(state: Any) -> Lamp:
    """As `lamp`, with a word that is only text: for what is no markup."""
    known = LAMPS.get(state) if isinstance(state, str) else None
    return known or Lamp("|c", "?", plain_line(state, 40))


def sign(state: Any) -> str:
    """A state's sign in its colour, as `[+]`."""
    shown = lamp(state)
    return f"{shown.colour}[{shown.sign}]|n"


def latency(row: Row) -> float | None:
    """The latency of a backend in ms; None if it is not known."""
    value = row.get("latency_ms")
    known = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return float(value) if known else None


def is_loaded(row: Row) -> bool | None:
    """Whether a model that is loaded on demand is there; None of any other."""
    place = row.get("model_place")
    return place.get("loaded") is True if isinstance(place, dict) else None


def milliseconds(value: Any) -> str:
    """A duration, as `2 ms`; empty if it is not known."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return ""
    return "<1 ms" if value < 1 else f"{value:.0f} ms"


def line(row: Row, *, with_why: bool = False) -> str:
    """One backend, as `[+] local healthy 2 ms`, with the reason if it is not healthy."""
    state = row.get("state")
    parts = [sign(state), safe_line(row.get("backend", "?"), 40), lamp(state).word]
    latency = milliseconds(row.get("latency_ms"))
    if latency:
        parts.append(latency)
    loaded = is_loaded(row)
    if loaded is not None:
        parts.append("loaded" if loaded else "not loaded")
    text = " ".join(parts)
    if with_why and state != "healthy" and row.get("why"):
        text += f" ({safe_line(row['why'])})"
    return text
