"""What the chaos tests share: a daemon, clients, backends that can be killed, and the books.

Chance is seeded: `CHAOS_SEED=N` repeats a run as far as the machine lets it. `CHAOS=short` is CI's
form. `WORKSHOP` names the daemon's executable.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import random
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "demo"))

from processes import MARK, end, marked, wait_until  # noqa: E402

BINARY = Path(os.environ.get("WORKSHOP", TOP / ".build/debug/workshop")).resolve()
SHORT = os.environ.get("CHAOS", "") == "short"
SEED = int(os.environ.get("CHAOS_SEED", secrets.randbelow(1_000_000)))
PERSONAS = TOP / "configs/personas"
START = 30.0
# A tenth of them is a second at least in each of these tests; the machine may be busy.
PATIENCE = 60.0

print(f"chaos: CHAOS_SEED={SEED}{' CHAOS=short' if SHORT else ''}", file=sys.stderr, flush=True)


def chance(name: str) -> random.Random:
    """Chance of its own for each test, so that a test alone does as it did among others."""
    return random.Random(f"{SEED} {name}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Refused(RuntimeError):
    """An error that the daemon answered with; `code` is its name in the protocol's table."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(json.dumps(error))
        self.error = error
        self.code = str(error.get("data", {}).get("code"))


class Client:
    """One connection to the daemon's socket."""

    def __init__(self, path: Path, timeout: float = PATIENCE) -> None:
        self.link = socket.socket(socket.AF_UNIX)
        self.link.settimeout(timeout)
        try:
            self.link.connect(str(path))
        except OSError:
            self.link.close()
            raise
        self.file = self.link.makefile("rb")
        self.last = 0

    def send(self, method: str, params: Mapping[str, Any] | None = None) -> int:
        """Asks, and waits for nothing; the request's id."""
        self.last += 1
        request = {"jsonrpc": "2.0", "id": self.last, "method": method}
        if params is not None:
            request["params"] = dict(params)
        self.link.sendall(json.dumps(request).encode() + b"\n")
        return self.last

    def lines(self) -> Iterator[dict[str, Any]]:
        """What the daemon says, until it is gone."""
        with contextlib.suppress(ConnectionError):
            for line in self.file:
                if not line.endswith(b"\n"):
                    return
                yield json.loads(line)

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, timeout: float | None = None
    ) -> Any:
        """Asks, and waits for the answer.

        Raises:
            Refused: if the answer is an error.
            ConnectionError: if the daemon goes away instead.
        """
        if timeout is not None:
            self.link.settimeout(timeout)
        number = self.send(method, params)
        for answer in self.lines():
            if answer.get("id") == number:
                if "error" in answer:
                    raise Refused(answer["error"])
                return answer["result"]
        raise ConnectionError("the daemon closed the connection")

    def close(self) -> None:
        """Lets go."""
        self.file.close()
        self.link.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Process:
    """A process that is started, killed and started again; `kill` leaves its children alone."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.process: subprocess.Popen[bytes] | None = None

    def launch(
        self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        """Starts it."""
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, MARK: self.mark, **(env or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)

    def stop(self, patience: float = 15) -> int | None:
        """Asks it to end, insists after a while; its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode


class Upstream(Process):
    """A backend in a process of its own (`backend.py`): the port stays, whatever happens to it."""

    def __init__(self, folder: Path, name: str, delay: float = 0.05, mark: str = "") -> None:
        super().__init__(mark)
        self.name = name
        self.delay = delay
        self.port = free_port()
        self.log = folder / f"{name}.jsonl"
        self.output = folder / f"{name}.log"

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> Upstream:
        """Starts it; returns when it listens."""
        command = [sys.executable, Path(__file__).with_name("backend.py"), "--port", self.port]
        self.launch([*command, "--log", self.log, "--delay", self.delay], self.output)
        if not wait_until(self.listens, START):
            raise RuntimeError(f"{self.name} does not listen: {self.output.read_text()}")
        return self

    def listens(self) -> bool:
        """Whether somebody accepts on its port."""
        with socket.socket() as link:
            return link.connect_ex(("127.0.0.1", self.port)) == 0

    def got(self, since: int = 0) -> list[dict[str, Any]]:
        """Every request for a completion that ever reached it, from a place in its log on."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(since)
            return [json.loads(line) for line in log]

    def log_size(self) -> int:
        """Where its log ends now, in bytes."""
        return self.log.stat().st_size if self.log.exists() else 0

    def section(self, **more: Any) -> dict[str, Any]:
        """The backend's part of a configuration."""
        return {
            "wire": "openai-chat",
            "url": self.url,
            "model": "model",
            "role": "local",
            "local": True,
            "max_context": 8192,
            "health": "/models",
            "prices": {"input": 1, "output": 2},
            **more,
        }


class Daemon(Process):
    """`workshop serve` over a folder; it may be killed and started again.

    Attributes:
        prefix: what the command is started with: `nsenter`, `prlimit`, `ip netns exec`.
        env: more variables.
    """

    def __init__(
        self,
        folder: Path,
        config: Mapping[str, Any] | str,
        *,
        binary: Path = BINARY,
        prefix: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        mark: str = "",
    ) -> None:
        super().__init__(mark)
        self.folder = folder
        self.binary = binary
        self.prefix = list(prefix)
        self.env = dict(env or {})
        self.config = folder / "backends.yaml"
        self.socket = folder / "w.sock"
        self.log = folder / "daemon.log"
        self.write(config)

    def write(self, config: Mapping[str, Any] | str) -> None:
        """Writes the configuration, whole or not at all."""
        fresh = self.config.with_suffix(".new")
        fresh.write_text(config if isinstance(config, str) else json.dumps(config, indent=1))
        fresh.rename(self.config)

    def launch_only(self) -> None:
        """Starts it, and waits for nothing."""
        command = [*self.prefix, str(self.binary), "serve", "--config", str(self.config)]
        self.launch(command, self.log, self.env)

    def start(self) -> Daemon:
        """Starts it; returns when it answers."""
        self.launch_only()
        self.wait_ready()
        return self

    def wait_ready(self, patience: float = START) -> None:
        """Waits until it answers.

        Raises:
            RuntimeError: if it ends, or stays silent; with the end of its log.
        """
        if wait_until(lambda: not self.is_running or self.answers(), patience) and self.is_running:
            return
        raise RuntimeError(f"the daemon does not answer:\n{self.tail()}")

    def answers(self, timeout: float = 5) -> bool:
        """Whether somebody answers on its socket."""
        try:
            self.call("hello", {"client": "chaos", "protocol": 1}, timeout)
        except (OSError, Refused, ValueError):
            return False
        return True

    def client(self, timeout: float = PATIENCE) -> Client:
        """A connection of its own."""
        return Client(self.socket, timeout)

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, timeout: float = PATIENCE
    ) -> Any:
        """Asks on a connection of its own."""
        with self.client(timeout) as client:
            return client.call(method, params)

    def think(self, task: str, timeout: float = PATIENCE, **more: Any) -> Any:
        """One thought on a connection of its own."""
        return self.call("think", {"task": task, **more}, timeout)

    def run(self, *args: object, timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """Another subcommand of the same binary."""
        return subprocess.run(
            [*self.prefix, str(self.binary), *map(str, args)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, MARK: self.mark, **self.env},
            check=False,
        )

    def audit(self) -> dict[str, Any]:
        """What `workshop audit --json` says, daemon or no daemon."""
        told = self.run("audit", "--config", self.config, "--json")
        if not told.stdout.strip():
            raise AssertionError(f"audit: {told.returncode} {told.stderr}")
        return {"code": told.returncode, **json.loads(told.stdout)}

    def doctor(self) -> list[dict[str, Any]]:
        """What `workshop doctor --json` finds."""
        told = self.run("doctor", self.config, "--json")
        found = json.loads(told.stdout)
        return found["findings"] if isinstance(found, dict) else found

    def tail(self, size: int = 4000) -> str:
        """The end of what it wrote."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    def __enter__(self) -> Daemon:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class Clock:
    """The time of day of whoever has its `env`; the monotonic clock runs on (`clock.c`)."""

    def __init__(self, folder: Path) -> None:
        library = folder / "clock.so"
        source = Path(__file__).with_name("clock.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
        self.file = folder / "clock"
        self.file.write_bytes(bytes(8))
        self.env = {"LD_PRELOAD": str(library), "CHAOS_CLOCK": str(self.file)}

    def set(self, days: float = 0, seconds: float = 0) -> None:
        """How far it is ahead from now on."""
        milliseconds = int((days * 86_400 + seconds) * 1_000)
        with self.file.open("r+b") as file:
            file.write(struct.pack("<q", milliseconds))

    def set_to(self, moment: datetime.datetime) -> None:
        """Sets it to a moment."""
        self.set(seconds=moment.timestamp() - time.time())


class Load:
    """Clients that ask without end, each thought with a number of its own, until told to stop.

    Attributes:
        asked: what each number was asked with.
        heard: every final line that came for a number; there must never be two.
    """

    counter = 0
    lock = threading.Lock()

    def __init__(
        self,
        daemon: Daemon,
        connections: int = 4,
        at_once: int = 4,
        params: Callable[[int], dict[str, Any]] | None = None,
    ) -> None:
        self.daemon = daemon
        self.at_once = at_once
        self.params = params or (lambda number: {})
        self.asked: dict[int, dict[str, Any]] = {}
        self.heard: dict[int, list[dict[str, Any]]] = {}
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(connections)]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def number() -> int:
        """The next one; never given twice."""
        with Load.lock:
            Load.counter += 1
            return 1_000 + Load.counter

    def _run(self) -> None:
        with contextlib.suppress(OSError, ValueError), self.daemon.client() as client:
            waiting: dict[int, int] = {}

            def ask() -> None:
                number = self.number()
                params = {"task": f"Name a colour for number {number}", **self.params(number)}
                with self.lock:
                    self.asked[number] = params
                waiting[client.send("think", params)] = number

            for _ in range(self.at_once):
                ask()
            for line in client.lines():
                number = waiting.get(line.get("id", -1))
                if number is None or "method" in line:
                    continue
                with self.lock:
                    self.heard.setdefault(number, []).append(line)
                if not self.is_over.is_set():
                    ask()
                elif all(asked in self.heard for asked in waiting.values()):
                    return

    def finish(self, patience: float = PATIENCE) -> None:
        """Asks no more, and waits for what is under way."""
        self.is_over.set()
        deadline = time.monotonic() + patience
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
            if thread.is_alive():
                raise AssertionError(f"no answer within {patience} s")

    def answers(self) -> dict[int, dict[str, Any]]:
        """The results, by number."""
        return {n: lines[0]["result"] for n, lines in self.heard.items() if "result" in lines[0]}

    def errors(self) -> dict[int, dict[str, Any]]:
        """The errors, by number."""
        return {n: lines[0]["error"] for n, lines in self.heard.items() if "error" in lines[0]}


class ChaosTest(unittest.TestCase):
    """A folder, a mark and a seed for each test; whatever it started is gone behind it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.chance = chance(self.id())
        self.mark = secrets.token_hex(8)
        self.addCleanup(lambda: end(lambda: marked(self.mark)))
        self.begun = time.monotonic()

    def upstream(self, name: str, delay: float = 0.05) -> Upstream:
        """A backend that runs."""
        return Upstream(self.folder, name, delay, self.mark).start()

    def configuration(self, *upstreams: Upstream, **sections: Any) -> dict[str, Any]:
        """A configuration with these backends, in their order."""
        return {
            "server": {
                "socket": str(self.folder / "w.sock"),
                "persona": "timmy",
                "personas": str(PERSONAS),
                "max_in_flight": 1024,
            },
            "ledger": {"path": str(self.folder / "state/ledger.db")},
            "defaults": {
                "timeouts": {
                    "connect_ms": 2000,
                    "first_token_ms": 20_000,
                    "stall_ms": 10_000,
                    "total_ms": 60_000,
                },
                "allowed_fails": 3,
                "cooldown_s": 1,
                "health_interval_s": 1,
            },
            "routing": {
                "deadline_s": 60,
                "max_attempts": 6,
                "primary": upstreams[0].name if upstreams else None,
                "quality": {"judge": False},
            },
            "cache": {"on": False},
            "backends": {upstream.name: upstream.section() for upstream in upstreams},
            **sections,
        }

    def daemon(self, config: Mapping[str, Any] | str, **more: Any) -> Daemon:
        """A daemon over this test's folder, not yet started."""
        return Daemon(self.folder, config, mark=self.mark, **more)

    def left(self, *expected: Process) -> list[str]:
        """The command lines of processes that carry this test's mark and are none of these."""
        known = {process.pid for process in expected if process.process}
        found = []
        for pid in set(marked(self.mark)) - known:
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                if line:
                    found.append(f"{pid} {line}")
        return found

    def assert_alone(self, *expected: Process, patience: float = 5) -> None:
        """Nothing else of this test's runs, after a moment."""
        alone = wait_until(lambda: not self.left(*expected), patience)
        self.assertTrue(alone, f"orphans: {self.left(*expected)}")


def freeze(pid: int) -> None:
    """Stops a process where it stands."""
    os.kill(pid, signal.SIGSTOP)


def thaw(pid: int) -> None:
    """Lets it go on."""
    os.kill(pid, signal.SIGCONT)
