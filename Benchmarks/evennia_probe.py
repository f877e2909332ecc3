"""Runs inside a game's Server: measures for how long our own code keeps the reactor at a time.

A services plugin of the game that is measured, and of no other:

    SERVER_SERVICES_PLUGIN_MODULES += ["evennia_probe"]

Everything of the package that the reactor calls is wrapped: the commands, the lines from the daemon
(with all that waits for their answers), its timers, and the hooks of its room, script and
persona. `PROBE_FILE` gets what was seen, a few times a second, as JSON: a list of milliseconds, by
the clock and of the processor, for each. Nothing is measured, and nothing kept, unless there is a
file of that name with `.on` behind it.
"""

import functools
import gc
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from twisted.internet import reactor
from twisted.internet.task import LoopingCall

PACKAGE = "evennia_glue"
HOOKS = {
    "rooms.Workshop": ("return_appearance", "at_object_receive", "at_object_leave"),
    "scripts.BackendRouter": ("at_repeat",),
    "persona.Persona": ("at_msg_receive",),
}
EVERY = 0.2  # seconds

seen: dict[str, list[tuple[float, float]]] = defaultdict(list)
pauses: list[float] = []
nested = active = False


def timed(name: Callable[..., str], work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; how long it takes is kept, unless one that is timed has called it."""

    @functools.wraps(work)
    def run(*args: Any, **kwargs: Any) -> Any:
        global nested  # noqa: PLW0603
        if nested or not active:
            return work(*args, **kwargs)
        nested, called = True, name(*args)
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            return work(*args, **kwargs)
        finally:
            cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
            seen[called].append((wall * 1000, cpu * 1000))
            nested = False

    return run


def wrap(owner: Any, attribute: str, name: Callable[..., str]) -> None:
    """Put the timed function in place of its own."""
    setattr(owner, attribute, timed(name, getattr(owner, attribute)))


def wrap_bridge() -> None:
    """The lines from the daemon, by the method that they answer."""
    from evennia_glue.bridge import Bridge  # noqa: PLC0415

    methods: dict[int, str] = {}
    request = Bridge.request

    def asked(self: Bridge, method: str, *args: Any, **kwargs: Any) -> Any:
        before = set(self._pending) if active else set()
        answer = request(self, method, *args, **kwargs)
        if active:
            methods.update(dict.fromkeys(set(self._pending) - before, method))
        return answer

    def called(self: Bridge, line: bytes) -> str:
        message = json.loads(line)
        if "method" in message:
            return f"line: {message['method']}"
        return f"answer: {methods.pop(message.get('id'), '?')}"

    Bridge.request = asked  # type: ignore[method-assign]
    wrap(Bridge, "received", called)


def wrap_timers() -> None:
    """What the package has the reactor call later."""
    later = reactor.callLater  # type: ignore[attr-defined]

    def call_later(seconds: float, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        asking = sys._getframe(1).f_globals["__name__"]
        if asking.startswith(f"{PACKAGE}."):
            name = f"later: {asking.removeprefix(f'{PACKAGE}.')}"
            work = timed(lambda *_: name, work)
        return later(seconds, work, *args, **kwargs)

    reactor.callLater = call_later  # type: ignore[attr-defined]


def wrap_all() -> None:
    """Everything."""
    from evennia_glue.commands.base import WorkshopCommand  # noqa: PLC0415

    wrap(WorkshopCommand, "func", lambda self: f"command: {self.key.lstrip('@')}")
    wrap_bridge()
    wrap_timers()
    for path, hooks in HOOKS.items():
        module, _, kind = path.rpartition(".")
        try:
            owner = getattr(import_module(f"{PACKAGE}.{module}"), kind)
        except ImportError:
            continue
        for hook in hooks:
            wrap(owner, hook, lambda *_, hook=hook, kind=kind: f"hook: {kind}.{hook}")


def watch_collector() -> None:
    """The pauses of Python's garbage collector, which come to whoever happens to run."""
    began = 0.0

    def pause(phase: str, info: dict[str, Any]) -> None:
        nonlocal began
        if phase == "start":
            began = time.perf_counter()
        elif active and info["generation"] == 2:
            pauses.append((time.perf_counter() - began) * 1000)

    gc.callbacks.append(pause)


def write() -> None:
    """Write what was seen, whole or not at all."""
    global active  # noqa: PLW0603
    path = Path(settings.PROBE_FILE)
    active = path.with_suffix(".on").exists()
    if not active:
        return
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": os.getpid(), "seen": seen, "pauses": pauses}))
    fresh.rename(path)


def start_plugin_services(_server: Any) -> None:
    """Evennia's hook: called once, before the Server's services start."""
    wrap_all()
    watch_collector()
    LoopingCall(write).start(EVERY)
