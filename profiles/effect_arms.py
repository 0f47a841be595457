"""How far apart those served and those held out are, with an interval that tells how sure that is.

Shares of people drawn one by one take Newcombe's interval.  Everything else rests on one mean: the sum of
an arm's totals by unit over its persons, its error that of a ratio, its freedom that of as many units of
equal size as would weigh as unevenly.  With every person a unit of their own the comparison is Welch's.  People
drawn together are compared as Student did, with one spread for both arms: where only three or four classes
are held out, their own spread is too much a matter of luck (Welch then finds help that is none in 6 of 100).
What a difference means is told in :mod:`profiles.effects`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.raking import Floats
from profiles.themes import wilson

LEVEL = 0.95
NARROWER = 0.95
"""What was done before is allowed for only where that makes the interval a twentieth narrower: chance alone does not choose."""


@dataclass(frozen=True)
class Arm:
    """What became of each person of an arm, whom they were drawn with, and how they were before (nan: not measured)."""

    values: Floats
    units: npt.NDArray[Any]
    before: Floats

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_drawn_together(self) -> bool:
        return len(np.unique(self.units)) < len(self.units)

    @property
    def mean(self) -> float:
        return float(self.values.mean())


@dataclass(frozen=True)
class Difference:
    """Those served less those held out: the figure, the interval that holds it, and how rare as much is by chance."""

    method: str
    value: float
    low: float
    high: float
    p_value: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class _Mean:
    """The mean of an arm, the spread of its units, and as how many units of equal size they weigh."""

    mean: float
    spread: float
    units: float


def compare(served: Arm, held_out: Arm) -> Difference | None:
    """The difference between the arms by the method that fits them; nothing where an arm has but one unit."""
    if min(len(np.unique(arm.units)) for arm in (served, held_out)) < 2:
        return None
    plain = _shares(served, held_out) if _are_shares(served, held_out) else difference_of_means(served, held_out)
    adjusted = _with_baseline(served, held_out)
    return adjusted if adjusted and adjusted.width < NARROWER * plain.width else plain


def newcombe(served: tuple[int, int], held_out: tuple[int, int]) -> Difference:
    """The difference of two shares, each given as hits and persons (Newcombe 1998, method 10), and the score test's p."""
    from scipy.stats import norm

    (hits, n), (held_hits, held_n) = served, held_out
    (low, high), (held_low, held_high) = wilson(hits, n), wilson(held_hits, held_n)
    share, held = hits / n, held_hits / held_n
    pooled = (hits + held_hits) / (n + held_n)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / held_n))
    return Difference(
        "newcombe",
        share - held,
        share - held - float(np.hypot(share - low, held_high - held)),
        share - held + float(np.hypot(high - share, held - held_low)),
        float(2 * norm.sf(abs(share - held) / error)) if error else 1.0,
    )


def difference_of_means(served: Arm, held_out: Arm) -> Difference:
    """The difference of two means: Student's on the units of people drawn together, Welch's where each was drawn alone."""
    from scipy.stats import t

    one, other = _mean(served), _mean(held_out)
    together = served.is_drawn_together or held_out.is_drawn_together
    variance, freedom = (_student if together else _welch)(one, other)
    value, error = one.mean - other.mean, float(np.sqrt(variance))
    half = float(t.isf((1 - LEVEL) / 2, freedom)) * error
    p_value = float(2 * t.sf(abs(value) / error, freedom)) if error else float(value == 0)
    return Difference("clusters" if together else "welch", value, value - half, value + half, p_value)


def _student(one: _Mean, other: _Mean) -> tuple[float, float]:
    """The variance of a difference whose arms spread alike, and its freedom."""
    freedom = one.units + other.units - 2
    spread = ((one.units - 1) * one.spread + (other.units - 1) * other.spread) / freedom
    return spread * (1 / one.units + 1 / other.units), freedom


def _welch(one: _Mean, other: _Mean) -> tuple[float, float]:
    """The variance of a difference whose arms need not spread alike, and its freedom (Satterthwaite)."""
    parts = [(own.spread / own.units, own.units - 1) for own in (one, other)]
    variance = sum(part for part, _ in parts)
    uncertain = sum(part**2 / freedom for part, freedom in parts)
    return variance, variance**2 / uncertain if uncertain else parts[0][1] + parts[1][1]


def _shares(served: Arm, held_out: Arm) -> Difference:
    """Newcombe's; where people were drawn together, never surer than if each had been drawn alone."""
    alone = newcombe(*((int(arm.values.sum()), len(arm)) for arm in (served, held_out)))
    if not (served.is_drawn_together or held_out.is_drawn_together):
        return alone
    together = difference_of_means(served, held_out)
    low, high = min(alone.low, together.low), max(alone.high, together.high)
    return Difference("clusters", alone.value, low, high, max(alone.p_value, together.p_value))


def _with_baseline(served: Arm, held_out: Arm) -> Difference | None:
    """The difference of what is left of the outcome once what was done before is allowed for (CUPED).

    Nothing where nobody was measured before, or an outcome is the same throughout an arm: its error
    would pass for none.
    """
    before = np.concatenate([served.before, held_out.before])
    if np.isnan(before).all() or any(np.ptp(arm.values) == 0 for arm in (served, held_out)):
        return None
    usual = np.nanmean(before)
    arms = [(arm, np.where(np.isnan(arm.before), usual, arm.before)) for arm in (served, held_out)]
    apart = [(arm.values - arm.values.mean(), known - known.mean()) for arm, known in arms]
    spread = sum(float(known @ known) for _, known in apart)
    if spread == 0:
        return None
    slope = sum(float(values @ known) for values, known in apart) / spread
    left = [Arm(arm.values - slope * (known - usual), arm.units, arm.before) for arm, known in arms]
    found = difference_of_means(*left)
    name = "cuped" if found.method == "welch" else f"{found.method}, cuped"
    return Difference(name, found.value, found.low, found.high, found.p_value)


def _are_shares(*arms: Arm) -> bool:
    return all(np.isin(arm.values, (0, 1)).all() for arm in arms)


def _mean(arm: Arm) -> _Mean:
    _, place = np.unique(arm.units, return_inverse=True)
    persons, total = np.bincount(place).astype(float), np.bincount(place, arm.values)
    share = persons / persons.sum()
    mean, units = arm.mean, 1 / float(share @ share)
    rest = (total - mean * persons) / persons.sum()
    return _Mean(mean, float(rest @ rest) * units**2 / (units - 1), units)
