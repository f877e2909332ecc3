"""The official OpenAI client against a front door with TLS."""

from __future__ import annotations

import ssl
import subprocess
import unittest
from pathlib import Path

import httpx
import openai
from house import House

QUESTION = [{"role": "user", "content": "What is two plus two?"}]


class TLSTest(House):
    """A door with a certificate of its own."""

    @classmethod
    def door_keys(cls, folder: Path) -> str:
        """Makes a certificate, and names it to the door."""
        cls.certificate, key = folder / "door.crt", folder / "door.key"
        words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(
            ["openssl", *words.split(), *names, "-keyout", key, "-out", cls.certificate],
            check=True,
            capture_output=True,
        )
        cls.scheme = "https"
        return f", tls: {{certificate: {cls.certificate}, key: {key}}}"

    def client(self, **verify: object) -> openai.OpenAI:
        """A client that trusts what it is told to."""
        http = httpx.Client(**verify)
        client = openai.OpenAI(
            base_url=self.url + "/v1", api_key=self.key, max_retries=0, http_client=http
        )
        self.addCleanup(client.close)
        return client

    def test_whole_and_streamed(self) -> None:
        client = self.client(verify=ssl.create_default_context(cafile=str(self.certificate)))
        answer = client.chat.completions.create(model="auto", messages=QUESTION)
        self.assertEqual(answer.choices[0].message.content, "It is four.")
        stream = client.chat.completions.create(model="auto", messages=QUESTION, stream=True)
        words = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
        self.assertEqual("".join(words), "It is four.")

    def test_nobody_vouches(self) -> None:
        with self.assertRaises(openai.APIConnectionError):
            self.client().chat.completions.create(model="auto", messages=QUESTION)


if __name__ == "__main__":
    unittest.main()
