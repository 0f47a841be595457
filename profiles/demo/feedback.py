"""What people complain of, and how far the library's feedback system followed it.

Belongs here: tickets in the columns of that system, raised out of true visits.  A campaign for quiet is planted in the
last term: from its day on there are fewer complaints of noise, and of nothing else.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from profiles.demo.calendar import Term
from profiles.demo.draw import Flags, Floats, Ints, Random, choose, midnight, moments, picked, stream
from profiles.demo.people import People
from profiles.demo.visits import Visits

TICKETS_PER_VISIT, UNNAMED_SHARE = 0.006, 0.15
CAMPAIGN_WEEK, CAMPAIGN_FACTOR, NOISE = 8, 0.4, "馆内噪音"
CHANNELS = ("微信", "馆长信箱", "电话", "前台")
WORDS = ("很不满意", "不满意", "一般", "满意", "非常满意")
WORD_SHARES = (0.04, 0.08, 0.18, 0.40, 0.30)
CATEGORIES = (
    ("空间与座位", "读者服务部", 0.26),
    (NOISE, "读者服务部", 0.24),
    ("网络与系统", "技术部", 0.15),
    ("图书荐购与缺藏", "资源建设部", 0.11),
    ("电子资源访问", "资源建设部", 0.09),
    ("开放时间", "办公室", 0.07),
    ("馆员服务", "读者服务部", 0.05),
    ("借阅规则", "读者服务部", 0.03),
)


class Way(NamedTuple):
    """A step: its heading, how many of those that came to the step before take it, and how many hours later on average."""

    heading: str
    share: float
    hours: float


WAYS = (
    Way("受理时间", 0.95, 10),
    Way("答复时间", 0.90, 44),
    Way("落实时间", 0.60, 130),
    Way("告知时间", 0.75, 50),
    Way("确认时间", 0.50, 30),
)
TRIAGED, ANSWERED, ACTED, TOLD, CONFIRMED = range(5)


@dataclass(frozen=True)
class Campaign:
    """What was planted: from which day on how many of the complaints of a category are left."""

    category: str
    begins: date
    factor: float


def campaign_of(last: Term) -> Campaign:
    """The campaign for quiet, in the middle of the last term."""
    return Campaign(NOISE, last.starts_on + timedelta(weeks=CAMPAIGN_WEEK), CAMPAIGN_FACTOR)


def draw_tickets(seed: int, people: People, visits: Visits, term: Term, campaign: Campaign) -> pl.DataFrame:
    """The tickets of a term, as they stood when all had come as far as they would."""
    random = stream(seed, "feedback", term.code)
    raised = np.flatnonzero(random.random(len(visits)) < TICKETS_PER_VISIT)
    raised = raised[np.argsort(visits.left[raised], kind="stable")]
    category = choose(random, [share for *_, share in CATEGORIES], len(raised))
    left_out = _quieted(random, visits.left[raised], category, campaign)
    raised, category = raised[~left_out], category[~left_out]
    times = _ways(random, visits.left[raised])
    is_named = random.random(len(raised)) >= UNNAMED_SHARE
    rating = choose(random, WORD_SHARES, len(raised))
    number = people.column("number", visits.who[raised])
    answered, acted, confirmed = times[ANSWERED] >= 0, times[ACTED] >= 0, times[CONFIRMED] >= 0
    return pl.DataFrame(
        [
            pl.Series("工单编号", [f"{term.code}-{n:05d}" for n in range(1, len(raised) + 1)], dtype=pl.String),
            pl.select(pl.when(pl.Series(is_named)).then(number).otherwise(pl.lit("匿名")).alias("学工号")).to_series(),
            picked(CHANNELS, random.integers(0, len(CHANNELS), len(raised))).alias("渠道"),
            picked([name for name, *_ in CATEGORIES], category).alias("类别"),
            picked([unit for _, unit, _ in CATEGORIES], category).alias("承办部门"),
            moments(visits.left[raised]).alias("提交时间"),
            *(_known(moments(time), time >= 0).alias(way.heading) for way, time in zip(WAYS, times, strict=True)),
            _known(moments(times[ACTED]), acted).alias("办结时间"),
            picked(("处理中", "已答复", "已办结"), answered.astype(np.int64) + acted).alias("状态"),
            _known(picked(WORDS, rating), confirmed).alias("满意度"),
        ]
    )


def _quieted(random: Random, raised: Ints, category: Ints, campaign: Campaign) -> Flags:
    """Which complaints the campaign made unneeded."""
    about = np.array([name == campaign.category for name, *_ in CATEGORIES])[category]
    chance: Floats = random.random(len(raised))
    return about & (raised >= midnight(campaign.begins)) & (chance >= campaign.factor)


def _ways(random: Random, raised: Ints) -> list[Ints]:
    """When each ticket took each step; -1 where it did not come so far."""
    times, before = [], raised
    for way in WAYS:
        takes = (random.random(len(raised)) < way.share) & (before >= 0)
        later = before + np.ceil(random.exponential(way.hours * 3600, len(raised))).astype(np.int64)
        before = np.where(takes, later, -1)
        times.append(before)
    return times


def _known(values: pl.Series, is_known: Flags) -> pl.Series:
    return pl.select(pl.when(pl.Series(is_known)).then(values)).to_series()
