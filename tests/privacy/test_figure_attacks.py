"""Attacks on the figures of one row or two: each succeeds against exact figures, and fails against released ones."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from pipelines.models import Model
from pipelines.releasing.aggregates import placed
from pipelines.releasing.release import as_decided
from profiles.disclosure import Rules
from tests.privacy.releases import through_the_gate

RULES = Rules()


def told(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    """A table as one release shows it."""
    return as_decided(model, frame, through_the_gate(placed(model, frame, RULES)).select("row_key", "shown"), RULES)


def cohort(loans: Sequence[int], **figures: float | int | str) -> dict[str, object]:
    """A row of report.cohort about people with so many loans each."""
    row = {"college": "Law", "term": "t1", "cohort": "new", "position": 1, "label_zh": "新生", "label_en": "new"}
    about = {
        "persons": len(loans),
        "loans_mean": float(np.mean(loans)),
        "reach_rate": float(np.mean(np.array(loans) > 0)),
    }
    rest = {"visit_days_mean": 1.0, "bookings_mean": 1.0}
    return row | about | rest | figures


def leavers(model: Model, is_gated: bool, colleges: int = 300) -> int:
    """In how many colleges the loans of one person who left follow from the two means and numbers of people shown."""
    generator = np.random.default_rng(5)
    loans = [generator.poisson(6, int(generator.integers(11, 41))).tolist() for _ in range(colleges)]
    both = [
        pl.DataFrame([cohort(own[left:], college=f"C{number}") for number, own in enumerate(loans)]) for left in (0, 1)
    ]
    before, after = (told(model, frame) for frame in both) if is_gated else both
    left = before["loans_mean"] * before["persons"] - after["loans_mean"] * after["persons"]
    is_known = (left.round() == pl.Series(own[0] for own in loans)) & (before["persons"] - after["persons"] == 1)
    return int(is_known.sum())


def test_a_leavers_loans_follow_from_two_means(models: dict[str, Model]) -> None:
    """Nor would it help to know that just one person has left, and to take the numbers as they are shown."""
    assert leavers(models["report.cohort"], is_gated=False) == 300
    assert leavers(models["report.cohort"], is_gated=True) == 0


@pytest.mark.parametrize(("loans", "share"), [([0] * 40, 0.05), ([3] * 40, 0.95)])
def test_nobody_is_said_to_be_like_everybody_else(models: dict[str, Model], loans: list[int], share: float) -> None:
    """Who knows that somebody is one of them would know what they did."""
    frame = pl.DataFrame([cohort(loans)])
    assert frame["reach_rate"].item() in (0, 1)
    assert told(models["report.cohort"], frame)["reach_rate"].item() == share


@pytest.mark.parametrize("zeros", [0, 3, 37, 40])
def test_a_count_beside_a_share_does_not_say_it_either(models: dict[str, Model], zeros: int) -> None:
    figures = dict.fromkeys(("mean", "p10", "p25", "p50", "p75", "p90", "gini", "log_mean", "log_deviation"), 1.0)
    own = {"group_type": "college", "group_code": "Law", "term": "t1", "measure": "loans", "persons": 40}
    frame = pl.DataFrame([own | {"zeros": zeros, "zero_share": zeros / 40} | figures])
    row = told(models["portrait.distribution"], frame).row(0, named=True)
    assert row["zeros"] is None
    assert row["zero_share"] in (0.05, 0.08, 0.92, 0.93, 0.95)


def test_the_highest_and_the_lowest_are_nowhere(models: dict[str, Model]) -> None:
    """No aggregate has a column for the most or the least that any one person did."""
    aggregates = [model for model in models.values() if model.persons and model.layer in ("portrait", "report")]
    extreme = {"min", "max", "minimum", "maximum", "lowest", "highest"}
    named = {(m.table, c.name) for m in aggregates for c in m.columns if extreme & set(c.name.split("_"))}
    of_groups = {("report.indicator", "lowest"), ("report.indicator", "highest")}
    of_the_survey = {
        ("report.opportunity", "minimum_mean"),
        ("report.survey", "scale_max"),
        ("report.survey_estimate", "scale_min"),
        ("report.survey_estimate", "scale_max"),
        ("report.survey_weighting", "weight_min"),
        ("report.survey_weighting", "weight_max"),
    }
    assert named == of_groups | of_the_survey
