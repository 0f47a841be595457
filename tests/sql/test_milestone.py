"""Milestones: the day a number was reached, first in what was received, by the numbers a library chooses."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import shown

CSV = (Path(__file__).parents[2] / "data" / "reference" / "milestone.csv").read_text(encoding="utf-8")
NUMBERS = CSV.replace(",", " | ")


def test_first_times_are_of_what_was_used(build):
    table = build(
        "fact.milestone",
        ref__milestone=NUMBERS,
        clean__visit="patron_key | service_date\nann | 2026-03-05\nann | 2026-03-04\nann | 2026-03-04",
        clean__loan="patron_key | loaned_on\nann | 2026-03-06\nann |\n | 2026-03-01",
        clean__booking="""
        patron_key | service_date | attendance | space_type
        ann        | 2026-03-01   | no_show    | seat
        ann        | 2026-03-07   | attended   | seat
        ann        | 2026-03-08   | attended   | group_room
                   | 2026-03-01   | attended   | group_room
        """,
        clean__resource_access="patron_key | accessed_on | kind\nann | 2026-03-01 | login\nann | 2026-03-09 | document",
        clean__attendance="""
        patron_key | held_on    | attendance | event_type
        ann        | 2026-03-01 | registered | training
        ann        | 2026-03-02 | attended   | lecture
        ann        | 2026-03-10 | attended   | training
        """,
        clean__consultation="patron_key | opened_on\nann | 2026-03-11\n | 2026-03-01",
        clean__contribution="patron_key | served_on\nann | 2026-03-12",
    )
    assert shown(table, "patron_key", "milestone", "reached_on", "value") == {
        ("ann", "first_visit", "2026-03-04", "1"),
        ("ann", "first_loan", "2026-03-06", "1"),
        ("ann", "first_booking", "2026-03-07", "1"),
        ("ann", "first_room", "2026-03-08", "1"),
        ("ann", "first_e_resource", "2026-03-09", "1"),
        ("ann", "first_training", "2026-03-10", "1"),
        ("ann", "first_consultation", "2026-03-11", "1"),
        ("ann", "first_contribution", "2026-03-12", "1"),
    }


def loans(who: str, *numbers: int) -> str:
    """So many loans on each day from 1 March on."""
    return "\n".join(f"{who} | 2026-03-{day:02}" for day, n in enumerate(numbers, start=1) for _ in range(n))


def test_the_nth_loan_is_on_its_own_day_also_where_a_day_brings_many(build):
    lines = "\n".join((loans("ann", 9, 1), loans("bo", 9), loans("cy", 12, 45), loans("di", 4, 100)))
    table = build(
        "fact.milestone", ref__milestone=NUMBERS, clean__loan=f"patron_key | loaned_on\n{lines}", clean__visit=""
    )
    found = table.filter(table["milestone"] != "first_loan")
    assert shown(found, "patron_key", "milestone", "reached_on", "value") == {
        ("ann", "loans_10", "2026-03-02", "10"),
        ("cy", "loans_10", "2026-03-01", "10"),
        ("cy", "loans_50", "2026-03-02", "50"),
        ("di", "loans_10", "2026-03-02", "10"),
        ("di", "loans_50", "2026-03-02", "50"),
        ("di", "loans_100", "2026-03-02", "100"),
    }


def test_the_hundredth_day_counts_days_and_not_entries(build):
    def days(who: str, number: int, times: int) -> str:
        return "\n".join(
            f"{who} | 2026-{1 + n // 28:02}-{1 + n - 28 * (n // 28):02}" for n in range(number) for _ in range(times)
        )

    lines = "\n".join((days("ann", 100, 1), days("bo", 99, 2)))
    table = build("fact.milestone", ref__milestone=NUMBERS, clean__visit=f"patron_key | service_date\n{lines}")
    # The hundredth of 28 days a month: 3 × 28 + 16.
    assert shown(table, "patron_key", "milestone", "reached_on") == {
        ("ann", "first_visit", "2026-01-01"),
        ("bo", "first_visit", "2026-01-01"),
        ("ann", "hundredth_visit_day", "2026-04-16"),
    }


def test_the_longest_streak_of_all_terms_is_told_once_from_two_weeks_on(build):
    table = build(
        "fact.milestone",
        ref__milestone=NUMBERS,
        fact__rhythm="""
        patron_key | term   | longest_streak_weeks | longest_streak_until
        ann        | autumn | 5                    | 2025-11-02
        ann        | spring | 5                    | 2026-04-05
        ann        | summer | 2                    | 2026-07-05
        bo         | spring | 1                    | 2026-03-08
        cy         | spring | 0                    |
        di         | spring |                      |
        """,
    )
    assert shown(table, "patron_key", "milestone", "reached_on", "value") == {
        ("ann", "longest_streak", "2025-11-02", "5")
    }


def test_a_library_chooses_its_own_numbers(build):
    own = "milestone | kind | number\nthird_day | visit | 3"
    days = "patron_key | service_date\n" + "\n".join(f"ann | 2026-03-0{day}" for day in (1, 2, 5, 6))
    table = build("fact.milestone", ref__milestone=own, clean__visit=days)
    assert shown(table, "milestone", "reached_on", "value") == {("third_day", "2026-03-05", "3")}


SOON = "milestone | kind | number\n" + "\n".join(
    f"{kind} {n} | {kind} | {n}" for kind in ("visit", "loan") for n in (1, 2, 4)
)
days = st.lists(st.sampled_from([date(2026, 1, 29) + timedelta(days=day) for day in range(34)]), max_size=9)


def reached(kind: str, times: Sequence[date]) -> set[tuple[str, str]]:
    """Each number with the day of so manieth a time, in the order of the days."""
    return {(f"{kind} {n}", str(sorted(times)[n - 1])) for n in (1, 2, 4) if n <= len(times)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=days, loans=days)
def test_any_days_in_any_months_are_counted_as_one_counts_them_one_by_one(build, visits, loans):
    lent, came = ("\n".join([heading, *(f"ann | {day}" for day in days)]) for heading, days in (
        ("patron_key | loaned_on", loans), ("patron_key | service_date", visits),
    ))  # fmt: skip
    table = build("fact.milestone", ref__milestone=SOON, clean__visit=came, clean__loan=lent)
    assert shown(table, "milestone", "reached_on") == reached("visit", Counter(visits)) | reached("loan", loans)
