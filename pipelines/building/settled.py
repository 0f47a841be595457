"""What of a table stays as it was told, for the records that it was made of have been let go.

Records are kept as long as a site says (:mod:`pipelines.forgetting.retention`); what was told of a month or a term stays.
So a part is settled once some record that it needs is past its time: it is not made anew, whatever else changes,
and where its table is made whole its rows are taken over.  Of a table that is not made by parts a header says so:

    -- settles term: clean.visit     rows of terms that began before the first day from which these records are kept
    -- settles starts_on: clean.visit     and by a date, rows of the days before
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.building import months, terms
from pipelines.building.months import Part
from pipelines.modelling.parted import TERM, TERMS, settling
from pipelines.models import Model
from pipelines.warehouse import Warehouse

_STOOD = "rows_that_stay"


@dataclass(frozen=True)
class Settled:
    """The parts of a table that are not made anew."""

    column: str
    """What says to which part a row belongs."""
    before: dt.date
    """By days, all that lie before this one."""
    terms: frozenset[str] | None = None
    """By terms, these."""

    def holds(self, part: Part) -> bool:
        if part is None:
            return False
        return part < self.before.isoformat() if self.terms is None else part in self.terms

    @property
    def rows(self) -> str:
        """Whether a row is of one of them."""
        held = terms.inside(self.column, self.terms) if self.terms else f"{self.column} < date '{self.before}'"
        return f"coalesce({held}, false)"


def settled(warehouse: Warehouse, model: Model) -> Settled | None:
    """What of a table stays as it was told; nothing as long as all records that it is made of are there."""
    column, kind, needed = settling(model)
    if not needed:
        return None
    ends = dict(warehouse.rows_of("select table_name, max(kept_from) from ledger.retention group by all"))
    days = [ends[table] + dt.timedelta(days=margin) for table, margin in needed.items() if table in ends]
    if not days:
        return None
    if kind != TERM:
        return Settled(column, months.first_from(max(days)) if kind == "month" else max(days))
    begun = "select term from ref.term where starts_on < ?"
    told = warehouse.rows_of(begun, [max(days)]) if warehouse.exists(TERMS) else []
    return Settled(column, max(days), frozenset(term for (term,) in told)) if told else None


def lay_out(warehouse: Warehouse, model: Model) -> Settled | None:
    """Within a transaction, an empty table in place of any other, but for the rows that stay; what they are."""
    if (stays := settled(warehouse, model)) is None:
        warehouse.lay_out(model)
        return None
    held = [name for name in warehouse.types(model.table) if any(c.name == name for c in model.columns)]
    if stays.column not in held:
        warehouse.lay_out(model)
        return stays
    run, names = warehouse.connection.execute, ", ".join(held)
    run(f"create or replace temp table {_STOOD} as select {names} from {model.table} where {stays.rows}")
    warehouse.lay_out(model)
    run(f"insert into {model.table} ({names}) select {names} from {_STOOD}")
    run(f"drop table {_STOOD}")
    return stays


def losing(models: dict[str, Model], table: str) -> Iterator[Model]:
    """A table of records, and those clean ones that are made of it record by record: what is let go is let go in all."""
    yield models[table]
    for model in models.values():
        is_of_records = model.layer == "clean" and model.parted and model.parted.kind == "month"
        if is_of_records and table in model.reads:
            yield from losing(models, model.table)
