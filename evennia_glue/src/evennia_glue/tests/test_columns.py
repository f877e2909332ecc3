"""Tables without Evennia's: their widths, their sentences, and what comes from outside."""

from django.test import SimpleTestCase, override_settings
from evennia.server.portal.mxp import mxp_parse
from evennia.utils.ansi import parse_ansi, strip_ansi
from evennia.utils.text2html import parse_html

from evennia_glue.tables.bars import bar
from evennia_glue.tables.columns import Cell, Column, Table, cut, text, width
from evennia_glue.tables.numbers import amount, number, percent, span, tokens

from .test_safetext import CSI, LINK, PAYLOADS


def table(*rows, **options):
    made = Table(Column("name", cut=True), Column("count", right=True), **options)
    for row in rows:
        made.add(*row)
    return made


class TestTable(SimpleTestCase):
    def test_columns(self):
        shown = table(("a", "7"), ("bcd", Cell("1,200"))).lines()
        self.assertEqual(shown, ["|wname  count|n", "a         7", "bcd   1,200"])

    def test_without_headings(self):
        self.assertEqual(table(("a", "7"), headed=False).lines(), ["a  7"])

    def test_a_sign_has_its_colour_and_its_width(self):
        shown = table((Cell("well", "+", "|g"), "7"), ("x", "8")).lines()
        self.assertEqual(shown[1:], ["|g[+]|n well      7", "x             8"])
        self.assertEqual(len({len(strip_ansi(line)) for line in shown}), 1)

    def test_wide_letters(self):
        shown = table(("\u65e5\u672c", "1"), ("e\u0301a", "2"), ("abcd", "3")).lines()
        self.assertEqual([width(strip_ansi(line)) for line in shown], [11] * 4)

    def test_no_line_is_too_long(self):
        for long in ("x" * 300, "\u65e5" * 300, "|" * 300, "{{" * 100):
            made = Table(Column("a", cut=True), Column("b"), Column("c", cut=True))
            made.add(long, "b" * 20, "c" * 60, note=f"{long} {long}"[:390])
            for line in made.lines():
                self.assertLessEqual(width(strip_ansi(line)), 80, line)
            self.assertIn("..", made.lines()[1])

    def test_no_cell_is_endless(self):
        for cell in ("x" * 100_000, Cell("y" * 100_000)):
            made = Table(Column("a"), Column("b"), headed=False)
            made.add(cell, "b")
            self.assertLess(len(made.lines()[0]), 420)

    def test_numbers_are_never_cut(self):
        made = table(("x" * 100, "9" * 90)).lines()
        self.assertIn("9" * 90, made[1])

    def test_a_note_stands_below(self):
        made = table(("a", "7"))
        made.add("b", "8", note="because " * 20)
        lines = made.lines()
        self.assertEqual(lines[1:3], ["a         7", "b         8"])
        self.assertTrue(all(line.startswith("    because") for line in lines[3:]))
        self.assertEqual(len(lines), 6)

    def test_one_line_each(self):
        shown = table(("a\nb\r\n c", "7"), ("x\ty", "8")).lines()
        self.assertEqual(shown[1:], ["a b c      7", "x y        8"])

    def test_sentences(self):
        made = Table(
            Column("who"), Column("lamp", said="{}"), Column("", said=None), Column("model")
        )
        made.add("a", Cell("well", "+", "|g"), "##--", "m", note="no connection")
        made.add("b", Cell("2 ms", said="in 2 milliseconds"), "", Cell("-", said=""))
        self.assertEqual(
            made.sentences(), ["a: well, model m. No connection.", "b: in 2 milliseconds."]
        )

    def test_a_title_is_read_first(self):
        made = table(("a", "7"), title="All of them")
        self.assertEqual(made.sentences(), ["All of them:", "a: count 7."])
        self.assertEqual(made.lines(), ["|wAll of them  count|n", "a                7"])

    def test_a_page(self):
        parts = ["|wTitle|n", "", Cell("fine", "+", "|g"), table(("a", "7"), headed=False)]
        self.assertEqual(text(parts, said=False), "|wTitle|n\n\n|g[+]|n fine\na  7")
        self.assertEqual(text(parts, said=True), "|wTitle|n\nfine\na: count 7.")

    def test_is_it_empty(self):
        self.assertFalse(table())
        self.assertTrue(table(("a", "1")))


class TestHostile(SimpleTestCase):
    """What a backend is called, or a model, does nothing in a table either."""

    def test_nothing_runs_anywhere(self):
        for payload in PAYLOADS:
            with self.subTest(payload=payload):
                made = Table(Column("a", cut=True), Column("b", cut=True), title="t")
                made.add(payload, f"x{payload}", note=payload)
                made.add(Cell(payload, "+", "|g"), Cell("y", said=payload))
                for said in (False, True):
                    self.harmless(text([made, Cell(payload)], said=said))

    def test_no_address_becomes_a_link(self):
        for first, second in (("https://x.example", "y"), ("a", "www.x.example"), ("x", "FTP.y")):
            made = table((first, second), ("b", "c"))
            for page in (text([made], said=False), text([made], said=True)):
                self.assertIsNone(LINK.search(parse_html(page)), page)

    def harmless(self, page):
        for strip in (False, True):
            sent = mxp_parse(parse_ansi(page, strip_ansi=strip, xterm256=True, mxp=True))
            for out in (sent, parse_html(page, strip_ansi=strip)):
                self.assertIsNone(LINK.search(out), out)
            own = sent.replace("\x1b[1m", "").replace("\x1b[37m", "").replace("\x1b[32m", "")
            self.assertIsNone(CSI.search(own), own)

    def test_what_is_read_is_what_was_written(self):
        for payload in ("a|b", "||", "{{x}}", "C:\\new", "$You()", "|r", "50% {0} %s"):
            line = table((payload, "1")).lines()[1]
            self.assertEqual(parse_ansi(line, strip_ansi=True).split("  ")[0], payload)

    @override_settings(FUNCPARSER_PARSE_OUTGOING_MESSAGES_ENABLED=True)
    def test_inline_functions(self):
        for cell in ("$You()", Cell("$You()")):
            self.assertIn("\\$You()", table((cell, "1")).lines()[1])


class TestNumbers(SimpleTestCase):
    def test_bars(self):
        shown = [bar(share) for share in (0, 0.001, 0.25, 0.5, 0.999, 1, 3)]
        filled = [0, 1, 2, 5, 9, 10, 10]
        self.assertEqual(shown, ["#" * count + "-" * (10 - count) for count in filled])
        for odd in (None, "x", True, float("nan"), float("inf")):
            self.assertEqual(bar(odd), "")

    def test_amounts(self):
        values = (0, 0.0125, 12, 1234.5, 1e-9, -0.5, None, "x", True)
        shown = [amount(value) for value in values]
        known = ["$0.00", "$0.0125", "$12.00", "$1,234.50", "<$0.000001", "-$0.5"]
        self.assertEqual(shown, [*known, "?", "?", "?"])

    def test_counts(self):
        self.assertEqual(
            [number(value) for value in (1310, 0, None, "x")], ["1,310", "0", "-", "?"]
        )
        large = [tokens(value) for value in (9_999_999, 12_340_000, 4.56e9, 7.8e12, None)]
        self.assertEqual(large, ["9,999,999", "12.3 M", "4.6 G", "7.8 T", "-"])
        shares = [percent(value) for value in (0, 0.1, 12.5, 140, None)]
        self.assertEqual(shares, ["0 %", "<1 %", "12 %", "140 %", "-"])

    def test_spans(self):
        from datetime import UTC, datetime

        now = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
        for since, short, said in (
            ("2026-11-21T12:00:00Z", "0 s", "0 seconds"),
            ("2026-11-21T11:59:59Z", "1 s", "1 second"),
            ("2026-11-21T11:57:01.250Z", "2 min", "2 minutes"),
            ("2026-11-21T11:00:00", "1 h", "1 hour"),
            ("2026-11-01T12:00:00+00:00", "20 d", "20 days"),
            ("2027-01-01T00:00:00Z", "0 s", "0 seconds"),
            ("yesterday", "", ""),
            (None, "", ""),
            (7, "", ""),
        ):
            self.assertEqual(span(since, now), (short, said), since)

    def test_cut(self):
        self.assertEqual(cut("abcdef", 6), "abcdef")
        self.assertEqual(cut("abcdefg", 6), "abcd..")
        self.assertEqual(cut("\u65e5\u672c\u8a9e\u65e5", 6), "\u65e5\u672c..")
