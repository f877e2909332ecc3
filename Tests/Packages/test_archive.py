"""The archive in a clean Debian without Swift, by the very commands of docs/install.md."""

from __future__ import annotations

import shutil
import unittest

from cleanroot import ROOTS, Machine, missing
from test_contents import only
from test_debian import recipe


@unittest.skipIf(missing(), missing() or "")
class ArchiveTest(unittest.TestCase):
    """A machine that had nothing."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.machine = Machine(ROOTS.copy("archive"))
        cls.addClassCleanup(cls.machine.end)
        cls.machine.shell(
            "apt-get update -q; apt-get install -q -y --no-install-recommends libcurl4 libsqlite3-0"
        )
        cls.before = cls.machine.files()
        archive = only("workshop-*-linux-*.tar.gz")
        shutil.copy(archive, cls.machine.root / "root")
        cls.machine.shell(f"cd /root; tar xzf {archive.name}; rm {archive.name}")

    def test_10_runs_where_it_lies(self) -> None:
        """Unpacked, it is a program."""
        told = self.machine.shell(
            "cd /root/workshop-*; bin/workshop --version; bin/workshop check etc/*/backends.yaml"
        )
        self.assertRegex(told.stdout, r"^workshop \d")

    def test_20_installs(self) -> None:
        """The commands of the documentation make a service of it."""
        self.machine.shell(f"cd /root\n{recipe('From the archive')}")
        self.assertEqual(self.machine.run("systemctl", "is-active", "workshop").stdout, "active\n")
        told = self.machine.shell(
            "workshop health --json", variables={"WORKSHOP_SOCKET": "/run/workshop/workshop.sock"}
        )
        self.assertIn('"local"', told.stdout)

    def test_30_removes(self) -> None:
        """The commands of the documentation leave nothing of it."""
        self.machine.shell(recipe("Removing"))
        self.machine.shell(
            "rm -rf /etc/workshop /var/lib/workshop /root/workshop*; userdel workshop"
        )
        left = {path for path in self.machine.files() - self.before if "." in path}
        folders = {path for path in left if (self.machine.root / path).is_dir()}
        self.assertEqual(
            {path for path in left - folders if not path.startswith("./var/lib/systemd/")}, set()
        )
        self.assertEqual({path for path in left if "workshop" in path}, set())
