"""Terms as parts of a table: which of them news touches, and which rows of other tables they need.

What a header says of them stands in :mod:`pipelines.modelling.parted`, how parts are replaced in :mod:`pipelines.building.parts`.
"""

from collections import Counter
from collections.abc import Collection

from pipelines.building.changes import News
from pipelines.building.months import Part
from pipelines.modelling.parted import DAYS, TERM, TERMS, Narrowed, Parted
from pipelines.quoting import literal
from pipelines.warehouse import Warehouse


def touched(warehouse: Warehouse, parted: Parted, table: str, news: News) -> set[Part]:
    """The terms that news of a table touches."""
    needs = parted.narrowed[table]
    (column,) = needs.columns
    told = set(news.values.get(column, ()))
    if column != TERM:
        found = warehouse.rows_of(
            f"select distinct term from {DAYS} where cast(day as varchar) in (select unnest(?))", [sorted(told)]
        )
        return {term for (term,) in found}
    terms: set[Part] = {term or None for term in told}
    return terms | _since(warehouse, parted, terms) if needs.earlier else terms


def of_calendar(warehouse: Warehouse, reads: Collection[str]) -> list[Part]:
    """Every term of the calendar, as far as a table reads it."""
    told = [f"select {TERM} from {table}" for table in (DAYS, TERMS) if table in reads]
    return [term for (term,) in warehouse.rows_of(" union ".join(told))] if told else []


def weights(warehouse: Warehouse, parted: Parted, table: str) -> Counter[Part]:
    """How many rows of a table each term needs, where it needs its own alone."""
    (column,) = parted.narrowed[table].columns
    told = f"{TERM} from {table}"
    if column != TERM:
        told = f"{TERM} from {table} left join {DAYS} on cast({column} as date) = day"
    return Counter(dict(warehouse.rows_of(f"select {TERM}, count(*) from (select {told}) group by all")))


def needed(warehouse: Warehouse, home: str, parted: Parted, needs: Narrowed, parts: Collection[Part]) -> str:
    """Whether terms need a row of a table."""
    (column,) = needs.columns
    if column != TERM:
        return f"cast({column} as date) in (select day from {home}.{DAYS} where {inside('term', parts)})"
    if not needs.earlier:
        return inside(column, parts)
    upto = _upto(warehouse, column, parts)
    if needs.of is None:
        return upto
    bearing = " union ".join(
        f"select {key} from {home}.{table} where {inside(TERM, parts)}" for table, key in sorted(parted.bearers.items())
    )
    return f"{upto} and {needs.of} in ({bearing})"


def inside(column: str, parts: Collection[Part]) -> str:
    """Whether a row is of one of the terms."""
    named = ", ".join(literal(part) for part in sorted(part for part in parts if part is not None))
    return f"({' or '.join([*([f'{column} in ({named})'] if named else []), *([f'{column} is null'] if None in parts else [])])})"


def _since(warehouse: Warehouse, parted: Parted, terms: set[Part]) -> set[Part]:
    """The terms that begin no sooner than the first of some, as far as there are rows of them."""
    known = " union ".join(
        f"select {TERM} from {table}" for table, needs in sorted(parted.narrowed.items()) if needs.columns == (TERM,)
    )
    later = (
        f"select term from {TERMS} where term in ({known}) and starts_on >= "
        f"(select min(starts_on) from {TERMS} where term in (select unnest(?)))"
    )
    return {term for (term,) in warehouse.rows_of(later, [sorted(term for term in terms if term)])}


def _upto(warehouse: Warehouse, column: str, parts: Collection[Part]) -> str:
    """Whether a row is of no term that begins later than the last of some."""
    last = f"select max(starts_on) from {TERMS} where term in (select unnest(?))"
    query = f"select term from {TERMS} where starts_on > ({last})"
    later = {term for (term,) in warehouse.rows_of(query, [sorted(part for part in parts if part)])}
    return f"({column} is null or not {inside(column, later)})" if later else "true"
