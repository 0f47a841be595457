"""How far forecasts were from what came, in the usual measures.

Which forecast is shown is decided in :mod:`profiles.forecast`.
"""

import numpy as np

from profiles.forecast_features import Block


def wape(actual: Block, foretold: Block) -> float:
    """The sum of absolute errors over the sum of demand; nan where there was none."""
    total = actual.sum()
    return float(np.abs(actual - foretold).sum() / total) if total else float("nan")


def mase(actual: Block, foretold: Block, scale: float) -> float:
    """The mean absolute error over that of the naive forecast on the days learnt from; nan where that never erred."""
    return float(np.abs(actual - foretold).mean() / scale) if scale else float("nan")


def pinball(actual: Block, bound: Block, level: float) -> float:
    """The quantile loss: a miss above the bound costs ``level``, one below it the rest."""
    miss = actual - bound
    return float(np.maximum(level * miss, (level - 1) * miss).mean())


def coverage(actual: Block, lower: Block, upper: Block) -> float:
    """The share of what came that lies in the band, its ends included."""
    return float(((lower <= actual) & (actual <= upper)).mean())


def peak_error(actual: Block, foretold: Block, hours: list[int]) -> float:
    """Mean hours between the busiest hour foretold and the one that came, over places and days with any demand.

    Both blocks are places × days × hours; a day with an hour unknown is left out.
    """
    whole = np.isfinite(actual).all(axis=2) & np.isfinite(foretold).all(axis=2) & (np.nansum(actual, axis=2) > 0)
    if not whole.any():
        return float("nan")
    clock = np.array(hours, dtype=float)
    return float(np.abs(clock[actual[whole].argmax(axis=1)] - clock[foretold[whole].argmax(axis=1)]).mean())
