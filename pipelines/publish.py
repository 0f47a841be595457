"""The database that analysts open: written aside, audited, and put in place in one step.

Each generation is a new file, and ``current`` points at the newest good one, so a reader never sees
a half-written or an older database, and an open one is never changed.  Figures about groups come
here as they were released (:mod:`pipelines.releasing.release`), never from their table.  The files themselves are minded by
:mod:`pipelines.keeping.generations`; which tables are published is for the assets to say.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.building.fingerprint import Fingerprints, content_of
from pipelines.errors import Problem
from pipelines.keeping import generations
from pipelines.quoting import identifier, literal

EDITIONS = 3
"""So many generations are kept; the oldest goes when another comes."""

STORAGE_VERSION = "v1.2.0"
"""What DuckDB 1.2 and all later ones can open."""

_NEW = "publication"
_CLOSED = {"enable_external_access": "false", "lock_configuration": "true"}

Words = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class PublishedTable:
    """A table of the warehouse, as analysts are to see it."""

    name: str
    """With its schema: ``report.college``."""
    comment: str
    columns: Words
    """Each column to publish, with its comment; no other column leaves."""
    is_aggregate: bool = False
    """Whether rows are about groups, and leave only as they were released."""


@dataclass(frozen=True)
class Example:
    """A query for an analyst to begin with."""

    name: str
    answers: str
    sql: str


_EXAMPLES = PublishedTable(
    "meta.example_query",
    "One row for each query to begin with.",
    (("name", "名称 | name"), ("answers", "回答的问题 | what it answers"), ("sql", "查询语句 | the query")),
)
_ABOUT = PublishedTable(
    "meta.about",
    "One row for each thing to know about this database.",
    (("key", "项目 | item"), ("value", "内容 | what is to be known")),
)
_MANIFEST = PublishedTable(
    "meta.manifest",
    "One row for each table as it was published.",
    (("table_name", "表 | table"), ("rows", "行数 | rows"), ("hash", "校验值 | hash | of content, columns and words")),
)


@dataclass(frozen=True)
class Published:
    """What readers find now."""

    generation: int
    path: Path
    is_new: bool
    hashes: Fingerprints


def publish(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[PublishedTable],
    folder: Path,
    aggregates: Mapping[str, pl.DataFrame],
    keep_generations: int = EDITIONS,
    meta: Mapping[str, str] | None = None,
    examples: Sequence[Example] = (),
    forbidden_columns: Collection[str] = (),
) -> Published:
    """Publish the tables, unless they are as in the current generation; the connection has no open transaction.

    Of tables about groups, the rows are those of ``aggregates``, which were released.

    Raises:
        Problem: the new file failed its audit; readers keep the generation before.

    """
    path = generations.unfinished(folder)
    try:
        hashes = _write(connection, path, tables, aggregates, meta or {}, examples)
        generations.sync(path)
        _audit(path, hashes, examples, forbidden_columns)
        before = generations.current(folder)
        if before and _manifest(before) == hashes:
            return Published(generations.generation(before), before, False, hashes)
        path = generations.put_in_place(path)
        generations.retire(folder, keep_generations)
        return Published(generations.generation(path), path, True, hashes)
    finally:
        generations.sweep(folder)


def open_current(folder: Path) -> duckdb.DuckDBPyConnection:
    """The newest generation, to be read and not to be left: no files, no network, no settings.

    Raises:
        Problem: there is none yet.

    """
    path = generations.current(folder)
    if path is None:
        raise Problem(f"{folder.name}: nothing is published yet — run the pipeline to its end once")
    return _open(path)


def _write(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    tables: Sequence[PublishedTable],
    aggregates: Mapping[str, pl.DataFrame],
    meta: Mapping[str, str],
    examples: Sequence[Example],
) -> Fingerprints:
    """A new database with the tables, and what each is recognised by."""
    connection.execute(f"attach {literal(str(path))} as {_NEW} (storage_version '{STORAGE_VERSION}')")
    try:
        with _at_once(connection):
            for table in tables:
                _copy(connection, table, aggregates)
            _list(connection, _EXAMPLES, [(example.name, example.answers, example.sql) for example in examples])
            hashes = _fingerprints(connection, _NEW)
            _list(connection, _ABOUT, sorted(meta.items()))
            _list(connection, _MANIFEST, [(table, *fingerprint) for table, fingerprint in hashes.items()])
        connection.execute(f"checkpoint {_NEW}")
    finally:
        connection.execute(f"detach {_NEW}")
    return hashes


@contextmanager
def _at_once(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that the block writes in one transaction: the disk is waited for once, and not after each of hundreds of statements."""
    connection.begin()
    try:
        yield
    except BaseException:  # an interrupt too: whoever uses the connection next finds no transaction
        connection.rollback()
        raise
    connection.commit()


def _copy(connection: duckdb.DuckDBPyConnection, table: PublishedTable, aggregates: Mapping[str, pl.DataFrame]) -> None:
    """One table into the new database: an aggregate as it was released, any other as it stands."""
    columns = dict(table.columns)
    selected = f"select {', '.join(map(_name, columns))} from {_name(table.name)}"
    if not table.is_aggregate:
        _create(connection, table, columns, selected)
        return
    columns = {
        **columns,
        "withheld": columns.get("withheld", "不公布 | withheld | too few people, or others could be worked out"),
    }
    types = selected if "withheld" in dict(table.columns) else f"select *, false as withheld from ({selected})"
    _create(connection, table, columns, f"{types} limit 0")
    connection.register("gated", aggregates[table.name].select(list(columns)))
    connection.execute(f"insert into {_name(table.name, _NEW)} by name select * from gated")
    connection.unregister("gated")


def _create(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, columns: Mapping[str, str], query: str
) -> None:
    target = _name(table.name, _NEW)
    connection.execute(f"create schema if not exists {_name(table.name.partition('.')[0], _NEW)}")
    connection.execute(f"create table {target} as {query}")
    said = [f"comment on table {target} is {literal(table.comment)}"]
    said += [f"comment on column {target}.{_name(name)} is {literal(words)}" for name, words in columns.items()]
    connection.execute("; ".join(said))


def _list(connection: duckdb.DuckDBPyConnection, table: PublishedTable, lines: Sequence[Sequence[str | int]]) -> None:
    """Fill one of the tables in which a database describes itself."""
    types = {"rows": "bigint"}
    empty = ", ".join(f"null::{types.get(name, 'varchar')} as {_name(name)}" for name, _ in table.columns)
    _create(connection, table, dict(table.columns), f"select {empty} limit 0")
    if lines:
        places = ", ".join("?" * len(table.columns))
        connection.executemany(f"insert into {_name(table.name, _NEW)} values ({places})", lines)


def _fingerprints(connection: duckdb.DuckDBPyConnection, database: str) -> Fingerprints:
    """By what each table is known again, but for those that tell of this very publication."""
    known = content_of(connection, database)
    return {table: told for table, told in known.items() if table not in (_ABOUT.name, _MANIFEST.name)}


def _audit(path: Path, written: Fingerprints, examples: Sequence[Example], forbidden: Collection[str]) -> None:
    """Read the new database as an analyst will, and compare it with what was written."""
    with _open(path) as connection:
        database = connection.execute("select current_database()").fetchall()[0][0]
        found, listed = _fingerprints(connection, database), _manifest_in(connection)
        for table in sorted({*found, *listed, *written}):
            if not found.get(table) == listed.get(table) == written.get(table):
                raise Problem(f"{table}: not read back as it was written, so nothing was published — run again")
        columns = "select schema_name || '.' || table_name, column_name from duckdb_columns() where not internal"
        for table, column in connection.execute(columns).fetchall():
            if column in forbidden:
                raise Problem(f"{table}: {column} may not be published — take it out of the columns to publish")
        for example in examples:
            _try(connection, example)


def _try(connection: duckdb.DuckDBPyConnection, example: Example) -> None:
    try:
        connection.execute(example.sql).fetchall()
    except duckdb.Error as error:
        raise Problem(
            f"example query ‘{example.name}’ fails ({type(error).__name__}) — mend it; nothing was published"
        ) from error


def _manifest(path: Path) -> Fingerprints:
    with _open(path) as connection:
        return _manifest_in(connection)


def _manifest_in(connection: duckdb.DuckDBPyConnection) -> Fingerprints:
    lines = connection.execute(f"select * from {_name(_MANIFEST.name)}").fetchall()
    return {table: (rows, digest) for table, rows, digest in lines}


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=True, config=dict(_CLOSED))


def _name(table: str, database: str = "") -> str:
    """A table, or a column, as SQL writes it."""
    parts = [*([database] if database else []), *table.split(".")]
    return ".".join(map(identifier, parts))
