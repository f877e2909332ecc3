"""What the guard holds back until the owner has looked at it."""

from typing import Any

from evennia.objects.models import ObjectDB
from evennia.utils.evtable import EvTable

from .. import texts
from ..bridge import get_bridge
from ..callers import called, caller_id, number
from ..errors import BridgeError
from ..safetext import safe, safe_cell, safe_line
from .base import KIND, WorkshopCommand, config

Row = dict[str, Any]
USAGE = "Usage: leaks, leaks <number>, leaks/release <number>, leaks/deny <number>"


class CmdLeaks(WorkshopCommand):
    """
    look through what the guard holds back

    Usage:
      leaks
      leaks <number>
      leaks/release <number>
      leaks/deny <number>

    Switches:
      show - the same as no switch, with a number
      release - the very same question of the same player may leave from now on
      deny - it stays here

    A task that is only suspicious is not refused but kept here. Without a number all of them are
    listed, with one you see the task itself: it may hold what must not leave, so look at it
    alone. A player who is in the game is told when a question is released. What names the
    persona's own people and places is never kept here: it cannot be released.
    """

    key = "leaks"
    locks = "cmd:perm(Developer)"
    switch_options = ("deny", "list", "release", "show")

    async def run(self) -> None:
        """List, show, or decide."""
        typed = self.args.strip()
        leak = number(typed.removeprefix("#"))
        action = self.switches[0] if self.switches else ("show" if typed else "list")
        fits = not typed if action == "list" else leak is not None
        if len(self.switches) > 1 or not fits:
            self.tell(USAGE)
            return
        params = {"action": action} if leak is None else {"action": action, "leak": leak}
        answer = await get_bridge().request("leaks", params)
        if action == "list":
            self.page(_table(texts.rows(answer.get("leaks"))))
        elif action == "show":
            self.page(_shown(answer))
        else:
            self._decided(action, leak, answer)

    def explain(self, error: BaseException) -> None:
        """Tell what went wrong, in better words for a wrong number."""
        if isinstance(error, BridgeError) and error.data.get("field") == "leak":
            self.tell(texts.NO_SUCH_LEAK)
            return
        super().explain(error)

    def _decided(self, action: str, leak: int | None, answer: Row) -> None:
        state = answer.get("state")
        self.tell(f"Leak {leak} is {safe_line(state or 'unknown', 40)} now.")
        if action == "release" and state == "released":
            self._let_know(caller_id(answer.get("caller")))

    def _let_know(self, player_id: int | None) -> None:
        """Tell the player, if he is in the game, that he may ask again."""
        player = ObjectDB.objects.filter(id=player_id).first() if player_id is not None else None
        if player is None or not player.sessions.count():
            self.tell("Who asked is not here to be told.")
            return
        name = safe(config().persona_name)
        player.msg(text=(texts.RELEASED.format(name=name), KIND))
        self.tell(f"{safe_line(player.key)} is told.")


def _table(leaks: list[Row]) -> str:
    if not leaks:
        return "Nothing is held back."
    table = EvTable("leak", "since", "caller", "found", "state", border="header", maxwidth=78)
    names = called(leaks)
    for row in leaks:
        table.add_row(
            safe_cell(row.get("leak", "?"), 8),
            texts.moment(row.get("time")),
            safe_cell(names.get(str(row.get("caller") or "")) or "-", 20),
            safe_cell(_found(row), 20),
            safe_cell(row.get("state") or "?", 12),
        )
    return "\n".join(["|wHeld back until you have looked at it|n", str(table)])


def _found(row: Row) -> str:
    return f"{row.get('class') or '?'} ({row.get('severity') or '?'})"


def _shown(row: Row) -> str:
    who = called([row]).get(str(row.get("caller") or ""), "") or "-"
    facts = {
        "leak": row.get("leak"),
        "since": texts.moment(row.get("time")),
        "persona": row.get("persona"),
        "caller": who,
        "found": _found(row),
        "in": row.get("field"),
        "state": row.get("state"),
    }
    lines = [f"|w{label}:|n {safe_line(value or '?')}" for label, value in facts.items()]
    held = row.get("texts")
    doubted = [safe(text) for text in held] if isinstance(held, list) else []
    parts = ["|wtask:|n", safe(row.get("task") or "")]
    if doubted and doubted != parts[1:]:
        parts += ["|wdoubted:|n", *doubted]
    return "\n".join([*lines, *parts])
