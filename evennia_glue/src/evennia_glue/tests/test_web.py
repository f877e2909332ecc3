"""The pane is a plugin that any game's client can load."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.template import Context, Engine
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

    def page(self, **own: str) -> str:
        """The client's page as our template makes it, with the templates of a game's own."""
        with TemporaryDirectory() as folder:
            for name, text in own.items():
                path = Path(folder) / "webclient" / f"{name}.html"
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            evennia_dirs = [one for one in settings.TEMPLATES[0]["DIRS"] if "/evennia/" in str(one)]
            engine = Engine(
                dirs=[FIRST, folder, f"{folder}/webclient", *evennia_dirs, FILES / "templates"],
                libraries={"static": "django.templatetags.static"},
            )
            return engine.get_template("webclient.html").render(Context())

    def test_evennias_own_page(self):
        page = self.page()
        last = page.index("plugins/text2html.js")
        self.assertLess(last, page.index("/static/evennia_glue/pane.js"))
        self.assertIn("/static/evennia_glue/pane.css", page)
        self.assertIn('id="messagewindow"', page)

    def test_a_games_own_templates_stay(self):
        own = '{% extends "webclient/base.html" %}{% block client %}OURS{% endblock %}'
        for templates in (
            {"webclient": own},
            {"base": "OURS{% block guilib_import %}{% endblock %}"},
        ):
            page = self.page(**templates)
            self.assertIn("OURS", page)
            self.assertEqual(page.count("evennia_glue/pane.js"), 1)

    def test_a_page_without_that_block_is_left_alone(self):
        self.assertEqual(self.page(webclient="OURS ALONE"), "OURS ALONE")

    def test_a_page_can_have_it_where_it_wants(self):
        page = self.page(webclient='OURS {% include "evennia_glue/pane.html" %}')
        self.assertIn('src="/static/evennia_glue/pane.js"', page)

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
