"""The colleges' portraits set side by side, indicator by indicator.

Which columns of ``portrait.department`` are indicators is said where they are born: a column tagged
with a view, a unit, a better end and the feed it needs appears here and in the college report.
Figures are compared as coarse as they leave, since the others' stand on every college's page.
"""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.modelling.word_slips import ENDS, VIEW_TAGS
from pipelines.releasing.dominance import dominated, without_dominated
from pipelines.releasing.release import released, rules_of
from pipelines.site import Site, feeds, models
from pipelines.warehouse import Warehouse
from profiles.indicators import Indicator, compare

_SOURCES = ["fact.dominance", "portrait.department", "ref.coverage_term", "ref.term"]
_GAPS = """
select feed, term, concat(feed, ':', cast(cast(coverage as decimal(4, 2)) as varchar)) as not_measured
from ref.coverage_term where not is_measured
"""
_EXPECTED = "select distinct feed from ref.coverage_term"


@dg.definitions
def indicators() -> dg.Definitions:
    model = models()["report.indicator"]
    return dg.Definitions(assets=[frame_assets("report_indicator", [model], _SOURCES, {"polars"}, _indicators)])


def _indicators(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    model, rules = models()["portrait.department"], rules_of(site.campus)
    exact = read(warehouse, "select * from portrait.department")
    told = without_dominated(model, exact, dominated(warehouse.connection, rules, [(model, exact)]), rules)
    coarse = released(model, told, rules).drop("withheld")
    portraits = coarse.with_columns(exact["persons"]).join(
        read(warehouse, "select term, compare_to as previous_term from ref.term"), on="term"
    )
    gaps = read(warehouse, _GAPS)
    terms = read(
        warehouse, "select term, label_zh, label_en, row_number() over (order by starts_on) as position from ref.term"
    )
    labels = terms.select("term", term_label_zh="label_zh", term_label_en="label_en", term_position="position")
    compared = compare(portraits, gaps, _declared(set(read(warehouse, _EXPECTED)["feed"])), site.campus.small_cell)
    return [compared.join(labels, on="term", how="left")]


def _declared(expected: set[str]) -> list[Indicator]:
    """The columns of portrait.unit, where they are born, that carry a view and need no feed this site never had."""
    found, followed = [], {feed.name for feed in feeds() if feed.days}
    for column in models()["portrait.unit"].columns:
        views, ends = column.tags & VIEW_TAGS, column.tags & ENDS
        needs, units = column.tags & followed, column.tags - VIEW_TAGS - ENDS - followed - {"aggregate"}
        if views and ends and needs <= expected:
            (view,), (better,), (unit,), feed = views, ends, units, next(iter(needs), "")
            found.append(Indicator(column.name, view, column.label_zh, column.label_en, unit, better, feed))
    return found
