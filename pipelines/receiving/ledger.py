"""The warehouse's own record of what came to the door, and the key it was made with.

One row for each version of an export, written in the transaction that loads its rows, so that a file
is either in both or in neither.  Taking files in belongs in :mod:`pipelines.exports`.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import duckdb

from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Receipt
from pipelines.receiving import succession
from pipelines.receiving.presets import Source
from pipelines.receiving.receive import Received, source_file
from pipelines.site import Site
from pipelines.warehouse import Warehouse

_SHAPE_NO_ROWS = {"name", "files", "replaces", "period", "rejects"}
"""Lines of a source that say which files come and go, and nothing of what a file's rows are."""


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


@dataclass(frozen=True)
class Earlier:
    """A file that was loaded before, and whose bytes lie sealed in the vault."""

    name: str
    sha256: str
    source_file: str
    feed: str
    received_at: dt.datetime


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


def preset_digest(source: Source, zone: str) -> str:
    """A fingerprint of what turns a file into rows; a line left at its default counts like one not given."""
    lines = source.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=_SHAPE_NO_ROWS)
    columns = sorted(lines.pop("columns").items())
    return sha256(json.dumps([zone, columns, sorted(lines.items())]).encode()).hexdigest()[:16]


def loaded(warehouse: Warehouse, source: Source) -> set[str]:
    """What marks the rows of each file of a source that is loaded now."""
    rows = warehouse.rows_of(
        "select source_file from ledger.file where source = ? and status = 'loaded'", [source.name]
    )
    return {source_file for (source_file,) in rows}


def has(warehouse: Warehouse, source: Source, landed: Landed) -> bool:
    """Whether a source has taken a file in, even if another has taken its place since."""
    mark = source_file(landed.name, landed.sha256, source)
    return bool(
        warehouse.rows_of(
            "select 1 from ledger.file where source = ? and source_file = ? and status <> 'refused'",
            [source.name, mark],
        )
    )


def receipts(warehouse: Warehouse, feed: str) -> list[Receipt]:
    """What is to be known of every file of a feed whose rows are here, or were; one that came too late to count left none."""
    rows = warehouse.rows_of(
        "select source, feed, name, sha256, source_file, received_at from ledger.file "
        "where feed = ? and (status = 'loaded' or (status = 'replaced' and records > 0)) order by all",
        [feed],
    )
    return [Receipt(*row) for row in rows]


def left_behind(warehouse: Warehouse, source: Source) -> set[tuple[str, str]]:
    """Files, by mark and name, that another one under another name has taken the place of; they stay replaced.

    Where landing files are not taken away, the old one and the new lie side by side for ever.
    """
    if source.replaces not in ("same_period", "everything"):
        return set()
    rows = warehouse.rows_of(
        "select source_file, name from ledger.file where source = ? and status = 'replaced'", [source.name]
    )
    return {(source_file, name) for source_file, name in rows}


def read_otherwise(warehouse: Warehouse, source: Source, zone: str) -> list[Earlier]:
    """The loaded files of a source that were read with other lines of its preset than it has now."""
    rows = warehouse.rows_of(
        "select name, sha256, source_file, feed, received_at from ledger.file "
        "where source = ? and status = 'loaded' and preset_digest is distinct from ? "
        "and received_at >= coalesce((select max(kept_from) from ledger.retention where table_name = 'raw.' || feed), date '0001-01-01') "
        "order by received_at, name",
        [source.name, preset_digest(source, zone)],
    )
    return [Earlier(*row) for row in rows]


def told_of_older(warehouse: Warehouse, sources: Iterable[Source], zone: str) -> list[str]:
    """A line that says how many files were read with an older preset; none if all were read as they would be now."""
    counts = {source.name: len(read_otherwise(warehouse, source, zone)) for source in sources}
    told = ", ".join(f"{files} of {name}" for name, files in counts.items() if files)
    return [f"read with an older preset: {told} — `mingyuan replay` reads them anew"] if told else []


def enter(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    received: Received,
    zone: str,
    received_at: dt.datetime | None = None,
    earliest: dt.date | None = None,
) -> None:
    """Note a file as loaded, in the transaction that loads its rows."""
    _insert(
        connection,
        source,
        name=received.name,
        sha256=received.sha256,
        source_file=received.source_file,
        status="loaded",
        bytes=received.bytes,
        encoding=received.encoding,
        records=received.records,
        loaded=received.loaded,
        duplicates=received.duplicates,
        rejected=received.rejected,
        rows=received.rows,
        dropped_columns=", ".join(received.dropped_columns) or None,
        remark="; ".join(received.warnings) or None,
        received_at=received_at,
        preset_digest=preset_digest(source, zone),
        earliest=earliest,
    )


def refuse(connection: duckdb.DuckDBPyConnection, source: Source, landed: Landed, why: str) -> None:
    """Note a file as refused; nothing of it was loaded."""
    _note_unread(connection, source, landed, "refused", why)


def overtake(connection: duckdb.DuckDBPyConnection, source: Source, landed: Landed) -> None:
    """Note a full list as replaced, since a later one is there already; nothing of it was loaded."""
    _note_unread(connection, source, landed, "replaced", "came after the full list of a later period")


def giving_way(connection: duckdb.DuckDBPyConnection, source: Source, received: Received) -> list[str]:
    """What marks the rows of the earlier files that a file takes the place of."""
    loaded = connection.execute(
        "select source_file, name from ledger.file where source = ? and source_file <> ? and status = 'loaded'",
        [source.name, received.source_file],
    ).fetchall()
    return [source_file for source_file, name in loaded if succession.gives_way(source, name, received.name)]


def replaced(connection: duckdb.DuckDBPyConnection, source: Source, received: Received) -> list[str]:
    """What marked the rows of the earlier files that a file takes the place of; they are noted as such."""
    gone = giving_way(connection, source, received)
    connection.execute(
        "update ledger.file set status = 'replaced' where source = ? and list_contains(?, source_file)",
        [source.name, gone],
    )
    return gone


def is_overtaken(warehouse: Warehouse, source: Source, name: str) -> bool:
    """Whether a file is a full list of a period before that of one which is loaded."""
    own = succession.period(source, name)
    if source.replaces != "everything" or own is None:
        return False
    names = warehouse.rows_of("select name from ledger.file where source = ? and status = 'loaded'", [source.name])
    periods = (succession.period(source, other) for (other,) in names)
    return any(succession.in_order(own) < succession.in_order(other) for other in periods if other is not None)


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


def forget(connection: duckdb.DuckDBPyConnection, source: Source, source_file: str) -> None:
    """Leave no row of a file in the ledger."""
    connection.execute("delete from ledger.file where source = ? and source_file = ?", [source.name, source_file])


def _note_unread(
    connection: duckdb.DuckDBPyConnection, source: Source, landed: Landed, status: str, remark: str
) -> None:
    _insert(
        connection,
        source,
        name=landed.name,
        sha256=landed.sha256,
        source_file=landed.source_file,
        status=status,
        bytes=landed.path.stat().st_size,
        **dict.fromkeys(("records", "loaded", "duplicates", "rejected", "rows"), 0),
        remark=remark,
        received_at=None,
    )


def _insert(connection: duckdb.DuckDBPyConnection, source: Source, **told: Any) -> None:
    """The ledger's row of a file, in place of an earlier one of the same bytes; it came now unless it says when."""
    forget(connection, source, told["source_file"])
    row = {"source": source.name, "feed": source.feed, **told}
    values = ", ".join("coalesce(?, localtimestamp)" if name == "received_at" else "?" for name in row)
    connection.execute(f"insert into ledger.file ({', '.join(row)}) values ({values})", list(row.values()))
