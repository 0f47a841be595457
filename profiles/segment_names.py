"""What a cluster of readers is called: the name whose pattern its readers follow most.

A pattern lists features with their direction, as in ``loans+ breadth+``; ``even`` stands for
readers who are unremarkable in everything.  The names themselves are data
(data/reference/segment_name.csv) and stay neutral: they say what people do, never what they are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

EVEN = "even"
_CLAIM_OF_EVEN = 0.3
"""In standard deviations: a cluster that stands out by less is unremarkable."""

_CONTRADICTED_BELOW = -0.25
"""A cluster that goes this far against one part of a pattern does not follow it."""


@dataclass(frozen=True)
class Name:
    """A segment's code and the pattern that earns it."""

    segment: str
    signs: Mapping[str, int]
    least_features: int
    """How many features of its pattern a library must record before it can use the name."""

    def claim(self, differences: Mapping[str, float]) -> float | None:
        """How strongly a cluster follows the pattern, or nothing where that cannot be seen."""
        seen = [sign * differences[feature] for feature, sign in self.signs.items() if feature in differences]
        if len(seen) < self.least_features:
            return None
        if min(seen, default=0) < _CONTRADICTED_BELOW:
            return min(seen)
        return sum(seen) / math.sqrt(len(seen)) if seen else _CLAIM_OF_EVEN


def read_names(dictionary: pl.DataFrame) -> tuple[Name, ...]:
    """The names a cluster can earn, in the order of the dictionary; names given by rule have no pattern."""
    rows = dictionary.sort("position").select("segment", "pattern", "least_features").iter_rows()
    return tuple(Name(segment, _signs(pattern), int(least)) for segment, pattern, least in rows if pattern)


def name_clusters(clusters: Sequence[Mapping[str, float]], names: Sequence[Name]) -> tuple[list[str], bool] | None:
    """A different name for each cluster, the strongest claim first, and whether every name is deserved.

    Each cluster is its features' differences from the average, in standard deviations.  Where the
    dictionary has fewer names than there are clusters, there is no answer.
    """
    claims = [
        (-claim, position, number)
        for number, differences in enumerate(clusters)
        for position, name in enumerate(names)
        if (claim := name.claim(differences)) is not None
    ]
    given: dict[int, tuple[str, float]] = {}
    for lack, position, number in sorted(claims):
        if number not in given and names[position].segment not in {segment for segment, _ in given.values()}:
            given[number] = (names[position].segment, -lack)
    if len(given) < len(clusters):
        return None
    return [given[number][0] for number in range(len(clusters))], all(claim > 0 for _, claim in given.values())


def _signs(pattern: str) -> dict[str, int]:
    return {word[:-1]: 1 if word.endswith("+") else -1 for word in pattern.split() if word != EVEN}
