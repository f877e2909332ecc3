"""A real daemon before misbehaving backends: each case is asked first, and a good one behind it."""

from __future__ import annotations

import contextlib
import http
import http.client
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "demo"))

from daemon import Daemon  # noqa: E402
from processes import wait_until  # noqa: E402

BINARY = Path(os.environ.get("WORKSHOP", TOP / ".build/debug/workshop")).resolve()
KEY = "sk-chaos-7f3a9c2e51d84b06"

# In milliseconds. A thought's own bound is the sum of what its attempts may take.
TIMEOUTS = {"connect_ms": 600, "first_token_ms": 900, "stall_ms": 900, "total_ms": 2500}
BOUND_S = 8.0

Json = dict[str, Any]


@dataclass
class Reply:
    """What came of one thought."""

    text: str = ""
    backend: str = ""
    outcomes: list[str] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0
    raw: bytes = b""
    """Every byte of it that the client got."""


def backend(url: str, **more: Any) -> Json:
    """A backend of the configuration."""
    return {
        "url": url,
        "model": "m",
        "role": "fallback",
        "key": "${CHAOS_KEY}",
        "health": "never",
        "timeouts": TIMEOUTS,
        "allowed_fails": 1000,
        "prices": {"input": 1, "output": 1},
        **more,
    }


def by_caller(names: list[str], last: str) -> Json:
    """A strategy: whoever calls by a backend's name gets that one first, and the last behind it."""
    branches = [
        {
            "when": {"caller": [name, f"key:{name}"]},
            "then": {"mode": "fallback", "targets": [name, last]},
        }
        for name in names
    ]
    return {"mode": "conditional", "branches": branches, "default": last}


class House:
    """A daemon in a folder of its own; `with` starts and ends it.

    Attributes:
        binary: what is run; another program that runs it, where it is to live elsewhere.
    """

    def __init__(
        self,
        backends: Mapping[str, Json],
        strategy: Any = "automatic",
        binary: Path = BINARY,
        **more: Any,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.socket = self.folder / "w.sock"
        config = {
            "server": {"socket": str(self.socket), "personas": str(TOP / "configs/personas")},
            "ledger": {"path": str(self.folder / "ledger.db")},
            "http": {"listen": f"127.0.0.1:{self.port}"},
            "cache": {"on": False},
            "routing": {
                "strategy": strategy,
                "deadline_s": 20,
                "retry": {"attempts": 0, "base_ms": 10, "cap_ms": 20, "patience_ms": 0},
                "quality": {"judge": False},
            },
            "backends": dict(backends),
            **more,
        }
        self.config = self.folder / "backends.json"
        self.config.write_text(json.dumps(config))
        self.log = self.folder / "log"
        self.daemon = Daemon(
            binary, self.config, self.socket, self.log, {"CHAOS_KEY": KEY, **os.environ}
        )
        self.keys: dict[str, str] = {}

    def __enter__(self) -> House:
        try:
            self.daemon.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the daemon, and deletes the folder."""
        self.daemon.stop()
        with contextlib.suppress(OSError):
            for path in sorted(self.folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            self.folder.rmdir()

    def make_key(self, name: str) -> None:
        """A key of the front door."""
        made = self.daemon.run("key", "new", name, "--config", str(self.config))
        if made.returncode != 0:
            raise RuntimeError(made.stderr)
        self.keys[name] = made.stdout.strip()

    @property
    def pid(self) -> int:
        """The daemon's."""
        assert self.daemon.process
        return self.daemon.process.pid

    def think(
        self, caller: str, *, streamed: bool, task: str = "name a place", **more: Any
    ) -> Reply:
        """One thought over the socket."""
        reply = Reply()
        began = time.monotonic()
        params = {"task": task, "caller": caller, "stream": streamed, "keep": False, **more}
        request = {"jsonrpc": "2.0", "id": 1, "method": "think", "params": params}
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(60)
            link.connect(str(self.socket))
            link.sendall(json.dumps(request).encode() + b"\n")
            for line in link.makefile("rb"):
                reply.raw += line
                message = json.loads(line)
                if message.get("id") == 1:
                    self._read(message, reply)
                    break
        reply.seconds = time.monotonic() - began
        return reply

    def _read(self, message: Json, reply: Reply) -> None:
        told = message.get("result") or message["error"].get("data", {})
        reply.text = told.get("text", "")
        reply.backend = told.get("backend", "")
        reply.outcomes = [each["outcome"] for each in told.get("attempts", [])]
        if "error" in message:
            reply.error = message["error"].get("data", {}).get("kind", "") or "error"

    def ask_door(self, caller: str, *, streamed: bool, task: str = "name a place") -> Reply:
        """One question to the front door, as OpenAI's clients ask it."""
        reply = Reply()
        began = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = {"model": "auto", "messages": [{"role": "user", "content": task}]}
        headers = {"Content-Type": "application/json"}
        if caller in self.keys:
            headers["Authorization"] = f"Bearer {self.keys[caller]}"
        with contextlib.closing(link):
            link.request(
                "POST", "/v1/chat/completions", json.dumps({**body, "stream": streamed}), headers
            )
            response = link.getresponse()
            reply.raw = str(response.getheaders()).encode() + response.read()
            reply.backend = response.getheader("x-workshop-backend") or ""
            body = reply.raw[reply.raw.index(b"]") + 1 :]
        if response.status != http.HTTPStatus.OK:
            reply.error = json.loads(body)["error"]["code"]
        elif streamed:
            self._read_events(body, reply)
        else:
            reply.text = json.loads(body)["choices"][0]["message"]["content"]
        reply.seconds = time.monotonic() - began
        return reply

    def _read_events(self, body: bytes, reply: Reply) -> None:
        for line in body.decode().splitlines():
            if not line.startswith("data: {"):
                continue
            message = json.loads(line[6:])
            if "error" in message:
                reply.error = message["error"]["code"]
            for choice in message.get("choices", []):
                reply.text += choice["delta"].get("content") or ""
            if "workshop" in message:
                reply.backend = message["workshop"].get("backend", "")

    def audit(self) -> Json:
        """What the ledger says of itself, once nothing is in flight."""
        told: Json = {}

        def settled() -> bool:
            told.update(self.daemon.call("audit"))
            return told["unsettled"] == 0

        wait_until(settled, 10)
        return told

    def files(self) -> Iterator[Path]:
        """Everything that the daemon has written."""
        yield from (path for path in self.folder.rglob("*") if path.is_file())

    def memory_mib(self, key: str = "VmRSS") -> float:
        """Of the daemon; `VmHWM` is the peak."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return int(line.split()[1]) / 1024
        raise KeyError(key)

    def forget_peak(self) -> None:
        """`VmHWM` begins anew (proc(5), clear_refs)."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def together(jobs: Mapping[str, Any]) -> dict[str, Any]:
    """Runs all functions at once; their values, or what they raised."""
    values: dict[str, Any] = {}

    def run(name: str, job: Any) -> None:
        try:
            values[name] = job()
        except Exception as error:
            values[name] = error

    threads = [threading.Thread(target=run, args=pair) for pair in jobs.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return values
