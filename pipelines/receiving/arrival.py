"""Whether a feed's exports come as often as its header says.

That a run has looked for files at all is what a freshness policy tells (see :mod:`pipelines.tables`);
this is about the other side, which may have stopped to send any.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.models import Model
from pipelines.site import Site
from pipelines.tables import asset_key
from pipelines.warehouse import Warehouse

ON_TIME = "arrives_on_time"

_LAST = """
select max(received_at), coalesce(max(received_at) < localtimestamp - cast(? as interval), true)
from ledger.file where feed = ? and status <> 'refused'"""


def arrival_specs(model: Model) -> list[dg.AssetCheckSpec]:
    """A check for a feed whose header says when files are due; it warns and stops nothing."""
    words = f"a new file at least every {model.due}, if this site has a source for it"
    return [dg.AssetCheckSpec(ON_TIME, asset=asset_key(model.table), description=words)] if model.due else []


def arrivals(warehouse: Warehouse, site: Site, model: Model) -> Iterator[dg.AssetCheckResult]:
    """When the last file of a feed came, held against when one was due."""
    if model.due is None:
        return
    feed = model.table.partition(".")[2]
    ((last, is_late),) = warehouse.rows_of(_LAST, [model.due, feed])
    yield dg.AssetCheckResult(
        passed=not (is_late and site.sources(feed)),
        check_name=ON_TIME,
        asset_key=asset_key(model.table),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"last_file": f"{last:%Y-%m-%d %H:%M}" if last else "none yet", "due": f"every {model.due}"},
    )
