"""Term codes: however a system writes a term, it is the same term; what could mean two is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.term_codes import canonical, resolved

AUTUMN = """
    2023-2024-1 | 2023-2024-01 | 2023–2024–1 | 2023/2024-1 | 2023-24-1 | 23-24-1 | 202320241 | 20231 | 2023-1
    2023秋 | 2023年秋 | 2023年秋季 | 2023秋季学期 | 2023 秋 | ２０２３秋
    2023-2024学年第一学期 | 2023-2024学年 第1学期 | 2023-2024学年上学期 | 2023-2024学年秋季学期 | 2023—2024学年度第一学期 | 2023学年第一学期
    Fall 2023 | Autumn 2023 | 2023 Fall | FALL2023 | FA23 | Fall 23 | 2023-2024 Autumn | Fall 2023/24 | Semester 1, 2023/24 | AY2023-24 Semester 1
"""
SPRING = """
    2023-2024-2 | 23-24-2 | 20232 | 2023-2 | 202320242 | 2024春 | 2024年春季学期 | Spring 2024 | 2024 spring | SP24
    2023-2024学年第二学期 | 2023-2024学年下学期 | 2023-2024学年春季学期 | 2023-2024 Spring | Spring 2023/24 | 2023学年第二学期
"""
SUMMER = "2023-2024-3 | 20233 | 2024夏 | Summer 2024 | 2023-2024学年小学期 | 2023-2024学年第三学期 | 2024年暑期 | 2024夏季学期"
TABLE = [
    (form.strip(), term)
    for forms, term in ((AUTUMN, "2023-2024-1"), (SPRING, "2023-2024-2"), (SUMMER, "2023-2024-3"))
    for line in forms.strip().splitlines()
    for form in line.split("|")
]


@pytest.mark.parametrize(("form", "term"), TABLE)
def test_every_form_means_its_term(form, term):
    assert canonical(form) == term


def test_the_century_of_a_short_year_turns_with_it():
    assert canonical("99-00-1") == "1999-2000-1"
    assert canonical("Spring 00") == "1999-2000-2"


@pytest.mark.parametrize(
    "form",
    [
        "",
        "2023",
        "2023-2024",
        "2023-2024-4",
        "2023-2025-1",
        "2024-2023-1",
        "202301",  # January, or the first term
        "2023-01",
        "2023年上学期",  # the first half of a calendar year, or of an academic one
        "23241",
        "秋",
        "Michaelmas 2023",
        "2023-09-01",
    ],
)
def test_what_has_no_one_meaning_is_refused_in_one_line(form):
    with pytest.raises(ValueError, match="has no known form") as refused:
        canonical(form)
    assert f"‘{form}’" in str(refused.value)
    assert "\n" not in str(refused.value)


@given(year=st.integers(1970, 2068), number=st.integers(1, 3))
def test_what_is_canonical_stays_so_in_every_year(year, number):
    term = f"{year}-{year + 1}-{number}"
    assert canonical(term) == term
    assert canonical(f"{year % 100:02d}-{(year + 1) % 100:02d}-{number}") == term
    assert canonical(f"{year}{number}") == term
    assert canonical(f"{year + (number > 1)}{'秋春夏'[number - 1]}") == term


def test_a_code_becomes_the_term_as_the_site_writes_it():
    assert resolved("20231", {"2023秋", "2024春"}) == "2023秋"
    assert resolved("2023秋", ["2023-2024-1"]) == "2023-2024-1"
    assert resolved("1921", ["1920", "1921"]) == "1921"


def test_a_term_the_calendar_does_not_have_is_named():
    with pytest.raises(ValueError, match=r"term.csv has no term 2031-2032-1 — add it there"):
        resolved("2031秋", ["2023-2024-1"])
