"""The order of each person's visits: a measure that a query cannot take, as it follows a sequence letter by letter."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.orderliness import orderliness

_SOURCES = ["clean.visit", "ref.calendar_day"]
_SEQUENCES = """
with visit as (
    select
        visit.patron_key, calendar.term, visit.seen_at, visit.building,
        3 * calendar.weekday
        - case when hour(visit.seen_at) between 5 and 11 then 2 when hour(visit.seen_at) between 12 and 17 then 1 else 0 end as slot
    from clean.visit as visit
    join ref.calendar_day as calendar on visit.service_date = calendar.day
    where calendar.term = $term and coalesce(visit.entered_at, visit.exited_at) is not null
)
select patron_key, term, string_agg(chr(64 + slot), '' order by seen_at, building, slot) as slots
from visit group by all
"""
"""The slots of fact.visit_slot, a letter from A to U for each visit; those of one term, as all sequences at once are too many."""


@dg.definitions
def order() -> dg.Definitions:
    model = models()["fact.orderliness"]
    return dg.Definitions(assets=[frame_assets("fact_orderliness", [model], _SOURCES, {"polars"}, _orderliness)])


def _orderliness(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    terms = warehouse.rows_of("select distinct term from ref.calendar_day where term is not null order by term")
    nobody = orderliness(read(warehouse, _SEQUENCES, {"term": None}))
    return [pl.concat([nobody, *(orderliness(read(warehouse, _SEQUENCES, {"term": term})) for (term,) in terms)])]
