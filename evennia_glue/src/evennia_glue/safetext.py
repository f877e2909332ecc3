"""Make text from a model, a daemon or a player safe for Evennia's markup and every client.

`evennia.utils.ansi.raw` is not enough: `||` becomes `|` again before Evennia looks for links
(`|lc..|lt..|le`, `|lu..|lt..|le`), so an escaped link in a model's answer is a live link on a web
client or a MXP terminal. Control bytes pass to telnet untouched.

Addresses of the web are shown with a space in them, `https: //example.com`: Evennia's web client
makes the first one of a message a link, and so do many terminals. A model's answer may have the
right names in it where the model read stand-ins, so that a click could send them to an address
that the model chose.

Evennia 6 sends `<SEND HREF=quit>` as it stands to a terminal that speaks MXP. The protocol says
that such a tag counts only behind a control sequence, but there are clients that do not ask for it:
the bracket of every tag of MXP becomes another, unless the game has MXP_ENABLED = False.

Send every result in a message of its own, or join the texts first and escape once: a piece that
ends in `|` is harmless, and so is the next that begins with `lc`, but not both glued together.
"""

import re
from typing import Any

from django.conf import settings

CUT = " [...]"

# C0 and C1 but tab and newline, DEL, line separators, what turns the writing direction round, and
# the tags that nobody sees
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
    "|[\ud800-\udfff\U000e0000-\U000e007f]"
)
_URL = re.compile(r"(?i)((?:https?|ftp):)(?=//)|((?<!\w)(?:www|ftp))(?=\.\w)")
_TAG = re.compile(
    r"(?i)<(?=/?(?:send|a|b|bold|strong|i|italic|em|u|underline|s|strikeout|c|color|h|high|font"
    r"|small|tt|p|br|nobr|sbr|hr|h[1-6]|ul|ol|li|var|v|samp|image|sound|music|frame|dest|relocate"
    r"|user|username|password|gauge|stat|filter|script|options?|recommend_option|expire|version"
    r"|support)(?![\w-])|!\w)"
)
_LINK = re.compile(r"\|(?=l[cute])")
_BRACE = re.compile(r"\{(?=\{)")
_INLINE = re.compile(r"\\*\$|\\+")
_is_simple = re.compile("[ -;=-z}~]*").fullmatch  # no `<`: it may begin a tag


def safe(text: Any, limit: int = 8000) -> str:
    """Text that arrives at every client as it was written, and does nothing there.

    Args:
        text: anything; it is made a string.
        limit: longer text is cut to this many characters and ends in `[...]`: Evennia keeps
            10,000 whole messages in its cache of parsed strings.

    Returns:
        Markup for `msg`, or for a value in the `mapping` of `msg_contents`; never a template.
        For an EvTable, see `safe_cell`.
    """
    return markup(shown(text, limit))


def shown(text: Any, limit: int = 8000) -> str:
    """What a player will read of a text: its width is that on the screen. Not safe to send yet."""
    text = str(text)
    if len(text) > limit:
        text = text[:limit] + CUT
    if is_simple(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    text = _URL.sub(r"\1\2 ", text)
    if settings.MXP_ENABLED:
        text = _TAG.sub("\u00ab", text)
    return _LINK.sub("\u00a6", text)


def is_simple(text: str) -> bool:
    """Whether a text is one line that is read as it is written, so that nothing has to be done."""
    if settings.FUNCPARSER_PARSE_OUTGOING_MESSAGES_ENABLED and _INLINE.search(text):
        return False
    if _is_simple(text) is None:
        return False
    lower = text.lower()
    # _URL takes its time
    return "//" not in lower and "www." not in lower and "ftp." not in lower


def markup(text: str) -> str:
    """What has to be sent so that a text of `shown` is read."""
    text = text.replace("{{", "{{{{").replace("|", "||")
    if settings.FUNCPARSER_PARSE_OUTGOING_MESSAGES_ENABLED:
        text = _INLINE.sub(_escape_inline, text)
    # Evennia puts `|n` after all it sends, and one too many `|` if the text ends in one
    return f"{text}|n" if text.endswith("|") else text


def plain_line(text: Any, limit: int = 200) -> str:
    """Text on one line, without control characters: for JSON, whose reader escapes it.

    Not safe for `msg`; see `safe_line`.
    """
    text = " ".join(_CONTROL.sub("", " ".join(str(text)[: 4 * limit].split())).split())
    return text if len(text) <= limit else text[:limit] + CUT


def safe_line(text: Any, limit: int = 200) -> str:
    """As `safe`, on one line: for names, reasons and cells of tables."""
    return safe(" ".join(str(text)[: 4 * limit].split()), limit)


def safe_cell(text: Any, limit: int = 40) -> str:
    """As `safe_line`, for an EvTable.

    A table reads markup before `msg` does, how often depends on Evennia's version: no escape
    survives that, so what would need one is replaced.
    """
    text = _BRACE.sub("{ ", str(text)[: 4 * limit]).replace("|", "\u00a6")
    return safe_line(text, limit)


def _escape_inline(found: re.Match[str]) -> str:
    """One backslash more, before a `$` or behind a run of backslashes: the parser eats one."""
    run = found[0]
    return f"{run[:-1]}\\$" if run.endswith("$") else f"{run}\\"
