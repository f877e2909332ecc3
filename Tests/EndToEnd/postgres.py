"""A PostgreSQL server in a temporary folder, reached over a Unix socket in it; no port is open."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from processes import MARK, wait_until

START = 30.0
STOP = 15.0
NOT_ROOT = ("postgres", "nobody")  # PostgreSQL refuses to run as root


class PostgresError(RuntimeError):
    """There is no server, or it does not start; the message has the end of its log."""


def _binaries() -> Path:
    """The folder of `initdb` and `postgres`; Debian puts them on no path."""
    known = shutil.which("initdb")
    if known:
        return Path(known).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise PostgresError("no PostgreSQL server: run scripts/install-deps.sh")
    return found[-1].parent


def _account() -> pwd.struct_passwd | None:
    """Whose the server is to be; None for whoever runs this."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    found = next((known[name] for name in NOT_ROOT if name in known), None)
    if found is None:
        raise PostgresError(f"PostgreSQL does not run as root, and there is none of {NOT_ROOT}")
    return found


class Postgres:
    """One server with an empty database; `start` and `stop` once each.

    Attributes:
        folder: where its socket is: the HOST of Django's settings.
        user: who may connect, without a password.
    """

    NAME = "game"

    def __init__(self, mark: str) -> None:
        self.binaries, self.account = _binaries(), _account()
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's name is short
        self.user = "game"
        self.process: subprocess.Popen[bytes] | None = None
        self.env = {**os.environ, MARK: mark, "LC_ALL": "C"}
        self.run_as: dict[str, int] = {}
        if self.account:
            self.run_as = {"user": self.account.pw_uid, "group": self.account.pw_gid}
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)

    def start(self) -> Postgres:
        """Makes the database, and starts the server; returns when it answers.

        Raises:
            PostgresError: if it does not.
        """
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", self.user, "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(str(self.binaries / "postgres"), "-D", str(data), "-k", str(self.folder)),
                    *("-c", "listen_addresses=", "-c", "fsync=off"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                cwd=self.folder,
                start_new_session=True,
                **self.run_as,
            )
        if not wait_until(self._answers, START):
            raise PostgresError(f"the server does not answer:\n{self.tail()}")
        self._run("createdb", "-h", self.folder, "-U", self.user, self.NAME)
        return self

    def _answers(self) -> bool:
        asked = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(asked, check=False, env=self.env).returncode == 0

    def dump(self) -> str:
        """Everything that is stored, as SQL."""
        return self._run("pg_dump", "-h", self.folder, "-U", self.user, "--inserts", self.NAME)

    def sql(self, statement: str) -> None:
        """Changes what is stored."""
        self._run("psql", "-q", "-h", self.folder, "-U", self.user, "-c", statement, self.NAME)

    def _run(self, name: str, *args: object) -> str:
        done = subprocess.run(
            [str(self.binaries / name), *map(str, args)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START,
            env=self.env,
            cwd=self.folder,
            check=False,
            **self.run_as,
        )
        if done.returncode:
            raise PostgresError(f"{name} failed:\n{done.stdout}{done.stderr}{self.tail()}")
        return done.stdout

    def tail(self, size: int = 2000) -> str:
        """The end of what it wrote."""
        log = self.folder / "log"
        return log.read_text(errors="replace")[-size:] if log.exists() else ""

    def stop(self) -> None:
        """Ends it, and removes its files."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()  # with players on it: it does not wait for them
            try:
                self.process.wait(STOP)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
