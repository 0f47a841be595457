"""What is notable about a group: differences and changes large enough, among people enough, to be said.

Every finding clears a smallest effect, so that noise never makes a headline.  Its sentences quote
figures and never work any out: each stands in the report's tables, printed the same way.  Which
findings lead a page is decided in ``narrative``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from profiles.captions import NOTABLE_SHARE, SiteWords, Words, label
from profiles.charts.figures import amount, number, percent, signed, unit_word
from profiles.charts.strip import is_ahead

Row = Mapping[str, Any]
ENOUGH_PEOPLE: Final = 30
NOTABLE_RATIO: Final = 0.10  # a gap of other measures, relative to what it is compared with
MANY_DISSATISFIED: Final = 0.25
NAME_WIDTH: Final = {"zh": 8, "en": 16}  # in ems: what a headline has room for
# Indices and points need explaining; a plain count of days or books is the better first sentence.
ABSTRACT: Final = {"index": 0.4, "points": 0.4}


@dataclass(frozen=True)
class KeyNumber:
    """A large figure and the line beneath it."""

    figure: str
    unit: Words
    name: Words
    caption: Words
    is_good: bool | None


@dataclass(frozen=True)
class Finding:
    """One thing that is worth saying of a group, with the figures it says it by."""

    kind: str  # ahead | behind | rise | fall | never_came | dissatisfied
    score: float
    zh: str
    en: str
    facts: tuple[str, ...]
    subject: str
    name: Words
    number: KeyNumber
    is_good: bool | None = None

    @property
    def words(self) -> Words:
        return Words(self.zh, self.en)


def find(rows: Mapping[str, Sequence[Row]], site: SiteWords) -> list[Finding]:
    """Everything notable about one group, the largest first.

    ``rows`` holds the reporting term's rows by name: ``indicators``, ``distribution``, ``survey``.
    """
    found = [finding for row in rows["indicators"] for finding in _of_indicator(row, site)]
    found += [finding for row in rows["distribution"] for finding in _of_band(row, site)]
    found += [finding for row in rows["survey"] for finding in _of_survey(row)]
    return sorted(found, key=lambda finding: (-finding.score, finding.kind, finding.subject))


def key_number(row: Row, site: SiteWords) -> KeyNumber:
    """An indicator's value, and beneath it how it stands among the groups."""
    unit, median = row["unit"], row["median"]
    zh, en = label(row, "zh"), label(row, "en")
    name = Words(zh, en)
    if row["place"] is not None:
        zh, en = (
            f"{zh}，{row['colleges']} 个{site.units.zh}中第 {row['place']}",
            f"{en}, place {row['place']} of {row['colleges']}",
        )
    if median is not None:
        zh = f"{zh}；中位数 {amount(median, unit, 'zh', row['value'])}"
        en = f"{en}; median {amount(median, unit, 'en', row['value'])}"
    words = Words(unit_word(unit, "zh"), unit_word(unit, "en"))
    return KeyNumber(number(row["value"], unit), words, name, Words(zh, en), is_ahead(row))


def _of_indicator(row: Row, site: SiteWords) -> Iterator[Finding]:
    if row["value"] is None or (row["persons"] or 0) < ENOUGH_PEOPLE:
        return
    if _stands_out(row):
        yield _standing(row, site)
    if row["previous"] is not None and row["change"] is not None and _has_moved(row):
        yield _movement(row, site)


def _standing(row: Row, site: SiteWords) -> Finding:
    """Better or worse than the middle half of the groups."""
    ahead, middle = bool(is_ahead(row)), row["upper_quartile"] - row["lower_quartile"]
    value, median = number(row["value"], row["unit"]), number(row["median"], row["unit"], row["value"])
    sign = "%" if row["unit"] == "share" else ""
    above, lower, ranked = row["value"] > row["median"], row["better"] == "lower", row["place"] is not None
    zh_place = (
        f"，在 {row['colleges']} 个{site.units.zh}中排第 {row['place']}{'（越低越好）' if lower else ''}"
        if ranked
        else ""
    )
    en_place = f", place {row['place']} of {row['colleges']}{' (lower is better)' if lower else ''}" if ranked else ""
    zh_value, en_value = (amount(row["value"], row["unit"], lang) for lang in ("zh", "en"))
    size = min(abs(row["value"] - row["median"]) / middle if middle > 0 else 3.0, 3.0)
    return Finding(
        kind="ahead" if ahead else "behind",
        score=size * ABSTRACT.get(row["unit"], 1.0),
        zh=f"{label(row, 'zh')}为 {zh_value}，{'高' if above else '低'}于中位数 {median}{sign}{zh_place}。",
        en=f"{label(row, 'en')}: {en_value}, {'above' if above else 'below'} the median of {median}{sign}{en_place}.",
        facts=(value, median, *((str(row["place"]), str(row["colleges"])) if ranked else ())),
        subject=row["indicator"],
        name=_name(row),
        number=key_number(row, site),
        is_good=ahead,
    )


def _movement(row: Row, site: SiteWords) -> Finding:
    """Up or down on the same season a year earlier."""
    rises, unit = row["change"] > 0, row["unit"]
    zh, en = (signed(abs(row["change"]), unit, lang, row["value"]).lstrip("+") for lang in ("zh", "en"))
    weight = 0.1 if unit == "share" else abs(row["previous"]) / 2
    size = min(abs(row["change"]) / weight if weight else 2.0, 2.0)
    zh += "" if unit == "share" or not unit_word(unit, "zh") else f" {unit_word(unit, 'zh')}"
    zh_now, en_now = (amount(row["value"], unit, lang) for lang in ("zh", "en"))
    return Finding(
        kind="rise" if rises else "fall",
        score=size * ABSTRACT.get(unit, 1.0),
        zh=f"{label(row, 'zh')}{'升' if rises else '降'}至 {zh_now}，比上年同期{'高' if rises else '低'} {zh}。",
        en=f"{label(row, 'en')} {'rose' if rises else 'fell'} to {en_now}, {'up' if rises else 'down'} {en} on a year earlier.",
        facts=(number(row["value"], unit), number(row["change"], unit, row["value"])),
        subject=row["indicator"],
        name=_name(row),
        number=key_number(row, site),
        is_good=None if row["better"] == "neutral" else rises == (row["better"] == "higher"),
    )


def _of_band(row: Row, site: SiteWords) -> Iterator[Finding]:
    """More members who never came than elsewhere."""
    if row["band"] != "0" or row["share"] is None or row["university_share"] is None:
        return
    gap = row["share"] - row["university_share"]
    if gap < NOTABLE_SHARE or (row["persons"] or 0) < ENOUGH_PEOPLE:
        return
    own, everyone = percent(row["share"]), percent(row["university_share"])
    caption = Words(f"本期没有来过；{site.whole.zh} {everyone}", f"never came this term; {site.all.en} {everyone}")
    yield Finding(
        kind="never_came",
        score=min(gap / 0.1, 3.0),
        zh=f"{own} 的成员本期没有来过，{site.whole.zh}为 {everyone}。",
        en=f"{own} of members never came this term; {everyone} across the {site.all.en}.",
        facts=(own, everyone),
        subject="never_came",
        name=Words("到馆人数", "members who come"),
        number=KeyNumber(own[:-1], Words("%", "%"), Words("没有来过", "Never came"), caption, False),
        is_good=False,
    )


def _of_survey(row: Row) -> Iterator[Finding]:
    """An item that many respondents rate low."""
    if row["low_share"] is None or row["low_share"] < MANY_DISSATISFIED or row["persons"] < ENOUGH_PEOPLE:
        return
    share, people, name = percent(row["low_share"]), f"{row['persons']:,}", _name(row)
    caption = Words(
        f"对“{label(row, 'zh')}”评价偏低；答卷 {people} 份", f"rate “{label(row, 'en')}” low; {people} answers"
    )
    yield Finding(
        kind="dissatisfied",
        score=row["low_share"] * 4,
        zh=f"{people} 份答卷中，{share} 对“{label(row, 'zh')}”评价偏低。",
        en=f"{share} of {people} respondents rate “{label(row, 'en')}” low.",
        facts=(people, share),
        subject=f"survey:{row['item']}",
        name=name,
        number=KeyNumber(
            share[:-1],
            Words("%", "%"),
            Words(f"不满意：{label(row, 'zh')}", f"Unhappy: {label(row, 'en')}"),
            caption,
            False,
        ),
        is_good=False,
    )


def _stands_out(row: Row) -> bool:
    """Beyond the middle half of the groups, and by enough to matter."""
    if is_ahead(row) is None or row["lower_quartile"] is None or row["upper_quartile"] is None:
        return False
    outside = not row["lower_quartile"] <= row["value"] <= row["upper_quartile"]
    looks_alike = number(row["value"], row["unit"]) == number(row["median"], row["unit"], row["value"])
    return outside and not looks_alike and _is_notable(row["value"] - row["median"], row["median"], row)


def _has_moved(row: Row) -> bool:
    """By enough to matter, and by enough to be seen in print."""
    printed = number(row["change"], row["unit"], row["value"])
    return bool(printed.strip("−0.,")) and _is_notable(row["change"], row["previous"], row)


def _is_notable(gap: float, base: float, row: Row) -> bool:
    return abs(gap) >= (NOTABLE_SHARE if row["unit"] == "share" else NOTABLE_RATIO * abs(base)) and gap != 0


def _name(row: Row) -> Words:
    """The label cut to what a headline holds; English as it stands in the middle of a sentence."""
    zh, en = (label(row, lang, widest=NAME_WIDTH[lang]) for lang in ("zh", "en"))
    return Words(zh, en if en[:2].isupper() else en[:1].lower() + en[1:])
