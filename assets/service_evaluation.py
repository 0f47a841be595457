"""How each service did in each term: for how many, how evenly, how well liked, and whether it helped."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.evaluation import evaluate, satisfaction, theil

_SOURCES = [
    *("service.audience", "service.catalogue", "service.contact", "service.effect", "service.outcome_event"),
    *("clean.booking", "fact.roster", "ref.calendar_day", "ref.evaluation_rule", "ref.service_evidence", "ref.term"),
    *("report.opportunity", "report.survey_estimate", "report.survey_weighting"),
]
_CONTACTED = """
with contacted as (
    select
        contact.service, calendar.term, contact.patron_key, contact.contacted_on,
        coalesce(contact.response in ('accepted', 'clicked'), false) as has_answered,
        contact.contacted_on + coalesce(catalogue.window_days, 28) as until
    from service.contact as contact
    join ref.calendar_day as calendar on contact.contacted_on = calendar.day
    join service.catalogue as catalogue on contact.service = catalogue.service
    where calendar.term is not null
),
did as (
    select distinct service, term, patron_key, contacted_on, true as has_done
    from contacted join service.outcome_event using (service, patron_key)
    where happened_on > contacted_on and happened_on <= until
)
select
    service, term, patron_key, coalesce(roster.college, '未知 unknown') as college, count(*) as times,
    bool_or(has_answered or coalesce(has_done, false)) as has_answered
from contacted
left join did using (service, term, patron_key, contacted_on)
left join fact.roster as roster using (patron_key, term)
group by all
"""
"""Each person reached for a service in a term: how often, and whether they answered or did what it is meant to lead to."""
_USED = """
with used as (
    select service, calendar.term, patron_key, count(*) as days
    from service.outcome_event join ref.calendar_day as calendar on happened_on = calendar.day
    where calendar.term is not null
    group by all
)
select
    service, term, count(*) as users, cast(sum(days) as bigint) as uses,
    cast(max(days) as double) / sum(days) as uses_largest_share,
    cast(list_sum(max(days, 2)) as double) / sum(days) as uses_two_largest_share,
    cast(count(*) filter (where days > 1) as double) / count(*) as repeat_rate
from used group by all
"""
_JUDGED = """
select
    service, term, run_key, verdict as effect, difference as uplift, ci_low as uplift_low, ci_high as uplift_high,
    lag(verdict) over (partition by service order by window_to, run_key) as effect_before
from service.effect
qualify row_number() over (partition by service, term order by window_to desc, run_key) = 1
"""
_RATED = """
select
    evidence.service, weighting.term, estimate.persons, coalesce(mean_weighted, mean_unweighted) as mean,
    ci_low, ci_high, scale_min, scale_max
from ref.service_evidence as evidence
join report.survey_estimate as estimate
    on regexp_extract(estimate.survey, '^([A-Za-z]+)', 1) = evidence.survey_family and estimate.item = evidence.item
join report.survey_weighting as weighting using (survey)
where group_type = 'cohort' and group_code = 'everyone' and weighting.term is not null
qualify row_number() over (partition by service, weighting.term order by survey desc) = 1
"""
_WANTED = """
select evidence.service, weighting.term, max(opportunity_index) as opportunity_index
from ref.service_evidence as evidence
join report.opportunity as opportunity using (dimension)
join report.survey_weighting as weighting using (survey)
where group_type = 'cohort' and group_code = 'everyone' and weighting.term is not null
group by all
"""
_MISSED = """
select
    evidence.service, calendar.term,
    cast(count(*) filter (where attendance = 'no_show') as double) / count(*) as no_show_rate
from ref.service_evidence as evidence
join clean.booking using (space_type)
join ref.calendar_day as calendar on service_date = calendar.day
where attendance in ('attended', 'no_show') and calendar.term is not null
group by all
"""
_KEY = ["service", "term"]


@dg.definitions
def service_evaluation() -> dg.Definitions:
    model = models()["report.service_evaluation"]
    return dg.Definitions(assets=[frame_assets("service_evaluation", [model], _SOURCES, {"polars"}, _evaluation)])


def _evaluation(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    eligible, contacted = read(warehouse, "from service.audience"), read(warehouse, _CONTACTED)
    judged = read(warehouse, _JUDGED)
    named = read(warehouse, "select service, label_zh, label_en from service.catalogue")
    costs = read(warehouse, "select service, cost from ref.service_evidence")
    keys = pl.concat([frame.select(_KEY) for frame in (eligible, contacted, judged)]).unique().join(named, on="service")
    figures = _with(
        keys,
        *(_reach(eligible, contacted), theil(contacted, eligible), judged, read(warehouse, _USED)),
        *(satisfaction(read(warehouse, _RATED)), read(warehouse, _WANTED), read(warehouse, _MISSED)),
    ).join(costs, on="service", how="left")
    figures = figures.with_columns(pl.col("persons", "reached", "contacts").fill_null(0))
    return [evaluate(figures.sort(_KEY), read(warehouse, "from ref.evaluation_rule"))]


def _with(keys: pl.DataFrame, *frames: pl.DataFrame) -> pl.DataFrame:
    for frame in frames:
        keys = keys.join(frame, on=_KEY, how="left")
    return keys


def _reach(eligible: pl.DataFrame, contacted: pl.DataFrame) -> pl.DataFrame:
    """How many a service is for, how many of them it reached, and how many of those answered."""
    whom = eligible.group_by(_KEY).agg(pl.col("persons", "in_need").sum())
    reached = contacted.group_by(_KEY).agg(
        reached=pl.len(), contacts=pl.col("times").sum(), answered=pl.col("has_answered").sum()
    )
    joined = whom.join(reached, on=_KEY, how="full", coalesce=True)
    counted = joined.with_columns(pl.col("reached", "contacts").fill_null(0))
    share = pl.col("reached") / pl.max_horizontal("persons", "reached")
    precision = pl.when(pl.col("reached") > 0).then(pl.col("answered") / pl.col("reached"))
    return counted.with_columns(
        reach_rate=pl.when(pl.col("persons") > 0).then(share),
        precision_rate=precision,
        persons=pl.max_horizontal("persons", "reached"),
    )
