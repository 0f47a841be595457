"""One heavy user is not seen through the figures of a group, in whatever table they stand."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest
from sqlglot import exp

from pipelines.modelling.kinds import unsaid
from pipelines.models import Model, Written
from pipelines.releasing.aggregates import aggregates
from pipelines.releasing.dominance import contributions, guards, made, without_dominated
from profiles.disclosure import Rules
from tests.conftest import Build
from tests.privacy.test_figure_attacks import cohort, told

RULES = Rules()
NOBODY = pl.DataFrame(schema=dict.fromkeys(("group_type", "group_code", "term", "measure"), pl.String))


def unguarded(models: Mapping[str, Model]) -> set[str]:
    """The figures about groups that one person can make, and of which nothing says who makes them."""
    words = models["fact.dominance"].statement.find_all(exp.Literal)
    measures = {word.this for word in words if word.is_string}
    return {
        f"{model.table}.{name}"
        for model in aggregates(models.values())
        for name in made(model)
        if name not in guards(model) and not _is_known(model, name, measures)
    }


def _is_known(model: Model, name: str, measures: set[str]) -> bool:
    """Whether ``fact.dominance`` knows a figure: of the measure that its row names, or that it is called by."""
    measure = contributions(model).get(name)
    if measure is None:
        return False
    return bool(measure.meta.root_names()) or pl.select(measure).item() in measures


def gated(model: Model, frame: pl.DataFrame, heavy: pl.DataFrame = NOBODY) -> pl.DataFrame:
    return told(model, without_dominated(model, frame, heavy, RULES))


def test_of_every_figure_that_one_person_can_make_something_says_who_makes_it(models: dict[str, Model]) -> None:
    assert unguarded(models) == set(), "add largest_share and two_largest_share, or say #even or #people and why"


def test_a_table_that_says_it_no_more_is_noticed(models: dict[str, Model]) -> None:
    """The control."""
    hour, leaver, dominance = models["report.hour"], models["report.leaver"], models["fact.dominance"]
    forgetful = Written(dominance.text.replace("'dwell_hours'", "'forgotten'"))
    changed = {
        "report.hour": replace(hour, columns=tuple(c for c in hour.columns if c.name not in unsaid(hour))),
        "report.leaver": replace(leaver, columns=tuple(c for c in leaver.columns if "loans_l" not in c.name)),
        "fact.dominance": replace(dominance, written=forgetful),
    }
    of_units = {f"portrait.{table}.dwell_hours_mean" for table in ("unit", "cohort", "department")}
    assert unguarded({**models, **changed}) == {"report.hour.visits_per_week", "report.leaver.loans_mean", *of_units}


DOMINATED = pl.DataFrame([{"group_type": "college cohort", "group_code": "Law/new", "term": "t1", "measure": "loans"}])


def test_one_heavy_borrower_is_not_seen_through_the_mean(models: dict[str, Model]) -> None:
    """Of 30 people one has 290 loans: the mean less what a typical reader has, times 30, is nearly that."""
    model, frame = models["report.cohort"], pl.DataFrame([cohort([290] + [1] * 29)])
    assert abs((frame["loans_mean"].item() - 1) * 30 + 1 - 290) < 1
    assert abs((told(model, frame)["loans_mean"].item() - 1) * 30 + 1 - 290) < 2, "coarse figures alone still tell"
    row = told(model, without_dominated(model, frame, DOMINATED, RULES)).row(0, named=True)
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
        fact__reading="""
patron_key | term | loans | breadth
a          | t1   | 60    | 1
b          | t1   | 30    | 1
c          | t1   | 10    |
""",
        fact__presence="""
patron_key | term | visit_days | dwell_minutes
b          | t1   | 7          | 90
c          | t1   | 0          |
""",
        fact__loan_class="""
patron_key | term | month      | college | major | class_scheme | class_top | class_second | loans
a          | t1   | 2025-09-01 | Law     | Civil | clc          | D         | D9           | 3
a          | t1   | 2025-10-01 | Law     | Civil | clc          | D         | D9           | 5
b          | t1   | 2025-09-01 | Law     | Civil | clc          | D         | D9           | 2
""",
    ).select("group_type", "group_code", "measure", "largest_share", "two_largest_share")
    assert sorted(table.rows()) == [
        ("cohort", "new", "breadth", 1.0, 1.0),
        ("cohort", "new", "loans", 1.0, 1.0),
        ("cohort", "new", "loans of clc D9", 1.0, 1.0),
        ("college", "Law", "breadth", 0.5, 1.0),
        ("college", "Law", "dwell_hours", 1.0, 1.0),
        ("college", "Law", "loans", 0.6, 0.9),
        ("college", "Law", "loans of clc D9", 0.8, 1.0),
        ("college", "Law", "visit_days", 1.0, 1.0),
        ("college cohort", "Law/new", "breadth", 1.0, 1.0),
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
    own, other = told(model, without_dominated(model, frame, heavy, RULES)).to_dicts()
    assert (own["loans"], own["share_in_group"], own["location_quotient"], own["borrowers"]) == (None, None, None, 10)
    assert (other["loans"], other["withheld"]) == (210, False)


def test_who_comes_every_day_is_not_seen_through_the_hour_they_come(build: Build, models: dict[str, Model]) -> None:
    """Of twelve who came on Mondays at ten one came on all 40 of them and the others once: 51 visits less eleven."""
    days = pl.date_range(pl.date(2026, 3, 2), pl.date(2026, 11, 30), "1w", eager=True).to_list()
    came = [("p0", day) for day in days] + [(f"p{number}", days[0]) for number in range(1, 12)]
    table = build(
        "report.hour",
        report__college=f"college | term | first_day | last_day\nLaw | t1 | {days[0]} | {days[-1]}",
        ref__calendar_day="\n".join(["day | term | weekday", *(f"{day} | t1 | 1" for day in days)]),
        ref__coverage_month="\n".join(
            ["feed | month | is_measured", *(f"gate | 2026-{month:02}-01 | true" for month in range(3, 12))]
        ),
        fact__roster="\n".join(["patron_key | term | college", *(f"p{number} | t1 | Law" for number in range(12))]),
        clean__visit="\n".join(
            ["patron_key | service_date | entered_at", *(f"{p} | {d} | {d} 10:00:00" for p, d in came)]
        ),
    )
    weeks = len(days) / 7
    assert told(models["report.hour"], table)["visits_per_week"].item() * weeks - 11 == pytest.approx(len(days), abs=1)
    row = gated(models["report.hour"], table).row(0, named=True)
    assert (row["persons"], row["visits_per_week"]) == (10, None)
    assert not unsaid(models["report.hour"]) & row.keys(), "how much one person makes leaves nowhere"


def test_a_leavers_career_is_not_seen_through_the_mean_of_those_who_leave(
    build: Build, models: dict[str, Model]
) -> None:
    """Of eleven who leave one borrowed 900 times and the others ten times each, which is what people like them do."""
    people = [f"p{number}" for number in range(11)]
    careers = [f"{p} | t1 | t1 | {900 if p == 'p0' else 10} | 20 | 1" for p in people]
    table = build(
        "report.leaver",
        ref__term="term | starts_on | ends_on | label_zh | label_en\nt1 | 2026-02-23 | 2026-07-05 | 春 | spring",
        ref__site="name_en | small_cell\nx | 10",
        portrait__individual="\n".join(
            [
                "patron_key | term | level_group | is_graduating | term_number",
                *(f"{p} | t1 | u | true | 1" for p in people),
            ]
        ),
        portrait__career="\n".join(
            ["patron_key | first_term | last_term | loans_total | visit_days_total | terms_active", *careers]
        ),
    ).filter(pl.col("level_group") == "all")
    exact = told(models["report.leaver"], table)
    assert exact["loans_mean"].item() * 11 - 100 == pytest.approx(900, abs=1)
    row = gated(models["report.leaver"], table).row(0, named=True)
    assert (row["loans_mean"], row["loans_median"], row["visit_days_mean"]) == (None, 10, 20)


def test_a_mean_that_does_not_leave_does_not_follow_from_its_change(models: dict[str, Model]) -> None:
    """Neither from this term's, nor from that of the term a year on, which is set beside it."""
    own = {"group_type": "college", "group_code": "Law", "measure": "loans", "persons": 30}
    before = own | {"term": "t1", "compare_to": "t0", "mean": 10.7, "mean_before": 4.0}
    after = own | {"term": "t2", "compare_to": "t1", "mean": 5.0, "mean_before": 10.7}
    rest = {"relative_change": 1.0, "z": 3.0, "p_value": 0.01, "is_changed": True}
    frame = pl.DataFrame([row | rest | {"difference": row["mean"] - row["mean_before"]} for row in (before, after)])
    heavy = DOMINATED.with_columns(group_type=pl.lit("college"), group_code=pl.lit("Law"))
    model = models["portrait.change"]
    naive = told(model, frame.with_columns(mean=pl.when(pl.col("term") != "t1").then("mean")))
    assert naive["mean_before"][0] + naive["difference"][0] == naive["mean_before"][1] == 10.7
    for row in gated(model, frame, heavy).to_dicts():
        assert {row[name] for name in ("mean", "mean_before", "difference", "relative_change")} == {None}
        assert (row["persons"], row["is_changed"]) == (30, True)


def test_two_who_make_nearly_all_are_as_bad_as_one(models: dict[str, Model]) -> None:
    row = {"service": "rooms", "month": dt.date(2026, 3, 1), "uses": 100, "persons": 12}
    frame = pl.DataFrame(
        [row | {"largest_share": one, "two_largest_share": two} for one, two in [(0.45, 0.81), (0.51, 0.6), (0.5, 0.8)]]
    ).with_columns(service=pl.Series(["a", "b", "c"]))
    assert gated(models["service.open_use"], frame)["uses"].to_list() == [None, None, 100]
