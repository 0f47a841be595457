"""What a comparison of two shares can show at best, told before anybody is contacted.

Two-sided at 5 per cent with 80 per cent power.  Where whole classes are served or held out, people in a
class are alike, and count for fewer.
"""

from math import sqrt
from statistics import NormalDist

ALPHA, POWER = 0.05, 0.8
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
"""Holding out more than half would serve fewer than it asks to wait, and show no more."""
_WORST = (0.01, 0.99)
"""A base rate outside is taken as the nearer of these: nobody is sure to come, or not to."""
_BY_CHANCE, _SEEN = NormalDist().inv_cdf(1 - ALPHA / 2), NormalDist().inv_cdf(POWER)


def detectable(base_rate: float, served: float, held_out: float) -> float | None:
    """The smallest rise above the base rate that would be seen; none where no rise could be.

    Both groups are taken to vary as the base rate does, which is within a few points of the power asked for.
    """
    base = min(max(base_rate, _WORST[0]), _WORST[1])
    if min(served, held_out) <= 0:
        return None
    rise = (_BY_CHANCE + _SEEN) * sqrt(base * (1 - base) * (1 / served + 1 / held_out))
    return rise if rise <= 1 - base else None


def chosen_share(people: float, base_rate: float, worthwhile: float) -> float:
    """The smallest share to hold out with which a rise worth the work would be seen; half where none is enough."""
    found = (detectable(base_rate, people * (1 - share), people * share) for share in SHARES)
    enough = (share for share, rise in zip(SHARES, found, strict=True) if rise is not None and rise <= worthwhile)
    return next(enough, SHARES[-1])


def effective(people: int, units: int, alike: float) -> float:
    """As how many people drawn one by one a number of people in so many units counts."""
    return people / (1 + (people / units - 1) * alike) if units else 0.0
