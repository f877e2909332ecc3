"""Disguises that were written last: what they are caught at is the honest figure for the unknown.

They were measured once, before anything was changed for them; docs/leak-audit.md has that figure.
"""

import base64
import random

from .names import Batch, Made
from .seen import LETTERS, halves, index, letters_of

BATCH = Batch()
NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty twenty-one twenty-two twenty-three twenty-four twenty-five "
    "twenty-six"
).split()
ROMAN = (
    "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII XXIII XXIV XXV "
    "XXVI"
).split()
RUNES = "ᚪᛒᚳᛞᛖᚠᚷᚻᛁᛄᚴᛚᛗᚾᚩᛈᛢᚱᛋᛏᚢᚡᚹᛪᚣᛉ"
HEBREW = "אבקדהפגהיגקלמנופקרסתווושיז"
GEORGIAN = "აბცდეფგჰიჯკლმნოპქრსტუვწხყზ"


def bits(name: str) -> str:
    """Return the bits of the letters."""
    return "".join(f"{ord(x):08b}" for x in name)


def low(name: str) -> str:
    """Return the letters alone, small."""
    return name.lower().replace(" ", "")


def autokeyed(name: str) -> str:
    """Return the name in an autokey cipher."""
    key = "river" + low(name)
    return "".join(
        LETTERS[(index(x) + index(key[i])) % 26] for i, x in enumerate(low(name))
    ).capitalize()


def in_columns(name: str, width: int = 3) -> str:
    """Return the letters of a rectangle by its columns."""
    return "".join(low(name)[column::width] for column in range(width))


def ubbi(name: str, sound: str) -> str:
    """Put a sound before each vowel."""
    return "".join(sound + x if x.lower() in "aeiouy" else x for x in name)


@BATCH.add(other=True)
def spelled_with_and(name: str, _: random.Random) -> Made:
    """Spell the name in a sentence."""
    return "the one whose letters are " + " and then ".join(letters_of(name))


@BATCH.add(other=True)
def three_fields(name: str, _: random.Random) -> Made:
    """Tear the name over three fields, each with words before it."""
    third = len(name) // 3
    parts = [name[:third], name[third : 2 * third], name[2 * third :]]
    return [f"Part {number}: {part}" for number, part in enumerate(parts, 1)] if third > 1 else None


@BATCH.add(other=True)
def csv_rows(name: str, rng: random.Random) -> Made:
    """Put the letters into a column of comma-separated rows."""
    rows = [f"{i},{x},{rng.randrange(10, 99)}" for i, x in enumerate(letters_of(name), 1)]
    return ["What word is in the second column?\nno,letter,weight\n" + "\n".join(rows)]


@BATCH.add(other=True)
def reversed_list(name: str, _: random.Random) -> Made:
    """Join a list backwards."""
    return "''.join(reversed([" + ", ".join(repr(x) for x in reversed(name)) + "]))"


@BATCH.add(other=True)
def emoji_bits(name: str, _: random.Random) -> Made:
    """Write the bits in two pictures."""
    data = "".join(f"{byte:08b}" for byte in name.encode())
    return data.replace("0", "🔵").replace("1", "🔴")


@BATCH.add()
def space_and_tab(name: str, _: random.Random) -> Made:
    """Write the bits in white space at the end of the line."""
    return [f"Write a limerick.{bits(name).replace('0', ' ').replace('1', chr(9))}\nThank you."]


@BATCH.add()
def inner_shuffled(name: str, rng: random.Random) -> Made:
    """Shuffle all letters but the first and the last."""
    inner = list(low(name)[1:-1])
    rng.shuffle(inner)
    return name[0] + "".join(inner) + name[-1] if len(name) > 6 else None


@BATCH.add()
def heads_of_words(name: str, rng: random.Random) -> Made:
    """Glue the pieces to other words."""
    front, back = halves(low(name))
    tails = ("bread", "fish", "light", "bell")
    return f"{front}{rng.choice(tails)} {back}{rng.choice(tails)}" if len(name) > 5 else None


BATCH.table(
    [
        ("autokey", lambda n: autokeyed(n) if len(n) > 5 else None),
        (
            "affine",
            lambda n: (
                "".join(LETTERS[(5 * index(x) + 8) % 26] for x in low(n)) if len(n) > 5 else None
            ),
        ),
        ("columns_of_three", lambda n: in_columns(n) if len(n) > 6 else None),
        ("latex_letters", lambda n: "$" + "".join(f"\\mathrm{{{x}}}" for x in letters_of(n)) + "$"),
        (
            "unicode_names",
            lambda n: ", ".join(
                f"LATIN {'CAPITAL' if x.isupper() else 'SMALL'} LETTER {x.upper()}"
                for x in letters_of(n)
            ),
        ),
        ("roman_numerals", lambda n: " ".join(ROMAN[index(x)] for x in letters_of(n))),
        ("number_words", lambda n: ", ".join(NUMBERS[index(x)] for x in letters_of(n))),
        ("runes", lambda n: "".join(RUNES[index(x)] for x in letters_of(n))),
        ("hebrew_letters", lambda n: "".join(HEBREW[index(x)] for x in letters_of(n))),
        ("georgian_letters", lambda n: "".join(GEORGIAN[index(x)] for x in letters_of(n))),
        ("backticks", lambda n: "`".join(n)),
        ("template_literals", lambda n: "`${{'{}'}}${{'{}'}}`".format(*halves(n))),
        (
            "ipv6_groups",
            lambda n: ":".join(n.encode().hex()[i : i + 4] for i in range(0, 2 * len(n), 4)),
        ),
        (
            "uuid",
            lambda n: (
                (h := (n.encode().hex() + "0" * 32)[:32])[:8]
                + f"-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
            ),
        ),
        (
            "base64_in_fours",
            lambda n: " ".join(
                base64.b64encode(n.encode()).decode()[i : i + 4]
                for i in range(0, 4 * (len(n) + 2) // 3, 4)
            ),
        ),
        (
            "little_endian",
            lambda n: " ".join(
                f"0x{int.from_bytes(n.encode()[i : i + 4], 'little'):08x}"
                for i in range(0, len(n), 4)
            ),
        ),
        (
            "halves_backwards",
            lambda n: " ".join(part[::-1] for part in halves(low(n))) if len(n) > 5 else None,
        ),
        ("equations", lambda n: ", ".join(f"{x} = 4{x} - 3{x}" for x in letters_of(n))),
        (
            "next_vowel",
            lambda n: (
                n.translate(str.maketrans("aeiouAEIOU", "eiouaEIOUA")) if len(n) > 6 else None
            ),
        ),
        ("ubbi_dubbi", lambda n: ubbi(n, "ub") if len(n) > 4 else None),
        ("first_to_last", lambda n: low(n)[1:] + low(n)[0] if len(n) > 4 else None),
        ("stutter", lambda n: "-".join([n[0], n[:2], n]) if len(n) > 4 else None),
        ("from_z_to_a", lambda n: "-".join(str(26 - index(x)) for x in letters_of(n))),
        ("cut_short", lambda n: n[:-2] + "..." if len(n) > 8 else None),
        (
            "torn_and_indented",
            lambda n: "{}-\n        {}".format(*halves(n)) if len(n) > 4 else None,
        ),
        (
            "dice_numbers",
            lambda n: " ".join(f"{index(x) // 6 + 1}{index(x) % 6 + 1}" for x in letters_of(n)),
        ),
        (
            "bcrypt_base64",
            lambda n: (
                base64.b64encode(n.encode())
                .decode()
                .translate(
                    str.maketrans(
                        LETTERS.upper() + LETTERS + "0123456789+/",
                        "./" + LETTERS.upper() + LETTERS + "0123456789",
                    )
                )
            ),
        ),
        (
            "gray_scale_css",
            lambda n: " ".join(f"rgb({ord(x)},{ord(x)},{ord(x)})" for x in letters_of(n)),
        ),
    ]
)
