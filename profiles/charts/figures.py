"""Numbers as a reader sees them: every figure on a page, in a chart and in a sentence is printed here.

One place, so that a sentence and the table below it can never round differently.  Nothing is
computed: a value that a table does not hold is not printed.
"""

from typing import Final, NamedTuple

MINUS: Final = "−"
NONE: Final = "—"
_WHOLE: Final = 1e-6


class Unit(NamedTuple):
    zh: str
    en: str
    decimals: int


UNITS: Final = {
    "days": Unit("天", "days", 1),
    "visits": Unit("次", "visits", 1),
    "minutes": Unit("分钟", "minutes", 0),
    "hours": Unit("小时", "hours", 1),
    "terms": Unit("学期", "terms", 1),
    "loans": Unit("册", "loans", 1),
    "bookings": Unit("次", "bookings", 1),
    "classes": Unit("类", "classes", 1),
    "times": Unit("次", "times", 1),
    "points": Unit("分", "points", 1),
    "share": Unit("%", "%", 1),
    "index": Unit("", "", 2),
}


def number(value: float | None, unit: str, beside: float | None = None) -> str:
    """The bare number: ``61.3``, or ``78.4`` for a share of 0.784 and ``78`` for one of 0.78; as fine as the number it stands beside."""
    if value is None:
        return NONE
    shown = value * 100 if unit == "share" else value
    decimals = (
        _decimals_of_share(value, beside) if unit == "share" else _decimals(value if beside is None else beside, unit)
    )
    text = f"{abs(shown):,.{decimals}f}"
    return f"{MINUS}{text}" if shown < 0 and text.strip("0.,") else text


def amount(value: float | None, unit: str, lang: str, beside: float | None = None) -> str:
    """The number with its unit: ``61.3 次``, ``61.3 visits``, ``78.4%``."""
    if value is None:
        return NONE
    word = unit_word(unit, lang)
    return f"{number(value, unit, beside)}{'' if word in ('', '%') else ' '}{word}"


def signed(value: float | None, unit: str, lang: str, beside: float | None = None) -> str:
    """A difference: ``+2.3``, ``−1.4``; a difference of shares is in points, not per cent."""
    if value is None:
        return NONE
    text = number(value, unit, beside)
    mark = "" if text.startswith(MINUS) or not text.strip("0.,") else "+"
    return f"{mark}{text}{_points(lang) if unit == 'share' else ''}"


def percent(share: float | None, decimals: int = 0) -> str:
    """A share as a percentage, whole unless asked otherwise."""
    return NONE if share is None else f"{share * 100:.{decimals}f}%"


def count(value: float | None) -> str:
    """A whole number with its thousands apart."""
    return NONE if value is None else f"{value:,.0f}"


def unit_word(unit: str, lang: str) -> str:
    """The word that stands after a number of this unit, empty where there is none."""
    return _known(unit).zh if lang == "zh" else _known(unit).en


def _known(unit: str) -> Unit:
    if unit not in UNITS:
        raise ValueError(f"unit {unit} is not known — use one of {', '.join(UNITS)}")
    return UNITS[unit]


def _decimals_of_share(*shares: float | None) -> int:
    """None where all are whole percents, which is how shares of groups leave."""
    percents = [share * 100 for share in shares if share is not None]
    return 0 if all(abs(one - round(one)) < _WHOLE for one in percents) else UNITS["share"].decimals


def _decimals(shown: float, unit: str) -> int:
    # An average of 0.28 bookings would print as 0.3 beside one of 0.34.
    decimals = _known(unit).decimals
    return 2 if decimals == 1 and 0 < abs(shown) < 1 else decimals


def _points(lang: str) -> str:
    return " 个百分点" if lang == "zh" else " pp"
