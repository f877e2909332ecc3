"""The program under test, and what it says of itself."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("WORKSHOP") or TOP / ".build/debug/workshop").resolve()


def run(
    *args: str, env: dict[str, str] | None = None, cwd: Path | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Runs it to its end."""
    return subprocess.run(
        [str(BINARY), *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=env,
        cwd=cwd,
        check=False,
    )


@cache
def commands() -> dict[str, Any]:
    """All commands, as the program itself lists them."""
    return json.loads(run("--experimental-dump-help").stdout)["command"]


def fault(words: list[str]) -> str | None:
    """What is wrong with the words behind `workshop`; None when nothing is.

    Commands are commands, options are options of the command. Values are not looked at.
    """
    command = commands()
    words = list(words)
    while words:
        word = words.pop(0)
        below = {each["commandName"]: each for each in command.get("subcommands", [])}
        if word.startswith("-") and len(word) > 1:
            name = word.split("=")[0]
            # The first subcommand is meant where none is named.
            kind = next(
                (
                    found
                    for each in [command, *list(below.values())[:1]]
                    if (found := kind_of(each, name))
                ),
                None,
            )
            if kind is None:
                return f"{command['commandName']} has no {name}"
            if kind == "option" and "=" not in word and words:
                words.pop(0)
        elif word in below:
            command = below[word]
        elif below:
            return f"{command['commandName']} has no {word}"
    return None


def kind_of(command: dict[str, Any], option: str) -> str | None:
    """Whether an option of a command, as it is typed, is an `option` or a `flag`; None for none."""
    for each in command.get("arguments", []):
        for name in each.get("names") or []:
            if option == ("-" if name["kind"] == "short" else "--") + name["name"]:
                return str(each["kind"])
    return None
