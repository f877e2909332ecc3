"""Backends that hang, drip, reset, lie and flood, before the real daemon.

    python3 -m unittest discover Tests/Chaos -p test_upstreams.py

Each case is a server on real sockets that does one thing wrong. A thought asks it first; whatever
it does, the thought gets its answer from the next backend, in time, over the socket and through the
front door, whole and streamed; the ledger has each request once and settled; nothing that the bad
one said stands in a log, an error or the ledger; and the daemon's memory stays bounded.
"""

from __future__ import annotations

import unittest
from typing import ClassVar

import upstreams
from house import BOUND_S, KEY, House, Reply, backend, by_caller, together
from upstreams import GOOD, MARK, Behaviour, Upstream

# What `docs/operations.md` calls each, and for those that send words before they fail: whether a
# stream has shown them.
CASES: dict[Behaviour, str] = {
    upstreams.hang_before_head: "timeout_first_token",
    upstreams.close_before_head: "stream_broken",
    upstreams.reset_before_head: "stream_broken",
    upstreams.hang_in_head: "timeout_first_token",
    upstreams.drip_head: "timeout_first_token",
    upstreams.close_in_head: "malformed",
    upstreams.reset_in_head: "stream_broken",
    upstreams.endless_header: "too_large",
    upstreams.endless_headers: "too_large",
    upstreams.continue_flood: "stream_broken",
    upstreams.early_hints_flood: "stream_broken",
    upstreams.switching_protocols: "bad_request",
    upstreams.hang_in_body: "timeout_stall",
    upstreams.drip_body: "timeout_first_token",
    upstreams.reset_in_body: "stream_broken",
    upstreams.length_too_long: "stream_broken",
    upstreams.length_too_short: "malformed",
    upstreams.length_negative: "malformed",
    upstreams.length_no_number: "malformed",
    upstreams.length_beyond_all: "too_large",
    upstreams.length_of_gigabytes: "too_large",
    upstreams.lengths_that_differ: "malformed",
    upstreams.chunk_too_short: "stream_broken",
    upstreams.chunk_too_long: "stream_broken",
    upstreams.chunk_no_number: "stream_broken",
    upstreams.chunk_beyond_all: "stream_broken",
    upstreams.chunk_without_end: "timeout_stall",
    upstreams.chunk_extension_endless: "timeout_first_token",
    upstreams.endless_body: "too_large",
    upstreams.endless_line: "too_large",
    upstreams.endless_words: "too_large",
    upstreams.endless_comments: "timeout_first_token",
    upstreams.endless_comments_fast: "too_large",
    upstreams.deep_json: "malformed",
    upstreams.gzip_bomb: "malformed",
    upstreams.invalid_utf8: "malformed",
    upstreams.nul_bytes: "malformed",
    upstreams.html: "malformed",
    upstreams.html_of_a_proxy: "server_error",
    upstreams.picture: "malformed",
    upstreams.empty: "malformed",
    upstreams.half_json: "malformed",
    upstreams.stream_without_end: "stream_broken",
    upstreams.error_in_stream: "server_error",
    upstreams.error_with_words: "server_error",
    upstreams.no_content: "bad_request",
    upstreams.http_0_9: "malformed",
    upstreams.http_2: "malformed",
    upstreams.http_9: "malformed",
    upstreams.status_0: "malformed",
    upstreams.status_999: "bad_request",
    upstreams.noise: "malformed",
    upstreams.redirect_to_itself: "bad_request",
    upstreams.redirect_to_a_file: "bad_request",
}
FLOODS = (
    upstreams.endless_header,
    upstreams.endless_headers,
    upstreams.continue_flood,
    upstreams.early_hints_flood,
    upstreams.length_of_gigabytes,
    upstreams.chunk_extension_endless,
    upstreams.trailers_endless,
    upstreams.endless_body,
    upstreams.endless_line,
    upstreams.endless_words,
    upstreams.endless_comments_fast,
    upstreams.deep_json,
    upstreams.gzip_bomb,
)
# A reply may have 16 MiB, which is held while it grows and while it is read.
FLOOD_MIB = 96.0


def name_of(behaviour: Behaviour) -> str:
    """What the configuration calls the backend that does so."""
    return behaviour.__name__.replace("_", "-")


class Misbehaving(unittest.TestCase):
    """One daemon for all tests, a backend for each case, and a good one behind them."""

    stale = 0
    cases: ClassVar[dict[str, str]] = {name_of(case): told for case, told in CASES.items()}

    @classmethod
    def setUpClass(cls) -> None:
        cls.good = Upstream(upstreams.good)
        cls.trap = Upstream(upstreams.good)
        cls.bad = {name_of(case): Upstream(case) for case in (*CASES, upstreams.trailers_endless)}
        cls.two = upstreams.TwoAnswers()
        cls.bad["two-answers"] = Upstream(cls.two)
        for status in (301, 302, 303, 307, 308):
            cls.bad[f"redirect-{status}"] = Upstream(
                lambda link, status=status: link.send(
                    upstreams.redirect(f"{cls.trap.url}/chat/completions", f"{status} Elsewhere")
                )
            )
        for upstream in (cls.good, cls.trap, *cls.bad.values()):
            cls.addClassCleanup(upstream.stop)
        backends = {name: backend(each.url) for name, each in cls.bad.items()}
        backends["good"] = backend(cls.good.url)
        cls.house = House(backends, by_caller(list(cls.bad), "good"))
        for name in cls.cases:
            cls.house.make_key(name)
        cls.enterClassContext(cls.house)

    def check(self, reply: Reply) -> None:
        """What holds of every thought, whatever its first backend did."""
        if isinstance(reply, BaseException):
            raise reply
        self.assertEqual(reply.error, "")
        self.assertIn(GOOD, reply.text)
        self.assertNotIn(MARK, reply.text)
        self.assertEqual(reply.backend, "good")
        self.assertLess(reply.seconds, BOUND_S)

    def test_over_the_socket(self) -> None:
        for streamed in (False, True):
            replies = together(
                {
                    name: lambda name=name, streamed=streamed: self.house.think(
                        name, streamed=streamed
                    )
                    for name in self.cases
                }
            )
            for name, told in self.cases.items():
                with self.subTest(name, streamed=streamed):
                    self.check(replies[name])
                    self.assertEqual(replies[name].outcomes, [told, "answered"])
                    if not streamed:
                        self.assertNotIn(MARK.encode(), replies[name].raw)

    def test_through_the_front_door(self) -> None:
        for streamed in (False, True):
            replies = together(
                {
                    name: lambda name=name, streamed=streamed: self.house.ask_door(
                        name, streamed=streamed
                    )
                    for name in self.cases
                }
            )
            for name in self.cases:
                reply = replies[name]
                with self.subTest(name, streamed=streamed):
                    if streamed and getattr(reply, "error", "") == "stream_interrupted":
                        # Words that were shown cannot be taken back: the stream says that it broke.
                        self.assertIn(MARK, reply.text)
                        self.assertNotIn(GOOD, reply.text)
                        continue
                    self.check(reply)

    def test_memory_is_bounded(self) -> None:
        """Each flood by itself, twice: what is not given back would show the second time."""
        for name in map(name_of, FLOODS):
            with self.subTest(name):
                before = self.house.memory_mib()
                self.house.forget_peak()
                for streamed in (False, True):
                    self.assertEqual(self.house.think(name, streamed=streamed).error, "")
                grown = self.house.memory_mib("VmHWM") - before
                self.assertLess(grown, FLOOD_MIB)

    def test_no_redirect_is_followed(self) -> None:
        for name in (each for each in self.bad if each.startswith("redirect-")):
            with self.subTest(name):
                before = len(self.bad[name].requests)
                self.check(self.house.think(name, streamed=False))
                self.assertEqual(len(self.bad[name].requests) - before, 1)
        self.assertEqual(self.trap.connections, 0)

    def test_an_answer_that_nobody_asked_for_answers_nothing(self) -> None:
        """It waits on a connection that is kept, where the next answer would be.

        What finds it there is on record, as gone stale, and was not sent.
        """
        for streamed in (False, True, False, True):
            reply = self.house.think("two-answers", streamed=streamed)
            self.assertEqual(reply.error, "")
            self.assertIn(GOOD, reply.text)
            self.assertNotIn(MARK, reply.text)
            type(self).stale += reply.outcomes.count("stale_connection")
            self.two.wanted.release()
            self.assertTrue(self.two.sent.acquire(timeout=10))
        self.assertEqual(self.stale, 3)

    def test_good_ones_are_not_held_up(self) -> None:
        """While each bad one is at it, thoughts of others are answered at once."""
        jobs = {
            name: lambda name=name: self.house.think(name, streamed=True) for name in self.cases
        }
        jobs["others"] = lambda: [
            self.house.think("nobody", streamed=True).seconds for _ in range(40)
        ]
        times = together(jobs)["others"]
        self.assertLess(sorted(times)[len(times) // 2], 0.5)

    def test_zz_aftermath(self) -> None:
        """Last, as the tests go by name: the ledger, the log and the files that all have left."""
        told = self.house.audit()
        self.assertEqual((told["unsettled"], told["gaps"]), (0, 0))
        sent = sum(len(each.requests) for each in (self.good, *self.bad.values()))
        self.assertEqual(told["records"], sent + self.stale)
        verified = self.house.daemon.run("audit", "--no-rescan", "--config", str(self.house.config))
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        files = list(self.house.files())
        self.assertIn("ledger.db", [path.name for path in files])
        for path in files:
            data = path.read_bytes()
            for word in (MARK, KEY, *self.house.keys.values()):
                self.assertNotIn(word.encode(), data, path.name)
        self.assertNotIn("rror:", self.house.log.read_text())
        for each in (self.good, *self.bad.values()):
            for top, _ in each.requests:
                self.assertIn(f"authorization: bearer {KEY}".encode(), top.lower())


if __name__ == "__main__":
    unittest.main()
