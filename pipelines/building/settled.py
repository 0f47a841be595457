"""What of a table stays as it was told, for the records that it was made of have been let go.

Records are kept as long as a site says (:mod:`pipelines.forgetting.retention`); what was told of a month or a term stays.
So a part is settled once some record that it needs is past its time: it is not made anew, whatever else changes,
and where its table is made whole its rows are taken over.  Of a table that is not made by parts a header says so:

    -- settles term: clean.visit     rows of terms that began before the first day from which these records are kept
    -- settles starts_on: clean.visit     and by a date, rows of the days before

Where rows of several feeds stand side by side, what is settled of one stays and what comes late of another is told: a table that
is given every feed's days (``given: every_day``) says of each row which feed it is of, of another one a header says it:

    -- settles kind: visit clean.visit, booking clean.booking
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.building import months, parts, terms
from pipelines.building.months import Part
from pipelines.modelling.parted import TERM, TERMS, apart, settling
from pipelines.models import Model
from pipelines.quoting import literal
from pipelines.site import models
from pipelines.warehouse import Warehouse

_STOOD = "rows_that_stay"


@dataclass(frozen=True)
class Settled:
    """The rows of a table that are not made anew."""

    column: str
    """What says to which part a row belongs."""
    before: dt.date
    """By days, all that lie before this one."""
    living: frozenset[str] | None = None
    """By terms, all but these: a term that has another name since is not lost."""
    apart: str = ""
    """By day and what a column says, those that say one of these and lie before its day."""
    days: Mapping[str, dt.date] = field(default_factory=dict)

    def holds(self, part: Part) -> bool:
        """Whether all rows of a part are."""
        if part is None or self.apart:
            return False
        return part < self.before.isoformat() if self.living is None else part not in self.living

    @property
    def rows(self) -> str:
        """Whether a row is."""
        if self.apart:
            told = [f"({self.apart} = {literal(said)} and {self.column} < date '{d}')" for said, d in self.days.items()]
            return f"coalesce({' or '.join(told) or 'false'}, false)"
        if self.living is None:
            return f"coalesce({self.column} < date '{self.before}', false)"
        return (
            f"({self.column} is not null and not {terms.inside(self.column, self.living)})" if self.living else "true"
        )


def settled(warehouse: Warehouse, model: Model) -> Settled | None:
    """What of a table stays as it was told; nothing as long as all records that it is made of are there."""
    column, kind, needed = settling(model)
    if not needed:
        return None
    ends = dict(warehouse.rows_of("select table_name, max(kept_from) from ledger.retention group by all"))
    days = {table: ends[table] + dt.timedelta(days=margin) for table, margin in needed.items() if table in ends}
    if not days:
        return None
    last = max(days.values())
    told_apart, made_of = _apart(model)
    if told_apart:
        told = {said: months.first_from(days[table]) for said, table in made_of.items() if table in days}
        return Settled(column, last, apart=told_apart, days=told)
    if kind != TERM:
        return Settled(column, months.first_from(last) if kind == "month" else last)
    if not warehouse.exists(TERMS):
        return None
    told_of = dict(warehouse.rows_of("select term, starts_on < ? from ref.term", [last]))
    living = frozenset(term for term, has_begun in told_of.items() if not has_begun)
    return Settled(column, last, living) if len(living) < len(told_of) else None


def _apart(model: Model) -> tuple[str, Mapping[str, str]]:
    if "every_day" in model.header.names("given"):
        # Several exports may fill a feed; of which one a row came nobody knows, and one limit holds for all.
        return "feed", {feed.name: table for table in sorted(model.reads) if (feed := models()[table].feed)}
    return apart(model)


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


def take_over(warehouse: Warehouse, model: Model, owed: Collection[Part]) -> None:
    """Put the rows that stay into parts that were made anew, in place of what they were made to be."""
    stays = settled(warehouse, model)
    if stays is None or not stays.apart:
        return
    warehouse.connection.execute(f"delete from {parts.FRESH} where {stays.rows}")
    told = f"select * from {model.table} where {stays.rows} and {parts.inside(model, owed)}"
    warehouse.connection.execute(f"insert into {parts.FRESH} {told}")


def losing(every: Mapping[str, Model], table: str) -> Iterator[Model]:
    """A table of records, and those that are made of it record by record: what is let go is let go in all."""
    yield every[table]
    for model in every.values():
        is_by_day = model.parted is not None and model.parted.kind == "month" and model.parted.column != "month"
        is_of_records = model.layer == "clean" or model.grain == every[table].grain
        if is_by_day and is_of_records and table in model.reads:
            yield from losing(every, model.table)


def margin(every: Mapping[str, Model], table: str) -> int:
    """How many days around them the parts of other tables need of a table."""
    plans = [model.parted for model in every.values() if model.parted and table in model.parted.narrowed]
    return max((plan.narrowed[table].days for plan in plans), default=0)
