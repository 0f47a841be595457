"""The week as a grid of hours: the darker, the more visits.

Four things must not look alike: a number, nought, a figure that is withheld (strokes), and an hour
without any record (an empty frame: closed, as far as the gates know).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from profiles.charts.figures import number
from profiles.charts.kit import ACCENT, GRID, HATCH, MUTED, PAPER, SEQUENCE
from profiles.charts.vega import HATCH as STROKES
from profiles.charts.vega import WIDTH, axis_of, layer, name, picture, quantity

Row = Mapping[str, Any]
DAYS: Final = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
LONG_DAYS: Final = {
    "zh": DAYS["zh"],
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def busiest(rows: Sequence[Row]) -> Row | None:
    """The hour of the week with the most visits, the earliest of equals."""
    shown = [row for row in rows if row["visits_per_week"] is not None]
    return max(shown, key=lambda row: (row["visits_per_week"], -row["weekday"], -row["hour"]), default=None)


def heat(rows: Sequence[Row], *, lang: str) -> Markup:
    """Mean visits a week for each weekday and hour; the busiest cell is outlined and numbered."""
    peak = busiest(rows)
    if peak is None:
        return Markup("")
    hours = range(min(row["hour"] for row in rows), max(row["hour"] for row in rows) + 1)
    told = [_cell(row, lang) for row in rows]
    slots = [{"day": day, "hour": hour} for day in DAYS[lang] for hour in hours]
    top = _cell(peak, lang) | {"visits": f"{peak['visits_per_week']:.0f}"}
    place = {
        "x": name("hour", axis=_hours(hours)),
        "y": name("day", axis=axis_of(DAYS[lang], padding=8) | {"labelColor": MUTED}),
    }
    shades = {"scale": {"type": "quantize", "domain": [0, peak["visits_per_week"] or 1], "range": list(SEQUENCE)}}
    spec = {
        "width": {"step": (WIDTH - 44) / len(hours)},
        "height": {"step": 27},
        "layer": [
            layer({"type": "rect", "fill": PAPER, "stroke": GRID, **_TILE}, slots, **place),
            layer(
                {"type": "rect", **_TILE},
                [cell for cell in told if cell["visits"] is not None],
                **place,
                color=quantity("visits", legend=None, **shades),
            ),
            layer(
                {"type": "point", "shape": STROKES, "stroke": HATCH, "strokeWidth": 1.2, "size": 60},
                [cell for cell in told if cell["visits"] is None],
                **place,
            ),
            layer({"type": "rect", "filled": False, "stroke": ACCENT, "strokeWidth": 2.4, **_TILE}, [top], **place),
            layer({"type": "text", "color": PAPER, "fontWeight": 700}, [top], **place, text=name("visits")),
        ],
    }
    return picture(spec, _words(peak, lang))


_TILE: Final = {"width": {"band": 0.9}, "height": {"band": 0.9}}


def _cell(row: Row, lang: str) -> dict[str, Any]:
    return {"day": DAYS[lang][row["weekday"] - 1], "hour": row["hour"], "visits": row["visits_per_week"]}


def _hours(hours: range) -> dict[str, Any]:
    return {"orient": "top", "labelAngle": 0, "values": list(hours[:: 1 if len(hours) < 9 else 2])}


def _words(peak: Row, lang: str) -> str:
    day, visits = LONG_DAYS[lang][peak["weekday"] - 1], number(peak["visits_per_week"], "visits")
    if lang == "zh":
        return f"一周各时段平均进馆人次；最多在{day} {peak['hour']}:00，{visits} 人次"
    return f"Mean visits for each hour of the week; most on {day} at {peak['hour']}:00, {visits} visits"
