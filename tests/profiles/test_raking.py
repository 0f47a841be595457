"""Raked weights are those of the textbook, and of another way of finding them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from profiles.raking import (
    LEAST_WEIGHT,
    MOST_WEIGHT,
    Floats,
    Ints,
    NotConverged,
    calibrated_on,
    design_effect,
    mean_and_error,
    rake,
    trimmed,
)


def people(*cells: int) -> list[Ints]:
    """Respondents of a 2 × 2 table, given as n00, n01, n10, n11: their row and their column."""
    rows, columns = np.repeat([0, 0, 1, 1], cells), np.repeat([0, 1, 0, 1], cells)
    return [rows.astype(np.int64), columns.astype(np.int64)]


def even(size: int) -> Floats:
    return np.ones(size)


def test_independent_rows_and_columns_are_weighted_by_their_products() -> None:
    """16, 24 / 24, 36: rows 40 : 60, columns 40 : 60, odds ratio 16 · 36 / (24 · 24) = 1, which raking keeps.

    Asked for rows 50 : 50 and columns 70 : 30, cells are then 35, 15, 35, 15 of 100: weights 35/16, 15/24, 35/24, 15/36.
    """
    codes = people(16, 24, 24, 36)
    weights = rake(codes, [np.array([0.5, 0.5]), np.array([0.7, 0.3])], even(100))
    expected = np.repeat([35 / 16, 15 / 24, 35 / 24, 15 / 36], [16, 24, 24, 36])
    np.testing.assert_allclose(weights, expected, rtol=1e-8)


def test_a_table_with_an_odds_ratio_of_nine_keeps_it() -> None:
    """30, 10 / 10, 30 asked for rows 60 : 40, columns 60 : 40 of 80, that is 48 : 32.

    With a in the first cell the others are 48 − a, 48 − a and a − 16; a (a − 16) = 9 (48 − a)², so
    8 a² − 848 a + 20736 = 0 and a = (848 − √(848² − 32 · 20736)) / 16 = (848 − 235.69…) / 16 = 38.26….
    """
    a = (848 - (848**2 - 32 * 20736) ** 0.5) / 16
    weights = rake(people(30, 10, 10, 30), [np.array([0.6, 0.4])] * 2, even(80))
    sums = [weights[:30].sum(), weights[30:40].sum(), weights[40:50].sum(), weights[50:].sum()]
    np.testing.assert_allclose(sums, [a, 48 - a, 48 - a, a - 16], rtol=1e-7)


def entropic(codes: list[Ints], shares: list[Floats]) -> Floats:
    """Raking by another road: weights exp(Σ λ) that maximise the dual of Σ w ln w under the margins."""
    size = len(codes[0])
    design = np.column_stack(
        [code == kind for code, share in zip(codes, shares, strict=True) for kind in range(len(share))]
    )
    wanted = np.concatenate(shares) * size

    def dual(multipliers: Floats) -> tuple[float, Floats]:
        weights = np.exp(design @ multipliers)
        return float(weights.sum() - wanted @ multipliers), weights @ design - wanted

    found = minimize(dual, np.zeros(design.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-8})
    weights: Floats = np.exp(design @ found.x)
    return weights


@pytest.mark.parametrize("seed", range(5))
def test_raking_finds_what_an_optimiser_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, kinds, 400) for kinds in (4, 3, 5)]
    shares = [rng.dirichlet(np.full(kinds, 6.0)) for kinds in (4, 3, 5)]
    np.testing.assert_allclose(rake(codes, shares, even(400)), entropic(codes, shares), rtol=2e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(2, 4))
def test_margins_hold_and_the_mean_weight_is_one(seed: int, first: int, second: int) -> None:
    rng = np.random.default_rng(seed)
    codes = [np.concatenate([np.arange(kinds), rng.integers(0, kinds, 300)])[:300] for kinds in (first, second)]
    shares = [rng.dirichlet(np.full(kinds, 4.0)) for kinds in (first, second)]
    weights = trimmed(codes, shares, rake(codes, shares, even(300)))
    assert weights.min() > 0
    assert weights.mean() == pytest.approx(1)
    for code, share in zip(codes, shares, strict=True):
        np.testing.assert_allclose(np.bincount(code, weights) / 300, share, atol=1e-8)


def test_a_contradiction_is_told() -> None:
    """The rows are the columns, and are to be 60 : 40 and 40 : 60 at once."""
    same = np.repeat([0, 1], 50)
    with pytest.raises(NotConverged, match="500 rounds"):
        rake([same, same], [np.array([0.6, 0.4]), np.array([0.4, 0.6])], even(100))


def test_a_category_nobody_answered_for_is_told() -> None:
    with pytest.raises(NotConverged, match="empty"):
        rake([np.zeros(20, dtype=np.int64)], [np.array([0.5, 0.5])], even(20))


def test_cutting_narrows_weights_that_no_margin_asks_for() -> None:
    """Margins of 10 % are to be 30 %: who is rare on both weighs more than 3; cutting takes from them, not from the margins."""
    codes, shares = people(2, 28, 28, 242), [np.array([0.3, 0.7])] * 2
    raked = rake(codes, shares, even(300))
    cut = trimmed(codes, shares, raked)
    assert raked.max() > MOST_WEIGHT
    assert cut.max() < raked.max()
    assert design_effect(cut) < design_effect(raked)
    assert cut.min() > LEAST_WEIGHT
    for code in codes:
        np.testing.assert_allclose(np.bincount(code, cut) / 300, [0.3, 0.7], atol=1e-8)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [([1, 1, 1, 1], Fraction(1)), ([1, 3], Fraction(2 * 10, 16)), ([1, 1, 2], Fraction(3 * 6, 16)), ([5], Fraction(1))],
)
def test_kish(weights: list[int], expected: Fraction) -> None:
    assert design_effect(np.array(weights, dtype=float)) == pytest.approx(float(expected))


def test_without_margins_the_error_is_that_of_a_simple_sample() -> None:
    """1, 2, 3, 6: mean 3, squares 4 + 1 + 0 + 9 = 14, s² = 14/3, error √(14/12)."""
    mean, error = mean_and_error(np.array([1.0, 2, 3, 6]), even(4), np.full(4, True), calibrated_on(even(4), []))
    assert (mean, error) == (3, pytest.approx((14 / 12) ** 0.5))


def test_a_weighted_domain_by_hand() -> None:
    """Inside: 2 and 5 with weights 1 and 2, mean 12/3 = 4; z = −2/3, 1/3 and 0 for the third, of weight 1.

    Weighted mean of z: (−2/3 + 2/3 + 0) / 4 = 0, so nothing is taken off; n / (n − 1) = 3/2 times
    (1 · 2/3)² + (2 · 1/3)² = 8/9 makes 4/3.
    """
    weights = np.array([1.0, 2, 1])
    inside = np.array([True, True, False])
    mean, error = mean_and_error(np.array([2.0, 5, 9]), weights, inside, calibrated_on(weights, []))
    assert (mean, error) == (pytest.approx(4), pytest.approx((4 / 3) ** 0.5))


def test_a_margin_that_explains_the_answers_leaves_no_error() -> None:
    code = np.repeat([0, 1], 20)
    _, error = mean_and_error(code * 2.0 + 1, even(40), np.full(40, True), calibrated_on(even(40), [code]))
    assert error == pytest.approx(0, abs=1e-12)
