"""What a college reads depends on its own members and on the whole university, and on no other college.

One college's rows are changed, first in the tables that pages are made from, then where its members' portraits lie, with
everything made anew from them.  Another college's documents stay as they were, but for figures about all colleges together.
The changed college's own documents do change, which shows that the change could have been seen.
"""

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.releasing.release import released
from pipelines.reporting.report_files import write_group
from pipelines.reports import groups, own_tables, read_templates
from pipelines.site import models
from profiles.disclosure import Rules
from tests.line.sites import Whole, whole_campus
from tests.pipelines import page_tables
from tests.pipelines.report_tables import CAMPUS, campus

OF_COLLEGES = [template for template in read_templates() if template.one_per == "college"]
ABOUT_ALL = {
    *(
        "university_share",
        "university_mean",
        "median",
        "lower_quartile",
        "upper_quartile",
        "lowest",
        "highest",
        "others",
    ),
    *("place", "rank_low", "rank_high", "steadied_rate", "rate_low", "rate_high", "share_overall", "location_quotient"),
    *("is_changed",),  # beyond chance, with the changes of all colleges judged together
}
"""Columns that set a college beside all of them."""


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are drawn from the rows that the tables beside them hold."""
    monkeypatch.setattr(
        "vl_convert.vegalite_to_svg", lambda spec: f'<svg width="9" height="9" viewBox="0 0 9 9">{len(str(spec))}</svg>'
    )
    monkeypatch.setattr("pipelines.reporting.report_files.pdf", lambda html: b"")


def of(table: pl.DataFrame, college: str) -> pl.Expr:
    named = [pl.col(name) == college for name in ("college", "group_code") if table.schema.get(name) == pl.String]
    return pl.any_horizontal(named) if named else pl.lit(False)


def changed(table: pl.DataFrame, college: str) -> pl.DataFrame:
    """The table with every number of one college another one."""
    kept = {"position", "term_position", "scale_max", "hour", "weekday", "colleges", "teaching_week"}
    numbers = [name for name, kind in table.schema.items() if kind.is_numeric() and name not in kept]
    other = [(pl.col(name) * 0.7).cast(table.schema[name]).alias(name) for name in numbers]
    return table.with_columns(
        pl.when(of(table, college)).then(new).otherwise(pl.col(new.meta.output_name())).alias(new.meta.output_name())
        for new in other
    )


def tables_of(name: str) -> dict[str, pl.DataFrame]:
    """The tables of a report with two colleges in them at least."""
    if name == "college":
        return campus()
    twin = {
        table: rows.with_columns(
            pl.when(pl.col(column) == page_tables.COLLEGE)
            .then(pl.lit("法学院"))
            .otherwise(pl.col(column))
            .alias(column)
            for column in ("college", "group_code")
            if rows.schema.get(column) == pl.String
        )
        for table, rows in page_tables.of(name).items()
    }
    return {
        table: pl.concat([rows, twin[table].filter(of(twin[table], "法学院"))])
        for table, rows in page_tables.of(name).items()
    }


def documents(template, college: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, bytes]:
    written = write_group(template, college, tables, folder, CAMPUS)
    return {path.name: path.read_bytes() for path in written}


@pytest.mark.parametrize("template", OF_COLLEGES, ids=lambda template: template.name)
def test_another_college_s_rows_are_on_no_page_and_in_no_download(template, tmp_path: Path) -> None:
    tables = tables_of(template.name)
    mine, other = "经济学院", "法学院"
    after = {name: changed(table, other) for name, table in tables.items()}
    before = documents(template, mine, tables, tmp_path / "a")
    assert documents(template, mine, after, tmp_path / "b") == before
    assert documents(template, other, after, tmp_path / "c") != documents(template, other, tables, tmp_path / "d")
    assert not any(other.encode() in content for content in before.values())


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.getbasetemp() / "whole"
    folder.mkdir(exist_ok=True)
    return whole_campus(folder)


def told(database: Path, template) -> dict[str, pl.DataFrame]:
    """What a report may be told, from a warehouse, past the gate."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {
            name: released(models()[name], connection.sql(f"select * from {name}").pl(), Rules()).sort(pl.all())
            for name in template.reads
        }


def made_anew(database: Path, template) -> None:
    """Every table between the portraits of persons and a report, by its own SQL, in order."""
    wanted = set(template.reads)
    for model in reversed(models().values()):
        if model.table in wanted:
            wanted |= set(model.reads)
    with duckdb.connect(str(database)) as connection:
        stale = {"portrait.individual"}
        for model in models().values():
            if model.table in wanted and stale & set(model.reads) and model.is_select:
                connection.execute(f"create or replace table {model.table} as {model.text}")
                stale.add(model.table)


@pytest.mark.parametrize("template", OF_COLLEGES, ids=lambda template: template.name)
def test_another_college_s_members_change_nothing_but_what_is_about_all(template, whole: Whole, tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    shutil.copy(whole.line.campus.warehouse, database)
    before = told(database, template)
    mine, other = groups(template, before)[:2]
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update portrait.individual set visit_days = visit_days * 2 + 3, loans = loans + 4, bookings = bookings + 1, "
            "presence_hours = presence_hours * 2 where college = ?",
            [other],
        )
    made_anew(database, template)
    after = told(database, template)
    own, same = own_tables(template, mine, before), own_tables(template, mine, after)
    for name in template.reads:
        theirs = {"group_type"} <= set(own[name].columns)
        mine_only = (lambda table: table.filter(pl.col("group_type") == "college")) if theirs else (lambda table: table)
        columns = [column for column in own[name].columns if column not in ABOUT_ALL]
        assert mine_only(own[name]).select(columns).equals(mine_only(same[name]).select(columns)), name
    seen, now = own_tables(template, other, before), own_tables(template, other, after)
    assert any(not seen[name].equals(now[name]) for name in template.reads)
