"""How a measure is spread over a group: percentiles, who did nothing, how unequal it is, and the mean of logs."""

from collections.abc import Callable, Sequence
from itertools import product
from math import ceil, log
from statistics import fmean, stdev

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import shown

Spread = Callable[[Sequence[float | None]], dict[str, float | None]]


@pytest.fixture
def table(build) -> Callable[..., pl.DataFrame]:
    """The rows of one college in which each person has one of the values."""

    def table(values: Sequence[float | None], peer_group: int = 1) -> pl.DataFrame:
        told = ["" if value is None else f"{value}" for value in values]
        return build(
            "portrait.distribution",
            ref__site=f"peer_group\n{peer_group}",
            fact__membership="patron_key | term | group_type | group_code\n"
            + "\n".join(f"{n} | autumn | college | 文学院" for n, _ in enumerate(told)),
            fact__percentile="patron_key | term | measure | value\n"
            + "\n".join(f"{n} | autumn | loans | {value}" for n, value in enumerate(told)),
        )

    return table


@pytest.fixture
def spread(table) -> Spread:
    return lambda values: table(values).row(0, named=True)


def gini(values: Sequence[float]) -> float:
    """Half the mean absolute difference of all pairs over the mean: another way to the same number."""
    return fmean(abs(a - b) for a, b in product(values, values)) / (2 * fmean(values))


def at_least(values: Sequence[float], share: tuple[int, int]) -> float:
    """The smallest value that the share of people, as a fraction of whole numbers, do not exceed."""
    part, whole = share
    return sorted(values)[max(0, ceil(part * len(values) / whole) - 1)]


def test_percentiles_are_values_that_somebody_has_and_whoever_did_nothing_is_counted(spread):
    # ten people: one tenth is the first, a quarter is 2.5 people and so the third, then the 5th, the 8th and the 9th
    row = spread([0, 0, 1, 2, 3, 4, 6, 8, 9, 40])
    assert [row[name] for name in ("p10", "p25", "p50", "p75", "p90")] == [0, 1, 3, 8, 9]
    assert (row["persons"], row["zeros"], row["zero_share"]) == (10, 2, 0.2)
    assert row["mean"] == pytest.approx(7.3)  # 73 / 10


def test_no_percentile_is_taken_among_fewer_than_the_peer_group(table):
    names = ("p10", "p25", "p50", "p75", "p90")
    assert shown(table(range(29), peer_group=30), *names, "persons", "mean") == {(None,) * 5 + ("29", "14.0")}
    # The control: of 0 to 29 the 3rd, the 8th, the 15th, the 23rd and the 27th.
    assert shown(table(range(30), peer_group=30), *names) == {("2.0", "7.0", "14.0", "22.0", "26.0")}


def test_a_percentile_just_reached_and_just_missed(spread):
    assert spread([1, 2, 3, 4])["p25"] == 1  # one of four is a quarter
    assert spread([1, 2, 3, 4, 5])["p25"] == 2  # one of five is not


def test_gini_by_hand(spread):
    # 2 (1·1 + 2·2 + 3·3) / (3 · 6) − 4 / 3 = 28 / 18 − 24 / 18
    assert spread([3, 1, 2])["gini"] == pytest.approx(4 / 18)
    # one of four has all: 2 · 4 · 5 / (4 · 5) − 5 / 4
    assert spread([0, 0, 0, 5])["gini"] == pytest.approx(0.75)


@pytest.mark.parametrize("values", [[7], [7, 7], [0.1] * 30, [5] * 101])
def test_where_all_are_equal_nothing_is_unequal_and_nothing_deviates(spread, values):
    row = spread(values)
    assert row["gini"] == pytest.approx(0, abs=1e-12)
    assert row["log_deviation"] == (None if len(values) == 1 else 0)  # one person does not deviate from anybody
    assert row["p10"] == row["p90"] == values[0]


@pytest.mark.parametrize("values", [[0], [0, 0, 0]])
def test_where_nobody_did_anything_there_is_no_gini(spread, values):
    row = spread(values)
    assert (row["gini"], row["mean"], row["zero_share"], row["log_mean"]) == (None, 0, 1, 0)


def test_whom_the_measure_is_not_told_of_is_not_counted_and_where_it_is_told_of_nobody_there_is_no_row(table):
    assert shown(table([4, None, 2]), "persons", "zeros", "mean") == {("2", "0", "3.0")}
    assert table([None, None]).is_empty()


def test_a_person_counts_in_each_of_their_groups_and_in_no_other_term_or_group(build):
    table = build(
        "portrait.distribution",
        fact__membership="""
        patron_key | term   | group_type | group_code
        ann        | autumn | college    | 文学院
        ann        | autumn | cohort     | everyone
        bo         | autumn | cohort     | everyone
        bo         | spring | college    | 文学院
        """,
        ref__site="peer_group\n1",
        fact__percentile="""
        patron_key | term   | measure    | value
        ann        | autumn | loans      | 3
        ann        | autumn | visit_days | 8
        bo         | autumn | loans      | 5
        bo         | spring | loans      | 1
        """,
    )
    assert shown(table, "group_code", "term", "measure", "persons", "mean") == {
        ("文学院", "autumn", "loans", "1", "3.0"),
        ("文学院", "autumn", "visit_days", "1", "8.0"),
        ("文学院", "spring", "loans", "1", "1.0"),
        ("everyone", "autumn", "loans", "2", "4.0"),
        ("everyone", "autumn", "visit_days", "1", "8.0"),
    }


def test_very_much_use_by_very_many_fits(spread):
    values = [*range(2000), 10**9, 10**9]
    row = spread(values)
    assert row["gini"] == pytest.approx(gini(values), abs=1e-9)
    assert row["log_deviation"] == pytest.approx(stdev(log(1 + value) for value in values), abs=1e-6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.integers(0, 300) | st.integers(0, 3) | st.just(0.25), min_size=2, max_size=60))
def test_every_number_agrees_with_another_way_of_reckoning_it(spread, values):
    row = spread(values)
    logs = [log(1 + value) for value in values]
    assert row["gini"] == (pytest.approx(gini(values), abs=1e-9) if any(values) else None)
    assert row["log_mean"] == pytest.approx(fmean(logs), abs=1e-8)
    assert row["log_deviation"] ** 2 == pytest.approx(stdev(logs) ** 2, abs=1e-8)
    shares = {"p10": (1, 10), "p25": (1, 4), "p50": (1, 2), "p75": (3, 4), "p90": (9, 10)}
    assert {name: row[name] for name in shares} == {name: at_least(values, share) for name, share in shares.items()}
