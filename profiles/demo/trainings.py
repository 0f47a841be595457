"""Who signs up for which training, who comes, and who leaves early.

Belongs here: attendance in the columns of the second-classroom system.  Which topics there are for whom is the library's
curriculum, given by the caller.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import DayType, Term
from profiles.demo.colleges import LEVELS
from profiles.demo.draw import DAY_SECONDS, Ints, Random, midnight, moments, picked, stream
from profiles.demo.people import People

SESSIONS, SIGN_UP_SHARE, ABSENT_SHARE, EARLY_SHARE = 2, 0.02, 0.2, 0.2
FIRST_DAY, LAST_DAY = 14, 100
BEGINS, MINUTES = 19 * 3600, 90
LOWER_YEARS = 2
PLACES = ("总馆报告厅", "工学馆培训室", "线上")


class Topic(NamedTuple):
    """A series of trainings and the stage of study it is for."""

    stage: str
    series: str


class _Seats(NamedTuple):
    """Everyone who signed up for one session."""

    who: Ints
    session: Ints


def draw_trainings(
    seed: int, people: People, term: Term, special: Mapping[date, DayType], curriculum: Sequence[Topic]
) -> pl.DataFrame:
    """A row for each person who signed up for a session of the term; nobody who does not use the library does."""
    random = stream(seed, "trainings", term.code)
    days = np.array([n for n, day in enumerate(term.days) if day.weekday() < 5 and day not in special])
    days = days[(days >= FIRST_DAY) & (days < LAST_DAY)]
    topic = np.repeat(np.arange(len(curriculum)), SESSIONS)
    begins = midnight(term.starts_on) + random.choice(days, len(topic)) * DAY_SECONDS + BEGINS
    seats = _signed_up(random, people, term, [curriculum[n].stage for n in topic.tolist()])
    stayed = _minutes(random, len(seats.who))
    begun = begins[seats.session]
    series = picked([one.series for one in curriculum], topic[seats.session])
    came = pl.Series(stayed > 0)
    return pl.DataFrame(
        [
            pl.Series("活动编号", [f"{term.code}-T{n + 1:02d}" for n in seats.session], dtype=pl.String),
            series.alias("活动名称"),
            series.alias("系列"),
            pl.Series("活动类型", ["培训"] * len(begun), dtype=pl.String),
            picked(PLACES, seats.session % len(PLACES)).alias("活动地点"),
            people.column("number", seats.who).alias("学号"),
            moments(begun - DAY_SECONDS * 3).alias("报名时间"),
            moments(begun).alias("活动开始时间"),
            pl.select(pl.when(came).then(moments(begun))).to_series().alias("签到时间"),
            pl.select(pl.when(came).then(moments(begun + stayed * 60))).to_series().alias("签退时间"),
            pl.Series("学时", ["2学时"] * len(begun), dtype=pl.String),
        ]
    ).sort("活动开始时间", "活动编号", "学号")


def _signed_up(random: Random, people: People, term: Term, stages: Sequence[str]) -> _Seats:
    present = people.present(term.half)
    uses = np.array([kind.visits > 0 for kind in ARCHETYPES])[people.archetype[present]]
    stage = _stage(people, term, present)
    who, session = [], []
    for number, wanted in enumerate(stages):
        could = present[uses & (stage == wanted)]
        signed = could[random.random(len(could)) < SIGN_UP_SHARE]
        who.append(signed)
        session.append(np.full(len(signed), number))
    return _Seats(np.concatenate(who), np.concatenate(session))


def _stage(people: People, term: Term, who: Ints) -> np.ndarray:
    """The stage of study of each person, by level and year."""
    year = (term.half - people.enters_in[who]) // 2 + 1
    level = np.array(LEVELS)[people.level[who]]
    lower = np.where(year <= LOWER_YEARS, "lower_undergraduate", "upper_undergraduate")
    return np.where(level == "bachelor", lower, level)


def _minutes(random: Random, size: int) -> Ints:
    """How long each stayed; 0 for who did not come."""
    whole = MINUTES + random.integers(-2, 6, size)
    early = random.integers(15, 75, size)
    fate = random.random(size)
    return np.where(fate < ABSENT_SHARE, 0, np.where(fate < ABSENT_SHARE + EARLY_SHARE, early, whole))
