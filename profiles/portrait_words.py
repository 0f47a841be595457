"""A portrait in words: sentences made by rule from its figures, in Chinese and English.

A sentence is said only when every figure in it was measured, so nothing is claimed that was not seen,
and every number in a sentence stands among the figures beneath it.
"""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any, NamedTuple


class Sentence(NamedTuple):
    """One thing that can be said, with the figures it needs in braces."""

    zh: str
    en: str


OF_A_READER = (
    Sentence("本学期到馆 {visit_days} 天。", "Came on {visit_days} days this term."),
    Sentence("已知在馆时长 {presence_hours:.1f} 小时。", "Hours of presence that are known: {presence_hours:.1f}."),
    Sentence("借阅 {loans} 册次。", "Loans: {loans}."),
    Sentence("所借图书涉及 {breadth} 个二级类。", "The books borrowed are of {breadth} classes."),
    Sentence(
        "使用 {service_breadth} 种服务（可测 {services_measured} 种）。",
        "Used {service_breadth} kinds of service, of {services_measured} that can be measured.",
    ),
    Sentence(
        "最长连续 {longest_streak_weeks} 个教学周到馆或借阅。", "Longest streak: {longest_streak_weeks} teaching weeks."
    ),
    Sentence(
        "综合利用居同群体（{peers} 人）的第 {use_percentile:.0%} 分位。",
        "Overall use stands at {use_percentile:.0%} among {peers} peers.",
    ),
    Sentence(
        "与前一学期相比，成长值 {learning_growth:+.2f}（0 为与同伴同步）。",
        "Learning growth since the term before: {learning_growth:+.2f}, where 0 is moving with the peers.",
    ),
)
OF_A_GROUP = (
    Sentence("共 {persons} 人。", "{persons} people."),
    Sentence(
        "其中 {visit_reach_rate:.0%} 到过馆，人均到馆 {visit_days_mean:.1f} 天。",
        "{visit_reach_rate:.0%} of them came; {visit_days_mean:.1f} days a head.",
    ),
    Sentence(
        "{loan_reach_rate:.0%} 借过书，人均 {loans_mean:.1f} 册次。",
        "{loan_reach_rate:.0%} borrowed; {loans_mean:.1f} loans a head.",
    ),
    Sentence("综合利用上升者占 {rising_share:.0%}。", "{rising_share:.0%} use the library more than the term before."),
)


def sentences(said: tuple[Sentence, ...], figures: Mapping[str, Any]) -> Iterator[Sentence]:
    """The sentences whose every figure is there, filled in."""
    for sentence in said:
        if all(figures.get(name) is not None for name in _needed(sentence)):
            yield Sentence(sentence.zh.format_map(figures), sentence.en.format_map(figures))


def _needed(sentence: Sentence) -> set[str]:
    return {name for text in sentence for _, name, *_ in Formatter().parse(text) if name}
