"""Turn a feed into a Dagster asset that takes in its exports.

Each file ends in exactly one of loaded or refused; the same bytes again change nothing.  Which earlier
files a file takes the place of is told in :mod:`pipelines.receiving.succession`.  Reading a file belongs in
:mod:`pipelines.receiving.receive`, judging and loading it in :mod:`pipelines.receiving.loading`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import dagster as dg

from pipelines.building.expectations import Expectation, Outcome, expectations_of
from pipelines.errors import Problem, Refused, of_the_disk
from pipelines.forgetting.redaction import Reading, seal_rest
from pipelines.keeping.vault import Vault
from pipelines.models import Model
from pipelines.receiving import ledger, loading, succession, tombstones
from pipelines.receiving.arrival import arrival_specs, arrivals
from pipelines.receiving.asked import Asked, asked_for, told_twice
from pipelines.receiving.ledger import Landed
from pipelines.receiving.presets import Source
from pipelines.receiving.reader import readers
from pipelines.receiving.receive import Received, digest, discard, name_within, source_file
from pipelines.receiving.receive import landed as landed_files
from pipelines.receiving.tombstones import NEVER_KEPT
from pipelines.receiving.workbook import WORKBOOKS
from pipelines.site import Site
from pipelines.tables import asset_key, asset_spec, op_name
from pipelines.warehouse import Warehouse

EVERY_FILE = "takes_in_every_file"
RETENTION = "door.retention"
"""What comes first: records that are past their time are let go before any come in."""

READERS = 2
"""Children that read at once: each file is one core's work for the child, and some for the parent."""

Arrival = tuple[Source, Landed, Received]


@dataclass
class Intake:
    """What one run took in of one feed."""

    files: int = 0
    rows: int = 0
    rejected: int = 0
    withdrawn: int = 0
    """Rows of earlier files, whose place others have taken."""
    refusals: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """A line for each thing that was taken in and yet deserves a look."""
    outcomes: list[Outcome] = field(default_factory=list)
    is_unsound: bool = False
    """Whether nothing may be made of it, for nobody can see what has landed."""


def export_asset(model: Model) -> dg.AssetsDefinition:
    """A feed as Dagster knows it: each run takes in what has landed since the last."""
    expected = expectations_of(model)

    @dg.multi_asset(
        name=op_name(model),
        specs=[asset_spec(model, [RETENTION], {"duckdb", "greatexpectations"})],
        check_specs=[*_check_specs(model, expected), _every_file(model), *arrival_specs(model)],
    )
    def export(
        context: dg.AssetExecutionContext, warehouse: Warehouse, site: Site
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        with of_the_disk(model.table, "run again"):
            intake = take_in(warehouse, site, model, expected)
        older = ledger.told_of_older(warehouse, site.sources(_feed(model)), site.campus.timezone)
        for line in [*intake.remarks, *older]:
            context.log.warning(line)
        for line in intake.refusals:
            context.log.error(line)
        yield from _check_results(model, expected, intake.outcomes)
        yield from arrivals(warehouse, site, model)
        if intake.is_unsound:
            raise dg.Failure("\n".join(intake.refusals), allow_retries=False)
        # A file that stays outside is a fault of that file alone: what came in beside it is told all the same.
        yield dg.AssetCheckResult(
            passed=not intake.refusals,
            check_name=EVERY_FILE,
            asset_key=asset_key(model.table),
            metadata={"refused": intake.refusals},
        )
        yield dg.MaterializeResult(asset_key=asset_key(model.table), metadata=_figures(warehouse, model, intake))

    return export


def _figures(warehouse: Warehouse, model: Model, intake: Intake) -> dict[str, int | list[str]]:
    """What a run says of a feed once it has ended."""
    return {
        "dagster/row_count": warehouse.rows(model.table),
        "new_files": intake.files,
        "new_rows": intake.rows,
        "rejected": intake.rejected,
        "withdrawn": intake.withdrawn,
        "remarks": intake.remarks,
    }


def take_in(warehouse: Warehouse, site: Site, model: Model, expected: Sequence[Expectation]) -> Intake:
    """Load every export of a feed that has not been loaded yet."""
    warehouse.create(model)
    vault = tombstones.shut(Vault.of(site.campus, ledger.keyring(warehouse, site)), warehouse)
    intake, asked = Intake(), asked_for(site)
    arrivals = _received(warehouse, site, model, vault, asked, intake)
    judgement = loading.judge(warehouse, model, expected, [received for _, _, received in arrivals])
    intake.outcomes = judgement.outcomes
    for source, landed, received in arrivals:
        culprit = judgement.culprits.get(received.source_file)
        if why := culprit or loading.strays(warehouse, model, source, received):
            _refuse(warehouse, source, landed, why, intake)
            continue
        if _may_tell_of_the_forgotten(vault, received) and not _keep_rest(site, vault, source, landed, asked, intake):
            continue
        intake.withdrawn += loading.load(warehouse, model, source, received, site.campus.timezone)
        _keep(warehouse, vault, landed, asked, intake)
        intake.files, intake.rows = intake.files + 1, intake.rows + received.rows
        intake.rejected += received.rejected
        told = (*received.warnings, *loading.doubts(warehouse, model, source, received))
        intake.remarks += [f"{received.name}: {warning}" for warning in told]
    for _, _, received in arrivals:
        discard(received)
    for receipt in ledger.receipts(warehouse, _feed(model)):
        vault.keep_receipt(receipt)
    return intake


def _received(
    warehouse: Warehouse, site: Site, model: Model, vault: Vault, asked: Asked, intake: Intake
) -> list[Arrival]:
    """Every new file of the feed, read; those that cannot be are refused."""
    for forgotten in site.campus.spool.glob("*.parquet"):
        forgotten.unlink()  # of a run that was killed after reading and before loading
    arrivals, new = [], _new(warehouse, site, model, vault, asked, intake)
    if new:
        vault.sweep()
    with readers(READERS) as read, ThreadPoolExecutor(READERS) as threads:
        waiting = [
            (
                source,
                landed,
                threads.submit(loading.read_file, landed.path, source, model, site.campus, vault, read),
            )
            for source, landed in new
        ]
        for source, landed, coming in waiting:
            try:
                arrivals.append((source, landed, coming.result()))
            except Refused as refusal:
                _refuse(warehouse, source, landed, str(refusal), intake)
    return arrivals


def _new(
    warehouse: Warehouse, site: Site, model: Model, vault: Vault, asked: Asked, intake: Intake
) -> list[tuple[Source, Landed]]:
    """Files whose rows are not there yet, in the order in which they count; others are only sealed."""
    new = []
    for source in site.sources(_feed(model)):
        known, left_behind = ledger.loaded(warehouse, source), ledger.left_behind(warehouse, source)
        for landed in _landed(site, source, intake):
            is_known = landed.source_file in known or (landed.source_file, landed.name) in left_behind
            if is_known or _is_overtaken(warehouse, source, landed):
                if (
                    not (vault.erased or vault.kept_from)
                    or vault.has(landed.sha256)
                    or _keep_rest(site, vault, source, landed, asked, intake)
                ):
                    _keep(warehouse, vault, landed, asked, intake)
            elif why := succession.misnamed(source, landed.name) or told_twice(landed.name, model, asked[landed.path]):
                _refuse(warehouse, source, landed, why, intake)
            else:
                new.append((source, landed))
    return new


def _landed(site: Site, source: Source, intake: Intake) -> list[Landed]:
    """The landing files of a source; one that has no fingerprint the ledger cannot hold."""
    if not site.campus.landing.is_dir():
        # A share that is not mounted must not look like a night in which nothing came.
        intake.is_unsound = True
        intake.refusals.append(
            f"{site.campus.landing}: there is no such landing folder — make it, mount it, or mend landing in the site file"
        )
        return []
    found = []
    for path in landed_files(site.campus, source):
        name = name_within(path, site.campus.landing)
        try:
            sha256 = digest(path)
        except Refused as refusal:
            intake.refusals.append(str(refusal))
        else:
            found.append(Landed(path, name, sha256, source_file(name, sha256, source)))
    return sorted(found, key=lambda landed: succession.in_order(succession.period(source, landed.name) or ""))


def _keep(warehouse: Warehouse, vault: Vault, landed: Landed, asked: Asked, intake: Intake) -> None:
    """Seal a file that is loaded; once no source waits for it any more, it leaves our own landing folder."""
    try:
        vault.keep_original(landed.path, landed.sha256)
        if all(ledger.has(warehouse, source, landed) for source in asked[landed.path]):
            vault.take_away(landed.path, landed.sha256)
    except Problem as changed:
        intake.refusals.append(str(changed))


def _may_tell_of_the_forgotten(vault: Vault, received: Received) -> bool:
    """Whether a file may not be sealed as it came: somebody is in it, or may stand in a sheet of a workbook that is not read."""
    return bool(NEVER_KEPT & received.reasons.keys()) or bool(vault.erased and received.encoding in WORKBOOKS)


def _keep_rest(site: Site, vault: Vault, source: Source, landed: Landed, asked: Asked, intake: Intake) -> bool:
    """Seal a file without those who were forgotten, before it counts as loaded: killed between the two, it is read again.

    What is past its time in it goes too, unless another feed reads the same lines.
    """
    if len({other.feed for other in asked[landed.path]}) > 1:
        vault = replace(vault, kept_from={})
    try:
        intake.remarks += seal_rest(site, vault, Reading(source, landed.name), landed.sha256, landed.path)
    except Problem as changed:
        intake.refusals.append(str(changed))
        return False
    return True


def _is_overtaken(warehouse: Warehouse, source: Source, landed: Landed) -> bool:
    """Whether a full list came too late to count, which is then noted."""
    if not ledger.is_overtaken(warehouse, source, landed.name):
        return False
    with warehouse.transaction() as connection:
        ledger.overtake(connection, source, landed)
    return True


def _feed(model: Model) -> str:
    return model.table.partition(".")[2]


def _refuse(warehouse: Warehouse, source: Source, landed: Landed, why: str, intake: Intake) -> None:
    if why not in intake.refusals:  # two sources may be refused a file for the same reason
        intake.refusals.append(why)
    with warehouse.transaction() as connection:
        ledger.refuse(connection, source, landed, why)


def _every_file(model: Model) -> dg.AssetCheckSpec:
    """A check that stops nothing: what it tells of has stayed outside."""
    return dg.AssetCheckSpec(EVERY_FILE, asset=asset_key(model.table), description="no file had to stay outside")


def _check_specs(model: Model, expected: Sequence[Expectation]) -> list[dg.AssetCheckSpec]:
    key = asset_key(model.table)
    return [
        dg.AssetCheckSpec(e.check, asset=key, description=e.description, blocking=e.severity == "critical")
        for e in expected
    ]


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
