"""Term codes as other systems write them, and the one form they are turned into: ``2023-2024-1``.

The middle part is the academic year, the last figure 1 for autumn, 2 for spring, 3 for the summer term.
A season beside a single year means the calendar year: spring 2024 belongs to 2023-2024.  A figure beside
a single year means the academic year that begins in it: ``20232`` is spring 2024.
"""

import re
import unicodedata
from collections.abc import Collection

AUTUMN, SPRING, SUMMER = 1, 2, 3

_SEASONS = {
    **dict.fromkeys(("autumn", "fall", "fa", "秋"), AUTUMN),
    **dict.fromkeys(("spring", "sp", "春"), SPRING),
    **dict.fromkeys(("summer", "su", "夏", "暑"), SUMMER),
}
_HALVES = {"上": AUTUMN, "下": SPRING}
_NUMERALS = str.maketrans("一二三", "123")
_DASHES = re.compile(r"[-‐-―−~/至]+")
_FILLING = re.compile(r"[\s_,，、.()]+|academicyear|ay|semester|term|学年度?|学期|季|年度?|第")
_SHORT_TERM = re.compile(r"小学期|短学期|暑期|夏季?学期")

_YEAR, _PAIR = r"(?P<year>\d{4}|\d{2})", r"(?P<year>\d{4}|\d{2})-(?P<next>\d{4}|\d{2})"
_SEASON, _HALF = f"(?P<season>{'|'.join(_SEASONS)})", f"(?P<half>{'|'.join(_HALVES)})"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_PAIR}-?0?(?P<number>[123])",
        r"(?P<year>\d{4})(?P<next>\d{4})0?(?P<number>[123])",
        r"(?P<year>(19|20)\d{2})-?(?P<number>[123])",
        rf"(?P<number>[123])-?{_PAIR}",
        rf"{_PAIR}-?{_SEASON}",
        rf"{_SEASON}-?{_PAIR}",
        rf"{_PAIR}-?{_HALF}",
        rf"{_YEAR}-?{_SEASON}",
        rf"{_SEASON}-?{_YEAR}",
    )
)


def canonical(code: str) -> str:
    """The code as ``2023-2024-1``.

    Raises:
        ValueError: it has none of the known forms, or its two years do not follow each other.

    """
    plain = _plain(code)
    for form in _FORMS:
        if (found := form.fullmatch(plain)) and (told := _read(found.groupdict())):
            return told
    raise ValueError(f"term code ‘{code}’: has no known form — write it like 2023-2024-1, 2023秋 or Fall 2023")


def resolved(code: str, terms: Collection[str]) -> str:
    """The site's own term that a code means; ``terms`` may be written in any form themselves.

    Raises:
        ValueError: the code cannot be read, or the site's calendar has no such term.

    """
    if code in terms:
        return code
    wanted = canonical(code)
    for term in sorted(terms):
        if _canonical_or_itself(term) == wanted:
            return term
    raise ValueError(f"term code ‘{code}’: term.csv has no term {wanted} — add it there")


def _canonical_or_itself(term: str) -> str:
    try:
        return canonical(term)
    except ValueError:
        return term


def _plain(code: str) -> str:
    text = unicodedata.normalize("NFKC", code).lower()
    text = _DASHES.sub("-", _SHORT_TERM.sub("夏", text))
    return _FILLING.sub("", text).translate(_NUMERALS)


def _read(found: dict[str, str | None]) -> str | None:
    year = _full(str(found["year"]))
    following, season = found.get("next"), found.get("season")
    if following is not None and _full(following) != year + 1:
        return None
    number = int(found.get("number") or _SEASONS.get(season or "") or _HALVES[str(found.get("half"))])
    first = year - 1 if season and following is None and number != AUTUMN else year
    return f"{first}-{first + 1}-{number}"


def _full(year: str) -> int:
    """A year of two figures lies between 1970 and 2069."""
    short = int(year)
    return short if len(year) == 4 else 1900 + short if short >= 70 else 2000 + short
