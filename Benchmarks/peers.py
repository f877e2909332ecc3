"""The gateways that the front door is measured beside, each from a virtual environment of its own.

`make bench-peers` installs them; what is not there is left out.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import rig

if TYPE_CHECKING:
    import subprocess

# The only way into TensorZero's gateway that PyPI has: its client for OpenAI's SDK starts the HTTP
# server of the Rust program inside of this process.
SERVE = """
import sys, threading, warnings
warnings.simplefilter("ignore")
from openai import OpenAI
from tensorzero import patch_openai_client
client = OpenAI(api_key="none", base_url="http://127.0.0.1:9/")
client = patch_openai_client(client, config_file=sys.argv[1], async_setup=False)
print("URL", client.base_url, flush=True)
threading.Event().wait()
"""

TENSORZERO = """
[gateway]
observability.enabled = false
disable_pseudonymous_usage_analytics = true
[models.alpha]
routing = ["bench"]
[models.alpha.providers.bench]
type = "openai"
model_name = "alpha-model"
api_base = "http://127.0.0.1:{port}/v1"
api_key_location = "none"
"""

LITELLM_KEY = "sk-bench-0123456789abcdef0123456789abcdef"
LITELLM: rig.Json = {
    "litellm_settings": {"telemetry": False, "num_retries": 0, "request_timeout": 30},
    "general_settings": {"master_key": LITELLM_KEY, "disable_spend_logs": True},
}


@dataclass(frozen=True)
class Peer:
    """One that serves OpenAI's chat API, with one model on one port of the upstream."""

    name: str
    url: str
    model: str
    process: subprocess.Popen[bytes]
    log: Path
    key: str | None = None

    def check(self) -> None:
        if self.process.poll() is not None:
            raise rig.RigError(f"{self.name} ended:\n{rig.tail(self.log)}")

    def cpu_seconds(self) -> float:
        self.check()
        return rig.cpu_seconds(self.process.pid)

    def memory_mib(self) -> float:
        self.check()
        return rig.memory_mib(self.process.pid)


def wait_for(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], str | None]) -> str:
    """What `ready` says at last."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if found := ready():
            return found
        time.sleep(0.05)
    raise rig.RigError(f"it did not start:\n{rig.tail(log)}")


@contextlib.contextmanager
def tensorzero(venv: Path, folder: Path, port: int) -> Iterator[Peer]:
    """TensorZero's gateway, without its database."""
    folder.mkdir()
    config, serve, log = folder / "tensorzero.toml", folder / "serve.py", folder / "tensorzero.log"
    config.write_text(TENSORZERO.format(port=port))
    serve.write_text(SERVE)

    def url() -> str | None:
        found = re.search(r"^URL (\S+)", log.read_text(), re.MULTILINE)
        return found and found[1]

    command = [str(venv / "bin" / "python"), str(serve), str(config)]
    with rig.child(command, folder, log.name) as process:
        base = wait_for(process, log, url)
        address = f"{base.rstrip('/')}/chat/completions"
        yield Peer("tensorzero", address, "tensorzero::model_name::alpha", process, log)
        # Python waits for the threads of the server, which do not end.
        process.send_signal(signal.SIGKILL)


@contextlib.contextmanager
def litellm(venv: Path, folder: Path, port: int) -> Iterator[Peer]:
    """LiteLLM's proxy with one worker, without its database."""
    folder.mkdir()
    own = rig.free_port()
    model = {
        "model": "openai/alpha-model",
        "api_base": f"http://127.0.0.1:{port}/v1",
        "api_key": "sk-none",
    }
    listed = [{"model_name": "alpha", "litellm_params": model}]
    config, log = folder / "litellm.json", folder / "litellm.log"
    config.write_text(json.dumps({"model_list": listed, **LITELLM}))

    def answers() -> str | None:
        connection = http.client.HTTPConnection("127.0.0.1", own, timeout=1)
        try:
            connection.request("GET", "/health/liveliness")
            return "yes" if connection.getresponse().status == 200 else None
        except OSError:
            return None
        finally:
            connection.close()

    command = [
        "env",
        "LITELLM_LOCAL_MODEL_COST_MAP=True",
        "LITELLM_LOG=ERROR",
        "LITELLM_MODE=PRODUCTION",
        str(venv / "bin" / "litellm"),
        *("--config", str(config), "--host", "127.0.0.1", "--port", str(own)),
        *("--num_workers", "1"),
    ]
    with rig.child(command, folder, log.name) as process:
        wait_for(process, log, answers)
        url = f"http://127.0.0.1:{own}/v1/chat/completions"
        yield Peer("litellm", url, "alpha", process, log, LITELLM_KEY)


STARTERS = {"tensorzero": tensorzero, "litellm": litellm}


def installed(folder: Path) -> list[str]:
    """Those that `make bench-peers` has put there."""
    return [name for name in STARTERS if (folder / name / "ready").exists()]


def versions(folder: Path) -> dict[str, str]:
    """Which they are, as pip knows them."""
    found = {}
    for name in installed(folder):
        for place in (folder / name).glob(f"lib/python3*/site-packages/{name}-*.dist-info"):
            found[name] = place.name.removeprefix(f"{name}-").removesuffix(".dist-info")
    return found
