"""What a player types and sees, whatever the client."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod

PATIENCE = 10.0  # seconds that `expect` waits by default
SHOWN = 1500  # characters of the screen in a failure


GOES_ON = re.compile(r'((?:says|whispers)(?: to \w+)?, "[^"]*?)\n {2}(?=\S)')


def as_read(text: str) -> str:
    """What is shown, as somebody reads it: a speech that comes line by line is one speech."""
    while True:
        text, joined = GOES_ON.subn(r"\1 ", text)
        if not joined:
            return text


class NotSeen(AssertionError):
    """The expected text has not come in time; the message shows what was on the screen."""


class Player(ABC):
    """Types lines, and waits for what should be shown: never for a time."""

    def __init__(self) -> None:
        self.unread = ""
        self.transcript = ""

    @abstractmethod
    def send(self, line: str) -> None:
        """Types a line."""

    @abstractmethod
    def receive(self, timeout: float) -> str:
        """What comes within that time; empty if nothing does.

        Raises:
            EOFError: if the server has closed the connection.
        """

    @abstractmethod
    def close(self) -> None:
        """Closes the connection."""

    def _read(self, timeout: float) -> None:
        text = self.receive(timeout)
        self.unread = as_read(self.unread + text)
        self.transcript += text

    def expect(self, pattern: str, timeout: float = PATIENCE) -> re.Match[str]:
        """Waits until the pattern (a dot matches newlines too) is shown.

        What is shown up to the end of the match counts as read.

        Raises:
            NotSeen: if it is not shown in time, or the connection is closed.
        """
        wanted, end = re.compile(pattern, re.DOTALL), time.monotonic() + timeout
        while not (found := wanted.search(self.unread)):
            left = end - time.monotonic()
            try:
                if left <= 0:
                    raise NotSeen(f"no {pattern!r} within {timeout} s; {self._screen()}")
                self._read(left)
            except EOFError:
                raise NotSeen(f"closed before {pattern!r}; {self._screen()}") from None
        self.unread = self.unread[found.end() :]
        return found

    def type(self, line: str, pattern: str, timeout: float = PATIENCE) -> re.Match[str]:
        """Forgets what was shown, types a line, and waits for the pattern."""
        self.forget()
        self.send(line)
        return self.expect(pattern, timeout)

    def forget(self) -> None:
        """Counts everything that has come so far as read."""
        try:
            while self.receive_within(0.001):
                pass
        except EOFError:
            pass
        self.unread = ""

    def receive_within(self, timeout: float) -> bool:
        """Takes what comes within that time; False if nothing does."""
        before = len(self.transcript)
        self._read(timeout)
        return len(self.transcript) > before

    def login(self, name: str, password: str) -> None:
        """Waits for the greeting, and connects as this account."""
        self.expect(r"connect <username>", 20)
        self.send(f"connect {name} {password}")
        self.expect(r"You become|You see|Exits:|Lamps over|lamps over", 20)

    def register(self, name: str, password: str) -> None:
        """Waits for the greeting, makes an account, and connects as it."""
        self.expect(r"connect <username>", 20)
        self.send(f"create {name} {password}")
        self.expect(r"Is this what you intended\?", 20)
        self.send("y")
        self.expect(r"A new account '.*?' was created", 20)
        self.send(f"connect {name} {password}")
        self.expect(r"You become", 20)

    def _screen(self) -> str:
        return f"unread: {self.unread[-SHOWN:]!r}"
