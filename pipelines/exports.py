"""Turn a feed into a Dagster asset that takes in its exports.

Each file ends in exactly one of loaded or refused.  A file's rows, its rejects and its row in the
ledger are one transaction; the same bytes again change nothing; a file of the same name with other
bytes takes the place of the one before.  Expectations judge the rows before any of them is committed.
Reading a file belongs in :mod:`pipelines.receive`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import ledger
from pipelines.errors import Refused
from pipelines.expectations import Expectation, Outcome, expectations_of
from pipelines.expectations import judge as judge_rows
from pipelines.models import Model
from pipelines.presets import Source
from pipelines.quoting import literal
from pipelines.receive import Received, digest, discard, landed, receive
from pipelines.site import Site, contract
from pipelines.tables import asset_key, asset_spec, op_name
from pipelines.vault import Vault
from pipelines.warehouse import Warehouse


@dataclass
class Intake:
    """What one run took in of one feed."""

    files: int = 0
    rows: int = 0
    refusals: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def export_asset(model: Model) -> dg.AssetsDefinition:
    """The asset that loads the new exports of one feed."""
    expected = expectations_of(model)
    specs = [
        dg.AssetCheckSpec(
            e.check, asset=asset_key(model.table), description=e.description, blocking=e.severity == "critical"
        )
        for e in expected
    ]

    @dg.multi_asset(
        name=op_name(model), specs=[asset_spec(model, [], {"duckdb", "greatexpectations"})], check_specs=specs
    )
    def export(
        context: dg.AssetExecutionContext, warehouse: Warehouse, site: Site
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        intake = take_in(warehouse, site, model, expected)
        for line in intake.refusals:
            context.log.error(line)
        yield from _check_results(model, expected, intake.outcomes)
        if intake.refusals:
            raise dg.Failure("\n".join(intake.refusals), allow_retries=False)
        metadata = {
            "dagster/row_count": warehouse.rows(model.table),
            "new_files": intake.files,
            "new_rows": intake.rows,
        }
        yield dg.MaterializeResult(asset_key=asset_key(model.table), metadata=metadata)

    return export


def take_in(warehouse: Warehouse, site: Site, model: Model, expected: Sequence[Expectation]) -> Intake:
    """Load every export of a feed that has not been loaded yet."""
    warehouse.create(model)
    ring = ledger.keyring(warehouse, site)
    vault, intake = Vault.of(site.campus, ring), Intake()
    batch: list[tuple[Source, Path, Received]] = []
    for source in site.sources(model.table.partition(".")[2]):
        known = ledger.entries(warehouse, source)
        for path in landed(site.campus, source):
            sha256 = digest(path)
            if sha256 in known and known[sha256].status == "loaded":
                vault.keep_original(path, sha256)
                continue
            try:
                batch.append((source, path, receive(path, source, contract(model), site.campus, ring)))
            except Refused as refusal:
                _refuse(warehouse, site, source, path, sha256, str(refusal), intake)
    for source, path, received in _judged(warehouse, site, model, expected, batch, intake):
        _load(warehouse, model, source, received)
        vault.keep_original(path, received.sha256)
        intake.files, intake.rows = intake.files + 1, intake.rows + received.rows
    for _, _, received in batch:
        discard(received)
    return intake


def _judged(
    warehouse: Warehouse,
    site: Site,
    model: Model,
    expected: Sequence[Expectation],
    batch: list[tuple[Source, Path, Received]],
    intake: Intake,
) -> list[tuple[Source, Path, Received]]:
    """The files whose rows may be loaded; where the batch breaks a critical expectation, the culprits are refused."""
    if not batch:
        return []
    intake.outcomes = _judge(warehouse, model, expected, [received for _, _, received in batch])
    ledger.judge(warehouse, model.table, intake.outcomes)
    if not _broken(intake.outcomes):
        return batch
    good = []
    for source, path, received in batch:
        broken = _broken(_judge(warehouse, model, expected, [received]))
        if broken:
            why = f"{received.name}: {'; '.join(map(_told, broken))} — see the expectations in {model.file}, then mend the preset or the export"
            _refuse(warehouse, site, source, path, received.sha256, why, intake)
        else:
            good.append((source, path, received))
    return good


def _judge(
    warehouse: Warehouse, model: Model, expected: Sequence[Expectation], batch: Sequence[Received]
) -> list[Outcome]:
    files = ", ".join(literal(str(received.rows_file)) for received in batch)
    return judge_rows(warehouse.connection, f"select * from read_parquet([{files}])", expected, model.table)


def _broken(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if not outcome.passed and outcome.severity == "critical"]


def _told(outcome: Outcome) -> str:
    return f"{outcome.unexpected_count} rows break “{outcome.description}”"


def _load(warehouse: Warehouse, model: Model, source: Source, received: Received) -> None:
    """Rows, rejects and the ledger's row of one file, in one transaction."""
    columns = ", ".join(column.name for column in model.columns)
    with warehouse.transaction() as connection:
        for sha256 in [*ledger.replaced(connection, source, received), received.sha256]:
            _retract(connection, model, sha256)
        connection.execute(
            f"insert into {model.table} ({columns}) select {columns} from read_parquet(?)", [str(received.rows_file)]
        )
        connection.execute(
            "insert into ledger.reject select ?, ?, record, field, reason from read_parquet(?)",
            [source.feed, received.sha256[:16], str(received.rejects_file)],
        )
        ledger.enter(connection, source, received)


def _retract(connection: Any, model: Model, sha256: str) -> None:
    for table in (model.table, "ledger.reject"):
        connection.execute(f"delete from {table} where source_file = ?", [sha256[:16]])


def _refuse(
    warehouse: Warehouse, site: Site, source: Source, path: Path, sha256: str, why: str, intake: Intake
) -> None:
    intake.refusals.append(why)
    with warehouse.transaction() as connection:
        name = path.relative_to(site.campus.landing).as_posix()
        ledger.refuse(connection, source, name, sha256, path.stat().st_size, why)


def _check_results(
    model: Model, expected: Sequence[Expectation], outcomes: Sequence[Outcome]
) -> Iterator[dg.AssetCheckResult]:
    """Every expectation as Dagster shows it; with nothing new to judge, all hold as they did."""
    judged = {outcome.check: outcome for outcome in outcomes}
    for expectation in expected:
        outcome = judged.get(expectation.check)
        severity = dg.AssetCheckSeverity.ERROR if expectation.severity == "critical" else dg.AssetCheckSeverity.WARN
        yield dg.AssetCheckResult(
            passed=outcome is None or outcome.passed,
            check_name=expectation.check,
            asset_key=asset_key(model.table),
            severity=severity,
            metadata=_counts(outcome),
        )


def _counts(outcome: Outcome | None) -> dict[str, int]:
    if outcome is None:
        return {"new_rows": 0}
    return {"rows": outcome.element_count or 0, "rows_that_break_it": outcome.unexpected_count or 0}
