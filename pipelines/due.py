"""What of a table has to be made anew: all of it, some months, or nothing.

A table is built whole the first time, when its definition is another, and when something changed
that it reads whole.  Of one that is rebuilt by months (:mod:`pipelines.monthly`), news of a day touches
the months around that day, and news of a key the months of all that bears the key.  What the news is
stands in the ledger (:mod:`pipelines.changes`).
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from pipelines.changes import as_told, since
from pipelines.models import Model
from pipelines.monthly import Monthly
from pipelines.warehouse import Warehouse

Month = dt.date | None
"""The first day of a month, or none for the rows that have no day."""


@dataclass(frozen=True)
class Due:
    """What to make anew."""

    is_whole: bool
    months: frozenset[Month] = frozenset()

    @property
    def is_nothing(self) -> bool:
        return not self.is_whole and not self.months


WHOLE = Due(True)
NOTHING = Due(False)


def due(warehouse: Warehouse, model: Model) -> Due:
    """What the news since a table was built asks for."""
    monthly, stamp = model.monthly, built_at(warehouse, model.table, version(model))
    if stamp is None or not warehouse.exists(model.table):
        return WHOLE
    months: set[Month] = set()
    for table in sorted(model.reads):
        if table.startswith("ledger."):
            # A file's row there never changes without rows that bear its mark; counts of files may.
            if monthly is None:
                return WHOLE
            continue
        news = since(warehouse, table, stamp)
        if not news.is_any:
            continue
        if monthly is None or news.is_everything or table not in {*monthly.narrowed, *monthly.followed}:
            return WHOLE
        if table in monthly.narrowed:
            told = [what for column in monthly.narrowed[table].columns for what in news.values.get(column, ())]
            months |= _around(told, monthly.narrowed[table].days)
        else:
            months |= _months_of_keys(
                warehouse, monthly, table, [what for all_ in news.values.values() for what in all_]
            )
    return Due(False, frozenset(months))


def is_current(warehouse: Warehouse, made: str, version: str, reads: Iterable[str]) -> bool:
    """Whether something was made of all that these tables hold now, and as it would be made now."""
    stamp = built_at(warehouse, made, version)
    return stamp is not None and not any(since(warehouse, table, stamp).is_any for table in reads)


def built_at(warehouse: Warehouse, made: str, version: str) -> int | None:
    """The stamp of what stands, if it was made as it would be made now."""
    stamps = warehouse.rows_of("select stamp from ledger.build where table_name = ? and version = ?", [made, version])
    return next((int(stamp) for (stamp,) in stamps), None)


def version(model: Model) -> str:
    """A fingerprint of all that makes a table what it is, beside the rows that it reads."""
    columns = [(column.name, column.type, column.caption) for column in model.columns]
    lines = [(line.key, line.name, line.value) for line in model.header.declarations]
    return sha256(repr((model.code_version, model.description, columns, lines, model.monthly)).encode()).hexdigest()[
        :12
    ]


def _around(days: list[str], margin: int) -> set[Month]:
    """The months that days touch, with so many days around them."""
    return {month for day in days for month in (_near(day, margin) if day else [None])}


def _near(day: str, margin: int) -> Iterator[Month]:
    there = dt.date.fromisoformat(day).toordinal()
    for ordinal in range(there - margin, there + margin + 1):
        yield dt.date.fromordinal(min(max(ordinal, 1), dt.date.max.toordinal())).replace(day=1)


def _months_of_keys(warehouse: Warehouse, monthly: Monthly, followed: str, keys: list[str]) -> set[Month]:
    """The months of all narrowed rows that bear one of these keys, and of those that belong to them."""
    column = monthly.followed[followed]
    months: set[Month] = set()
    for table, narrowed in monthly.narrowed.items():
        kinds = warehouse.types(table)
        if column not in kinds:
            continue
        if column in narrowed.columns:
            months |= _around(keys, narrowed.days)
            continue
        bearing = f"{as_told(column, kinds[column])} in (select unnest(?))"
        if narrowed.whole:
            bearing = f"{narrowed.whole} in (select {narrowed.whole} from {table} where {bearing})"
        for time in narrowed.columns:
            query = f"select distinct coalesce({as_told(time, kinds[time])}, '') from {table} where {bearing}"
            months |= _around([day for (day,) in warehouse.rows_of(query, [keys])], narrowed.days)
    return months
