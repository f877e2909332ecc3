"""What the tests share: a daemon that is played, and a bridge that is."""

import json
import os
from pathlib import Path
from unittest.mock import patch

from evennia.utils.ansi import strip_ansi
from evennia.utils.test_resources import BaseEvenniaCommandTest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from evennia_glue import queue
from evennia_glue.bridge import Bridge
from evennia_glue.link import Line

HELLO = {"protocol": 1, "server": "workshop", "version": "0.1.0", "persona": "timmy"}


def transcripts_folder() -> Path:
    """Where the transcripts are; without them there is nothing to test against."""
    given = os.environ.get("WORKSHOP_TRANSCRIPTS")
    if given:
        folder = Path(given)
        if not folder.is_dir():
            raise FileNotFoundError(f"WORKSHOP_TRANSCRIPTS is no folder: {folder}")
        return folder
    for parent in Path(__file__).resolve().parents:
        folder = parent / "Tests" / "Transcripts"
        if folder.is_dir():
            return folder
    raise FileNotFoundError("no Tests/Transcripts above this file; set WORKSHOP_TRANSCRIPTS")


def examples(value):
    """A message with the example in place of every matcher."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("$number", "$string", "$any", "$said"):
            return next(iter(value.values()))
        return {key: examples(inner) for key, inner in value.items()}
    return [examples(inner) for inner in value] if isinstance(value, list) else value


class Wire(StringTransport):
    """The daemon's side of a connection that is only memory."""

    def __init__(self, bridge: Bridge):
        super().__init__()
        self.line = Line(bridge)
        self.line.makeConnection(self)

    def sent(self) -> list[dict]:
        """What the client has sent since the last time."""
        lines = self.value().split(b"\n")
        self.clear()
        assert lines.pop() == b"", "the client sent half a line"
        return [json.loads(line) for line in lines]

    def give(self, message) -> None:
        """Let the client receive a message, or raw bytes."""
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.line.dataReceived(line + b"\n")

    def answer(self, request: dict, result: dict) -> None:
        self.give({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def refuse(self, request: dict, code: int, name: str, message: str, **data) -> None:
        error = {"code": code, "message": message, "data": {"code": name, **data}}
        self.give({"jsonrpc": "2.0", "id": request["id"], "error": error})

    def note(self, method: str, **params) -> None:
        self.give({"jsonrpc": "2.0", "method": method, "params": params})


def linked(timeout: float = 120.0) -> tuple[Bridge, Wire, Clock]:
    """A bridge whose daemon has said hello."""
    clock = Clock()
    bridge = Bridge("/nowhere.sock", timeout, clock)
    wire = Wire(bridge)
    wire.answer(wire.sent()[0], HELLO)
    return bridge, wire, clock


def awaited(clock: Clock) -> list:
    """The timers that run, but for the one that sees the daemon hang: it ends by itself."""
    return [call for call in clock.getDelayedCalls() if call.func.__name__ != "_beat"]


class Seen:
    """Collects how a Deferred ends."""

    def __init__(self, deferred: Deferred):
        self.result = self.error = None
        deferred.addCallbacks(self._got, self._failed)

    def _got(self, result):
        self.result = result

    def _failed(self, failure):
        self.error = failure.value


class WorkshopTest(BaseEvenniaCommandTest):
    """A game whose bridge is played by the test, with two players in one room."""

    def setUp(self):
        super().setUp()
        self.bridge, self.wire, self.clock = linked()
        line = queue.Queue(self.clock, queue._limits)
        for name, fresh in (("bridge._bridge", self.bridge), ("queue._queue", line)):
            patcher = patch(f"evennia_glue.{name}", fresh)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.account.puppet_object(self.session, self.char1)
        self.heard1, self.heard2 = self.listen(self.char1), self.listen(self.char2)

    def listen(self, character) -> list[str]:
        """From now on, gather what a character is told."""
        heard: list[str] = []

        def msg(text=None, **_kwargs):
            text = text[0] if isinstance(text, tuple) else text
            if text is not None:
                heard.append(strip_ansi(str(text)))

        character.msg = msg
        return heard

    def type(self, command, args: str = "") -> None:
        """Let the first character type a command; what is heard lands in `heard1`, `heard2`."""
        command.caller = self.char1
        command.cmdname = command.cmdstring = command.key
        command.args, command.raw_string = args, f"{command.key}{args}"
        command.session, command.account, command.obj = self.session, self.account, self.room1
        command.parse()
        command.func()

    def asked(self, method: str) -> dict:
        """The request that the game has just sent, which has to be the only one."""
        sent = self.wire.sent()
        assert [message["method"] for message in sent] == [method], sent
        return sent[0]


NASTY = "{a} {{b}} $You() |lcquit|ltx|le |rred C:\\n"
SHOWN = "{a} {{b}} $You() \u00a6lcquit\u00a6ltx\u00a6le |rred C:\\n"
THINKS = "Timmy falls silent, and thinks ..."
PLAYERS = ("ask", "forget", "journal", "lamps", "rate", "route", "think")


class CommandTest(WorkshopTest):
    def be_player(self):
        """No builder any more."""
        for who in (self.account, self.char1):
            who.permissions.clear()
            who.permissions.add("Player")

    def settings(self, **values):
        override = self.settings_override(**values)
        override.enable()
        self.addCleanup(override.disable)

    @staticmethod
    def settings_override(**values):
        from django.test import override_settings

        return override_settings(**values)
