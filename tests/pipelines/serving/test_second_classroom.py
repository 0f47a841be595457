"""The list for the second classroom: whole, with numbers again, noted, and safe in a spreadsheet."""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import Misconfigured, Problem
from pipelines.keeping.vault import Vault
from pipelines.receiving import ledger
from pipelines.serving.second_classroom import HEADINGS, export
from pipelines.site import Site
from pipelines.warehouse import Warehouse
from tests.assets.small_site import small_site, warehouse_of
from tests.conftest import stand_up

ROWS = """
    event_key | patron_key | term   | event_type | series  | held_on    | attended_minutes | least_minutes | credit_hours
    T02       | bo         | spring | training   | =1+1    | 2026-03-09 | 88               | 60            | 2
    T01       | ann        | spring | training   | Start   | 2026-03-02 | 90               | 60            |
    T01       | stranger   | spring | training   | Start   | 2026-03-02 | 90               | 60            | 2
    T09       | ann        | autumn | training   | Start   | 2025-10-02 | 90               | 60            | 2
"""
NOW = dt.datetime(2026, 7, 20, 9, 30)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path)


@pytest.fixture
def warehouse(site: Site, tmp_path: Path, models) -> Iterator[Warehouse]:
    with warehouse_of(site).opened() as opened:
        stand_up(opened.connection, models["service.second_classroom"], ROWS)
        for table in ("ledger.key_check", "ledger.list_export"):
            opened.create(models[table])
        identities = [("patron_no", "2023010001", "ann"), ("patron_no", "2023010002", "bo")]
        schema = dict.fromkeys(("id_type", "identifier", "patron_key"), pl.String)
        pl.DataFrame(identities, schema=schema, orient="row").write_parquet(tmp_path / "who.parquet")
        Vault.of(site.campus, ledger.keyring(opened, site)).remember(tmp_path / "who.parquet")
        yield opened


def test_a_term_is_written_whole_with_numbers_and_noted_each_time(warehouse, site, tmp_path):
    for _ in range(2):
        files, listed, unknown = export(warehouse, site, "spring", tmp_path / "lists", "term credits", NOW)
    assert (listed, unknown) == (2, 1)
    with next(file for file in files if file.suffix == ".csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            list(HEADINGS),
            ["2023010001", "T01", "training", "Start", "2026-03-02", "90", ""],
            ["2023010002", "T02", "training", "'=1+1", "2026-03-09", "88", "2.00"],
        ]
    noted = warehouse.rows_of(
        "select export_key, purpose, exported_at, listed, dropped from ledger.list_export order by 1"
    )
    assert noted == [
        ("second_classroom spring#1", "term credits", NOW, 2, 1),
        ("second_classroom spring#2", "term credits", NOW, 2, 1),
    ]


def test_what_an_export_took_back_is_gone_from_the_next_list(warehouse, site, tmp_path):
    export(warehouse, site, "spring", tmp_path, "term credits", NOW)
    warehouse.connection.execute("delete from service.second_classroom where patron_key = 'bo'")
    files, listed, _ = export(warehouse, site, "spring", tmp_path, "term credits", NOW)
    assert listed == 1
    assert "2023010002" not in files[0].read_text(encoding="utf-8-sig")


def test_nothing_is_written_or_noted_without_a_purpose_in_a_public_folder_or_of_nothing(warehouse, site, tmp_path):
    with pytest.raises(Misconfigured, match="--for"):
        export(warehouse, site, "spring", tmp_path / "lists", " ", NOW)
    with pytest.raises(Misconfigured, match="--out"):
        export(warehouse, site, "spring", site.campus.reports / "x", "term credits", NOW)
    with pytest.raises(Problem, match="no attendance of summer"):
        export(warehouse, site, "summer", tmp_path / "lists", "term credits", NOW)
    assert not (tmp_path / "lists").exists()
    assert warehouse.rows_of("select count(*) from ledger.list_export") == [(0,)]
