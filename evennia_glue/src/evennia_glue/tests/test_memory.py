"""What the persona remembers: forgotten, and asked for."""

from evennia_glue import texts
from evennia_glue.commands.memory import CmdForget, CmdJournal

from .support import NASTY, SHOWN, CommandTest


class TestForget(CommandTest):
    def test_this_conversation(self):
        self.type(CmdForget())
        request = self.asked("forget")
        here = {"caller": f"#{self.char1.id}", "conversation": f"room:#{self.room1.id}"}
        self.assertEqual(request["params"], here)
        self.wire.answer(request, {"turns": 4})
        self.assertEqual(
            self.heard1, ["Timmy forgets what you two said in this room (4 exchanges)."]
        )
        self.assertEqual(self.heard2, [])

    def test_everything(self):
        self.settings(WORKSHOP_PERSONA="ezra", WORKSHOP_PERSONA_NAME="Ez|ra")
        self.type(CmdForget(), "/all")
        request = self.asked("forget")
        self.assertEqual(request["params"], {"persona": "ezra", "caller": f"#{self.char1.id}"})
        self.wire.answer(request, {"turns": 1})
        told = "Ez|ra forgets all that you ever said, in the journal too (1 exchange)."
        self.assertEqual(self.heard1, [told])

    def test_not_by_mistake(self):
        self.type(CmdForget(), " the lantern")
        self.assertEqual(self.heard1, ["Usage: forget, or forget/all"])
        self.assertEqual(self.wire.sent(), [])

    def test_not_in_mid_thought(self):
        self.char1.ndb.workshop_thought = object()
        for switch in ("", "/all"):
            self.type(CmdForget(), switch)
            self.assertIn("still thinks", self.heard1[-1])
        self.assertEqual(self.wire.sent(), [])

    def test_misshapen_answers(self):
        for odd in ({}, {"turns": True}, {"turns": "x"}):
            self.type(CmdForget())
            self.wire.answer(self.asked("forget"), odd)
            self.assertIn("(exchanges unknown)", self.heard1[-1])


class TestJournal(CommandTest):
    ENTRY = {
        "time": "2026-11-21T08:00:12Z",
        "caller": "#1",
        "kind": "creation",
        "task": "name a colour",
        "answer": "Blue.\nOr green.",
        "backend": "local",
    }

    def ask(self, typed="", *entries, say="I remember."):
        self.type(CmdJournal(), typed)
        request = self.asked("journal")
        self.wire.answer(request, {"entries": list(entries), "say": say})
        return request["params"]

    def test_own(self):
        self.be_player()
        params = self.ask(" lantern, or lamp", self.ENTRY)
        self.assertEqual(params, {"caller": f"#{self.char1.id}", "about": "lantern, or lamp"})
        self.assertEqual(self.heard1, ['Timmy says, "I remember."'])
        self.assertEqual(self.heard2, [])

    def test_word_for_word(self):
        self.be_player()
        params = self.ask("/full lantern", self.ENTRY)
        self.assertEqual(params, {"caller": f"#{self.char1.id}", "about": "lantern"})
        entry = "2026-11-21 08:00 (creation)\n  > name a colour\n  Blue.\n  Or green."
        self.assertEqual(self.heard1, [entry])
        self.ask("", self.ENTRY, say=None)
        self.assertEqual(self.heard1, [entry] * 2)

    def test_without_words(self):
        self.settings(WORKSHOP_PERSONA="ezra")
        params = self.ask("")
        self.assertEqual(params, {"persona": "ezra", "caller": f"#{self.char1.id}"})

    def test_many_words(self):
        about = self.ask(" " + "\u00e4" * 2000)["about"]
        self.assertEqual(about, "\u00e4" * 512)

    def test_everybodys(self):
        params = self.ask("/all lantern", {**self.ENTRY, "caller": f"#{self.char2.id}"})
        self.assertEqual(params, {"about": "lantern"})
        head = f"2026-11-21 08:00 (creation, local) Char2 (#{self.char2.id})"
        self.assertEqual(self.heard1[0].split("\n")[0], head)
        self.assertEqual(self.ask("/all", {**self.ENTRY, "caller": "#999999"}), {})
        self.assertIn("(creation, local) #999999\n", self.heard1[-1])
        self.ask("/all")
        self.assertEqual(self.heard1[-1], 'Timmy says, "I remember."')

    def test_everybodys_is_for_builders(self):
        self.be_player()
        self.type(CmdJournal(), "/all")
        self.assertEqual(self.heard1, [texts.NOT_YOURS])
        self.assertEqual(self.wire.sent(), [])

    def test_nothing(self):
        self.ask("")
        self.assertEqual(self.heard1, ['Timmy says, "I remember."'])
        self.ask("", say=None)
        self.assertEqual(self.heard1[-1], texts.NOTHING_REMEMBERED)

    def test_it_is_only_text(self):
        self.ask("", say=NASTY)
        self.assertEqual(self.heard1[0], f'Timmy says, "{SHOWN}"')
        self.ask("/full", {**self.ENTRY, "task": NASTY, "answer": NASTY, "kind": NASTY})
        for line in self.heard1[1].split("\n")[1:]:
            self.assertIn(line, (f"  > {SHOWN}", f"  {SHOWN}"))

    def test_a_link_is_not_made_by_a_new_line(self):
        for at in range(60, 90):
            self.ask("/full", {**self.ENTRY, "answer": "x" * at + " |lcquit|ltx|le"})
            self.assertNotIn("|lc", self.heard1[-1].replace("\n", ""))

    def test_pages(self):
        self.ask("/full", *[self.ENTRY] * 20)
        self.assertIn("Page [1/", self.heard1[-1])
        self.assertLess(self.heard1[-1].count("> name a colour"), 20)
        self.char1.ndb._more.page_next()
        self.assertIn("Page [2/", self.heard1[-1])
        self.char1.ndb._more.page_quit()

    def test_long_lines_count_as_what_they_fill(self):
        self.ask("/full", *[{**self.ENTRY, "answer": "word " * 2000}] * 2)
        self.assertIn("Page [1/", self.heard1[-1])
        width = max(len(line) for line in self.heard1[-1].split("\n"))
        self.assertLessEqual(width, 78)
        self.char1.ndb._more.page_end()
        self.assertIn("[...]", self.heard1[-1])
        self.char1.ndb._more.page_quit()

    def test_misshapen_answers(self):
        for odd in ({}, {"entries": 7, "say": 7}, {"entries": [7, {}]}, {"entries": [{"time": 7}]}):
            self.type(CmdJournal(), "/all")
            self.wire.answer(self.asked("journal"), odd)
        self.assertNotIn(texts.STUMBLES, self.heard1)
