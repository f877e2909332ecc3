"""Foreign text is only text: a hostile corpus, on telnet with and without MXP, and in a browser.

Every text of `corpus` is the answer of a model and the echo of a task, and those that the daemon
takes are names of models. It is wrapped in two words, and what a client gets between them may hold
no link, no script, no control byte and no colour.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from browser import BrowserPlayer
from corpus import TEXTS
from daemon import DaemonError
from player import Player
from telnet import MXP, Telnet
from upstream.behaviour import Behaviour
from world import CANARY, FIRST, WorldTest, password

SMALL = 200
BATCH = 6  # texts in an answer

ANSWERS = ("think {task}",)
"""Lines after which the room hears the answer of a model; each is tried with every text."""

ECHOES = ("journal/full {word}",)
"""Lines that show what was asked; each is tried with every text."""

MODELS = ("route name a colour",)
"""Lines that show the models of a few backends in full."""

FEW = 3
"""How many of them, beside our own two."""

NAME = 50  # characters of a name, beside its two words, that are shown everywhere

OWN = re.compile(rb"\xff[\xf9\xf1]")  # Evennia ends every message so, and keeps the line open
RESET = re.compile(rb"\x1b\[0m|\r\n|\t")
EVIL = {
    "a control byte": re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]"),
    "what turns the text round": re.compile(
        "[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
    ),
    "a tag of MXP": re.compile(r"(?i)<(?:send|a|!\w+|color|script)\b"),
    "an address": re.compile(r"(?i)(?:https?|ftp)://|\b(?:www|ftp)\.\w"),
}

# every element and every colour between the two words, in what the window has shown since `from`
BETWEEN = """(() => {
    const shown = document.getElementById("messagewindow");
    const found = {texts: 0, evil: []};
    const kinds = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
    let inside = false; // a stream goes on from one message to the next
    for (const message of Array.from(shown.children).slice(FROM)) {
        const walk = document.createTreeWalker(message, kinds);
        while (walk.nextNode()) {
            const node = walk.currentNode;
            if (node.nodeType === Node.ELEMENT_NODE) {
                if (!["BR", "SPAN", "DIV"].includes(node.tagName)
                        || Array.from(node.attributes).some((one) => one.name !== "class")) {
                    found.evil.push(node.outerHTML.slice(0, 200));
                }
                continue;
            }
            const at = node.data.lastIndexOf("BEGIN"), end = node.data.lastIndexOf("END");
            if (at >= 0 || end >= 0) { found.texts++; }
            if ((inside || at >= 0 || end >= 0) && node.parentElement.tagName === "SPAN") {
                found.evil.push("coloured: " + node.data.slice(0, 200));
            }
            if (at >= 0 || end >= 0) { inside = at > end; }
        }
    }
    return found;
})()"""
COUNT = """document.getElementById("messagewindow").children.length"""
PWNED = """[typeof window.pwned, document.title, location.pathname, document.querySelectorAll(
    "#messagewindow :is(a, style, [onclick]), #workshop-pane :is(a, img, script, style),"
    + "body :is(iframe, meta, base)").length]"""
PANE = "document.getElementById('workshop-pane').textContent"


class Marked(NamedTuple):
    """A text between two words that are nowhere else."""

    begin: str
    text: str
    end: str

    def __str__(self) -> str:
        return f"{self.begin} {self.text} {self.end}"


def marked(texts: tuple[str, ...] = TEXTS) -> list[Marked]:
    """The corpus, each with new words."""
    key = secrets.token_hex(3)
    return [Marked(f"BEGIN{key}n{n}x", text, f"END{key}n{n}x") for n, text in enumerate(texts)]


def is_name(text: str) -> bool:
    """Whether the daemon takes it as the name of a model, in a file of JSON."""
    prints = all(unicodedata.category(one) != "Cc" and one <= "\uffff" for one in text)
    return prints and len(text) <= NAME and "${" not in text


def decoded(line: bytes) -> str:
    """As a player reads it: what latin-1 has no letters for, Evennia sends as UTF-8."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def batches(texts: list[Marked]) -> Iterator[list[Marked]]:
    """A few at a time, the long ones alone."""
    batch: list[Marked] = []
    for text in texts:
        if batch and (len(batch) == BATCH or len(text.text) > SMALL):
            yield batch
            batch = []
        batch.append(text)
    yield batch


def pieces(whole: str) -> tuple[str, ...]:
    """In pieces as small as can be: every bar is at the end of one, every `lc` begins one."""
    size = 1 if len(whole) < BATCH * SMALL else 97
    return tuple(whole[at : at + size] for at in range(0, len(whole), size))


class HostileTest(WorldTest):
    """Nothing that a stranger wrote does anything."""

    mxp: Telnet

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.mxp = Telnet(cls.world.game.ports.telnet, accept=bytes([MXP]))
        cls.mxp.register("Dora", password())
        cls.latin = cls.world.watcher
        cls.latin.type("option encoding = latin-1", r"latin-1")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.latin.type("option encoding = utf-8", r"utf-8")
        cls.world.write_configuration()
        cls.world.workshop("reload")
        cls.mxp.send("quit")
        cls.mxp.close()

    def setUp(self) -> None:
        super().setUp()
        self.configure()
        self.page = self.world.visitor.browser
        self.tellers: tuple[Player, ...] = (self.mxp, self.world.visitor)
        self.telnets = {"plain": self.world.builder, "MXP": self.mxp, "latin-1": self.latin}
        self.start()

    def configure(self, **named: Any) -> None:
        """With more backends, and answers that nobody judges: some of these look like none."""
        world = self.world
        routing = {**FIRST, "quality": {"judge": False}}
        world.write_configuration(routing, backends={**world.backends(), **named})
        done = world.workshop("reload")
        self.assertEqual(done.returncode, 0, done.stderr)

    def start(self) -> None:
        """From now on is looked at."""
        self.at = {name: len(player.raw) for name, player in self.telnets.items()}
        self.shown = self.page.run(COUNT)
        self.before = self.page.run(PWNED)
        self.refused, self.thrown = len(self.page.refused), len(self.page.problems)

    def check_telnet(self, text: Marked, name: str) -> None:
        """Looks at a text wherever a client was sent it since the start."""
        between = re.compile(rb"%b.*?%b" % (text.begin.encode(), text.end.encode()), re.DOTALL)
        found = between.findall(self.telnets[name].raw[self.at[name] :])
        self.assertTrue(found, (name, text))
        for sent in found:
            inside = OWN.sub(b"", sent.replace(b"\xff\xff", b"y"))  # a letter of latin-1, doubled
            self.assertNotIn(b"\xff", inside, f"a command of telnet; {name}")
            read = decoded(RESET.sub(b"", inside))
            for what, evil in EVIL.items():
                self.assertNotRegex(read, evil, f"{what}; {name}")

    def check_page(self) -> None:
        """Looks at what the browser has shown since the start."""
        found = self.page.run(BETWEEN.replace("FROM", str(self.shown)))
        self.assertGreater(found["texts"], 0)
        self.assertEqual(found["evil"], [])
        self.check_nothing_ran()

    def check_nothing_ran(self) -> None:
        self.assertEqual(self.page.run(PWNED), ["undefined", *self.before[1:]])
        self.assertEqual(self.page.problems[self.thrown :], [])
        self.assertEqual(self.page.refused[self.refused :], [])

    def test_answers(self) -> None:
        """In the smallest pieces to who asked, and whole to the room."""
        for line in ANSWERS:
            for teller in self.tellers:
                for batch in batches(marked()):
                    with self.subTest(line=line, teller=type(teller).__name__, first=batch[0]):
                        self.answered(teller, line, batch)

    def answered(self, teller: Player, line: str, batch: list[Marked]) -> None:
        whole = "\n".join(map(str, batch))
        self.world.alpha.script(Behaviour(chunks=pieces(whole)))
        teller.send(line.format(task=f"name a colour, {CANARY}"))
        for player in (*self.telnets.values(), self.world.visitor):
            player.expect(rf'Timmy says, ".*?{batch[-1].end}[^"]*"')  # he is ready for another
        for text in batch:
            for name in self.telnets:
                self.check_telnet(text, name)
        self.check_page()
        self.start()

    def test_echoes(self) -> None:
        """What was asked, and what the owner has to look at."""
        callers = [self.caller(player) for player in self.tellers]
        for n, text in enumerate(marked()):
            player, caller = self.tellers[n % 2], callers[n % 2]
            with self.subTest(player=type(player).__name__, text=text.text):
                leak = self.asked(caller, text)
                if leak is not None:
                    self.held(leak, text)
                elif len(text.text) <= SMALL:  # a longer one is shown page by page
                    for line in ECHOES:
                        self.echoed(player, line, text)

    def caller(self, player: Player) -> str:
        """What the daemon calls a player."""
        word = f"kettle{secrets.token_hex(4)}"
        player.type(f"think of a {word}, {CANARY}", r'Timmy says, "[^"]+"')
        return str(self.world.daemon.call("journal", about=word)["entries"][0]["caller"])

    def asked(self, caller: str, text: Marked) -> int | None:
        """Asks the daemon; the number under which it holds the task back, or None."""
        try:
            self.world.daemon.call("think", task=f"{text}, {CANARY}", caller=caller)
        except DaemonError as error:
            told = json.loads(str(error))["data"]
            self.assertEqual(told["code"], "quarantined", text)
            return int(told["leak"])
        return None

    def echoed(self, player: Player, line: str, text: Marked) -> None:
        player.type(line.format(word=text.begin), re.escape(text.end))
        if isinstance(player, BrowserPlayer):
            self.check_page()
        else:
            self.check_telnet(text, "MXP")
        self.start()

    def held(self, leak: int, text: Marked) -> None:
        """What the owner is shown."""
        self.world.builder.type(f"leaks {leak}", re.escape(text.end))
        self.check_telnet(text, "plain")
        self.start()

    def test_names_of_models(self) -> None:
        """In the pane, which everybody in the room has, and where it is said who answers."""
        world = self.world
        alpha = world.backends()["alpha"]
        texts = [text for text in marked() if is_name(text.text)]
        named = {f"h{n}": {**alpha, "model": str(text)} for n, text in enumerate(texts)}
        try:
            self.configure(**named)
            for text in texts:
                self.page.wait_for(f"{PANE}.includes({json.dumps(text.end)})")
            self.check_nothing_ran()
            for at in range(0, len(texts), FEW):
                few = dict(list(named.items())[at : at + FEW])
                with self.subTest(first=texts[at].text):
                    self.configure(**few)
                    self.named(texts[at : at + FEW])
        finally:
            self.configure()

    def named(self, texts: list[Marked]) -> None:
        """Says who would answer, to each client."""
        for line in MODELS:
            for player in (self.world.builder, self.mxp, self.world.visitor):
                player.type(line, re.escape(texts[-1].end))
            for text in texts:
                self.check_telnet(text, "plain")
                self.check_telnet(text, "MXP")
            self.check_page()
            self.start()
