"""The search for tables of people that fit what is shown, and what somebody knows besides.

Which cells are asked about, and what an answer means, belongs in :mod:`profiles.attacker`.
"""

from functools import cached_property
from typing import Any

import numpy as np

from profiles.programme import Programme

SIGNS = np.array([1, -1])
"""What a search for the fewest, and one for the most, weighs a cell by."""

_LARGE = 1000
"""Of more cells those that somebody knows are left out of a search, which is then begun anew; of fewer they are held where they are."""


class Sums:
    """What is known to add up, by line: the least and the most that it comes to."""

    def __init__(self, matrix: Any, least: Any, most: Any):
        self._lines = matrix, least, most

    @cached_property
    def in_fractions(self) -> Programme:
        return Programme(*self._lines)

    @cached_property
    def in_whole_numbers(self) -> Programme:
        return Programme(*self._lines, are_whole=True)

    def without(self, is_known: Any, truth: Any) -> "Sums":
        """What is left of the sums once what is known is taken away."""
        matrix, least, most = self._lines
        inner, away = matrix[:, ~is_known], matrix @ np.where(is_known, truth, 0)
        lines = np.diff(inner.indptr) > 0
        return Sums(inner[lines], (least - away)[lines], (most - away)[lines])


class Search:
    """The search for tables that fit what is shown and what somebody knows."""

    def __init__(self, whole: Sums, limits: Any, truth: Any, is_known: Any):
        self.limits = np.where(is_known[:, np.newaxis], truth[:, np.newaxis], limits)
        self._whole, self._truth = whole, truth
        self._is_known = is_known & (len(is_known) > _LARGE)

    def extreme(self, place: int, sign: int) -> Any:
        """A table in whole numbers that fits, in which one cell is as small (1) or as large (-1) as can be.

        Raises:
            Contradiction: none fits.

        """
        aim = np.zeros(len(self.limits))
        aim[place] = sign
        found = self._solved(self._sums.in_fractions, aim, self.limits)
        if found is not None and not _is_whole(found):
            found = self._solved(self._sums.in_whole_numbers, aim, self.limits)
        if found is None:
            raise Contradiction("what is shown contradicts itself: no table fits it")
        return np.round(found)

    def extremes(self, places: Any, promised: Any, end: int) -> Any:
        """A table that fits in which many cells at once come as near as can be to what is promised; none where that takes fractions."""
        aim, limits = np.zeros(len(self.limits)), self.limits.copy()
        aim[places] = SIGNS[end]
        limits[places, end] = promised
        found = self._solved(self._sums.in_fractions, aim, limits)
        return np.round(found) if found is not None and _is_whole(found) else None

    def _solved(self, programme: Programme, aim: Any, limits: Any) -> Any:
        """The table that is best by ``aim``; none if none fits."""
        is_open = ~self._is_known
        found = programme.solved(aim[is_open], *limits[is_open].T)
        if found is None:
            return None
        table = limits[:, 0].copy()
        table[is_open] = found
        return table

    @cached_property
    def _sums(self) -> Sums:
        return self._whole.without(self._is_known, self._truth) if self._is_known.any() else self._whole


def _is_whole(table: Any) -> bool:
    return bool(np.abs(table - np.round(table)).max() <= 1e-6)


class Contradiction(ValueError):
    """Figures that cannot all be true."""
