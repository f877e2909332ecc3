"""What the stand-in upstream can be told to do, and what it remembers of each request."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OPENING = "This is a stand-in speaking, with a thought prepared beforehand: "
CANNED = (
    "begin with the smallest part.",
    "measure twice, and cut once.",
    "blue goes well with brass.",
    "sleep on it, then decide.",
    "ask who has to live with it.",
    "write it down, then read it.",
)


def canned_thought(task: str) -> str:
    """One of a few fixed sentences, always the same one for the same task."""
    digest = hashlib.sha256(task.encode("utf-8", "replace")).digest()
    return OPENING + CANNED[digest[0] % len(CANNED)]


def words(text: str) -> list[str]:
    """The text in pieces that, joined, are the text: a word each, with the space behind it."""
    pieces: list[str] = []
    for word in text.split(" "):
        pieces.append(word if not pieces else " " + word)
    return [piece for piece in pieces if piece]


BODIES = ("html", "empty", "half_json", "huge", "wrong_length")
PLACES = ("chat", "models", "health", "any")


@dataclass(frozen=True)
class Behaviour:
    """What to do with a request. Without arguments: answer it well, and at once.

    Attributes:
        status: the HTTP status; 400 and above send an error body unless `body` says otherwise.
        retry_after: the value of a Retry-After header, seconds or an HTTP date.
        headers: more headers.
        delay: seconds before the headers.
        first_token: seconds between the headers and the first chunk of a stream.
        chunk_delay: seconds between two chunks of a stream.
        hang: never answer; the connection stays open.
        drop: close the connection before the headers.
        cut_after: close the connection after this many chunks of a stream.
        hang_after: say nothing more after this many chunks of a stream.
        error_after: send an error event after this many chunks of a stream.
        done: whether the stream ends with a finish reason and `[DONE]`.
        finish: the finish reason.
        text: the answer, instead of a canned thought.
        chunks: the pieces of the answer; they win over `text`.
        echo: whether `{task}` in the text stands for what was asked.
        forever: send the pieces again and again until the client goes.
        body: a broken body instead of the answer, one of BODIES.
        usage: the usage object to send; `{}` sends none, None a count of words.
        times: for how many requests; 0 is for all that follow.
        place: which endpoint it is meant for, one of PLACES.
    """

    status: int = 200
    retry_after: str | float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    first_token: float = 0.0
    chunk_delay: float = 0.0
    hang: bool = False
    drop: bool = False
    cut_after: int | None = None
    hang_after: int | None = None
    error_after: int | None = None
    done: bool = True
    finish: str = "stop"
    text: str | None = None
    chunks: tuple[str, ...] | None = None
    echo: bool = False
    forever: bool = False
    body: str | None = None
    usage: Mapping[str, Any] | None = None
    times: int = 1
    place: str = "chat"

    def __post_init__(self) -> None:
        if self.body is not None and self.body not in BODIES:
            raise ValueError(f"body has to be one of {', '.join(BODIES)}")
        if self.place not in PLACES:
            raise ValueError(f"place has to be one of {', '.join(PLACES)}")
        if self.chunks is not None:
            object.__setattr__(self, "chunks", tuple(self.chunks))

    @classmethod
    def from_json(cls, value: Any) -> Behaviour:
        """The behaviour that a JSON object describes.

        Raises:
            ValueError: if it is no object, or has a key that is not known.
        """
        if not isinstance(value, dict):
            raise ValueError("a behaviour has to be an object")
        unknown = set(value) - {entry.name for entry in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        return cls(**value)

    def pieces(self, task: str, limit: int | None) -> tuple[list[str], str]:
        """The answer in pieces, and its finish reason; at most `limit` pieces if that is given."""
        if self.chunks is not None:
            pieces = list(self.chunks)
        else:
            text = self.text if self.text is not None else canned_thought(task)
            pieces = words(text.replace("{task}", task) if self.echo else text)
        if limit is not None and len(pieces) > limit and not self.forever:
            return pieces[:limit], "length"
        return pieces, self.finish


@dataclass
class Request:
    """A request as it came in: every byte of it, and how it ended."""

    connection: int
    raw: bytes
    method: str = ""
    path: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    outcome: str = "open"
    """`open`, then `answered`, `dropped`, `cut`, `client_closed` or `incomplete`."""
    first_word: float | None = None
    """When the first piece of a stream was about to be sent, by `time.perf_counter`."""

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    def task(self) -> str:
        """What the last message asks; empty if there is none."""
        try:
            content = self.json()["messages"][-1]["content"]
        except (ValueError, LookupError, TypeError):
            return ""
        if isinstance(content, list):
            parts = [part.get("text", "") for part in content if isinstance(part, dict)]
            return " ".join(part for part in parts if isinstance(part, str))
        return content if isinstance(content, str) else ""

    def to_json(self) -> dict[str, Any]:
        """For `GET /__log`."""
        return {
            "connection": self.connection,
            "method": self.method,
            "path": self.path,
            "headers": self.headers,
            "raw": base64.b64encode(self.raw).decode(),
            "outcome": self.outcome,
        }
