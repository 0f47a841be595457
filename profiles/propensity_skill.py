"""Whether probabilities can be believed: how sharp they are, and how true.

Making them belongs in :mod:`profiles.propensity`.
"""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

LEAST_GROUP = 30
"""Fewer readers than this say nothing of a group's rate."""
_EDGE = 1e-4
_RIDGE = 1e-3


def log_odds(probability: Values) -> Values:
    """Of probabilities held a little inside 0 and 1."""
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    odds: Values = np.log(inside / (1 - inside))
    return odds


def calibration(probability: Values, outcome: Values) -> tuple[float, float]:
    """The slope and intercept of the outcome on the log-odds foretold, by Newton's method; (1, 0) is right.

    A whisper of a ridge towards (1, 0) keeps the answer finite where all outcomes or all probabilities are the same.
    """
    design = np.column_stack([log_odds(probability), np.ones(len(probability))])
    right = np.array([1.0, 0.0])

    def cost(line: Values) -> float:
        odds = design @ line
        return float((np.logaddexp(0, odds) - outcome * odds).sum() + _RIDGE / 2 * ((line - right) ** 2).sum())

    found = right
    for _ in range(50):
        fitted = 1 / (1 + np.exp(-(design @ found)))
        slope = design.T @ (outcome - fitted) - _RIDGE * (found - right)
        curve = (design * (fitted * (1 - fitted))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(curve, slope)
        # A full step may overshoot where the probabilities are far off; half of it, or half of that, does not.
        so_far = cost(found)
        size = next((size for size in 0.5 ** np.arange(30) if cost(found + size * step) < so_far), None)
        if size is None:
            break
        found = found + size * step
    return float(found[0]), float(found[1])


def calibrated(probability: Values, line: tuple[float, float]) -> Values:
    """Probabilities set right by a slope and an intercept (Platt)."""
    right: Values = 1 / (1 + np.exp(-(line[0] * log_odds(probability) + line[1])))
    return right


def brier(probability: Values, outcome: Values) -> float:
    """The mean squared error."""
    return float(((probability - outcome) ** 2).mean())


def log_loss(probability: Values, outcome: Values) -> float:
    """The mean of minus the log of the probability given to what came."""
    given = np.where(outcome > 0, probability, 1 - probability)
    return float(-np.log(np.clip(given, _EDGE, 1)).mean())


def auc(probability: Values, outcome: Values) -> float:
    """The share of pairs of a one and a zero that are in the right order, ties counting half."""
    _, place, sizes = np.unique(probability, return_inverse=True, return_counts=True)
    rank = (np.cumsum(sizes) - (sizes - 1) / 2)[place]
    ones = outcome.sum()
    pairs = ones * (len(outcome) - ones)
    return float((rank[outcome > 0].sum() - ones * (ones + 1) / 2) / pairs) if pairs else float("nan")


def lift(probability: Values, outcome: Values, share: float = 0.1) -> float:
    """The rate among the share held most likely, over the rate of all; readers tied at its edge count in part."""
    wanted = max(1.0, share * len(probability))
    edge = np.sort(probability)[::-1][int(np.ceil(wanted)) - 1]
    above, tied = probability > edge, probability == edge
    hits = outcome[above].sum() + outcome[tied].mean() * (wanted - above.sum())
    rate = outcome.mean()
    return float(hits / wanted / rate) if rate else float("nan")


def largest_gap(probability: Values, outcome: Values, groups: list[str]) -> float:
    """The largest difference between foretold and true rate of a group; nan where every group is small."""
    named = np.array(groups)
    gaps = [
        abs(float(probability[own].mean() - outcome[own].mean()))
        for own in (named == group for group in sorted(set(groups)))
        if own.sum() >= LEAST_GROUP
    ]
    return max(gaps, default=float("nan"))
