"""What is wrong with the lines of a header that say how a table is made anew, part by part.

What they mean stands in :mod:`pipelines.modelling.parted`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipelines.modelling.header import Declaration
from pipelines.modelling.parted import TERM, Narrowed, Parted, known_by, parted_of, read_line, rebuilt_by, told_by
from pipelines.modelling.termly import mixing

if TYPE_CHECKING:
    from pipelines.models import Model


def part_slips(model: Model, models: Mapping[str, Model]) -> Iterator[str]:
    """Each as one line, with the place and what to write instead."""
    yield from _settles(model, models)
    if not model.header.values("rebuild"):
        for line in model.header.declarations:
            if line.key in ("reads", "follows"):
                yield f"{model.file}:{line.line}: `{line.key}` says how parts are rebuilt — write `-- rebuild: month(…)` or `term(…)` as well, or leave it out"
        return
    parted = parted_of(model, models)
    if parted is None or not model.is_select:
        yield f"{model.file}:1: it cannot be told how to rebuild this — write `-- rebuild: month(a date)` or `term(term)` in the header of a select"
        return
    of_column = _of_month(model, parted) if parted.kind == "month" else _of_term(model, models, parted)
    slips = [*of_column] or [*_lines(model, models, parted)]
    yield from slips
    if not parted.narrowed:
        yield f"{model.file}:1: nothing that {model.table} reads is known by {'day' if parted.kind == 'month' else 'term'}, so it is always built whole — leave out `rebuild:`"
    elif not slips and parted.kind == "month":
        yield from _unrelated(model, parted)
    elif not slips and (mixed := mixing(model, parted, models)):
        yield f"{model.file}:{mixed.line}: {mixed.words} — keep the terms apart, or say in the header which of {', '.join(sorted(parted.narrowed))} is read across them: `-- reads {min(parted.narrowed)}: whole`"


def _settles(model: Model, models: Mapping[str, Model]) -> Iterator[str]:
    for line in (line for line in model.header.declarations if line.key == "settles"):
        where, said = f"{model.file}:{line.line}: settles", [one.split() for one in line.value.split(",")]
        unknown = {one[-1] for one in said if one} - models.keys()
        if model.header.values("rebuild"):
            if unknown or any(len(one) != 2 for one in said) or _kind(model, line.name) != "VARCHAR":
                yield f"{where}: says which rows of {model.table} are made of which table — `-- settles kind: visit clean.visit, booking clean.booking`"
        elif unknown or _kind(model, line.name) not in ("DATE", "VARCHAR"):
            yield f"{where}: says a date or the term of its rows, and tables of records — `-- settles term: clean.visit`"


def _of_month(model: Model, parted: Parted) -> Iterator[str]:
    if _kind(model, parted.column) != "DATE":
        yield f"{model.file}:1: rebuild: {parted.column} is no date of {model.table} — the dates are {_dates(model)}"


def _of_term(model: Model, models: Mapping[str, Model], parted: Parted) -> Iterator[str]:
    sources = next((c.sources for c in model.columns if c.name == parted.column), ())
    is_told = any(column == TERM and models[table].grain == model.grain for table, column in sources)
    if _kind(model, parted.column) != "VARCHAR" or not (parted.column in model.grain or is_told):
        yield f"{model.file}:1: rebuild: {parted.column} does not tell the rows of {model.table} by their term — it is a word of the grain, or the term of a table of the same grain"


def _lines(model: Model, models: Mapping[str, Model], parted: Parted) -> Iterator[str]:
    slips = _month_line if parted.kind == "month" else _term_line
    for line in model.header.declarations:
        if line.key not in ("reads", "follows"):
            continue
        if line.name not in model.reads:
            words = [f"{model.table} does not read {line.name} — it reads {', '.join(sorted(model.reads))}"]
        else:
            words = [*slips(model, models, parted, line)]
        yield from (f"{model.file}:{line.line}: {each}" for each in words)


def _unrelated(model: Model, parted: Parted) -> Iterator[str]:
    for table in parted.narrowed:
        if not {source for source, column in model.column(parted.column).sources if source == table}:
            yield f"{model.file}:1: {parted.column} is not computed from {table}, so it cannot be told which of its rows a month needs — leave out `rebuild:`"


def _term_line(model: Model, models: Mapping[str, Model], parted: Parted, line: Declaration) -> Iterator[str]:
    needs = read_line("term", line.value)
    if line.key == "follows":
        yield f"the terms of {model.table} follow no keys — leave it out"
    elif line.value == "whole":
        if told_by(models[line.name], "term") is None:
            yield f"{line.name} is always read whole — leave it out"
    elif needs is None:
        yield "this is no `whole`, `earlier` or `earlier of key`"
    elif told_by(models[line.name], "term") != TERM:
        yield f"it is not known which terms of {line.name} change — only a table that bears {TERM} can be narrowed by it"
    elif needs.of:
        yield from _earlier(model, models[line.name], parted, needs.of)


def _earlier(model: Model, source: Model, parted: Parted, key: str) -> Iterator[str]:
    others = {needs.of for needs in parted.narrowed.values() if needs.of}
    if len(others) > 1:
        yield f"earlier terms are told by one key only, not by {', '.join(sorted(others))}"
    for reader in (model, source):
        if not _kind(reader, key):
            yield f"{reader.table} has no column {key}"
    for table in sorted(set(parted.bearers) - {t for t, n in parted.narrowed.items() if n.columns == (TERM,)}):
        yield f"{key} comes from {table}, of which it is not known by term who is in it"


def _month_line(model: Model, models: Mapping[str, Model], parted: Parted, line: Declaration) -> Iterator[str]:
    source = models[line.name]
    if line.key == "follows":
        if rebuilt_by(source) or not source.is_select:
            yield f"{line.name} cannot be followed by key — only a select that is built whole can be"
        if not any(_kind(models[table], line.value) for table in parted.narrowed):
            yield f"none of {', '.join(parted.narrowed)} has a column {line.value}"
    elif known_by(source) is None:
        yield f"it is not known which days of {line.name} change — only a feed, or a table with `rebuild: month(…)`, can be narrowed"
    elif (narrowed := read_line("month", line.value)) is None:
        yield "this is no `time`, `time or time`, `time, 2 days` or `time, whole key`"
    else:
        yield from _times(source, narrowed)


def _times(source: Model, narrowed: Narrowed) -> Iterator[str]:
    for name in narrowed.columns:
        if _kind(source, name) not in ("DATE", "TIMESTAMP"):
            yield f"{name} is no time of {source.table} — the times are {_dates(source)}"
    key = narrowed.whole
    if key and not _kind(source, key):
        yield f"{source.table} has no column {key}"
    elif key and source.is_feed and not source.column(key).is_required:
        yield f"{key} of {source.table} may be empty, so that it does not hold rows together"


def _kind(model: Model, column: str) -> str | None:
    return next((c.type for c in model.columns if c.name == column), None)


def _dates(model: Model) -> str:
    return ", ".join(c.name for c in model.columns if c.type in ("DATE", "TIMESTAMP")) or "none"
