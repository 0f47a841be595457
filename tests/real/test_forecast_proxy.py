"""Requests by the hour from real proxy logs: a handful of single days, which is no history to foretell from, and is said to be none.

The logs are of four publishers on four days.  What can be tested on them is that nothing is claimed.
"""

import datetime as dt
import gzip
import re

import numpy as np
import polars as pl
import pytest

from profiles.forecast import CANDIDATES, HORIZONS, forecast
from profiles.forecast_features import Demand
from profiles.forecast_skill import wape
from tests.real.conftest import REAL

FOLDER = REAL / "inist_proxy_logs"
STAMP = re.compile(r"\[(\d\d/\w{3}/\d{4}:\d\d)")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real proxy logs are not on this machine")


def requests() -> pl.DataFrame:
    """Place (the publisher), day, hour and the lines of that hour, of every log that is no part of another."""
    rows = []
    for path in sorted(FOLDER.glob("*.log*")):
        if ".300." in path.name:
            continue
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", errors="replace") as file:
            hours = [dt.datetime.strptime(STAMP.search(line)[1], "%d/%b/%Y:%H") for line in file]  # type: ignore[index]  # a line without a time fails here, as it should
        rows += [(path.name.split(".")[0], hour) for hour in hours]
    counted = pl.DataFrame(rows, schema=["place", "at"], orient="row").group_by("place", "at").agg(demand=pl.len())
    return counted.with_columns(
        pl.col("demand").cast(pl.Int64), day=pl.col("at").dt.date(), hour=pl.col("at").dt.hour()
    )


def calendar(first: dt.date, last: dt.date) -> pl.DataFrame:
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    unknown = {
        name: pl.lit(None, kind) for name, kind in (("term", pl.String), ("season", pl.String), ("week", pl.Int64))
    }
    weekday = pl.col("day").dt.weekday().cast(pl.Int64)
    kind = pl.when(weekday >= 6).then(pl.lit("weekend")).otherwise(pl.lit("workday"))
    return days.with_columns(
        **unknown, weekday=weekday, day_type=kind, is_open=pl.lit(True), days_to_exam=pl.lit(None, pl.Int64)
    )


def test_days_far_apart_are_no_history() -> None:
    counted = requests()
    first, last = counted["day"].min(), counted["day"].max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    demand = Demand.of(
        counted, counted.select("place", "day").unique(), calendar(first, last + dt.timedelta(days=28)), last
    )
    ahead, skill = forecast("requests", demand)
    assert len(demand.measured_days) < 56
    assert ahead.is_empty()
    assert skill.height == len(CANDIDATES) * len(HORIZONS)
    assert set(skill["verdict"]) == {"not enough history"}
    assert not skill["is_published"].any()


def test_every_line_is_counted_in_one_hour() -> None:
    # ORACLE.json: 5,394 + 388 + 26,847 + 25,779 + 32,530 lines.
    assert requests()["demand"].sum() == 90_938


def test_one_day_foretells_another_only_roughly() -> None:
    """The only pair of whole days of one publisher, fifteen weeks apart: no evaluation, but the measure on real hours."""
    days = requests().filter(place="npg").pivot("day", index="hour", values="demand").fill_null(0).sort("hour")
    autumn, spring = (days[day].to_list() for day in ("2012-11-30", "2013-03-12"))
    by_hand = sum(abs(came - told) for came, told in zip(spring, autumn, strict=True)) / sum(spring)
    found = wape(np.array(spring, dtype=float), np.array(autumn, dtype=float))
    assert found == pytest.approx(by_hand)
    assert 0.1 < found < 1
