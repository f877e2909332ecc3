"""Text from outside does nothing: tried against Evennia's own parsers."""

import re
from itertools import product

from django.test import SimpleTestCase, override_settings
from evennia.server.portal.mxp import mxp_parse
from evennia.utils.ansi import parse_ansi, strip_ansi
from evennia.utils.evtable import EvTable
from evennia.utils.funcparser import FuncParser
from evennia.utils.text2html import parse_html

from evennia_glue.safetext import CUT, plain_line, safe, safe_cell, safe_line

PAYLOADS = [
    "|lcquit|ltclick me|le",
    "|lujavascript:alert(1)|ltclick|le",
    '|lc\\"],{});alert(1);//|ltclick|le',
    "a||lcquit||ltx||le",
    "|||lcquit|ltx|le",
    "||||lcquit||||ltx||||le",
    "{{x}} {{{y}}} {z} {",
    "\x1b[2J|r|n|#ff0000 |500|[r|=a|*x|-y|/z|_",
    "|l|lcquit|ltz|le",
    "|\x00lcquit|\x07ltx|\u200ele",
    '\x1b[4z<SEND HREF="quit">x</SEND>',
    "|lcquit\n|lt multi\n|le",
    "\x9b2J \x1b]0;title\x07 \u202eabc\u2066",
    "$You() $eval(1+1) $pad(x, 50) $space(9) \\$You() \\\\$You()",
    "C:\\new\\table %s {0} %(x)s",
    "ends in |",
    "ends in ||",
    "<script>alert(1)</script>&amp; List<String> a<b",
    "see https://example.com/?q=1, HTTP://b.example and ftp://c.example",
    "www.example.com ftp.example.com xhttp://y.example",
    "http:\u200e//example.com ht\x00tps://example.com",
    "\U000e0041\U000e007fhidden",
]
LINK = re.compile(r"\x1b\[[0-9]z|mxplink|<a ")  # by MXP, and in HTML
CSI = re.compile(r"\x1b(?!\[0m)")


def telnet(text: str) -> str:
    """What Evennia adds to whatever it sends by telnet."""
    return re.sub(r"\|n$", "", text) + ("||n" if text.endswith("|") else "|n")


def plain(payload: str) -> str:
    """What a player is to read."""
    text = re.sub(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u202e\u2066\U000e0000-\U000e007f]", "", payload
    )
    text = re.sub("(?i)(https?:|ftp:)//", r"\1 //", text)
    text = re.sub("(www|ftp)(?=[.]e)", r"\1 ", text)
    text = re.sub("(?i)<(?=/?send|/?script|b$)", "\u00ab", text)
    return re.sub(r"\|(?=l[cute])", "\u00a6", text)


class TestSafe(SimpleTestCase):
    def outputs(self, text: str):
        for strip, mxp in product((False, True), repeat=2):
            sent = parse_ansi(telnet(text), strip_ansi=strip, xterm256=True, mxp=mxp)
            yield mxp_parse(sent) if mxp else sent
        for strip in (False, True):
            yield parse_html(text, strip_ansi=strip)

    def test_nothing_runs_anywhere(self):
        for payload in PAYLOADS:
            with self.subTest(payload=payload):
                for out in self.outputs(safe(payload)):
                    self.assertIsNone(LINK.search(out), out)
                    self.assertIsNone(CSI.search(out), out)

    def test_arrives_as_written(self):
        for payload in PAYLOADS:
            with self.subTest(payload=payload):
                sent = parse_ansi(telnet(safe(payload)), strip_ansi=True)
                self.assertEqual(sent, plain(payload))

    def test_html_is_escaped(self):
        self.assertNotIn("<script>", parse_html(safe("<script>alert(1)</script>")))

    def test_raw_would_not_do(self):
        """The reason for all this; when it fails, Evennia has mended it."""
        from evennia.utils.ansi import raw

        self.assertRegex(parse_html(raw("|lcquit|ltclick|le")), LINK)

    def test_a_stream_cut_anywhere(self):
        for payload in PAYLOADS:
            for cut in range(len(payload) + 1):
                for part in (payload[:cut], payload[cut:]):
                    for out in self.outputs(safe(part)):
                        self.assertIsNone(LINK.search(out), (part, out))
                        self.assertIsNone(CSI.search(out), (part, out))

    def test_a_piece_that_ends_in_a_bar_reads_so(self):
        self.assertEqual(parse_ansi(telnet(safe("a |")), strip_ansi=True), "a |")
        self.assertEqual(strip_ansi(f'"{safe("a |")}"'), '"a |"')

    def test_cells_of_a_table(self):
        for payload in PAYLOADS:
            with self.subTest(payload=payload):
                table = EvTable("head", border="header", maxwidth=200)
                table.add_row(safe_cell(payload))
                sent = parse_ansi(telnet(str(table)), strip_ansi=True)
                shown = re.sub(r"\{(?=\{)", "{ ", plain(payload)).replace("|", "\u00a6")
                self.assertIn(" ".join(shown.split())[:40].strip(), sent)
                self.assertIsNone(LINK.search(parse_html(str(table))))

    def test_tags_of_mxp(self):
        for tag in (
            "SEND HREF=x",
            "send",
            "/SEND",
            "a href='x'",
            "!EN x",
            "color red",
            "B",
            "IMAGE x",
        ):
            self.assertEqual(safe(f"<{tag}>"), f"\u00ab{tag}>")
        for text in ("<html>", "List<String>", "a < b", "<sender>", "<a-b>", "<= <3 <>", "<!"):
            self.assertEqual(safe(text), text)
        with override_settings(MXP_ENABLED=False):
            self.assertEqual(safe("<SEND>"), "<SEND>")

    def test_an_address_is_no_link(self):
        """Evennia's client links the first address of a message; a terminal links them all."""
        self.assertRegex(parse_html("see https://example.com"), LINK)
        for text in ("https://example.com", "www.example.com", "ftp.example.com", "ftp://a.b"):
            for shown in (safe(text), safe_line(text), safe_cell(text)):
                self.assertNotRegex(parse_html(shown), LINK)
                self.assertEqual(parse_html(shown).replace(" ", ""), text)
        self.assertEqual(
            safe("httpd.conf, awww.no, www, sqlite:///x"), "httpd.conf, awww.no, www, sqlite:///x"
        )

    def test_plain(self):
        self.assertEqual(plain_line("a\x1b[2J\n|r{b}\u202e <i>"), "a[2J |r{b} <i>")
        self.assertEqual(plain_line("x" * 300), "x" * 200 + CUT)

    def test_long_text_says_that_it_is_cut(self):
        self.assertEqual(safe("x" * 9000), "x" * 8000 + CUT)
        self.assertEqual(safe("x" * 8000), "x" * 8000)

    def test_line(self):
        self.assertEqual(safe_line("a\n\tb   c"), "a b c")

    def test_not_only_text(self):
        self.assertEqual(safe(None), "None")
        self.assertEqual(safe(7), "7")
        self.assertEqual(safe("a\ud800b"), "ab")

    def test_lines_and_tabs_stay(self):
        self.assertEqual(safe("a\r\nb\rc\td"), "a\nb\nc\td")

    @override_settings(FUNCPARSER_PARSE_OUTGOING_MESSAGES_ENABLED=True)
    def test_inline_functions(self):
        calls = []
        parser = FuncParser({"You": lambda *a, **k: calls.append(a) or "YOU"})
        for payload in [*PAYLOADS, "\\", "\\\\", "a\\\\\\b", "$$You()", "\\\\\\$You()", "$"]:
            with self.subTest(payload=payload):
                escaped = safe(payload)
                with override_settings(FUNCPARSER_PARSE_OUTGOING_MESSAGES_ENABLED=False):
                    self.assertEqual(parser.parse(escaped), safe(payload))
        self.assertEqual(calls, [])
