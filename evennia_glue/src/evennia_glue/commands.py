"""What can be typed in the Workshop."""

from typing import Any

from evennia.commands.cmdset import CmdSet
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from . import lamps, reports, texts
from .bridge import Answer, get_bridge
from .command import KIND, WorkshopCommand, config, is_builder
from .leaks import CmdLeaks
from .lumps import Lumps
from .memory import CmdForget, CmdJournal
from .safetext import safe, safe_line


class CmdRoute(WorkshopCommand):
    """
    show who at the benches would take a task

    Usage:
      route <task>

    Shows which backend and model would be asked, how the task is understood, who would be
    asked next, and why the others would not. Nothing is sent anywhere.

    Example:
      route summarise the minutes of the last meeting
    """

    key = "route"

    async def run(self) -> None:
        """Ask for a decision."""
        task = self.task()
        if task is not None:
            self.tell(_route(await get_bridge().ask("route", self.about(task))))


def _route(answer: dict[str, Any]) -> str:
    confidence = answer.get("confidence")
    sure = f", confidence {confidence:.2g}" if isinstance(confidence, int | float) else ""
    kind = f"{safe_line(answer.get('kind'), 40)}, {safe_line(answer.get('complexity'), 40)}{sure}"
    reasons = answer.get("why")
    why = "; ".join(safe_line(reason) for reason in reasons) if isinstance(reasons, list) else ""
    lines = [f"|wRoute:|n {_model(answer)}", f"|wKind:|n {kind}", f"|wWhy:|n {why}"]
    if answer.get("local_only"):
        lines.append("|wOnly here:|n this task stays on this machine")
    candidates = texts.rows(answer.get("candidates"))
    for place, row in enumerate(candidates):
        label = "Then" if place else "First"
        state = f"{lamps.sign(row.get('state'))} {lamps.lamp(row.get('state')).word}"
        role = safe_line(row.get("role", "?"), 40)
        lines.append(
            f"|w{label}:|n {_model(row)} ({role}, {state}): {safe_line(row.get('why', ''))}"
        )
    lines.extend(f"|wNot:|n {texts.rejected(row)}" for row in texts.rows(answer.get("rejected")))
    return "\n".join(lines)


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


def _model(row: dict[str, Any]) -> str:
    return f"{safe_line(row.get('backend', '?'), 40)}, {safe_line(row.get('model', '?'), 80)}"


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
            cost = reports.dollars(answer.get("cost_usd"))
            took = lamps.milliseconds(answer.get("ms"))
            told = [_model(answer), took, cost, *_course(answer), *_guarded(answer)]
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


class CmdCosts(WorkshopCommand):
    """
    show what thinking has cost

    Usage:
      costs

    Dollars, attempts and tokens of today, of this month, and of each backend and tier this month;
    how the budgets stand, and what was saved. Days and months are UTC.
    """

    key = "costs"
    locks = "cmd:perm(Builder)"

    async def run(self) -> None:
        """Ask for the accounts."""
        self.tell(reports.costs(await get_bridge().request("costs")))


class CmdLeakAudit(WorkshopCommand):
    """
    show what has left this machine, and what was held back

    Usage:
      leakaudit

    Every request is in the ledger before its first byte is sent. This counts the records, looks
    for gaps among them, and shows what the guard did; then what there is to show for it: the
    ledger's tree, the last full audit, the last re-scan of what is kept, and the last test that
    the bytes sent do not depend on the persona. What is not known is called unknown.
    """

    key = "leakaudit"
    locks = "cmd:perm(Builder)"

    async def run(self) -> None:
        """Ask for the audit."""
        self.tell(reports.audit(await get_bridge().request("audit")))


class WorkshopCmdSet(CmdSet):
    """The commands inside a Workshop."""

    key = "WorkshopCmdSet"

    def at_cmdset_creation(self) -> None:
        """Evennia's hook: fill the set."""
        for command in (
            *(CmdRoute, CmdThink, CmdForget, CmdJournal),
            *(CmdCosts, CmdLeakAudit, CmdLeaks),
        ):
            self.add(command())
