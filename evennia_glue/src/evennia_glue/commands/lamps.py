"""How the backends are."""

from .. import texts
from ..bridge import get_bridge
from ..tables import lamps
from .base import WorkshopCommand, is_builder


class CmdLamps(WorkshopCommand):
    """
    look at the lamps over the benches

    Usage:
      lamps

    There is one for each backend. Its colour, its sign and its word all say the same: how the
    backend is. Beside it stand how fast it answered when it was last looked at, for how long the
    lamp has been like that, and the model. Nobody is asked anything for it.

      [+] healthy   [~] degraded       [-] unhealthy   [=] rate limited
      [?] not asked yet   [!] misconfigured   [x] disabled
    """

    key = "lamps"
    aliases = ("lamp",)

    async def run(self) -> None:
        """Ask for the health."""
        if self.args:
            self.tell("Usage: lamps")
            return
        answer = await get_bridge().request("health")
        rows = texts.rows(answer.get("backends"))
        why = is_builder(self.caller)
        self.page(lamps.page(rows, with_why=why, said=self.is_read_aloud))
