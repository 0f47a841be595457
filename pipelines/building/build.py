"""Build a table, and let it take the place of the one before only if it keeps its rules.

Build, check, describe and commit are one transaction, so a failing check leaves the rows that were
there; what changed is noted in it as well (:mod:`pipelines.building.changes`).  What has to be built is told in
:mod:`pipelines.building.due`.  What Dagster sees of it belongs in :mod:`pipelines.tables`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack

import polars as pl

from pipelines.building import changes, parts, settled
from pipelines.building.built import Built, checked, record, rules, together
from pipelines.building.due import Due, due, version
from pipelines.building.fingerprint import content, content_by
from pipelines.building.months import Part
from pipelines.building.pieces import Piece, pieces
from pipelines.engine import Engine
from pipelines.models import Model
from pipelines.warehouse import Warehouse

_BEFORE = "rows_before"
"""Holds a table that others follow by key, while it is built anew."""


class _Failed(Exception):
    """Takes a table that breaks its rules out of its transaction."""

    def __init__(self, built: Built) -> None:
        self.built = built


def renew(warehouse: Warehouse, model: Model, engine: Engine) -> Built:
    """Make anew by its own statement what is due of a table: all of it, some parts, or nothing.

    Another engine makes all of it: where one is worth its while, parts are no saving.
    """
    owed = due(warehouse, model)
    if owed.is_nothing:
        return unchanged(warehouse, model)
    if engine.makes(model):
        return select(warehouse, model, engine.rows_of(warehouse, model))
    if owed.is_whole:
        return _anew(warehouse, model)
    with parts.narrowed(warehouse, model, owed.parts):
        return _attempt(warehouse, lambda: _parts(warehouse, model, owed))


def unchanged(warehouse: Warehouse, model: Model) -> Built:
    """A table of which nothing is due; it stands, so it kept its rules."""
    built = Built(model, warehouse.rows(model.table), tuple(rules(model)), "unchanged")
    failed = "select 1 from ledger.expectation where subject = ? and origin = 'header' and not passed"
    if warehouse.rows_of(failed, [model.table]):  # of a definition that has been taken back
        with warehouse.transaction():
            record(warehouse, built)
    return built


def build(warehouse: Warehouse, model: Model, query: str, made_as: str | None = None) -> Built:
    """Make a model's table of the rows of a query, which has its columns in order; keep it only if every check passes."""

    def make() -> Built:
        stays = settled.lay_out(warehouse, model)
        made = f"select * from ({query}\n) as made where not {stays.rows}" if stays else query
        warehouse.connection.execute(f"insert into {model.table} {made}")
        return checked(warehouse, model, model.table)

    return _attempt(warehouse, lambda: _whole(warehouse, model, make, made_as or version(model)))


def write(warehouse: Warehouse, model: Model, frame: pl.DataFrame, made_as: str | None = None) -> Built:
    """Replace a contract's table by a frame that has its columns, in any order."""
    warehouse.connection.register("made_by_python", frame.to_arrow())
    try:
        return select(warehouse, model, "select * from made_by_python", made_as)
    finally:
        warehouse.connection.unregister("made_by_python")


def select(warehouse: Warehouse, model: Model, query: str, made_as: str | None = None) -> Built:
    """Replace a contract's table by what a query selects, which has its columns, in any order."""
    columns = ", ".join(f"cast({column.name} as {column.type}) as {column.name}" for column in model.columns)
    return build(warehouse, model, f"select {columns} from ({query})", made_as)


def _attempt(warehouse: Warehouse, make: Callable[[], Built]) -> Built:
    try:
        with warehouse.transaction():
            built = make()
            if built.failed:
                raise _Failed(built)
            record(warehouse, built)
    except _Failed as failure:
        built = failure.built
        with warehouse.transaction():
            record(warehouse, built)
    return built


def _anew(warehouse: Warehouse, model: Model) -> Built:
    """Make all of a table by its own statement: at once, or piece by piece where it is large."""
    made_of = pieces(warehouse, model)
    if len(made_of) < 2:
        return build(warehouse, model, _in_order(model))
    with ExitStack() as held:  # a transaction writes to one database, so all views stand before it begins
        for number, piece in enumerate(made_of):
            held.enter_context(parts.narrowed(warehouse, model, piece, number))
        return _attempt(
            warehouse, lambda: _whole(warehouse, model, lambda: _by_pieces(warehouse, model, made_of), version(model))
        )


def _by_pieces(warehouse: Warehouse, model: Model, made_of: Sequence[Piece]) -> Built:
    assert model.parted is not None
    settled.lay_out(warehouse, model)
    is_told_apart = model.parted.column in model.grain
    judged = [checked(warehouse, model, model.table)] if is_told_apart else []
    for number, piece in enumerate(made_of):
        parts.compute(warehouse, model, piece, number)
        if is_told_apart:
            judged.append(checked(warehouse, model, parts.FRESH))
        parts.add(warehouse, model, piece)
    warehouse.connection.execute(f"drop table {parts.FRESH}")
    # Where its key does not say to which part a row belongs, two pieces may share one.
    return together(model, judged) if is_told_apart else checked(warehouse, model, model.table)


def _whole(warehouse: Warehouse, model: Model, make: Callable[[], Built], made_as: str) -> Built:
    before = _by_term(warehouse, model)
    is_followed = before is None and _set_aside(warehouse, model)
    built = make()
    if not built.failed:
        warehouse.describe(model)
        if before is None:
            _tell(warehouse, model, made_as, is_followed)
        else:
            _tell_terms(warehouse, model, _others(before, _by_term(warehouse, model) or {}))
            changes.enter(warehouse, model.table, made_as, None)
    return built


def _parts(warehouse: Warehouse, model: Model, owed: Due) -> Built:
    parts.compute(warehouse, model, owed.parts)
    settled.take_over(warehouse, model, owed.parts)
    built = checked(warehouse, model, parts.FRESH)
    if not built.failed:
        (_replace_by_term if model.asked.terms else _replace)(warehouse, model, owed.parts)
        changes.enter(warehouse, model.table, version(model), None)
    return Built(model, warehouse.rows(model.table), built.checks, parts.named(model, owed.parts))


def _replace(warehouse: Warehouse, model: Model, owed: Collection[Part]) -> None:
    with changes.watched(warehouse, model) as watch:
        watch.touch(parts.differing(model, owed))
        parts.replace(warehouse, model, owed)


def _replace_by_term(warehouse: Warehouse, model: Model, owed: Collection[Part]) -> None:
    """Those who read a table by its terms are told of the terms that are not what they were; of others nothing is written."""
    assert model.parted is not None
    assert model.asked.terms is not None
    stood = f"(from {model.table} where {parts.inside(model, owed)})"
    before, now = (content_by(warehouse.connection, rows, model.asked.terms) for rows in (stood, parts.FRESH))
    if others := _others(before, now):
        parts.replace(warehouse, model, others if model.parted.kind == "term" else owed)
        _tell_terms(warehouse, model, others)


def _in_order(model: Model) -> str:
    """The rows of a table; where it is kept by months, in order of time, so that a reader of some days finds them together."""
    return f"select * from ({model.text}\n) as made order by {model.parted.column}" if model.parted else model.text


def _by_term(warehouse: Warehouse, model: Model) -> dict[Part, list[int]] | None:
    """What a table holds of each term, where its readers are told of its changes so."""
    if model.asked.terms is None or warehouse.types(model.table) != {
        column.name: column.type for column in model.columns
    }:
        return None
    return content_by(warehouse.connection, model.table, model.asked.terms)


def _others(before: Mapping[Part, list[int]], now: Mapping[Part, list[int]]) -> set[Part]:
    return {term for term in {*before, *now} if before.get(term) != now.get(term)}


def _tell_terms(warehouse: Warehouse, model: Model, others: Collection[Part]) -> None:
    if others:
        changes.note(warehouse, model, {str(model.asked.terms): {term or "" for term in others}})


def _set_aside(warehouse: Warehouse, model: Model) -> bool:
    """Keep the rows that stand now for comparison, where somebody follows them by key."""
    is_followed = bool(model.asked.along) and model.parted is None
    if not is_followed or warehouse.types(model.table) != {column.name: column.type for column in model.columns}:
        return False
    warehouse.connection.execute(f"create or replace temp table {_BEFORE} as select * from {model.table}")
    return True


def _tell(warehouse: Warehouse, model: Model, made_as: str, is_followed: bool) -> None:
    """Note a whole table as built, and what is different in it from the one before."""
    made = None if model.parted else " ".join(map(str, content(warehouse.connection, model.table)))
    if made is None or not changes.is_as_before(warehouse, model.table, made):
        if is_followed:
            with changes.watched(warehouse, model) as watch:
                watch.touch(changes.differing(model, model.table, _BEFORE))
        else:
            changes.note(warehouse, model)
    changes.enter(warehouse, model.table, made_as, made)
