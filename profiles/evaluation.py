"""How a service did in a term, and whether to keep it, mend it or stop it: by a published rule, or it cannot be told.

Belongs here: inequality between and within colleges, ratings drawn towards one another where few rated, and the
rule.  Whether a service had an effect is told in :mod:`profiles.effects`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from profiles.raking import Floats

FEWEST_RATINGS = 10
Z95 = 1.96
Row = dict[str, Any]
Holds = Callable[[Row, float], bool]


def theil(persons: pl.DataFrame, eligible: pl.DataFrame) -> pl.DataFrame:
    """How unequally a service was given: Theil's T over those it is for, between their colleges and within them.

    With nine decimals: the last of a sum of fractions depends on the order in which they are added.

    Args:
        persons: service, term, college, times: one row for each person it was given to at all.
        eligible: service, term, college, persons: how many it is for; never fewer than it was given to.

    """
    cell = ["service", "term", "college"]
    times = pl.col("times").cast(pl.Float64)
    given = persons.group_by(cell).agg(times=times.sum(), spread=(times * times.log()).sum(), reached=pl.len())
    joined = eligible.select(*cell, people="persons").join(given, on=cell, how="full", coalesce=True)
    people = pl.max_horizontal(pl.col("people", "reached").fill_null(0)).cast(pl.Float64)
    whole = joined.fill_null(0).with_columns(people=people).with_columns(
        all_times=pl.col("times").sum().over("service", "term"), everyone=pl.col("people").sum().over("service", "term")
    )  # fmt: skip
    share = pl.col("times") / pl.col("all_times")
    apart = share * (share * pl.col("everyone") / pl.col("people")).log()
    found = whole.filter(pl.col("times") > 0).group_by("service", "term").agg(
        equity_between=apart.sum(),
        total=(pl.col("spread") / pl.col("all_times")).sum() + (pl.col("everyone") / pl.col("all_times")).first().log(),
    )  # fmt: skip
    within = pl.col("total") - pl.col("equity_between")
    return found.select("service", "term", pl.col("equity_between").round(9), equity_within=within.round(9)).sort(
        "service", "term"
    )


def steadied(means: Floats, errors: Floats) -> Floats:
    """Each mean drawn towards that of all, by as much of its distance as chance alone would explain (empirical Bayes).

    How much the true means differ is DerSimonian and Laird's; where they do not differ beyond chance, all are one.
    """
    if len(means) < 2:
        return means
    weights = 1 / errors**2
    surprise = float(weights @ (means - np.average(means, weights=weights)) ** 2)
    apart = max(surprise - (len(means) - 1), 0.0) / float(weights.sum() - (weights @ weights) / weights.sum())
    kept = apart / (apart + errors**2)
    middle = np.average(means, weights=1 / (apart + errors**2))
    found: Floats = middle + kept * (means - middle)
    return found


def satisfaction(ratings: pl.DataFrame) -> pl.DataFrame:
    """Ratings of services by term on a scale from 0 to 1, of ten people or more, those of a term drawn together.

    ``ratings`` has service, term, persons, mean, ci_low, ci_high, scale_min and scale_max.
    """
    low, span = pl.col("scale_min"), pl.col("scale_max") - pl.col("scale_min")
    told = ratings.filter(pl.col("persons") >= FEWEST_RATINGS, pl.col("ci_high") > pl.col("ci_low")).select(
        *("service", "term", "persons"),
        mean=(pl.col("mean") - low) / span,
        error=(pl.col("ci_high") - pl.col("ci_low")) / span / (2 * Z95),
    )
    drawn = [
        own.select(
            *("service", "term"),
            ratings="persons",
            satisfaction=pl.Series(steadied(own["mean"].to_numpy(), own["error"].to_numpy())),
        )
        for own in told.sort("term", "service").partition_by("term")
    ]
    nothing = pl.DataFrame(
        schema={"service": pl.String, "term": pl.String, "ratings": pl.Int64, "satisfaction": pl.Float64}
    )
    return pl.concat([nothing, *drawn])


def evaluate(figures: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """The figures with the verdict of the first rule that holds, and its reason in words.

    ``figures`` has effect (the verdict of the term's run, null where there was none), effect_before (of the run before),
    reach_rate, equity_between, satisfaction and no_show_rate, null where not measured; ``rules`` is ref.evaluation_rule.
    """
    ordered = rules.sort("position").to_dicts()
    found = [_first(row, ordered) for row in figures.iter_rows(named=True)]
    words = {"verdict": "verdict", "reason": "rule", "reason_zh": "label_zh", "reason_en": "label_en"}
    return figures.with_columns(pl.Series(name, [rule[of] for rule in found], pl.String) for name, of in words.items())


def _first(row: Row, rules: list[Row]) -> Row:
    return next(rule for rule in rules if HOLDS[rule["rule"]](row, rule["value"]))


def _below(name: str) -> Holds:
    return lambda row, limit: row[name] is not None and row[name] < limit


def _above(name: str) -> Holds:
    return lambda row, limit: row[name] is not None and row[name] > limit


def _was(*verdicts: str) -> Holds:
    """The verdicts of the term's run and, where asked for, of the one before."""
    return lambda row, limit: (row["effect"], row["effect_before"])[: len(verdicts)] == verdicts


HOLDS: dict[str, Holds] = {
    "harmed": _was("harmed"),
    "no_effect_again": _was("no_visible_effect", "no_visible_effect"),
    "no_effect": _was("no_visible_effect"),
    "not_told": lambda row, limit: row["effect"] != "helped",
    "few_reached": _below("reach_rate"),
    "unequal": _above("equity_between"),
    "unsatisfied": _below("satisfaction"),
    "no_shows": _above("no_show_rate"),
    "helped": _was("helped"),
}
"""What each rule of ref.evaluation_rule asks of a service's figures."""
