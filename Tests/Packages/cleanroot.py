"""A clean Debian in a folder, made with debootstrap, and started with its own systemd."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

SUITE = "bookworm"
MIRROR = os.environ.get("WORKSHOP_DEBIAN_MIRROR", "http://deb.debian.org/debian")
# What a machine has; of what we depend on, the certificates alone.
PACKAGES = [
    "ca-certificates",
    "dbus",
    "dbus-user-session",
    "libpam-systemd",
    "procps",
    "systemd",
    "systemd-sysv",
]


def missing() -> str | None:
    """Why no clean root can be made here; None when one can."""
    if os.geteuid() != 0:
        return "only root can make a clean root"
    for tool in ("debootstrap", "systemd-nspawn", "nsenter"):
        if not shutil.which(tool):
            return f"there is no {tool}; run: WORKSHOP_PACKAGE_DEPS=1 scripts/install-deps.sh"
    command = ["unshare", "--mount", "--pid", "--net", "--fork", "true"]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return "root may not make namespaces here"
    return None


class CleanRoots:
    """A root that is made once, beside other work, and copies of it.

    In memory: dpkg waits for the disk after each file.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._folder: Path | None = None
        self._making: Future[None] | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Begins to make the root that the others are copies of."""
        with self._lock:
            if self._making:
                return
            self._folder = Path(tempfile.mkdtemp(prefix="workshop-roots-"))
            mount = ["mount", "-t", "tmpfs", "-o", "size=3g,mode=0755", "roots", str(self._folder)]
            subprocess.run(mount, check=True)
            atexit.register(self.remove)
            self._making = ThreadPoolExecutor(1).submit(self._make, self._folder / "base")

    def _make(self, base: Path) -> None:
        began = time.monotonic()
        include = f"--include={','.join(PACKAGES)}"
        command = ["debootstrap", "--variant=minbase", include, SUITE, str(base), MIRROR]
        made = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
        if made.returncode != 0:
            raise RuntimeError(f"debootstrap: {made.stdout[-2000:]}{made.stderr[-2000:]}")
        self.seconds = time.monotonic() - began

    def copy(self, name: str) -> Path:
        """A root of its own."""
        self.begin()
        self._making.result()
        root = self._folder / name
        subprocess.run(["cp", "-a", str(self._folder / "base"), str(root)], check=True)
        return root

    def remove(self) -> None:
        """Gives the memory back."""
        with self._lock:
            if self._folder:
                self._making.exception()
                subprocess.run(["umount", "--lazy", str(self._folder)], check=False)
                self._folder.rmdir()
                self._folder = None


ROOTS = CleanRoots()


class Machine:
    """A root whose systemd runs; it shares the network of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.console = tempfile.TemporaryFile()  # noqa: SIM115
        self.nspawn = subprocess.Popen(
            [
                *("systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit"),
                f"--machine=wb{secrets.token_hex(4)}",
                "--resolv-conf=copy-host",
                f"--directory={root}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=self.console,
            stderr=subprocess.STDOUT,
        )
        try:
            self.leader = self._leader()
            self._wait_for_boot()
        except BaseException:
            self.end()
            raise

    def _leader(self) -> int:
        """The process that is number 1 in there."""
        for _ in range(300):
            children = (
                Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
            )
            for child in children:
                if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return int(child)
            if self.nspawn.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"systemd did not start: {self.told()}")

    def _wait_for_boot(self) -> None:
        for _ in range(300):
            state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
            if state in {"running", "degraded"}:
                return
            time.sleep(0.2)
        raise RuntimeError(f"the machine did not start: {self.told()}")

    def told(self) -> str:
        """The end of what stands on its console."""
        self.console.seek(0)
        return self.console.read().decode(errors="replace")[-3000:]

    def run(
        self,
        *command: str,
        check: bool = True,
        timeout: float = 300,
        variables: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command in there, as root."""
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "DEBIAN_FRONTEND": "noninteractive",
            "LC_ALL": "C.UTF-8",
            "HOME": "/root",
        }
        done = subprocess.run(
            ["nsenter", f"--target={self.leader}", "--all", "--", *command],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment | (variables or {}),
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def shell(
        self, script: str, check: bool = True, **options: float
    ) -> subprocess.CompletedProcess[str]:
        """Runs a script in there, as root; the first command that fails ends it."""
        return self.run("bash", "-euc", script, check=check, **options)

    def files(self) -> set[str]:
        """Every file and folder that lasts, but what apt, dpkg and systemd keep for themselves."""
        passing = (
            "./proc",
            "./sys",
            "./dev",
            "./run",
            "./tmp",
            "./var/log",
            "./var/cache",
            "./var/lib/apt",
            "./var/lib/dpkg",
        )
        found = subprocess.run(
            ["find", ".", "-xdev", "-print"],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        # Those that end with a dash are copies that useradd and userdel keep.
        return {path for path in found if not path.startswith(passing) and path[-1] != "-"}

    def end(self) -> None:
        """Halts it."""
        if self.nspawn.poll() is None:
            # To nspawn, SIGTERM means an orderly end of what it runs.
            self.nspawn.send_signal(signal.SIGTERM)
            try:
                self.nspawn.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        self.console.close()
