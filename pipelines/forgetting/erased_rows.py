"""The rows of a reader, wherever there are any: counted, taken out, and looked for once they should be gone.

Which tables tell of single people is read off what they say of their columns.  In which order all is done is told in
:mod:`pipelines.forgetting.erasure`.
"""

from collections.abc import Collection

from pipelines.building import changes
from pipelines.building.settled import settled
from pipelines.errors import Problem
from pipelines.models import Model
from pipelines.quoting import identifier, literal
from pipelines.receiving.tombstones import ERASED
from pipelines.site import models
from pipelines.warehouse import Warehouse


def rows_of(warehouse: Warehouse, keys: Collection[str]) -> dict[str, int]:
    """By table that tells of them, how many rows do."""
    count = "select count(*) from {} where {}"
    rows = {m.table: warehouse.rows_of(count.format(m.table, theirs))[0][0] for m, theirs in _holding(warehouse, keys)}
    return {table: number for table, number in rows.items() if number}


def take_out(warehouse: Warehouse, keys: Collection[str]) -> None:
    """Take out, within a transaction, all rows of theirs that a run would not make anew."""
    for model, theirs in _holding(warehouse, keys):
        if model.is_feed:
            _retract(warehouse, model, f"select * from {model.table} where {theirs}")
        elif model.layer == "ledger":
            warehouse.connection.execute(f"delete from {model.table} where {theirs}")
        elif stays := settled(warehouse, model):
            _take_from_settled(warehouse, model, f"({theirs}) and {stays.rows}")


def refuse_what_stands(warehouse: Warehouse, keys: Collection[str]) -> None:
    """Make sure that no table holds them any more, in whatever column; one that nothing makes any more is dropped.

    Raises:
        Problem: a table still does.

    """
    still = [table for table in warehouse.tables() if _holds(warehouse, table, keys)]
    for table in set(still) - models().keys():
        warehouse.connection.execute(f"drop table {table}")
    if standing := sorted(set(still) & models().keys()):
        raise Problem(f"{', '.join(standing)}: still tell of them, which is a fault of ours — please report it")


def _retract(warehouse: Warehouse, model: Model, rows: str) -> None:
    """Take rows out of a feed; the ledger counts their records as rejected from then on."""
    feed, connection = model.table.partition(".")[2], warehouse.connection
    with changes.watched(warehouse, model) as watch:
        watch.touch(rows)
        connection.execute(
            f"insert into ledger.reject select distinct ?, source_file, source_record, '', ? from ({rows})",
            [feed, ERASED],
        )
        connection.execute(
            "update ledger.file set rows = file.rows - gone.rows, loaded = loaded - gone.records, "
            "rejected = rejected + gone.records from (select source_file, count(*) as rows, "
            f"count(distinct source_record) as records from ({rows}) group by all) as gone "
            "where file.source_file = gone.source_file and file.feed = ?",
            [feed],
        )
        connection.execute(rows.replace("select *", "delete", 1))


def _take_from_settled(warehouse: Warehouse, model: Model, theirs: str) -> None:
    """Take rows out of what is not made anew, for the records behind it are gone."""
    ((rows,),) = warehouse.connection.execute(f"delete from {model.table} where {theirs}").fetchall()
    if rows:
        changes.note(warehouse, model)


def _holds(warehouse: Warehouse, table: str, keys: Collection[str]) -> bool:
    texts = [identifier(name) for name, kind in warehouse.types(table).items() if kind == "VARCHAR"]
    where = " or ".join(f"{name} {_among(keys)}" for name in texts)
    return bool(texts and warehouse.rows_of(f"select 1 from {table} where {where} limit 1"))


def _holding(warehouse: Warehouse, keys: Collection[str]) -> list[tuple[Model, str]]:
    """The tables that tell of single people, each with the condition under which a row is theirs."""
    there = set(warehouse.tables())
    tell = {model: _pseudonyms(model) for model in models().values() if model.table in there}
    return [(m, " or ".join(f"{name} {_among(keys)}" for name in names)) for m, names in tell.items() if names]


def _pseudonyms(model: Model) -> list[str]:
    return [column.name for column in model.columns if column.is_pseudonym]


def _among(keys: Collection[str]) -> str:
    return f"in ({', '.join(map(literal, sorted(keys)))})"
