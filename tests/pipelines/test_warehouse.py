"""A table that holds rows grows with its contract where nothing is lost by it, and is left alone where it cannot.

Written anew, the file holds what its tables hold, and nothing else.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.errors import Problem
from pipelines.modelling.model_files import read_models
from pipelines.models import Model
from pipelines.warehouse import Warehouse, write_anew

CONTRACT = """-- One row for each number.
--
-- grain: number

create table ledger.number (
    number integer not null, -- 数 | number
    {}
);
"""
Folder = Callable[..., Path]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(path=str(tmp_path / "warehouse" / "w.duckdb")).opened() as opened:
        yield opened


def contract(sql_folder: Folder, column: str) -> Model:
    return read_models(sql_folder(ledger__number=CONTRACT.format(column)))["ledger.number"]


def test_a_new_column_that_may_be_empty_is_added_to_the_rows_there_are(
    warehouse: Warehouse, sql_folder: Folder
) -> None:
    warehouse.create(contract(sql_folder, "word varchar -- 词 | word"))
    warehouse.connection.execute("insert into ledger.number values (1, 'one')")
    warehouse.create(contract(sql_folder, "note varchar, -- 注 | note\n word varchar -- 词 | word"))
    assert warehouse.rows_of("select number, word, note from ledger.number") == [(1, "one", None)]
    comments = warehouse.rows_of("select comment from duckdb_columns() where column_name = 'note'")
    assert comments == [("注 | note",)]


@pytest.mark.parametrize(
    "column",
    [
        "word integer -- 词 | word",
        "other varchar -- 别 | other",
        "word varchar, -- 词 | word\n note varchar not null -- 注 | note",
    ],
)
def test_what_the_rows_cannot_follow_is_refused_in_one_line(
    warehouse: Warehouse, sql_folder: Folder, column: str
) -> None:
    """The control: a column of another type, one that is gone, one that must be filled."""
    warehouse.create(contract(sql_folder, "word varchar -- 词 | word"))
    warehouse.connection.execute("insert into ledger.number values (1, 'one')")
    with pytest.raises(Problem, match="now declares other columns") as refused:
        warehouse.create(contract(sql_folder, column))
    assert "\n" not in str(refused.value)
    assert warehouse.rows_of("select * from ledger.number") == [(1, "one")]


def test_whether_a_table_exists_is_told_in_a_transaction_and_out_of_it(warehouse: Warehouse) -> None:
    assert warehouse.exists("ledger.file")
    assert not warehouse.exists("ledger.nothing")
    assert not warehouse.exists("nowhere.file")
    with warehouse.transaction() as connection:
        connection.execute("create schema clean")
        connection.execute("create table clean.loan (loan_key varchar)")
        assert warehouse.exists("clean.loan")
        assert not warehouse.exists("clean.nothing")
        assert not warehouse.exists("nowhere.file")
        connection.execute("insert into clean.loan values ('it goes on')")
    assert warehouse.exists("clean.loan")
    assert warehouse.rows("clean.loan") == 1
    assert {"clean.loan", "ledger.file"} <= set(warehouse.tables())


def test_written_anew_nothing_is_left_of_rows_that_were_deleted(tmp_path: Path) -> None:
    path, told = tmp_path / "warehouse" / "w.duckdb", "select i, word from ledger.number order by i"
    kept = [(i, f"word {i}") for i in range(3000) if i % 2]
    with Warehouse(path=str(path)).opened() as warehouse:
        warehouse.connection.execute(
            "create table ledger.number as select i, case when i % 2 = 0 then 'canary ' else 'word ' end || i as word from range(3000) as r (i)"
        )
        warehouse.connection.execute("comment on column ledger.number.word is '词 | word'; force checkpoint")
        warehouse.connection.execute("delete from ledger.number where word like 'canary%'; force checkpoint")
    assert b"canary" in path.read_bytes(), "the control: deleting leaves the bytes"
    with Warehouse(path=str(path)).opened() as warehouse:
        write_anew(warehouse)
    assert b"canary" not in path.read_bytes()
    assert sorted(left.name for left in path.parent.iterdir() if left.is_file()) == ["w.duckdb"]
    with Warehouse(path=str(path)).opened() as warehouse:
        assert warehouse.rows_of(told) == kept
        assert warehouse.rows_of("select comment from duckdb_columns() where column_name = 'word'") == [("词 | word",)]


def test_a_pseudonym_lies_as_it_is_also_in_what_comes_later(tmp_path: Path, sql_folder: Folder) -> None:
    """The control: the same letters in a column that is none are packed."""
    path = str(tmp_path / "w.duckdb")
    model = contract(sql_folder, "who varchar, -- 谁 | who #pseudonym\n word varchar -- 词 | word")
    letters = "select i, md5(i::varchar)[:12], md5(i::varchar)[:12] from range(200000) as t(i)"
    with Warehouse(path=path).opened() as warehouse:
        warehouse.create(model)
        warehouse.connection.execute(f"insert into ledger.number {letters}")
    with Warehouse(path=path).opened() as warehouse:
        warehouse.connection.execute(f"insert into ledger.number {letters}")
        warehouse.connection.execute("checkpoint")
        packed = "select distinct column_name, compression = 'Uncompressed' from pragma_storage_info('ledger.number') where segment_type = 'VARCHAR' order by all"
        assert warehouse.rows_of(packed) == [("who", True), ("word", False)]
