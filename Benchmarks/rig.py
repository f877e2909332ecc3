"""What a benchmark runs against: the C programs, nginx as the upstream, and the daemon.

Everything that is started here is a child of the rig, and none outlives it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
PATIENCE_S = 20.0
TICKS = os.sysconf("SC_CLK_TCK")

Json = dict[str, Any]


class RigError(Exception):
    """Something did not start, or did not answer as it should."""


@dataclass(frozen=True)
class Programs:
    load: Path
    direct: Path
    echo: Path
    tokens: Path
    streams: Path
    hold: Path


@dataclass(frozen=True)
class Upstream:
    pid: int
    plain: int
    stream: int

    def calls(self, port: int) -> int:
        """How many requests nginx has answered, on both ports together; asking is one of them."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/status")
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        return int(text.splitlines()[2].split()[2])


def build(folder: Path) -> Programs:
    built = []
    for name, libraries in (
        ("load", []),
        ("direct", ["-lcurl"]),
        ("echo", []),
        ("tokens", []),
        ("streams", []),
        ("hold", []),
    ):
        target = folder / name
        sources = [str(HERE / f"{name}.c"), str(HERE / "measure.c")]
        flags = ["-std=c17", "-O2", "-Wall", "-Wextra", "-Werror"]
        command = ["cc", *flags, "-o", str(target), *sources, *libraries, "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RigError(f"{name}.c does not build:\n{done.stderr}")
        built.append(target)
    return Programs(*built)


def find_nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RigError("nginx is not installed (Debian: nginx-light)")
    return found


@contextlib.contextmanager
def child(
    command: list[str],
    folder: Path,
    log: str,
    guarded: bool = True,
    *,
    is_talking: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a session of its own, ended with the block.

    A guarded one is also killed by the kernel if this process is; that costs an exec, so the
    runs that time a start do without. A talking one has pipes for its standard input and output.
    """
    guard = shutil.which("setpriv") if guarded else None
    if guard is not None:
        command = [guard, "--pdeathsig", "KILL", *command]
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
    environment = {key: os.environ[key] for key in keep if key in os.environ}
    with (folder / log).open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE if is_talking else subprocess.DEVNULL,
            stdout=subprocess.PIPE if is_talking else output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


@contextlib.contextmanager
def apart(servers: tuple[int, ...]) -> Iterator[list[str]]:
    """Keeps the servers on the last core, and yields what puts a client on the first.

    Left alone, the scheduler puts two processes that wake each other on one core or on two, and
    the way there and back takes 3 us or 14 us: enough to hide what is to be seen.
    """
    cores = sorted(os.sched_getaffinity(0))
    taskset = shutil.which("taskset")
    if not servers or len(cores) < 2 or taskset is None:
        yield []
        return
    try:
        for pid in servers:
            place(pid, {cores[-1]})
        yield [taskset, "-c", str(cores[0])]
    finally:
        for pid in servers:
            place(pid, set(cores))


def place(pid: int, cores: set[int]) -> None:
    """Puts all threads of a process on these cores; a thread that ends meanwhile is no matter."""
    with contextlib.suppress(FileNotFoundError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), cores)


def tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def upstream(folder: Path) -> Iterator[Upstream]:
    plain, stream = free_ports(2)
    prefix = folder / "nginx"
    prefix.mkdir()
    prefix.chmod(0o755)
    text = (HERE / "upstream.conf").read_text()
    text = text.replace("@PLAIN@", str(plain)).replace("@STREAM@", str(stream))
    (prefix / "upstream.conf").write_text(text)
    log = prefix / "error.log"
    command = [find_nginx(), "-p", str(prefix), "-c", "upstream.conf", "-e", "error.log"]
    with child(command, prefix, "nginx.log") as process:
        up = Upstream(process.pid, plain, stream)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                up.calls(plain)
                up.calls(stream)
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    said = tail(log) + tail(prefix / "nginx.log")
                    raise RigError(f"nginx did not start: {said}") from error
            time.sleep(0.01)
        yield up


def ask(path: Path, request: Json, timeout: float = PATIENCE_S) -> tuple[Json, list[Json], int]:
    """One request on a connection of its own: the reply, what came before it, the reply's bytes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(str(path))
        connection.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, **request}).encode() + b"\n")
        before: list[Json] = []
        with connection.makefile("rb") as lines:
            for line in lines:
                message = json.loads(line)
                if "method" not in message:
                    return message, before, len(line)
                before.append(message)
    raise RigError("the connection was closed before the reply")


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
    return number


def write_config(
    folder: Path, port: int, door: int, *, probe: str, limits: Json, count: int, personas: Path
) -> Path:
    """The configuration of a daemon with `count` backends, and everything it writes in `folder`."""
    backend: Json = {
        "url": f"http://127.0.0.1:{port}/v1",
        "wire": "openai-chat",
        "model": "alpha-model",
        "role": "local",
        "local": True,
        "max_context": 131_072,
        "health": probe,
        "prices": {"input": 0.1, "output": 0.4},
    }
    config: Json = {
        "server": {
            "socket": str(folder / "bridge.sock"),
            "persona": "timmy",
            "personas": str(personas),
        },
        "ledger": {"path": str(folder / "ledger.db")},
        "http": {"listen": f"127.0.0.1:{door}", **limits},
        "backends": {
            "alpha" if index == 0 else f"alpha-{index}": backend for index in range(count)
        },
    }
    path = folder / "backends.json"
    path.write_text(json.dumps(config, indent=2))
    return path


@dataclass(frozen=True)
class Daemon:
    process: subprocess.Popen[bytes]
    folder: Path
    first_answer_ms: float
    door: int
    """The port of its front door."""

    @property
    def socket(self) -> Path:
        return self.folder / "bridge.sock"

    @property
    def log(self) -> Path:
        return self.folder / "workshop.log"

    def check(self) -> None:
        if self.process.poll() is not None:
            code = self.process.returncode
            raise RigError(f"the daemon ended with {code}:\n{tail(self.log)}")

    def cpu_seconds(self) -> float:
        self.check()
        return cpu_seconds(self.process.pid)

    def memory_mib(self, key: str = "VmRSS") -> float:
        self.check()
        return memory_mib(self.process.pid, key)


def cpu_seconds(pid: int) -> float:
    """What a process has taken of all processors, in user space and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid: int, key: str = "VmRSS") -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) / 1024
    raise RigError(f"no {key} of the process {pid}")


def first_answer(
    process: subprocess.Popen[bytes],
    path: Path,
    request: Json,
    log: Path,
    patience: float = PATIENCE_S,
) -> float:
    """When the first good reply came, on the monotonic clock."""
    deadline = time.monotonic() + patience
    said = "no connection"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            reply, _, _ = ask(path, request)
            if "result" in reply:
                return time.monotonic()
            said = json.dumps(reply)
        except (OSError, RigError) as error:
            said = str(error)
        time.sleep(0.0005)
    raise RigError(f"the daemon did not start ({said}):\n{tail(log)}")


@contextlib.contextmanager
def daemon(
    binary: Path,
    folder: Path,
    port: int,
    request: Json,
    *,
    guarded: bool = True,
    probe: str = "/models",
    prefix: Sequence[str] = (),
    limits: Json | None = None,
    backends: int = 1,
    personas: Path = REPO / "configs" / "personas",
    keeps: bool = False,
    patience: float = PATIENCE_S,
) -> Iterator[Daemon]:
    """A daemon that has answered `request` once; `folder` is made for it, `prefix` runs it.

    One that keeps what is in the folder goes on with the ledger there.
    """
    folder.mkdir(mode=0o700, exist_ok=keeps)
    door = free_port()
    more = {"probe": probe, "limits": limits or {}, "count": backends, "personas": personas}
    config = write_config(folder, port, door, **more)
    path = folder / "bridge.sock"
    if len(os.fsencode(path)) > 107:
        raise RigError(f"too long for a socket's path: {path}")
    began = time.monotonic()
    command = [*prefix, str(binary), "serve", "--config", str(config)]
    with child(command, folder, "workshop.log", guarded) as process:
        answered = first_answer(process, path, request, folder / "workshop.log", patience)
        yield Daemon(process, folder, (answered - began) * 1000, door)


@contextlib.contextmanager
def hold(program: Path, folder: Path, seconds: float) -> Iterator[tuple[int, int]]:
    """An upstream that holds each request so long: its process and its port."""
    port = free_port()
    command = [str(program), "-p", str(port), "-t", f"{seconds:g}"]
    with child(command, folder, "hold.log") as process:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.005)
        else:
            raise RigError(f"the slow upstream did not start: {tail(folder / 'hold.log')}")
        yield process.pid, port


@contextlib.contextmanager
def echo(program: Path, folder: Path, length: int) -> Iterator[tuple[int, Path]]:
    path = folder / "echo.sock"
    with child([str(program), "-s", str(path), "-l", str(length)], folder, "echo.log") as process:
        deadline = time.monotonic() + PATIENCE_S
        while not path.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RigError(f"the echo server did not start: {tail(folder / 'echo.log')}")
            time.sleep(0.005)
        yield process.pid, path
