"""Probabilities that were planted are found again; where nothing speaks, the plain rate is shown."""

import numpy as np
import polars as pl
import pytest

from profiles import propensity
from profiles.propensity import CANDIDATES, SKILL, TARGETS, _thinned, choose, propensities
from profiles.propensity_skill import auc, brier, calibration, largest_gap, lift, log_loss


def population(number: int = 1500, terms: int = 6, seed: int = 3, habit: float = 1.2) -> pl.DataFrame:
    """People with a lasting leaning to use the library; with a habit of 0, each term is chance alone."""
    rng = np.random.default_rng(seed)
    leaning = habit * rng.normal(0, 1, number)
    level = np.where(rng.random(number) < 0.7, "undergraduate", "postgraduate")
    frames = []
    for term in range(terms):
        rate = np.exp(0.2 + leaning)
        days, loans, bookings, events = (rng.poisson(rate * scale) for scale in (1.0, 0.5, 0.7, 0.3))
        if not habit:
            days = days * (rng.random(number) < 0.5)
        frames.append(
            pl.DataFrame(
                {
                    "patron_key": [f"p{person:05d}" for person in range(number)],
                    "term": f"t{term}",
                    "position": term + 1,
                    "season": "autumn" if term % 2 == 0 else "spring",
                    "level_group": level,
                    "college": [f"college {person % 5}" for person in range(number)],
                    "study_year": 1 + term // 2,
                    "visit_days": days,
                    "dwell_minutes": days * 60,
                    "loans": loans,
                    "bookings": bookings,
                    "active_days": days + loans,
                    "recency_open_days": np.where(days > 0, 60 // (1 + days), 120),
                    "events_attended": events,
                }
            )
        )
    return pl.concat(frames)


@pytest.fixture(scope="module")
def found() -> tuple[pl.DataFrame, pl.DataFrame]:
    return propensities(population())


def test_what_is_shown_is_calibrated_and_beats_the_rate(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    shown = found[1].filter("is_shown")
    assert shown["target"].to_list() == list(TARGETS)
    assert shown["calibration_slope"].is_between(0.8, 1.2).all()
    assert shown["calibration_intercept"].is_between(-0.25, 0.25).all()
    visit = found[1].filter(target="visit")
    baseline = visit.filter(candidate="baseline")
    assert visit.filter("is_shown")["candidate"].item() != "baseline"
    assert visit.filter("is_shown")["brier"].item() <= 0.98 * baseline["brier"].item()


def test_the_planted_probability_is_found_again(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    rng = np.random.default_rng(3)
    truth = 1 - np.exp(-np.exp(0.2 + 1.2 * rng.normal(0, 1, 1500)))
    told = found[0].filter(target="visit").sort("patron_key")
    assert set(told["term"]) == {"t5"}
    assert np.corrcoef(truth, told["probability"].to_numpy())[0, 1] > 0.8
    assert abs(truth.mean() - told["probability"].to_numpy().mean()) < 0.04


def test_where_nothing_speaks_the_rate_is_shown() -> None:
    """The control: what people do next has nothing to do with what they did."""
    skill = propensities(population(habit=0))[1]
    assert set(skill.filter("is_shown")["candidate"]) == {"baseline"}
    assert skill.filter(target="visit")["auc"].is_between(0.42, 0.58).all()


def test_the_judged_outcome_teaches_nothing() -> None:
    """Dealt out anew within each level and college it leaves their gaps alone, as it could not had it been learnt from."""
    people = population(400)
    dealt = pl.col("visit_days").shuffle(seed=5).over("term", "level_group", "college")
    turned = people.with_columns(visit_days=pl.when(pl.col("term") == "t5").then(dealt).otherwise("visit_days"))
    first, other = (propensities(frame)[1].filter(target="visit") for frame in (people, turned))
    gaps = ["candidate", "readers", "level_gap", "college_gap"]
    assert first.select(gaps).equals(other.select(gaps))
    assert (first["auc"] != other["auc"]).all()


def test_shuffled_people_give_the_same_bytes(found: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    again = propensities(population().sample(fraction=1, shuffle=True, seed=8))
    assert again[0].equals(found[0])
    assert again[1].equals(found[1])


def test_three_terms_are_not_enough() -> None:
    told, skill = propensities(population(200, terms=3))
    assert told.is_empty()
    assert skill.height == len(TARGETS) * len(CANDIDATES)
    assert set(skill["verdict"]) == {"not enough terms"}
    assert propensities(population(1, terms=1).clear())[1].equals(skill)


def test_a_use_never_measured_is_said() -> None:
    people = population(300).with_columns(events_attended=pl.lit(None, pl.Int64), bookings=pl.lit(0, pl.Int64))
    told, skill = propensities(people)
    assert set(skill.filter(target="training")["verdict"]) == {"not enough terms"}
    assert set(skill.filter(target="booking")["verdict"]) == {"one outcome only"}
    assert set(told["target"]) == {"visit", "loan"}


def test_a_term_that_was_not_measured_is_not_leapt_over() -> None:
    """Without the third of six terms, the second has no next: what is learnt from is the first alone."""
    gone = pl.col("term") == "t2"
    people = population(300).with_columns(visit_days=pl.when(~gone).then("visit_days"))
    skill = propensities(people)[1].filter(target="visit")
    assert set(skill["judged_on_term"]) == {"t5"}
    late = pl.col("term").is_in(["t1", "t2"])
    people = people.with_columns(visit_days=pl.when(~late).then("visit_days"))
    assert set(propensities(people)[1].filter(target="visit")["verdict"]) == {"not enough terms"}


def test_measures_by_hand() -> None:
    foretold, came = np.array([0.9, 0.6, 0.4, 0.2]), np.array([1.0, 0.0, 1.0, 0.0])
    assert brier(foretold, came) == pytest.approx((0.01 + 0.36 + 0.36 + 0.04) / 4)
    assert log_loss(foretold, came) == pytest.approx(-np.log(0.9 * 0.4 * 0.4 * 0.8) / 4)
    assert auc(foretold, came) == 0.75  # of four pairs, 0.4 for the one against 0.6 for the zero is wrong
    assert auc(np.full(4, 0.5), came) == 0.5
    assert lift(foretold, came, 0.25) == 2  # the likeliest did, where half of all did
    assert lift(np.full(4, 0.5), came) == 1
    names = ["a"] * 30 + ["b"] * 29
    assert largest_gap(np.full(59, 0.5), np.array([1.0] * 30 + [0.0] * 29), names) == 0.5
    assert np.isnan(largest_gap(foretold, came, ["a"] * 4))


def test_calibration_finds_the_line_that_bent_the_truth() -> None:
    rng = np.random.default_rng(1)
    odds = rng.normal(0, 1.5, 40_000)
    came = (rng.random(40_000) < 1 / (1 + np.exp(-(0.5 * odds - 0.3)))).astype(float)
    assert calibration(1 / (1 + np.exp(-odds)), came) == pytest.approx((0.5, -0.3), abs=0.04)


def test_calibration_comes_back_from_far_off() -> None:
    """Probabilities turned upside down, and others that are all the same."""
    rng = np.random.default_rng(2)
    odds = rng.normal(0, 3, 20_000)
    came = (rng.random(20_000) < 1 / (1 + np.exp(odds))).astype(float)
    assert calibration(1 / (1 + np.exp(-odds)), came) == pytest.approx((-1, 0), abs=0.06)
    slope, intercept = calibration(np.full(100, 0.001), np.repeat([0.0, 1.0], 50))
    assert slope * np.log(0.001 / 0.999) + intercept == pytest.approx(0, abs=0.01)


def test_the_rate_rests_on_this_term_where_the_one_before_was_never_seen() -> None:
    """With four terms those learnt from have no term before; the plain rate must not forget what they did this term."""
    skill = propensities(population(terms=4))[1].filter(target="visit", candidate="baseline")
    assert skill["auc"].item() > 0.6
    assert 0.8 < skill["calibration_slope"].item() < 1.2


@pytest.mark.parametrize(
    ("scores", "shown"),
    [
        ((0.2, 0.1961, 0.1961), "baseline"),  # 1.95 per cent lower
        ((0.2, 0.196, 0.195), "logistic"),  # 2 per cent, and then half a per cent
        ((0.2, 0.21, 0.19), "boosted"),
        ((0.0, 0.0, 0.0), "baseline"),
    ],
)
def test_a_plainer_way_stands_unless_clearly_beaten(scores: tuple[float, ...], shown: str) -> None:
    trials = [{**dict.fromkeys(SKILL), "candidate": c, "brier": b} for c, b in zip(CANDIDATES, scores, strict=True)]
    assert choose(trials) == shown


def test_of_many_readers_a_model_learns_from_whole_histories_of_evenly_many(monkeypatch: pytest.MonkeyPatch) -> None:
    people = population(number=10, terms=3).sort("patron_key", "position")
    assert _thinned(people).equals(people)
    monkeypatch.setattr(propensity, "MOST_LEARNT_FROM", 12)  # 30 rows: every third reader
    taken = _thinned(people)
    assert taken["patron_key"].to_list() == [f"p{person:05d}" for person in (0, 3, 6, 9) for _ in range(3)]
