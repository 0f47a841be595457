"""The demand to expect by the hour and by the term, and how well each way of foretelling it has done."""

from concurrent.futures import ThreadPoolExecutor

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_TABLES = ("service.forecast", "service.forecast_skill")
_SOURCES = ["fact.demand_hour", "ref.calendar_day", "ref.coverage", "ref.horizon", "ref.term"]
_LOAN_TABLES = ("service.loan_forecast", "service.loan_forecast_skill")
_LOAN_SOURCES = ["fact.loan_class", "ref.coverage_term", "ref.horizon", "ref.term"]
_TARGETS = {"entries": "gate", "seats_in_use": "space"}
"""Each target, and the feed that measures it."""

_DEMAND = "select building as place, day, hour, {target} as demand from fact.demand_hour where {target} > 0"
_COVERED = "select place, day from ref.coverage where feed = '{feed}' and status = 'ok'"
_CALENDAR = """
select
    calendar.day, calendar.term, term.season, calendar.weekday, calendar.day_type, calendar.is_open,
    date_diff('day', term.week1_monday, calendar.day) // 7 + 1 as week,
    date_diff('day', calendar.day, term.exam_from) as days_to_exam
from ref.calendar_day as calendar
left join ref.term as term on calendar.term = term.term
"""
_LOANS = """
with person as (
    select college, class_scheme, class_top, term, patron_key, cast(sum(loans) as bigint) as loans
    from fact.loan_class
    where college <> '未知 unknown' and class_scheme is not null and class_top is not null
    group by all
),
ranked as (
    select *, row_number() over (partition by college, class_scheme, class_top, term order by loans desc) as place
    from person
)
select
    college, class_scheme, class_top, term, cast(sum(loans) as bigint) as loans,
    case
        when max(loans) <= $one * sum(loans) and sum(loans) filter (where place <= 2) <= $two * sum(loans)
            then count(*) else 0
    end as borrowers
from ranked
group by all
"""
"""Of a term in which one or two people borrowed the most, nobody counts, so that nothing is foretold from it."""
_TERMS = """
select term.term, term.season, term.starts_on, term.ends_on, coalesce(coverage.is_measured, false) as is_measured
from ref.term as term
left join ref.coverage_term as coverage on term.term = coverage.term and coverage.feed = 'loan'
"""


@dg.definitions
def forecasts() -> dg.Definitions:
    tables = [models()[table] for table in _TABLES]
    loans = [models()[table] for table in _LOAN_TABLES]
    return dg.Definitions(
        assets=[
            frame_assets("forecasts", tables, _SOURCES, {"scikitlearn", "polars"}, _forecasts),
            frame_assets("loan_forecasts", loans, _LOAN_SOURCES, {"polars"}, _loan_forecasts),
        ]
    )


def _forecasts(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    # scikit-learn takes seconds to import, which only the run that forecasts should pay.
    from profiles.forecast import FORECAST, SKILL, forecast
    from profiles.forecast_features import Demand
    from profiles.one_thread import one_thread

    as_of = read(warehouse, "select as_of from ref.horizon")["as_of"]
    if not len(as_of) or as_of[0] is None:
        return [pl.DataFrame(schema=FORECAST), pl.DataFrame(schema=SKILL)]
    calendar, demands = read(warehouse, _CALENDAR), {}
    for target, feed in _TARGETS.items():
        covered = read(warehouse, _COVERED.format(feed=feed))
        counted = read(warehouse, _DEMAND.format(target=target))
        demands[target] = Demand.of(counted, covered, calendar, as_of[0])
    # Trees grow without Python, so that each target has a core of its own.
    with one_thread(), ThreadPoolExecutor(len(demands)) as pool:
        found = pool.map(forecast, demands, demands.values())
        return [pl.concat(frames) for frames in zip(*found, strict=True)]


def _loan_forecasts(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    from profiles.loan_forecast import FORECAST, SKILL, loan_forecast

    as_of = read(warehouse, "select as_of from ref.horizon")["as_of"]
    if not len(as_of) or as_of[0] is None:
        return [pl.DataFrame(schema=FORECAST), pl.DataFrame(schema=SKILL)]
    campus = site.campus
    loans = read(warehouse, _LOANS, {"one": campus.largest_share, "two": campus.two_largest_share})
    return list(loan_forecast(loans, read(warehouse, _TERMS), as_of[0], campus.small_cell))
