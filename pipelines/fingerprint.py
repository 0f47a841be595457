"""By what the rows of a table are known again, whatever their order."""

import duckdb


def content(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int | None, int | None]:
    """How many rows a table has, and two hashes of them in any order."""
    query = f"select count(*), bit_xor(hash(whole)), sum(hash(whole)::hugeint) from {table} as whole"
    ((rows, mixed, summed),) = connection.execute(query).fetchall()
    return rows, mixed, summed
