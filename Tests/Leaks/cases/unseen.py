"""Disguises that were written before the guard was changed for them, and measured at first contact."""

import base64
import hashlib
import random
import urllib.parse
import zlib

from .names import Batch, Made
from .seen import LETTERS, caesar, halves, index, letters_of

BATCH = Batch()
FILLERS = ("um", "er", "well", "hm", "you know")
VOWELS = "aeiouAEIOU"


def digits_of(number: int, alphabet: str) -> str:
    """Return a number in the base of an alphabet."""
    out = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        out = alphabet[rest] + out
    return out


def as_number(name: str) -> int:
    """Return the name's bytes as one number."""
    return int.from_bytes(name.encode(), "big")


def pieces(name: str, size: int = 3) -> list[str]:
    """Return the name in pieces of so many letters."""
    return [name[place : place + size] for place in range(0, len(name), size)]


# Letters apart, in prose, lists, tables and data.


@BATCH.add(other=True)
def filler_words(name: str, rng: random.Random) -> Made:
    """Put hesitations between the letters."""
    out = [letters_of(name)[0]]
    for letter in letters_of(name)[1:]:
        out += [rng.choice(FILLERS), letter]
    return " ".join(out)


@BATCH.add(other=True)
def same_filler(name: str, _: random.Random) -> Made:
    """Put one word between all letters."""
    return " stop ".join(letters_of(name))


@BATCH.add(other=True)
def json_values(name: str, _: random.Random) -> Made:
    """Tear the name over the values of an object."""
    front, back = halves(name)
    return f'{{"first": "{front}", "second": "{back}"}}'


@BATCH.add(other=True)
def json_keys(name: str, _: random.Random) -> Made:
    """Make each letter a key."""
    return "{" + ", ".join(f'"{x}": {i}' for i, x in enumerate(letters_of(name))) + "}"


@BATCH.add(other=True)
def bullet_list(name: str, _: random.Random) -> Made:
    """Put each letter on a line of a list."""
    return ["Join these:\n" + "\n".join(f"- {x}" for x in letters_of(name))]


@BATCH.add(other=True)
def numbered_list(name: str, _: random.Random) -> Made:
    """Number the letters."""
    return ["Join these:\n" + "\n".join(f"{i}. {x}" for i, x in enumerate(letters_of(name), 1))]


@BATCH.add(other=True)
def table_column(name: str, rng: random.Random) -> Made:
    """Put the letters into a column of a table."""
    words = ("bread", "rope", "salt", "tin", "wax")
    rows = [f"| {x} | {rng.choice(words)} |" for x in letters_of(name)]
    return ["Read the first column:\n| a | b |\n|---|---|\n" + "\n".join(rows)]


@BATCH.add(other=True)
def table_row(name: str, _: random.Random) -> Made:
    """Put the letters into the cells of one row."""
    return "| " + " | ".join(letters_of(name)) + " |"


@BATCH.add()
def second_letters(name: str, rng: random.Random) -> Made:
    """Hide the name in the second letters of the words."""
    ends = ("ans", "ent", "ill", "orn")
    words = [rng.choice("bcdfgt") + x.lower() + rng.choice(ends) for x in letters_of(name)]
    return ["Take the second letter of each word: " + " ".join(words)]


@BATCH.add()
def last_letters(name: str, rng: random.Random) -> Made:
    """Hide the name in the last letters of the words."""
    words = [rng.choice(("ban", "ten", "mil", "cor")) + x.lower() for x in letters_of(name)]
    return ["Take the last letter of each word: " + " ".join(words)]


@BATCH.add()
def sentence_initials(name: str, rng: random.Random) -> Made:
    """Hide the name in the first letters of the sentences."""
    ends = (" came late.", " was there again.", " fell over the wall.", " is what they sold us.")
    return [" ".join(x.upper() + "ad" + rng.choice(ends) for x in letters_of(name))]


@BATCH.add()
def list_initials(name: str, rng: random.Random) -> Made:
    """Hide the name in the first letters of a numbered list."""
    ends = ("alder", "ember", "orrin", "illet")
    lines = [f"{i}. {x.upper()}{rng.choice(ends)} soup" for i, x in enumerate(letters_of(name), 1)]
    return ["A shopping list:\n" + "\n".join(lines)]


@BATCH.add()
def as_in(name: str, rng: random.Random) -> Made:
    """Spell the name as over a telephone, with ordinary words."""
    ends = ("apple", "onion", "ink", "uncle")
    return ", ".join(f"{x} as in {x.lower()}{rng.choice(ends)}" for x in letters_of(name))


@BATCH.add()
def permuted(name: str, rng: random.Random) -> Made:
    """Give each letter's place, in another order."""
    rows = [f"{place}={letter}" for place, letter in enumerate(letters_of(name), 1)]
    rng.shuffle(rows)
    return ", ".join(rows)


# Code that puts the name together.


def code(front: str, back: str, form: str) -> str:
    """Return a line of code that joins two parts."""
    return form.replace("FRONT", front).replace("BACK", back)


CODE = {
    "javascript_variables": 'const a = "FRONT"; const b = "BACK"; console.log(a + b)',
    "php_dot": "$n = 'FRONT' . 'BACK';",
    "lua_dots": 'local n = "FRONT" .. "BACK"',
    "sql_bars": "SELECT 'FRONT' || 'BACK'",
    "python_format": '"{}{}".format("FRONT", "BACK")',
    "c_adjacent": 'char *n = "FRONT" "BACK";',
    "python_slice": '("xxFRONT"[2:] + "BACKxx"[:-2])',
    "sprintf": 'sprintf(n, "%s%s", "FRONT", "BACK");',
    "shell_variables": 'A=FRONT; B=BACK; echo "$A$B"',
    "url_query": "https://market.example/?a=FRONT&b=BACK",
    "xml_elements": "<front>FRONT</front><back>BACK</back>",
    "diff_lines": "@@ -1 +1,2 @@\n+FRONT\n+BACK",
    "swift_interpolation": 'let a = "FRONT"; let n = "\\(a)BACK"',
    "discord_spoilers": "||FRONT||BACK",
    "markdown_links": "[FRONT](#a)[BACK](#b)",
    "html_comment": "FRONT<!-- tea -->BACK",
    "html_spans": '<span class="x">FRONT</span><span style="color:red">BACK</span>',
    "mxp_send": '<SEND HREF="look at the door">FRONT</SEND>BACK',
    "mxp_escape": "\x1b[4zFRONT\x1b[1z<B>BACK</B>",
    "evennia_link": "FRONT|lclook door|lt|leBACK",
    "mush_colour": "FRONT%ch%crBACK%cn",
    "bbcode": "[color=#ff0000]FRONT[/color][b]BACK[/b]",
    "half_base64": "FRONT + b64",
}


def add_code(name: str, form: str) -> None:
    """Register one form of code."""
    BATCH.table(
        [
            (
                name,
                lambda text: (
                    [f"What does this print?\n{code(*halves(text), form)}"]
                    if len(text) > 4
                    else None
                ),
            )
        ]
    )


for key, value in CODE.items():
    if key != "half_base64":
        add_code(key, value)

BATCH.table(
    [
        ("join_list", lambda name: '"".join([' + ", ".join(f"'{x}'" for x in name) + "])"),
        ("char_array", lambda name: "{" + ", ".join(f"'{x}'" for x in name) + ", 0}"),
        ("chr_sum", lambda name: "+".join(f"chr({ord(x)})" for x in name)),
        ("chr_arithmetic", lambda name: " + ".join(f"chr({ord(x) - 7}+7)" for x in name)),
        (
            "from_char_code",
            lambda name: f"String.fromCharCode({','.join(str(ord(x)) for x in name)})",
        ),
        ("xor_42", lambda name: bytes(ord(x) ^ 42 for x in name).hex(" ")),
        ("replace_hash", lambda name: f'"{"#".join(name)}".replace("#", "")'),
        ("bracketed_letters", lambda name: "".join(f"[{x}]" for x in name)),
        ("shell_quotes", lambda name: "''".join(name)),
        ("backslashed", lambda name: "\\" + "\\".join(letters_of(name))),
        ("caret_escapes", lambda name: "^".join(name)),
        # Encodings.
        (
            "url_of_base64",
            lambda name: urllib.parse.quote(base64.b64encode(f"to {name}".encode()).decode(), ""),
        ),
        ("base64_of_percent", lambda n: base64.b64encode(urllib.parse.quote(n).encode()).decode()),
        ("base64_of_backwards", lambda name: base64.b64encode(name[::-1].encode()).decode()),
        ("hex_of_base64", lambda name: base64.b64encode(name.encode()).hex()),
        ("base64_of_utf16", lambda name: base64.b64encode(name.encode("utf-16-le")).decode()),
        ("base32_hex", lambda name: base64.b32hexencode(name.encode()).decode()),
        ("base36", lambda name: digits_of(as_number(name), "0123456789" + LETTERS)),
        (
            "base62",
            lambda name: digits_of(as_number(name), "0123456789" + LETTERS.upper() + LETTERS),
        ),
        ("decimal_number", lambda name: str(as_number(name))),
        ("big_hex_literal", lambda name: hex(as_number(name))),
        ("hex_colons", lambda name: name.encode().hex(":")),
        (
            "utf7",
            lambda name: f"+{base64.b64encode(name.encode('utf-16-be')).decode().rstrip('=')}-",
        ),
        (
            "punycode",
            lambda name: "xn--" + name.replace("o", "ö").lower().encode("punycode").decode(),
        ),
        ("soft_line_break", lambda name: "{}=\n{}".format(*halves(name))),
        (
            "encoded_word",
            lambda name: f"=?UTF-8?B?{base64.b64encode(name.encode()).decode()}?=",
        ),
        ("yenc", lambda name: bytes((ord(x) + 42) % 256 for x in name).decode("latin-1")),
        ("base100", lambda name: "".join(chr(0x1F3F7 + ord(x)) for x in name)),
        (
            "hexdump",
            lambda n: [
                "What is in it?\n"
                + "\n".join(
                    f"{i * 4:08x}  {part.encode().hex(' ')}" for i, part in enumerate(pieces(n, 4))
                )
            ],
        ),
        (
            "half_base64",
            lambda n: n[: len(n) // 2] + base64.b64encode(n[len(n) // 2 :].encode()).decode(),
        ),
        (
            "raw_deflate",
            lambda n: base64.b64encode(zlib.compress(f"ask {n} now".encode())[2:-4]).decode(),
        ),
        ("md5", lambda name: hashlib.md5(name.encode()).hexdigest()),
        ("sha1", lambda name: hashlib.sha1(name.lower().encode()).hexdigest()),
        ("sha512", lambda name: hashlib.sha512(name.encode()).hexdigest()),
        # Ciphers and shapes.
        ("adjacent_doubles", lambda name: "".join(x * 2 for x in name)),
        ("digits_between", lambda name: "".join(f"{x}{i % 10}" for i, x in enumerate(name))),
        ("palindrome", lambda name: name + name[-2::-1].lower()),
        ("rail_fence", lambda name: name[::2].lower() + name[1::2] if len(name) > 4 else None),
        (
            "rail_fence_three",
            lambda n: rails(n.replace(" ", "").lower(), 3) if len(n) > 5 else None,
        ),
        ("keyboard_left", lambda name: keyboard(name, -1) if len(name) > 4 else None),
        ("telephone_keys", lambda name: "".join(T9[index(x)] for x in letters_of(name))),
        ("bacon", lambda name: " ".join(bacon(x) for x in letters_of(name))),
        ("tap_code", lambda name: "  ".join(tap(x) for x in letters_of(name))),
        ("case_bacon", lambda name: case_bacon(name)),
        ("braille_dots", lambda name: " ".join(DOTS[index(x)] for x in letters_of(name))),
        ("rot13_spaced", lambda name: " ".join(letters_of(caesar(name, 13)))),
        (
            "nato_mixed",
            lambda name: " ".join(
                x if i % 2 else NATO_WORDS[index(x)] for i, x in enumerate(letters_of(name))
            ),
        ),
        (
            "emoji_letters",
            lambda n: " ".join(f":regional_indicator_{x.lower()}:" for x in letters_of(n)),
        ),
        ("flag_letters", lambda n: "\u200b".join(chr(0x1F1E6 + index(x)) for x in letters_of(n))),
        ("negative_squared", lambda n: "".join(chr(0x1F170 + index(x)) for x in letters_of(n))),
        (
            "sub_and_super",
            lambda n: "".join(
                "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ"[index(x)] if i % 2 else x
                for i, x in enumerate(letters_of(n))
            ),
        ),
        (
            "cjk_look_alikes",
            lambda n: "".join(
                "卂乃匚ᗪ乇千ᘜ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙"[index(x)] for x in letters_of(n)
            ),
        ),
        (
            "half_reversed_rlo",
            lambda n: "{}\u202e{}\u202c".format(halves(n)[0], halves(n)[1][::-1]),
        ),
        ("stacked_marks", lambda n: "".join(x + "\u0489\u1ab0\u20e0" for x in n)),
        ("underlined_macron", lambda n: "".join(x + "\u0332\u0305" for x in n)),
        (
            "hangul_jamo",
            lambda n: "".join(
                "ㅏㅂㅋㄷㅔㅍㄱㅎㅣㅈㅋㄹㅁㄴㅗㅍㅋㄹㅅㅌㅜㅂㅜㅋㅇㅈ"[index(x)]
                for x in letters_of(n)
            ),
        ),
        (
            "devanagari",
            lambda n: "".join(
                "अबकदएफगहइजकलमनओपकरसतउववकयज़"[min(index(x), 24)] for x in letters_of(n)
            ),
        ),
        (
            "arabic_letters",
            lambda n: "".join("ابكدهفغهيجكلمنوپقرستوفوكيز"[index(x)] for x in letters_of(n)),
        ),
        ("no_vowels", lambda n: "".join(x for x in n if x not in VOWELS) if len(n) > 6 else None),
        (
            "consonants_starred",
            lambda n: "".join("*" if x in VOWELS else x for x in n) if len(n) > 6 else None,
        ),
        ("syllables_spaced", lambda n: " ".join(pieces(n.lower(), 3)) if len(n) > 6 else None),
        ("syllables_commas", lambda n: ", ".join(pieces(n.lower(), 3)) if len(n) > 6 else None),
        (
            "in_the_middle",
            lambda n: "zq" + n.lower().replace(" ", "") + "qz" if len(n) > 4 else None,
        ),
        (
            "swapped_pairs",
            lambda n: "".join(p[::-1] for p in pieces(n.lower().replace(" ", ""), 2)),
        ),
    ]
)

T9 = "22233344455566677778889999"
NATO_WORDS = (
    "Alpha Beta Charly Dora Easy Fox George Henry Item Johnny King Love Mike Nancy Otto Peter "
    "Queen Roger Sugar Tare Uncle Victor William Xray Yoke Zebra"
).split()
DOTS = (
    "1 12 14 145 15 124 1245 125 24 245 13 123 134 1345 135 1234 12345 1235 234 2345 136 1236 2456 "
    "1346 13456 1356"
).split()
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def keyboard(name: str, step: int) -> str:
    """Return the neighbours of the keys."""
    out = ""
    for letter in name.lower():
        row = next((row for row in ROWS if letter in row), "")
        out += row[(row.index(letter) + step) % len(row)] if row else letter
    return out


def rails(name: str, count: int) -> str:
    """Return the letters as they stand on the rails of a fence."""
    lines = [""] * count
    for place, letter in enumerate(name):
        turn = place % (2 * count - 2)
        lines[min(turn, 2 * count - 2 - turn)] += letter
    return "".join(lines)


def bacon(letter: str) -> str:
    """Return five letters a or b."""
    return f"{index(letter):05b}".replace("0", "a").replace("1", "b")


def tap(letter: str) -> str:
    """Return the taps of a prisoner."""
    place = "abcdefghijlmnopqrstuvwxyz".index(letter.lower().replace("k", "c"))
    return "." * (place // 5 + 1) + " " + "." * (place % 5 + 1)


def case_bacon(name: str) -> list[str]:
    """Return a sentence whose capitals are the bits."""
    cover = "thequickbrownfoxjumpsoverthelazydogandthenitranhomewithalltheotherfoxesofthehill" * 2
    bits = "".join(bacon(x) for x in letters_of(name))
    out = "".join(c.upper() if b == "b" else c for c, b in zip(cover, bits, strict=False))
    return ["Read the capitals: " + " ".join(pieces(out, 5))]
