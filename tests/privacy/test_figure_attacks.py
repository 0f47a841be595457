"""Attacks on the figures of one row or two: each succeeds against exact figures, and fails against released ones."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from pipelines.aggregates import placed
from pipelines.models import Model
from pipelines.release import as_decided, without_dominated
from profiles.disclosure import Rules
from tests.conftest import Build
from tests.privacy.releases import through_the_gate

RULES = Rules()


def told(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    """A table as one release shows it."""
    return as_decided(model, frame, through_the_gate(placed(model, frame)).select("row_key", "shown"), RULES)


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


DOMINATED = pl.DataFrame([{"group_type": "college cohort", "group_code": "Law/new", "term": "t1", "measure": "loans"}])


def test_one_heavy_borrower_is_not_seen_through_the_mean(models: dict[str, Model]) -> None:
    """Of 30 people one has 290 loans: the mean less what a typical reader has, times 30, is nearly that."""
    model, frame = models["report.cohort"], pl.DataFrame([cohort([290] + [1] * 29)])
    assert abs((frame["loans_mean"].item() - 1) * 30 + 1 - 290) < 1
    assert abs((told(model, frame)["loans_mean"].item() - 1) * 30 + 1 - 290) < 2, "coarse figures alone still tell"
    row = told(model, without_dominated(model, frame, DOMINATED)).row(0, named=True)
    assert (row["loans_mean"], row["visit_days_mean"], row["persons"], row["withheld"]) == (None, 1.0, 30, False)


def test_who_dominates_is_found_among_the_people_of_every_group(build: Build) -> None:
    table = build(
        "fact.dominance",
        fact__membership="""
patron_key | term | group_type | group_code | parent_code
a          | t1   | college    | Law        | everyone
b          | t1   | college    | Law        | everyone
c          | t1   | college    | Law        | everyone
a          | t1   | cohort     | new        |
""",
        fact__percentile="""
patron_key | term | measure | value | percentile
a          | t1   | loans   | 60    | 0.9
b          | t1   | loans   | 30    | 0.5
c          | t1   | loans   | 10    | 0.1
""",
        fact__loan_class="""
patron_key | term | month      | college | major | class_scheme | class_top | class_second | loans
a          | t1   | 2025-09-01 | Law     | Civil | clc          | D         | D9           | 3
a          | t1   | 2025-10-01 | Law     | Civil | clc          | D         | D9           | 5
b          | t1   | 2025-09-01 | Law     | Civil | clc          | D         | D9           | 2
""",
    ).select("group_type", "group_code", "measure", "largest_share", "two_largest_share")
    assert sorted(table.rows()) == [
        ("cohort", "new", "loans", 1.0, 1.0),
        ("cohort", "new", "loans of clc D9", 1.0, 1.0),
        ("college", "Law", "loans", 0.6, 0.9),
        ("college", "Law", "loans of clc D9", 0.8, 1.0),
        ("college cohort", "Law/new", "loans", 1.0, 1.0),
        ("college cohort", "Law/new", "loans of clc D9", 1.0, 1.0),
    ]


def test_one_heavy_borrower_is_not_seen_through_the_loans_of_a_class(models: dict[str, Model]) -> None:
    """Of twelve who borrowed books of law one took 200 of the 211: all but the eleven that the others are seen with."""
    about = {"group_type": "college", "group_code": "Law", "term": "t1", "class_scheme": "clc", "class_top": "D"}
    figures = {"borrowers": 12, "loans": 211, "share_in_group": 0.5, "share_overall": 0.1, "location_quotient": 5.0}
    frame = pl.DataFrame([about | {"class_second": name} | figures for name in ("D9", "D0")])
    model = models["portrait.subject"]
    assert abs(told(model, frame)["loans"].to_list()[0] - 11 - 200) <= 2, "coarse figures alone still tell"
    heavy = DOMINATED.with_columns(
        group_type=pl.lit("college"), group_code=pl.lit("Law"), measure=pl.lit("loans of clc D9")
    )
    own, other = told(model, without_dominated(model, frame, heavy)).to_dicts()
    assert (own["loans"], own["share_in_group"], own["location_quotient"], own["borrowers"]) == (None, None, None, 10)
    assert (other["loans"], other["withheld"]) == (210, False)


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
