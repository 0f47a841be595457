"""The gates of the demo campus record visits as imperfectly as real ones do."""

import math
import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from tests.pipelines.demo_landing import SPRING_EXAMS, Landing, make_landing

SPRING_WEEKS, EXAM_WEEKS = 19, 2


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    return make_landing(tmp_path_factory)


def test_one_november_of_the_main_gate_is_lost_and_only_that(campus: Landing) -> None:
    months = {path.stem.removeprefix("main_") for path in campus.out.glob("gate/main_*.csv")}
    science = {path.stem.removeprefix("science_") for path in campus.out.glob("gate/science_*.tsv")}
    assert science - months == {"2025-11"}
    assert campus.effects["outage"] == "2025-11"
    assert {"2025-09", "2025-10", "2025-12", "2026-01", "2026-03", "2026-06"} <= months


def test_gates_say_the_direction_save_for_the_side_gate(campus: Landing) -> None:
    gates = Counter(gate for _, gate, _, _ in campus.swipes())
    assert set(gates) == {f"{way}门{n}" for way in "进出" for n in range(1, 5)} | {"小门"}
    assert 0.03 < gates["小门"] / gates.total() < 0.07
    into, out = (sum(times for gate, times in gates.items() if gate[0] == way) for way in "进出")
    assert 0.80 < out / into < 0.90


def test_some_swipes_are_doubled_refused_or_from_a_gate_that_lost_its_clock(campus: Landing) -> None:
    swipes = list(campus.swipes())
    results = Counter(result for _, _, _, result in swipes)
    assert 0.0005 < results["无权限"] / len(swipes) < 0.01
    assert results["黑名单"] > 0
    assert 5 < sum(moment.year == 1970 for _, _, moment, _ in swipes) < 40
    assert {moment.year for _, _, moment, _ in swipes} == {1970, 2025, 2026}
    times = defaultdict(list)
    for card, gate, moment, result in swipes:
        if result == "成功" and moment.year > 1970:
            times[card, gate].append(moment)
    gaps = [(b - a).total_seconds() for t in times.values() for a, b in zip(sorted(t), sorted(t)[1:], strict=False)]
    doubles = [gap for gap in gaps if gap < 30]
    assert 0.015 < len(doubles) / len(swipes) < 0.045
    assert min(gap for gap in gaps if gap) >= 5
    assert max(doubles) <= 20


def test_about_one_row_in_a_hundred_arrives_in_the_next_months_file(campus: Landing) -> None:
    rows = campus.rows("gate/main_2025-10.csv")
    months = Counter(row["通行时间"][:7] for row in rows)
    assert set(months) - {"1970/01"} == {"2025/09", "2025/10"}
    assert 0.003 < months["2025/09"] / len(rows) < 0.03


def test_only_nights_before_exams_are_spent_in_the_library(campus: Landing) -> None:
    nights = [m - timedelta(hours=5) for _, _, m, _ in campus.swipes() if m.year > 1970 and m.hour < 5]
    assert len(nights) > 10
    weeks = ((date(2026, 1, 5), date(2026, 1, 18)), SPRING_EXAMS)
    assert all(any(first <= night.date() <= last for first, last in weeks) for night in nights)


def test_nobody_enters_on_a_closed_day(campus: Landing) -> None:
    days = {moment.date() for _, _, moment, _ in campus.swipes()}
    assert not days & {date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 3)}
    assert {date(2025, 9, 30), date(2025, 10, 9)} <= days


def test_visits_lie_in_the_published_range(campus: Landing) -> None:
    visits, roll = campus.spring_entries(), campus.spring_roll()
    per_person = [visits[person] for person in roll]
    assert 9 < statistics.fmean(per_person) < 19
    assert 0.15 < per_person.count(0) / len(per_person) < 0.40
    assert statistics.variance(per_person) > 10 * statistics.fmean(per_person)  # far from Poisson
    assert max(per_person) < 400


def test_visits_rise_before_exams_as_planted(campus: Landing) -> None:
    """By more than the published 40 to 80 per cent, since those who come for exams are to be found again.

    Passages come independently of each other, so a count of n is uncertain by its root.
    """
    ordinary, exams = (
        campus.entries(date(2026, 5, 18), date(2026, 6, 14)).total(),
        campus.entries(*SPRING_EXAMS).total(),
    )
    rise, planted = (exams / 2) / (ordinary / 4), planted_rise(campus)
    assert abs(rise - planted) < 3 * planted * math.sqrt(1 / exams + 1 / ordinary)
    assert planted > 1.8


def planted_rise(campus: Landing) -> float:
    """How many times as much as in an ordinary week everybody together was meant to come in a week of exams."""
    ordinary = exams = 0.0
    for person in campus.spring_roll():
        kind = campus.effects["archetypes"][campus.patrons[person]["archetype"]]
        a_term = kind["visits"] * campus.patrons[person]["vigour"]
        a_week = a_term / (SPRING_WEEKS - EXAM_WEEKS + EXAM_WEEKS * kind["exam_boost"])
        ordinary, exams = ordinary + a_week, exams + kind["exam_boost"] * a_week
    return exams / ordinary


def test_people_come_before_classes_after_lunch_and_after_supper(campus: Landing) -> None:
    hours = Counter(m.hour for _, gate, m, _ in campus.swipes() if gate[0] == "进" and m.year > 1970)
    assert all(hours[peak] > 2 * hours[valley] for peak, valley in ((8, 10), (14, 12), (18, 16)))
