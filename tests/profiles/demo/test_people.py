"""People enter, move, leave and graduate as a campus hub would tell it."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from profiles.demo.calendar import Term
from profiles.demo.cards import draw_cards, half_begins
from profiles.demo.colleges import COLLEGES, STAFF
from profiles.demo.draw import midnight
from profiles.demo.hub import student_snapshot
from profiles.demo.people import ABROAD, GRADUATED, LEFT, NEVER, ON_LEAVE, READING, RESUMED, People, draw_people

AUTUMN = Term("2024-2025-1", 2024, "autumn", date(2024, 9, 2), date(2025, 1, 19), date(2025, 1, 6))
SPRING = Term("2024-2025-2", 2024, "spring", date(2025, 2, 17), date(2025, 7, 6), date(2025, 6, 23))
NEXT = Term("2025-2026-1", 2025, "autumn", date(2025, 9, 1), date(2026, 1, 18), date(2026, 1, 5))
TERMS = (AUTUMN, SPRING, NEXT)


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(3, 4000, TERMS)


def test_half_years_follow_each_other() -> None:
    assert [term.half for term in TERMS] == [4048, 4049, 4050]


def test_the_campus_keeps_its_size(people: People) -> None:
    assert [len(people.present(term.half)) for term in TERMS] == pytest.approx([4000] * 3, rel=0.03)


def test_a_student_on_leave_is_away_for_two_terms_and_then_resumes(people: People) -> None:
    away = np.flatnonzero((people.leaves_in == AUTUMN.half) & (people.until > NEXT.half))
    assert len(away) > 3
    assert set(people.status(AUTUMN.half - 1)[away]) == {READING}
    assert set(people.status(AUTUMN.half)[away]) == {ON_LEAVE} == set(people.status(SPRING.half)[away])
    assert set(people.status(NEXT.half)[away]) == {RESUMED}
    assert set(people.status(NEXT.half + 1)[away]) <= {READING, GRADUATED}
    assert not np.isin(away, people.present(SPRING.half)).any()
    assert np.isin(away, people.present(NEXT.half)).all()


def test_whoever_goes_is_listed_once_more(people: People) -> None:
    going = np.flatnonzero(people.until == NEXT.half)
    assert set(people.status(NEXT.half)[going]) == {GRADUATED, LEFT}
    assert set(people.status(NEXT.half + 1)[going]) == {""}
    assert not {GRADUATED, LEFT} & set(people.status(SPRING.half)[going])


def test_programmes_of_two_and_a_half_years_end_in_winter(people: People) -> None:
    ends = Counter(half % 2 for half in people.until[(people.years == 2.5) & ~people.drops_out])
    assert set(ends) == {1}
    assert {half % 2 for half in people.until[(people.years == 3.0) & ~people.drops_out]} == {0}


def test_a_few_students_change_major_after_their_first_year(people: People) -> None:
    bachelors = people.level == 0
    moved = people.moves_in < NEVER
    assert moved[bachelors].mean() == pytest.approx(0.015, abs=0.006)
    assert not moved[~bachelors].any()
    one = np.flatnonzero(moved & (people.college != people.moved_college))[:1]
    before, after = int(people.moves_in[one[0]]) - 1, int(people.moves_in[one[0]])
    assert people.college_in(before)[one] == people.college[one]
    assert people.college_in(after)[one] == people.moved_college[one]
    assert (people.moved_major[moved] != people.major[moved]).all()


def test_a_few_students_are_abroad_for_one_term(people: People) -> None:
    abroad = people.status(SPRING.half) == ABROAD
    assert abroad.any()
    assert not (abroad & (people.status(NEXT.half) == ABROAD)).any()


def test_numbers_belong_to_one_person_and_staff_have_no_class(people: People) -> None:
    assert people.text["number"].is_unique().all()
    assert people.text["class_group"].filter(people.level == STAFF).is_null().all()
    classes = Counter(people.text["class_group"].drop_nulls())
    assert max(classes.values()) <= 30


def test_a_class_keeps_its_label_when_a_leave_moves_the_grade(people: People) -> None:
    snapshot = student_snapshot(people, NEXT)
    moved = snapshot.filter(snapshot["SZNJ"] != snapshot["RXNY"].str.slice(0, 4))
    assert len(moved) > 5
    assert (moved["SZNJ"].cast(int) - moved["RXNY"].str.slice(0, 4).cast(int)).unique().to_list() == [1]


def test_the_institute_is_tiny_on_any_campus() -> None:
    tiny = next(position for position, college in enumerate(COLLEGES) if college.is_tiny)
    for size in (500, 20_000):
        some = draw_people(1, size, TERMS[:1])
        present = some.present(AUTUMN.half)
        assert 8 <= (some.college_in(AUTUMN.half)[present] == tiny).sum() <= 15


def test_cards_are_valid_from_the_vacation_before_until_the_vacation_after(people: People) -> None:
    assert half_begins(np.array([4048, 4049])).tolist() == [midnight(date(2024, 8, 20)), midnight(date(2025, 2, 5))]
    cards = draw_cards(3, people, TERMS)
    present = people.present(SPRING.half)
    assert (cards.issued_at[present] < midnight(SPRING.starts_on)).all()
    assert (cards.cancelled_at[present] > SPRING.exported_at).all()
    assert not np.isin(cards.first, cards.second).any()
