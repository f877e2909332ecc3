"""The Workshop: a room with lamps over its benches, one for each backend."""

from typing import Any

from evennia.objects.objects import DefaultRoom

from . import events
from .bridge import get_bridge
from .callers import is_builder, is_read_aloud
from .commands import WorkshopCmdSet
from .queue import get_queue
from .scripts import BackendRouter
from .tables import lamps

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

    def at_object_receive(
        self, moved_obj: Any, source_location: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Evennia's hook: somebody has come in."""
        super().at_object_receive(moved_obj, source_location, *args, **kwargs)
        events.arrived(moved_obj)

    def at_object_leave(
        self, moved_obj: Any, target_location: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Evennia's hook: somebody is about to leave."""
        super().at_object_leave(moved_obj, target_location, *args, **kwargs)
        if not getattr(target_location, "has_lamps", False):
            events.left(moved_obj)

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
        with_why, said = is_builder(looker), is_read_aloud(looker)
        return lamps.glance(list(rows.values()), with_why=with_why, said=said)
