"""A step in a weekly series is told with an interval that holds it, and where there is none it is seldom told."""

import numpy as np
import pytest
import statsmodels.api as sm

from profiles.effect_change import Change
from profiles.effect_weeks import LAGS, hac_errors, likeness, step
from profiles.raking import Floats

WEEKS = 8
AFTER = np.arange(2 * WEEKS) >= WEEKS
SEEDS = 100


def lasting(random: np.random.Generator, likeness: float, weeks: int = 2 * WEEKS) -> Floats:
    """A series whose weeks hang together, of spread 1."""
    series = random.normal(size=weeks)
    for week in range(1, weeks):
        series[week] = likeness * series[week - 1] + np.sqrt(1 - likeness**2) * series[week]
    return series


def complaints(seed: int, lift: float = 0.0, likeness: float = 0.4) -> tuple[Floats, Floats]:
    """Complaints of a theme and of all others by week; both follow what goes on in the house."""
    random = np.random.default_rng(seed)
    house = 3 * lasting(random, 0.6)
    return (
        20 + house + lasting(random, likeness) + lift * AFTER,
        50 + 2 * house + lasting(random, likeness),
    )


def verdicts(lift: float, likeness: float = 0.4) -> list[str]:
    found = [step(*complaints(seed, lift, likeness), AFTER) for seed in range(SEEDS)]
    return [change.reason(change.p_value) for change in found]


def test_the_figure_and_its_error_are_those_of_the_textbook() -> None:
    rate, control = complaints(1, lift=4.0)
    weeks = np.arange(2 * WEEKS, dtype=float)
    design = np.column_stack([np.ones(16), weeks, AFTER, control]).astype(float)
    fitted = sm.OLS(rate, design).fit(cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": False})
    found = step(rate, control, AFTER)
    error = hac_errors(fitted.resid[None, :], np.linalg.pinv(design)[2])
    assert found.value == pytest.approx(fitted.params[2])
    assert error[0] == pytest.approx(fitted.bse[2])
    assert found.high - found.low > 1.5 * 2 * 1.96 * fitted.bse[2]
    assert found.before == pytest.approx(rate[:WEEKS].mean())


@pytest.mark.parametrize("likeness", [0.0, 0.3, 0.5])
def test_where_nothing_changed_a_change_is_seldom_told(likeness: float) -> None:
    told = verdicts(0.0, likeness)
    assert len([reason for reason in told if reason in ("rose", "fell")]) <= 0.05 * SEEDS


def test_the_usual_table_tells_one_far_too_often() -> None:
    """The negative control: the same regression and error, judged as if there were many weeks."""
    wrong = 0
    for seed in range(SEEDS):
        rate, control = complaints(seed)
        design = np.column_stack([np.ones(16), np.arange(16), AFTER, control]).astype(float)
        fitted = sm.OLS(rate, design).fit(cov_type="HAC", cov_kwds={"maxlags": LAGS})
        wrong += fitted.pvalues[2] < 0.05
    assert wrong > 0.1 * SEEDS


def test_a_large_step_is_told_and_the_interval_holds_it() -> None:
    found = [step(*complaints(seed, lift=-8.0), AFTER) for seed in range(SEEDS)]
    assert np.mean([change.low <= -8 <= change.high for change in found]) >= 0.93
    assert np.mean([change.reason(change.p_value) == "fell" for change in found]) > 0.8


def test_what_happened_to_everything_is_not_taken_for_the_campaigns() -> None:
    """The whole house changes when the campaign begins, and the control series says so."""
    random = np.random.default_rng(4)
    house = 10.0 * AFTER + 3 * lasting(random, 0.6)
    alone = np.full(2 * WEEKS, 50.0)
    rate = 20 + house + 0.2 * lasting(random, 0.4)
    beside = step(rate, 50 + 2 * house + 0.2 * lasting(random, 0.4), AFTER)
    assert beside.low < 0 < beside.high
    assert step(rate, alone, AFTER).value > 5


def test_fewer_than_eight_weeks_on_a_side_tell_nothing() -> None:
    rate, control = complaints(1, lift=-8.0)
    for kept in (slice(1, None), slice(None, -1)):
        assert step(rate[kept], control[kept], AFTER[kept]).obstacle == "few_weeks"


def test_a_series_that_never_moves_has_not_changed() -> None:
    flat = step(np.full(16, 3.0), np.full(16, 5.0), AFTER)
    assert (flat.value, flat.low, flat.high) == pytest.approx((0, 0, 0), abs=1e-9)
    assert flat.reason(flat.p_value) == "steady"


@pytest.mark.parametrize(
    ("low", "high", "p_value", "q_value", "reason"),
    [
        (1.0, 9.0, 0.01, 0.04, "rose"),
        (-9.0, -1.0, 0.01, 0.04, "fell"),
        (-9.0, -1.0, 0.03, 0.09, "change_among_many"),
        (-4.0, 4.0, 0.9, 0.9, "steady"),
        (-4.0, 5.0, 0.9, 0.9, "unclear"),
        (-6.0, 4.0, 0.9, 0.9, "unclear"),
    ],
)
def test_the_rule_for_changes_where_five_are_worth_noticing(
    low: float, high: float, p_value: float, q_value: float, reason: str
) -> None:
    assert Change(20.0, (low + high) / 2, low, high, p_value).reason(q_value) == reason


def test_weeks_are_taken_to_hang_together_at_least_by_half() -> None:
    assert likeness(np.array([1.0, -1.0] * 8)) == 0.5
    assert likeness(np.zeros(16)) == 0.5
    assert likeness(np.ones(16)) == 0.9
