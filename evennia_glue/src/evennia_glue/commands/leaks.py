"""What the guard holds back until the owner has looked at it."""

from typing import Any

from evennia.objects.models import ObjectDB

from .. import texts
from ..bridge import get_bridge
from ..callers import caller_id, number
from ..errors import BridgeError
from ..safetext import safe, safe_line
from ..tables import leaks
from .base import KIND, WorkshopCommand, config

LOCK = "perm(leaks) or perm(Developer)"


class LooksThroughLeaks(WorkshopCommand):
    """The base of the commands with which the owner looks through what is held back."""

    async def look_through(self, action: str, leak: int | None) -> None:
        """List all (`list`), `show` one, or decide on it (`release`, `deny`)."""
        params = {"action": action} if leak is None else {"action": action, "leak": leak}
        answer = await get_bridge().request("leaks", params)
        if action == "list":
            self.page(leaks.page(texts.rows(answer.get("leaks")), said=self.is_read_aloud))
        elif action == "show":
            self.page(leaks.one(answer))
        else:
            self._decided(action, leak, answer)

    def explain(self, error: BaseException) -> None:
        """Tell what went wrong, in better words for a wrong number."""
        if isinstance(error, BridgeError) and error.data.get("field") == "leak":
            self.tell(texts.NO_SUCH_LEAK)
            return
        super().explain(error)

    def typed_number(self) -> int | None:
        """The number that was typed; None if it is none."""
        return number(self.args.strip().removeprefix("#"))

    def _decided(self, action: str, leak: int | None, answer: dict[str, Any]) -> None:
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


class CmdLeaks(LooksThroughLeaks):
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
    aliases = ("leak",)
    locks = f"cmd:{LOCK}"
    switch_options = ("deny", "list", "release", "show")

    async def run(self) -> None:
        """List, show, or decide."""
        leak = self.typed_number()
        action = self.switches[0] if self.switches else ("show" if self.args else "list")
        fits = not self.args if action == "list" else leak is not None
        if len(self.switches) > 1 or not fits:
            self.tell("Usage: leaks, leaks <number>, leaks/release <number>, leaks/deny <number>")
            return
        await self.look_through(action, leak)
