"""What the benchmarks themselves promise; `python3 -m unittest discover Benchmarks`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

import inputs
import plot
import rig
import steps


class RateTest(unittest.TestCase):
    """A server that stands still for half a second of two."""

    def setUp(self) -> None:
        self.stack = self.enterContext(contextlib.ExitStack())
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="wb-")))
        self.programs = rig.build(self.folder)

    def asked_of(self, pid: int, command: list[str]) -> rig.Json:
        def pause() -> None:
            time.sleep(0.7)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.5)
            os.kill(pid, signal.SIGCONT)

        pausing = threading.Thread(target=pause)
        pausing.start()
        line = [*command, "-d", "2", "-u", "0.1"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=True)
        pausing.join()
        found: rig.Json = json.loads(done.stdout)
        self.assertEqual(found["errors"], 0)
        return found

    def check(self, pid: int, command: list[str]) -> None:
        rates = (["-r", "500"], ["-r", "500", "-p", "7"])
        opened = [self.asked_of(pid, [*command, "-w", "64", *rate]) for rate in rates]
        for found in opened:
            # A quarter of all was due meanwhile; each waited, and says so.
            self.assertGreater(found["p90_us"], 150_000)
        self.assertEqual(opened[0]["requests"], 1000)
        closed = self.asked_of(pid, [*command, "-w", "1"])
        self.assertLess(closed["p90_us"], 100_000)  # what an open loop is for

    def test_a_pause_is_waited_for_over_http(self) -> None:
        body = inputs.body_path(self.folder, "direct", "alpha")
        with rig.hold(self.programs.hold, self.folder, 0.001) as (pid, port):
            url = f"http://127.0.0.1:{port}/v1/chat/completions"
            self.check(pid, [str(self.programs.direct), "-a", url, "-b", str(body)])

    def test_a_pause_is_waited_for_over_the_socket(self) -> None:
        line = inputs.line_path(self.folder, "route")
        with rig.echo(self.programs.echo, self.folder, 300) as (pid, path):
            self.check(pid, [str(self.programs.load), "-s", str(path), "-t", str(line)])

    def test_requests_are_sent_while_none_is_answered(self) -> None:
        line = inputs.line_path(self.folder, "route")
        path = self.folder / "silent.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            command = [str(self.programs.load), "-s", str(path), "-t", str(line), "-w", "5000"]
            command += ["-r", "2000", "-d", "2", "-u", "0"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as load:
                connection, _ = listener.accept()
                with connection:
                    until = time.monotonic() + 1
                    lines = 0
                    while (rest := until - time.monotonic()) > 0:
                        connection.settimeout(rest)
                        with contextlib.suppress(TimeoutError):
                            lines += connection.recv(1 << 20).count(b"\n")
                load.wait(timeout=30)
        self.assertGreater(lines, 1500)

    def test_the_same_seed_gives_the_same_moments(self) -> None:
        body = inputs.body_path(self.folder, "direct", "alpha")
        with rig.hold(self.programs.hold, self.folder, 0) as (_, port):
            url = f"http://127.0.0.1:{port}/v1/chat/completions"
            command = [str(self.programs.direct), "-a", url, "-b", str(body), "-w", "64"]
            command += ["-r", "300", "-d", "1", "-u", "0"]
            counts = [
                json.loads(subprocess.check_output([*command, "-p", seed], timeout=60))["requests"]
                for seed in ("5", "5", "6")
            ]
        self.assertEqual(counts[0], counts[1])
        self.assertNotEqual(counts[0], counts[2])


class InputTest(unittest.TestCase):
    def test_tasks_are_as_long_as_they_say(self) -> None:
        for size, length in inputs.SIZES.items():
            if length:
                self.assertAlmostEqual(len(inputs.task(size)), length, delta=4)
            self.assertIn("{id}", inputs.task(size))


class StepTest(unittest.TestCase):
    def sample(self, thread: str, *frames: str) -> str:
        return "\n".join([thread, *(f"\t 4706ed {frame} (/bin/workshop)" for frame in frames)])

    def test_a_sample_is_the_innermost_step_s(self) -> None:
        detector = "$s7Persona9DetectorsC6detect"
        guard, scan = "$s7Persona11PromptGuardV4read", "$s7Persona10EgressScanV4seal"
        thinking = "$s6Bridge14ThoughtServiceV5think"
        script = "\n\n".join(
            [
                self.sample("NIO", "swift_retain", detector, guard, thinking),
                self.sample("NIO", "swift_retain", detector, scan, thinking),
                self.sample("NIO", detector, scan),
                self.sample("NIO", "swift_release", thinking),
            ]
        )
        found = steps.attributed(script)
        shares = {"guard, of the task": 0.25, "egress scan": 0.5, "order of the steps": 0.25}
        self.assertEqual(found, shares)

    def test_what_has_no_caller_is_split_as_its_thread_s_is(self) -> None:
        guard, ledger = "$s7Persona11PromptGuardV4read", "$s6Bridge12LedgerWriterC6commit"
        script = "\n\n".join(
            [
                *(self.sample("NIO", guard) for _ in range(3)),
                self.sample("NIO", "malloc"),
                self.sample("writer", ledger),
                self.sample("writer", "[unknown] (libsqlite3.so)"),
                self.sample("curl", "memcpy"),
            ]
        )
        found = steps.attributed(script)
        self.assertAlmostEqual(found["guard, of the task"], 4 / 7)
        self.assertAlmostEqual(found["ledger"], 2 / 7)
        self.assertAlmostEqual(found["curl"], 1 / 7)


class PlotTest(unittest.TestCase):
    def test_a_plot_is_well_formed_and_says_which_axis_is_logarithmic(self) -> None:
        series = [plot.Series("a < b & c", [(0, 0), (10, 3.5), (1000, 70)])]
        panel = plot.Panel("t", "x", "y", series, is_x_log=True, limit=(100, "bar"))
        drawn = plot.curves("title", [panel, panel])
        said = [each.text for each in ET.fromstring(drawn).iter() if each.tag.endswith("}text")]
        self.assertIn("x (log)", said)
        self.assertIn("y", said)
        self.assertIn("a < b & c", said)

    def test_axes_hold_all_values(self) -> None:
        for values in ([0.0], [3, 70, 12], [-20, 5], [0, 0], [1e6, 2]):
            for is_log in (False, True):
                axis = plot.Axis(values, is_log)
                for value in values:
                    self.assertTrue(-1e-9 <= axis.place(value) <= 1 + 1e-9, (values, value))


if __name__ == "__main__":
    unittest.main()
