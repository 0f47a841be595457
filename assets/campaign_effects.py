"""What changed in the weeks around each campaign: complaints of its theme, or what its service is meant to lead to."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_SOURCES = [
    *("raw.campaign", "clean.contact", "fact.active_week", "fact.roster", "service.catalogue", "service.outcome_event"),
    *("service.member", "service.theme_rate"),
    *("ref.calendar_day", "ref.coverage", "ref.horizon", "ref.site", "ref.term"),
]
_CAMPAIGNS = """
with person as (
    select
        campaign_key, patron_key, count(*) as messages, count(*) filter (where response not in ('none', 'delivered')) as views
    from clean.contact
    group by all
),
ranked as (
    select *, row_number() over (partition by campaign_key order by views desc, patron_key) as place
    from person
),
reported as (
    select
        campaign_key, cast(sum(messages) as bigint) as messages, cast(sum(views) as bigint) as views,
        count(patron_key) filter (where views > 0) as viewers,
        cast(max(views) as double) / nullif(sum(views), 0) as views_largest_share,
        cast(sum(views) filter (where place <= 2) as double) / nullif(sum(views), 0) as views_two_largest_share
    from ranked
    group by campaign_key
),
campaign as (select campaign_key, min(name) as name, min(starts_on) as starts_on from raw.campaign group by all)
select
    campaign_key, name, term, campaign.starts_on, messages, views, viewers, views_largest_share, views_two_largest_share
from campaign
join ref.term as term on term.starts_on <= campaign.starts_on
left join reported using (campaign_key)
qualify row_number() over (partition by campaign_key order by term.starts_on desc) = 1
"""
_WEEKS = """
with campaign as (
    select campaign_key, min(purpose) as purpose, cast(date_trunc('week', min(starts_on)) as date) as began
    from raw.campaign
    where campaign_key not in (select run_key from service.member where arm = 'held_out')
    group by all
),
daily as (
    select feed, day, sum(case when status = 'ok' then typical_records + 1 else 0 end) / sum(typical_records + 1) as covered
    from ref.coverage
    where feed <> 'counter'
    group by all
),
missed as (
    select cast(date_trunc('week', day) as date) as monday, feed
    from daily cross join ref.site as site
    group by monday, feed
    having avg(case when covered >= 0.8 then 1 else 0 end) < min(site.coverage_floor)
),
week as (
    select cast(date_trunc('week', day) as date) as monday, term
    from ref.calendar_day cross join ref.horizon
    where term is not null and day between first_day and as_of
    group by all
    having count(*) = 7
),
whole as (select monday, term from week where monday not in (select monday from missed)),
enrolled as (select term, count(*) as persons from fact.roster where is_exposed group by all),
did as (
    select service, cast(date_trunc('week', happened_on) as date) as monday, count(distinct patron_key) as persons
    from service.outcome_event
    where service in (select purpose from campaign)
    group by all
),
complaint as (
    select
        own.theme, own.starts_on, min(own.rate) as rate, min(own.tickets) as tickets,
        1000 * sum(other.tickets) / nullif(min(own.visits), 0) as control
    from service.theme_rate as own
    join service.theme_rate as other on own.period = other.period and own.starts_on = other.starts_on and own.theme <> other.theme
    where own.period = 'week'
    group by all
),
series as (
    select 'theme' as series_type, theme as series, monday, rate, control, tickets as counted
    from complaint
    join week on starts_on = monday
    union all
    select
        'behaviour' as series_type, service as series, monday, 1000 * coalesce(did.persons, 0) / enrolled.persons as rate,
        1000 * coalesce(active_week.persons, 0) / enrolled.persons as control, coalesce(did.persons, 0) as counted
    from whole
    join enrolled using (term)
    cross join (select service from service.catalogue where is_outcome_told)
    left join did using (service, monday)
    left join fact.active_week using (monday, term)
)
select
    campaign_key, series_type, series, rate, control, counted,
    date_diff('day', began, monday) // 7 - case when monday > began then 1 else 0 end as week
from campaign
join series on purpose = series
where monday <> began
order by all
"""
"""Whole weeks of a term in which no feed was missing; the one in which a campaign begins is neither before nor after."""


@dg.definitions
def campaign_effects() -> dg.Definitions:
    model = models()["service.campaign_effect"]
    return dg.Definitions(assets=[frame_assets("campaign_effects", [model], _SOURCES, {"polars"}, _campaign_effects)])


def _campaign_effects(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    from profiles.campaign_effects import judge_campaigns

    return [judge_campaigns(read(warehouse, _CAMPAIGNS), read(warehouse, _WEEKS))]
