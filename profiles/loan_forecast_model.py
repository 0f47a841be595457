"""A term's loans by college and class, foretold from earlier terms of its season: three plain rules and a model.

The model carries each earlier term forward by the growth of its college and of its class, both drawn towards
the campus as far as chance alone would scatter them (empirical Bayes; the variance between groups as in
DerSimonian and Laird, 1986), and damped.  Which of them is shown is decided in :mod:`profiles.loan_forecast`.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from profiles.forecast_features import Block

DAMPING = 0.9
"""The share of a past growth that is taken to go on."""
FADING = 0.5
"""The weight of a term beside that of the season's next."""
PAIRS = 4
"""Years of growth that are learnt from: two of each season."""

Groups = npt.NDArray[np.int64]


def last_year(earlier: Block) -> Block:
    """``earlier``: cells × terms of the season, the latest last."""
    return earlier[:, -1]


def same_season(earlier: Block) -> Block:
    middle: Block = np.median(earlier, axis=1)
    return middle


def season_mean(earlier: Block) -> Block:
    """The best that can be said of cells that only scatter, so that a model shows more than that."""
    mean: Block = earlier.mean(axis=1)
    return mean


RULES = {"last_year": last_year, "same_season": same_season, "season_mean": season_mean}


def modelled(earlier: Block, years: Sequence[int], growth: Block) -> Block:
    """Each of the earlier terms, so many years back, carried forward by the log growth of a year; the nearer weigh more."""
    back = np.array(years, dtype=float)
    carried = earlier * np.exp(DAMPING * growth[:, None] * back)
    mean: Block = carried @ FADING**back / (FADING**back).sum()
    return mean


def growths(before: Block, after: Block, colleges: Groups, classes: Groups) -> Block:
    """The log growth of a year of each cell: the campus's, and what its college and its class have beyond it."""
    campus = float(np.log((after.sum() + 0.5) / (before.sum() + 0.5)))
    beyond = [_shrunk(before, after, groups, campus) for groups in (colleges, classes)]
    return campus + beyond[0] + beyond[1]


def _shrunk(before: Block, after: Block, groups: Groups, campus: float) -> Block:
    """How much each cell's group grew beyond the campus, drawn towards nothing by what chance explains."""
    earlier = np.bincount(groups, before) + 0.5
    later = np.bincount(groups, after) + 0.5
    beyond, chance = np.log(later / earlier) - campus, 1 / earlier + 1 / later
    weight = 1 / chance
    excess = (weight * beyond**2).sum() - (len(beyond) - 1)
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(excess / spread, 0.0) if spread > 0 else 0.0
    shrunk: Block = (beyond * between / (between + chance))[groups]
    return shrunk
