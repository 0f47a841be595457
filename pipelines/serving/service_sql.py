"""What the conditions of the catalogue may use, and what none of them may.

A condition is read against the models: along column lineage it is found where each column it mentions
comes from, so a tag given where a column is born, and the purposes of the feed it came in, hold here
too.  What a service may say belongs in :mod:`pipelines.serving.services`, what conditions become in :mod:`pipelines.serving.service_selects`.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from pipelines.errors import Misconfigured
from pipelines.modelling.dialect import DIALECT, lint
from pipelines.modelling.slips import suggestion
from pipelines.models import Model
from pipelines.serving.service_selects import FROM, READERS
from pipelines.serving.services import Catalogue, Service

_LAYERS = ("ref", "clean", "fact", "portrait", "segment")
_NEVER = {
    "sensitive": "is sensitive",
    "reading_class": "tells what a reader's books are about — fact.need_sign and fact.loan_kind leave the sensitive classes out",
    "protected": "is of a service that is never aimed at anybody",
}
"""Tags that no service may touch, and why."""

Column = tuple[str, str]


def check(file: str, catalogue: Catalogue, models: Mapping[str, Model]) -> dict[str, set[Column]]:
    """The columns that each service uses.

    Raises:
        Misconfigured: one line for the first condition that is no SQL, or that uses what it may not.

    """
    used: dict[str, set[Column]] = {}
    with duckdb.connect(":memory:") as scratch:
        for model in models.values():
            if model.layer in _LAYERS:
                _stand_up(scratch, model)
        for code, service in catalogue.services.items():
            used[code] = set()
            for place, statement in _statements(service):
                where = f"{file}: services.{code}.{place}"
                used[code] |= _columns(where, statement, models, scratch)
                _refuse(where, statement, service, used[code], catalogue, models)
    return used


def _statements(service: Service) -> Iterator[tuple[str, str]]:
    """Each condition as a whole statement, and where it stands."""
    if service.has_signs:
        yield "eligible", f"select patron_key {FROM} where ({service.eligible})"
    for reason, sign in service.signs.items():
        yield f"signs.{reason}", f"select patron_key {FROM} where ({sign.when})"
    if service.outcome:
        yield "outcome", f"select patron_key, cast(happened_on as date) as day from ({service.outcome.sql})"


def _columns(
    where: str, statement: str, models: Mapping[str, Model], scratch: duckdb.DuckDBPyConnection
) -> set[Column]:
    """Every column of a table that a statement mentions anywhere."""
    try:
        parsed = sqlglot.parse_one(statement, dialect=DIALECT)
    except SqlglotError:
        raise Misconfigured(f"{where}: this is not SQL — {_shown(statement)}") from None
    for slip in lint(_with_plain_numbers(parsed)):
        raise Misconfigured(f"{where}: {slip.words}")
    tables = {f"{table.db}.{table.name}" for table in parsed.find_all(exp.Table) if table.db}
    for table in sorted(tables):
        if table not in models or models[table].layer not in _LAYERS:
            raise Misconfigured(f"{where}: {table} — conditions look at tables of {', '.join(_LAYERS)} only")
    try:
        qualified = qualify(parsed, schema=_schema(tables, models), dialect=DIALECT, quote_identifiers=False)
        scratch.execute(f"explain {statement}")
    except OptimizeError as error:
        raise Misconfigured(f"{where}: {_unresolved(str(error), models)}") from None
    except duckdb.Error as error:
        raise Misconfigured(f"{where}: {' '.join(str(error).partition('LINE')[0].split())}") from None
    scopes = traverse_scope(qualified)
    found = ((scope.sources.get(column.table), column.name) for scope in scopes for column in scope.columns)
    return {(f"{source.db}.{source.name}", name) for source, name in found if isinstance(source, exp.Table)}


def _refuse(
    where: str,
    statement: str,
    service: Service,
    columns: set[Column],
    catalogue: Catalogue,
    models: Mapping[str, Model],
) -> None:
    for _, name in catalogue.protected:
        if name in statement:
            raise Misconfigured(f"{where}: ‘{name}’ {_NEVER['protected']} — take the condition out")
    for table, name in sorted(columns):
        for tag in sorted(models[table].column(name).tags & _NEVER.keys()):
            raise Misconfigured(f"{where}: {table}.{name} {_NEVER[tag]} — no service may use it")
        for feed in sorted(feeds_behind(models, table, name)):
            allowed = models[feed].purposes
            if service.purpose not in allowed:
                told = ", ".join(allowed) or "no purpose"
                raise Misconfigured(
                    f"{where}: {table}.{name} comes from {feed}, whose data may be used for {told} — not for {service.purpose}"
                )


def feeds_behind(models: Mapping[str, Model], table: str, column: str) -> frozenset[str]:
    """The feeds that a column was computed from; reference tables and the ledger say nothing of a person."""
    return _Behind(models).of_column(table, column)


class _Behind:
    """The feeds behind columns and tables, each looked up once."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        self.models = models
        self.of_table = cache(self._of_table)
        self.of_column = cache(self._of_column)

    def _of_column(self, table: str, name: str) -> frozenset[str]:
        model = self.models[table]
        if model.layer in ("raw", "ref", "ledger"):
            return frozenset({table} if model.is_feed else ())
        column = model.column(name)
        behind = [self.of_column(*source) for source in sorted(column.sources)]
        return frozenset().union(*behind, *(self.of_table(table) for table in sorted(column.counted)))

    def _of_table(self, table: str) -> frozenset[str]:
        model = self.models[table]
        if model.layer in ("raw", "ref", "ledger"):
            return frozenset({table} if model.is_feed else ())
        return frozenset().union(*(self.of_table(read) for read in sorted(model.reads)))


def _stand_up(scratch: duckdb.DuckDBPyConnection, model: Model) -> None:
    scratch.execute(f"create schema if not exists {model.layer}")
    columns = ", ".join(f"{column.name} {column.type}" for column in model.columns)
    scratch.execute(f"create table {model.table} ({columns})")


def _schema(tables: set[str], models: Mapping[str, Model]) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for table in tables:
        layer, _, name = table.partition(".")
        schema.setdefault(layer, {})[name] = {column.name: column.type for column in models[table].columns}
    return schema


def _with_plain_numbers(parsed: exp.Expr) -> exp.Expr:
    """The same with 0.25 written 25e-2: a librarian need not know how engines differ about decimal points."""
    return parsed.transform(
        lambda node: (
            exp.Literal.number(f"{float(node.this):e}")
            if isinstance(node, exp.Literal) and not node.is_string
            else node
        )
    )


def _unresolved(words: str, models: Mapping[str, Model]) -> str:
    """The column that there is not, and the nearest that there is."""
    name = words.partition("'")[2].partition("'")[0].rpartition(".")[2]
    known = {column.name for table in READERS for column in models[table].columns}
    return f"there is no column ‘{name}’{suggestion(name, known)}" if name else words


def _shown(statement: str) -> str:
    return statement if len(statement) < 200 else f"{statement[:200]} …"
