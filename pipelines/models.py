"""SQL models: each file under sql/ defines one table of the warehouse and describes it.

    sql/raw/loan.sql        create table …    a feed: filled from the exports of a system
    sql/ref/term.sql        create table …    reference data: filled from data/reference/
    sql/segment/reader.sql  create table …    a table that Python makes
    sql/clean/loan.sql      select …          a table made from other tables

A file is the only place its table is described.  Its path names the table, its header says what a
row is, and the comment after a column says ``-- 中文 | English | more words #tag``.  Dependencies,
words passed on unchanged and privacy tags are inferred along column lineage; a column keeps the
tags of its sources until it is marked ``#aggregate``; what books are about (``#reading_class``) also
until it is marked ``#screened``, the sensitive classes having been left out.

How files are read, and held to all this, belongs in :mod:`pipelines.modelling.model_files`, building tables in
:mod:`pipelines.tables`, filling feeds in :mod:`pipelines.exports`.
"""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from pipelines.modelling.columns import Column
from pipelines.modelling.dialect import DIALECT
from pipelines.modelling.given import Feed
from pipelines.modelling.header import Header
from pipelines.modelling.parted import Asked, Parted

LAYERS = ("ledger", "raw", "ref", "clean", "fact", "portrait", "segment", "service", "report")
"""Folders of sql/, in the order in which data flows; a table reads only from its own layer and those before it."""

VIEWS = ("usage", "reading", "growth")
"""The views in which a reader is seen: 综合利用, 阅读习惯, 学习成长."""

NONE = "none"
"""Where a header would name the column that counts people: nobody is counted."""


@dataclass(frozen=True)
class Written:
    """A file's text, parsed when it is first asked what is in it."""

    text: str

    @cached_property
    def statements(self) -> list[exp.Expr]:
        return [s for s in sqlglot.parse(self.text, dialect=DIALECT) if s and not isinstance(s, exp.Semicolon)]

    def __getstate__(self) -> dict[str, Any]:
        return {"text": self.text}


@dataclass(frozen=True)
class Model:
    """One table, as its SQL file defines it."""

    table: str
    file: str
    written: Written
    header: Header
    feed: Feed | None = None
    """What its exports are, for a table that they fill."""
    columns: tuple[Column, ...] = ()
    parted: Parted | None = field(default=None, compare=False)
    """How it is made anew part by part, where its header says so."""
    asked: Asked = field(default=Asked(), compare=False)
    """What those made from it ask of its changes."""

    @property
    def text(self) -> str:
        """The file as it was written, with what it is given, which is also what DuckDB runs."""
        return self.written.text.rstrip().removesuffix(";")

    @property
    def statement(self) -> exp.Expr:
        return self.written.statements[0]

    @property
    def layer(self) -> str:
        return self.table.partition(".")[0]

    @property
    def description(self) -> str:
        return self.header.description

    @property
    def grain(self) -> list[str]:
        """The columns that together identify a row."""
        return self.header.names("grain")

    @property
    def persons(self) -> str | None:
        """The column that counts the people behind a row, where rows are aggregates; ``none`` says that they tell of no group."""
        return next((name for name in self.header.values("persons") if name != NONE), None)

    @property
    def is_of_persons(self) -> bool:
        """Whether rows are of persons, and may be seen by nobody but the data team."""
        return any("pseudonym" in column.tags for column in self.columns)

    @property
    def parts(self) -> str | None:
        """The column whose values are parts of one whole, so that small parts are merged rather than withheld."""
        return next(iter(self.header.values("parts")), None)

    @property
    def counts(self) -> str | None:
        """What the people behind a row are, where other tables count the same: the same place is then the same cell."""
        return next(iter(self.header.values("counts")), None)

    @property
    def happened(self) -> list[str]:
        """The columns of a feed that say when: a row is there from the first on, the others are told from their own time on."""
        return self.header.names("happened")

    @property
    def view(self) -> str | None:
        """Which view of a reader the columns of a table belong to: usage, reading or growth."""
        return next(iter(self.header.values("view")), None)

    @property
    def due(self) -> str | None:
        """How often new files are expected, as in ``2 days``."""
        return next(iter(self.header.values("due")), None)

    @property
    def purposes(self) -> list[str]:
        """What the data of a feed may be used for."""
        return self.header.names("purpose")

    @property
    def checks(self) -> dict[str, str]:
        """Each declared check by name: a rule that every row keeps."""
        return {line.name: line.value for line in self.header.declarations if line.key == "check"}

    @property
    def expects(self) -> list[tuple[str, dict[str, Any]]]:
        """Expectations in the vocabulary of Great Expectations, which only a person can state."""
        lines = (line for line in self.header.declarations if line.key == "expect")
        return [(line.name, yaml.safe_load(line.value)) for line in lines]

    @cached_property
    def is_select(self) -> bool:
        """Whether the table is made from other tables by its own statement."""
        return not isinstance(self.statement, exp.Create)

    @property
    def is_feed(self) -> bool:
        return self.layer == "raw"

    @cached_property
    def reads(self) -> set[str]:
        """The tables that the statement selects from."""
        return _reads(self.statement)

    @cached_property
    def code_version(self) -> str:
        """A fingerprint of the statement, which new words in a comment do not change."""
        return sha256(self.statement.sql(DIALECT, comments=False).encode()).hexdigest()[:12]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def __getstate__(self) -> dict[str, Any]:
        """With all that is told of the statement, so that whoever is given the model need not parse it."""
        return vars(self) | {"is_select": self.is_select, "reads": self.reads, "code_version": self.code_version}


def _reads(statement: exp.Expr) -> set[str]:
    """Tables read, found by scope so that a common table expression is not one of them."""
    if isinstance(statement, exp.Create):
        return set()
    sources = (source for scope in traverse_scope(statement) for source in scope.sources.values())
    return {f"{source.db}.{source.name}" for source in sources if isinstance(source, exp.Table) and source.db}
