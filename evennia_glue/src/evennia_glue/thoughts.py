"""One question to the persona, from its place in the line to the last word of the answer.

How it is heard is said in `aloud` (what `think` does) and `talk` (`say`, `whisper`, `ask`).

Texts of models and players go into mappings, never into templates: Evennia would run them.
"""

from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from . import conf, texts
from .bridge import Answer, get_bridge
from .callers import conversation, is_builder, talker
from .errors import WorkshopError, log_quietly
from .queue import get_queue
from .safetext import safe

PREVIEW = 48  # characters of an answer that is to be rated
SAY, WHISPER, GESTURE, WORKSHOP = "say", "whisper", "pose", "workshop"  # types of messages


class Rateable(NamedTuple):
    """The last answer that somebody got."""

    thought: str  # its name in the ledger
    name: str  # who gave it
    preview: str  # how it begins, on one line
    stars: int | None = None


def personas(room: Any) -> list[Any]:
    """Every persona in a room."""
    there = room.contents if room and room.pk else []
    return [thing for thing in there if getattr(thing, "is_persona", False)]


def host(room: Any) -> Any:
    """Who answers for a room: the persona of the game's settings, else the first one, else None."""
    there = personas(room)
    name = conf.current().persona_name.casefold()
    return next((one for one in there if one.key.casefold() == name), there[0] if there else None)


def trusts(room: Any, persona: Any, who: Any) -> bool:
    """Whether somebody may have the persona think there: the lock `think` of both."""
    return who is persona or all(
        place.access(who, "think", default=True) for place in (room, persona) if place
    )


def daemon_persona(persona: Any) -> str | None:
    """What to ask the daemon for; None leaves it to the daemon."""
    return getattr(persona, "daemon_persona", None) or conf.current().persona


def name_of(persona: Any, looker: Any = None) -> str:
    """What a persona, or the game's own where there is none, is called by somebody."""
    if persona and persona.pk:
        return persona.get_display_name(looker)
    return safe(conf.current().persona_name)


class Thought:
    """What all questions share. A subclass says how question, answer and failure are heard.

    It takes one place in the line of the game, can be cancelled by `think/stop`, and never raises.
    """

    streams = False

    def __init__(self, caller: Any, task: str, room: Any, persona: Any = None) -> None:
        """Plan to have `persona`, or the game's own where there is none, think of `task`."""
        self.caller, self.task, self.room, self.persona = caller, task, room, persona
        self.begun = False
        self.place: int | None = None  # among those who wait for a model

    async def run(self, *, anew: bool = False) -> bool:
        """Ask, and tell whoever is to hear it; whether there was an answer.

        Args:
            anew: whether the conversation so far is forgotten first.
        """
        try:
            await self._in_turn(anew)
        except Exception as error:  # a coroutine that nobody awaits
            try:
                self.failed(error)
            except Exception as another:
                log_quietly("telling of a failure failed", another)
            return False
        return True

    async def _in_turn(self, anew: bool) -> None:
        queue, who = get_queue(), self.caller.id
        turn = queue.enter(who, self._placed, hurried=is_builder(self.caller))
        try:
            self.asked()
            await self._hold(turn)
            if anew:
                await self._hold(get_bridge().request("forget", self._params()))
            answer = await self._think()
            self._keep(answer)
            self.answered(answer)
        finally:
            self.end()
            queue.leave(who)

    async def _hold(self, waited: Deferred[Any]) -> Any:
        """Wait as for the caller's one thought, which `think/stop` lets go of."""
        self.caller.ndb.workshop_thought = waited
        try:
            return await waited
        finally:
            self.caller.ndb.workshop_thought = None

    async def _think(self) -> Answer:
        params = {**self._params(), "task": self.task}
        if self.streams:
            asked = get_bridge().ask(
                "think",
                {**params, "stream": True},
                on_delta=self.heard,
                on_restart=self.restarted,
                on_wait=self.waits,
            )
        else:
            asked = get_bridge().ask("think", params)
        if isinstance(getattr(asked, "result", None), Failure):
            return await asked  # no link: nobody starts to think
        self.begun = True
        self.begin()
        return await self._hold(asked)

    def _params(self) -> dict[str, Any]:
        who = talker(self.caller, daemon_persona(self.persona))
        return {**who, "conversation": conversation(self.room)}

    def _placed(self, before: int) -> None:
        """How many are before the caller in the line."""
        self.to_caller(texts.place(before), WORKSHOP)

    def _keep(self, answer: Answer) -> None:
        """Remember what `rate` is about."""
        thought = answer.get("thought")
        if isinstance(thought, str) and thought:
            text = " ".join(str(answer.get("text") or "")[: 8 * PREVIEW].split())
            preview = text if len(text) <= PREVIEW else f"{text[:PREVIEW].rsplit(' ', 1)[0]} ..."
            self.caller.ndb.workshop_answer = Rateable(
                thought, name_of(self.persona), safe(preview)
            )

    # how it is heard

    def asked(self) -> None:
        """There is a place for the question."""

    def begin(self) -> None:
        """The persona begins to think."""

    def heard(self, piece: str) -> None:
        """A piece of the answer has come."""

    def restarted(self, _what: dict[str, Any]) -> None:
        """All pieces so far are void."""

    def waits(self, what: dict[str, Any]) -> None:
        """A model is being loaded for it; said once for each place."""
        place = what.get("place")
        if isinstance(place, int) and place != self.place:
            self.place = place
            self.to_caller(texts.fetching(place), WORKSHOP)

    def answered(self, answer: Answer) -> None:
        """The answer is whole."""
        raise NotImplementedError

    def end(self) -> None:
        """Nothing more will come, or nothing has."""

    def failed(self, error: BaseException) -> None:
        """There is no answer."""
        raise NotImplementedError

    # telling

    def to_caller(self, template: str, kind: str, **mapping: str) -> None:
        """Tell the caller, if there still is somebody, wherever that is now."""
        if self.caller.pk and self.caller.sessions.count():
            text = template.format(name=name_of(self.persona, self.caller), **mapping)
            self.caller.msg(text=(text, {"type": kind}), from_obj=self._speaker())

    def to_others(self, template: str, kind: str, **mapping: Any) -> None:
        """Tell everybody in the room but the caller. What is in the mapping may be an object."""
        if self.room and self.room.pk:
            speaker = self._speaker()
            self.room.msg_contents(
                (template, {"type": kind}),
                exclude=[self.caller],
                from_obj=speaker,
                mapping={"name": speaker or name_of(None), **mapping},
            )

    def to_all(self, template: str, kind: str, **mapping: str) -> None:
        """Tell everybody in the room, and the caller wherever that is now."""
        self.to_others(template, kind, **mapping)
        self.to_caller(template, kind, **mapping)

    def _speaker(self) -> Any:
        return self.persona if self.persona and self.persona.pk else None

    def details(self, error: BaseException) -> None:
        """Tell a builder the details of an error."""
        if isinstance(error, WorkshopError) and is_builder(self.caller):
            explained = texts.explain(error, get_bridge().trouble)
            if explained.details:
                self.to_caller("{details}", WORKSHOP, details=explained.details)
