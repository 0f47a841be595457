"""Activation: Kaplan–Meier by teaching week, against a table worked by hand and a routine written anew."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MONDAY = date(2025, 9, 1)
CALENDAR = "\n".join(["day | term", *(f"{date(2025, 8, 25) + timedelta(days=n)} | now" for n in range(147))])
TERM = """
    term | academic_year | season | starts_on  | ends_on    | week1_monday | teaching_weeks
    now  | 2025-2026     | autumn | 2025-08-25 | 2026-01-18 | 2025-09-01   | 18
"""
ALL_FEEDS = "feed | term | is_measured\ngate | now | true\nloan | now | true\nspace | now | true"
NEVER = "9999-12-31"


def in_week(week: int, day: int = 2) -> date:
    """A day of a teaching week, its Wednesday unless told."""
    return MONDAY + timedelta(days=7 * (week - 1) + day)


@pytest.fixture
def activation(build):
    def activation(
        people: Sequence[tuple[int | None, int | None]], as_of: str = "2026-01-18", **given: str
    ) -> pl.DataFrame:
        """Of people with the week of their first visit and the week in which they leave."""
        roster = [f"p{n} | now | 1 | undergraduate" for n in range(len(people))]
        enrolled = [
            f"p{n} | 2025-08-20 | {NEVER if leaves is None else in_week(leaves, 7)} | active"
            for n, (_, leaves) in enumerate(people)
        ]
        visits = [f"p{n} | {in_week(week)}" for n, (week, _) in enumerate(people) if week is not None]
        tables = {
            "ref__term": TERM,
            "ref__calendar_day": CALENDAR,
            "ref__horizon": f"as_of\n{as_of}",
            "ref__coverage_term": ALL_FEEDS,
            "fact__roster": "\n".join(["patron_key | term | term_number | level_group", *roster]),
            "clean__enrolment": "\n".join(["patron_key | valid_from | valid_to | status", *enrolled]),
            "clean__visit": "\n".join(["patron_key | service_date", *visits]),
        }
        return build("portrait.activation", **tables | given)

    return activation


def told(table: pl.DataFrame, event: str = "first_visit") -> list[tuple[int, int, int, float, float | None]]:
    columns = ("teaching_week", "at_risk", "events", "survival", "survival_std_error")
    return table.filter(event=event).sort("teaching_week").select(columns).rows()


def test_a_table_worked_by_hand(activation):
    # Ten people.  Visits in weeks 0, 1, 1, 3, 3, 5; one leaves in week 1, one in week 3; two are followed to the end.
    people = [
        (0, None),
        (1, None),
        (1, None),
        (3, None),
        (3, None),
        (5, None),
        (None, 1),
        (None, 3),
        (None, None),
        (None, None),
    ]
    rows = told(activation(people))
    assert [row[1:3] for row in rows[:7]] == [(10, 1), (9, 2), (6, 0), (6, 2), (3, 0), (3, 1), (2, 0)]
    # 9/10 · 7/9 = 7/10; · 4/6 = 7/15; · 2/3 = 14/45.
    survival = [9 / 10, 7 / 10, 7 / 10, 7 / 15, 7 / 15, 14 / 45, 14 / 45]
    assert [row[3] for row in rows[:7]] == pytest.approx(survival, abs=1e-12)
    # Greenwood's sum by week 5: 1/(10·9) + 2/(9·7) + 2/(6·4) + 1/(3·2).
    error = 14 / 45 * math.sqrt(1 / 90 + 2 / 63 + 1 / 12 + 1 / 6)
    assert rows[5][4] == pytest.approx(error, abs=1e-12)
    assert len(rows) == 19
    assert rows[18][1:3] == (2, 0)


def test_where_everyone_has_come_survival_is_zero_and_has_no_error(activation):
    rows = told(activation([(2, None), (4, None)]))
    assert rows[3][3:] == pytest.approx((0.5, 0.5 * math.sqrt(1 / 2)))
    assert rows[4] == (4, 1, 1, 0.0, None)
    assert rows[18] == (18, 0, 0, 0.0, None)


def test_nobody_has_no_curve_and_one_person_has_one(activation):
    assert activation([]).is_empty()
    assert told(activation([(None, None)]))[18] == (18, 1, 0, 1.0, 0.0)


def test_a_week_only_partly_received_is_not_told(activation):
    # As of the Wednesday of week 4 the last whole week is 3: the visit of week 4 is still to come.
    table = activation([(2, None), (4, None)], as_of=in_week(4).isoformat())
    assert [row[:3] for row in told(table)] == [(0, 2, 0), (1, 2, 0), (2, 2, 1), (3, 1, 0)]
    whole = activation([(2, None), (4, None)], as_of=in_week(4, 6).isoformat())
    assert told(whole)[-1][:3] == (4, 1, 1)


def test_before_the_first_week_nothing_is_told(activation):
    assert activation([(0, None)], as_of="2025-08-28").is_empty()


def test_only_students_in_their_first_term_are_newcomers(activation):
    roster = """
    patron_key | term | term_number | level_group
    p0         | now  | 1           | postgraduate
    p1         | now  | 2           | undergraduate
    p2         | now  | 1           | staff
    p3         | now  |             | undergraduate
    """
    table = activation([(1, None)] * 4, fact__roster=roster)
    assert table["persons"].unique().to_list() == [1]


def test_activated_is_the_second_kind_of_service_and_bookings_missed_are_none(activation):
    table = activation(
        [(1, None), (1, None), (2, None)],
        clean__loan=f"patron_key | loaned_on\np0 | {in_week(3)}\np0 | {in_week(1)}",
        clean__booking=f"""
        patron_key | service_date  | attendance
        p0         | {in_week(6)}  | attended
        p1         | {in_week(2)}  | no_show
        p2         | {in_week(5)}  | attended
        """,
    )
    # p0 visits and borrows in week 1; p1 only visits; p2 visits in week 2 and books in week 5.
    happened = [(row[0], row[2]) for row in told(table, "activated") if row[2]]
    assert happened == [(1, 1), (5, 1)]
    assert [row[0] for row in told(table, "first_loan") if row[2]] == [1]
    assert [row[0] for row in told(table, "first_booking") if row[2]] == [5, 6]


def test_what_was_not_measured_has_no_curve(activation):
    gone = ALL_FEEDS.replace("gate | now | true", "gate | now | false")
    assert set(activation([(1, None)], ref__coverage_term=gone)["event"]) == {
        "first_loan",
        "first_booking",
        "activated",
    }
    alone = "feed | term | is_measured\ngate | now | true\nloan | now | false"
    assert set(activation([(1, None)], ref__coverage_term=alone)["event"]) == {"first_visit"}


def kaplan_meier(people: Sequence[tuple[int | None, int | None]]) -> list[tuple[float, float | None]]:
    """Survival and Greenwood's error by week, person by person rather than by counts."""
    curve, share, spread = [], 1.0, 0.0
    ends = [18 if leaves is None else leaves for _, leaves in people]
    comes = [week if week is not None and week <= end else None for (week, _), end in zip(people, ends, strict=True)]
    for week in range(19):
        waiting = [n for n, end in enumerate(ends) if (end if comes[n] is None else comes[n]) >= week]
        came = sum(comes[n] == week for n in waiting)
        if waiting:
            share *= 1 - came / len(waiting)
            left = len(waiting) - came
            spread += came / (len(waiting) * left) if left else math.inf
        curve.append((share, share * math.sqrt(spread) if math.isfinite(spread) else None))
    return curve


WEEK = st.none() | st.integers(0, 18)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(st.tuples(WEEK, st.none() | st.integers(1, 18)), min_size=1, max_size=25))
def test_any_group_agrees_with_the_routine_written_anew(activation, people):
    rows = told(activation(people))
    for row, (survival, error) in zip(rows, kaplan_meier(people), strict=True):
        assert row[3] == pytest.approx(survival, abs=1e-9)
        assert row[4] == (None if error is None else pytest.approx(error, abs=1e-9))
