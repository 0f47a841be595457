"""The verdicts on services, the reasons for them, and what was found, in words.

No figure stands in a reason: it is told to people who may not see the figures of small groups.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from profiles.captions import Words


class Reason(NamedTuple):
    """Why a verdict was given, in Chinese and English."""

    verdict: str
    zh: str
    en: str


REASONS = {
    "more": Reason(
        "helped",
        "接受服务者做到的比例高于对照组，区间不含零；与同学期其他服务一并校正后仍成立",
        "More of those served did it than of those held out: the interval lies above zero, and it still holds among all the services judged in the term",
    ),
    "fewer": Reason(
        "harmed",
        "接受服务者做到的比例低于对照组，区间不含零；与同学期其他服务一并校正后仍成立",
        "Fewer of those served did it than of those held out: the interval lies below zero, and it still holds among all the services judged in the term",
    ),
    "excluded": Reason(
        "no_visible_effect",
        "区间含零，且排除了事先计划检出的差异",
        "The interval holds zero and leaves out the difference the run was made to see",
    ),
    "among_many": Reason(
        "cannot_tell",
        "单看这一项差异不含零，但同学期一并评估的服务很多，偶然也会出现这样的差异",
        "Taken alone the interval leaves out zero, but among so many services judged in the term one such comes about by chance",
    ),
    "too_wide": Reason(
        "cannot_tell",
        "区间太宽：既不能排除零，也不能排除事先计划检出的差异",
        "The interval is too wide: it rules out neither no difference nor the one the run was made to see",
    ),
    "unplanned": Reason(
        "cannot_tell",
        "区间含零，而事先没有计划应能检出多大的差异",
        "The interval holds zero, and nobody had planned which difference it should be able to see",
    ),
    "one_unit": Reason(
        "cannot_tell",
        "某一组只有一个抽取单元，无从估计偶然误差",
        "An arm is a single unit drawn by itself, so that chance cannot be told from the service",
    ),
    "one_arm": Reason(
        "cannot_tell",
        "没有留出对照：因使用少而被选中的人，不提供服务之后也会自然回升",
        "Nobody was held out: of those chosen for doing little, many do more later by themselves",
    ),
    "not_measured": Reason(
        "cannot_tell",
        "观察期内的行为没有测到",
        "What people did while they were watched was not measured",
    ),
    "window_open": Reason(
        "too_early",
        "观察期尚未结束，未作任何计算",
        "The window is not over; nothing was computed",
    ),
    "rose": Reason(
        "changed_at_the_same_time",
        "同一时间有所上升；只是关联，不是效果",
        "It rose at the same time: an association, not an effect",
    ),
    "fell": Reason(
        "changed_at_the_same_time",
        "同一时间有所下降；只是关联，不是效果",
        "It fell at the same time: an association, not an effect",
    ),
    "steady": Reason(
        "no_change_seen",
        "区间含零，且排除了值得注意的变化；只是关联，不是效果",
        "The interval holds zero and leaves out a change worth noticing: an association, not an effect",
    ),
    "unclear": Reason(
        "cannot_tell",
        "区间太宽：既不能排除没有变化，也不能排除值得注意的变化",
        "The interval is too wide: it rules out neither no change nor one worth noticing",
    ),
    "change_among_many": Reason(
        "cannot_tell",
        "单看有变化，但一并评估的很多，偶然也会出现这样的变化",
        "Taken alone it changed, but among so many judged together one such change comes about by chance",
    ),
    "apart_before": Reason(
        "cannot_tell",
        "活动开始前两边的走势已经不同，无法比较",
        "The units and those like them were going apart before it began, so that they cannot be compared",
    ),
    "few_alike": Reason(
        "cannot_tell",
        "可比的未服务单位太少",
        "Too few units like them went without it",
    ),
    "few_weeks": Reason(
        "cannot_tell",
        "开始前后测到的周数不够",
        "Too few weeks before and after were measured",
    ),
}

VERDICTS = {
    "helped": Words("有效", "helped"),
    "harmed": Words("有害", "harmed"),
    "no_visible_effect": Words("看不出效果", "no visible effect"),
    "cannot_tell": Words("无法判断", "cannot tell"),
    "too_early": Words("为时尚早", "too early"),
    "changed_at_the_same_time": Words("同期有变化", "changed at the same time"),
    "no_change_seen": Words("未见变化", "no change seen"),
}
_METHODS = {
    "clusters": Words("误差按一起抽取的单元计算。", "Errors are by the groups that were drawn together."),
    "cuped": Words(
        "已扣除此前行为的影响，区间因此更窄。", "What was done before is allowed for, which narrows the interval."
    ),
}


def told(effect: Mapping[str, Any]) -> Iterator[Words]:
    """What can be said of a row of service.effect: the figures, how they came about, and the reason for the verdict."""
    if effect["difference"] is not None:
        yield _of_arms(effect) if effect["design"] == "trial" else _of_units(effect)
        yield from (words for method, words in _METHODS.items() if method in effect["method"])
        yield _of_many(effect)
    elif effect["judged_together"] is not None:
        yield Words("人数过少，不显示数字。", "Too few people: the figures are withheld.")
    yield Words(f"{effect['reason_zh']}。", f"{effect['reason_en']}.")


def _of_arms(effect: Mapping[str, Any]) -> Words:
    served, held_out = f"{effect['served_rate']:.1%}", f"{effect['held_out_rate']:.1%}"
    value, low, high = _points(effect)
    return Words(
        f"服务组 {effect['served']} 人中 {served} 做到，对照组 {effect['held_out']} 人中 {held_out}：相差 {value} 个百分点（95% 区间 {low} 至 {high}）。",
        f"{served} of {effect['served']} served did it, {held_out} of {effect['held_out']} held out: {value} points (95 % interval {low} to {high}).",
    )


def _of_units(effect: Mapping[str, Any]) -> Words:
    value, low, high = _points(effect)
    return Words(
        f"与相似的未服务单位相比，每周做到的比例变化 {value} 个百分点（95% 区间 {low} 至 {high}）。",
        f"Beside units like them the weekly share who did it changed by {value} points (95 % interval {low} to {high}).",
    )


def _of_many(effect: Mapping[str, Any]) -> Words:
    number = effect["judged_together"]
    q_value = "< 0.001" if effect["q_value"] < 0.001 else f"= {effect['q_value']:.3f}"
    return Words(
        f"该学期一并评估的运行共 {number} 次，校正后 q {q_value}。",
        f"Runs of the term that were judged together: {number}; q {q_value}.",
    )


def _points(effect: Mapping[str, Any]) -> tuple[str, str, str]:
    value, low, high = (f"{100 * effect[name]:+.1f}" for name in ("difference", "ci_low", "ci_high"))
    return value, low, high
