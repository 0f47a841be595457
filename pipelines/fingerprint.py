"""By what the rows of a table are known again, whatever their order."""

import duckdb


def content(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int | None, int | None]:
    """How many rows a table has, and two hashes of them in any order."""
    query = f"select count(*), bit_xor(hash(whole)), sum(hash(whole)::hugeint) from {table} as whole"
    ((rows, mixed, summed),) = connection.execute(query).fetchall()
    return rows, mixed, summed


def content_by(connection: duckdb.DuckDBPyConnection, rows: str, column: str) -> dict[str | None, list[int]]:
    """The same of the rows of a table or query that bear each value of a column."""
    query = f"select whole.{column}, count(*), bit_xor(hash(whole)), sum(hash(whole)::hugeint) from {rows} as whole group by all"
    return {value: told for value, *told in connection.execute(query).fetchall()}
