"""Effects, campaigns and evaluations are made from the warehouse's own tables, and nothing about few people leaves."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from assets import campaign_effects, effects, service_evaluation
from pipelines.modelling.kinds import kept, kinds, unsaid
from pipelines.releasing.release import released
from pipelines.site import models
from pipelines.warehouse import Warehouse
from profiles.disclosure import Rules
from tests.assets.small_site import small_site, warehouse_of
from tests.drawn import drawn, shown

Stand = Callable[..., Warehouse]
SOURCES = {
    *(*effects._SOURCES, *campaign_effects._SOURCES, *service_evaluation._SOURCES),
    *("raw.campaign", "ref.evaluation_rule"),
}


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """A warehouse in which every source stands empty but for the tables given."""
    with warehouse_of(small_site(tmp_path)).opened() as opened:
        connection = opened.connection

        def standing(**given: str | pl.DataFrame) -> Warehouse:
            texts = {name.replace("__", "."): table for name, table in given.items()}
            assert texts.keys() <= SOURCES
            for table in sorted(SOURCES):
                columns = ", ".join(f"{column.name} {column.type}" for column in models()[table].columns)
                connection.execute(f"create schema if not exists {table.partition('.')[0]}")
                connection.execute(f"create or replace table {table} ({columns})")
                if table in texts:
                    rows = texts[table]
                    connection.register("given", (drawn(rows) if isinstance(rows, str) else rows).to_arrow())
                    connection.execute(f"insert into {table} by name select * from given")
            return opened

        yield standing


TERMS = """
    term   | starts_on  | ends_on
    autumn | 2025-09-01 | 2026-01-18
    spring | 2026-03-02 | 2026-07-12
"""
CALENDAR = pl.DataFrame({"day": pl.date_range(pl.date(2025, 9, 1), pl.date(2026, 7, 12), eager=True)}).select(
    pl.col("day").cast(pl.String),
    is_open=pl.lit("true"),
    term=pl.when(pl.col("day") < pl.date(2026, 1, 19)).then(pl.lit("autumn")).when(pl.col("day") >= pl.date(2026, 3, 2)).then(pl.lit("spring")),
)  # fmt: skip
COVERED = CALENDAR.select(
    "day", feed=pl.lit("loan"), place=pl.lit("all"), records=pl.lit("9"), typical_records=pl.lit("9"), status=pl.lit("ok")
)  # fmt: skip
SITE = "name_en | coverage_floor\nTest | 0.8"
HORIZON = "first_day | as_of\n2025-09-01 | 2026-06-30"


def members(run: str, arm: str, did: int, did_not: int) -> pl.DataFrame:
    people = [f"{run} {arm} {n}" for n in range(did + did_not)]
    outcomes = ["1"] * did + ["0"] * did_not
    return pl.DataFrame({"run_key": run, "patron_key": people, "arm": arm, "drawn_with": people, "outcomes": outcomes, "baseline": "0"})  # fmt: skip


RUN = """
    run_key | service        | term   | frozen_on  | window_days | window_to  | detectable | is_over
    a       | major_classics | spring | 2026-04-01 | 28          | 2026-04-29 | 0.1        | true
    b       | arts           | spring | 2026-04-01 | 28          | 2026-04-29 | 0.1        | true
"""


def test_a_run_is_judged_where_the_feeds_of_its_outcome_were_there(stand: Stand, tmp_path: Path) -> None:
    """The loans came, so the first is judged; nothing is known of events, which tell of the second."""
    both = [members(run, arm, *did) for run in "ab" for arm, did in (("served", (60, 140)), ("held_out", (20, 180)))]
    warehouse = stand(
        **{"service__run": RUN, "service__member": pl.concat(both), "ref__term": TERMS, "ref__site": SITE},
        **{"ref__coverage": COVERED, "ref__calendar_day": CALENDAR, "ref__horizon": HORIZON},
    )
    effect, balance = effects._effects(warehouse, small_site(tmp_path))
    assert shown(effect, "run_key", "verdict", "reason", "served", "held_out") == {
        ("a", "helped", "more", "200", "200"),
        ("b", "cannot_tell", "not_measured", "200", "200"),
    }
    assert set(effect.columns) == {column.name for column in models()["service.effect"].columns}
    assert set(balance["trait"]) == {"baseline"}
    assert set(balance.columns) == {column.name for column in models()["service.balance"].columns}


def test_a_run_is_not_judged_on_days_that_a_feed_missed(stand: Stand, tmp_path: Path) -> None:
    """Of 28 days 6 are missing, so that 0.79 were measured; of 5 missing, 0.82."""
    people = pl.concat([members("a", "served", 60, 140), members("a", "held_out", 20, 180)])
    found = []
    for last in ("2026-04-07", "2026-04-06"):
        lost = pl.col("day").is_between(pl.lit("2026-04-02"), pl.lit(last))
        covered = COVERED.with_columns(status=pl.when(lost).then(pl.lit("none")).otherwise("status"))
        warehouse = stand(
            **{"service__run": "\n".join(RUN.splitlines()[:3]), "service__member": people, "ref__term": TERMS},
            **{"ref__coverage": covered, "ref__calendar_day": CALENDAR, "ref__horizon": HORIZON, "ref__site": SITE},
        )
        effect, _ = effects._effects(warehouse, small_site(tmp_path))
        found.append(effect["reason"].item())
    assert found == ["not_measured", "more"]


def test_units_half_of_which_were_served_stand_beside_the_others_by_week(stand: Stand) -> None:
    """Law is served whole and arts not at all; on the first day of the first week after, one of two of law does it."""
    roster = "\n".join(
        f"{patron} | spring | {college} | true" for patron, college in (("ann", "law"), ("bo", "law"), ("cy", "arts"))
    )
    warehouse = stand(
        service__run=RUN.replace("arts ", "other"),
        service__member="run_key | patron_key | arm\na | ann | served\na | bo | served\nb | ann | served",
        portrait__individual="patron_key | term | college | is_exposed\n" + roster,
        service__outcome_event="""
        service        | patron_key | happened_on
        major_classics | ann        | 2026-04-02
        major_classics | ann        | 2026-04-08
        major_classics | cy         | 2026-04-01
        major_classics | cy         | 2026-04-09
        """,
    )
    found = effects.read(warehouse, effects._UNITS).filter(run_key="a")
    assert found["week"].unique().sort().to_list() == [*range(-8, 4)]
    assert shown(found.filter(pl.col("rate") > 0), "unit", "week", "rate", "persons", "is_served") == {
        ("law", "0", "0.5", "2", "true"),
        ("arts", "-1", "1.0", "1", "false"),
        ("arts", "1", "1.0", "1", "false"),
    }
    assert effects.read(warehouse, effects._UNITS).filter(run_key="b").height == 24  # half of law is half of a unit


def test_weeks_around_a_campaign_are_whole_ones_of_a_term_in_which_nothing_was_missing(stand: Stand) -> None:
    """It begins on Wednesday 2026-05-06: that week is left out, and so is the one of which four days were lost."""
    lost = pl.col("day").is_between(pl.lit("2026-04-20"), pl.lit("2026-04-23"))
    warehouse = stand(
        raw__campaign="campaign_key | name | purpose | starts_on\nc | Classics | major_classics | 2026-05-06",
        service__catalogue="service | is_outcome_told\nmajor_classics | true\narts | false",
        fact__roster="patron_key | term | is_exposed\nann | spring | true\nbo | spring | true\ncy | spring | false",
        fact__active_week="term | monday | persons\nspring | 2026-04-27 | 2",
        service__outcome_event="""
        service        | patron_key | happened_on
        major_classics | ann        | 2026-04-29
        major_classics | ann        | 2026-04-30
        major_classics | bo         | 2026-05-11
        """,
        **{"ref__coverage": COVERED.with_columns(status=pl.when(lost).then(pl.lit("none")).otherwise("status"))},
        **{"ref__calendar_day": CALENDAR, "ref__horizon": HORIZON, "ref__site": SITE, "ref__term": TERMS},
        clean__contact="""
        contact_key | campaign_key | patron_key | response
        1           | c            | ann        | opened
        2           | c            | ann        | clicked
        3           | c            | bo         | delivered
        """,
    )
    weeks = effects.read(warehouse, campaign_effects._WEEKS)
    spring = weeks.filter(pl.col("week") >= -9).sort("week")
    assert spring["week"].to_list() == [-9, -8, -7, -6, -5, -4, -3, -1, *range(7)]
    assert shown(spring.filter(pl.col("rate") > 0), "week", "rate", "control", "counted") == {
        ("-1", "500.0", "1000.0", "1"),
        ("0", "500.0", "0.0", "1"),
    }
    campaigns = effects.read(warehouse, campaign_effects._CAMPAIGNS)
    assert shown(campaigns, "campaign_key", "term", "messages", "views", "viewers") == {("c", "spring", "3", "2", "1")}


def test_complaints_of_a_theme_stand_beside_those_of_all_others(stand: Stand) -> None:
    """Of 2,000 visits, 3 complaints of noise and 5 of others; a week outside a term is none of these.

    The trial beside it is told of by its arms and not by weeks.
    """
    warehouse = stand(
        raw__campaign="""
        campaign_key | name  | purpose     | starts_on
        c            | Quiet | environment | 2026-05-06
        trial        | Quiet | environment | 2026-05-06
        """,
        service__member="run_key | patron_key | arm\ntrial | ann | held_out\nc | ann | served",
        service__theme_rate="""
        period | starts_on  | theme       | tickets | visits | rate
        week   | 2026-05-11 | environment | 3       | 2000   | 1.5
        week   | 2026-05-11 | seats       | 4       | 2000   | 2.0
        week   | 2026-05-11 | staff       | 1       | 2000   | 0.5
        week   | 2026-04-27 | environment | 3       | 0      |
        week   | 2026-04-27 | seats       | 4       | 0      |
        month  | 2026-05-01 | environment | 9       | 9000   | 1.0
        month  | 2026-05-01 | seats       | 9       | 9000   | 1.0
        week   | 2026-02-09 | environment | 3       | 2000   | 1.5
        week   | 2026-02-09 | seats       | 4       | 2000   | 2.0
        """,
        **{"ref__calendar_day": CALENDAR, "ref__horizon": HORIZON, "ref__site": SITE, "ref__term": TERMS},
    )
    weeks = effects.read(warehouse, campaign_effects._WEEKS)
    assert shown(weeks, "series_type", "series", "week", "rate", "control", "counted") == {
        ("theme", "environment", "0", "1.5", "2.5", "3"),
        ("theme", "environment", "-1", None, None, "3"),
    }


RULES = "position | rule | verdict | label_zh | label_en\n4 | not_told | cannot_tell | 无 | None\n9 | helped | keep | 好 | Good"


def test_a_service_is_told_by_people_and_by_times(stand: Stand, tmp_path: Path) -> None:
    """Of 20 eligible, two are reached by three contacts; one answers, the other does it in time, and both do it."""
    warehouse = stand(
        service__catalogue="service | label_zh | label_en | window_days\nbooks | 书 | Books | 28",
        service__audience="service | term | college | persons | in_need\nbooks | spring | law | 12 | 4\nbooks | spring | arts | 8 | 1",
        service__contact="""
        contact_key | service | patron_key | contacted_on | response
        1           | books   | ann        | 2026-03-10   | opened
        2           | books   | ann        | 2026-04-10   | accepted
        3           | books   | bo         | 2026-03-10   | delivered
        4           | books   | cy         | 2026-02-10   | accepted
        5           |         | cy         | 2026-03-10   | accepted
        """,
        service__outcome_event="""
        service | patron_key | happened_on
        books   | ann        | 2026-06-01
        books   | bo         | 2026-03-11
        books   | bo         | 2026-04-30
        """,
        service__effect="""
        run_key | service | term   | window_to  | verdict           | difference | ci_low | ci_high
        r1      | books   | autumn | 2025-12-01 | no_visible_effect | 0.01       | -0.02  | 0.04
        r2      | books   | spring | 2026-04-01 | cannot_tell       | 0.02       | -0.09  | 0.13
        r3      | books   | spring | 2026-05-01 | helped            | 0.08       | 0.04   | 0.12
        """,
        fact__roster="patron_key | term | college\nann | spring | law\nbo | spring | arts",
        ref__service_evidence="service | space_type | cost\nbooks | group_room | 1200",
        clean__booking="""
        space_type | service_date | attendance
        group_room | 2026-03-10   | attended
        group_room | 2026-03-11   | no_show
        group_room | 2026-03-11   | cancelled
        seat       | 2026-03-11   | no_show
        """,
        ref__evaluation_rule=RULES,
        ref__calendar_day=CALENDAR,
    )
    (found,) = service_evaluation._evaluation(warehouse, small_site(tmp_path))
    row = found.filter(term="spring").row(0, named=True)
    assert (row["persons"], row["in_need"], row["reached"], row["contacts"]) == (20, 5, 2, 3)
    assert (row["reach_rate"], row["answered"], row["precision_rate"]) == (0.1, 2, 1.0)
    assert (row["users"], row["uses"], row["repeat_rate"], row["no_show_rate"]) == (2, 3, 0.5, 0.5)
    assert (row["run_key"], row["effect"], row["effect_before"], row["uplift"]) == ("r3", "helped", "cannot_tell", 0.08)
    assert (row["cost"], row["verdict"]) == (1200.0, "keep")
    before = found.filter(term="autumn").row(0, named=True)
    assert (before["effect"], before["verdict"], before["reached"]) == ("no_visible_effect", "cannot_tell", 0)
    assert set(found.columns) == {column.name for column in models()["report.service_evaluation"].columns}


def test_a_rating_and_an_opportunity_come_from_the_survey_of_the_term(stand: Stand, tmp_path: Path) -> None:
    warehouse = stand(
        service__catalogue="service | label_zh | label_en\nbooks | 书 | Books",
        service__audience="service | term | college | persons | in_need\nbooks | spring | law | 12 | 4\nbooks | autumn | law | 12 | 4",
        ref__service_evidence="service | survey_family | item | dimension\nbooks | wjx | collection | IC",
        report__survey_weighting="survey | term\nwjx_2026 | spring\nlq_2026 | spring",
        report__survey_estimate="""
        survey   | group_type | group_code | item       | persons | mean_unweighted | mean_weighted | ci_low | ci_high | scale_min | scale_max
        wjx_2026 | cohort     | everyone   | collection | 300     | 4.5             | 4.0           | 3.9    | 4.1     | 1         | 5
        wjx_2026 | cohort     | everyone   | staff      | 300     | 1.5             | 1.0           | 0.9    | 1.1     | 1         | 5
        wjx_2026 | college    | law        | collection | 300     | 2.5             | 2.0           | 1.9    | 2.1     | 1         | 5
        """,
        report__opportunity="survey | group_type | group_code | dimension | opportunity_index\nlq_2026 | cohort | everyone | IC | 11.25",
        ref__evaluation_rule=RULES,
        ref__calendar_day=CALENDAR,
    )
    (found,) = service_evaluation._evaluation(warehouse, small_site(tmp_path))
    assert shown(found, "term", "ratings", "satisfaction", "opportunity_index", "verdict") == {
        ("spring", "300", "0.75", "11.25", "cannot_tell"),
        ("autumn", None, None, None, "cannot_tell"),
    }


def test_a_site_without_services_has_none_of_it(stand: Stand, tmp_path: Path) -> None:
    warehouse, site = stand(ref__horizon=HORIZON), small_site(tmp_path)
    made = [*effects._effects(warehouse, site), *campaign_effects._campaign_effects(warehouse, site)]
    assert [frame.height for frame in [*made, *service_evaluation._evaluation(warehouse, site)]] == [0, 0, 0, 0]


TABLES = [f"service.{name}" for name in ("effect", "balance", "coverage", "unreached", "campaign_effect")]


@pytest.mark.parametrize("table", [*TABLES, "report.service_evaluation"])
def test_nothing_about_fewer_than_ten_people_leaves(table: str) -> None:
    """Of 9 nothing but what the row is about; of 100, half of whom did something, everything."""
    model = models()[table]
    told = kinds(model)
    figures = [name for name in (*told, str(model.persons)) if name not in {*kept(model), *unsaid(model)}]
    half = [name for name in figures if told.get(name) == "part"]
    frame = pl.DataFrame(
        {column.name: ["x", "y"] for column in model.columns}
        | {name: [9, 100] for name in figures}
        | {name: [4, 50] for name in half}
    )
    few, enough = released(model, frame, Rules()).iter_rows(named=True)
    assert {few[name] for name in figures} == {None}
    assert None not in {enough[name] for name in figures}
    assert (few["withheld"], enough["withheld"]) == (True, False)
