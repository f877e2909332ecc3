"""Have Evennia 5 keep the command sets that it has merged, for a moment.

For every line that is typed Evennia merges the sets of session, account, character, room and all
that is there. It has a cache for the results, but that of Evennia 5 forgets one as soon as nobody
holds it: typed one after another, every line is merged anew, which is half of what a `route` costs
the Server. Evennia 6 holds them itself.

What was merged holds the sets it was made of, so that no other set can be taken for one of them. A
game that changes a set in place, without making a new one, sees that up to `HOLD` seconds late.
"""

from typing import Any
from weakref import WeakValueDictionary

from evennia.commands import cmdhandler
from twisted.internet.interfaces import IReactorTime

HOLD = 10.0  # seconds
MOST = 256  # of busy games, which hardly need this

FORGETS = isinstance(getattr(cmdhandler, "_CMDSET_MERGE_CACHE", None), WeakValueDictionary)

_held: dict[int, Any] = {}


def hold(cmdset: Any, clock: IReactorTime) -> None:
    """Keep a merged set in Evennia's cache, for at most `HOLD` seconds."""
    if not FORGETS or cmdset is None or len(_held) >= MOST:
        return
    if not _held:
        clock.callLater(HOLD, _held.clear)
    _held[id(cmdset)] = cmdset
