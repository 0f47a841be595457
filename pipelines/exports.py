"""Turn a feed into a Dagster asset that takes in its exports.

Each file ends in exactly one of loaded or refused.  A file's rows, its rejects and its row in the
ledger are one transaction; the same bytes again change nothing; a file of the same name with other
bytes takes the place of the one before.  Expectations judge the rows before any of them is committed.
Reading a file belongs in :mod:`pipelines.receive`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import ledger
from pipelines.arrival import arrival_specs, arrivals
from pipelines.errors import Problem, Refused
from pipelines.expectations import Expectation, Outcome, expectations_of
from pipelines.expectations import judge as judge_rows
from pipelines.ledger import Landed
from pipelines.models import Model
from pipelines.presets import Source
from pipelines.quoting import literal
from pipelines.reader import readers
from pipelines.receive import Received, digest, discard, receive, source_file
from pipelines.receive import landed as landed_files
from pipelines.site import Site, contract
from pipelines.tables import asset_key, asset_spec, op_name
from pipelines.vault import Vault
from pipelines.warehouse import Warehouse

READERS = 2
"""Children that read at once: each file is one core's work for the child, and some for the parent."""

Arrival = tuple[Source, Landed, Received]


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
        name=op_name(model),
        specs=[asset_spec(model, [], {"duckdb", "greatexpectations"})],
        check_specs=[*specs, *arrival_specs(model)],
    )
    def export(
        context: dg.AssetExecutionContext, warehouse: Warehouse, site: Site
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        try:
            intake = take_in(warehouse, site, model, expected)
        except OSError as error:
            raise Problem(
                f"{error.filename or model.table}: {error.strerror} — check the disk and who owns the data folder, then run again: no file is lost"
            ) from error
        for line in intake.refusals:
            context.log.error(line)
        yield from _check_results(model, expected, intake.outcomes)
        yield from arrivals(warehouse, site, model)
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
    arrivals = _received(warehouse, site, model, vault, intake)
    for source, landed, received in _fit(warehouse, model, expected, arrivals, intake):
        _load(warehouse, model, source, received)
        vault.keep_original(landed.path, received.sha256)
        intake.files, intake.rows = intake.files + 1, intake.rows + received.rows
    for _, _, received in arrivals:
        discard(received)
    return intake


def _received(warehouse: Warehouse, site: Site, model: Model, vault: Vault, intake: Intake) -> list[Arrival]:
    """Every new file of the feed, read; those that cannot be are refused."""
    for forgotten in site.campus.spool.glob("*.parquet"):
        forgotten.unlink()  # of a run that was killed after reading and before loading
    arrivals = []
    with readers(READERS) as read, ThreadPoolExecutor(READERS) as threads:
        waiting = [
            (
                source,
                landed,
                threads.submit(receive, landed.path, source, contract(model), site.campus, vault.keyring, read),
            )
            for source, landed in _new(warehouse, site, model, vault, intake)
        ]
        for source, landed, coming in waiting:
            try:
                arrivals.append((source, landed, coming.result()))
            except Refused as refusal:
                _refuse(warehouse, source, landed, str(refusal), intake)
    return arrivals


def _new(warehouse: Warehouse, site: Site, model: Model, vault: Vault, intake: Intake) -> list[tuple[Source, Landed]]:
    """Files whose rows are not there yet; one that came again unchanged is only sealed."""
    new = []
    for source in site.sources(model.table.partition(".")[2]):
        known = ledger.loaded(warehouse, source)
        for path in landed_files(site.campus, source):
            try:
                landed = _landed(path, source, site)
            except Refused as refusal:
                # Without its bytes it has no fingerprint, so the ledger cannot hold it.
                intake.refusals.append(str(refusal))
                continue
            if landed.source_file in known:
                vault.keep_original(path, landed.sha256)
            else:
                new.append((source, landed))
    return new


def _landed(path: Path, source: Source, site: Site) -> Landed:
    name, sha256 = path.relative_to(site.campus.landing).as_posix(), digest(path)
    return Landed(path, name, sha256, source_file(name, sha256, source))


def _fit(
    warehouse: Warehouse, model: Model, expected: Sequence[Expectation], arrivals: list[Arrival], intake: Intake
) -> list[Arrival]:
    """The files whose rows may be loaded; where all together break a critical expectation, the culprits are refused."""
    if not arrivals:
        return []
    intake.outcomes = _judge(warehouse, model, expected, [received for _, _, received in arrivals])
    ledger.judge(warehouse, model.table, intake.outcomes)
    if not _broken(intake.outcomes):
        return arrivals
    good = []
    for source, landed, received in arrivals:
        broken = _broken(_judge(warehouse, model, expected, [received]))
        if broken:
            why = "; ".join(map(_told, broken))
            line = f"{received.name}: {why} — see the expectations in {model.file}, then mend the preset or the export"
            _refuse(warehouse, source, landed, line, intake)
        else:
            good.append((source, landed, received))
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
        for marked in [*ledger.replaced(connection, source, received), received.source_file]:
            connection.execute(f"delete from {model.table} where source_file = ?", [marked])
            connection.execute("delete from ledger.reject where source_file = ?", [marked])
        connection.execute(
            f"insert into {model.table} ({columns}) select {columns} from read_parquet(?)", [str(received.rows_file)]
        )
        connection.execute(
            "insert into ledger.reject select ?, ?, record, field, reason from read_parquet(?)",
            [source.feed, received.source_file, str(received.rejects_file)],
        )
        ledger.enter(connection, source, received)


def _refuse(warehouse: Warehouse, source: Source, landed: Landed, why: str, intake: Intake) -> None:
    intake.refusals.append(why)
    with warehouse.transaction() as connection:
        ledger.refuse(connection, source, landed, why)


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
