"""The week as a grid of hours: the darker, the more visits.

Four things must not look alike: a number, nought, a figure that is withheld, and an hour without
any record (closed, as far as the gates know).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from profiles.charts.figures import number
from profiles.charts.kit import ACCENT, BRAND_PALE, GRID, MUTED, PAPER, SEQUENCE, Canvas, ems, shade

Row = Mapping[str, Any]
DAYS: Final = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
LONG_DAYS: Final = {
    "zh": DAYS["zh"],
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
NARROW: Final = 500


class Grid(NamedTuple):
    """Where the cells lie."""

    left: float
    top: float
    cell_width: float
    cell_height: float
    hours: range

    def corner(self, weekday: int, hour: int) -> tuple[float, float]:
        x = self.left + (hour - self.hours.start) * self.cell_width + 1
        return x, self.top + (weekday - 1) * self.cell_height + 1


def busiest(rows: Sequence[Row]) -> Row | None:
    """The hour of the week with the most visits, the earliest of equals."""
    shown = [row for row in rows if row["visits_per_week"] is not None]
    return max(shown, key=lambda row: (row["visits_per_week"], -row["weekday"], -row["hour"]), default=None)


def heat(rows: Sequence[Row], *, lang: str, width: float = 888) -> Markup:
    """Mean visits a week for each weekday and hour; the busiest cell is outlined and numbered."""
    shown = [row for row in rows if row["visits_per_week"] is not None]
    peak = busiest(rows)
    if peak is None:
        return Markup("")
    grid = _grid(rows, width)
    canvas = Canvas(width, grid.top + 7 * grid.cell_height + 34, _words(peak, lang))
    _axes(canvas, grid, lang, width)
    if width > NARROW:
        _margins(canvas, grid, shown, width)
    for row in rows:
        _cell(canvas, grid, row, peak["visits_per_week"])
    _outline(canvas, grid, peak)
    _legend(canvas, grid, rows, peak["visits_per_week"], lang)
    return canvas.markup()


def _grid(rows: Sequence[Row], width: float) -> Grid:
    hours = range(min(row["hour"] for row in rows), max(row["hour"] for row in rows) + 1)
    wide = width > NARROW
    left, right, top = 44.0, 66.0 if wide else 4.0, 58.0 if wide else 22.0
    return Grid(left, top, (width - left - right) / len(hours), 30.0 if wide else 26.0, hours)


def _axes(canvas: Canvas, grid: Grid, lang: str, width: float) -> None:
    every = 1 if width > NARROW or len(grid.hours) < 9 else 3
    for hour in grid.hours[::every]:
        x = grid.corner(1, hour)[0] + grid.cell_width / 2 - 1
        canvas.text(x, grid.top - 7, str(hour), 11, MUTED, text_anchor="middle")
    for weekday, name in enumerate(DAYS[lang], start=1):
        y = grid.corner(weekday, grid.hours.start)[1] + grid.cell_height / 2 + 3
        canvas.text(grid.left - 8, y, name, 12, MUTED, text_anchor="end")
        # An hour without a record keeps this pale frame.
        for hour in grid.hours:
            corner_x, corner_y = grid.corner(weekday, hour)
            size = grid.cell_width - 2, grid.cell_height - 2
            canvas.rect(corner_x, corner_y, *size, PAPER, rx=3, stroke=GRID, stroke_width=0.8)


def _margins(canvas: Canvas, grid: Grid, shown: Sequence[Row], width: float) -> None:
    by_hour = {hour: sum(row["visits_per_week"] for row in shown if row["hour"] == hour) for hour in grid.hours}
    by_day = {day: sum(row["visits_per_week"] for row in shown if row["weekday"] == day) for day in range(1, 8)}
    busiest_hour, busiest_day = max(by_hour.values()) or 1, max(by_day.values()) or 1
    for hour, visits in by_hour.items():
        height, x = 30 * visits / busiest_hour, grid.corner(1, hour)[0]
        fill = ACCENT if visits == busiest_hour else BRAND_PALE
        canvas.rect(x + 1, grid.top - 22 - height, grid.cell_width - 4, height, fill, rx=2)
    for day, visits in by_day.items():
        y = grid.corner(day, grid.hours.start)[1]
        canvas.rect(width - 58, y + 6, 54 * visits / busiest_day, grid.cell_height - 14, BRAND_PALE, rx=2)


def _cell(canvas: Canvas, grid: Grid, row: Row, most: float) -> None:
    x, y = grid.corner(row["weekday"], row["hour"])
    size = grid.cell_width - 2, grid.cell_height - 2
    if row["visits_per_week"] is None:
        canvas.rect(x, y, *size, "#F6F8F8", rx=3)
        canvas.hatch(x, y, *size, step=7)
    else:
        canvas.rect(x, y, *size, shade((row["visits_per_week"] / (most or 1)) ** 0.85)[0], rx=3)


def _outline(canvas: Canvas, grid: Grid, peak: Row) -> None:
    x, y = grid.corner(peak["weekday"], peak["hour"])
    size = grid.cell_width + 1, grid.cell_height + 1
    canvas.rect(x - 1.5, y - 1.5, *size, "none", rx=4, stroke=ACCENT, stroke_width=2.4)
    if grid.cell_width > 26:
        middle = x + grid.cell_width / 2 - 1, y + grid.cell_height / 2 + 3
        visits = f"{peak['visits_per_week']:.0f}"
        canvas.text(middle[0], middle[1], visits, 12, PAPER, text_anchor="middle", font_weight=700)


def _legend(canvas: Canvas, grid: Grid, rows: Sequence[Row], most: float, lang: str) -> None:
    zh, x, y = lang == "zh", grid.left, grid.top + 7 * grid.cell_height + 14
    canvas.text(x, y + 10, "0", 12, MUTED)
    step = 14 if canvas.width > NARROW else 9
    for place, fill in enumerate(SEQUENCE):
        canvas.rect(x + 12 + place * step, y, step, 12, fill)
    x += 18 + step * len(SEQUENCE)
    canvas.text(x, y + 10, f"{most:.0f}", 12, MUTED)
    x += 8 * len(f"{most:.0f}") + 14
    if any(row["visits_per_week"] is None for row in rows):
        canvas.rect(x, y, 16, 12, "#F6F8F8", rx=2)
        canvas.hatch(x, y, 16, 12, step=5)
        words = "不公布" if zh else "withheld"
        canvas.text(x + 22, y + 10, words, 12, MUTED)
        x += 22 + 12 * ems(words) + 12
    canvas.rect(x, y, 16, 12, PAPER, rx=2, stroke=GRID)
    canvas.text(x + 22, y + 10, "无记录" if zh else "no record", 12, MUTED)


def _words(peak: Row, lang: str) -> str:
    day, visits = LONG_DAYS[lang][peak["weekday"] - 1], number(peak["visits_per_week"], "visits")
    if lang == "zh":
        return f"一周各时段平均进馆人次；最多在{day} {peak['hour']}:00，{visits} 人次"
    return f"Mean visits for each hour of the week; most on {day} at {peak['hour']}:00, {visits} visits"
