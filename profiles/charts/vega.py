"""Charts that people look at, as Vega-Lite: written as plain specifications, drawn by vl-convert without a browser.

What all of them share belongs here: the look, the drawing, and the words for those who do not see the
picture.  Which rows become which marks stays with each chart, where it is drawn with
:mod:`profiles.charts.drawing`.  Marks inside a cell of a table (``strip``, ``level``) are drawn by the small
kit instead: a page has thirty of them, and a drawing costs 25 ms here and more.  Altair writes these same specifications in another 25 ms for a chart of
four marks, on a page of ten charts as much as everything else that is no drawing; they are plain
enough to be written down.

Every chart is as wide as half a page, so that one picture serves a desk, a phone and paper.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import ceil
from typing import Any, Final

from markupsafe import Markup

from profiles.charts.drawing import drawn
from profiles.charts.kit import GRID, INK, MUTED, ems, plain

Row = Mapping[str, Any]
Spec = dict[str, Any]
WIDTH: Final = 430
LABEL_SIZE: Final = 12
FONT: Final = "Noto Sans CJK SC"
# What labels are measured in: as wide, within a hundredth, and vl-convert takes a third of the time for it.
MEASURED: Final = "Liberation Sans"
_LOOK: Final = {
    "aria": False,
    "background": None,
    "font": MEASURED,
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "gridColor": GRID,
        "labelColor": MUTED,
        "labelFontSize": LABEL_SIZE,
        "labelPadding": 6,
        # Words too long are clipped before they come; each limit has every label measured once more.
        "labelLimit": 0,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleLimit": 0,
    },
    "text": {"color": INK, "fontSize": 12},
    "mark": {"invalid": "break-paths-filter-domains"},
}
# Three short strokes, a mark that no number has: a figure that exists and is not shown, or was never measured.
HATCH: Final = "M-1,0.2L0.2,-1M-1,1L1,-1M-0.2,1L1,-0.2"
_ROOT: Final = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]+)">')
# What a drawing carries for scripts and for other uses of it.
_IDLE: Final = re.compile(
    r' (?:class="[^"]*"|aria-hidden="true"|pointer-events="none"|role="[^"]*"|aria-roledescription="[^"]*"|font-family="[^"]*"|opacity="1"|transform="translate\(0,0\)")'
)
_EMPTY: Final = re.compile(r'<path d="(?:M0,0h[\d.]+v[\d.]+h-?[\d.]+Z)?"(?: display="none")?/>')
_TAG: Final = re.compile(r"<[^>]*>")
_LONG: Final = re.compile(r"(\d+\.\d)\d+")
_HOLLOW: Final = re.compile(r"<g(?: [^>]*)?></g>|<g/>")


def picture(spec: Spec, words: str) -> Markup:
    """The chart as a picture that says in words what it shows."""
    svg = drawn(spec | {"config": _LOOK, "padding": 2})
    body = _HOLLOW.sub("", _EMPTY.sub("", _TAG.sub(_shortened, _IDLE.sub("", svg))))
    head = f'<svg viewBox="\\3" width="\\1" height="\\2" font-family="{FONT}" role="img" aria-label="{_quoted(words)}">'
    return Markup(_ROOT.sub(head, body, count=1))


def layer(mark: str | Spec, rows: Sequence[Row] | None = None, **encoding: Spec | None) -> Spec:
    """One kind of mark; without rows of its own it draws the chart's."""
    own: Spec = {} if rows is None else {"data": {"values": [clean(row) for row in rows]}}
    return own | {"mark": mark, "encoding": {name: field for name, field in encoding.items() if field is not None}}


def clean(row: Row) -> Spec:
    """A row as JSON holds it: words without controls, numbers as they are."""
    return {name: plain(value) if isinstance(value, str) else value for name, value in row.items()}


def quantity(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", "title": None} | more


def name(field: str, **more: Any) -> Spec:
    """A category, in the order in which its rows come."""
    return {"field": field, "type": "nominal", "title": None, "sort": None} | more


def axis_of(names: Iterable[str], padding: float = 6) -> Spec:
    """An axis of names, with room for the widest, which is not left to the fonts of the machine that draws."""
    room = LABEL_SIZE * max(map(ems, names), default=0) + padding
    return {"labelColor": INK, "labelPadding": padding, "minExtent": ceil(room)}


def fixed(value: Any) -> Spec:
    return {"value": value}


def _shortened(tag: re.Match[str]) -> str:
    """A tag whose places are tenths of a pixel; words between tags are left alone."""
    return _LONG.sub(r"\1", tag[0])


def _quoted(words: str) -> str:
    return escape(plain(words)).replace("\\", "\\\\")
