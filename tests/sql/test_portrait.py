"""Portraits: everyone in scope has a row, and zero is not unknown."""

import math

import pytest

from tests.drawn import shown

TERMS = """
    term        | academic_year | season | starts_on  | ends_on    | week1_monday | teaching_weeks | label_zh | label_en
    2025-2026-1 | 2025-2026     | autumn | 2025-09-01 | 2026-01-16 | 2025-09-01   | 18             | 秋       | autumn
    2025-2026-2 | 2025-2026     | spring | 2026-02-23 | 2026-07-10 | 2026-02-23   | 18             | 春       | spring
"""


def test_the_roster_takes_the_last_affiliation_of_a_term_and_leaves_out_who_has_gone(build):
    table = build(
        "fact.roster",
        ref__term=TERMS,
        ref__horizon="as_of\n2026-07-10",
        ref__coverage_term="""
        feed | term        | covered_days
        gate | 2025-2026-1 | 90
        gate | 2025-2026-2 | 90
        """,
        clean__enrolment="""
        patron_key | valid_from | valid_to   | status    | level    | college | entered_on | program_years
        ann        | 2024-09-01 | 2025-11-01 | active    | bachelor | 文学院  | 2024-09-01 | 4
        ann        | 2025-11-01 | 9999-12-31 | active    | bachelor | 法学院  | 2024-09-01 | 4
        bo         | 2023-09-01 | 2026-02-20 | leave     | master   |         | 2023-09-01 | 2.5
        cy         | 2019-09-01 | 9999-12-31 | graduated | bachelor | 文学院  | 2019-09-01 | 4
        """,
    )
    assert shown(
        table, "patron_key", "term", "college", "level_group", "is_exposed", "study_year", "programme_length"
    ) == {
        ("ann", "2025-2026-1", "法学院", "undergraduate", "true", "2", "4"),
        ("ann", "2025-2026-2", "法学院", "undergraduate", "true", "2", "4"),
        ("bo", "2025-2026-1", "未知 unknown", "postgraduate", "false", "3", "3"),
    }


ROSTER = """
    patron_key | term
    ann        | spring
    bo         | spring
    ann        | autumn
"""


def test_who_never_came_has_a_zero_and_an_uncovered_term_has_nothing(build):
    table = build(
        "fact.presence",
        fact__roster=ROSTER,
        ref__coverage_term="""
        feed | term   | open_days | is_measured
        gate | spring | 100       | true
        gate | autumn | 100       | false
        """,
        fact__visit_month="""
        patron_key | term   | visits | visit_days | matched_visits | dwell_minutes | clocked_minutes | night_minutes | weekend_visits | timed_visits | early_visits
        ann        | spring | 6      | 5          | 4              | 600           | 600             | 60            | 3              | 6            | 0
        ann        | spring | 4      | 4          | 4              | 400           | 400             | 40            | 1              | 4            | 1
        ann        | autumn | 9      | 9          | 9              | 900           | 900             | 0             | 0              | 9            | 0
        """,
        ref__horizon="as_of\n2026-07-10",
        ref__term="term | starts_on | ends_on\nspring | 2026-04-01 | 2026-04-10",
        ref__calendar_day="day | term | is_open\n"
        + "\n".join(f"2026-04-{day:02} | spring | true" for day in range(1, 11)),
        clean__enrolment="patron_key | status | valid_from | valid_to\n"
        + "\n".join(f"{who} | active | 2025-09-01 | 9999-12-31" for who in ("ann", "bo")),
    )
    assert shown(
        table,
        "patron_key",
        "term",
        "visits",
        "visit_days",
        "dwell_minutes",
        "stickiness",
        "night_share",
        "weekend_share",
    ) == {
        ("ann", "spring", "10", "9", "1000", "0.9", "0.1", "0.4"),
        ("bo", "spring", "0", "0", "0", "0.0", None, None),
        ("ann", "autumn", None, None, None, None, None, None),
    }


def test_regularity_is_one_for_a_single_slot_and_follows_the_formula_otherwise(build):
    slots = {("ann", 1): 10, ("bo", 1): 6, ("bo", 2): 6}
    lines = "\n".join(f"{who} | spring | {day} | morning | {n}" for (who, day), n in slots.items())
    table = build(
        "fact.presence",
        fact__roster="patron_key | term\nann | spring\nbo | spring",
        ref__coverage_term="feed | term | open_days | is_measured\ngate | spring | 100 | true",
        fact__visit_slot=f"patron_key | term | weekday | part_of_day | visits\n{lines}",
    )
    regularity = dict(table.select("patron_key", "regularity").iter_rows())
    assert regularity["ann"] == pytest.approx(1)
    # Two equal slots of six: one bit, plus Miller–Madow (2 − 1) / (2 · 12 · ln 2), over log2(12).
    assert regularity["bo"] == pytest.approx(1 - (1 + 1 / (24 * math.log(2))) / math.log2(12))


def test_reading_is_counted_classed_and_weighed(build):
    table = build(
        "fact.reading",
        fact__roster=ROSTER,
        ref__coverage_term="feed | term | is_measured\nloan | spring | true\nloan | autumn | false",
        fact__loan_month="""
        patron_key | term   | loans | renewed_loans | loans_due | loans_overdue
        ann        | spring | 6     | 1             | 3         | 1
        ann        | spring | 2     | 1             | 1         | 0
        """,
        fact__loan_class="""
        patron_key | term   | class_top | class_second | loans
        ann        | spring | T         | TP           | 3
        ann        | spring | T         | TN           | 1
        ann        | spring | I         | I2           | 4
        """,
    )
    assert shown(
        table, "patron_key", "term", "loans", "renewal_rate", "overdue_rate", "breadth", "top_class_share"
    ) == {
        ("ann", "spring", "8", "0.25", "0.25", "3", "0.5"),
        ("bo", "spring", "0", None, None, None, None),
        ("ann", "autumn", None, None, None, None, None),
    }
    # Two main classes of four loans each: exp(ln 2).
    assert table["diversity"].drop_nulls().to_list() == [pytest.approx(2)]


def test_a_college_counts_everyone_also_those_who_did_nothing(build):
    table = build(
        "portrait.unit",
        ref__site="small_cell\n2",
        fact__membership="""
        patron_key | term   | group_type | group_code
        ann        | spring | college    | 文学院
        bo         | spring | college    | 文学院
        cy         | spring | college    | 文学院
        di         | spring | college    | 法学院
        """,
        portrait__individual="""
        patron_key | term   | visit_days | loans | active_days | use_index_change
        ann        | spring | 9          | 4     | 10          | 0.2
        bo         | spring | 0          | 0     | 0           | -0.1
        cy         | spring | 3          | 0     | 3           |
        di         | spring |            | 2     | 2           |
        """,
    )
    assert shown(
        table,
        "group_code",
        "persons",
        "visit_reach_rate",
        "visit_days_mean",
        "visit_days_median",
        "loans_mean",
        "rising_share",
    ) == {
        ("文学院", "3", str(2 / 3), "4.0", "3.0", str(4 / 3), "0.5"),
        ("法学院", "1", None, None, None, "2.0", None),
    }


def test_a_mean_of_a_few_is_withheld_even_in_a_large_college(build):
    people = "\n".join(f"p{number} | spring | {'0.5' if number < 3 else ''} | 1" for number in range(12))
    members = "\n".join(f"p{number} | spring | college | 文学院" for number in range(12))
    given = {
        "fact__membership": f"patron_key | term | group_type | group_code\n{members}",
        "portrait__individual": f"patron_key | term | no_show_rate | loans\n{people}",
    }
    table = build("portrait.unit", ref__site="small_cell\n4", **given)
    assert shown(table, "persons", "no_show_rate", "loans_mean") == {("12", None, "1.0")}
    # The negative control: three people are enough for a smaller cell.
    assert build("portrait.unit", ref__site="small_cell\n3", **given)["no_show_rate"].to_list() == [0.5]
