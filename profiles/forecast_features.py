"""What is known of an hour before it comes: the calendar, and the demand of earlier days.

Demand stands in one block of places × days × hours, days without a gap, so that a lag is a shift
along the days; an hour that was closed or not measured is nan.  Trying and choosing among forecasts
belongs in :mod:`profiles.forecast`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

Block = npt.NDArray[np.float64]

DAY_TYPES = ("workday", "makeup_workday", "weekend", "holiday", "closed")
SAME_SEASON_TERMS = 3
WEEK = 7


@dataclass(frozen=True)
class Demand:
    """One target's demand in places × days × hours, and the calendar of those days, future ones included."""

    places: list[str]
    hours: list[int]
    calendar: pl.DataFrame
    values: Block
    as_of: int
    """The number of the last day that is known."""

    @classmethod
    def of(cls, demand: pl.DataFrame, covered: pl.DataFrame, calendar: pl.DataFrame, as_of: dt.date) -> Self:
        """Lay out what was counted.

        ``demand``: place, day, hour, demand (an hour without a row is zero).  ``covered``: place, day, the days
        that were measured.  ``calendar``: one row for each day, with term, season, week (from 1, counted from the
        Monday of teaching week 1), weekday, day_type, is_open and days_to_exam.
        """
        calendar = calendar.sort("day").with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))
        known = calendar.filter(pl.col("day") <= as_of, "is_open").select("day", "number")
        covered = covered.unique().join(known, on="day")
        demand = demand.join(covered, on=["place", "day"]).sort("place", "day", "hour")
        places, hours = sorted(demand["place"].unique()), sorted(demand["hour"].unique())
        values = np.full((len(places), calendar.height, len(hours)), np.nan)
        covered = covered.filter(pl.col("place").is_in(places))
        values[[places.index(place) for place in covered["place"]], covered["number"].to_numpy()] = 0.0
        for place, number, hour, count in demand.select("place", "number", "hour", "demand").iter_rows():
            values[places.index(place), number, hours.index(hour)] = count
        return cls(places, hours, calendar, values, calendar.filter(pl.col("day") <= as_of).height - 1)

    @property
    def in_term(self) -> npt.NDArray[np.bool_]:
        """Whether each day belongs to a term."""
        return self.calendar["term"].is_not_null().to_numpy()

    @property
    def measured_days(self) -> npt.NDArray[np.int64]:
        """The numbers of the days on which any place was measured."""
        return np.flatnonzero(np.isfinite(self.values).any(axis=(0, 2)))


def lagged(values: Block, days: int) -> Block:
    """The demand of so many days before; nan before the first day."""
    shifted = np.full_like(values, np.nan)
    shifted[:, days:] = values[:, : values.shape[1] - days]
    return shifted


def last_week(demand: Demand, horizon: int) -> Block:
    """The same hour of the latest same weekday known at the horizon, or of one of the two weeks before it."""
    first = WEEK * -(-horizon // WEEK)
    found = lagged(demand.values, first)
    for days in (first + WEEK, first + 2 * WEEK):
        found = np.where(np.isnan(found), lagged(demand.values, days), found)
    return found


def same_week(demand: Demand, horizon: int) -> Block:
    """The median of the same teaching week, weekday and hour in up to three earlier terms of the season, else last week."""
    alike: dict[tuple[str, int, int], list[int]] = {}
    unknown = demand.values.shape[1]
    earlier = np.full((unknown, SAME_SEASON_TERMS), unknown)
    for number, season, week, weekday in demand.calendar.select("number", "season", "week", "weekday").iter_rows():
        if season is None:
            continue
        days = alike.setdefault((season, week, weekday), [])
        known = [day for day in days if day <= number - horizon][-SAME_SEASON_TERMS:]
        earlier[number, : len(known)] = known
        days.append(number)
    values = np.pad(demand.values, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
    middle = _median(values[:, earlier])
    return np.where(np.isnan(middle), last_week(demand, horizon), middle)


def past_mean(demand: Demand, horizon: int) -> Block:
    """The mean of the place's hour over every earlier day that is known; nan before the first."""
    known = np.isfinite(demand.values).cumsum(axis=1).astype(float)
    mean = np.where(known > 0, np.nancumsum(demand.values, axis=1) / np.maximum(known, 1), np.nan)
    return lagged(mean, horizon)


def features(demand: Demand, horizon: int) -> Block:
    """Places × days × hours × features, of nothing later than the horizon before each day."""
    nearest = 1 if horizon == 1 else WEEK * -(-horizon // WEEK)
    shape = demand.values.shape
    lags = [lagged(demand.values, days) for days in sorted({nearest, max(nearest, WEEK), max(nearest, WEEK) + WEEK})]
    recent = _mean(np.stack([lagged(demand.values, days) for days in range(horizon, horizon + WEEK)]))
    whole_day = np.broadcast_to(_mean(np.moveaxis(recent, 2, 0))[:, :, None], shape)
    place = np.broadcast_to(np.arange(float(shape[0]))[:, None, None], shape)
    hour = np.broadcast_to(np.array(demand.hours, dtype=float), shape)
    days = [np.broadcast_to(column[None, :, None], shape) for column in _calendar_features(demand.calendar)]
    return np.stack([place, hour, *days, *lags, recent, whole_day, same_week(demand, horizon)], axis=3)


def _calendar_features(calendar: pl.DataFrame) -> list[Block]:
    """Weekday, kind of day, week, weeks to the exams, exam time, the days around a day off, a make-up workday."""
    kind = pl.col("day_type")
    is_off = kind.is_in(["holiday", "closed"])
    columns = calendar.select(
        "weekday",
        kind.replace_strict(DAY_TYPES, range(len(DAY_TYPES)), return_dtype=pl.Int64).alias("kind"),
        "week",
        (pl.col("days_to_exam") / WEEK).alias("weeks_to_exam"),
        (pl.col("days_to_exam") <= 0).fill_null(False).alias("is_exam"),
        is_off.shift(-1).fill_null(False).alias("is_eve"),
        is_off.shift(1).fill_null(False).alias("is_after"),
        (kind == "makeup_workday").alias("is_makeup"),
    )
    return [column.cast(pl.Float64).to_numpy() for column in columns.with_columns(pl.all().cast(pl.Float64))]


def _mean(stack: Block) -> Block:
    """Over the first axis, of what is known."""
    known = np.isfinite(stack).sum(axis=0)
    mean: Block = np.where(known > 0, np.nansum(stack, axis=0) / np.maximum(known, 1), np.nan)
    return mean


def _median(stack: Block) -> Block:
    """Over the last axis but one, of what is known; nan, which sorts last, where nothing is."""
    known = np.isfinite(stack).sum(axis=-2, keepdims=True)
    ordered = np.sort(stack, axis=-2)
    lower, upper = (np.take_along_axis(ordered, np.maximum(at, 0), axis=-2) for at in ((known - 1) // 2, known // 2))
    middle: Block = (lower + upper)[..., 0, :] / 2
    return middle
