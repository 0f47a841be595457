"""How a table is made anew month by month: what its header says, held against what it reads.

    -- rebuild: month(service_date)              only the months that something touched are built again
    -- reads raw.gate_event: passed_at, 2 days   which of a table's rows a month needs: by this time, and so far around it
    -- reads raw.loan: loaned_at, whole loan_key     and all rows that share a key with one of them
    -- follows clean.patron_identifier: patron_key   a changed row touches the months of what bears its key

A feed is known by the first time that it says something ``happened:``, a table that is rebuilt by
months by its own; of these a month needs its own rows where no line says otherwise.  Whatever else a
table reads is read whole, and a change in it makes the whole table anew.  What is due is told
in :mod:`pipelines.due`, how a month is replaced in :mod:`pipelines.months`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.header import Declaration

if TYPE_CHECKING:
    from pipelines.models import Model

_MONTH = re.compile(r"month\((\w+)\)")
_DAYS = re.compile(r"(\d+) days?")
_WHOLE = re.compile(r"whole (\w+)")


@dataclass(frozen=True)
class Narrowed:
    """Which rows of a table the months of another one need."""

    columns: tuple[str, ...]
    """Times of a row: one of them lies in a month, or so many days around it."""
    days: int = 0
    whole: str | None = None
    """What rows share that belong together, wherever they lie."""


@dataclass(frozen=True)
class Monthly:
    """How a table is made anew month by month."""

    month_of: str
    narrowed: Mapping[str, Narrowed]
    followed: Mapping[str, str]
    """By table: the column of those narrowed that bears its keys."""


@dataclass(frozen=True)
class Asked:
    """What the tables made from a table ask of its changes."""

    readers: tuple[str, ...] = ()
    along: frozenset[str] = frozenset()
    """The columns whose days or keys they want to know."""
    wholes: frozenset[tuple[str, str]] = frozenset()
    """A time and a key: the times of all rows that share a key with a changed one are wanted as well."""

    @property
    def keys(self) -> list[str]:
        return sorted({key for _, key in self.wholes})


def monthly_of(model: Model, models: Mapping[str, Model]) -> Monthly | None:
    """How a table is rebuilt by months; nothing where its header does not ask for it."""
    month_of = month_column(model)
    if month_of is None:
        return None
    said = {line.name: _narrowed(line.value) for line in model.header.declarations if line.key == "reads"}
    dated = {table: day for table in sorted(model.reads) if (day := known_by(models[table]))}
    own = {table: Narrowed((day,)) for table, day in dated.items()}
    followed = {line.name: line.value for line in model.header.declarations if line.key == "follows"}
    return Monthly(month_of, own | {table: narrowed for table, narrowed in said.items() if narrowed}, followed)


def month_column(model: Model) -> str | None:
    """The column by whose months a table is rebuilt."""
    found = _MONTH.fullmatch(next(iter(model.header.values("rebuild")), ""))
    return found[1] if found else None


def known_by(model: Model) -> str | None:
    """The column by whose days it is known which rows of a table came and went."""
    return next(iter(model.happened), None) if model.is_feed else month_column(model)


def key_of(model: Model) -> str:
    """The column by which the changed rows of a table are told to those that follow it."""
    return model.grain[0]


def asked_of(model: Model, models: Mapping[str, Model]) -> Asked:
    """Along which columns the changes of a table are told, gathered from the headers of its readers."""
    readers = [reader for reader in models.values() if model.table in reader.reads]
    parts = [parts for reader in readers if (parts := monthly_of(reader, models))]
    narrowed = [one.narrowed[model.table] for one in parts if model.table in one.narrowed]
    followed = {key_of(model) for one in parts if model.table in one.followed}
    return Asked(
        tuple(reader.table for reader in readers),
        frozenset(followed.union(*(one.columns for one in narrowed))),
        frozenset((column, one.whole) for one in narrowed if one.whole for column in one.columns),
    )


def monthly_slips(model: Model, models: Mapping[str, Model]) -> Iterator[str]:
    """What is wrong with the lines of a header that say how a table is made anew."""
    if not model.header.values("rebuild"):
        for line in model.header.declarations:
            if line.key in ("reads", "follows"):
                yield f"{model.file}:{line.line}: `{line.key}` says how months are rebuilt — write `-- rebuild: month(…)` as well, or leave it out"
        return
    monthly = monthly_of(model, models)
    if monthly is None or not model.is_select:
        yield f"{model.file}:1: it cannot be told how to rebuild this — write `-- rebuild: month(a date)` in the header of a select"
        return
    if _kind(model, monthly.month_of) != "DATE":
        yield f"{model.file}:1: rebuild: {monthly.month_of} is no date of {model.table} — the dates are {_dates(model)}"
        return
    if not monthly.narrowed:
        yield f"{model.file}:1: nothing that {model.table} reads is known by day, so it is always built whole — leave out `rebuild:`"
    for line in model.header.declarations:
        if line.key in ("reads", "follows"):
            yield from (f"{model.file}:{line.line}: {words}" for words in _line_slips(model, models, monthly, line))
    for table in monthly.narrowed:
        if not {source for source, column in model.column(monthly.month_of).sources if source == table}:
            yield f"{model.file}:1: {monthly.month_of} is not computed from {table}, so it cannot be told which of its rows a month needs — leave out `rebuild:`"


def _line_slips(model: Model, models: Mapping[str, Model], monthly: Monthly, line: Declaration) -> Iterator[str]:
    table = line.name
    if table not in model.reads:
        yield f"{model.table} does not read {table} — it reads {', '.join(sorted(model.reads))}"
    elif line.key == "follows":
        if known_by(models[table]) or not models[table].is_select:
            yield f"{table} cannot be followed by key — only a select that is built whole can be"
        if not any(_kind(models[source], line.value) for source in monthly.narrowed):
            yield f"none of {', '.join(monthly.narrowed)} has a column {line.value}"
    elif known_by(models[table]) is None:
        yield f"it is not known which days of {table} change — only a feed, or a table with `rebuild:`, can be narrowed"
    elif (narrowed := _narrowed(line.value)) is None:
        yield "this is no `time`, `time or time`, `time, 2 days` or `time, whole key`"
    else:
        for name in narrowed.columns:
            if _kind(models[table], name) not in ("DATE", "TIMESTAMP"):
                yield f"{name} is no time of {table} — the times are {_dates(models[table])}"
        yield from _key_slips(models[table], narrowed.whole)


def _key_slips(source: Model, key: str | None) -> Iterator[str]:
    if key and not _kind(source, key):
        yield f"{source.table} has no column {key}"
    elif key and source.is_feed and not source.column(key).is_required:
        yield f"{key} of {source.table} may be empty, so that it does not hold rows together"


def _narrowed(value: str) -> Narrowed | None:
    columns, *rest = [part.strip() for part in value.split(",")]
    days = [int(found[1]) for part in rest if (found := _DAYS.fullmatch(part))]
    whole = [found[1] for part in rest if (found := _WHOLE.fullmatch(part))]
    if len(days) + len(whole) < len(rest) or len(days) > 1 or len(whole) > 1:
        return None
    return Narrowed(tuple(columns.split(" or ")), next(iter(days), 0), next(iter(whole), None))


def _kind(model: Model, column: str) -> str | None:
    return next((c.type for c in model.columns if c.name == column), None)


def _dates(model: Model) -> str:
    return ", ".join(c.name for c in model.columns if c.type in ("DATE", "TIMESTAMP")) or "none"
