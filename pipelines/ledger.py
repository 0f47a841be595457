"""The warehouse's own record of what came to the door, and the key it was made with.

One row for each version of an export, written in the transaction that loads its rows, so that a file
is either in both or in neither.  Taking files in belongs in :mod:`pipelines.exports`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from pipelines.keyring import Keyring
from pipelines.presets import Source
from pipelines.receive import Received
from pipelines.site import Site
from pipelines.warehouse import Warehouse

KEY_CHECK = "ledger.key_check"


class Judged(Protocol):
    """What became of one expectation: counts, and never a value."""

    @property
    def table(self) -> str: ...
    @property
    def check(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def passed(self) -> bool: ...
    @property
    def observed(self) -> float | None: ...
    @property
    def unexpected_count(self) -> int | None: ...
    @property
    def element_count(self) -> int | None: ...


@dataclass(frozen=True)
class Landed:
    """A file that lies in the landing folder, and what would mark its rows."""

    path: Path
    name: str
    sha256: str
    source_file: str


def keyring(warehouse: Warehouse, site: Site) -> Keyring:
    """The site's key, which must be the one this warehouse was made with.

    Raises:
        KeyRefused: before anything is touched.

    """
    known = warehouse.rows_of("select key_check from ledger.key_check")
    expected = known[0][0] if known else None
    ring = Keyring.load_or_create(site.campus.key_file, expected, may_create=not known)
    if not known:
        warehouse.connection.execute("insert into ledger.key_check values (?)", [ring.key_check])
    return ring


def loaded(warehouse: Warehouse, source: Source) -> set[str]:
    """What marks the rows of each file of a source that is loaded now."""
    rows = warehouse.rows_of(
        "select source_file from ledger.file where source = ? and status = 'loaded'", [source.name]
    )
    return {source_file for (source_file,) in rows}


def enter(connection: duckdb.DuckDBPyConnection, source: Source, received: Received) -> None:
    """Note a file as loaded, in the transaction that loads its rows."""
    _forget(connection, source, received.source_file)
    dropped, remark = ", ".join(received.dropped_columns) or None, "; ".join(received.warnings) or None
    connection.execute(
        "insert into ledger.file values (?, ?, ?, ?, ?, 'loaded', ?, ?, ?, ?, ?, ?, ?, ?, ?, localtimestamp)",
        [
            *(source.name, source.feed, received.name, received.sha256, received.source_file),
            *(received.bytes, received.encoding, received.records, received.loaded),
            *(received.duplicates, received.rejected, received.rows, dropped, remark),
        ],
    )


def refuse(connection: duckdb.DuckDBPyConnection, source: Source, landed: Landed, why: str) -> None:
    """Note a file as refused; nothing of it was loaded."""
    _forget(connection, source, landed.source_file)
    connection.execute(
        "insert into ledger.file values (?, ?, ?, ?, ?, 'refused', ?, null, 0, 0, 0, 0, 0, null, ?, localtimestamp)",
        [source.name, source.feed, landed.name, landed.sha256, landed.source_file, landed.path.stat().st_size, why],
    )


def replaced(connection: duckdb.DuckDBPyConnection, source: Source, received: Received) -> list[str]:
    """What marked the rows of the earlier versions that a file takes the place of; they are noted as such."""
    if source.same_name != "replaces":
        return []
    rows = connection.execute(
        "update ledger.file set status = 'replaced' "
        "where source = ? and name = ? and source_file <> ? and status = 'loaded' returning source_file",
        [source.name, received.name, received.source_file],
    ).fetchall()
    return [source_file for (source_file,) in rows]


def judge(warehouse: Warehouse, subject: str, outcomes: Iterable[Judged]) -> None:
    """Note how the expectations of one table were met, for the data-quality page."""
    with warehouse.transaction() as connection:
        connection.execute(
            "delete from ledger.expectation where subject = ? and origin = 'great_expectations'", [subject]
        )
        for outcome in outcomes:
            connection.execute(
                "insert into ledger.expectation values (?, ?, 'great_expectations', ?, ?, ?, ?, ?, ?)",
                [
                    *(subject, outcome.check, outcome.description, outcome.severity, outcome.passed),
                    *(outcome.observed, outcome.unexpected_count, outcome.element_count),
                ],
            )


def _forget(connection: duckdb.DuckDBPyConnection, source: Source, source_file: str) -> None:
    connection.execute("delete from ledger.file where source = ? and source_file = ?", [source.name, source_file])
