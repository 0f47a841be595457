"""A measure term by term: the group's line, the median of all groups, and the middle half as a band.

A term that was not measured, or is withheld, breaks the line and says so in its place; it never
falls to nought.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from markupsafe import Markup

from profiles.charts.figures import number
from profiles.charts.kit import BRAND, GRID, MUTED, PAPER, clip, round_up, spread
from profiles.charts.vega import layer, name, picture, quantity

Row = Mapping[str, Any]
Spec = dict[str, Any]
WIDTH: Final = 212.0
HEIGHT: Final = 146.0
LABELS: Final = 4
FEW: Final = 12
EDGE: Final = 0.2  # of a term, left free on both sides
MEDIAN: Final = "#6F7F88"
BAND: Final = "#E6EBEC"
GAP: Final = "#F3F6F6"
_MISSING: Final = {"zh": ("未测得", "不公布"), "en": ("not measured", "withheld")}


def trend(rows: Sequence[Row], *, lang: str) -> Markup:
    """One indicator's terms in order; ``rows`` is one row for each term."""
    rows = sorted(rows, key=lambda row: row["term_position"])
    terms = [_term(place, row, lang) for place, row in enumerate(rows)]
    top = round_up(max((term[key] for term in terms for key in _DRAWN if term[key] is not None), default=1.0))
    across = quantity("place", axis=None, scale={"domain": [-EDGE, max(len(rows) - 1, 1) + EDGE], "nice": False})
    up = {"scale": {"domain": [0, top], "nice": False}, "axis": _axis(top, rows[0]["unit"])}
    dots = terms if len(rows) <= FEW else terms[-1:]
    spec = {
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": terms},
        "layer": [
            *_gaps(terms, across, lang),
            layer(
                {"type": "area", "color": BAND},
                x=across,
                y=quantity("upper_quartile", **up),
                y2={"field": "lower_quartile"},
            ),
            layer(
                {"type": "rule", "color": BAND, "strokeWidth": 10},
                _alone(terms),
                x=across,
                y=quantity("upper_quartile", **up),
                y2={"field": "lower_quartile"},
            ),
            layer(
                {"type": "line", "color": MEDIAN, "strokeWidth": 1.6, "strokeDash": [4, 3]},
                x=across,
                y=quantity("median", **up),
            ),
            layer(
                {"type": "line", "color": BRAND, "strokeWidth": 2.6, "strokeCap": "round"},
                x=across,
                y=quantity("value", **up),
            ),
            layer(
                {"type": "point", "filled": True, "color": BRAND, "stroke": PAPER, "size": 55, "opacity": 1},
                dots,
                x=across,
                y=quantity("value", **up),
            ),
            *_ends(terms[-1], top, across, up),
            *_labels(terms, across),
        ],
    }
    return picture(spec, _words(rows, lang))


_DRAWN: Final = ("value", "median", "upper_quartile")


def _term(place: int, row: Row, lang: str) -> Spec:
    known = {key: row[key] for key in (*_DRAWN, "lower_quartile")}
    why = _MISSING[lang][0 if row["not_measured"] else 1]
    shown = {key: number(row[key], row["unit"]) for key in ("value", "median")}
    return known | {
        "place": place,
        "term": row[f"term_label_{lang}"] or row["term_label_zh"],
        "missing": None if row["value"] is not None else why,
        "value_shown": shown["value"],
        "median_shown": shown["median"],
    }


def _axis(top: float, unit: str) -> Spec:
    shown = ".3~%" if unit == "share" else ",.3~f"
    return {"values": [0, top / 2, top], "grid": True, "format": shown, "labelFontSize": 11}


def _gaps(terms: Sequence[Spec], across: Spec, lang: str) -> list[Spec]:
    """The stretches without a figure, each with its reason written in it."""
    runs = []
    for why, run in groupby(terms, key=lambda term: term["missing"]):
        places = [term["place"] for term in run]
        if why is not None:
            ends = {"place": max(places[0] - 0.4, -EDGE), "until": min(places[-1] + 0.4, terms[-1]["place"] + EDGE)}
            runs.append(ends | {"middle": (places[0] + places[-1]) / 2, "why": "\n".join(why) if lang == "zh" else why})
    if not runs:
        return []
    middle = across | {"field": "middle"}
    turn: Spec = {"angle": 270} if lang == "en" else {"lineBreak": "\n"}
    return [
        layer(
            {"type": "rect", "color": GAP, "stroke": GRID, "strokeDash": [3, 3]},
            runs,
            x=across,
            x2={"field": "until"},
        ),
        layer({"type": "text", "color": MUTED, "fontSize": 11, **turn}, runs, x=middle, text=name("why")),
    ]


def _alone(terms: Sequence[Spec]) -> list[Spec]:
    """Terms between two breaks, whose band would have no width."""
    known = [term["upper_quartile"] is not None for term in terms]
    beside = [any(known[max(at - 1, 0) : at] + known[at + 1 : at + 2]) for at in range(len(terms))]
    return [term for term, is_known, near in zip(terms, known, beside, strict=True) if is_known and not near]


def _ends(last: Spec, top: float, across: Spec, up: Spec) -> list[Spec]:
    """The last value of both lines, written beside them and clear of each other."""
    own, median = last["value"], last["median"]
    if own is not None and median is not None:
        own, median = spread(own, median, top * 14 / HEIGHT)
    texts = []
    for at, shown, look in (
        (own, last["value_shown"], {"color": BRAND, "fontSize": 13, "fontWeight": 700}),
        (median, last["median_shown"], {"color": MUTED, "fontSize": 11}),
    ):
        if at is not None:
            mark = {"type": "text", "align": "left", "dx": 8, **look}
            texts.append(
                layer(
                    mark,
                    [{"place": last["place"], "at": at, "shown": shown}],
                    x=across,
                    y=quantity("at", **up),
                    text=name("shown"),
                )
            )
    return texts


def _labels(terms: Sequence[Spec], across: Spec) -> list[Spec]:
    last = len(terms) - 1
    wanted = sorted(
        {round(last * step / (LABELS - 1)) for step in range(LABELS)} if last >= LABELS else set(range(last + 1))
    )
    room = WIDTH / max(len(wanted) - 1, 1) - 4
    rows = [
        {"place": at, "shown": "\n".join(clip(word, room / 11) for word in terms[at]["term"].split(" "))}
        for at in wanted
    ]
    mark = {"type": "text", "color": MUTED, "fontSize": 11, "y": HEIGHT + 14, "lineBreak": "\n"}
    return [layer(mark, rows, x=across, text=name("shown"))]


def _words(rows: Sequence[Row], lang: str) -> str:
    label = "term_label_zh" if lang == "zh" else "term_label_en"
    missing = "缺" if lang == "zh" else "missing"
    told = [f"{row[label]} {missing if row['value'] is None else number(row['value'], row['unit'])}" for row in rows]
    return ("，" if lang == "zh" else ", ").join(told)
