"""What all commands of the Workshop share."""

from typing import Any

from evennia.commands.default.muxcommand import MuxCommand
from evennia.utils.evmore import EvMore
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from .. import conf, merged, texts
from ..bridge import get_bridge
from ..callers import conversation, is_builder, is_read_aloud, talker
from ..errors import WorkshopError, log_quietly
from ..safetext import safe
from ..thoughts import daemon_persona, host, name_of

TASK_BYTES = 262_144
KIND = {"type": "workshop"}  # lets a web client's pane pick these messages out


def config() -> conf.Config:
    """The settings."""
    return conf.current()


class WorkshopCommand(MuxCommand):
    """The base of the commands that ask the daemon.

    A subclass writes `async def run(self)`. Evennia neither awaits nor watches it, so whatever it
    raises is told to the caller and logged here, without the text of any prompt.
    """

    locks = "cmd:all()"
    help_category = "Workshop"
    cmdset: Any = None  # Evennia's: what this command was found in

    def func(self) -> None:
        """Evennia's hook: do it."""
        merged.hold(self.cmdset, get_bridge().reactor)
        Deferred.fromCoroutine(self.run()).addErrback(self._failed)

    async def run(self) -> None:
        """Ask, and tell."""
        raise NotImplementedError

    @property
    def is_read_aloud(self) -> bool:
        """Whether a screen reader reads to the caller."""
        return is_read_aloud(self.caller, self.session)

    async def next_turn(self) -> None:
        """Let the game's loop turn, between two pieces of work that are long together."""
        turned: Deferred[None] = Deferred()
        get_bridge().reactor.callLater(0, turned.callback, None)
        await turned

    def tell(self, text: str) -> None:
        """Tell the caller, if there still is somebody."""
        if self.caller.pk and self.caller.sessions.count():
            self.caller.msg(text=(text, KIND))

    def page(self, text: str) -> None:
        """As `tell`, page by page if it is long."""
        sessions = self.caller.sessions.get() if self.caller.pk else []
        if sessions:
            session = self.session if self.session in sessions else sessions[0]
            EvMore(self.caller, text, session=session, text_kwargs=KIND)

    def task(self) -> str | None:
        """The task that was typed; None, and a word to the caller, if it will not do."""
        task = self.args.strip()
        if not task:
            self.tell(f"Usage: {self.key} <task>")
            return None
        if len(task.encode("utf-8", "replace")) > TASK_BYTES:
            self.tell(f"That is too long: at most {TASK_BYTES:,} bytes.")
            return None
        return task

    def persona(self) -> dict[str, Any]:
        """The parameter that says whom to ask; none if that is left to the daemon."""
        persona = config().persona
        return {"persona": persona} if persona else {}

    def talker(self) -> dict[str, Any]:
        """The parameters that say who talks with whom. They stay on this machine."""
        return talker(self.caller, daemon_persona(host(self.room())))

    def talk(self) -> dict[str, Any]:
        """As `talker`, with the conversation: each player has one in each Workshop."""
        return {**self.talker(), "conversation": conversation(self.room())}

    def room(self) -> Any:
        """Where the caller is; None for nowhere."""
        return getattr(self.caller, "location", None)

    def about(self, task: str) -> dict[str, Any]:
        """The parameters that every task has."""
        return {"task": task, **self.persona()}

    def is_thinking(self) -> bool:
        """Whether a thought of the caller's is under way; then the caller is told so."""
        thinking = bool(self.caller.ndb.workshop_thought)
        if thinking:
            name = name_of(host(self.room()), self.caller)
            self.tell(texts.STILL_THINKS.format(name=name))
        return thinking

    def _failed(self, failure: Failure) -> None:
        try:
            self.explain(failure.value)
        except Exception as error:
            log_quietly(f"telling of a failure in {self.key} failed", error)

    def explain(self, error: BaseException) -> None:
        """Tell the caller what went wrong."""
        if not isinstance(error, WorkshopError):
            log_quietly(f"{self.key} failed", error)
            self.tell(f"|r{texts.STUMBLES}|n")
            return
        explained = texts.explain(error, get_bridge().trouble)
        if explained.say:
            self.say(explained.say)
        self.tell(f"|y{explained.sentence}|n")
        if explained.details and is_builder(self.caller):
            self.tell(explained.details)

    def say(self, words: str) -> None:
        """The persona's words, which are safe already, to the caller."""
        self.tell(f'{safe(config().persona_name)} says, "{words}"')
