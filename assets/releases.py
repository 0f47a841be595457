"""What may be shown: every figure about a group, decided for all tables together before any of it is.

Pages and the published database come after this; where it refuses, they stay as they were.
"""

from typing import Any

import dagster as dg

from pipelines.frames import read
from pipelines.gate import release
from pipelines.models import Model
from pipelines.release import rules_of
from pipelines.site import Site, models
from pipelines.tables import OWNERS, asset_key
from pipelines.warehouse import Warehouse

RELEASE = "release.aggregates"
LAYERS = ("portrait", "segment", "service", "report")
SHOWN_TO = "library and colleges"


@dg.definitions
def releases() -> dg.Definitions:
    aggregates = [model for model in models().values() if model.layer in LAYERS and model.persons]
    return dg.Definitions(assets=[_release(aggregates)])


def _release(aggregates: list[Model]) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(RELEASE),
        deps=[asset_key("fact.dominance"), *(asset_key(model.table) for model in aggregates)],
        group_name="release",
        owners=OWNERS,
        kinds={"scipy"},
    )
    def decided(warehouse: Warehouse, site: Site) -> dg.MaterializeResult[Any]:
        """What may be shown of every figure about a group, attacked before anything is shown."""
        tables = [(model, read(warehouse, f"select * from {model.table}")) for model in aggregates]
        done = release(warehouse, tables, rules_of(site.campus), SHOWN_TO)
        return dg.MaterializeResult(
            metadata={
                "release": done.number,
                "rows": done.cells,
                "withheld": done.withheld,
                "attacked_in_vain": done.attacked,
            }
        )

    return decided
