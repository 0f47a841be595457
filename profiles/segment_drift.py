"""Whether readers still are as those a model was fitted on: measured every term, and only told, never acted upon."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from profiles.segment_features import Matrix

PARTS = 10
MOST_PSI = 0.25
"""The population stability index from which a feature is flagged, by long custom; beyond what chance gives so few readers."""

MOST_DISTANCE = 1.25
"""How much farther from their centres than in training readers may be on average."""

_LEAST_SHARE = 1e-3
_CONSTANT_BELOW = 1e-9


@dataclass(frozen=True)
class Usual:
    """How the points of the readers lay whom a model was fitted on."""

    edges: tuple[tuple[float, ...], ...]
    """For each feature, where its tenths end; fewer where many readers share a value."""
    shares: tuple[tuple[float, ...], ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    """One where all were alike."""
    distance: float
    persons: int

    @classmethod
    def of(cls, points: Matrix, distances: Matrix) -> Self:
        tenths = np.quantile(points, np.arange(1, PARTS) / PARTS, axis=0)
        spread = points.std(axis=0)
        edges = [np.unique(column) for column in tenths.T]
        shares = [_shares(column, ends) for column, ends in zip(points.T, edges, strict=True)]
        return cls(
            tuple(tuple(ends.tolist()) for ends in edges),
            tuple(tuple(share.tolist()) for share in shares),
            tuple(points.mean(axis=0).tolist()),
            tuple(np.where(spread < _CONSTANT_BELOW, 1.0, spread).tolist()),
            float(distances.mean()),
            len(points),
        )

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        edges, shares = (tuple(tuple(one) for one in data[name]) for name in ("edges", "shares"))
        return cls(edges, shares, tuple(data["means"]), tuple(data["deviations"]), data["distance"], data["persons"])


def drift(usual: Usual, points: Matrix, distances: Matrix) -> Iterator[dict[str, Any]]:
    """For each feature in turn, how far the readers of a term have gone from the usual."""
    farther = float(distances.mean()) / max(usual.distance, 1e-12)
    for column, edges, expected, mean, deviation in zip(
        points.T, usual.edges, usual.shares, usual.means, usual.deviations, strict=True
    ):
        psi = _psi(_shares(column, np.array(edges)), np.array(expected))
        by_chance = len(edges) * (1 / len(points) + 1 / max(usual.persons, 1))
        yield {
            "psi": psi,
            "shift": (float(column.mean()) - mean) / deviation,
            "distance_ratio": farther,
            "is_flagged": psi - by_chance >= MOST_PSI or farther >= MOST_DISTANCE,
        }


def _shares(values: Matrix, edges: Matrix) -> Matrix:
    """The share of the values in each part; a value on an edge belongs to the part below."""
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    shares: Matrix = counts / max(len(values), 1)
    return shares


def _psi(actual: Matrix, expected: Matrix) -> float:
    seen, usual = np.maximum(actual, _LEAST_SHARE), np.maximum(expected, _LEAST_SHARE)
    return float(((seen - usual) * np.log(seen / usual)).sum())
