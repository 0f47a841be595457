"""What a group reads more of than everybody, and how its answers to a survey are spread.

Both stand on one line for each subject or item, names at the left; the numbers are in the table beside.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from profiles.charts.figures import percent
from profiles.charts.kit import ACCENT, BRAND, GRID, HATCH, INK, PAPER, clip
from profiles.charts.vega import HATCH as STROKES
from profiles.charts.vega import LABEL_SIZE, WIDTH, axis_of, layer, name, picture, quantity

Row = Mapping[str, Any]
LETTERS: Final = {"zh": 11, "en": 13}
"""How wide a name may be, in letters as wide as a Chinese one; English ones are mostly narrower than they are taken for."""
TICKS: Final = (0.25, 0.5, 1, 2, 4, 8)
LEVELS: Final = ("#9C4A07", "#D9DDDF", "#0B5563")


def subjects(rows: Sequence[Row], *, lang: str) -> Markup:
    """How many times its share of everybody's loans each subject has in the group's, on a scale of doublings."""
    told = [
        {
            "subject": clip(row[f"label_{lang}"] or row["label_zh"], LETTERS[lang]),
            "times": min(max(row["location_quotient"], TICKS[0]), TICKS[-1]),
            "shown": f"{row['location_quotient']:.1f}×",
            "share": row["share_in_group"],
            "one": 1,
            "fill": BRAND if row["location_quotient"] >= 1 else ACCENT,
        }
        for row in rows
    ]
    up = name("subject", axis=axis_of(row["subject"] for row in told))
    axis = {"values": list(TICKS), "grid": True, "labelExpr": "datum.value + '×'", "orient": "top"}
    scale = {"type": "log", "base": 2, "domain": [TICKS[0] * 0.9, TICKS[-1] * 1.1], "nice": False}
    across = quantity("times", scale=scale, axis=axis)
    fill = name("fill", scale=None)
    sizes = quantity("share", legend=None, scale={"range": [40, 320], "domain": [0, 0.3], "clamp": True})
    spec = {
        "width": WIDTH - LABEL_SIZE * LETTERS[lang] - 10,
        "height": {"step": 26},
        "data": {"values": told},
        "layer": [
            layer({"type": "rule", "strokeWidth": 2}, y=up, x=across, x2={"field": "one"}, color=fill),
            layer(
                {"type": "point", "filled": True, "opacity": 1, "stroke": PAPER}, y=up, x=across, size=sizes, color=fill
            ),
            *_beside(told, up, across),
        ],
    }
    return picture(spec, "; ".join(f"{row['subject']} {row['shown']}" for row in told))


def _beside(told: Sequence[Row], up: Any, across: Any) -> list[Any]:
    """The number on the side of its dot that points away from the middle."""
    sides = [("left", 11, True), ("right", -11, False)]
    return [
        layer(
            {"type": "text", "align": align, "dx": shift, "fontSize": 11.5},
            [row for row in told if (row["times"] >= 1) is above],
            y=up,
            x=across,
            text=name("shown"),
        )
        for align, shift, above in sides
    ]


def likert(rows: Sequence[Row], *, lang: str) -> Markup:
    """Answers below, on and above the middle of the scale, laid out from the middle; the middle ones lie across it."""
    pieces = [piece for row in rows if row["top2_share"] is not None for piece in _levels(row, lang)]
    hidden = [{"item": _item(row, lang)} for row in rows if row["top2_share"] is None]
    items = [_item(row, lang) for row in rows]
    up = name("item", sort=items, axis=axis_of(items), scale={"domain": items, "paddingInner": 0.3})
    ends = [piece[end] for piece in pieces for end in ("start", "end")] or [0, 1]
    across = quantity("start", scale={"domain": [min(ends), max(ends)], "nice": False}, axis=None)
    spec = {
        "width": WIDTH - LABEL_SIZE * LETTERS[lang] - 10,
        "height": {"step": 32},
        "layer": [
            layer({"type": "bar"}, pieces, y=up, x=across, x2={"field": "end"}, color=name("fill", scale=None)),
            layer(
                {"type": "text", "fontSize": 12},
                [piece for piece in pieces if piece["share"] >= 0.17],
                y=up,
                x=across | {"field": "middle"},
                text=name("shown"),
                color=name("ink", scale=None),
            ),
            layer({"type": "rule", "color": GRID}, [{"at": 0}], x=across | {"field": "at"}),
            layer({"type": "point", "shape": STROKES, "stroke": HATCH, "size": 260, "strokeWidth": 1.2}, hidden, y=up),
        ],
    }
    return picture(spec, "; ".join(f"{_item(row, lang)} {percent(row['top2_share'])}" for row in rows))


def _item(row: Row, lang: str) -> str:
    return clip(row[f"label_{lang}"] or row["label_zh"], LETTERS[lang])


def _levels(row: Row, lang: str) -> list[dict[str, Any]]:
    low, high = row["low_share"], row["top2_share"]
    middle = max(1 - low - high, 0.0)
    spans = (
        (-middle / 2 - low, -middle / 2, low),
        (-middle / 2, middle / 2, middle),
        (middle / 2, middle / 2 + high, high),
    )
    inks = (PAPER, INK, PAPER)
    return [
        {"item": _item(row, lang), "start": start, "end": end, "middle": (start + end) / 2}
        | {"share": share, "shown": percent(share), "fill": LEVELS[at], "ink": inks[at]}
        for at, (start, end, share) in enumerate(spans)
    ]
