"""What thinking has cost."""

from ..bridge import get_bridge
from ..tables import costs
from .base import WorkshopCommand


class CmdCosts(WorkshopCommand):
    """
    show what thinking has cost

    Usage:
      costs

    Dollars, attempts and tokens of today, of this month, and of each backend and tier this month;
    how the budgets stand, and what was saved. Days and months are UTC.
    """

    key = "costs"
    locks = "cmd:perm(Builder)"

    async def run(self) -> None:
        """Ask for the accounts."""
        self.tell(costs.table(await get_bridge().request("costs")))
