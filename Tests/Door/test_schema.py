"""The running door against its own description, by schemathesis."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path

from house import House

#: What every build serves.
REQUIRED = {
    "/health",
    "/openapi.json",
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/models",
    "/v1/models/{model}",
    "/api/backends",
    "/",
    "/api/state",
    "/metrics",
    "/models/status",
    "/models/available",
    "/models/switch",
}
#: Without an end: nothing can be said of a whole answer.
ENDLESS = {"/api/events"}
#: How many requests are made up for each operation; more find more.
EXAMPLES = os.environ.get("SCHEMA_EXAMPLES", "60")


class SchemaTests(House):
    """What the document says is what the door does."""

    def get(self, path: str) -> tuple[int, bytes]:
        """The status and body of a GET."""
        request = urllib.request.Request(
            self.url + path, headers={"Authorization": f"Bearer {self.key}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def served(self) -> set[str]:
        """The paths of the document that this build serves: parts may be left out of one."""
        status, body = self.get("/openapi.json")
        self.assertEqual(status, 200)
        paths = set(json.loads(body)["paths"]) - ENDLESS
        found = {path: self.get(path.replace("{model}", "auto"))[0] for path in paths}
        return {path for path in paths if found[path] != HTTPStatus.NOT_FOUND}

    def test_the_document_is_of_this_door(self) -> None:
        """Requests of every kind, good and bad: each answer is as the document says."""
        served = self.served()
        self.assertLessEqual(REQUIRED, served)
        paths = "^(" + "|".join(re.escape(path) for path in sorted(served)) + ")$"
        command = [
            str(Path(sys.executable).with_name("st")),
            "run",
            self.url + "/openapi.json",
            "--url",
            self.url,
            "--header",
            f"Authorization: Bearer {self.key}",
            "--include-path-regex",
            paths,
            "--max-examples",
            EXAMPLES,
            "--request-timeout",
            "10",
            "--generation-deterministic",
            "--suppress-health-check",
            "all",
            "--no-color",
        ]
        environment = os.environ | {
            "SCHEMATHESIS_HOOKS": "schema_hooks",
            "PYTHONPATH": str(Path(__file__).parent),
        }
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
            # It leaves what it found there.
            cwd=self.folder.name,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-20_000:] + done.stderr[-2_000:])
        self.assertRegex(done.stdout, r"(\d+) generated, \1 passed", done.stdout[-20_000:])


if __name__ == "__main__":
    unittest.main()
