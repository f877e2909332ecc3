"""The pane is a plugin that any game's client can load."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.template import engines
from django.test import SimpleTestCase, override_settings

from evennia_glue import web
from evennia_glue.web.apps import FIRST, INPUT, WorkshopWeb

FILES = Path(web.__file__).parent


class TestWeb(SimpleTestCase):
    def test_one_line_is_enough(self):
        templates = [{"DIRS": ["game"]}, {"BACKEND": "x"}]
        with override_settings(TEMPLATES=templates, INPUT_FUNC_MODULES=("a",)):
            for _ in range(2):
                WorkshopWeb("evennia_glue.web", web).ready()
            self.assertEqual(settings.INPUT_FUNC_MODULES, ["a", INPUT])
        self.assertEqual(templates[0]["DIRS"], [FIRST, "game"])

    def test_its_template_keeps_the_games_own(self):
        """It extends `webclient/webclient.html`, the game's own where there is one."""
        self.assertFalse(apps.is_installed("evennia_glue.web"))
        text = (Path(FIRST) / "webclient.html").read_text()
        self.assertIn('{% extends "webclient/webclient.html" %}', text)
        self.assertIn("{{ block.super }}", text)
        engines["django"].from_string(text)

    def test_nothing_is_made_of_html(self):
        script = (FILES / "static" / "evennia_glue" / "pane.js").read_text()
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            "$(",
            ".html(",
        ):
            self.assertNotIn(way, script)
        snippet = (FILES / "templates" / "evennia_glue" / "pane.html").read_text()
        self.assertNotRegex(snippet, r"<script[^>]*>[^<]|style=|on\w+=")
