"""How likely each reader is to visit, borrow, book or train in the next term.

For the planning of services and for suggestions that a reader may decline; never for a sanction.
Three ways are tried, from the plainest on, and split by time only: learnt from the earlier terms,
set right on the last but one, judged on the last.  A way takes the place of a plainer one only where
it is clearly better.  Measures of trust belong in :mod:`profiles.propensity_skill`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from profiles.one_thread import one_thread
from profiles.propensity_skill import (
    Values,
    auc,
    brier,
    calibrated,
    calibration,
    largest_gap,
    lift,
    log_loss,
)

TARGETS = {"visit": "visit_days", "loan": "loans", "booking": "bookings", "training": "events_attended"}
"""Each kind of use, and the measure of a term that is above zero where it took place."""
CANDIDATES = ("baseline", "logistic", "boosted")
"""From the plainest on."""
LEAST_TERMS = 4
CLEARLY_BETTER = 0.02
MOST_LEARNT_FROM = 200_000
"""Of more readers' terms, a model learns from every second reader's, every third's and so on: more would change little."""
SEED = 20_260_901

PROPENSITY = {
    "patron_key": pl.String,
    "term": pl.String,
    "target": pl.String,
    "probability": pl.Float64,
    "model": pl.String,
}
SKILL = {
    "target": pl.String,
    "candidate": pl.String,
    "judged_on_term": pl.String,
    "readers": pl.Int64,
    "log_loss": pl.Float64,
    "brier": pl.Float64,
    "auc": pl.Float64,
    "calibration_slope": pl.Float64,
    "calibration_intercept": pl.Float64,
    "lift_10": pl.Float64,
    "level_gap": pl.Float64,
    "college_gap": pl.Float64,
    "is_shown": pl.Boolean,
    "verdict": pl.String,
}

_COUNTS = ("visit_days", "dwell_minutes", "loans", "bookings", "active_days", "recency_open_days")
_LEVELS = ("undergraduate", "postgraduate", "staff")
Foretell = Callable[[pl.DataFrame], Values]


@dataclass(frozen=True)
class Split:
    """Readers of a term with what they did in the next: to learn from, to set right by, to be judged on."""

    train: pl.DataFrame
    calibrate: pl.DataFrame
    test: pl.DataFrame


def propensities(people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The probabilities of the last whole term's readers, and how every way did.

    ``people`` has one row for each patron_key and whole term, with position (1, 2 … by time), season,
    level_group, college (to judge by only), study_year, the counts and the targets' measures, null
    where not measured.  Returns segment.propensity and segment.propensity_skill.
    """
    people = people.sort("patron_key", "position")
    found: list[pl.DataFrame] = []
    skills: list[dict[str, Any]] = []
    with one_thread():
        for target, measure in TARGETS.items():
            pairs = _pairs(people, measure)
            split = _split(pairs)
            refusal = _refusal(split)
            if split is None or refusal:
                skills += [_untried(target, candidate, refusal) for candidate in CANDIDATES]
                continue
            ways = {candidate: _way(candidate, split) for candidate in CANDIDATES}
            trials = [_skill(target, name, way, split.test) for name, way in ways.items()]
            shown = choose(trials)
            skills += trials
            found.append(_told(target, shown, ways[shown], pairs))
    skill = pl.DataFrame(skills, schema=SKILL)
    return pl.concat([pl.DataFrame(schema=PROPENSITY), *found]).sort("patron_key", "term", "target"), skill


def choose(trials: list[dict[str, Any]]) -> str:
    """The plainest way that no other clearly beats; its trial and the others' are told so."""
    shown = trials[0]
    for trial in trials[1:]:
        if trial["brier"] <= (1 - CLEARLY_BETTER) * shown["brier"] and trial["brier"] < shown["brier"]:
            shown = trial
    for trial in trials:
        trial |= {"is_shown": trial is shown, "verdict": "shown" if trial is shown else "not shown"}
    name: str = shown["candidate"]
    return name


def _pairs(people: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Each reader's measured terms, with the values of the term before and the outcome of the term after."""
    measured = people.filter(pl.col(measure).is_not_null()).with_columns(
        pl.col("position").cast(pl.Int64), did=(pl.col(measure) > 0).cast(pl.Int64)
    )
    before = measured.select("patron_key", pl.col("position") + 1, before=pl.col("did"), **_earlier())
    after = measured.select("patron_key", pl.col("position") - 1, outcome="did", next_term="term")
    joined = measured.join(before, on=["patron_key", "position"], how="left")
    return joined.join(after, on=["patron_key", "position"], how="left").sort("patron_key", "position")


def _earlier() -> dict[str, pl.Expr]:
    return {f"{name}_before": pl.col(name) for name in _COUNTS}


def _split(pairs: pl.DataFrame) -> Split | None:
    """By the terms whose next term was measured too; a term that was not measured is not leapt over."""
    known = pairs.filter(pl.col("outcome").is_not_null())
    terms = sorted(known["position"].unique())
    if len(terms) < LEAST_TERMS - 1:
        return None
    *_, calibrate, test = terms
    position = pl.col("position")
    return Split(*(known.filter(own) for own in (position < calibrate, position == calibrate, position == test)))


def _refusal(split: Split | None) -> str:
    """Why nothing can be learnt, or an empty text."""
    if split is None:
        return "not enough terms"
    parts = (split.train, split.calibrate, split.test)
    return "" if all(part["outcome"].n_unique() == 2 for part in parts) else "one outcome only"


def _way(candidate: str, split: Split) -> Foretell:
    """A way of foretelling, learnt and then set right."""
    learnt = _rates(split.train) if candidate == "baseline" else _model(candidate, split.train)
    line = calibration(learnt(split.calibrate), _outcome(split.calibrate))
    return lambda people: calibrated(learnt(people), line)


def _rates(train: pl.DataFrame) -> Foretell:
    """The share who did, by level group and by what they did this term and the one before; one reader's worth of doubt.

    What nobody did among those learnt from takes the share by level group and this term, else of all.
    """
    overall = float(_outcome(train).mean())
    share = (pl.col("outcome").sum() + overall) / (pl.len() + 1)
    near, far = ["level_group", "did", "before"], ["level_group", "did"]
    tables = [(keys, train.group_by(keys).agg(share.alias(f"rate_{len(keys)}"))) for keys in (near, far)]

    def foretell(people: pl.DataFrame) -> Values:
        for keys, rates in tables:
            people = people.join(rates, on=keys, how="left", nulls_equal=True, maintain_order="left")
        return people.select(pl.coalesce("rate_3", "rate_2", pl.lit(overall))).to_series().to_numpy()

    return foretell


def _model(candidate: str, train: pl.DataFrame) -> Foretell:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if candidate == "logistic":
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    else:
        model = HistGradientBoostingClassifier(
            max_iter=60, max_leaf_nodes=8, learning_rate=0.1, early_stopping=False, random_state=SEED
        )
    taken = _thinned(train)
    model.fit(_features(taken), _outcome(taken))
    return lambda people: np.asarray(model.predict_proba(_features(people))[:, 1], dtype=float)


def _thinned(train: pl.DataFrame) -> pl.DataFrame:
    """All terms of as many readers as are learnt from."""
    every = -(-train.height // MOST_LEARNT_FROM)
    return train.filter((pl.col("patron_key").rank("dense") - 1) % every == 0) if every > 1 else train


def _features(people: pl.DataFrame) -> Values:
    """Counts by their order of magnitude, this term's and the one before; what is unknown is zero, and said to be unknown."""
    counts = [pl.col(name) for name in _COUNTS] + [pl.col(f"{name}_before") for name in _COUNTS]
    columns = [count.cast(pl.Float64).fill_null(0).log1p() for count in counts]
    columns += [pl.col(name).is_null().cast(pl.Float64).alias(f"{name}_unknown") for name in ("before", "study_year")]
    columns += [pl.col(name).cast(pl.Float64).fill_null(0) for name in ("did", "before", "study_year")]
    columns += [(pl.col("level_group") == level).cast(pl.Float64).alias(level) for level in _LEVELS]
    columns.append((pl.col("season") == "autumn").cast(pl.Float64).alias("is_autumn"))
    return people.select(columns).to_numpy()


def _outcome(people: pl.DataFrame) -> Values:
    return people["outcome"].cast(pl.Float64).to_numpy()


def _skill(target: str, candidate: str, way: Foretell, test: pl.DataFrame) -> dict[str, Any]:
    foretold, came = way(test), _outcome(test)
    slope, intercept = calibration(foretold, came)
    figures = {
        "log_loss": log_loss(foretold, came),
        "brier": brier(foretold, came),
        "auc": auc(foretold, came),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "lift_10": lift(foretold, came),
        "level_gap": largest_gap(foretold, came, test["level_group"].to_list()),
        "college_gap": largest_gap(foretold, came, test["college"].to_list()),
    }
    rounded = {name: round(value, 6) if np.isfinite(value) else None for name, value in figures.items()}
    judged = {"judged_on_term": test["next_term"][0], "readers": test.height}
    return {"target": target, "candidate": candidate, **judged, **rounded}


def _told(target: str, shown: str, way: Foretell, pairs: pl.DataFrame) -> pl.DataFrame:
    """The readers of the last measured term, with their probabilities."""
    last = pairs.filter(pl.col("position") == pl.col("position").max())
    probability = pl.Series("probability", way(last)).round(6)
    return last.select("patron_key", "term", pl.lit(target).alias("target"), probability, pl.lit(shown).alias("model"))


def _untried(target: str, candidate: str, refusal: str) -> dict[str, Any]:
    return {"target": target, "candidate": candidate, "readers": 0, "is_shown": False, "verdict": refusal}
