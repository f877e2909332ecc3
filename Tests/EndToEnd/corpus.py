"""Texts that want to be more than text: links, markup, scripts, control sequences, functions.

Each is shown to players as the answer of a model, as the echo of a task, and as the name of a
model, and has to arrive as text wherever it is shown. To try another, add a line.
"""

from __future__ import annotations

import itertools

_LINKS = (  # Evennia's own markup of a link, in every spelling
    *("|lcquit|ltclick|le", "||lcquit||ltclick||le", "|||lcquit|||ltx|||le", "||||lcquit|ltx|le"),
    *(
        "|lchttps://e.example|ltx|le",
        "|lujavascript:pwned=1|ltx|le",
        "||lujavascript:pwned=1||ltx||le",
    ),
    *('|lc\\"],{});pwned=1;//|ltx|le', "|lc');pwned=1;//|ltx|le", '|lu" onclick="pwned=1|ltx|le'),
    *("|l|lcquit|ltz|le", "|lcquit\n|lt two lines\n|le", "|Lcquit|LTx|LE", "|\tlcquit|\tltx|\tle"),
    *("|\u200blcquit|ltx|le", "|\x00lcquit|\x07ltx|\u200ele", "|\x1blcquit|\x1bltx|\x1ble"),
    *(
        "lcquit|ltx|le",
        "|le|lt|lc|lcquit|ltx",
        "|\u202elcquit|\u202eltx|le",
        "|\u2028lcquit|ltx|le",
    ),
    *("ends in |", "ends in ||", "lcquit|ltx|le begins without its bar", "{lcquit{ltx{le"),
)
_MXP = (  # MXP as it goes over the line, and its tags as text
    *('\x1b[4z<SEND HREF="quit">x</SEND>', '\x1b[1z<A HREF="javascript:pwned=1">x</A>'),
    *('<SEND HREF="quit">x</SEND>', "<send quit>x</send>", '<A HREF="https://e.example">x</A>'),
    *("&lt;SEND&gt; &#x3c;SEND&#x3e;", "<!ELEMENT x '<SEND HREF=quit>'>", "<COLOR red>x</COLOR>"),
)
_COLOURS = (
    *("|rred |Rdark |500xterm |[500ground |#ff0000true |=agrey |*turned|-|_|/", "{rred {500x"),
    *(
        "\x1b[31mred\x1b[0m",
        "\x9b31mred",
        "\x1b[38;5;196mx",
        "%crred",
        "^rred",
        "|hbright |Xblack |^blink",
    ),
)
_CONTROLS = (
    *(
        "\x1b]0;title\x07",
        "\x1b]8;;https://e.example\x1b\\link\x1b]8;;\x1b\\",
        "\x1b[2J\x1b[H",
        "\x1bc",
    ),
    *(
        "\x1bP+q544e\x1b\\",
        "\x1b[6n",
        "\x1b[?1049h",
        "\x08\x08\x08back",
        "over\rwritten",
        "bell\x07",
    ),
    *("\x9d0;t\x9c", "\x0e\x0fshift", "nul\x00l", "\x7fdel", "\x1b[5i", "\x1b]52;c;cHduZWQ=\x07"),
    *(
        "\u00ff\u00fb\u0001 \u00ff\u00f0 \u00ff\u00fa\u00c9x\u00ff\u00f0",
        "line\u2028para\u2029graph\u0085next",
    ),
    *(
        "\u202egnp.exe\u202c \u2066iso\u2069 \u061c\u200e\u200f",
        "tag\U000e0073\U000e0063 \ufeffbom",
    ),
)
_FUNCTIONS = (
    *("$You() $you() $conj(say) $Pron(you)", "$eval(1+1) $py(pwned) $pad(x, 9999) $space(9999)"),
    *(
        "\\$You() $$You() \\\\$You() $You(",
        "{speech} {name} {0} {} {{ }} {{{x}}} {a.__class__}",
        "%s %(x)s %n",
    ),
    *("{{ settings.SECRET_KEY }} {% debug %}", "C:\\new\\table \\n \\x1b \\u001b", "`rm -rf` ${x}"),
)
_HTML = (
    *(
        "<script>pwned=1</script>",
        "<img src=x onerror=pwned=1>",
        "<svg onload=pwned=1><script>pwned=1//",
    ),
    *(
        "</div></body><script src=https://e.example/x.js></script>",
        "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    ),
    *(
        '" onmouseover="pwned=1" x="',
        "' onfocus=pwned=1 autofocus '",
        "<a href=javascript:pwned=1>x</a>",
    ),
    *(
        "<details open ontoggle=pwned=1>",
        "<style>*{display:none}</style>",
        "<base href=https://e.example/>",
    ),
    *(
        "<math><mi xlink:href=javascript:pwned=1>x",
        "&lt;script&gt;pwned=1&lt;/script&gt;",
        "<!-- --><![CDATA[ x ]]>",
    ),
    *(
        "<form action=https://e.example><input name=q autofocus onfocus=pwned=1>",
        "\u003cscript\u003epwned=1",
    ),
    "<meta http-equiv=refresh content='0;url=https://e.example'>",
)
_ADDRESSES = (
    *("https://e.example/?q=1", "see http://e.example.", "HTTPS://E.EXAMPLE", "www.example.com/x"),
    *(
        "ftp://e.example",
        "ftp.example.com",
        "javascript:pwned=1",
        "data:text/html,<script>pwned=1</script>",
    ),
    *(
        "http:\u200e//e.example",
        "ht\x00tps://e.example",
        "http://a\nhttp://b",
        "(https://e.example)",
    ),
)
_LONG = (
    "long " + "".join(f"x{n}|lcq{n}|lty|le" for n in range(300)),
    "wide " + "".join(chr(0x4E00 + n) for n in range(1800)),
    "<" * 3000,
)

TEXTS: tuple[str, ...] = tuple(
    itertools.chain(_LINKS, _MXP, _COLOURS, _CONTROLS, _FUNCTIONS, _HTML, _ADDRESSES, _LONG)
)
