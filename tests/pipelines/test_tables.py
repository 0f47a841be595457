"""A table that breaks its own rules does not replace the one before it."""

from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest

from pipelines.building.build import build, write
from pipelines.engine import Engine
from pipelines.errors import Problem
from pipelines.modelling.model_files import read_models
from pipelines.models import Model
from pipelines.tables import asset_spec, check_specs, table_asset
from pipelines.warehouse import Warehouse

NUMBERS = "-- One row for each number.\n--\n-- grain: number\n\ncreate table segment.number (\n    number integer not null -- 数 | number\n);\n"
DOUBLED = """-- One row for each number, doubled.
--
-- grain: number
-- check doubled_is_even: doubled >= 0

select
    number,
    number * 2 as doubled  -- 倍数 | doubled | twice the number
from segment.number
"""


@pytest.fixture
def made(sql_folder) -> dict[str, Model]:
    return read_models(sql_folder(segment__number=NUMBERS, report__doubled=DOUBLED))


@pytest.fixture
def warehouse(tmp_path: Path):
    with Warehouse(path=str(tmp_path / "warehouse" / "w.duckdb")).opened() as opened:
        yield opened


def numbers(*values: int) -> pl.DataFrame:
    return pl.DataFrame({"number": list(values)}, schema={"number": pl.Int64})


def rows(warehouse: Warehouse, table: str) -> list[int]:
    return sorted(row[0] for row in warehouse.rows_of(f"select number from {table}"))


def rebuild(warehouse: Warehouse, model: Model):
    return build(warehouse, model, model.text)


def test_a_table_is_built_and_described_in_the_database(warehouse, made):
    assert not write(warehouse, made["segment.number"], numbers(1, 2)).failed
    built = rebuild(warehouse, made["report.doubled"])
    assert (built.rows, built.failed) == (2, [])
    comments = warehouse.rows_of("select column_name, comment from duckdb_columns() where table_name = 'doubled'")
    assert ("doubled", "倍数 | doubled | twice the number") in comments
    assert warehouse.types("segment.number") == {"number": "INTEGER"}


@pytest.mark.parametrize(("values", "check"), [((1, 1), "grain"), ((-3,), "doubled_is_even")])
def test_a_failing_check_keeps_the_rows_that_were_there(warehouse, made, values, check):
    write(warehouse, made["segment.number"], numbers(7, 8))
    rebuild(warehouse, made["report.doubled"])
    warehouse.connection.execute("delete from segment.number")
    warehouse.connection.executemany("insert into segment.number values (?)", [[value] for value in values])

    built = rebuild(warehouse, made["report.doubled"])

    assert [failed.name for failed in built.failed] == [check]
    assert rows(warehouse, "report.doubled") == [7, 8]
    noted = warehouse.rows_of("select name, passed from ledger.expectation where subject = 'report.doubled'")
    assert (check, False) in noted


def test_without_the_transaction_the_rows_would_be_lost(warehouse, made):
    """The negative control: the same statement by itself replaces the good rows."""
    write(warehouse, made["segment.number"], numbers(7, 8))
    rebuild(warehouse, made["report.doubled"])
    warehouse.connection.execute("insert into segment.number values (7)")
    model = made["report.doubled"]
    warehouse.connection.execute(f"create or replace table {model.table} as {model.text}")
    assert rows(warehouse, "report.doubled") == [7, 7, 8]


def test_dagster_is_told_of_the_failure_and_stops_what_comes_after(tmp_path, made):
    later = "-- L.\n--\n-- grain: number\n\nselect number from report.doubled\n"
    (tmp_path / "sql" / "report" / "later.sql").write_text(later, encoding="utf-8")
    models = read_models(tmp_path / "sql")
    resource = Warehouse(path=str(tmp_path / "warehouse" / "w.duckdb"))
    with resource.opened() as opened:
        opened.create(models["segment.number"])
        opened.connection.execute("insert into segment.number values (1), (1)")
    assets = [table_asset(models["report.doubled"]), table_asset(models["report.later"])]
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            assets, resources={"warehouse": resource, "engine": Engine()}, raise_on_error=False, instance=instance
        )
    assert not result.success
    assert {e.check_name: e.passed for e in result.get_asset_check_evaluations()} == {
        "grain": False,
        "doubled_is_even": True,
    }
    assert not result.asset_materializations_for_node("report__later")


def test_dagster_sees_words_sources_and_checks_before_anything_has_run(made):
    spec = asset_spec(made["report.doubled"], made["report.doubled"].reads, {"sql"})
    (number, doubled) = spec.metadata["dagster/column_schema"].columns
    assert number.description == "数 | number ← [segment.number](/assets/segment/number).number"
    assert doubled.description.startswith("倍数 | doubled | twice the number")
    assert [dep.asset_key for dep in spec.deps] == [dg.AssetKey(["segment", "number"])]
    assert [(spec.name, spec.blocking) for spec in check_specs(made["report.doubled"])] == [
        ("grain", True),
        ("doubled_is_even", True),
    ]


def test_a_value_that_does_not_fit_is_told_without_the_value(warehouse, made):
    spelt = pl.DataFrame({"number": ["2021141010001x"]})
    with pytest.raises(Problem, match="ConversionException") as refusal:
        write(warehouse, made["segment.number"], spelt)
    assert "2021141010001" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    # The negative control: DuckDB's own words quote it.
    with pytest.raises(duckdb.ConversionException, match="2021141010001"):
        warehouse.connection.execute("select cast('2021141010001x' as integer)")


def test_a_contract_that_changed_is_not_laid_over_rows(warehouse, made, sql_folder):
    write(warehouse, made["segment.number"], numbers(1))
    other = read_models(sql_folder(segment__number=NUMBERS.replace("integer", "bigint")))["segment.number"]
    with pytest.raises(Problem, match="now declares other columns"):
        warehouse.create(other)
    assert rows(warehouse, "segment.number") == [1]


def test_a_second_writer_waits_and_then_is_told_who_holds_the_file(warehouse, tmp_path):
    import subprocess
    import sys

    path = tmp_path / "warehouse" / "w.duckdb"
    code = f"from pathlib import Path\nfrom pipelines.warehouse import connect\nfrom pipelines.errors import Busy\ntry:\n    connect(Path({str(path)!r}), 0.3, '1GB')\nexcept Busy as busy:\n    print(busy)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "another run is writing" in done.stdout
