"""Rebuild some months of a table by its own statement, run as it is written.

The statement runs where each table that it reads is a view of the same name: of one that is narrowed,
the view shows only the rows that these months need.  Of what comes out, the months in question take
the place of the old ones.  Which rows a month needs is said in a header (:mod:`pipelines.monthly`).
"""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pipelines.changes import differing as differing_rows
from pipelines.due import Due, Month
from pipelines.models import Model
from pipelines.monthly import Monthly, Narrowed
from pipelines.warehouse import Warehouse

FRESH = "fresh"
"""Holds the months as they came out, until they are judged."""

_NARROWED = "narrowed"


@contextmanager
def narrowed(warehouse: Warehouse, model: Model, due: Due) -> Iterator[None]:
    """Within the block stands a database of views that shows a statement what these months need."""
    assert model.monthly is not None
    home, run = _home(warehouse), warehouse.connection.execute
    run(f"attach ':memory:' as {_NARROWED}")
    try:
        for table in sorted(model.reads):
            run(f"create schema if not exists {_NARROWED}.{table.partition('.')[0]}")
            where = _needed(home, table, model.monthly, due.months)
            run(f"create view {_NARROWED}.{table} as select * from {home}.{table} {where}")
        yield
    finally:
        run(f"use {home}")
        run(f"detach {_NARROWED}")


def compute(warehouse: Warehouse, model: Model, due: Due) -> None:
    """The months as the statement makes them now."""
    assert model.monthly is not None
    home, run = _home(warehouse), warehouse.connection.execute
    run(f"use {_NARROWED}")
    run(
        f"create or replace temp table {FRESH} as select * from ({model.text}\n) as made where {of_months(model.monthly.month_of, due.months)}"
    )
    run(f"use {home}")


def differing(model: Model, due: Due) -> str:
    """The rows that these months lose, and those that they gain."""
    assert model.monthly is not None
    return differing_rows(f"(from {model.table} where {of_months(model.monthly.month_of, due.months)})", FRESH)


def replace(warehouse: Warehouse, model: Model, due: Due) -> None:
    """Put the months in place of the old ones, in order of time so that a reader of some days finds them together."""
    assert model.monthly is not None
    run = warehouse.connection.execute
    run(f"delete from {model.table} where {of_months(model.monthly.month_of, due.months)}")
    run(f"insert into {model.table} select * from {FRESH} order by {model.monthly.month_of}")


def of_months(column: str, months: Iterable[Month], days: int = 0) -> str:
    """Whether a time lies in one of the months, or so many days around it."""
    spans = [f"({column} >= date '{begins}' and {column} < date '{ends}')" for begins, ends in _spans(months, days)]
    return f"({' or '.join([*spans, *([f'{column} is null'] if None in months else [])])})"


def _spans(months: Iterable[Month], days: int) -> list[tuple[str, str]]:
    """Stretches of days, those that touch each other as one."""
    spans: list[tuple[int, int]] = []
    for month in sorted(month for month in months if month is not None):
        first = month.toordinal()
        begins, ends = first - days, first + calendar.monthrange(month.year, month.month)[1] + days
        if spans and begins <= spans[-1][1]:
            spans[-1] = (spans[-1][0], ends)
        else:
            spans.append((begins, ends))
    return [(_written(begins), _written(ends)) for begins, ends in spans]


def _written(ordinal: int) -> str:
    """A day as SQL writes it; before the first and after the last day that Python knows, the nearest that will do."""
    if ordinal > dt.date.max.toordinal():
        return "10000-01-01"
    return dt.date.fromordinal(max(ordinal, 1)).isoformat()


def _needed(home: str, table: str, monthly: Monthly, months: Iterable[Month]) -> str:
    needs = monthly.narrowed.get(table)
    if needs is None:
        return ""
    within = " or ".join(of_months(column, months, needs.days) for column in needs.columns)
    return f"where {within}{_belonging(home, table, needs, within)}"


def _belonging(home: str, table: str, needs: Narrowed, within: str) -> str:
    if needs.whole is None:
        return ""
    return f" or {needs.whole} in (select {needs.whole} from {home}.{table} where {within})"


def _home(warehouse: Warehouse) -> str:
    name = str(warehouse.rows_of("select current_database()")[0][0])
    return '"' + name.replace('"', '""') + '"'
