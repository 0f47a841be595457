"""Segments of readers whose use of the library is alike: rules first, then clusters that hold still."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.paths import REFERENCE
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_TABLES = ("segment.reader", "segment.model", "segment.centre")
_SOURCES = ["portrait.individual", "ref.coverage_term", "ref.segment_name"]

_PEOPLE = """
with used as (select distinct feed from ref.coverage_term where is_measured and feed in ('gate', 'loan', 'space')),
term as (select term, bool_and(is_measured) as measured from ref.coverage_term join used using (feed) group by term)
select
    patron_key, term, level_group, is_exposed, active_days > 0 as is_active, coalesce(term.measured, false) as measured,
    visit_days, dwell_minutes, loans, bookings, night_share, weekend_share, regularity, breadth
from portrait.individual
left join term using (term)
"""
"""A term is measured when every feed that readers are grouped by, and that this site ever has, was there."""


@dg.definitions
def segments() -> dg.Definitions:
    tables = [models()[table] for table in _TABLES]
    return dg.Definitions(assets=[frame_assets("segments", tables, _SOURCES, {"scikitlearn", "polars"}, _segments)])


def _segments(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    # scikit-learn takes seconds to import, which only the run that clusters should pay.
    from profiles.segments import segment_readers

    dictionary = site.campus.reference.get("segment_name", REFERENCE / "segment_name.csv")
    found = segment_readers(read(warehouse, _PEOPLE), pl.read_csv(dictionary))
    return [found.reader, found.model, found.centre]
