"""The demo campus as a whole: repeatable, of the size asked for, in an orderly calendar."""

import csv
import hashlib
import itertools
from datetime import date
from pathlib import Path

import pytest

from pipelines.demo_calendar import finished_terms, special_days
from pipelines.demo_campus import make_campus
from pipelines.errors import Misconfigured
from tests.pipelines.demo_landing import SEED, Landing, Row, make_landing, silent


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    return make_landing(tmp_path_factory)


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(campus: Landing, tmp_path: Path) -> None:
    make_campus(600, 2, SEED, tmp_path / "again", None, silent)
    make_campus(600, 2, SEED + 1, tmp_path / "other", None, silent)
    first, other = digests(campus.out), digests(tmp_path / "other")
    assert digests(tmp_path / "again") == first
    assert len(first.keys() & other.keys()) > 30
    same = {name for name in first.keys() & other.keys() if first[name] == other[name]}
    assert same == {"campaigns/campaigns_2025-2026-2.csv"}  # what the library set out to do


def test_what_is_said_to_be_made_is_what_lies_there(campus: Landing) -> None:
    files = [path for path in campus.out.rglob("*") if path.is_file()]
    made = campus.made
    assert (made.files, made.bytes) == (len(files), sum(path.stat().st_size for path in files))
    assert made.patrons == len(campus.spring_roll())
    assert 570 <= made.patrons <= 640
    assert (made.terms, made.first_day, made.last_day) == (2, date(2025, 9, 1), date(2026, 7, 12))


def test_nothing_planted_reaches_the_exports(campus: Landing) -> None:
    words = {kind.encode() for kind in campus.effects["archetypes"]} - {b"none", b"light"}
    texts = b"".join(path.read_bytes() for path in campus.out.rglob("*.[ct]sv"))
    assert not [word for word in words if word in texts]
    assert {row["archetype"] for row in campus.patrons.values()} == set(campus.effects["archetypes"])  # it is planted


def test_too_many_terms_are_refused_with_the_number_there_are(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"^--terms 99: the calendar has 20 finished terms — ask for 1 to 20"):
        make_campus(600, 99, 1, tmp_path, None, silent)
    with pytest.raises(Misconfigured, match="--terms 0"):
        make_campus(600, 0, 1, tmp_path, None, silent)
    with pytest.raises(Misconfigured, match="--patrons 3: a campus has at least 100 patrons"):
        make_campus(3, 2, 1, tmp_path, None, silent)
    assert not list(tmp_path.iterdir())


# the calendar


def _calendar() -> list[Row]:
    with (Path(__file__).parents[2] / "data/reference/term.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_terms_begin_on_mondays_do_not_overlap_and_leave_out_the_spring_festival() -> None:
    terms = _calendar()
    spans = [(date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])) for row in terms]
    assert len(terms) >= 21
    assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))
    assert all(date.fromisoformat(row["week1_monday"]).weekday() == 0 for row in terms)
    assert all(row["starts_on"] <= row["week1_monday"] < row["exam_from"] < row["ends_on"] for row in terms)
    festivals = [date(2019, 2, 5), date(2020, 1, 25), date(2023, 1, 22), date(2025, 1, 29), date(2026, 2, 17)]
    assert not [day for day in festivals for first, last in spans if first <= day <= last]


def test_a_term_is_compared_with_the_same_season_a_year_before() -> None:
    terms = {row["term"]: row for row in _calendar()}
    compared = [(row, terms[row["compare_to"]]) for row in terms.values() if row["compare_to"]]
    assert len(compared) == len(terms) - 2
    assert all(row["season"] == other["season"] for row, other in compared)
    assert all(int(row["academic_year"][:4]) - int(other["academic_year"][:4]) == 1 for row, other in compared)


def test_the_last_terms_are_the_finished_ones() -> None:
    assert [term.code for term in finished_terms(4)] == ["2024-2025-1", "2024-2025-2", "2025-2026-1", "2025-2026-2"]
    assert finished_terms(20)[0].code == "2016-2017-1"


def test_days_worked_in_exchange_are_weekend_days_and_closed_days_are_few() -> None:
    days = special_days()
    assert all(day.weekday() >= 5 for day, kind in days.items() if kind == "makeup_workday")
    assert [day for day, kind in days.items() if kind == "closed" and day.year == 2025] == [
        *(date(2025, 1, 29), date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 3))
    ]
