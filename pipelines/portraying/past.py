"""The warehouse as it would stand had the line been run on another day.

Two dates turn it back.  ``as_of``: only what had happened by the end of that day.  ``known_at``: only
what had been received by then; a file that another has taken the place of since is read once more
from its sealed original.  Events have times of their own, so both can be told from what is kept: each
feed says in its header (``happened:``) which columns are times, a row is there from the first of
them on, and a later one is told only once it has come.  What has no time of its own (a booking's last
status, a loan's count of renewals) is as the latest export known then says.

The result is a warehouse of its own in a private folder, made by the same assets as every night, and
gone with the block that asked for it.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.building.settled import Settled, settled
from pipelines.engine import Engine
from pipelines.errors import Problem
from pipelines.keeping.vault import Vault
from pipelines.models import Model
from pipelines.paths import ROOT
from pipelines.quoting import literal
from pipelines.receiving import ledger, loading, spool, succession, tombstones
from pipelines.receiving.ledger import Earlier
from pipelines.receiving.presets import Source
from pipelines.receiving.reader import readers
from pipelines.receiving.receive import discard
from pipelines.receiving.replay import read_original
from pipelines.site import Site, models
from pipelines.tables import asset_key
from pipelines.warehouse import Warehouse

_PAST = "past"
_WAREHOUSE = "mingyuan.duckdb"


@dataclass(frozen=True)
class Moment:
    """When to look, and with what was known when; today's knowledge of all that has happened where nothing is said."""

    as_of: dt.date | None = None
    known_at: dt.datetime | None = None

    @property
    def is_now(self) -> bool:
        return self.as_of is None and self.known_at is None


@dataclass(frozen=True)
class _File:
    """A file that came to the door, whatever became of it later."""

    source: str
    earlier: Earlier
    is_loaded: bool


_OF_ITS_OWN = {"ledger.build", "ledger.change"}
"""What has been built, and of what: of a warehouse of another day, nothing yet."""


@dataclass(frozen=True)
class Past:
    """A warehouse of another day."""

    connection: duckdb.DuckDBPyConnection
    files: tuple[Earlier, ...]
    """What it was made from, in order of arrival."""


@contextmanager
def warehouse_at(site: Site, moment: Moment, tables: Sequence[str], is_of_own_terms: bool = False) -> Iterator[Past]:
    """The named tables, and all that they are made from, as of a moment; of terms of its own, without what was told of the site's.

    Raises:
        Problem: nothing had been received by then, or a table breaks its rules.
        Busy: another run is writing.

    """
    campus = site.campus
    if not campus.warehouse.exists():
        raise Problem("there is no warehouse yet — `mingyuan run` makes it")
    with tempfile.TemporaryDirectory(dir=campus.warehouse.parent, prefix="past-") as name:
        folder = Path(name)
        with Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit).opened() as warehouse:
            vault = tombstones.shut(Vault.of(campus, ledger.keyring(warehouse, site)), warehouse)
            files = _in_force(site, _received(warehouse, moment))
            if not files:
                raise Problem("nothing had been received by then — choose a later --known-at")
            refuse_before_what_is_kept(warehouse, moment.as_of)
            settled_rows = () if is_of_own_terms else tuple(_settled(warehouse))
            _copy(warehouse, folder / _WAREHOUSE, [file for file in files if file.is_loaded], settled_rows)
        then = Warehouse(path=str(folder / _WAREHOUSE), memory_limit=campus.memory_limit)
        with then.opened():
            _read_anew(then, site, vault, folder, [file for file in files if not file.is_loaded])
            _cut(then, moment.as_of)
        _make(then, site, tables)
        with duckdb.connect(str(folder / _WAREHOUSE), read_only=True) as connection:
            yield Past(connection, tuple(file.earlier for file in files))


def refuse_before_what_is_kept(warehouse: Warehouse, day: dt.date | None) -> None:
    """Of a day whose records have been let go there is only what was told later.

    Raises:
        Problem: the day is one.

    """
    ends = warehouse.rows_of("select table_name, max(kept_from) as day from ledger.retention group by all order by day")
    if day and ends and day < ends[-1][1]:
        table, kept_from = ends[-1]
        raise Problem(
            f"records of {table} are kept from {kept_from} on, and of {day} are here no more — choose a later day"
        )


def _received(warehouse: Warehouse, moment: Moment) -> list[_File]:
    """Every file that had come by then, in order of arrival."""
    rows = warehouse.rows_of(
        "select source, status, name, sha256, source_file, feed, received_at from ledger.file "
        "where status <> 'refused' and not (status = 'replaced' and records = 0) and received_at <= ? order by received_at, name, source",
        [moment.known_at or dt.datetime.max],
    )
    return [_File(source, Earlier(*told), status == "loaded") for source, status, *told in rows]


def _in_force(site: Site, files: Sequence[_File]) -> list[_File]:
    """The files that no later one had taken the place of, told as at the door by their names."""
    sources = {source.name: source for source in site.every_source()}
    return [
        file
        for place, file in enumerate(files)
        if not any(_gives_way(sources.get(file.source), file, later) for later in files[place + 1 :])
    ]


def _gives_way(source: Source | None, earlier: _File, later: _File) -> bool:
    if source is None or earlier.source != later.source:
        return False
    return succession.gives_way(source, earlier.earlier.name, later.earlier.name)


def _settled(warehouse: Warehouse) -> Iterator[tuple[Model, Settled]]:
    """What was told of records that are here no more, which no other warehouse could make again."""
    there = set(warehouse.tables())
    for model in (model for model in models().values() if model.layer not in ("raw", "ledger")):
        if model.table in there and (stays := settled(warehouse, model)):
            yield model, stays


def _copy(
    warehouse: Warehouse, path: Path, files: Sequence[_File], settled_rows: Sequence[tuple[Model, Settled]]
) -> None:
    """The rows of these files in a database of their own, beside the door's ledger and the rows that stay as they were told."""
    connection, marks = warehouse.connection, [file.earlier.source_file for file in files]
    connection.execute(f"attach {literal(str(path))} as {_PAST}")
    try:
        for model in models().values():
            is_kept = model.layer in ("raw", "ledger") and model.table not in _OF_ITS_OWN
            if not is_kept or not warehouse.exists(model.table):
                continue
            connection.execute(f"create schema if not exists {_PAST}.{model.layer}")
            is_marked = "source_file" in warehouse.types(model.table)
            of_files = "where list_contains(?, source_file)" if is_marked else ""
            connection.execute(
                f"create table {_PAST}.{model.table} as select * from {model.table} {of_files}",
                [marks] if is_marked else [],
            )
        for model, stays in settled_rows:
            connection.execute(f"create schema if not exists {_PAST}.{model.layer}")
            told = f"select * from {model.table} where {stays.rows}"
            connection.execute(f"create table {_PAST}.{model.table} as {told}")
    finally:
        connection.execute(f"detach {_PAST}")


def _read_anew(then: Warehouse, site: Site, vault: Vault, folder: Path, files: Sequence[_File]) -> None:
    """Bring back the rows of files that have been replaced since, as their sources read them now."""
    sources = {source.name: source for source in site.every_source()}
    campus = site.campus.model_copy(update={"data": folder})
    with readers(1) as read, spool.workspace(campus.spool) as workspace:
        for file in files:
            source, model = sources[file.source], models()[f"raw.{file.earlier.feed}"]
            received = read_original(campus, source, vault, workspace, file.earlier, read)
            then.create(model)
            loading.load_again(then, model, source, received, campus.timezone, file.earlier)
            discard(received)


def _cut(then: Warehouse, as_of: dt.date | None) -> None:
    """Take out of every feed what had not happened by the end of a day; feeds that never came stand empty."""
    for model in (model for model in models().values() if model.is_feed):
        then.create(model)
        if as_of is not None and model.happened:
            _cut_feed(then, model, as_of + dt.timedelta(days=1))


def _cut_feed(then: Warehouse, model: Model, end: dt.date) -> None:
    began, *later = model.happened
    first = f"coalesce({', '.join([began, *later])})" if later else began
    with then.transaction() as connection:
        connection.execute(f"delete from {model.table} where {first} >= ?", [end])
        for column in later:
            connection.execute(f"update {model.table} set {column} = null where {column} >= ?", [end])


def _make(then: Warehouse, site: Site, tables: Sequence[str]) -> None:
    """Build the tables by the assets that build them every night; Dagster's history is told nothing of it."""
    found = dg.load_from_defs_folder(path_within_project=ROOT).assets or ()
    assets = [asset for asset in found if isinstance(asset, dg.AssetsDefinition)]
    # What one function fills together is made together.
    wanted = dg.AssetSelection.assets(*map(asset_key, tables)).upstream().required_multi_asset_neighbors()
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            assets,
            selection=wanted - dg.AssetSelection.groups("raw", "door"),
            resources={"site": site, "warehouse": then, "engine": Engine()},
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if not result.success:
        failed = ", ".join(str(event.step_key).replace("__", ".") for event in result.get_step_failure_events())
        raise Problem(
            f"{failed or 'the warehouse of that day'}: could not be made as of then — is the day after the first export?"
        )


def definitions_of(tables: Sequence[str]) -> dict[str, str]:
    """The version of each table that the named ones are made from, themselves included."""
    versions: dict[str, str] = {}
    waiting = list(tables)
    while waiting:
        model = models()[waiting.pop()]
        if model.table not in versions:
            versions[model.table] = model.code_version
            waiting.extend(model.reads)
    return dict(sorted(versions.items()))
