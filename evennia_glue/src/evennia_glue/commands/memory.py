"""What the persona remembers of the players, which stays on this machine."""

import textwrap
from typing import Any

from .. import texts
from ..bridge import get_bridge
from ..callers import called
from ..safetext import safe, safe_line
from .base import WorkshopCommand, config, is_builder

WIDTH = 78
INDENT = "  "
ABOUT = 1024  # bytes of what is asked for
ANSWER = 2000  # characters of one answer in the journal


class CmdForget(WorkshopCommand):
    """
    have the persona forget what you two said

    Usage:
      forget
      forget/all

    Switches:
      all - everything that you ever said, wherever that was, and what the journal holds of it

    Without the switch only the conversation in this room is forgotten; the journal stays. It
    is your own words that are forgotten, not those of others. It cannot be undone.
    """

    key = "forget"
    switch_options = ("all",)

    async def run(self) -> None:
        """Ask to forget."""
        name = safe(config().persona_name)
        if self.args.strip():
            self.tell("Usage: forget, or forget/all")
            return
        if self.is_thinking():
            return
        everything = "all" in self.switches
        params = self.talker() if everything else self.talk()
        turns = _turns((await get_bridge().request("forget", params)).get("turns"))
        if everything:
            self.tell(f"{name} forgets all that you ever said, in the journal too ({turns}).")
        else:
            self.tell(f"{name} forgets what you two said in this room ({turns}).")


def _turns(count: Any) -> str:
    known = isinstance(count, int) and not isinstance(count, bool)
    return f"{count:,} exchange{'' if count == 1 else 's'}" if known else "exchanges unknown"


class CmdJournal(WorkshopCommand):
    """
    ask the persona what it remembers

    Usage:
      journal [words]
      journal/full [words]
      journal/all [words]

    Switches:
      full - word for word, instead of told in a few words
      all - what everybody said, word for word (builders only)

    Without words, what you talked about last; with words, what you said about them. No backend
    is asked: the journal is on this machine, and can be told while no backend answers.

    Example:
      journal lantern
    """

    key = "journal"
    aliases = ("remember",)
    switch_options = ("all", "full")

    async def run(self) -> None:
        """Ask for the journal."""
        everybody = "all" in self.switches
        if everybody and not is_builder(self.caller):
            self.tell(texts.NOT_YOURS)
            return
        params = self.persona() if everybody else self.talker()
        about = self.args.strip().encode("utf-8", "replace")[:ABOUT].decode("utf-8", "ignore")
        if about:
            params["about"] = about
        answer = await get_bridge().request("journal", params)
        entries = texts.rows(answer.get("entries"))
        say = answer.get("say")
        told = isinstance(say, str) and bool(say.strip())
        if entries and (self.switches or not told):
            names = called(entries) if everybody else {}
            backends = is_builder(self.caller)
            self.page("\n".join(_entry(row, names, with_backend=backends) for row in entries))
        elif told:
            self.say(safe(say))
        else:
            self.tell(texts.NOTHING_REMEMBERED)


def _entry(row: dict[str, Any], names: dict[str, str], *, with_backend: bool) -> str:
    """One entry: when and what it was, what was asked, and what was answered."""
    facts = [row.get("kind"), row.get("backend") if with_backend else None]
    told = ", ".join(safe_line(fact, 40) for fact in facts if fact)
    head = f"|w{texts.moment(row.get('time'))}|n{f' ({told})' if told else ''}"
    if row.get("caller") and names:
        head += f" {safe_line(names.get(str(row['caller']), row['caller']), 80)}"
    asked = _block(f"> {row.get('task') or ''}")
    return "\n".join([head, asked, _block(str(row.get("answer") or ""))])


def _block(text: str) -> str:
    """A text as it was written, indented and no wider than the screen: pages count lines."""
    wrapped: list[str] = []
    for line in _lines(text):
        wrapped += textwrap.wrap(line, WIDTH - len(INDENT), break_on_hyphens=False) or [""]
    return "\n".join(safe(INDENT + line) for line in wrapped)


def _lines(text: str) -> list[str]:
    """The lines of a text that is cut where it is too long for a page."""
    cut = text if len(text) <= ANSWER else f"{text[:ANSWER]} [...]"
    return cut.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
