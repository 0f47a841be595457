"""The pictures of a reader's own page: hills of peers, a bar for each term, a shelf of spines, rings of badges.

They are small SVG of our own rather than Vega-Lite: a page has a dozen of them and a campus tens of thousands of pages,
and a chart by Altair and vl-convert takes longer than a whole page (``bench/pages.py`` has both).  Only drawing belongs
here; what is drawn, and whether it may be, :mod:`profiles.reader_page` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from profiles.charts.kit import (
    ACCENT,
    ACCENT_TEXT,
    BRAND,
    BRAND_PALE,
    GRID,
    HATCH,
    INK,
    MUTED,
    PAPER,
    PARTS,
    Canvas,
    clip,
)

BINS: Final = 28
SHOWN: Final = 0.95
"""A hill ends where one in twenty peers lies beyond, so that no single peer is seen at its end."""
MOST_SPINES: Final = 30
_SMOOTH: Final = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9
GLYPHS: Final = {
    "visit": "M-9 10V-8L3 -11V10ZM3 -8H9V10H3M-3 0H-2",
    "loan": "M-11 -8C-6 -10 -2 -9 0 -7C2 -9 6 -10 11 -8V8C6 6 2 7 0 9C-2 7 -6 6 -11 8ZM0 -7V9",
    "booking": "M-10 -7H10V10H-10ZM-10 -2H10M-5 -10V-5M5 -10V-5M-4 4L-1 7L5 1",
    "room": "M-10 10V-3L0 -11L10 -3V10ZM-3 10V3H3V10",
    "streak": "M0 -12C7 -5 9 0 7 5C5 11 -5 11 -7 5C-8 1 -4 -1 -4 -5C-1 -3 0 0 0 3C3 -1 2 -7 0 -12Z",
    "other": "M0 -11L3 -3L11 -3L5 2L7 10L0 5L-7 10L-5 2L-11 -3L-3 -3Z",
}


@dataclass(frozen=True)
class Spread:
    """How a measure lies among peers, without saying where any one of them stands."""

    heights: tuple[float, ...]
    reach: float
    median: float
    people: int


def spread_of(values: npt.NDArray[np.float64]) -> Spread:
    """The smoothed hill of some people's values, from nought to where the last twentieth begins."""
    reach = max(float(np.quantile(values, SHOWN)), 1.0)
    counts, _ = np.histogram(values[values <= reach], bins=BINS, range=(0, reach))
    smooth = np.convolve(np.pad(counts, 2, "edge"), _SMOOTH, "valid")
    return Spread(tuple((smooth / max(smooth.max(), 1)).tolist()), reach, float(np.median(values)), len(values))


def hill(spread: Spread, value: float, words: str, width: float = 280) -> Markup:
    """The peers' hill, dark up to the reader, with the median as a tick and the reader as a dot."""
    canvas, base, top = Canvas(width, 76, words), 66.0, 14.0
    last = len(spread.heights) - 1
    points = [(4 + (width - 8) * i / last, base - (base - top) * h) for i, h in enumerate(spread.heights)]
    own = 4 + (width - 8) * min(value / spread.reach, 1)
    before = [point for point in points if point[0] < own]
    canvas.path([(4, base), *points, (width - 4, base)], fill=GRID)
    if before:
        canvas.path([(4, base), *before, (own, _height_at(points, own)), (own, base)], fill=BRAND_PALE)
    middle = 4 + (width - 8) * min(spread.median / spread.reach, 1)
    canvas.line(4, base, width - 4, base, MUTED, stroke_width=0.8)
    canvas.line(middle, base - 14, middle, base + 5, INK, stroke_width=1.2, stroke_dasharray="2 2")
    canvas.line(own, 8, own, base, ACCENT, stroke_width=1.8)
    canvas.circle(own, 8, 5, ACCENT)
    return canvas.markup()


def bars(values: Sequence[tuple[str, float | None, str]], words: str, width: float = 280) -> Markup:
    """A bar for each term with its figure above; a hatched place where it was not measured."""
    canvas, base, tallest = Canvas(width, 118, words), 96.0, 68.0
    most = max((value or 0 for _, value, _ in values), default=0) or 1
    step = width / max(len(values), 3)
    for place, (term, value, figure) in enumerate(values):
        left, middle, wide = place * step + step * 0.16, (place + 0.5) * step, step * 0.68
        if value is None:
            canvas.hatch(left, base - 26, wide, 26, step=7)
        else:
            height = max(tallest * value / most, 1.5)
            fill = BRAND if place == len(values) - 1 else BRAND_PALE
            canvas.rect(left, base - height, wide, height, fill, rx=2)
        y = base - (32 if value is None else max(tallest * value / most, 1.5) + 6)
        canvas.text(middle, y, figure, 12.5, MUTED if value is None else INK, text_anchor="middle", font_weight=600)
        canvas.text(middle, base + 16, clip(term, step / 11.5), 11.5, MUTED, text_anchor="middle")
    canvas.line(0, base, width, base, MUTED, stroke_width=0.8)
    return canvas.markup()


def spines(loans: int, colour: int, words: str) -> Markup:
    """Books of one class side by side, a spine for each loan up to thirty."""
    books = min(loans, MOST_SPINES)
    canvas, fill = Canvas(books * 11 + 2, 78, words), PARTS[colour % len(PARTS)][0]
    for book in range(books):
        height = 46 + (book * 37 + colour * 13) % 26
        canvas.rect(1 + book * 11, 76 - height, 10, height, fill, rx=1.5)
        canvas.rect(1 + book * 11, 76 - height + 7 + book % 3 * 3, 10, 2.4, PAPER, opacity=0.55)
    canvas.line(0, 77, books * 11 + 2, 77, HATCH, stroke_width=2)
    return canvas.markup()


def ring(kind: str, share: float, words: str) -> Markup:
    """A badge: a full ring once it is earned, part of one on the way."""
    canvas, is_earned, around = Canvas(68, 68, words), share >= 1, 2 * np.pi * 30
    canvas.circle(34, 34, 30, "#FBF0E4" if is_earned else PAPER, stroke=GRID, stroke_width=3)
    colour = ACCENT if is_earned else BRAND
    dash = f"{around * min(share, 1):.1f} {around:.1f}"
    canvas.circle(
        34, 34, 30, "none", stroke=colour, stroke_width=3, stroke_dasharray=dash, transform="rotate(-90 34 34)"
    )
    drawn = {
        "fill": "none",
        "stroke": ACCENT_TEXT if is_earned else MUTED,
        "stroke_width": 1.8,
        "stroke_linejoin": "round",
    }
    canvas.shape(GLYPHS.get(kind, GLYPHS["other"]), transform="translate(34 34)", **drawn)
    return canvas.markup()


def _height_at(points: Sequence[tuple[float, float]], x: float) -> float:
    """Where the hill stands above a place between two of its points."""
    for (left, low), (right, high) in pairwise(points):
        if left <= x <= right:
            return low + (high - low) * (x - left) / (right - left)
    return points[-1][1]
