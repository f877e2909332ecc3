"""Players as the daemon knows them: `#12`, the number of their character."""

from typing import Any

from evennia.objects.models import ObjectDB

DIGITS = 15  # more are no id


def number(text: str) -> int | None:
    """A whole number as it is typed, or None."""
    fits = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if fits else None


def caller_id(caller: Any) -> int | None:
    """The id of the object that is called `#12`; None if it is no such name."""
    return number(caller[1:]) if isinstance(caller, str) and caller.startswith("#") else None


def is_builder(who: Any) -> bool:
    """Whether to tell someone about backends, keys and errors."""
    return hasattr(who, "locks") and who.locks.check_lockstring(who, "builder:perm(Builder)")


def is_read_aloud(who: Any, session: Any = None) -> bool:
    """Whether a screen reader reads to someone: sentences then, and no tables.

    Args:
        who: an object or account.
        session: the one that is told; any of theirs without it.
    """
    sessions = [session] if session else who.sessions.all() if hasattr(who, "sessions") else []
    return any(one.protocol_flags.get("SCREENREADER") for one in sessions)


def talker(caller: Any, persona: str | None) -> dict[str, str]:
    """The parameters that say who talks with whom. They stay on this machine."""
    return {**({"persona": persona} if persona else {}), "caller": f"#{caller.id}"}


def conversation(room: Any) -> str:
    """The name of a conversation: each player has one in each room."""
    return f"room:#{room.id}" if room else "room:none"


def called(rows: list[dict[str, Any]]) -> dict[str, str]:
    """The callers of some rows by their name there, as `Anna (#12)`; one query for all."""
    ids = {str(row.get("caller") or ""): caller_id(row.get("caller")) for row in rows}
    wanted = {found for found in ids.values() if found is not None}
    names = dict(ObjectDB.objects.filter(id__in=wanted).values_list("id", "db_key"))
    return {
        caller: f"{names[found]} ({caller})" if found in names else caller
        for caller, found in ids.items()
    }
