"""A daemon of one user of the machine, and what others can do about it.

The daemon runs as a user of its own, with its files at their default places below a home that
anybody may enter, so that what keeps others out is what the daemon does, and nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "demo"))
sys.path.insert(0, str(TOP / "Tests/Chaos"))

import upstreams  # noqa: E402
from house import backend  # noqa: E402

from processes import wait_until  # noqa: E402

__all__ = ["backend", "upstreams"]

BINARY = Path(os.environ.get("WORKSHOP", TOP / ".build/debug/workshop")).resolve()
OWNER, FRIEND, STRANGER, NOBODY = 61801, 61802, 61803, 65534
PATIENCE = 20.0

API_KEY = "sk-live-9d2f41c7ab3e5608"
PIPE_TOKEN = "pipe-token-51c0e8f2a97b"
SIDECAR_TOKEN = "sidecar-token-7be94d10c3"


def as_user(uid: int, *command: str) -> list[str]:
    """The command as another user, without any group or capability of ours."""
    who = ["--reuid", str(uid), "--regid", str(uid), "--clear-groups", "--inh-caps=-all"]
    return ["setpriv", *who, "--bounding-set=-all", "--no-new-privs", "--", *command]


def run_as(
    uid: int, *command: str, text: str = "", **more: Any
) -> subprocess.CompletedProcess[str]:
    """Runs it to its end."""
    return subprocess.run(
        as_user(uid, *command),
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
        **more,
    )


@functools.cache
def python() -> str:
    """A Python that others may run, too; the one that runs this may lie in root's home."""
    for folder in (*os.environ["PATH"].split(":"), "/usr/bin", "/usr/local/bin"):
        path = f"{folder}/python3"
        if os.access(path, os.X_OK) and run_as(NOBODY, path, "-c", "").returncode == 0:
            return path
    raise unittest.SkipTest("no Python that another user may run")


def python_as(uid: int, code: str, *args: str, text: str = "") -> str:
    """What a piece of Python prints."""
    done = run_as(uid, python(), "-c", code, *args, text=text)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


# Which of these can be read, written, listed or connected to; one a line.
REACH = """
import os, socket, stat, sys
for path in sys.stdin.read().split("\\n"):
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        continue
    try:
        if stat.S_ISSOCK(mode):
            with socket.socket(socket.AF_UNIX) as link:
                link.connect(path)
        elif stat.S_ISDIR(mode):
            os.listdir(path)
        else:
            open(path, "rb").close()
        print(path)
    except OSError:
        pass
    if os.access(path, os.W_OK) and not stat.S_ISLNK(mode):
        print(path)
"""


def within_reach(uid: int, paths: Iterable[str]) -> list[str]:
    """The paths that a user can open, list, change or connect to."""
    return sorted(set(python_as(uid, REACH, text="\n".join(paths)).split()))


@dataclass
class Estate:
    """A home, a daemon in it, and more of our programs if they are wanted."""

    folder: Path = field(init=False)
    programs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="estate-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.home = self.folder / "home"
        self.binary = BINARY
        if run_as(NOBODY, "test", "-x", str(BINARY)).returncode != 0:
            # Where it was built others are not let in.
            self.binary = self.folder / "workshop"
            shutil.copy(BINARY, self.binary)
            self.binary.chmod(0o755)
        shutil.copytree(TOP / "configs/personas", self.home / "personas")
        (self.home / ".local/state").mkdir(parents=True)
        self.give(self.home)
        for path in (self.home, self.home / ".local", self.home / ".local/state"):
            path.chmod(0o755)
        self.socket = self.home / "run/workshop/workshop.sock"
        self.state = self.home / ".local/state/workshop"
        self.log = self.home / "workshop.log"

    def give(self, path: Path) -> None:
        """To the owner, with all that is in it."""
        for each in (path, *path.rglob("*")):
            os.chown(each, OWNER, OWNER)

    def write(self, name: str, text: str | Mapping[str, Any], mode: int = 0o600) -> Path:
        """A file of the owner's."""
        path = self.home / name
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        path.chmod(mode)
        os.chown(path, OWNER, OWNER)
        return path

    @property
    def environment(self) -> dict[str, str]:
        """The owner's."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "CHAOS_KEY": API_KEY,
            "TMPDIR": str(self.folder / "tmp"),
        }

    def start(self, *args: str, wrapped: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """One of our programs, as its owner; cores are allowed as far as they go."""
        for name in ("run", "../tmp"):
            path = self.home / name
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
            os.chown(path, OWNER, OWNER)
        # Its log is the operator's to keep.
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            program = subprocess.Popen(
                ["prlimit", "--core=unlimited", *wrapped, *as_user(OWNER, str(self.binary), *args)],
                cwd=self.home,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.programs.append(program)
        return program

    def serve(self, config: Path, *more: str, **how: Any) -> subprocess.Popen[bytes]:
        """The daemon, once it answers."""
        program = self.start("serve", "--config", str(config), "--log-level", "debug", *more, **how)
        if not wait_until(lambda: self.answers() or program.poll() is not None, PATIENCE):
            raise RuntimeError(f"no answer: {self.log.read_text()}")
        if program.poll() is not None:
            raise RuntimeError(self.log.read_text())
        return program

    def answers(self) -> bool:
        """Whether it does."""
        try:
            return "result" in self.call("hello", client="t", protocol=1)
        except (OSError, ValueError):
            return False

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The reply to one request of ours, who are root."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(str(self.socket))
            return exchange(link, method, params)

    def command(self, *args: str, uid: int = OWNER) -> subprocess.CompletedProcess[str]:
        """Another subcommand."""
        return run_as(uid, str(self.binary), *args, env=self.environment)

    def close(self) -> None:
        """Ends everything, and deletes it."""
        for program in self.programs:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if program.poll() is None:
                    program.send_signal(number)
                    wait_until(lambda program=program: program.poll() is not None, 8)
            # What it ran, where it was only a watcher.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def exchange(link: socket.socket, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """One request and its reply."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    link.sendall(json.dumps(request).encode() + b"\n")
    with link.makefile("rb") as lines:
        for line in lines:
            message = json.loads(line)
            if message.get("id") == 1:
                return message
    return {}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def http_as(uid: int, url: str, *headers: str, body: str | None = None) -> tuple[int, str]:
    """Status and body that a user gets; status 0 when there is no connection."""
    code = (
        "import json, sys, urllib.request as u, urllib.error as e\n"
        "url, body, *headers = sys.argv[1:]\n"
        "r = u.Request(url, body.encode() if body else None,"
        " dict(h.split(': ', 1) for h in headers))\n"
        "try:\n a = u.urlopen(r, timeout=10); print(a.status); print(a.read().decode())\n"
        "except e.HTTPError as a: print(a.code); print(a.read().decode())\n"
        "except OSError: print(0)\n"
    )
    status, _, text = python_as(uid, code, url, body or "", *headers).partition("\n")
    return int(status), text


class SecurityTest(unittest.TestCase):
    """What needs root, to be others; skipped without."""

    @classmethod
    def setUpClass(cls) -> None:
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, to be other users")
        cls.estate = Estate()
        cls.addClassCleanup(cls.estate.close)

    def eventually(self, true: Any, patience: float = 10) -> None:
        """It holds soon."""
        self.assertTrue(wait_until(true, patience))


def settle(seconds: float = 0.3) -> None:
    """Lets what is under way come."""
    time.sleep(seconds)


def children(pid: int) -> list[int]:
    """Of a process, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *children(child)]
    return found


def trusting(certificate: Path) -> ssl.SSLContext:
    """Who believes this certificate and no other."""
    return ssl.create_default_context(cafile=str(certificate))
