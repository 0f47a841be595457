"""The calendar: every day belongs to one term or to a vacation, and is counted from the term's own Monday."""

import datetime as dt

import polars as pl
import pytest

from pipelines.paths import REFERENCE
from profiles.calendar import calendar_days, calendar_year_terms


@pytest.fixture(scope="module")
def days() -> pl.DataFrame:
    terms = pl.read_csv(REFERENCE / "term.csv", try_parse_dates=True)
    return calendar_days(terms, pl.read_csv(REFERENCE / "day.csv", try_parse_dates=True))


def on(days: pl.DataFrame, day: str) -> dict[str, object]:
    return days.filter(pl.col("day") == dt.date.fromisoformat(day)).to_dicts()[0]


def test_every_day_stands_once_from_the_first_to_the_last(days):
    assert days["day"].is_unique().all()
    assert (days["day"].max() - days["day"].min()).days + 1 == days.height


def test_a_day_of_term_knows_its_teaching_week(days):
    first = pl.read_csv(REFERENCE / "term.csv", try_parse_dates=True).filter(term="2025-2026-1").to_dicts()[0]
    monday = first["week1_monday"]
    assert on(days, monday.isoformat())["teaching_week"] == 1
    assert on(days, (monday + dt.timedelta(days=20)).isoformat())["teaching_week"] == 3
    assert on(days, monday.isoformat())["weekday"] == 1


def test_the_spring_festival_lies_in_no_term(days):
    assert on(days, "2026-02-17")["term"] is None
    assert on(days, "2025-01-29")["term"] is None


def test_an_unusual_day_overrides_the_weekday(days):
    assert on(days, "2025-10-01")["day_type"] in ("holiday", "closed")
    assert on(days, "2025-11-15")["day_type"] == "weekend"
    assert on(days, "2025-11-17")["day_type"] == "workday"


def test_the_library_is_shut_only_where_the_table_says_closed():
    terms = calendar_year_terms(2026, 2026)
    unusual = pl.DataFrame({"day": [dt.date(2026, 1, 1), dt.date(2026, 5, 1)], "day_type": ["closed", "holiday"]})
    made = calendar_days(terms, unusual)
    assert made.filter(~pl.col("is_open"))["day"].to_list() == [dt.date(2026, 1, 1)]


def test_calendar_years_are_terms_compared_with_the_year_before():
    terms = calendar_year_terms(1919, 1921)
    assert terms["term"].to_list() == ["1919", "1920", "1921"]
    assert terms["compare_to"].to_list() == [None, "1919", "1920"]
    assert (terms["week1_monday"].dt.weekday() == 1).all()
    made = calendar_days(
        terms, pl.DataFrame({"day": [], "day_type": []}, schema={"day": pl.Date, "day_type": pl.String})
    )
    assert made.height == 365 + 366 + 365
    assert made["term"].null_count() == 0
