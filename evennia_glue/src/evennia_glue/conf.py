"""The settings of this package: every one is read here, checked, and has a default.

A game sets them in `server/conf/settings.py`; see the table in the README.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string
from evennia.objects.models import ObjectDB

SOCKET_PATH_BYTES = 107  # what the kernel takes as the name of a Unix socket


@dataclass(frozen=True)
class Config:
    """The checked settings."""

    socket: str
    timeout: float
    persona: str | None
    persona_name: str
    health_interval: int
    quiet: float
    nodelay: bool
    guard_names: bool
    guard_typeclasses: tuple[str, ...]
    cooldown: float
    max_thoughts: int
    max_waiting: int
    thinking_after: float
    attention: float
    hears_objects: bool


def default_socket() -> str:
    """Where the daemon puts its socket when it is not told otherwise."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime) if runtime else Path.home() / ".local" / "state"
    return str(base / "workshop" / "workshop.sock")


def _is_path(value: Any) -> str | None:
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        return "the path of a socket"
    if len(os.fsencode(os.path.expanduser(value))) > SOCKET_PATH_BYTES:
        return f"a path of at most {SOCKET_PATH_BYTES} bytes"
    return None


def _is_seconds(value: Any) -> str | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if number and isfinite(value) and value > 0 else "a number of seconds above 0"


def _is_whole_seconds(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return None if whole and value > 0 else "a whole number of seconds above 0"


def _is_pause(value: Any) -> str | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if number and isfinite(value) and value >= 0 else "a number of seconds, 0 or above"


def _is_count(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return None if whole and value > 0 else "a whole number above 0"


def _is_count_or_zero(value: Any) -> str | None:
    return None if value == 0 and not _is_pause(value) else _is_count(value)


def _is_name(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "a text that is not empty"


def _is_name_or_none(value: Any) -> str | None:
    return None if value is None or not _is_name(value) else "the name of a persona, or None"


def _is_bool(value: Any) -> str | None:
    return None if isinstance(value, bool) else "True or False"


def _is_classes(value: Any) -> str | None:
    wanted = "a list of paths of typeclasses"
    if not isinstance(value, list | tuple):
        return wanted
    for path in value:
        try:
            kind = import_string(path) if isinstance(path, str) else None
        except ImportError:
            kind = None
        if not (isinstance(kind, type) and issubclass(kind, ObjectDB)):
            return wanted
    return None


_SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[Any], str | None]]] = {
    "WORKSHOP_SOCKET": (default_socket, _is_path),
    "WORKSHOP_TIMEOUT": (lambda: 120, _is_seconds),
    "WORKSHOP_PERSONA": (lambda: None, _is_name_or_none),
    "WORKSHOP_PERSONA_NAME": (lambda: "Timmy", _is_name),
    "WORKSHOP_HEALTH_INTERVAL": (lambda: 10, _is_whole_seconds),
    "WORKSHOP_QUIET": (lambda: 30, _is_seconds),
    "WORKSHOP_NODELAY": (lambda: True, _is_bool),
    "WORKSHOP_GUARD_NAMES": (lambda: True, _is_bool),
    "WORKSHOP_GUARD_TYPECLASSES": (lambda: (), _is_classes),
    "WORKSHOP_COOLDOWN": (lambda: 1, _is_pause),
    "WORKSHOP_MAX_THOUGHTS": (lambda: 8, _is_count),
    "WORKSHOP_MAX_WAITING": (lambda: 32, _is_count_or_zero),
    "WORKSHOP_THINKING_AFTER": (lambda: 2, _is_pause),
    "WORKSHOP_ATTENTION": (lambda: 60, _is_pause),
    "WORKSHOP_HEARS_OBJECTS": (lambda: False, _is_bool),
}


def check() -> list[str]:
    """Every mistake in the settings, as one sentence each; an empty list if there is none."""
    problems = []
    for name, (default, wrong) in _SETTINGS.items():
        value = getattr(settings, name, default())
        wanted = wrong(value)
        if wanted:
            problems.append(f"{name} has to be {wanted}, not {value!r}.")
    return problems


def unknown() -> list[str]:
    """Settings that begin as ours but are not: a game's own, or misspelt."""
    return sorted({name for name in dir(settings) if name.startswith("WORKSHOP_")} - set(_SETTINGS))


def load() -> Config:
    """The settings.

    Raises:
        ImproperlyConfigured: with every mistake at once.
    """
    problems = check()
    if problems:
        raise ImproperlyConfigured(" ".join(problems))
    return _build(lambda name, default: getattr(settings, name, default))


@cache
def current() -> Config:
    """The settings, or the defaults if they are wrong: the bridge has logged that, and is down.

    They are read once: a game that changes them restarts its Server.
    """
    try:
        return load()
    except ImproperlyConfigured:
        return defaults()


def _changed(**_: Any) -> None:
    current.cache_clear()


setting_changed.connect(_changed)  # a test does that


def defaults() -> Config:
    """What holds where a game sets nothing."""
    return _build(lambda _name, default: default)


def _build(value: Callable[[str, Any], Any]) -> Config:
    read = {name: value(name, default()) for name, (default, _) in _SETTINGS.items()}
    return Config(
        socket=os.path.expanduser(os.fspath(read["WORKSHOP_SOCKET"])),
        timeout=float(read["WORKSHOP_TIMEOUT"]),
        persona=read["WORKSHOP_PERSONA"],
        persona_name=read["WORKSHOP_PERSONA_NAME"].strip(),
        health_interval=read["WORKSHOP_HEALTH_INTERVAL"],
        quiet=float(read["WORKSHOP_QUIET"]),
        nodelay=read["WORKSHOP_NODELAY"],
        guard_names=read["WORKSHOP_GUARD_NAMES"],
        guard_typeclasses=tuple(read["WORKSHOP_GUARD_TYPECLASSES"]),
        cooldown=float(read["WORKSHOP_COOLDOWN"]),
        max_thoughts=read["WORKSHOP_MAX_THOUGHTS"],
        max_waiting=read["WORKSHOP_MAX_WAITING"],
        thinking_after=float(read["WORKSHOP_THINKING_AFTER"]),
        attention=float(read["WORKSHOP_ATTENTION"]),
        hears_objects=read["WORKSHOP_HEARS_OBJECTS"],
    )
