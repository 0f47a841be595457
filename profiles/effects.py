"""What a service did for those it was offered to: told of a whole run, by the arm people were drawn into.

Whoever was drawn to be served counts as served, reached or not (intention to treat).  Before the window is
over nothing is computed, and where nobody was held out no figure of those served is told: many who are
chosen for doing little do more later by themselves.  All runs of a term are judged together
(Benjamini and Hochberg).  Balance of the arms belongs in :mod:`profiles.effect_balance`, what is told
without a holdout in :mod:`profiles.effect_units`, words in :mod:`profiles.effect_words`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from profiles.effect_arms import Arm, Difference, compare, difference_of_means
from profiles.effect_change import RARE, Change, raised
from profiles.effect_units import compare_units
from profiles.effect_words import REASONS

Row = dict[str, Any]

EFFECT = {
    **dict.fromkeys(("run_key", "service", "term"), pl.String),
    **dict.fromkeys(("window_from", "window_to"), pl.Date),
    **dict.fromkeys(("design", "method"), pl.String),
    **dict.fromkeys(("persons", "served", "held_out", "units"), pl.Int64),
    **dict.fromkeys(("served_rate", "held_out_rate", "difference", "ci_low", "ci_high"), pl.Float64),
    **dict.fromkeys(("p_value", "q_value"), pl.Float64),
    "judged_together": pl.Int64,
    **dict.fromkeys(("detectable", "times_difference", "times_low", "times_high"), pl.Float64),
    **dict.fromkeys(("verdict", "reason", "reason_zh", "reason_en"), pl.String),
}


@dataclass(frozen=True)
class _Finding:
    """A run as far as it can be told: what stands in its row already, what was found, or why nothing can be."""

    row: Row
    found: Difference | Change | None = None
    obstacle: str = ""


def judge(runs: pl.DataFrame, people: pl.DataFrame, units: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """The effect of every run, one row each.

    Args:
        runs: run_key, service, term, frozen_on, window_days, detectable (the difference the run was made to see, null
            where none was planned), is_measured (whether what people did in the window is known).
        people: run_key, patron_key, arm, drawn_with, baseline (null where not measured), outcomes in the window.
        units: run_key, unit, week (0 is the first one after), rate, persons, is_served; of runs that held nobody out
            and served whole units.
        as_of: the last day of which anything is known.

    """
    listed, beside = (frame.partition_by("run_key", as_dict=True) for frame in (people, units))
    found = [
        _found(run, listed.get((run["run_key"],), people.clear()), beside.get((run["run_key"],), units.clear()), as_of)
        for run in runs.sort("run_key").iter_rows(named=True)
    ]
    p_values = [finding.found.p_value if finding.found else None for finding in found]
    q_values = raised([finding.row["term"] for finding in found], p_values)
    rows = [_judged(finding, q_value) for finding, q_value in zip(found, q_values, strict=True)]
    together = pl.col("p_value").count().over("term").cast(pl.Int64)
    frame = pl.DataFrame(rows, EFFECT).with_columns(cs.float().round(9))
    return frame.with_columns(judged_together=pl.when(pl.col("p_value").is_not_null()).then(together))


def verdict_of(found: Difference, q_value: float, detectable: float | None) -> str:
    """The reason for which a difference is held to be one, none, or unclear; ``REASONS`` knows the verdict of each."""
    is_apart = found.low > 0 or found.high < 0
    if is_apart and q_value <= RARE:
        return "more" if found.low > 0 else "fewer"
    if is_apart and found.p_value <= RARE:
        return "among_many"
    if detectable is None:
        return "unplanned"
    return "excluded" if -detectable < found.low and found.high < detectable else "too_wide"


def _found(run: Row, people: pl.DataFrame, units: pl.DataFrame, as_of: dt.date) -> _Finding:
    ends = run["frozen_on"] + dt.timedelta(days=run["window_days"])
    sizes = {arm: len(people.filter(arm=arm)) for arm in ("served", "held_out")}
    row = {
        **{name: run[name] for name in ("run_key", "service", "term", "detectable")},
        **{"window_from": run["frozen_on"] + dt.timedelta(days=1), "window_to": ends, **sizes},
        **{"persons": min(size for size in sizes.values() if size) if any(sizes.values()) else 0},
        **{"units": people["drawn_with"].n_unique(), "design": "trial" if sizes["held_out"] else "observed"},
    }
    if as_of < ends:
        return _Finding(row, obstacle="window_open")
    if not run["is_measured"]:
        return _Finding(row, obstacle="not_measured")
    return _by_arms(row, people) if all(sizes.values()) else _by_units(row, units)


def _by_arms(row: Row, people: pl.DataFrame) -> _Finding:
    did, times = ([_arm(people.filter(arm=arm), often) for arm in ("served", "held_out")] for often in (False, True))
    found = compare(*did)
    if found is None:
        return _Finding(row, obstacle="one_unit")
    often = difference_of_means(*times)
    rates = {"served_rate": did[0].mean, "held_out_rate": did[1].mean, "method": found.method}
    spans = {"times_difference": often.value, "times_low": often.low, "times_high": often.high}
    return _Finding({**row, **rates, **spans}, found)


def _by_units(row: Row, units: pl.DataFrame) -> _Finding:
    """What is seen where nobody was held out: whole units beside units like them, or nothing at all."""
    if units.is_empty():
        return _Finding(row, obstacle="one_arm")
    change = compare_units(units)
    return _Finding({**row, "method": "units"}, change if change.is_told else None, change.obstacle)


def _arm(people: pl.DataFrame, often: bool) -> Arm:
    """An arm by whether they did it at all, or by how often."""
    outcomes = people["outcomes"].to_numpy().astype(float)
    before = people["baseline"].cast(pl.Float64).log1p().fill_null(np.nan).to_numpy()
    return Arm(outcomes if often else (outcomes > 0).astype(float), people["drawn_with"].to_numpy(), before)


def _judged(finding: _Finding, q_value: float | None) -> Row:
    found, row = finding.found, finding.row
    if found is None or q_value is None:
        reason, figures = finding.obstacle, {}
    else:
        reason = found.reason(q_value) if isinstance(found, Change) else verdict_of(found, q_value, row["detectable"])
        figures = {"difference": found.value, "ci_low": found.low, "ci_high": found.high, "p_value": found.p_value}
    words = REASONS[reason]
    told = {"verdict": words.verdict, "reason": reason, "reason_zh": words.zh, "reason_en": words.en}
    return {**row, **figures, "q_value": q_value, **told}
