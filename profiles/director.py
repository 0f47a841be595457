"""What the director's report says first: four figures, and the finding above each section, told from released rows.

Nothing is counted anew: rows are chosen and put into words, and a figure that a table does not hold is not told.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from profiles.captions import Words, label
from profiles.charts.figures import amount, number, percent

Row = Mapping[str, Any]
AXES: Final = {
    "interaction": Words("双向互动", "Interaction"),
    "cohesion": Words("高度黏合", "Cohesion"),
    "collaboration": Words("协同共赢", "Collaboration"),
    "stability": Words("持续稳定", "Stability"),
}
QUESTIONS: Final = {
    "repeatability": Words("相邻学期是否一致", "Same from term to term"),
    "agreement_with_survey": Words("与总体满意度是否一致", "Agrees with satisfaction"),
    "weight_sensitivity": Words("改变权重，名次最多变动", "Most places moved by other weights"),
}
UNITS: Final = {"regularity": "index", "breadth": "classes"}
"""Of components that are no share."""
VERDICTS: Final = {
    "stop": Words("停", "stop"),
    "fix": Words("改", "fix"),
    "keep": Words("留", "keep"),
    "cannot_tell": Words("说不准", "cannot tell"),
}
STEPS: Final = {
    "raised": Words("提出", "raised"),
    "triaged": Words("受理", "taken up"),
    "assigned": Words("分派", "assigned"),
    "answered": Words("答复", "answered"),
    "acted": Words("整改", "acted upon"),
    "told": Words("告知", "told"),
    "confirmed": Words("确认", "confirmed"),
}
USUAL: Final = 50.0
FIRM: Final = 0.5
"""A correlation below this is no ground to trust a score."""


class Figure(NamedTuple):
    """One of the four figures of the first screen."""

    title: Words
    value: str
    unit: Words
    caption: Words


def figures(relations: Sequence[Row], themes: Sequence[Row], answers: Sequence[Row], term: str) -> list[Figure]:
    """Need, stickiness, participation, benefit: each with its figure, where it was measured."""
    now = {row["component"]: row for row in relations if row["term"] == term and row["value"] is not None}
    return [
        *_need(themes),
        *_of_component(now, "retention", _STAYED),
        *_of_component(now, "participants", _TOOK_PART),
        *_benefit(answers),
    ]


def axes(relations: Sequence[Row], term: str) -> list[tuple[Words, float | None, list[Row]]]:
    """Each axis with its score and components in the term."""
    told = []
    for axis, words in AXES.items():
        rows = [row for row in relations if row["axis"] == axis and row["term"] == term]
        if rows:
            told.append((words, rows[0]["axis_score"], sorted(rows, key=lambda row: row["component"])))
    return told


def relation_title(relations: Sequence[Row], term: str) -> Words:
    """Which axes stand above and which below what is usual for the library itself."""
    scored = [(words, score) for words, score, _ in axes(relations, term) if score is not None]
    above = [words for words, score in scored if score > USUAL]
    below = [words for words, score in scored if score < USUAL]
    if not scored:
        return Words("与读者的关系", "The relationship with readers")
    parts_zh = [f"{_and(above, 'zh')}高于往常"] * bool(above) + [f"{_and(below, 'zh')}低于往常"] * bool(below)
    parts_en = [f"{_and(above, 'en')} above the usual"] * bool(above) + [f"{_and(below, 'en')} below"] * bool(below)
    if not parts_zh:
        return Words("与读者的关系和往常一样", "The relationship is as usual")
    told = "; ".join(parts_en)
    return Words("，".join(parts_zh), told[:1].upper() + told[1:])


def component_value(row: Row, lang: str) -> str:
    """A component's value in its own unit."""
    return amount(row["value"], UNITS.get(row["component"], "share"), lang)


def trust(checks: Sequence[Row], term: str) -> list[tuple[Words, dict[str, str]]]:
    """The three questions put to each axis, with their answers in the term, or a dash."""
    known = {(row["axis"], row["question"]): row for row in checks if row["term"] == term}
    return [
        (words, {question: _answer(known.get((axis, question))) for question in QUESTIONS})
        for axis, words in AXES.items()
    ]


def trust_words(checks: Sequence[Row], term: str) -> Words:
    """Whether the scores repeat enough to be read as a trend."""
    found = [
        row["value"]
        for row in checks
        if row["term"] == term and row["question"] == "repeatability" and row["value"] is not None
    ]
    if not found:
        return Words(
            "还不足以检验这些得分是否可信。", "There is not enough yet to test whether these scores can be trusted."
        )
    firm = sum(value >= FIRM for value in found)
    return Words(
        f"{len(found)} 个可检验的维度中，{firm} 个在相邻学期间足够一致；其余只宜看分项，不宜看趋势。",
        f"Of {len(found)} axes that can be tested, {firm} repeat well enough from term to term; of the others, read the components and no trend.",
    )


def is_decided(services: Sequence[Row]) -> bool:
    """Whether anything can be decided of any service."""
    return any(row["verdict"] != "cannot_tell" for row in services)


def verdict_title(services: Sequence[Row]) -> Words:
    """How many services are to be kept, mended, stopped."""
    whole = len(services)
    if not is_decided(services):
        return Words(
            f"{whole} 项服务都还说不准有没有用", f"Whether it helped cannot be told yet of any of {whole} services"
        )
    counted = {verdict: sum(row["verdict"] == verdict for row in services) for verdict in VERDICTS}
    zh = "，".join(f"{count} 项{VERDICTS[verdict].zh}" for verdict, count in counted.items() if count)
    en = ", ".join(f"{VERDICTS[verdict].en} {count}" for verdict, count in counted.items() if count)
    return Words(f"{whole} 项服务里，{zh}", f"Of {whole} services: {en}")


def told(services: Sequence[Row]) -> list[Row]:
    """Services of which there is something to tell: somebody was reached, or a verdict was reached."""
    return [row for row in ordered(services) if row["verdict"] != "cannot_tell" or row["reached"] != 0]


def ordered(services: Sequence[Row]) -> list[Row]:
    """What asks for a decision first."""
    places = list(VERDICTS)
    return sorted(services, key=lambda row: (places.index(row["verdict"]), -(row["reached"] or 0), row["service"]))


def reach_title(colleges: Sequence[Row]) -> Words:
    """How far the colleges lie apart in who comes at all."""
    told = sorted((row for row in colleges if row["value"] is not None), key=lambda row: row["value"])
    if len(told) < 2:
        return Words("谁来，谁没来", "Who comes, and who does not")
    low, high = percent(told[0]["value"]), percent(told[-1]["value"])
    return Words(f"各学院入馆率从 {low} 到 {high}", f"From {low} to {high} of a college's members come")


def forecast_title(rows: Sequence[Row]) -> Words:
    """Whether the forecast beats plain rules, in its own figures."""
    judged = [row for row in rows if row["wape"] is not None and row["plain_wape"] is not None]
    if not judged:
        return Words("今后四周的需求", "Demand in the next four weeks")
    better = [row for row in judged if row["wape"] < row["plain_wape"]]
    if len(better) < len(judged):
        return Words("预测还没有处处胜过简单规则", "The forecast does not beat plain rules everywhere")
    return Words("预测的误差小于每一条简单规则", "The forecast errs less than every plain rule")


def pressed(pressure: Sequence[Row], term: str) -> list[tuple[Words, str, str]]:
    """How hard readers are pressed, for everybody: measure, figure and the people behind it."""
    known = {
        row["measure"]: row
        for row in pressure
        if row["term"] == term and row["group_type"] == "everyone" and row["value"] is not None
    }
    return [
        (
            words,
            percent(known[measure]["value"]) if is_share else number(known[measure]["value"], "times"),
            f"{known[measure]['persons']:,}",
        )
        for measure, (words, is_share) in _PRESSURE.items()
        if measure in known
    ]


_STAYED: Final = (
    Words("黏性", "Stickiness"),
    Words("上学期活跃的人，这学期仍活跃", "of those active last term are active again"),
)
_TOOK_PART: Final = (
    Words("参与", "Participation"),
    Words(
        "答过问卷、提过建议、参加活动或志愿", "answered a survey, made a suggestion, came to an event or volunteered"
    ),
)
_PRESSURE: Final = {
    "invitational_ratio": (Words("邀请占全部往来", "Invitations among all dealings"), True),
    "contacts_30_days_p50": (Words("30 天内被联系次数（中位数）", "Contacts in 30 days, median"), False),
    "contacts_30_days_p95": (
        Words("30 天内被联系次数（95% 的人不超过）", "Contacts in 30 days, 95th percentile"),
        False,
    ),
    "contacts_30_days_max": (Words("30 天内被联系次数（最多）", "Contacts in 30 days, most"), False),
    "service_sets_per_person": (Words("人均不同的服务组合", "Distinct sets of services per person"), False),
}


def _need(themes: Sequence[Row]) -> list[Figure]:
    latest = max((row["survey"] for row in themes), default=None)
    told = [row for row in themes if row["survey"] == latest and row["share"] is not None and row["theme"] != "other"]
    if not told:
        return []
    top = max(told, key=lambda row: (row["share"], row["theme"]))
    caption = Words(
        f"提意见的 {top['commenters']:,} 人里，最多的人盼着“{label(top, 'zh')}”",
        f"of {top['commenters']:,} who commented wish for “{label(top, 'en').lower()}”, more than for anything else",
    )
    return [Figure(Words("需求", "Need"), percent(top["share"])[:-1], Words("%", "%"), caption)]


def _of_component(now: Mapping[str, Row], component: str, words: tuple[Words, Words]) -> list[Figure]:
    if component not in now:
        return []
    return [Figure(words[0], percent(now[component]["value"])[:-1], Words("%", "%"), words[1])]


def _benefit(answers: Sequence[Row]) -> list[Figure]:
    told = [
        row
        for row in answers
        if row["item"] == "overall" and (row["mean_weighted"] or row["mean_unweighted"]) is not None
    ]
    if not told:
        return []
    latest = max(told, key=lambda row: row["survey"])
    mean = latest["mean_weighted"] if latest["mean_weighted"] is not None else latest["mean_unweighted"]
    caption = Words(
        f"总体满意度，满分 {latest['scale_max']:g}；95% 区间 {latest['ci_low']:.2f}–{latest['ci_high']:.2f}",
        f"overall satisfaction, of {latest['scale_max']:g}; 95% interval {latest['ci_low']:.2f} to {latest['ci_high']:.2f}",
    )
    return [Figure(Words("受益", "Benefit"), f"{mean:.2f}", Words("", ""), caption)]


def _answer(row: Row | None) -> str:
    if row is None or row["value"] is None:
        return "—"
    return number(row["value"], "index") if row["question"] != "weight_sensitivity" else f"{row['value']:.0f}"


def _and(words: Sequence[Words], lang: str) -> str:
    names = [word.of(lang).lower() for word in words]
    return (
        "、".join(names)
        if lang == "zh"
        else " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    )
