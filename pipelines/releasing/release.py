"""What leaves of a table: the only way out for any figure about a group, in whatever form it goes.

Pages, PDFs, spreadsheets and the published database all take their rows from :func:`released_tables`.
It shows of every row what the last release decided, each figure as coarse as
its kind asks; a row that no release knows is withheld.  How a release is decided belongs in
:mod:`pipelines.releasing.gate`, whose doing a figure is in :mod:`pipelines.releasing.dominance`, the rules for one row in
:mod:`profiles.disclosure`.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from pipelines.campus import Campus
from pipelines.frames import read
from pipelines.modelling.kinds import kept, kinds, unsaid
from pipelines.models import Model
from pipelines.releasing.aggregates import row_key
from pipelines.releasing.dominance import dominated, without_dominated
from pipelines.releasing.remembered import last_decided
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.disclosure import Rules, coarse, put_together, rounded, withhold
from profiles.indicators import COMPARISON, compared_anew

REST = "rest"
_INDEX_MEASURES = ("use_index",)
"""Measures that lie between 0 and 1, of which one decimal would say nothing."""


def rules_of(campus: Campus) -> Rules:
    """The site's judgement of what is too little to be told."""
    return Rules(
        k=campus.small_cell,
        mode=campus.disclosure,
        largest_share=campus.largest_share,
        two_largest_share=campus.two_largest_share,
        nearest_share=campus.nearest_share,
        days_apart=campus.days_apart,
    )


def released_tables(
    warehouse: Warehouse, site: Site, tables: Iterable[str], where: Mapping[str, str] | None = None
) -> dict[str, pl.DataFrame]:
    """The rows of tables as they may be shown outside the library's data team, by the tables' names.

    Of a table of which only some rows are wanted, ``where`` says which.
    """
    rules = rules_of(site.campus)
    rows = [(models()[table], _rows(warehouse, models()[table], (where or {}).get(table))) for table in tables]
    heavy = dominated(warehouse.connection, rules, rows)
    return {model.table: _released(warehouse, model, frame, rules, heavy) for model, frame in rows}


def _rows(warehouse: Warehouse, model: Model, where: str | None) -> pl.DataFrame:
    # In one order, so that the same rows make the same page and the same file.
    return read(warehouse, f"select * from {model.table} where {where or 'true'} order by {', '.join(model.grain)}")


def _released(
    warehouse: Warehouse, model: Model, frame: pl.DataFrame, rules: Rules, heavy: pl.DataFrame
) -> pl.DataFrame:
    if model.persons is None:
        return frame
    told = without_dominated(model, frame, heavy, rules)
    return as_decided(model, told, last_decided(warehouse, model).drop("persons"), rules)


def released(model: Model, frame: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Rows by the rules for one row alone: for figures that are told to the data team itself, row by row."""
    if model.persons is None:
        return frame
    persons = pl.col(model.persons)
    shown = pl.when(persons >= rules.k).then(rounded(persons, rules.base))
    return as_decided(model, frame, frame.select(row_key(model).alias("row_key"), shown=shown), rules)


def as_decided(model: Model, frame: pl.DataFrame, decided: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The rows of a table, of which ``decided`` says by ``row_key`` what number of persons is ``shown``, if any."""
    persons = str(model.persons)
    rows = frame.with_columns(row_key(model).alias("row_key")).drop(unsaid(model), strict=False)
    rows = rows.join(decided, on="row_key", how="left", maintain_order="left")
    if model.parts is not None:
        return _put_together(model, rows.with_columns(hidden=pl.col("shown").is_null()), rules)
    figures = {name: kind for name, kind in kinds(model).items() if name in rows.columns}
    told = coarse(rows, persons, figures, rules)
    told = _indices(model, told, rows).with_columns(pl.col("shown").cast(frame.schema[persons]).alias(persons))
    told = withhold(told.drop("row_key", "shown"), persons, kept(model), rules.k)
    return compared_anew(told) if is_comparison(told) else told


def is_comparison(frame: pl.DataFrame) -> bool:
    """Whether each row of a table says something of all the others."""
    return set(COMPARISON) <= set(frame.columns)


def _indices(model: Model, told: pl.DataFrame, exact: pl.DataFrame) -> pl.DataFrame:
    """Of an index among the measures, means and percentiles with two decimals."""
    if "measure" not in told.columns:
        return told
    figures = [name for name, kind in kinds(model).items() if kind in ("mean", "median", "percentile")]
    is_index = pl.col("measure").is_in(_INDEX_MEASURES)
    finer = exact.select(pl.col(figures).round(2).name.suffix(" finer"))
    both = pl.concat([told, finer], how="horizontal")
    return both.with_columns(
        pl.when(is_index & pl.col(name).is_not_null()).then(pl.col(f"{name} finer")).otherwise(pl.col(name)).alias(name)
        for name in figures
    ).drop(finer.columns)


def _put_together(model: Model, rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Parts of a whole, the hidden ones together as ``rest``, with the words that belong to each part."""
    part, persons = str(model.parts), str(model.persons)
    groups = [name for name in model.grain if name != part]
    within = [name for name in groups if name != groups[0]]
    parts = put_together(rows, groups, part, persons, rules, REST)
    own = [*model.grain, persons, "share", "row_key", "shown", "hidden"]
    words = rows.select(part, *within, *(n for n in rows.columns if n not in own)).unique([part, *within])
    coarser = {name: kind for name, kind in kinds(model).items() if name in words.columns}
    return (
        parts.join(coarse(words, persons, coarser, rules), on=[part, *within], how="left", maintain_order="left")
        .with_columns(
            pl.col("position").fill_null(99),
            *(pl.col(name).fill_null(said) for name, said in _REST_WORDS.items() if name in words.columns),
        )
        .sort(*groups, part)
    )


_REST_WORDS = {
    "label_zh": "其余",
    "label_en": "others",
    "meaning_zh": "人数较少的几类合在一起",
    "meaning_en": "kinds with too few people, put together",
}
