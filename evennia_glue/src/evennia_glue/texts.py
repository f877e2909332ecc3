"""What people are told when something goes wrong."""

from typing import Any, NamedTuple

from . import lamps
from .errors import BridgeDown, BridgeError, BridgeTimeout, WorkshopError
from .safetext import is_simple, safe, safe_cell, safe_line

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
NOT_YOURS_TO_DECIDE = "Only a Developer may look through what is held back."
NO_SUCH_BACKEND = "There is no backend of that name. (|wbackends|n lists them.)"
NO_SUCH_MODEL = "That backend has no such model. (|wbackends/models <name>|n lists them.)"
NOT_OFFERED = "The Workshop's daemon is too old for that."
NOTHING_CHANGED = "The configuration is wrong, so nothing has changed:"

# how a thought is heard; {name} is the persona's, {who} somebody else's

THINKS = "{name} falls silent, and thinks ..."
STARTS_OVER = "{name} loses the thread, and starts over."
LETS_GO = "{name} lets the thought go."
FALTERS = "{name} falters, and says no more."
LEAVES_LINE = "You no longer wait for {name}."
CUT = "(The answer was cut at its limit.)"
STILL_THINKS = "{name} still thinks about your last question. (|wthink/stop|n)"
NO_THOUGHT = "{name} is not thinking about anything for you."
NOT_TRUSTED = "{name} does not think aloud for you. (You can |wask|n all the same.)"
NOT_TALKING = "{name} does not talk with you."
TOO_LONG = "That is too long: at most {limit:,} bytes."
PONDERS = (  # to who asked, to the others
    ("{name} thinks about what you said ...", "{name} thinks about what {who} said ..."),
    ("{name} turns your words over ...", "{name} turns the words of {who} over ..."),
    ("{name} looks at you, and ponders ...", "{name} looks at {who}, and ponders ..."),
)
NOT_NOW = {
    "under way": STILL_THINKS,
    "too soon": "{name} has hardly drawn breath. Wait a moment, and ask again.",
    "full": "Too many wait for {name} already. Ask again in a little while.",
}

# asking and rating

ASK_USAGE = "Usage: ask <name> <question>"
NOBODY = "There is nobody here to ask by that name."
NO_TALKER = "{name} is not to be asked like that: |wsay|n it, or |wwhisper|n."
ASK_WHAT = "What do you want to ask {name}?"
ASKS = ('You ask {name}, "{words}"', '{who} asks {name}, "{words}"')
ASKS_ABOUT = ("You ask {name} about {words}.", "{who} asks {name} about {words}.")
ABOUT = "Tell me about {words}."
RATE_WHAT = (
    'Rate the last answer that you got, {name}\'s "{preview}", with |wrate 1|n to |wrate 5|n.'
)
RATED = 'You give {name}\'s answer, "{preview}", {stars} of five.{before}'
RATED_BEFORE = " (It had {stars}.)"
RATE_USAGE = "Usage: rate <1-5>"
NOTHING_TO_RATE = "There is no answer to rate yet: think or ask first."
NO_SUCH_ANSWER = "That answer is not in the book any more, and cannot be rated."

# what the persona says where the daemon has no words for it

DARK = "The lamps are dark, and I cannot think without them. Ask me again later."
WENT_DARK = "The lamps went out, and the thought with them. Ask me again in a moment."
SLOW = "It will not come to me. Ask me again in a moment."
LOST_THREAD = "I have lost the thread. Ask me again, please."
EXCUSES = {
    "too_many_in_flight": "I have my hands full. Ask me again in a moment.",
    "shutting_down": "I am closing for now. Ask me again in a moment.",
    "no_backend": "There is nobody at the benches who may take that.",
    "all_backends_failed": "Everybody at the benches tried, and failed. Ask me again later.",
    "deadline_exceeded": SLOW,
    "persona_refused": "That stays in this room.",
    "egress_blocked": "That stays in this room.",
    "quarantined": "I may not speak of that yet.",
    "memory_unavailable": "I cannot find my notes, and will not talk without them.",
    "line_too_long": "That is more than I can keep in my head.",
    "invalid_params": "That is nothing that I can think about.",
}

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
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
    "experiment_running": "An experiment is running; stop it first.",
    "unknown_job": "There is no such job of yours.",
    "queue_full": "No more jobs can wait; let some end first.",
    "job_conflict": "The job does not stand where that can be done.",
    "comparison_too_dear": "That could cost more than is allowed, so nothing is sent.",
    "bad_migration": "There is no such migration to be made, so nothing has changed.",
    "no_migration": "No migration is under way.",
    "migration_runs": "A migration is under way already.",
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


def excuse(error: BaseException) -> str:
    """What the persona says when there is no answer, and the daemon has no words for it."""
    if isinstance(error, BridgeError):
        return EXCUSES.get(error.name, LOST_THREAD)
    if isinstance(error, BridgeTimeout):
        return SLOW
    if isinstance(error, BridgeDown):
        return WENT_DARK if "lost" in str(error) else DARK
    return LOST_THREAD


def number(count: int) -> str:
    """A small number in words."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def place(before: int) -> str:
    """Somebody's place in the line."""
    if not before:
        return "{name} thinks for others just now. You are next."
    are = "is one" if before == 1 else f"are {number(before)}"
    return f"{{name}} thinks for others just now. There {are} before you."


def fetching(place: int) -> str:
    """Somebody's place among those for whom another model is loaded."""
    if place <= 1:
        return "{name} is fetching another book for that. A moment ..."
    return f"{{name}} is fetching another book for that. You have place {place}."


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
    text = str(value or "?")[:16].replace("T", " ")
    return text if is_simple(text) else safe_cell(text)


def attempt(row: dict[str, Any]) -> str:
    """One attempt, as `alpha: server_error, 12 ms`."""
    took = lamps.milliseconds(row.get("ms"))
    text = f"{safe_line(row.get('backend', '?'), 40)}: {safe_line(row.get('outcome', '?'), 40)}"
    return f"{text}, {took}" if took else text


def rejected(row: dict[str, Any]) -> str:
    """One rejected backend, as `grok (disabled): no key: set XAI_API_KEY`."""
    rule = safe_line(str(row.get("rule", "?")).replace("_", " "), 40)
    return f"{safe_line(row.get('backend', '?'), 40)} ({rule}): {safe_line(row.get('why', ''))}"


def model(row: dict[str, Any]) -> str:
    """Who answers, as `local, hermes-4-14b`."""
    return f"{safe_line(row.get('backend', '?'), 40)}, {safe_line(row.get('model', '?'), 80)}"


def budget_alert(row: dict[str, Any]) -> str:
    """A word for builders on a budget, as `Budget: 80 % of everything, day, is spent.`"""
    spent = row.get("percent")
    known = isinstance(spent, int | float) and not isinstance(spent, bool)
    parts = (row.get(key) for key in ("scope", "name", "period"))
    whose = ", ".join(safe_line(part, 40) for part in parts if part)
    return f"|yBudget:|n {f'{spent:.0f} %' if known else 'nearly all'} of {whose or '?'} is spent."
