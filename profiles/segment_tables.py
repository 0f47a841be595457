"""What is told of the models of segments: their trials, their groups, the ways beside them, and how far readers have drifted.

Rows of segment.model, segment.centre, segment.candidate and segment.drift, unrolled from frozen models.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from profiles.segment_candidates import judgement
from profiles.segment_drift import drift
from profiles.segment_features import Matrix
from profiles.segment_model import Frozen

Row = dict[str, Any]
Schema = dict[str, type[pl.DataType]]

MODEL = {
    "version": pl.Int32,
    "level_group": pl.String,
    "k": pl.Int32,
    "is_chosen": pl.Boolean,
    "is_accepted": pl.Boolean,
    "is_nameable": pl.Boolean,
    "silhouette": pl.Float64,
    "stability": pl.Float64,
    "jaccard_min": pl.Float64,
    "smallest_share": pl.Float64,
    "persons": pl.Int64,
    "fitted_on_term": pl.String,
    "dropped_features": pl.String,
    "agreement": pl.Float64,
    "training_hash": pl.String,
    "verdict": pl.String,
}
CENTRE = {
    "version": pl.Int32,
    "level_group": pl.String,
    "segment": pl.String,
    "feature": pl.String,
    "centre": pl.Float64,
    "standardised_difference": pl.Float64,
    "persons": pl.Int64,
}
CANDIDATE = {
    "version": pl.Int32,
    "level_group": pl.String,
    "method": pl.String,
    "clusters": pl.Int32,
    "silhouette": pl.Float64,
    "stability": pl.Float64,
    "noise_share": pl.Float64,
    "ari_to_kmeans": pl.Float64,
    "bic": pl.Float64,
    "persons": pl.Int64,
    "judgement_zh": pl.String,
    "judgement_en": pl.String,
}
DRIFT = {
    "term": pl.String,
    "level_group": pl.String,
    "feature": pl.String,
    "version": pl.Int32,
    "psi": pl.Float64,
    "shift": pl.Float64,
    "distance_ratio": pl.Float64,
    "is_flagged": pl.Boolean,
    "persons": pl.Int64,
}


def model_table(models: Sequence[Frozen]) -> pl.DataFrame:
    """Every number of segments that was tried, and what came of it."""
    rows = (row for model in models for row in _model_rows(model))
    return _table(rows, MODEL, ["version", "level_group", "k"])


def centre_table(models: Sequence[Frozen]) -> pl.DataFrame:
    """What the segments look like, of models that hold still enough to be told of."""
    rows = (_key(model) | row for model in models if model.is_published for row in model.profile)
    return _table(rows, CENTRE, ["version", "level_group", "segment", "feature"])


def candidate_table(models: Sequence[Frozen]) -> pl.DataFrame:
    """The model card: k-means beside other ways of grouping, each with a judgement."""
    rows = (_candidate_row(model, row) for model in models for row in model.candidates)
    return _table(rows, CANDIDATE, ["version", "level_group", "method"])


def drift_table(rows: Iterable[Row]) -> pl.DataFrame:
    return _table(rows, DRIFT, ["term", "level_group", "feature"])


def drift_rows(model: Frozen, term: str, points: Matrix, distances: Matrix) -> Iterator[Row]:
    """How far the readers of a term, at these distances from their own centres, have gone from the usual."""
    for feature, row in zip(model.scale.names, drift(model.usual, points, distances), strict=True):
        yield _key(model) | {"term": term, "feature": feature, "persons": len(points)} | row


def _key(model: Frozen) -> Row:
    return {"version": model.version, "level_group": model.level_group}


def _model_rows(model: Frozen) -> Iterator[Row]:
    same = {name: getattr(model, name) for name in MODEL if hasattr(model, name)}
    same |= {"dropped_features": ",".join(model.scale.dropped)}
    verdict = "published" if model.is_published else "not stable enough to publish"
    for trial in model.trials:
        yield same | trial | {"verdict": verdict if trial["is_chosen"] else "not chosen"}


def _candidate_row(model: Frozen, row: Row) -> Row:
    zh, en = judgement(row)
    return _key(model) | row | {"persons": model.persons, "judgement_zh": zh, "judgement_en": en}


def _table(rows: Iterable[Row], schema: Schema, grain: list[str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema).with_columns(pl.col(pl.Float64).round(4)).sort(grain)
