"""A stream becomes messages that can be read."""

from django.test import SimpleTestCase
from twisted.internet.task import Clock

from evennia_glue.lumps import LONGEST, Lumps


class TestLumps(SimpleTestCase):
    def setUp(self):
        self.clock = Clock()
        self.sent: list[str] = []
        self.lumps = Lumps(self.sent.append, self.clock)

    def add(self, *pieces):
        """What comes in the same turn of the reactor."""
        for piece in pieces:
            self.lumps.add(piece)
        self.clock.advance(0)

    def begin(self):
        """The first lump has gone out."""
        self.add("Hm. ")
        self.assertEqual(self.sent, ["Hm."])
        self.sent.clear()

    def test_the_first_words_come_at_once(self):
        self.lumps.add("The ")
        self.assertEqual(self.sent, [])
        self.clock.advance(0)
        self.assertEqual(self.sent, ["The"])

    def test_with_all_that_came_with_them(self):
        self.add("Hm. ", "It would ", "have to be ", "bl")
        self.assertEqual(self.sent, ["Hm. It would have to be"])
        self.add("ue.")
        self.lumps.flush('"')
        self.assertEqual(self.sent[1:], ['blue."'])

    def test_the_first_words_are_whole_and_more_than_a_letter(self):
        for piece in ("I", " ", "th", "ink"):
            self.add(piece)
            self.assertEqual(self.sent, [])
        self.add(" ")
        self.assertEqual(self.sent, ["I think"])

    def test_an_end_with_nothing_before_it(self):
        self.begin()
        self.lumps.flush('"')
        self.assertEqual(self.sent, ['"'])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_after_a_discard_the_first_words_are_the_first_again(self):
        self.begin()
        self.lumps.discard()
        self.add("Well. ")
        self.assertEqual(self.sent, ["Well."])
        self.lumps.add("More ")
        self.lumps.discard()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_line(self):
        self.begin()
        self.lumps.add("one\ntw")
        self.assertEqual(self.sent, ["one"])
        self.lumps.flush()
        self.assertEqual(self.sent, ["one", "tw"])

    def test_a_sentence(self):
        self.begin()
        for piece in ("It is a long ", "way to the mill", ". ", "But"):
            self.lumps.add(piece)
        self.assertEqual(self.sent, ["It is a long way to the mill."])

    def test_a_number_is_no_sentence(self):
        self.lumps.add("1. First")
        self.assertEqual(self.sent, [])

    def test_a_full_line_ends_at_a_word(self):
        self.begin()
        self.lumps.add("word " * 15 + "wor")
        self.assertEqual(self.sent, [("word " * 15).rstrip()])

    def test_a_text_without_spaces(self):
        self.lumps.add("\u6f22" * 151)
        self.assertEqual(self.sent, [])
        self.lumps.add("\u6f22")
        self.assertEqual(self.sent, ["\u6f22" * 152])

    def test_time(self):
        self.begin()
        self.lumps.add("several words that wait for more of their ki")
        self.clock.advance(0.9)
        self.assertEqual(self.sent, [])
        self.clock.advance(0.1)
        self.assertEqual(self.sent, ["several words that wait for more of their"])
        self.lumps.flush()
        self.assertEqual(self.sent[1:], ["ki"])

    def test_few_words_wait_longer(self):
        self.begin()
        self.lumps.add("several words that wait ")
        self.clock.advance(1)
        self.assertEqual(self.sent, [])
        self.clock.advance(1)
        self.assertEqual(self.sent, ["several words that wait"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_word_alone_comes_too(self):
        self.lumps.add("Blue")
        for _ in range(2):
            self.clock.advance(1)
        self.assertEqual(self.sent, ["Blue"])

    def test_discard(self):
        self.lumps.add("Broken")
        self.lumps.discard()
        self.lumps.add("Whole")
        self.lumps.flush()
        self.assertEqual(self.sent, ["Whole"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_blank_lines_are_not_sent(self):
        self.lumps.add("a\n\n\n")
        self.lumps.add("\n \n")
        self.lumps.flush()
        self.assertEqual(self.sent, ["a"])

    def test_indentation_stays(self):
        self.add("    indented\n")
        self.assertEqual(self.sent, ["    indented"])

    def test_a_huge_piece_is_split_and_nothing_lost(self):
        text = "x" * (2 * LONGEST + 7)
        self.lumps.add(text)
        self.lumps.flush()
        self.assertEqual("".join(self.sent), text)
        self.assertLessEqual(max(map(len, self.sent)), LONGEST)
