"""Parts of a whole: the mix of segments as two bars, and the spread of visits as columns.

Names of parts stand in the table beside the bars; a bar carries only its number.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from markupsafe import Markup

from profiles.charts.figures import percent
from profiles.charts.kit import ACCENT, BRAND_MIDDLE, GRID, HATCH, INK, PAPER, PARTS, Canvas, clip
from profiles.charts.vega import HATCH as STROKES
from profiles.charts.vega import LABEL_SIZE, WIDTH, axis_of, layer, name, picture, quantity

Row = Mapping[str, Any]
NAME: Final = 6
"""How wide a bar's name may be, in ems."""
NARROWEST_NUMBER: Final = 0.08
LOWEST_NUMBER: Final = 0.05
_REST: Final = {"zh": "其余", "en": "others"}
_NEVER: Final = {"zh": "没有来过", "en": "never came"}
_AXIS: Final = {"zh": "本期来馆天数", "en": "Days visited in the term"}


def mix(rows: Sequence[Row], *, own: str, whole: str) -> Markup:
    """The group's shares above, everybody's below, in the same order and colours."""
    own, whole = clip(own, NAME), clip(whole, NAME)
    pieces = [*_pieces(rows, "share", own), *_pieces(rows, "university_share", whole)]
    up = name("bar", scale={"paddingInner": 0.25, "paddingOuter": 0}, axis=axis_of([own, whole]))
    across = quantity("start", scale={"domain": [0, 1], "nice": False}, axis=None)
    spec = {
        "width": WIDTH - LABEL_SIZE * NAME,
        "height": {"step": 46},
        "layer": [
            layer({"type": "bar"}, pieces, y=up, x=across, x2={"field": "end"}, color=name("fill", scale=None)),
            layer(
                {"type": "text", "fontSize": 13, "fontWeight": 600},
                [piece for piece in pieces if piece["share"] >= NARROWEST_NUMBER],
                y=up,
                x=across | {"field": "middle"},
                text=name("shown"),
                color=name("ink", scale=None),
            ),
        ],
    }
    return picture(spec, "; ".join(f"{percent(row['share'])} / {percent(row['university_share'])}" for row in rows))


def _pieces(rows: Sequence[Row], column: str, bar: str) -> list[dict[str, Any]]:
    """One bar cut into its parts, a hair of paper between them."""
    shares = [row[column] or 0 for row in rows]
    whole = sum(shares) or 1
    ends = [end / whole for end in accumulate(shares, initial=0)]
    looks = [PARTS[min(place, len(PARTS) - 1)] for place in range(len(rows))]
    return [
        {
            "bar": bar,
            "start": ends[at],
            "end": max(ends[at + 1] - 0.005, ends[at]),
            "middle": (ends[at] + ends[at + 1]) / 2,
        }
        | {"share": share, "shown": percent(share), "fill": looks[at][0], "ink": looks[at][1]}
        for at, share in enumerate(shares)
        if share
    ]


def part_colour(position: int) -> str:
    """The fill of a part by its place in the mix; parts past the palette share its grey."""
    return PARTS[min(position, len(PARTS) - 1)][0]


def columns(rows: Sequence[Row], *, lang: str) -> Markup:
    """The share of members in each band of days, a line on each column for everybody."""
    bands = [_band(row, lang) for row in sorted(rows, key=lambda row: row["position"])]
    known = [band for band in bands if band["share"] is not None]
    across = name(
        "band", axis={"labelAngle": 0, "title": _AXIS[lang]}, scale={"paddingInner": 0.14, "paddingOuter": 0.1}
    )
    up = {"axis": {"format": "%", "grid": True, "tickCount": 3, "labelFontSize": 11}}
    spec = {
        "width": WIDTH - 44,
        "height": 178,
        "data": {"values": bands},
        "layer": [
            layer({"type": "bar"}, known, x=across, y=quantity("share", **up), color=name("fill", scale=None)),
            layer(
                {"type": "tick", "color": INK, "thickness": 2, "bandSize": 52}, x=across, y=quantity("everybody", **up)
            ),
            layer(
                {"type": "text", "dy": -9, "fontWeight": 600},
                known,
                x=across,
                y=quantity("foot", **up),
                text=name("shown"),
                color=name("ink", scale=None),
            ),
            layer(
                {"type": "point", "shape": STROKES, "stroke": HATCH, "size": 300, "strokeWidth": 1.2, "y": 160},
                [band for band in bands if band["share"] is None],
                x=across,
            ),
        ],
    }
    return picture(spec, "; ".join(f"{band['name']}: {band['shown']}" for band in bands))


def _band(row: Row, lang: str) -> dict[str, Any]:
    share, everybody = row["share"], row["university_share"]
    is_high = share is not None and share >= LOWEST_NUMBER
    return {
        "band": _REST[lang] if row["band"] == "rest" else clip(row["band"], 6),
        "name": {"0": _NEVER, "rest": _REST}.get(row["band"], {lang: row["band"]})[lang],
        "share": share,
        "everybody": everybody,
        # The number stands in its column's foot, clear of the line, or upon a column too low to hold it.
        "foot": 0 if is_high else share,
        "ink": PAPER if is_high and row["band"] != "0" else INK,
        "shown": percent(share),
        "fill": ACCENT if row["band"] == "0" else BRAND_MIDDLE,
    }


def level(share: float | None, *, fill: str = BRAND_MIDDLE, width: float = 120) -> Markup:
    """A share as one thin bar, for a cell of a table."""
    canvas = Canvas(width, 10, percent(share))
    canvas.rect(0, 2, width, 6, GRID, rx=3)
    canvas.rect(0, 2, width * min(share or 0, 1), 6, fill, rx=3)
    return canvas.markup()
