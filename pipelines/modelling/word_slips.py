"""What is wrong with the words of a file's comments: tags that nothing knows, a person without a pseudonym, a time or column misspelt.

A tag that nothing reads does no harm where it stands, and is missed where it was meant to: a number would
enter as it is, an indicator stay off every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import yaml

from pipelines.modelling.slips import suggestion
from profiles.charts.figures import UNITS
from profiles.disclosure import KINDS

if TYPE_CHECKING:
    from pipelines.modelling.columns import Column
    from pipelines.models import Model

VIEW_TAGS: Final = frozenset({"usage_view", "reading_view", "growth_view"})
ENDS: Final = frozenset({"higher", "lower", "neutral"})

_PRIVATE = {"pseudonym", "sensitive", "quasi_identifier", "reading_class"}
_TAGS = _PRIVATE | {"aggregate", "screened", "protected", "even", "of_persons", *KINDS} | VIEW_TAGS | ENDS | set(UNITS)
_PERSON = re.compile(
    r"(\w+_)?(patron|identifier|person|reader|user|student|staff|card)(_?(key|id|no|num|number|code|barcode))?"
)
_EVERY = re.compile(r"\d+ (hour|day|week|month|year)s?")


def word_slips(model: Model, feeds: frozenset[str]) -> Iterator[str]:
    """Each as one line, with the place and what to write instead; an indicator may bear the name of the feed that it needs."""
    known = _TAGS | feeds
    for column in model.columns:
        for tag in sorted(column.tags - known):
            yield f"{model.file}:{column.line}: nothing knows the tag #{tag} of {column.name}{suggestion(tag, known) or ' — take it out'}"
        if (VIEW_TAGS | ENDS) & column.tags:
            yield from _of_indicator(model, column)
    if model.is_feed:
        yield from _of_feed(model)


def _of_indicator(model: Model, column: Column) -> Iterator[str]:
    for what, known in (("view", VIEW_TAGS), ("unit", frozenset(UNITS)), ("better end", ENDS)):
        if (told := len(column.tags & known)) != 1:
            yield f"{model.file}:{column.line}: {column.name} is an indicator with {told} tags of a {what} — say one of {', '.join(sorted(known))}"


def _of_feed(model: Model) -> Iterator[str]:
    for column in model.columns:
        if _PERSON.fullmatch(column.name) and "pseudonym" not in column.tags:
            yield f"{model.file}:{column.line}: {column.name} says who somebody is, and would enter as it is — mark it #pseudonym, or give it another name"
    if model.due is not None and not _EVERY.fullmatch(model.due):
        yield f"{model.file}:{_line(model, 'due')}: due: {model.due} is no length of time — write it as `-- due: 2 days`"
    names = {column.name for column in model.columns}
    for line in (line for line in model.header.declarations if line.key == "expect"):
        yield from (f"{model.file}:{line.line}: {words}" for words in _of_expectation(line.value, names))


def _of_expectation(value: str, names: set[str]) -> Iterator[str]:
    try:
        settings = yaml.safe_load(value)
    except yaml.YAMLError:
        settings = None
    if not isinstance(settings, dict):
        yield f"expect: {value} is not a setting — write it as `{{column: loans, min_value: 0}}`"
        return
    named = [settings[key] for key in ("column", "column_A", "column_B") if key in settings]
    for name in (name for name in named if name not in names):
        yield f"expect: there is no column {name}{suggestion(str(name), names)}"


def _line(model: Model, key: str) -> int:
    return next(line.line for line in model.header.declarations if line.key == key)
