"""What the bridge is measured beside: TensorZero's gateway, LiteLLM's proxy and Router, nginx.

`make bench-peers` installs those of Python, each in a virtual environment of its own; what is not
there is left out. Each has two models: one at the upstream's plain port, one at its streaming port.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import report
import rig

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
api_base = "http://127.0.0.1:{plain}/v1"
api_key_location = "none"
[models.alpha-stream]
routing = ["bench"]
[models.alpha-stream.providers.bench]
type = "openai"
model_name = "alpha-model"
api_base = "http://127.0.0.1:{stream}/v1"
api_key_location = "none"
"""

# A floor for any gateway: the bytes are handed on, and nothing is read but the heads.
NGINX = """
daemon off;
master_process off;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_max_body_size 4m;
  client_body_buffer_size 1m;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  upstream plain {{ server 127.0.0.1:{plain}; keepalive 128; keepalive_requests 1000000000; }}
  upstream stream {{ server 127.0.0.1:{stream}; keepalive 128; keepalive_requests 1000000000; }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_buffering off;
  server {{ listen 127.0.0.1:{own} backlog=4096; location / {{ proxy_pass http://plain; }} }}
  server {{ listen 127.0.0.1:{streaming} backlog=4096; location / {{ proxy_pass http://stream; }} }}
}}
"""

LITELLM_KEY = "sk-bench-0123456789abcdef0123456789abcdef"
LITELLM: rig.Json = {
    "litellm_settings": {"telemetry": False, "num_retries": 0, "request_timeout": 30},
    "general_settings": {"master_key": LITELLM_KEY, "disable_spend_logs": True},
}


@dataclass(frozen=True)
class Process:
    """What runs beside us."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def is_slow(self) -> bool:
        """Whether a run must be long to have some answers: a call takes milliseconds."""
        return self.name in {"router", "litellm"}

    def check(self) -> None:
        if self.process.poll() is not None:
            raise rig.RigError(f"{self.name} ended:\n{rig.tail(self.log)}")

    def cpu_seconds(self) -> float:
        self.check()
        return rig.cpu_seconds(self.process.pid)

    def memory_mib(self) -> float:
        self.check()
        return rig.memory_mib(self.process.pid)


@dataclass(frozen=True)
class Peer(Process):
    """One that serves OpenAI's chat API."""

    at: tuple[str, str]  # the URL and the model for whole answers
    streams_at: tuple[str, str]
    key: str | None = None


@dataclass(frozen=True)
class Library(Process):
    """One that is called in its caller's process; its processor time and memory are both's."""

    def ask(self, wanted: rig.Json) -> report.Run:
        self.check()
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps(wanted).encode() + b"\n")
        stdin.flush()
        limit = 4 * (wanted["seconds"] + wanted["warm_up"]) + 3 * rig.PATIENCE_S
        if not select.select([stdout], [], [], limit)[0]:
            raise rig.RigError(f"{self.name}: no end after {limit:g} s")
        line = stdout.readline()
        self.check()
        found: report.Run = json.loads(line)
        return found


def wait_for(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], str | None]) -> str:
    """What `ready` says at last."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if found := ready():
            return found
        time.sleep(0.05)
    raise rig.RigError(f"it did not start:\n{rig.tail(log)}")


@contextlib.contextmanager
def nginx(venv: Path, folder: Path, upstream: rig.Upstream) -> Iterator[Peer]:
    """A reverse proxy of one process, which keeps its connections to the upstream."""
    folder.mkdir()
    folder.chmod(0o755)
    own, streaming = rig.free_ports(2)
    log = folder / "error.log"
    ports = {"plain": upstream.plain, "stream": upstream.stream}
    (folder / "proxy.conf").write_text(NGINX.format(own=own, streaming=streaming, **ports))
    command = [rig.find_nginx(), "-p", str(folder), "-c", "proxy.conf", "-e", "error.log"]
    with rig.child(command, folder, "nginx.log") as process:
        wait_for(process, log, lambda: "yes" if answers(own, "/health") else None)
        url, to = (f"http://127.0.0.1:{port}/v1/chat/completions" for port in (own, streaming))
        yield Peer("nginx", process, log, (url, "alpha-model"), (to, "alpha-model"))


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def tensorzero(venv: Path, folder: Path, upstream: rig.Upstream) -> Iterator[Peer]:
    """TensorZero's gateway, without its database."""
    folder.mkdir()
    config, serve, log = folder / "tensorzero.toml", folder / "serve.py", folder / "tensorzero.log"
    config.write_text(TENSORZERO.format(plain=upstream.plain, stream=upstream.stream))
    serve.write_text(SERVE)

    def url() -> str | None:
        found = re.search(r"^URL (\S+)", log.read_text(), re.MULTILINE)
        return found and found[1]

    command = [str(venv / "bin" / "python"), str(serve), str(config)]
    with rig.child(command, folder, log.name) as process:
        base = wait_for(process, log, url)
        address = f"{base.rstrip('/')}/chat/completions"
        model = "tensorzero::model_name::alpha"
        yield Peer("tensorzero", process, log, (address, model), (address, f"{model}-stream"))
        # Python waits for the threads of the server, which do not end.
        process.send_signal(signal.SIGKILL)


@contextlib.contextmanager
def litellm(venv: Path, folder: Path, upstream: rig.Upstream) -> Iterator[Peer]:
    """LiteLLM's proxy with one worker, without its database."""
    folder.mkdir()
    own = rig.free_port()

    def listed(name: str, port: int) -> rig.Json:
        base = f"http://127.0.0.1:{port}/v1"
        parameters = {"model": "openai/alpha-model", "api_base": base, "api_key": "sk-none"}
        return {"model_name": name, "litellm_params": parameters}

    models = [listed("alpha", upstream.plain), listed("alpha-stream", upstream.stream)]
    config, log = folder / "litellm.json", folder / "litellm.log"
    config.write_text(json.dumps({"model_list": models, **LITELLM}))

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
        wait_for(process, log, lambda: "yes" if answers(own, "/health/liveliness") else None)
        url = f"http://127.0.0.1:{own}/v1/chat/completions"
        yield Peer("litellm", process, log, (url, "alpha"), (url, "alpha-stream"), LITELLM_KEY)


@contextlib.contextmanager
def router(venv: Path, folder: Path, upstream: rig.Upstream) -> Iterator[Library]:
    """LiteLLM's Router, called from its own process, as a game in Python would."""
    folder.mkdir()
    log = folder / "router.log"
    bases = [f"http://127.0.0.1:{port}/v1" for port in (upstream.plain, upstream.stream)]
    command = [
        "env",
        "LITELLM_LOCAL_MODEL_COST_MAP=True",
        "LITELLM_LOG=ERROR",
        str(venv / "bin" / "python"),
        *(str(rig.HERE / "router_client.py"), *bases),
    ]
    with rig.child(command, folder, log.name, is_talking=True) as process:
        assert process.stdout is not None
        if not select.select([process.stdout], [], [], 60)[0] or not process.stdout.readline():
            raise rig.RigError(f"the router did not start:\n{rig.tail(log)}")
        yield Library("router", process, log)


STARTERS = {"nginx": nginx, "tensorzero": tensorzero, "router": router, "litellm": litellm}
VENVS = {"tensorzero": "tensorzero", "router": "litellm", "litellm": "litellm"}
NAMES = {
    "nginx": "nginx as a proxy",
    "tensorzero": "TensorZero's gateway",
    "router": "LiteLLM's Router",
    "litellm": "LiteLLM's proxy",
}


def installed(folder: Path) -> list[str]:
    """Those that are there: nginx always, the others when `make bench-peers` has put them there."""
    return [
        name for name in STARTERS if name not in VENVS or (folder / VENVS[name] / "ready").exists()
    ]


def start(
    name: str, folder: Path, work: Path, upstream: rig.Upstream
) -> contextlib.AbstractContextManager[Peer | Library]:
    """One of those that are installed; `work` is made for it."""
    return STARTERS[name](folder / VENVS.get(name, ""), work, upstream)


def versions(folder: Path) -> dict[str, str]:
    """Which they are, as pip knows them."""
    found = {}
    for name in dict.fromkeys(VENVS[name] for name in installed(folder) if name in VENVS):
        for place in (folder / name).glob(f"lib/python3*/site-packages/{name}-*.dist-info"):
            found[name] = place.name.removeprefix(f"{name}-").removesuffix(".dist-info")
    return found
