"""A pattern that was planted is found and published; where there is none, the plain rule stands."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from profiles.forecast import Settings, forecast
from profiles.forecast_features import Demand, features, last_week, past_mean, same_week
from profiles.forecast_skill import coverage, mase, peak_error, pinball, wape

FIRST = dt.date(2023, 9, 4)
HOURS = range(8, 22)
FEW = Settings()


def calendar(terms: int = 6) -> pl.DataFrame:
    """Terms of twenty weeks, autumn and spring in turn, six weeks of vacation after each; exams in weeks 19 and 20."""
    days = pl.DataFrame({"day": [FIRST + dt.timedelta(days=n) for n in range(terms * 26 * 7)]}).with_row_index("n")
    position, within = pl.col("n").cast(pl.Int64) // 182, pl.col("n").cast(pl.Int64) % 182
    in_term = within < 140
    return days.select(
        "day",
        pl.when(in_term).then(pl.format("t{}", position)).alias("term"),
        pl.when(in_term & (position % 2 == 0))
        .then(pl.lit("autumn"))
        .when(in_term)
        .then(pl.lit("spring"))
        .alias("season"),
        pl.col("day").dt.weekday().cast(pl.Int64).alias("weekday"),
        pl.when(pl.col("day").dt.weekday() >= 6).then(pl.lit("weekend")).otherwise(pl.lit("workday")).alias("day_type"),
        pl.lit(True).alias("is_open"),
        pl.when(in_term).then(within // 7 + 1).alias("week"),
        pl.when(in_term).then(126 - within).alias("days_to_exam"),
    )


def planted(days: pl.DataFrame, seed: int = 1, structured: bool = True) -> pl.DataFrame:
    """Two buildings busier by hour, weekday and towards the exams, with Poisson noise; or the same mean always."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, (day, weekday, week) in enumerate(days.select("day", "weekday", "week").iter_rows()):
        for place, size in (("main", 30), ("west", 12)):
            for hour in HOURS:
                mean = 20.0
                if structured:
                    mean = size * (1 + np.sin((hour - 8) / 13 * np.pi)) * (0.5 if weekday >= 6 else 1)
                    mean *= 0.3 if week is None else 2.5 if week >= 17 else 1
                rows.append((place, day, hour, int(rng.poisson(mean)), number))
    return pl.DataFrame(rows, schema=["place", "day", "hour", "demand", "number"], orient="row").drop("number")


def laid(counted: pl.DataFrame, days: pl.DataFrame, as_of: dt.date) -> Demand:
    known = counted.filter(pl.col("day") <= as_of)
    return Demand.of(known, known.select("place", "day").unique(), days, as_of)


DAYS = calendar()
AS_OF = DAYS["day"][5 * 182 + 100]


@pytest.fixture(scope="module")
def found() -> tuple[pl.DataFrame, pl.DataFrame]:
    return forecast("entries", laid(planted(DAYS), DAYS, AS_OF), FEW)


def test_a_planted_pattern_is_published_at_every_horizon(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    model = found[1].filter(candidate="model")
    assert model["horizon"].to_list() == [1, 7, 28]
    assert model["is_published"].all()
    assert model["coverage"].is_between(0.75, 0.85).all()
    assert (model["mase"] < 1).all()


def test_every_way_is_judged_on_the_same_hours(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    assert found[1].group_by("horizon").agg(pl.col("hours").n_unique())["hours"].to_list() == [1, 1, 1]


def test_the_forecast_is_near_the_mean_that_was_planted(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    ahead = found[0]
    assert ahead["day"].min() == AS_OF + dt.timedelta(days=1)
    assert ahead["day"].max() == AS_OF + dt.timedelta(days=28)
    assert ahead.height == 28 * 2 * len(HOURS)
    came = ahead.join(planted(DAYS, seed=99), on=["place", "day", "hour"])
    assert wape(came["demand"].to_numpy().astype(float), came["expected"].to_numpy()) < 0.2


def test_where_nothing_was_planted_no_model_is_published() -> None:
    """The control: demand alike in every hour and carried from day to day by a random walk; four weeks ahead nothing is known."""
    rng = np.random.default_rng(4)
    counted = planted(DAYS, structured=False)
    walk = np.exp(np.cumsum(rng.normal(0, 0.4, DAYS.height)).clip(-3, 3))
    wild = DAYS.select("day", factor=pl.Series(walk))
    counted = counted.join(wild, on="day").with_columns((pl.col("demand") * pl.col("factor")).round().cast(pl.Int64))
    skill = forecast("entries", laid(counted.drop("factor"), DAYS, AS_OF), FEW)[1]
    far = skill.filter(candidate="model", horizon=28)
    assert not far["is_published"].any()
    assert skill.filter("is_shown", horizon=28)["candidate"].item() != "model"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_white_noise_gets_no_model_at_any_horizon(seed: int) -> None:
    """The second control: twenty are expected in every hour, and nothing tells one from another."""
    skill = forecast("entries", laid(planted(DAYS, seed, structured=False), DAYS, AS_OF), FEW)[1]
    assert not skill["is_published"].any()
    assert skill.filter("is_shown")["candidate"].to_list() == ["past_mean"] * 3


def test_the_mean_of_the_past_by_hand() -> None:
    days = calendar(1)
    came = [(1, 10), (2, 20), (4, 60)]  # the third day was not measured
    counted = pl.DataFrame(
        [("main", days["day"][n], 9, c) for n, c in came], schema=["place", "day", "hour", "demand"], orient="row"
    )
    mean = past_mean(laid(counted, days, days["day"][5]), 1)[0, :7, 0]
    assert mean == pytest.approx([np.nan, np.nan, 10, 15, 15, 30, 30], nan_ok=True)


def test_the_future_does_not_change_what_was_known() -> None:
    counted = planted(DAYS)
    whole = laid(counted, DAYS, AS_OF)
    for horizon in (1, 7, 28):
        changed = whole.values.copy()
        day = 700
        changed[:, day - horizon + 1 :] = np.random.default_rng(2).permutation(changed[:, day - horizon + 1 :], axis=1)
        other = Demand(whole.places, whole.hours, whole.calendar, changed, whole.as_of)
        for make in (features, last_week, same_week, past_mean):
            assert np.array_equal(make(whole, horizon)[:, day], make(other, horizon)[:, day], equal_nan=True)
        assert not np.array_equal(features(whole, horizon)[:, 750], features(other, horizon)[:, 750], equal_nan=True)


def test_shuffled_rows_give_the_same_bytes() -> None:
    days = calendar(3)
    counted, as_of = planted(days), days["day"][400]
    first = forecast("entries", laid(counted, days, as_of), FEW)
    again = forecast("entries", laid(counted.sample(fraction=1, shuffle=True, seed=5), days, as_of), FEW)
    assert first[0].equals(again[0])
    assert first[1].equals(again[1])


@pytest.mark.parametrize("known", [0, 1, 40])
def test_too_short_a_history_is_said(known: int) -> None:
    days = calendar(2)
    as_of = days["day"][max(known - 1, 0)]
    counted = planted(days[:known]) if known else pl.DataFrame(schema=planted(days[:1]).schema)
    ahead, skill = forecast("entries", laid(counted, days, as_of))
    assert ahead.is_empty()
    assert set(skill["verdict"]) == {"not enough history"}
    assert skill.height == 12


def test_demand_that_ended_is_not_foretold() -> None:
    """Measured to the end, but nobody came any more: there is nothing to judge a forecast by."""
    days = calendar(4)
    came = planted(days).with_columns(demand=pl.when(pl.col("day") < days["day"][300]).then("demand").otherwise(0))
    ahead, skill = forecast("entries", laid(came, days, days["day"][650]))
    assert ahead.is_empty()
    assert set(skill["verdict"]) == {"not enough history"}


def test_an_outage_of_a_term_is_stepped_over() -> None:
    days = calendar(5)
    came = planted(days).filter(~pl.col("day").is_between(days["day"][364], days["day"][480]))
    skill = forecast("entries", laid(came, days, days["day"][800]))[1]
    assert skill["wape"].null_count() == 0
    assert skill.group_by("horizon").agg(pl.col("hours").n_unique())["hours"].to_list() == [1, 1, 1]


def test_hours_not_measured_are_neither_zero_nor_learnt_from() -> None:
    days = calendar(1)
    counted = planted(days).filter(pl.col("day") != FIRST + dt.timedelta(days=3))
    values = laid(counted, days, days["day"][50]).values
    assert np.isnan(values[:, 3]).all()
    assert np.isfinite(values[:, :3]).all()
    assert np.isnan(values[:, 51:]).all()


def test_measures_by_hand() -> None:
    actual, foretold = np.array([10.0, 20.0, 0.0, 10.0]), np.array([8.0, 23.0, 1.0, 10.0])
    assert wape(actual, foretold) == pytest.approx(6 / 40)  # (2 + 3 + 1 + 0) / 40
    assert mase(actual, foretold, 3.0) == pytest.approx(0.5)  # a mean error of 1.5, where the naive one erred by 3
    # At 0.9: 2 above costs 1.8; 3 and 1 below cost 0.3 and 0.1: 2.2 / 4.
    assert pinball(actual, foretold, 0.9) == pytest.approx(0.55)
    # At 0.1: 0.2 + 2.7 + 0.9, over 4.
    assert pinball(actual, foretold, 0.1) == pytest.approx(0.95)
    assert coverage(actual, foretold - 2, foretold + 2) == 0.75
    peaks = np.array([[[1.0, 5, 2], [0, 0, 0]]]), np.array([[[1.0, 2, 5], [5, 0, 0]]])
    assert peak_error(*peaks, [8, 9, 10]) == 1  # the second day saw nobody and has no peak
    assert np.isnan(wape(np.zeros(2), np.ones(2)))
