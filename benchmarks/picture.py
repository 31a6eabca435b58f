"""The critical-difference picture: mean ranks on a line, and bars over tuners that cannot be told apart.

Plain SVG, no library. Source of the form: Demšar 2006, JMLR 7, figure 1.
"""

from collections.abc import Sequence
from html import escape

WIDTH, LEFT, ROW = 760, 190, 22
"""Of the whole, of the margin for names on either side, and of a line of text."""
TOP = 64


def groups(ranks: Sequence[float], difference: float) -> list[tuple[int, int]]:
    """First and last place of each longest stretch of sorted `ranks` that spans at most `difference`, and holds two."""
    found: list[tuple[int, int]] = []
    for first in range(len(ranks)):
        last = max(i for i in range(first, len(ranks)) if ranks[i] - ranks[first] <= difference)
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found


def critical_difference_picture(ranks: dict[str, float], difference: float, title: str) -> str:
    """An SVG of mean ranks by name."""
    names = sorted(ranks, key=lambda name: (ranks[name], name))
    k = len(names)
    half = (k + 1) // 2
    bars = groups([ranks[name] for name in names], difference)
    below = TOP + 14 + 9 * len(bars)
    height = below + ROW * half + 18

    def x(rank: float) -> float:
        return LEFT + (rank - 1) / max(k - 1, 1) * (WIDTH - 2 * LEFT)

    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(WIDTH / 2, 16, title, "middle"),
        line(x(1), 34, x(1) + difference / max(k - 1, 1) * (WIDTH - 2 * LEFT), 34, 2),
        text(x(1) - 8, 38, f"critical difference {difference:.2f}", "end"),
        line(x(1), TOP, x(k), TOP, 1),
    ]
    for rank in range(1, k + 1):
        parts += [line(x(rank), TOP - 5, x(rank), TOP, 1), text(x(rank), TOP - 9, str(rank), "middle")]
    for i, (first, last) in enumerate(bars):
        y = TOP + 10 + 9 * i
        parts.append(line(x(ranks[names[first]]) - 3, y, x(ranks[names[last]]) + 3, y, 4))
    for i, name in enumerate(names):
        left = i < half
        y = below + ROW * (i if left else k - 1 - i) + 8
        edge, anchor = (LEFT - 8, "end") if left else (WIDTH - LEFT + 8, "start")
        parts += [
            line(x(ranks[name]), TOP, x(ranks[name]), y, 1),
            line(x(ranks[name]), y, edge + (4 if left else -4), y, 1),
            text(edge, y + 4, f"{name}  {ranks[name]:.2f}", anchor),
        ]
    return "\n".join([*parts, "</svg>", ""])


def line(x1: float, y1: float, x2: float, y2: float, width: float) -> str:
    """A black line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="black" stroke-width="{width}"/>'


def text(x: float, y: float, words: str, anchor: str) -> str:
    """Words."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
