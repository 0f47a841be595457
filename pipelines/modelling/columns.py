"""The columns of a model: what each is called, what it means, and where it comes from.

Reading the files and putting models in order belongs in :mod:`pipelines.modelling.model_files`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

from pipelines.modelling.dialect import DIALECT, line_of


@dataclass(frozen=True)
class Column:
    """One column, as its comment describes it: ``-- 中文 | English | more words #tag``."""

    name: str
    label_zh: str
    label_en: str
    description: str
    tags: frozenset[str]
    sources: frozenset[tuple[str, str]] = frozenset()
    """The (table, column) pairs it is computed from."""
    counted: frozenset[str] = frozenset()
    """The tables whose rows it counts without naming a column of theirs."""
    type: str = ""
    is_required: bool = False
    line: int = 1
    is_unexplained: bool = False
    """Whether it mentions columns and yet no source was found."""

    @property
    def caption(self) -> str:
        return " | ".join(filter(None, (self.label_zh, self.label_en, self.description)))

    @property
    def is_pseudonym(self) -> bool:
        """Whether it holds pseudonyms, and does not only count them."""
        return "pseudonym" in self.tags and self.type == "VARCHAR"


class Described(Protocol):
    """A table whose columns are known."""

    @property
    def columns(self) -> tuple[Column, ...]: ...


def _loaded(name: str, kind: str, label_zh: str, label_en: str, description: str, is_required: bool) -> Column:
    """A column that stands in no file: its line is 0."""
    return Column(name, label_zh, label_en, description, frozenset(), type=kind, is_required=is_required, line=0)


LOADED = (
    _loaded("source_file", "VARCHAR", "来源文件", "source file", "as in ledger.file", True),
    _loaded("source_record", "BIGINT", "来源行号", "source record", "number of the record, the first being 1", True),
    _loaded(
        "notes", "VARCHAR", "装载附注", "loading notes", "what was left empty on the way in, as column:reason", False
    ),
)
"""What the loader adds to every feed."""


def declared_columns(statement: exp.Expr, is_feed: bool) -> tuple[Column, ...]:
    """The columns of a ``create table``, with what the loader adds to a feed."""
    nodes = [node for node in statement.this.expressions if isinstance(node, exp.ColumnDef)]
    columns = tuple(_declared(node) for node in nodes)
    return columns + LOADED if is_feed else columns


def selected_columns(statement: exp.Query, known: Mapping[str, Described]) -> tuple[Column, ...]:
    """The columns of a ``select``, each with its sources in the tables that it reads, which are ``known``."""
    tables: dict[str, Any] = {}
    for table, described in known.items():
        layer, _, name = table.partition(".")
        tables.setdefault(layer, {})[name] = {column.name: "unknown" for column in described.columns}
    schema = MappingSchema(tables, dialect=DIALECT)
    written = {_name(node): node for node in statement.selects}
    qualified = qualify(statement.copy(), schema=schema, dialect=DIALECT, quote_identifiers=False)
    scope = build_scope(qualified)
    roots = lineage(None, qualified, schema, dialect=DIALECT, scope=scope, trim_selects=False, copy=False)
    origins = {(table, column.name): column for table, described in known.items() for column in described.columns}
    return tuple(
        _selected(node, written.get(_name(node), statement), roots[_name(node)], origins) for node in qualified.selects
    )


def _declared(node: exp.ColumnDef) -> Column:
    label_zh, label_en, description, tags = _words(" ".join(c for part in node.walk() for c in part.comments or ()))
    required = any(isinstance(constraint.kind, exp.NotNullColumnConstraint) for constraint in node.constraints)
    return Column(node.name, label_zh, label_en, description, tags, is_required=required, line=line_of(node))


def _selected(node: exp.Expr, written: exp.Expr, root: Node, origins: dict[tuple[str, str], Column]) -> Column:
    name = _name(node)
    sources = frozenset(_leaves(root))
    label_zh, label_en, description, tags = _words(_comment(node) or _passed_on(root, name))
    if not label_zh and sources and all(column == name for _, column in sources):
        origin = origins[min(sources)]
        label_zh, label_en, description = origin.label_zh, origin.label_en, origin.description
    tags |= _inherited(tags, frozenset().union(*(origins[source].tags for source in sources)))
    lost = not sources and any(not part.downstream and part.expression.find(exp.Column) for part in root.walk())
    return Column(
        name, label_zh, label_en, description, tags, sources, _counted(root), line=line_of(written), is_unexplained=lost
    )


def _inherited(own: frozenset[str], of_sources: frozenset[str]) -> frozenset[str]:
    """The tags that travel: none into an aggregate; what a reader's books are about not past a screen."""
    if "aggregate" in own:
        return frozenset()
    return of_sources - {"aggregate", "screened"} - ({"reading_class"} if "screened" in own else set())


def _comment(node: exp.Expr) -> str:
    return " ".join(node.comments or node.this.comments or ()) if isinstance(node.this, exp.Expr) else ""


def _passed_on(root: Node, name: str) -> str:
    """The comment of a column of the same name further up the statement, in a common table expression."""
    parts = (part.expression for part in root.walk() if part.expression.alias_or_name == name)
    return next(filter(None, (_comment(part) for part in parts)), "")


def _leaves(root: Node) -> set[tuple[str, str]]:
    leaves = ((node.source, node.name) for node in root.walk())
    return {(f"{s.db}.{s.name}", name.rpartition(".")[2]) for s, name in leaves if isinstance(s, exp.Table) and s.db}


def _counted(root: Node) -> frozenset[str]:
    """The tables whose rows are counted, by ``count(*)`` or a 1 for each to be summed; a window only counts peers."""
    ends = [part for part in root.walk() if not part.downstream and _counts_rows(part.expression)]
    parts = {cte.alias: cte.this for cte in root.source.find_all(exp.CTE)} if ends else {}
    return frozenset(table for part in ends for table in _tables_in(part.source, parts))


def _counts_rows(expression: exp.Expr) -> bool:
    is_number = isinstance(expression.unalias(), exp.Literal) and not expression.unalias().is_string
    return is_number or any(not count.find_ancestor(exp.Window) for count in expression.find_all(exp.Count))


def _tables_in(expression: exp.Expr, parts: dict[str, exp.Expr]) -> set[str]:
    tables = list(expression.find_all(exp.Table))
    named = {f"{table.db}.{table.name}" for table in tables if table.db}
    return named.union(*(_tables_in(parts[t.name], parts) for t in tables if not t.db and t.name in parts))


def _name(node: exp.Expr) -> str:
    return node.alias_or_name


def _words(comment: str) -> tuple[str, str, str, frozenset[str]]:
    parts = [part.strip() for part in re.sub(r"#\w+", "", comment).split("|", 2)]
    label_zh, label_en, description = (*parts, "", "", "")[:3]
    return label_zh, label_en, description, frozenset(re.findall(r"#(\w+)", comment))
