"""What may be shown: every figure about a group, decided for all tables together before any of it is.

Pages and the published database come after this; where it refuses, they stay as they were.
"""

from typing import Any

import dagster as dg

from pipelines.frames import read
from pipelines.modelling.parted import TERMS
from pipelines.models import Model
from pipelines.releasing.aggregates import aggregates
from pipelines.releasing.gate import release
from pipelines.releasing.release import rules_of
from pipelines.releasing.remembered import Release, last
from pipelines.releasing.told import DOMINANCE, is_told, note_told, told_as
from pipelines.site import Site, models
from pipelines.tables import OWNERS, asset_key
from pipelines.warehouse import Warehouse

RELEASE = "release.aggregates"
SHOWN_TO = "library and colleges"


@dg.definitions
def releases() -> dg.Definitions:
    return dg.Definitions(assets=[_release(aggregates(models().values()))])


def _release(told: list[Model]) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(RELEASE),
        deps=[asset_key(DOMINANCE), *(asset_key(model.table) for model in told)],
        group_name="release",
        owners=OWNERS,
        kinds={"scipy"},
    )
    def decided(warehouse: Warehouse, site: Site) -> dg.MaterializeResult[Any]:
        """What may be shown of every figure about a group, attacked before anything is shown."""
        reads = [TERMS, *(model.table for model in told)]
        if is_told(warehouse, RELEASE, told_as(warehouse, site, reads), reads) and (stands := last(warehouse)):
            return _told(stands, is_new=False)
        tables = [(model, read(warehouse, f"select * from {model.table}")) for model in told]
        done = release(warehouse, tables, rules_of(site.campus), SHOWN_TO)
        note_told(warehouse, RELEASE, told_as(warehouse, site, reads))
        return _told(done, is_new=True)

    return decided


def _told(done: Release, is_new: bool) -> dg.MaterializeResult[Any]:
    counts = {"rows": done.cells, "withheld": done.withheld, "attacked_in_vain": done.attacked}
    return dg.MaterializeResult(metadata={"release": done.number, "is_new": is_new, **counts})
