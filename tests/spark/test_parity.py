"""Every model on two workers of Spark and in DuckDB, from the same exports: row by row the same.

Counts, dates and words must be equal, doubles to a billionth.  The exports are a demo campus's with the
oddities strewn in that engines differ about: missing values, equal times, an hour that a change of
clocks repeats, characters outside the basic plane, groups without anybody.
"""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import polars as pl
import polars.testing
import pytest

from pipelines.engine import DUCKDB, LAYERS_ON_SPARK, Engine
from pipelines.models import Model
from pipelines.site import models
from pipelines.warehouse import Warehouse

pytestmark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="Spark or Java is not here: `make cluster` installs Spark, apt-get install openjdk-17-jre-headless Java",
)
WORKERS = "local-cluster[2,1,768]"
ON_SPARK = [model for model in models().values() if model.is_select and model.layer in LAYERS_ON_SPARK]
DOUBLES = {"DOUBLE", "FLOAT"}
LEAST_COMPARED = 40
"""So many of the tables must hold rows for the comparison to say something."""


@pytest.fixture(scope="module")
def warehouse(whole, tmp_path_factory) -> Iterator[Warehouse]:
    """The demo campus with oddities, rebuilt in DuckDB up to the portraits."""
    path = tmp_path_factory.mktemp("odd") / "odd.duckdb"
    shutil.copy(whole.line.campus.warehouse, path)
    with Warehouse(path=str(path)).opened() as opened:
        for model in models().values():
            if model.is_feed:
                strew_oddities(opened, model)
        for model in models().values():
            if model.is_select and model.layer in ("ref", *LAYERS_ON_SPARK):
                opened.connection.execute(f"create or replace table {model.table} as {model.text}")
        yield opened


def strew_oddities(warehouse: Warehouse, model: Model) -> None:
    for column in model.columns:
        if "pseudonym" in column.tags or column.line == 0:
            continue
        lot = f"substr(md5(concat_ws('|', rowid, '{column.name}')), 1, 1)"
        if not column.is_required:
            warehouse.connection.execute(f"update {model.table} set {column.name} = null where {lot} = '0'")
        if column.type == "TIMESTAMP":
            hour = "timestamp '2025-11-02 01:30:00'"
            warehouse.connection.execute(f"update {model.table} set {column.name} = {hour} where {lot} = '1'")
        if column.name in ("building", "college", "title", "college_code"):
            warehouse.connection.execute(
                f"update {model.table} set {column.name} = {column.name} || '𠮷' where {lot} = '2'"
            )
    warehouse.connection.execute(f"insert into {model.table} select * from {model.table} where rowid % 50 = 0")


def test_every_model_is_the_same_on_two_workers(warehouse: Warehouse, tmp_path):
    compared = 0
    with Engine(url=WORKERS, lake=str(tmp_path)).opened() as engine:
        for model in ON_SPARK:
            there = warehouse.connection.sql(_typed(model, engine.rows_of(warehouse, model))).pl()
            here = warehouse.connection.sql(f"select {', '.join(there.columns)} from {model.table}").pl()
            compare(model, here, there)
            compared += here.height > 0
    assert compared >= LEAST_COMPARED


def _typed(model: Model, rows: str) -> str:
    """The rows as the table holds them once they are read back."""
    columns = ", ".join(f"cast({column.name} as {column.type}) as {column.name}" for column in model.columns)
    return f"select {columns} from ({rows})"


def compare(model: Model, here: pl.DataFrame, there: pl.DataFrame) -> None:
    exact = [column.name for column in model.columns if column.type not in DOUBLES]
    order = [*exact, *(name for name in here.columns if name not in exact)]
    try:
        polars.testing.assert_frame_equal(
            here.select(order).sort(order), there.select(order).sort(order), rel_tol=1e-9, abs_tol=1e-12
        )
    except AssertionError as error:
        raise AssertionError(f"{model.table}: {error}") from error


def test_a_difference_of_one_value_is_seen():
    model = next(model for model in ON_SPARK if model.table == "portrait.unit")
    row = {column.name: [None] for column in model.columns}
    here = pl.DataFrame(row | {"persons": [10]})
    with pytest.raises(AssertionError, match=r"portrait\.unit"):
        compare(model, here, here.with_columns(persons=pl.lit(11)))


def test_duckdb_makes_everything_itself_unless_told_otherwise():
    engine = Engine()
    assert engine.url == DUCKDB
    assert not any(engine.makes(model) for model in models().values())
