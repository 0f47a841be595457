"""What is expected of a table, and whether it holds: Great Expectations, asked and answered in counts.

A model's contract gives most expectations; the rest are ``expect`` lines of its header.  They are
judged on the pipeline's own connection, so rows can be refused before they are committed.  Rules in
plain SQL (``check`` lines) belong in :mod:`pipelines.tables`.

No value of a cell leaves this module: not in an outcome, not in an error, not in a log.
"""

import difflib
import logging
import os
import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Protocol

import duckdb

from pipelines.building.audit import URL, borrowing
from pipelines.errors import Misconfigured

SEVERITIES = ("critical", "warning", "info")

_COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
_OBSERVED_IS_A_COUNT = re.compile(r"expect_table_(row|column)_count|expect_column_(unique_value_count|proportion_of)")
"""Expectations that observe how many; the others may observe somebody's value."""


class Column(Protocol):
    """A column, as far as anything is expected of it."""

    @property
    def name(self) -> str: ...
    @property
    def is_required(self) -> bool: ...


class Contract(Protocol):
    """A table that says what may be expected of it."""

    @property
    def table(self) -> str: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def expects(self) -> Sequence[tuple[str, Mapping[str, Any]]]: ...


@dataclass(frozen=True)
class Expectation:
    """One thing expected of a table, in the vocabulary of Great Expectations."""

    name: str
    """As there, without its first word: ``ColumnValuesToNotBeNull``."""
    settings: Mapping[str, Any]
    check: str
    severity: str = "critical"

    @property
    def description(self) -> str:
        subject, words = _subject(self.settings), _words(self.name)
        others = [
            f"{key.replace('_', ' ')} {value}" for key, value in self.settings.items() if not key.startswith("column")
        ]
        return ", ".join([f"{subject}: {words}" if subject else words, *others])


@dataclass(frozen=True)
class Outcome:
    """Whether one expectation held, in counts."""

    table: str
    check: str
    description: str
    severity: str
    passed: bool
    observed: float | None
    unexpected_count: int | None
    element_count: int | None


def expectations_of(model: Contract) -> list[Expectation]:
    """Everything a model expects of its table; needs neither the table nor Great Expectations."""
    expected: list[Expectation] = []
    for name, settings in [*_contracted(model), *model.expects]:
        expected.append(_expectation(model.table, name, settings, {other.check for other in expected}))
    return expected


def judge(
    connection: duckdb.DuckDBPyConnection, relation_sql: str, expectations: Sequence[Expectation], table: str
) -> list[Outcome]:
    """How the rows of a query fare, those not committed yet among them, in the order of the expectations.

    Raises:
        Misconfigured: an expectation that does not exist, or that cannot be asked of this table.

    """
    if not expectations:
        return []
    columns = {row[0] for row in connection.execute(f"describe {relation_sql}").fetchall()}
    suite = [_built(expectation, table, columns) for expectation in expectations]
    results = {result.expectation_config.meta["check"]: result for result in _validate(connection, relation_sql, suite)}
    unasked = [each.description for each in expectations if _was_raised(results[each.check].exception_info)]
    if unasked:
        raise Misconfigured(
            f"{table}: among these is an expectation that cannot be asked: {'; '.join(unasked)}"
            " — see that it suits the column's type, or write it as a `check` line"
        )
    return [_outcome(expectation, results[expectation.check], table) for expectation in expectations]


def _contracted(model: Contract) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The expectations that follow from the declared columns."""
    yield "TableColumnsToMatchSet", {"column_set": [column.name for column in model.columns]}
    for column in model.columns:
        if column.is_required:
            yield "ColumnValuesToNotBeNull", {"column": column.name}
        if column.name.endswith(("_rate", "_share")):
            yield "ColumnValuesToBeBetween", {"column": column.name, "min_value": 0, "max_value": 1}


def _expectation(table: str, name: str, settings: Mapping[str, Any], taken: Collection[str]) -> Expectation:
    kept = {key: value for key, value in settings.items() if key != "severity"}
    severity = str(settings.get("severity", "critical"))
    if severity not in SEVERITIES:
        raise Misconfigured(
            f"{table}: expect {name}: no severity is called ‘{severity}’{_nearest(severity, SEVERITIES)}"
        )
    check = re.sub(r"\W+", "_", f"expect {_subject(kept)} {_words(name).replace(' to ', ' ', 1)}")
    again = sum(other == check or other.startswith(f"{check}_again") for other in taken)
    return Expectation(name, kept, f"{check}_again_{again}" if again else check, severity)


def _subject(settings: Mapping[str, Any]) -> str:
    """The column or columns that are spoken of."""
    return " ".join(_columns_in(settings))


def _columns_in(settings: Mapping[str, Any]) -> list[str]:
    single = [str(settings[key]) for key in ("column", "column_A", "column_B") if key in settings]
    return single + [str(name) for name in settings.get("column_list", ())]


def _words(name: str) -> str:
    """``ColumnValuesToNotBeNull`` as ``values to not be null``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).lower().removeprefix("column ")


def _built(expectation: Expectation, table: str, columns: Collection[str]) -> Any:
    """The expectation as Great Expectations' own object."""
    vocabulary, place = _library("great_expectations.expectations"), f"{table}: expect {expectation.name}"
    kind = getattr(vocabulary, f"Expect{expectation.name}", None)
    if kind is None:
        known = [name.removeprefix("Expect") for name in dir(vocabulary) if name.startswith("Expect")]
        raise Misconfigured(f"{place}: Great Expectations knows no such expectation{_nearest(expectation.name, known)}")
    for name in sorted(set(expectation.settings) - set(kind.__fields__)):
        raise Misconfigured(f"{place}: there is no setting ‘{name}’{_nearest(name, kind.__fields__)}")
    for name in sorted(set(_columns_in(expectation.settings)) - set(columns)):
        raise Misconfigured(f"{place}: there is no column ‘{name}’{_nearest(name, columns)}")
    try:
        return kind(**expectation.settings, severity=expectation.severity, meta={"check": expectation.check})
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise Misconfigured(f"{place}: {reason} — mend its line in the model's header") from error


def _validate(connection: duckdb.DuckDBPyConnection, query: str, suite: Sequence[Any]) -> Sequence[Any]:
    context, library = _context(), _library("great_expectations")
    source = context.data_sources.add_sql(
        "borrowed", connection_string=URL, create_temp_table=False, kwargs=borrowing(connection, query)
    )
    try:
        batch = source.add_query_asset("rows", query=query).add_batch_definition_whole_table("all").get_batch()
        expected = library.ExpectationSuite("suite", expectations=list(suite))
        results: Sequence[Any] = batch.validate(expected, result_format=_COUNTS_ONLY).results
        return results
    finally:
        context.data_sources.delete("borrowed")


def _outcome(expectation: Expectation, result: Any, table: str) -> Outcome:
    observed = result.result.get("observed_value")
    is_count = _OBSERVED_IS_A_COUNT.match(result.expectation_config.type) and observed is not None
    return Outcome(
        table,
        expectation.check,
        expectation.description,
        expectation.severity,
        bool(result.success),
        float(observed) if is_count else None,
        result.result.get("unexpected_count"),
        result.result.get("element_count"),
    )


def _was_raised(exceptions: Mapping[str, Any] | None) -> bool:
    """Whether a question failed; its message may hold a reader's value and is not looked at."""
    found = exceptions or {}
    return bool(found.get("raised_exception")) or any(
        info.get("raised_exception") for info in found.values() if isinstance(info, Mapping)
    )


@cache
def _context() -> Any:
    """The one context of this process, which keeps nothing on disk and tells nobody."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    # It logs the text of database errors, which can quote a cell.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    context = _library("great_expectations").get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    context.variables.save = lambda: None  # else it writes itself down as YAML at every step, for nobody to read
    return context


def _library(name: str) -> ModuleType:
    """Great Expectations, imported when it is first needed: it takes seconds."""
    import importlib

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it and its imports deprecate is nothing for whoever runs a night
        return importlib.import_module(name)


def _nearest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" — did you mean ‘{near[0]}’?" if near else f" — there are: {', '.join(sorted(known)[:20])}"
