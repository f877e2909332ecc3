"""The same task for several backends."""

from typing import Any

from .. import texts
from ..bridge import get_bridge
from ..errors import BridgeError
from ..tables import compared
from .base import WorkshopCommand

Row = dict[str, Any]
LEAST, MOST = 2, 8
USAGE = "Usage: compare <backend>, <backend> = <task>, or compare/cost for what it costs at worst"


class CmdCompare(WorkshopCommand):
    """
    give several backends the same task

    Usage:
      compare <backend>, <backend> [, <backend> ...] = <task>
      compare/cost <backend>, <backend> = <task>

    Switches:
      cost - only tell what it would cost at worst; nothing is sent

    Two to eight backends answer side by side, each as it is, without the persona's words. You see
    each answer with its time, tokens, cost and quality, and how it stands to that of the first
    backend. It goes through the guard, the book and the budgets like every other task, and costs
    a dollar at most. Files of tasks, and a report with plots, are the daemon's: workshop compare.

    Example:
      compare local, gpt = Why is the sky blue?
    """

    key = "compare"
    locks = "cmd:perm(compare) or perm(Builder)"
    switch_options = ("cost",)

    async def run(self) -> None:
        """Ask all of them."""
        names = [name.strip() for name in (self.lhs or "").split(",") if name.strip()]
        task = (self.rhs or "").strip()
        if not task or not LEAST <= len(names) <= MOST or len(self.switches) > 1:
            self.tell(USAGE)
            return
        if len(set(names)) < len(names):
            self.tell("One of them is named twice.")
            return
        bridge = get_bridge()
        if bridge.up and "compare" not in bridge.capabilities:
            self.tell(texts.NOT_OFFERED)
            return
        params: Row = {"prompts": [task], "backends": names, "caller": f"#{self.caller.id}"}
        params |= self.persona()
        if self.switches:
            answer = await bridge.request("compare", {**params, "estimate": True})
            self.page(compared.estimate(answer, said=self.is_read_aloud))
            return
        answers: list[Row] = []
        answer = await bridge.ask("compare", params, on_answer=answers.append)
        await self.next_turn()
        self.page(compared.page(answer, answers, said=self.is_read_aloud))

    def explain(self, error: BaseException) -> None:
        """Tell what went wrong."""
        if isinstance(error, BridgeError) and error.name == "unknown_backend":
            self.tell(texts.NO_SUCH_BACKEND)
        else:
            super().explain(error)
