"""What a client can ask without typing; every function here is one."""

from typing import Any

from evennia_glue import events as _events


def workshop_watch(session: Any, *args: Any, **kwargs: Any) -> None:
    """A client asks for the events of the Workshop, now and from now on."""
    _events.watch(session)
