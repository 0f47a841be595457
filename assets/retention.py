"""Records that are past their time are let go before any come in, and nothing later in a run ever sees them."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.errors import of_the_disk
from pipelines.exports import RETENTION
from pipelines.forgetting import limits, retention
from pipelines.site import Site
from pipelines.tables import OWNERS, asset_key
from pipelines.warehouse import Warehouse

_CHECK = "nothing_outlives_its_time"


@dg.definitions
def kept_records() -> dg.Definitions:
    return dg.Definitions(assets=[_kept()])


def _kept() -> dg.AssetsDefinition:
    key = asset_key(RETENTION)

    @dg.asset(
        key=key,
        group_name="door",
        owners=OWNERS,
        kinds={"duckdb"},
        check_specs=[dg.AssetCheckSpec(_CHECK, asset=key, description="no record is older than retention lets it be")],
    )
    def kept(
        context: dg.AssetExecutionContext, warehouse: Warehouse, site: Site
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        """What is past its time goes: rows, lines of sealed originals, and their bytes (`retention:` in the site file)."""
        day = limits.today(site.campus)
        with of_the_disk(RETENTION, "run again"):
            done = retention.let_go(warehouse, site, day)
        for line in [*done.postponed, *done.whole]:
            context.log.warning(line)
        outlived = retention.outliving(warehouse, site, day)
        yield dg.AssetCheckResult(
            passed=not outlived, check_name=_CHECK, metadata={"records": outlived, "why": done.postponed}
        )
        limited = {table: f"{months} months" for table, months in limits.limits(site).items()}
        rows, remarks = sum(done.rows.values()), [*done.postponed, *done.whole]
        yield dg.MaterializeResult(
            metadata={"let_go": rows, "by_table": done.rows, "kept": limited, "remarks": remarks}
        )

    return kept
