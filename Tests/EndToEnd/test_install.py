"""From an empty folder to a persona that answers, as the package's README says; and back again.

Two games, on SQLite and on PostgreSQL, with the package from a wheel in an environment that has
nothing else of this checkout. What goes into `settings.py` is read out of the README.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from backends import configuration, stand_in
from daemon import Daemon
from fake_upstream import FakeUpstream
from game import ScratchGame
from postgres import Postgres
from processes import MARK, end, marked, wait_until
from telnet import Telnet
from world import FAST, PERSONAS, REPO

GLUE = REPO / "evennia_glue"
SOURCE = GLUE / "src" / "evennia_glue"
FAULT = re.compile(r"^.*(?:\[EE\]|Traceback|Unhandled).*$", re.MULTILINE)
LAYOUT = "evennia_glue_layout"

POSTGRES = """
DATABASES = {{"default": {{
    "ENGINE": "django.db.backends.postgresql", "HOST": {host!r}, "USER": {user!r}, "NAME": {name!r}
}}}}
"""


def readme_lines() -> str:
    """What the README says to put into the settings."""
    block = re.search(r"```python\n(SERVER_SERVICES.*?)```", (GLUE / "README.md").read_text(), re.S)
    assert block
    assert len(block[1].splitlines()) == 3  # noqa: PLR2004  that is what it promises
    return block[1]


class BareGame(ScratchGame):
    """A game as `evennia --init` makes it, and the README's lines."""

    first_room = ""
    glue = readme_lines() + "\nWORKSHOP_SOCKET = {socket!r}\n"
    database: Postgres | None = None

    def dump(self) -> str:
        """Everything that is stored, as SQL."""
        if self.database:
            return self.database.dump()
        with contextlib.closing(sqlite3.connect(self.path / "server" / "evennia.db3")) as base:
            return "\n".join(base.iterdump())

    def sql(self, statement: str) -> None:
        """Changes what is stored, behind the game's back."""
        if self.database:
            self.database.sql(statement)
            return
        with contextlib.closing(sqlite3.connect(self.path / "server" / "evennia.db3")) as base:
            base.execute(statement)
            base.commit()


class House:
    """The wheel, its environment, an upstream, a daemon, and the two games."""

    def __init__(self) -> None:
        self.mark = secrets.token_hex(8)
        self.root = Path(tempfile.mkdtemp(prefix="in-"))
        self.venv = self.root / "venv" / "bin"
        self.upstream = FakeUpstream()
        self.run = self.root / "run"
        self.run.mkdir(mode=0o700)
        self.daemon = Daemon(
            binary=Path(os.environ["E2E_WORKSHOP"]).resolve(),
            config=self.run / "backends.json",
            socket_path=self.run / "workshop.sock",
            log=self.run / "daemon.log",
            env={MARK: self.mark},
        )
        self.postgres: Postgres | None = None
        self.games: dict[str, BareGame] = {}

    def open(self) -> None:
        """Builds, installs, and starts it all."""
        self.postgres = Postgres(self.mark)
        with ThreadPoolExecutor() as pool:
            database = pool.submit(self.postgres.start)
            self.wheel = self._build()
            self._install()
            self.upstream.start()
            backends = stand_in(self.upstream.port)
            config = configuration(backends, self.run, PERSONAS, defaults=FAST)
            self.daemon.config.write_text(json.dumps(config))
            self.daemon.start()
            database.result()
            list(pool.map(self._start, ("sqlite", "postgresql")))

    def _build(self) -> Path:
        source = self.root / "source"
        ignored = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", ".*")
        shutil.copytree(GLUE, source, ignore=ignored)
        target = self.root / "wheel"
        self._pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", target, source)
        (wheel,) = target.glob("*.whl")
        return wheel

    def _install(self) -> None:
        """Makes an environment: Evennia from the outer one, the package from the wheel."""
        outer = Path(os.environ["E2E_VENV_BIN"])
        self._python("-m", "venv", "--without-pip", self.venv.parent)
        inner = self._site(self.venv)
        # a plain path: what is installed there is found, what its .pth files add is not
        (inner / "evennia.pth").write_text(f"{self._site(outer)}\n")
        for name in ("evennia", "twistd"):
            _, _, script = (outer / name).read_text().partition("\n")
            (self.venv / name).write_text(f"#!{self.venv / 'python'}\n{script}")
            (self.venv / name).chmod(0o755)
        self._pip("--python", self.venv / "python", "install", "--no-deps", self.wheel)

    def _site(self, venv: Path) -> Path:
        asked = [venv / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        return Path(
            subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
        )

    def _pip(self, *args: object) -> None:
        self._python("-m", "pip", "--quiet", "--disable-pip-version-check", *args)

    def _python(self, *args: object) -> None:
        python = str(Path(os.environ["E2E_VENV_BIN"]) / "python")
        done = subprocess.run(
            [python, *map(str, args)], capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            raise AssertionError(f"{args} failed:\n{done.stdout}{done.stderr}")

    def _start(self, name: str) -> None:
        folder = self.root / name
        folder.mkdir()
        game = BareGame(self.venv, self.daemon.socket_path, folder)
        self.games[name] = game
        if name == "postgresql":
            assert self.postgres
            game.database = self.postgres
            asked = {"host": str(self.postgres.folder), "user": "game", "name": Postgres.NAME}
            game.glue += POSTGRES.format(**asked).replace("{", "{{").replace("}", "}}")
        game.make()
        game.start()
        game.wait_log(r"evennia_glue: bridge up", 20)

    def close(self) -> list[int]:
        """Ends everything; the processes that are left, hopefully none."""
        with ThreadPoolExecutor() as pool:
            left = [
                pid for found in pool.map(BareGame.destroy, self.games.values()) for pid in found
            ]
        self.daemon.stop()
        self.upstream.stop()
        if self.postgres:
            self.postgres.stop()
        left += end(lambda: marked(self.mark))
        shutil.rmtree(self.root, ignore_errors=True)
        return left

    def tails(self) -> str:
        """The ends of the logs, for a failure."""
        games = "\n".join(f"----- {name}\n{game.tail()}" for name, game in self.games.items())
        return f"----- the daemon\n{self.daemon.tail()}\n{games}\n-----"


house: House | None = None


def setUpModule() -> None:
    global house  # noqa: PLW0603
    house = House()
    unittest.addModuleCleanup(_close)
    try:
        house.open()
    except BaseException:
        print(house.tails(), file=sys.stderr, flush=True)
        raise


def _close() -> None:
    assert house
    left = house.close()
    assert not left, f"these processes are left: {left}"


class WheelTest(unittest.TestCase):
    """What is shipped."""

    def test_wheel_is_complete(self) -> None:
        assert house
        with zipfile.ZipFile(house.wheel) as wheel:
            shipped = {name for name in wheel.namelist() if not name.split("/")[0].endswith("info")}
        here = {
            str(path.relative_to(SOURCE.parent))
            for path in SOURCE.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        self.assertEqual(shipped, here)
        self.assertIn("evennia_glue/py.typed", shipped)

    def test_the_game_runs_the_wheel(self) -> None:
        assert house
        asked = [house.venv / "python", "-c", "import evennia_glue; print(evennia_glue.__file__)"]
        found = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=house.root)
        self.assertIn(str(house.venv.parent), found.stdout)


class Story:
    """One game from nothing to everything and back; each part goes on where the last one ended."""

    name = ""

    @classmethod
    def setUpClass(cls) -> None:
        assert house
        cls.house, cls.game = house, house.games[cls.name]
        cls.admin = Telnet(cls.game.ports.telnet)
        cls.admin.login(cls.game.user, cls.game.password)

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = len(result.failures) + len(result.errors) if result else 0
        ran = super().run(result)  # type: ignore[misc]
        if result and len(result.failures) + len(result.errors) > before:
            print(f"\n{self.id()}\n{self.house.tails()}", file=sys.stderr, flush=True)  # type: ignore[attr-defined]
        return ran

    def test_1_nothing_is_there_yet(self) -> None:
        seen = self.admin.type("workshop", r"The Workshop\n.*Make one: workshop install\n")[0]
        self.assertRegex(seen, rf"\[\+\] package .*{self.name.removesuffix('ql')}")
        self.assertRegex(seen, r"\[\+\] daemon +workshop [\d.]+, protocol 1")
        self.assertRegex(seen, r"\[\+\] settings +all in order")
        self.assertRegex(seen, r"\[\+\] no-delay +at every end")
        self.assertRegex(seen, r"\[\+\] web pane +in the web client")
        self.assertNotIn("evennia_glue", self.game.dump())
        self.admin.type("route x", r"Command 'route x' is not available")

    def test_2_not_for_players(self) -> None:
        player = Telnet(self.game.ports.telnet)
        self.addCleanup(player.close)
        player.register("Cora", secrets.token_hex(6))
        player.type("workshop install", r"Command 'workshop install' is not available")

    def test_3_install(self) -> None:
        self.admin.type("workshop install", r"\[\+\] The room The Workshop \(#\d+\)\.\n")
        self.admin.expect(r"\[\+\] A way in from Limbo \(#2\): type workshop\. The way back is out")
        self.admin.expect(r"\[\+\] Its lamps \(script backend_router\)")
        self.admin.expect(r"\[\+\] Timmy \(#\d+\) stands at his bench\.")
        self.admin.type("workshop install", r"\[=\] The room The Workshop \(#\d+\) is there")
        self.admin.expect(r"\[=\] The way in: workshop, from Limbo")

    def test_4_go_in_and_be_answered(self) -> None:
        self.admin.type(
            "workshop", r"The Workshop.*Lamps over the benches:\n.*stand-in healthy", 20
        )
        self.answers()

    def answers(self) -> None:
        """He answers."""
        self.admin.type("ask timmy what is a lantern?", r'Timmy says[^"\n]*, "[^"\n]+"')

    def test_5_reload_and_upgrade(self) -> None:
        since = self.game.log_size()
        self.game.sql(f"DELETE FROM server_serverconfig WHERE db_key = '{LAYOUT}'")
        self.admin.forget()
        self.admin.type("@workshop", r"\[!\] database +layout 1, this package's is 2")
        self.game.reload()
        self.game.wait_log(r"evennia_glue: the database is of layout 2 now, it was of 1", 20, since)
        self.game.wait_log(r"evennia_glue: bridge up", 20, since)
        self.assertTrue(wait_until(self.lit, 20), "the lamps are not lit again")
        self.admin.type("@workshop", r"\[\+\] database +layout 2")
        self.admin.type("workshop upgrade", r"Nothing had to be changed\.")
        self.answers()

    def lit(self) -> bool:
        """Whether the lamps are."""
        seen = self.admin.type("look", r"Lamps over the benches:|are dark", 5)[0]
        return seen.startswith("Lamps")

    def test_7_uninstall(self) -> None:
        self.admin.type("workshop uninstall", r"Is that what you want\?")
        self.admin.type("no", r"It stays\.")
        self.assertIn("evennia_glue", self.game.dump())
        self.admin.type("workshop uninstall", r"Is that what you want\?")
        self.admin.type("yes", r"\[\+\] The Workshop \(#\d+\) is an ordinary room\.")
        self.admin.expect(r"Take its lines out of settings\.py")
        self.admin.type("route x", r"Command 'route x' is not available")
        self.admin.type("look", r"The Workshop.*Exits:[^\n]*out")
        self.assertNotIn("evennia_glue", self.game.dump())
        self.admin.type("workshop uninstall", r"There is nothing of it\.")

    def test_8_nothing_went_wrong(self) -> None:
        self.assertEqual(FAULT.findall(self.game.log_text()), [])


class SQLiteTest(Story, unittest.TestCase):
    """Evennia's usual database."""

    name = "sqlite"

    def test_6_a_daemon_that_is_gone(self) -> None:
        self.house.daemon.stop()
        try:
            gone = r"\[!\] daemon[^\n]*\n\s+Nothing is there\. Start the daemon: workshop serve\."
            self.assertTrue(wait_until(lambda: self.told("@workshop", gone), 10))
        finally:
            self.house.daemon.start()
        self.assertTrue(wait_until(lambda: self.told("@workshop", r"\[\+\] daemon +workshop"), 10))

    def told(self, line: str, pattern: str) -> bool:
        """Whether a line brings what it should."""
        seen = self.admin.type(line, r"The Workshop\n.*database[^\n]*\n")[0]
        return bool(re.search(pattern, seen))


class PostgreSQLTest(Story, unittest.TestCase):
    """A bigger game's."""

    name = "postgresql"


if __name__ == "__main__":
    unittest.main()
