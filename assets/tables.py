"""Every file under sql/ that needs no Python of its own: feeds are loaded, tables are built."""

import dagster as dg

from pipelines.exports import export_asset
from pipelines.site import models
from pipelines.tables import table_asset


@dg.definitions
def tables() -> dg.Definitions:
    feeds = [export_asset(model) for model in models().values() if model.is_feed]
    selects = [table_asset(model) for model in models().values() if model.is_select]
    return dg.Definitions(assets=[*feeds, *selects])
