"""The calendar: every day belongs to one term or to a vacation, and is counted from the term's own Monday."""

import datetime as dt

import polars as pl
import pytest

from pipelines.paths import REFERENCE
from profiles.calendar import calendar_days, calendar_year_terms
from profiles.calendar_slips import dated, day_slips, festival_slips, hour_slips, term_slips, years_without_makeup
from tests.drawn import drawn

HOURS = {
    "building": pl.String,
    "weekday": pl.Int32,
    "period": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "opens": pl.Int32,
    "closes": pl.Int32,
}
NOTHING_UNUSUAL = pl.DataFrame(schema={"day": pl.Date, "day_type": pl.String})
NO_HOURS = pl.DataFrame(schema=HOURS)


def shipped(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"{name}.csv", try_parse_dates=True)


def as_text(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"{name}.csv", infer_schema=False)


def hours(text: str) -> pl.DataFrame:
    return dated(drawn(text), ("valid_from", "valid_to")).cast(HOURS)


@pytest.fixture(scope="module")
def days() -> pl.DataFrame:
    return calendar_days(
        shipped("term"), shipped("day"), dated(as_text("opening_hours"), ("valid_from", "valid_to")).cast(HOURS)
    )


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
    made = calendar_days(terms, unusual, NO_HOURS)
    assert made.filter(~pl.col("is_open"))["day"].to_list() == [dt.date(2026, 1, 1)]


def test_calendar_years_are_terms_compared_with_the_year_before():
    terms = calendar_year_terms(1919, 1921)
    assert terms["term"].to_list() == ["1919", "1920", "1921"]
    assert terms["compare_to"].to_list() == [None, "1919", "1920"]
    assert (terms["week1_monday"].dt.weekday() == 1).all()
    made = calendar_days(terms, NOTHING_UNUSUAL, NO_HOURS)
    assert made.height == 365 + 366 + 365
    assert made["term"].null_count() == 0
    assert set(made["period"]) == {"teaching"}
    assert made["open_minutes"].null_count() == made.height


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("2025-08-31", "vacation"),
        ("2025-09-01", "teaching"),
        ("2026-01-04", "teaching"),
        ("2026-01-05", "exam"),
        ("2026-01-18", "exam"),
        ("2026-01-19", "vacation"),
        ("2026-06-28", "teaching"),
        ("2026-06-29", "exam"),
    ],
)
def test_a_day_is_of_teaching_of_exams_or_of_a_vacation(days, day, period):
    assert on(days, day)["period"] == period


def test_what_of_a_term_is_neither_teaching_nor_exams_is_a_break():
    text = drawn("""
        term | starts_on  | ends_on    | week1_monday | teaching_weeks | exam_from
        now  | 2025-08-27 | 2025-09-17 | 2025-09-01   | 1              | 2025-09-15
    """)
    terms = dated(text, ("starts_on", "ends_on", "week1_monday", "exam_from")).cast({"teaching_weeks": pl.Int32})
    made = calendar_days(terms, NOTHING_UNUSUAL, NO_HOURS)
    assert made["period"].to_list() == ["break"] * 5 + ["teaching"] * 7 + ["break"] * 7 + ["exam"] * 3


def test_open_minutes_follow_the_period_and_are_none_on_a_closed_day(days):
    # 06:45 to 22:30 in teaching, 08:30 to 17:30 in a vacation.
    assert on(days, "2025-09-02")["open_minutes"] == 15 * 60 + 45
    assert on(days, "2026-02-03")["open_minutes"] == 9 * 60
    assert on(days, "2025-10-01")["open_minutes"] == 0
    assert days["open_minutes"].null_count() == 0


def test_hours_hold_from_day_to_day_and_a_building_does_not_speak_for_the_whole():
    made = calendar_days(
        calendar_year_terms(2026, 2026),
        NOTHING_UNUSUAL,
        hours("""
        building | weekday | period   | valid_from | valid_to   | opens | closes
        all      | 1       | teaching |            | 2026-06-30 | 480   | 1320
                 | 1       | teaching | 2026-07-01 |            | 600   | 1200
        东馆     | 2       | teaching |            |            | 0     | 1440
        """),
    )
    told = {day: on(made, day)["open_minutes"] for day in ("2026-06-29", "2026-07-06", "2026-07-07")}
    assert told == {"2026-06-29": 840, "2026-07-06": 600, "2026-07-07": None}
    assert made["day"].is_unique().all()


def test_the_calendar_that_is_shipped_has_no_slip():
    assert term_slips(as_text("term")) == []
    assert day_slips(as_text("day")) == []
    assert hour_slips(as_text("opening_hours")) == []
    assert festival_slips(shipped("term"), shipped("day")) == []


TERMS = """
    term | season | starts_on  | ends_on    | week1_monday | exam_from  | compare_to
    a    | autumn | 2024-09-02 | 2025-01-19 | 2024-09-02   | 2025-01-06 |
    b    | spring | 2025-02-17 | 2025-07-06 | 2025-02-17   |            |
    c    | autumn | 2025-09-01 | 2026-01-18 | 2025-09-01   | 2026-01-05 | a
"""


def test_terms_that_can_be_have_no_slip():
    assert term_slips(drawn(TERMS)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "slip"),
    [
        ("2025-07-06", "2025-09-01", "term c: starts on 2025-09-01, when b runs until 2025-09-01 — end one before the other starts"),
        ("2025-07-06", "2025-02-16", "term b: ends on 2025-02-16, not after its start on 2025-02-17 — correct one of the two"),
        ("2025-09-01   | 2026-01-05", "2025-09-02   | 2026-01-05", "term c: week1_monday 2025-09-02 is a Tuesday — give the Monday of teaching week 1"),
        ("2026-01-05", "2026-01-19", "term c: exam_from 2026-01-19 lies outside the term — give a day from 2025-09-01 to 2026-01-18"),
        ("2026-01-05 | a", "2026-01-05 | b", "term c: compare_to b is no earlier autumn term — give a"),
        ("2026-01-05 | a", "2026-01-05 | x", "term c: compare_to x is no earlier autumn term — give a"),
        ("2026-01-05 | a", "2026-01-05 | c", "term c: compare_to c is no earlier autumn term — give a"),
        ("2025-01-06 |", "2025-01-06 | c", "term a: compare_to c is no earlier autumn term — leave it empty"),
        ("2025-02-17 | 2025-07-06", "2025-02-30 | 2025-07-06", "term b: starts_on ‘2025-02-30’ is no date — write it like 2026-03-02"),
        ("2025-02-17 | 2025-07-06", "           | 2025-07-06", "term b: starts_on is empty — give it"),
    ],
)  # fmt: skip
def test_a_term_that_cannot_be_is_told_in_one_line(right, wrong, slip):
    assert right in TERMS
    assert term_slips(drawn(TERMS.replace(right, wrong, 1))) == [slip]


def test_a_term_or_day_given_twice_is_told_once():
    last = TERMS.strip().splitlines()[-1]
    assert term_slips(drawn(f"{TERMS.rstrip()}\n{last}")) == ["term c: stands there twice — leave one"]
    assert day_slips(drawn("day | day_type\n2026-01-01 | holiday\n2026-01-01 | closed")) == [
        "day 2026-01-01: stands there twice — leave one"
    ]


@pytest.mark.parametrize(
    ("line", "slips"),
    [
        ("2026-01-04 | makeup_workday", []),  # a Sunday
        ("2026-01-03 | makeup_workday", []),
        ("2026-01-05 | makeup_workday", ["day 2026-01-05: a make-up workday on a Monday — these are Saturdays and Sundays; correct the day"]),
        ("2026-01-05 | shut", ["day 2026-01-05: day_type ‘shut’ is unknown — write holiday, makeup_workday or closed"]),
        ("5.1.2026 | closed", ["day 5.1.2026: day ‘5.1.2026’ is no date — write it like 2026-03-02"]),
    ],
)  # fmt: skip
def test_an_unusual_day_is_of_a_known_kind_and_a_make_up_workday_at_a_weekend(line, slips):
    assert day_slips(drawn(f"day | day_type\n{line}")) == slips


def test_the_spring_festival_within_a_term_is_a_slip():
    unusual = shipped("day").with_columns(day=pl.col("day").replace(dt.date(2026, 2, 17), dt.date(2026, 3, 3)))
    assert festival_slips(shipped("term"), unusual) == [
        "day 2026-03-03: the Spring Festival lies in term 2025-2026-2 — correct the term's dates or the day"
    ]


def test_a_year_whose_make_up_workdays_are_not_yet_announced_is_named():
    assert years_without_makeup(shipped("term"), shipped("day")) == [2027]
    without = shipped("day").filter(pl.col("day").dt.year() != 2024)
    assert years_without_makeup(shipped("term"), without) == [2024, 2027]


def test_hours_that_hold_twice_on_one_day_are_told():
    heading = "building | weekday | period | valid_from | valid_to | opens | closes"
    first, second = "all | 1 | exam | | 2026-03-01 | 480 | 1320", " | 1 | exam | 2026-03-01 | | 480 | 1320"
    assert hour_slips(drawn("\n".join([heading, first, second]))) == [
        "building all, weekday 1, exam: hours hold twice from 2026-03-01 on — end the earlier ones with valid_to"
    ]
    assert hour_slips(drawn("\n".join([heading, first, second.replace("03-01", "03-02")]))) == []
    assert hour_slips(drawn("\n".join([heading, first, second.replace("| 1 |", "| 2 |")]))) == []
