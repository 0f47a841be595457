"""Whether services helped: the effect of every run, and whether its arms were alike beforehand."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.serving.service_state import site_catalogue
from pipelines.serving.services import Catalogue
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_TABLES = ("service.effect", "service.balance")
_SOURCES = [
    *("service.run", "service.member", "service.outcome_event", "service.catalogue"),
    *("portrait.individual", "ref.coverage", "ref.calendar_day", "ref.horizon", "ref.site", "ref.term"),
]
_RUNS = """
with daily as (
    select feed, day, sum(case when status = 'ok' then typical_records + 1 else 0 end) / sum(typical_records + 1) as covered
    from ref.coverage group by all
),
watched as (
    select run.run_key, told.feed, avg(case when daily.covered >= 0.8 then 1 else 0 end) as coverage
    from service.run as run
    join told on run.service = told.service
    join ref.calendar_day as calendar on calendar.day > run.frozen_on and calendar.day <= run.window_to and calendar.is_open
    left join daily on told.feed = daily.feed and calendar.day = daily.day
    group by all
),
measured as (
    select run_key, bool_and(coverage >= site.coverage_floor) as is_measured from watched cross join ref.site as site group by all
)
select run.run_key, service, term, frozen_on, window_days, detectable, coalesce(is_measured, false) as is_measured
from service.run as run left join measured using (run_key)
"""
"""A run is measured where every feed that tells of its outcome was there on as many open days as the site asks of a term."""
_PEOPLE = "select run_key, patron_key, arm, drawn_with, baseline, outcomes from service.member order by all"
_UNITS = """
with alone as (
    select run_key, service, term, frozen_on, window_days // 7 as weeks from service.run
    where is_over and run_key not in (select run_key from service.member where arm = 'held_out')
),
person as (
    select alone.*, roster.college as unit, roster.patron_key, member.patron_key is not null as is_member
    from alone join portrait.individual as roster using (term)
    left join service.member as member on alone.run_key = member.run_key and roster.patron_key = member.patron_key
    where roster.is_exposed
),
unit as (
    select run_key, unit, min(weeks) as weeks, count(*) as persons, count(*) filter (where is_member) * 2 >= count(*) as is_served
    from person group by all
),
whole as (select run_key from unit group by run_key having bool_or(is_served) and not bool_and(is_served)),
did as (
    select run_key, unit, floor((date_diff('day', frozen_on, happened_on) - 1) / 7) as week, count(distinct patron_key) as persons
    from person join service.outcome_event using (service, patron_key)
    group by all
)
select run_key, unit, week, coalesce(did.persons, 0) / unit.persons as rate, unit.persons, is_served
from unit
join whole using (run_key)
cross join (select unnest(range(-8, 52)) as week) as span
left join did using (run_key, unit, week)
where week < weeks
order by all
"""
"""Colleges half of which or more were served, and the others, by week: eight before, and as many after as are watched."""
_TRAITS = """
with place as (select term, starts_on, lag(term) over (order by starts_on) as before from ref.term where term in (select term from portrait.individual))
select
    member.run_key, member.arm, member.baseline, previous.active_days, previous.visit_days, previous.loans, previous.bookings,
    own.study_year, cast(own.level_group = 'undergraduate' as integer) as is_undergraduate, cast(own.is_new as integer) as is_new
from service.member as member
join service.run as run using (run_key)
left join place using (term)
left join portrait.individual as own on member.patron_key = own.patron_key and run.term = own.term
left join portrait.individual as previous on member.patron_key = previous.patron_key and place.before = previous.term
where run_key in (select run_key from service.member where arm = 'held_out')
"""


@dg.definitions
def effects() -> dg.Definitions:
    tables = [models()[table] for table in _TABLES]
    return dg.Definitions(assets=[frame_assets("effects", tables, _SOURCES, {"scipy", "polars"}, _effects)])


def _effects(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    # What judges runs is imported where it is used: only the run that judges pays for it.
    from profiles.effect_balance import balance
    from profiles.effects import judge

    as_of = read(warehouse, "select as_of from ref.horizon")["as_of"].item()
    people, units = read(warehouse, _PEOPLE), read(warehouse, _UNITS)
    return [judge(_runs(warehouse, site), people, units, as_of), balance(read(warehouse, _TRAITS))]


def _runs(warehouse: Warehouse, site: Site) -> pl.DataFrame:
    warehouse.connection.register("told", outcome_feeds(site_catalogue(site)[0]).to_arrow())
    try:
        return read(warehouse, _RUNS)
    finally:
        warehouse.connection.unregister("told")


def outcome_feeds(catalogue: Catalogue) -> pl.DataFrame:
    """The feeds that tell of each service's outcome."""
    rows = [
        (code, need.partition(":")[0])
        for code, service in catalogue.services.items()
        for need in (service.outcome.needs if service.outcome else ())
    ]
    return pl.DataFrame(rows, ["service", "feed"], orient="row").unique().sort("service", "feed")
