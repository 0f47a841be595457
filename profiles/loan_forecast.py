"""The next term's loans by college and class, foretold only as well as it was shown to be.

Every way is tried on past terms, each with the terms that were known as long before as they are
now.  Bands come from errors on terms already past (split conformal).  The model is published where it
beats every plain rule; else the best rule is shown and named.
"""

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from profiles.forecast import Trial, judge
from profiles.forecast_features import Block
from profiles.forecast_skill import coverage, mase, wape
from profiles.loan_forecast_model import PAIRS, RULES, Groups, growths, last_year, modelled

CANDIDATES = (*RULES, "model")
"""From the plainest on: of two that are equally good the plainer is shown."""
CELL = ("college", "class_scheme", "class_top")
SEASON_TERMS = 3
WARM_UP_TERMS = 2
"""Terms foretold but not judged: their errors give the first band."""
FEWEST_TERMS = 4
"""Terms with an earlier one of their season, and with a year's growth known before; with fewer nothing is judged."""
BAND_TERMS = 4
"""The errors of so many terms give a band: those of longer ago were made with less to learn from."""

FORECAST = {
    **dict.fromkeys((*CELL, "term"), pl.String),
    **dict.fromkeys(("expected", "p10", "p90"), pl.Float64),
    "borrowers": pl.Int64,
    "model": pl.String,
    "made_as_of": pl.Date,
}
SKILL = {
    "candidate": pl.String,
    "cells": pl.Int64,
    "terms": pl.Int64,
    "judged_from": pl.String,
    "judged_to": pl.String,
    "wape": pl.Float64,
    "mase": pl.Float64,
    "coverage": pl.Float64,
    "is_published": pl.Boolean,
    "is_shown": pl.Boolean,
    "verdict": pl.String,
}


class Loans(NamedTuple):
    """Loans and borrowers in cells × terms up to the one to foretell; nan in a term not over or not measured."""

    cells: pl.DataFrame
    terms: list[str]
    seasons: list[str]
    loans: Block
    borrowers: Block
    gap: int
    """How many terms the one to foretell is after the last that is over."""
    next: int | None
    """The number of the term to foretell; none where the calendar ends."""

    @property
    def measured(self) -> list[int]:
        return np.flatnonzero(np.isfinite(self.loans).all(axis=0)).tolist() if self.cells.height else []

    def groups(self, *columns: str) -> Groups:
        """A number for each cell's value in the columns."""
        return self.cells.select(pl.struct(columns).rank("dense") - 1).to_series().cast(pl.Int64).to_numpy()

    def earlier(self, term: int) -> list[int]:
        """The last terms of its season that are known when the term is foretold."""
        alike = [t for t in self.measured if t <= term - self.gap and self.seasons[t] == self.seasons[term]]
        return alike[-SEASON_TERMS:]

    def pairs(self, term: int) -> list[tuple[int, int]]:
        """The terms that are known when the term is foretold, each beside the one a year before it."""
        known = [t for t in self.measured if t <= term - self.gap]
        alike = [(a, b) for b in known for a in known if a < b and self.seasons[a] == self.seasons[b]]
        return [(a, b) for a, b in alike if self.years(a, b) == 1]

    def years(self, earlier: int, term: int) -> int:
        return self.seasons[earlier:term].count(self.seasons[term])


def loan_forecast(
    counted: pl.DataFrame, terms: pl.DataFrame, as_of: dt.date, small_cell: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The next term's forecast and the skill of every way, as service.loan_forecast and service.loan_forecast_skill.

    ``counted``: college, class_scheme, class_top, term, loans, borrowers.  ``terms``: term, season, starts_on,
    ends_on, is_measured.
    """
    loans = laid(counted, terms, as_of)
    tried = [term for term in loans.measured if loans.earlier(term) and loans.pairs(term)]
    if len(tried) < FEWEST_TERMS:
        return _untried()
    fewest = _fewest_borrowers(loans)
    is_told = fewest >= small_cell
    trials = [_try(loans, candidate, tried, is_told) for candidate in CANDIDATES]
    if not is_told[:, tried[:WARM_UP_TERMS]].any() or any(trial.skill["wape"] is None for trial in trials):
        return _untried()
    shown = judge(trials)
    ahead = _rows(loans, shown, fewest, is_told, as_of)
    return ahead, pl.DataFrame([trial.skill for trial in trials], schema=SKILL)


def laid(counted: pl.DataFrame, terms: pl.DataFrame, as_of: dt.date) -> Loans:
    """Lay out the terms that are over and those up to the next; a cell without a row had no loan."""
    terms = terms.sort("starts_on")
    over, ahead = terms.filter(pl.col("ends_on") <= as_of), terms.filter(pl.col("starts_on") > as_of)
    if ahead.height:
        terms = terms.filter(pl.col("starts_on") <= ahead["starts_on"][0])
    gap = terms.height - over.height if ahead.height else 1
    known = over.filter("is_measured").select("term")
    counted = counted.join(known, on="term").sort(*CELL, "term")
    cells = counted.select(CELL).unique(maintain_order=True)
    numbers = {term: number for number, term in enumerate(terms["term"])}
    at = counted.join(cells.with_row_index("cell"), on=list(CELL))
    blocks = {}
    for column in ("loans", "borrowers"):
        blocks[column] = np.full((cells.height, terms.height), np.nan)
        blocks[column][:, [numbers[term] for term in known["term"]]] = 0.0
        for cell, term, count in at.select("cell", "term", column).iter_rows():
            blocks[column][cell, numbers[term]] = count
    return Loans(
        cells,
        terms["term"].to_list(),
        terms["season"].to_list(),
        **blocks,
        gap=gap,
        next=terms.height - 1 if ahead.height else None,
    )


def _fewest_borrowers(loans: Loans) -> Block:
    """Of the terms that each cell and term is foretold from; nan where there are none."""
    fewest = np.full_like(loans.loans, np.nan)
    for term in range(len(loans.terms)):
        if earlier := loans.earlier(term):
            fewest[:, term] = loans.borrowers[:, earlier].min(axis=1)
    return fewest


def _try(loans: Loans, candidate: str, tried: list[int], is_told: np.ndarray[Any, Any]) -> Trial:
    mean = np.full_like(loans.loans, np.nan)
    for term in range(len(loans.terms)):
        if loans.earlier(term):
            mean[:, term] = foretold(loans, candidate, term)
    mean[~is_told] = np.nan
    lower, upper = _bands(loans, mean, tried)
    return Trial(candidate, mean, lower, upper, _skill(loans, candidate, mean, lower, upper, tried))


def foretold(loans: Loans, candidate: str, term: int) -> Block:
    """The loans of a term, from what is known when it is foretold."""
    earlier = loans.loans[:, loans.earlier(term)]
    if candidate in RULES:
        return RULES[candidate](earlier)
    years = [loans.years(t, term) for t in loans.earlier(term)]
    return modelled(earlier, years, _growth(loans, term))


def _growth(loans: Loans, term: int) -> Block:
    """Of the last years known; none where there are none."""
    pairs = loans.pairs(term)[-PAIRS:]
    if not pairs:
        return np.zeros(loans.cells.height)
    before, after = (loans.loans[:, [pair[side] for pair in pairs]].sum(axis=1) for side in (0, 1))
    return growths(before, after, loans.groups("college"), loans.groups("class_scheme", "class_top"))


def _bands(loans: Loans, mean: Block, tried: list[int]) -> tuple[Block, Block]:
    """What eight tenths of the earlier errors were, in units that grow with the root of the loans."""
    spread = np.sqrt(mean + 1)
    error = (loans.loans - mean) / spread
    lower, upper = np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    for term in [*tried[WARM_UP_TERMS:], *([] if loans.next is None else [loans.next])]:
        past = error[:, [t for t in tried if t <= term - loans.gap][-BAND_TERMS:]]
        past = past[np.isfinite(past)]
        if len(past):
            low, high = np.quantile(past, [0.1, 0.9])
            lower[:, term] = np.maximum(mean[:, term] + low * spread[:, term], 0)
            upper[:, term] = np.maximum(mean[:, term] + high * spread[:, term], 0)
    return lower, upper


def _skill(loans: Loans, candidate: str, mean: Block, lower: Block, upper: Block, tried: list[int]) -> dict[str, Any]:
    """The figures of one way on the terms judged."""
    judged = tried[WARM_UP_TERMS:]
    naive = np.concatenate(
        [loans.loans[:, t] - last_year(loans.loans[:, loans.earlier(t)]) for t in tried[:WARM_UP_TERMS]]
    )
    told = np.isfinite(mean[:, tried[:WARM_UP_TERMS]]).T.ravel()
    actual, mean, lower, upper = (block[:, judged] for block in (loans.loans, mean, lower, upper))
    rows = np.isfinite(mean) & np.isfinite(lower)
    figures = {"wape": float("nan"), "mase": float("nan"), "coverage": float("nan")}
    if rows.any() and told.any():
        figures = {
            "wape": wape(actual[rows], mean[rows]),
            "mase": mase(actual[rows], mean[rows], float(np.abs(naive[told]).mean())),
            "coverage": coverage(actual[rows], lower[rows], upper[rows]),
        }
    span = {"judged_from": loans.terms[judged[0]], "judged_to": loans.terms[judged[-1]]}
    rounded = {name: round(value, 6) if np.isfinite(value) else None for name, value in figures.items()}
    return {"candidate": candidate, "cells": int(rows.sum()), "terms": len(judged), **span, **rounded}


def _rows(loans: Loans, shown: Trial, fewest: Block, is_told: np.ndarray[Any, Any], as_of: dt.date) -> pl.DataFrame:
    term = loans.next
    if term is None:
        return pl.DataFrame(schema=FORECAST)
    figures = {"expected": shown.mean, "p10": shown.lower, "p90": shown.upper}
    columns = [pl.Series(name, block[:, term]).round(3) for name, block in figures.items()]
    ahead = loans.cells.with_columns(
        *columns,
        term=pl.lit(loans.terms[term]),
        borrowers=pl.Series(fewest[:, term]),
        model=pl.lit(shown.candidate),
        made_as_of=pl.lit(as_of),
    )
    told = ahead.filter(pl.Series(is_told[:, term] & np.isfinite(shown.lower[:, term])))
    return told.select(pl.col(name).cast(kind) for name, kind in FORECAST.items())


def _untried() -> tuple[pl.DataFrame, pl.DataFrame]:
    told = {"cells": 0, "terms": 0, "is_published": False, "is_shown": False, "verdict": "not enough history"}
    rows = [{"candidate": candidate, **told} for candidate in CANDIDATES]
    return pl.DataFrame(schema=FORECAST), pl.DataFrame(rows, schema=SKILL)
