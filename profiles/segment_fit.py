"""How many kinds of reader there are, and where the middle of each lies.

Every number of clusters is tried, and refitted on parts of the readers to see whether the same
groups come back; a group that does not is no pattern.  Other ways of grouping belong in
:mod:`profiles.segment_candidates`, what becomes of the chosen one in :mod:`profiles.segment_model`.  The scale of the points belongs in
:mod:`profiles.segment_features`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from profiles.one_thread import one_thread
from profiles.segment_features import Matrix, Scale
from profiles.segment_names import Name, name_clusters

Labels = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]

LEAST_STABILITY = 0.8
LEAST_JACCARD = 0.75
LEAST_SHARE = 0.05
HARDLY_LESS = 0.03
"""In silhouette: by how much more groups may be less apart than fewer."""


@dataclass(frozen=True)
class Settings:
    """How hard to look."""

    clusters: tuple[int, ...] = (3, 4, 5, 6, 7, 8)
    resamples: int = 20
    part: float = 0.8
    """The share of the readers in each resample."""
    least_people: int = 60
    """Fewer readers than this are not divided at all."""
    least_group: int = 500
    """A level group with fewer readers is measured against everybody."""
    most_people: int = 20_000
    silhouette_people: int = 3_000
    card_people: int = 1_500
    """How many readers other ways of grouping are tried on."""
    card_resamples: int = 5
    seed: int = 20_260_901


@dataclass(frozen=True)
class Trial:
    """One number of clusters, tried."""

    centres: Matrix
    labels: Labels
    names: tuple[str, ...]
    is_nameable: bool
    silhouette: float
    stability: float
    jaccard_min: float

    @property
    def k(self) -> int:
        return len(self.centres)

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        return np.bincount(self.labels, minlength=self.k)

    @property
    def smallest_share(self) -> float:
        return float(self.sizes.min() / self.sizes.sum())

    @property
    def is_accepted(self) -> bool:
        is_stable = self.stability >= LEAST_STABILITY and self.jaccard_min >= LEAST_JACCARD
        return is_stable and self.smallest_share >= LEAST_SHARE and self.is_nameable


def try_clusters(points: Matrix, scale: Scale, names: Sequence[Name], settings: Settings) -> tuple[Trial, ...]:
    """One trial for each number of clusters that the points and the dictionary allow."""
    from sklearn.metrics import pairwise_distances

    distinct = len(np.unique(points, axis=0)) if points.shape[1] else 0
    if distinct < min(settings.clusters):
        return ()
    with one_thread():
        sample = some(len(points), settings.silhouette_people, np.random.default_rng(settings.seed))
        distances = pairwise_distances(points[sample])
        trials = [
            _try(points, k, scale, names, (sample, distances), settings) for k in settings.clusters if k <= distinct
        ]
    return tuple(trial for trial in trials if trial is not None)


def choose(trials: Sequence[Trial]) -> Trial:
    """The largest accepted number of clusters that are hardly less apart than the best, else the most stable one.

    Stability alone would go on dividing a crowd that can be cut in the same place every time.
    """
    accepted = [trial for trial in trials if trial.is_accepted]
    if accepted:
        best = max(trial.silhouette for trial in accepted)
        return max((trial for trial in accepted if trial.silhouette >= best - HARDLY_LESS), key=lambda trial: trial.k)
    return max(trials, key=lambda trial: (trial.is_nameable, trial.stability, -trial.k))


def distances_to(points: Matrix, centres: Matrix) -> Matrix:
    """From each point to each centre."""
    return np.column_stack([np.sqrt(((points - centre) ** 2).sum(axis=1)) for centre in centres])


def _try(
    points: Matrix, k: int, scale: Scale, names: Sequence[Name], sample: tuple[Rows, Matrix], settings: Settings
) -> Trial | None:
    centres, labels = _fit(points, k, settings.seed, starts=30)
    named = name_clusters([scale.differences(centre) for centre in centres], names)
    if named is None:
        return None
    stability, jaccard = _stability(points, labels, k, settings)
    rows, distances = sample
    width = silhouette(distances, labels[rows], metric="precomputed")
    return Trial(centres, labels, tuple(named[0]), named[1], width, stability, jaccard)


def _fit(points: Matrix, k: int, seed: int, starts: int) -> tuple[Matrix, Labels]:
    """The centres in a fixed order, and the nearest to each point."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # A part of the readers may hold fewer distinct points than clusters; the stability then says so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Without tolerance the last steps are walked, too, so that another seed ends in the same place.
        fitted = KMeans(k, n_init=starts, tol=0, random_state=seed).fit(points)
    order = np.lexsort(fitted.cluster_centers_.round(9).T[::-1])
    rank = np.argsort(order)
    return fitted.cluster_centers_[order], rank[fitted.labels_].astype(np.int64)


def _stability(points: Matrix, labels: Labels, k: int, settings: Settings) -> tuple[float, float]:
    """How well refits on parts of the readers agree: overall (median), and on the least stable cluster (mean)."""
    from sklearn.metrics import adjusted_rand_score

    agreements, overlaps = [], []
    for number in range(settings.resamples):
        rng = np.random.default_rng([settings.seed, k, number])
        rows = some(len(points), int(settings.part * len(points)), rng)
        _, again = _fit(points[rows], k, settings.seed + number, starts=3)
        agreements.append(adjusted_rand_score(labels[rows], again))
        overlaps.append(_overlaps(labels[rows], again, k))
    return float(np.median(agreements)), float(np.mean(overlaps, axis=0).min())


def _overlaps(labels: Labels, again: Labels, k: int) -> Matrix:
    """For each cluster, the Jaccard overlap with the refitted cluster that is most like it."""
    shared = np.bincount(labels * k + again, minlength=k * k).reshape(k, k)
    either = shared.sum(axis=1)[:, None] + shared.sum(axis=0)[None, :] - shared
    best: Matrix = (shared / np.maximum(either, 1)).max(axis=1)
    return best


def silhouette(points: Matrix, labels: Labels, metric: str = "euclidean") -> float:
    """How well the groups are apart, 0 where there are no two."""
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(labels)) < len(labels):
        return 0.0
    return float(silhouette_score(points, labels, metric=metric))


def some(total: int, most: int, rng: np.random.Generator) -> Rows:
    """At most ``most`` of the row numbers, in order."""
    return np.sort(rng.choice(total, size=min(most, total), replace=False))
