"""kill -9 at random moments, under load: of the daemon, of its backends, and of what forgets.

    CHAOS=short python3 -m unittest discover Tests/Chaos

After each one: what was answered is on record, what was sent was on record before, the tree
verifies, nothing is left running, nobody is answered twice or asked again, and all goes on.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from typing import Any

from books import Books, number_of
from rig import SHORT, ChaosTest, Client, Clock, Daemon, Load, Refused, Upstream, wait_until

KILLS_OF_DAEMON = 5 if SHORT else 110
KILLS_OF_BACKENDS = 4 if SHORT else 50
KILLS_OF_FORGETTING = 3 if SHORT else 25


class DaemonKilledTest(ChaosTest):
    """The daemon dies; everything that anybody was told before stands."""

    def params(self, number: int) -> dict[str, Any]:
        """Whole and streamed, with a conversation and without."""
        talk = {"caller": f"#{number % 3}", "conversation": f"hall-{number % 5}"}
        return {"stream": number % 2 == 0, **(talk if number % 3 else {})}

    def submit(self, daemon: Daemon, accepted: dict[int, int]) -> None:
        """Queues jobs until the daemon is gone; what it accepted goes into `accepted`."""
        with contextlib.suppress(OSError, Refused), daemon.client() as client:
            for _ in range(4):
                number = Load.number()
                job = {"think": {"task": f"Name a colour for number {number}"}, "attempts": 1}
                told = client.call("jobs", {"action": "submit", "jobs": [job]})
                accepted[told["jobs"][0]["job"]] = number

    def test_under_load(self) -> None:
        """No acknowledged row is lost, no thought sent or answered twice, and it starts again."""
        upstreams = [self.upstream("alpha"), self.upstream("beta")]
        daemon = self.daemon(self.configuration(*upstreams)).start()
        loads: list[Load] = []
        accepted: dict[int, int] = {}
        for kill in range(KILLS_OF_DAEMON):
            with self.subTest(kill=kill):
                since = [upstream.log_size() for upstream in upstreams]
                load = Load(daemon, connections=3, at_once=4, params=self.params)
                loads.append(load)
                if kill % 2:
                    self.submit(daemon, accepted)
                time.sleep(self.chance.uniform(0.0, 0.5))
                daemon.kill()
                load.finish()
                self.assert_alone(*upstreams)
                audit = daemon.audit()
                self.assertTrue(audit["ok"], audit["problems"])
                Books(self, self.folder / "state").check(loads[-1:], upstreams, since)
                old = {number for load in loads[:-1] for number in load.asked}
                for upstream, place in zip(upstreams, since, strict=True):
                    again = {number_of(row) for row in upstream.got(place)} & old
                    self.assertEqual(again, set(), "asked again after the start")
                self.assertTrue(daemon.socket.exists(), "kill -9 leaves the socket")
                daemon.start()
                self.check_remembers(daemon, load, upstreams)
        self.check_jobs(daemon, accepted, upstreams)
        daemon.stop()
        Books(self, self.folder / "state").check(loads, upstreams)
        self.assertTrue(daemon.audit()["ok"])

    def check_remembers(self, daemon: Daemon, load: Load, upstreams: list[Upstream]) -> None:
        """The next thought of a conversation goes with what was answered last before the kill."""
        talks: dict[tuple[str, str], int] = {}
        for number in load.answers():  # in the order in which they were heard
            asked = load.asked[number]
            if "conversation" in asked:
                talks[asked["caller"], asked["conversation"]] = number
        number = Load.number()
        for (caller, name), last in list(talks.items())[-1:]:
            since = [upstream.log_size() for upstream in upstreams]
            daemon.think(f"A shade for number {number}?", caller=caller, conversation=name)
            got = [row for u, place in zip(upstreams, since, strict=True) for row in u.got(place)]
            bodies = [row["body"] for row in got]
            sent = [body for body in bodies if f"number {number}?" in body]
            self.assertTrue(any(f"number {last}" in body for body in sent), f"{last} is forgotten")

    def check_jobs(
        self, daemon: Daemon, accepted: dict[int, int], upstreams: list[Upstream]
    ) -> None:
        """Each accepted job comes to an end that says the truth; none is asked twice."""
        ends = ("done", "interrupted", "failed")

        def state(job: int) -> str:
            return str(daemon.call("jobs", {"action": "show", "job": job})["job"]["state"])

        self.assertTrue(
            wait_until(lambda: all(state(job) in ends for job in accepted), 60), "jobs do not end"
        )
        asked = [number_of(row) for upstream in upstreams for row in upstream.got()]
        for job, number in accepted.items():
            self.assertIn(state(job), ("done", "interrupted"), job)
            self.assertLessEqual(asked.count(number), 1, f"job {job} was asked twice")
            if state(job) == "done":
                self.assertEqual(asked.count(number), 1, job)


class BackendsKilledTest(ChaosTest):
    """A backend dies in the middle of its answers; another one gives them."""

    def test_under_load(self) -> None:
        upstreams = [self.upstream("alpha", 0.1), self.upstream("beta", 0.1)]
        with self.daemon(self.configuration(*upstreams)) as daemon:
            load = Load(daemon, params=lambda number: {"stream": number % 2 == 0})
            for kill in range(KILLS_OF_BACKENDS):
                upstream = upstreams[self.chance.randrange(2)] if kill % 4 else upstreams[0]
                time.sleep(self.chance.uniform(0.1, 0.4))
                upstream.kill()
                time.sleep(self.chance.uniform(0.0, 0.3))
                upstream.start()
                # The other one is asked first while this one's breaker is open.
                wait_until(lambda: self.is_well(daemon), 10)
            load.finish()
            daemon.stop()
            self.assertEqual(load.errors(), {})
            self.assertEqual(set(load.answers()), set(load.asked))
            fallbacks = [a for a in load.answers().values() if len(a["attempts"]) > 1]
            self.assertTrue(fallbacks, "no kill met an answer")
            Books(self, self.folder / "state").check([load], upstreams)
            self.assertTrue(daemon.audit()["ok"])

    def is_well(self, daemon: Daemon) -> bool:
        """Whether both may be asked."""
        states = [row["state"] for row in daemon.call("health")["backends"]]
        return all(state in ("healthy", "degraded", "unknown") for state in states)


class ForgettingKilledTest(ChaosTest):
    """Killed while it forgets: what had to go goes with the next start, and nothing else does."""

    def test_retention_and_rotation(self) -> None:
        """Payloads of old days, under a new key each day; a turn of `retention` is one leaf."""
        upstream = self.upstream("alpha", 0.0)
        clock = Clock(self.folder)
        config = self.configuration(upstream)
        config["ledger"]["retention_days"] = 2
        daemon = self.daemon(config, env=clock.env)
        loads: list[Load] = []
        for day in range(KILLS_OF_FORGETTING):
            with self.subTest(day=day):
                daemon.start()
                load = Load(daemon, connections=2)
                loads.append(load)
                time.sleep(self.chance.uniform(0.05, 0.3))
                # Midnight, with thoughts under way: a key is made while they are recorded.
                clock.set(days=day + 1)
                if day % 2:
                    forgets = subprocess.Popen(
                        [daemon.binary, "retention", "--days", "1", "--config", daemon.config],
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        env={**os.environ, **daemon.env},
                    )
                    time.sleep(self.chance.uniform(0.0, 0.2))
                    forgets.kill()
                    forgets.wait()
                time.sleep(self.chance.uniform(0.0, 0.1))
                daemon.kill()
                load.finish()
                audit = daemon.audit()
                self.assertTrue(audit["ok"], audit["problems"])
                books = Books(self, self.folder / "state")
                books.check_heard(load)
        daemon.start()
        done = daemon.run("retention", "--days", "1", "--config", daemon.config)
        self.assertEqual(done.returncode, 0, done.stderr)
        daemon.stop()
        days = {path.name[:10] for path in (self.folder / "state/ledger.db.days").iterdir()}
        self.assertLessEqual(len(days), 2, "keys of old days are left")
        audit = daemon.audit()
        self.assertTrue(audit["ok"], audit["problems"])
        self.assertGreater(audit["payloads"]["deleted"], 0)

    def test_forget(self) -> None:
        """What `forget` has answered stays forgotten; a conversation goes whole or not at all."""
        upstream = self.upstream("alpha", 0.0)
        daemon = self.daemon(self.configuration(upstream)).start()
        for kill in range(KILLS_OF_FORGETTING):
            with self.subTest(kill=kill):
                origin = {"caller": f"#{kill}", "conversation": "hall"}
                for _ in range(5):
                    daemon.think(f"Name a colour for number {Load.number()}", **origin)
                client = daemon.client()
                client.send("forget", {"caller": origin["caller"]})
                time.sleep(self.chance.uniform(0.0, 0.01))
                daemon.kill()
                forgotten = any("result" in line for line in client.lines())
                client.close()
                daemon.start()
                left = self.left_of(daemon, origin, upstream)
                self.assertIn(left, (0,) if forgotten else (0, 5))
        daemon.stop()

    def left_of(self, daemon: Daemon, origin: dict[str, str], upstream: Upstream) -> int:
        """How many exchanges of a conversation go with its next task."""
        daemon.think(f"Name a colour for number {Load.number()}", keep=False, **origin)
        return (upstream.got()[-1]["body"].count('"role"') - 2) // 2


class StartedKilledTest(ChaosTest):
    """Killed while it starts, again and again: no half-made file keeps the next one from it."""

    def test_at_every_moment_of_a_first_start(self) -> None:
        upstream = self.upstream("alpha", 0.0)
        daemon = self.daemon(self.configuration(upstream))
        for _ in range(KILLS_OF_FORGETTING * 2):
            daemon.launch_only()
            time.sleep(self.chance.uniform(0.0, 0.15))
            daemon.kill()
        with daemon, Client(daemon.socket) as client:
            number = Load.number()
            told = client.call("think", {"task": f"Name a colour for number {number}"})
            self.assertIn(str(number), told["text"])
        self.assertTrue(daemon.audit()["ok"])
