"""Read the files under sql/ into models, and refuse what is wrong in any of them.

Every model is bound to empty tables before it counts as read, so a misspelt column is found before anything runs.  What
a file says of its table is told in :mod:`pipelines.models`; what was read is kept by :mod:`pipelines.modelling.compiled`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from pipelines.errors import Misconfigured
from pipelines.modelling.columns import declared_columns, selected_columns
from pipelines.modelling.dialect import line_of, lint
from pipelines.modelling.header import read_header
from pipelines.modelling.part_slips import part_slips
from pipelines.modelling.parted import asked_of, parted_of
from pipelines.modelling.word_slips import word_slips
from pipelines.models import LAYERS, VIEWS, Model, Written
from pipelines.quoting import identifier

_SCREEN = "ref.sensitive_class"
"""The classes of books without which a column may say what a reader's books are about."""

_LAST_LAYER_WITH_TEXT = LAYERS.index("clean")
"""Titles, call numbers and answers in words go no further."""


def read_models(folder: Path) -> dict[str, Model]:
    """Read every model below ``folder``, each placed after the models it selects from.

    Raises:
        Misconfigured: one line for each thing that is wrong, with file, line and remedy.

    """
    drafts, problems = _drafts(folder)
    _refuse(problems)
    models: dict[str, Model] = {}
    with duckdb.connect(":memory:") as scratch:
        for table in _order(drafts):
            models[table] = _bind(drafts[table], models, scratch)
    _refuse(
        [
            problem
            for model in models.values()
            for problem in (*_slips(model), *_of_people(model, models), *word_slips(model), *part_slips(model, models))
        ]
    )
    return {
        table: replace(model, parted=parted_of(model, models), asked=asked_of(model, models))
        for table, model in models.items()
    }


def _drafts(folder: Path) -> tuple[dict[str, Model], list[str]]:
    drafts, problems = {}, []
    for path in sorted(folder.glob("*/*.sql")):
        file = f"{folder.name}/{path.parent.name}/{path.name}"
        text = path.read_text(encoding="utf-8")
        header, slips = read_header(text)
        problems += [f"{file}:{line}: {words}" for line, words in slips]
        try:
            statements = (written := Written(text)).statements
        except (ParseError, TokenError) as error:
            problems.append(f"{file}:{_parse_line(error)}: this is not SQL that DuckDB reads — {_first_words(error)}")
            continue
        if len(statements) != 1:
            problems.append(f"{file}:1: {len(statements)} statements — write one select, or one create table")
            continue
        table = f"{path.parent.name}.{path.stem}"
        drafts[table] = Model(table, file, written, header)
        problems += [f"{file}:{slip.line}: {slip.words}" for slip in lint(statements[0])]
    return drafts, problems


def _order(drafts: dict[str, Model]) -> Iterator[str]:
    for model in drafts.values():
        for table in sorted(model.reads - set(drafts)):
            raise Misconfigured(
                f"{_place(model, table)}: no file defines {table} — write sql/{table.replace('.', '/')}.sql"
            )
        for table in sorted(model.reads):
            if LAYERS.index(drafts[table].layer) > LAYERS.index(model.layer):
                raise Misconfigured(
                    f"{_place(model, table)}: {model.table} reads {table}, which comes later — data flows {' → '.join(LAYERS)}"
                )
    try:
        return iter(list(TopologicalSorter({t: sorted(m.reads) for t, m in drafts.items()}).static_order()))
    except CycleError as error:
        raise Misconfigured(f"sql/: these tables read each other in a circle: {' → '.join(error.args[1])}") from error


def _bind(draft: Model, models: dict[str, Model], scratch: duckdb.DuckDBPyConnection) -> Model:
    """The model with its columns, once its empty table stands in the scratch database."""
    scratch.execute(f"create schema if not exists {draft.layer}")
    try:
        if not draft.is_select:
            scratch.execute(draft.text)
        what = draft.text if draft.is_select else draft.table
        types = {name: kind for name, kind, *_ in scratch.execute(f"describe {what}").fetchall()}
    except duckdb.Error as error:
        raise Misconfigured(f"{draft.file}:{_bind_line(error)}: {_first_words(error)}") from error
    if draft.is_select:  # its empty table; to have the statement make it would cost twice as much
        scratch.execute(f"create table {draft.table} ({', '.join(f'{identifier(n)} {k}' for n, k in types.items())})")
    columns = (
        selected_columns(draft.statement, {table: models[table] for table in draft.reads})
        if isinstance(draft.statement, exp.Query)
        else declared_columns(draft.statement, draft.is_feed)
    )
    model = replace(
        draft, columns=tuple(replace(column, type=types.get(column.name, column.type)) for column in columns)
    )
    if model.is_feed:
        for column in model.columns[len(types) :]:
            scratch.execute(f"alter table {model.table} add column {column.name} {column.type}")
    for line in (line for line in model.header.declarations if line.key == "check"):
        _bind_check(model, line.value, line.line, scratch)
    return model


def _bind_check(model: Model, rule: str, line: int, scratch: duckdb.DuckDBPyConnection) -> None:
    try:
        scratch.execute(f"describe select 1 from {model.table} where not ({rule})").fetchall()
    except duckdb.Error as error:
        raise Misconfigured(f"{model.file}:{line}: this check cannot be asked — {_first_words(error)}") from error


def _slips(model: Model) -> Iterator[str]:
    """What a model fails to say, or says wrongly, about itself."""
    names = {column.name for column in model.columns}
    if not model.grain:
        yield f"{model.file}:1: no grain — say in the header which columns identify a row: `-- grain: patron_key, term`"
    if model.is_feed and not model.purposes:
        yield f"{model.file}:1: no purpose — say in the header what the data may be used for: `-- purpose: portrait, recommendation, research`"
    for name in sorted({*model.grain, *model.happened, *([model.persons] if model.persons else [])} - names):
        yield f"{model.file}:1: the header names {name}, which is no column of {model.table} — the columns are {', '.join(sorted(names))}"
    for name in sorted(name for name, times in Counter(c.name for c in model.columns).items() if times > 1):
        yield f"{model.file}:1: two columns are called {name} — leave one out: `x.* exclude ({name})`"
    if model.view not in (None, *VIEWS):
        yield f"{model.file}:1: there is no view ‘{model.view}’ — it is one of {', '.join(VIEWS)}"
    for column in model.columns:
        if not (column.label_zh and column.label_en):
            yield f"{model.file}:{column.line}: column {column.name} is not described — write `-- 中文 | English` after it"
        if column.is_unexplained:
            yield f"{model.file}:{column.line}: it cannot be told what {column.name} is computed from — write it as a plain expression of columns"
        if model.persons and column.tags & {"pseudonym", "sensitive"}:
            yield f"{model.file}:{column.line}: {column.name} descends from a person, but {model.table} is an aggregate — mark it #aggregate if it is one"
        if "screened" in column.tags and _SCREEN not in model.reads:
            yield f"{model.file}:{column.line}: {column.name} is marked #screened, but the statement does not read {_SCREEN} — leave its classes out"
        if "sensitive" in column.tags and LAYERS.index(model.layer) > _LAST_LAYER_WITH_TEXT:
            yield f"{model.file}:{column.line}: {column.name} is sensitive and stops at clean — derive what you need there"


def _of_people(model: Model, models: dict[str, Model]) -> Iterator[str]:
    """A table that is told of groups says how many people each is, or the gate could not see it."""
    is_told = LAYERS.index(model.layer) >= LAYERS.index("portrait")
    if not is_told or model.is_of_persons or model.header.values("persons"):
        return
    gathered = sorted(table for table in model.reads if models[table].is_of_persons or models[table].persons)
    if gathered:
        yield f"{model.file}:1: {model.table} gathers people out of {gathered[0]} without saying how many stand behind a row — count them, and write `-- persons: persons` in the header; or `-- persons: none` where no row tells of a group"


def _place(model: Model, table: str) -> str:
    node = next((n for n in model.statement.find_all(exp.Table) if f"{n.db}.{n.name}" == table), model.statement)
    return f"{model.file}:{line_of(node)}"


def _parse_line(error: ParseError | TokenError) -> int:
    return int(error.errors[0].get("line") or 1) if isinstance(error, ParseError) and error.errors else 1


def _bind_line(error: duckdb.Error) -> int:
    _, _, after = str(error).partition("\nLINE ")
    return int(after.partition(":")[0]) if after else 1


def _first_words(error: Exception) -> str:
    """The first sentences of an engine's message, on one line."""
    words = str(error).partition("\n\nLINE ")[0].partition("Candidate functions")[0]
    return " ".join(words.split()).replace("Candidate bindings: :", "— the nearest are").removeprefix("Binder Error: ")


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Misconfigured("\n".join(problems))
