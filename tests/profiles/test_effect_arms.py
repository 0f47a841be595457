"""Differences between arms agree with what others published and with other routines, and are never surer than they may be."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind
from statsmodels.stats.proportion import confint_proportions_2indep

from profiles.effect_arms import Arm, Difference, compare, difference_of_means, newcombe


def arm(values: object, units: object = None, before: object = None) -> Arm:
    numbers = np.asarray(values, dtype=float)
    alone = np.arange(len(numbers)) if units is None else np.asarray(units)
    unknown = np.full(len(numbers), np.nan) if before is None else np.asarray(before, dtype=float)
    return Arm(numbers, alone, unknown)


def told(found: Difference | None) -> Difference:
    assert found is not None
    return found


def classes(seed: int, number: int, size: int, rate: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """What became of the people of classes that differ, and their classes."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(number), size)
    return (rng.random(number * size) < np.repeat(rng.beta(8 * rate, 8 * (1 - rate), number), size)).astype(
        float
    ), units


def test_newcombe_is_as_he_published_it() -> None:
    found = newcombe((56, 70), (48, 80))  # Newcombe 1998, table II, example (a), method 10
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


def test_a_quarter_of_many_beside_a_fifth_of_few_tells_nothing() -> None:
    found = newcombe((432, 1800), (42, 200))
    assert (found.value, found.low, found.high) == pytest.approx((0.03, -0.03, 0.09), abs=0.006)
    assert found.p_value == pytest.approx(0.344, abs=1e-3)  # z = 0.03 / √(0.237 · 0.763 · (1/1800 + 1/200))


@given(n=st.integers(1, 400), held=st.integers(1, 400), share=st.floats(0, 1), other=st.floats(0, 1))
def test_newcombe_agrees_with_another_routine(n: int, held: int, share: float, other: float) -> None:
    hits, held_hits = int(share * n), int(other * held)
    found = newcombe((hits, n), (held_hits, held))
    expected = confint_proportions_2indep(hits, n, held_hits, held, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-4)
    assert found.low <= found.value <= found.high
    assert 0 <= found.p_value <= 1


def test_means_of_people_drawn_one_by_one_are_welchs() -> None:
    rng = np.random.default_rng(1)
    served, held = rng.poisson(2.0, 40), rng.poisson(1.0, 15)
    found, expected = told(compare(arm(served), arm(held))), ttest_ind(served, held, equal_var=False)
    low, high = expected.confidence_interval()
    assert found.method == "welch"
    assert (found.low, found.high, found.p_value) == pytest.approx((low, high, expected.pvalue))


def test_classes_of_one_size_are_students_on_their_means() -> None:
    (served, ours), (held, theirs) = classes(2, 9, 30), classes(3, 4, 30)
    found = difference_of_means(arm(served, ours), arm(held, theirs))
    expected = ttest_ind(served.reshape(9, 30).mean(axis=1), held.reshape(4, 30).mean(axis=1))
    low, high = expected.confidence_interval()
    assert (found.low, found.high, found.p_value) == pytest.approx((low, high, expected.pvalue))


def test_many_classes_agree_with_errors_that_are_robust_to_clusters() -> None:
    (served, ours), (held, theirs) = classes(4, 150, 20), classes(5, 150, 20)
    design = np.column_stack([np.ones(6000), np.repeat([1.0, 0.0], 3000)])
    groups = np.concatenate([ours, theirs + 150])
    fitted = sm.OLS(np.concatenate([served, held]), design).fit(cov_type="cluster", cov_kwds={"groups": groups})
    found = difference_of_means(arm(served, ours), arm(held, theirs))
    assert found.value == pytest.approx(fitted.params[1])
    assert found.width == pytest.approx(2 * 1.968 * fitted.bse[1], rel=0.02)


def test_people_drawn_together_are_never_surer_than_if_each_had_been_drawn_alone() -> None:
    for seed in range(40):
        (served, ours), (held, theirs) = classes(seed, 12, 15), classes(seed + 900, 6, 15)
        together, alone = told(compare(arm(served, ours), arm(held, theirs))), told(compare(arm(served), arm(held)))
        assert (together.method, alone.method) == ("clusters", "newcombe")
        assert together.value == pytest.approx(alone.value)
        assert together.low <= alone.low
        assert together.high >= alone.high
        assert together.p_value >= alone.p_value


def test_what_was_done_before_is_allowed_for_where_it_narrows_the_interval_and_only_there() -> None:
    rng = np.random.default_rng(6)
    habit = rng.gamma(0.5, 2.0, 1200)
    did, before = (rng.poisson(habit) > 0).astype(float), np.log1p(rng.poisson(habit))
    plain = told(compare(arm(did[:800]), arm(did[800:])))
    adjusted = told(compare(arm(did[:800], before=before[:800]), arm(did[800:], before=before[800:])))
    noise = rng.normal(size=1200)
    useless = told(compare(arm(did[:800], before=noise[:800]), arm(did[800:], before=noise[800:])))
    assert (plain.method, adjusted.method, useless.method) == ("newcombe", "cuped", "newcombe")
    assert adjusted.width < 0.9 * plain.width
    assert useless == plain


def test_allowing_for_the_baseline_is_the_covariate_in_a_regression() -> None:
    rng = np.random.default_rng(7)
    before = rng.normal(5, 2, 300)
    outcome = before + rng.normal(0, 1, 300)
    design = np.column_stack([np.ones(300), np.arange(300) < 200, before]).astype(float)
    found = told(compare(arm(outcome[:200], before=before[:200]), arm(outcome[200:], before=before[200:])))
    assert found.method == "cuped"
    assert found.value == pytest.approx(sm.OLS(outcome, design).fit().params[1])


def test_a_baseline_that_few_are_known_to_have_takes_nothing_away_from_the_others() -> None:
    rng = np.random.default_rng(8)
    before = rng.normal(5, 2, 300)
    outcome = before + rng.normal(0, 1, 300)
    before[rng.random(300) < 0.3] = np.nan
    found = told(compare(arm(outcome[:200], before=before[:200]), arm(outcome[200:], before=before[200:])))
    assert found.method == "cuped"
    assert found.low < 0 < found.high


@pytest.mark.parametrize("units", [[0, 0, 0], [5, 5, 5]])
def test_an_arm_of_one_unit_tells_nothing(units: list[int]) -> None:
    assert compare(arm([0, 1, 1], units), arm([0, 1, 0, 1])) is None
    assert compare(arm([0, 1, 0, 1]), arm([0, 1, 1], units)) is None
    assert compare(arm([0, 1, 1]), arm([0, 1, 0, 1])) is not None


def test_where_everybody_did_the_same_the_interval_still_has_a_width() -> None:
    found = told(compare(arm([0.0] * 30, before=range(30)), arm([0.0] * 20, before=range(20))))
    assert found.method == "newcombe"
    assert found.low < -0.05
    assert found.high > 0.05
    assert found.p_value == 1.0
