"""A daemon in a scratch copy of `configs`, with stand-ins for its backends."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from program import BINARY, TOP

sys.path.insert(0, str(TOP / "demo"))

from daemon import Daemon
from fake_upstream import FakeUpstream
from upstream.behaviour import Behaviour

__all__ = ["Behaviour", "FakeUpstream", "House"]
PATIENCE = 30.0


class Serving(Daemon):
    """A daemon that is given more words on its command line."""

    words: tuple[str, ...] = ()

    def start(self) -> None:
        """Starts it as `demo` does, with those words, and standard error in a file of its own."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binary), "serve", "--config", str(self.config), *self.words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=dict(self.env),
                start_new_session=True,
            )
        for _ in range(400):
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode}:\n{self.tail()}")
            if self.answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"it does not answer:\n{self.tail()}")


class House:
    """A scratch copy of `configs`, and what runs on it. A context manager."""

    def __init__(self, **variables: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wp-", dir="/tmp"))
        self.folder.chmod(0o700)
        shutil.copytree(TOP / "configs", self.folder / "configs")
        (self.folder / "bin").mkdir()
        (self.folder / "bin/workshop").symlink_to(BINARY)
        self.socket = self.folder / "w.sock"
        self.variables = {
            "HOME": str(self.folder),
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "WORKSHOP_SOCKET": str(self.socket),
            **variables,
        }
        self.log = self.folder / "daemon.log"
        self.daemon: Serving | None = None
        self.upstreams: list[FakeUpstream] = []

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        if self.daemon:
            self.daemon.stop()
        for upstream in self.upstreams:
            upstream.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def upstream(self, model: str = "stand-in", key: str | None = None) -> FakeUpstream:
        """A stand-in for a model's server, listening."""
        upstream = FakeUpstream((model,), key=key).start()
        self.upstreams.append(upstream)
        return upstream

    def configure(self, text: str) -> None:
        """Writes `configs/backends.yaml`; where the daemon listens is added.

        The ledger is where it is when nobody says, below the folder, which is the home.
        """
        text = f"server: {{socket: {self.socket}}}\n{text}"
        (self.folder / "configs/backends.yaml").write_text(text)

    def serve(self, *words: str) -> Serving:
        """Starts the daemon."""
        self.daemon = Serving(
            BINARY, self.folder / "configs/backends.yaml", self.socket, self.log, self.variables
        )
        self.daemon.words = words
        self.daemon.start()
        return self.daemon

    def type(self, line: str) -> subprocess.CompletedProcess[str]:
        """Types a line into a shell that stands in the folder."""
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def ask(self, *words: str) -> Any:
        """The JSON that a command prints; what it refuses, too."""
        done = self.type(f"workshop {shlex.join(words)} --json")
        if not done.stdout:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)
