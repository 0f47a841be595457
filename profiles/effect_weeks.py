"""A step in a weekly series at the time of a campaign, beside a series that the campaign was not about.

One line runs through all the weeks, with a step where the campaign begins and the other series to bend
with (segmented regression).  Its error allows for weeks that hang together (Newey and West); with so few
weeks that error is far too small by itself, and the usual table would find a change where there is none in
one of six.  How large a step must be is therefore drawn from series without a step, over the same weeks.
"""

import numpy as np
import numpy.typing as npt

from profiles.effect_change import RARE, Change
from profiles.raking import Floats

Flags = npt.NDArray[np.bool_]

LEAST_WEEKS = 8
"""Before, and after."""
LAGS = 2
LIKENESS = 0.5
"""So much of a week's surprise is taken to last into the next one, or more where the series itself shows more."""
MOST_LIKENESS = 0.9
DRAWS = 4_000
SEED = 20_260_901


def step(rate: Floats, control: Floats, is_after: Flags) -> Change:
    """The step of a weekly ``rate``; ``control`` holds the same weeks of what the campaign was not about."""
    if min(is_after.sum(), (~is_after).sum()) < LEAST_WEEKS:
        return Change(obstacle="few_weeks")
    design = _design(control, is_after)
    solver: Floats = np.linalg.pinv(design).astype(np.float64)
    (errors,) = _left(rate[None, :], design, solver)
    value = float(solver[2] @ rate)
    error = float(hac_errors(errors[None, :], solver[2])[0])
    before = float(rate[~is_after].mean())
    if not error:
        return Change(before, value, value, value, float(abs(value) < 1e-12))
    drawn = _by_chance(design, solver, likeness(errors))
    p_value = (1 + float((drawn >= abs(value) / error).sum())) / (1 + DRAWS)
    half = float(np.quantile(drawn, 1 - RARE)) * error
    return Change(before, value, value - half, value + half, p_value)


def likeness(errors: Floats) -> float:
    """How much of a week's surprise lasts into the next week."""
    square = float(errors @ errors)
    seen = float(errors[1:] @ errors[:-1]) / square if square else 0.0
    return float(np.clip(seen, LIKENESS, MOST_LIKENESS))


def hac_errors(errors: Floats, weights: Floats) -> Floats:
    """The error of the figure that ``weights`` make of a series, for each row of what the line leaves over."""
    parts = errors * weights
    variance = (parts**2).sum(axis=1)
    for lag in range(1, LAGS + 1):
        variance += 2 * (1 - lag / (LAGS + 1)) * (parts[:, lag:] * parts[:, :-lag]).sum(axis=1)
    found: Floats = np.sqrt(np.maximum(variance, 0))
    return found


def _design(control: Floats, is_after: Flags) -> Floats:
    """The line, the step, and the control series where it moves."""
    weeks = np.arange(len(control), dtype=float)
    columns = [np.ones(len(control)), weeks - weeks.mean(), is_after.astype(float)]
    if np.ptp(control):
        columns.append((control - control.mean()) / control.std())
    return np.column_stack(columns)


def _left(series: Floats, design: Floats, solver: Floats) -> Floats:
    """What the line leaves over of each row."""
    left: Floats = series - series @ solver.T @ design.T
    return left


def _by_chance(design: Floats, solver: Floats, lasting: float) -> Floats:
    """How many errors wide a step comes out, in series that have none and hang together so much."""
    series = np.random.default_rng(SEED).normal(size=(DRAWS, len(design)))
    for week in range(1, len(design)):
        series[:, week] = lasting * series[:, week - 1] + np.sqrt(1 - lasting**2) * series[:, week]
    found: Floats = np.abs(series @ solver[2]) / hac_errors(_left(series, design, solver), solver[2])
    return found
