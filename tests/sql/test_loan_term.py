"""Chains, lengths, what was out and where a loan belongs, read off the days of loans."""

import polars as pl

from tests.conftest import Build
from tests.drawn import shown

CALENDAR = "day | term\n2026-03-02 | spring\n2026-03-03 | spring\n2026-04-01 | spring\n2026-09-02 | autumn"


def test_a_chain_is_consecutive_loans_in_one_third_level_class(build: Build) -> None:
    table = build(
        "fact.loan_chain",
        ref__calendar_day=CALENDAR,
        clean__loan="""
        loan_key | patron_key | loaned_on  | loaned_at           | class_scheme | class_second | class_third
        a        | ann        | 2026-03-02 | 2026-03-02 10:00:00 | clc          | I2           | I24
        b        | ann        | 2026-03-02 | 2026-03-02 10:00:00 | clc          | I2           | I24
        c        | ann        | 2026-03-02 | 2026-03-02 10:00:00 | clc          | TP           | TP3
        d        | ann        | 2026-03-03 | 2026-03-03 09:00:00 | clc          | I2           | I24
        e        | ann        | 2026-03-03 | 2026-03-03 10:00:00 | clc          |              |
        f        | ann        | 2026-03-03 | 2026-03-03 11:00:00 | clc          | I2           | I24
        g        | ann        | 2026-04-01 | 2026-04-01 11:00:00 | clc          | I2           | I24
        h        | ann        | 2026-04-01 | 2026-04-01 12:00:00 | lcc          | I2           | I24
        i        | ann        | 2026-09-02 | 2026-09-02 12:00:00 | clc          | I2           | I24
        j        | bo         | 2026-03-02 | 2026-03-02 12:00:00 | clc          | D9           |
        k        | bo         | 2026-03-03 | 2026-03-03 12:00:00 | clc          | D9           |
        l        | cy         | 2026-03-03 | 2026-03-03 12:00:00 | clc          |              |
        """,
    )
    # Three at one moment stand in the order of their keys: a b | c | d f g, with e passed over; h is another scheme.
    assert shown(table, "patron_key", "term", "depth_max_run") == {
        ("ann", "spring", "3"),
        ("ann", "autumn", "1"),
        ("bo", "spring", "2"),
        ("cy", "spring", None),
    }


KEPT = """
loan_key | patron_key | loaned_on  | loaned_at           | returned_at         | loan_days | status
before   | ann        | 2026-01-10 | 2026-01-10 10:00:00 | 2026-03-02 08:00:00 | 51        | returned
ended    | ann        | 2026-01-10 | 2026-01-10 10:00:00 | 2026-03-01 08:00:00 | 50        | returned
lost     | ann        | 2026-01-10 | 2026-01-10 10:00:00 |                     |           | return_missing
out      | bo         | 2026-01-10 | 2026-01-10 10:00:00 |                     |           | open
short    | ann        | 2026-03-02 | 2026-03-02 10:00:00 | 2026-03-03 08:00:00 | 1         | returned
long     | ann        | 2026-03-02 | 2026-03-02 10:00:00 | 2026-04-01 08:00:00 | 30        | returned
open     | ann        | 2026-03-02 | 2026-03-02 10:00:00 |                     |           | open
nobody   |            | 2026-03-02 | 2026-03-02 10:00:00 | 2026-04-01 08:00:00 | 30        | returned
"""


def test_lengths_are_of_the_loans_begun_in_the_term_and_ended(build: Build) -> None:
    table = build("fact.loan_chain", ref__calendar_day=CALENDAR, clean__loan=KEPT)
    # Median of 1 and 30; what is still out has no length.
    assert shown(table, "patron_key", "term", "ended_loans", "loan_days_median") == {("ann", "spring", "2", "15.5")}


def test_returns_and_what_is_out_are_read_off_the_days(build: Build) -> None:
    table = build(
        "fact.loan_term",
        ref__calendar_day=CALENDAR,
        ref__horizon="as_of\n2026-06-30",
        ref__term="term | starts_on | ends_on\nspring | 2026-03-02 | 2026-07-05\nautumn | 2026-09-01 | 2027-01-10",
        clean__loan=KEPT,
        fact__loan_chain="patron_key | term | ended_loans | loan_days_median | depth_max_run\nann | spring | 2 | 15.5 | 1",
    )
    columns = ("ended_loans", "loan_days_median", "depth_max_run", "returns", "open_at_term_start", "open_at_term_end")
    # Three came back in spring; `ended` came back the day before it; autumn has not begun.
    assert shown(table, "patron_key", "term", *columns) == {
        ("ann", "spring", "2", "15.5", "1", "3", "1", "1"),
        ("bo", "spring", "0", None, None, "0", "1", "1"),
    }


def test_what_is_out_at_the_end_came_back_after_the_last_day_or_not_yet(build: Build) -> None:
    table = build(
        "fact.loan_term",
        ref__horizon="as_of\n2026-10-01",
        ref__term="term | starts_on | ends_on\nspring | 2026-03-02 | 2026-07-05\nautumn | 2026-09-01 | 2027-01-10",
        clean__loan="""
        patron_key | loaned_on  | returned_at         | status
        on_the_day | 2026-05-01 | 2026-07-05 20:00:00 | returned
        day_after  | 2026-05-01 | 2026-07-06 08:00:00 | returned
        never      | 2026-05-01 |                     | open
        lost       | 2026-05-01 |                     | return_missing
        now        | 2026-10-01 |                     | open
        """,
    )
    assert shown(table.filter(pl.col("open_at_term_end") > 0), "patron_key", "term", "open_at_term_end") == {
        ("day_after", "spring", "1"),
        ("never", "spring", "1"),
        ("never", "autumn", "1"),
        ("now", "autumn", "1"),
    }


ENROLMENT = """
patron_key | valid_from | valid_to   | college | major
ann        | 2025-09-01 | 2026-03-03 | lit     | poetry
ann        | 2026-03-03 | 9999-12-31 | eng     | machines
bo         | 2025-09-01 | 9999-12-31 | lit     |
"""
LENT = """
loan_key | patron_key | loaned_on  | class_scheme | class_top | class_second
a        | ann        | 2026-03-02 | clc          | I         | I2
b        | ann        | 2026-03-03 | clc          | I         | I2
c        | ann        | 2026-04-01 | clc          | I         | I1
d        | ann        | 2026-07-20 | clc          | I         | I2
e        | ann        | 2026-03-02 | clc          |           |
f        | bo         | 2026-03-02 | clc          | I         | I2
g        | zed        | 2026-03-02 | clc          | I         | I2
h        |            | 2026-03-02 | clc          | I         | I2
"""


def test_a_loan_belongs_to_the_major_of_its_day(build: Build) -> None:
    table = build("fact.loan_class", ref__calendar_day=CALENDAR, clean__enrolment=ENROLMENT, clean__loan=LENT)
    assert shown(table, "patron_key", "college", "major", "class_second", "loans") == {
        ("ann", "lit", "poetry", "I2", "1"),
        ("ann", "eng", "machines", "I2", "1"),
        ("ann", "eng", "machines", "I1", "1"),
        ("bo", "lit", "未知 unknown", "I2", "1"),
        ("zed", "未知 unknown", "未知 unknown", "I2", "1"),
    }


def test_a_college_s_month_holds_every_loan_of_somebody_in_vacations_too(build: Build) -> None:
    table = build("fact.college_loan_month", clean__enrolment=ENROLMENT, clean__loan=LENT)
    assert shown(table, "college", "month", "class_top", "loans", "borrowers") == {
        ("lit", "2026-03-01", "I", "2", "2"),
        ("lit", "2026-03-01", "未分类 unclassed", "1", "1"),
        ("eng", "2026-03-01", "I", "1", "1"),
        ("eng", "2026-04-01", "I", "1", "1"),
        ("eng", "2026-07-01", "I", "1", "1"),
        ("未知 unknown", "2026-03-01", "I", "1", "1"),
    }
