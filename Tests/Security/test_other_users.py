"""Another user of the machine can read nothing, and connects to nothing that is not meant for him.

python3 -m unittest discover Tests/Security -p test_other_users.py
"""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import unittest
from pathlib import Path

from people import (
    API_KEY,
    FRIEND,
    NOBODY,
    OWNER,
    PIPE_TOKEN,
    SIDECAR_TOKEN,
    STRANGER,
    TOP,
    SecurityTest,
    as_user,
    backend,
    free_port,
    http_as,
    python_as,
    run_as,
    upstreams,
    within_reach,
)

OTHERS = (NOBODY, STRANGER)
ASK = """
import json, socket, sys
with socket.socket(socket.AF_UNIX) as link:
    link.settimeout(10)
    link.connect(sys.argv[1])
    try:
        link.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": sys.argv[2],
            "params": json.loads(sys.argv[3])}).encode() + b"\\n")
        print(link.recv(1 << 20).decode() or "closed")
    except OSError:
        print("closed")
"""
# Opens what /proc shows of a process; one name a line of those that can be read.
PEEK = """
import os, sys
for name in "environ mem maps auxv io syscall stack fd map_files cwd root exe".split():
    path = f"/proc/{sys.argv[1]}/{name}"
    try:
        if name in ("cwd", "root", "exe"):
            os.readlink(path)
        elif os.path.isdir(path):
            os.listdir(path)
        else:
            with open(path, "rb") as file:
                if name == "maps":
                    file.read(10) or sys.exit()
                elif name != "mem":
                    file.read(10)
        print(name)
    except OSError:
        pass
"""
QUESTION = '{"model": "auto", "messages": [{"role": "user", "content": "name a place"}]}'


class OneUserTest(SecurityTest):
    """A daemon for its own user, with everything that it can have."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        estate = cls.estate
        cls.upstream = upstreams.Upstream(upstreams.good)
        cls.addClassCleanup(cls.upstream.stop)
        cls.door = free_port()
        config = {
            "server": {"personas": "personas"},
            "http": {"listen": f"127.0.0.1:{cls.door}"},
            "backends": {"good": backend(cls.upstream.url, local=True, role="local")},
        }
        cls.config = estate.write("backends.json", config)
        cls.before = set(os.listdir("/tmp")) | set(os.listdir("/dev/shm"))
        cls.program = estate.serve(cls.config)
        # Something in each of its files.
        for keep in (True, False):
            estate.call("think", task="name a place", caller="a", conversation="c", keep=keep)
        estate.call("think", task="T\u00efmmy n\u0430me a place", caller="a")
        cls.open_door = http_as(
            STRANGER,
            cls.url("/v1/chat/completions"),
            "Content-Type: application/json",
            body=QUESTION,
        )
        made = estate.command("key", "new", "own", "--operator", "--config", str(cls.config))
        assert made.returncode == 0, made.stderr
        cls.key = made.stdout.strip()
        estate.command("audit", "checkpoint", "--config", str(cls.config))

    @classmethod
    def url(cls, path: str) -> str:
        """At the front door."""
        return f"http://127.0.0.1:{cls.door}{path}"

    def made(self) -> list[str]:
        """Everything that the daemon and its commands have made."""
        estate = self.estate
        given = {"run", "personas", ".local", "backends.json"}
        found = [*estate.state.rglob("*"), estate.state, *(estate.home / "run").rglob("*")]
        found += [*(estate.folder / "tmp").rglob("*"), estate.log]
        found += [path for path in estate.home.iterdir() if path.name not in given]
        for folder in ("/tmp", "/dev/shm"):
            for name in set(os.listdir(folder)) - self.before:
                path = Path(folder) / name
                if path.exists() and path.lstat().st_uid == OWNER:
                    found += [path, *path.rglob("*")]
        return sorted({str(path) for path in found})

    def test_others_can_read_and_reach_no_file(self) -> None:
        made = self.made()
        names = {Path(path).name for path in made}
        wanted = {"ledger.db", "memory.db", "keys.json", "workshop.sock", "workshop.log"}
        self.assertLessEqual(wanted, names)
        for uid in OTHERS:
            self.assertEqual(within_reach(uid, made), [])
        # The owner can: the looking works.
        self.assertGreater(len(within_reach(OWNER, made)), len(wanted))

    def test_modes_do_not_lean_on_a_folder(self) -> None:
        """Each file is its owner's alone by itself, whatever stands above it."""
        for path in self.made():
            mode = os.lstat(path).st_mode
            with self.subTest(path):
                self.assertEqual(stat.S_IMODE(mode) & 0o077, 0)

    def test_others_do_not_connect_to_the_socket(self) -> None:
        for uid in OTHERS:
            with self.subTest(uid), self.assertRaisesRegex(RuntimeError, "PermissionError"):
                python_as(uid, ASK, str(self.estate.socket), "hello", "{}")
        self.assertIn("result", python_as(OWNER, ASK, str(self.estate.socket), "health", "{}"))

    def test_commands_of_others_say_why(self) -> None:
        done = self.estate.command("health", "--socket", str(self.estate.socket), uid=STRANGER)
        self.assertEqual(done.returncode, 69)
        self.assertIn("Permission denied", done.stderr)
        done = self.estate.command("audit", "--config", str(self.config), uid=STRANGER)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotRegex(done.stderr, "(?i)fatal error")

    def test_the_door_wants_a_key_from_the_first_on(self) -> None:
        """Before there was one, everybody on this machine might come in; that is what it says."""
        self.assertEqual(self.open_door[0], 200)
        ask = (self.url("/v1/chat/completions"), "Content-Type: application/json")
        for uid in (*OTHERS, OWNER):
            for path in ("/v1/models", "/api/backends", "/api/state", "/metrics", "/models/status"):
                with self.subTest(path, uid=uid):
                    self.assertEqual(http_as(uid, self.url(path))[0], 401)
            self.assertEqual(http_as(uid, *ask, body=QUESTION)[0], 401)
            wrong = "Authorization: Bearer wsk-" + "A" * 43
            self.assertEqual(http_as(uid, *ask, wrong, body=QUESTION)[0], 401)
        right = f"Authorization: Bearer {self.key}"
        self.assertEqual(http_as(STRANGER, *ask, right, body=QUESTION)[0], 200)

    def test_nothing_of_the_process_is_seen(self) -> None:
        """Not by others, and not by other programs of its own user either."""
        pid = str(self.program.pid)
        for uid in (*OTHERS, OWNER):
            with self.subTest(uid):
                self.assertEqual(python_as(uid, PEEK, pid).split(), [])
        shown = run_as(STRANGER, "ps", "-p", pid, "-o", "args=").stdout
        self.assertIn("serve", shown)
        self.assertNotIn(API_KEY, shown)

    def test_the_looking_sees_what_is_to_be_seen(self) -> None:
        """A program that does not hide shows its user all of it."""
        with subprocess.Popen(as_user(OWNER, "sleep", "30"), cwd="/") as open_one:
            self.eventually(lambda: "environ" in python_as(OWNER, PEEK, str(open_one.pid)).split())
            self.assertEqual(python_as(STRANGER, PEEK, str(open_one.pid)).split(), [])
            open_one.terminate()


class SharedTest(SecurityTest):
    """A daemon that serves one more user, and no third one."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.upstream = upstreams.Upstream(upstreams.good)
        cls.addClassCleanup(cls.upstream.stop)
        shared = cls.estate.home / "shared"
        shared.mkdir(mode=0o755)
        shared.chmod(0o755)
        os.chown(shared, OWNER, OWNER)
        cls.estate.socket = shared / "w.sock"
        config = {
            "server": {
                "personas": "personas",
                "socket": str(cls.estate.socket),
                "allow_uids": [FRIEND],
            },
            "backends": {"good": backend(cls.upstream.url, local=True, role="local")},
        }
        cls.estate.serve(cls.estate.write("backends.json", config))

    def ask(self, uid: int, method: str, params: str = "{}") -> str:
        """What that user hears."""
        return python_as(uid, ASK, str(self.estate.socket), method, params).strip()

    def test_who_is_listed_is_served(self) -> None:
        self.assertIn('"result"', self.ask(FRIEND, "think", '{"task": "name a place"}'))

    def test_who_is_not_is_cut_off_before_a_byte_is_read(self) -> None:
        for uid in OTHERS:
            before = len(self.upstream.requests)
            self.assertEqual(self.ask(uid, "think", '{"task": "name a place"}'), "closed")
            self.assertEqual(len(self.upstream.requests), before)
        log = self.estate.log.read_text()
        self.assertIn("refused a client", log)

    def test_only_the_owner_sees_what_waits(self) -> None:
        asked = self.ask(FRIEND, "leaks")
        self.assertIn('"error"', asked)
        self.assertIn('"result"', self.ask(OWNER, "leaks"))

    def test_its_files_are_still_its_own(self) -> None:
        state = self.estate.state
        made = [str(path) for path in (state, *state.rglob("*"))]
        self.assertGreater(len(made), 3)
        for uid in (*OTHERS, FRIEND):
            self.assertEqual(within_reach(uid, made), [])


class NeighboursTest(SecurityTest):
    """A pipe and a sidecar with tokens: everybody may knock, and nobody else is let in."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        estate = cls.estate
        cls.pipe, cls.sidecar = free_port(), free_port()
        estate.write("pipe.token", PIPE_TOKEN + "\n")
        estate.write("model.gguf", "x")
        pipe = {
            "pipe": {"listen": f"127.0.0.1:{cls.pipe}", "token_file": "pipe.token"},
            "model": {"command": ["cat"], "default": "m"},
        }
        fake = TOP / "Tests/Support/fake_llama_server.py"
        manifest = {
            "sidecar": {"listen": f"127.0.0.1:{cls.sidecar}", "token": SIDECAR_TOKEN},
            "profiles": {"m": {"name": "m", "model": "model.gguf", "command": str(fake)}},
        }
        cls.pids = [
            estate.start("pipe", "--config", str(estate.write("pipe.json", pipe))).pid,
            estate.start("sidecar", "--manifest", str(estate.write("m.json", manifest))).pid,
        ]

    def listening(self, port: int) -> bool:
        """Whether somebody is there."""
        with socket.socket() as link:
            return link.connect_ex(("127.0.0.1", port)) == 0

    def test_without_the_token_nothing_is_done(self) -> None:
        execute = f"http://127.0.0.1:{self.pipe}/execute"
        status = f"http://127.0.0.1:{self.sidecar}/models/status"
        for port in (self.pipe, self.sidecar):
            self.eventually(lambda port=port: self.listening(port))
        kind = "Content-Type: application/json"
        for uid in OTHERS:
            self.assertEqual(http_as(uid, execute, kind, body='{"prompt": "x"}')[0], 401)
            self.assertEqual(http_as(uid, status)[0], 401)
            wrong = "Authorization: Bearer " + "x" * len(SIDECAR_TOKEN)
            self.assertEqual(http_as(uid, status, wrong)[0], 401)
        right = http_as(OWNER, status, f"Authorization: Bearer {SIDECAR_TOKEN}")
        self.assertEqual(right[0], 200, self.estate.log.read_text())
        bearer = f"Authorization: Bearer {PIPE_TOKEN}"
        right = http_as(OWNER, execute, kind, bearer, body='{"prompt": "x", "model_config": {}}')
        self.assertEqual(right[0], 200, right[1])
        for pid in map(str, self.pids):
            self.assertEqual(python_as(STRANGER, PEEK, pid).split(), [])
            self.assertEqual(python_as(OWNER, PEEK, pid).split(), [])
        log = self.estate.log.read_text()
        for secret in (PIPE_TOKEN, SIDECAR_TOKEN):
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
