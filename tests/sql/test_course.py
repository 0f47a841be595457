"""Class sections: how many weeks they are taught, however a system writes the weeks."""

import pytest

from tests.drawn import shown


@pytest.mark.parametrize(
    ("weeks", "teaching_weeks"),
    [
        ("1-16周", 16),
        ("第1-16周", 16),
        ("1-16", 16),
        ("1～16周", 16),
        ("1-16周(单)", 8),
        ("2-17周（双周）", 8),
        ("1-15单周", 8),
        ("{第1-16周 单周}", 8),
        ("1-8周,10-16周", 15),
        ("1-8,10-16周(单)", 4 + 3),  # 1 3 5 7 and 11 13 15: one 周 for both spans
        ("1-8周,10-16周(单)", 8 + 3),
        ("1-8周(单)，10-16周", 4 + 7),
        ("3、5、9周", 3),
        ("1-8周,5-10周", 10),
        ("16周", 1),
        ("111111110000000011", 10),
        ("101", 2),
        ("000000", None),
        ("10", 1),
        ("16-1周", None),
        ("1-99周", None),
        ("1-8周,前半学期", None),
        ("单周", None),
        ("1-16 weeks", None),
    ],
)
def test_the_weeks_of_a_course_are_counted_or_not_guessed(build, weeks, teaching_weeks):
    table = build("clean.course", raw__course=f"course_key | weeks\nC1 | {weeks}")
    assert table["teaching_weeks"].to_list() == [teaching_weeks]


def test_a_class_section_that_comes_again_is_one_row_for_each_weekday(build):
    table = build(
        "clean.course",
        raw__course="""
        course_key | section | term_code   | weekday | weeks  | enrolled | source_file
        C1         | 01      | 2025-2026-1 | 1       | 1-16周 | 30       | a
        C1         | 01      | 2025-2026-1 | 1       | 1-16周 | 32       | b
        C1         | 01      | 2025-2026-1 | 3       | 1-16周 | 32       | b
        C1         | 02      | 2025-2026-1 | 3       |        | 20       | b
        """,
    )
    assert shown(table, "section", "weekday", "teaching_weeks", "enrolled") == {
        ("01", "1", "16", "32"),
        ("01", "3", "16", "32"),
        ("02", "3", None, "20"),
    }


def test_a_term_written_in_another_way_is_the_sites_own_and_a_section_is_not_doubled_by_it(build):
    table = build(
        "clean.course",
        ref__term_alias="alias | term\n20251 | 2025-2026-1\n2025-2026-1 | 2025-2026-1\nX | ",
        raw__course="""
        course_key | section | term_code   | weekday | weeks  | enrolled | source_file
        C1         | 01      | 2025-2026-1 | 1       | 1-16周 | 30       | a
        C1         | 01      | 20251       | 1       | 1-16周 | 32       | b
        C1         | 01      | X           | 1       | 1-16周 | 20       | b
        """,
    )
    assert shown(table, "term_code", "enrolled") == {("2025-2026-1", "32"), ("X", "20")}
