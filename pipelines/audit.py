"""A SQLAlchemy dialect for one purpose: Great Expectations on a DuckDB connection that is already open.

Great Expectations has no engine for DuckDB, and reads rows after it has closed the connection they
came from.  Here a result is fetched the moment it is there, and nothing is begun, committed, rolled
back or closed, so a suite sees rows that the pipeline has not committed yet.  What is expected of a
table belongs in :mod:`pipelines.expectations`.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import duckdb
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

URL = "duckdb+audit://"


class Cursor:
    """A result held in memory from the moment it is computed."""

    arraysize = 1
    rowcount = -1

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        self._connection = connection
        self._query = query
        self._rows: list[tuple[Any, ...]] = []
        self.description: list[tuple[Any, ...]] | None = None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        # The bare query is put only to learn its columns; its rows may be millions.
        only_columns = statement.strip() == self._query.strip()
        asked = f"select * from ({statement}) limit 0" if only_columns else statement
        result = self._connection.execute(asked, list(parameters))
        self.description = [(name, str(kind), *[None] * 5) for name, kind, *_ in result.description or ()] or None
        self._rows = result.fetchall() if self.description else []

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        size = size or self.arraysize
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        self._rows = []


class Borrowed:
    """A connection that belongs to somebody else, whose transaction is none of our business."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        self._connection = connection
        self._query = query

    def cursor(self) -> Cursor:
        return Cursor(self._connection, self._query)

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...


class AuditDialect(PGDialect):
    """DuckDB, as far as judging a query needs it."""

    name = "duckdb"
    driver = "audit"
    default_paramstyle = "qmark"
    supports_statement_cache = True
    use_insertmanyvalues = False

    @classmethod
    def import_dbapi(cls) -> Any:
        return SimpleNamespace(paramstyle="qmark", Error=duckdb.Error)

    def initialize(self, connection: Connection) -> None:
        self.server_version_info = (8, 0)
        self.default_schema_name = None

    def on_connect(self) -> Callable[..., Any] | None:
        return None

    def do_begin(self, dbapi_connection: Any) -> None: ...

    def do_commit(self, dbapi_connection: Any) -> None: ...

    def do_rollback(self, dbapi_connection: Any) -> None: ...


def borrowing(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    """What makes SQLAlchemy's ``create_engine`` judge a query on this connection, inside whatever transaction is open."""
    registry.register("duckdb.audit", __name__, AuditDialect.__name__)
    return {"creator": lambda: Borrowed(connection, query), "poolclass": StaticPool}
