"""What thinking has cost."""

from ..bridge import get_bridge
from ..callers import called
from ..tables import costs
from .base import WorkshopCommand


class CmdCosts(WorkshopCommand):
    """
    show what thinking has cost

    Usage:
      costs
      costs/backend
      costs/budget
      costs/caller
      costs/kind
      costs/tier

    Switches:
      backend, caller, kind, tier - who or what cost how much this month, the whole list
      budget - all budgets, those that are used up most first

    Without a switch: dollars, attempts and tokens of today and of this month, the dearest of each
    list, the budgets and what is left of them, and what was saved. Days and months are UTC.
    """

    key = "costs"
    aliases = ("cost",)
    locks = "cmd:perm(costs) or perm(Builder)"
    switch_options = (*costs.PARTS, "budget")

    async def run(self) -> None:
        """Ask for the accounts."""
        if self.args or len(self.switches) > 1:
            self.tell("Usage: costs, or costs/" + ", costs/".join(self.switch_options))
            return
        answer = await get_bridge().request("costs")
        key = self.switches[0] if self.switches else ""
        names, said = called(costs.callers(answer, key)), self.is_read_aloud
        await self.next_turn()
        if key:
            self.page(costs.part(answer, key, names, said=said))
        else:
            self.page(costs.page(answer, names, said=said))
