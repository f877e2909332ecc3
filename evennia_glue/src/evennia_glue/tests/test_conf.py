"""Settings are checked, and every mistake is named."""

import os
import re
from importlib.metadata import metadata
from pathlib import Path
from unittest.mock import patch

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase, override_settings

from evennia_glue import bridge, conf

NAMES = (
    *("SOCKET", "TIMEOUT", "PERSONA", "PERSONA_NAME", "HEALTH_INTERVAL", "NODELAY"),
    *("QUIET", "GUARD_NAMES", "GUARD_TYPECLASSES", "COOLDOWN", "MAX_THOUGHTS"),
    *("MAX_WAITING", "THINKING_AFTER", "ATTENTION", "HEARS_OBJECTS"),
)
ROOM = "evennia.objects.objects.DefaultRoom"


def readme() -> str:
    """This package's: in the sources, or as it was installed with."""
    for parent in Path(__file__).resolve().parents:
        path = parent / "README.md"
        if path.is_file() and (parent / "pyproject.toml").is_file():
            return path.read_text()
    return str(metadata("evennia-glue").get_payload())


class TestConf(SimpleTestCase):
    def setUp(self):
        override = override_settings()
        override.enable()
        self.addCleanup(override.disable)
        from django.conf import settings

        for name in NAMES:
            if hasattr(settings, f"WORKSHOP_{name}"):
                delattr(settings, f"WORKSHOP_{name}")

    def test_defaults(self):
        with patch.dict(os.environ, {"XDG_RUNTIME_DIR": "/run/user/7"}):
            config = conf.load()
        self.assertEqual(config.socket, "/run/user/7/workshop/workshop.sock")
        self.assertEqual((config.timeout, config.health_interval), (120.0, 10))
        self.assertEqual(config.quiet, 30.0)
        self.assertEqual((config.persona, config.persona_name), (None, "Timmy"))
        self.assertIs(config.nodelay, True)
        self.assertEqual((config.guard_names, config.guard_typeclasses), (True, ()))
        self.assertEqual((config.cooldown, config.max_thoughts, config.max_waiting), (1.0, 8, 32))
        self.assertEqual((config.thinking_after, config.attention), (2.0, 60.0))
        self.assertIs(config.hears_objects, False)

    def test_socket_without_a_runtime_folder(self):
        with patch.dict(os.environ, {"XDG_RUNTIME_DIR": "", "HOME": "/home/ann"}):
            self.assertEqual(conf.load().socket, "/home/ann/.local/state/workshop/workshop.sock")

    @override_settings(WORKSHOP_SOCKET="~/w.sock", WORKSHOP_PERSONA="ezra", WORKSHOP_TIMEOUT=2.5)
    def test_given(self):
        with patch.dict(os.environ, {"HOME": "/home/ann"}):
            config = conf.load()
        self.assertEqual(config.socket, "/home/ann/w.sock")
        self.assertEqual((config.persona, config.timeout), ("ezra", 2.5))

    @override_settings(WORKSHOP_COOLDOWN=0, WORKSHOP_MAX_WAITING=0, WORKSHOP_ATTENTION=0)
    def test_nothing_is_something(self):
        config = conf.load()
        self.assertEqual((config.cooldown, config.max_waiting, config.attention), (0, 0, 0))

    def test_mistakes(self):
        wrong = {
            "SOCKET": ["", 7, "/x" * 60],
            "TIMEOUT": [0, -1, "120", None, True, float("nan"), float("inf")],
            "PERSONA": ["", 7],
            "PERSONA_NAME": [None, " "],
            "HEALTH_INTERVAL": [0, 1.5, "10", True],
            "QUIET": [0, "30", None],
            "NODELAY": ["yes", 1, None],
            "GUARD_NAMES": ["no", 0],
            "COOLDOWN": [-1, "1", None, True, float("inf")],
            "MAX_THOUGHTS": [0, 1.5, "8", True],
            "MAX_WAITING": [-1, 0.5, False],
            "THINKING_AFTER": [-1, None],
            "ATTENTION": [-0.1, "60"],
            "HEARS_OBJECTS": ["no", 0],
            "GUARD_TYPECLASSES": [ROOM, [7], ["nowhere.Npc"], ["evennia.utils.utils.delay"], None],
        }
        for name, values in wrong.items():
            for value in values:
                with (
                    self.subTest(name=name, value=value),
                    override_settings(**{f"WORKSHOP_{name}": value}),
                ):
                    self.assertEqual(len(conf.check()), 1)
                    with self.assertRaisesRegex(ImproperlyConfigured, f"WORKSHOP_{name} has to be"):
                        conf.load()

    @override_settings(WORKSHOP_GUARD_NAMES=False, WORKSHOP_GUARD_TYPECLASSES=[ROOM])
    def test_names(self):
        self.assertEqual(conf.load().guard_typeclasses, (ROOM,))
        self.assertIs(conf.load().guard_names, False)

    @override_settings(WORKSHOP_TIMEOUT=0, WORKSHOP_NODELAY="no")
    def test_all_mistakes_at_once(self):
        self.assertEqual(len(conf.check()), 2)

    def test_read_once(self):
        with override_settings(WORKSHOP_TIMEOUT=7):
            self.assertEqual(conf.current().timeout, 7)
            self.assertIs(conf.current(), conf.current())
        self.assertEqual(conf.current().timeout, 120)
        with override_settings(WORKSHOP_TIMEOUT=0):
            self.assertEqual(conf.current(), conf.defaults())

    def test_every_setting_has_its_line_in_the_readme(self):
        rows = re.findall(r"^\| `(WORKSHOP_\w+)` \| (.*?) \| (\S.*?) \|$", readme(), re.MULTILINE)
        self.assertEqual(sorted(name for name, _, _ in rows), sorted(conf._SETTINGS))
        for name, shown, _ in rows:
            if name != "WORKSHOP_SOCKET":
                default, _wrong = conf._SETTINGS[name]
                self.assertEqual(shown.strip("`").replace('"', "'"), repr(default()), name)

    @override_settings(WORKSHOP_SOCKT="x")
    def test_misspelt(self):
        self.assertEqual(conf.unknown(), ["WORKSHOP_SOCKT"])

    @override_settings(WORKSHOP_TIMEOUT=0)
    def test_the_game_starts_all_the_same(self):
        from twisted.application.service import MultiService

        server = MultiService()
        with (
            patch("evennia_glue.bridge._bridge", None),
            patch("evennia_glue.bridge.logger.log_err") as logged,
        ):
            bridge.start_plugin_services(server)
            self.assertIn("WORKSHOP_TIMEOUT", bridge.get_bridge().trouble)
        self.assertIn("WORKSHOP_TIMEOUT has to be", logged.call_args[0][0])
        self.assertEqual(list(server), [])
