"""A daemon with a front door, and a stand-in behind it."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "demo"))

from upstream_of_the_door import Upstream  # noqa: E402

from daemon import Daemon  # noqa: E402

BINARY = Path(os.environ.get("WORKSHOP", TOP / ".build/debug/workshop"))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House(unittest.TestCase):
    """One daemon for all tests of a class; its key is `cls.key`."""

    upstream: Upstream
    daemon: Daemon
    key: str
    url: str
    scheme = "http"

    @classmethod
    def door_keys(cls, _folder: Path) -> str:
        """Further keys of the section `http`."""
        return ""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="door-")
        cls.addClassCleanup(cls.folder.cleanup)
        folder = Path(cls.folder.name)
        cls.upstream = Upstream()
        cls.addClassCleanup(cls.upstream.stop)
        port = free_port()
        config = folder / "backends.yaml"
        config.write_text(
            f"""
server: {{socket: {folder}/w.sock, personas: {TOP}/configs/personas}}
ledger: {{path: {folder}/ledger.db}}
http: {{listen: "127.0.0.1:{port}"{cls.door_keys(folder)}}}
routing: {{retry: {{attempts: 0}}}}
backends:
  local: {{url: "{cls.upstream.url}", model: stand-in, role: local, local: true,
    modalities: [image, audio, video, application],
    prices: {{input: 2, output: 10}}}}
"""
        )
        cls.daemon = Daemon(BINARY, config, folder / "w.sock", folder / "log")
        made = cls.daemon.run("key", "new", "tests", "--operator", "--config", str(config))
        assert made.returncode == 0, made.stderr
        cls.key = made.stdout.strip()
        cls.daemon.start()
        cls.addClassCleanup(cls.daemon.stop)
        cls.daemon.wait_healthy("local")
        cls.url = f"{cls.scheme}://127.0.0.1:{port}"
