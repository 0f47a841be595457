"""The model that a forecast may be made by: boosted trees on a Poisson likelihood.

What it is told belongs in :mod:`profiles.forecast_features`, whether it is used in :mod:`profiles.forecast`.
"""

import numpy as np

from profiles.forecast_features import Block

SEED = 20_260_901


def fitted(known: Block, values: Block, end: int, ahead: slice, rounds: int) -> Block:
    """The demand of the days ``ahead``, by a model of the days before ``end`` that were measured."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    past = np.isfinite(values[:, :end])
    model = HistGradientBoostingRegressor(
        loss="poisson",
        max_iter=rounds,
        learning_rate=0.15,
        max_leaf_nodes=15,
        max_bins=64,
        early_stopping=False,
        random_state=SEED,
    )
    taken = values[:, :end][past]
    if not taken.sum():
        return np.zeros_like(values[:, ahead])
    # The trees cannot be shown a feature that was never known, such as the exams of a calendar without terms.
    told = known[:, :end][past]
    ever = np.isfinite(told).any(axis=0)
    model.fit(told[:, ever], taken)
    shape = known[:, ahead].shape
    foretold: Block = model.predict(known[:, ahead].reshape(-1, shape[3])[:, ever]).reshape(shape[:3])
    return foretold
