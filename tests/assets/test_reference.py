"""What a site knows beforehand: a calendar that cannot be is refused, and the line says in which file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.reference import _aliases, _days, _words
from pipelines.errors import Misconfigured
from pipelines.paths import REFERENCE
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from tests.assets.small_site import small_site


@dataclass(frozen=True)
class Held:
    """As much of a warehouse as reading from it takes."""

    connection: duckdb.DuckDBPyConnection


@pytest.fixture
def warehouse() -> Iterator[Held]:
    """Three received terms, and the calendar that is shipped."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema ref; create schema raw")
        connection.execute("create table raw.course as select unnest(['20251', 'Trinity', '2031秋']) as term_code")
        for name in ("term", "day", "opening_hours"):
            hold(connection, name, pl.read_csv(REFERENCE / f"{name}.csv", infer_schema=False))
        yield Held(connection)


def hold(connection: duckdb.DuckDBPyConnection, name: str, text: pl.DataFrame) -> None:
    columns = ", ".join(f"cast({c.name} as {c.type}) as {c.name}" for c in models()[f"ref.{name}"].columns)
    connection.register("given", text.to_arrow())
    connection.execute(f"create or replace table ref.{name} as select {columns} from given")
    connection.unregister("given")


def shipped(name: str, old: str = "", new: str = "") -> str:
    text = (REFERENCE / f"{name}.csv").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def site_with(folder: Path, name: str, text: str, **lines: object) -> Site:
    folder.mkdir(exist_ok=True)
    (folder / f"our_{name}.csv").write_text(text, encoding="utf-8")
    return small_site(folder, reference={name: f"our_{name}.csv"}, **lines)


def words(name: str, site: Site) -> pl.DataFrame:
    return _words(models()[f"ref.{name}"], Warehouse(path=":memory:"), site)[0]


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("term", "18,2026-01-05", "18,2026-02-05", "our_term.csv: term 2025-2026-1: exam_from 2026-02-05 lies outside the term"),
        ("day", "2026-01-04,makeup", "2026-01-05,makeup", "our_day.csv: day 2026-01-05: a make-up workday on a Monday"),
        ("opening_hours", "all,2,exam", "all,1,exam", "our_opening_hours.csv: building all, weekday 1, exam: hours hold twice"),
    ],
)  # fmt: skip
def test_a_reference_file_that_cannot_be_is_refused_by_its_own_name(tmp_path, name, old, new, line):
    assert words(name, site_with(tmp_path, name, shipped(name))).height > 0
    with pytest.raises(Misconfigured) as refused:
        words(name, site_with(tmp_path / "wrong", name, shipped(name, old, new)))
    assert str(refused.value).startswith(line)


def test_a_site_of_calendar_years_has_its_years_and_no_hours_but_its_own(tmp_path):
    years = {"calendar_years": [1919, 1921]}
    site = small_site(tmp_path, terms=years)
    assert words("term", site)["term"].to_list() == ["1919", "1920", "1921"]
    assert words("opening_hours", site).is_empty()
    own = "building,weekday,period,valid_from,valid_to,opens,closes\nall,1,teaching,,,600,1140\n"
    assert words("opening_hours", site_with(tmp_path / "own", "opening_hours", own, terms=years)).height == 1


def test_the_spring_festival_in_a_term_is_refused_and_the_days_stand_otherwise(tmp_path, warehouse):
    days = _days(warehouse, small_site(tmp_path))[0]
    assert set(days.columns) == {column.name for column in models()["ref.calendar_day"].columns}
    moved = shipped("day", "2026-02-17,closed", "2026-03-03,closed")
    hold(warehouse.connection, "day", pl.read_csv(moved.encode(), infer_schema=False))
    with pytest.raises(Misconfigured, match=r"day\.csv: day 2026-03-03: the Spring Festival lies in term 2025-2026-2"):
        _days(warehouse, small_site(tmp_path))
    (tmp_path / "years").mkdir()
    by_year = small_site(tmp_path / "years", terms={"calendar_years": [2016, 2026]})
    assert _days(warehouse, by_year)[0].height == days.height


def test_a_received_term_is_the_sites_own_or_none(tmp_path, warehouse):
    made = _aliases(warehouse, small_site(tmp_path))[0]
    assert dict(made.iter_rows()) == {"20251": "2025-2026-1", "Trinity": None, "2031秋": None}
