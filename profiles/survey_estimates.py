"""What a survey says of everyone, of each level, college and segment: weighted to the roster where that is possible.

Belongs here: estimates with their uncertainty.  How weights come about is told in :mod:`profiles.survey_weights`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from profiles.raking import Floats, NotConverged, calibrated_on, design_effect, mean_and_error
from profiles.survey_weights import BIAS_WEIGHT, Weighted, on_margins, weigh

Row = dict[str, Any]
Z95 = 1.96
GROUPS = {"cohort": "level_group", "college": "college", "segment": "segment"}
"""Kind of group, and the column of the responses that names it; everyone is a cohort too."""

WEIGHTING = {
    **{"survey": pl.String, "term": pl.String, "is_weighted": pl.Boolean, "reason": pl.String, "margins": pl.String},
    **{
        "persons": pl.Int64,
        "respondents": pl.Int64,
        "matched": pl.Int64,
        "roster_persons": pl.Int64,
        "response_rate": pl.Float64,
    },
    **{"deff": pl.Float64, "n_eff": pl.Float64, "weight_min": pl.Float64, "weight_max": pl.Float64},
    **{"largest_raked": pl.Float64, "is_bias_likely": pl.Boolean},
}
ESTIMATE = {
    **dict.fromkeys(("survey", "group_type", "group_code", "item"), pl.String),
    **{"is_weighted": pl.Boolean, "persons": pl.Int64, "respondents": pl.Int64, "n_eff": pl.Float64},
    **dict.fromkeys(("mean_unweighted", "mean_weighted", "ci_low", "ci_high"), pl.Float64),
    **dict.fromkeys(("top2_share", "nps", "nps_low", "nps_high"), pl.Float64),
}


@dataclass(frozen=True)
class Estimates:
    """One row for each survey, and one for each survey, group and item."""

    weighting: pl.DataFrame
    estimate: pl.DataFrame


@dataclass(frozen=True)
class _Sample:
    """Those whose answers make an estimate: the matched with their weights, or everybody with equal ones."""

    people: pl.DataFrame
    weights: Floats
    basis: Floats
    is_weighted: bool


def estimate_surveys(roster: pl.DataFrame, responses: pl.DataFrame, answers: pl.DataFrame) -> Estimates:
    """Weigh every survey and estimate every item.

    Args:
        roster: survey, patron_key, level_group, study_year, college, visit_days, active_days: whom the survey stands
            for, which is who was here in the term in which it closed.
        responses: survey, response_key, patron_key, term, level_group, college, segment; the last response of a person.
        answers: survey, response_key, item, answer_value, scale_min, scale_max.

    """
    weighting: list[Row] = []
    estimates: list[Row] = []
    for (survey,), own in sorted(responses.partition_by("survey", as_dict=True).items()):
        here = own.sort("response_key")
        row, sample = _weighted(str(survey), roster.filter(pl.col("survey") == survey), here)
        weighting.append(row)
        estimates += _of_survey(sample, here, answers.filter(pl.col("survey") == survey))
    return Estimates(
        *(
            frame.with_columns(cs.float().round(9))
            for frame in (pl.DataFrame(weighting, WEIGHTING), pl.DataFrame(estimates, ESTIMATE))
        )
    )


def _weighted(survey: str, roster: pl.DataFrame, responses: pl.DataFrame) -> tuple[Row, _Sample]:
    """What became of weighting a survey, and the sample to estimate from."""
    margins = on_margins(roster)
    matched = responses.join(margins.select("patron_key"), on="patron_key", how="semi")
    row = {
        "survey": survey,
        "term": responses["term"].first(),
        "respondents": len(responses),
        "matched": len(matched),
        "roster_persons": len(margins),
        "response_rate": len(matched) / len(margins) if len(margins) else None,
    }
    try:
        found = weigh(margins, matched)
    except NotConverged as reason:
        equal = np.ones(len(responses))
        sample = _Sample(responses, equal, calibrated_on(equal, ()), False)
        why = str(reason) if len(margins) else "no roster of its term"
        return {**row, "is_weighted": False, "reason": why, "persons": len(responses)}, sample
    people = found.people.select("patron_key").join(matched, on="patron_key", how="left", maintain_order="left")
    return {**row, **_cost(found), "persons": len(matched)}, _Sample(
        people, found.weights, calibrated_on(found.weights, found.codes), True
    )


def _cost(found: Weighted) -> Row:
    return {
        "is_weighted": True,
        "margins": " ".join(found.margins),
        "deff": found.deff,
        "n_eff": len(found.weights) / found.deff,
        "weight_min": float(found.weights.min()),
        "weight_max": float(found.weights.max()),
        "largest_raked": found.largest_raked,
        "is_bias_likely": found.largest_raked > BIAS_WEIGHT,
    }


def _of_survey(sample: _Sample, responses: pl.DataFrame, answers: pl.DataFrame) -> Iterator[Row]:
    """The estimates of every item in every group."""
    items = answers.filter(pl.col("answer_value").is_not_null()).partition_by("item", as_dict=True)
    for (item,), given in sorted(items.items()):
        cells = given.select("response_key", "answer_value", "scale_min", "scale_max")
        asked = responses.join(cells, on="response_key")
        inside = sample.people.join(cells, on="response_key", how="left", maintain_order="left")
        for kind, code, everyone, own in _groups(asked, inside):
            if own.any():
                yield {
                    **{"survey": responses["survey"].first(), "item": item, "group_type": kind, "group_code": code},
                    **{"respondents": len(everyone), "mean_unweighted": everyone["answer_value"].mean()},
                    **_estimate(sample, inside, own),
                }


def _groups(asked: pl.DataFrame, inside: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame, pl.Series]]:
    """Each group with its respondents, and which of the sample are in it and answered."""
    answered = inside["answer_value"].is_not_null()
    yield "cohort", "everyone", asked, answered
    for kind, column in GROUPS.items():
        for code in asked[column].drop_nulls().unique().sort():
            yield kind, code, asked.filter(pl.col(column) == code), answered & (inside[column] == code).fill_null(False)


def _estimate(sample: _Sample, inside: pl.DataFrame, own: pl.Series) -> Row:
    mask, values = own.to_numpy(), inside["answer_value"].fill_null(0).cast(pl.Float64).to_numpy()
    mean, error = mean_and_error(values, sample.weights, mask, sample.basis)
    weights, low, high = sample.weights[mask], *(inside[name].drop_nulls()[0] for name in ("scale_min", "scale_max"))
    n_eff = len(weights) / design_effect(weights)
    measured = len(weights) > 1
    return {
        "is_weighted": sample.is_weighted,
        "persons": len(weights),
        "n_eff": n_eff,
        "mean_weighted": mean if sample.is_weighted else None,
        "ci_low": max(mean - Z95 * error, float(low)) if measured else None,
        "ci_high": min(mean + Z95 * error, float(high)) if measured else None,
        "top2_share": _share(values[mask] >= high - 1, weights),
        **(net_promoters(values[mask], weights) if (low, high) == (0, 10) else {}),
    }


def net_promoters(values: Floats, weights: Floats) -> Row:
    """Promoters (9, 10) less detractors (0 to 6), with its interval: variance p₊ + p₋ − (p₊ − p₋)² over n_eff."""
    promoters, detractors = _share(values >= 9, weights), _share(values <= 6, weights)
    nps = promoters - detractors
    half = Z95 * float(np.sqrt((promoters + detractors - nps**2) * design_effect(weights) / len(weights)))
    return {"nps": nps, "nps_low": max(nps - half, -1.0), "nps_high": min(nps + half, 1.0)}


def _share(is_so: Any, weights: Floats) -> float:
    return float(weights[is_so].sum() / weights.sum())
