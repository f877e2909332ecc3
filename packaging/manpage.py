#!/usr/bin/env python3
"""Writes the manual page of `workshop`, from what the program says of itself.

usage: workshop --experimental-dump-help | manpage.py [DATE] >workshop.1
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

FILES = [
    ("/etc/workshop/backends.yaml", "The configuration of the system's daemon."),
    ("/etc/workshop/workshop.env", "Its keys, one NAME=value a line; root's alone."),
    ("/var/lib/workshop", "Its ledger and its memory."),
    ("/run/workshop/workshop.sock", "Its socket."),
    (
        "~/.config/workshop/backends.yaml",
        "The configuration of a user's daemon; .env beside it has the keys.",
    ),
    ("$XDG_RUNTIME_DIR/workshop/workshop.sock", "The socket of a user's daemon."),
]
ENVIRONMENT = [("WORKSHOP_SOCKET", "The daemon's socket, for the commands that ask it.")]


def escaped(text: str) -> str:
    """Text as roff takes it: nothing in it is a request, and dashes stay dashes."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in {".", "'"} else line for line in text.splitlines())


def option_of(argument: dict[str, Any]) -> str:
    """How an argument is written: `--config FILE`, `[TASK ...]`."""
    value = f"\\fI{escaped(argument['valueName'])}\\fR"
    if argument["kind"] == "positional":
        return value + (" ..." if argument["isRepeating"] else "")
    dashes = {"short": "-", "long": "--", "longWithSingleDash": "-"}
    names = ", ".join(
        f"\\fB{escaped(dashes[name['kind']] + name['name'])}\\fR" for name in argument["names"]
    )
    return names if argument["kind"] == "flag" else f"{names} {value}"


def usage_of(argument: dict[str, Any]) -> str:
    """The same in a line of usage: one name, in brackets when it may be left out."""
    text = option_of(
        argument | {"names": [argument["preferredName"]] if "preferredName" in argument else []}
    )
    return f"[{text}]" if argument["isOptional"] else text


def shown(things: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """What is not hidden."""
    return [thing for thing in things or [] if thing.get("shouldDisplay", True)]


def arguments_of(command: dict[str, Any]) -> list[dict[str, Any]]:
    """Its own arguments; --help and --version are told once."""
    return [
        argument
        for argument in shown(command.get("arguments"))
        if argument["valueName"] not in {"help", "version"}
    ]


def sections_of(command: dict[str, Any], path: list[str]) -> Iterator[str]:
    """A command, then what is below it."""
    name = " ".join([*path, command["commandName"]])
    arguments, below = arguments_of(command), shown(command.get("subcommands"))
    below = [each for each in below if each["commandName"] != "help"]
    if path:
        yield f'.SS "{escaped(name)}"'
        if not below:
            yield " ".join([f"\\fB{escaped(name)}\\fR", *map(usage_of, arguments)])
            yield ".PP"
        yield escaped(command["abstract"])
        for paragraph in filter(None, command.get("discussion", "").split("\n\n")):
            yield ".PP"
            yield escaped(paragraph)
        for argument in arguments:
            yield ".TP"
            yield option_of(argument)
            told = argument.get("abstract", "")
            if default := argument.get("defaultValue"):
                told = f"{told} Default: {default}." if told else f"Default: {default}."
            yield escaped(told) or "\\&"
    for each in below:
        yield from sections_of(each, [*path, command["commandName"]])


def listed(title: str, pairs: list[tuple[str, str]]) -> Iterator[str]:
    """A section of names and what they are."""
    yield f".SH {title}"
    for name, what in pairs:
        yield from (".TP", f"\\fB{escaped(name)}\\fR", escaped(what))


def page(command: dict[str, Any], date: str, version: str) -> Iterator[str]:
    """The whole page, line by line."""
    yield f'.TH WORKSHOP 1 "{date}" "{escaped(version)}" "Workshop Bridge"'
    yield from (".ad l", ".nh")
    abstract = command["abstract"].rstrip(".")
    yield from (".SH NAME", f"workshop \\- {escaped(abstract[0].lower() + abstract[1:])}")
    yield from (
        ".SH SYNOPSIS",
        "\\fBworkshop\\fR \\fIcommand\\fR [\\fIoptions\\fR]",
        ".SH DESCRIPTION",
    )
    yield escaped("Every command takes --help; workshop --version prints the version.")
    yield ".SH COMMANDS"
    yield from sections_of(command, [])
    yield from (".SH EXIT STATUS", escaped(command["discussion"]))
    yield from listed("ENVIRONMENT", ENVIRONMENT)
    yield from listed("FILES", FILES)


def main() -> None:
    date = sys.argv[1] if len(sys.argv) > 1 else ""
    command = json.load(sys.stdin)["command"]
    print("\n".join(page(command, date, "workshop")))


if __name__ == "__main__":
    main()
