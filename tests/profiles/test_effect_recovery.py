"""What was planted in campaigns is told rightly: help where there is some, none where there is none, natural return never.

Each campaign is a run in a term of its own unless several are to be judged together.
"""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest, norm

from profiles.effects import judge
from profiles.power import POWER, detectable
from profiles.raking import Floats
from tests.profiles.test_effects import AFTER, FROZEN, UNITS

CAMPAIGNS = 200
BASE, LIFT = 0.2, 0.08
Random = np.random.Generator
Draw = Callable[[Random], pl.DataFrame]


def campaigns(draw: Draw, lift: float, together: int = 1, seed: int = 5, number: int = CAMPAIGNS) -> pl.DataFrame:
    """The effects of so many campaigns, in terms of so many each."""
    random = np.random.default_rng(seed)
    names = [f"run {n:04}" for n in range(number * together)]
    people = pl.concat([_served(random, draw(random), lift).with_columns(run_key=pl.lit(name)) for name in names])
    runs = pl.DataFrame({"run_key": names}).with_columns(
        service="run_key", term=pl.format("term {}", pl.int_range(pl.len()) // together)
    )
    settings = {"frozen_on": pl.lit(FROZEN), "window_days": pl.lit(28), "is_measured": pl.lit(True)}
    return judge(runs.with_columns(detectable=pl.lit(LIFT), **settings), people, UNITS, AFTER)


def _served(random: Random, people: pl.DataFrame, lift: float) -> pl.DataFrame:
    """The same people, those served the more likely to have done it by so much: some who would not have done it did."""
    left = 1 - people["chance"].to_numpy()
    likely = people["chance"].to_numpy() + lift / left.mean() * left * (people["arm"] == "served").to_numpy()
    return people.with_columns(outcomes=pl.Series((random.random(len(people)) < likely).astype(int)))


def drawn_alone(served: int, held_out: int, *, known: bool = False) -> Draw:
    """People whose habits differ; a fifth of them would do it within the window unasked."""

    def draw(random: Random) -> pl.DataFrame:
        often = random.gamma(0.25, 1.44, served + held_out)  # (1 + 1.44) ** -0.25 = 0.8 do not do it
        return _people(1 - np.exp(-often), np.arange(len(often)), served, random.poisson(often) if known else None)

    return draw


def drawn_together(served: int, held_out: int, size: int = 30) -> Draw:
    """Classes of which some do it far more than others."""

    def draw(random: Random) -> pl.DataFrame:
        classes = served + held_out
        chance = np.repeat(random.beta(10 * BASE, 10 * (1 - BASE), classes), size)
        return _people(chance, np.repeat(np.arange(classes), size), served * size, None)

    return draw


def _people(chance: Floats, units: Floats, served: int, before: Floats | None) -> pl.DataFrame:
    frame = pl.DataFrame({"patron_key": np.arange(len(chance)), "chance": chance, "drawn_with": units})
    arm = pl.when(pl.int_range(pl.len()) < served).then(pl.lit("served")).otherwise(pl.lit("held_out"))
    known = pl.Series("baseline", before if before is not None else [None] * len(chance), dtype=pl.Float64)
    return frame.with_columns(known, arm=arm)


def share(found: pl.DataFrame, verdict: str) -> float:
    return float((found["verdict"] == verdict).mean())


def covered(found: pl.DataFrame, truth: float) -> float:
    return float(((found["ci_low"] <= truth) & (truth <= found["ci_high"])).mean())


def textbook_power(served: int, held_out: int) -> float:
    """Of a two-sided test of two shares at 5 %, as any handbook has it."""
    pooled = (served * (BASE + LIFT) + held_out * BASE) / (served + held_out)
    under_none = np.sqrt(pooled * (1 - pooled) * (1 / served + 1 / held_out))
    error = np.sqrt((BASE + LIFT) * (1 - BASE - LIFT) / served + BASE * (1 - BASE) / held_out)
    return float(norm.sf((1.96 * under_none - LIFT) / error))


@pytest.mark.parametrize(("served", "held_out"), [(400, 400), (1500, 200)])
def test_eight_points_are_inside_the_interval_and_seen_as_often_as_was_calculated(served: int, held_out: int) -> None:
    found = campaigns(drawn_alone(served, held_out), LIFT)
    base = found["held_out_rate"].mean()
    assert base == pytest.approx(BASE, abs=0.01)
    assert covered(found, LIFT) >= 0.93
    assert share(found, "helped") == pytest.approx(textbook_power(served, held_out), abs=0.05)
    assert share(found, "harmed") == 0


@pytest.mark.parametrize(("served", "held_out"), [(600, 600), (1400, 350)])
def test_the_difference_said_to_be_detectable_is_seen_four_times_in_five(served: int, held_out: int) -> None:
    lift = detectable(BASE, served, held_out)
    assert lift is not None
    found = campaigns(drawn_alone(served, held_out), lift)
    assert share(found, "helped") == pytest.approx(POWER, abs=0.05)
    assert covered(found, lift) >= 0.93


def test_what_was_done_before_makes_more_of_eight_points_visible() -> None:
    plain, adjusted = (campaigns(drawn_alone(400, 400, known=known), LIFT) for known in (False, True))
    assert set(plain["method"]) == {"newcombe"}
    assert (adjusted["method"] == "cuped").mean() > 0.9
    assert covered(adjusted, LIFT) >= 0.93
    assert (adjusted["ci_high"] - adjusted["ci_low"]).mean() < 0.95 * (plain["ci_high"] - plain["ci_low"]).mean()
    assert share(adjusted, "helped") > share(plain, "helped")


@pytest.mark.parametrize("draw", [drawn_alone(400, 400), drawn_alone(900, 100, known=True)], ids=["plain", "baseline"])
def test_no_help_is_seldom_called_help(draw: Draw) -> None:
    found = campaigns(draw, 0.0)
    assert share(found, "helped") <= 0.05
    assert share(found, "harmed") <= 0.05


@pytest.mark.parametrize(("served", "held_out"), [(20, 20), (30, 6), (27, 3)])
def test_no_help_is_seldom_called_help_where_classes_were_drawn(served: int, held_out: int) -> None:
    found = campaigns(drawn_together(served, held_out), 0.0)
    assert set(found["method"]) == {"clusters"}
    assert share(found, "helped") <= 0.05
    assert share(found, "harmed") <= 0.05


def test_who_takes_classes_for_single_people_calls_it_help_too_often() -> None:
    """The negative control."""

    def alone(random: Random) -> pl.DataFrame:
        return drawn_together(30, 6)(random).with_columns(drawn_with=pl.int_range(pl.len()))

    assert share(campaigns(alone, 0.0), "helped") > 0.1


def test_of_many_services_judged_together_seldom_any_is_wrongly_called_help() -> None:
    found = campaigns(drawn_alone(120, 120), 0.0, together=6)
    by_term = found.group_by("term").agg(
        helped=(pl.col("verdict") == "helped").any(), alone=(pl.col("ci_low") > 0).any()
    )
    assert len(by_term) == CAMPAIGNS
    assert by_term["helped"].mean() <= 0.05
    assert by_term["alone"].mean() > 0.1  # the negative control: each by itself


def lapsed(random: Random) -> pl.DataFrame:
    """Readers chosen because they did nothing in a month, though their habits stay as they were."""
    habit = random.gamma(0.8, 5.0, 1200)
    chosen = habit[random.poisson(habit) == 0]
    return _people(1 - np.exp(-chosen), np.arange(len(chosen)), len(chosen) // 2, np.zeros(len(chosen)))


def test_natural_return_is_never_an_effect() -> None:
    found = campaigns(lapsed, 0.0)
    assert found["held_out_rate"].mean() > 0.3  # so many come back though nobody asked them
    assert share(found, "helped") <= 0.05


def test_without_a_holdout_natural_return_is_not_even_told() -> None:
    found = campaigns(lambda random: lapsed(random).with_columns(arm=pl.lit("served")), 0.0, number=20)
    assert set(found["verdict"]) == {"cannot_tell"}
    assert found.select("served_rate", "difference", "times_difference").null_count().row(0) == (20, 20, 20)


def test_who_compares_before_with_after_calls_natural_return_an_effect() -> None:
    """The negative control: a sign test of the same people before and after."""
    random = np.random.default_rng(9)
    rises = []
    for _ in range(20):
        people = _served(random, lapsed(random), 0.0)
        more = int((people["outcomes"] > people["baseline"]).sum())
        fewer = int((people["outcomes"] < people["baseline"]).sum())
        rises.append(binomtest(more, more + fewer, alternative="greater").pvalue < 0.05)
    assert all(rises)
