"""Holds the protocol's JSON Schema against the transcripts, docs/protocol.md and the sources.

    python3 -m unittest discover Tests/Protocol

Needs `jsonschema` (4.18 or later) from PyPI.
"""

from __future__ import annotations

import json
import re
import unittest
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

TOP = Path(__file__).resolve().parents[2]
DOCUMENT = (TOP / "docs/protocol.md").read_text("utf-8")
SCHEMA: dict[str, Any] = json.loads((TOP / "configs/protocol.schema.json").read_text("utf-8"))
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
METHODS = (
    "hello", "route", "think", "cancel", "health", "subscribe", "unsubscribe", "costs", "audit",
    "backends", "models", "reload", "leaks", "forget", "journal", "names", "rate",
    "learning", "preferences", "experiment", "jobs",
    "compare", "migrate", "batch",
)  # fmt: skip
WRAPPERS = {"$number", "$string", "$any", "$said"}
HEADING = re.compile(r"^#+ (?P<words>.+)$")
EXAMPLE = re.compile(r"^ {4}(?P<arrow>[→←]) (?P<text>.+)$")
ROW = re.compile(
    r"^\| (?P<code>-\d+) \| `(?P<name>\w+)` \| (?P<message>[^|]+) \| (?P<data>[^|]*)\|$", re.M
)


@cache
def validator(name: str) -> Draft202012Validator:
    """A validator of one definition; of any message for the name ``""``."""
    if not name:
        return Draft202012Validator(SCHEMA)
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": DEFINITIONS})


def faults(name: str, value: Any) -> list[str]:
    """What is wrong with a value, by a definition."""
    return [f"{fault.json_path}: {fault.message}" for fault in validator(name).iter_errors(value)]


def plain(value: Any) -> Any:
    """A transcript's message with its wrappers replaced by the examples inside."""
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        if len(value) == 1 and set(value) <= WRAPPERS:
            return next(iter(value.values()))
        return {key: plain(entry) for key, entry in value.items()}
    return value


@dataclass(frozen=True)
class Error:
    """One row of the table of errors."""

    code: int
    name: str
    message: str


class Conversation:
    """Messages of one connection, each held against the definition that is meant for it."""

    def __init__(self, methods: dict[Any, str] | None = None, otherwise: str = "") -> None:
        self.methods = dict(methods or {})
        self.otherwise = otherwise

    def from_client(self, message: dict[str, Any]) -> list[str]:
        """What is wrong with a client's message."""
        if "id" not in message:
            return faults("clientNotification", message)
        self.methods[message["id"]] = message["method"]
        return faults("clientRequest", message)

    def from_daemon(self, message: dict[str, Any]) -> list[str]:
        """What is wrong with a daemon's message; a result is held against the method asked."""
        if "method" in message:
            return faults("serverNotification", message)
        if "error" in message:
            return faults("serverError", message)
        method = self.methods.get(message["id"], self.otherwise)
        return faults("serverResult", message) + faults(f"{method}Result", message["result"])


class TheSchema(unittest.TestCase):
    def test_it_is_one(self) -> None:
        Draft202012Validator.check_schema(SCHEMA)

    def test_every_reference_leads_somewhere_and_every_definition_is_used(self) -> None:
        used = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMA)))
        ends = {"unsubscribeResult"}  # the same as subscribeResult, among the results once
        self.assertEqual(used | ends, set(DEFINITIONS))

    def test_every_object_is_closed(self) -> None:
        for path, part in objects("$defs", DEFINITIONS):
            with self.subTest(path):
                self.assertIn("additionalProperties", part)

    def test_every_method_has_its_definitions(self) -> None:
        for method in METHODS:
            for end in ("Request", "Params", "Result"):
                self.assertIn(method + end, DEFINITIONS)
        self.assertIn(", ".join(f"`{method}`" for method in METHODS), DOCUMENT)


def objects(path: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of an object below a value."""
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield path, value
        for key, part in value.items():
            yield from objects(f"{path}.{key}", part)


class Transcripts(unittest.TestCase):
    def test_every_line(self) -> None:
        files = sorted((TOP / "Tests/Transcripts").glob("*.jsonl"))
        self.assertGreaterEqual(len(files), 15)
        for file in files:
            lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
            messages = [(side, plain(entry)) for line in lines for side, entry in line.items()]
            mistakes = {entry["id"] for side, entry in messages if side == "s" and blames(entry)}
            conversation = Conversation()
            for number, (side, message) in enumerate(messages, 1):
                with self.subTest(file.name, line=number):
                    self.hold(conversation, side, message, mistakes)

    def hold(
        self, conversation: Conversation, side: str, message: dict[str, Any], mistakes: set[Any]
    ) -> None:
        if side == "s":
            self.assertEqual(conversation.from_daemon(message), [])
        elif message["id"] not in mistakes:
            self.assertEqual(conversation.from_client(message), [])
        else:
            self.assertNotEqual(conversation.from_client(message), [])
            return
        self.assertEqual(faults("", message), [])


def blames(message: dict[str, Any]) -> bool:
    """Whether the daemon says that the shape of a request was wrong."""
    code = message.get("error", {}).get("data", {}).get("code")
    return code in ("method_not_found", "invalid_params")


class Document(unittest.TestCase):
    def test_the_examples_are_valid(self) -> None:
        found = list(examples(DOCUMENT))
        self.assertGreaterEqual(len(found), 16)
        methods: dict[Any, str] = {}
        for heading, arrow, text in found:
            with self.subTest(text[:60]):
                message = json.loads(text)
                conversation = Conversation(methods, otherwise=heading.split(",")[0])
                if arrow == "→":
                    self.assertEqual(conversation.from_client(message), [])
                    methods = conversation.methods
                else:
                    self.assertEqual(conversation.from_daemon(message), [])

    def test_every_method_has_an_example_of_its_result(self) -> None:
        results = {
            heading for heading, arrow, text in examples(DOCUMENT)
            if arrow == "←" and "result" in json.loads(text)
        }  # fmt: skip
        headings = {name for heading in results for name in heading.split(", ")}
        self.assertEqual(headings, set(METHODS))

    def test_the_parameters_are_the_schema_s(self) -> None:
        for method in ("hello", "think"):
            section = DOCUMENT.split(f"\n### {method}\n", 1)[1].split("\n### ", 1)[0]
            named = set(re.findall(r"^\| `(\w+)` \| ", section, re.M))
            self.assertEqual(named, set(DEFINITIONS[f"{method}Params"]["properties"]))

    def test_route_takes_what_think_takes_less_what_is_about_the_answer(self) -> None:
        think = set(DEFINITIONS["thinkParams"]["properties"])
        route = set(DEFINITIONS["routeParams"]["properties"])
        self.assertEqual(
            think - route,
            {
                "stream",
                "max_tokens",
                "temperature",
                "stop",
                "cache",
                "content_policy",
                "keep",
                "consensus",
            },
        )
        self.assertLess(route, think)

    def test_the_words_stand_in_it(self) -> None:
        for name in ("failureClass", "state", "rule", "identityClass", "event"):
            for word in DEFINITIONS[name]["enum"]:
                self.assertIn(f"{word}", re.findall(r"[\w.]+", DOCUMENT), name)


def examples(document: str) -> Iterator[tuple[str, str, str]]:
    """The heading, the arrow and the JSON of every example; one may go on over several lines."""
    heading, arrow, parts = "", "", []
    for line in [*document.splitlines(), ""]:
        start = EXAMPLE.match(line)
        if parts and (start or not line.startswith("    ")):
            yield heading, arrow, " ".join(parts)
            parts = []
        if start:
            arrow, parts = start["arrow"], [start["text"]]
        elif parts:
            parts.append(line.strip())
        elif title := HEADING.match(line):
            heading = title["words"]


class Errors(unittest.TestCase):
    def test_the_document_says_what_the_sources_say(self) -> None:
        self.assertEqual(errors_of_the_document(), errors_of_the_sources())

    def test_the_schema_says_what_the_document_says(self) -> None:
        self.assertEqual(errors_of_the_schema(), errors_of_the_document())

    def test_the_data_are_the_document_s(self) -> None:
        for row in ROW.finditer(DOCUMENT):
            with self.subTest(row["name"]):
                data = DEFINITIONS[row["name"]]["properties"]["data"]["properties"]
                self.assertEqual(set(re.findall(r"`(\w+)`", row["data"])) | {"code"}, set(data))


def errors_of_the_document() -> list[Error]:
    """The table of docs/protocol.md."""
    return [
        Error(int(row["code"]), row["name"], row["message"].strip())
        for row in ROW.finditer(DOCUMENT)
    ]


def errors_of_the_schema() -> list[Error]:
    """The alternatives of `error`."""
    names = [entry["$ref"].rsplit("/", 1)[1] for entry in DEFINITIONS["error"]["oneOf"]]
    found: list[Error] = []
    for name in names:
        fields = DEFINITIONS[name]["properties"]
        code = fields["data"]["properties"]["code"]["const"]
        if code != name:
            raise AssertionError(f"{name} has the code {code}")
        found.append(Error(fields["code"]["const"], name, fields["message"]["const"]))
    return found


def errors_of_the_sources() -> list[Error]:
    """The three tables of BridgeError.Code."""
    source = (TOP / "Sources/Bridge/Protocol/BridgeError.swift").read_text("utf-8")
    codes = re.findall(r"case (\w+) = (-\d+)", source)
    names = dict(re.findall(r'case \.(\w+): "(\w+)"', source))
    messages = dict(re.findall(r'case \.(\w+): "([^"]*[^"\w][^"]*)"', source))
    return [Error(int(code), names[case], messages[case]) for case, code in codes]


class Words(unittest.TestCase):
    """The enumerations are those of the sources."""

    def check(self, definition: str, path: str, name: str) -> None:
        source = (TOP / "Sources" / path).read_text("utf-8")
        self.assertEqual(DEFINITIONS[definition]["enum"], raw_values(source, name))

    def test_kinds(self) -> None:
        self.check("kind", "Routing/TaskKind.swift", "TaskKind")

    def test_failure_classes(self) -> None:
        self.check("failureClass", "Routing/FailureClass.swift", "FailureClass")

    def test_states(self) -> None:
        self.check("state", "Routing/Health/BackendHealth.swift", "HealthState")

    def test_rules(self) -> None:
        self.check("rule", "Routing/Selection/RoutePlan.swift", "Rule")

    def test_wires(self) -> None:
        self.check("wire", "Routing/Backend.swift", "WireName")

    def test_identity_classes(self) -> None:
        self.check("identityClass", "Persona/Identity.swift", "IdentityClass")

    def test_roles(self) -> None:
        source = (TOP / "Sources/Routing/Backend.swift").read_text("utf-8")
        alternatives = "|".join(raw_values(source, "Role"))
        self.assertEqual(
            DEFINITIONS["roles"]["pattern"], f"^({alternatives})([+]({alternatives}))*$"
        )


def raw_values(source: str, name: str) -> list[str]:
    """The raw values of a Swift enumeration of strings, in its order."""
    body = re.split(rf"enum {name}: String[^{{]*{{", source, maxsplit=1)[1]
    values: list[str] = []
    for line in body.splitlines():
        case = re.match(r"^ +case (?P<list>[a-z].*)$", line)
        if case:
            for entry in case["list"].split(", "):
                case_name, _, raw = entry.partition(" = ")
                values.append(raw.strip('"') or case_name)
        elif line.strip() and not line.strip().startswith("//"):
            break
    return values


if __name__ == "__main__":
    unittest.main()
