"""The Debian package in a clean Debian whose systemd runs, from its installation to its purge.

One story on one machine; the tests are its chapters, in the order of their numbers.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from cleanroot import ROOTS, Machine, missing
from test_contents import TOP, only

sys.path.insert(0, str(TOP / "demo"))

from fake_upstream import FakeUpstream

SOCKET = "/run/workshop/workshop.sock"
ASK = {"WORKSHOP_SOCKET": SOCKET}
KEY = "sk-not-a-key-but-looks-like-one"


def recipe(heading: str) -> str:
    """The commands that docs/install.md gives under a heading."""
    text = (TOP / "docs/install.md").read_text()
    section = re.split(r"(?m)^##+ ", text.partition(f"# {heading}\n")[2])[0]
    return "\n".join(re.findall(r"(?ms)^```sh\n(.*?)^```", section))


def free_port() -> int:
    """A port that nobody listens on; machines in folders share this machine's."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(what: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it comes true."""
    end = time.monotonic() + seconds
    while not (done := what()) and time.monotonic() < end:
        time.sleep(0.1)
    return done


@unittest.skipIf(missing(), missing() or "")
class DebianTest(unittest.TestCase):
    """A machine's life with the package."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.package = only("workshop_*.deb")
        cls.upstream = FakeUpstream(models=["hermes-4-14b"])
        cls.upstream.start()
        cls.addClassCleanup(cls.upstream.stop)
        cls.machine = Machine(ROOTS.copy("debian"))
        cls.addClassCleanup(cls.machine.end)
        cls.etc = cls.machine.root / "etc/workshop"
        cls.machine.run("apt-get", "update", "-q")
        cls.before = cls.machine.files()

    def sh(self, script: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a script on the machine, as root, with the socket of its daemon."""
        return self.machine.shell(script, check, variables=ASK)

    def restart(self, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Restarts the daemon; systemd is to forget that the test before has just done so, too."""
        return self.sh("systemctl reset-failed workshop; systemctl restart workshop", check)

    def fails(self, script: str) -> None:
        """Runs a script that is to fail."""
        self.assertNotEqual(self.sh(script, check=False).returncode, 0, script)

    def edit(self, name: str, old: str, new: str) -> None:
        """Changes a file of the configuration."""
        text = (self.etc / name).read_text()
        self.assertIn(old, text)
        (self.etc / name).write_text(text.replace(old, new))

    def install(self, package: Path) -> None:
        """Has apt install the package and what it needs."""
        shutil.copy(package, self.machine.root / "root/workshop.deb")
        options = "-q -y --no-install-recommends --reinstall --allow-downgrades"
        self.sh(f"apt-get install {options} /root/workshop.deb")
        (self.machine.root / "root/workshop.deb").unlink()

    def pid(self) -> int:
        """The daemon's process; 0 without one."""
        return int(self.sh("systemctl show -P MainPID workshop").stdout)

    def think(self) -> None:
        """A thought goes through the daemon to the backend, once."""
        before = len(self.upstream.chats())
        told = self.sh("workshop think --json name a colour").stdout
        self.assertEqual(json.loads(told)["backend"], "local", told)
        self.assertEqual(len(self.upstream.chats()), before + 1)

    def test_10_installs(self) -> None:
        """apt finds what it needs; the daemon runs then, and at the next boot."""
        self.install(self.package)
        self.assertEqual(self.sh("systemctl is-active workshop").stdout, "active\n")
        self.assertEqual(self.sh("systemctl is-enabled workshop").stdout, "enabled\n")
        for unit in ("workshop-sidecar", "workshop-pipe"):
            self.assertEqual(
                self.sh(f"systemctl is-active {unit}", check=False).stdout, "inactive\n"
            )
            self.assertEqual(
                self.sh(f"systemctl is-enabled {unit}", check=False).stdout, "disabled\n"
            )
        self.assertRegex(self.sh("workshop --version").stdout, r"^workshop \d+\.\d+\.\d+$")
        log = self.sh("journalctl -u workshop --no-pager").stdout
        self.assertIn("listening", log)
        # Swift's runtime would like more priority than a user has; it does without.
        told = [line for line in log.splitlines() if "set thread priority" not in line]
        self.assertNotRegex("\n".join(told), "warning|Failed|error")

    def test_11_units_are_well_formed(self) -> None:
        """systemd has nothing to say about any unit."""
        for folder, kind in [
            ("/lib/systemd/system", "--system"),
            ("/usr/lib/systemd/user", "--user"),
        ]:
            told = self.sh(
                f"systemd-analyze verify --man=no {kind} {folder}/workshop*.service 2>&1",
                check=False,
            ).stdout
            self.assertEqual([line for line in told.splitlines() if "workshop" in line], [])

    def test_12_its_folders_are_its_own(self) -> None:
        """Ledger, socket and configuration are closed to others, the keys even to the daemon."""
        told = self.sh(
            "cd /; stat -c '%a %U:%G /%n' etc/workshop/{personas,backends.yaml,workshop.env} "
            f"var/lib/workshop run/workshop {SOCKET[1:]}"
        ).stdout.splitlines()
        want = [
            "750 root:workshop /etc/workshop/personas",
            "640 root:workshop /etc/workshop/backends.yaml",
            "600 root:root /etc/workshop/workshop.env",
            "700 workshop:workshop /var/lib/workshop", "700 workshop:workshop /run/workshop",
            f"600 workshop:workshop {SOCKET}",
        ]  # fmt: skip
        self.assertEqual(told, want)
        self.assertTrue((self.machine.root / "var/lib/workshop/ledger.db").exists())

    def test_13_least_privilege(self) -> None:
        """The daemon has no capability, may gain none, sees no other process and no device."""
        status = self.sh(f"cat /proc/{self.pid()}/status").stdout
        for line in (
            "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2",
        ):
            self.assertIn(line, status)
        self.assertNotRegex(status, r"Uid:\t0")

    def test_20_thinks(self) -> None:
        """With a backend of its owner's, a thought goes through."""
        self.edit("backends.yaml", "http://127.0.0.1:8081/v1", self.upstream.url)
        self.sh("systemctl reload workshop")
        self.think()

    def test_21_doctor_and_check(self) -> None:
        """Both find all well, asked as the daemon's user and as root."""
        for user in ("workshop", "root"):
            self.sh(f"runuser -u {user} -- workshop check /etc/workshop/backends.yaml")
            told = self.sh(
                f"runuser -u {user} -- workshop doctor /etc/workshop/backends.yaml", check=False
            )
            self.assertNotIn("WRONG", told.stdout)
            self.assertEqual(told.returncode, 0, told.stdout)

    def test_22_keys(self) -> None:
        """A key reaches the daemon, and stands in no environment, command or log."""
        (self.etc / "workshop.env").write_text(f"OPENROUTER_API_KEY={KEY}\n")
        self.restart()
        lamps = json.loads(self.sh("workshop health --json").stdout)["backends"]
        states = {lamp["backend"]: lamp["state"] for lamp in lamps}
        self.assertNotEqual(states["openrouter"], "disabled")
        self.assertEqual(states["claude"], "disabled")
        pid = self.pid()
        for where in (
            f"cat /proc/{pid}/environ /proc/{pid}/cmdline",
            "journalctl --no-pager",
            "systemctl show workshop",
        ):
            self.assertNotIn(KEY, self.sh(where).stdout)
        self.fails("runuser -u workshop -- cat /etc/workshop/workshop.env")
        (self.etc / "workshop.env").write_text("")
        self.restart()

    def test_23_a_wrong_configuration(self) -> None:
        """systemd is told that a reload failed; the daemon goes on with what it had."""
        pid = self.pid()
        self.edit("backends.yaml", "max_attempts: 6", "max_attempts: many")
        self.assertNotEqual(self.sh("systemctl reload workshop", check=False).returncode, 0)
        self.assertIn("max_attempts", self.sh("journalctl -u workshop --no-pager").stdout)
        self.think()
        self.edit("backends.yaml", "max_attempts: many", "max_attempts: 6")
        self.sh("systemctl reload workshop")
        self.assertEqual(self.pid(), pid)

    def test_24_killed(self) -> None:
        """systemd starts it again; what it had written is whole."""
        pid = self.pid()
        self.sh(f"kill -9 {pid}")
        self.assertTrue(wait_for(lambda: self.pid() not in {0, pid}))
        self.assertTrue(
            wait_for(
                lambda: self.sh("systemctl is-active workshop", check=False).stdout == "active\n"
            )
        )
        self.think()
        self.sh("runuser -u workshop -- workshop audit --ledger /var/lib/workshop/ledger.db")

    def test_25_a_configuration_that_cannot_start(self) -> None:
        """It fails once and is not tried for ever."""
        self.edit("backends.yaml", "max_attempts: 6", "max_attempts: many")
        self.assertNotEqual(self.restart(check=False).returncode, 0)
        self.assertEqual(self.sh("systemctl is-active workshop", check=False).stdout, "failed\n")
        self.assertEqual(self.sh("systemctl show -P ExecMainStatus workshop").stdout, "78\n")
        self.edit("backends.yaml", "max_attempts: many", "max_attempts: 6")
        self.restart()

    def test_30_another_user(self) -> None:
        """He reaches nothing until he is let in as documented, and even then no leaks."""
        self.sh("useradd --create-home evennia")
        asked = "runuser -u evennia -- workshop"
        for place in ("/etc/workshop/personas", "/var/lib/workshop", "/run/workshop"):
            self.fails(f"runuser -u evennia -- ls {place}")
        self.fails("runuser -u evennia -- cat /etc/workshop/backends.yaml")
        self.assertEqual(self.sh(f"{asked} health", check=False).returncode, 69)
        user = self.sh("id -u evennia").stdout.strip()
        self.edit("backends.yaml", "\nserver:\n", f"\nserver:\n  allow_uids: [{user}]\n")
        self.sh(recipe("A game of another user"))
        self.sh(f"{asked} think --json name a colour")
        told = self.sh(f"{asked} leaks", check=False)
        self.assertEqual(told.returncode, 1, told.stderr)
        self.assertIn("not_permitted", told.stderr)
        self.sh("useradd stranger")
        self.assertEqual(
            self.sh("runuser -u stranger -- workshop health", check=False).returncode, 69
        )
        self.assertIn("refused a client", self.sh("journalctl -u workshop --no-pager").stdout)
        self.sh("userdel stranger; rm -r /etc/systemd/system/workshop.service.d")
        self.edit("backends.yaml", f"  allow_uids: [{user}]\n", "")
        self.sh("systemctl daemon-reload")
        self.restart()

    def test_31_a_user_of_its_own(self) -> None:
        """A user's own daemon, by the user's systemd, beside the machine's."""
        user = self.sh("id -u evennia").stdout.strip()
        self.sh("loginctl enable-linger evennia")
        self.assertTrue(
            wait_for(lambda: self.sh(f"test -S /run/user/{user}/bus", check=False).returncode == 0)
        )
        places = f"HOME=/home/evennia XDG_RUNTIME_DIR=/run/user/{user}"
        mine = f"runuser -u evennia -- env -u WORKSHOP_SOCKET {places}"
        self.sh(f"{mine} mkdir /home/evennia/.config")
        self.sh(f"{mine} cp -r /usr/share/workshop/configs /home/evennia/.config/workshop")
        config = "/home/evennia/.config/workshop/backends.yaml"
        self.sh(f"sed -i 's|http://127.0.0.1:8081/v1|{self.upstream.url}|' {config}")
        self.sh(f"{mine} systemctl --user enable --now workshop")
        before = len(self.upstream.chats())
        self.sh(f"{mine} workshop think --json name a colour")
        self.assertEqual(len(self.upstream.chats()), before + 1)
        self.sh(f"{mine} systemctl --user reload workshop")
        self.sh("test -f /home/evennia/.local/state/workshop/ledger.db")
        self.sh(f"{mine} systemctl --user disable --now workshop")
        self.sh(f"loginctl disable-linger evennia; systemctl stop user@{user}")
        self.sh("userdel --remove evennia")

    def test_40_the_pipe(self) -> None:
        """The pipe starts as a service, with a user that nobody else has."""
        self.edit("pipe.yaml", ":8001", f":{free_port()}")
        self.sh("systemctl start workshop-pipe")
        self.assertEqual(self.sh("systemctl is-active workshop-pipe").stdout, "active\n")
        self.sh("systemctl stop workshop-pipe")

    def test_41_the_sidecar(self) -> None:
        """The sidecar starts as a service, with a user that nobody else has."""
        self.edit("manifest.yaml", ":8082", f":{free_port()}")
        self.sh("systemctl start workshop-sidecar")
        self.assertEqual(self.sh("systemctl is-active workshop-sidecar").stdout, "active\n")
        self.sh("systemctl stop workshop-sidecar")

    def test_50_upgrade(self) -> None:
        """A newer package takes the daemon's place; configuration, ledger and key stay."""
        config = (self.etc / "backends.yaml").read_text()
        key = self.sh("sha256sum /var/lib/workshop/ledger.db.key").stdout
        pid = self.pid()
        with tempfile.TemporaryDirectory() as folder:
            raw, newer = Path(folder) / "raw", Path(folder) / "newer.deb"
            subprocess.run(["dpkg-deb", "-R", self.package, raw], check=True)
            control = raw / "DEBIAN/control"
            control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+newer", control.read_text()))
            command = ["dpkg-deb", "--root-owner-group", "-Znone", "-b", raw, newer]
            subprocess.run(command, check=True, capture_output=True)
            self.install(newer)
        self.assertEqual(self.sh("systemctl is-active workshop").stdout, "active\n")
        self.assertNotEqual(self.pid(), pid)
        self.assertEqual((self.etc / "backends.yaml").read_text(), config)
        self.assertEqual(self.sh("sha256sum /var/lib/workshop/ledger.db.key").stdout, key)
        self.think()
        self.sh("runuser -u workshop -- workshop audit --ledger /var/lib/workshop/ledger.db")

    def test_51_upgrade_of_a_service_that_is_off(self) -> None:
        """An owner's word is kept: what he has turned off stays off."""
        self.sh("systemctl disable --now workshop")
        self.install(self.package)
        self.assertEqual(self.sh("systemctl is-enabled workshop", check=False).stdout, "disabled\n")
        self.assertEqual(self.sh("systemctl is-active workshop", check=False).stdout, "inactive\n")
        self.sh("systemctl enable --now workshop")

    def test_60_remove(self) -> None:
        """The daemon ends and its files go; configuration and ledger stay."""
        self.sh("apt-get remove -q -y workshop")
        self.assertEqual(self.sh("pgrep -u workshop", check=False).stdout, "")
        for place in ("/usr/bin/workshop", "/run/workshop", "/lib/systemd/system/workshop.service"):
            self.fails(f"test -e {place}")
        self.sh("test -f /etc/workshop/backends.yaml; test -f /var/lib/workshop/ledger.db")

    def test_61_comes_back(self) -> None:
        """Installed again, it goes on where it was."""
        self.install(self.package)
        self.assertEqual(self.sh("systemctl is-active workshop").stdout, "active\n")
        self.think()

    def test_70_purge(self) -> None:
        """Nothing asks, and nothing is left: no file, no user, no unit."""
        self.sh("apt-get purge -q -y workshop; apt-get autoremove --purge -q -y")
        left = self.machine.files() - self.before
        self.assertEqual(
            {path for path in left if not path.startswith("./var/lib/systemd/")}, set()
        )
        self.assertEqual({path for path in left if "workshop" in path}, set())
        for name in ("passwd", "group", "shadow", "gshadow"):
            self.assertNotIn("workshop", (self.machine.root / "etc" / name).read_text())
        self.assertNotIn(
            "workshop", self.sh("systemctl list-units --all --no-pager; dpkg --list").stdout
        )
