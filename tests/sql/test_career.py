"""A person's terms together: totals of what was measured, and trends by Theil and Sen."""

import random

import polars as pl
import pytest
from scipy.stats import theilslopes

from tests.drawn import shown

TERMS = """
    term | season | starts_on  | academic_year
    a1   | autumn | 2022-09-01 | 2022-2023
    b1   | spring | 2023-02-20 | 2022-2023
    c1   | summer | 2023-07-10 | 2022-2023
    a2   | autumn | 2023-09-01 | 2023-2024
    b2   | spring | 2024-02-20 | 2023-2024
"""


def career(build, individual: str, **given: str) -> pl.DataFrame:
    """The careers of those who have these rows, who are on the roster in the same terms; all are past if not said otherwise."""
    roster = "\n".join("|".join(line.split("|")[:2]) for line in individual.strip().splitlines())
    calendar = {"ref__term": TERMS, "ref__horizon": "as_of\n2026-07-10"}
    return build("portrait.career", **calendar | given, fact__roster=roster, portrait__individual=individual)


def test_totals_are_of_the_terms_measured_and_say_how_many(build):
    table = career(
        build,
        """
        patron_key | term | is_exposed | study_year | terms_active | visits | visit_days | dwell_minutes | loans | bookings | resource_hours
        ann        | a2   | true       | 3          | 2            | 4      | 3          | 90            | 0     |          | 0.5
        ann        | a1   | true       | 2          | 1            | 6      | 5          | 60            |       |          | 0.25
        ann        | b1   | false      | 2          |              | 0      | 0          | 0             | 0     |          | 0
        bo         | b1   | true       | 1          | 0            |        |            |               |       |          |
        """,
    )
    columns = ["patron_key", "first_term", "last_term", "terms_in_scope", "terms_exposed", "terms_active", "entry_year"]
    assert shown(table, *columns) == {
        ("ann", "a1", "a2", "3", "2", "2", "2021"),
        ("bo", "b1", "b1", "1", "1", "0", "2022"),
    }
    totals = ["visits_total", "visit_days_total", "dwell_hours_total", "loans_total", "bookings_total"]
    assert shown(table, "patron_key", *totals, "resource_hours_total", "events_total") == {
        ("ann", "10", "8", "2.5", "0", None, "0.75", None),
        ("bo", None, None, None, None, None, None, None),
    }
    shares = ["visits_measured_share", "loans_measured_share", "bookings_measured_share"]
    assert shown(table, "patron_key", *shares) == {("ann", "1.0", str(2 / 3), "0.0"), ("bo", "0.0", "0.0", "0.0")}
    # Ann came and used electronic resources, borrowed nothing; bookings and events could not be seen.
    assert shown(table, "patron_key", "milestones_reached", "milestones_measured") == {
        ("ann", "2", "3"),
        ("bo", "0", "0"),
    }


def trend(build, days: dict[str, int | None], away: str = "", breadth: dict[str, int] | None = None) -> pl.DataFrame:
    rows = "\n".join(
        f"ann | {term} | {str(term != away).lower()} | {'' if value is None else value} | {(breadth or {}).get(term, '')}"
        for term, value in days.items()
    )
    heading = "patron_key | term | is_exposed | visit_days | breadth_rarefied"
    return career(build, f"{heading}\n{rows}")


def test_a_slope_is_the_median_of_the_changes_between_terms(build):
    table = trend(build, {"a1": 1, "b1": 2, "a2": 12, "b2": 4})
    # Changes per semester: 1, 11/2, 3/3, 10, 2/2, -8; in order -8, 1, 1, 1, 5.5, 10.
    assert table["visit_days_slope"].to_list() == [1]
    assert table["slope_terms"].to_list() == [4]


def test_a_slope_needs_three_semesters(build):
    assert trend(build, {"a1": 1, "b1": 9})["visit_days_slope"].to_list() == [None]
    assert trend(build, {"a1": 1, "b1": 9, "c1": 30})["visit_days_slope"].to_list() == [None]  # a short term is none
    assert trend(build, {"a1": 1, "b1": 9, "a2": None})["visit_days_slope"].to_list() == [None]
    assert trend(build, {"a1": 1, "b1": 9, "a2": 17})["visit_days_slope"].to_list() == [8]


@pytest.mark.parametrize(("as_of", "expected"), [("2024-03-01", 8), ("2024-07-07", 13 / 3)])
def test_the_days_of_a_semester_that_still_runs_make_no_trend(build, as_of, expected):
    """1, 9 and 17 rise by 8; with the 3 of the fourth: 8, 8, 8, -14, -3 and 2/3, of which the median is 13/3."""
    days = {"a1": 1, "b1": 9, "a2": 17, "b2": 3}
    rows = "\n".join(f"ann | {term} | true | {value}" for term, value in days.items())
    table = career(
        build,
        f"patron_key | term | is_exposed | visit_days\n{rows}",
        ref__horizon=f"as_of\n{as_of}",
        ref__calendar_day="day | term | is_open\n2024-02-20 | b2 | true\n2024-07-05 | b2 | true\n2024-07-09 | b2 | false",
    )
    assert table["visit_days_slope"].to_list() == [pytest.approx(expected)]


def test_time_passes_through_a_semester_not_measured_but_not_through_one_away(build):
    days = {"a1": 0, "b1": None, "a2": 4, "b2": 6}
    # Measured at 1, 3 and 4: changes 4/2, 6/3 and 2.
    assert trend(build, days)["visit_days_slope"].to_list() == [2]
    # Here at 1, 2 and 3: changes 4, 6/2 and 2.
    away = trend(build, days | {"b1": 50}, away="b1")
    assert away["visit_days_slope"].to_list() == [3]
    assert away["slope_terms"].to_list() == [3]


def test_each_trend_is_guarded_by_its_own_semesters(build):
    table = trend(build, {"a1": 1, "b1": 2, "a2": 3, "b2": 4}, breadth={"a1": 2, "b2": 5})
    assert shown(table, "visit_days_slope", "breadth_slope", "active_week_slope") == {("1.0", None, None)}


def test_one_term_has_no_slope_and_a_person_who_was_always_away_no_semesters(build):
    assert shown(trend(build, {"a1": 5}), "visit_days_slope", "slope_terms") == {(None, "1")}
    assert shown(trend(build, {"a1": 5}, away="a1"), "visit_days_slope", "slope_terms") == {(None, "0")}


def test_slopes_are_those_of_scipy(build):
    chance = random.Random(7)
    terms = [f"t{number:02}" for number in range(20)]
    calendar = "\n".join(
        f"{term} | autumn | {2000 + number}-09-01 | {2000 + number}" for number, term in enumerate(terms)
    )
    people = {f"p{n:02}": [chance.choice([None, *range(30)]) for _ in range(chance.randint(3, 20))] for n in range(40)}
    rows = [
        f"{name} | {term} | true | {'' if value is None else value}"
        for name, values in people.items()
        for term, value in zip(terms, values, strict=False)
    ]
    table = career(
        build,
        "\n".join(["patron_key | term | is_exposed | visit_days", *rows]),
        ref__term=f"term | season | starts_on | academic_year\n{calendar}",
    )
    compared = 0
    for name, slope in table.select("patron_key", "visit_days_slope").iter_rows():
        known = [(step, value) for step, value in enumerate(people[name]) if value is not None]
        if len(known) < 3:
            assert slope is None
            continue
        steps, values = zip(*known, strict=True)
        assert slope == pytest.approx(theilslopes(values, steps).slope)
        compared += 1
    assert compared > 30


def test_the_current_portrait_is_of_those_in_scope_now(build):
    table = build(
        "portrait.current",
        ref__term=TERMS,
        ref__horizon="as_of\n2026-07-10",
        portrait__individual="""
        patron_key | term | visit_days | terms_active
        ann        | b1   | 3          | 1
        ann        | a2   | 4          |
        bo         | b1   | 5          | 1
        """,
        portrait__career="""
        patron_key | first_term | last_term | visit_days_total | terms_active
        ann        | b1         | a2        | 7                | 1
        bo         | b1         | b1        | 5                | 1
        """,
    )
    assert shown(table, "patron_key", "term", "visit_days", "visit_days_total", "terms_active") == {
        ("ann", "a2", "4", "7", "1")
    }
