"""What a group's portrait holds beyond its own row: tables of how it is spread, what it reads, what became of it.

Each is some columns of one table of the warehouse, with the words of their models, for one group and
term.  Rows pass the disclosure gate, and a row that does not is left out.  What a portrait is belongs
in :mod:`pipelines.portraying.portraits`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from pipelines.modelling.columns import Column
from pipelines.models import Model
from pipelines.releasing.release import released
from pipelines.site import models
from profiles.disclosure import Rules

SUBJECTS = 5
"""Classes of books that are told: those that a group reads most beyond its share."""


@dataclass(frozen=True)
class Sheet:
    """A table within a portrait, its first column saying in words what a row is about."""

    table: str
    title: str
    headings: tuple[tuple[str, str, str], ...]
    """Name, Chinese label and English label of each column after the first."""
    rows: tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True)
class _Told:
    """Which columns of a table are told, in which order, and where the words of a row stand."""

    table: str
    title: str
    columns: tuple[str, ...]
    words: str
    order: str
    where: str = "true"
    most: int | None = None


_MEASURE = (
    "select measure as key, concat(label_zh, ' ', label_en) as words, position from ref.measure "
    "union all select 'use_index' as key, '综合利用指数 use index' as words, 99 as position"
)
_CLASS = "select concat(class_scheme, ' ', class_code) as key, concat(label_zh, ' ', label_en) as words, 0 as position from ref.class"
_SHEETS = (
    _Told(
        "portrait.distribution",
        "分布 | how it is spread",
        ("zero_share", "p10", "p25", "p50", "p75", "p90", "gini"),
        _MEASURE,
        "position",
    ),
    _Told(
        "portrait.change",
        "与上年同期相比 | beside the same season a year before",
        ("mean_before", "mean", "relative_change", "is_changed"),
        _MEASURE,
        "position",
    ),
    _Told(
        "portrait.reach",
        "使用率与区间 | reach, and how surely it is known",
        ("rate", "steadied_rate", "rate_low", "rate_high", "rank_low", "rank_high"),
        _MEASURE,
        "position",
    ),
    _Told(
        "portrait.subject",
        "读得更多的类 | what it reads more than others do",
        ("loans", "borrowers", "share_in_group", "location_quotient"),
        _CLASS,
        "location_quotient desc, key",
        "location_quotient > 1",
        SUBJECTS,
    ),
)
TABLES = (*(told.table for told in _SHEETS), "ref.measure", "ref.class")


def sheets(
    connection: duckdb.DuckDBPyConnection, group_type: str, code: str, term: str, rules: Rules
) -> Iterator[Sheet]:
    """The tables of a group in a term; one without a row that may be told is left out."""
    for told in _SHEETS:
        model = models()[told.table]
        rows = tuple(_rows(connection, told, model, (group_type, code, term), rules))
        if rows:
            columns = {column.name: column for column in model.columns}
            yield Sheet(told.table, told.title, tuple(_heading(columns[name]) for name in told.columns), rows)


def _rows(
    connection: duckdb.DuckDBPyConnection, told: _Told, model: Model, of: tuple[str, str, str], rules: Rules
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    of_group = f"select * from {told.table} where group_type = ? and group_code = ? and term = ?"
    frame: pl.DataFrame = connection.sql(of_group, params=[*of]).pl()
    if "withheld" not in frame.columns:
        frame = released(model, frame, rules)
    connection.register("of_the_group", frame)
    key = "measure" if "measure" in model.grain else "concat(class_scheme, ' ', class_second)"
    limit = f"limit {told.most}" if told.most else ""
    rows = connection.execute(
        f"select coalesce(words, key), {', '.join(told.columns)} from (select {key} as key, * from of_the_group where not withheld and {told.where}) "
        f"left join ({told.words}) using (key) order by {told.order} nulls last, key {limit}"
    ).fetchall()
    connection.unregister("of_the_group")
    for words, *values in rows:
        yield words, tuple(values)


def _heading(column: Column) -> tuple[str, str, str]:
    return column.name, column.label_zh, column.label_en
