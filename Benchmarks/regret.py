"""What learning costs and saves, in invented worlds: a table, and curves as an SVG.

    python3 Benchmarks/regret.py [--workshop PATH] [--thoughts N] [--runs N] [--write]

The worlds and the decider are those of `workshop learning simulate`, seeded: the same program
prints the same figures. With `--write` they go into docs/learning.md and docs/learning-regret.svg.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
PAGE = TOP / "docs/learning.md"
PICTURE = TOP / "docs/learning-regret.svg"
START, END = "<!-- regret: written by Benchmarks/regret.py -->", "<!-- /regret -->"
COLOURS = {"rules": "#b45309", "learning": "#1d4ed8", "always best": "#6b7280"}
WIDTH, HEIGHT, EDGE = 380, 240, 46


def simulate(workshop: str, thoughts: int, runs: int) -> dict[str, Any]:
    """The worlds, as the program tells them."""
    command = [workshop, "learning", "simulate", "--json"]
    command += ["--thoughts", str(thoughts), "--runs", str(runs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1_200)
    return json.loads(done.stdout)


def table(result: dict[str, Any]) -> str:
    """The table, in Markdown."""
    rows = [
        "| world | by | regret | worst run | the best asked | tried out |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for world in result["worlds"]:
        for line in world["lines"]:
            regret = f"{line['mean']:.1f} ± {line['deviation']:.1f} | {line['worst']:.1f}"
            shares = f"{100 * line['best']:.1f} % | {100 * line['explored']:.1f} %"
            rows.append(f"| {world['name']} | {line['chooser']} | {regret} | {shares} |")
    return "\n".join(rows)


def stories(result: dict[str, Any]) -> str:
    """What happens in each world."""
    return "\n".join(f"- **{world['name']}**: {world['story']}." for world in result["worlds"])


def curve(line: dict[str, Any], most: float) -> str:
    """A line of the plot."""
    count = len(line["curve"])
    points = [(0.0, 0.0)] + [
        ((place + 1) / count, value / most) for place, value in enumerate(line["curve"])
    ]
    path = " ".join(f"{EDGE + x * WIDTH:.1f},{EDGE + (1 - y) * HEIGHT:.1f}" for x, y in points)
    colour = COLOURS[line["chooser"]]
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'


def plot(world: dict[str, Any], thoughts: int) -> str:
    """One world's curves, with its axes."""
    most = max(max(line["curve"]) for line in world["lines"]) or 1
    bottom, right = EDGE + HEIGHT, EDGE + WIDTH
    return "".join(
        [
            f'<text x="{EDGE}" y="{EDGE - 14}" font-weight="bold">{world["name"]}</text>',
            f'<path d="M{EDGE} {EDGE}V{bottom}H{right}" fill="none" stroke="#9ca3af"/>',
            f'<text x="{EDGE - 6}" y="{EDGE + 10}" text-anchor="end">{most:.0f}</text>',
            f'<text x="{EDGE - 6}" y="{bottom}" text-anchor="end">0</text>',
            f'<text x="{right}" y="{bottom + 16}" text-anchor="end">{thoughts} thoughts</text>',
            *(curve(line, most) for line in world["lines"]),
        ]
    )


def picture(result: dict[str, Any]) -> str:
    """All worlds in one SVG."""
    worlds = result["worlds"]
    across, down = WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE
    parts = []
    for place, world in enumerate(worlds):
        corner = f"{place % 2 * across} {place // 2 * down}"
        parts.append(f'<g transform="translate({corner})">{plot(world, result["thoughts"])}</g>')
    height = (len(worlds) + 1) // 2 * down + 30
    for place, (name, colour) in enumerate(COLOURS.items()):
        x = EDGE + 150 * place
        parts.append(f'<path d="M{x} {height - 20}h24" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{x + 30}" y="{height - 16}">{name}</text>')
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * across} {height}"'
    paper = '<rect width="100%" height="100%" fill="#fff"/>'
    title = "<title>Regret so far, by who chooses</title>"
    inside = title + paper + "".join(parts)
    return f'<svg {head} font-family="sans-serif" font-size="12">{inside}</svg>\n'


def main() -> None:
    """Prints the table; writes page and picture when asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--workshop", default=str(TOP / ".build/release/workshop"), help="the program"
    )
    parser.add_argument(
        "--thoughts", type=int, default=4_000, help="how many thoughts a world lives"
    )
    parser.add_argument("--runs", type=int, default=20, help="how many runs of each")
    parser.add_argument(
        "--write", action="store_true", help="write docs/learning.md and its picture"
    )
    options = parser.parse_args()
    result = simulate(options.workshop, options.thoughts, options.runs)
    print(table(result))
    if not options.write:
        return
    page = PAGE.read_text("utf-8")
    before, rest = page.split(START)
    after = rest.split(END)[1]
    runs = f"mean and standard deviation of {result['runs']} runs"
    said = f"{result['thoughts']:,} thoughts a world, {runs}:"
    shown = "![Regret so far](learning-regret.svg)"
    body = "\n\n".join(["", stories(result), said, table(result), shown, ""])
    PAGE.write_text(before + START + body + END + after, "utf-8")
    PICTURE.write_text(picture(result), "utf-8")


if __name__ == "__main__":
    main()
