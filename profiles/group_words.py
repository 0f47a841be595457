"""What groups of readers, boards and badges are called, in Chinese and English.

Codes that a site may add of its own (a discipline, a badge) stand as they are where no word is known.
Cohorts, milestones and segments bring their words along as data and are not here.
"""

from collections.abc import Mapping
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


def _year_zh(year: str) -> str:
    if not year:
        return ""
    return f"{NUMERALS[int(year)]}年级" if 0 < int(year) < len(NUMERALS) else f"第 {year} 年"


def _year_en(year: str) -> str:
    if not year:
        return ""
    return f"{ORDINALS[int(year)]}-year " if 0 < int(year) < len(ORDINALS) else f"year-{year} "
