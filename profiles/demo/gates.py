"""What the gates recorded of the visits: swipes doubled, missed, refused, late.

Belongs here: the frames of the two gate systems and the faults real gates have.  The visits themselves do not.
"""

import numpy as np
import polars as pl

from profiles.demo.calendar import Term, months_of
from profiles.demo.cards import Cards, written
from profiles.demo.draw import Ints, Random, moments, picked, stream
from profiles.demo.people import People
from profiles.demo.visits import MAIN, SCIENCE, Visits

GATES = ("进门1", "进门2", "进门3", "进门4", "出门1", "出门2", "出门3", "出门4", "小门")
SIDE_GATE = GATES.index("小门")
RESULTS = ("成功", "无权限", "黑名单")
TERMINALS = ("S1", "S2", "S3")

EXIT_MISSED, DOUBLED, REFUSED, BY_SIDE_GATE = 0.15, 0.03, 0.005, 0.05
VISITOR_SHARE, FIRST_VISITOR, VISITOR_CARDS = 0.01, 9_900_000_000, 400
VISITOR_STAYS, BLACKLISTED_VISITORS = 5400, 0.03
LATE_SHARE = 0.01
CLOCK_RESETS = 12  # in a term


def main_swipes(seed: int, visits: Visits, cards: Cards, term: Term) -> pl.DataFrame:
    """Swipes of the main building in a term, with the month in whose file each arrives."""
    random = stream(seed, "main gate", term.code)
    inside = np.flatnonzero(visits.building == MAIN)
    swipes = pl.concat([_passages(random, visits, inside, cards), _visitors(random, visits.entered[inside])])
    swipes = pl.concat([swipes, _doubled(random, swipes), _refused(random, swipes)])
    seen = swipes["seen"].to_numpy()
    shown = seen.copy()
    reset = random.permutation(len(seen))[:CLOCK_RESETS]
    shown[reset] = random.integers(0, 60, len(reset))
    return _exported(swipes, _arrival(random, seen), shown).sort(
        "seen", "卡号", "闸机名称", "结果", "通行时间", "month"
    )


def swipes_shown(card: pl.Series, gate: Ints, seen: Ints) -> pl.DataFrame:
    """Passages without any fault, in the columns of :func:`main_swipes`."""
    swipes = _swipes(card, gate, seen, np.zeros_like(seen))
    return _exported(swipes, pl.Series("month", months_of(seen)), seen)


def _exported(swipes: pl.DataFrame, month: pl.Series, shown: Ints) -> pl.DataFrame:
    return swipes.select(
        month.alias("month"),
        "seen",
        pl.col("card").alias("卡号"),
        picked(GATES, swipes["gate"].to_numpy()).alias("闸机名称"),
        moments(shown).alias("通行时间"),
        picked(RESULTS, swipes["result"].to_numpy()).alias("结果"),
    )


def science_entries(seed: int, visits: Visits, people: People, term: Term) -> pl.DataFrame:
    """Entries of the science building, whose gate knows person numbers and no way out."""
    random = stream(seed, "science gate", term.code)
    inside = np.flatnonzero(visits.building == SCIENCE)
    entered = moments(visits.entered[inside])
    return pl.DataFrame(
        {
            "month": _arrival(random, visits.entered[inside]),
            "seen": visits.entered[inside],
            "学号": people.column("number", visits.who[inside]),
            "日期": entered.dt.strftime("%Y%m%d"),
            "时间": entered.dt.strftime("%H%M%S"),
            "终端": picked(TERMINALS, random.integers(0, len(TERMINALS), len(inside))),
        }
    ).sort("seen", "学号", "终端", "month")


def _passages(random: Random, visits: Visits, inside: Ints, cards: Cards) -> pl.DataFrame:
    """Every entry, and the exits that were not missed."""
    noticed = inside[random.random(len(inside)) >= EXIT_MISSED]
    who = np.concatenate([visits.who[inside], visits.who[noticed]])
    seen = np.concatenate([visits.entered[inside], visits.left[noticed]])
    gate = np.concatenate([random.integers(0, 4, len(inside)), random.integers(4, 8, len(noticed))])
    gate[random.random(len(gate)) < BY_SIDE_GATE] = SIDE_GATE
    return _swipes(cards.shown(who, seen), gate, seen, np.zeros_like(seen))


def _visitors(random: Random, entered: Ints) -> pl.DataFrame:
    """People with day cards, at hours like everyone's, some of whom are not let in."""
    size = round(len(entered) * VISITOR_SHARE)
    number = FIRST_VISITOR + random.integers(0, VISITOR_CARDS, size)
    came = random.choice(entered, size) + random.integers(60, 900, size) if size else entered[:0]
    barred = random.random(size) < BLACKLISTED_VISITORS
    went, leaver = came[~barred] + VISITOR_STAYS, number[~barred]
    gate = np.concatenate([random.integers(0, 4, size), random.integers(4, 8, len(went))])
    result = np.concatenate([np.where(barred, 2, 0), np.zeros(len(went), dtype=np.int64)])
    return _swipes(written(np.concatenate([number, leaver])), gate, np.concatenate([came, went]), result)


def _doubled(random: Random, swipes: pl.DataFrame) -> pl.DataFrame:
    """The same card at the same gate again, a few seconds later."""
    again = swipes.filter(pl.Series(random.random(len(swipes)) < DOUBLED))
    return again.with_columns(pl.col("seen") + pl.Series(random.integers(5, 21, len(again))))


def _refused(random: Random, swipes: pl.DataFrame) -> pl.DataFrame:
    """A refusal just before the gate lets the person pass after all."""
    before = swipes.filter((pl.col("gate") < 4) & pl.Series(random.random(len(swipes)) < REFUSED))
    return before.with_columns(pl.col("seen") - 8, result=pl.lit(1, pl.Int64))


def _swipes(card: pl.Series, gate: Ints, seen: Ints, result: Ints) -> pl.DataFrame:
    return pl.DataFrame({"card": card, "gate": gate, "seen": seen, "result": result})


def _arrival(random: Random, seen: Ints) -> pl.Series:
    """The month in whose file a row arrives: the next one for what an offline gate uploads late."""
    return pl.Series("month", months_of(seen) + (random.random(len(seen)) < LATE_SHARE))
