"""Plots as SVG, readable on light and dark pages: curves over one axis, and values side by side."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

STYLE = """
text { fill: #1f2937; } .faint { fill: #6b7280; } .axis { stroke: #9ca3af; fill: none; }
.grid { stroke: #e5e7eb; fill: none; } .paper { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb; } .faint { fill: #9ca3af; } .axis { stroke: #6b7280; }
  .grid { stroke: #2d3643; } .paper { fill: #0d1117; }
}
"""
# Each is told from white and from black, and from the others by its mark as well.
COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#6b7280")
MARKS = ("circle", "square", "diamond", "circle", "square", "diamond")
WIDTH, HEIGHT = 380, 220
LEFT, RIGHT, TOP, BOTTOM = 66, 20, 40, 52


@dataclass(frozen=True)
class Series:
    name: str
    points: Sequence[tuple[float, float]]
    is_dashed: bool = False
    shade: int | None = None  # which of the colours and marks; its place among the others without


@dataclass(frozen=True)
class Panel:
    """One pair of axes. An axis that is logarithmic says so."""

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    is_x_log: bool = False
    is_y_log: bool = False
    limit: tuple[float, str] | None = None  # a bar, as a line across


def number(value: float) -> str:
    """As short as it can be: 250, 1.5k, 10M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{sign}"
    return f"{value:.3g}"


class Axis:
    """Where a value is between 0 and 1, and which values are named."""

    def __init__(self, values: Sequence[float], is_log: bool) -> None:
        found = [value for value in values if not is_log or value > 0] or [1.0]
        self.is_log = is_log
        if is_log:
            self.low = math.floor(math.log10(min(found)) + 1e-9)
            self.high = max(math.ceil(math.log10(max(found)) - 1e-9), self.low + 1)
            self.ticks = [10.0**power for power in range(self.low, self.high + 1)]
            if len(found) < len(values):
                # What has no logarithm (an empty ledger) stands at the edge, a decade apart.
                self.low -= 1
                self.ticks.insert(0, 0.0)
            return
        step = self.step(max(*found, 0))
        first = math.floor(min(*found, 0) / step)
        last = max(math.ceil(max(found) / step), first + 1)
        self.low, self.high = first * step, last * step
        self.ticks = [place * step for place in range(first, last + 1)]

    @staticmethod
    def step(most: float) -> float:
        rough = (most or 1) / 4
        size = 10.0 ** math.floor(math.log10(rough))
        return next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= rough)

    def place(self, value: float) -> float:
        if self.is_log:
            value = math.log10(value) if value > 0 else self.low
        return (value - self.low) / (self.high - self.low)


def mark(kind: str, x: float, y: float, colour: str) -> str:
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if kind == "diamond" else ""
    size = 'width="5.4" height="5.4"'
    return f'<rect x="{x - 2.7:.1f}" y="{y - 2.7:.1f}" {size} fill="{colour}"{turn}/>'


def text(x: float, y: float, said: str, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{html.escape(said)}</text>'


def panel_parts(panel: Panel) -> list[str]:
    xs = Axis([x for each in panel.series for x, _ in each.points], panel.is_x_log)
    heights = [y for each in panel.series for _, y in each.points]
    ys = Axis([*heights, *([panel.limit[0]] if panel.limit else [])], panel.is_y_log)
    bottom, right = TOP + HEIGHT, LEFT + WIDTH

    def at(x: float, y: float) -> tuple[float, float]:
        return LEFT + xs.place(x) * WIDTH, bottom - ys.place(y) * HEIGHT

    parts = [text(LEFT, TOP - 18, panel.title, more=' font-weight="bold"')]
    for tick in ys.ticks:
        y = bottom - ys.place(tick) * HEIGHT
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
        parts.append(text(LEFT - 6, y + 4, number(tick), "end", ' class="faint"'))
    for tick in xs.ticks:
        x = LEFT + xs.place(tick) * WIDTH
        parts.append(f'<path class="axis" d="M{x:.1f} {bottom}v4"/>')
        parts.append(text(x, bottom + 18, number(tick), "middle", ' class="faint"'))
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>')
    x_label = panel.x_label + (" (log)" if panel.is_x_log else "")
    y_label = panel.y_label + (" (log)" if panel.is_y_log else "")
    parts.append(text((LEFT + right) / 2, bottom + 36, x_label, "middle"))
    middle = TOP + HEIGHT / 2
    parts.append(text(14, middle, y_label, "middle", f' transform="rotate(-90 14 {middle})"'))
    if panel.limit:
        _, y = at(1, panel.limit[0])
        line = f'd="M{LEFT} {y:.1f}H{right}" stroke="#dc2626" stroke-dasharray="6 4"'
        parts.append(f'<path {line} fill="none"/>')
        parts.append(text(right, y - 4, panel.limit[1], "end"))
    for place, each in enumerate(panel.series):
        shade = (place if each.shade is None else each.shade) % len(COLOURS)
        colour = COLOURS[shade]
        points = [at(x, y) for x, y in each.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="4 3"' if each.is_dashed else ""
        line = f'fill="none" stroke="{colour}" stroke-width="2"{dash}'
        parts.append(f'<polyline points="{path}" {line}/>')
        parts += [mark(MARKS[shade], x, y, colour) for x, y in points]
    return parts


def legend(panel: Panel, top: float) -> list[str]:
    parts = []
    for place, each in enumerate(panel.series):
        if not each.name:
            continue
        x, y = LEFT + place % 2 * 200, top + place // 2 * 18
        shade = (place if each.shade is None else each.shade) % len(COLOURS)
        colour = COLOURS[shade]
        dash = ' stroke-dasharray="4 3"' if each.is_dashed else ""
        parts.append(f'<path d="M{x} {y}h24" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(mark(MARKS[shade], x + 12, y, colour))
        parts.append(text(x + 30, y + 4, each.name))
    return parts


def document(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
    first = f"<title>{html.escape(title)}</title><style>{STYLE}</style>"
    paper = '<rect class="paper" width="100%" height="100%"/>'
    font = 'font-family="sans-serif" font-size="12" role="img"'
    return f"<svg {head} {font}>{first}{paper}{''.join(parts)}</svg>\n"


def curves(title: str, panels: Sequence[Panel]) -> str:
    """Panels beside each other, two in a row."""
    rows = max((len(panel.series) + 1) // 2 for panel in panels)
    across, down = LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM + 18 * rows
    parts = []
    for place, panel in enumerate(panels):
        corner = f"{place % 2 * across} {place // 2 * down}"
        inside = [*panel_parts(panel), *legend(panel, TOP + HEIGHT + BOTTOM)]
        parts.append(f'<g transform="translate({corner})">{"".join(inside)}</g>')
    width = across * min(2, len(panels))
    return document(width, down * ((len(panels) + 1) // 2) + 4, title, parts)


def dots(title: str, unit: str, values: Sequence[tuple[str, float]]) -> str:
    """Values above 0 on a logarithmic axis; dots, because the length of a bar would lie."""
    axis = Axis([value for _, value in values], True)
    left, width, row = 190, 480, 24
    bottom = TOP + row * len(values)
    parts = [text(14, 22, title, more=' font-weight="bold"')]
    for tick in axis.ticks:
        x = left + axis.place(tick) * width
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{bottom}"/>')
        parts.append(text(x, bottom + 16, number(tick), "middle", ' class="faint"'))
    for place, (name, value) in enumerate(values):
        y, length = TOP + place * row, axis.place(value) * width
        colour = COLOURS[0] if name.startswith("bridge") else COLOURS[5]
        parts.append(text(left - 8, y + 16, name, "end"))
        parts.append(f'<path class="grid" d="M{left} {y + 12}h{width}"/>')
        parts.append(f'<circle cx="{left + length:.1f}" cy="{y + 12}" r="5" fill="{colour}"/>')
        parts.append(text(left + length + 10, y + 16, f"{value:,.0f}"))
    parts.append(text(left + width / 2, bottom + 34, f"{unit} (log)", "middle"))
    return document(left + width + 90, bottom + 46, title, parts)
