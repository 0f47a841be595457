"""Rhythm: weeks and days in a row, evenness, kinds of service; what is closed or not yet past breaks nothing."""

import datetime as dt
import statistics
from itertools import pairwise

import pytest

from tests.drawn import shown

MONDAY = dt.date(2026, 3, 2)
WEEKS = 8


def calendar(closed: set[dt.date] = frozenset()) -> str:
    """Eight teaching weeks of spring from 2 March 2026, then a week of examinations."""
    lines = ["day | term | teaching_week | is_open"]
    for number in range(7 * (WEEKS + 1)):
        day = MONDAY + dt.timedelta(number)
        week = number // 7 + 1
        lines.append(f"{day} | spring | {week if week <= WEEKS else ''} | {str(day not in closed).lower()}")
    return "\n".join(lines)


def week_of(number: int) -> set[dt.date]:
    return {MONDAY + dt.timedelta(7 * (number - 1) + day) for day in range(7)}


def active(**days: list[int]) -> str:
    """The active days of each person, counted from the first Monday as 0."""
    lines = ["patron_key | day | term | teaching_week"]
    for who, numbers in days.items():
        for n in numbers:
            week = n // 7 + 1
            lines.append(f"{who} | {MONDAY + dt.timedelta(n)} | spring | {week if week <= WEEKS else ''}")
    return "\n".join(lines)


def rhythm(build, days: dict[str, list[int]], as_of: str = "2026-05-03", closed=frozenset(), **given: str):
    people = sorted(days)
    heading = "patron_key | term | is_exposed\n"
    tables = {
        "fact__roster": heading + "\n".join(f"{who} | spring | true" for who in people),
        "fact__activity": "patron_key | term | active_days\n"
        + "\n".join(f"{who} | spring | {len(days[who])}" for who in people),
        "clean__enrolment": "patron_key | valid_from | valid_to | status\n"
        + "\n".join(f"{who} | 2025-09-01 | 9999-12-31 | active" for who in people),
        "ref__term": "term | starts_on | ends_on\nspring | 2026-03-02 | 2026-05-03",
        "ref__horizon": f"as_of\n{as_of}",
        "ref__calendar_day": calendar(closed),
    }
    if any(days.values()):
        tables["fact__active_day"] = active(**days)
    return build("fact.rhythm", **tables | given)


STREAKS = ("patron_key", "active_weeks", "longest_streak_weeks", "current_streak_weeks", "active_week_share")


def test_weeks_in_a_row_are_counted_and_the_last_ones_told_apart(build):
    days = {
        "ann": [0, 1, 7, 14, 28, 49, 55],  # weeks 1 2 3 · 5; the examinations are no teaching week
        "bo": [42, 49 - 1, 49],  # week 7 alone, twice
        "cy": [],
        "di": [0, 7, 49 - 7 - 1, 42, 49 - 1 + 7],  # weeks 1 2 · 6 7 8
    }
    table = rhythm(build, days)
    assert shown(table, *STREAKS) == {
        ("ann", "5", "3", "1", "0.625"),
        ("bo", "2", "2", "2", "0.25"),
        ("cy", "0", "0", "0", "0.0"),
        ("di", "5", "3", "3", "0.625"),
    }
    assert shown(table, "patron_key", "longest_streak_until") == {
        ("ann", "2026-03-16"),
        ("bo", "2026-04-20"),
        ("cy", None),
        ("di", "2026-04-26"),
    }


def test_a_week_without_an_open_day_is_skipped_and_one_open_day_makes_a_week(build):
    days = {"ann": [0, 14]}  # weeks 1 and 3
    assert shown(rhythm(build, days, closed=week_of(2)), *STREAKS) == {("ann", "2", "2", "0", str(2 / 7))}
    most = week_of(2) - {MONDAY + dt.timedelta(9)}
    assert shown(rhythm(build, days, closed=most), *STREAKS) == {("ann", "2", "1", "0", "0.25")}


def test_the_week_under_way_breaks_no_streak(build):
    days = {"ann": [0, 7]}
    assert shown(rhythm(build, days, as_of="2026-03-20"), *STREAKS) == {("ann", "2", "2", "2", "1.0")}
    assert shown(rhythm(build, days, as_of="2026-03-22"), *STREAKS) == {("ann", "2", "2", "0", str(2 / 3))}
    # Before the first week is past there is nothing to say.
    assert shown(rhythm(build, days, as_of="2026-03-04"), *STREAKS) == {("ann", None, None, None, None)}


def test_weeks_before_somebody_came_are_not_held_against_them(build):
    enrolment = """
        patron_key | valid_from | valid_to   | status
        late       | 2026-03-30 | 9999-12-31 | active
        gone       | 2025-09-01 | 2026-03-10 | active
        early      | 2026-03-30 | 9999-12-31 | active
        away       | 2025-09-01 | 9999-12-31 | leave
    """
    roster = "patron_key | term | is_exposed\n" + "\n".join(
        f"{who} | spring | {'false' if who == 'away' else 'true'}" for who in ("late", "gone", "early", "away")
    )
    days = {"late": [28, 35], "gone": [0], "early": [0, 28], "away": [0]}
    table = rhythm(build, days, clean__enrolment=enrolment, fact__roster=roster)
    assert shown(table, "patron_key", "active_week_share") == {
        ("late", "0.5"),  # two of weeks 5 to 8
        ("gone", "0.5"),  # one of weeks 1 and 2
        ("early", "0.4"),  # two of weeks 5 to 8, and the week in which they were seen before that
        ("away", None),
    }


def test_where_nothing_is_measured_nothing_is_said(build):
    table = rhythm(build, {"ann": [0]}, fact__activity="patron_key | term | active_days\nann | spring |")
    assert shown(table, *STREAKS[1:], "longest_streak_until", "longest_streak_days", "burstiness") == {(None,) * 7}


def test_days_in_a_row_are_open_days(build):
    days = {"ann": [0, 1, 2, 5], "bo": [4, 7], "cy": [], "di": [5]}
    weekend = {MONDAY + dt.timedelta(n) for n in (5, 6)}
    table = rhythm(build, days, closed=weekend)
    assert shown(table, "patron_key", "longest_streak_days") == {("ann", "3"), ("bo", "2"), ("cy", "0"), ("di", "0")}


@pytest.mark.parametrize("days", [[0, 1, 3, 4, 10, 11, 20], [0, 2, 4, 6, 8, 10, 12], [0, 1, 2, 3, 4, 5, 60, 61]])
def test_burstiness_is_that_of_the_gaps(build, days):
    gaps = [later - earlier for earlier, later in pairwise(days)]
    mean, spread = statistics.fmean(gaps), statistics.pstdev(gaps)
    (found,) = rhythm(build, {"ann": days})["burstiness"]
    assert found == pytest.approx((spread - mean) / (spread + mean))


def test_gaps_are_of_open_days_and_there_are_six_of_them(build):
    # Mondays to Fridays with closed weekends: every gap is one open day, so nothing bursts.
    closed = {MONDAY + dt.timedelta(7 * week + day) for week in range(WEEKS + 1) for day in (5, 6)}
    table = rhythm(build, {"even": [0, 1, 2, 3, 4, 7, 8], "few": [0, 1, 2, 3, 4, 7]}, closed=closed)
    assert shown(table, "patron_key", "burstiness") == {("even", "-1.0"), ("few", None)}


def test_kinds_of_service_are_counted_among_those_measured(build):
    given = {
        "fact__presence": "patron_key | term | visits\nann | spring | 3\nbo | spring | 0",
        "fact__reading": "patron_key | term | loans\nann | spring |\nbo | spring |",
        "fact__space_use": "patron_key | term | bookings_attended\nann | spring | 0\nbo | spring | 2",
        "fact__participation": "patron_key | term | consultations | contribution_hours\nann | spring | 1 |\nbo | spring | 0 | 0",
        "fact__contribution_month": "patron_key | term | shifts\nann | spring | 2",
    }
    table = build("fact.variety", fact__roster="patron_key | term\nann | spring\nbo | spring", **given)
    # Gates, spaces, questions and service given are measured; ann's shifts have no known length, and are shifts.
    assert shown(table, "patron_key", "service_breadth", "services_measured") == {("ann", "3", "4"), ("bo", "1", "4")}


def test_terms_since_the_first_are_those_of_the_calendar(build):
    given = {
        "fact__roster": "patron_key | term\nann | one\nann | two\nann | three\nbo | three",
        "fact__activity": "patron_key | term | active_days\nann | one | 0\nann | two | 1\nann | three | 0\nbo | three | 0",
        "fact__active_month": "patron_key | term\nann | two",
        "ref__term": "term | starts_on\none | 2025-02-01\ntwo | 2025-09-01\nthree | 2026-02-01",
    }
    assert shown(build("fact.rhythm", **given), "patron_key", "term", "terms_since_first_activity") == {
        ("ann", "one", None),
        ("ann", "two", "0"),
        ("ann", "three", "1"),
        ("bo", "three", None),
    }


def test_the_entropy_of_order_is_told_where_the_gates_are_measured(build):
    entropy = "patron_key | term | order_actual_entropy\nann | spring | 1.5\nbo | spring | 1.5"
    for is_measured, told in {"true": "1.5", "false": None}.items():
        gates = f"feed | term | is_measured\ngate | spring | {is_measured}\nloan | spring | true"
        table = rhythm(build, {"ann": [0], "bo": [0]}, fact__orderliness=entropy, ref__coverage_term=gates)
        assert shown(table, "patron_key", "order_actual_entropy") == {("ann", told), ("bo", told)}


ALL = {
    "clean__visit": "patron_key | service_date\nann | 2026-03-02\nann | 2026-03-02",
    "fact__loan_day": "patron_key | loaned_on | loans\nann | 2026-03-02 | 2",
    "clean__booking": "patron_key | service_date | attendance\nann | 2026-03-03 | attended\nann | 2026-03-04 | unknown",
    "clean__resource_access": "patron_key | accessed_on | kind\nonline | 2026-03-02 | document\nonline | 2026-03-05 | login",
    "clean__attendance": "patron_key | held_on | attendance\nann | 2026-03-06 | attended\nbo | 2026-03-06 | registered",
    "clean__consultation": "patron_key | opened_on\nann | 2026-03-09",
}


def test_any_activity_makes_a_day_and_a_reader_online_is_active(build):
    table = build("fact.active_day", ref__calendar_day=calendar(), **ALL)
    assert shown(table, "patron_key", "day", "teaching_week") == {
        ("ann", "2026-03-02", "1"),
        ("ann", "2026-03-03", "1"),
        ("ann", "2026-03-06", "1"),
        ("online", "2026-03-02", "1"),
    }
    assert shown(
        build(
            "fact.loan_day",
            clean__loan="patron_key | loaned_on\nann | 2026-03-02\nann | 2026-03-02\nann |\n | 2026-03-03",
        )
    ) == {("ann", "2026-03-02", "2")}
    month = build("fact.active_month", fact__active_day=active(ann=[0, 1, 30]))
    assert shown(month, "month", "active_days", "last_active_on") == {
        ("2026-03-01", "2", "2026-03-03"),
        ("2026-04-01", "1", "2026-04-01"),
    }


@pytest.mark.parametrize(
    ("feed", "attended", "expected"),
    [("loan", "", "0"), ("e_resource", "", "0"), ("counter", "", None), ("event", "", None), ("event", "0", "0")],
)
def test_activity_is_measured_by_any_feed_that_knows_readers(build, feed, attended, expected):
    table = build(
        "fact.activity",
        fact__roster="patron_key | term\nann | spring",
        ref__coverage_term=f"feed | term | is_measured\n{feed} | spring | true",
        fact__participation=f"patron_key | term | events_attended\nann | spring | {attended}",
    )
    assert shown(table, "active_days") == {(expected,)}
