"""Runs `workshop serve`, and asks it over its socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processes import wait_until

START = 20.0
STOP = 10.0


class DaemonError(RuntimeError):
    """The daemon did not start, or answered with an error."""


@dataclass
class Daemon:
    """One `workshop serve`; it may be stopped, killed and started again.

    Attributes:
        binary: the executable.
        config: its configuration file.
        socket_path: the socket that the configuration names.
        log: where its output goes.
        env: more variables for its environment.
    """

    binary: Path
    config: Path
    socket_path: Path
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Starts it; returns when it answers.

        Raises:
            DaemonError: if it ends, or stays silent; with the end of its log.
        """
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binary), "serve", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.env},
                start_new_session=True,
            )
        wait_until(lambda: self._ended() or self.answers(), START)
        if self._ended():
            raise DaemonError(f"the daemon ended with {self.process.returncode}:\n{self.tail()}")
        if not self.answers():
            raise DaemonError(f"the daemon does not answer:\n{self.tail()}")

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def answers(self) -> bool:
        """Whether somebody answers on its socket."""
        try:
            self.call("hello", timeout=2, client="harness", protocol=1)
        except (OSError, DaemonError, ValueError):
            return False
        return True

    def call(self, method: str, timeout: float = 10, **params: Any) -> Any:
        """Asks, on a connection of its own, and gives back the result.

        Raises:
            DaemonError: if the answer is an error.
            OSError: if there is no link, or no answer in time.
        """
        request: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method}
        if params:
            request["params"] = params
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(timeout)
            link.connect(str(self.socket_path))
            link.sendall(json.dumps(request).encode() + b"\n")
            with link.makefile("rb") as lines:
                for line in lines:
                    answer = json.loads(line)
                    if answer.get("id") != 1:
                        continue
                    if "error" in answer:
                        raise DaemonError(json.dumps(answer["error"]))
                    return answer["result"]
        raise ConnectionError("the daemon closed the connection")

    def run(self, *args: str, timeout: float = 20) -> subprocess.CompletedProcess[str]:
        """Runs another subcommand of the same binary."""
        return subprocess.run(
            [str(self.binary), *args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, **self.env},
            check=False,
        )

    def wait_healthy(self, *names: str, patience: float = 20) -> None:
        """Waits until these backends are healthy.

        Raises:
            DaemonError: if they are not in time.
        """
        states: dict[str, str] = {}

        def healthy() -> bool:
            rows = self.call("health")["backends"]
            states.update({row["backend"]: row["state"] for row in rows})
            return all(states.get(name) == "healthy" for name in names)

        if not wait_until(healthy, patience):
            raise DaemonError(f"not healthy within {patience} s: {states}")

    def stop(self) -> int | None:
        """Asks it to end, insists after a while; its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def tail(self, size: int = 4000) -> str:
        """The end of what it wrote."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""
