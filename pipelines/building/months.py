"""Months as parts of a table: which of them news touches, and which rows of other tables they need.

What a header says of them stands in :mod:`pipelines.modelling.parted`, how parts are replaced in :mod:`pipelines.building.parts`.
"""

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from pipelines.building.changes import News, as_told
from pipelines.modelling.parted import DAYS, Narrowed, Parted
from pipelines.warehouse import Warehouse

Part = str | None
"""What tells the rows of a part: the first day of a month, or a term; none for the rows that have neither."""


def touched(warehouse: Warehouse, parted: Parted, table: str, news: News) -> set[Part]:
    """The months that news of a table touches."""
    if table in parted.narrowed:
        told = [what for column in parted.narrowed[table].columns for what in news.values.get(column, ())]
        return _around(told, parted.narrowed[table].days)
    return _of_keys(warehouse, parted, table, [what for all_ in news.values.values() for what in all_])


def of_calendar(warehouse: Warehouse, reads: Collection[str]) -> list[Part]:
    """Every month of the calendar, where a table reads it."""
    if DAYS not in reads:
        return []
    months = f"select distinct cast(cast(date_trunc('month', day) as date) as varchar) from {DAYS}"
    return [month for (month,) in warehouse.rows_of(months)]


def weights(warehouse: Warehouse, parted: Parted, table: str) -> Counter[Part]:
    """How many rows of a table each month needs, those around it counted in whole days."""
    needs, found = parted.narrowed[table], Counter[Part]()
    for column in needs.columns:
        told = as_told(column, warehouse.types(table)[column])
        for day, rows in warehouse.rows_of(f"select {told}, count(*) from {table} group by all"):
            for month in set(_near(day, needs.days)) if day else {None}:
                found[month] += rows
    return found


def needed(home: str, table: str, needs: Narrowed, parts: Collection[Part]) -> str:
    """Whether months need a row of a table."""
    within = " or ".join(inside(column, parts, needs.days) for column in needs.columns)
    if needs.whole is None:
        return within
    return f"{within} or {needs.whole} in (select {needs.whole} from {home}.{table} where {within})"


def inside(column: str, parts: Iterable[Part], days: int = 0) -> str:
    """Whether a time lies in one of the months, or so many days around it."""
    months = list(parts)
    spans = [f"({column} >= date '{begins}' and {column} < date '{ends}')" for begins, ends in _spans(months, days)]
    return f"({' or '.join([*spans, *([f'{column} is null'] if None in months else [])])})"


def first_from(day: dt.date) -> dt.date:
    """The first day of the first month that begins on a day or after it."""
    return day if day.day == 1 else (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _spans(months: Iterable[Part], days: int) -> list[tuple[str, str]]:
    """Stretches of days, those that touch each other as one."""
    spans: list[tuple[int, int]] = []
    for month in sorted(dt.date.fromisoformat(month) for month in months if month is not None):
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


def _around(days: Iterable[str], margin: int) -> set[Part]:
    """The months that days touch, with so many days around them."""
    return {month for day in days for month in (_near(day, margin) if day else [None])}


def _near(day: str, margin: int) -> Iterator[str]:
    there = dt.date.fromisoformat(day).toordinal()
    for ordinal in range(there - margin, there + margin + 1):
        yield dt.date.fromordinal(min(max(ordinal, 1), dt.date.max.toordinal())).replace(day=1).isoformat()


def _of_keys(warehouse: Warehouse, parted: Parted, followed: str, keys: list[str]) -> set[Part]:
    """The months of all narrowed rows that bear one of these keys, and of those that belong to them."""
    column = parted.followed[followed]
    months: set[Part] = set()
    for table, narrowed in parted.narrowed.items():
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
