"""Whether a statement keeps terms apart: that the rows of a term are made of what a term needs, and of nothing else.

A query is followed from its tables to its last select.  Of the rows of each step it is known which columns bear
their term.  Tables are joined by it; rows are grouped, and windows partitioned by it.  Where a header says that
the earlier terms are needed as well, a window may also run through the terms in order of time, up to its own row,
and rows may be joined to those of a term that is no later.  Whatever else is done to the rows of several terms
mixes them, and is refused.  What a header may say stands in :mod:`pipelines.modelling.parted`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from pipelines.modelling.dialect import DIALECT, line_of
from pipelines.modelling.parted import DAYS, Parted
from pipelines.modelling.term_clauses import aggregates, befores, conditions, is_one, runs_to_its_row, selected, windows
from pipelines.modelling.term_rows import Pairs, Past, Rows, is_linked, side_by_side, table_rows, with_calendar

if TYPE_CHECKING:
    from pipelines.models import Model

_NO_DAY = f"rows that are known by their day are not joined to {DAYS} by it"


class Mixed(Exception):
    """Rows of several terms are mixed."""

    def __init__(self, node: exp.Expr, words: str) -> None:
        self.line, self.words = line_of(node), words


def mixing(model: Model, parted: Parted, models: Mapping[str, Model]) -> Mixed | None:
    """Where a statement mixes the rows of several terms, if it does."""
    schema: dict[str, Any] = {}
    for table in model.reads:
        layer, _, name = table.partition(".")
        schema.setdefault(layer, {})[name] = {column.name: "unknown" for column in models[table].columns}
    statement = qualify(model.statement.copy(), schema=schema, dialect=DIALECT, quote_identifiers=False)
    try:
        _proven(statement, parted)
    except Mixed as mixed:
        return mixed
    return None


def _proven(statement: exp.Expr, parted: Parted) -> None:
    known: dict[int, Rows] = {}
    is_keyed = any(needs.of for needs in parted.narrowed.values())
    for scope in traverse_scope(statement):
        known[id(scope)] = _Step(scope, parted, known, is_keyed).rows()
    rows = known[id(scope)]
    if not rows.is_told or parted.column not in rows.terms:
        raise Mixed(statement, f"{parted.column} is not the term of the rows that it is made of")
    if rows.is_partial and is_keyed and not rows.keys & {next(n.of for n in parted.narrowed.values() if n.of)}:
        raise Mixed(statement, "what is made of earlier terms is not told for the key that they share")


@dataclass(frozen=True)
class _Step:
    """One query of a statement."""

    scope: Scope
    parted: Parted
    known: Mapping[int, Rows]
    is_keyed: bool

    def rows(self) -> Rows:
        query = self.scope.expression
        if not isinstance(query, exp.Query):
            return Rows()
        if isinstance(query, exp.SetOperation):
            return self._united(query)
        rows = self._joined(query)
        for inner in self.scope.subquery_scopes:
            if self.known[id(inner)].is_told:
                raise Mixed(inner.expression, "a query within a condition reads rows of every term")
        rows = self._grouped(query, rows)
        for window in windows(query):
            rows = self._seen(window, rows)
        told = rows.renamed(selected(query, rows))
        return replace(told, befores=told.befores | befores(query, rows))

    def _joined(self, query: exp.Query) -> Rows:
        first = query.args.get("from_")
        rows = self._source(first.this) if first else Rows()
        for join in query.args.get("joins") or ():
            rows = self._join(rows, self._source(join.this), join)
        if rows.is_told and not rows.terms:
            raise Mixed(query, _NO_DAY if rows.days else "rows are read that do not bear their term any more")
        return rows

    def _source(self, node: exp.Expr) -> Rows:
        source = self.scope.sources.get(node.alias_or_name)
        if isinstance(source, Scope):
            if id(source) not in self.known:
                raise Mixed(node, "it is not known how a query that reads itself keeps the terms apart")
            return self.known[id(source)].of(node.alias_or_name)
        if isinstance(source, exp.Table) and source.db:
            return table_rows(f"{source.db}.{source.name}", self.parted).of(node.alias_or_name)
        return Rows()

    def _join(self, rows: Rows, other: Rows, join: exp.Join) -> Rows:
        is_outer = join.side == "LEFT"
        if join.side not in ("", "LEFT") or join.kind not in ("", "INNER", "CROSS"):
            if rows.is_told or other.is_told:
                raise Mixed(join, f"it is not known how a {join.side or join.kind} join keeps the terms apart".lower())
            return Rows()
        equal, no_later = conditions(join.args.get("on"))
        if not other.is_told:
            return with_calendar(rows, other, equal, is_outer) or rows
        if not rows.is_told:
            return self._spread(rows, other, equal, join, is_outer)
        held = is_linked(equal, rows.keys, other.keys)
        if is_linked(equal, rows.terms, other.terms):
            return side_by_side(rows, other, held, is_outer, self.is_keyed)
        is_before = is_linked(equal, rows.befores, other.terms) or is_linked(no_later, other.starts, rows.starts)
        if is_before and (other.past == Past.ALL or (other.past and held)):
            return replace(rows, past=min(rows.past, other.past), is_partial=True)
        raise Mixed(join, "a join brings rows of several terms together")

    def _spread(self, rows: Rows, other: Rows, equal: Pairs, join: exp.Join, is_outer: bool) -> Rows:
        """Rows that are the same for every term, joined to rows of terms."""
        if other.days and not other.terms:
            anchored = with_calendar(other, rows, {(b, a) for a, b in equal}, is_outer)
            if anchored is None:
                raise Mixed(join, _NO_DAY)
            return anchored
        own = frozenset(name for a, b in equal if b and b <= other.terms and len(a) == 1 for name in a)
        if not is_outer:
            same = bool(own & rows.terms)
            return replace(
                other,
                terms=other.terms | own | (rows.terms if same else frozenset()),
                starts=other.starts | (rows.starts if same else frozenset()),
                befores=other.befores | (rows.befores if same else frozenset()),
            )
        if not own:
            raise Mixed(join, "a left join adds rows of terms to rows of none")
        if not own & rows.terms:
            return Rows(True, Past.NONE, own, is_partial=other.is_partial)
        past = other.past if other.past == Past.ALL else Past.NONE
        return Rows(True, past, rows.terms, starts=rows.starts, befores=rows.befores, is_partial=other.is_partial)

    def _grouped(self, query: exp.Query, rows: Rows) -> Rows:
        group = query.args.get("group")
        if group is None and not any(aggregates(node) for node in query.selects):
            return rows
        if not rows.is_told:
            return rows
        if group is None:
            raise Mixed(query, "a total is taken over rows of several terms")
        by = [node for node in query.selects if not aggregates(node)] if group.args.get("all") else group.expressions
        return self._kept(rows, by, group, "rows of several terms are grouped together")

    def _seen(self, window: exp.Window, rows: Rows) -> Rows:
        if not rows.is_told:
            return rows
        by = window.args.get("partition_by") or []
        if any(is_one(node, rows.terms) for node in by):
            return self._kept(rows, by, window, "")
        holds = rows.past == Past.ALL or (rows.past and any(is_one(node, rows.keys) for node in by))
        if not (holds and runs_to_its_row(window, rows)):
            raise Mixed(window, "a window looks at rows of several terms")
        return replace(rows, is_partial=True)

    def _kept(self, rows: Rows, by: list[exp.Expr], node: exp.Expr, words: str) -> Rows:
        if not any(is_one(one, rows.terms) for one in by):
            raise Mixed(node, words)
        if any(is_one(one, rows.keys) for one in by) or not self.is_keyed:
            return rows
        if rows.is_partial:
            raise Mixed(node, "rows that are there for some keys alone are put together without the key")
        return replace(rows, past=rows.past if rows.past == Past.ALL else Past.NONE)

    def _united(self, query: exp.SetOperation) -> Rows:
        branches = []
        for inner in self.scope.set_operation_scopes:
            assert isinstance(inner.expression, exp.Query)
            names = zip(inner.expression.named_selects, query.named_selects, strict=True)
            branches.append(self.known[id(inner)].renamed({old: [new] for old, new in names}))
        told = [rows for rows in branches if rows.is_told]
        if not told:
            return Rows()
        terms = frozenset.intersection(*(rows.terms for rows in told))
        if not terms:
            raise Mixed(query, "the parts of a union do not bear their term in the same column")
        starts, keys = (frozenset.intersection(*(getattr(rows, kind) for rows in told)) for kind in ("starts", "keys"))
        past = min(rows.past for rows in told)
        return Rows(True, past, terms, starts=starts, keys=keys, is_partial=any(rows.is_partial for rows in told))
