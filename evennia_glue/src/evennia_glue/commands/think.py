"""A thought, heard as it comes."""

from .. import texts
from ..aloud import Aloud, Private
from ..thoughts import host, name_of, trusts
from .base import WorkshopCommand


class CmdThink(WorkshopCommand):
    """
    have the persona think about something

    Usage:
      think <task>
      think/private <task>
      think/new <task>
      think/stop

    Switches:
      private - only you hear the answer
      new - begin a new conversation: what you said here before is forgotten first
      stop (or cancel) - let go of the thought that you asked for

    The room hears the answer as it comes. One thought at a time; when many ask at once, you are
    told your place in the line. What you two said in this room before is remembered, so you can
    ask on. Afterwards you can |wrate|n the answer.

    Examples:
      think what rhymes with lantern?
      think/private and with that?
    """

    key = "think"
    switch_options = ("cancel", "new", "private", "stop")

    async def run(self) -> None:
        """Ask for a thought, or let go of one."""
        if "stop" in self.switches or "cancel" in self.switches:
            self._stop()
            return
        task = self.task()
        if task is None:
            return
        room = self.room()
        persona = host(room)
        if not trusts(room, persona, self.caller):
            self.tell(texts.NOT_TRUSTED.format(name=name_of(persona, self.caller)))
            return
        manner = Private if "private" in self.switches else Aloud
        await manner(self.caller, task, room, persona).run(anew="new" in self.switches)

    def _stop(self) -> None:
        thought = self.caller.ndb.workshop_thought
        if thought:
            thought.cancel()
        else:
            name = name_of(host(self.room()), self.caller)
            self.tell(texts.NO_THOUGHT.format(name=name))
