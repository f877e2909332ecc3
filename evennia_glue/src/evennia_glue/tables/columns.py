"""Tables of text, and the same in sentences for screen readers.

Evennia's EvTable reads the markup of every cell many times over: a hundred rows stop the game for
half a second. Here a cell is plain text with at most one coloured sign, so that its
width is known; see `Benchmarks/evennia_reactor.py`.
"""

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from unicodedata import category, east_asian_width

from ..safetext import is_simple, markup, shown

WIDTH = 78
GAP = "  "
INDENT = "    "
LEAST = 8  # what is left of a column that is cut
LONGEST = 400  # characters of one cell or note


class Column(NamedTuple):
    """A column.

    Attributes:
        heading: what stands above it.
        right: True for numbers, which end below each other.
        cut: True if its cells may be cut where a line would be too long.
        said: how a screen reader hears a cell, with `{}` for it; after the heading if it is empty,
            not at all if it is None.
        least: how wide it is at least.
    """

    heading: str
    right: bool = False
    cut: bool = False
    said: str | None = ""
    least: int = 0


class Cell(NamedTuple):
    """A cell that is more than a text.

    Attributes:
        text: what it says. It may come from anywhere.
        sign: a sign in front of it, as `+` for `[+]`; it is not read aloud.
        colour: the sign's colour; that of the whole cell if there is no sign.
        said: what is read aloud in place of the text; nothing if it is empty.
    """

    text: str
    sign: str = ""
    colour: str = ""
    said: str | None = None


class Table:
    """Rows of cells, of which the first says what the row is about.

    Args:
        columns: at least two.
        title: stands above the first column, and is read aloud before the rows.
        headed: whether the headings are shown.
    """

    def __init__(self, *columns: Column, title: str = "", headed: bool = True) -> None:
        self.columns, self.title = columns, title
        self._rows: list[Sequence[str | Cell]] = []
        self._notes: list[str] = []
        self._heads = 0
        if headed:
            self.add(title or columns[0].heading, *(column.heading for column in columns[1:]))
            self._heads = 1

    def __bool__(self) -> bool:
        return len(self._rows) > self._heads

    def add(self, *cells: str | Cell, note: str = "") -> None:
        """Add a row, with a note that stands below it."""
        self._rows.append(cells)
        self._notes.append(note)

    def lines(self) -> list[str]:
        """The rows below each other, at most 78 columns wide where the cells allow it."""
        cells = [_Cells(column) for column in zip(*self._rows, strict=True)]
        widths = self._fit([max(column.widths) for column in cells])
        padded = [
            known.padded(width, right=column.right)
            for known, width, column in zip(cells, widths, self.columns, strict=True)
        ]
        lines = []
        for row, note in zip(zip(*padded, strict=True), self._notes, strict=True):
            lines.append(GAP.join(row).rstrip())
            if note:
                lines += _indented(note)
        if self._heads:
            lines[0] = f"|w{lines[0]}|n"
        return lines

    def sentences(self) -> list[str]:
        """The rows as sentences, one a line, without any art."""
        told = [f"{self.title}:"] if self.title else []
        for cells, note in zip(self._rows[self._heads :], self._notes[self._heads :], strict=True):
            told.append(self._sentence(cells, note))
        return told

    def _fit(self, widths: list[int]) -> list[int]:
        """The widths, none too small, less what has to be cut: the widest first."""
        widths = [
            max(found, column.least) for found, column in zip(widths, self.columns, strict=True)
        ]
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - WIDTH
        heads = self._rows[0] if self._heads else [""] * len(widths)
        least = [max(LEAST, width(str(head))) for head in heads]
        cut = [place for place, column in enumerate(self.columns) if column.cut]
        while excess > 0 and (wide := [place for place in cut if widths[place] > least[place]]):
            widest = max(wide, key=widths.__getitem__)
            widths[widest] -= 1
            excess -= 1
        return widths

    def _sentence(self, cells: Sequence[str | Cell], note: str) -> str:
        subject, *rest = [_said(cell) for cell in cells]
        told = []
        for column, words in zip(self.columns[1:], rest, strict=True):
            if words and column.said is not None:
                told.append((column.said or f"{column.heading} {{}}").replace("{}", words).strip())
        sentence = f"{subject}: {', '.join(told)}." if told else f"{subject}."
        return f"{sentence} {_as_sentence(note)}" if note else sentence


def text(parts: Iterable[str | Cell | Table], *, said: bool) -> str:
    """A page of tables and lines.

    Args:
        parts: tables, cells that stand alone, and lines of markup that are safe. An empty line
            is not read aloud.
        said: True for sentences, as for a screen reader.
    """
    lines: list[str] = []
    for part in parts:
        if isinstance(part, Table):
            lines += part.sentences() if said else part.lines()
        elif isinstance(part, Cell):
            lines.append(_said(part) if said else _measured(part)[1])
        elif part or not said:
            lines.append(part)
    return "\n".join(lines)


def width(text: str) -> int:
    """How many columns a text takes on a screen."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if east_asian_width(char) in "FW":
        return 2
    return 0 if category(char) in ("Mn", "Me", "Cf") else 1


def cut(text: str, most: int) -> str:
    """A text in at most so many columns; `..` says that it was cut."""
    if width(text) <= most:
        return text
    if text.isascii():
        return f"{text[: most - 2]}.."
    kept, left = [], most - 2
    for char in text:
        left -= _columns(char)
        if left < 0:
            break
        kept.append(char)
    return f"{''.join(kept)}.."


class _Cells:
    """The cells of one column: what is sent for each, and how wide that is on a screen."""

    def __init__(self, cells: Sequence[str | Cell]) -> None:
        self._cells = cells
        self._sent: Sequence[str] = ()
        try:
            self._is_simple = is_simple(" ".join(cells))  # of most columns one look is enough
        except TypeError:
            self._is_simple = False
        if self._is_simple:
            self.widths = [len(cell) for cell in cells]
            self._is_simple = max(self.widths) <= LONGEST
        if not self._is_simple:
            self.widths, self._sent = zip(*map(_measured, cells), strict=True)

    def padded(self, width: int, *, right: bool) -> list[str]:
        """All of them as wide as that."""
        if not self._is_simple:
            return [self._padded(place, width, right=right) for place in range(len(self._cells))]
        texts = self._cells
        if max(self.widths) > width:
            texts = [cut(text, width) for text in texts]
        return [text.rjust(width) if right else text.ljust(width) for text in texts]

    def _padded(self, place: int, most: int, *, right: bool) -> str:
        width, text = self.widths[place], self._sent[place]
        if width > most:
            width, text = _measured(self._cells[place], most)
        padding = " " * (most - width)
        return f"{padding}{text}" if right else f"{text}{padding}"


def _measured(cell: str | Cell, most: int | None = None) -> tuple[int, str]:
    """How wide a cell is on a screen, and what is sent for it; cut if it is wider than `most`."""
    if isinstance(cell, str):
        cell = Cell(cell)
    if most is None and not cell.sign and not cell.colour and _is_short(cell.text):
        return len(cell.text), cell.text
    text, sign = _one_line(cell.text), f"[{cell.sign}] " if cell.sign else ""
    if most is not None:
        text = cut(text, most - len(sign))
    body = markup(text)
    if sign:
        body = f"{cell.colour}{sign.rstrip()}|n {body}"
    elif cell.colour and body:
        body = f"{cell.colour}{body}|n"
    return len(sign) + width(text), body


def _one_line(text: str) -> str:
    """What is read of a text, on one line; not safe to send yet."""
    if _is_short(text):
        return text
    return shown(" ".join(text[: 4 * LONGEST].split()), LONGEST)


def _is_short(text: str) -> bool:
    """Whether nothing has to be done to a text."""
    return len(text) <= LONGEST and is_simple(text)


def _said(cell: str | Cell) -> str:
    words = cell if isinstance(cell, str) else cell.text if cell.said is None else cell.said
    return markup(_one_line(words))


def _as_sentence(note: str) -> str:
    note = _one_line(note)
    return markup(note[:1].upper() + note[1:] + ("" if note.endswith((".", "!", "?")) else "."))


def _indented(note: str) -> list[str]:
    note, most = _one_line(note), WIDTH - len(INDENT)
    if width(note) <= most:
        return [INDENT + markup(note)]
    # in letters, of which one may be two columns wide
    fitting = most if note.isascii() else most // 2
    return [INDENT + markup(line) for line in textwrap.wrap(note, fitting, break_on_hyphens=False)]
