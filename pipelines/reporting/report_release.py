"""What a report on request may say: decided by the gate with everything that was told before, and remembered there.

Of the site's own terms a request says what every night's pages say, or nothing.  How a period lies among others belongs
in :mod:`pipelines.releasing.periods`.
"""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from pipelines.errors import Problem
from pipelines.frames import read
from pipelines.modelling.kinds import kept, kinds
from pipelines.models import Model
from pipelines.releasing.aggregates import TOTAL, aggregates, placed, row_key
from pipelines.releasing.gate import release
from pipelines.releasing.periods import Span, asked, terms_of
from pipelines.releasing.release import as_decided, is_comparison
from pipelines.releasing.remembered import last_decided, terms_told
from pipelines.site import models
from pipelines.warehouse import Warehouse
from profiles.disclosure import Rules, of_more

Frames = Mapping[str, pl.DataFrame]


def told_before(warehouse: Warehouse) -> list[Span]:
    """Of which days something was told: the terms and periods of all releases, a term that is running up to its last day known."""
    terms = terms_of(warehouse)
    names = terms_told(warehouse)
    as_of = horizon(warehouse)
    spans = [terms[name] for name in names if name in terms]
    running = [(first, as_of) for first, last in spans if first <= as_of < last]
    return [*spans, *running, *asked(names).values()]


def horizon(warehouse: Warehouse) -> dt.date:
    """The last day of which anything is known."""
    ((as_of,),) = warehouse.rows_of("select max(as_of) from ref.horizon")
    return as_of or dt.date.max


def release_asked(warehouse: Warehouse, frames: Frames, own: Frames, rules: Rules, shown_to: str) -> None:
    """Decide what may be shown of one's ``own`` rows about a period, together with all that is shown every night.

    Raises:
        Problem: something would give people away; nothing of it is shown to anybody.

    """
    told = aggregates(models().values())
    if missing := [model.table for model in told if not warehouse.exists(model.table)]:
        raise Problem(
            f"the warehouse was made by an older version, without {missing[0]} — `mingyuan run` makes it anew"
        )
    every = [(model, read(warehouse, f"select * from {model.table}")) for model in told]
    try:
        release(warehouse, every, rules, shown_to, _of_periods(frames, own, rules))
    except Problem as refused:
        raise Problem(f"{shown_to}: not told — beside what was told before, {refused}") from refused


def of_periods(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows about periods, where a table has any: beside a whole term a part of one looks like a fall."""
    periods = list(asked(frame["term"])) if "term" in frame.columns else []
    return frame.filter(pl.col("term").is_in(periods)) if periods else frame


def beside(own: Frames, frames: Frames) -> dict[str, pl.DataFrame]:
    """One's own rows, and everybody's of a table that sets one beside all others: they are told as well, if unnamed."""
    return {name: frames[name] if is_comparison(frame) else frame for name, frame in own.items()}


def as_told(warehouse: Warehouse, frames: Frames, rules: Rules, k: int) -> dict[str, pl.DataFrame]:
    """The rows as they were decided, and nothing of fewer than ``k`` people, which may be more than the site asks."""
    return {name: _as_told(warehouse, models()[name], frame, rules, k) for name, frame in frames.items()}


def _of_periods(frames: Frames, own: Frames, rules: Rules) -> list[pl.DataFrame]:
    """Where one's own rows about a period stand, with the totals that are told beside them."""
    told = {models()[name]: frame for name, frame in frames.items() if "term" in frame.columns}
    return [_of_period(model, frame, own[model.table], rules) for model, frame in told.items() if model.persons]


def _of_period(model: Model, frame: pl.DataFrame, own: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    rows = placed(model, frame.filter(pl.col("term").is_in(list(asked(frame["term"])))), rules)
    keys = own.select(row_key(model).alias("row_key"))["row_key"].to_list()
    return rows.filter(pl.col("row_key").is_in([*keys, TOTAL]))


def _as_told(warehouse: Warehouse, model: Model, frame: pl.DataFrame, rules: Rules, k: int) -> pl.DataFrame:
    if model.persons is None:
        return frame
    decided = last_decided(warehouse, model).drop("persons")
    told = as_decided(model, frame, decided.join(_of_now(warehouse, model, frame), on="row_key", how="semi"), rules)
    return of_more(told, model.persons, kinds(model), kept(model), k) if k > rules.k else told


def _of_now(warehouse: Warehouse, model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    """The keys of the rows that were decided just now: those about periods, and those that count as many as tonight's.

    Not those that count as many as when they were told first, for that says of whom somebody has come or gone since.
    """
    told_by = [row_key(model).alias("row_key"), pl.col(str(model.persons)).fill_null(0).alias("persons")]
    tonight = read(warehouse, f"select * from {model.table}").select(told_by)
    is_asked = pl.col("term").is_in(list(asked(frame["term"]))) if "term" in frame.columns else pl.lit(False)
    as_tonight = frame.select(told_by).join(tonight, on=["row_key", "persons"], how="semi")
    return pl.concat([frame.filter(is_asked).select(told_by), as_tonight]).select("row_key").unique()
