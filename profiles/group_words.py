"""What groups of readers, boards, badges and the codes in a portrait's columns are called, in Chinese and English.

Codes that a site may add of its own (a discipline, a badge) stand as they are where no word is known.
Cohorts, milestones, segments, terms, colleges and feeds bring their words along as data and are not here.
"""

from collections.abc import Callable, Mapping
from typing import Final

from profiles.captions import Words

LEVEL_GROUPS: Final = {
    "undergraduate": Words("本科生", "undergraduates"),
    "postgraduate": Words("研究生", "postgraduates"),
    "staff": Words("教职工", "staff"),
    "other": Words("其他读者", "other readers"),
}
LEVELS: Final = {
    "associate": Words("专科", "associate-degree"),
    "bachelor": Words("本科", "undergraduate"),
    "master": Words("硕士", "master's"),
    "doctor": Words("博士", "doctoral"),
    "staff": Words("教职工", "staff"),
    "other": Words("其他", "other"),
}
STAGES: Final = {
    "lower_undergraduate": Words("本科低年级", "lower undergraduate years"),
    "upper_undergraduate": Words("本科高年级", "upper undergraduate years"),
    **{level: LEVELS[level] for level in ("master", "doctor", "staff", "other")},
}
ROLES: Final = {
    "user": Words("使用者", "user"),
    "participant": Words("参与者", "participant"),
    "contributor": Words("贡献者", "contributor"),
    "partner": Words("合作者", "partner"),
}
STATES: Final = {
    "never": Words("还没有来过", "not here yet"),
    "new": Words("初次活跃", "newly active"),
    "active": Words("活跃", "active"),
    "at_risk": Words("活跃，但在减少", "active, and less so"),
    "returning": Words("重新活跃", "active again"),
    "dormant": Words("上学期活跃，这学期没有", "active the term before, not this one"),
    "lapsed": Words("久未活跃", "not active for long"),
}
BANDS: Final = {
    "top_10": Words("前 10%", "top 10%"),
    "top_25": Words("前 25%", "top 25%"),
    "top_50": Words("前 50%", "top 50%"),
    "other": Words("其余", "the rest"),
}
DISCIPLINES: Final = {
    "humanities": Words("人文社科", "humanities and social sciences"),
    "science": Words("理科", "sciences"),
    "engineering": Words("工科", "engineering"),
    "medicine": Words("医科", "medicine"),
    "all": Words("各学科", "all disciplines"),
}
BOARDS: Final = {
    "overall": Words("综合榜", "Overall"),
    "reading": Words("阅读榜", "Reading"),
    "growth": Words("成长榜", "Growth"),
}
LASTING: Final = {
    "four_terms": Words("活跃四学期", "Active in four terms"),
    "eight_terms": Words("活跃八学期", "Active in eight terms"),
}
"""Badges that no single day brings."""

NUMERALS: Final = "零一二三四五六七八九"
ORDINALS: Final = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def word(of: Mapping[str, Words], code: str) -> Words:
    """The word for a code, or the code itself."""
    return of.get(code, Words(code, code))


def peers(peer_group: str) -> Words:
    """Whom a reader is compared with: ``bachelor 2 science`` are second-year undergraduates in the sciences."""
    first, *rest = peer_group.split(" ")
    if first == "everyone":
        return Words("全校读者", "all readers")
    if first in LEVEL_GROUPS:
        return LEVEL_GROUPS[first]
    level, year = word(LEVELS, first), next((part for part in rest if part.isdigit()), "")
    field = next((part for part in rest if not part.isdigit()), "")
    zh = f"{word(DISCIPLINES, field).zh if field else ''}{level.zh}{_year_zh(year)}同学"
    en = f"{_year_en(year)}{level.en} students{f' in {word(DISCIPLINES, field).en}' if field else ''}"
    return Words(zh, en)


CODES: Final[Mapping[str, Callable[[str], Words]]] = {
    "level": lambda code: word(LEVELS, code),
    "level_group": lambda code: word(LEVEL_GROUPS, code),
    "discipline_group": lambda code: word(DISCIPLINES, code),
    "stage": lambda code: word(STAGES, code),
    "role": lambda code: word(ROLES, code),
    "next_role": lambda code: word(ROLES, code),
    "lifecycle_state": lambda code: word(STATES, code),
    "previous_state": lambda code: word(STATES, code),
    "percentile_band": lambda code: word(BANDS, code),
    "peer_group": peers,
}
"""How each column of a portrait that holds a code is read."""
_LISTS: Final = ("use_index_parts", "not_measured")
"""Columns of several codes, of which some say a share of days: ``bookings loans``, ``gate:0.77 loan:0.50``."""
UNKNOWN: Final = "未知 unknown"


def of_code(column: str, code: str, names: Mapping[str, Words]) -> Words:
    """What a code in a portrait's column means; ``names`` are those that come as data: terms, colleges, measures, feeds."""
    if code == UNKNOWN:
        return Words("未知", "unknown")
    if column in CODES:
        return CODES[column](code)
    if column in _LISTS:
        parts = [_part(part, names) for part in code.split(" ")]
        return Words("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))
    return names.get(code, Words(code, code))


def _part(code: str, names: Mapping[str, Words]) -> Words:
    name, _, share = code.partition(":")
    known = names.get(name, Words(name, name))
    return (
        Words(f"{known.zh}（覆盖 {float(share):.0%}）", f"{known.en} ({float(share):.0%} covered)") if share else known
    )


def _year_zh(year: str) -> str:
    if not year:
        return ""
    return f"{NUMERALS[int(year)]}年级" if 0 < int(year) < len(NUMERALS) else f"第 {year} 年"


def _year_en(year: str) -> str:
    if not year:
        return ""
    return f"{ORDINALS[int(year)]}-year " if 0 < int(year) < len(ORDINALS) else f"year-{year} "
