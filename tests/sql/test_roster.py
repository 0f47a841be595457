"""The roster: year, stage, first terms and last term of everybody, by the calendar and the length of their programme."""

import polars as pl
import pytest

from tests.drawn import shown

TERMS = """
    term        | academic_year | season | starts_on  | ends_on
    2023-2024-1 | 2023-2024     | autumn | 2023-09-04 | 2024-01-21
    2023-2024-2 | 2023-2024     | spring | 2024-02-26 | 2024-07-14
    2023-2024-3 | 2023-2024     | summer | 2024-07-15 | 2024-08-10
    2024-2025-1 | 2024-2025     | autumn | 2024-09-02 | 2025-01-19
    2024-2025-2 | 2024-2025     | spring | 2025-02-17 | 2025-07-06
    2025-2026-1 | 2025-2026     | autumn | 2025-09-01 | 2026-01-18
    2025-2026-2 | 2025-2026     | spring | 2026-03-02 | 2026-07-12
"""
CODES = [line.split("|")[0].strip() for line in TERMS.strip().splitlines()[1:]]
HEARD = "feed | term | covered_days\n" + "\n".join(f"gate | {code} | 90" for code in CODES)
HEADING = "patron_key | valid_from | valid_to | status | level | college | entered_on | program_years"


@pytest.fixture
def roster(build):
    def make(*enrolments: str, first_snapshot: str = "2023-09-04", **given: str) -> pl.DataFrame:
        return build(
            "fact.roster",
            raw__enrolment=f"seen_on\n{first_snapshot}\n2026-03-01",
            ref__term=TERMS,
            ref__horizon="as_of\n2026-07-12",
            ref__coverage_term=HEARD,
            clean__enrolment="\n".join([HEADING, *enrolments]),
            **given,
        )

    return make


def told(table: pl.DataFrame, column: str) -> list[object]:
    """A column in the order of the terms."""
    return table.sort("term")[column].to_list()


def one(level: str, entered_on: str, years: str, status: str = "active") -> str:
    return f"ann | {entered_on} | 9999-12-31 | {status} | {level} | 文学院 | {entered_on} | {years}"


def test_two_years_and_a_half_end_in_winter_so_the_autumn_is_the_graduating_term(roster):
    # September 2023 + 30 months = March 2026, so the last day is 28 February 2026, one day before the spring begins.
    table = roster(one("master", "2023-09-01", "2.5"))
    assert {str(end) for end in table["expected_end"]} == {"2026-02-28"}
    assert told(table, "is_graduating") == [False, False, False, False, False, True, False]
    assert told(table, "is_extended") == [False, False, False, False, False, False, True]


def test_whole_years_end_in_summer_so_only_the_last_spring_is_the_graduating_term(roster):
    table = roster(one("associate", "2022-09-01", "3"))
    assert {str(end) for end in table["expected_end"]} == {"2025-08-31"}
    assert told(table, "is_graduating") == [False, False, False, False, True, False, False]
    assert told(table, "is_extended") == [False] * 5 + [True] * 2


def test_the_summer_after_the_last_spring_is_neither_graduating_nor_extended(roster):
    table = roster(one("bachelor", "2020-09-01", "4"))
    assert told(table, "is_graduating") == [False, True, False, False, False, False, False]
    assert told(table, "is_extended") == [False, False, False, True, True, True, True]


@pytest.mark.parametrize("month", ["07", "08", "09", "10"])
def test_the_month_in_which_the_hub_books_the_entry_does_not_move_the_last_term(roster, month):
    table = roster(one("bachelor", f"2021-{month}-01", "4"))
    assert table.filter(pl.col("is_graduating"))["term"].to_list() == ["2024-2025-2"]


def test_the_last_term_of_the_calendar_can_be_the_graduating_one(roster):
    table = roster(one("bachelor", "2022-09-01", "4"))
    assert table.filter(pl.col("is_graduating"))["term"].to_list() == ["2025-2026-2"]


def test_eight_years_are_eight_years(roster):
    table = roster(one("bachelor", "2018-09-01", "8"))
    assert told(table, "study_year") == [6, 6, 6, 7, 7, 8, 8]
    assert table.filter(pl.col("is_graduating"))["term"].to_list() == ["2025-2026-2"]
    assert told(table, "stage") == ["upper_undergraduate"] * 7
    assert not any(told(table, "is_extended"))


def test_whoever_enters_in_spring_is_in_year_one_and_new_for_two_teaching_terms(roster):
    table = roster(one("bachelor", "2024-03-01", "4"))
    assert told(table, "term") == CODES[1:]
    assert told(table, "study_year") == [1, 1, 2, 2, 3, 3]
    assert told(table, "term_number") == [1, 1, 2, 3, 4, 5]
    assert told(table, "is_new") == [True, True, True, False, False, False]
    assert told(table, "stage") == ["lower_undergraduate"] * 4 + ["upper_undergraduate"] * 2


def test_a_summer_term_counts_for_nothing(roster):
    table = roster(one("bachelor", "2023-09-01", "4"))
    assert told(table, "term_number") == [1, 2, 2, 3, 4, 5, 6]
    assert told(table, "is_new") == [True, True, True, False, False, False, False]


def test_an_entry_before_the_calendar_has_no_term_number_and_is_not_new(roster):
    table = roster(one("doctor", "2021-09-01", "4"))
    assert set(told(table, "term_number")) == {None}
    assert set(told(table, "is_new")) == {False}


def test_where_nothing_is_known_of_the_entry_nothing_is_said(roster):
    table = roster("ann | 2023-09-01 | 9999-12-31 | active | bachelor | 文学院 | |")
    for column in ("study_year", "term_number", "is_new", "stage", "expected_end", "is_extended"):
        assert set(told(table, column)) == {None}, column
    # A summer term is nobody's last one, whenever they entered.
    assert told(table, "is_graduating") == [None, None, False, None, None, None, None]


def test_staff_are_never_new_nor_graduating(roster):
    table = roster(one("staff", "2023-09-01", "3"))
    assert set(told(table, "is_new")) == {False}
    assert set(told(table, "stage")) == {"staff"}
    assert set(told(table, "is_graduating")) == {False}
    assert set(told(table, "is_extended")) == {False}


def test_two_terms_on_leave_move_year_and_end_by_one(roster):
    table = roster(
        "ann | 2023-09-01 | 2024-02-20 | active | bachelor | 文学院 | 2023-09-01 | 2",
        "ann | 2024-02-20 | 2025-02-01 | leave  | bachelor | 文学院 | 2023-09-01 | 2",
        "ann | 2025-02-01 | 9999-12-31 | active | bachelor | 文学院 | 2023-09-01 | 2",
    )
    # On leave in the spring, the summer and the autumn of 2024: two teaching terms, hence a year from spring 2025 on.
    assert told(table, "is_exposed") == [True, False, False, False, True, True, True]
    assert told(table, "study_year") == [1, 1, 1, 2, 1, 2, 2]
    assert [str(end) for end in told(table, "expected_end")] == ["2025-08-31"] * 4 + ["2026-08-31"] * 3
    assert told(table, "is_graduating") == [False] * 6 + [True]
    assert not any(told(table, "is_extended"))


def test_a_leave_is_not_counted_back_beyond_the_first_snapshot(roster):
    # The hub's rows begin at entry, whatever the first snapshot says: on leave in spring 2025, but since when?
    away = (
        "ann | 2023-09-01 | 2025-07-20 | leave  | bachelor | 文学院 | 2023-09-01 | 4",
        "ann | 2025-07-20 | 9999-12-31 | active | bachelor | 文学院 | 2023-09-01 | 4",
    )
    assert told(roster(*away, first_snapshot="2025-02-17"), "study_year")[-2:] == [3, 3]
    assert told(roster(*away, first_snapshot="2024-09-02"), "study_year")[-2:] == [2, 2]


def test_one_term_on_leave_moves_nothing(roster):
    table = roster(
        "ann | 2023-09-01 | 2024-02-20 | active | bachelor | 文学院 | 2023-09-01 | 2",
        "ann | 2024-02-20 | 2024-07-14 | leave  | bachelor | 文学院 | 2023-09-01 | 2",
        "ann | 2024-07-14 | 9999-12-31 | active | bachelor | 文学院 | 2023-09-01 | 2",
    )
    assert told(table, "study_year") == [1, 1, 1, 2, 2, 3, 3]


def test_a_transfer_in_mid_term_counts_for_the_college_moved_to_and_brings_its_discipline(roster):
    table = roster(
        "ann | 2023-09-01 | 2023-11-01 | active | bachelor | 文学院 | 2023-09-01 | 4",
        "ann | 2023-11-01 | 2024-02-01 | active | bachelor | 医学院 | 2023-09-01 | 4",
        "bo  | 2023-09-01 | 2024-02-01 | active | bachelor | 新学院 | 2023-09-01 | 4",
        ref__college="college | discipline_group\n文学院 | humanities\n医学院 | medicine",
    )
    assert shown(table, "patron_key", "term", "college", "discipline_group") == {
        ("ann", "2023-2024-1", "医学院", "medicine"),
        ("bo", "2023-2024-1", "新学院", None),
    }


def test_calendar_years_are_terms_too(build):
    table = build(
        "fact.roster",
        ref__term="""
        term | academic_year | season | starts_on  | ends_on
        1920 | 1920          | year   | 1920-01-01 | 1920-12-31
        1921 | 1921          | year   | 1921-01-01 | 1921-12-31
        1922 | 1922          | year   | 1922-01-01 | 1922-12-31
        """,
        ref__horizon="as_of\n1922-12-31",
        ref__coverage_term="feed | term | covered_days\nloan | 1920 | 9\nloan | 1921 | 9\nloan | 1922 | 9",
        clean__enrolment="""
        patron_key | valid_from | valid_to   | status | level | entered_on
        ann        | 1921-02-01 | 9999-12-31 | active | other | 1921-02-01
        bo         | 1920-01-01 | 9999-12-31 | active | other |
        """,
    )
    assert shown(table, "patron_key", "term", "stage", "is_new", "is_graduating") == {
        ("ann", "1921", "other", "true", None),
        ("ann", "1922", "other", "false", None),
        ("bo", "1920", "other", None, None),
        ("bo", "1921", "other", None, None),
        ("bo", "1922", "other", None, None),
    }
