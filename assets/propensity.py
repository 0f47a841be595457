"""How likely readers are to use the library in the next term: for planning and for suggestions, never for a sanction."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_TABLES = ("segment.propensity", "segment.propensity_skill")
_SOURCES = ["fact.finished_term", "ref.term"]
_PEOPLE = """
select finished.*, dense_rank() over (order by term.starts_on) as position, term.season
from fact.finished_term as finished
join ref.term as term on finished.term = term.term
"""


@dg.definitions
def propensity() -> dg.Definitions:
    tables = [models()[table] for table in _TABLES]
    return dg.Definitions(assets=[frame_assets("propensity", tables, _SOURCES, {"scikitlearn", "polars"}, _propensity)])


def _propensity(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    # scikit-learn takes seconds to import, which only the run that learns should pay.
    from profiles.propensity import propensities

    return list(propensities(read(warehouse, _PEOPLE)))
