"""A question to a persona that stands in the room."""

from typing import Any

from .. import conf, texts
from ..safetext import safe
from ..talk import Asked
from ..thoughts import name_of, personas
from .base import TASK_BYTES, WorkshopCommand

ECHO = 1000  # characters of a question that the room hears
SHORTEST = 3  # letters of a name that is not typed out


class CmdAsk(WorkshopCommand):
    """
    ask the persona something

    Usage:
      ask <name> <question>
      ask <name> = <question>
      ask <name> about <something>

    The room hears the question, and the answer. You can also simply talk: |wsay|n something with
    the name in it, and go on without the name once you have been answered; or |wwhisper|n, and
    only you two hear it. What you talk about is remembered.

    |wthink/stop|n lets go of a question, |wrate|n says how good the answer was, and |wforget|n has
    it all forgotten.

    Examples:
      ask timmy what rhymes with lantern?
      ask timmy about the old mill
    """

    key = "ask"

    async def run(self) -> None:
        """Find out who is asked, and ask."""
        typed = self.args.strip()
        if not typed:
            self.tell(texts.ASK_USAGE)
            return
        room = self.room()
        persona, question = self._whom(typed, room)
        if question is None:
            self._nobody(typed)
        elif not question:
            self.tell(texts.ASK_WHAT.format(name=name_of(persona, self.caller)))
        elif len(question.encode("utf-8", "replace")) > TASK_BYTES:
            self.tell(texts.TOO_LONG.format(limit=TASK_BYTES))
        elif persona and not persona.access(self.caller, "talk", default=True):
            self.tell(texts.NOT_TALKING.format(name=name_of(persona, self.caller)))
        else:
            await self._ask(room, persona, question)

    async def _ask(self, room: Any, persona: Any, question: str) -> None:
        topic = _after(question, "about")
        if topic:
            topic = topic.rstrip(" .?!") or topic
            task, asks, words = texts.ABOUT.format(words=topic), texts.ASKS_ABOUT, topic
        else:
            task, asks, words = question, texts.ASKS, question
        asked = Asked(self.caller, task, room, persona, asks=asks, words=safe(words, ECHO))
        if await asked.run() and persona:
            persona.attend(self.caller)

    def _whom(self, typed: str, room: Any) -> tuple[Any, str | None]:
        """Who is asked, and what; no question at all (None) if it is nobody who answers.

        In a Workshop that has no persona to see, its name will do.
        """
        there = personas(room)
        named = [(name, one) for one in there for name in (one.key, *one.aliases.all())]
        if not there and getattr(room, "has_lamps", False):
            named = [(conf.current().persona_name, None)]
        for name, one in sorted(named, key=lambda entry: -len(entry[0])):
            question = _after(typed, name)
            if question is not None:
                return one, question
        first, _, rest = typed.partition(" ")
        meant = [
            one
            for name, one in named
            if len(first) >= SHORTEST and name.casefold().startswith(first.casefold())
        ]
        return (meant[0], _question(rest)) if meant else (None, None)

    def _nobody(self, typed: str) -> None:
        """Tell that who was named does not answer, or is not here."""
        name = typed.partition("=")[0].strip() if "=" in typed else typed.partition(" ")[0]
        there = personas(self.room())
        found = [one for one in self.caller.search(name, quiet=True) if one not in there]
        if found:
            self.tell(texts.NO_TALKER.format(name=found[0].get_display_name(self.caller)))
        else:
            self.tell(texts.NOBODY)


def _after(typed: str, name: str) -> str | None:
    """What stands after a name at the beginning; None if it does not stand there."""
    if typed[: len(name)].casefold() != name.casefold() or typed[len(name) :][:1].isalnum():
        return None
    return _question(typed[len(name) :])


def _question(text: str) -> str:
    """A question without what joins it to a name."""
    return text.lstrip(" ,:=").strip()
