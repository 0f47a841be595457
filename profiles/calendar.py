"""The teaching calendar: terms, and the days they are made of.

Dates come from the term table, the table of unusual days and the opening hours; nothing is guessed from a
rule.  Whether those tables can be right is judged in :mod:`profiles.calendar_slips`.
"""

import datetime as dt

import polars as pl

MONDAY, SATURDAY = 1, 6
WHOLE_LIBRARY = "all"


def calendar_year_terms(first_year: int, last_year: int) -> pl.DataFrame:
    """A term for each calendar year, for a site whose records know no teaching terms."""
    years = range(first_year, last_year + 1)
    mondays = [_monday_of(dt.date(year, 1, 1)) for year in years]
    return pl.DataFrame(
        {
            "term": [str(year) for year in years],
            "academic_year": [str(year) for year in years],
            "season": ["year"] * len(years),
            "starts_on": [dt.date(year, 1, 1) for year in years],
            "ends_on": [dt.date(year, 12, 31) for year in years],
            "week1_monday": mondays,
            "teaching_weeks": [53] * len(years),
            "exam_from": pl.Series([None] * len(years), dtype=pl.Date),
            "compare_to": [str(year - 1) if year > first_year else None for year in years],
            "label_zh": [f"{year}年" for year in years],
            "label_en": [str(year) for year in years],
        }
    )


def calendar_days(terms: pl.DataFrame, unusual: pl.DataFrame, hours: pl.DataFrame) -> pl.DataFrame:
    """One row for each day from the first term to the last.

    Args:
        terms: term, starts_on, ends_on, week1_monday, teaching_weeks, exam_from.
        unusual: day and day_type (holiday, makeup_workday or closed).
        hours: building, weekday, period, valid_from, valid_to, opens, closes (minutes after midnight).

    Returns:
        day, term (null in a vacation), teaching_week (from 1, null outside teaching), weekday
        (1 Monday … 7 Sunday), day_type, is_open, period (teaching, exam, vacation, or break in a term
        outside both), and open_minutes of the whole library (0 when closed, null where no hours are given).

    """
    first, last = terms.select(pl.min("starts_on"), pl.max("ends_on")).row(0)
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)}).with_columns(
        weekday=pl.col("day").dt.weekday()
    )
    placed = (
        days.join_asof(terms.sort("starts_on"), left_on="day", right_on="starts_on", strategy="backward")
        .join(unusual.select("day", unusual="day_type"), on="day", how="left")
        .with_columns(term=pl.when(pl.col("day") <= pl.col("ends_on")).then("term"))
        .with_columns(week=(pl.col("day") - pl.col("week1_monday")).dt.total_days() // 7 + 1)
        .select(
            "day",
            "term",
            pl.when(pl.col("term").is_not_null() & pl.col("week").is_between(1, pl.col("teaching_weeks")))
            .then("week")
            .alias("teaching_week"),
            "weekday",
            pl.coalesce(
                "unusual", pl.when(pl.col("weekday") >= SATURDAY).then(pl.lit("weekend")), pl.lit("workday")
            ).alias("day_type"),
            (pl.col("unusual") != "closed").fill_null(True).alias("is_open"),
            "exam_from",
        )
        .with_columns(period=_period())
    )
    return _with_hours(placed, hours).drop("exam_from")


def _period() -> pl.Expr:
    return (
        pl.when(pl.col("term").is_null())
        .then(pl.lit("vacation"))
        .when(pl.col("day") >= pl.col("exam_from"))
        .then(pl.lit("exam"))
        .when(pl.col("teaching_week").is_not_null())
        .then(pl.lit("teaching"))
        .otherwise(pl.lit("break"))
    )


def _with_hours(days: pl.DataFrame, hours: pl.DataFrame) -> pl.DataFrame:
    """The days with the minutes for which the library as a whole is open, by the hours that hold on the day."""
    held = hours.filter(pl.col("building").fill_null(WHOLE_LIBRARY) == WHOLE_LIBRARY).select(
        "weekday", "period", "valid_from", "valid_to", minutes=pl.col("closes") - pl.col("opens")
    )
    holds = pl.col("day").is_between(
        pl.col("valid_from").fill_null(dt.date.min), pl.col("valid_to").fill_null(dt.date.max)
    )
    found = (
        days.select("day", pl.col("weekday").cast(held.schema["weekday"]), "period")
        .join(held, on=["weekday", "period"])
        .filter(holds)
        .group_by("day")
        .agg(open_minutes=pl.max("minutes"))
    )
    return days.join(found, on="day", how="left", maintain_order="left").with_columns(
        open_minutes=pl.when("is_open").then("open_minutes").otherwise(0)
    )


def _monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.isoweekday() - MONDAY)
