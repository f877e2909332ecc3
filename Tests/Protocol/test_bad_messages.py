"""Messages that must not pass the JSON Schema, and those they were made from, which must."""

from __future__ import annotations

import json
import unittest
from typing import Any

from test_schema import errors_of_the_schema, faults


def asking(method: str, params: Any = None, **more: Any) -> dict[str, Any]:
    """A request."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method, **more}
    return message if params is None else {**message, "params": params}


def failing(name: str, identifier: Any = 1, **data: Any) -> dict[str, Any]:
    """An error as the daemon would send it, with these data."""
    row = next(error for error in errors_of_the_schema() if error.name == name)
    error = {"code": row.code, "message": row.message, "data": {"code": name, **data}}
    return {"jsonrpc": "2.0", "id": identifier, "error": error}


ANSWER: dict[str, Any] = {
    "text": "Blue.", "backend": "local", "model": "m", "kind": "general", "finish": "stop",
    "confidence": None, "cached": False, "stand_ins": 0, "caught": 0, "thought": "1",
    "attempts": [{"backend": "local", "outcome": "answered", "ms": 1.5}],
    "usage": {
        "input_uncached": 1, "input_cache_read": None, "input_cache_write": None,
        "output_visible": 2, "output_reasoning": None, "source": "provider",
    },
    "cost_usd": None, "ms": 1.5, "tokens_per_second": None,
}  # fmt: skip

BAD: dict[str, Any] = {
    "an array": [asking("health")],
    "no version of JSON-RPC": {"id": 1, "method": "health"},
    "another version of JSON-RPC": asking("health", jsonrpc="1.0"),
    "an unknown method": asking("dream", {}),
    "an unknown member": asking("health", session=1),
    "positional parameters": asking("hello", ["evennia_glue", 1]),
    "null for parameters": {"jsonrpc": "2.0", "id": 1, "method": "health", "params": None},
    "parameters where there are none": asking("health", {"all": True}),
    "an empty id": asking("health", id=""),
    "a long id": asking("health", id="x" * 129),
    "a fraction as id": asking("health", id=1.5),
    "an id of more than 64 bit": asking("health", id=2**63),
    "null as id of a request": asking("health", id=None),
    "a notification that does nothing": {"jsonrpc": "2.0", "method": "health"},
    "hello without a protocol": asking("hello", {"client": "evennia_glue"}),
    "hello with a protocol in words": asking("hello", {"protocol": "1"}),
    "think without a task": asking("think", {}),
    "think with an empty task": asking("think", {"task": ""}),
    "think with a number as task": asking("think", {"task": 7}),
    "think with a long task": asking("think", {"task": "x" * 262_145}),
    "think with a misspelt parameter": asking("think", {"task": "x", "steam": True}),
    "think with a conversation and a history": asking(
        "think",
        {"task": "x", "conversation": "a", "history": [{"role": "user", "text": "y"}]},
    ),
    "think with results and no conversation": asking(
        "think", {"results": [{"call": "c", "text": "y"}]}
    ),
    "think with neither task nor results": asking("think", {"conversation": "a", "results": []}),
    "a journal of too many entries": asking("journal", {"limit": 51}),
    "to forget a conversation without a name": asking("forget", {"conversation": ""}),
    "think with an unknown kind": asking("think", {"task": "x", "kind": "dreaming"}),
    "think with no tokens": asking("think", {"task": "x", "max_tokens": 0}),
    "think with too many tokens": asking("think", {"task": "x", "max_tokens": 131_073}),
    "think with 17 attachments": asking("think", {"task": "x", "attachments": ["a/b"] * 17}),
    "think with null": asking("think", {"task": "x", "persona": None}),
    "route with stream": asking("route", {"task": "x", "stream": True}),
    "route with a temperature": asking("route", {"task": "x", "temperature": 1}),
    "cancel of nothing": asking("cancel", {}),
    "backends with an unknown action": asking("backends", {"action": "dance"}),
    "enabling nobody": asking("backends", {"action": "enable"}),
    "listing one": asking("backends", {"action": "list", "backend": "local"}),
    "registering nothing": asking("backends", {"action": "register", "backend": "desk"}),
    "enabling with a section": asking(
        "backends", {"action": "enable", "backend": "desk", "config": {}}
    ),
    "models of one backend": asking("models", {"backend": "local"}),
    "reload of another file": asking("reload", {"file": "/etc/passwd"}),
    "a reload that did nothing": {
        "jsonrpc": "2.0", "id": 1,
        "result": {"reloaded": False, "needs_restart": [], "warnings": []},
    },
    "a configuration that is wrong for no reason": failing("bad_configuration", problems=[]),
    "subscribe to another event": asking("subscribe", {"events": ["model.loaded"]}),
    "subscribe to a string": asking("subscribe", {"events": "health.changed"}),
    "result and error": {**failing("cancelled"), "result": {"cancelled": True}},
    "a result without an id": {"jsonrpc": "2.0", "result": {"cancelled": True}},
    "a result for null": {"jsonrpc": "2.0", "id": None, "result": {"cancelled": True}},
    "a result of nothing": {"jsonrpc": "2.0", "id": 1, "result": {}},
    "an answer with a secret": {"jsonrpc": "2.0", "id": 1, "result": {**ANSWER, "prompt": "x"}},
    "an answer by nobody": {"jsonrpc": "2.0", "id": 1, "result": {**ANSWER, "attempts": []}},
    "an answer for less than nothing": {
        "jsonrpc": "2.0", "id": 1, "result": {**ANSWER, "cost_usd": -1},
    },
    "an error with another's sentence": {
        "jsonrpc": "2.0", "id": 1,
        "error": {"code": -32015, "message": "Sorry.", "data": {"code": "cancelled"}},
    },
    "an error with another's code": {
        "jsonrpc": "2.0", "id": 1,
        "error": {
            "code": -32014, "message": "The request was cancelled.", "data": {"code": "cancelled"},
        },
    },
    "an error without data": {
        "jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "There is no such method."},
    },
    "an error with the matched term": failing("persona_refused", say="No.", **{"class": "name"},
                                              term="x"),
    "an error that names no field": failing("invalid_params"),
    "an unknown class": failing("persona_refused", say="No.", **{"class": "secret"}),
    "an answered attempt in an error": failing(
        "all_backends_failed", say="No.",
        attempts=[{"backend": "local", "outcome": "answered", "ms": 1}],
    ),
    "null as id of an error with an id": failing("cancelled", None),
    "a delta that counts from -1": {
        "jsonrpc": "2.0", "method": "think.delta", "params": {"id": 1, "seq": -1, "text": "x"},
    },
    "a delta with nothing": {
        "jsonrpc": "2.0", "method": "think.delta", "params": {"id": 1, "seq": 0, "text": ""},
    },
    "a restart for no reason": {
        "jsonrpc": "2.0", "method": "think.restarted", "params": {"id": 1, "backend": "local"},
    },
    "a lamp with a local time": {
        "jsonrpc": "2.0", "method": "health.changed",
        "params": {
            "backend": "local", "model": "m", "role": "local", "local": True, "state": "healthy",
            "breaker": "closed", "since": "2026-11-21T01:00:00+01:00", "latency_ms": 1,
            "why": "it answers",
        },
    },
    "an unknown notification": {"jsonrpc": "2.0", "method": "think.done", "params": {"id": 1}},
}  # fmt: skip


class BadMessages(unittest.TestCase):
    def test_none_of_them_validates(self) -> None:
        for name, message in BAD.items():
            with self.subTest(name):
                self.assertNotEqual(faults("", message), [])

    def test_what_they_were_made_from_does(self) -> None:
        good = [
            asking("health"), asking("health", {}), asking("hello", {"protocol": 99}),
            asking("cancel", {"id": "t1"}), asking("think", {"task": "x", "max_tokens": 131_072}),
            asking("think", {"task": "x" * 262_144}), asking("health", id=-(2**63)),
            {"jsonrpc": "2.0", "method": "cancel", "params": {"id": 1}},
            {"jsonrpc": "2.0", "id": 1, "result": ANSWER},
            failing("cancelled"), failing("parse_error", None),
            asking("backends"), asking("backends", {"action": "list"}), asking("models"),
            asking("backends", {"action": "register", "backend": "desk", "config": {"model": "m"}}),
            asking("models", {"refresh": True}), asking("reload"),
            failing("invalid_request", None, field="id"), failing("ledger_unavailable"),
            failing("persona_refused", say="No.", **{"class": "name"}),
        ]  # fmt: skip
        for message in good:
            with self.subTest(json.dumps(message)[:80]):
                self.assertEqual(faults("", message), [])


if __name__ == "__main__":
    unittest.main()
