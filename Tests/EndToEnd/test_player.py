"""What players type in the Workshop, and what they see."""

from __future__ import annotations

import json
import re
import urllib.request

from processes import wait_until
from upstream.behaviour import Behaviour
from world import CANARY, WorldTest

LANTERN = ("The first lantern is lit at dusk. ", "The second one ", "follows it.")
LIT = "The first lantern is lit at dusk. The second one follows it."
COST_ROW = r"today +(?P<usd>\$[\d.]+) +(?P<asked>[\d,]+) +(?P<answered>[\d,]+) "


class PlayerTest(WorldTest):
    """Everything is well: lamps, routes, thoughts, accounts."""

    def test_look_shows_the_lamps(self) -> None:
        for player in (self.world.builder, self.world.watcher, self.world.weaver):
            player.type("look", r"Lamps over the benches:\n.*alpha healthy.*beta healthy")
            player.expect(r"gamma disabled")

    def test_route_decides_and_sends_nothing(self) -> None:
        before = self.chats()
        for player in (self.world.builder, self.world.weaver):
            player.type("route list the files in this room", r"Route: alpha, alpha-model\n")
            player.expect(r"Kind: \w+, \w+.*Why: \S.*First: alpha.*Then: beta")
            player.expect(r"Not: gamma \(disabled\): no key: set GAMMA_KEY")
        self.assertEqual(self.chats(), before)

    def test_thought_streams_and_the_room_hears_it(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(chunks=LANTERN, chunk_delay=0.7))
        start = [len(player.transcript) for player in world.players()]
        world.builder.send(f"think about a lantern, {CANARY}")
        for player in world.players():
            player.expect(r"Timmy [^\n]* thinks \.\.\.")
            player.expect(r'Timmy says, "[^\n]*The first lantern is lit at dusk\.')
            self.assertEqual(world.alpha.chats()[-1].outcome, "open", "shown before it was whole")
        rest = r"\n  The second one follows it\."
        world.builder.expect(rest)
        world.builder.expect(r"\(alpha, alpha-model; [^;]*ms; \$0(\.0+)?\)")
        for player, at in list(zip(world.players(), start, strict=True))[1:]:
            player.expect(rest)
            self.assertNotIn("alpha-model", player.transcript[at:], "that is for builders")

    def test_thought_by_web_socket(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(chunks=LANTERN))
        world.weaver.type(f"think about a lantern, {CANARY}", r"thinks \.\.\.")
        for player in (world.weaver, world.builder, world.watcher):
            player.expect(rf'Timmy says, "[^"\n]*{re.escape(LIT)}"')

    def test_his_name_is_taken_off(self) -> None:
        world = self.world
        for player in (world.builder, world.weaver):
            player.type(f"think Timmy, name a colour for {CANARY}", r'Timmy says, "[^"]+"')
            asked = world.alpha.chats()[-1]
            self.assertIn(f"ame a colour for {CANARY}", asked.task())
            self.assertEqual(world.persona.found_in(asked), [])

    def test_what_is_his_stays_here(self) -> None:
        world = self.world
        for number, key in enumerate(("owner", "accounts", "paths")):
            term = world.persona.terms[key][0]
            player = (world.builder, world.weaver)[number % 2]
            with self.subTest(key):
                before, start = self.chats(), [len(p.transcript) for p in world.players()]
                player.send(f"think what do you know about {term}? {CANARY}")
                player.expect(r'Timmy says, "[^"\n]+"')
                player.expect(r"That stays in this room\.")
                for seen, at in zip(world.players(), start, strict=True):
                    seen.receive_within(0.05)
                    self.assertNotIn(term.casefold(), seen.transcript[at:].casefold())
                self.assertEqual(self.chats(), before)

    def test_costs(self) -> None:
        builder = self.world.builder
        before = builder.type("costs", COST_ROW)
        builder.type(f"think name a colour, {CANARY}", r'Timmy says, "[^"]+"')
        after = builder.type("costs", COST_ROW)
        self.assertEqual(_count(after["answered"]), _count(before["answered"]) + 1)
        self.assertGreater(_count(after["asked"]), _count(before["asked"]))
        builder.type("costs", r"this month.*alpha")

    def test_leakaudit(self) -> None:
        builder = self.world.builder
        records = r"No record is missing.*records of requests\s+(?P<count>[\d,]+)"
        before = builder.type("leakaudit", records)
        builder.type(f"think name a colour, {CANARY}", r'Timmy says, "[^"]+"')
        after = builder.type("leakaudit", records)
        self.assertGreater(_count(after["count"]), _count(before["count"]))
        builder.type("leakaudit", r"gaps between them\s+0\D")

    def test_accounts_are_for_builders(self) -> None:
        for player in (self.world.watcher, self.world.weaver):
            for command in ("costs", "leakaudit", "leaks"):
                player.type(command, rf"Command '{command}' is not available")

    def test_letting_go_of_a_thought(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(chunks=LANTERN, hang_after=1))
        world.weaver.type(f"think about a lantern, {CANARY}", r"lit at dusk\.")
        world.weaver.send("think/stop")
        for player in world.players():
            player.expect(r"Timmy lets the thought go\.")
        world.alpha.wait_for(lambda log: log[-1].outcome == "client_closed")

    def test_one_thought_at_a_time(self) -> None:
        world = self.world
        world.alpha.script(Behaviour(chunks=LANTERN, hang_after=1))
        world.builder.type(f"think about a lantern, {CANARY}", r"lit at dusk\.")
        world.builder.type(f"think again, {CANARY}", r"still thinks about your last question")
        world.weaver.type(f"think of another, {CANARY}", r'Timmy says, "[^"]+"')
        world.builder.type("think/stop", r"Timmy lets the thought go\.")

    def test_markup_in_an_answer_is_only_text(self) -> None:
        world = self.world
        evil = "Press |lcquit|lthere|le, |lujavascript:alert(1)|ltor there|le {x} $You() \x1b[2J"
        world.alpha.script(Behaviour(chunks=(evil, " and done.")))
        at, raw = len(world.weaver.messages), len(world.builder.raw)
        world.weaver.type(f"think name a link, {CANARY}", r'Timmy says, "[^"]*and done\."')
        world.builder.expect(r'Timmy says, "[^"]*\{x\} \$You\(\)[^"]*and done\."')
        sent = json.dumps(world.weaver.messages[at:])
        for link in ("<a ", "onclick", "href"):
            self.assertNotIn(link, sent)
        self.assertNotIn(b"\x1b[2J", world.builder.raw[raw:])

    def test_web_client_is_served(self) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.world.game.web_url, timeout=20) as page:
            self.assertIn(str(self.world.game.ports.websocket), page.read().decode())

    def test_command_line(self) -> None:
        daemon = self.world.daemon
        at = ("--socket", str(daemon.socket_path), "--json")
        route = daemon.run("route", *at, "list the files in this room")
        self.assertEqual(json.loads(route.stdout)["backend"], "alpha", route.stderr)
        thought = daemon.run("think", *at, f"name a colour, {CANARY}")
        self.assertTrue(json.loads(thought.stdout)["text"], thought.stderr)
        lamps = json.loads(daemon.run("health", *at).stdout)["backends"]
        self.assertEqual([row["backend"] for row in lamps], ["alpha", "beta", "gamma"])
        self.assertGreater(json.loads(daemon.run("costs", *at).stdout)["today"]["answered"], 0)
        audit = daemon.run("audit", "--config", str(daemon.config), "--json")
        self.assertEqual(json.loads(audit.stdout)["gaps"], 0, audit.stderr)
        term = self.world.persona.terms["owner"][0]
        refused = daemon.run("think", *at, f"who is {term}?")
        self.assertNotEqual(refused.returncode, 0)
        self.assertNotIn(term, refused.stdout + refused.stderr)

    def test_health_changes_are_shown(self) -> None:
        world = self.world
        world.beta.stop()
        world.builder.expect(r"The lamp of beta: \w+", 20)
        world.beta.start()
        world.mend()
        world.builder.expect(r"The lamp of beta: healthy", 20)
        self.assertTrue(wait_until(world.daemon.answers, 5))

    def chats(self) -> int:
        """How many completions any upstream was asked for."""
        return len(self.world.alpha.chats()) + len(self.world.beta.chats())


def _count(text: str) -> int:
    return int(text.replace(",", ""))
