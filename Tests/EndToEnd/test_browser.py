"""The pane in the web client, in a real browser: real game, real daemon, stand-in backends."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from processes import wait_until
from telnet import Telnet
from upstream.behaviour import Behaviour
from world import CANARY, VISITOR, WorldTest, password

PICTURE = os.environ.get("E2E_PICTURE")  # where to put the picture for the documentation
LAMPS = """Array.from(document.querySelectorAll(".workshop-lamp"), (lamp) =>
    [lamp.querySelector(".workshop-name").textContent,
     lamp.querySelector(".workshop-sign").textContent,
     lamp.querySelector(".workshop-word").textContent])"""
STATUS = """document.querySelector(".workshop-status").textContent"""
GOLDEN = re.compile(
    rb"goldenlayout|golden-layout|plugins/(?:options2|iframe|html|multimedia|text2html)"
)
GMCP = b"\xc9"
BUDGET = {"budgets": [{"period": "day", "usd": 2}]}
USED = {"prompt_tokens": 40_000, "completion_tokens": 9_000, "total_tokens": 49_000}

# the contrast of a text with the pane's background, by the WCAG's formula
CONTRAST = """(() => {
    const light = (colour) => {
        const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map((part) => part / 255)
            .map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const pane = document.getElementById("workshop-pane");
    const ground = light(getComputedStyle(pane).backgroundColor);
    return Math.min(...Array.from(pane.querySelectorAll(".workshop-body *")).filter((one) =>
        one.textContent.trim()).map((one) =>
        (Math.max(light(getComputedStyle(one).color), ground) + .05)
        / (Math.min(light(getComputedStyle(one).color), ground) + .05)));
})()"""


class BrowserTest(WorldTest):
    """A player at the web client, in the Workshop."""

    def setUp(self) -> None:
        super().setUp()
        self.browser = self.world.visitor.browser
        self.browser.problems.clear()
        self.lamps(alpha="healthy", beta="healthy", gamma="disabled")

    def see(self, script: str, patience: float = 20) -> None:
        self.browser.wait_for(script, patience)

    def lamps(self, **words: str) -> None:
        """Waits until the lamps are as wanted."""
        wanted = json.dumps([list(pair) for pair in words.items()])
        shown = f"{LAMPS}.map(([name, , word]) => [name, word])"
        self.see(f"JSON.stringify({shown}) === JSON.stringify({wanted})")

    @contextlib.contextmanager
    def builder(self) -> Iterator[None]:
        """The player is a builder, there is a budget, and some of it is spent."""
        world = self.world
        world.write_configuration(**BUDGET)
        world.workshop("reload")
        world.beta.script(Behaviour(text="It would be blue.", usage=USED))
        world.daemon.call("think", task=f"name a colour {CANARY}", backend="beta")
        world.builder.type(f"perm *{VISITOR} = Builder", r"given|already")
        try:
            self.see("document.querySelector('.workshop-budget')", 60)
            yield
        finally:
            world.builder.type(f"perm/del *{VISITOR} = Builder", r"remove")
            world.write_configuration()
            world.workshop("reload")


class PaneTest(BrowserTest):
    """What stands in the pane is what the room knows, and it changes by itself."""

    def test_lamps_have_a_sign_a_word_and_a_latency(self) -> None:
        shown = self.browser.run(LAMPS)
        self.assertEqual(
            shown,
            [["alpha", "[+]", "healthy"], ["beta", "[+]", "healthy"], ["gamma", "[x]", "disabled"]],
        )
        first = "document.querySelector('.workshop-lamp')"
        self.assertIn(
            "ms", self.browser.run(f"{first}.querySelector('.workshop-latency').textContent")
        )
        self.assertIn("alpha-model", self.browser.run(f"{first}.textContent"))
        asked = "performance.getEntriesByType('resource').map((one) => one.name)"
        polled = f"{asked}.filter((name) => name.includes('webclientdata'))"
        self.assertEqual(self.browser.run(polled), [], "it has to be the web socket")
        self.see(f"{first}.querySelector('polyline').getAttribute('points').split(' ').length > 2")
        self.assertEqual(self.browser.problems, [])

    def test_a_lamp_changes_while_one_looks(self) -> None:
        self.world.beta.stop()
        self.see(f"{LAMPS}.some(([name, sign, word]) => name === 'beta' && sign === '[-]')")
        spoken = self.browser.run("document.querySelector('.workshop-spoken').textContent")
        self.assertRegex(spoken, r"beta: \w+")
        self.world.beta.start()
        self.world.mend()
        self.lamps(alpha="healthy", beta="healthy", gamma="disabled")

    def test_the_link_goes_down_and_comes_back(self) -> None:
        self.world.daemon.kill()
        self.see(f"{STATUS}.includes('dark')")
        self.assertEqual(self.browser.run(LAMPS), [])
        self.world.daemon.start()
        self.lamps(alpha="healthy", beta="healthy", gamma="disabled")
        self.assertEqual(self.browser.run(STATUS), "")

    def test_the_game_reloads(self) -> None:
        watcher = self.world.watcher
        start = len(watcher.transcript)
        self.world.game.reload()
        self.world.beta.stop()
        self.see(f"{LAMPS}.some(([name, sign]) => name === 'beta' && sign === '[-]')", 30)
        watcher.expect(r"The lamp of beta", 20)
        told = watcher.transcript[start:]
        self.assertNotRegex(told, r"light up|go out|lamp of (?:alpha|gamma)", "it was known before")

    def test_a_page_that_is_opened_again_fills_at_once(self) -> None:
        self.world.return_visitor()
        self.lamps(alpha="healthy", beta="healthy", gamma="disabled")

    def test_a_client_without_goldenlayout(self) -> None:
        self.browser.without = GOLDEN
        try:
            self.world.return_visitor()
            self.assertEqual(self.browser.run("typeof GoldenLayout"), "undefined")
            self.lamps(alpha="healthy", beta="healthy", gamma="disabled")
            self.world.visitor.type("route name a colour", r"Route: alpha")
            self.assertEqual(self.browser.problems, [])
        finally:
            self.browser.without = None
            self.world.return_visitor()

    def test_elsewhere_it_says_so(self) -> None:
        world = self.world
        world.builder.type("dig Yard = yard, in", r"Created room")
        world.visitor.type("yard", r"Yard")
        self.see(f"{STATUS} === 'You are not in a Workshop.'")
        self.assertEqual(self.browser.run(LAMPS), [])
        world.visitor.type("in", r"Lamps over the benches")
        self.lamps(alpha="healthy", beta="healthy", gamma="disabled")
        world.builder.type("destroy yard", r"destroyed|Are you sure|really want")
        world.builder.send("yes")

    def test_costs_and_audit_are_for_builders(self) -> None:
        costs = "document.querySelector('.workshop-costs').textContent"
        self.assertEqual(self.browser.run(costs), "")
        pane = "document.getElementById('workshop-pane').textContent"
        self.assertNotIn("GAMMA_KEY", self.browser.run(pane))
        with self.builder():
            self.assertRegex(
                self.browser.run(costs),
                r"^CostsToday \$[\d.]+, \d+ asked ?\$[\d.]+ of \$2\.00, everything, day \(\d+ %\)",
            )
            verdict = self.browser.run("document.querySelector('.workshop-verdict').textContent")
            self.assertRegex(verdict, r"^\[[+?]\] (in order|not known): no record is missing")
            self.see(f"{pane}.includes('no key: set GAMMA_KEY')")
            self.assertGreaterEqual(self.browser.run(CONTRAST), 4.5)

    def test_a_client_that_speaks_gmcp(self) -> None:
        telnet = Telnet(self.world.game.ports.telnet, accept=GMCP)
        telnet.register("Emil", password())
        telnet.expect(r"Lamps over the benches")
        sent = wait_until(
            lambda: telnet.receive(0.1) is None or b"Workshop.Health {" in telnet.raw, 10
        )
        self.assertTrue(sent, telnet.raw)
        told = re.findall(rb"Workshop\.Health (\{.*?\})\xff\xf0", telnet.raw)
        health = json.loads(told[-1])
        self.assertTrue(health["up"])
        self.assertEqual([row["backend"] for row in health["backends"]], ["alpha", "beta", "gamma"])
        self.assertNotIn(b"GAMMA_KEY", telnet.raw)
        telnet.send("quit")
        telnet.close()

    def test_it_can_be_put_away_by_keyboard(self) -> None:
        button = "document.querySelector('.workshop-toggle')"
        expanded = f"{button}.getAttribute('aria-expanded')"
        width = "document.getElementById('clientwrapper').getBoundingClientRect().width"
        wide = self.browser.run(width)
        self.assertEqual(self.browser.run(expanded), "true")
        for wanted, key in (
            ("false", {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}),
            ("true", {"key": " ", "code": "Space", "windowsVirtualKeyCode": 32, "text": " "}),
        ):
            self.browser.run(f"{button}.focus()")
            self.browser.press(**key)
            self.assertEqual(self.browser.run(expanded), wanted)
            self.assertEqual(self.browser.run(width) > wide, wanted == "false")
        self.assertEqual(self.browser.run(width), wide)

    def test_a_screen_reader_is_told_what_changes(self) -> None:
        roles = self.browser.run(
            "Array.from(document.querySelectorAll('#workshop-pane [aria-live]'), (one) => one.role)"
        )
        self.assertEqual(roles, ["status", "status"])
        labels = "Array.from(document.querySelectorAll('.workshop-spark'), (one) => one.ariaLabel)"
        self.assertTrue(all("latency of" in label for label in self.browser.run(labels)))
        self.assertGreaterEqual(self.browser.run(CONTRAST), 4.5)


class PictureTest(BrowserTest):
    """The picture in the documentation: `make screenshots`."""

    def test_picture(self) -> None:
        path = Path(PICTURE) if PICTURE else self.world.root / "pane.png"
        size = {"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": False}
        self.browser.call("Emulation.setDeviceMetricsOverride", **size)
        self.browser.run("window.dispatchEvent(new Event('resize'))")
        points = "document.querySelector('.workshop-spark polyline').getAttribute('points')"
        self.see(f"{points}.split(' ').length >= 12", 60)
        with self.builder():
            player = self.world.visitor
            player.type("look", r"gamma disabled")
            player.type("route write a poem about the lanterns", r"Not: gamma")
            player.type(
                f"think what would look well beside brass? {CANARY}", r'Timmy says, "[^"]+"'
            )
            self.browser.pause(0.5)
            self.browser.screenshot(path)
        self.browser.call("Emulation.clearDeviceMetricsOverride")
        self.assertEqual(path.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
