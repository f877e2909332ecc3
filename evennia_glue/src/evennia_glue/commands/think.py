"""A thought, heard as it comes."""

from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from .. import lamps, texts
from ..bridge import Answer, get_bridge
from ..lumps import Lumps
from ..safetext import safe
from ..tables.numbers import dollars
from .base import KIND, WorkshopCommand, config, is_builder


class CmdThink(WorkshopCommand):
    """
    have the persona think about something

    Usage:
      think <task>
      think/new <task>
      think/stop

    Switches:
      new - begin a new conversation: what you said here before is forgotten first
      stop (or cancel) - let go of the thought that you asked for

    You hear the thought as it comes; the whole room hears the answer. One thought at a time.
    What you two said in this room before is remembered, so you can ask on.

    Examples:
      think what rhymes with lantern?
      think and with that?
    """

    key = "think"
    switch_options = ("cancel", "new", "stop")

    async def run(self) -> None:
        """Ask for a thought, or let go of one."""
        self.room = getattr(self.caller, "location", None)
        self.name = safe(config().persona_name)
        if "stop" in self.switches or "cancel" in self.switches:
            self._stop()
            return
        task = self.task()
        if task is None or self.is_thinking():
            return
        if "new" in self.switches:
            await self._hold(get_bridge().request("forget", self.talk()))
        await self._think(task)

    def _stop(self) -> None:
        thought = self.caller.ndb.workshop_thought
        if thought:
            thought.cancel()
        else:
            self.tell(f"{self.name} is not thinking about anything for you.")

    async def _hold(self, asked: Deferred[Answer]) -> Answer:
        """Wait for an answer as for the caller's one thought, which `think/stop` lets go of."""
        self.caller.ndb.workshop_thought = asked
        try:
            return await asked
        finally:
            self.caller.ndb.workshop_thought = None

    async def _think(self, task: str) -> None:
        bridge = get_bridge()
        lumps = Lumps(lambda lump: self.tell(f"  {safe(lump)}"), bridge.reactor)

        def restarted(_what: dict[str, Any]) -> None:
            lumps.discard()
            self.tell(f"{self.name} loses the thread, and starts over.")

        asked = bridge.ask(
            "think",
            {**self.talk(), "task": task, "stream": True},
            on_delta=lumps.add,
            on_restart=restarted,
        )
        if isinstance(getattr(asked, "result", None), Failure):
            await asked  # no link: nobody starts to think
        try:
            self._tell_room("{name} falls silent, and thinks ...")
            answer = await self._hold(asked)
            lumps.flush()
        finally:
            lumps.discard()
        self._answered(answer)

    def _answered(self, answer: dict[str, Any]) -> None:
        self.say(safe(answer.get("text", "")))
        if answer.get("finish") == "length":
            self.tell("(The answer was cut at its limit.)")
        if is_builder(self.caller):
            cost = dollars(answer.get("cost_usd"))
            took = lamps.milliseconds(answer.get("ms"))
            told = [texts.model(answer), took, cost, *_course(answer), *_guarded(answer)]
            self.tell(f"|x({'; '.join(told)})|n")

    def say(self, words: str) -> None:
        """The persona's words to everybody in the room, and to the caller wherever that is now."""
        self._tell_room('{name} says, "{words}"', words=words)

    def explain(self, error: BaseException) -> None:
        """Tell what went wrong; the room saw the thought begin, so it sees the end."""
        if isinstance(error, CancelledError):
            self._tell_room("{name} lets the thought go.")
            return
        super().explain(error)

    def _tell_room(self, template: str, **mapping: str) -> None:
        """Texts go into the mapping, never into the template: Evennia would run what is in it."""
        mapping = {"name": self.name, **mapping}
        if self.room and self.room.pk:
            self.room.msg_contents((template, KIND), mapping=dict(mapping))
        if not self.room or self.caller.location != self.room:
            self.tell(template.format(**mapping))


def _course(answer: dict[str, Any]) -> list[str]:
    """What came before an answer: who failed, or that it was kept from another time."""
    if answer.get("cached"):
        return ["remembered"]
    failed = [row for row in texts.rows(answer.get("attempts")) if row.get("outcome") != "answered"]
    tried = [texts.attempt({**row, "ms": None}) for row in failed]
    return [f"after {', '.join(tried)}"] if tried else []


def _guarded(answer: dict[str, Any]) -> list[str]:
    """What the guard changed, on the way out and on the way back."""
    told = []
    for key, word in (("stand_ins", "stand-in"), ("caught", "self-naming")):
        count = answer.get(key)
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            told.append(f"{count} {word}{'s' if count > 1 else ''}")
    return told
