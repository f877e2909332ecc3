"""What the system gives runs out: descriptors, memory, threads.

The daemon says so, serves what it can, blames no backend for it, and recovers. Limits of memory and
threads are cgroups' and need root; without it those tests are skipped.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
import unittest
from collections import Counter
from pathlib import Path

from books import Books
from rig import SHORT, ChaosTest, Client, Daemon, Load, wait_until

FILES = 200
CLIENTS = (FILES - 64) // 2
MANY = 2_000 if SHORT else 10_000
MEGABYTE = 1 << 20


class DescriptorsTest(ChaosTest):
    """Few files may be open."""

    def limited(self, delay: float) -> Daemon:
        """A daemon that may have so many, and its backend."""
        self.alpha = self.upstream("alpha", delay)
        config = self.configuration(self.alpha)
        return self.daemon(config, prefix=["prlimit", f"--nofile={FILES}:{FILES}"])

    def test_too_many_clients(self) -> None:
        """Who is in is served, thoughts and all; who is too many is cut off; the log says so."""
        with self.limited(0.0) as daemon, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(daemon.client(10)) for _ in range(FILES + 50)]
            served: list[Client] = []
            for client in clients:
                with contextlib.suppress(OSError):
                    client.call("hello", {"client": "chaos", "protocol": 1})
                    served.append(client)
            self.assertLessEqual(len(served), CLIENTS)
            self.assertGreater(len(served), CLIENTS // 2)
            for client in served[:10]:
                number = Load.number()
                told = client.call("think", {"task": f"Name a colour for number {number}"})
                self.assertIn(str(number), told["text"])
            self.assertIn("as many clients as there may be", daemon.tail())
            self.assertEqual(daemon.tail(100_000).count("as many clients"), 1, "a line a minute")
            for client in clients:
                client.close()
            self.assertTrue(wait_until(daemon.answers, 10))
            daemon.think(f"Name a colour for number {Load.number()}")

    def test_too_many_requests(self) -> None:
        """More at a time than there are descriptors for: nothing of it is the backend's fault."""
        with self.limited(1.0) as daemon:
            load = Load(daemon, connections=2, at_once=FILES)
            load.finish()
            ends = Counter(
                attempt["outcome"]
                for lines in load.heard.values()
                for attempt in (lines[0].get("result") or lines[0]["error"]["data"])["attempts"]
            )
            self.assertGreater(ends["saturated"], 0, ends)
            self.assertEqual(ends["unreachable"], 0, ends)
            self.assertGreater(len(load.answers()), CLIENTS // 2)
            self.assertEqual(set(load.heard), set(load.asked), "somebody was not answered")
            daemon.think(f"Name a colour for number {Load.number()}")
            lamps = daemon.call("health")["backends"]
            self.assertEqual([lamp["state"] for lamp in lamps], ["healthy"])
            daemon.stop()
            Books(self, self.folder / "state").check([load], [self.alpha])


class Group:
    """A cgroup of the first or the second kind, with one limit."""

    def __init__(self, controller: str, name: str) -> None:
        first = Path("/sys/fs/cgroup") / controller
        root = first if first.is_dir() else Path("/sys/fs/cgroup")
        self.is_first = first.is_dir()
        self.path = root / name
        self.path.mkdir()
        if not self.is_first:
            with contextlib.suppress(OSError):
                (root / "cgroup.subtree_control").write_text(f"+{controller}")
        self.prefix = ["sh", "-c", f'echo $$ > {self.path}/cgroup.procs; exec "$@"', "sh"]

    def write(self, first: str, second: str, value: object) -> None:
        """Sets a limit, by its two names."""
        (self.path / (first if self.is_first else second)).write_text(str(value))

    def read(self, first: str, second: str) -> int:
        """A figure."""
        return int((self.path / (first if self.is_first else second)).read_text())

    def remove(self) -> None:
        """Removes it; its processes have to be gone."""
        wait_until(lambda: not (self.path / "cgroup.procs").read_text(), 10)
        self.path.rmdir()


def has_cgroups(controller: str) -> bool:
    """Whether limits can be set here."""
    root = Path("/sys/fs/cgroup")
    if os.geteuid() or not os.access(root, os.W_OK):
        return False
    listed = root / "cgroup.controllers"
    second = listed.exists() and controller in listed.read_text().split()
    return (root / controller).is_dir() or second


class MemoryTest(ChaosTest):
    """Little memory, many thoughts at a time."""

    def grouped(self, delay: float, controller: str = "memory") -> Daemon:
        """A daemon in a cgroup of its own."""
        self.alpha = self.upstream("alpha", delay)
        self.group = Group(controller, f"chaos-{self.mark}")
        daemon = self.daemon(self.configuration(self.alpha), prefix=self.group.prefix)
        self.addCleanup(self.group.remove)
        self.addCleanup(daemon.kill)
        return daemon.start()

    @unittest.skipUnless(has_cgroups("memory"), "no cgroups here")
    def test_the_kernel_ends_it(self) -> None:
        """That is a kill -9 like any other: what was told stands, and it starts again."""
        daemon = self.grouped(0.5)
        files = ("memory.limit_in_bytes", "memory.max")
        used = self.group.read("memory.usage_in_bytes", "memory.current")
        self.group.write(*files, used + 16 * MEGABYTE)
        with contextlib.suppress(OSError):
            Path(f"{self.group.path}/memory.swap.max").write_text("0")
        load = Load(daemon, connections=8, at_once=MANY // 8)
        self.assertTrue(wait_until(lambda: not daemon.is_running, 60), "it is not ended")
        self.assertEqual(daemon.process.returncode, -signal.SIGKILL)
        load.finish()
        Books(self, self.folder / "state").check([load], [self.alpha])
        self.group.write(*files, 4096 * MEGABYTE)
        daemon.start()
        daemon.think(f"Name a colour for number {Load.number()}")
        daemon.stop()
        self.assertTrue(daemon.audit()["ok"])

    @unittest.skipUnless(has_cgroups("memory"), "no cgroups here")
    def test_many_at_a_time_in_little(self) -> None:
        """Many in flight at once are all answered with the memory that the manual asks for."""
        daemon = self.grouped(2.0)
        used = self.group.read("memory.usage_in_bytes", "memory.current")
        room = used + MANY * 100_000
        self.group.write("memory.limit_in_bytes", "memory.max", room)
        load = Load(daemon, connections=MANY // 500, at_once=500)
        time.sleep(0.5)
        load.finish(120)
        self.assertTrue(daemon.is_running)
        self.assertEqual(load.errors(), {})
        self.assertEqual(set(load.answers()), set(load.asked))
        self.assertGreaterEqual(len(load.asked), MANY)

    @unittest.skipUnless(has_cgroups("pids"), "no cgroups here")
    def test_no_more_threads(self) -> None:
        """It may crawl, waiting a second for each that it cannot have; nothing is lost."""
        daemon = self.grouped(0.0, "pids")
        daemon.think(f"Name a colour for number {Load.number()}")
        files = ("pids.max", "pids.max")
        self.group.write(*files, self.group.read("pids.current", "pids.current"))
        load = Load(daemon, connections=4, at_once=4)
        time.sleep(2.0)
        self.assertTrue(daemon.is_running)
        self.group.write(*files, "max")
        load.finish()
        self.assertEqual(load.errors(), {})
        self.assertEqual(set(load.answers()), set(load.asked))
        self.assertTrue(wait_until(daemon.answers, 10))
        daemon.think(f"Name a colour for number {Load.number()}")
        daemon.stop()
        Books(self, self.folder / "state").check([load], [self.alpha])
