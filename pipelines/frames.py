"""Turn a contract that Python fills into a Dagster asset.

The maker is a plain function from the warehouse and the site to a frame with the contract's columns, or to
a select of them where the rows are too many to leave the database; what a frame holds belongs in ``profiles``.
It is asked again only when something that it reads has changed, or what else shapes its rows
(:mod:`pipelines.hand`); one that does not say what it reads, each time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from pipelines.build import select, unchanged, write
from pipelines.due import is_current, version
from pipelines.hand import hand_of
from pipelines.models import Model
from pipelines.site import Site
from pipelines.tables import asset_spec, check_specs, results
from pipelines.warehouse import Warehouse

Rows = pl.DataFrame | str
Make = Callable[[Warehouse, Site], Sequence[Rows]]


def frame_assets(
    name: str, models: Sequence[Model], reads: Sequence[str], kinds: set[str], make: Make
) -> dg.AssetsDefinition:
    """The assets of contracts that one function fills together, in the order of what it makes."""

    @dg.multi_asset(
        name=name,
        specs=[asset_spec(model, reads, kinds) for model in models],
        check_specs=[spec for model in models for spec in check_specs(model)],
    )
    def filled(warehouse: Warehouse, site: Site) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        hand = hand_of(warehouse, site)
        made_as = {model.table: f"{version(model)} {hand}" for model in models}
        if reads and all(_stands(warehouse, table, as_now, reads) for table, as_now in made_as.items()):
            for model in models:
                yield from results(unchanged(warehouse, model))
            return
        for model, rows in zip(models, make(warehouse, site), strict=True):
            as_now = made_as[model.table]
            yield from results(
                select(warehouse, model, rows, as_now)
                if isinstance(rows, str)
                else write(warehouse, model, rows, as_now)
            )

    return filled


def _stands(warehouse: Warehouse, table: str, made_as: str, reads: Sequence[str]) -> bool:
    return warehouse.exists(table) and is_current(warehouse, table, made_as, reads)


def read(warehouse: Warehouse, query: str, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """The rows of a query as a frame."""
    frame: pl.DataFrame = warehouse.connection.sql(query, params=parameters).pl()
    return frame
