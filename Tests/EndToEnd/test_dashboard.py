"""The dashboard and the metrics at the front door: real daemon, stand-in backends, real browser."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import secrets
import shutil
import socket
import sqlite3
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from backends import configuration
from browser import Browser
from daemon import Daemon, DaemonError
from fake_upstream import FakeUpstream
from processes import wait_until
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


class DashboardTest(LookTest):
    """What is shown, to whom, and how."""

    def test_each_lamp_has_a_sign_and_a_word_and_nothing_comes_from_elsewhere(self) -> None:
        shown = self.browser.run(LAMPS)
        self.assertEqual(
            shown,
            [["alpha", "[+]", "healthy"], ["beta", "[+]", "healthy"], ["gamma", "[x]", "disabled"]],
        )
        self.browser.wait_for(f"{LINE} === 'live'")
        elsewhere = [
            url
            for url in self.browser.requested
            if not url.startswith((self.workshop.url, "data:,"))
        ]
        self.assertEqual(elsewhere, [])
        self.assertEqual(self.browser.logged, [])

    def test_the_policy_lets_nothing_else_run(self) -> None:
        headers, page = self.workshop.get("/")
        self.assertRegex(
            headers["Content-Security-Policy"], r"^default-src 'none'; script-src 'sha256-"
        )
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("text/html", headers["Content-Type"])
        self.assertIsNone(re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page))
        style = (
            "Object.assign(document.createElement('style'), {textContent: 'body {opacity: .5}'})"
        )
        self.browser.run(f"document.head.append({style})")
        self.assertEqual(self.browser.run("getComputedStyle(document.body).opacity"), "1")
        self.assertTrue(any("Content Security Policy" in line for line in self.browser.logged))

    def test_a_lamp_changes_while_one_looks(self) -> None:
        self.browser.run("window.isTheSame = true")
        self.workshop.beta.stop()
        self.browser.wait_for(f"{LAMPS}.some(([name, sign]) => name === 'beta' && sign === '[-]')")
        spoken = self.browser.run("document.getElementById('spoken').textContent")
        self.assertRegex(spoken, r"^beta: unhealthy")
        why = self.browser.run("document.querySelectorAll('#lamplist > li')[1].textContent")
        self.assertRegex(why, r"breaker")
        self.workshop.beta.start()
        wait_until(lambda: self.mend("beta"), 20)
        self.lamps(alpha="healthy", beta="healthy", gamma="disabled")
        self.assertTrue(self.browser.run("window.isTheSame"), "without a reload")
        self.assertEqual(self.browser.logged, [])

    def test_a_decision_stands_there_with_its_reason_and_no_word_of_the_task(self) -> None:
        before = len(self.browser.run(DECISIONS))
        self.workshop.think("beta", "<img src=x onerror=alert(1)>[link](http://evil.test) " * 9)
        self.browser.wait_for(f"{DECISIONS}.length > {before}")
        newest = self.browser.run(DECISIONS)[0]
        self.assertRegex(newest, r"beta.*it was asked for.*not alpha: ")
        self.browser.wait_for("document.querySelectorAll('#lamplist .spark').length >= 3")
        self.browser.wait_for("document.querySelectorAll('#answertable tbody tr').length > 0")
        self.browser.wait_for("document.querySelector('#days rect')")
        self.browser.wait_for("document.getElementById('days').textContent.includes('$2.00')")
        shown = self.browser.run("document.documentElement.outerHTML")
        state = self.workshop.get("/api/state")[1]
        for text in (shown, state, self.workshop.get("/metrics")[1]):
            self.assertNotIn(CANARY, text)
            self.assertNotIn("evil.test", text)

    def test_what_a_reader_has_opened_stays_open(self) -> None:
        self.workshop.think("alpha")
        first = "document.querySelector('#decisiontable details')"
        self.browser.wait_for(first)
        self.browser.run(f"{first}.open = true; {first}.dataset.mine = 'yes'; 0")
        count = len(self.browser.run(DECISIONS))
        self.workshop.think("alpha")
        self.browser.wait_for(f"{DECISIONS}.length > {count}")
        self.assertTrue(self.browser.run("document.querySelector('[data-mine]').open"))

    def test_the_daemon_goes_and_comes_back(self) -> None:
        self.browser.wait_for(f"{LINE} === 'live'")
        self.workshop.daemon.stop()
        self.browser.wait_for(f"{LINE} === 'lost'")
        spoken = self.browser.run("document.getElementById('spoken').textContent")
        self.assertEqual(spoken, "connection lost")
        self.workshop.daemon.start()
        self.browser.wait_for(f"{LINE} === 'live'")

    def test_a_daemon_that_is_looked_at_ends_at_once(self) -> None:
        self.browser.wait_for(f"{LINE} === 'live'")
        self.assertEqual(self.workshop.daemon.stop(), 0)
        log = self.workshop.daemon.tail()
        self.workshop.daemon.start()
        self.assertNotIn("raceful shutdown timed out", log)

    def test_nothing_is_wider_than_a_telephone(self) -> None:
        self.workshop.think("beta")
        for width in (320, 360, 414, 768):
            self.screen(width, 740)
            self.browser.wait_for("document.querySelector('#decisiontable details')")
            self.browser.run(
                "document.querySelectorAll('details').forEach((one) => one.open = true)"
            )
            self.browser.pause(0.2)
            self.assertFalse(self.browser.run(WIDE), f"{width} px")

    def test_the_keyboard_reaches_everything_and_shows_where_it_is(self) -> None:
        self.workshop.think("alpha")
        self.browser.wait_for("document.querySelector('#decisiontable details')")
        wanted = self.browser.run(REACHABLE)
        reached = set()
        for _ in range(wanted + 2):
            self.browser.press(key="Tab", code="Tab", windowsVirtualKeyCode=9)
            focused = self.browser.run(FOCUSED)
            if focused is None or focused["name"] in reached:
                break
            self.assertTrue(focused["isSeen"])
            reached.add(focused["name"])
        self.assertEqual(len(reached), wanted)

    def test_every_text_can_be_read_in_both_schemes(self) -> None:
        self.workshop.think("beta")
        for scheme in ("light", "dark"):
            self.screen(1280, 900, scheme)
            self.browser.wait_for("document.querySelector('#decisiontable details')")
            self.assertGreaterEqual(self.browser.run(CONTRAST), 4.5, scheme)

    def test_a_screen_reader_finds_its_way(self) -> None:
        self.workshop.think("beta")
        self.browser.wait_for("document.querySelector('#lamplist .spark')")
        nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
        seen = [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"] and "role" in node
        ]
        roles = [role for role, _ in seen]
        for role in ("banner", "main", "status", "heading", "table", "list"):
            self.assertIn(role, roles)
        for name in ("Lamps", "Costs", "Audit", "Who answered what", "Last decisions"):
            self.assertIn(("region", name), seen)
        for role in ("table", "image", "button", "textbox"):
            self.assertTrue(all(name for each, name in seen if each == role), role)
        self.assertTrue(any(re.match(r"answer of beta, the last \d+: ", name) for _, name in seen))

    def test_a_door_with_keys_shows_it_to_operators_alone(self) -> None:
        keys = {}
        for name, more in (("guest", []), ("boss", ["--operator"])):
            made = self.workshop.daemon.run(
                "key", "new", name, *more, "--config", str(self.workshop.daemon.config)
            )
            keys[name] = re.search(r"\S{24,}", made.stdout)[0]
        try:
            for path in ("/api/state", "/api/events", "/metrics"):
                for key, status in (("none", 401), (keys["guest"], 403)):
                    with self.assertRaises(urllib.error.HTTPError) as caught:
                        self.workshop.get(path, Authorization=f"Bearer {key}")
                    self.assertEqual(caught.exception.code, status)
                    caught.exception.close()
            self.browser.open(self.workshop.url + "/")
            self.browser.wait_for("!document.getElementById('keyform').hidden")
            self.assertEqual(self.browser.run(LAMPS), [])
            self.browser.run("document.getElementById('key').focus()")
            self.browser.call("Input.insertText", text=keys["boss"])
            self.browser.press(key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
            self.browser.wait_for("document.getElementById('keyform').hidden")
            self.browser.wait_for(f"{LAMPS}.length === 3")
        finally:
            for name in keys:
                self.workshop.daemon.run(
                    "key", "revoke", name, "--config", str(self.workshop.daemon.config)
                )

    def test_models_are_shown_and_switched(self) -> None:
        self.assertFalse(self.browser.run("document.getElementById('models').checkVisibility()"))
        self.browser.run(f"(() => {{ {SIDECAR} }})()")
        self.browser.wait_for("document.querySelector('#modelpanel option')")
        shown = self.browser.run("document.getElementById('modelpanel').innerText")
        self.assertRegex(shown, r"\[~\] desk loading")
        self.assertRegex(shown, r"on its way to coder, 12 s of about 41 s")
        self.assertRegex(shown, r"queue: 2 for coder, the longest for 8 s; 1 under way")
        self.browser.run("document.querySelector('#modelpanel button').focus()")
        self.browser.press(key=" ", code="Space", windowsVirtualKeyCode=32, text=" ")
        self.browser.wait_for("window.asked")
        self.assertEqual(
            self.browser.run("window.asked"),
            {"sidecar": "desk", "profile": "coder", "if_busy": "wait", "wait": False},
        )
        spoken = "document.getElementById('spoken').textContent"
        self.browser.wait_for(f"{spoken} === 'The model is loading.'")

    # what programs read

    def test_events_come_when_something_changes(self) -> None:
        with urllib.request.urlopen(self.workshop.url + "/api/events", timeout=20) as answer:
            self.assertEqual(answer.headers["Content-Type"], "text/event-stream")
            names = set()
            while not {"daemon", "lamps", "decisions", "costs", "audit"} <= names:
                names.add(answer.readline().decode().strip().removeprefix("event: "))
            self.workshop.think("alpha")
            while answer.readline() != b"event: decisions\n":
                pass
            data = json.loads(answer.readline().removeprefix(b"data: "))
            self.assertEqual(data[0]["served"], "alpha")

    def test_a_page_of_elsewhere_reads_nothing(self) -> None:
        for headers in ({"Host": "evil.test"}, {"Origin": "http://evil.test"}):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.workshop.get("/api/state", **headers)
            self.assertEqual(caught.exception.code, 403)
            caught.exception.close()

    def test_the_metrics_are_as_prometheus_reads_them(self) -> None:
        self.workshop.think("alpha")
        headers, text = self.workshop.get("/metrics")
        self.assertRegex(headers["Content-Type"], r"^text/plain; version=0\.0\.4")
        families = {family.name: family for family in text_string_to_metric_families(text)}
        states = {
            sample.labels["backend"]: sample.labels["state"]
            for sample in families["workshop_backend_state"].samples
            if sample.value == 1
        }
        self.assertEqual(states["alpha"], "healthy")
        self.assertEqual(states["gamma"], "disabled")
        self.assertEqual(families["workshop_requests"].type, "counter")
        durations = families["workshop_request_duration_seconds"]
        self.assertEqual(durations.type, "histogram")
        counts = {
            sample.name: sample.value
            for sample in durations.samples
            if sample.labels["backend"] == "alpha" and sample.labels.get("le", "+Inf") == "+Inf"
        }
        self.assertGreaterEqual(counts["workshop_request_duration_seconds_count"], 1)
        self.assertEqual(
            counts["workshop_request_duration_seconds_count"],
            counts["workshop_request_duration_seconds_bucket"],
        )
        limits = families["workshop_budget_limit_usd"].samples
        self.assertEqual(
            {(one.labels["period"], one.labels["backend"]): one.value for one in limits},
            {("day", ""): 2, ("month", "beta"): 20},
        )


class PictureTest(LookTest):
    """The pictures in the documentation: `make screenshots`. The days before today are made up."""

    names = ("desk", "harbour", "tower")

    def seed(self) -> None:
        """Puts sums of earlier days into the ledger, as the daemon would have."""
        chance = random.Random(4)
        today = int(time.time() // 86_400)
        workshop = self.workshop
        workshop.daemon.stop()
        columns = "day, backend, purpose, kind, tier, attempts, answered, cost_nanousd, thoughts"
        with contextlib.closing(sqlite3.connect(workshop.root / "ledger.db")) as ledger, ledger:
            for day in range(today - 13, today):
                for name, tier, kinds in (
                    ("desk", "local", ("general", "creative_writing", "quick_answer")),
                    ("harbour", "api", ("code_review", "general")),
                ):
                    for kind in kinds:
                        asked = chance.randint(2, 20)
                        cost = chance.randint(20, 80) * 10**7 if tier == "api" else 0
                        row = (day, name, "thought", kind, tier, asked + 1, asked, cost, asked)
                        ledger.execute(
                            f"INSERT INTO usage_day ({columns}) VALUES (?,?,?,?,?,?,?,?,?)",
                            row,
                        )
        workshop.daemon.start()

    def test_pictures(self) -> None:
        workshop = self.workshop
        folder = Path(PICTURES) if PICTURES else workshop.root
        self.seed()
        chance = random.Random(7)
        for number in range(30):
            delay = chance.uniform(0.02, 0.2)
            for upstream in (workshop.alpha, workshop.beta):
                upstream.script(
                    Behaviour(text=ANSWER, first_token=delay / 3, chunk_delay=delay / 9)
                )
            here = {"backend": "desk"} if number % len(TASKS) in (1, 2) else {}
            workshop.daemon.call("think", task=TASKS[number % len(TASKS)], **here)
        workshop.alpha.script()
        workshop.beta.script(Behaviour(status=500))
        workshop.daemon.call("think", task=TASKS[0])
        done = workshop.daemon.run("audit", "--config", str(workshop.daemon.config))
        self.assertIn("holds", done.stdout, done.stderr)
        workshop.beta.stop()
        self.browser.open(workshop.url + "/")
        self.browser.wait_for(f"{LAMPS}.some(([name, sign]) => name !== 'desk' && sign === '[-]')")
        self.browser.wait_for("document.querySelectorAll('#answertable tbody tr').length > 1")
        self.browser.wait_for("document.getElementById('verdict').dataset.verdict !== 'unknown'")
        for scheme in ("light", "dark"):
            self.screen(1280, 1420, scheme)
            self.browser.pause(1)
            path = folder / f"dashboard-{scheme}.png"
            self.browser.screenshot(path)
            self.assertEqual(path.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
