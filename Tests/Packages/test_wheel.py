"""The wheel of `evennia_glue` in a virtual environment that has nothing else, with a game."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from test_contents import only

LINES = """
SERVER_SERVICES_PLUGIN_MODULES += ["evennia_glue.bridge"]
PORTAL_SERVICES_PLUGIN_MODULES += ["evennia_glue.nodelay"]
INSTALLED_APPS += ["evennia_glue.web"]
WORKSHOP_SOCKET = "/run/workshop/workshop.sock"
"""
# What the game then has: the settings as they are read, what is wrong with them, a template.
LOOK = """
import django, json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "server.conf.settings"
django.setup()
import evennia
evennia._init()
import evennia_glue, evennia_glue.bridge, evennia_glue.nodelay
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from evennia_glue import conf
print(json.dumps({
    "version": evennia_glue.__version__, "file": evennia_glue.__file__,
    "socket": conf.load().socket, "wrong": conf.check(), "unknown": conf.unknown(),
    "template": get_template("webclient.html").origin.name,
}))
"""


class WheelTest(unittest.TestCase):
    """A game that has the package from its wheel."""

    def test_game(self) -> None:
        """pip finds what it needs; the game reads its settings, and has its templates."""
        with tempfile.TemporaryDirectory() as folder:
            python = Path(folder) / "venv/bin/python"
            self.run_in(folder, sys.executable, "-m", "venv", "venv")
            self.run_in(
                folder,
                python,
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                only("*.whl"),
            )
            self.run_in(folder, python.parent / "evennia", "--init", "game")
            game = Path(folder) / "game"
            with (game / "server/conf/settings.py").open("a") as settings:
                settings.write(LINES)
            seen = json.loads(self.run_in(game, python, "-c", LOOK).splitlines()[-1])
            self.assertEqual(only("*.whl").name.split("-")[1], seen["version"])
            self.assertTrue(seen["file"].startswith(f"{folder}/venv/"), seen)
            self.assertEqual(seen["socket"], "/run/workshop/workshop.sock")
            self.assertEqual([seen["wrong"], seen["unknown"]], [[], []])
            self.assertIn("evennia_glue", seen["template"])

    def run_in(self, folder: str | Path, *command: str | Path) -> str:
        """What a command prints; it has to end well."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout
