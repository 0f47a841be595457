"""The warehouse's own record of what came to the door, and the key it was made with.

One row for each version of an export, written in the transaction that loads its rows, so that a file
is either in both or in neither.  Taking files in belongs in :mod:`pipelines.exports`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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
class Entry:
    """An export as the ledger knows it."""

    sha256: str
    name: str
    status: str


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


def entries(warehouse: Warehouse, source: Source) -> dict[str, Entry]:
    """What has come from a source so far, by fingerprint."""
    rows = warehouse.rows_of("select sha256, name, status from ledger.file where source = ?", [source.name])
    return {row[0]: Entry(*row) for row in rows}


def enter(connection: duckdb.DuckDBPyConnection, source: Source, received: Received) -> None:
    """Note a file as loaded, in the transaction that loads its rows."""
    _forget(connection, source, received.sha256)
    dropped, remark = ", ".join(received.dropped_columns) or None, "; ".join(received.warnings) or None
    connection.execute(
        "insert into ledger.file values (?, ?, ?, ?, 'loaded', ?, ?, ?, ?, ?, ?, ?, ?, ?, localtimestamp)",
        [
            *(source.name, source.feed, received.name, received.sha256, received.bytes, received.encoding),
            *(received.records, received.loaded, received.duplicates, received.rejected, received.rows),
            *(dropped, remark),
        ],
    )


def refuse(connection: duckdb.DuckDBPyConnection, source: Source, name: str, sha256: str, size: int, why: str) -> None:
    """Note a file as refused; nothing of it was loaded."""
    _forget(connection, source, sha256)
    connection.execute(
        "insert into ledger.file values (?, ?, ?, ?, 'refused', ?, null, 0, 0, 0, 0, 0, null, ?, localtimestamp)",
        [source.name, source.feed, name, sha256, size, why],
    )


def replaced(connection: duckdb.DuckDBPyConnection, source: Source, received: Received) -> list[str]:
    """The earlier versions that a file takes the place of, marked as such."""
    if source.same_name != "replaces":
        return []
    rows = connection.execute(
        "update ledger.file set status = 'replaced' where source = ? and name = ? and sha256 <> ? and status = 'loaded' returning sha256",
        [source.name, received.name, received.sha256],
    ).fetchall()
    return [sha256 for (sha256,) in rows]


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


def _forget(connection: duckdb.DuckDBPyConnection, source: Source, sha256: str) -> None:
    connection.execute("delete from ledger.file where source = ? and sha256 = ?", [source.name, sha256])
