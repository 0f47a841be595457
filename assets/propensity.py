"""How likely readers are to use the library in the next term: for planning and for suggestions, never for a sanction."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_TABLES = ("segment.propensity", "segment.propensity_skill")
_SOURCES = ["clean.refusal", "portrait.individual", "ref.horizon", "ref.term"]
_PEOPLE = """
select
    patron_key, individual.term, dense_rank() over (order by term.starts_on) as position, term.season,
    level_group, college, study_year,
    visit_days, dwell_minutes, loans, bookings, active_days, recency_open_days, events_attended
from portrait.individual as individual
join ref.term as term on individual.term = term.term
cross join ref.horizon as horizon
where term.ends_on <= horizon.as_of and is_exposed
    and patron_key not in (select patron_key from clean.refusal where purpose = 'recommendation')
"""
"""Whole terms only: what a term has not yet brought is not known."""


@dg.definitions
def propensity() -> dg.Definitions:
    tables = [models()[table] for table in _TABLES]
    return dg.Definitions(assets=[frame_assets("propensity", tables, _SOURCES, {"scikitlearn", "polars"}, _propensity)])


def _propensity(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    # scikit-learn takes seconds to import, which only the run that learns should pay.
    from profiles.propensity import propensities

    return list(propensities(read(warehouse, _PEOPLE)))
