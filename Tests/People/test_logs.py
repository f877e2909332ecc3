"""The log is for those who run the daemon: it is in a form that they can use, and holds nothing of
what was said, at any level.

    python3 -m unittest discover Tests/People
"""

from __future__ import annotations

import json
import socket
import unittest
import urllib.error
import urllib.request

from house import Behaviour, House
from program import run

TASK = "zanzibar-task-4711"
ANSWER = "zanzibar-answer-4712"
KEY = "sk-zanzibar-key-4713-abcdefghij"
VALUE = "zanzibar-value-4714"
CALLER = "zanzibar-caller-4715"
TERMS = ("Lantern Mill", "Rowan Ashdown", "Timbo", "Wickerfen", "wickerfen", "Maren Quill")
CONFIG = """
http: {{listen: "127.0.0.1:0"}}
routing: {{retry: {{attempts: 0}}}}
backends:
  good: {{url: "http://127.0.0.1:{good}/v1", model: stand-in, role: local, local: true,
    key: "{key}", prices: {{input: 1, output: 1}}}}
  bad: {{url: "http://127.0.0.1:{bad}/v1", model: stand-in, role: local, key: "{key}x"}}
  gone: {{url: "http://127.0.0.1:9/v1", model: stand-in, role: speed}}
"""


class Talk:
    """Everything that anybody may say to a daemon, good and bad."""

    def __init__(self, house: House) -> None:
        self.house = house
        good, bad = house.upstream(), house.upstream()
        good.server.script = [Behaviour(text=f"It is {ANSWER} at {{task}}.", echo=True, times=0)]
        bad.server.script = [Behaviour(status=400, times=0)]
        house.configure(CONFIG.format(good=good.port, bad=bad.port, key=KEY))

    def run(self) -> None:
        """Says it."""
        house = self.house
        for line in [
            f'think --caller {CALLER} "{TASK}"',
            f'think --caller {CALLER} --conversation hall "what is under {TERMS[0]}? {TASK}"',
            f'think "who is {TERMS[1]}? {TASK}"',
            f'think "Describe Wikerfen to me. {TASK}"',
            f'think --backend bad "{TASK}"',
            f'think --backend gone "{TASK}"',
            f'route "{TERMS[0]} {TASK}"',
            f'jobs submit --caller {CALLER} "{TASK}"',
            f'journal "{TASK}"',
            f'compare --backends good,bad "{TASK}"',
            "leaks",
            "leaks release 1",
            f"forget --caller {CALLER}",
            "backends register desk provider=ollama model=m role=local",
            f"backends disable {TASK}",
        ]:
            house.type(f"workshop {line}")
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(5)
            link.connect(str(house.socket))
            for line in [
                f'{{"jsonrpc":"2.0","id":1,"method":"think","params":{{"task":"{TASK}"',
                f'{{"jsonrpc":"2.0","id":"{TASK}","method":"{TASK}"}}',
                f'{{"jsonrpc":"2.0","id":2,"method":"think","params":{{"task":["{TERMS[1]}"]}}}}',
            ]:
                link.sendall(line.encode() + b"\n")
                link.recv(65536)
        for path, body in [
            ("v1/chat/completions", self.chat(f"{TASK} {TERMS[0]}")),
            ("v1/chat/completions", self.chat(f"{TASK} {TERMS[1]}")),
            ("v1/messages", f'{{"broken": "{TASK}"'),
            (f"v1/{TASK}", "{}"),
        ]:
            self.post(path, body)

    def chat(self, text: str) -> str:
        """A request as OpenAI's clients make it."""
        return json.dumps({"model": "auto", "messages": [{"role": "user", "content": text}]})

    def post(self, path: str, body: str) -> None:
        """Asks the front door; whatever it answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port()}/{path}",
            body.encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"},
        )
        try:
            urllib.request.urlopen(request, timeout=10).read()
        except urllib.error.HTTPError as error:
            error.read()

    def port(self) -> int:
        """Where the front door is, as the log says."""
        for line in self.house.log.read_text().splitlines():
            event = json.loads(line)
            if event["message"] == "the front door is open":
                return int(event["metadata"]["port"])
        raise AssertionError("the front door is not open")


class LogTests(unittest.TestCase):
    """What a daemon logs."""

    def test_nothing_said_is_logged(self) -> None:
        """At its most talkative it names no task, answer, caller, key or term, and is JSON."""
        for words in (["--verbose"], ["--log-level", "trace"]):
            with self.subTest(words=words), House() as house:
                talk = Talk(house)
                daemon = house.serve("--log-format", "json", *words)
                daemon.wait_healthy("good")
                talk.run()
                # A wrong configuration is told, and its values are not.
                file = house.folder / "configs/backends.yaml"
                file.write_text(file.read_text().replace("role: speed", f"role: {VALUE}"))
                house.type("workshop reload")
                self.assertEqual(daemon.stop(), 0)
                log = house.log.read_text()
                for secret in (TASK, ANSWER, KEY, VALUE, CALLER, "zanzibar", *TERMS):
                    self.assertFalse(secret in log, f"{secret} stands in the log")
                events = [json.loads(line) for line in log.splitlines()]
                told = {event["message"] for event in events}
                self.assertLessEqual({"a request has ended", "a thought has ended"}, told)
                self.assertIn("the configuration is wrong, and the old one stays", told)
                for event in events:
                    self.assertLessEqual({"time", "level", "label", "message"}, set(event), event)
                    self.assertTrue(
                        all(isinstance(each, str) for each in event.get("metadata", {}).values())
                    )
                ends = [each for each in events if each["message"] == "a request has ended"]
                self.assertLessEqual(
                    {"answered", "bad_request", "unreachable"},
                    {each["metadata"]["outcome"] for each in ends},
                )

    def test_an_orderly_end_is_quiet(self) -> None:
        """A daemon that ends under clients who listen logs that, and nothing else."""
        with House() as house:
            Talk(house)
            daemon = house.serve("--log-format", "json")
            links = []
            for number in range(8):
                link = socket.socket(socket.AF_UNIX)
                link.connect(str(house.socket))
                events = ["health.changed", "budget.alert", "model.switching"]
                request = {
                    "jsonrpc": "2.0", "id": number, "method": "subscribe",
                    "params": {"events": events},
                }  # fmt: skip
                link.sendall(json.dumps(request).encode() + b"\n")
                self.assertIn(b"budget.alert", link.recv(65536))
                links.append(link)
            self.assertEqual(daemon.stop(), 0)
            for link in links:
                link.close()
            lines = house.log.read_text().splitlines()
            self.assertEqual([line for line in lines if not line.startswith("{")], [])
            self.assertEqual(json.loads(lines[-1])["message"], "stopped listening")

    def test_text(self) -> None:
        """Without a word a line is for people, and says when it is ready."""
        with House() as house:
            Talk(house)
            house.serve().stop()
            self.assertRegex(
                house.log.read_text(),
                r"(?m)^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z notice workshop: socket=\S+ listening$",
            )

    def test_environment(self) -> None:
        """The variables say the same as the options; the options go first."""
        with House(WORKSHOP_LOG_FORMAT="json", WORKSHOP_LOG_LEVEL="debug") as house:
            Talk(house)
            house.serve("--log-level", "notice").stop()
            events = [json.loads(line) for line in house.log.read_text().splitlines()]
            levels = {event["level"] for event in events}
            self.assertIn("notice", levels)
            self.assertFalse(levels & {"trace", "debug", "info"}, levels)

    def test_wrong_words(self) -> None:
        """A level or form that there is not, or two levels, is wrong usage, and nothing runs."""
        for words, told in [
            (["--log-level", "loud"], "'loud' is not a log level"),
            (["--log-format", "xml"], "'xml' is not a form of the log"),
            (["--verbose", "--log-level", "info"], "give one of them"),
        ]:
            for command in ("serve", "sidecar", "pipe"):
                done = run(command, *words)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assertIn(told, done.stderr)

    def test_a_wrong_configuration_is_an_event(self) -> None:
        """Who reads JSON reads in JSON why the daemon did not start."""
        done = run("serve", "--log-format", "json", "--config", "/nowhere/backends.yaml")
        self.assertEqual(done.returncode, 78)
        event = json.loads(done.stderr.splitlines()[0])
        self.assertEqual(event["level"], "critical")
        self.assertIn("/nowhere/backends.yaml", event["metadata"]["problem"])

    def test_journal(self) -> None:
        """Where standard error is the journal's, each line has its priority in front."""
        with House() as house:
            Talk(house)
            house.log.touch()
            status = house.log.stat()
            house.variables["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
            house.serve("--log-format", "json").stop()
            lines = house.log.read_text().splitlines()
            self.assertTrue(lines and all(line.startswith("<") for line in lines))
            self.assertTrue(lines[0].startswith(("<5>{", "<4>{")), lines[0])
