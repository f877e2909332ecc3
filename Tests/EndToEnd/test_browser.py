"""The pane in the web client, in a real browser: real game, real daemon, stand-in backends."""

from __future__ import annotations

import json
import os
from pathlib import Path

from upstream.behaviour import Behaviour
from world import CANARY, VISITOR, WorldTest

PICTURE = os.environ.get("E2E_PICTURE")  # where to put the picture for the documentation
LAMPS = """Array.from(document.querySelectorAll(".workshop-lamp"), (lamp) =>
    [lamp.querySelector(".workshop-name").textContent,
     lamp.querySelector(".workshop-sign").textContent,
     lamp.querySelector(".workshop-word").textContent])"""
STATUS = """document.querySelector(".workshop-status").textContent"""
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


class PaneTest(WorldTest):
    """What stands in the pane is what the room knows, and it changes by itself."""

    def setUp(self) -> None:
        super().setUp()
        self.browser = self.world.visitor.browser
        self.lamps(alpha="healthy", beta="healthy", gamma="disabled")

    def see(self, script: str, patience: float = 20) -> None:
        self.browser.wait_for(script, patience)

    def lamps(self, **words: str) -> None:
        """Waits until the lamps are as wanted."""
        wanted = json.dumps([list(pair) for pair in words.items()])
        shown = f"{LAMPS}.map(([name, , word]) => [name, word])"
        self.see(f"JSON.stringify({shown}) === JSON.stringify({wanted})")

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
        self.world.game.reload()
        self.world.beta.stop()
        self.see(f"{LAMPS}.some(([name, sign]) => name === 'beta' && sign === '[-]')", 30)

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
        world = self.world
        self.assertEqual(
            self.browser.run("document.querySelector('.workshop-costs').textContent"), ""
        )
        self.assertNotIn("GAMMA_KEY", self.browser.run("document.body.textContent"))
        world.write_configuration(**BUDGET)
        world.workshop("reload")
        world.beta.script(Behaviour(text="It would be blue.", usage=USED))
        world.daemon.call("think", task=f"name a colour {CANARY}", backend="beta")
        world.builder.type(f"perm *{VISITOR} = Builder", r"given")
        try:
            self.see("document.querySelector('.workshop-budget')", 40)
            self.assertRegex(
                self.browser.run("document.querySelector('.workshop-costs').textContent"),
                r"^CostsToday \$0\.19, [\d,]+ asked.*\$0\.19 of \$2\.00, everything day \(10 %\)",
            )
            verdict = self.browser.run("document.querySelector('.workshop-verdict').textContent")
            self.assertRegex(verdict, r"^\[[+?]\] (in order|not known): no record is missing")
            self.see("document.body.textContent.includes('no key: set GAMMA_KEY')")
            self.assertGreaterEqual(self.browser.run(CONTRAST), 4.5)
            if PICTURE:
                self.picture(Path(PICTURE))
        finally:
            world.builder.type(f"perm/del *{VISITOR} = Builder", r"removed|remov")
            world.write_configuration()
            world.workshop("reload")

    def picture(self, path: Path) -> None:
        """A picture for the documentation, of a moment in which something goes on."""
        world = self.world
        world.visitor.type(f"think name a colour {CANARY}", r'Timmy says, "[^"]+"')
        self.browser.screenshot(path)

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
