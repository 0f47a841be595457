"""The order of each person's visits: a measure that a query cannot take, as it follows a sequence letter by letter.

Terms are long past when a night comes, so each row bears a fingerprint of the visits that its term was made from.
A term whose visits bear the same one now keeps its rows; what has come since, and in which run, need not be known.
"""

from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

import dagster as dg
import polars as pl

from pipelines.building.fingerprint import content_by
from pipelines.frames import are_of_now, frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.orderliness import orderliness

_TABLE = "fact.orderliness"
_SOURCES = ["clean.visit", "ref.calendar_day"]
_VISITS = """
select
    visit.patron_key, calendar.term, visit.seen_at,
    3 * calendar.weekday
    - case when hour(visit.seen_at) between 5 and 11 then 2 when hour(visit.seen_at) between 12 and 17 then 1 else 0 end as slot
from clean.visit as visit
join ref.calendar_day as calendar on visit.service_date = calendar.day
where calendar.term is not null and coalesce(visit.entered_at, visit.exited_at) is not null
"""
"""The slots of fact.visit_slot, numbered from Monday morning to Sunday evening."""
_BY_DAY = """
(select service_date, hash(patron_key, seen_at) as visit from clean.visit where coalesce(entered_at, exited_at) is not null)
"""
_SEQUENCES = f"""
select
    patron_key, term,
    array_to_string(list_transform(list_sort(list(32 * epoch_us(seen_at) + slot)), lambda visit: chr(cast(64 + (visit & 31) as integer))), '') as slots
from ({_VISITS}) where term = $term group by all
"""
"""A letter from A to U for each visit, those of one term, as all at once are too many: time and slot are sorted as one
number, in a quarter of the time that `string_agg(… order by …)` takes."""


@dg.definitions
def order() -> dg.Definitions:
    model = models()[_TABLE]
    return dg.Definitions(assets=[frame_assets("fact_orderliness", [model], _SOURCES, {"polars"}, _orderliness)])


def _orderliness(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    now = _made_from(warehouse)
    rows = _rows_of_now(warehouse, site)
    kept = rows.join(now, on=["term", "made_from"], how="semi")
    due = now.join(kept, on="term", how="anti")["term"]
    made = [orderliness(read(warehouse, _SEQUENCES, {"term": term})) for term in due]
    return [pl.concat([kept, *(rows.join(now, on="term").select(kept.columns) for rows in made)])]


def _made_from(warehouse: Warehouse) -> pl.DataFrame:
    """A fingerprint of the visits of each term: of each of its days, as to look up the term of every visit takes as long again."""
    found: dict[Any, list[int]] = content_by(warehouse.connection, _BY_DAY, "service_date")
    days = warehouse.rows_of("select term, day, weekday from ref.calendar_day where term is not null order by all")
    visited = [(term, str(day), weekday, *found[day]) for term, day, weekday in days if day in found]
    told = [(term, sha256(repr(list(own)).encode()).hexdigest()[:32]) for term, own in groupby(visited, itemgetter(0))]
    return pl.DataFrame(told, {"term": pl.String, "made_from": pl.String}, orient="row")


def _rows_of_now(warehouse: Warehouse, site: Site) -> pl.DataFrame:
    """The rows that stand, if they would be made the same from the same visits."""
    model = models()[_TABLE]
    if are_of_now(warehouse, site, model):
        return read(warehouse, f"from {_TABLE}")
    return pl.DataFrame(schema={c.name: pl.Float64 if c.type == "DOUBLE" else pl.String for c in model.columns})
