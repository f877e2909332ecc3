"""The disk under ledger and memory: full, read-only, frozen, held by another, damaged, gone.

What cannot be recorded is not sent, the error says so, nothing passes over damage in silence, and
all goes on by itself when the disk does. Mounts need root; without it those tests are skipped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
import time
import unittest
from pathlib import Path
from typing import Any

from books import Books
from rig import SHORT, ChaosTest, Clock, Daemon, Load, Refused, wait_until

IS_ROOT = os.geteuid() == 0
DAMAGED = 0x5A


class StorageTest(ChaosTest):
    """One backend that answers at once, and a folder for the daemon's state."""

    def setUp(self) -> None:
        super().setUp()
        self.alpha = self.upstream("alpha", 0.0)
        self.state = self.folder / "state"

    def mount(self, *command: object) -> None:
        """Mounts over the state's folder, until the end of the test."""
        self.state.mkdir(mode=0o700, exist_ok=True)
        run(*command, self.state)
        self.state.chmod(0o700)
        self.addCleanup(lambda: subprocess.run(["umount", "-l", str(self.state)], check=False))

    def mount_image(self) -> None:
        """A disk of its own: an ext4 in a file."""
        image = self.folder / "disk"
        with image.open("wb") as file:
            file.truncate(64 << 20)
        run("mkfs.ext4", "-q", "-F", image)
        self.mount("mount", "-o", "loop,errors=remount-ro", image)

    def ask(self, daemon: Daemon, **more: Any) -> str:
        """One thought: `answered`, or the name of its error."""
        number = Load.number()
        try:
            daemon.think(f"Name a colour for number {number}", **more)
        except Refused as refused:
            return refused.code
        return "answered"

    def assert_nothing_is_sent(self, daemon: Daemon, code: str = "ledger_unavailable") -> None:
        """Thoughts get a typed error, and no backend a byte."""
        before = len(self.alpha.got())
        for more in ({}, {"stream": True}, {"caller": "ann", "conversation": "hall"}):
            self.assertEqual(self.ask(daemon, **more), code)
        self.assertEqual(len(self.alpha.got()), before, "sent without a record")

    def assert_goes_on(self, daemon: Daemon) -> None:
        """It answers again, by itself, and its books are in order."""
        self.assertTrue(wait_until(lambda: self.ask(daemon) == "answered", 20), daemon.tail())
        self.assertEqual(self.ask(daemon, caller="ann", conversation="hall"), "answered")
        daemon.stop()
        audit = daemon.audit()
        self.assertTrue(audit["ok"], audit["problems"])
        Books(self, self.state).check([], [self.alpha])

    def wrong(self, daemon: Daemon) -> str:
        """What the doctor finds wrong, in one text."""
        return "; ".join(f["what"] for f in daemon.doctor() if f["verdict"] == "wrong")


def run(*command: object) -> None:
    """Runs a command that has to succeed."""
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


def fill(folder: Path) -> Path:
    """Takes the last byte of a disk."""
    filler = folder / "filler"
    file = os.open(filler, os.O_CREAT | os.O_WRONLY)
    size = 1 << 16
    while size:
        try:
            os.write(file, bytes(size))
        except OSError:
            size //= 2
    os.close(file)
    return filler


@unittest.skipUnless(IS_ROOT, "mounts need root")
class FullTest(StorageTest):
    """No byte is left on the disk."""

    def setUp(self) -> None:
        super().setUp()
        self.mount("mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "none")

    def test_while_it_runs_and_over_a_restart(self) -> None:
        daemon = self.daemon(self.configuration(self.alpha)).start()
        self.assertEqual(self.ask(daemon), "answered")
        filler = fill(self.state)
        # The write-ahead log has room that it has used before: the last thoughts may find some.
        self.assertTrue(wait_until(lambda: self.ask(daemon) != "answered", 20))
        self.assert_nothing_is_sent(daemon)
        self.assertIn("make room", daemon.tail())
        self.assertIn("0 MiB are free", self.wrong(daemon))
        daemon.kill()
        # A crash is no reason for a second one: it starts, says no, and waits for room.
        daemon.start()
        self.assert_nothing_is_sent(daemon)
        filler.unlink()
        self.assert_goes_on(daemon)

    def test_a_first_start_leaves_nothing_half_made(self) -> None:
        daemon = self.daemon(self.configuration(self.alpha))
        filler = fill(self.state)
        daemon.launch_only()
        self.assertEqual(daemon.process.wait(20), 1)
        self.assertIn("make room", daemon.tail())
        filler.unlink()
        daemon.start()
        self.assert_goes_on(daemon)

    def test_midnight_on_a_full_disk(self) -> None:
        """The day's key cannot be made; when it can, it is, and none is half made."""
        clock = Clock(self.folder)
        daemon = self.daemon(self.configuration(self.alpha), env=clock.env).start()
        self.assertEqual(self.ask(daemon), "answered")
        filler = fill(self.state)
        clock.set(days=1)
        self.assert_nothing_is_sent(daemon)
        self.assertIn("the key of the day cannot be had", daemon.tail())
        filler.unlink()
        self.assert_goes_on(daemon)


@unittest.skipUnless(IS_ROOT, "mounts need root")
class DiskTest(StorageTest):
    """A disk that becomes read-only after an error, and one that stands still."""

    def test_read_only(self) -> None:
        self.mount_image()
        daemon = self.daemon(self.configuration(self.alpha)).start()
        self.assertEqual(self.ask(daemon), "answered")
        # What no disk has yet goes with it, as with the power: `ledger.durability` says so.
        run("sync", "-f", self.state)
        run("mount", "-o", "remount,abort", self.state)
        self.assert_nothing_is_sent(daemon)
        self.assertIn("read-only", daemon.tail())
        self.assertIn("read-only", self.wrong(daemon))
        daemon.stop()
        daemon.launch_only()
        self.assertEqual(daemon.process.wait(20), 1)
        self.assertIn("read-only", daemon.tail())
        self.assertEqual(daemon.audit()["code"], 0, "what is there can be proved")
        run("umount", self.state)
        run("mount", "-o", "loop", self.folder / "disk", self.state)
        daemon.start()
        self.assert_goes_on(daemon)

    def test_stands_still(self) -> None:
        """A frozen file system: everybody waits, nobody is lost, and nothing is sent meanwhile."""
        self.mount_image()
        daemon = self.daemon(self.configuration(self.alpha)).start()
        self.assertEqual(self.ask(daemon), "answered")
        before = len(self.alpha.got())
        run("fsfreeze", "--freeze", self.state)
        ends: list[str] = []
        try:
            asking = [
                threading.Thread(target=lambda: ends.append(self.ask(daemon))) for _ in range(8)
            ]
            for thread in asking:
                thread.start()
            time.sleep(1.0 if SHORT else 5.0)
            self.assertEqual(len(self.alpha.got()), before, "sent before it was on record")
        finally:
            run("fsfreeze", "--unfreeze", self.state)
        for thread in asking:
            thread.join(60)
        self.assertEqual(ends, ["answered"] * 8)
        self.assert_goes_on(daemon)


class HeldTest(StorageTest):
    """Another program holds the database."""

    def hold(self, name: str) -> sqlite3.Connection:
        """As `sqlite3` does with a transaction that nobody ends."""
        other = sqlite3.connect(self.state / name, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.addCleanup(other.close)
        return other

    def test_ledger(self) -> None:
        daemon = self.daemon(self.configuration(self.alpha)).start()
        self.assertEqual(self.ask(daemon), "answered")
        other = self.hold("ledger.db")
        before = time.monotonic()
        self.assertEqual(self.ask(daemon), "ledger_unavailable")
        self.assertLess(time.monotonic() - before, 20)
        self.assertTrue(daemon.answers(), "who only asks how it is need not wait")
        self.assertIn("end that one", daemon.tail())
        other.execute("ROLLBACK")
        self.assert_goes_on(daemon)

    def test_memory(self) -> None:
        """Thoughts are answered without it; what cannot be forgotten is not said to be."""
        daemon = self.daemon(self.configuration(self.alpha)).start()
        origin = {"caller": "ann", "conversation": "hall"}
        self.assertEqual(self.ask(daemon, **origin), "answered")
        other = self.hold("memory.db")
        self.assertEqual(self.ask(daemon, **origin), "answered")
        with self.assertRaises(Refused) as refused:
            daemon.call("forget", {"caller": "ann"})
        self.assertEqual(refused.exception.code, "memory_unavailable")
        self.assertIn("end that one", daemon.tail())
        other.execute("ROLLBACK")
        self.assert_goes_on(daemon)


class DamagedTest(StorageTest):
    """Bytes are other than they were written, or gone."""

    def setUp(self) -> None:
        super().setUp()
        self.subject = self.daemon(self.configuration(self.alpha))
        with self.subject as daemon:
            for number in range(30):
                talk = {"caller": "ann", "conversation": f"hall-{number % 3}"}
                self.assertEqual(self.ask(daemon, **talk), "answered")
        self.whole = self.folder / "whole"
        shutil.copytree(self.state, self.whole)

    def put_back(self) -> None:
        """The state as it was."""
        shutil.rmtree(self.state)
        shutil.copytree(self.whole, self.state)
        self.subject.log.unlink(missing_ok=True)

    def end_of_start(self) -> int | None:
        """How a start ends: its exit code, or None when it answers."""
        self.subject.launch_only()
        wait_until(lambda: not self.subject.is_running or self.subject.answers(), 30)
        return self.subject.process.poll()

    def test_no_database_any_more(self) -> None:
        """The daemon does not begin anew over a file that it cannot read, and says what to do."""
        for name in ("ledger.db", "memory.db"):
            for how in ("header", "cut", "noise"):
                with self.subTest(name=name, how=how):
                    self.put_back()
                    path = self.state / name
                    damage(path, how)
                    damaged = path.read_bytes()
                    self.assertIn("damaged", self.wrong(self.subject))
                    self.assertEqual(self.end_of_start(), 1)
                    self.assertIn("put a backup in its place", self.subject.tail())
                    self.assertEqual(path.read_bytes(), damaged, "made worse")
                    if name == "ledger.db":
                        told = self.subject.run("audit", "--config", self.subject.config)
                        self.assertEqual(told.returncode, 1)
                        self.assertIn("damaged", told.stderr)

    def test_emptied(self) -> None:
        """To SQLite a file of no bytes is a new database; that something was there is told."""
        for name, word in (("ledger.db", "not what was signed"), ("memory.db", "database is gone")):
            with self.subTest(name=name):
                self.put_back()
                (self.state / name).write_bytes(b"")
                self.assertIn("is gone", self.wrong(self.subject))
                self.assertIsNone(self.end_of_start())
                self.assertIn(word, self.subject.tail())
                self.assertEqual(self.ask(self.subject), "answered")
                self.subject.stop()
                self.assertEqual(self.subject.audit()["ok"], name == "memory.db")

    def test_keys(self) -> None:
        """A key of the wrong size is never replaced."""
        for name in ("ledger.db.key", "ledger.db.sign", "memory.db.key"):
            with self.subTest(name=name):
                self.put_back()
                (self.state / name).write_bytes(b"")
                self.assertIn(name, self.wrong(self.subject))
                self.assertEqual(self.end_of_start(), 1)
                self.assertIn("put it back from a backup", self.subject.tail())
        with self.subTest(name="day"):
            self.put_back()
            key = next((self.state / "ledger.db.days").glob("*.key"))
            secret = key.read_bytes()
            key.write_bytes(b"")
            self.assertIsNone(self.end_of_start())
            self.assert_nothing_is_sent(self.subject)
            self.assertIn("put it back from a backup", self.subject.tail())
            key.write_bytes(secret)
            self.assert_goes_on(self.subject)

    def test_rows(self) -> None:
        """Whole as a database, and not what was recorded: the audit says which."""
        self.put_back()
        with contextlib.closing(sqlite3.connect(self.state / "ledger.db")) as database:
            database.execute("UPDATE egress SET backend = 'beta' WHERE seq = 5")
            database.execute("DELETE FROM payload WHERE seq = 6")
            database.commit()
        audit = self.subject.audit()
        self.assertEqual(audit["code"], 1)
        self.assertEqual(audit["problem_counts"], {"record_changed": 1, "payload_missing": 1})

    def test_pages_under_a_running_daemon(self) -> None:
        """Noise in pages that it reads next: an error, or an answer; never a crash, never a lie."""
        for seed in range(2 if SHORT else 20):
            for name in ("ledger.db", "memory.db"):
                with self.subTest(name=name, seed=seed):
                    self.put_back()
                    self.subject.start()
                    with (self.state / name).open("r+b") as file:
                        size = file.seek(0, os.SEEK_END)
                        for _ in range(200):
                            file.seek(self.chance.randrange(4096, size))
                            file.write(bytes([self.chance.randrange(256)]))
                    talk = {"caller": "ann", "conversation": "hall-1"}
                    ends = {self.ask(self.subject, **talk) for _ in range(10)}
                    self.assertLessEqual(ends, {"answered", "ledger_unavailable"})
                    self.assertTrue(self.subject.answers(), "crashed")
                    self.subject.kill()
                    if name == "ledger.db":
                        told = self.subject.run("audit", "--config", self.subject.config)
                        is_told = told.returncode != 0 or self.wrong(self.subject)
                        self.assertTrue(is_told or self.is_whole(), "damage is passed over")

    def is_whole(self) -> bool:
        """Whether SQLite finds nothing wrong with the ledger."""
        try:
            return Books(self, self.state).rows("PRAGMA integrity_check") == [("ok",)]
        except sqlite3.DatabaseError:
            return False

    def test_write_ahead_log(self) -> None:
        """After kill -9 its end is cut off or garbled: what is left of it counts, and is told."""
        for how in ("cut", "noise"):
            with self.subTest(how=how):
                self.put_back()
                self.subject.start()
                for _ in range(20):
                    self.ask(self.subject)
                self.subject.kill()
                log = self.state / "ledger.db-wal"
                damage(log, how)
                self.assertIsNone(self.end_of_start())
                self.assertEqual(self.ask(self.subject), "answered")
                self.subject.stop()
                # What was signed after the cut shows; what was not cannot (see the audit's notes).
                audit = self.subject.audit()
                self.assertLessEqual(set(audit["problem_counts"]), {"cut", "forked"})

    def test_deleted_under_a_running_daemon(self) -> None:
        for name, code in (("memory.db", "answered"), ("ledger.db", "ledger_unavailable")):
            with self.subTest(name=name):
                self.put_back()
                self.subject.start()
                for path in self.state.glob(f"{name}*"):
                    if path.is_file() and path.suffix not in (".key", ".sign", ".head"):
                        path.unlink()
                talk = {"caller": "ann", "conversation": "hall-1"}
                self.assertEqual({self.ask(self.subject, **talk) for _ in range(5)}, {code})
                gone = f"the {name.removesuffix('.db')}'s file is gone"
                self.assertTrue(wait_until(lambda gone=gone: gone in self.subject.tail(), 10))
                self.assertIn("is gone", self.wrong(self.subject))
                self.subject.stop()


def damage(path: Path, how: str) -> None:
    """Damages a file."""
    content = bytearray(path.read_bytes())
    if how == "header":
        content[:100] = os.urandom(100)
    elif how == "cut":
        content = content[: len(content) // 2]
    else:
        for place in range(1000, len(content), 997):
            content[place] ^= DAMAGED
    path.write_bytes(content)
