"""Which rows of which tables may leave, and with which words."""

from dataclasses import replace

import polars as pl

from pipelines.modelling.kinds import kept
from pipelines.models import Model
from pipelines.releasing.release import released
from profiles.disclosure import Rules
from tests.drawn import drawn

RULES = Rules()
NUMBERS = {"persons", "position", "share", "university_share", "reach_rate", "loans_mean", "visit_days_mean"}


def table(text: str) -> pl.DataFrame:
    """A drawn table whose counts are numbers."""
    frame = drawn(text)
    counts = {name: pl.Int64 for name in ("persons", "position") if name in frame.columns}
    shares = dict.fromkeys((NUMBERS & set(frame.columns)) - set(counts), pl.Float64)
    return frame.cast(counts | shares)


COHORTS = """
college | term | cohort    | position | label_zh | label_en | persons | reach_rate | visit_days_mean | loans_mean
文学院  | t1   | freshmen  | 1        | 新生     | freshmen | 10      | 0.5        | 4.0             | 2.0
文学院  | t1   | doctors   | 2        | 博士     | doctors  | 9       | 1.0        | 77.0            | 41.0
"""


def test_a_row_about_few_keeps_what_it_is_about_and_loses_its_figures(models: dict[str, Model]) -> None:
    shown, withheld = released(models["report.cohort"], table(COHORTS), RULES).to_dicts()
    assert (shown["persons"], shown["loans_mean"], shown["withheld"]) == (10, 2.0, False)
    assert (withheld["cohort"], withheld["label_zh"], withheld["position"]) == ("doctors", "博士", 2)
    assert withheld["withheld"]
    hidden = ("persons", "reach_rate", "visit_days_mean", "loans_mean")
    assert [withheld[name] for name in hidden] == [None] * 4


def test_the_figures_were_there_and_would_leave_with_a_smaller_limit(models: dict[str, Model]) -> None:
    """The negative control."""
    frame = table(COHORTS)
    assert 41.0 in frame["loans_mean"]
    assert 41.0 in released(models["report.cohort"], frame, Rules(9))["loans_mean"]
    assert 41.0 not in released(models["report.cohort"], frame, RULES)["loans_mean"]


def test_rows_about_one_reader_are_not_aggregates_and_stay_as_they_are(models: dict[str, Model]) -> None:
    frame = pl.DataFrame({"patron_key": ["a"], "loans": [1]})
    assert released(models["portrait.individual"], frame, RULES).equals(frame)


def test_every_table_of_a_report_that_counts_people_passes_the_gate(models: dict[str, Model]) -> None:
    counting = [
        m for m in models.values() if m.layer in ("report", "portrait") and "persons" in {c.name for c in m.columns}
    ]
    assert [model.table for model in counting if model.persons is None] == []
    assert len(counting) >= 6
    for model in counting:
        assert model.persons not in kept(model)


def test_what_is_kept_of_a_withheld_row_is_what_it_is_about(models: dict[str, Model]) -> None:
    assert kept(models["report.cohort"]) == ["cohort", "college", "label_en", "label_zh", "position", "term"]


NEEDS = {"rooms": 30, "arts": 9, "classics": 8, "topics": 7, "films": 6}


def needs_in_order(model: Model, frame: pl.DataFrame) -> list[str]:
    """The services whose need is withheld, in the order that their rows give."""
    told = released(model, frame, RULES).filter("withheld")
    return told.drop_nulls("position").sort("position")["service"].to_list()


def test_the_order_of_what_is_withheld_does_not_say_which_of_it_is_the_most(models: dict[str, Model]) -> None:
    """Places 2 to 5 of five, from nine people down, leave each but one number or two."""
    model = models["service.unreached"]
    rows = [
        {"college": "Law", "term": "t1", "service": service, "position": place, "persons": n, "reached": 0}
        for place, (service, n) in enumerate(NEEDS.items(), start=1)
    ]
    frame = pl.DataFrame(rows).with_columns(reached_rate=pl.lit(0.0), is_unreached=pl.lit(True))
    assert needs_in_order(model, frame) == []
    assert released(model, frame, RULES)["position"][0] == 1
    as_words = replace(
        model, columns=tuple(replace(c, tags=frozenset()) if c.name == "position" else c for c in model.columns)
    )
    assert needs_in_order(as_words, frame) == ["arts", "classics", "topics", "films"], "the control"
