"""What the clauses of a query say of its columns, as far as :mod:`pipelines.modelling.termly` asks.

A column goes by the table that a query knows it from, and its name: ``roster.term``.  Where columns of one
name were joined, several stand for one.
"""

from collections.abc import Iterator

from sqlglot import exp

from pipelines.modelling.term_rows import Pairs, Rows

_RUNNING = (exp.Lag, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Sum, exp.Count, exp.Min, exp.Max, exp.Avg)
"""What of a window in order of time looks at no later row."""


def conditions(on: exp.Expr | None) -> tuple[Pairs, Pairs]:
    """Which columns of a join are equal, and which of the first of two is never after the second."""
    equal: Pairs = set()
    no_later: Pairs = set()
    for part in on.flatten() if isinstance(on, exp.And) else [on] if on else []:
        one, other = names(part.this), names(part.args.get("expression") or part.args.get("high"))
        if isinstance(part, exp.EQ):
            equal |= {(one, other), (other, one)}
        elif isinstance(part, (exp.LTE, exp.LT, exp.Between)):
            no_later.add((one, other))
        elif isinstance(part, (exp.GTE, exp.GT)):
            no_later.add((other, one))
    return equal, no_later


def names(node: exp.Expr | None) -> frozenset[str]:
    """The column that an expression is, or those that stand for it together; none where it is more than that."""
    if isinstance(node, exp.Column):
        return frozenset([f"{node.table}.{node.name}"])
    if isinstance(node, exp.Cast) and node.is_type("date"):
        return names(node.this)
    if isinstance(node, exp.Coalesce) and all(isinstance(one, exp.Column) for one in (node.this, *node.expressions)):
        return frozenset[str]().union(*(names(one) for one in (node.this, *node.expressions)))
    return frozenset()


def is_one(node: exp.Expr, columns: frozenset[str]) -> bool:
    """Whether an expression is one of some columns, as it is."""
    inner = node.unalias()
    return not isinstance(inner, exp.Cast) and is_among(names(inner), columns)


def is_among(found: frozenset[str], columns: frozenset[str]) -> bool:
    return bool(found) and found <= columns


def selected(query: exp.Query, rows: Rows) -> dict[str, list[str]]:
    """By column of the tables that are joined: what it is called in what is selected."""
    called: dict[str, list[str]] = {}
    for node in query.selects:
        if any(is_one(node, columns) for columns in (rows.terms, rows.days, rows.starts, rows.befores, rows.keys)):
            for name in names(node.unalias()):
                called.setdefault(name, []).append(node.alias_or_name)
    return called


def befores(query: exp.Query, rows: Rows) -> frozenset[str]:
    """The columns that look up the term before, in the calendar itself."""
    found = {node.alias: node.unalias() for node in query.selects if not rows.is_told}
    return frozenset(
        name
        for name, window in found.items()
        if isinstance(window, exp.Window) and isinstance(window.this, exp.Lag)
        if runs_to_its_row(window, rows) and is_one(window.this.this, rows.terms)
    )


def aggregates(node: exp.Expr) -> bool:
    """Whether a column is taken over several rows, beside what windows look at."""
    return any(_function(found.find_ancestor(exp.Window)) is not found for found in node.find_all(exp.AggFunc))


def windows(query: exp.Query) -> Iterator[exp.Window]:
    """Each window with what is said of it by name."""
    named = {window.name: window for window in query.args.get("windows") or ()}
    for part in [*query.selects, *filter(None, [query.args.get("qualify")])]:
        for window in part.find_all(exp.Window):
            whole = window.copy()
            for key in ("partition_by", "order", "spec") if window.alias in named else ():
                whole.set(key, window.args.get(key) or named[window.alias].args.get(key))
            yield whole


def runs_to_its_row(window: exp.Window, rows: Rows) -> bool:
    """Whether a window goes through the terms in order of time, and looks at no row after its own."""
    own, order = _function(window), window.args["order"].expressions if window.args.get("order") else []
    is_in_time = bool(order) and not order[0].args.get("desc") and is_one(order[0].this, rows.starts)
    spec, offset = window.args.get("spec"), own.args.get("offset") if own else None
    is_behind = offset is None or (isinstance(offset, exp.Literal) and not offset.is_string)
    ends_here = spec is None or spec.args.get("end") == "CURRENT ROW"
    return is_in_time and isinstance(own, _RUNNING) and is_behind and ends_here


def _function(window: exp.Expr | None) -> exp.Expr | None:
    """What a window computes."""
    found = window.this if window else None
    function: exp.Expr | None = found.this if isinstance(found, exp.Filter) else found
    return function
