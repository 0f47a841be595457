"""What has changed in each table, for those that are made from it: noted in the transaction that changes it.

A change is told by the days of the rows that came or went, by their keys, or by their terms, along each column that
some table asks for in its header (:mod:`pipelines.modelling.parted`).  Each bears a stamp, and a table that was
built bears the stamp of that moment: what bears a higher one is news to it.  What follows from the
news belongs in :mod:`pipelines.building.due`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipelines.models import Model
from pipelines.warehouse import Warehouse

EVERYTHING = "*"
MOST_KEYS = 10_000
"""More changed keys than these are told as everything: to follow them would cost more than to build anew."""


@dataclass(frozen=True)
class News:
    """What has changed in a table since a moment."""

    is_any: bool
    is_everything: bool = False
    values: Mapping[str, Collection[str]] = field(default_factory=dict)


def now(warehouse: Warehouse) -> int:
    """A stamp higher than all there are."""
    stamps = "select stamp from ledger.change union all select stamp from ledger.build"
    return int(warehouse.rows_of(f"select coalesce(max(stamp), 0) + 1 from ({stamps})")[0][0])


@contextmanager
def watched(warehouse: Warehouse, model: Model) -> Iterator["Watch"]:
    """Note, at the end of the block, the days and keys of the rows that it has been told of."""
    watch = Watch(warehouse, model)
    watch.begin()
    yield watch
    watch.end()


@dataclass(frozen=True)
class Watch:
    """The rows of one table that come and go in one transaction."""

    warehouse: Warehouse
    model: Model

    @property
    def touched(self) -> str:
        """Holds the rows that come and go, as far as anybody asks for them."""
        return f"touched_{self.model.table.replace('.', '_')}"

    def begin(self) -> None:
        told = [f"{name} varchar" for name in sorted(self.model.asked.along)]
        keys = [f"{name} {self._kind(name)}" for name in self.model.asked.keys]
        self._run(f"create or replace temp table {self.touched} ({', '.join([*told, *keys]) or 'nothing integer'})")

    def touch(self, rows: str, parameters: Sequence[object] = ()) -> None:
        """The rows of a query come or go."""
        told = [as_told(name, self._kind(name)) for name in sorted(self.model.asked.along)]
        columns = ", ".join([*told, *self.model.asked.keys]) or "null"
        self._run(f"insert into {self.touched} select distinct {columns} from ({rows})", parameters)

    def end(self) -> None:
        if self.warehouse.rows_of(f"select 1 from {self.touched} limit 1"):
            note(self.warehouse, self.model, self._values())
        self._run(f"drop table {self.touched}")

    def _values(self) -> dict[str, set[str]]:
        values = {column: self._distinct(column, self.touched) for column in self.model.asked.along}
        for column, key in self.model.asked.wholes:
            related = f"{self.model.table} where {key} in (select {key} from {self.touched})"
            values[column] |= self._distinct(as_told(column, self._kind(column)), related)
        return values

    def _distinct(self, told: str, rows: str) -> set[str]:
        return {value for (value,) in self.warehouse.rows_of(f"select distinct coalesce({told}, '') from {rows}")}

    def _kind(self, column: str) -> str:
        return self.model.column(column).type

    def _run(self, statement: str, parameters: Sequence[object] = ()) -> None:
        self.warehouse.connection.execute(statement, list(parameters))


def as_told(column: str, kind: str) -> str:
    """How a change is told along a column: by its day, or by its value."""
    is_time = kind in ("DATE", "TIMESTAMP")
    return f"cast(cast({column} as date) as varchar)" if is_time else f"cast({column} as varchar)"


def note(warehouse: Warehouse, model: Model, values: Mapping[str, Collection[str]] | None = None) -> None:
    """A table has changed: so far along these columns, or altogether."""
    table, stamp = model.table, now(warehouse)
    is_everything = values is None or any(len(told) > MOST_KEYS for told in values.values())
    if is_everything:
        warehouse.connection.execute("delete from ledger.change where table_name = ?", [table])
    told = [(EVERYTHING, "")] if is_everything else [(c, what) for c, all_ in (values or {}).items() for what in all_]
    _forget_what_all_know(warehouse, model)
    for along in {column for column, _ in told or [("", "")]}:
        changed = [what for column, what in told or [("", "")] if column == along]
        warehouse.connection.execute(
            "delete from ledger.change where table_name = ? and along = ? and what in (select unnest(?))",
            [table, along, changed],
        )
        warehouse.connection.execute(
            "insert into ledger.change select ?, ?, unnest(?), ?", [table, along, changed, stamp]
        )


def forget_values(warehouse: Warehouse) -> None:
    """Say of all that has changed only that it did: a key among the values may be somebody's."""
    with warehouse.transaction() as connection:
        connection.execute(
            "create or replace temp table told as select table_name, max(stamp) as stamp from ledger.change group by all"
        )
        connection.execute("delete from ledger.change")
        connection.execute(f"insert into ledger.change select table_name, '{EVERYTHING}', '', stamp from told")
        connection.execute("drop table told")


def enter(warehouse: Warehouse, table: str, version: str, content: str | None) -> None:
    """A table has been built from all that has changed so far."""
    stamp = now(warehouse)
    warehouse.connection.execute("delete from ledger.build where table_name = ?", [table])
    warehouse.connection.execute("insert into ledger.build values (?, ?, ?, ?)", [table, version, stamp, content])


def is_as_before(warehouse: Warehouse, table: str, content: str) -> bool:
    """Whether a table was the same when it was last built."""
    return bool(warehouse.rows_of("select 1 from ledger.build where table_name = ? and content = ?", [table, content]))


def differing(model: Model, one: str, other: str) -> str:
    """What is asked of the rows that only one of two tables or queries holds; a row is known again by its hash."""
    asked = "".join(f"whole.{name}, " for name in sorted({*model.asked.along, *model.asked.keys}))
    held = [
        f"select {asked}hash(whole) as row_hash, {n} as times from {rows} as whole"
        for rows, n in ((one, 1), (other, -1))
    ]
    return f"select * exclude (times) from ({' union all '.join(held)}) group by all having sum(times) <> 0"


def since(warehouse: Warehouse, table: str, stamp: int) -> News:
    """What has changed in a table after a moment."""
    rows = warehouse.rows_of("select along, what from ledger.change where table_name = ? and stamp > ?", [table, stamp])
    values: dict[str, set[str]] = {}
    for along, what in rows:
        values.setdefault(along, set()).add(what)
    return News(bool(rows), EVERYTHING in values, values)


def _forget_what_all_know(warehouse: Warehouse, model: Model) -> None:
    readers = list(model.asked.readers)
    warehouse.connection.execute(
        "delete from ledger.change where table_name = ? and stamp <= "
        "(select case when count(*) = ? then min(stamp) else 0 end from ledger.build where list_contains(?, table_name))",
        [model.table, len(readers), readers],
    )
