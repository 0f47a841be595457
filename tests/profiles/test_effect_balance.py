"""Arms drawn by chance are alike; arms that were chosen are not, and it is said."""

import numpy as np
import polars as pl
import pytest

from profiles.effect_balance import BALANCE, TRAITS, balance, standardised


def people(loans: list[float | None], held_out: list[float | None], run_key: str = "a") -> pl.DataFrame:
    """Two arms of which only the loans of the term before are known."""
    arms = ["served"] * len(loans) + ["held_out"] * len(held_out)
    frame = pl.DataFrame({"run_key": run_key, "arm": arms, "loans": [*loans, *held_out]}, strict=False)
    return frame.with_columns(pl.lit(None, pl.Float64).alias(trait) for trait in TRAITS if trait != "loans")


def test_a_difference_is_in_standard_deviations() -> None:
    """By hand: means 3 and 2, variances 2.5 and 2; 1 / √2.25."""
    (row,) = balance(people([1, 2, 3, 4, 5], [0, 2, 2, 4])).iter_rows(named=True)
    assert row["difference"] == pytest.approx(1 / np.sqrt((2.5 + 8 / 3) / 2))
    assert (row["served_mean"], row["held_out_mean"], row["persons"]) == (3, 2, 4)
    assert row["by_chance"] == pytest.approx(1.96 * np.sqrt(1 / 5 + 1 / 4), abs=1e-8)
    assert (row["is_alike"], row["is_beyond_chance"]) == (False, False)


def test_arms_drawn_by_chance_are_alike_and_seldom_beyond_it() -> None:
    random = np.random.default_rng(2)
    drawn = [people(*np.split(random.poisson(3.0, 2000), [1200]), run_key=f"{n:03}") for n in range(100)]
    found = balance(pl.concat(drawn))
    assert found["is_alike"].mean() > 0.9
    assert found["is_beyond_chance"].sum() <= 10


def test_arms_that_were_chosen_are_told_apart() -> None:
    random = np.random.default_rng(3)
    (row,) = balance(people(random.poisson(4.0, 300), random.poisson(3.0, 300))).iter_rows(named=True)
    assert (row["is_alike"], row["is_beyond_chance"]) == (False, True)


def test_what_nobody_is_known_by_is_not_compared() -> None:
    assert balance(people([1, 2, None], [3, None, None])).is_empty()
    assert balance(people([1, 2, None], [3, 4, None]))["persons"].to_list() == [2]
    assert dict(balance(people([], [])).schema) == BALANCE


@pytest.mark.parametrize(
    ("ours", "theirs", "found"), [([1, 1], [1, 1], 0.0), ([2, 2], [1, 1], np.inf), ([1, 1], [2, 2], -np.inf)]
)
def test_traits_that_never_differ_within_an_arm(ours: list[float], theirs: list[float], found: float) -> None:
    assert standardised(np.array(ours, float), np.array(theirs, float)) == found


def test_every_trait_has_words_in_both_languages() -> None:
    assert all(zh and en for zh, en in TRAITS.values())


def test_what_one_and_two_people_make_is_that_of_the_arm_in_which_it_is_more() -> None:
    row = balance(people([5, 3, 2], [1, 8, 1])).row(0, named=True)
    assert (row["largest_share"], row["two_largest_share"]) == (0.8, 0.9)
