"""One line of dots for one row of a table: where a group stands among the others, or on a scale.

Drawn inside a table cell, so the numbers stand beside it and the strip carries no text of its own.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from profiles.charts.figures import amount
from profiles.charts.kit import ACCENT, BRAND, BRAND_PALE, BRAND_WASH, FAINT, GRID, INK, MUTED, PAPER, Canvas

Row = Mapping[str, Any]
EDGE = 9.0
HEIGHT = 26.0


def strip(row: Row, *, lang: str, width: float = 240) -> Markup:
    """Where a group's value lies among the others', the median in the middle, better to the right."""
    canvas = Canvas(width, HEIGHT, _words(row, lang))
    others = other_values(row)
    centre = row["median"] if row["median"] is not None else row["value"]
    reach = _reach(row, others, centre)
    direction = -1 if row["better"] == "lower" else 1

    def place(value: float) -> float:
        part: float = min(max(direction * (value - centre) / reach, -1.0), 1.0)
        return width / 2 + part * (width / 2 - EDGE)

    middle = HEIGHT / 2
    canvas.line(2, middle, width - 2, middle, GRID, stroke_width=1)
    if row["lower_quartile"] is not None and row["upper_quartile"] is not None:
        left, right = sorted((place(row["lower_quartile"]), place(row["upper_quartile"])))
        canvas.rect(left, middle - 7, right - left, 14, BRAND_WASH, rx=3)
    for value in others:
        canvas.line(place(value), middle - 4, place(value), middle + 4, FAINT, stroke_width=1)
    if row["median"] is not None:
        canvas.line(width / 2, middle - 10, width / 2, middle + 10, INK, stroke_width=1.6)
    canvas.circle(place(row["value"]), middle, 6, side_colour(row), stroke=PAPER, stroke_width=1.6)
    return canvas.markup()


def scale(row: Row, *, lang: str, width: float = 260) -> Markup:
    """A survey item's mean with its margin on the item's own scale, the university's mean as a line."""
    words = f"{row['mean']:.2f} ± {row['half_width'] or 0:.2f}, 1–{row['scale_max']:g}"
    canvas = Canvas(width, HEIGHT, words)
    top = float(row["scale_max"])
    lowest = 0 if top > 9 else 1

    def place(value: float) -> float:
        return EDGE + (value - lowest) / (top - lowest) * (width - 2 * EDGE)

    middle = HEIGHT / 2
    canvas.line(EDGE, middle, width - EDGE, middle, GRID, stroke_width=2)
    for step in range(lowest, int(top) + 1):
        canvas.line(place(step), middle - 3, place(step), middle + 3, FAINT, stroke_width=1)
    if row["university_mean"] is not None:
        canvas.line(
            place(row["university_mean"]),
            middle - 10,
            place(row["university_mean"]),
            middle + 10,
            INK,
            stroke_width=1.6,
        )
    if row["half_width"] is not None:
        left = place(max(row["mean"] - row["half_width"], lowest))
        right = place(min(row["mean"] + row["half_width"], top))
        canvas.rect(left, middle - 6, right - left, 12, BRAND_PALE, rx=3)
    canvas.circle(place(row["mean"]), middle, 4.5, BRAND, stroke=PAPER, stroke_width=1.6)
    return canvas.markup()


def other_values(row: Row) -> list[float]:
    """The other groups' values, which come joined and unnamed."""
    return [float(value) for value in (row["others"] or "").split("|") if value]


def is_ahead(row: Row) -> bool | None:
    """Whether the group does better than the median; ``None`` where there is no better or no median."""
    if row["better"] == "neutral" or row["value"] is None or row["median"] is None or row["value"] == row["median"]:
        return None
    return bool((row["value"] > row["median"]) == (row["better"] == "higher"))


def side_colour(row: Row) -> str:
    """Brand for better than the median, accent for worse, grey where neither is meant."""
    return {True: BRAND, False: ACCENT, None: MUTED}[is_ahead(row)]


def _reach(row: Row, others: list[float], centre: float) -> float:
    """How far the strip reaches on both sides: to the furthest, unless one outlier would flatten the rest."""
    known = [row[name] for name in ("value", "lower_quartile", "upper_quartile") if row[name] is not None]
    furthest = max((abs(value - centre) for value in (*others, *known)), default=0.0)
    if row["lower_quartile"] is None or row["upper_quartile"] is None:
        return furthest or 1.0
    half = max(row["upper_quartile"] - centre, centre - row["lower_quartile"])
    return min(furthest, 4 * half) or furthest or 1.0


def _words(row: Row, lang: str) -> str:
    value = amount(row["value"], row["unit"], lang)
    median = amount(row["median"], row["unit"], lang, row["value"])
    return f"{value}；中位数 {median}" if lang == "zh" else f"{value}; median {median}"
