"""Weights that make the respondents of a survey like everyone who was asked, margin by margin.

Belongs here: iterative proportional fitting (Deming and Stephan 1940) with its guards, and what weighting costs.
Which margins there are, and who is on them, is decided in :mod:`profiles.survey_weights`.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDS, TOLERANCE = 500, 1e-9
LEAST_WEIGHT, MOST_WEIGHT = 0.3, 3.0
"""Of the mean weight, to which weights are cut before they are raked again."""


class NotConverged(ValueError):
    """No weights fit all margins at once."""


def rake(codes: Sequence[Ints], shares: Sequence[Floats], start: Floats) -> Floats:
    """Weights with mean 1 whose shares on every margin are those of the population.

    Args:
        codes: for each margin, the category of every respondent, from 0.
        shares: for each margin, the population's share of each category, adding up to 1.
        start: the weights to begin with, one per respondent, above 0.

    Raises:
        NotConverged: a category has a share and no respondent, or the margins contradict each other.

    """
    weights: Floats = start / start.mean()
    for _ in range(ROUNDS):
        largest = 0.0
        for code, share in zip(codes, shares, strict=True):
            held = np.bincount(code, weights, len(share)) / len(weights)
            if (held <= 0).any() or (share <= 0).any():
                raise NotConverged("a category is empty")
            weights = weights * (share / held)[code]
            largest = max(largest, float(np.abs(share / held - 1).max()))
        if largest < TOLERANCE:
            return weights
    raise NotConverged(f"not converged after {ROUNDS} rounds")


def trimmed(codes: Sequence[Ints], shares: Sequence[Floats], weights: Floats) -> Floats:
    """Raked weights cut to 0.3 and 3 times their mean, then raked once more.

    The margins hold exactly afterwards; a weight may therefore lie beyond the bounds again, by what they ask for.
    """
    return rake(codes, shares, np.clip(weights / weights.mean(), LEAST_WEIGHT, MOST_WEIGHT))


def design_effect(weights: Floats) -> float:
    """Kish's n Σw² / (Σw)²: by how much unequal weights alone widen the variance of a mean; 1 or more."""
    return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)


def calibrated_on(weights: Floats, codes: Sequence[Ints]) -> Floats:
    """An orthonormal basis (respondents × rank) of the margins' indicators and a constant, each row by √weight."""
    kinds = [code == kind for code in codes for kind in range(1, int(code.max()) + 1)]
    design = np.column_stack([np.ones(len(weights)), *kinds]) * np.sqrt(weights)[:, None]
    basis, sizes, _ = np.linalg.svd(design, full_matrices=False)
    kept: Floats = basis[:, sizes > 1e-9 * sizes[0]]
    return kept


def mean_and_error(
    values: Floats, weights: Floats, inside: npt.NDArray[np.bool_], basis: Floats
) -> tuple[float, float]:
    """The weighted mean of those ``inside`` a domain, and its standard error.

    The error is the linearised one of a calibrated ratio (Deville and Särndal 1992): z = 1(inside)(y − ȳ) / Σw(inside),
    of which weighted least squares on the margins leaves e; the variance is n / (n − p) · Σ(w e)², p the rank of the margins.
    """
    total = float(weights[inside].sum())
    mean = float((weights[inside] * values[inside]).sum()) / total
    root = np.sqrt(weights)
    scaled = np.where(inside, values - mean, 0.0) / total * root
    left = root * (scaled - basis @ (basis.T @ scaled))
    spread = len(values) / max(len(values) - basis.shape[1], 1)
    return mean, float(np.sqrt(spread * (left**2).sum()))
