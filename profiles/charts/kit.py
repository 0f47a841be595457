"""A small kit for drawing SVG: a canvas, the colours, and text that cannot become markup.

Only what several charts share belongs here; a chart's own geometry stays with the chart.  A canvas
carries no ids, so any number of charts can stand in one page.
"""

import re
from html import escape
from typing import Final

from markupsafe import Markup

INK: Final = "#17262E"
MUTED: Final = "#55656F"
FAINT: Final = "#7A8A93"  # graphics only: too pale for text
GRID: Final = "#E3E8EA"
PAPER: Final = "#FFFFFF"
BRAND: Final = "#0B5563"
BRAND_MIDDLE: Final = "#2F7C87"
BRAND_PALE: Final = "#9CCBCF"
BRAND_WASH: Final = "#DCECED"
ACCENT: Final = "#E07A1F"  # graphics only: too pale for text
ACCENT_TEXT: Final = "#A8500A"
HATCH: Final = "#B4C0C5"

# From least to most; text on the first four is ink, on the rest paper.
SEQUENCE: Final = ("#EEF5F5", "#CFE5E6", "#A5CED1", "#6FAFB5", "#32808A", "#176874", "#0A4450")
# Parts of a whole: fill and the text that stays legible on it.
PARTS: Final = (
    ("#0B5563", PAPER),
    ("#2F7C87", PAPER),
    ("#9CCBCF", INK),
    ("#F6D9A4", INK),
    ("#B3560F", PAPER),
    ("#8B9AA2", INK),
    ("#D5D9DB", INK),
    ("#AEB9BF", INK),
    ("#E7EAEB", INK),
)

# Controls cannot be shown, and a direction mark turns the rest of a line around.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def plain(text: object) -> str:
    """The text as it can be shown: without controls, direction marks and broken characters."""
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", str(text)))


def ems(text: str) -> float:
    """About how wide a text is, in units of its size; near enough to lay out without font files."""
    return sum(map(_em, text))


def clip(text: str, widest: float) -> str:
    """The text, or its first words and an ellipsis where it is wider than so many ems."""
    text = plain(text)
    if ems(text) <= widest:
        return text
    kept, width = "", 1.0
    for character in text:
        width += _em(character)
        if width > widest:
            break
        kept += character
    if text[len(kept)].isascii() and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return f"{kept.rstrip()}…"


class Canvas:
    """Collects shapes; ``markup`` gives the picture with its words for those who do not see it."""

    def __init__(self, width: float, height: float, words: str) -> None:
        self.width, self.height, self.words = width, height, plain(words)
        self._shapes: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str, **more: object) -> None:
        self._add("rect", {"x": x, "y": y, "width": max(width, 0), "height": max(height, 0), "fill": fill, **more})

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, **more: object) -> None:
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": stroke, **more})

    def circle(self, x: float, y: float, radius: float, fill: str, **more: object) -> None:
        self._add("circle", {"cx": x, "cy": y, "r": radius, "fill": fill, **more})

    def path(self, points: list[tuple[float, float]], *, fill: str = "none", **more: object) -> None:
        steps = "L".join(f"{_short(x)} {_short(y)}" for x, y in points)
        self._add("path", {"d": f"M{steps}", "fill": fill, **more})

    def shape(self, steps: str, **more: object) -> None:
        """A drawing of our own, given as the steps of its path."""
        self._add("path", {"d": steps, **more})

    def hatch(self, x: float, y: float, width: float, height: float, step: float = 6) -> None:
        """Slanted lines: a figure that exists and is not shown, or was never measured."""
        offset = step - height
        while offset < width:
            start, end = max(offset, 0.0), min(offset + height, width)
            self.line(x + start, y + start - offset, x + end, y + end - offset, HATCH, stroke_width=0.8)
            offset += step

    def text(self, x: float, y: float, text: str, size: float = 12, fill: str = INK, **more: object) -> None:
        self._add("text", {"x": x, "y": y, "font_size": size, "fill": fill, **more}, escape(plain(text)))

    def markup(self) -> Markup:
        box = f'viewBox="0 0 {_short(self.width)} {_short(self.height)}"'
        size = f'width="{_short(self.width)}" height="{_short(self.height)}"'
        words = escape(self.words)
        return Markup(f'<svg {box} {size} role="img" aria-label="{words}">{"".join(self._shapes)}</svg>')

    def _add(self, tag: str, attributes: dict[str, object], inside: str = "") -> None:
        written = " ".join(f'{name.replace("_", "-")}="{escape(_value(value))}"' for name, value in attributes.items())
        self._shapes.append(f"<{tag} {written}>{inside}</{tag}>" if inside else f"<{tag} {written}/>")


def spread(first: float, second: float, apart: float) -> tuple[float, float]:
    """Two heights moved away from each other until their labels do not touch."""
    missing = apart - abs(first - second)
    if missing <= 0:
        return first, second
    push = missing / 2 if first > second else -missing / 2
    return first + push, second - push


def round_up(value: float) -> float:
    """The next number fit for the top of an axis."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 < value:
        power *= 10
    while power > value:
        power /= 10
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value * 0.9999)


def _em(character: str) -> float:
    if ord(character) > 0x2E7F:
        return 1.0
    if character in "iljtf.,:;'|! ()":
        return 0.32
    return 0.66 if character.isupper() else 0.56


def _value(value: object) -> str:
    return _short(value) if isinstance(value, float) else str(value)


def _short(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
