"""Secrets stay where they are: in no log, error, ledger, core, process list, page or report.

    python3 -m unittest discover Tests/Security -p test_secrets.py

The backends give back what they were sent, wherever a reply has room for words: that is how a key
would get into what the daemon tells of them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import people
from people import API_KEY, OWNER, SecurityTest, as_user, backend, free_port, run_as, upstreams

# Words of a terminal: clear the screen, set the title, a link, a bell; and C1, in UTF-8.
STEERING = "\x1b[2J\x1b]0;title\x07\x1b]8;;http://evil.example\x07\x9b31m\x08\r"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BEARER = re.compile(rb"(?i)authorization: bearer (\S+)")


def told(link: upstreams.Link) -> str:
    """The key that came with a request, and words that steer a terminal."""
    found = BEARER.search(link.head)
    return (found[1].decode() if found else "none") + STEERING


def echo_in_error(link: upstreams.Link) -> None:
    """The key in every part of an error."""
    words = told(link)
    key = words.removesuffix(STEERING)
    body = json.dumps({"error": {"message": words, "type": words, "code": words, "param": words}})
    top = [f"X-Request-Id: {key}", f"Retry-After: {key}", f"WWW-Authenticate: Bearer {key}"]
    top += [f"Content-Length: {len(body.encode())}", f"Set-Cookie: k={key}"]
    link.send(upstreams.head("application/json", *top, status=f"401 {key}") + body.encode())


def echo_in_answer(link: upstreams.Link) -> None:
    """The key in every part of a good answer but its text, where its words are to steer."""
    words = told(link)
    key = words.removesuffix(STEERING)
    text = f"A harbour.{STEERING}"
    delta = {"message": {"role": "assistant", "content": text}, "delta": {"content": text}}
    choice = {"index": 0, **delta, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 3, words: 1}
    reply = {"id": words, "model": words, "system_fingerprint": words, "service_tier": words}
    body = json.dumps({**reply, "provider": words, "choices": [choice], "usage": usage})
    top = (f"X-Request-Id: {key}", f"OpenAI-Organization: {key}", "Connection: close")
    if link.streamed:
        link.send(upstreams.head("text/event-stream", *top))
        link.send(f"event: {words.splitlines()[0]}\ndata: {body}\n\ndata: [DONE]\n\n")
    else:
        link.send(upstreams.head("application/json", *top) + body.encode())


class SecretsTest(SecurityTest):
    """A daemon with a key for its backends, keys for its door and a certificate."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        estate = cls.estate
        cls.ups = {"errs": echo_in_error, "answers": echo_in_answer, "good": upstreams.good}
        cls.ups = {name: upstreams.Upstream(each) for name, each in cls.ups.items()}
        for upstream in cls.ups.values():
            cls.addClassCleanup(upstream.stop)
        cls.port = free_port()
        certificate, key = estate.home / "door.crt", estate.home / "door.key"
        words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", str(key), "-out", str(certificate)]
        done = run_as(OWNER, "openssl", *words.split(), *subject, *files)
        assert done.returncode == 0, done.stderr
        key.chmod(0o600)
        cls.tls_key = [line for line in key.read_text().splitlines() if "-" not in line]
        config = {
            "server": {"personas": "personas"},
            "http": {
                "listen": f"127.0.0.1:{cls.port}",
                "tls": {"certificate": "door.crt", "key": "door.key"},
            },
            "routing": {"retry": {"attempts": 0}},
            "backends": {
                name: backend(
                    each.url, local=name == "good", role="local" if name == "good" else "fallback"
                )
                for name, each in cls.ups.items()
            },
        }
        cls.config = estate.write("backends.json", config)
        made = estate.command("key", "new", "own", "--operator", "--config", str(cls.config))
        cls.door_key = made.stdout.strip()
        cls.program = estate.serve(cls.config)
        cls.secrets = [API_KEY, cls.door_key, *cls.tls_key]
        assert cls.door_key.startswith("wsk-"), made.stderr

    def ask(self, path: str, key: str = "", body: str = "") -> str:
        """What the front door says, head and body."""
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}", body.encode() or None
        )
        request.add_header("Authorization", f"Bearer {key or self.door_key}")
        request.add_header("Content-Type", "application/json")
        context = people.trusting(self.estate.home / "door.crt")
        try:
            with urllib.request.urlopen(request, timeout=20, context=context) as reply:
                return f"{reply.headers}{reply.read().decode()}"
        except urllib.error.HTTPError as error:
            return f"{error.headers}{error.read().decode()}"

    def hold(self, text: str, where: str) -> None:
        """No secret is in it."""
        for secret in self.secrets:
            self.assertNotIn(secret, text, where)

    def test_answers_and_errors(self) -> None:
        for name in self.ups:
            for streamed in (False, True):
                reply = self.estate.call(
                    "think", task="name a place", backend=name, stream=streamed
                )
                self.hold(json.dumps(reply), name)
                question = {"model": name, "messages": [{"role": "user", "content": "a place"}]}
                self.hold(
                    self.ask(
                        "/v1/chat/completions", body=json.dumps({**question, "stream": streamed})
                    ),
                    name,
                )

    def test_pages_and_reports(self) -> None:
        self.test_answers_and_errors()
        for path in (
            "/", "/api/state", "/api/backends", "/metrics", "/v1/models", "/openapi.json",
            "/health", "/models/status", "/api/" + self.door_key, "/v1/models/" + API_KEY,
        ):  # fmt: skip
            text = self.ask(path)
            if API_KEY not in path and self.door_key not in path:
                self.hold(text, path)
        self.hold(self.ask("/v1/models", key=self.door_key[:-1] + "x"), "a wrong key")
        for method in (
            "health",
            "backends",
            "models",
            "costs",
            "audit",
            "journal",
            "learning",
            "reload",
        ):
            self.hold(json.dumps(self.estate.call(method)), method)

    def test_commands(self) -> None:
        self.test_answers_and_errors()
        self.estate.write(".env", f"OTHER_KEY={API_KEY}\n", mode=0o644)
        config, socket_path = str(self.config), str(self.estate.socket)
        for args in (
            ("doctor", config), ("doctor", config, "--json"),
            ("check", config), ("check", config, "--json"),
            ("backends", "--socket", socket_path), ("backends", "--socket", socket_path, "--json"),
            ("health", "--socket", socket_path), ("models", "--socket", socket_path),
            ("audit", "--config", config), ("key", "list", "--config", config),
            ("costs", "--socket", socket_path), ("usage", "--config", config),
            ("think", "--socket", socket_path, "--backend", "errs", "name a place"),
            ("think", "--socket", socket_path, "--backend", "answers", "name a place"),
            ("route", "--socket", socket_path, "name a place"),
        ):  # fmt: skip
            with self.subTest(args):
                done = self.estate.command(*args)
                self.hold(done.stdout + done.stderr, str(args))
                if "--json" not in args:
                    self.assertIsNone(CONTROL.search(done.stdout + done.stderr))

    def test_problems_of_the_configuration(self) -> None:
        """Each key of a backend gets the secret where something else belongs."""
        good = json.loads(self.config.read_text())
        for key in (
            "url",
            "model",
            "role",
            "wire",
            "provider",
            "local",
            "max_context",
            "health",
            "prices",
            API_KEY,
        ):
            bad = json.loads(json.dumps(good))
            bad["backends"]["errs"][key] = API_KEY
            path = self.estate.write("bad.json", bad)
            done = self.estate.command("check", str(path))
            with self.subTest(key):
                self.assertEqual(done.returncode, 78)
                self.hold(done.stdout + done.stderr, key)
        bad = json.loads(json.dumps(good))
        bad["backends"]["errs"]["key"] = f"{API_KEY} and more"
        done = self.estate.command("check", str(self.estate.write("bad.json", bad)))
        self.assertEqual(done.returncode, 78)
        self.hold(done.stdout + done.stderr, "a key with spaces")

    def test_a_key_in_a_configuration_that_others_can_read_is_told(self) -> None:
        config = json.loads(self.config.read_text())
        config["backends"]["good"]["key"] = API_KEY
        for mode, expected in ((0o644, True), (0o600, False)):
            path = self.estate.write("open.json", config, mode=mode)
            done = self.estate.command("check", str(path))
            self.assertEqual(done.returncode, 0, done.stderr)
            told = done.stdout + done.stderr
            self.assertEqual("a key or a token stands in it" in told, expected)
            self.hold(told, "check")
        path.unlink()

    def test_what_callers_say_steers_no_log(self) -> None:
        for caller in ("a\n2026-01-01 notice workshop: all is well", f"x{STEERING}", "\x9b2J"):
            self.estate.call("think", task="name a place", caller=caller)
            self.estate.call("hello", client=caller, protocol=1)
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self.estate.socket))
            link.sendall(STEERING.encode() + b"\n" + b"\xff\x00{\n")
            link.settimeout(2)
            self.hold(link.recv(1 << 16).decode(), "a broken line")
        people.settle()
        log = self.estate.log.read_text()
        self.assertIsNone(CONTROL.search(log))
        for line in log.splitlines():
            self.assertNotIn("all is well", line)

    def test_process_list(self) -> None:
        for pid in [self.program.pid, *people.children(self.program.pid)]:
            self.hold(Path(f"/proc/{pid}/cmdline").read_bytes().decode(), "cmdline")
            self.hold(Path(f"/proc/{pid}/comm").read_text(), "comm")

    def test_zz_log_and_files(self) -> None:
        """Last: everything that the others have left, the log at its most talkative."""
        people.settle(1)
        log = self.estate.log.read_text()
        self.assertIn("debug", log)
        self.hold(log, "log")
        self.assertIsNone(CONTROL.search(log))
        own = {"door.key", ".env", "bad.json"}
        for path in self.estate.home.rglob("*"):
            if path.is_file() and path.name not in own:
                data = path.read_bytes()
                for secret in self.secrets:
                    self.assertNotIn(secret.encode(), data, path.name)


class CoreTest(SecurityTest):
    """What is left of a daemon that crashes."""

    def limits(self, pid: int) -> str:
        """The line of the process's limits about cores."""
        lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
        return next(line for line in lines if line.startswith("Max core"))

    def cores(self) -> list[Path]:
        """Files that look like one."""
        return [path for path in self.estate.home.iterdir() if path.name.startswith("core")]

    def test_no_core_and_no_secret_in_the_log(self) -> None:
        upstream = upstreams.Upstream(upstreams.good)
        self.addCleanup(upstream.stop)
        config = {
            "server": {"personas": "personas"},
            "backends": {"good": backend(upstream.url, local=True, role="local")},
        }
        program = self.estate.serve(self.estate.write("backends.json", config))
        self.assertRegex(self.limits(program.pid), r"Max core file size +0 +0 ")
        self.assertIn("result", self.estate.call("think", task="name a place like Zanzibar"))
        program.send_signal(signal.SIGABRT)
        self.eventually(lambda: program.poll() is not None, 20)
        self.assertEqual(-program.returncode, signal.SIGABRT)
        self.assertEqual(self.cores(), [])
        log = self.estate.log.read_text()
        self.assertNotIn("Backtrac", log)
        self.assertNotIn(API_KEY, log)
        self.assertNotIn("Zanzibar", log)

    def test_a_core_would_show_the_key(self) -> None:
        """Otherwise the test above would hold without anything being done."""
        pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
        if "/" in pattern or pattern.startswith("|"):
            self.skipTest(f"cores go elsewhere here: {pattern}")
        holder = self.estate.folder / "tmp"
        holder.mkdir(exist_ok=True)
        os.chown(holder, OWNER, OWNER)
        code = "import os, resource as r; r.setrlimit(r.RLIMIT_CORE, (-1, -1)); os.abort()"
        environment = {"CHAOS_KEY": API_KEY, "PATH": os.environ["PATH"]}
        command = as_user(OWNER, people.python(), "-c", code)
        subprocess.run(command, cwd=holder, env=environment, check=False, capture_output=True)
        cores = list(holder.glob("core*"))
        if not cores:
            self.skipTest("this machine makes no cores at all")
        self.assertIn(API_KEY.encode(), cores[0].read_bytes())

    @unittest.skipUnless(shutil.which("gdb"), "needs gdb")
    def test_its_own_user_cannot_trace_it(self) -> None:
        upstream = upstreams.Upstream(upstreams.good)
        self.addCleanup(upstream.stop)
        config = {
            "server": {"personas": "personas"},
            "backends": {"good": backend(upstream.url, local=True, role="local")},
        }
        program = self.estate.serve(self.estate.write("backends.json", config))
        attached = run_as(
            OWNER, "gdb", "-nx", "-batch", "-p", str(program.pid), "-ex", "info threads"
        )
        self.assertIn("Operation not permitted", attached.stdout + attached.stderr)
        self.assertIsNone(program.poll())
        program.terminate()
        self.eventually(lambda: program.poll() is not None)


@unittest.skipUnless(shutil.which("strace"), "needs strace")
class PowerTest(SecurityTest):
    """`durability: power` has the disk's word before a request leaves; `process` need not ask."""

    def trace(self, durability: str) -> list[str]:
        """What was synchronised and sent, in its order."""
        upstream = upstreams.Upstream(upstreams.good)
        self.addCleanup(upstream.stop)
        config = {
            "server": {"personas": "personas"},
            "ledger": {"path": f"{durability}/ledger.db", "durability": durability},
            "memory": {"path": f"{durability}/memory.db"},
            "backends": {"good": backend(upstream.url, local=True, role="local")},
        }
        out = self.estate.folder / f"{durability}.trace"
        calls = "trace=fsync,fdatasync,sync_file_range,sendto,sendmsg,write,writev"
        watch = ("strace", "-f", "-y", "-s", "48", "-o", str(out), "-e", calls)
        program = self.estate.serve(self.estate.write("backends.json", config), wrapped=watch)
        time.sleep(0.5)
        begun = len(out.read_text().splitlines())
        for number in range(3):
            reply = self.estate.call("think", task=f"name place number {number}", keep=False)
            self.assertIn("result", reply)
        for pid in people.children(program.pid):
            os.kill(pid, signal.SIGTERM)
        self.eventually(lambda: program.poll() is not None)
        found = []
        for line in out.read_text().splitlines()[begun:]:
            if re.search(r"f(data)?sync\(\d+<[^>]*ledger\.db-wal", line):
                found.append("sync")
            elif "POST /v1/chat" in line:
                found.append("sent")
        return found

    def test_the_disk_has_it_before_it_leaves(self) -> None:
        found = self.trace("power")
        self.assertEqual(found.count("sent"), 3)
        for place, what in enumerate(found):
            if what == "sent":
                self.assertEqual(found[place - 1], "sync", found)

    def test_otherwise_nobody_waits_for_the_disk(self) -> None:
        found = self.trace("process")
        self.assertEqual(found.count("sent"), 3)
        self.assertNotIn("sync", found[: len(found) - found[::-1].index("sent")])


if __name__ == "__main__":
    unittest.main()
