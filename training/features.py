"""What the classifier sees of a task; `TaskFeatures.swift` computes exactly the same.

A text has three zones: the lead (what is asked for mostly stands first), the tail (or last), and the
middle (the material). The words of lead and tail are the same features; those of the middle are others.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

MASK = 0xFFFFFFFF

# The seeds of the feature classes. Swift: `TaskFeatures.Seed`.
WORD, PREFIX, SUFFIX, PAIR, STEMS, GRAM, EDGE = range(1, 8)
MIDDLE = 0x55

LEAD_BYTES = 320
TAIL_BYTES = 200
MIDDLE_BYTES = 3000
SHORTEST_LEAD = 12
LONGEST_WORD = 24
START, END = 0x51A97, 0xE4D
# What ends a sentence before a space, and what always does.
STOPS = frozenset(map(ord, ".!?:;"))
FULL_STOPS = frozenset([0x3002, 0xFF01, 0xFF1F, 0x964, 0x61F])

DROPPED = 0xFFFF
TABLE_SIZE = 0x530
VIETNAMESE = range(0x1E00, 0x1F00)

_SINGLE = {
    "ß": "s",
    "æ": "a",
    "œ": "o",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "t",
    "ı": "i",
    "ħ": "h",
    "ŋ": "n",
    "ё": "е",
    "ґ": "г",
}


def _fold_char(code: int) -> int:
    """The folded scalar; 0 where words end, DROPPED for what is read over."""
    if 0x300 <= code <= 0x36F or code in (0xAD, 0xB7):
        return DROPPED
    char = chr(code)
    if char.isdigit():
        return ord("0")
    if not char.isalpha():
        return 0
    base = unicodedata.normalize("NFKD", char.lower().lower())
    base = "".join(c for c in base if not unicodedata.combining(c)) or char
    base = _SINGLE.get(base[0], base[0])
    # й is a letter of its own, but nobody types a word that only it tells apart.
    folded = ord(base.lower()[0])
    return folded if folded < DROPPED else 0


TABLE = [_fold_char(code) for code in range(TABLE_SIZE)] + [_fold_char(code) for code in VIETNAMESE]


def fold(code: int) -> int:
    """The folded scalar of any scalar."""
    if code < TABLE_SIZE:
        return TABLE[code]
    if VIETNAMESE.start <= code < VIETNAMESE.stop:
        return TABLE[TABLE_SIZE + code - VIETNAMESE.start]
    if 0xFF10 <= code <= 0xFF5A:
        return TABLE[code - 0xFEE0]
    if is_ideographic(code):
        return code
    if code in _PUNCTUATION:
        return 0
    if 0x660 <= code <= 0x669 or 0x6F0 <= code <= 0x6F9 or 0x966 <= code <= 0x96F:
        return ord("0")
    if 0x64B <= code <= 0x65F or code == 0x640:
        return DROPPED
    if 0x530 <= code < 0xE00 or 0x10A0 <= code < 0x1200 or 0xAC00 <= code < 0xD7A4:
        return code
    return 0


_PUNCTUATION = frozenset(
    [
        0x589,
        0x58A,
        0x5BE,
        0x5C0,
        0x5C3,
        0x60C,
        0x61B,
        0x61F,
        0x66A,
        0x66B,
        0x66C,
        0x66D,
        0x6D4,
        0x964,
        0x965,
        0x970,
    ]
)


def is_ideographic(code: int) -> bool:
    """Whether words of this script are not spaced: Thai, kana, Han."""
    return (
        0xE00 <= code < 0xE80
        or (0x3040 <= code < 0x3100 and code != 0x30FB)
        or 0x3400 <= code < 0xA000
        or 0x20000 <= code < 0x30000
    )


def step(hash_: int, code: int) -> int:
    """FNV-1a over scalars. http://www.isthe.com/chongo/tech/comp/fnv/"""
    return ((hash_ ^ code) * 0x01000193) & MASK


BASIS = 0x811C9DC5


def seal(hash_: int, seed: int) -> int:
    """The hash of a feature of a class; never 0, which marks a free place in the table."""
    hash_ = ((hash_ ^ (seed * 0x9E3779B9 & MASK)) * 0x85EBCA6B) & MASK
    hash_ ^= hash_ >> 15
    hash_ = (hash_ * 0xC2B2AE35) & MASK
    hash_ ^= hash_ >> 13
    return hash_ or 1


def hash_of(text: str) -> int:
    value = BASIS
    for char in text:
        value = step(value, ord(char))
    return value


STRUCTURE = [
    "bias",
    "chars<20",
    "chars<45",
    "chars<90",
    "chars<180",
    "chars<400",
    "chars<1200",
    "chars<4000",
    "chars<12000",
    "chars>=12000",
    "lines=1",
    "lines<4",
    "lines<10",
    "lines<40",
    "lines>=40",
    "ends ?",
    "has ?",
    "lead ends :",
    "ends !",
    "lead ?",
    "tail ?",
    "two ?",
    "fence",
    "diff",
    "trace",
    "code",
    "table",
    "url",
    "path",
    "list",
    "digits>4%",
    "digits>15%",
    "stamps",
    "json",
    "quotes",
    "header",
    "secret",
    "two scripts",
    "short ask",
    "short order",
    "material ?",
    "material no ?",
    "code ?",
    "ellipsis",
    "braces",
    "image",
    "audio",
    "video",
    "pdf",
    "text file",
    "other file",
    "file, short",
    "no letters",
]
STRUCTURE_INDEX = {name: index for index, name in enumerate(STRUCTURE)}


@dataclass
class Features:
    """Hashes per zone and the structure's truths."""

    edge: list[int] = field(default_factory=list)  # lead and tail
    middle: list[int] = field(default_factory=list)
    structure: list[int] = field(default_factory=list)


class _Words:
    """Makes features of the folded scalars of one zone."""

    def __init__(self, out: list[int], zone: int) -> None:
        self.out = out
        self.zone = zone
        self.word: list[int] = []
        self.previous = START
        self.previous_stem = START
        self.is_stopped = False
        self.run: list[int] = []

    def emit(self, hash_: int, seed: int) -> None:
        self.out.append(seal(hash_, seed ^ self.zone))

    def feed(self, code: int) -> None:
        """A folded scalar, or 0 between words."""
        if code == DROPPED:
            return
        if code and is_ideographic(code):
            self.end_word()
            self.ideograph(code)
            return
        self.run.clear()
        if code == 0:
            self.end_word()
        elif code == 0x30 and self.word and self.word[-1] == 0x30:
            pass
        elif len(self.word) < LONGEST_WORD:
            self.word.append(code)

    def ideograph(self, code: int) -> None:
        self.emit(step(BASIS, code), GRAM)
        if self.run:
            self.emit(step(step(BASIS, self.run[-1]), code), GRAM)
        if len(self.run) > 1:
            self.emit(step(step(step(BASIS, self.run[-2]), self.run[-1]), code), GRAM)
        self.run.append(code)
        self.previous = self.previous_stem = code

    def end_word(self) -> None:
        word = self.word
        if not word:
            return
        count = len(word)
        dense = word[0] >= TABLE_SIZE
        low, high, stem_length = (2, 5, 2) if dense else (3, 7, 4)
        hash_ = BASIS
        stem = 0
        for index, code in enumerate(word):
            hash_ = step(hash_, code)
            length = index + 1
            if low <= length <= high and length < count:
                self.emit(hash_, PREFIX)
            if length == stem_length or (length == count and count < stem_length):
                stem = hash_
        self.emit(hash_, WORD)
        tail = 2 if dense else 3
        if count >= tail + 2:
            suffix = BASIS
            for code in word[-tail:]:
                suffix = step(suffix, code)
            self.emit(suffix, SUFFIX)
        if dense and count > 3:
            for index in range(1, count - 2):
                gram = BASIS
                for code in word[index : index + 3]:
                    gram = step(gram, code)
                self.emit(gram, GRAM)
        self.emit(step(self.previous, hash_ & 0xFFFFFF), PAIR)
        self.emit(step(self.previous_stem, stem & 0xFFFFFF), STEMS)
        if self.previous == START:
            self.emit(stem, EDGE)
        self.previous = hash_
        self.previous_stem = stem
        word.clear()

    def take(self, code: int) -> None:
        """A scalar as it stands; sentences and lines begin anew."""
        if code == 10 or code in FULL_STOPS:
            self.end_sentence()
        elif code <= 0x20:
            if self.is_stopped:
                self.end_sentence()
            else:
                self.feed(0)
        else:
            self.feed(fold(code))
            self.is_stopped = code in STOPS

    def end_sentence(self) -> None:
        self.finish()
        self.previous = self.previous_stem = START
        self.is_stopped = False

    def finish(self) -> None:
        self.feed(0)
        if self.previous != START:
            self.emit(step(self.previous, END), PAIR)


def zones(data: bytes) -> tuple[int, int]:
    """Where the lead ends and where the tail begins, in bytes, at boundaries of scalars."""
    count = len(data)
    end = count
    while end > 0 and data[end - 1] <= 0x20:
        end -= 1
    start = 0
    while start < end and data[start] <= 0x20:
        start += 1
    lead = min(end, start + LEAD_BYTES)
    newline = data.find(b"\n", min(end, start + SHORTEST_LEAD), lead)
    if newline >= 0:
        lead = newline
    else:
        while lead < end and data[lead] & 0xC0 == 0x80:
            lead += 1
    tail = max(lead, end - TAIL_BYTES)
    newline = data.rfind(b"\n", tail, max(tail, end - SHORTEST_LEAD))
    if newline >= 0:
        tail = newline
    else:
        while tail < end and data[tail] & 0xC0 == 0x80:
            tail += 1
    return lead, tail


def features(task: str, attachments: list[str]) -> Features:
    data = task.encode("utf-8", "replace")
    found = Features()
    lead, tail = zones(data)
    words = _Words(found.edge, 0)
    for char in data[:lead].decode("utf-8", "replace"):
        words.take(ord(char))
    # The tail goes on where the lead ends when nothing lies between.
    if tail > lead:
        words.end_sentence()
        middle = _Words(found.middle, MIDDLE)
        stop = min(tail, lead + MIDDLE_BYTES)
        while stop < tail and data[stop] & 0xC0 == 0x80:
            stop += 1
        for char in data[lead:stop].decode("utf-8", "replace"):
            middle.take(ord(char))
        middle.finish()
    for char in data[tail:].decode("utf-8", "replace"):
        words.take(ord(char))
    words.finish()
    found.structure = structure(data, lead, tail, attachments)
    return found


def _line_starts(line: bytes, prefixes: tuple[bytes, ...]) -> bool:
    return line.startswith(prefixes)


_TRACE = (
    b"Traceback (",
    b'  File "',
    b"    at ",
    b"\tat ",
    b"panic:",
    b"goroutine ",
    b"Caused by:",
    b"Exception in ",
)
_CODE = (
    b"def ",
    b"func ",
    b"class ",
    b"fn ",
    b"import ",
    b"#include",
    b"function ",
    b"public ",
    b"private ",
    b"const ",
    b"let ",
    b"var ",
    b"return ",
    b"SELECT ",
    b"#!/",
    b"from ",
    b"for (",
    b"if (",
    b"while (",
)
_SECRETS = (
    b"sk-",
    b"ghp_",
    b"AKIA",
    b"BEGIN RSA",
    b"PRIVATE KEY",
    b"xoxb-",
    b"glpat-",
    b"Bearer ey",
    b"eyJhbGci",
)


def structure(data: bytes, lead: int, tail: int, attachments: list[str]) -> list[int]:
    """The indices of what is true of the text's shape. Only bytes are looked at, and only the first 16 KiB."""
    true: set[str] = {"bias"}
    end = len(data)
    while end > 0 and data[end - 1] <= 0x20:
        end -= 1
    counts = dict.fromkeys(
        ["chars", "latin", "cyrillic", "other", "digits", "question", "quote", "brace"], 0
    )
    questions: list[int] = []
    for index in range(min(end, 16384)):
        byte = data[index]
        if byte & 0xC0 != 0x80:
            counts["chars"] += 1
        if 0x30 <= byte <= 0x39:
            counts["digits"] += 1
        elif 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A or 0xC3 <= byte <= 0xC9:
            counts["latin"] += 1
        elif 0xD0 <= byte <= 0xD3:
            counts["cyrillic"] += 1
        elif 0xD7 <= byte <= 0xDB or (byte >= 0xE0 and byte not in (0xE2, 0xEF, 0xF0)):
            # Ideographs and the like say about twice as much as a letter.
            counts["other"] += 1
            if byte >= 0xE3:
                counts["chars"] += 1
        elif byte == 0x3F:
            questions.append(index)
        elif byte in (0x22, 0xAB) or (
            byte == 0xE2 and data[index + 1 : index + 3] in (b"\x80\x9c", b"\x80\x9e")
        ):
            counts["quote"] += 1
        elif byte in (0x7B, 0x7D, 0x3B):
            counts["brace"] += 1
        # ？ and ؟
        if (
            byte == 0x9F
            and index >= 2
            and (data[index - 2 : index] == b"\xef\xbc" or data[index - 1] == 0xD8)
        ):
            questions.append(index)
    chars = counts["chars"] + max(0, end - 16384)
    for limit in (20, 45, 90, 180, 400, 1200, 4000, 12000):
        if chars < limit:
            true.add(f"chars<{limit}")
            break
    else:
        true.add("chars>=12000")
    lines = data[:end].split(b"\n", 201)[:200]
    number = len(lines)
    true.add(
        "lines=1"
        if number == 1
        else "lines<4"
        if number < 4
        else "lines<10"
        if number < 10
        else "lines<40"
        if number < 40
        else "lines>=40"
    )
    _lines(lines, true)
    last = data[end - 1] if end else 0
    if questions and questions[-1] >= end - 2:
        true.add("ends ?")
    if questions:
        true.add("has ?")
        if questions[0] <= lead:
            true.add("lead ?")
        if questions[-1] >= tail > lead:
            true.add("tail ?")
        if len(questions) > 1:
            true.add("two ?")
    if last == 0x21:
        true.add("ends !")
    if last == 0x2E and data[max(0, end - 3) : end] == b"...":
        true.add("ellipsis")
    before = lead
    while before > 0 and data[before - 1] <= 0x20:
        before -= 1
    if before and data[before - 1] == 0x3A and tail > lead:
        true.add("lead ends :")
    head = data[: min(end, 16384)]
    if b"://" in head:
        true.add("url")
    if b" /" in head or head.startswith(b"/") or b"~/" in head:
        true.add("path")
    if any(secret in head for secret in _SECRETS):
        true.add("secret")
    if counts["digits"] * 25 > chars:
        true.add("digits>4%")
    if counts["digits"] * 7 > chars:
        true.add("digits>15%")
    if counts["quote"] > 0:
        true.add("quotes")
    if counts["brace"] > 3:
        true.add("braces")
    scripts = [counts["latin"], counts["cyrillic"], counts["other"]]
    letters = sum(scripts)
    if sum(1 for script in scripts if script * 6 > letters) > 1:
        true.add("two scripts")
    if letters == 0:
        true.add("no letters")
    if chars < 90:
        true.add("short ask" if questions else "short order")
    if number > 3 or chars > 400:
        true.add("material ?" if questions else "material no ?")
    if ("code" in true or "fence" in true) and questions:
        true.add("code ?")
    for media in attachments:
        top = media.split("/")[0]
        if top in ("image", "audio", "video"):
            true.add(top)
        elif media == "application/pdf":
            true.add("pdf")
        elif top == "text":
            true.add("text file")
        else:
            true.add("other file")
    if attachments and chars < 90:
        true.add("file, short")
    return sorted(STRUCTURE_INDEX[name] for name in true)


def _lines(lines: list[bytes], true: set[str]) -> None:
    """What the starts and ends of the lines tell."""
    diff = trace = code = items = cells = stamps = json = header = 0
    for line in lines:
        if line.startswith((b"@@ ", b"diff --git")):
            diff += 2
        if line.startswith((b"+++ ", b"--- ")):
            diff += 1
        if _line_starts(line, _TRACE):
            trace += 1
        if line.startswith(b"```"):
            true.add("fence")
        bare = line.lstrip(b" \t")
        if bare.startswith(_CODE):
            code += 1
        if line[-1:] in (b"{", b"}", b";") or line[-2:] == b"):":
            code += 1
        if bare.startswith((b"- ", b"* ", b"\xe2\x80\xa2")) or (
            len(bare) > 2 and 0x30 <= bare[0] <= 0x39 and bare[1] in b".)" and bare[2] == 0x20
        ):
            items += 1
        if bare[:1] in (b"{", b"[") and b'"' in bare:
            json += 1
        if (
            max(line.count(b","), line.count(b";"), line.count(b"\t"), line.count(b"|")) >= 2
            and len(line) < 160
        ):
            cells += 1
        if (
            len(bare) > 8
            and (0x30 <= bare[0] <= 0x39 or bare[0] == 0x5B)
            and 0x30 <= bare[1] <= 0x39
            and b":" in bare[:24]
        ):
            stamps += 1
        if line.startswith(
            (b"From:", b"To:", b"Subject:", b"Date:", b"Von:", b"Betreff:", b"De :", b"De:")
        ):
            header += 1
    if diff >= 2:
        true.add("diff")
    if trace >= 1:
        true.add("trace")
    if code >= 2:
        true.add("code")
    if items >= 2:
        true.add("list")
    if cells >= 3:
        true.add("table")
    if stamps >= 3:
        true.add("stamps")
    if json >= 1:
        true.add("json")
    if header >= 2:
        true.add("header")
