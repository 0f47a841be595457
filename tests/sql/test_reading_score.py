"""The reading score counts what was read, and borrowing for the count alone adds nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.drawn import shown

RULES = "\n".join(
    ["rule | value"]
    + [
        " | ".join(line.split(",")[:2])
        for line in (Path(__file__).parents[2] / "data/reference/study_rule.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1:]
    ]
)
DAYS = "day | term\n" + "\n".join(f"{datetime(2026, 3, 2) + timedelta(n):%Y-%m-%d} | spring" for n in range(133))
TERM = "term | starts_on | ends_on\nspring | 2026-03-02 | 2026-07-12"
COVERED = "feed | term | is_measured\nloan | spring | true\ngate | spring | true"
LOAN = "patron_key | loan_key | item_key | loaned_at | loaned_on | returned_at | class_second | status"
VISIT = "patron_key | building | service_date | seen_at | entered_at | exited_at"


def loan(who: str, key: str, lent: str, back: str | None, item: str = "", second: str = "I2") -> str:
    status = "returned" if back else "open"
    return f"{who} | {key} | {item or key} | {lent} | {lent[:10]} | {back or ''} | {second} | {status}"


@pytest.fixture
def score(build):
    def score(loans=(), visits=(), people=("ann",), coverage=COVERED, overdue="") -> pl.DataFrame:
        given = {
            "ref__study_rule": RULES,
            "ref__calendar_day": DAYS,
            "ref__term": TERM,
            "ref__coverage_term": coverage,
            "ref__horizon": "as_of\n2026-07-12",
            "fact__roster": "patron_key | term\n" + "\n".join(f"{who} | spring" for who in people),
            "clean__loan": "\n".join([LOAN, *loans]),
            "clean__visit": "\n".join([VISIT, *visits]),
            "fact__loan_month": overdue,
        }
        given = {name: text for name, text in given.items() if text.count("\n")}
        return build("fact.reading_score", **given)

    return score


def test_books_held_for_a_day_count_once_with_a_bonus_for_breadth_less_what_is_overdue(score):
    table = score(
        [
            loan("ann", "1", "2026-03-02 10:00:00", "2026-03-03 10:00:00"),  # just a day
            loan("ann", "2", "2026-03-03 10:00:00", "2026-03-04 09:59:59"),  # a second short of one
            loan("ann", "3", "2026-04-01 10:00:00", None, second="K2"),  # still out
            loan("ann", "4", "2026-07-11 10:00:00", None, second="B2"),  # out for 14 hours when the data end
            loan("ann", "5", "2026-05-05 10:00:00", "2026-05-09 10:00:00", item="1"),  # the first one again
        ],
        overdue="patron_key | term | month | loans_overdue\nann | spring | 2026-04-01 | 1",
    )
    # loans 1 and 3 count, of two classes: 2 + 0.5 × 2 − 1 × 1 = 2
    assert shown(table, "books_counted", "classes_counted", "books_overdue", "reading_score", "doubts") == {
        ("2", "2", "1", "2.0", "")
    }


def test_a_score_is_never_below_zero(score):
    table = score(overdue="patron_key | term | month | loans_overdue\nann | spring | 2026-04-01 | 3")
    assert shown(table, "books_counted", "reading_score") == {("0", "0.0")}


@pytest.mark.parametrize(("loans_each_day", "days", "counted"), [(5, 1, 5), (6, 1, 5), (5, 6, 30), (5, 7, 30)])
def test_a_day_counts_five_and_a_month_thirty(score, loans_each_day, days, counted):
    lent = [
        loan("ann", f"{day}-{n}", f"2026-03-{day + 2:02} 10:00:00", "2026-06-01 10:00:00")
        for day in range(days)
        for n in range(loans_each_day)
    ]
    assert score(lent)["books_counted"].to_list() == [counted]


def test_the_cap_of_a_month_begins_anew_in_the_next(score):
    lent = [
        loan("ann", f"{month}-{day}-{n}", f"2026-{month}-{day:02} 10:00:00", "2026-07-01 10:00:00")
        for month in ("03", "04")
        for day in range(10, 17)
        for n in range(5)
    ]
    assert score(lent)["books_counted"].to_list() == [60]  # not 70


@pytest.mark.parametrize(("loans", "doubts"), [(9, ""), (10, "bulk_loans")])
def test_ten_books_out_and_back_within_an_hour_are_doubted_and_do_not_count(score, loans, doubts):
    lent = [loan("ann", str(n), f"2026-04-01 10:{n:02}:00", "2026-04-01 11:00:00") for n in range(loans)]
    assert shown(score(lent), "books_counted", "bulk_loans", "doubts") == {("0", str(loans), doubts)}


def test_ten_short_loans_of_ten_days_are_no_bulk(score):
    lent = [loan("ann", str(n), f"2026-04-{n:02} 10:00:00", f"2026-04-{n:02} 10:30:00") for n in range(1, 11)]
    assert shown(score(lent), "bulk_loans", "doubts") == {("1", "")}


@pytest.mark.parametrize(
    ("early", "late", "share", "doubts"),
    [(2, 3, "0.6", ""), (2, 4, str(4 / 6), "late_loans"), (0, 4, None, ""), (0, 5, "1.0", "late_loans")],
)
def test_more_than_three_fifths_in_the_last_fortnight_are_doubted_from_five_loans_on(score, early, late, share, doubts):
    # the last fortnight of a term that ends on 12 July begins on 29 June
    lent = [loan("ann", f"e{n}", "2026-06-28 10:00:00", "2026-07-05 10:00:00") for n in range(early)]
    lent += [loan("ann", f"l{n}", "2026-06-29 10:00:00", "2026-07-05 10:00:00") for n in range(late)]
    assert shown(score(lent), "late_share", "doubts") == {(share, doubts)}


def test_a_passage_is_no_stay(score):
    visits = [
        "ann | main | 2026-03-02 | 2026-03-02 08:00:00 | 2026-03-02 08:00:00 | 2026-03-02 08:01:59",
        "ann | main | 2026-03-03 | 2026-03-03 08:00:00 | 2026-03-03 08:00:00 | 2026-03-03 08:02:00",
        "ann | main | 2026-03-04 | 2026-03-04 08:00:00 | 2026-03-04 08:00:00 | ",
        "ann | main | 2026-03-04 | 2026-03-04 08:01:30 | 2026-03-04 08:01:30 | ",
    ]
    # the second of 3 March lasts two minutes; of the two entries of 4 March the first stands
    assert shown(score(visits=visits), "stay_days", "passing_visits", "doubts") == {("2", "2", "")}


@pytest.mark.parametrize("is_turned", [False, True])
def test_of_two_visits_begun_at_once_the_one_that_ended_comes_first(score, is_turned):
    at_once = [
        "ann | main | 2026-03-02 | 2026-03-02 08:00:00 | 2026-03-02 08:00:00 | 2026-03-02 08:00:00",
        "ann | main | 2026-03-02 | 2026-03-02 08:00:00 | 2026-03-02 08:00:00 | ",
    ]
    assert shown(score(visits=at_once[::-1] if is_turned else at_once), "stay_days", "passing_visits") == {("0", "2")}


@pytest.mark.parametrize(("passages", "doubts"), [(9, ""), (10, "passing_visits")])
def test_ten_passages_in_a_term_are_doubted(score, passages, doubts):
    visits = [
        f"ann | main | 2026-03-02 | 2026-03-02 {n + 7:02}:00:00 | 2026-03-02 {n + 7:02}:00:00 | 2026-03-02 {n + 7:02}:01:00"
        for n in range(passages)
    ]
    assert shown(score(visits=visits), "stay_days", "passing_visits", "doubts") == {("0", str(passages), doubts)}


def test_who_did_nothing_has_zero_and_what_was_not_measured_is_empty(score):
    columns = ("books_counted", "reading_score", "stay_days", "passing_visits")
    assert shown(score(), *columns) == {("0", "0.0", "0", "0")}
    unmeasured = "feed | term | is_measured\nloan | spring | false\ngate | spring | true"
    assert shown(score(coverage=unmeasured), *columns) == {(None, None, "0", "0")}
