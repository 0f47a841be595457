"""By what the rows of a table are known again, whatever their order."""

from collections import defaultdict
from hashlib import sha256

import duckdb

from pipelines.quoting import identifier

Fingerprints = dict[str, tuple[int, str]]
"""By table: its rows and its hash."""


def content(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int | None, int | None]:
    """How many rows a table has, and two hashes of them in any order."""
    query = f"select count(*), bit_xor(hash(whole)), sum(hash(whole)::hugeint) from {table} as whole"
    ((rows, mixed, summed),) = connection.execute(query).fetchall()
    return rows, mixed, summed


def content_by(connection: duckdb.DuckDBPyConnection, rows: str, column: str) -> dict[str | None, list[int]]:
    """The same of the rows of a table or query that bear each value of a column."""
    query = f"select whole.{column}, count(*), bit_xor(hash(whole)), sum(hash(whole)::hugeint) from {rows} as whole group by all"
    return {value: told for value, *told in connection.execute(query).fetchall()}


def content_of(connection: duckdb.DuckDBPyConnection, database: str) -> Fingerprints:
    """The rows of each table of a database, and a hash of them in any order, of its columns and of its words."""
    query = "select schema_name || '.' || table_name, comment from duckdb_tables() where database_name = ? order by 1"
    tables, columns = connection.execute(query, [database]).fetchall(), _columns(connection, database)
    told: Fingerprints = {}
    for table, comment in tables:
        rows, *hashes = content(connection, ".".join(map(identifier, [database, *table.split(".")])))
        told[table] = rows, sha256(repr((hashes, comment, columns[table])).encode()).hexdigest()[:32]
    return told


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, ...]]]:
    """The columns of every table with their types and words: of one alone the catalogue takes as long to tell."""
    query = (
        "select schema_name || '.' || table_name, column_name, data_type, comment from duckdb_columns()"
        " where database_name = ? order by schema_name, table_name, column_index"
    )
    columns = defaultdict(list)
    for table, *told in connection.execute(query, [database]).fetchall():
        columns[table].append(tuple(told))
    return columns
