"""The time of day leaps: by hours and years, to and fro, over midnight, months and summer time.

The clock that is set is the daemon's own (`clock.c`); the monotonic one runs on, as when an
operator or a time service sets the clock of a machine.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
import time
from typing import Any

from books import Books
from rig import SHORT, ChaosTest, Clock, Daemon, Load, wait_until

YEARS = 27_000  # days; the year 2100
LEAPS = (YEARS, -20_000, 0.5, -0.5, 366, -366, 1, -1, 0)
COST = 30_000  # nanodollars of one answer of the stand-in


class ClockTest(ChaosTest):
    """A daemon whose clock can be set."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = Clock(self.folder)
        self.alpha = self.upstream("alpha", 0.0)
        self.state = self.folder / "state"

    def clocked(self, config: dict[str, Any], **env: str) -> Daemon:
        """A daemon with that clock."""
        return self.daemon(config, env={**self.clock.env, **env})

    def ask(self, daemon: Daemon, count: int = 1, **more: Any) -> None:
        """Thoughts that are answered."""
        for _ in range(count):
            daemon.think(f"Name a colour for number {Load.number()}", **more)

    def count(self, sql: str, of: str = "ledger.db") -> int:
        """A number out of a database."""
        with contextlib.closing(sqlite3.connect(self.state / of)) as database:
            return int(database.execute(sql).fetchone()[0])

    def kept(self) -> tuple[int, int, int, int]:
        """Payloads, keys of days, exchanges, entries of the journal."""
        return (
            self.count("SELECT COUNT(*) FROM payload"),
            len(list((self.state / "ledger.db.days").glob("*.key"))),
            self.count("SELECT COUNT(*) FROM exchange", "memory.db"),
            self.count("SELECT COUNT(*) FROM journal", "memory.db"),
        )


class RetentionTest(ClockTest):
    """A clock that is wrong for a moment deletes nothing."""

    def test_a_daemon_that_starts_in_2100(self) -> None:
        config = self.configuration(self.alpha)
        config["ledger"]["retention_days"] = 30
        origin = {"caller": "ann", "conversation": "hall"}
        with self.clocked(config) as daemon:
            self.ask(daemon, 5, **origin)
        before = self.kept()
        for days in (YEARS, -20_000):
            self.clock.set(days=days)
            with self.clocked(config) as daemon:
                self.ask(daemon)
                self.assertIn("the clock has leapt", daemon.tail())
                self.clock.set()
                self.ask(daemon)
        with self.clocked(config) as daemon:
            self.ask(daemon)
        after = self.kept()
        self.assertTrue(all(b <= a for b, a in zip(before, after, strict=True)), (before, after))
        self.assertTrue(self.clocked(config).audit()["ok"])

    def test_old_payloads_still_go(self) -> None:
        """Time that has really passed, a day at a time as daemons run, is believed."""
        config = self.configuration(self.alpha)
        config["ledger"]["retention_days"] = 2
        for day in range(5):
            self.clock.set(days=day)
            with self.clocked(config) as daemon:
                self.ask(daemon)
        self.assertLessEqual(self.kept()[1], 4)
        self.assertTrue(self.clocked(config).audit()["ok"])


class LeapTest(ClockTest):
    """While it runs."""

    def test_answers_whatever_the_clock_says(self) -> None:
        """Thoughts under way are answered, limits of time do not fire, and the tree holds."""
        with self.clocked(self.configuration(self.alpha)) as daemon:
            load = Load(daemon, connections=3, at_once=3)
            for days in LEAPS * (1 if SHORT else 10):
                self.clock.set(days=days)
                time.sleep(self.chance.uniform(0.02, 0.1))
            load.finish()
            self.assertEqual(load.errors(), {})
            self.assertEqual(set(load.answers()), set(load.asked))
            slow = [a["ms"] for a in load.answers().values() if not 0 <= a["ms"] < 60_000]
            self.assertEqual(slow, [], "times are those of the monotonic clock")
            states = {row["state"] for row in daemon.call("health")["backends"]}
            self.assertLessEqual(states, {"healthy", "degraded"})
            daemon.stop()
            Books(self, self.state).check([load], [self.alpha])
            self.assertTrue(daemon.audit()["ok"])

    def test_a_breaker_waits_by_the_monotonic_clock(self) -> None:
        """A leap neither opens it early nor keeps it open for years."""
        config = self.configuration(self.alpha)
        config["defaults"]["cooldown_s"] = 2
        with self.clocked(config) as daemon:
            self.ask(daemon)
            self.alpha.kill()
            for _ in range(5):
                with contextlib.suppress(Exception):
                    self.ask(daemon)
            self.clock.set(days=-20_000)
            self.alpha.start()

            def answers() -> bool:
                with contextlib.suppress(Exception):
                    self.ask(daemon)
                    return True
                return False

            self.assertTrue(wait_until(answers, 20), daemon.tail())

    def test_a_rate_limit_counts_by_the_monotonic_clock(self) -> None:
        """A leap by years gives no second minute's worth."""
        config = self.configuration(self.alpha)
        config["backends"]["alpha"]["requests_per_minute"] = 6
        with self.clocked(config) as daemon, daemon.client() as client:
            for turn in range(24):
                self.clock.set(days=(turn % 3) * 400)
                client.send("think", {"task": f"Name a colour for number {Load.number()}"})
                time.sleep(0.05)
            self.assertLessEqual(len(self.alpha.got()), 8)


class BudgetTest(ClockTest):
    """A day's money is given once."""

    def spent(self, daemon: Daemon) -> int:
        """What counts against the day's budget, in answers."""
        return round(daemon.call("costs")["budgets"][0]["spent_usd"] * 1e9 / COST)

    def test_a_leap_gives_no_money_twice(self) -> None:
        config = self.configuration(self.alpha)
        config["budgets"] = [{"scope": "all", "period": "day", "usd": 1}]
        with self.clocked(config) as daemon:
            self.ask(daemon, 4)
            for days in (YEARS, -20_000, 400):
                self.clock.set(days=days)
                self.ask(daemon)
                self.clock.set()
                self.assertGreaterEqual(self.spent(daemon), 4, f"after {days} days")

    def test_midnight_gives_a_new_day(self) -> None:
        config = self.configuration(self.alpha)
        config["budgets"] = [{"scope": "all", "period": "day", "usd": 1}]
        now = datetime.datetime.now(datetime.UTC)
        midnight = now.replace(hour=0, minute=0, second=0) + datetime.timedelta(days=1)
        self.clock.set_to(midnight - datetime.timedelta(seconds=2))
        with self.clocked(config) as daemon:
            self.ask(daemon, 2)
            self.assertEqual(self.spent(daemon), 2)
            self.clock.set_to(midnight + datetime.timedelta(seconds=1))
            self.ask(daemon)
            self.assertEqual(self.spent(daemon), 1)
            daemon.stop()
            self.assertEqual(self.kept()[1], 2, "a key for each day")
            self.assertTrue(daemon.audit()["ok"])

    def test_summer_time_changes_nothing(self) -> None:
        """Days are those of UTC, wherever the machine stands."""
        config = self.configuration(self.alpha)
        config["budgets"] = [{"scope": "all", "period": "day", "usd": 1}]
        change = datetime.datetime(2027, 3, 28, 0, 59, 58, tzinfo=datetime.UTC)
        self.clock.set_to(change)
        with self.clocked(config, TZ="Europe/Berlin") as daemon:
            self.ask(daemon, 2)
            self.clock.set_to(change + datetime.timedelta(hours=1))
            self.ask(daemon)
            self.assertEqual(self.spent(daemon), 3)
            daemon.stop()
            keys = [path.name for path in (self.state / "ledger.db.days").glob("*.key")]
            self.assertEqual(keys, ["2027-03-28.key"])
