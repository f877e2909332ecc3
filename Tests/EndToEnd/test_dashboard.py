"""The dashboard and the metrics at the front door: real daemon, stand-in backends, real browser."""

from __future__ import annotations

import contextlib
import json
import random
import re
import sqlite3
import time
import urllib.error
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from dashboard import (
    ANSWER,
    CANARY,
    CONTRAST,
    DECISIONS,
    FOCUSED,
    LAMPS,
    LINE,
    PICTURES,
    REACHABLE,
    SIDECAR,
    TASKS,
    WIDE,
    LookTest,
)
from processes import wait_until
from upstream.behaviour import Behaviour


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
            self.browser.run("sessionStorage.clear()")
            (self.workshop.root / "keys.json").unlink()

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
