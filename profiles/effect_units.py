"""Whole units that took up a service, beside units like them that did not: a difference in differences.

Each unit gives one figure, its weeks after less its weeks before, so that weeks that hang together are not
taken for many; the units that went without say how far such figures differ by chance.  Where the two
kinds were going apart before it began, nothing is told.  Weeks of a whole library belong in
:mod:`profiles.effect_weeks`.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.effect_change import RARE, Change
from profiles.raking import Floats, Ints

LEAST_WEEKS = 4
"""Before, and after."""
LEAST_ALIKE, MOST_ALIKE = 4, 8
APART = 0.1
"""Stricter than elsewhere: a doubt about what was before is enough to say nothing."""


@dataclass(frozen=True)
class _Group:
    """Units of one kind: their persons, and their rates by week before and after."""

    persons: Floats
    before: Floats
    after: Floats

    @property
    def change(self) -> Floats:
        """Each unit's mean after less its mean before."""
        gained: Floats = self.after.mean(axis=1) - self.before.mean(axis=1)
        return gained

    def only(self, places: Ints) -> "_Group":
        return _Group(self.persons[places], self.before[places], self.after[places])


def compare_units(units: pl.DataFrame) -> Change:
    """The change of the units served beside the most alike of the others.

    ``units`` has unit, week (0 is the first after), rate, persons and is_served; a unit that misses a week is left out.
    """
    weeks = units["week"].unique().sort()
    if min(int((weeks < 0).sum()), int((weeks >= 0).sum())) < LEAST_WEEKS:
        return Change(obstacle="few_weeks")
    whole = units.filter(pl.col("rate").count().over("unit") == len(weeks)).sort("unit", "week")
    served, others = (_group(whole.filter(is_served=side), weeks) for side in (True, False))
    if not len(served.persons) or len(others.persons) < LEAST_ALIKE:
        return Change(obstacle="few_alike")
    alike = others.only(_most_alike(served, others))
    return Change(obstacle="apart_before") if _went_apart(served, alike) else _change(served, alike)


def _group(units: pl.DataFrame, weeks: pl.Series) -> _Group:
    rates = units["rate"].to_numpy().astype(float).reshape(-1, len(weeks))
    persons = units["persons"].to_numpy().astype(float).reshape(-1, len(weeks))
    first = int((weeks < 0).sum())
    return _Group(persons.mean(axis=1), rates[:, :first], rates[:, first:])


def _most_alike(served: _Group, others: _Group) -> Ints:
    """The places of the units nearest in size and in what was done before, in their own order."""
    far = np.zeros(len(others.persons))
    for ours, theirs in (
        (served.before.mean(axis=1), others.before.mean(axis=1)),
        (np.log(served.persons), np.log(others.persons)),
    ):
        spread = np.concatenate([ours, theirs]).std()
        far += ((theirs - ours.mean()) / spread) ** 2 if spread else 0
    return np.sort(np.argsort(far, kind="stable")[:MOST_ALIKE])


def _went_apart(served: _Group, others: _Group) -> bool:
    """Whether the weeks before, all together or in their slope, show the two kinds going apart."""
    from scipy.stats import f, ttest_ind

    groups = [group.before - group.before.mean(axis=1, keepdims=True) for group in (served, others)]
    (ours, theirs), weeks = (len(group) for group in groups), served.before.shape[1]
    freedom = (ours + theirs - 2) * (weeks - 1)
    gap = groups[0].mean(axis=0) - groups[1].mean(axis=0)
    between: float = float(gap @ gap) * ours * theirs / (ours + theirs) / (weeks - 1)
    within: float = sum(float(((group - group.mean(axis=0)) ** 2).sum()) for group in groups) / freedom
    if not within:
        return between > 0
    slopes = [group @ (np.arange(weeks) - (weeks - 1) / 2) for group in groups]
    together, by_slope = f.sf(between / within, weeks - 1, freedom), ttest_ind(*slopes).pvalue
    return float(min(together, by_slope)) < APART


def _change(served: _Group, others: _Group) -> Change:
    """The change with its interval, as wide as the larger of two errors: units as alike as one another, or as their size."""
    from scipy.stats import t

    freedom = len(others.persons) - 1
    value = float(served.change.mean() - others.change.mean())
    error = max(_error(served, others), _error_by_size(served, others))
    half = float(t.isf(RARE / 2, freedom)) * error
    p_value = float(2 * t.sf(abs(value) / error, freedom)) if error else float(value == 0)
    return Change(float(served.before.mean()), value, value - half, value + half, p_value)


def _error(served: _Group, others: _Group) -> float:
    return float(others.change.std(ddof=1) * np.sqrt(1 / len(served.persons) + 1 / len(others.persons)))


def _error_by_size(served: _Group, others: _Group) -> float:
    """The same where a unit's figure is the less certain the fewer its persons."""
    rest = others.change - np.average(others.change, weights=others.persons)
    spread = float(others.persons @ rest**2) / (len(rest) - 1)
    parts = [np.mean(1 / group.persons) / len(group.persons) for group in (served, others)]
    return float(np.sqrt(spread * sum(parts)))
