"""A measure term by term: the group's line, the median of all groups, and the middle half as a band.

A term that was not measured, or is withheld, breaks the line and is hatched; it never falls to nought.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from markupsafe import Markup

from profiles.charts.figures import number
from profiles.charts.kit import BRAND, GRID, HATCH, MUTED, PAPER, Canvas, clip, ems, round_up, spread

Row = Mapping[str, Any]
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 186.0, 36.0, 46.0, 14.0, 26.0
LABELS = 4
SMALLEST = 9.0
FEW = 12
STUB = 6.0


class Plot(NamedTuple):
    """From a term's number and a value to a point."""

    width: float
    terms: int
    top_value: float

    def x(self, term: int) -> float:
        room = self.width - LEFT - RIGHT
        return LEFT + (room * term / (self.terms - 1) if self.terms > 1 else room / 2)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - max(value, 0) / self.top_value)


def trend(rows: Sequence[Row], *, lang: str, width: float = 288) -> Markup:
    """One indicator's terms in order; ``rows`` is one row for each term."""
    rows = sorted(rows, key=lambda row: row["term_position"])
    plot = Plot(width, len(rows), round_up(max(_values(rows, "value", "median", "upper_quartile"), default=1.0)))
    canvas = Canvas(width, HEIGHT, _words(rows, lang))
    _scale(canvas, plot, rows[0]["unit"])
    _band(canvas, plot, rows)
    _breaks(canvas, plot, rows)
    _lines(canvas, plot, rows)
    _ends(canvas, plot, rows)
    _term_labels(canvas, plot, rows, lang)
    return canvas.markup()


def _values(rows: Sequence[Row], *columns: str) -> list[float]:
    return [row[column] for row in rows for column in columns if row[column] is not None]


def _scale(canvas: Canvas, plot: Plot, unit: str) -> None:
    for part in (0.0, 0.5, 1.0):
        value = plot.top_value * part
        canvas.line(LEFT, plot.y(value), plot.width - RIGHT, plot.y(value), GRID)
        shown = f"{value * 100:g}%" if unit == "share" else f"{value:,g}"
        canvas.text(LEFT - 6, plot.y(value) + 4, shown, 11, MUTED, text_anchor="end")


def _runs(rows: Sequence[Row], *columns: str) -> list[list[int]]:
    """The stretches of terms for which all these columns are known."""
    known = [all(row[column] is not None for column in columns) for row in rows]
    return [list(run) for is_known, run in groupby(range(len(rows)), key=known.__getitem__) if is_known]


def _band(canvas: Canvas, plot: Plot, rows: Sequence[Row]) -> None:
    for run in _runs(rows, "lower_quartile", "upper_quartile"):
        upper = _points(plot, rows, run, "upper_quartile")
        lower = _points(plot, rows, run, "lower_quartile")
        canvas.path(upper + lower[::-1], fill="#E9EDEE")


def _points(plot: Plot, rows: Sequence[Row], run: list[int], column: str) -> list[tuple[float, float]]:
    """A run as points; a term between two breaks becomes a short stroke, so that it can be seen."""
    points = [(plot.x(term), plot.y(rows[term][column])) for term in run]
    return points if len(run) > 1 else [(x + side, y) for x, y in points for side in (-STUB, STUB)]


def _breaks(canvas: Canvas, plot: Plot, rows: Sequence[Row]) -> None:
    half = max(plot.x(1) - plot.x(0), 8) / 2 - 2 if len(rows) > 1 else 20
    for term, row in enumerate(rows):
        # Before the first and after the last measured term nothing is broken off; there is just no line yet.
        if row["value"] is None:
            x, height = max(plot.x(term) - half, LEFT), HEIGHT - TOP - BOTTOM
            canvas.rect(x, TOP, 2 * half, height, PAPER, fill_opacity=0.7)
            canvas.hatch(x, TOP, 2 * half, height, step=8)


def _lines(canvas: Canvas, plot: Plot, rows: Sequence[Row]) -> None:
    for run in _runs(rows, "median"):
        points = _points(plot, rows, run, "median")
        canvas.path(points, stroke="#6F7F88", stroke_width=1.6, stroke_dasharray="4 3")
    for run in _runs(rows, "value"):
        points = [(plot.x(term), plot.y(rows[term]["value"])) for term in run]
        canvas.path(points, stroke=BRAND, stroke_width=2.6, stroke_linejoin="round", stroke_linecap="round")
        for x, y in points if len(rows) <= FEW else points[:1] if len(points) == 1 else ():
            canvas.circle(x, y, 3.4, BRAND, stroke=PAPER, stroke_width=1.4)


def _ends(canvas: Canvas, plot: Plot, rows: Sequence[Row]) -> None:
    """The last value of both lines, written beside them."""
    last = rows[-1]
    x = plot.x(len(rows) - 1) + 8
    own, median = (None if last[name] is None else plot.y(last[name]) for name in ("value", "median"))
    if own is not None and median is not None:
        own, median = spread(own, median, 14)
    if own is not None:
        canvas.circle(plot.x(len(rows) - 1), plot.y(last["value"]), 4.6, BRAND, stroke=PAPER, stroke_width=1.4)
        value = number(last["value"], last["unit"])
        canvas.text(x, own + 4.5, value, 13, BRAND, font_weight=700)
    if median is not None:
        canvas.text(x, median + 4, number(last["median"], last["unit"]), 11, MUTED)


def _term_labels(canvas: Canvas, plot: Plot, rows: Sequence[Row], lang: str) -> None:
    last = len(rows) - 1
    wanted = {round(last * step / (LABELS - 1)) for step in range(LABELS)} if last >= LABELS else set(range(last + 1))
    room = (plot.width - LEFT - RIGHT) / max(min(last, LABELS - 1), 1) - 5
    for term in sorted(wanted):
        label = clip(rows[term]["term_label_zh"] if lang == "zh" else rows[term]["term_label_en"], room / SMALLEST)
        size = max(min(room / max(ems(label), 1), 11), SMALLEST)
        canvas.text(plot.x(term), HEIGHT - 8, label, size, MUTED, text_anchor="middle")
        canvas.line(plot.x(term), HEIGHT - BOTTOM, plot.x(term), HEIGHT - BOTTOM + 4, HATCH)


def _words(rows: Sequence[Row], lang: str) -> str:
    label = "term_label_zh" if lang == "zh" else "term_label_en"
    missing = "缺" if lang == "zh" else "missing"
    told = [f"{row[label]} {missing if row['value'] is None else number(row['value'], row['unit'])}" for row in rows]
    return ("，" if lang == "zh" else ", ").join(told)
