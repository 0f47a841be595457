"""Frequent visitors like the library better and answer more often; weighting finds what everyone thinks."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from profiles.demo.calendar import Term
from profiles.demo.draw import Floats, stream
from profiles.demo.people import draw_people
from profiles.demo.survey import TIER_STARTS, TIER_WILLINGNESS, _opinions
from profiles.demo.visits import draw_visits
from profiles.survey_estimates import estimate_surveys

SIZE = 20_000
WILLING, ALIKE = np.array([0.05, 0.15, 0.30, 0.55]), np.full(4, 0.2)
"""By use of the library, how likely one answers: as planted, and for the control."""
HAPPY = np.array([0.35, 0.50, 0.62, 0.75])
"""By use, how likely one is in the top two boxes."""


def simulated(seed: int, willing: Floats, size: int = SIZE) -> tuple[float, dict[str, float]]:
    """The share of everyone who say 5 rather than 1, and what is estimated from those who answer."""
    rng = np.random.default_rng(seed)
    tier = rng.integers(0, 4, size)
    days = np.where(tier == 0, 0, np.array([0, 1, 8, 40])[tier] + rng.integers(0, 6, size))
    value = np.where(rng.random(size) < HAPPY[tier], 5.0, 1.0)
    keys = [f"p{n:05d}" for n in range(size)]
    roster = pl.DataFrame(
        {
            "survey": "w1",
            "patron_key": keys,
            "level_group": np.where(rng.random(size) < 0.7, "undergraduate", "postgraduate"),
            "study_year": rng.integers(1, 5, size),
            "college": np.array(["law", "arts", "physics", "medicine"])[rng.integers(0, 4, size)],
            "visit_days": days,
            "active_days": days,
        }
    )
    who = np.flatnonzero(rng.random(size) < willing[tier])
    responses = (
        roster[who]
        .select("survey", "patron_key", "level_group", "college", response_key="patron_key")
        .with_columns(term=pl.lit("t"), segment=pl.lit(None, pl.String))
    )
    answers = responses.select(
        "survey", "response_key", item=pl.lit("overall"), scale_min=1.0, scale_max=5.0
    ).with_columns(answer_value=pl.Series(value[who]))
    found = estimate_surveys(roster, responses, answers).estimate.filter(group_code="everyone").row(0, named=True)
    return float(value.mean()), found


@pytest.mark.parametrize("seed", range(6))
def test_a_planted_bias_of_ten_points_becomes_less_than_three(seed: int) -> None:
    """A share s of 5 among 1 has the mean 1 + 4 s.

    Planted: (0.05 · 0.35 + 0.15 · 0.50 + 0.30 · 0.62 + 0.55 · 0.75) / 1.05 = 0.658 of respondents, 0.555 of everyone.
    """
    truth, found = simulated(seed, WILLING)
    assert (found["mean_unweighted"] - truth) / 4 > 0.09
    assert abs(found["mean_weighted"] - truth) / 4 < 0.03
    assert abs(found["top2_share"] - (truth - 1) / 4) < 0.03


def test_without_a_planted_bias_weighting_hardly_moves_the_mean() -> None:
    """The control: as willing whatever their use, the mean moves by less than its standard error."""
    for seed in range(10):
        _, found = simulated(seed, ALIKE, 4000)
        error = (found["ci_high"] - found["ci_low"]) / 2 / 1.96
        assert abs(found["mean_weighted"] - found["mean_unweighted"]) < error


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Of 200 samples 92 to 98 in a hundred; that of the unweighted mean would hardly ever."""
    found = [simulated(seed, WILLING, 2000) for seed in range(1000, 1200)]
    covered = [row["ci_low"] <= truth <= row["ci_high"] for truth, row in found]
    assert 0.92 <= np.mean(covered) <= 0.98
    plain = [abs(row["mean_unweighted"] - truth) <= (row["ci_high"] - row["ci_low"]) / 2 for truth, row in found]
    assert np.mean(plain) < 0.2


TERM = Term("2025-2026-1", 2025, "autumn", date(2025, 9, 1), date(2026, 1, 18), date(2026, 1, 5))


@pytest.mark.parametrize("seed", [3, 5, 8])
def test_the_demo_campus_says_what_everyone_thinks(seed: int) -> None:
    """The demo's own people, visits, opinions and willingness; more of them answer, so that chance is small beside bias."""
    people = draw_people(seed, 6000, (TERM,))
    visits = draw_visits(seed, people, TERM, {})
    asked, random = people.present(TERM.half), stream(seed, "recovery")
    scores = _opinions(random, people, asked, TERM)[:, -1].astype(float)
    days = visits.per_person(len(people))[asked]
    willing = np.array(TIER_WILLINGNESS)[np.searchsorted(TIER_STARTS, days, side="right") - 1]
    who = np.flatnonzero(random.random(len(asked)) < willing * 0.3 / willing.mean())
    roster = pl.DataFrame(
        {
            "survey": "w1",
            "patron_key": [f"p{n:05d}" for n in range(len(asked))],
            "level_group": people.level[asked].astype(str),
            "study_year": 1,
            "college": people.college_in(TERM.half)[asked].astype(str),
            "visit_days": days,
            "active_days": days,
        }
    )
    responses = roster[who].select("survey", "patron_key", "level_group", "college", response_key="patron_key")
    responses = responses.with_columns(term=pl.lit("t"), segment=pl.lit(None, pl.String))
    answers = responses.select("survey", "response_key", item=pl.lit("overall"), scale_min=1.0, scale_max=5.0)
    answers = answers.with_columns(answer_value=pl.Series(scores[who]))
    found = estimate_surveys(roster, responses, answers).estimate.filter(group_code="everyone").row(0, named=True)
    planted = found["mean_unweighted"] - scores.mean()
    assert planted > 0.1
    assert abs(found["mean_weighted"] - scores.mean()) < planted / 2
