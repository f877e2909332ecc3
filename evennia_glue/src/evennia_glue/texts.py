"""What people are told when something goes wrong."""

from typing import Any, NamedTuple

from . import lamps
from .errors import BridgeDown, BridgeError, BridgeTimeout, WorkshopError
from .safetext import safe, safe_cell, safe_line

DOWN = "The lamps are dark: the bridge to the Workshop is down."
LOST = "The lamps went out in mid-thought: the link to the Workshop was lost."
STOPPING = "The world pauses for a moment, and the thought is lost. Ask again when it is back."
SILENT = "The Workshop has been silent for too long; the thought is dropped."
STUMBLES = "The Workshop stumbles, and nothing comes of it."
NOT_YOURS = "What others said is not yours to hear."
NO_SUCH_LEAK = "Nothing of that number is held back."
NOTHING_REMEMBERED = "The journal has nothing on that."
RELEASED = (
    '{name} looks up and says to you, "I may speak of that now. Ask me again, word for word."'
)

_UNFIT = "That is nothing the Workshop can take."
_NOT_SET_UP = "The Workshop is not set up for that. Tell a builder."

SENTENCES: dict[str, str] = {
    "parse_error": STUMBLES,
    "invalid_request": STUMBLES,
    "method_not_found": "The Workshop does not know how to do that.",
    "invalid_params": _UNFIT,
    "internal_error": STUMBLES,
    "protocol_unsupported": "The Workshop speaks another language now. Tell a builder.",
    "too_many_in_flight": "The Workshop is busy. Try again in a moment.",
    "line_too_long": "That is longer than the Workshop can take.",
    "shutting_down": "The Workshop is closing. Try again in a moment.",
    "persona_refused": "That stays in this room.",
    "quarantined": "That waits here until the owner has looked at it.",
    "egress_blocked": "That stays in this room.",
    "no_backend": "Nobody at the benches may take that.",
    "all_backends_failed": "Everybody at the benches tried, and failed.",
    "deadline_exceeded": "The time for that ran out.",
    "cancelled": "The thought is let go.",
    "memory_unavailable": "The Workshop cannot open what it keeps to itself.",
    "not_permitted": "Only who runs the Workshop may do that.",
    "ledger_unavailable": "The Workshop cannot write in its book, so it sends nothing.",
    "unknown_persona": _NOT_SET_UP,
    "unknown_backend": _NOT_SET_UP,
    "bad_configuration": _NOT_SET_UP,
    "unknown_thought": "There is no such thought of yours.",
}


class Explained(NamedTuple):
    """An error, for people. All of it is safe to send."""

    say: str  # the persona's own words, or empty
    sentence: str  # the same in the game's words
    details: str  # for builders, or empty


def explain(error: WorkshopError, trouble: str = "") -> Explained:
    """Put an error in words.

    Args:
        error: what went wrong.
        trouble: why the link is down, if it is.
    """
    if isinstance(error, BridgeError):
        sentence = SENTENCES.get(error.name, STUMBLES)
        return Explained(safe(error.say), sentence, _details(error))
    if isinstance(error, BridgeTimeout):
        return Explained("", SILENT, safe_line(error))
    if isinstance(error, BridgeDown) and error.stopping:
        return Explained("", STOPPING, "")
    lost = "lost" in str(error)
    return Explained("", LOST if lost else DOWN, safe_line(trouble))


def _details(error: BridgeError) -> str:
    """The fixed message of the daemon, and what it says about it."""
    lines = [f"{safe_line(error.name or error.code)}: {safe_line(error.message)}"]
    for key in ("field", "class", "leak", "limit", "supported"):
        if key in error.data:
            lines.append(f"{key}: {safe_line(error.data[key])}")
    lines.extend(f"tried {attempt(row)}" for row in rows(error.data.get("attempts")))
    lines.extend(f"not {rejected(row)}" for row in rows(error.data.get("rejected")))
    return "\n".join(lines)


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; an empty list for anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def moment(value: Any) -> str:
    """A time as `2026-11-21 08:00`, of one as `2026-11-21T08:00:12Z`."""
    return safe_cell(str(value or "?")[:16].replace("T", " "))


def attempt(row: dict[str, Any]) -> str:
    """One attempt, as `alpha: server_error, 12 ms`."""
    took = lamps.milliseconds(row.get("ms"))
    text = f"{safe_line(row.get('backend', '?'), 40)}: {safe_line(row.get('outcome', '?'), 40)}"
    return f"{text}, {took}" if took else text


def rejected(row: dict[str, Any]) -> str:
    """One rejected backend, as `grok (disabled): no key: set XAI_API_KEY`."""
    rule = safe_line(str(row.get("rule", "?")).replace("_", " "), 40)
    return f"{safe_line(row.get('backend', '?'), 40)} ({rule}): {safe_line(row.get('why', ''))}"
