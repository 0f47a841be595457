"""Segments of readers whose use of the library is alike: rules first, then clusters that hold still."""

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets, read
from pipelines.serving.segment_models import FIRST, FIRST_RUN, LEDGER, PEOPLE, decide, dictionary, fit_for_first, kept
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_TABLES = ("segment.reader", "segment.model", "segment.centre", "segment.candidate", "segment.drift")
_SOURCES = ["clean.refusal", "portrait.individual", "ref.coverage_term", "ref.horizon", "ref.segment_name", "ref.term"]


@dg.definitions
def segments() -> dg.Definitions:
    tables = [models()[table] for table in _TABLES]
    asset = frame_assets("segments", tables, _SOURCES, {"scikitlearn", "polars"}, _segments, [LEDGER])
    return dg.Definitions(assets=[asset])


def _segments(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    from profiles.segment_model import Frozen, freeze
    from profiles.segments import segment_readers

    people = read(warehouse, PEOPLE)
    rows = kept(warehouse, site)
    if not rows:
        found = freeze(fit_for_first(people, site), dictionary(site))
        rows = decide(warehouse, site, [model.as_row() for model in found], FIRST_RUN, FIRST)
    told = segment_readers(people, [Frozen.from_row(row) for row in rows])
    return [told.reader, told.model, told.centre, told.candidate, told.drift]
