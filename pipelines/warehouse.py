"""The file that all tables stand in: how it is opened, and how anything in it is changed.

One process writes: DuckDB's own lock on the file says who, and frees itself when its holder dies.
Analysts never open this file (see :mod:`pipelines.publish`).  What the tables mean belongs in sql/.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import dagster as dg
import duckdb
from pydantic import PrivateAttr

from pipelines.errors import Busy, Problem
from pipelines.keeping import generations
from pipelines.modelling.columns import Column
from pipelines.models import Model
from pipelines.quoting import identifier, literal
from pipelines.site import models

_LOCKED = "Could not set lock"
_QUOTES_A_VALUE = (
    duckdb.ConversionException,
    duckdb.ConstraintException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
)


class Warehouse(dg.ConfigurableResource[Any]):
    """The open file of one run, from its first step to its last."""

    path: str
    memory_limit: str = "2GB"
    threads: int = 0
    """0 lets DuckDB use every core."""
    wait_seconds: float = 60
    """How long to wait for another run to let go of the file."""
    _connection: duckdb.DuckDBPyConnection = PrivateAttr()
    _is_writing: bool = PrivateAttr(default=False)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        with self.opened():
            yield self

    @contextmanager
    def opened(self) -> Iterator[Self]:
        """Hold the file for as long as the block runs; the door's own ledger stands ready in it."""
        self._connection = self._connected()
        try:
            for model in models().values():
                if model.layer == "ledger":
                    self.create(model)
            yield self
        finally:
            self._connection.close()

    def reopen(self) -> None:
        """Hold the file that lies there now, where another has been put in its place."""
        self._connection.close()
        self._connection = self._connected()

    def _connected(self) -> duckdb.DuckDBPyConnection:
        return connect(Path(self.path), self.wait_seconds, self.memory_limit, self.threads)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        return self._connection

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All that the block writes, or nothing of it.

        Raises:
            Problem: a value did not fit; told without DuckDB's words, which would quote somebody's value
                in the history that Dagster keeps.

        """
        self._connection.begin()
        self._is_writing = True
        try:
            yield self._connection
        except _QUOTES_A_VALUE as error:
            self._connection.rollback()
            raise Problem(f"a value does not fit the table ({type(error).__name__}) — nothing was written") from None
        except BaseException:  # whatever ends the block, an interrupt too: nothing half-written, and it goes on
            self._connection.rollback()
            raise
        finally:
            self._is_writing = False
        self._connection.commit()

    def create(self, model: Model) -> None:
        """Stand up the empty table of a contract, if it is not there or no longer as declared."""
        if self.types(model.table) == {column.name: column.type for column in model.columns}:
            return
        if self.exists(model.table) and self.rows(model.table):
            self._widen(model)
            return
        self.lay_out(model)
        self.describe(model)

    def lay_out(self, model: Model) -> None:
        """An empty table with a model's columns, in place of any other."""
        self._connection.execute(f"create schema if not exists {model.layer}")
        self._connection.execute(f"create or replace table {model.table} ({', '.join(map(_defined, model.columns))})")

    def _widen(self, model: Model) -> None:
        """Add to a table that holds rows the columns its contract has gained since, all of which may be empty."""
        held = self.types(model.table)
        gained = [column for column in model.columns if column.name not in held]
        grown = held | {column.name: column.type for column in gained}
        if any(c.is_required for c in gained) or grown != {c.name: c.type for c in model.columns}:
            raise Problem(
                f"{model.table} holds rows, but {model.file} now declares other columns — move the warehouse aside, put the exports into the landing folder once more, and run"
            )
        with self.transaction() as connection:
            for column in gained:
                connection.execute(f"alter table {model.table} add column {_defined(column)}")
            self.describe(model)

    def describe(self, model: Model) -> None:
        """Let the database itself say what a table and each of its columns are."""
        said = [f"comment on table {model.table} is {literal(model.description)}"]
        said += [
            f"comment on column {model.table}.{column.name} is {literal(column.caption)}" for column in model.columns
        ]
        self._connection.execute("; ".join(said))

    def exists(self, table: str) -> bool:
        """Whether there is a table; the catalogue takes ten times as long to say so as the table itself."""
        if self._is_writing:  # a refusal would end the transaction
            return table in self.tables()
        try:
            self._connection.execute(f"select 1 from {table} limit 0")
        except duckdb.CatalogException:
            return False
        return True

    def tables(self) -> list[str]:
        """Every table there is, which takes no longer to ask than of one."""
        query = "select schema_name || '.' || table_name from duckdb_tables() where not temporary order by all"
        return [table for (table,) in self.rows_of(query)]

    def types(self, table: str) -> dict[str, str]:
        """The columns of a table and their types, or nothing if there is no such table."""
        layer, _, name = table.partition(".")
        query = "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? order by column_index"
        return dict(self.rows_of(query, [layer, name]))

    def rows(self, table: str) -> int:
        return int(self.rows_of(f"select count(*) from {table}")[0][0])

    def rows_of(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, list(parameters)).fetchall()


def _defined(column: Column) -> str:
    """A column in the words of a table's definition.

    A pseudonym is twelve letters like no others: packing them takes five times as long as writing them, for a quarter of the room.
    """
    return f"{column.name} {column.type}{' using compression uncompressed' if column.is_pseudonym else ''}"


def write_anew(warehouse: Warehouse) -> None:
    """Write the file again, row by row, so that nothing of rows that were deleted is left in its bytes.

    Raises:
        Problem: there is no room for it.

    """
    path = Path(warehouse.path)
    anew = path.with_name(f"anew-{path.name}")
    for left in path.parent.glob(f"{anew.name}*"):
        left.unlink()
    try:
        for statement in (
            "checkpoint",
            f"attach {literal(str(anew))} as anew",
            f"copy from database {identifier(path.stem)} to anew",
            "detach anew",
        ):
            warehouse.connection.execute(statement)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        anew.unlink(missing_ok=True)
        raise Problem(
            f"{path.name}: could not be written anew ({type(error).__name__}) — it needs as much room again; make some, then give the same command once more"
        ) from error
    generations.sync(anew)
    anew.replace(path)
    generations.sync(path.parent)


def connect(path: Path, wait_seconds: float, memory_limit: str, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing, waiting for another writer to finish.

    Raises:
        Busy: another run still holds the file after ``wait_seconds``.

    """
    spill = path.parent / "spill"
    _private_folder(path.parent)
    _private_folder(spill)
    settings = _settings(spill, memory_limit, threads)
    patience, pause = time.monotonic() + wait_seconds, 0.05
    while True:
        try:
            return duckdb.connect(str(path), config=settings)
        except duckdb.IOException as error:
            if _LOCKED not in str(error):
                raise Problem(
                    f"{path.name}: the warehouse cannot be opened ({str(error).splitlines()[0]}) — put a backup in its place or move it away, then `mingyuan restore`"
                ) from error
            if time.monotonic() > patience:
                raise Busy(
                    f"{path.name}: another run is writing — wait for it to end (`mingyuan status`), then run again"
                ) from error
        time.sleep(pause)
        pause = min(pause * 1.5, 2)


def _settings(spill: Path, memory_limit: str, threads: int) -> dict[str, Any]:
    return {
        "memory_limit": memory_limit,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
        **({"threads": threads} if threads else {}),
    }


def _private_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Problem(
            f"{folder}: cannot be made — {error.strerror}; check who owns the data folder and whether it is read-only"
        ) from error
