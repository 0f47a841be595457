"""What a report on request may say is decided beside what every night says, remembered, and told to whoever asks again."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import Problem
from pipelines.releasing import gate
from pipelines.releasing.aggregates import aggregates
from pipelines.reporting.report_release import as_told, beside, release_asked, told_before
from pipelines.site import models
from pipelines.warehouse import Warehouse
from profiles.disclosure import Rules
from tests.assets.small_site import small_site, warehouse_of
from tests.pipelines.releasing.test_gate import cohorts, fill

TABLE = "report.cohort"
TERM = "2025-2026-1"
PERIOD = "2025-09-01..2025-11-30"
RULES = Rules()
NIGHTLY = ("report.college", "ref.term", "ref.horizon", "fact.dominance")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse of which the term was told of two colleges, as every night tells it."""
    every = [model.table for model in aggregates(models().values())]
    with warehouse_of(small_site(tmp_path)).opened() as opened:
        for table in dict.fromkeys([*every, *NIGHTLY]):
            opened.create(models()[table])
        term = "insert into ref.term by name select '2025-2026-1' as term, date '2025-09-01' as starts_on, date '2026-01-05' as ends_on"
        opened.connection.execute(term + TERM_WORDS)
        opened.connection.execute("insert into ref.horizon values (date '2025-01-01', date '2026-06-01')")
        gate.release(opened, fill(opened, in_term(TERM, Law=46, Art=71)), RULES, "colleges")
        yield opened


TERM_WORDS = (
    ", '2025-2026' as academic_year, 'autumn' as season, date '2025-09-01' as week1_monday, 18 as teaching_weeks,"
    " '秋' as label_zh, 'autumn' as label_en"
)


def in_term(term: str, **persons: int) -> pl.DataFrame:
    return cohorts(**persons).with_columns(term=pl.lit(term))


def ask(warehouse: Warehouse, frame: pl.DataFrame, k: int = 10) -> dict[str, int | None]:
    """What a report for Law says of people by term, after its release."""
    frames = {TABLE: frame}
    own = {TABLE: frame.filter(college="Law")}
    release_asked(warehouse, frames, own, RULES, "Law")
    return dict(as_told(warehouse, own, RULES, k)[TABLE].select("term", "persons").iter_rows())


def test_a_period_is_told_to_whoever_asked_and_remembered_as_that(warehouse: Warehouse) -> None:
    assert ask(warehouse, in_term(PERIOD, Law=31, Art=60)) == {PERIOD: 30}
    assert warehouse.rows_of("select shown_to, cells from ledger.release order by release") == [
        ("colleges", 2),
        ("Law", 3),
    ]
    told = "select row_key, persons, shown from ledger.released_cell where release = 2"
    assert [(persons, shown) for key, persons, shown in warehouse.rows_of(told) if "Law" in key] == [(31, 30)]


def test_asking_again_gives_the_same_and_adds_no_cell(warehouse: Warehouse) -> None:
    first = ask(warehouse, in_term(PERIOD, Law=31))
    cells = warehouse.rows("ledger.released_cell")
    assert ask(warehouse, in_term(PERIOD, Law=31)) == first
    assert warehouse.rows("ledger.released_cell") == cells


def test_somebody_who_has_come_or_gone_since_is_not_seen_by_asking_again(warehouse: Warehouse) -> None:
    """Else the rows that vanish when somebody's records are corrected are the rows in which they are counted."""
    before = in_term(PERIOD, Law=31, Art=60)
    first = ask(warehouse, before)
    for persons in (32, 30, 31):
        after = in_term(PERIOD, Law=persons, Art=60)
        assert ask(warehouse, after) == first == {PERIOD: 30}


def test_nor_in_what_every_night_says(warehouse: Warehouse) -> None:
    """Of 46 people who were told of as 45 one is gone tonight: every night says 45 still, and so does a request."""
    gate.release(warehouse, fill(warehouse, in_term(TERM, Law=45, Art=71)), RULES, "colleges")
    both = [in_term(PERIOD, Law=31), in_term(TERM, Law=45)]
    assert ask(warehouse, pl.concat(both)) == {PERIOD: 30, TERM: 45}


def test_a_number_near_the_terms_is_the_terms(warehouse: Warehouse) -> None:
    """46 were told as 45; 43 of them, alone, would be told as 45 too, and 41 as 40."""
    assert ask(warehouse, in_term(PERIOD, Law=41)) == {PERIOD: 45}


def test_k_raised_hides_more_and_is_not_remembered(warehouse: Warehouse) -> None:
    assert ask(warehouse, in_term(PERIOD, Law=31), k=40) == {PERIOD: None}
    assert ask(warehouse, in_term(PERIOD, Law=31), k=10) == {PERIOD: 30}


@pytest.mark.parametrize("persons", [28, 30, 32])
def test_asking_for_one_k_after_the_other_does_not_tell_how_many_people_there_are(
    warehouse: Warehouse, persons: int
) -> None:
    """As the exact number decided, the row would vanish at the k after it."""
    frame = in_term(PERIOD, Law=persons, Art=60)
    answers = [ask(warehouse, frame, k)[PERIOD] for k in range(28, 34)]
    assert answers == [30, 30, 30, None, None, None]


def test_of_the_sites_own_terms_a_request_says_what_every_night_says_or_nothing(warehouse: Warehouse) -> None:
    both = [in_term(PERIOD, Law=31), in_term(TERM, Law=46)]
    assert ask(warehouse, pl.concat(both)) == {PERIOD: 30, TERM: 45}
    both = [in_term(PERIOD, Law=31), in_term(TERM, Law=44)]
    assert ask(warehouse, pl.concat(both)) == {PERIOD: 30, TERM: None}


def test_what_would_give_somebody_away_is_refused_with_who_asked(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.reporting.report_release.release", refusing)
    with pytest.raises(Problem, match=r"^Law: not told — beside what was told before, .* could be worked out"):
        ask(warehouse, in_term(PERIOD, Law=31))
    assert warehouse.rows("ledger.release") == 1


def test_a_warehouse_of_an_older_version_is_refused_in_one_line(warehouse: Warehouse) -> None:
    warehouse.connection.execute("drop table portrait.retention")
    with pytest.raises(Problem, match=r"without portrait\.retention — `mingyuan run` makes it anew"):
        ask(warehouse, in_term(PERIOD, Law=31))


def refusing(*told: object) -> None:
    raise Problem("report.cohort, Law: a number that is withheld could be worked out")


def test_what_was_told_are_terms_periods_and_a_running_term_up_to_today(warehouse: Warehouse) -> None:
    term, period = (dt.date(2025, 9, 1), dt.date(2026, 1, 5)), (dt.date(2025, 9, 1), dt.date(2025, 11, 30))
    assert told_before(warehouse) == [term]
    ask(warehouse, in_term(PERIOD, Law=31))
    assert sorted(told_before(warehouse)) == [period, term]
    warehouse.connection.execute("update ref.horizon set as_of = date '2025-12-10'")
    assert sorted(told_before(warehouse)) == [period, (term[0], dt.date(2025, 12, 10)), term]


def test_whoever_is_set_beside_all_others_is_told_with_them_and_of_no_more(warehouse: Warehouse) -> None:
    """Of a period the other colleges' values stand on one's own page, unnamed: the gate decides of them as well."""
    table = "report.indicator"
    persons = {"Law": 31, "Art": 60, "Music": 80, "Physics": 45, "History": 70, "Film": 7}
    rows = [indicator(college, n, float(place)) for place, (college, n) in enumerate(persons.items())]
    frames = {table: pl.DataFrame(rows, schema_overrides={"place": pl.Int32, "colleges": pl.Int32})}
    everybody = beside({table: frames[table].filter(college="Law")}, frames)
    release_asked(warehouse, frames, everybody, RULES, "Law")
    law, *_ = as_told(warehouse, everybody, RULES, 10)[table].filter(college="Law").to_dicts()
    assert law["others"] == "0.0|1.0|2.0|3.0|4.0"
    told = "select count(*) from ledger.released_cell where table_name = ? and shown is not null"
    assert warehouse.connection.execute(told, [table]).fetchone() == (5,)


def indicator(college: str, persons: int, value: float) -> dict[str, object]:
    """A row of report.indicator that was set beside all colleges, also the small one."""
    words = dict.fromkeys(("view", "label_zh", "label_en", "term_label_zh", "term_label_en"), "x")
    own = {"college": college, "term": PERIOD, "indicator": "visits", "position": 1, "unit": "days", "better": "higher"}
    figures = {"value": value, "persons": persons, "previous": None, "change": None, "not_measured": None}
    beside_all = {"others": "0.0|1.0|2.0|3.0|4.0|5.0", "place": 1, "colleges": 6}
    spread = dict.fromkeys(("median", "lower_quartile", "upper_quartile", "lowest", "highest"), 1.0)
    return own | words | figures | spread | beside_all | {"term_position": 1}
