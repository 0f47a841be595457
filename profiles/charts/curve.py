"""How a share grows week by week: one line for each event, the interval of the one that matters as a band."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from profiles.captions import Words
from profiles.charts.figures import percent
from profiles.charts.kit import ACCENT, BRAND, BRAND_MIDDLE, INK, MUTED, ems
from profiles.charts.vega import LABEL_SIZE, WIDTH, fixed, layer, name, picture, quantity

Row = Mapping[str, Any]
EVENTS: Final = {
    "first_visit": Words("到馆", "visited"),
    "first_booking": Words("用过预约", "booked"),
    "first_loan": Words("借书", "borrowed"),
    "activated": Words("用了两种服务", "two services"),
}
MARKED: Final = "activated"
_COLOURS: Final = {"first_visit": BRAND_MIDDLE, "first_booking": MUTED, "first_loan": "#B3560F", MARKED: BRAND}
APART: Final = 0.055
"""So far apart, in shares, the words at the ends of lines stand."""


def curve(rows: Sequence[Row], *, lang: str) -> Markup:
    """The share of newcomers for whom each event had happened by the end of each teaching week."""
    told = [
        {
            "event": row["event"],
            "week": row["teaching_week"],
            "share": 1 - row["survival"],
            "low": max(1 - row["survival"] - 1.96 * (row["survival_std_error"] or 0), 0),
            "high": min(1 - row["survival"] + 1.96 * (row["survival_std_error"] or 0), 1),
            "fill": _COLOURS[row["event"]],
            "wide": 3 if row["event"] == MARKED else 1.8,
        }
        for row in sorted(rows, key=lambda row: (row["event"], row["teaching_week"]))
        if row["survival"] is not None
    ]
    last = max(point["week"] for point in told)
    across = quantity("week", axis={"tickMinStep": 1, "title": _AXIS[lang]}, scale={"domain": [0, last], "nice": False})
    up = {"axis": {"format": "%", "grid": True, "tickCount": 4}, "scale": {"domain": [0, _top(told)], "nice": False}}
    band = [point for point in told if point["event"] == MARKED]
    ends = _ends([point for point in told if point["week"] == last], lang)
    room = 8 + LABEL_SIZE * max(ems(end["said"]) for end in ends)
    spec = {
        "width": WIDTH - room - 20,
        "height": 232,
        "layer": [
            layer(
                {"type": "area", "color": BRAND, "opacity": 0.13},
                band,
                x=across,
                y=quantity("low", **up),
                y2={"field": "high"},
            ),
            layer(
                {"type": "line", "strokeCap": "round"},
                told,
                x=across,
                y=quantity("share", **up),
                color=name("fill", scale=None),
                strokeWidth=quantity("wide", scale=None, legend=None),
                detail=name("event"),
            ),
            layer(
                {"type": "text", "align": "left", "dx": 8, "fontWeight": 600, "color": INK},
                ends,
                x=across,
                y=quantity("place", **up),
                text=name("said"),
                color=name("fill", scale=None),
            ),
            *_eighth(told, across, up),
            # Nothing to be seen: it keeps room for the words, however wide the drawing takes them for.
            layer({"type": "rule", "opacity": 0}, [{}], x=fixed(WIDTH - room - 20), x2=fixed(WIDTH - 20), y=fixed(0)),
        ],
    }
    return picture(spec, "; ".join(end["said"] for end in ends))


_AXIS: Final = {"zh": "教学周", "en": "Teaching week"}


def _top(told: Sequence[Row]) -> float:
    return min(1.0, float(max(point["high"] for point in told)) + 0.08)


def _ends(last: Sequence[Row], lang: str) -> list[dict[str, Any]]:
    """The words at the ends of the lines, moved apart where they would touch."""
    ends, place = [], -1.0
    for point in sorted(last, key=lambda point: point["share"]):
        place = max(point["share"], place + APART)
        ends.append(
            dict(point) | {"place": place, "said": f"{EVENTS[point['event']].of(lang)} {percent(point['share'])}"}
        )
    return ends


def _eighth(told: Sequence[Row], across: Any, up: Any) -> list[Any]:
    """Week 8, at which activation is judged, as a mark on its line."""
    at = [dict(point) for point in told if point["event"] == MARKED and point["week"] == 8]
    mark = {"type": "point", "filled": True, "size": 90, "color": ACCENT, "opacity": 1}
    return [layer(mark, at, x=across, y=quantity("share", **up))] if at else []
