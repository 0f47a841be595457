"""Units that took up a service stand beside units like them; where they went apart before, nothing is told."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import ttest_ind

from profiles.effect_units import compare_units
from profiles.effects import judge
from tests.profiles.test_effects import AFTER, arm, run

SEEDS = 100
WEEKS = range(-8, 8)


def panel(seed: int, *, served: int = 2, others: int = 9, lift: float = 0.0, trend: float = 0.0) -> pl.DataFrame:
    """The weekly share of each unit's people who did it; all follow the term, each in its own way."""
    random = np.random.default_rng(seed)
    weeks = np.array(WEEKS)
    persons = random.integers(80, 400, served + others)
    usual = random.normal(0.25, 0.04, served + others)
    is_served = np.arange(served + others) < served
    rate = usual[:, None] + 0.03 * np.sin(weeks / 3) + is_served[:, None] * (trend * weeks + lift * (weeks >= 0))
    shares = random.binomial(persons[:, None], rate) / persons[:, None]
    return pl.DataFrame(
        {
            "unit": np.repeat([f"unit {n:02}" for n in range(len(persons))], len(weeks)),
            "week": np.tile(weeks, len(persons)),
            "rate": shares.ravel(),
            "persons": np.repeat(persons, len(weeks)),
            "is_served": np.repeat(is_served, len(weeks)),
        }
    )


def reasons(panels: list[pl.DataFrame]) -> list[str]:
    found = [compare_units(units) for units in panels]
    return [change.obstacle or change.reason(change.p_value) for change in found]


def wrong(told: list[str]) -> float:
    return float(np.mean([reason in ("rose", "fell") for reason in told]))


def drifting(seed: int) -> pl.DataFrame:
    """Units of which each changes by itself, for all the weeks after."""
    own = np.repeat(np.random.default_rng(seed).normal(0, 0.05, 11), len(WEEKS))
    return panel(seed).with_columns(pl.col("rate") + pl.Series(own) * (pl.col("week") >= 0))


@pytest.mark.parametrize("served", [1, 4])
def test_where_nothing_changed_a_change_is_seldom_told(served: int) -> None:
    told = reasons([panel(seed, served=served) for seed in range(2 * SEEDS)])
    assert wrong(told) <= 0.05
    assert told.count("apart_before") < 0.3 * len(told)


def test_units_that_change_each_by_itself_are_not_taken_for_a_change_either() -> None:
    assert wrong(reasons([drifting(seed) for seed in range(2 * SEEDS)])) <= 0.05


def test_weeks_taken_for_units_would_tell_one_far_too_often() -> None:
    """The negative control: every week of a unit that changes by itself is counted as a witness of its own."""
    usual = pl.col("rate").filter(pl.col("week") < 0).mean().over("unit")
    found = 0
    for seed in range(SEEDS):
        after = drifting(seed).with_columns(gained=pl.col("rate") - usual).filter(pl.col("week") >= 0)
        sides = [after.filter(is_served=side)["gained"].to_numpy() for side in (True, False)]
        found += ttest_ind(*sides).pvalue < 0.05
    assert found > 0.2 * SEEDS


def test_a_planted_change_is_told_and_inside_the_interval() -> None:
    found = [compare_units(panel(seed, lift=0.08)) for seed in range(SEEDS)]
    told = [change for change in found if change.is_told]
    assert np.mean([change.low <= 0.08 <= change.high for change in told]) >= 0.93
    assert np.mean([change.reason(change.p_value) == "rose" for change in told]) > 0.9


def test_units_that_went_apart_before_are_not_compared() -> None:
    told = reasons([panel(seed, trend=0.015) for seed in range(SEEDS)])
    assert told.count("apart_before") >= 0.95 * SEEDS
    assert wrong(told) <= 0.05


def test_the_test_of_what_was_before_can_also_pass() -> None:
    assert reasons([panel(seed) for seed in range(SEEDS)]).count("apart_before") < 0.3 * SEEDS


def test_the_change_is_the_units_gain_less_that_of_the_most_alike() -> None:
    """By hand: the unit gains 0.20, those like it 0.02 to 0.08 in steps; the ninth, far larger, is left out."""
    steady = {"served": (0.3, 0.5, 100), "far away": (0.9, 0.2, 9000)}
    steady |= {f"like {n}": (0.3, 0.32 + 0.01 * (n % 7), 100) for n in range(8)}
    rows = [
        (unit, week, (after if week >= 0 else before), persons, unit == "served")
        for unit, (before, after, persons) in steady.items()
        for week in WEEKS
    ]
    found = compare_units(pl.DataFrame(rows, ["unit", "week", "rate", "persons", "is_served"], orient="row"))
    gains = np.array([0.02 + 0.01 * (n % 7) for n in range(8)])
    assert found.value == pytest.approx(0.2 - gains.mean())
    half = 2.3646 * gains.std(ddof=1) * np.sqrt(1 + 1 / 8)  # t of 7 degrees of freedom
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), abs=1e-5)
    assert found.before == pytest.approx(0.3)


def test_too_few_units_or_weeks_tell_nothing() -> None:
    assert compare_units(panel(1, others=3)).obstacle == "few_alike"
    assert compare_units(panel(1, others=4)).obstacle != "few_alike"
    assert compare_units(panel(1, served=0)).obstacle == "few_alike"
    assert compare_units(panel(1).filter(pl.col("week") >= -3)).obstacle == "few_weeks"
    with_gaps = panel(1).filter(~((pl.col("week") == 2) & ~pl.col("is_served")))
    assert compare_units(with_gaps).obstacle == "few_alike"


def test_a_run_that_served_whole_units_is_told_as_an_association_and_without_a_rate_of_those_served() -> None:
    units = panel(3, lift=0.12).with_columns(run_key=pl.lit("a"))
    found = judge(run("a"), arm("a", "served", 60, 140), units, AFTER).row(0, named=True)
    assert (found["verdict"], found["reason"], found["design"]) == ("changed_at_the_same_time", "rose", "observed")
    assert found["ci_low"] <= 0.12 <= found["ci_high"]
    assert (found["served_rate"], found["held_out_rate"]) == (None, None)
