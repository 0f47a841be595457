"""The kinds of use readers make of the library, term by term.

Rules speak first: who was away, who could not be measured, who did not come.  The others are put
beside the centres of a frozen model, so that a reader who moves has changed, and not the yardstick.
A reader near the border stays where they were.  Where nothing was found that holds still, readers
are told to be active and no more.  Reading tables and writing them belongs to the assets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.segment_features import Matrix
from profiles.segment_fit import Labels, distances_to
from profiles.segment_model import EVERYBODY, Frozen, comparable, in_force
from profiles.segment_tables import Row, candidate_table, centre_table, drift_rows, drift_table, model_table

ACTIVE = "active"
"""The segment of readers who came where no kinds of use are told apart."""

MIXED_BELOW = 0.1
STICKINESS = 0.2
"""How much nearer, as a share, another segment must be before a reader moves to it."""

READER = {
    "patron_key": pl.String,
    "term": pl.String,
    "segment": pl.String,
    "is_mixed": pl.Boolean,
    "margin": pl.Float64,
    "reason_1": pl.String,
    "reason_2": pl.String,
    "reason_3": pl.String,
    "alternative": pl.String,
    "model_version": pl.Int32,
}


@dataclass(frozen=True)
class Segments:
    """Readers in their segments, the models that put them there, and whether these still fit."""

    reader: pl.DataFrame
    model: pl.DataFrame
    centre: pl.DataFrame
    candidate: pl.DataFrame
    drift: pl.DataFrame


@dataclass(frozen=True)
class Placed:
    """The readers of one term whom one model speaks for, beside its centres."""

    model: Frozen
    term: str
    people: pl.DataFrame
    points: Matrix
    distances: Matrix
    before: Labels
    """Which of the model's segments each was in the term before; -1 for none."""
    own: Labels


def segment_readers(people: pl.DataFrame, models: Sequence[Frozen]) -> Segments:
    """Put each reader of each term into a segment.

    ``people`` has one row for each patron_key and term, with level_group, is_exposed, is_active, measured,
    is_over and the features.
    """
    people = people.sort("patron_key", "term")
    readers: list[pl.DataFrame] = []
    drifted: list[Row] = []
    for placed in place(people, models):
        readers.append(_explained(placed))
        drifted += drift_rows(placed.model, placed.term, placed.points, _own_distances(placed))
    keys = [frame.select("patron_key", "term") for frame in readers]
    readers.append(_ruled(people.join(pl.concat(keys), on=["patron_key", "term"], how="anti") if keys else people))
    reader = pl.concat(readers).with_columns(pl.col("margin").round(4)).sort("patron_key", "term")
    tables = model_table(models), centre_table(models), candidate_table(models), drift_table(drifted)
    return Segments(reader, *tables)


def place(people: pl.DataFrame, models: Sequence[Frozen]) -> Iterator[Placed]:
    """Readers whom no rule places beside the centres of their model, a term at a time in order of time."""
    codes = {name: code for code, name in enumerate(sorted({name for model in models for name in model.names}))}
    people = people.with_columns(number=pl.col("patron_key").rank("dense") - 1)
    before = np.full(people["number"].n_unique(), -1)
    terms = people.filter(comparable()).partition_by("term", as_dict=True)
    for (term,), readers in sorted(terms.items(), key=lambda item: str(item[0][0])):
        version = in_force(models, str(term))
        for model in (model for model in version if model.is_published):
            served = readers.filter(_is_served(model, version))
            points = model.scale.points(served)
            distances = distances_to(points, model.centres)
            own_codes, numbers = np.array([codes[name] for name in model.names]), served["number"].to_numpy()
            last = _within(before[numbers], own_codes)
            own = settled(distances, last)
            before[numbers] = own_codes[own]
            if len(own):
                yield Placed(model, str(term), served.drop("number"), points, distances, last, own)


def _own_distances(placed: Placed) -> Matrix:
    distances: Matrix = placed.distances[np.arange(len(placed.own)), placed.own]
    return distances


def serving(version: Sequence[Frozen], level_group: str) -> Frozen | None:
    """The model that speaks for a level group: its own, else that of everybody."""
    by_group = {model.level_group: model for model in version}
    return by_group.get(level_group, by_group.get(EVERYBODY))


def _is_served(model: Frozen, version: Sequence[Frozen]) -> pl.Expr:
    """Whether a model speaks for a reader: of its group, or of any group without a model of its own."""
    if model.level_group == EVERYBODY:
        return ~pl.col("level_group").is_in([other.level_group for other in version])
    return pl.col("level_group") == model.level_group


def _within(before: Labels, codes: Labels) -> Labels:
    """Which of a model's segments readers were in the term before; -1 for those it does not have."""
    is_own = before[:, None] == codes[None, :]
    return np.where(is_own.any(axis=1), is_own.argmax(axis=1), -1)


def settled(distances: Matrix, before: Labels) -> Labels:
    """The nearest centre, unless the one of the term before is nearly as near."""
    rows = np.arange(len(distances))
    nearest = distances.argmin(axis=1)
    is_close = distances[rows, nearest] > (1 - STICKINESS) * distances[rows, before]
    return np.where((before >= 0) & is_close, before, nearest)


def _ruled(people: pl.DataFrame) -> pl.DataFrame:
    """Readers whom a rule places, and those whom no model that holds still speaks for."""
    exposed, measured, active = (pl.col(name).fill_null(False) for name in ("is_exposed", "measured", "is_active"))
    rules = pl.when(~exposed).then(pl.lit("not_exposed")).when(~measured).then(pl.lit("not_measured"))
    segment = rules.when(~active).then(pl.lit("no_use")).otherwise(pl.lit(ACTIVE))
    placed = people.with_columns(segment.alias("segment"), is_mixed=pl.lit(False))
    missing = [pl.lit(None, kind).alias(name) for name, kind in READER.items() if name not in placed.columns]
    return placed.with_columns(missing).select(list(READER))


def _explained(placed: Placed) -> pl.DataFrame:
    """The segment of each reader, how clear it is, why, and which other one is nearest."""
    rows, centres, distances, own = np.arange(len(placed.own)), placed.model.centres, placed.distances, placed.own
    others = distances.copy()
    others[rows, own] = np.inf
    other = others.argmin(axis=1)
    apart = np.maximum(distances[rows, other], 1e-12)
    margin = (distances[rows, other] - distances[rows, own]) / apart
    names = pl.Series(placed.model.names, dtype=pl.String)
    return (
        placed.people.select("patron_key", "term")
        .with_columns(
            names.gather(own).alias("segment"),
            pl.Series("is_mixed", margin < MIXED_BELOW),
            pl.Series("margin", margin),
            *_reasons(placed.points, centres[own], centres[other], placed.model.scale.names),
            names.gather(other).alias("alternative"),
            model_version=pl.lit(placed.model.version, pl.Int32),
        )
        .select(list(READER))
    )


def _reasons(points: Matrix, own: Matrix, other: Matrix, features: Sequence[str]) -> list[pl.Series]:
    """The three features that most bring each reader nearer to the own centre than to the other."""
    weight = (points - other) ** 2 - (points - own) ** 2
    order = np.argsort(-weight, axis=1, kind="stable")[:, :3]
    codes = pl.Series([f"{feature}:{sign}" for feature in features for sign in "-+"], dtype=pl.String)
    code = 2 * order + np.take_along_axis(own > other, order, axis=1)
    is_reason = np.take_along_axis(weight, order, axis=1) > 0
    found = [_gathered(codes, code[:, place], is_reason[:, place]) for place in range(order.shape[1])]
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(points))
    return [series.alias(f"reason_{place + 1}") for place, series in enumerate([*found, nothing, nothing][:3])]


def _gathered(codes: pl.Series, code: Labels, is_reason: np.ndarray) -> pl.Series:
    return codes.gather(code).zip_with(pl.Series(is_reason), pl.Series([None], dtype=pl.String))
