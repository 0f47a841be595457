"""True visits, and the loans and bookings that are part of them."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.bookings import draw_bookings
from profiles.demo.calendar import DayType, Term, bustle, month_name, month_of
from profiles.demo.catalogue import SUBJECTS, make_catalogue, reading_shares
from profiles.demo.colleges import COLLEGES
from profiles.demo.draw import DAY_SECONDS, choose, midnight, stream, whole
from profiles.demo.loans import draw_loans, export_loans
from profiles.demo.people import People, draw_people
from profiles.demo.visits import Visits, draw_visits

TERM = Term("2025-2026-1", 2025, "autumn", date(2025, 9, 1), date(2026, 1, 18), date(2026, 1, 5))
NATIONAL_DAY = date(2025, 10, 1)
SPECIAL: dict[date, DayType] = {
    NATIONAL_DAY: "closed",
    date(2025, 10, 6): "holiday",
    date(2025, 10, 11): "makeup_workday",
}
CODES = [kind.code for kind in ARCHETYPES]


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(5, 3000, (TERM,))


@pytest.fixture(scope="module")
def visits(people: People) -> Visits:
    return draw_visits(5, people, TERM, SPECIAL)


def _day(day: date) -> int:
    return (day - TERM.starts_on).days


def test_streams_are_repeatable_and_their_own() -> None:
    one, again, other = (stream(1, *path).random(3).tolist() for path in (("a", "b"), ("a", "b"), ("a", "c")))
    assert one == again != other


def test_choices_follow_their_weights_and_whole_numbers_their_mean() -> None:
    random = stream(1, "test")
    shares = np.bincount(choose(random, (1.0, 0.0, 3.0), 20_000), minlength=3) / 20_000
    assert shares == pytest.approx([0.25, 0.0, 0.75], abs=0.01)
    drawn = whole(random, np.full(20_000, 2.3))
    assert set(drawn) == {2, 3}
    assert drawn.mean() == pytest.approx(2.3, abs=0.02)


def test_a_day_is_as_busy_as_the_calendar_says() -> None:
    plain, special = bustle(TERM, {}, 1.0), bustle(TERM, SPECIAL, 4.0)
    assert special[_day(NATIONAL_DAY)] == 0.0 < plain[_day(NATIONAL_DAY)]
    assert special[_day(date(2025, 10, 6))] < plain[_day(date(2025, 10, 6))]
    assert special[_day(date(2025, 10, 11))] > plain[_day(date(2025, 10, 11))]  # a Saturday worked
    assert special[TERM.exam_day] == 4 * plain[TERM.exam_day]
    assert special[TERM.exam_day - 1] == plain[TERM.exam_day - 1]


def test_months_are_counted_and_named() -> None:
    assert month_name(month_of(midnight(date(2025, 12, 31)))) == "2025-12"
    assert month_name(month_of(midnight(date(2026, 1, 1)))) == "2026-01"


def test_nobody_is_in_the_library_twice_at_a_time(visits: Visits) -> None:
    same = np.diff(visits.who) == 0
    assert (visits.entered < visits.left).all()
    assert (visits.left[:-1][same] < visits.entered[1:][same]).all()
    assert same.sum() > 10_000


def test_visits_fall_on_open_days_and_in_opening_hours(visits: Visits) -> None:
    assert not (visits.day == _day(NATIONAL_DAY)).any()
    hours = (visits.entered % DAY_SECONDS) / 3600
    assert hours.min() >= 6.75
    assert hours.max() <= 22.0
    overnight = visits.left // DAY_SECONDS > visits.entered // DAY_SECONDS
    assert overnight.any()
    assert (visits.day[overnight] >= TERM.exam_day).all()


def test_each_kind_comes_as_often_as_planted(people: People, visits: Visits) -> None:
    present = people.present(TERM.half)
    bachelors = present[people.level[present] == 0]
    came = visits.per_person(len(people))
    mean = {
        code: came[bachelors[people.archetype[bachelors] == position]].mean() for position, code in enumerate(CODES)
    }
    assert mean["none"] == 0
    planted = {kind.code: kind.visits for kind in ARCHETYPES if kind.visits}
    assert {code: mean[code] for code in planted} == pytest.approx(planted, rel=0.3)


def test_students_away_do_not_come(people: People, visits: Visits) -> None:
    absent = np.setdiff1d(np.arange(len(people)), people.present(TERM.half))
    assert len(absent) > 20
    assert visits.per_person(len(people))[absent].sum() == 0


def test_bookers_come_more_often_the_longer_they_study() -> None:
    people = draw_people(5, 30_000, (TERM,))
    came = draw_visits(5, people, TERM, {}).per_person(len(people))
    bookers = np.intersect1d(
        people.present(TERM.half),
        np.flatnonzero((people.archetype == CODES.index("space_booker")) & (people.level == 0)),
    )
    studied = TERM.half - people.enters_in[bookers]
    first, fourth = (came[bookers][studied == halves].mean() for halves in (0, 6))
    assert fourth / first == pytest.approx(1.08**6, rel=0.2)  # 1.59


def test_kept_bookings_lie_within_a_visit_of_the_person(people: People, visits: Visits) -> None:
    bookings = draw_bookings(5, people, visits, TERM, SPECIAL).filter(pl.col("came").is_not_null())
    number = people.column("number", visits.who)
    stays = pl.DataFrame({"who": number, "entered": visits.entered, "left": visits.left})
    held = bookings.join(stays, on="who").filter(pl.col("came").is_between("entered", "left"))
    assert held["number"].n_unique() > 0.97 * len(bookings)
    assert len(bookings) > 1000


def test_half_of_what_a_college_reads_is_its_own_field() -> None:
    shares = reading_shares()
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(COLLEGES)))
    codes = [subject.code for subject in SUBJECTS]
    for position, college in enumerate(COLLEGES):
        assert shares[position][[codes.index(code) for code in college.subjects]].sum() >= 0.5


def test_loans_out_at_the_end_of_a_term_are_told_again_when_they_end(people: People, visits: Visits) -> None:
    begun = draw_loans(5, people, make_catalogue(5, 3000), visits, TERM)
    first = export_loans(5, begun.clear(), begun, TERM)
    spring = Term("2025-2026-2", 2025, "spring", date(2026, 3, 2), date(2026, 7, 12), date(2026, 6, 29))
    second = export_loans(5, first.still_out, begun.clear(), spring)
    still_out = begun.filter(pl.col("returned") > TERM.exported_at)
    ended = still_out.filter(pl.col("returned") <= spring.exported_at)
    assert len(second.records) + len(second.short_records) == pytest.approx(len(ended), abs=0.01 * len(ended))
    assert second.records["归还日期"].null_count() == 0
    assert len(second.still_out) == len(still_out) - len(ended)
