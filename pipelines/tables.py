"""Turn a model into a Dagster asset that builds its table.

How a table is built is told in :mod:`pipelines.building.build`.  Feeds are filled elsewhere, in
:mod:`pipelines.exports`; what a table means stands in its SQL file.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg

from pipelines.building.build import renew
from pipelines.building.built import Built, rules
from pipelines.engine import DUCKDB, Engine
from pipelines.modelling.columns import Column
from pipelines.models import Model
from pipelines.warehouse import Warehouse

OWNERS = ["team:library-data"]

UNTRACKED_LAYERS = {"ledger"}
"""Layers that the door writes on its own account, and that are therefore no assets."""


def table_asset(model: Model) -> dg.AssetsDefinition:
    """The asset that runs a model's own statement."""

    @dg.multi_asset(
        name=op_name(model), specs=[asset_spec(model, model.reads, {"duckdb", "sql"})], check_specs=check_specs(model)
    )
    def table(warehouse: Warehouse, engine: Engine) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        yield from results(renew(warehouse, model, engine), engine.name_for(model))

    return table


def results(built: Built, engine: str = DUCKDB) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
    """What Dagster is told of a table: each check, then either its rows or one line of failure."""
    key = asset_key(built.model.table)
    for check in built.checks:
        counts = {"broken_rows": check.broken, "rows": built.rows}
        yield dg.AssetCheckResult(passed=check.passed, check_name=check.name, asset_key=key, metadata=counts)
    if built.failed:
        raise dg.Failure(_complaint(built), allow_retries=False)
    yield dg.MaterializeResult(
        asset_key=key, metadata={"dagster/row_count": built.rows, "rebuilt": built.rebuilt, "engine": engine}
    )


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
    return [dg.AssetCheckSpec(c.name, asset=key, description=c.rule, blocking=True) for c in rules(model)]


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
