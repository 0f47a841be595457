"""Rates of small units are drawn towards the others' by as much as chance alone would move them."""

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import shown

Unit = tuple[int, int]
"""Persons, and how many of them were reached."""

HEADING = "group_type | group_code | term | measure | persons | zeros"


def lines(units: Sequence[Unit], kind: str = "college", term: str = "autumn", measure: str = "loans") -> list[str]:
    return [f"{kind} | {n} | {term} | {measure} | {of} | {of - active}" for n, (of, active) in enumerate(units)]


@pytest.fixture
def reach(build) -> Callable[..., pl.DataFrame]:
    def reach(*rows: str) -> pl.DataFrame:
        return build("portrait.reach", portrait__distribution="\n".join([HEADING, *rows]))

    return reach


def prior(units: Sequence[Unit]) -> tuple[float, float] | None:
    """Kleinman's moments with general weights, here the people: the mean and a + b; none where units do not differ."""
    n, x = (np.array(each, dtype=float) for each in zip(*units, strict=True))
    w, p = n, x / n
    mean = (w * p).sum() / w.sum()
    by_chance = (w / n * (1 - w / w.sum())).sum()
    whole = (w * (1 - w / w.sum())).sum()
    pq = mean * (1 - mean)
    if pq == 0 or len(units) == 1 or whole == by_chance:
        return None
    likeness = ((w * (p - mean) ** 2).sum() - pq * by_chance) / (pq * (whole - by_chance))
    return (mean, max(0, 1 / likeness - 1)) if likeness > 1e-9 else None


def steadied(units: Sequence[Unit]) -> list[float]:
    fitted = prior(units)
    if fitted is None:
        return [sum(active for _, active in units) / sum(of for of, _ in units)] * len(units)
    mean, weight = fitted
    return [(mean * weight + active) / (weight + of) for of, active in units]


def by_unit(table: pl.DataFrame, column: str) -> list[float]:
    return table.sort(pl.col("group_code").cast(pl.Int64))[column].to_list()


def test_a_steadied_rate_by_hand(reach):
    # pooled 100 / 200 = 0.5; between 100 (0.3² + 0.3²) = 18; likeness (18 / 0.25 − 1) / (200 − 20000 / 200 − 1) = 71 / 99;
    # a + b = 99 / 71 − 1 = 28 / 71, so that 80 of 100 become (0.5 · 28 / 71 + 80) / (28 / 71 + 100)
    table = reach(*lines([(100, 80), (100, 20)]))
    drawn_in = (14 / 71 + 80) / (28 / 71 + 100)
    assert by_unit(table, "steadied_rate") == pytest.approx([drawn_in, 1 - drawn_in])
    assert by_unit(table, "rate") == [0.8, 0.2]
    assert by_unit(table, "active") == [80, 20]
    half = 1.645 * sqrt(drawn_in * (1 - drawn_in) / (28 / 71 + 101))
    assert by_unit(table, "rate_low") == pytest.approx([drawn_in - half, 1 - drawn_in - half])
    assert by_unit(table, "rate_high") == pytest.approx([drawn_in + half, 1 - drawn_in + half])


units = st.integers(1, 200).flatmap(lambda of: st.tuples(st.just(of), st.integers(0, of)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(units=st.lists(units, min_size=1, max_size=12))
def test_rates_agree_with_the_published_moments_and_bounds_hold_them(reach, units):
    table = reach(*lines(units))
    assert by_unit(table, "steadied_rate") == pytest.approx(steadied(units), abs=1e-6)
    assert table.filter(~pl.col("steadied_rate").is_between("rate_low", "rate_high")).is_empty()
    assert table.filter((pl.col("rate_low") < 0) | (pl.col("rate_high") > 1)).is_empty()


def test_units_that_do_not_differ_have_the_rate_of_all_and_its_uncertainty(reach):
    # 5 of 10, 11 of 20 and 14 of 30 differ by less than chance: 30 of 60; 1.645 √(0.25 / 60) = 0.1062
    table = reach(*lines([(10, 5), (20, 11), (30, 14)]))
    assert by_unit(table, "steadied_rate") == [0.5] * 3
    assert by_unit(table, "rate_low") == pytest.approx([0.5 - 1.645 * sqrt(0.25 / 60)] * 3)
    assert shown(table, "rank_low", "rank_high") == {("1", "3")}


@pytest.mark.parametrize(("unit", "rate"), [((40, 10), 0.25), ((40, 0), 0), ((40, 40), 1), ((1, 1), 1)])
def test_a_single_unit_keeps_its_rate_and_is_first_and_last(reach, unit, rate):
    row = reach(*lines([unit])).row(0, named=True)
    half = 1.645 * sqrt(rate * (1 - rate) / unit[0])
    assert [row[name] for name in ("steadied_rate", "rate_low", "rate_high")] == pytest.approx(
        [rate, rate - half, rate + half]
    )
    assert (row["rank_low"], row["rank_high"]) == (1, 1)


def test_a_small_unit_moves_further_than_a_large_one_of_the_same_rate(reach):
    small, large, _, _ = by_unit(reach(*lines([(10, 9), (500, 450), (300, 90), (400, 200)])), "steadied_rate")
    assert small < large < 0.9


def test_ranks_of_three_colleges_are_ranges(reach):
    # about 0.80 ± 0.02, 0.50 ± 0.02 and, of few people, 0.54 ± 0.17: the first is clearly first, the others are not told apart
    table = reach(*lines([(1000, 800), (1000, 500), (20, 10)]))
    assert by_unit(table, "rank_low") == [1, 2, 2]
    assert by_unit(table, "rank_high") == [1, 3, 3]
    # with as many people as the others, three rates well apart are three ranks
    apart = reach(*lines([(1000, 800), (1000, 500), (1000, 200)]))
    assert by_unit(apart, "rank_low") == by_unit(apart, "rank_high") == [1, 2, 3]


def test_kinds_terms_and_measures_are_fitted_apart_and_only_colleges_are_ranked(reach):
    ours, others = [(100, 80), (100, 20), (50, 20)], [(30, 30), (70, 5), (90, 60)]
    alone = by_unit(reach(*lines(ours)), "steadied_rate")
    table = reach(
        *lines(ours),
        *lines(others, kind="major"),
        *lines(others, term="spring"),
        *lines(others, measure="visit_days"),
        *lines(others, kind="cohort"),
        *lines(others, measure="bookings"),
    )
    here = table.filter(group_type="college", term="autumn", measure="loans")
    assert by_unit(here, "steadied_rate") == alone
    assert set(table["group_type"]) == {"college", "major"}
    assert set(table["measure"]) == {"loans", "visit_days"}
    assert table.filter(pl.col("rank_low").is_null())["group_type"].unique().to_list() == ["major"]


def test_steadied_rates_are_nearer_the_truth_than_raw_ones(reach):
    random = np.random.default_rng(7)
    people = random.integers(6, 60, (100, 40))
    truth = random.beta(6, 4, people.shape)
    active = random.binomial(people, truth)
    rows = [
        line
        for seed in range(100)
        for line in lines(list(zip(people[seed], active[seed], strict=True)), kind="class", term=f"{seed}")
    ]
    table = reach(*rows).sort(pl.col("term").cast(pl.Int64), pl.col("group_code").cast(pl.Int64))

    def error(rates: np.ndarray) -> np.ndarray:
        return ((rates - truth) ** 2).mean(axis=1)

    drawn_in = error(table["steadied_rate"].to_numpy().reshape(truth.shape))
    assert (drawn_in < error(active / people)).sum() >= 90
    # drawing all of the way is worse, and so is another unit's steadied rate in place of one's own
    pooled = (active.sum(axis=1) / people.sum(axis=1))[:, None].repeat(40, axis=1)
    assert (drawn_in < error(pooled)).sum() >= 90
    shuffled = table["steadied_rate"].to_numpy().reshape(truth.shape)[:, ::-1]
    assert (error(shuffled) < error(active / people)).sum() <= 10
