"""The kinds of use readers make of the library, term by term.

Rules speak first: who was away, who could not be measured, who did not come.  The others are
grouped by what they did in one term, and every other term is measured against the groups of that
term, so that a reader who moves has changed, and not the yardstick.  A reader near the border stays
where they were.  Reading tables and writing them belongs to the assets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.segment_features import Scale
from profiles.segment_fit import Labels, Settings, Trial, choose, distances_to, try_clusters
from profiles.segment_names import Name, read_names

EVERYBODY = "all"
"""The level group of the model that serves every group too small for its own."""

MIXED_BELOW = 0.1

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
}
MODEL = {
    "level_group": pl.String,
    "k": pl.Int32,
    "is_chosen": pl.Boolean,
    "is_accepted": pl.Boolean,
    "silhouette": pl.Float64,
    "stability": pl.Float64,
    "jaccard_min": pl.Float64,
    "smallest_share": pl.Float64,
    "persons": pl.Int64,
    "fitted_on_term": pl.String,
    "dropped_features": pl.String,
}
CENTRE = {
    "level_group": pl.String,
    "segment": pl.String,
    "feature": pl.String,
    "centre": pl.Float64,
    "standardised_difference": pl.Float64,
    "persons": pl.Int64,
}


@dataclass(frozen=True)
class Segments:
    """Readers in their segments, and the models that put them there."""

    reader: pl.DataFrame
    model: pl.DataFrame
    centre: pl.DataFrame


@dataclass(frozen=True)
class Model:
    """The kinds of use found among one level group, or among everybody."""

    level_group: str
    term: str
    people: pl.DataFrame
    scale: Scale
    trials: tuple[Trial, ...]
    chosen: Trial


def segment_readers(people: pl.DataFrame, dictionary: pl.DataFrame, settings: Settings | None = None) -> Segments:
    """Put each reader of each term into a segment.

    ``people`` has one row for each patron_key and term, with level_group, is_exposed, is_active,
    measured and the features; ``dictionary`` is data/reference/segment_name.csv.
    """
    settings = settings or Settings()
    people = people.sort("patron_key", "term").with_columns(segment=_rule())
    names = read_names(dictionary)
    term = _term_to_fit(people, settings)
    models = list(_models(people, term, names, settings)) if term is not None else []
    readers = [_ruled(people, unless_in=models)]
    readers += [frame for model in models for frame in _assigned(model, _served(people, model, models), settings)]
    return Segments(
        pl.concat(readers).with_columns(pl.col("margin").round(4)).sort("patron_key", "term"),
        _table([row for model in models for row in _trial_rows(model)], MODEL, ["level_group", "k"]),
        _table([row for model in models for row in _centre_rows(model)], CENTRE, ["level_group", "segment", "feature"]),
    )


def _rule() -> pl.Expr:
    """The segment that needs no comparison, or nothing."""
    exposed, measured, active = (pl.col(name).fill_null(False) for name in ("is_exposed", "measured", "is_active"))
    rules = pl.when(~exposed).then(pl.lit("not_exposed")).when(~measured).then(pl.lit("not_measured"))
    return rules.when(~active).then(pl.lit("no_use")).otherwise(None)


def _term_to_fit(people: pl.DataFrame, settings: Settings) -> str | None:
    """The latest term with enough readers to compare."""
    active = people.filter(pl.col("segment").is_null()).group_by("term").len()
    return max(active.filter(pl.col("len") >= settings.least_people)["term"], default=None)


def _models(people: pl.DataFrame, term: str, names: Sequence[Name], settings: Settings) -> Iterator[Model]:
    """A model for each level group that is large enough, and one of everybody for those that are not."""
    active = people.filter(pl.col("segment").is_null(), pl.col("term") == term)
    sizes = dict(active.group_by("level_group").len().sort("level_group").iter_rows())
    large = [group for group, size in sizes.items() if size >= settings.least_group]
    groups = {group: active.filter(pl.col("level_group") == group) for group in large}
    everywhere = people.filter(pl.col("segment").is_null())["level_group"].unique()
    if len(large) < len(everywhere):
        groups[EVERYBODY] = active
    for group, members in groups.items():
        model = _fit(group, term, members, names, settings)
        if model is not None:
            yield model


def _fit(group: str, term: str, people: pl.DataFrame, names: Sequence[Name], settings: Settings) -> Model | None:
    rng = np.random.default_rng(settings.seed)
    rows = np.sort(rng.choice(people.height, min(people.height, settings.most_people), replace=False))
    fitted = people[rows]
    scale = Scale.of(fitted)
    trials = try_clusters(scale.points(fitted), scale, names, settings)
    return Model(group, term, fitted, scale, trials, choose(trials)) if trials else None


def _served(people: pl.DataFrame, model: Model, models: Sequence[Model]) -> pl.DataFrame:
    """The readers a model speaks for: those of its group, or of every group without a model of its own."""
    own = pl.col("level_group") == model.level_group
    if model.level_group == EVERYBODY:
        own = ~pl.col("level_group").is_in([other.level_group for other in models])
    return people.filter(pl.col("segment").is_null(), own)


def _ruled(people: pl.DataFrame, unless_in: Sequence[Model]) -> pl.DataFrame:
    """Readers whom a rule places, and those for whom there is no model to ask."""
    groups = {model.level_group for model in unless_in}
    has_model = pl.lit(True) if EVERYBODY in groups else pl.col("level_group").is_in(sorted(groups))
    placed = people.filter(pl.col("segment").is_not_null() | ~has_model).with_columns(
        pl.col("segment").fill_null("active"), is_mixed=pl.lit(False)
    )
    missing = [pl.lit(None, kind).alias(name) for name, kind in READER.items() if name not in placed.columns]
    return placed.with_columns(missing).select(list(READER))


def _assigned(model: Model, people: pl.DataFrame, settings: Settings) -> Iterator[pl.DataFrame]:
    """Readers beside the centre nearest to them, a term at a time in order of time."""
    people = people.with_columns(number=pl.col("patron_key").rank("dense") - 1)
    previous = np.full(people["number"].n_unique(), -1)
    for _, term in sorted(people.group_by("term"), key=lambda group: str(group[0][0])):
        points = model.scale.points(term)
        distances = distances_to(points, model.chosen.centres)
        numbers = term["number"].to_numpy()
        own = _settled(distances, previous[numbers], settings.stickiness)
        previous[numbers] = own
        yield _explained(model, term.select("patron_key", "term"), points, distances, own)


def _settled(distances: np.ndarray, before: Labels, stickiness: float) -> Labels:
    """The nearest centre, unless the one of the term before is nearly as near."""
    rows = np.arange(len(distances))
    nearest = distances.argmin(axis=1)
    is_close = distances[rows, nearest] > (1 - stickiness) * distances[rows, before]
    return np.where((before >= 0) & is_close, before, nearest)


def _explained(model: Model, who: pl.DataFrame, points: np.ndarray, distances: np.ndarray, own: Labels) -> pl.DataFrame:
    rows, centres = np.arange(len(points)), model.chosen.centres
    others = distances.copy()
    others[rows, own] = np.inf
    other = others.argmin(axis=1)
    apart = np.maximum(distances[rows, other], 1e-12)
    margin = (distances[rows, other] - distances[rows, own]) / apart
    names = np.array(model.chosen.names)
    reasons = _reasons(points, centres[own], centres[other], model.scale.names)
    return who.with_columns(
        pl.Series("segment", names[own], pl.String),
        pl.Series("is_mixed", margin < MIXED_BELOW),
        pl.Series("margin", margin),
        *(pl.Series(f"reason_{place + 1}", reasons[:, place].tolist(), pl.String) for place in range(3)),
        pl.Series("alternative", names[other], pl.String),
    ).select(list(READER))


def _reasons(points: np.ndarray, own: np.ndarray, other: np.ndarray, features: Sequence[str]) -> np.ndarray:
    """The three features that most bring each reader nearer to the own centre than to the other."""
    weight = (points - other) ** 2 - (points - own) ** 2
    order = np.argsort(-weight, axis=1, kind="stable")[:, :3]
    codes = np.array([[f"{feature}:-", f"{feature}:+"] for feature in features], dtype=object)
    is_more = np.take_along_axis(own > other, order, axis=1).astype(int)
    is_reason = np.take_along_axis(weight, order, axis=1) > 0
    reasons = np.full((len(points), 3), None, dtype=object)
    reasons[:, : order.shape[1]] = np.where(is_reason, codes[order, is_more], None)
    return reasons


def _trial_rows(model: Model) -> Iterator[dict[str, object]]:
    for trial in model.trials:
        yield {
            "level_group": model.level_group,
            "k": trial.k,
            "is_chosen": trial is model.chosen,
            "is_accepted": trial.is_accepted,
            "silhouette": trial.silhouette,
            "stability": trial.stability,
            "jaccard_min": trial.jaccard_min,
            "smallest_share": trial.smallest_share,
            "persons": model.people.height,
            "fitted_on_term": model.term,
            "dropped_features": ",".join(model.scale.dropped),
        }


def _centre_rows(model: Model) -> Iterator[dict[str, object]]:
    for number, segment in enumerate(model.chosen.names):
        members = model.people.filter(pl.Series(model.chosen.labels == number))
        for feature, difference in model.scale.differences(model.chosen.centres[number]).items():
            yield {
                "level_group": model.level_group,
                "segment": segment,
                "feature": feature,
                "centre": members[feature].cast(pl.Float64).mean(),
                "standardised_difference": difference,
                "persons": members.height,
            }


def _table(rows: list[dict[str, object]], schema: dict[str, type[pl.DataType]], grain: list[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema).with_columns(pl.col(pl.Float64).round(4)).sort(grain)
