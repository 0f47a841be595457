"""Turn a model into a Dagster asset that builds its table.

A new table is checked before it replaces the old one: build, check, describe and commit are one
transaction, so a failing check leaves the rows that were there.  Feeds are filled elsewhere, in
:mod:`pipelines.exports`; what a table means stands in its SQL file.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from pipelines.columns import Column
from pipelines.models import Model
from pipelines.warehouse import Warehouse

OWNERS = ["team:library-data"]

UNTRACKED_LAYERS = {"ledger"}
"""Layers that the door writes on its own account, and that are therefore no assets."""


@dataclass(frozen=True)
class Check:
    """A rule that a table keeps, and how many rows broke it."""

    name: str
    rule: str
    broken: int = 0

    @property
    def passed(self) -> bool:
        return not self.broken


@dataclass(frozen=True)
class Built:
    """What became of one attempt to build a table."""

    model: Model
    rows: int
    checks: tuple[Check, ...]

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]


class _Failed(Exception):
    """Takes a table that breaks its rules out of its transaction."""

    def __init__(self, built: Built) -> None:
        self.built = built


def table_asset(model: Model) -> dg.AssetsDefinition:
    """The asset that runs a model's own statement."""

    @dg.multi_asset(
        name=op_name(model), specs=[asset_spec(model, model.reads, {"duckdb", "sql"})], check_specs=check_specs(model)
    )
    def table(warehouse: Warehouse) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        yield from results(build(warehouse, model, f"create or replace table {model.table} as {model.text}"))

    return table


def build(warehouse: Warehouse, model: Model, statement: str) -> Built:
    """Run the statement that makes a model's table; keep its result only if every check passes."""
    try:
        with warehouse.transaction() as connection:
            connection.execute(f"create schema if not exists {model.layer}")
            connection.execute(statement)
            built = _checked(warehouse, model)
            if built.failed:
                raise _Failed(built)
            warehouse.describe(model)
            _record(warehouse, built)
    except _Failed as failure:
        built = failure.built
        with warehouse.transaction():
            _record(warehouse, built)
    return built


def write(warehouse: Warehouse, model: Model, frame: pl.DataFrame) -> Built:
    """Replace a contract's table by a frame that has its columns, in any order."""
    warehouse.connection.register("made_by_python", frame.to_arrow())
    try:
        return select(warehouse, model, "select * from made_by_python")
    finally:
        warehouse.connection.unregister("made_by_python")


def select(warehouse: Warehouse, model: Model, query: str) -> Built:
    """Replace a contract's table by what a query selects, which has its columns, in any order."""
    columns = ", ".join(f"cast({column.name} as {column.type}) as {column.name}" for column in model.columns)
    return build(warehouse, model, f"create or replace table {model.table} as select {columns} from ({query})")


def results(built: Built) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
    """What Dagster is told of a table: each check, then either its rows or one line of failure."""
    key = asset_key(built.model.table)
    for check in built.checks:
        counts = {"broken_rows": check.broken, "rows": built.rows}
        yield dg.AssetCheckResult(passed=check.passed, check_name=check.name, asset_key=key, metadata=counts)
    if built.failed:
        raise dg.Failure(_complaint(built), allow_retries=False)
    yield dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": built.rows})


def asset_spec(model: Model, reads: Iterable[str], kinds: set[str]) -> dg.AssetSpec:
    """What Dagster shows of a table before it has ever been built."""
    return dg.AssetSpec(
        key=asset_key(model.table),
        deps=[asset_key(table) for table in sorted(reads) if table.partition(".")[0] not in UNTRACKED_LAYERS],
        description=f"{model.description}\n\n`{model.file}`",
        group_name=model.layer,
        owners=OWNERS,
        kinds=kinds,
        code_version=model.code_version,
        freshness_policy=_freshness(model),
        metadata={"dagster/column_schema": _schema(model), "dagster/column_lineage": _lineage(model)},
    )


def op_name(model: Model) -> str:
    """A name for the step that makes a table: Dagster allows no dot."""
    return model.table.replace(".", "__")


def asset_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(table.split("."))


def check_specs(model: Model) -> list[dg.AssetCheckSpec]:
    """Each of a model's own rules as a check that stops what comes after."""
    key = asset_key(model.table)
    return [dg.AssetCheckSpec(c.name, asset=key, description=c.rule, blocking=True) for c in _rules(model)]


def _rules(model: Model) -> list[Check]:
    grain = Check("grain", f"{', '.join(model.grain)} together identify a row")
    return [grain, *(Check(name, rule) for name, rule in model.checks.items())]


def _checked(warehouse: Warehouse, model: Model) -> Built:
    grain = ", ".join(model.grain)
    repeated = f"select count(*) from (select 1 from {model.table} group by {grain} having count(*) > 1)"
    filters = "".join(f", count(*) filter (where not ({rule}))" for rule in model.checks.values())
    ((rows, *broken),) = warehouse.rows_of(f"select count(*){filters} from {model.table}")
    counts = [warehouse.rows_of(repeated)[0][0], *broken]
    checks = (Check(check.name, check.rule, count) for check, count in zip(_rules(model), counts, strict=True))
    return Built(model, rows, tuple(checks))


def _record(warehouse: Warehouse, built: Built) -> None:
    """Note in the ledger how the checks went, for the data-quality page."""
    warehouse.connection.execute(
        "delete from ledger.expectation where subject = ? and origin = 'header'", [built.model.table]
    )
    warehouse.connection.executemany(
        "insert into ledger.expectation values (?, ?, 'header', ?, 'critical', ?, null, ?, ?)",
        [[built.model.table, c.name, c.rule, c.passed, c.broken, built.rows] for c in built.checks],
    )


def _complaint(built: Built) -> str:
    broken = "; ".join(f"{check.name} ({check.rule}) by {check.broken} rows" for check in built.failed)
    return f"{built.model.table}: broken: {broken} — the table keeps its previous rows; see {built.model.file}"


def _freshness(model: Model) -> dg.FreshnessPolicy | None:
    """A feed is late when no run has looked for its files within the time its header allows."""
    if model.due is None:
        return None
    number, _, unit = model.due.partition(" ")
    return dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(**{unit: int(number)}))


def _schema(model: Model) -> dg.TableSchema:
    columns = [
        dg.TableColumn(column.name, column.type, _words(column), tags=dict.fromkeys(column.tags, ""))
        for column in model.columns
    ]
    return dg.TableSchema(columns)


def _words(column: Column) -> str:
    """A column's caption, followed by links to what it is computed from: the open-source page draws no lineage."""
    origins = [f"[{table}](/assets/{table.replace('.', '/')}).{name}" for table, name in sorted(column.sources)]
    return " ".join(filter(None, (column.caption, "← " + ", ".join(origins) if origins else "")))


def _lineage(model: Model) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            c.name: [dg.TableColumnDep(asset_key(table), name) for table, name in sorted(c.sources)]
            for c in model.columns
        }
    )
