"""A real lending library's loans by the day, 1930 to 1938: every way is judged, and only what wins is published."""

import csv
import datetime as dt
from collections import Counter

import numpy as np
import polars as pl
import pytest

from profiles.calendar import calendar_days, calendar_year_terms
from profiles.forecast import CANDIDATES, HORIZONS, RULES, forecast
from profiles.forecast_features import Demand
from tests.real.conftest import REAL

FILE = REAL / "shakespeare_co_loans" / "loans.csv"
FIRST, AS_OF = dt.date(1930, 1, 1), dt.date(1938, 12, 31)

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the real loans are not on this machine")


@pytest.fixture(scope="module")
def found() -> tuple[pl.DataFrame, pl.DataFrame]:
    with FILE.open(encoding="utf-8", newline="") as file:
        days = Counter(line["checked_out"] for line in csv.DictReader(file) if len(line["checked_out"]) == 10)
    counted = pl.DataFrame({"day": [dt.date.fromisoformat(day) for day in days], "demand": list(days.values())})
    terms = calendar_year_terms(FIRST.year, AS_OF.year + 1)
    unusual = pl.DataFrame(schema={"day": pl.Date, "day_type": pl.String})
    hours = {"building": pl.String, "weekday": pl.Int64, "period": pl.String}
    hours |= {"valid_from": pl.Date, "valid_to": pl.Date, "opens": pl.Int64, "closes": pl.Int64}
    calendar = (
        calendar_days(terms, unusual, pl.DataFrame(schema=hours))
        .join(terms.select("term", "season", "week1_monday"), on="term", how="left")
        .with_columns(
            week=(pl.col("day") - pl.col("week1_monday")).dt.total_days() // 7 + 1,
            weekday=pl.col("weekday").cast(pl.Int64),
            days_to_exam=pl.lit(None, pl.Int64),
        )
    )
    known = counted.filter(pl.col("day").is_between(FIRST, AS_OF)).with_columns(place=pl.lit("all"), hour=pl.lit(0))
    every = calendar.filter(pl.col("day") <= AS_OF).select(pl.lit("all").alias("place"), "day")
    return forecast("loans", Demand.of(known, every, calendar, AS_OF))


def test_every_figure_is_there_and_finite(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    skill = found[1]
    print(skill.to_dicts())
    assert skill.height == len(CANDIDATES) * len(HORIZONS)
    figures = skill.select("wape", "mase", "pinball_10", "pinball_90", "coverage").to_numpy()
    assert np.isfinite(figures).all()
    assert set(skill["hours"]) == {730}  # two calendar years


def test_a_model_is_published_only_where_it_wins(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    for horizon in HORIZONS:
        rows = {row["candidate"]: row for row in found[1].filter(horizon=horizon).to_dicts()}
        model, rules = rows["model"], [rows[rule]["wape"] for rule in RULES]
        wins = model["wape"] < min(rules) and model["mase"] < 1 and 0.75 <= model["coverage"] <= 0.85
        assert model["is_published"] == wins
        assert sum(row["is_shown"] for row in rows.values()) == 1


def test_a_calendar_without_teaching_weeks_does_no_harm(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    ahead = found[0]
    assert ahead["day"].to_list() == [AS_OF + dt.timedelta(days=step) for step in range(1, 29)]
    assert (ahead["p10"] <= ahead["p90"]).all()
