"""Work that is handed over from one backend to another."""

from typing import Any

from evennia.utils import logger

from .. import texts
from ..bridge import get_bridge
from ..errors import BridgeError, WorkshopError
from ..safetext import plain_line, safe_line
from ..tables import migrated
from .base import WorkshopCommand

Row = dict[str, Any]
STRATEGIES = ("gradual_migration", "immediate_cutover", "parallel_testing")
USAGE = (
    "Usage: migrate, migrate/plan <from> = <to> [strategy] [shares], migrate/apply (the same), "
    "migrate/pause, migrate/resume, migrate/rollback"
)


class CmdMigrate(WorkshopCommand):
    """
    hand the work of one backend over to another

    Usage:
      migrate
      migrate/plan <from> = <to> [strategy] [shares]
      migrate/apply <from> = <to> [strategy] [shares]
      migrate/pause
      migrate/resume
      migrate/rollback

    Switches:
      plan - show what would be done; nothing is
      apply - begin; it goes on by itself
      pause - stay at this share
      resume - go on
      rollback - give all work back to the old backend

    Strategies: gradual_migration (10, 50 and 100 percent, or your own shares), immediate_cutover,
    parallel_testing (copies whose answers nobody is shown). A new backend that fails too often, is
    too slow, worse or dearer than allowed is left at once. At the end the old one is drained.
    Without a switch you see how it stands. Who did what stands in the server's log.

    Examples:
      migrate/plan local = gpt
      migrate/apply local = gpt gradual_migration 5,25,100
    """

    key = "migrate"
    locks = "cmd:perm(migrate) or perm(Admin)"
    switch_options = ("plan", "apply", "pause", "resume", "rollback")

    async def run(self) -> None:
        """Show, or do."""
        switch = self.switches[0] if self.switches else "status"
        wish = self._wish() if switch in ("plan", "apply") else {}
        if len(self.switches) > 1 or wish is None or (not wish and self.args.strip()):
            self.tell(USAGE)
            return
        bridge = get_bridge()
        if bridge.up and "migrate" not in bridge.capabilities:
            self.tell(texts.NOT_OFFERED)
            return
        params = {"action": switch, **wish}
        if switch in ("status", "plan"):
            answer = await bridge.request("migrate", params)
        else:
            answer = await self._do(params)
        show = migrated.plan if switch == "plan" else migrated.page
        self.page(show(answer, said=self.is_read_aloud))

    def _wish(self) -> Row | None:
        """What was typed behind plan and apply; None if that is none."""
        words = (self.rhs or "").split()
        if not self.lhs or not words:
            return None
        wish: Row = {"from": self.lhs, "to": words.pop(0)}
        if words and words[0] in STRATEGIES:
            wish["strategy"] = words.pop(0)
        if words:
            try:
                wish["steps"] = [int(part) for part in "".join(words).rstrip("%").split(",")]
            except ValueError:
                return None
        return wish

    async def _do(self, params: Row) -> Row:
        """Ask for a change, and write in the log who did and what came of it."""
        outcome = "failed"
        try:
            answer = await get_bridge().request("migrate", params)
            outcome = "done"
        except BridgeError as error:
            outcome = f"refused ({error.name or error.code})"
            raise
        except WorkshopError as error:
            outcome = f"not done ({type(error).__name__})"
            raise
        finally:
            account = self.account.key if self.account else "nobody"
            what = " ".join(f"{value}" for value in params.values())
            who = f"{self.caller.key} (#{self.caller.id}, account {account})"
            logger.log_sec(f"evennia_glue: migrate: {plain_line(f'{who}: {what}: {outcome}')}")
        return answer

    def explain(self, error: BaseException) -> None:
        """Tell what went wrong, and what to do about it."""
        if isinstance(error, BridgeError) and error.name == "unknown_backend":
            self.tell(texts.NO_SUCH_BACKEND)
            return
        super().explain(error)
        if isinstance(error, BridgeError) and error.data.get("why"):
            self.tell(safe_line(error.data["why"]))
