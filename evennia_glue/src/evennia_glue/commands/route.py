"""Who would take a task, and why."""

from ..bridge import get_bridge
from ..tables import route
from .base import WorkshopCommand


class CmdRoute(WorkshopCommand):
    """
    show who at the benches would take a task

    Usage:
      route <task>
      route/full <task>

    Switches:
      full - everybody, with what their scores are made of and what they are expected to cost

    Shows which backend and model would be asked, how the task is understood, who would be
    asked next, and why the others would not. Nothing is sent anywhere.

    Example:
      route summarise the minutes of the last meeting
    """

    key = "route"
    switch_options = ("full",)

    async def run(self) -> None:
        """Ask for a decision."""
        task = self.task()
        if task is None:
            return
        answer = await get_bridge().ask("route", self.about(task))
        if "full" in self.switches:
            self.page(route.full(answer, said=self.is_read_aloud))
        else:
            self.tell(route.short(answer))
