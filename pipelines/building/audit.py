"""How Great Expectations asks its questions on the warehouse's one open connection.

It speaks to databases through SQLAlchemy alone, and has no words for DuckDB.  The dialect here gives it
PostgreSQL's, and leaves the transaction to whoever opened it: rows can be judged before they are
committed.  An answer is taken whole at once, for it may be read when the next question is already put.
What is expected of a table belongs in :mod:`pipelines.building.expectations`.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import duckdb
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

URL = "duckdb+audit://"

Row = tuple[Any, ...]


class Cursor:
    """One question at a time, and the rest of its answer."""

    arraysize = 1
    rowcount = -1

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        self._connection = connection
        self._query = query
        self._rest: deque[Row] = deque()
        self.description: list[Row] | None = None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        # The bare query is put only to learn its columns; its rows may be millions.
        only_columns = statement.strip() == self._query.strip()
        asked = f"select * from ({statement}) limit 0" if only_columns else statement
        answer = self._connection.execute(asked, list(parameters))
        columns = answer.description or []
        self.description = [(name, str(kind), *[None] * 5) for name, kind, *_ in columns] or None
        self._rest = deque(answer.fetchall() if columns else ())

    def fetchone(self) -> Row | None:
        return next(iter(self.fetchmany(1)), None)

    def fetchmany(self, size: int = arraysize) -> list[Row]:
        return [self._rest.popleft() for _ in range(min(size, len(self._rest)))]

    def fetchall(self) -> list[Row]:
        return self.fetchmany(len(self._rest))

    def close(self) -> None:
        self._rest.clear()


@dataclass(frozen=True)
class Borrowed:
    """A connection that belongs to somebody else, whose transaction is none of our business."""

    connection: duckdb.DuckDBPyConnection
    query: str

    def cursor(self) -> Cursor:
        return Cursor(self.connection, self.query)

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
