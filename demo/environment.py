"""The demo's own virtual environment, with Evennia and this checkout's evennia_glue in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from processes import MARK

EVENNIA = "evennia>=5,<7"
PYTHONS = ("python3.13", "python3.12", "python3.14", "python3.11", "python3", sys.executable)
ASK = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
OLDEST, NEWER = (3, 11), (3, 12)


class VenvError(RuntimeError):
    """The environment could not be made."""


def version(python: str) -> tuple[int, int] | None:
    """Its version; None if it is not there, or cannot make virtual environments."""
    path = shutil.which(python)
    if not path:
        return None
    try:
        asked = subprocess.run(
            [path, "-c", ASK], capture_output=True, text=True, timeout=20, check=True
        )
        major, minor = asked.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def choose() -> str:
    """The Python to use: 3.12 or newer, for Evennia 6, otherwise 3.11, for Evennia 5.

    Raises:
        VenvError: if there is none.
    """
    known = {python: version(python) for python in PYTHONS}
    for oldest in (NEWER, OLDEST):
        for python, found in known.items():
            if found and oldest <= found <= (3, 14):
                return shutil.which(python) or python
    raise VenvError("Evennia needs Python 3.11 or newer, with the venv module; found none.")


def ensure(path: Path, glue: Path, say: Callable[[str], object], mark: str) -> Path:
    """Makes what is missing of the environment; its folder of executables.

    Raises:
        VenvError: if that fails, with what pip said.
    """
    bin_path = path / "bin"
    if not (bin_path / "pip").exists():
        python = choose()
        say(f"Making a virtual environment in {path}, with {python} ...")
        _run([python, "-m", "venv", "--clear", str(path)], mark)
    missing = [
        *([] if _has(bin_path, "evennia") else [EVENNIA]),
        *([] if _has(bin_path, "evennia_glue") else ["--editable", str(glue)]),
    ]
    if missing:
        say("Installing Evennia and evennia_glue in it; this takes a minute or two ...")
        pip = [str(bin_path / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, *missing], mark)
    return bin_path


def _has(bin_path: Path, module: str) -> bool:
    code = f"import importlib.util as u, sys; sys.exit(not u.find_spec({module!r}))"
    command = [str(bin_path / "python"), "-I", "-c", code]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: list[str], mark: str) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, MARK: mark},
        check=False,
    )
    if done.returncode:
        raise VenvError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")
