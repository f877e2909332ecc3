"""Hermes' examples 1 to 3: backends are swapped by configuration alone, and no request is lost.

    python3 -m unittest discover Tests/Swap

A daemon, its socket, a dumb pipe and stand-ins for the servers of others, all real processes and
real sockets, with hundreds of thoughts under way. What changes is a `.env` file, by the variables
that the specification's examples change, then `reload`. Each block of theirs stands here as it is
written there; only addresses are added, since the machines of the examples are not ours.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "demo"))

from daemon import Daemon  # noqa: E402
from fake_upstream import FakeUpstream  # noqa: E402
from upstream.behaviour import Behaviour  # noqa: E402

BINARY = Path(os.environ.get("WORKSHOP", TOP / ".build/debug/workshop"))
THOUGHTS = 300
# How long a model takes: the configuration changes while they are at it.
DELAY = 1.5

# "Backend Configuration (.env)", as far as it is about the four backends, with Talos alone at work.
HOUSE = """
BACKEND_TALOS_ENABLED=true
BACKEND_TALOS_TYPE=local
BACKEND_TALOS_HOST=127.0.0.1
BACKEND_TALOS_PORT={talos}
BACKEND_TALOS_MODELS="llama3.1:8b,qwen2.5-coder:7b"
BACKEND_TALOS_TIMEOUT=300
BACKEND_REMOTE_API_ENABLED=false
BACKEND_REMOTE_API_TYPE=openrouter
BACKEND_REMOTE_API_KEY=your_api_key
BACKEND_REMOTE_API_MODELS="anthropic/claude-3-sonnet,openai/gpt-4-turbo"
BACKEND_REMOTE_API_URL=http://127.0.0.1:{remote}/v1
BACKEND_SERVER_MODELS_ENABLED=false
BACKEND_SERVER_MODELS_TYPE=custom
BACKEND_SERVER_MODELS_HOST=127.0.0.1
BACKEND_SERVER_MODELS_PORT={server}
BACKEND_SERVER_MODELS_API_KEY=server_api_key
BACKEND_SERVER_MODELS_MODELS="llama3.2:70b,qwen2.5:72b"
BACKEND_GPT5_ENABLED=false
BACKEND_GPT5_TYPE=openai
BACKEND_GPT5_API_KEY=gpt5_api_key
BACKEND_GPT5_MODEL=gpt-5
BACKEND_GPT5_URL=http://127.0.0.1:{gpt5}/v1
"""
# Weights share work among backends of equal standing, so that the four get one role; they stand on
# loopback here, and on other machines in the specification.
EQUALS = "\n".join(
    f"BACKEND_{name}_ROLE=fallback\nBACKEND_{name}_LOCAL=false"
    for name in ("TALOS", "REMOTE_API", "SERVER_MODELS", "GPT5")
)
# A backend's own variable wins over HERMES_BACKENDS_ENABLED.
ALL = "\n".join(f"BACKEND_{name}_ENABLED=true" for name in ("REMOTE_API", "SERVER_MODELS", "GPT5"))
PRIMARY = 'HERMES_PRIMARY_BACKEND="talos"'

# Each as the specification has it; later lines win over earlier ones.
EXAMPLE_1 = """
BACKEND_TALOS_ENABLED=false
BACKEND_SERVER_MODELS_ENABLED=true
BACKEND_SERVER_MODELS_HOST=127.0.0.1
BACKEND_SERVER_MODELS_MODELS="llama3.2:70b,qwen2.5:72b"
BACKEND_SERVER_MODELS_API_KEY=your_server_key
"""
EXAMPLE_2 = """
BACKEND_GPT5_ENABLED=true
BACKEND_GPT5_API_KEY=gpt5_api_key
BACKEND_GPT5_MODEL=gpt-5
HERMES_PRIMARY_BACKEND="gpt5"
HERMES_BACKEND_SELECTION_CRITERIA="quality_first"
HERMES_QUALITY_OPTIMIZATION_ENABLED=true
HERMES_MAX_COST_PER_JOB_CENTS=500
"""
EXAMPLE_3 = """
HERMES_BACKENDS_ENABLED="talos,remote_api,server_models,gpt5"
HERMES_LOAD_BALANCING_ENABLED=true
HERMES_LOAD_BALANCING_STRATEGY="weighted"
HERMES_BACKEND_WEIGHTS="talos:0.8,remote_api:0.6,server_models:0.9,gpt5:0.95"
HERMES_JOB_TYPE_ROUTING=true
HERMES_CODE_JOBS_BACKEND="talos"
HERMES_REASONING_JOBS_BACKEND="gpt5"
HERMES_CREATIVE_JOBS_BACKEND="server_models"
"""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def merged(*blocks: str) -> str:
    """The variables of all blocks; the last word on each counts."""
    lines: dict[str, str] = {}
    for block in blocks:
        for line in block.split("\n"):
            if "=" in line:
                lines[line.split("=", 1)[0]] = line
    return "\n".join(lines.values()) + "\n"


class Load:
    """Thoughts that are asked for all at once, on a few connections, and what became of them."""

    def __init__(self, path: Path, tasks: list[str], connections: int = 4) -> None:
        self.answers: dict[str, Any] = {}
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(
                target=self._ask, args=(path, list(enumerate(tasks))[part::connections])
            )
            for part in range(connections)
        ]
        for thread in self.threads:
            thread.start()

    def _ask(self, path: Path, tasks: list[tuple[int, str]]) -> None:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(60)
            link.connect(str(path))
            for number, task in tasks:
                request = {
                    "jsonrpc": "2.0",
                    "id": number,
                    "method": "think",
                    "params": {"task": task},
                }
                link.sendall(json.dumps(request).encode() + b"\n")
            left = {number for number, _ in tasks}
            with link.makefile("rb") as lines:
                for line in lines:
                    answer = json.loads(line)
                    if answer.get("id") not in left:
                        continue
                    left.remove(answer["id"])
                    with self.lock:
                        self.answers[answer["id"]] = answer
                    if not left:
                        return

    def finish(self) -> list[str]:
        """Waits for all; the backend of each thought, or its error."""
        for thread in self.threads:
            thread.join(90)
        return [
            answer["result"]["backend"] if "result" in answer else json.dumps(answer["error"])
            for _, answer in sorted(self.answers.items())
        ]


class SwapTest(unittest.TestCase):
    """One house; each test writes its own `.env`."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="swap-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.models = {}
        for name in ("talos", "remote", "server", "gpt5"):
            upstream = FakeUpstream((name,)).start()
            upstream.server.script = [Behaviour(delay=DELAY, times=0)]
            self.addCleanup(upstream.stop)
            self.models[name] = upstream
        self.talos_port = self.pipe(self.models["talos"].port)
        self.env = self.folder / ".env"
        self.house = HOUSE.format(
            talos=self.talos_port,
            remote=self.models["remote"].port,
            server=self.models["server"].port,
            gpt5=self.models["gpt5"].port,
        )
        self.write(self.house, PRIMARY)
        config = self.folder / "backends.yaml"
        config.write_text(
            f"""
server: {{socket: {self.folder}/w.sock, personas: {TOP}/configs/personas}}
ledger: {{path: {self.folder}/ledger.db}}
cache: {{"on": false}}
backends: {{}}
"""
        )
        self.daemon = Daemon(BINARY, config, self.folder / "w.sock", self.folder / "log")
        self.daemon.start()
        self.addCleanup(self.daemon.stop)
        self.daemon.wait_healthy("talos")

    def pipe(self, model: int) -> int:
        """A dumb pipe in front of that model server; its port."""
        port = free_port()
        config = self.folder / f"pipe-{port}.yaml"
        config.write_text(
            f"""
pipe: {{listen: "127.0.0.1:{port}"}}
model: {{llama_server: "http://127.0.0.1:{model}", models: ["llama3.1:8b", "qwen2.5-coder:7b"]}}
limits: {{concurrent: {THOUGHTS + 10}, max_connections: {THOUGHTS + 50}}}
"""
        )
        process = subprocess.Popen(
            [BINARY, "pipe", "--config", config, "--log-level", "error"], stdin=subprocess.DEVNULL
        )

        def stop() -> None:
            process.terminate()
            process.wait(20)

        self.addCleanup(stop)
        return port

    def write(self, *blocks: str) -> None:
        """The `.env` file, as an editor leaves it."""
        new = self.folder / ".env.new"
        new.write_text(merged(*blocks))
        new.chmod(0o600)
        new.rename(self.env)

    def swap(self, *blocks: str) -> None:
        """The whole change: a file and a reload."""
        self.write(self.house, *blocks)
        answer = self.daemon.call("reload", timeout=30)
        self.assertTrue(answer["reloaded"], answer)

    def served(self) -> dict[str, int]:
        """How many prompts have reached each model."""
        return {name: len(upstream.chats()) for name, upstream in self.models.items()}

    def under_load(self, tasks: list[str], *blocks: str) -> list[str]:
        """Asks for as many thoughts, swaps when all are with a model, and gives who answered."""
        before = sum(self.served().values())
        load = Load(self.daemon.socket_path, tasks)
        deadline = time.monotonic() + 30
        while sum(self.served().values()) < before + len(tasks) and time.monotonic() < deadline:
            time.sleep(0.01)
        flying = len(tasks) - len(load.answers)
        self.swap(*blocks)
        self.assertGreater(flying, len(tasks) // 2, "too few were under way when it changed")
        return load.finish()

    def test_example_1_talos_for_a_server(self) -> None:
        """Talos is off, a server on: what Talos has, Talos answers; what comes next goes there."""
        tasks = [f"Name a colour, number {number}" for number in range(THOUGHTS)]
        self.assertEqual(self.under_load(tasks, PRIMARY, EXAMPLE_1), ["talos"] * THOUGHTS)
        after = Load(self.daemon.socket_path, tasks).finish()
        self.assertEqual(after, ["server_models"] * THOUGHTS)
        self.assertEqual(
            self.served(), {"talos": THOUGHTS, "remote": 0, "server": THOUGHTS, "gpt5": 0}
        )
        sent = self.models["server"].chats()[0]
        self.assertEqual(sent.json()["model"], "llama3.2:70b")
        self.assertEqual(sent.header("authorization"), "Bearer your_server_key")

    def test_example_2_gpt_5(self) -> None:
        """A new API backend is switched on and made the first: the next go there."""
        tasks = [f"Name a colour, number {number}" for number in range(THOUGHTS)]
        self.assertEqual(self.under_load(tasks, PRIMARY, EXAMPLE_2), ["talos"] * THOUGHTS)
        after = Load(self.daemon.socket_path, tasks).finish()
        self.assertEqual(after, ["gpt5"] * THOUGHTS)
        sent = self.models["gpt5"].chats()[0]
        self.assertEqual(sent.json()["model"], "gpt-5")
        self.assertEqual(sent.header("authorization"), "Bearer gpt5_api_key")

    def test_example_3_load_balancing(self) -> None:
        """Four backends, by weight; code, reasoning and creative work each have their own.

        The example names no primary: with one there would be nothing to balance.
        """
        tasks = [f"Name a colour, number {number}" for number in range(THOUGHTS)]
        self.swap(EQUALS)
        self.assertEqual(self.under_load(tasks, EQUALS, ALL, EXAMPLE_3), ["talos"] * THOUGHTS)
        self.daemon.wait_healthy("talos", "remote_api", "server_models", "gpt5")
        after = Load(self.daemon.socket_path, tasks).finish()
        self.assertEqual(len(after), THOUGHTS)
        self.assertEqual(set(after), {"talos", "remote_api", "server_models", "gpt5"})
        # By the specification's weights, each share of 3.25; chance may move it by a third.
        for name, weight in (
            ("talos", 0.8),
            ("remote_api", 0.6),
            ("server_models", 0.9),
            ("gpt5", 0.95),
        ):
            share = after.count(name) / THOUGHTS
            self.assertAlmostEqual(share, weight / 3.25, delta=weight / 3.25 / 2, msg=name)
        jobs = {
            "talos": "Write a Python function that reverses a list",
            "gpt5": "Solve this step by step and explain why: if all bloops are razzies and some "
            "razzies are lazzies, must some bloops be lazzies",
            "server_models": "Write a short poem about the sea",
        }
        for name, task in jobs.items():
            found = Load(
                self.daemon.socket_path, [f"{task} ({number})" for number in range(8)]
            ).finish()
            self.assertEqual(found, [name] * 8, task)


if __name__ == "__main__":
    unittest.main()
