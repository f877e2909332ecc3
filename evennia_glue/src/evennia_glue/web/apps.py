"""What the one line in a game's settings does."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

FIRST = str(Path(__file__).parent / "templates_first")
INPUT = "evennia_glue.web.inputfuncs"


class WorkshopWeb(AppConfig):
    """The pane: its files are found as those of every app, and its template comes before others.

    That template only extends `webclient/webclient.html`, the game's own or Evennia's.
    """

    name = "evennia_glue.web"
    label = "evennia_glue_web"
    verbose_name = "The Workshop's pane in the web client"

    def ready(self) -> None:
        """Django's hook: the settings are read, and no template or message was."""
        for engine in settings.TEMPLATES:
            folders = engine.get("DIRS")
            if isinstance(folders, list) and FIRST not in folders:
                folders.insert(0, FIRST)
        if INPUT not in settings.INPUT_FUNC_MODULES:
            settings.INPUT_FUNC_MODULES = [*settings.INPUT_FUNC_MODULES, INPUT]
