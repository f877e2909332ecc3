"""What this package has in a game's database: found, made, and taken away again.

`install` and `uninstall` are steps: each does a little and says in a sentence what it did, so that
the game goes on in between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from evennia.accounts.models import AccountDB
from evennia.objects.models import ObjectDB
from evennia.objects.objects import DefaultRoom
from evennia.scripts.models import ScriptDB
from evennia.server.models import ServerConfig
from evennia.typeclasses.attributes import Attribute
from evennia.utils import create

from . import conf, upgrade
from .persona import Persona
from .rooms import Workshop
from .safetext import safe_line
from .scripts import BackendRouter

PACKAGE = __name__.partition(".")[0]
CATEGORY = "workshop"  # of every Attribute that this package makes
BEFORE = "typeclass_before"  # what a room was before it was made a Workshop

NAME = "The Workshop"
DESC = (
    "Benches along the walls, tools on their hooks, and a lamp over each bench. Try |wlook|n, "
    "|wroute|n and |wthink|n; |whelp workshop|n says more."
)
WAY_IN, WAY_IN_TAKEN, WAY_OUT = "workshop", "workshop door", "out"

MADE, HERE, WRONG = "|g[+]|n", "|x[=]|n", "|y[!]|n"


class InstallError(Exception):
    """It cannot be done; the text says why, and what to do."""


@dataclass(frozen=True)
class Found:
    """What there is."""

    rooms: list[Workshop]
    routers: list[BackendRouter]
    personas: list[Persona]

    @property
    def anything(self) -> bool:
        """Whether there is anything of ours."""
        return bool(self.rooms or self.routers or self.personas)


def find() -> Found:
    """What of this package is in the database, in classes that inherit from ours, too."""
    return Found(rooms(), list(BackendRouter.objects.filter_family().order_by("id")), personas())


def rooms() -> list[Workshop]:
    """Every Workshop."""
    return list(Workshop.objects.filter_family().order_by("id"))


def personas() -> list[Persona]:
    """Every persona."""
    return list(Persona.objects.filter_family().order_by("id"))


def label(thing: Any) -> str:
    """An object as `Limbo (#2)`."""
    return f"{safe_line(thing.key)} (#{thing.id})"


def ways_in(room: Any) -> list[Any]:
    """The exits that lead there."""
    return list(ObjectDB.objects.filter(db_destination=room).exclude(db_location=room))


# install


def install(place: Any, *, here: bool = False) -> Iterator[str]:
    """Make what is not there yet.

    Args:
        place: where whoever installs it stands; None if nowhere.
        here: make that place the Workshop, instead of a room of its own.

    Raises:
        InstallError: before anything is made.
    """
    if here and not isinstance(place, DefaultRoom):
        raise InstallError("You have to stand in a room for that.")
    rooms = find().rooms
    if here:
        room = place
        yield _made_here(place)
    elif rooms:
        room = next((each for each in rooms if each == place), rooms[0])
        upgrade.mend(room)
        yield f"{HERE} The room {label(room)} is there."
    else:
        room = create.create_object(Workshop, key=NAME, attributes=[("desc", DESC)])
        yield f"{MADE} The room {label(room)}."
    if not here:
        yield _made_ways(room, place)
    router = room.router
    yield f"{MADE} Its lamps (script {router.key}), looked after every {router.interval} s."
    yield _made_persona(room)
    upgrade.stamp()


def _made_here(place: Any) -> str:
    if isinstance(place, Workshop):
        upgrade.mend(place)
        return f"{HERE} {label(place)} is a Workshop."
    place.attributes.add(BEFORE, place.typeclass_path, category=CATEGORY)
    place.swap_typeclass(Workshop, run_start_hooks="at_object_creation")
    return f"{MADE} {label(place)} is a Workshop now."


def _made_ways(room: Any, place: Any) -> str:
    there = ways_in(room)
    if there:
        return f"{HERE} The way in: {safe_line(there[0].key)}, from {label(there[0].location)}."
    if not isinstance(place, DefaultRoom) or place == room:
        place = ObjectDB.objects.filter(id=_number(settings.START_LOCATION)).first()
    if place is None or place == room:
        return f"{WRONG} No way leads in: stand where its door is to be, and type it again."
    taken = {name.lower() for each in place.exits for name in [each.key, *each.aliases.all()]}
    key = WAY_IN_TAKEN if WAY_IN in taken else WAY_IN
    create.create_object(settings.BASE_EXIT_TYPECLASS, key, location=place, destination=room)
    back = next((each for each in room.exits if each.destination == place), None)
    if back is None:
        back = create.create_object(
            settings.BASE_EXIT_TYPECLASS, WAY_OUT, location=room, destination=place
        )
    way_back = safe_line(back.key)
    return f"{MADE} A way in from {label(place)}: type {key}. The way back is {way_back}."


def _number(dbref: str) -> int:
    return int(str(dbref).lstrip("#"))


def _made_persona(room: Any) -> str:
    there = [each for each in find().personas if each.location == room]
    if there:
        return f"{HERE} {label(there[0])} is there."
    name = conf.current().persona_name
    made = create.create_object(Persona, key=name, location=room, home=room)
    return f"{MADE} {label(made)} stands at his bench."


# uninstall


def uninstall() -> Iterator[str]:
    """Take everything away, and make every Workshop an ordinary room."""
    found = find()
    kept = [room for room in found.rooms if not _is_ours(type(room))]
    for script in ScriptDB.objects.filter(db_typeclass_path__startswith=f"{PACKAGE}."):
        if script.obj not in kept:
            told = f"{MADE} The script {safe_line(script.key)} is gone."
            script.delete()
            yield told
    for room in found.rooms:
        if room not in kept:
            yield _made_ordinary(room)
    for thing in ObjectDB.objects.filter(db_typeclass_path__startswith=f"{PACKAGE}."):
        told = f"{MADE} {label(thing)} is gone."
        thing.delete()
        yield told
    for model in (ObjectDB, AccountDB):
        for holder in model.objects.filter(db_cmdset_storage__contains=f"{PACKAGE}."):
            if holder not in kept:
                _take_commands(holder)
                yield f"{MADE} {label(holder)} has its commands no more."
    if not kept:
        Attribute.objects.filter(db_category=CATEGORY).delete()
    ServerConfig.objects.filter(db_key__startswith=PACKAGE).delete()
    for room in kept:
        yield f"{WRONG} {label(room)} is left: its class {safe_line(room.typeclass_path)} is yours."


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == PACKAGE


def _made_ordinary(room: Any) -> str:
    before = room.attributes.get(BEFORE, category=CATEGORY)
    room.attributes.remove(BEFORE, category=CATEGORY)
    room.locks.remove("think")
    _take_commands(room)
    try:
        room.swap_typeclass(before or settings.BASE_ROOM_TYPECLASS, run_start_hooks=None)
    except ImportError:  # the class it had is gone
        room.swap_typeclass(settings.BASE_ROOM_TYPECLASS, run_start_hooks=None)
    return f"{MADE} {label(room)} is an ordinary room."


def _take_commands(holder: Any) -> None:
    for cmdset in list(holder.cmdset.get()):
        if str(cmdset.path).startswith(f"{PACKAGE}."):
            holder.cmdset.remove(cmdset.path)
