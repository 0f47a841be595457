"""Growth that was planted by college and class is found and published; where last year says all there is, it stands."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from profiles.loan_forecast import CANDIDATES, Loans, foretold, laid, loan_forecast
from profiles.loan_forecast_model import growths, last_year, modelled, same_season, season_mean

COLLEGES, CLASSES = 12, 15


def calendar(terms: int) -> pl.DataFrame:
    """Autumns from September to January, springs from March to July."""
    rows = []
    for number in range(terms):
        year = 2015 + number // 2
        spring = number % 2
        first = dt.date(year + spring, 3 if spring else 9, 1)
        rows.append((f"t{number:02}", "spring" if spring else "autumn", first, first + dt.timedelta(days=130), True))
    return pl.DataFrame(rows, schema=["term", "season", "starts_on", "ends_on", "is_measured"], orient="row")


def counted(means: np.ndarray, seed: int) -> pl.DataFrame:
    """Poisson loans of colleges × classes × terms; two of three loans are of a borrower not yet seen."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"c{college:02}", "CLC", chr(65 + kind), f"t{term:02}", loans, loans * 2 // 3)
        for (college, kind, term), mean in np.ndenumerate(means)
        if (loans := int(rng.poisson(mean)))
    ]
    columns = ["college", "class_scheme", "class_top", "term", "loans", "borrowers"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def growing(terms: int, seed: int) -> np.ndarray:
    """Cells of about 20 to 400 loans; colleges and classes grow or shrink by about a fifth a year; autumns are busier."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(4.4, 0.7, (COLLEGES, CLASSES)))
    yearly = rng.normal(0, 0.15, (COLLEGES, 1)) + rng.normal(0, 0.15, (1, CLASSES))
    season = np.where(np.arange(terms) % 2, 0.8, 1.0)
    return level[:, :, None] * season * np.exp(yearly[:, :, None] * (np.arange(terms) // 2))


def walking(terms: int, seed: int) -> np.ndarray:
    """Each cell goes its own way from year to year: nothing but the last one says where it is."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.35, (COLLEGES, CLASSES, -(-terms // 2)))
    return np.repeat(np.exp(6 + np.cumsum(steps, axis=2)), 2, axis=2)[:, :, :terms]


def found(means: np.ndarray, seed: int, terms: int = 10) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Everything measured to the end of the last term but one of a calendar; the last is to be foretold."""
    days = calendar(terms + 1)
    known = counted(means, seed).filter(pl.col("term") < f"t{terms:02}")
    return loan_forecast(known, days, days["ends_on"][terms - 1], 10)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_growth_that_was_planted_is_published(seed: int) -> None:
    ahead, skill = found(growing(11, seed), seed)
    model = skill.filter(candidate="model").row(0, named=True)
    assert model["verdict"] == "published"
    assert 0.75 <= model["coverage"] <= 0.85
    assert model["mase"] < 1
    assert (model["terms"], model["judged_from"], model["judged_to"]) == (5, "t05", "t09")  # t03 and t04 warm up
    assert skill["cells"].n_unique() == 1
    came = ahead.join(counted(growing(11, seed), seed + 50), on=["college", "class_scheme", "class_top", "term"])
    error = (came["loans"] - came["expected"]).abs().sum() / came["loans"].sum()
    assert set(ahead["term"]) == {"t10"}
    assert error < 0.15  # Poisson noise alone errs by about 0.08 of 100 loans
    assert 0.7 <= came["loans"].is_between(came["p10"], came["p90"]).mean() <= 0.9


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_last_year_says_all_there_is_no_model_is_published(seed: int) -> None:
    """The control: a random walk of every cell."""
    ahead, skill = found(walking(11, seed), seed)
    assert not skill["is_published"].any()
    assert skill.filter("is_shown")["candidate"].to_list() == ["last_year"]
    assert set(ahead["model"]) == {"last_year"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cells_that_only_scatter_get_no_model(seed: int) -> None:
    """The second control: the same mean in every term."""
    means = np.repeat(np.full((COLLEGES, CLASSES, 1), 80.0), 11, axis=2)
    skill = found(means, seed)[1]
    assert not skill["is_published"].any()
    assert skill.filter("is_shown")["candidate"].to_list() == ["season_mean"]


@pytest.mark.parametrize("terms", [1, 4, 6])
def test_too_short_a_history_is_said(terms: int) -> None:
    ahead, skill = found(growing(terms + 1, 1), 1, terms)
    assert ahead.is_empty()
    assert skill["verdict"].to_list() == ["not enough history"] * 4


def test_seven_terms_are_enough() -> None:
    assert found(growing(8, 1), 1, 7)[1]["terms"].to_list() == [2] * 4


def test_nothing_received_is_not_enough() -> None:
    days = calendar(11)
    ahead, skill = loan_forecast(counted(growing(1, 1), 1).clear(), days, days["ends_on"][9], 10)
    assert ahead.is_empty()
    assert set(skill["verdict"]) == {"not enough history"}


def whole(as_of_term: int = 9, terms: int = 11) -> Loans:
    days = calendar(terms)
    return laid(counted(growing(terms, 1), 1), days, days["ends_on"][as_of_term])


def test_the_future_does_not_change_what_was_known() -> None:
    days = calendar(11)
    in_term = laid(counted(growing(11, 1), 1), days, days["starts_on"][9])
    for loans in (whole(), in_term):
        changed = loans.loans.copy()
        changed[:, 7 - loans.gap + 1 :] *= 3
        other = loans._replace(loans=changed)
        for candidate in CANDIDATES:
            assert np.array_equal(foretold(loans, candidate, 7), foretold(other, candidate, 7))
        later = 9 if loans.gap == 1 else 8
        assert not np.array_equal(foretold(loans, "model", later), foretold(other, "model", later))


def test_within_a_term_the_one_after_it_is_foretold_without_it() -> None:
    days = calendar(11)
    loans = laid(counted(growing(11, 1), 1), days, days["starts_on"][9] + dt.timedelta(days=60))
    assert (loans.gap, loans.next, loans.terms[-1]) == (2, 10, "t10")
    assert np.isnan(loans.loans[:, 9]).all()
    assert loans.earlier(10) == [4, 6, 8]
    assert (whole().gap, whole().next) == (1, 10)


def test_where_the_calendar_ends_nothing_is_foretold_but_all_is_judged() -> None:
    days = calendar(10)
    ahead, skill = loan_forecast(counted(growing(10, 1), 1), days, days["ends_on"][9], 10)
    assert ahead.is_empty()
    assert skill["terms"].to_list() == [5] * 4


def test_a_term_not_measured_is_neither_zero_nor_learnt_from() -> None:
    days = calendar(11).with_columns(is_measured=pl.col("term") != "t08")
    loans = laid(counted(growing(11, 1), 1), days, days["ends_on"][9])
    assert np.isnan(loans.loans[:, 8]).all()
    assert loans.earlier(10) == [2, 4, 6]
    assert [loans.years(term, 10) for term in (2, 4, 6)] == [4, 3, 2]
    assert (6, 8) not in loans.pairs(10)
    assert (4, 8) not in loans.pairs(10)


def test_a_cell_of_few_borrowers_in_any_term_it_comes_from_is_not_foretold() -> None:
    days = calendar(11)
    known = counted(growing(11, 1), 1).filter(pl.col("term") < "t10")
    few = (pl.col("college") == "c00") & (pl.col("class_top") == "A")
    for borrowers, is_told in ((9, False), (10, True)):
        told = pl.when(few).then(pl.when(term="t06").then(borrowers).otherwise(30)).otherwise("borrowers")
        ahead = loan_forecast(known.with_columns(borrowers=told), days, days["ends_on"][9], 10)[0]
        assert (
            bool(ahead.select((pl.col("college") == "c00") & (pl.col("class_top") == "A")).to_series().any()) == is_told
        )
        assert ahead["borrowers"].min() >= 10


def test_shuffled_rows_give_the_same_bytes() -> None:
    days, known = calendar(11), counted(growing(10, 1), 1)
    first = loan_forecast(known, days, days["ends_on"][9], 10)
    again = loan_forecast(known.sample(fraction=1, shuffle=True, seed=5), days.reverse(), days["ends_on"][9], 10)
    assert first[0].equals(again[0])
    assert first[1].equals(again[1])


def test_the_ways_by_hand() -> None:
    earlier = np.array([[90.0, 100.0, 120.0]])
    assert last_year(earlier).tolist() == [120]
    assert same_season(earlier).tolist() == [100]
    assert season_mean(earlier) == pytest.approx([310 / 3])
    # Weights 1/8, 1/4 and 1/2: (11.25 + 25 + 60) / 0.875.
    assert modelled(earlier, [3, 2, 1], np.zeros(1)) == pytest.approx([110])
    # Two years back at nine tenths of a growth of a half a year: 100 × e^0.9.
    assert modelled(np.array([[100.0]]), [2], np.array([0.5])) == pytest.approx([245.960311])


def test_growth_is_believed_as_far_as_chance_does_not_explain_it() -> None:
    one_class = np.zeros(2, dtype=np.int64)
    colleges = np.array([0, 1])
    by_chance = growths(np.array([100.0, 100.0]), np.array([103.0, 97.0]), colleges, one_class)
    assert by_chance == pytest.approx([0, 0])
    plain = growths(np.array([1e5, 1e5]), np.array([2e5, 5e4]), colleges, one_class)
    assert plain == pytest.approx([np.log(2), -np.log(2)], abs=1e-3)
    few = growths(
        np.array([1e5, 1e5, 4.0]), np.array([2e5, 5e4, 8.0]), np.array([0, 1, 2]), np.zeros(3, dtype=np.int64)
    )
    assert np.log(1.25) < few[2] < np.log(2)  # four loans that doubled are believed in part
