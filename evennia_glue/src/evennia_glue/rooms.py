"""The Workshop: a room with lamps over its benches, one for each backend."""

from typing import Any

from evennia.objects.objects import DefaultRoom

from . import lamps
from .bridge import get_bridge
from .callers import is_builder
from .commands import WorkshopCmdSet
from .queue import get_queue
from .scripts import BackendRouter

DARK = "The lamps over the benches are dark."


class Workshop(DefaultRoom):
    """A room in which the persona thinks.

    `look` shows the health of the backends as it was last heard; nothing is asked while somebody
    looks. Making a room a Workshop twice is harmless.
    """

    has_lamps = True  # what `BackendRouter` looks for

    def at_object_creation(self) -> None:
        """Evennia's hook: the room is made, or an older room made a Workshop."""
        super().at_object_creation()
        if self.router is None:
            self.scripts.add(BackendRouter)
        elif not self.router.is_active:  # it stopped while the room was something else
            self.router.start()
        if not self.locks.get("think"):
            self.locks.add("think:all()")  # whom the persona thinks aloud for
        if not self.cmdset.has(WorkshopCmdSet):
            self.cmdset.add(WorkshopCmdSet, persistent=True)

    def at_server_reload(self) -> None:
        """Evennia's hook: the server is about to reload, and thoughts in flight are lost."""
        super().at_server_reload()
        get_queue().stop()
        get_bridge().stop()

    def at_server_shutdown(self) -> None:
        """Evennia's hook: the server is about to stop; the players are still there to be told."""
        super().at_server_shutdown()
        get_queue().stop()
        get_bridge().stop()

    @property
    def router(self) -> BackendRouter | None:
        """The script that knows the backends."""
        found = self.scripts.get("backend_router")
        return found[0] if found else None

    def get_display_footer(self, looker: Any, **kwargs: Any) -> str:
        """Evennia's hook: the lamps, at the end of what `look` shows."""
        router = self.router
        rows = router.rows if router else {}
        if not rows:
            return DARK
        with_why = is_builder(looker)
        shown = [lamps.line(row, with_why=with_why) for row in rows.values()]
        return "\n".join(["|wLamps over the benches:|n", *shown])
