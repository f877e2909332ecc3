"""A daemon with a front door and a browser that looks at its dashboard, for tests."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from backends import configuration
from browser import Browser
from daemon import Daemon, DaemonError
from fake_upstream import FakeUpstream
from upstream.behaviour import Behaviour

REPO = Path(__file__).resolve().parents[2]
PICTURES = os.environ.get("E2E_DASHBOARD")  # the folder for the documentation's pictures
CANARY = "kingfisher" + secrets.token_hex(6)
"""In every task, so that it can be looked for where no task may be."""

PHONE = 600  # pixels
LAMPS = """Array.from(document.querySelectorAll("#lamplist > li"), (lamp) =>
    ["h3", ".sign", ".word"].map((part) => lamp.querySelector(part).textContent))"""
DECISIONS = """Array.from(document.querySelectorAll("#decisiontable tbody tr"), (row) =>
    row.textContent)"""
LINE = "document.getElementById('line').dataset.state"
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
REACHABLE = """Array.from(document.querySelectorAll("a, button, input, select, summary"))
    .filter((one) => one.checkVisibility()).length"""
FOCUSED = """(() => {
    const one = document.activeElement;
    if (one === document.body) { return null; }
    one.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length + 1);
    const style = getComputedStyle(one);
    return { name: one.dataset.reached, isSeen: style.outlineStyle !== "none" };
})()"""

# a daemon with a sidecar, as far as the page can tell
SIDECAR = """
    const answer = (status, value) => new Response(JSON.stringify(value), { status });
    const profiles = [{ id: "coder", name: "Coder" }];
    window.fetch = async (path, options) => {
        if (path === "models/available") {
            return answer(200, { sidecars: [{ sidecar: "desk", reply: { profiles } }] });
        }
        window.asked = JSON.parse(options.body);
        return answer(409, { error: { message: "The model is loading." } });
    };
    const waiting = [{ profile: "coder", waited_s: 8 }, { profile: "coder", waited_s: 3 }];
    onModels({ sidecars: [{
        sidecar: "desk", queue: { active: "small", switching_to: "coder", in_flight: 1, waiting },
        reply: {
            state: "starting", profile: "coder", progress: { elapsed_s: 12.2, expected_s: 41 },
        },
    }] });
"""

# the least contrast of a text with what is behind it, by the WCAG's formula
CONTRAST = """(() => {
    const parts = (colour) => colour.match(/[0-9.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map((part) => part / 255)
            .map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ground = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (parts(colour)[3] !== 0) { return colour; }
        }
        return "rgb(255, 255, 255)";
    };
    return Math.min(...Array.from(document.querySelectorAll("body *")).filter((one) =>
        one.textContent.trim() && !(one instanceof SVGElement) && one.checkVisibility()
        && !["SCRIPT", "STYLE"].includes(one.tagName)).map((one) => {
        const [text, behind] = [getComputedStyle(one).color, ground(one)].map(light);
        return (Math.max(text, behind) + .05) / (Math.min(text, behind) + .05);
    }));
})()"""


TASKS = (
    "review this code: def area(r): return 3.14 * r * r",
    "name a colour",
    "write a poem about the lanterns over the benches",
    "explain how a water wheel drives a mill",
    "translate 'good evening' into French",
)
ANSWER = "It turns, and what hangs on it turns with it, slowly at first and then all day long."


def free_port() -> int:
    """One that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Workshop:
    """A daemon with a front door, two backends that answer and one without a key."""

    def __init__(self, names: tuple[str, str, str] = ("alpha", "beta", "gamma")) -> None:
        self.names = names
        self.root = Path(tempfile.mkdtemp(prefix="dash-"))
        self.alpha = FakeUpstream(models=(f"{names[0]}-model",)).start()
        self.beta = FakeUpstream(models=(f"{names[1]}-model",)).start()
        self.port = free_port()
        self.daemon = Daemon(
            binary=Path(os.environ["E2E_WORKSHOP"]).resolve(),
            config=self.root / "backends.json",
            socket_path=self.root / "workshop.sock",
            log=self.root / "daemon.log",
        )
        defaults = {"cooldown_s": 1, "health_interval_s": 1, "allowed_fails": 0}
        personas = REPO / "configs" / "personas"
        config = configuration(self.backends(), self.root, personas, defaults=defaults)
        config["http"] = {"listen": f"127.0.0.1:{self.port}"}
        config["budgets"] = [
            {"period": "day", "usd": 2},
            {"period": "month", "usd": 20, "backend": names[1]},
        ]
        self.daemon.config.write_text(json.dumps(config))
        self.daemon.start()
        self.daemon.wait_healthy(*names[:2])

    def backends(self) -> dict[str, Any]:
        common = {"wire": "openai-chat", "max_context": 8192, "health": "/models"}
        beta = {**common, "url": self.beta.url, "local": False}
        local, remote, closed = self.names
        return {
            local: {
                **common,
                "url": self.alpha.url,
                "model": f"{local}-model",
                "role": "local",
                "local": True,
                "prices": {"input": 0, "output": 0},
            },
            remote: {
                **beta,
                "model": f"{remote}-model",
                "role": "breadth",
                "prices": {"input": 25, "output": 100},
            },
            closed: {
                **beta,
                "model": f"{closed}-model",
                "role": "speed",
                "key": "${NO_SUCH_KEY}",
            },
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def think(self, backend: str, text: str = "Blue.", delay: float = 0) -> None:
        """Has a thought answered by that backend."""
        upstream = self.alpha if backend == self.names[0] else self.beta
        upstream.script(Behaviour(text=text, first_token=delay, chunk_delay=delay / 2))
        self.daemon.call("think", task=f"name a colour {CANARY}", backend=backend)

    def get(self, path: str, **headers: str) -> tuple[Any, str]:
        """The answer's headers and text."""
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers, answer.read().decode()

    def close(self) -> None:
        self.daemon.stop()
        self.alpha.stop()
        self.beta.stop()
        shutil.rmtree(self.root, ignore_errors=True)


class LookTest(unittest.TestCase):
    """Somebody looks at the dashboard."""

    workshop: Workshop
    browser: Browser
    names = ("alpha", "beta", "gamma")

    @classmethod
    def setUpClass(cls) -> None:
        cls.workshop = Workshop(cls.names)
        cls.addClassCleanup(cls.workshop.close)
        cls.browser = Browser({})
        cls.addClassCleanup(cls.browser.close)
        cls.browser.call("Network.enable")

    def setUp(self) -> None:
        self.browser.problems.clear()
        self.browser.requested.clear()
        self.workshop.alpha.start()
        self.workshop.beta.start()
        self.screen(1280, 900)
        self.browser.open(self.workshop.url + "/")
        self.lamps(**dict(zip(self.names, ("healthy", "healthy", "disabled"), strict=True)))
        self.browser.logged.clear()

    def tearDown(self) -> None:
        self.assertEqual(self.browser.problems, [])

    def screen(self, width: int, height: int, scheme: str = "light") -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < PHONE}
        self.browser.call("Emulation.setDeviceMetricsOverride", **size)
        wanted = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.call("Emulation.setEmulatedMedia", features=wanted)

    def lamps(self, **words: str) -> None:
        """Waits until the lamps are as wanted."""
        wanted = json.dumps([list(pair) for pair in words.items()])
        self.browser.wait_for(
            f"JSON.stringify({LAMPS}.map(([name, , word]) => [name, word])) === "
            f"JSON.stringify({wanted})"
        )

    def mend(self, backend: str) -> bool:
        """Whether it is well again; only an answer shows it."""
        with contextlib.suppress(DaemonError):
            self.workshop.think(backend)
        rows = self.workshop.daemon.call("health")["backends"]
        return all(row["state"] == "healthy" for row in rows if row["backend"] == backend)
