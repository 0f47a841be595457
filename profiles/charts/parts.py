"""Parts of a whole: the mix of segments as two bars, and the spread of visits as columns.

Names of parts stand in the table beside the bars; a bar carries only its number.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from profiles.charts.figures import percent
from profiles.charts.kit import ACCENT, BRAND_MIDDLE, GRID, INK, MUTED, PAPER, PARTS, Canvas, clip, round_up

Row = Mapping[str, Any]
NARROWEST_NUMBER: Final = 34.0


def mix(rows: Sequence[Row], *, own: str, whole: str, width: float = 888) -> Markup:
    """The group's shares above, the university's below, in the same order and colours."""
    left = 52.0 if width < 500 else 96.0
    canvas = Canvas(
        width, 84, "; ".join(f"{percent(row['share'])} / {percent(row['university_share'])}" for row in rows)
    )
    for name, column, y, height in ((own, "share", 2.0, 40.0), (whole, "university_share", 54.0, 26.0)):
        emphasis = 700 if column == "share" else 400
        label = clip(name, left / 13)
        canvas.text(left - 8, y + height / 2 + 4, label, 12.5, INK, text_anchor="end", font_weight=emphasis)
        _bar(canvas, rows, column, (left, y, width - left, height))
    return canvas.markup()


def part_colour(position: int) -> str:
    """The fill of a part by its place in the mix; parts past the palette share its grey."""
    return PARTS[min(position, len(PARTS) - 1)][0]


_REST: Final = {"zh": "其余", "en": "rest"}


def columns(rows: Sequence[Row], *, lang: str, width: float = 430) -> Markup:
    """The share of members in each band of days, a line on each column for the university."""
    rows = [{**row, "band": _REST[lang] if row["band"] == "rest" else row["band"]} for row in rows]
    rows.sort(key=lambda row: row["position"])
    height, left, top, bottom = 230.0, 40.0, 30.0, 44.0
    most = max((row[name] or 0 for row in rows for name in ("share", "university_share")), default=0)
    ceiling, step = round_up(max(most * 1.08, 0.01)), (width - left) / len(rows)
    canvas = Canvas(width, height, "; ".join(f"{row['band']}: {percent(row['share'])}" for row in rows))

    def y(share: float) -> float:
        return top + (height - top - bottom) * (1 - share / ceiling)

    for part in (0.0, 0.5, 1.0):
        canvas.line(left, y(ceiling * part), width, y(ceiling * part), GRID)
        canvas.text(left - 6, y(ceiling * part) + 4, f"{ceiling * part * 100:g}%", 11, MUTED, text_anchor="end")
    for place, row in enumerate(rows):
        _column(canvas, row, (left + place * step, step, height - bottom), y)
    caption = "本期来馆天数" if lang == "zh" else "Days visited in the term"
    canvas.text(left + (width - left) / 2, height - 6, caption, 12, MUTED, text_anchor="middle")
    canvas.line(width - 76, 9, width - 58, 9, INK, stroke_width=2)
    canvas.text(width, 13, "全体" if lang == "zh" else "everyone", 12, MUTED, text_anchor="end")
    return canvas.markup()


def level(share: float | None, *, fill: str = BRAND_MIDDLE, width: float = 120) -> Markup:
    """A share as one thin bar, for a cell of a table."""
    canvas = Canvas(width, 10, percent(share))
    canvas.rect(0, 2, width, 6, GRID, rx=3)
    canvas.rect(0, 2, width * min(share or 0, 1), 6, fill, rx=3)
    return canvas.markup()


def _bar(canvas: Canvas, rows: Sequence[Row], column: str, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    whole = sum(row[column] or 0 for row in rows) or 1
    for place, row in enumerate(rows):
        fill, on_fill = PARTS[min(place, len(PARTS) - 1)]
        part = width * (row[column] or 0) / whole
        canvas.rect(x, y, part - 2, height, fill, rx=3)
        if part >= NARROWEST_NUMBER:
            size, weight = (14, 700) if column == "share" else (12, 400)
            middle = x + part / 2 - 1
            shown = percent(row[column])
            canvas.text(middle, y + height / 2 + 5, shown, size, on_fill, text_anchor="middle", font_weight=weight)
        x += part


def _column(canvas: Canvas, row: Row, place: tuple[float, float, float], y: Callable[[float], float]) -> None:
    x, step, floor = place
    canvas.text(
        x + step / 2,
        floor + 17,
        clip(row["band"], 4),
        12,
        MUTED,
        text_anchor="middle",
    )
    if row["share"] is None:
        canvas.rect(x + 4, floor - 40, step - 8, 40, PAPER, stroke=GRID)
        canvas.hatch(x + 4, floor - 40, step - 8, 40)
        return
    fill = ACCENT if row["band"] == "0" else BRAND_MIDDLE
    canvas.rect(x + 4, y(row["share"]), step - 8, floor - y(row["share"]), fill, rx=2)
    above = row["share"]
    if row["university_share"] is not None:
        line = y(row["university_share"])
        canvas.line(x + 1, line, x + step - 1, line, INK, stroke_width=2)
        # The number stands clear of the line where the line lies just above the column.
        above = max(above, row["university_share"]) if line > y(above) - 20 else above
    canvas.text(x + step / 2, y(above) - 6, percent(row["share"]), 12, INK, text_anchor="middle", font_weight=600)
