"""Demand by the hour, foretold only as well as it was shown to be.

Four ways are tried on the same days, each with what was known the horizon before: last week's
figures, the same teaching week of earlier terms, the mean of all the past, and a model.  Their bands
come from their own errors on days already past (split conformal).  The model is published where it
beats every plain rule; else the best rule is shown and named.  Reading and writing tables belongs to the assets.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from profiles.forecast_features import WEEK, Block, Demand, features, lagged, last_week, past_mean, same_week
from profiles.forecast_model import fitted
from profiles.forecast_skill import coverage, mase, peak_error, pinball, wape
from profiles.one_thread import one_thread

HORIZONS = (1, 7, 28)
RULES = {"last_week": last_week, "same_week": same_week, "past_mean": past_mean}
CANDIDATES = (*RULES, "model")
"""From the plainest on: of two that are equally good the plainer is shown."""

FORECAST = {
    "target": pl.String,
    "place": pl.String,
    "day": pl.Date,
    "hour": pl.Int32,
    "horizon": pl.Int32,
    "expected": pl.Float64,
    "p10": pl.Float64,
    "p90": pl.Float64,
    "model": pl.String,
    "made_as_of": pl.Date,
}
SKILL = {
    "target": pl.String,
    "horizon": pl.Int32,
    "candidate": pl.String,
    "hours": pl.Int64,
    "judged_from": pl.Date,
    "judged_to": pl.Date,
    "wape": pl.Float64,
    "mase": pl.Float64,
    "pinball_10": pl.Float64,
    "pinball_90": pl.Float64,
    "coverage": pl.Float64,
    "peak_error": pl.Float64,
    "is_published": pl.Boolean,
    "is_shown": pl.Boolean,
    "verdict": pl.String,
}


@dataclass(frozen=True)
class Settings:
    """How much history each step needs, in measured days, and how hard to learn."""

    learn_days: int = 56
    warm_up_days: int = 56
    """Days before those judged, of a term where they can be, whose errors give the first band."""
    judged_days: int = 56
    judged_terms: int = 2
    blocks: int = 2
    """Times the model is fitted anew while it is judged."""
    rounds: int = 40


@dataclass(frozen=True)
class Plan:
    """Blocks of days [first, last): the first is the warm-up, the others are judged."""

    blocks: list[tuple[int, int]]

    @property
    def judged(self) -> tuple[int, int]:
        return self.blocks[1][0], self.blocks[-1][1]


@dataclass
class Trial:
    """One way of forecasting at one horizon: its figures, its band, and how it did."""

    candidate: str
    mean: Block
    lower: Block
    upper: Block
    skill: dict[str, Any] = field(default_factory=dict)


def forecast(target: str, demand: Demand, settings: Settings | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The forecast of the next 28 days and the skill of every way, as service.forecast and service.forecast_skill."""
    settings = settings or Settings()
    plan = _plan(demand, settings)
    if plan is None:
        return pl.DataFrame(schema=FORECAST), _table(
            [_untried(target, h, c) for h in HORIZONS for c in CANDIDATES], SKILL
        )
    rows: list[dict[str, Any]] = []
    skills: list[dict[str, Any]] = []
    with one_thread():
        for nearer, horizon in zip((0, *HORIZONS), HORIZONS, strict=False):
            trials = [_try(demand, candidate, horizon, plan, settings) for candidate in CANDIDATES]
            shown = judge(trials)
            skills += [{"target": target, "horizon": horizon, **trial.skill} for trial in trials]
            rows += _rows(target, demand, shown, range(nearer + 1, horizon + 1), horizon)
    return _table(rows, FORECAST), _table(skills, SKILL)


def judge(trials: list[Trial]) -> Trial:
    """Write each trial's verdict, and return the one to show."""
    *rules, model = trials
    best = min(rules, key=lambda trial: trial.skill["wape"])
    reason = _objection(model.skill, best.skill)
    shown = best if reason else model
    for trial in trials:
        trial.skill |= {"is_published": trial is shown is model, "is_shown": trial is shown}
        trial.skill["verdict"] = "shown" if trial is shown else "not shown"
    model.skill["verdict"] = reason or "published"
    return shown


def _objection(model: dict[str, Any], rule: dict[str, Any]) -> str | None:
    """Why the model is not published, or nothing."""
    if not model["wape"] < rule["wape"]:
        return "not better"
    if model["mase"] is None or not model["mase"] < 1:
        return "MASE not below 1"
    return None if 0.75 <= model["coverage"] <= 0.85 else "coverage outside 75 to 85 per cent"


def _plan(demand: Demand, settings: Settings) -> Plan | None:
    """Judge the last two terms, or with less history the last weeks; nothing where even that leaves too little."""
    measured = demand.measured_days
    terms = demand.calendar.filter(pl.col("number").is_in(measured.tolist()), pl.col("season").is_not_null())
    starts = sorted(terms.group_by("term").agg(pl.min("number"))["number"])
    choices = [len(measured) - settings.judged_days]
    if len(starts) > settings.judged_terms:
        choices.insert(0, int(np.searchsorted(measured, starts[-settings.judged_terms])))
    for position in choices:
        if position >= settings.learn_days + settings.warm_up_days + HORIZONS[-1]:
            edges = np.linspace(measured[position], measured[-1] + 1, settings.blocks + 1).astype(int)
            in_term = measured[:position][demand.in_term[measured[:position]]]
            first = measured[position - settings.warm_up_days]
            if len(in_term) >= settings.warm_up_days + settings.learn_days:
                first = min(first, in_term[-settings.warm_up_days])
            plan = Plan([(int(first), int(edges[0])), *zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)])
            return plan if _can_be_judged(demand, plan) else None
    return None


def _can_be_judged(demand: Demand, plan: Plan) -> bool:
    """Whether there is demand to foretell, and an earlier figure beside it, both to be judged by and for a first band."""
    (warm, first), (_, last) = plan.blocks[0], plan.blocks[-1]
    both = np.where(np.isfinite(last_week(demand, HORIZONS[-1])), demand.values, np.nan)
    before = both[:, warm : first - HORIZONS[-1] + 1]
    return bool(np.isfinite(before).any() and np.nansum(both[:, first:last]) > 0)


def _try(demand: Demand, candidate: str, horizon: int, plan: Plan, settings: Settings) -> Trial:
    mean = _modelled(demand, horizon, plan, settings) if candidate == "model" else RULES[candidate](demand, horizon)
    lower, upper = _bands(demand, mean, horizon, plan)
    return Trial(candidate, mean, lower, upper, _skill(demand, candidate, mean, lower, upper, plan))


def _modelled(demand: Demand, horizon: int, plan: Plan, settings: Settings) -> Block:
    """Each block foretold by a model of the days known the horizon before its first day."""
    known = features(demand, horizon)
    mean = np.full_like(demand.values, np.nan)
    for first, last in [*plan.blocks, (demand.as_of + 1, demand.values.shape[1])]:
        end = min(first - horizon, demand.as_of) + 1 if first <= demand.as_of else demand.as_of + 1
        if first < last:
            mean[:, first:last] = fitted(known, demand.values, end, slice(first, last), settings.rounds)
    return mean


def _bands(demand: Demand, mean: Block, horizon: int, plan: Plan) -> tuple[Block, Block]:
    """Around each block, what eight tenths of the earlier errors were, in units that grow with the root of demand.

    Term and vacation are told by their own errors, where there are any.
    """
    spread = np.sqrt(mean + 1)
    error = (demand.values - mean) / spread
    lower, upper = np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    for first, last in [*plan.blocks[1:], (demand.as_of + 1, mean.shape[1])]:
        end = first - horizon + 1 if first <= demand.as_of else demand.as_of + 1
        every = np.arange(plan.blocks[0][0], end)
        for in_term in (True, False):
            ahead = first + np.flatnonzero(demand.in_term[first:last] == in_term)
            alike = error[:, every[demand.in_term[every] == in_term]]
            past = alike if np.isfinite(alike).any() else error[:, every]
            low, high = np.quantile(past[np.isfinite(past)], [0.1, 0.9])
            lower[:, ahead] = np.maximum(mean[:, ahead] + low * spread[:, ahead], 0)
            upper[:, ahead] = np.maximum(mean[:, ahead] + high * spread[:, ahead], 0)
    return lower, upper


def _skill(demand: Demand, candidate: str, mean: Block, lower: Block, upper: Block, plan: Plan) -> dict[str, Any]:
    """The figures of one way on the judged days that every way can be tried on."""
    first, last = plan.judged
    actual = np.where(np.isnan(last_week(demand, HORIZONS[-1])), np.nan, demand.values)[:, first:last]
    mean, lower, upper = (block[:, first:last] for block in (mean, lower, upper))
    rows = np.isfinite(actual) & np.isfinite(mean) & np.isfinite(lower)
    naive = np.abs(demand.values - lagged(demand.values, WEEK))[:, :first]
    naive = naive[np.isfinite(naive)]
    came = actual[rows]
    days = demand.calendar["day"]
    figures = {
        "wape": wape(came, mean[rows]),
        "mase": mase(came, mean[rows], float(naive.mean()) if len(naive) else 0.0),
        "pinball_10": pinball(came, lower[rows], 0.1),
        "pinball_90": pinball(came, upper[rows], 0.9),
        "coverage": coverage(came, lower[rows], upper[rows]),
        "peak_error": peak_error(actual, mean, demand.hours),
    }
    rounded = {name: round(value, 6) if np.isfinite(value) else None for name, value in figures.items()}
    span = {"judged_from": days[first], "judged_to": days[last - 1]}
    return {"candidate": candidate, "hours": int(rows.sum()), **span, **rounded}


def _untried(target: str, horizon: int, candidate: str) -> dict[str, Any]:
    told = {"is_published": False, "is_shown": False, "verdict": "not enough history"}
    return {"target": target, "horizon": horizon, "candidate": candidate, "hours": 0, **told}


def _rows(target: str, demand: Demand, shown: Trial, ahead: range, horizon: int) -> Iterator[dict[str, Any]]:
    """The open hours of the days so far ahead that the calendar knows and the shown way can speak of."""
    days, is_open = demand.calendar["day"], demand.calendar["is_open"]
    made: dt.date = days[demand.as_of]
    for number in (demand.as_of + step for step in ahead if demand.as_of + step < len(days)):
        for at, place in enumerate(demand.places):
            for column, hour in enumerate(demand.hours):
                figures = [float(block[at, number, column]) for block in (shown.mean, shown.lower, shown.upper)]
                if is_open[number] and np.isfinite(figures).all():
                    keys = (target, place, days[number], hour, horizon)
                    yield dict(
                        zip(FORECAST, (*keys, *(round(f, 3) for f in figures), shown.candidate, made), strict=True)
                    )


def _table(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema).sort(list(schema)[:4] if "day" in schema else list(schema)[:3])
