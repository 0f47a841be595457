"""What a survey says, for everyone and each group, weighted or plainly not."""

import numpy as np
import polars as pl
import pytest

from profiles.survey_estimates import estimate_surveys, net_promoters

ITEM = {"item": "overall", "scale_min": 1.0, "scale_max": 5.0}


def campus(law: int, arts: int) -> pl.DataFrame:
    """A roster of two colleges in which nothing else differs."""
    rows = [(f"p{n}", "law" if n < law else "arts") for n in range(law + arts)]
    return pl.DataFrame(rows, {"patron_key": pl.String, "college": pl.String}, orient="row").with_columns(
        survey=pl.lit("w1"),
        level_group=pl.lit("staff"),
        study_year=pl.lit(1, pl.Int64),
        visit_days=pl.lit(None, pl.Int64),
        active_days=pl.lit(None, pl.Int64),
    )


def responses(*groups: tuple[str, list[int | None]]) -> pl.DataFrame:
    """By college, the position on the roster of each respondent; None for one who is not known."""
    rows = [(college, None if n is None else f"p{n}") for college, numbers in groups for n in numbers]
    return pl.DataFrame(rows, {"college": pl.String, "patron_key": pl.String}, orient="row").with_columns(
        survey=pl.lit("w1"),
        term=pl.lit("t"),
        response_key=pl.format("r{}", pl.int_range(pl.len())),
        level_group=pl.when(pl.col("patron_key").is_not_null()).then(pl.lit("staff")),
        segment=pl.lit(None, pl.String),
    )


def answers(values: list[float | None], **item: object) -> pl.DataFrame:
    columns = {"survey": "w1", "response_key": [f"r{n}" for n in range(len(values))], "answer_value": values}
    return pl.DataFrame({**columns, **ITEM, **item})


def one(frame: pl.DataFrame, kind: str = "cohort", code: str = "everyone") -> dict[str, object]:
    return frame.row(by_predicate=(pl.col("group_type") == kind) & (pl.col("group_code") == code), named=True)


def test_a_weighted_mean_by_hand() -> None:
    """60 of law, 40 of arts; 30 of law say 5, 10 of arts say 2, one unknown says 1.

    Weights 0.8 and 1.6: (30 · 0.8 · 5 + 10 · 1.6 · 2) / 40 = 152 / 40 = 3.8; unweighted (150 + 20 + 1) / 41.
    The college explains every answer, so that the interval closes; law alone is in the top two boxes, 30 · 0.8 / 40 = 0.6.
    """
    here = responses(("law", list(range(30))), ("arts", [*range(60, 70), None]))
    found = estimate_surveys(campus(60, 40), here, answers([5.0] * 30 + [2.0] * 10 + [1.0]))
    row = one(found.estimate)
    assert row["mean_weighted"] == pytest.approx(3.8)
    assert row["mean_unweighted"] == pytest.approx(171 / 41)
    assert (row["persons"], row["respondents"], row["is_weighted"]) == (40, 41, True)
    assert row["top2_share"] == pytest.approx(0.6)
    assert row["ci_low"] == pytest.approx(3.8)
    assert row["n_eff"] == pytest.approx(40**2 / (30 * 0.64 + 10 * 2.56))
    assert row["nps"] is None
    arts = one(found.estimate, "college", "arts")
    assert (arts["persons"], arts["respondents"], arts["mean_weighted"]) == (10, 11, pytest.approx(2))
    weighting = found.weighting.row(0, named=True)
    assert (weighting["respondents"], weighting["matched"], weighting["roster_persons"]) == (41, 40, 100)
    assert (weighting["weight_min"], weighting["weight_max"]) == (pytest.approx(0.8), pytest.approx(1.6))
    assert weighting["response_rate"] == pytest.approx(0.4)
    assert not weighting["is_bias_likely"]


def test_a_survey_without_names_is_not_weighted_and_says_so() -> None:
    """1, 2, 3, 6 of 1 to 7: mean 3, s² = 14/3, error √(14/12) = 1.0801; 3 − 2.117 is below the scale's 1."""
    here = responses(("law", [None] * 4))
    found = estimate_surveys(campus(60, 40), here, answers([1.0, 2, 3, 6], scale_max=7.0))
    row = one(found.estimate)
    assert (row["mean_weighted"], row["mean_unweighted"], row["is_weighted"]) == (None, 3, False)
    assert (row["ci_low"], row["ci_high"]) == (1, pytest.approx(3 + 1.96 * (14 / 12) ** 0.5))
    assert (row["persons"], row["n_eff"], row["top2_share"]) == (4, 4, 0.25)
    weighting = found.weighting.row(0, named=True)
    assert weighting["reason"] == "fewer than 30 respondents on the roster"
    assert weighting["deff"] is None


def test_a_survey_before_the_calendar_has_no_roster() -> None:
    found = estimate_surveys(campus(0, 0), responses(("law", [None])), answers([4.0]))
    assert found.weighting["reason"].to_list() == ["no roster of its term"]
    row = one(found.estimate)
    assert (row["mean_unweighted"], row["ci_low"], row["persons"]) == (4, None, 1)


def test_nobody_answered() -> None:
    found = estimate_surveys(campus(5, 5), responses(), answers([]))
    assert found.weighting.is_empty()
    assert found.estimate.is_empty()


def test_who_skips_an_item_is_not_counted_for_it() -> None:
    here = responses(("law", [None] * 3))
    row = one(estimate_surveys(campus(60, 40), here, answers([4.0, None, 2.0])).estimate)
    assert (row["persons"], row["respondents"], row["mean_unweighted"]) == (2, 2, 3)


def test_a_survey_that_hardly_reaches_a_college_is_marked() -> None:
    """10 of 100 respondents stand for 900 of 1,000 people: each weighs 0.9 / 0.1 = 9, the others 0.1 / 0.9."""
    here = responses(("law", list(range(90))), ("arts", list(range(100, 110))))
    found = estimate_surveys(campus(100, 900), here, answers([5.0] * 90 + [1.0] * 10))
    row = found.weighting.row(0, named=True)
    assert row["largest_raked"] == pytest.approx(9)
    assert row["is_bias_likely"]


@pytest.mark.parametrize(
    ("values", "nps"), [([10, 9, 8, 7, 6, 0], 0), ([10], 1), ([0, 6], -1), ([7, 8], 0), ([9, 9, 9, 3], 0.5)]
)
def test_net_promoters(values: list[int], nps: float) -> None:
    assert net_promoters(np.array(values, dtype=float), np.ones(len(values)))["nps"] == pytest.approx(nps)


def test_net_promoters_weighted_with_interval() -> None:
    """Weights 2, 1, 1 on 10, 8, 3: p₊ = 0.5, p₋ = 0.25; variance 0.75 − 0.0625 = 0.6875 over n_eff = 16/6."""
    found = net_promoters(np.array([10.0, 8, 3]), np.array([2.0, 1, 1]))
    half = 1.96 * (0.6875 * 6 / 16) ** 0.5
    assert (found["nps"], found["nps_low"]) == (0.25, pytest.approx(0.25 - half))
    assert found["nps_high"] == 1  # 0.25 + 0.995 is above all


def test_net_promoters_are_for_scales_from_nought_to_ten() -> None:
    here = responses(("law", [None] * 2))
    told = [
        one(estimate_surveys(campus(1, 1), here, answers([9.0, 2.0], scale_min=low, scale_max=10.0)).estimate)
        for low in (0.0, 1.0)
    ]
    assert [row["nps"] for row in told] == [0, None]
