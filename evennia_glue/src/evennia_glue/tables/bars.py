"""Bars of plain characters: they need no colour, and every terminal has them."""

from math import isfinite
from typing import Any

from .numbers import is_number

WIDTH = 10


def bar(share: Any, width: int = WIDTH) -> str:
    """A share from 0 to 1 as `###-------`; empty if it is not known.

    What is above zero has at least one mark, and what is below one at least one place left.
    """
    if not is_number(share) or not isfinite(share):
        return ""
    marks = round(share * width) if 0 < share < 1 else width * (share >= 1)
    if 0 < share < 1:
        marks = min(max(marks, 1), width - 1)
    return "#" * marks + "-" * (width - marks)
