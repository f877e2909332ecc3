"""A provider, a persona, a rule are added as docs/developers.md says: its blocks are what is done.

python3 -m unittest discover Tests/People
"""

from __future__ import annotations

import unittest

from documents import step
from house import Behaviour, House

LOCAL = """
  local: {url: "http://127.0.0.1:%d/v1", model: stand-in, role: local, local: true,
    quality: 0.3, prices: {input: 0, output: 0}}
"""
BACKENDS = "\nbackends:" + LOCAL


def lines(name: str) -> list[str]:
    """The commands of a step, without what they print."""
    return [line.split("   #")[0].strip() for line in step(name).splitlines() if line.strip()]


class ProviderTests(unittest.TestCase):
    """A provider that speaks OpenAI's form is a matter of configuration."""

    def test_provider(self) -> None:
        """Its backend is asked with its key, gets nothing of the persona, and is paid."""
        with House(ACME_KEY="sk-of-acme-0123456789abcdef") as house:
            acme = house.upstream("large-1", key="sk-of-acme-0123456789abcdef")
            local = house.upstream()
            text = step("provider").replace(
                "https://llm.acme.example/v1", f"http://127.0.0.1:{acme.port}/v1"
            )
            self.assertIn(str(acme.port), text)
            house.configure(text + LOCAL % local.port)
            acme.server.script = [Behaviour(text="{task} Indeed.", echo=True, times=0)]
            house.serve().wait_healthy("acme-large", "local")
            for line in lines("provider, tried"):
                done = house.type(line)
                self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")
            asked = acme.chats()
            self.assertTrue(asked)
            self.assertEqual(
                asked[-1].header("Authorization"), "Bearer sk-of-acme-0123456789abcdef"
            )
            self.assertEqual(asked[-1].json()["model"], "large-1")
            answer = house.ask("think", "--backend", "acme-large", "what grows at Lantern Mill?")
            self.assertIn("Lantern Mill", answer["text"])
            self.assertFalse([each for each in acme.chats() if b"Lantern" in each.raw])
            spent = {row["backend"]: row["usd"] for row in house.ask("costs")["by_backend"]}
            self.assertGreater(spent["acme-large"], 0)

    def test_without_its_key(self) -> None:
        """Without its key it is there, is not asked, and says what it misses."""
        with House() as house:
            house.configure(step("provider") + LOCAL % house.upstream().port)
            done = house.type("workshop check configs/backends.yaml")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("disabled: no key: set ACME_KEY", done.stdout)


class PersonaTests(unittest.TestCase):
    """A persona is a folder."""

    def test_persona(self) -> None:
        """The copied template is loaded, guards its own for everybody, and speaks in its voice."""
        with House() as house:
            local = house.upstream()
            house.configure(BACKENDS % local.port)
            house.serve().wait_healthy("local")
            for line in lines("persona"):
                done = house.type(line)
                self.assertEqual(done.returncode, 0, f"{line}: {done.stdout}{done.stderr}")
            local.forget()
            local.server.script = [Behaviour(text="At {task} it is deep.", echo=True, times=0)]
            heard = [house.type(line).stdout for line in lines("persona, tried")]
            self.assertIn("That stays on this side of the water.", heard[0])
            self.assertRegex(heard[1], r"^(Aye\.|Well now\.) .*Saltmarsh Ferry")
            # What is hers leaves on behalf of nobody, and what was sent holds nothing of it.
            done = house.type('workshop think --persona timmy "who is Corvin Thistlewood?"')
            self.assertIn("[persona_refused]", done.stderr)
            self.assertTrue(local.chats())
            for request in local.chats():
                for word in (b"Saltmarsh", b"Ysolde", b"Thistlewood", b"Aye", b"river"):
                    self.assertNotIn(word, request.raw)


class RuleTests(unittest.TestCase):
    """Rules of routing, of the guard and of the judge are lines of the configuration."""

    def house(self, house: House, rule: str) -> None:
        """Starts a daemon with two backends and the rule of a step."""
        self.local, self.strong = house.upstream(), house.upstream()
        house.configure(
            f"{step(rule) if rule else ''}{BACKENDS % self.local.port}"
            f"""  strong: {{url: "http://127.0.0.1:{self.strong.port}/v1", model: stand-in,
    role: [reasoning, breadth], quality: 0.9, prices: {{input: 1, output: 4}}}}\n"""
        )
        house.serve().wait_healthy("local", "strong")

    def test_routing(self) -> None:
        """A branch of a tree decides who is asked, and `route` says so."""
        tasks = ("Translate into French: good morning", "list the files in this room")
        with House() as house:
            self.house(house, "")
            before = [house.ask("route", task)["backend"] for task in tasks]
        with House() as house:
            self.house(house, "routing rule")
            after = [house.ask("route", task)["backend"] for task in tasks]
            stays = house.ask("route", "the password is hunter2, keep it local: translate it")
        with House() as house:
            self.house(house, "kind rule")
            shorter = [house.ask("route", task)["backend"] for task in tasks]
        self.assertEqual(before, ["strong", "local"])
        self.assertEqual(shorter, ["local", "local"])
        self.assertEqual(after, ["local", "strong"])
        self.assertEqual(stays["backend"], "local")

    def test_guard(self) -> None:
        """What had a stand-in is refused, and nothing of it is sent."""
        with House() as house:
            self.house(house, "")
            done = house.type('workshop think "what grows at Lantern Mill?"')
            self.assertEqual(done.returncode, 0, done.stderr)
        with House() as house:
            self.house(house, "guard rule")
            done = house.type('workshop think "what grows at Lantern Mill?"')
            self.assertIn("[persona_refused]", done.stderr)
            self.assertEqual(self.local.chats() + self.strong.chats(), [])
            # The others are as they were.
            done = house.type('workshop think "what does Uniwizard do?"')
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_judge(self) -> None:
        """A weak answer is followed by a stronger backend's; without the judge it is given."""
        task = "list the files in this room"
        for rule, by in (("judge rule", "strong"), ("no judge", "local")):
            with House() as house:
                self.house(house, rule)
                self.local.server.script = [
                    Behaviour(text="the the the the the the the the", times=0)
                ]
                self.strong.server.script = [
                    Behaviour(text="A hammer, a plane and two saws.", times=0)
                ]
                answer = house.ask("think", task)
                self.assertEqual(answer["backend"], by, answer)
