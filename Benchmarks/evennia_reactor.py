"""Measures how long the commands of the Workshop keep Evennia's one reactor thread.

    VENV/bin/python Benchmarks/evennia_reactor.py

Nothing runs next to the game, and no daemon: the very lines that a daemon with 60 backends, 100
callers and 200 budgets sends are given to the bridge, and the time is taken that passes until
Evennia has the text for its Portal. That is the parsing of the line, the callers' names out of the
database, the table, the pages of EvMore, and Evennia's own work on the message. A command that
does this in two turns of the loop counts with the longer; asking is timed by itself. The time is
that of the thread's processor: what else the machine does is not counted.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import report

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(1, str(REPO / "demo"))

from game import ScratchGame  # noqa: E402

COUNT = 300
WARM_UP = 20
LIMIT_MS = 2.0
BACKENDS, CALLERS, BUDGETS, MODELS = 60, 100, 200, 1000
STATES = ("healthy", "degraded", "unhealthy", "rate_limited", "config_error", "disabled")
SINCE = "2026-11-21T01:00:00Z"
HEADINGS = ["command", "asking p50", "answer p50", "answer p99"]

Row = dict[str, Any]
Case = tuple[str, str, Row]


def account(place: int) -> Row:
    """One account of `costs`."""
    counts = {"attempts": 4000 + place, "answered": 3800, "unpriced": place % 3}
    size = {"input_tokens": 9_000_000 + place, "output_tokens": 400_000}
    return {"usd": 5.5 / (place + 1), **counts, **size}


def costs() -> Row:
    """The accounts of a large game."""
    named = {"tier": 2, "backend": BACKENDS, "kind": 20, "caller": CALLERS}
    budget = {"scope": "caller", "period": "day", "limit_usd": 2, "spent_usd": 1.25, "held_usd": 0}
    return {
        "today": account(1),
        "month": account(0),
        **{
            f"by_{part}": [
                {part: f"#{place}" if part == "caller" else f"{part}-{place}", **account(place)}
                for place in range(count)
            ]
            for part, count in named.items()
        },
        "budgets": [
            {**budget, "name": f"#{place}", "left_usd": 0.75, "percent": place / 2}
            for place in range(BUDGETS)
        ],
        "cache": {"today": 1, "month": 3},
        "fallbacks": 1,
        "savings": {"baseline_usd": 9.5, "router_usd": 0.05, "saved_usd": 3.95, "percent": 41.6},
    }


def lamp(place: int) -> Row:
    """One row of `health`."""
    return {
        "backend": f"backend-{place}",
        "model": f"model-{place}-instruct",
        "role": "long-context+code",
        "state": STATES[place % len(STATES)],
        "since": SINCE,
        "latency_ms": 3.2 * place,
        "why": "no connection",
    }


def route() -> Row:
    """A decision between all backends."""
    parts = ("total", "quality", "speed", "cost", "reliability", "preference")
    score = dict.fromkeys(parts, 0.614)
    why = "next in the chain of local"
    chosen = [
        {**lamp(place), "score": score, "expected_usd": 0.0026, "why": why}
        for place in range(0, BACKENDS, 2)
    ]
    rejected = [
        {"backend": f"backend-{place}", "rule": "disabled", "why": "no key: set XAI_API_KEY"}
        for place in range(1, BACKENDS, 2)
    ]
    sure = {"kind": "status", "complexity": "simple", "confidence": 0.95, "why": ["asks to list"]}
    first = {"backend": "backend-0", "model": "model-0-instruct"}
    return {**sure, **first, "candidates": chosen, "rejected": rejected}


def audit() -> Row:
    """The summary of a large ledger."""
    guard = ("allowed", "refused", "egress_blocked", "pseudonymised", "quarantined", "released")
    return {
        "records": 1_310_000,
        "gaps": 0,
        "by_backend": [
            {"backend": f"backend-{place}", "records": 9000, "bytes_sent": 4_000_000}
            for place in range(BACKENDS)
        ],
        "guard": dict.fromkeys(guard, 90),
        "blocked_by_class": {f"class-{place}": place for place in range(13)},
        "since": SINCE,
        "tree": {"size": 1_310_000, "root": "q" * 44, "checkpoint": True},
        "verified": {"time": SINCE, "ok": True, "records": 1_310_000},
        "invariance": {"time": SINCE, "personas": 8, "requests": 48_000, "differing": 0},
    }


def backend(place: int) -> Row:
    """One row of `backends`."""
    health = {"state": STATES[place % len(STATES)], "in_flight": 1, "latency_ms": 2.5}
    return {**lamp(place), "service": "enabled", "health": health, "configured_model": "other"}


def leak(place: int) -> Row:
    """One row of `leaks`."""
    found = {"class": "odd", "severity": "S3", "field": "task", "state": "waiting"}
    return {"leak": place, "time": SINCE, "persona": "timmy", "caller": f"#{place}", **found}


def cases() -> list[Case]:
    """What is typed, which method it asks, and what is answered."""
    models = [
        {"model": f"model-{place}", "backend": f"backend-{place % 60}", "listed": True}
        for place in range(MODELS)
    ]
    health = {"backends": [lamp(place) for place in range(BACKENDS)]}
    registry = {"backends": [backend(place) for place in range(BACKENDS)]}
    return [
        ("route a task", "route", route()),
        ("route/full a task", "route", route()),
        ("lamps", "health", health),
        *((f"costs{part}", "costs", costs()) for part in ("", "/caller", "/backend", "/budget")),
        ("leakaudit", "audit", audit()),
        ("leakaudit/quarantine", "leaks", {"leaks": [leak(place) for place in range(100)]}),
        ("backends", "backends", registry),
        ("backends backend-7", "backends", registry),
        ("backends/models", "models", {"models": models, "sources": []}),
    ]


class Bench:
    """A game in this process: one builder in a Workshop, and a bridge whose daemon is played."""

    def __init__(self) -> None:
        import evennia  # noqa: PLC0415
        from evennia import create_account, create_object  # noqa: PLC0415
        from evennia.server.serversession import ServerSession  # noqa: PLC0415
        from evennia_glue import bridge  # noqa: PLC0415
        from evennia_glue.commands import WorkshopCmdSet  # noqa: PLC0415
        from evennia_glue.tests.support import linked  # noqa: PLC0415

        self.sent = 0
        amp = SimpleNamespace(send_MsgServer2Portal=self._sent, send_AdminServer2Portal=self._sent)
        evennia.EVENNIA_SERVER_SERVICE = SimpleNamespace(amp_protocol=amp)
        bridge._bridge, self.wire, self.clock = linked()
        first = ServerSession()
        first.init_session("telnet", ("localhost", "bench"), evennia.SESSION_HANDLER)
        first.sessid = 1
        evennia.SESSION_HANDLER.portal_connect(first.get_sync_data())
        self.session = evennia.SESSION_HANDLER.session_from_sessid(1)
        self.account = create_account("bench", "", "bench-password", is_superuser=True)
        evennia.SESSION_HANDLER.login(self.session, self.account, testmode=True)
        self.room = create_object("evennia.objects.objects.DefaultRoom", key="room", nohome=True)
        players = [self._player(f"Player{place}") for place in range(CALLERS)]
        self.caller = players[0]
        self.account.puppet_object(self.session, self.caller)
        self.commands = {command.key: command for command in WorkshopCmdSet().commands}

    def _player(self, name: str) -> Any:
        from evennia import create_object  # noqa: PLC0415

        kind = "evennia.objects.objects.DefaultCharacter"
        return create_object(kind, key=name, location=self.room, home=self.room)

    def _sent(self, *_: Any, **__: Any) -> None:
        self.sent += 1

    def once(self, typed: str, line: bytes) -> tuple[float, float]:
        """Types a command, gives it its answer; milliseconds of asking, and of the longest turn."""
        key = re.split("[/ ]", typed, maxsplit=1)[0]
        command = type(self.commands[key])()
        command.caller, command.session, command.account = self.caller, self.session, self.account
        command.cmdstring, command.args, command.obj = key, typed[len(key) :], self.room
        asking = timed(lambda: (command.parse(), command.func()))
        (request,) = self.wire.sent()
        before = self.sent
        line = line.replace(b'"@"', b"%d" % request["id"], 1)
        turns = (lambda: self.wire.give(line), lambda: self.clock.advance(0))
        answering = max(map(timed, turns))
        if self.sent == before:
            raise RuntimeError(f"{typed}: nothing was told")
        if self.caller.ndb._more:
            self.caller.ndb._more.page_quit(quiet=True)
        return asking, answering


def timed(do: Callable[[], object]) -> float:
    """How many milliseconds of the processor something takes."""
    start = time.thread_time()
    do()
    return (time.thread_time() - start) * 1000


def measure(bench: Bench, case: Case, count: int) -> list[float]:
    """The figures of one command: a line of the table."""
    typed, _, answer = case
    line = json.dumps({"jsonrpc": "2.0", "id": "@", "result": answer}).encode()
    gc.collect()
    times = [bench.once(typed, line) for _ in range(WARM_UP + count)][WARM_UP:]
    asking, answering = ([pair[place] for pair in times] for place in (0, 1))
    share = sorted(answering)[max(0, -(-99 * count // 100) - 1)]
    return [statistics.median(asking), statistics.median(answering), share]


def ev_table(count: int) -> list[float]:
    """What the same takes with Evennia's own table: the list of the callers."""
    from evennia.utils.evtable import EvTable  # noqa: PLC0415

    def build() -> None:
        table = EvTable("caller", "USD", "", "share", "answered", "in", "out", border="header")
        for place in range(CALLERS):
            table.add_row(f"Player{place}", "$1.25", "##----", "25 %", "3 of 4", "9,000", "400")
        str(table)

    times = sorted(timed(build) for _ in range(count))
    return [0.0, statistics.median(times), times[-1]]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="how long commands keep Evennia's reactor")
    parser.add_argument("--count", type=int, default=COUNT, help=f"of each (default: {COUNT})")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a table for the docs")
    options = parser.parse_args()
    if options.count < 1:
        parser.error("--count has to be at least 1")
    return options


def run(count: int) -> list[tuple[str, list[float]]]:
    """Makes a game in a folder of its own, and measures every command in it."""
    glue = REPO / "evennia_glue" / "src" / "evennia_glue"
    with tempfile.TemporaryDirectory(prefix="wr-") as folder:
        root = Path(folder).resolve()
        game = ScratchGame(Path(sys.executable).parent, root / "no.sock", root, glue_source=glue)
        game.make()
        os.chdir(game.path)
        sys.path.insert(0, str(game.path))
        os.environ["DJANGO_SETTINGS_MODULE"] = "server.conf.settings"
        import django  # noqa: PLC0415
        import evennia  # noqa: PLC0415

        django.setup()
        evennia._init()
        bench = Bench()
        found = [(case[0], measure(bench, case, count)) for case in cases()]
        found.append((f"(EvTable of {CALLERS} rows)", ev_table(min(count, 20))))
        os.chdir(REPO)
    return found


def main() -> int:
    """Prints the table; 1 if a command keeps the reactor for too long."""
    options = arguments()
    found = run(options.count)
    from importlib.metadata import version  # noqa: PLC0415

    known = report.machine(REPO)
    names = f"Evennia {version('evennia')}, Python {sys.version.split()[0]}"
    notes = [
        "Machine: " + "; ".join(f"{key} {known[key]}" for key in ("cpu", "cores", "date")) + ".",
        f"{names}. {options.count} of each; milliseconds of the processor.",
        f"{BACKENDS} backends, {CALLERS} callers, {BUDGETS} budgets, {MODELS} models.",
    ]
    lines = [[name, *(f"{value:.2f}" for value in values)] for name, values in found]
    print("\n".join([*notes, "", report.text_table(HEADINGS, lines)]))
    if options.markdown:
        options.markdown.write_text(
            "\n\n".join(["\n".join(notes), report.markdown_table(HEADINGS, lines)]) + "\n"
        )
    slow = [name for name, values in found[:-1] if max(values) > LIMIT_MS]
    print(f"Over {LIMIT_MS:g} ms: {', '.join(slow) or 'none'}.")
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
