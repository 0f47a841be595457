"""How a table is made anew part by part: what its header says, held against what it reads.

    -- rebuild: month(service_date)              only the months that something touched are built again
    -- reads raw.gate_event: passed_at, 2 days   which of a table's rows a month needs: by this time, and so far around it
    -- reads raw.loan: loaned_at, whole loan_key     and all rows that share a key with one of them
    -- follows clean.patron_identifier: patron_key   a changed row touches the months of what bears its key

    -- rebuild: term(term)                       only the terms that something touched
    -- rebuild: term(last_term)                  the same, where rows bear the term of a table of the same grain
    -- reads fact.standing: earlier of patron_key    a term needs, beside its own rows, the same patron's of terms before
    -- reads ref.coverage_term: earlier          or all of the terms before: a change touches those after it as well
    -- reads clean.visit: whole                  all rows are needed, and any change makes the whole table anew

A table is known by the term that its rows bear, by the first time that a feed says something ``happened:``,
or by the day by whose months it is rebuilt; of these a part needs its own rows where no line says otherwise.
Whatever else a table reads is read whole, and a change in it makes the whole table anew.  Whether the terms
of a statement can be told apart is proven in :mod:`pipelines.modelling.termly`, what a header says wrongly in
:mod:`pipelines.modelling.part_slips`; what is due is told in :mod:`pipelines.building.due`, how a part is replaced in
:mod:`pipelines.building.parts`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.models import Model

TERMS, DAYS = "ref.term", "ref.calendar_day"
"""The calendar, by which it is known what a term is."""

TERM = "term"
"""The column that bears the term of a row, wherever terms are told by one."""

_REBUILD = re.compile(r"(month|term)\((\w+)\)")
_MARGIN = re.compile(r"(\d+) days?")
_WHOLE = re.compile(r"whole (\w+)")
_EARLIER = re.compile(r"earlier(?: of (\w+))?")


@dataclass(frozen=True)
class Narrowed:
    """Which rows of a table the parts of another one need."""

    columns: tuple[str, ...]
    """Times of a row: one of them lies in a month, or so many days around it; of a term the term, or a day of it."""
    days: int = 0
    whole: str | None = None
    """What rows share that belong together, wherever they lie."""
    earlier: bool = False
    """Whether the rows of the terms before are needed as well."""
    of: str | None = None
    """What those of the terms before must share with a row of the term, if not all are needed."""


@dataclass(frozen=True)
class Parted:
    """How a table is made anew part by part."""

    kind: str
    """What a part is: a month or a term."""
    column: str
    """The column that says which part a row belongs to."""
    narrowed: Mapping[str, Narrowed]
    followed: Mapping[str, str] = field(default_factory=dict)
    """By table: the column of those narrowed that bears its keys."""
    bearers: Mapping[str, str] = field(default_factory=dict)
    """By table: the column from which the rows of a term have what their earlier rows are known by."""


@dataclass(frozen=True)
class Asked:
    """What the tables made from a table ask of its changes."""

    readers: tuple[str, ...] = ()
    along: frozenset[str] = frozenset()
    """The columns whose days, terms or keys they want to know."""
    wholes: frozenset[tuple[str, str]] = frozenset()
    """A time and a key: the times of all rows that share a key with a changed one are wanted as well."""
    terms: str | None = None
    """The column that bears the term of a row, if that is all they want to know."""

    @property
    def keys(self) -> list[str]:
        return sorted({key for _, key in self.wholes})


def parted_of(model: Model, models: Mapping[str, Model]) -> Parted | None:
    """How a table is rebuilt by parts; nothing where its header does not ask for it."""
    found = rebuilt_by(model)
    if found is None:
        return None
    kind, column = found
    said = {line.name: read_line(kind, line.value) for line in model.header.declarations if line.key == "reads"}
    own = {table: Narrowed((by,)) for table in sorted(model.reads) if (by := told_by(models[table], kind))}
    narrowed = own | {table: needs for table, needs in said.items() if needs}
    followed = {line.name: line.value for line in model.header.declarations if line.key == "follows"}
    wholly = {line.name for line in model.header.declarations if line.key == "reads" and line.value == "whole"}
    key = next((needs.of for needs in narrowed.values() if needs.of), None)
    bearers = dict(sorted(source for c in model.columns if c.name == key for source in c.sources))
    return Parted(kind, column, {table: n for table, n in narrowed.items() if table not in wholly}, followed, bearers)


def rebuilt_by(model: Model) -> tuple[str, str] | None:
    """Whether a table is rebuilt by months or terms, and by which column."""
    found = _REBUILD.fullmatch(next(iter(model.header.values("rebuild")), ""))
    return (found[1], found[2]) if found else None


def settling(model: Model) -> tuple[str, str, Mapping[str, int]]:
    """By which column, of what kind (month, term or day), it is known which rows are made of which tables; and so many days around.

    Of a table that is not made by parts, a line ``settles`` says it; where there is none, no table is named.
    """
    if model.parted:
        return model.parted.column, model.parted.kind, {t: needs.days for t, needs in model.parted.narrowed.items()}
    line = next((line for line in model.header.declarations if line.key == "settles"), None)
    if line is None:
        return "", "", {}
    is_term = model.column(line.name).type == "VARCHAR"
    return line.name, TERM if is_term else "day", {table.strip(): 0 for table in line.value.split(",")}


def apart(model: Model) -> tuple[str, Mapping[str, str]]:
    """By which column the rows of a table that is made by parts are told apart, and of which table those of a value are made.

    A line ``settles kind: visit clean.visit, booking clean.booking`` says it; where there is none, no value is named.
    """
    line = next((line for line in model.header.declarations if line.key == "settles"), None)
    if line is None or not model.parted:
        return "", {}
    pairs = [pair.split() for pair in line.value.split(",")]
    return line.name, {pair[0]: pair[-1] for pair in pairs}


def known_by(model: Model) -> str | None:
    """The column by whose days it is known which rows of a table came and went."""
    if model.is_feed:
        return next(iter(model.happened), None)
    kind, column = rebuilt_by(model) or ("", None)
    return column if kind == "month" else None


def told_by(model: Model, kind: str) -> str | None:
    """The column by which the parts of another table find their rows in this one, where no line says another."""
    is_made = model.is_select or model.layer not in ("raw", "ref", "ledger")
    if kind == "term" and is_made and any(c.name == TERM for c in model.columns):
        return TERM
    return known_by(model)


def key_of(model: Model) -> str:
    """The column by which the changed rows of a table are told to those that follow it."""
    return model.grain[0]


def asked_of(model: Model, models: Mapping[str, Model]) -> Asked:
    """Along which columns the changes of a table are told, gathered from the headers of its readers."""
    readers = [reader for reader in models.values() if model.table in reader.reads]
    plans = [plan for reader in readers if (plan := parted_of(reader, models))]
    narrowed = [one.narrowed[model.table] for one in plans if model.table in one.narrowed]
    followed = {key_of(model) for one in plans if model.table in one.followed}
    along = frozenset(followed.union(*(one.columns for one in narrowed)))
    own = rebuilt_by(model)
    by_term = {TERM for one in plans if one.kind == "term" and model.table in one.narrowed}
    if own and own[0] == "term":
        by_term.add(own[1])
    return Asked(
        tuple(reader.table for reader in readers),
        along,
        frozenset((column, one.whole) for one in narrowed if one.whole for column in one.columns),
        next(iter(by_term)) if len(by_term) == 1 and along <= by_term else None,
    )


def read_line(kind: str, value: str) -> Narrowed | None:
    """What a line says that a part needs of a table; nothing where it says nothing that can be."""
    if kind == "term":
        found = _EARLIER.fullmatch(value)
        return Narrowed((TERM,), earlier=True, of=found[1]) if found else None
    columns, *rest = [part.strip() for part in value.split(",")]
    days = [int(found[1]) for part in rest if (found := _MARGIN.fullmatch(part))]
    whole = [found[1] for part in rest if (found := _WHOLE.fullmatch(part))]
    if len(days) + len(whole) < len(rest) or len(days) > 1 or len(whole) > 1:
        return None
    return Narrowed(tuple(columns.split(" or ")), next(iter(days), 0), next(iter(whole), None))
