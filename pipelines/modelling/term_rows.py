"""What is known of the rows of a table or of a query, as far as their terms go, and what a join makes of it.

How a query is followed from step to step belongs in :mod:`pipelines.modelling.termly`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from pipelines.modelling.parted import DAYS, TERM, TERMS, Parted

Pairs = set[tuple[frozenset[str], frozenset[str]]]
"""Columns that a join holds against each other, those of the rows that are there first."""


class Past(IntEnum):
    """Which rows of earlier terms are there as well."""

    NONE = 0
    OF_THE_KEY = 1
    ALL = 2


@dataclass(frozen=True)
class Rows:
    """What is known of the rows of a table or of a query, by the names of its columns."""

    is_told: bool = False
    """Whether only those are there that some terms need."""
    past: Past = Past.ALL
    terms: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    """Columns that put terms in order of time."""
    befores: frozenset[str] = frozenset()
    """Columns that name a term before the row's own."""
    keys: frozenset[str] = frozenset()
    is_partial: bool = False
    """Whether they are there, or right, only for those who have the key in a term that is asked for."""

    def renamed(self, names: Mapping[str, Iterable[str]]) -> Rows:
        def now(columns: frozenset[str]) -> frozenset[str]:
            return frozenset(new for old in columns for new in names.get(old, ()))

        terms, days, starts = now(self.terms), now(self.days), now(self.starts)
        return replace(self, terms=terms, days=days, starts=starts, befores=now(self.befores), keys=now(self.keys))

    def of(self, alias: str) -> Rows:
        columns = self.terms | self.days | self.starts | self.befores | self.keys
        return self.renamed({column: [f"{alias}.{column}"] for column in columns})


def table_rows(table: str, parted: Parted) -> Rows:
    """The rows of a table as the parts of another one see them."""
    if table == TERMS:
        return Rows(terms=frozenset(["term"]), starts=frozenset(["starts_on"]), befores=frozenset(["compare_to"]))
    if table == DAYS:
        return Rows(terms=frozenset(["term"]), days=frozenset(["day"]))
    needs = parted.narrowed.get(table)
    if needs is None:
        return Rows()
    if needs.columns != (TERM,):
        return Rows(True, Past.NONE, days=frozenset(needs.columns))
    keys = frozenset(filter(None, (needs.of, parted.bearers.get(table))))
    past = Past.OF_THE_KEY if needs.of else Past.ALL if needs.earlier else Past.NONE
    return Rows(True, past, frozenset([TERM]), keys=keys, is_partial=bool(needs.of))


def is_linked(pairs: Pairs, one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether a join holds a column of the first rows against one of the others."""
    return any(a and b and a <= one and b <= other for a, b in pairs)


def with_calendar(rows: Rows, other: Rows, equal: Pairs, is_outer: bool) -> Rows | None:
    """Rows joined to others that are the same for every term; nothing where that tells no more of them."""
    if is_outer:
        return None
    if is_linked(equal, rows.terms, other.terms):
        terms, starts, befores = rows.terms | other.terms, rows.starts | other.starts, rows.befores | other.befores
        return replace(rows, terms=terms, starts=starts, befores=befores)
    if is_linked(equal, rows.days, other.days) and not rows.terms:
        return replace(rows, terms=other.terms, starts=other.starts, befores=other.befores)
    return other if not rows.is_told and not rows.terms else None


def side_by_side(rows: Rows, other: Rows, held: bool, is_outer: bool, is_keyed: bool) -> Rows:
    """Rows joined to others of the same term."""
    past = min(rows.past, other.past)
    if past == Past.OF_THE_KEY and not held and (rows.past, other.past) != (Past.OF_THE_KEY, Past.ALL):
        past = Past.NONE
    keys = rows.keys
    if not is_outer and (held or not (keys or rows.is_partial)):
        keys |= other.keys
    elif is_keyed and other.is_partial and not held:
        keys = frozenset()
    is_partial, befores = rows.is_partial or other.is_partial, rows.befores | other.befores
    joined = replace(rows, past=past, keys=keys, befores=befores, is_partial=is_partial)
    if is_outer:
        return joined
    return replace(joined, terms=rows.terms | other.terms, starts=rows.starts | other.starts)
