"""Words around a page: the site's own names, and the sentence above each section, told from its rows.

Every number in a sentence stands in the rows it was told from, printed the same way; nothing is
worked out here that a table does not show.  What is worth a headline is decided in ``narrative``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from profiles.charts.figures import amount, percent
from profiles.charts.heat import LONG_DAYS, busiest
from profiles.charts.kit import clip
from profiles.charts.strip import is_ahead
from profiles.disclosure import Rules

Row = Mapping[str, Any]
NOTABLE_SHARE: Final = 0.03  # a gap between shares below this is not worth a sentence
NOTABLE_TIMES: Final = 1.5  # a subject read less often than this beside everybody is not worth a heading
NOTABLE_SCORE: Final = 0.3  # the same, on an answer scale


@dataclass(frozen=True)
class Words:
    """The same thing said in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en or self.zh


@dataclass(frozen=True)
class SiteWords:
    """What a site calls itself, the groups it reports on, and all of them together."""

    name: Words
    unit: Words = Words("学院", "College")
    units_en: str = ""
    whole: Words = Words("全校", "University")
    small_cell: int = 10
    as_of: str = ""
    edition: str = ""
    """Which version of the definitions the figures follow."""

    @property
    def day(self) -> str:
        """The day up to which the data reach, where it is one."""
        return self.as_of if re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.as_of) else ""

    @property
    def own(self) -> Words:
        return Words(f"本{self.unit.zh}", f"this {self.unit.en.lower()}")

    @property
    def units(self) -> Words:
        return Words(self.unit.zh, self.units_en or _plural(self.unit.en.lower()))

    @property
    def all(self) -> Words:
        return Words(self.whole.zh, self.whole.en.lower())


def label(row: Row, lang: str, stem: str = "label", widest: float = 40) -> str:
    """A row's own words in one language, the Chinese ones where the others are missing."""
    words = row[f"{stem}_{lang}"] or row[f"{stem}_zh"] or ""
    return clip(words[:1].upper() + words[1:], widest)


def compared(rows: Sequence[Row]) -> tuple[int, int]:
    """How many indicators can be compared, and how many of them lie on the better side of the median."""
    sides = [is_ahead(row) for row in rows if row["better"] != "neutral" and row["median"] is not None]
    return sum(side is not None for side in sides), sum(side is True for side in sides)


def indicator_title(rows: Sequence[Row]) -> Words:
    """How many of the indicators that can be compared lie on the better side of the median."""
    count, ahead = compared(rows)
    if not count:
        return Words("各项指标", "Indicators")
    if count == 1:
        return Words(
            f"可比的一项指标{'好' if ahead else '弱'}于中位数",
            f"The one indicator that can be compared is {'better' if ahead else 'weaker'} than the median",
        )
    return Words(
        f"{count} 项可比指标中，{ahead} 项好于中位数",
        f"{ahead} of {count} indicators {'is' if ahead == 1 else 'are'} better than the median",
    )


def hour_title(rows: Sequence[Row]) -> Words:
    """When the week is busiest."""
    peak = busiest(rows)
    if peak is None:
        return Words("一周的节奏", "The rhythm of the week")
    zh, en = (LONG_DAYS[lang][peak["weekday"] - 1] for lang in ("zh", "en"))
    return Words(f"一周里，{zh} {peak['hour']} 点来馆的人最多", f"The week peaks on {en} at {peak['hour']}:00")


def busy_hours(rows: Sequence[Row], most: int = 3) -> list[Row]:
    """The busiest hours of the week, the earliest of equals first."""
    ranked = sorted(
        (row for row in rows if row["visits_per_week"] is not None),
        key=lambda row: (-row["visits_per_week"], row["weekday"], row["hour"]),
    )
    return ranked[:most]


def hour_name(row: Row) -> Words:
    zh, en = (LONG_DAYS[lang][row["weekday"] - 1] for lang in ("zh", "en"))
    return Words(f"{zh} {row['hour']}:00", f"{en} {row['hour']}:00")


def segment_title(rows: Sequence[Row], site: SiteWords) -> Words:
    """The segment whose share differs most from everyone's."""
    told = [row for row in rows if row["share"] is not None and row["university_share"] is not None]
    widest = max(told, key=lambda row: abs(row["share"] - row["university_share"]), default=None)
    if widest is None or abs(widest["share"] - widest["university_share"]) < NOTABLE_SHARE:
        return Words(f"读者构成与{site.whole.zh}相近", f"A mix of readers much like the {site.all.en}'s")
    own, everyone = percent(widest["share"]), percent(widest["university_share"])
    more = widest["share"] > widest["university_share"]
    return Words(
        f"“{label(widest, 'zh')}”占 {own}，{'高' if more else '低'}于{site.whole.zh}的 {everyone}",
        f"“{label(widest, 'en')}”: {own} of members, {'above' if more else 'below'} the {site.all.en}'s {everyone}",
    )


def distribution_title(rows: Sequence[Row], site: SiteWords) -> Words:
    """How many never came, which a mean would hide."""
    never = next((row for row in rows if row["band"] == "0" and row["share"] is not None), None)
    if never is None:
        return Words("来馆天数的分布", "How visits are spread")
    own, everyone = percent(never["share"]), percent(never["university_share"])
    return Words(
        f"{own} 的成员本期没有来过，{site.whole.zh}为 {everyone}",
        f"{own} of members never came this term; {everyone} across the {site.all.en}",
    )


def cohort_title(rows: Sequence[Row]) -> Words:
    """Which groups the library reaches most and least."""
    told = sorted((row for row in rows if row["reach_rate"] is not None), key=lambda row: row["reach_rate"])
    if len(told) < 2 or told[-1]["reach_rate"] - told[0]["reach_rate"] < NOTABLE_SHARE:
        return Words("不同身份的读者", "Readers by status")
    low, high = told[0], told[-1]
    return Words(
        f"{label(high, 'zh')}用得最多，{label(low, 'zh')}用得最少",
        f"{label(high, 'en')} use the library most, {label(low, 'en').lower()} least",
    )


def totals_only(site: SiteWords) -> Words:
    """What the figures of a page are not, and how the smallest and the largest shares are to be read."""
    least, most = percent(Rules().least_share), percent(1 - Rules().least_share)
    return Words(
        f"只含汇总数字；少于 {site.small_cell} 人的数字不公布，连同可以据以推算的数字一并隐去。{least} 读作不超过，{most} 读作不低于。",
        f"Totals only. Figures of fewer than {site.small_cell} people are withheld, and with them any from which they could"
        f" be worked out; {least} reads as at most that, {most} as at least that.",
    )


def survey_title(rows: Sequence[Row]) -> Words:
    """What respondents rate best and worst, where that is more than the margins of both."""
    told = sorted((row for row in rows if row["mean"] is not None), key=lambda row: row["mean"] / row["scale_max"])
    if len(told) < 2 or told[-1]["mean"] - told[0]["mean"] < NOTABLE_SCORE:
        return Words("读者怎么说", "What readers say")
    low, high = told[0], told[-1]
    if high["mean"] - low["mean"] <= max(high["half_width"] or 0, low["half_width"] or 0):
        return Words("读者怎么说：各项差别不大", "What readers say: items differ by little")
    return Words(
        f"读者最满意“{label(high, 'zh', widest=12)}”，最不满意“{label(low, 'zh', widest=12)}”",
        f"Rated best: {label(high, 'en', widest=20)}. Rated lowest: {label(low, 'en', widest=20)}",
    )


def subject_title(rows: Sequence[Row]) -> Words:
    """The subject that the group reads so much more of than everybody."""
    told = max(rows, key=lambda row: row["location_quotient"])
    if told["location_quotient"] < NOTABLE_TIMES:
        return Words("借阅的类目与全校相近", "A choice of subjects much like everybody's")
    share, times = amount(told["share_in_group"], "share", "en"), f"{told['location_quotient']:.1f}"
    return Words(
        f"{label(told, 'zh')}占借阅的 {share}，是全校占比的 {times} 倍",
        f"{label(told, 'en')} is {share} of loans, {times} times its share of everybody's",
    )


def unmeasured(indicators: Sequence[Row], feeds: Sequence[Row]) -> list[Words]:
    """What could not be measured this term, the measures of one reason together."""
    groups: dict[str, list[Row]] = {}
    for row in indicators:
        if row["not_measured"]:
            groups.setdefault(row["not_measured"], []).append(row)
    told = []
    for code, rows in groups.items():
        why = reason(code, feeds)
        zh, en = "、".join(label(row, "zh") for row in rows), ", ".join(label(row, "en").lower() for row in rows)
        told.append(
            Words(f"{zh}：本期未测得，{why.zh}。", f"{en[:1].upper()}{en[1:]}: not measured this term, {why.en}.")
        )
    return told


def reason(code: str | None, feeds: Sequence[Row]) -> Words:
    """Why a figure is missing; ``gate:0.77`` says that the gates were recorded on 77 % of the days."""
    feed, _, coverage = (code or "").partition(":")
    known = next((row for row in feeds if row["feed"] == feed), None)
    zh, en = (label(known, "zh"), label(known, "en").lower()) if known else (feed, feed)
    if not feed:
        return Words("未测得", "not measured")
    if not coverage.replace(".", "", 1).isdigit() or not float(coverage):
        return Words(f"缺{zh}数据", f"no {en} data")
    share = percent(float(coverage))
    return Words(f"{zh}数据只覆盖 {share} 的开放日", f"{en} recorded on only {share} of open days")


def gaps(rows: Sequence[Row], feeds: Sequence[Row], lang: str) -> list[str]:
    """Each reason for a missing figure once, with the first and last of the terms it holds for."""
    terms: dict[str, dict[int, str]] = {}
    for row in rows:
        if row["not_measured"]:
            known = terms.setdefault(reason(row["not_measured"], feeds).of(lang), {})
            known[row["term_position"]] = label(row, lang, "term_label")
    return [f"{_span(known)}{'：' if lang == 'zh' else ': '}{why}" for why, known in terms.items()]


def _span(terms: Mapping[int, str]) -> str:
    first, last = terms[min(terms)], terms[max(terms)]
    return first if first == last else f"{first}–{last}"


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
