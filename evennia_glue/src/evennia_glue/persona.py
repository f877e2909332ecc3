"""The persona as a character: who is spoken to answers."""

import re
from functools import cached_property
from typing import Any

from django.conf import settings
from evennia.commands.cmdset import CmdSet
from evennia.commands.cmdsethandler import import_cmdset
from evennia.objects.objects import DefaultCharacter
from evennia.typeclasses.attributes import AttributeProperty
from twisted.internet.defer import Deferred

from . import conf
from .bridge import get_bridge
from .commands.ask import CmdAsk
from .commands.rate import CmdRate
from .errors import log_quietly
from .queue import get_queue
from .talk import Spoken, Whispered
from .thoughts import SAY, WHISPER

LOCKS = (
    "control:perm(Developer);edit:perm(Admin);delete:perm(Admin);examine:perm(Builder);"
    "get:false();puppet:false();teleport:perm(Admin);teleport_here:perm(Admin);"
    "call:all();talk:all();think:all()"
)
DESCRIPTION = "Somebody who listens, and thinks before speaking."
HINT = "|x(Say something to {name}, whisper, or type: ask {key} <question>)|n"
QUOTES = (('"', '"'), ("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u00ab", "\u00bb"))
TASK_BYTES = 262_144


class TalkCmdSet(CmdSet):
    """What can be typed where a persona stands."""

    key = "TalkCmdSet"
    priority = -1  # a Workshop's commands, and a game's own, win
    duplicates = False  # two personas in a room offer the same

    def at_cmdset_creation(self) -> None:
        """Evennia's hook: fill the set."""
        self.add(CmdAsk())
        self.add(CmdRate())


class Persona(DefaultCharacter):
    """A character that answers who speaks to it: by `say`, `whisper` and `ask`.

    It hears a `say` that has its name in it, the next ones of whom it has just answered, and
    everything that somebody says who is alone with it. It answers people, not objects, unless
    WORKSHOP_HEARS_OBJECTS is set, and no other persona ever. While somebody plays it, it says
    nothing by itself.

        db.daemon_persona: the persona to ask the daemon for, instead of WORKSHOP_PERSONA.
        ndb.attending: whom it listens to, and until when.

    The lock `talk` says who is answered, `think` who may have it think aloud.
    """

    is_persona = True  # what `thoughts.personas` looks for
    lockstring = LOCKS
    daemon_persona = AttributeProperty(None, autocreate=False)

    @classmethod
    def get_default_lockstring(cls, *_args: Any, **_kwargs: Any) -> str:
        """Evennia's hook: nobody plays it, and nobody but staff removes it, whoever made it."""
        return LOCKS

    def basetype_setup(self) -> None:
        """Evennia's hook: locks and commands, also when another object becomes a persona."""
        super().basetype_setup()
        self.locks.add(LOCKS)
        # others see this set; what the persona can do itself is in `get_cmdsets`
        self.cmdset.add_default(TalkCmdSet, persistent=True)

    def at_object_creation(self) -> None:
        """Evennia's hook: it is made."""
        super().at_object_creation()
        if not self.key:
            self.key = conf.current().persona_name
        if not self.db.desc:
            self.db.desc = DESCRIPTION

    def get_cmdsets(self, caller: Any, current: Any, **kwargs: Any) -> tuple[Any, list[Any]]:
        """Evennia's hook: the commands of any character, for who forces it to do something."""
        current, own = super().get_cmdsets(caller, current, **kwargs)
        return current, [*own, self._characters] if self._characters else own

    @cached_property
    def _characters(self) -> Any:
        return import_cmdset(settings.CMDSET_CHARACTER, self)

    def get_display_footer(self, looker: Any, **kwargs: Any) -> str:
        """Evennia's hook: how to talk, for who looks at it."""
        footer = super().get_display_footer(looker, **kwargs)
        hint = HINT.format(name=self.get_display_name(looker), key=self.key.lower())
        return f"{footer}\n{hint}".strip()

    def at_post_unpuppet(self, account: Any = None, session: Any = None, **kwargs: Any) -> None:
        """Evennia's hook: who played it is gone. It stays where it is."""

    def at_server_reload(self) -> None:
        """Evennia's hook: the server is about to reload, and thoughts in flight are lost."""
        super().at_server_reload()
        self._stop()

    def at_server_shutdown(self) -> None:
        """Evennia's hook: the server is about to stop; the players are still there to be told."""
        super().at_server_shutdown()
        self._stop()

    @staticmethod
    def _stop() -> None:
        get_queue().stop()
        get_bridge().stop()

    # hearing

    def at_msg_receive(self, text: Any = None, from_obj: Any = None, **kwargs: Any) -> bool:
        """Evennia's hook: something is shown to it; what somebody says may be meant for it."""
        kind = _kind(text)
        if kind in (SAY, WHISPER) and self._listens_to(from_obj):
            words = spoken(str(text[0]), from_obj.get_display_name(self))
            room = self.location
            if words and (kind == WHISPER or self._is_meant(words, from_obj)):
                # the others in the room hear the words first
                get_bridge().reactor.callLater(0, self._answer, kind, words, from_obj, room)
        return super().at_msg_receive(text=text, from_obj=from_obj, **kwargs)

    def _listens_to(self, who: Any) -> bool:
        if who is None or who is self or self.has_account or getattr(who, "is_persona", False):
            return False
        if not hasattr(who, "location") or who.location != self.location:
            return False
        heard = getattr(who, "has_account", False) or conf.current().hears_objects
        return heard and self.access(who, "talk", default=True)

    def _is_meant(self, words: str, speaker: Any) -> bool:
        """Whether what was said in the room is said to this persona."""
        attending, self.ndb.attending = self.ndb.attending, None
        if names(self, words):
            return True
        if not conf.current().attention:
            return False
        others = [
            one
            for one in self.location.contents
            if one not in (self, speaker)
            and (getattr(one, "has_account", False) or getattr(one, "is_persona", False))
        ]
        if not others:
            return True
        if any(names(one, words) for one in others) or not attending:
            return False
        whom, until = attending
        return whom == speaker and get_bridge().reactor.seconds() <= until

    def attend(self, who: Any) -> None:
        """Listen to what somebody says next, who has just been answered."""
        until = get_bridge().reactor.seconds() + conf.current().attention
        self.ndb.attending = (who, until)

    def _answer(self, kind: str, words: str, who: Any, room: Any) -> None:
        answered = Deferred.fromCoroutine(self._answers(kind, words, who, room))
        answered.addErrback(lambda failure: log_quietly("an answer failed", failure.value))

    async def _answers(self, kind: str, words: str, who: Any, room: Any) -> None:
        if not self.pk or not who.pk:
            return
        task = words.encode("utf-8", "replace")[:TASK_BYTES].decode("utf-8", "ignore")
        manner = Whispered if kind == WHISPER else Spoken
        if await manner(who, task, room, self).run() and kind == SAY:
            self.attend(who)


def names(one: Any, words: str) -> bool:
    """Whether somebody is addressed in what was said: a name as a word, and not as a possessive."""
    called = "|".join(re.escape(name) for name in (one.key, *one.aliases.all()) if name)
    return bool(re.search(rf"(?<!\w)(?:{called})(?!\w|['\u2019]s\b)", words, re.IGNORECASE))


def spoken(text: str, name: str) -> str:
    """What was said, of how it is shown: `Anna says, "..."` in any language and with any quotes."""
    text = text.removeprefix(name)
    found = [
        (start, end)
        for opens, closes in QUOTES
        if (start := text.find(opens)) >= 0 and (end := text.rfind(closes)) > start
    ]
    start, end = min(found) if found else (-1, len(text))
    return text[start + 1 : end].removeprefix("|n").removesuffix("|n").strip()


def _kind(text: Any) -> Any:
    """The type of a message: `say`, `whisper`, ..., or None."""
    told = isinstance(text, tuple | list) and len(text) > 1 and isinstance(text[1], dict)
    return text[1].get("type") if told else None
