"""Read the files under sql/ into models, and refuse what is wrong in any of them.

Every model is bound to empty tables before it counts as read, so a misspelt column is found before anything runs.  What
a file says of its table is told in :mod:`pipelines.models`; what was read is kept by :mod:`pipelines.modelling.compiled`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from pipelines.errors import Misconfigured
from pipelines.modelling.columns import declared_columns, selected_columns
from pipelines.modelling.dialect import line_of, lint
from pipelines.modelling.given import Feed, feed_of, given_slips, with_given
from pipelines.modelling.header import Declaration, read_header
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
    followed = frozenset(model.feed.name for model in models.values() if model.feed and model.feed.days)
    _refuse(
        [
            problem
            for model in models.values()
            for problem in (
                *_slips(model),
                *_of_people(model, models),
                *word_slips(model, followed),
                *part_slips(model, models),
            )
        ]
    )
    return {
        table: replace(model, parted=parted_of(model, models), asked=asked_of(model, models))
        for table, model in models.items()
    }


def _drafts(folder: Path) -> tuple[dict[str, Model], list[str]]:
    """Every file as far as it can be read by itself; feeds come first, since others may be given what they say."""
    drafts: dict[str, Model] = {}
    problems: list[str] = []
    feeds: list[Feed] = []
    for path in sorted(folder.glob("*/*.sql"), key=lambda path: (path.parent.name != "raw", path)):
        draft, slips = _draft(path, feeds)
        file = f"{folder.name}/{path.parent.name}/{path.name}"
        problems += [f"{file}:{line}: {words}" for line, words in slips]
        if draft:
            drafts[draft.table] = replace(draft, file=file)
            feeds += [draft.feed] if draft.feed else []
    return drafts, problems


def _draft(path: Path, feeds: Sequence[Feed]) -> tuple[Model | None, list[tuple[int, str]]]:
    table, text = f"{path.parent.name}.{path.stem}", path.read_text(encoding="utf-8")
    header, slips = read_header(text)
    slips += given_slips(table, header)
    try:
        statements = (written := Written(with_given(text, header, feeds))).statements
    except (ParseError, TokenError) as error:
        return None, [*slips, (_parse_line(error), f"this is not SQL that DuckDB reads — {_first_words(error)}")]
    if len(statements) != 1:
        return None, [*slips, (1, f"{len(statements)} statements — write one select, or one create table")]
    draft = Model(table, path.name, written, header)
    if draft.is_feed:
        draft = replace(draft, feed=feed_of(table, header, _reader(draft)))
    return draft, [*slips, *((slip.line, slip.words) for slip in lint(statements[0]))]


def _reader(draft: Model) -> str | None:
    """The column of a feed that says whose record it is."""
    columns = declared_columns(draft.statement, draft.is_feed)
    return next((column.name for column in columns if "pseudonym" in column.tags), None)


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
        _try(
            f"select 1 from {model.table} where not ({line.value})", "this check cannot be asked", model, line, scratch
        )
    if model.feed and model.feed.days:
        line = next(line for line in model.header.declarations if line.key == "days")
        _try(model.feed.days.select(model.table, model.feed.name), "its days cannot be told", model, line, scratch)
    return model


def _try(select: str, complaint: str, model: Model, line: Declaration, scratch: duckdb.DuckDBPyConnection) -> None:
    try:
        scratch.execute(f"describe {select}").fetchall()
    except duckdb.Error as error:
        raise Misconfigured(f"{model.file}:{line.line}: {complaint} — {_first_words(error)}") from error


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
