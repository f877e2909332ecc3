"""The names of the game, which the daemon keeps from every backend.

What players are called leaves the machine as little as what the persona is called: the daemon is
told the names of accounts and of the characters that people play, as soon as there is a link, and
again when somebody new comes or changes a name. It keeps them in its memory only. A task that is
typed before the daemon knows them waits until it does, for `PATIENCE` at most.

A big game has more names than are worth guarding: first come those who play now, then the
superusers, then the newest accounts with their characters.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from django.utils.module_loading import import_string
from evennia.accounts.models import AccountDB
from evennia.objects.models import ObjectDB
from evennia.objects.objects import DefaultCharacter, DefaultRoom
from evennia.server import signals
from evennia.typeclasses.attributes import Attribute
from evennia.utils import logger
from evennia.utils.ansi import strip_ansi
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import cooperate
from twisted.python.failure import Failure

from .bridge import Answer, Bridge
from .errors import BridgeDown, BridgeError, log_quietly

NAMES = 5000
BYTES = 900_000  # of one line of the protocol, which has 1 MiB
OVERHEAD = 40  # of the JSON around a name
LONGEST = 128  # bytes of a name
CHUNK = 100  # rows that are read at a time
WAIT = 1.0  # seconds for a change to find company
PATIENCE = 2.0  # seconds that a task waits for the daemon to know the names

PLAYED = "_playable_characters"

SIGNALS = (
    signals.SIGNAL_ACCOUNT_POST_CREATE,
    signals.SIGNAL_ACCOUNT_POST_RENAME,
    signals.SIGNAL_ACCOUNT_POST_LOGIN,
    signals.SIGNAL_OBJECT_POST_CREATE,
    signals.SIGNAL_OBJECT_POST_PUPPET,
    signals.SIGNAL_TYPED_OBJECT_POST_RENAME,
)


class Gathered:
    """Names, each once, the most important first; no more than the daemon is to be told."""

    def __init__(self, limit: int = NAMES) -> None:
        self.limit = limit
        self.size = 0
        self.rows: list[dict[str, str]] = []
        self.known: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another."""
        return len(self.rows) >= self.limit or self.size >= BYTES

    def add(self, kind: str, text: Any) -> None:
        """One name, without its markup; a `person`, an `account`, or a `place`."""
        text = " ".join(plain(text).split())
        size = len(text.encode("utf-8", "replace"))
        if not 0 < size <= LONGEST or folded(text) in self.known or self.is_full:
            return
        self.known.add(folded(text))
        self.rows.append({"class": kind, "text": text})
        self.size += size + OVERHEAD


def plain(text: Any) -> str:
    """A name as players see it."""
    text = str(text or "")
    return strip_ansi(text) if "|" in text else text


def folded(text: str) -> str:
    """A name, to compare."""
    return text.casefold()


def gather(found: Gathered, typeclasses: Iterable[type[ObjectDB]] = ()) -> Iterator[None]:
    """Reads the names of the game, a few rows a step, so that nobody has to wait for all of them.

    Args:
        found: where to put them.
        typeclasses: whose objects have names to guard though nobody plays them.
    """
    playing = ObjectDB.objects.filter(db_account__isnull=False).order_by("-id")
    for key, account in playing.values_list("db_key", "db_account__username")[:NAMES]:
        found.add("person", key)
        found.add("account", account)
    yield
    for accounts in (AccountDB.objects.filter(is_superuser=True), AccountDB.objects.all()):
        for rows in _newest_first(accounts, "username"):
            characters = _characters_of([number for number, _ in rows])
            for number, username in rows:
                for key in characters.get(number, ()):
                    found.add("person", key)
                found.add("account", username)
            yield
            if found.is_full:
                return
    for typeclass in typeclasses:
        kind = "place" if issubclass(typeclass, DefaultRoom) else "person"
        for rows in _newest_first(typeclass.objects.filter_family(), "db_key"):
            for _, key in rows:
                found.add(kind, key)
            yield
            if found.is_full:
                return


def _newest_first(rows: Any, field: str) -> Iterator[list[tuple[int, str]]]:
    """Ids and names, the newest first, in short lists: by id, so that no list is sorted."""
    while part := list(rows.order_by("-id").values_list("id", field)[:CHUNK]):
        yield part
        rows = rows.filter(id__lt=part[-1][0])


def _characters_of(accounts: list[int]) -> dict[int, list[str]]:
    """The names of the characters that these accounts can play.

    Every query is by number: asked in one by the Attribute's name, SQLite reads all of that name.
    """
    links = AccountDB.db_attributes.through.objects.filter(accountdb_id__in=accounts)
    owners = dict(links.values_list("attribute_id", "accountdb_id"))
    stored = Attribute.objects.filter(id__in=owners).values_list("id", "db_key")
    wanted = [number for number, key in stored if key == PLAYED]
    values = Attribute.objects.filter(id__in=wanted).values_list("id", "db_value")
    played = {
        owners[number]: [packed[3] for packed in value or () if _is_packed(packed)]
        for number, value in values
    }
    wanted = {number for numbers in played.values() for number in numbers}
    keys = dict(ObjectDB.objects.filter(id__in=wanted).values_list("id", "db_key"))
    return {
        account: [keys[number] for number in numbers if number in keys]
        for account, numbers in played.items()
    }


def _is_packed(value: Any) -> bool:
    """Whether it is a reference to an object, as Evennia stores one in an Attribute."""
    return isinstance(value, tuple) and len(value) == 4 and isinstance(value[3], int)  # noqa: PLR2004


class Cooperation(Protocol):
    """What `cooperate` gives back."""

    def whenDone(self) -> Deferred[Any]:  # noqa: N802
        """Fires when all steps are done."""


class GameNames:
    """Keeps the daemon's list of the game's names as it is in the game."""

    def __init__(
        self,
        bridge: Bridge,
        *,
        guard: bool = True,
        typeclasses: Iterable[str] = (),
        cooperate: Callable[[Iterator[None]], Cooperation] = cooperate,
    ) -> None:
        """With `guard` off the daemon is told that there are none."""
        self._bridge = bridge
        self._guard = guard
        self._paths = tuple(typeclasses)
        self._cooperate = cooperate
        self._found: Gathered | None = None if guard else Gathered()
        self._told: set[tuple[str, ...]] | None = None  # what the daemon has over this link
        self._timer: Any = None
        self._gathering = False
        self._again = False
        self._known = not guard  # whether the daemon has answered to all that was read
        self._waiting: list[Deferred[None]] = []  # tasks

    def install(self) -> None:
        """Begin: read the names when the game runs, and hear of every new one."""
        self._bridge.listen("names", self)
        self._bridge.before_task = self.settled
        if self._guard:
            for signal in SIGNALS:
                signal.connect(self.changed)  # weakly; the bridge holds on to it
            self._bridge.reactor.callWhenRunning(self.refresh)

    # what the bridge tells

    def link_changed(self, up: bool) -> None:
        """A new link: the daemon may be a new one, too, and knows nobody."""
        self._told, self._known = None, not self._guard
        if up:
            self._tell()
            self.refresh()
        else:
            self._release()

    def health_changed(self, row: Answer) -> None:
        """Nothing to do with names."""

    def budget_alert(self, row: Answer) -> None:
        """As `health_changed`."""

    # what waits

    def settled(self) -> Deferred[None]:
        """Fires when the daemon knows the names as they are now; after `PATIENCE` in any case."""
        if self._timer is not None:
            self._timer.cancel()
            self._waited()
        if self._is_settled():
            return succeed(None)
        waiting: Deferred[None] = Deferred(self._waiting.remove)
        self._waiting.append(waiting)
        return waiting.addTimeout(PATIENCE, self._bridge.reactor, self._late)

    def _is_settled(self) -> bool:
        return self._known and not self._gathering and self._timer is None

    def _settle(self) -> None:
        if self._is_settled():
            self._release()

    def _release(self) -> None:
        while self._waiting:
            self._waiting.pop(0).callback(None)

    @staticmethod
    def _late(_result: Any, _seconds: float) -> None:
        logger.log_warn("evennia_glue: a task did not wait for the game's names any longer")

    # what the game tells

    def changed(self, sender: Any, **_kwargs: Any) -> None:
        """Evennia's signals: somebody came, was made, or has another name."""
        try:
            if self._timer is None and self._is_new(sender):
                self._timer = self._bridge.reactor.callLater(WAIT, self._waited)
        except Exception as error:  # a signal's sender is not to suffer
            log_quietly("looking at a new name failed", error)

    def _is_new(self, sender: Any) -> bool:
        if isinstance(sender, AccountDB):
            text = sender.username
        elif isinstance(sender, (DefaultCharacter, *self._typeclasses())) or (
            isinstance(sender, ObjectDB) and sender.db_account_id
        ):
            text = sender.db_key
        else:
            return False
        return self._found is None or folded(" ".join(plain(text).split())) not in self._found.known

    def _waited(self) -> None:
        self._timer = None
        self.refresh()

    def _typeclasses(self) -> tuple[type[ObjectDB], ...]:
        return tuple(import_string(path) for path in self._paths)

    # reading and telling

    def refresh(self) -> None:
        """Read the names, in steps between which the game goes on; tell the daemon what is new."""
        if not self._guard:
            return
        if self._gathering:
            self._again = True
            return
        self._gathering = True
        found = Gathered()
        done = self._cooperate(gather(found, self._typeclasses())).whenDone()
        done.addCallback(lambda _: self._gathered(found))
        done.addErrback(self._not_gathered)
        done.addCallback(lambda _: self._free())

    def _gathered(self, found: Gathered) -> None:
        self._found = found
        self._tell()

    def _not_gathered(self, failure: Failure) -> None:
        log_quietly("reading the names failed", failure.value)
        self._known = True  # as well as it can: nothing more will come by itself

    def _free(self) -> None:
        self._gathering, again = False, self._again
        self._again = False
        if again:
            self.refresh()
        self._settle()

    def _tell(self) -> None:
        if self._found is None or not self._bridge.up:
            return
        rows = {tuple(row.values()) for row in self._found.rows}  # the order is nothing new
        if rows == self._told:
            return
        self._told, self._known = rows, not self._guard
        asked = self._bridge.request("names", {"names": self._found.rows})
        asked.addCallback(self._taken, len(rows))
        asked.addErrback(self._refused)

    def _taken(self, answer: Answer, count: int) -> None:
        passed = answer.get("passed_over")
        over = len(passed) if isinstance(passed, list) else 0
        logger.log_info(f"evennia_glue: {count - over} names guarded, {over} passed over")
        self._known = True
        self._settle()

    def _refused(self, failure: Failure) -> None:
        self._told = None
        error = failure.value
        if isinstance(error, BridgeDown):
            return
        self._known = True  # as well as it can
        self._settle()
        why = "it does not know how" if _is_unknown(error) else str(error)
        logger.log_warn(f"evennia_glue: the daemon does not guard the game's names: {why}")


def _is_unknown(error: BaseException) -> bool:
    return isinstance(error, BridgeError) and error.name == "method_not_found"
