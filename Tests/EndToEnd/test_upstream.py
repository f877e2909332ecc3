"""The stand-in upstream does what it is told; the other tests lean on that."""

import http.client
import json
import socket
import unittest
from typing import Any

from fake_upstream import FakeUpstream
from upstream.behaviour import OPENING, Behaviour

ASK = {"model": "m", "messages": [{"role": "user", "content": "a colour"}]}
CHAT = "/v1/chat/completions"


class UpstreamTest(unittest.TestCase):
    """One server, a client for each test."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.upstream = FakeUpstream(models=("m",), key="secret").start()
        cls.addClassCleanup(cls.upstream.stop)

    def setUp(self) -> None:
        self.upstream.forget()
        self.client = http.client.HTTPConnection("127.0.0.1", self.upstream.port, timeout=5)
        self.addCleanup(self.client.close)

    def post(self, value: Any, path: str = CHAT) -> http.client.HTTPResponse:
        """Sends JSON, gives back the answer unread."""
        headers = {"Authorization": "Bearer secret"}
        self.client.request("POST", path, json.dumps(value), headers)
        return self.client.getresponse()

    def events(self, **more: Any) -> list[str]:
        """The data lines of a streamed answer."""
        body = self.post({**ASK, "stream": True, **more}).read().decode()
        return [line.removeprefix("data: ") for line in body.split("\n\n") if line]

    def test_whole_answer(self) -> None:
        answer = json.loads(self.post(ASK).read())
        self.assertTrue(answer["choices"][0]["message"]["content"].startswith(OPENING))
        self.assertEqual(answer["choices"][0]["finish_reason"], "stop")
        self.assertEqual(answer["model"], "m")
        self.assertGreater(answer["usage"]["completion_tokens"], 5)

    def test_stream(self) -> None:
        self.upstream.script(Behaviour(chunks=("Bl", "ue.")))
        *events, last = self.events(stream_options={"include_usage": True})
        self.assertEqual(last, "[DONE]")
        decoded = [json.loads(event) for event in events]
        said = [event["choices"][0]["delta"].get("content", "") for event in decoded[:-1]]
        self.assertEqual("".join(said), "Blue.")
        self.assertEqual(decoded[-1]["choices"], [])
        self.assertEqual(decoded[-1]["usage"]["completion_tokens"], 2)

    def test_limit(self) -> None:
        self.upstream.script(Behaviour(chunks=("a", "b", "c")))
        answer = json.loads(self.post({**ASK, "max_tokens": 2}).read())
        self.assertEqual(answer["choices"][0]["message"]["content"], "ab")
        self.assertEqual(answer["choices"][0]["finish_reason"], "length")

    def test_script_over_http(self) -> None:
        self.assertEqual(self.post([{"status": 429, "retry_after": 2}], "/__control").read(), b"{}")
        refused = self.post(ASK)
        self.assertEqual((refused.status, refused.getheader("Retry-After")), (429, "2"))
        refused.read()
        self.assertEqual(self.post([{"sttatus": 1}], "/__control").status, 400)

    def test_script_spares_probes(self) -> None:
        self.upstream.script(Behaviour(status=500))
        self.client.request("GET", "/v1/models")
        self.assertIn(b'"id": "m"', self.client.getresponse().read())
        self.assertEqual(self.post(ASK).status, 500)

    def test_key(self) -> None:
        self.client.request("POST", CHAT, json.dumps(ASK))
        self.assertEqual(self.client.getresponse().status, 401)

    def test_log_has_every_byte(self) -> None:
        raw = (
            b"POST /v1/chat/completions HTTP/1.1\r\nhOsT: x\r\nX-A:  1\r\n"
            b"Transfer-Encoding: chunked"
            b'\r\n\r\n5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n'
        )
        with socket.create_connection(("127.0.0.1", self.upstream.port), 5) as link:
            link.sendall(raw + b"GET /half")
            link.recv(1)
        self.upstream.wait_for(lambda _: self.upstream.server.log[-1].outcome == "incomplete")
        first, rest = self.upstream.log
        self.assertEqual(first.raw, raw)
        self.assertEqual(first.json(), {"a": 1})
        self.assertEqual(first.headers[:2], [("hOsT", "x"), ("X-A", "1")])
        self.assertEqual(rest.raw, b"GET /half")
        self.client.request("GET", "/__log")
        self.assertEqual(len(json.loads(self.client.getresponse().read())), 2)

    def test_broken_bodies(self) -> None:
        self.upstream.script(*(Behaviour(body=name) for name in ("html", "empty", "half_json")))
        self.assertIn(b"<html>", self.post(ASK).read())
        self.assertEqual(self.post(ASK).read(), b"")
        self.assertRaises(ValueError, json.loads, self.post(ASK).read())

    def test_short_body(self) -> None:
        self.upstream.script(Behaviour(body="wrong_length"))
        self.assertRaises(http.client.IncompleteRead, self.post(ASK).read)

    def test_huge_body(self) -> None:
        self.upstream.script(Behaviour(body="huge"), Behaviour(forever=True, text="on and on "))
        for _ in range(2):
            answer = self.post(ASK)
            self.assertEqual(len(answer.read(1 << 20)), 1 << 20)
            answer.close()
            self.client.close()
        self.upstream.wait_for(lambda log: [e.outcome for e in log] == ["client_closed"] * 2)

    def test_failing_streams(self) -> None:
        one = ("one", " two")
        self.upstream.script(
            Behaviour(chunks=one, cut_after=1),
            Behaviour(chunks=one, error_after=1),
            Behaviour(chunks=one, done=False),
        )
        self.assertRaises(http.client.IncompleteRead, self.events)
        self.client.close()
        self.assertRaises(http.client.IncompleteRead, self.events)
        self.client.close()
        self.assertNotIn("[DONE]", self.events())
        wanted = ["cut", "cut", "answered"]
        self.upstream.wait_for(lambda log: [entry.outcome for entry in log] == wanted)

    def test_drop_and_hang(self) -> None:
        self.upstream.script(Behaviour(drop=True), Behaviour(hang=True))
        self.assertRaises(http.client.RemoteDisconnected, self.post, ASK)
        self.client.close()
        self.client.timeout = 0.2
        self.assertRaises(TimeoutError, self.post, ASK)
        self.client.close()
        self.upstream.wait_for(lambda log: log[-1].outcome == "client_closed")

    def test_same_port_again(self) -> None:
        port = self.upstream.port
        self.upstream.stop()
        self.assertRaises(ConnectionRefusedError, self.post, ASK)
        self.client.close()
        self.upstream.start()
        self.assertEqual(self.upstream.port, port)
        self.assertEqual(self.post(ASK).status, 200)
        self.assertRaises(OSError, FakeUpstream(port=port).start)


if __name__ == "__main__":
    unittest.main()
