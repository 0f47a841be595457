"""The kinds of use of one level group as a decision has fixed them: frozen, numbered, and able to be written down.

A model is fitted once and then kept, so that a reader who moves has changed, and not the yardstick.
A later version is a decision of somebody's; its groups keep the names of those they continue.
Putting readers beside the centres belongs in :mod:`profiles.segments`.
"""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl

from profiles.segment_candidates import compare
from profiles.segment_drift import Usual
from profiles.segment_features import Matrix, Scale
from profiles.segment_fit import Labels, Settings, Trial, choose, distances_to, some, try_clusters
from profiles.segment_names import Name, name_clusters, read_names

EVERYBODY = "all"
"""The level group of the model that serves every group too small for its own."""


@dataclass(frozen=True)
class Frozen:
    """One model: a yardstick, centres with names, and the grounds on which it was chosen."""

    version: int
    level_group: str
    fitted_on_term: str
    persons: int
    is_published: bool
    """Whether the groups held still enough for anybody to be told of them."""
    training_hash: str
    agreement: float | None
    """The adjusted Rand index with the version before, of the readers both were asked about."""
    names: tuple[str, ...]
    scale: Scale
    centres: Matrix
    usual: Usual
    trials: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    profile: list[dict[str, Any]]
    """What each group looks like in the term it was found in, feature by feature."""

    def as_row(self) -> dict[str, Any]:
        """A row of ledger.segment_model, without who decided and why."""
        plain = ("version", "level_group", "fitted_on_term", "persons", "is_published", "training_hash", "agreement")
        document = {
            "names": self.names,
            "yardstick": self.scale.as_data(),
            "centres": self.centres.tolist(),
            "usual": self.usual.as_data(),
            "trials": self.trials,
            "candidates": self.candidates,
            "profile": self.profile,
        }
        return {name: getattr(self, name) for name in plain} | {"document": json.dumps(document, ensure_ascii=False)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Frozen":
        """The model that was written down, to the last digit."""
        told = json.loads(row["document"])
        plain = {name: row[name] for name in cls.__dataclass_fields__ if name in row}
        return cls(
            **plain,
            names=tuple(told["names"]),
            scale=Scale.from_data(told["yardstick"]),
            centres=np.array(told["centres"]),
            usual=Usual.from_data(told["usual"]),
            trials=told["trials"],
            candidates=told["candidates"],
            profile=told["profile"],
        )


def freeze(
    people: pl.DataFrame, dictionary: pl.DataFrame, before: Sequence[Frozen] = (), settings: Settings | None = None
) -> list[Frozen]:
    """The next version: a model for each level group that is large enough, and one of everybody for the others.

    ``people`` are as :func:`profiles.segments.segment_readers` takes them.  The model is of the latest term that
    is over and has enough readers to compare; where there is none, there is no model.
    """
    settings, names = settings or Settings(), read_names(dictionary)
    version = max((model.version for model in before), default=0) + 1
    groups = dict(_groups(people, settings))
    fitted = (_fit(version, group, one, groups, names, settings) for group, one in groups.items())
    return [_continued(found, members, names, before) for found, members in filter(None, fitted)]


def in_force(models: Sequence[Frozen], term: str) -> list[Frozen]:
    """The models by which a term is told: of the last version fitted by then, or of the first."""
    versions = [model.version for model in models if model.fitted_on_term <= term]
    version = max(versions) if versions else min((model.version for model in models), default=0)
    return [model for model in models if model.version == version]


def _groups(people: pl.DataFrame, settings: Settings) -> Iterator[tuple[str, pl.DataFrame]]:
    """The readers of the term to fit, by level group."""
    compared = people.filter(comparable(), "is_over").sort("patron_key", "term")
    enough = compared.group_by("term").len().filter(pl.col("len") >= settings.least_people)
    if enough.is_empty():
        return
    readers = compared.filter(pl.col("term") == max(enough["term"]))
    sizes = dict(readers.group_by("level_group").len().sort("level_group").iter_rows())
    large = [group for group, size in sizes.items() if size >= settings.least_group]
    if len(large) < people.filter(comparable())["level_group"].n_unique():
        yield EVERYBODY, readers
    for group in large:
        yield group, readers.filter(pl.col("level_group") == group)


def comparable() -> pl.Expr:
    """Readers whom no rule places: here, measured and active."""
    return pl.all_horizontal(pl.col(name).fill_null(False) for name in ("is_exposed", "measured", "is_active"))


def _fit(
    version: int, group: str, readers: pl.DataFrame, groups: Container[str], names: Sequence[Name], settings: Settings
) -> tuple[Frozen, pl.DataFrame] | None:
    people = readers[some(readers.height, settings.most_people, np.random.default_rng(settings.seed))]
    scale = Scale.of(people)
    points = scale.points(people)
    trials = try_clusters(points, scale, names, settings)
    if not trials:
        return None
    chosen = choose(trials)
    served = np.array([group != EVERYBODY or other not in groups for other in people["level_group"]])
    frozen = Frozen(
        version=version,
        level_group=group,
        fitted_on_term=people["term"][0],
        persons=people.height,
        is_published=chosen.is_accepted,
        training_hash=_hash(people.select("patron_key", *scale.names), points),
        agreement=None,
        names=chosen.names,
        scale=scale,
        centres=chosen.centres,
        usual=_usual(points[served], chosen.centres),
        trials=[_trial_row(trial, trial is chosen) for trial in trials],
        candidates=compare(points, chosen, settings),
        profile=[],
    )
    return frozen, people.with_columns(pl.Series("label", chosen.labels))


def _usual(points: Matrix, centres: Matrix) -> Usual:
    return Usual.of(points, distances_to(points, centres).min(axis=1))


def _continued(found: Frozen, people: pl.DataFrame, names: Sequence[Name], before: Sequence[Frozen]) -> Frozen:
    """A model whose groups bear the names of those they continue, with what each looks like."""
    labels = people["label"].to_numpy()
    old = [m for m in in_force(before, found.fitted_on_term) if m.level_group == found.level_group and m.is_published]
    if old:
        points = old[0].scale.points(people)
        nearest = distances_to(points, old[0].centres).argmin(axis=1)
        found = replace(found, names=_carried(found, points, labels, old[0], names), agreement=_ari(nearest, labels))
    return replace(found, profile=list(_profile(found, people, labels)))


def _carried(found: Frozen, points: Matrix, labels: Labels, old: Frozen, names: Sequence[Name]) -> tuple[str, ...]:
    """Each new group's old name, where its average reader would be put into the old group; else a free one."""
    from scipy.optimize import linear_sum_assignment

    means = np.array([points[labels == number].mean(axis=0) for number in range(len(found.centres))])
    apart = distances_to(means, old.centres)
    pairs = zip(*linear_sum_assignment(apart), strict=True)
    kept = {int(new): old.names[into] for new, into in pairs if apart[new].argmin() == into}
    rest = [number for number in range(len(means)) if number not in kept]
    free = [name for name in names if name.segment not in kept.values()]
    named = name_clusters([found.scale.differences(found.centres[number]) for number in rest], free)
    if named is None:
        return found.names
    given = kept | dict(zip(rest, named[0], strict=True))
    return tuple(given[number] for number in range(len(means)))


def _ari(one: Labels, other: Labels) -> float:
    from sklearn.metrics import adjusted_rand_score

    return round(float(adjusted_rand_score(one, other)), 4)


def _hash(people: pl.DataFrame, points: Matrix) -> str:
    """A fingerprint of what a model was fitted on: who, with which values."""
    return sha256(people.write_csv().encode() + np.ascontiguousarray(points).tobytes()).hexdigest()


def _trial_row(trial: Trial, is_chosen: bool) -> dict[str, Any]:
    figures = {
        name: round(getattr(trial, name), 4) for name in ("silhouette", "stability", "jaccard_min", "smallest_share")
    }
    flags = {"is_chosen": is_chosen, "is_accepted": bool(trial.is_accepted), "is_nameable": trial.is_nameable}
    return {"k": trial.k, **figures, **flags}


def _profile(found: Frozen, people: pl.DataFrame, labels: Labels) -> Iterator[dict[str, Any]]:
    for number, segment in enumerate(found.names):
        members = people.filter(pl.Series(labels == number))
        for feature, difference in found.scale.differences(found.centres[number]).items():
            mean = members[feature].cast(pl.Float64).mean()
            yield {
                "segment": segment,
                "feature": feature,
                "centre": None if mean is None else round(float(str(mean)), 4),
                "standardised_difference": round(difference, 4),
                "persons": members.height,
            }
