"""`scripts/install-pipe.sh` in a root of its own: idempotent, careful, and gone without a trace."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("WORKSHOP", TOP / ".build/debug/workshop"))
WRONG_USAGE = 64


class InstallPipeTest(unittest.TestCase):
    """Each test has a root."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="install-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "root"
        self.etc = self.root / "etc/workshop"

    def install(self, *options: str, code: int = 0) -> str:
        """Runs it; what it says."""
        done = subprocess.run(
            [TOP / "scripts/install-pipe.sh", "--root", self.root, "--binary", BINARY, *options],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def state(self) -> dict[str, tuple[int, float]]:
        """Every file, with its rights and the time of its last change."""
        return {
            str(path): (path.stat().st_mode, path.stat().st_mtime)
            for path in self.root.rglob("*")
            if path.is_file()
        }

    def test_dry_run(self) -> None:
        """It tells every step and does none."""
        said = self.install("--dry-run", "--open", "100.64.0.7:8001")
        for word in ("Copy the program", "The configuration", "A token", "The unit"):
            self.assertIn(word, said)
        self.assertFalse(self.root.exists())

    def test_twice(self) -> None:
        """A second run changes nothing; the token is nobody's but root's and is not shown."""
        said = self.install("--open", "100.64.0.7:8001", "--prefix", "/opt/workshop")
        self.assertIn("listening on 100.64.0.7:8001, with a token", said)
        before = self.state()
        said += self.install("--open", "100.64.0.7:8001", "--prefix", "/opt/workshop")
        self.assertEqual(self.state(), before)
        token = self.etc / "pipe.env"
        self.assertEqual(token.stat().st_mode & 0o777, 0o600)
        secret = token.read_text().strip().removeprefix("WORKSHOP_PIPE_TOKEN=")
        self.assertRegex(secret, "^[0-9a-f]{32}$")
        self.assertNotIn(secret, said)
        unit = (self.root / "etc/systemd/system/workshop-pipe.service").read_text()
        self.assertIn("ExecStart=/opt/workshop/bin/workshop pipe --config", unit)

    def test_edited(self) -> None:
        """What somebody has edited stays, and a wrong configuration is told."""
        self.install()
        config = self.etc / "pipe.yaml"
        config.write_text(config.read_text() + "\nlimit: {}\n")
        said = self.install(code=78)
        self.assertIn("there is no such key", said)
        self.assertIn("limit: {}", config.read_text())
        self.assertTrue((self.etc / "pipe.yaml.new").exists())

    def test_uninstall(self) -> None:
        """Nothing stays but the configuration; with --purge nothing at all. Twice is no error."""
        self.install("--open", "100.64.0.7:8001")
        self.install("--uninstall")
        self.assertEqual({Path(path).name for path in self.state()}, {"pipe.yaml", "pipe.env"})
        for _ in range(2):
            self.install("--uninstall", "--purge")
            self.assertEqual(self.state(), {})

    def test_a_program_of_somebody_else(self) -> None:
        """A program that was there before is replaced, and stays at the end."""
        program = self.root / "usr/local/bin/workshop"
        program.parent.mkdir(parents=True)
        program.write_text("older")
        self.install()
        self.install("--uninstall")
        self.assertTrue(program.exists())

    def test_wrong_usage(self) -> None:
        """It says what is wrong, and does nothing."""
        for options in (["--opn"], ["--open"], ["--open", "x"], ["--prefix", "x"], ["--purge"]):
            self.install(*options, code=WRONG_USAGE)
        self.install("--binary", "/nowhere", code=1)
        self.assertFalse(self.root.exists())


if __name__ == "__main__":
    unittest.main()
