"""Other ways of grouping the same readers, held beside k-means: which of them agree, and which hold still.

k-means is what readers are grouped by, since its centres can be frozen and each assignment explained
by them; the others say whether that choice hides something.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from profiles.one_thread import one_thread
from profiles.segment_features import Matrix
from profiles.segment_fit import LEAST_SHARE, LEAST_STABILITY, Labels, Settings, Trial, silhouette, some

DEFAULT = "kmeans"
MOST_NOISE = 0.2
SUPPORTS_FROM = 0.8
"""The adjusted Rand index from which another way tells the same groups."""

_NOBODY = -1


@dataclass(frozen=True)
class Grouping:
    """One way's answer: a group for each reader, or none; and how well it fits, where the way can say."""

    labels: Labels
    bic: float | None = None

    @property
    def groups(self) -> int:
        return len(np.unique(self.labels[self.labels != _NOBODY]))


Way = Callable[[Matrix, Sequence[int], int], Grouping]
"""From points, numbers of groups to try and a seed."""


def compare(points: Matrix, chosen: Trial, settings: Settings) -> list[dict[str, Any]]:
    """A row for each way of grouping, k-means first."""
    rows = some(len(points), settings.card_people, np.random.default_rng(settings.seed))
    with one_thread(), warnings.catch_warnings():
        # A way that does not settle shows it in its stability.
        warnings.simplefilter("ignore")
        others = [_row(name, way, points[rows], chosen.labels[rows], settings) for name, way in _WAYS.items()]
    return [_default_row(chosen), *others]


def judgement(row: Mapping[str, Any]) -> tuple[str, str]:
    """What to think of one way, in Chinese and English."""
    noise, stability, agreement = (row[name] for name in ("noise_share", "stability", "ari_to_kmeans"))
    if row["method"] == DEFAULT:
        return (
            "默认方法：中心可冻结，归属可说明",
            "the default: its centres can be frozen and each assignment explained",
        )
    if row["clusters"] < 2:
        return "没有分出两类以上，不采用", "finds no two groups; not used"
    if noise > MOST_NOISE:
        return f"{noise:.0%}的读者不归入任何一类，不采用", f"leaves {noise:.0%} of readers in no group; not used"
    if stability < LEAST_STABILITY:
        return "重抽样后分法改变，不采用", "does not hold still when readers are resampled; not used"
    if agreement >= SUPPORTS_FROM:
        return "与默认方法分法相同，可以印证", "tells the same groups as the default, and so supports it"
    return "自身稳定，但分法不同，仅供对照", "holds still but draws other lines; for comparison only"


def _default_row(chosen: Trial) -> dict[str, Any]:
    quality = {"silhouette": chosen.silhouette, "stability": chosen.stability}
    return {
        "method": DEFAULT,
        "clusters": chosen.k,
        **quality,
        "noise_share": 0.0,
        "ari_to_kmeans": 1.0,
        "bic": None,
    }


def _row(name: str, way: Way, points: Matrix, kmeans: Labels, settings: Settings) -> dict[str, Any]:
    from sklearn.metrics import adjusted_rand_score

    found = way(points, settings.clusters, settings.seed)
    placed = found.labels != _NOBODY
    return {
        "method": name,
        "clusters": found.groups,
        "silhouette": silhouette(points[placed], found.labels[placed]),
        "stability": float(np.median(list(_agreements(way, points, found, settings)))),
        "noise_share": float(1 - placed.mean()),
        "ari_to_kmeans": float(adjusted_rand_score(kmeans, found.labels)),
        "bic": found.bic,
    }


def _agreements(way: Way, points: Matrix, found: Grouping, settings: Settings) -> Iterator[float]:
    """How well the same way, with as many groups, agrees with itself on parts of the readers."""
    from sklearn.metrics import adjusted_rand_score

    for number in range(settings.card_resamples):
        rng = np.random.default_rng([settings.seed, number])
        rows = some(len(points), int(settings.part * len(points)), rng)
        again = way(points[rows], [max(found.groups, 1)], settings.seed + number)
        yield float(adjusted_rand_score(found.labels[rows], again.labels))


def _mixture(points: Matrix, groups: Sequence[int], seed: int) -> Grouping:
    """Gaussian mixtures with a spread of their own in each feature, the number of groups by BIC."""
    from sklearn.mixture import GaussianMixture

    made = [GaussianMixture(k, covariance_type="diag", reg_covar=1e-3, random_state=seed) for k in groups]
    tried = [mixture.fit(points) for mixture in made]
    bics = [float(mixture.bic(points)) for mixture in tried]
    best = int(np.argmin(bics))
    return Grouping(tried[best].predict(points).astype(np.int64), bics[best])


def _density(points: Matrix, groups: Sequence[int], seed: int) -> Grouping:
    """Crowded places, found without being told how many; readers between them are left out."""
    from sklearn.cluster import HDBSCAN

    least = max(int(LEAST_SHARE * len(points)), 5)
    return Grouping(HDBSCAN(min_cluster_size=least, copy=True).fit_predict(points).astype(np.int64))


def _classes(points: Matrix, groups: Sequence[int], seed: int) -> Grouping:
    """Latent classes of readers who do more, or less, than the average in each feature."""
    from stepmix import StepMix

    above = (points > 0).astype(float)
    # From a millionth of the mean likelihood on, BIC moves by less than one, and hardly anybody changes groups.
    settled = {"max_iter": 200, "abs_tol": 1e-6}
    make = partial(StepMix, measurement="binary", random_state=seed, progress_bar=0, verbose=0, **settled)
    tried = [make(n_components=k).fit(above) for k in groups]
    bics = [float(classes.bic(above)) for classes in tried]
    best = int(np.argmin(bics))
    return Grouping(tried[best].predict(above).astype(np.int64), bics[best])


_WAYS: dict[str, Way] = {"gaussian_mixture": _mixture, "hdbscan": _density, "latent_class": _classes}
