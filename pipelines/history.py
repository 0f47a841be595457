"""Where Dagster keeps what it did for a site, opened for the length of one command.

What a run does belongs in :mod:`pipelines.run`, what is cleared out of the history in :mod:`pipelines.upkeep`.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import Any

import dagster as dg
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from dagster._core.storage.schedules.sqlite import sqlite_schedule_storage
from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool

from pipelines.campus import Campus
from pipelines.errors import Problem
from pipelines.paths import ROOT
from pipelines.site import Site

_STORAGES: tuple[Any, ...] = (sqlite_event_log, sqlite_run_storage, sqlite_schedule_storage)


@contextlib.contextmanager
def history(site: Site) -> Iterator[dg.DagsterInstance]:
    """Where Dagster keeps what it did for this site, wherever the command was given."""
    with contextlib.chdir(ROOT), _kept_open(), _instance(site.campus) as instance:
        _knows_its_tables(instance)
        yield instance


class _Lasting(QueuePool):
    """Connections that stay open when their engine is put away."""

    def dispose(self) -> None:
        pass

    def recreate(self) -> "_Lasting":
        return self


@contextlib.contextmanager
def _kept_open() -> Iterator[None]:
    """Let Dagster's history keep the engine of each file, with the statements that it has compiled, and its connections.

    Left to itself it makes and opens both for every event, compiles anew what the one before knew, and as the last to
    close the file waits for the disk: two thirds of what an asset costs by itself.  Other processes read and write the
    history meanwhile, for every event is still a transaction of its own.
    """
    kept: dict[str, Any] = {}

    def engine(file: str, **options: Any) -> Any:
        if file not in kept:
            kept[file] = create_engine(file, **options | {"poolclass": _Lasting, "pool_use_lifo": True})
            event.listen(kept[file], "connect", _unhurried)
            at_the_end.callback(QueuePool.dispose, kept[file].pool)
        return kept[file]

    with contextlib.ExitStack() as at_the_end:
        for storage in _STORAGES:
            at_the_end.callback(setattr, storage, "create_engine", storage.create_engine)
            storage.create_engine = engine
        yield


def _unhurried(connection: sqlite3.Connection, _record: Any) -> None:
    """Write the log without waiting for the disk: a power cut may cost its last events, and no data."""
    connection.execute("pragma synchronous = normal")


def _knows_its_tables(instance: dg.DagsterInstance) -> None:
    """Let Dagster's history ask but once which tables, columns and indices it has, rather than at every event."""
    events = instance.event_log_storage
    for question in ("has_table", "has_asset_key_col", "has_secondary_index"):
        setattr(events, question, cache(getattr(events, question)))


def _instance(campus: Campus) -> dg.DagsterInstance:
    if campus.data == ROOT / "data":
        return dg.DagsterInstance.from_config(str(ROOT))
    try:
        campus.dagster.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"{campus.dagster}: cannot be made — {error.strerror}; check who owns the data folder and whether it is read-only"
        ) from error
    return dg.DagsterInstance.local_temp(str(campus.dagster), overrides={"telemetry": {"enabled": False}})
