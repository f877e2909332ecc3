"""Disguises that the guard was built with: what a search must find after one public step."""

import base64
import codecs
import hashlib
import random
import unicodedata

from .names import Batch, Made

BATCH = Batch()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MORSE = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- "
    "-..- -.-- --.."
).split()
NATO = (
    "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar "
    "Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu"
).split()


def letters_of(name: str) -> list[str]:
    """Return the letters without spaces."""
    return [letter for letter in name if letter != " "]


def index(letter: str) -> int:
    """Return the place of a letter in the alphabet, from zero."""
    return LETTERS.index(letter.lower())


def halves(name: str) -> tuple[str, str]:
    """Return the name in two parts, neither of which is all of a word of it."""
    middle = len(name) // 2
    return name[:middle], name[middle:]


def caesar(name: str, shift: int) -> str:
    """Return the name with each letter moved on."""
    out = ""
    for letter in name:
        if letter.lower() in LETTERS:
            moved = LETTERS[(index(letter) + shift) % 26]
            out += moved.upper() if letter.isupper() else moved
        else:
            out += letter
    return out


def mapped(name: str, capital: int, small: int) -> str:
    """Return the name in letters of another block."""
    out = ""
    for letter in name:
        base = capital if letter.isupper() else small
        out += chr(base + index(letter)) if letter.lower() in LETTERS else letter
    return out


@BATCH.add(other=True)
def plain(name: str, _: random.Random) -> Made:
    """Return the name as it is written."""
    return name


@BATCH.add(other=True)
def capitals(name: str, _: random.Random) -> Made:
    """Return the name in capitals."""
    return name.upper()


@BATCH.add(other=True)
def small(name: str, _: random.Random) -> Made:
    """Return the name in small letters."""
    return name.lower()


@BATCH.add(other=True)
def zero_width(name: str, _: random.Random) -> Made:
    """Put characters without width between the letters."""
    return "\u200b".join(name)


@BATCH.add(other=True)
def base64_whole(name: str, _: random.Random) -> Made:
    """Write the name in Base64."""
    return base64.b64encode(name.encode()).decode()


@BATCH.add(other=True)
def hexadecimal(name: str, _: random.Random) -> Made:
    """Write the name's bytes in hex."""
    return name.encode().hex()


@BATCH.add(other=True)
def percent(name: str, _: random.Random) -> Made:
    """Write the name's bytes with percent signs."""
    return "".join(f"%{byte:02X}" for byte in name.encode())


@BATCH.add(other=True)
def json_escapes(name: str, _: random.Random) -> Made:
    """Write the name in JSON's escapes."""
    return "".join(f"\\u{ord(letter):04x}" for letter in name)


@BATCH.add(other=True)
def entities(name: str, _: random.Random) -> Made:
    """Write the name in HTML's entities."""
    return "".join(f"&#{ord(letter)};" for letter in name)


@BATCH.add(other=True)
def two_fields(name: str, _: random.Random) -> Made:
    """Tear the name over two fields of the request."""
    front, back = halves(name)
    return [f"Please write to {front}", f"{back} about the gate."]


@BATCH.add(other=True)
def spaced(name: str, _: random.Random) -> Made:
    """Put spaces between the letters."""
    return " ".join(letters_of(name))


@BATCH.add(other=True)
def accented(name: str, _: random.Random) -> Made:
    """Put accents on the letters."""
    return unicodedata.normalize("NFC", "".join(letter + "\u0301" for letter in name))


@BATCH.add(other=True)
def shouted_identifier(name: str, _: random.Random) -> Made:
    """Use the name in an identifier."""
    return f"get_{name.lower().replace(' ', '_')}_notes"


BATCH.table(
    [
        ("possessive", lambda name: name + "'s"),
        ("camel_case", lambda name: f"is{name.replace(' ', '')}Online"),
        ("dotted", lambda name: ".".join(letters_of(name))),
        ("dashed", lambda name: "-".join(letters_of(name))),
        ("backwards", lambda name: name[::-1]),
        ("rot13", lambda name: codecs.encode(name, "rot13")),
        ("caesar5", lambda name: caesar(name, 5) if len(name) > 4 else None),
        ("atbash", lambda name: "".join(LETTERS[25 - index(x)] for x in letters_of(name))),
        ("full_width", lambda name: mapped(name, 0xFF21, 0xFF41)),
        ("bold_mathematics", lambda name: mapped(name, 0x1D400, 0x1D41A)),
        ("circled", lambda name: mapped(name, 0x24B6, 0x24D0)),
        ("tag_characters", lambda name: "".join(chr(0xE0000 + ord(x)) for x in name)),
        ("soft_hyphens", lambda name: "\u00ad".join(name)),
        ("right_to_left", lambda name: f"\u202e{name[::-1]}\u202c"),
        ("look_alikes", lambda name: name.translate(str.maketrans("oeaOEAicp", "оеаОЕАіср"))),
        ("leet", lambda name: name.lower().translate(str.maketrans("oeistl", "031571"))),
        ("base32", lambda name: base64.b32encode(name.encode()).decode()),
        ("ascii85", lambda name: base64.a85encode(name.encode()).decode()),
        ("base85", lambda name: base64.b85encode(name.encode()).decode()),
        ("base64_twice", lambda name: base64.b64encode(base64.b64encode(name.encode())).decode()),
        ("hex_spaced", lambda name: name.encode().hex(" ")),
        ("char_codes", lambda name: ", ".join(str(ord(x)) for x in name)),
        ("binary", lambda name: " ".join(f"{ord(x):08b}" for x in name)),
        ("octal_escapes", lambda name: "".join(f"\\{ord(x):03o}" for x in name)),
        ("quoted_printable", lambda name: "".join(f"={ord(x):02X}" for x in name)),
        ("percent_twice", lambda name: "".join(f"%25{ord(x):02X}" for x in name)),
        ("places_in_alphabet", lambda name: "-".join(str(index(x) + 1) for x in letters_of(name))),
        ("morse", lambda name: " ".join(MORSE[index(x)] for x in letters_of(name))),
        ("spelling_alphabet", lambda name: " ".join(NATO[index(x)] for x in letters_of(name))),
        ("sha256", lambda name: hashlib.sha256(name.encode()).hexdigest()),
        ("drawn_out", lambda name: "".join(x * 3 for x in name)),
        ("bold_half", lambda name: "{}**{}**".format(*halves(name)) if len(name) > 4 else None),
        ("tag_inside", lambda name: "{}<i></i>{}".format(*halves(name))),
        ("evennia_colour", lambda name: "{}|r{}|n".format(*halves(name))),
        ("ansi_colour", lambda name: "{}\x1b[1;31m{}\x1b[0m".format(*halves(name))),
        ("added_strings", lambda name: '"{}" + "{}"'.format(*halves(name))),
    ]
)
