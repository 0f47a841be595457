"""Rebuild some parts of a table by its own statement, run as it is written.

The statement runs where each table that it reads is a view of the same name: of one that is narrowed,
the view shows only the rows that these parts need.  Of what comes out, the parts in question take the
place of the old ones.  Which rows a part needs is said in a header (:mod:`pipelines.modelling.parted`).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from pipelines.building import months, terms
from pipelines.building.changes import differing as differing_rows
from pipelines.building.months import Part
from pipelines.modelling.parted import Parted
from pipelines.models import Model
from pipelines.warehouse import Warehouse

FRESH = "fresh"
"""Holds the parts as they came out, until they are judged."""

_NARROWED = "narrowed"


@contextmanager
def narrowed(warehouse: Warehouse, model: Model, parts: Collection[Part], number: int = 0) -> Iterator[None]:
    """Within the block stands a database of views, with a number, that shows a statement what these parts need."""
    assert model.parted is not None
    home, run, views = _home(warehouse), warehouse.connection.execute, f"{_NARROWED}{number}"
    run(f"attach ':memory:' as {views}")
    try:
        for table in sorted(model.reads):
            run(f"create schema if not exists {views}.{table.partition('.')[0]}")
            where = _needed(warehouse, home, table, model.parted, parts)
            run(f"create view {views}.{table} as select * from {home}.{table} {where}")
        yield
    finally:
        run(f"use {home}")
        run(f"detach {views}")


def compute(warehouse: Warehouse, model: Model, parts: Collection[Part], number: int = 0) -> None:
    """The parts as the statement makes them now, of what the database of this number shows."""
    home, run = _home(warehouse), warehouse.connection.execute
    run(f"use {_NARROWED}{number}")
    run(f"create or replace temp table {FRESH} as select * from ({model.text}\n) as made where {inside(model, parts)}")
    run(f"use {home}")


def differing(model: Model, parts: Collection[Part]) -> str:
    """What is asked of the rows that these parts lose, and of those that they gain."""
    return differing_rows(model, f"(from {model.table} where {inside(model, parts)})", FRESH)


def replace(warehouse: Warehouse, model: Model, parts: Collection[Part]) -> None:
    """Put parts in place of the old ones, in their order so that who reads some of them finds them together."""
    warehouse.connection.execute(f"delete from {model.table} where {inside(model, parts)}")
    add(warehouse, model, parts)


def add(warehouse: Warehouse, model: Model, parts: Collection[Part]) -> None:
    """Put parts beside those that are there, in their order."""
    assert model.parted is not None
    is_one = model.parted.kind == "term" and len(parts) == 1
    order = "" if is_one else f"order by {model.parted.column}"
    rows = f"select * from {FRESH} where {inside(model, parts)} {order}"
    warehouse.connection.execute(f"insert into {model.table} {rows}")


def inside(model: Model, parts: Collection[Part]) -> str:
    """Whether a row of a table is in one of its parts."""
    assert model.parted is not None
    if model.parted.kind == "term":
        return terms.inside(model.parted.column, parts)
    return months.inside(model.parted.column, parts)


def named(model: Model, parts: Collection[Part]) -> str:
    """What parts of a table are called together."""
    assert model.parted is not None
    kind, length = model.parted.kind, 7 if model.parted.kind == "month" else None
    return ", ".join(sorted(part[:length] if part else f"no {kind}" for part in parts))


def _needed(warehouse: Warehouse, home: str, table: str, parted: Parted, parts: Collection[Part]) -> str:
    needs = parted.narrowed.get(table)
    if needs is None:
        return ""
    if parted.kind == "term":
        return f"where {terms.needed(warehouse, home, parted, needs, parts)}"
    return f"where {months.needed(home, table, needs, parts)}"


def _home(warehouse: Warehouse) -> str:
    name = str(warehouse.rows_of("select current_database()")[0][0])
    return '"' + name.replace('"', '""') + '"'
