"""What can go wrong between the game and the daemon.

None of these carries a prompt or an answer, in its text or anywhere else that a log prints: the
text of an exception is made here, of codes and fixed words.
"""

import traceback
from typing import Any

from evennia.utils import logger


class WorkshopError(Exception):
    """The Workshop could not do what it was asked."""


class BridgeDown(WorkshopError):  # noqa: N818
    """There is no link to the daemon, or it was lost with the request in flight.

    Attributes:
        stopping: True if the link goes because this server stops or reloads.
    """

    def __init__(self, reason: str, *, stopping: bool = False) -> None:
        super().__init__(reason)
        self.stopping = stopping


class BridgeTimeout(WorkshopError):  # noqa: N818
    """The daemon has said nothing for too long; it was told to cancel."""


class NotNow(WorkshopError):  # noqa: N818
    """There is no place in the line for this caller now.

    Attributes:
        why: the verdict of the queue: `under way`, `too soon` or `full`.
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"not now: {why}")
        self.why = why


class BridgeError(WorkshopError):
    """The daemon's answer is an error.

    Attributes:
        code: the number of the JSON-RPC error.
        name: its name, as `all_backends_failed`; empty if the daemon gave none.
        message: the fixed sentence of that error.
        data: everything else that came with it (`say`, `attempts`, `rejected`, `field`, ...).
    """

    def __init__(self, code: int, name: str, message: str, data: dict[str, Any]) -> None:
        super().__init__(f"{name or 'error'} ({code})")
        self.code = code
        self.name = name
        self.message = message
        self.data = data

    @classmethod
    def from_json(cls, error: Any) -> "BridgeError":
        """The error of a JSON-RPC answer, whatever it looks like."""
        error = error if isinstance(error, dict) else {}
        code, message, data = error.get("code"), error.get("message"), error.get("data")
        data = data if isinstance(data, dict) else {}
        name = data.get("code")
        return cls(
            code if isinstance(code, int) else 0,
            # printed in logs: an identifier or nothing
            name if isinstance(name, str) and name.isidentifier() and len(name) < 64 else "",  # noqa: PLR2004
            message if isinstance(message, str) else "",
            data,
        )

    @property
    def say(self) -> str:
        """The persona's words about it, or an empty text."""
        say = self.data.get("say")
        return say if isinstance(say, str) else ""


def log_quietly(what: str, error: BaseException) -> None:
    """Log where an exception came from, but not its text: that may quote a prompt."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.log_err(f"evennia_glue: {what}: {type(error).__name__}\n{frames}".rstrip())
