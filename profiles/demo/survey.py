"""The yearly satisfaction survey: what everyone would answer, and who answers.

Belongs here: planted opinions, planted response, and the answers in the columns of the survey site.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import Term
from profiles.demo.colleges import COLLEGES
from profiles.demo.draw import DAY_SECONDS, Ints, Random, midnight, moments, picked, stream
from profiles.demo.people import People
from profiles.demo.visits import Visits

OPENS_ON_DAY, OPEN_DAYS = 70, 14
RESPONSE_SHARE = 0.12
# How likely a reader answers, by use in the term, before scaling to the response share.
TIER_STARTS = (0, 1, 10, 30)
TIER_NAMES = ("none", "light", "regular", "heavy")
TIER_WILLINGNESS = (0.25, 0.7, 1.3, 2.4)

ITEM_MEANS = (3.75, 3.65, 3.45, 4.05)
COMMON_SPREAD, ITEM_SPREAD, OVERALL_SPREAD = 0.55, 0.6, 0.35
SKIPPED_SHARE = 0.03
SKIPPED = ("(空)", "(跳过)")

TITLE = "图书馆读者满意度调查（示例）"
HEADINGS = (
    *("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的学号", "2、您的学院", "3、您的身份"),
    *("4、馆舍环境与座位", "5、馆藏资源", "6、电子资源", "7、馆员服务", "8、总体满意度", "9、最想改进", "10、您的建议"),
)
STATED_LEVELS = ("本科生", "硕士生", "博士生", "教职工")
SOURCES = (("微信", "N/A"), ("链接", "直接访问"), ("手机提交", "直接访问"))
NUMBER_GIVEN, NAME_ADDED = 0.70, 0.04
NO_NUMBER = ("(空)", "无", "不便透露", "12345", "忘记了")
WISHES = ("座位数量", "开放时间", "馆藏更新", "电子资源校外访问", "空调与照明", "网络", "饮水与餐饮")
REMARKS = (
    *("(空)", "(空)", "(空)", "希望多一些插座", "考试周能否延长开放？", "研讨间总是约不到", "很好，谢谢老师们"),
    *("外文书可以再多一点", "有人占座不来，建议管理", "校外访问数据库有时打不开", "Longer hours, please"),
)


@dataclass(frozen=True)
class Survey:
    """A wave as exported, with what a perfect survey would have found."""

    answers: pl.DataFrame
    respondents: int
    response_rates: dict[str, float]
    mean_of_everyone: float
    mean_of_respondents: float


def hold_survey(seed: int, people: People, visits: Visits, term: Term) -> Survey:
    """Ask everyone in scope in a spring term; frequent visitors answer more often and think better of the library."""
    random = stream(seed, "survey", term.code)
    asked = people.present(term.half)
    scores = _opinions(random, people, asked, term)
    tier = np.searchsorted(TIER_STARTS, visits.per_person(len(people))[asked], side="right") - 1
    willing = np.array(TIER_WILLINGNESS)[tier]
    chance = np.minimum(willing * RESPONSE_SHARE / willing.mean(), 0.95) if len(asked) else willing
    answered = np.flatnonzero(random.random(len(asked)) < chance)
    return Survey(
        _answers(random, people, asked[answered], scores[answered], term),
        len(answered),
        {name: round(float(chance[tier == n].mean()), 4) for n, name in enumerate(TIER_NAMES) if (tier == n).any()},
        round(float(scores[:, -1].mean()), 4),
        round(float(scores[answered, -1].mean()), 4),
    )


def _opinions(random: Random, people: People, asked: Ints, term: Term) -> Ints:
    """Scores 1 to 5 on four items and overall, as each person would give them."""
    liking = np.array([kind.liking for kind in ARCHETYPES])[people.archetype[asked]]
    liking = liking + np.array([unit.liking for unit in COLLEGES])[people.college_in(term.half)[asked]]
    common = (liking + random.normal(0, COMMON_SPREAD, len(asked)))[:, None]
    items = np.array(ITEM_MEANS) + common + random.normal(0, ITEM_SPREAD, (len(asked), len(ITEM_MEANS)))
    overall = items.mean(axis=1, keepdims=True) + random.normal(0, OVERALL_SPREAD, (len(asked), 1))
    scores: Ints = np.clip(np.rint(np.hstack([items, overall])), 1, 5).astype(np.int64)
    return scores


def _answers(random: Random, people: People, who: Ints, scores: Ints, term: Term) -> pl.DataFrame:
    """The answers in the columns of the survey site, in the order in which they came in."""
    size = len(who)
    submitted = np.sort(_submitted(random, term, size))
    source = random.integers(0, len(SOURCES), size)
    college = picked([unit.name for unit in COLLEGES], people.college_in(term.half)[who])
    columns = [
        pl.Series(np.arange(size) + 1).cast(pl.String),
        moments(submitted).dt.strftime("%Y/%-m/%-d %H:%M:%S"),
        pl.Series(np.clip(random.lognormal(4.7, 0.5, size), 15, 1800).astype(np.int64)).cast(pl.String) + "秒",
        picked([name for name, _ in SOURCES], source),
        picked([detail for _, detail in SOURCES], source),
        _addresses(random, size),
        _stated_numbers(random, people, who),
        college,
        picked(STATED_LEVELS, people.level[who]),
        *(_scores(random, scores[:, item]) for item in range(scores.shape[1])),
        _wishes(random, size),
        picked(REMARKS, random.integers(0, len(REMARKS), size)),
    ]
    return pl.DataFrame([column.alias(heading) for heading, column in zip(HEADINGS, columns, strict=True)])


def _submitted(random: Random, term: Term, size: int) -> Ints:
    opens = midnight(term.starts_on) + OPENS_ON_DAY * DAY_SECONDS
    day = np.minimum(random.geometric(0.25, size) - 1, OPEN_DAYS - 1)
    return opens + day * DAY_SECONDS + random.integers(8 * 3600, 23 * 3600, size)


def _addresses(random: Random, size: int) -> pl.Series:
    """Addresses of a private network, with a place in brackets."""
    parts = random.integers(1, 255, (3, size))
    frame = pl.DataFrame({"a": parts[0], "b": parts[1], "c": parts[2]})
    return frame.select(pl.format("10.{}.{}.{}(校内)", "a", "b", "c")).to_series()


def _stated_numbers(random: Random, people: People, who: Ints) -> pl.Series:
    """What people type where their number is asked for."""
    luck = random.random(len(who))
    number, name = people.column("number", who), people.column("name", who)
    refused = picked(NO_NUMBER, random.integers(0, len(NO_NUMBER), len(who)))
    stated = (name + " " + number).zip_with(pl.Series(luck < NAME_ADDED), number)
    return stated.zip_with(pl.Series(luck < NUMBER_GIVEN), refused)


def _scores(random: Random, scores: Ints) -> pl.Series:
    skipped = pl.Series(random.random(len(scores)) < SKIPPED_SHARE)
    mark = picked(SKIPPED, random.integers(0, len(SKIPPED), len(scores)))
    return mark.zip_with(skipped, pl.Series(scores).cast(pl.String))


def _wishes(random: Random, size: int) -> pl.Series:
    """One or two wishes joined as the survey site joins them."""
    first = random.integers(0, len(WISHES), size)
    second = (first + random.integers(1, len(WISHES), size)) % len(WISHES)
    one, other = picked(WISHES, np.minimum(first, second)), picked(WISHES, np.maximum(first, second))
    return (one + "┋" + other).zip_with(pl.Series(random.random(size) < 0.6), picked(WISHES, first))
