"""Turn a contract that Python fills into a Dagster asset.

The maker is a plain function from the warehouse and the site to a frame with the contract's columns, or to
a select of them where the rows are too many to leave the database; what a frame holds belongs in ``profiles``.
It is asked again only when something that it reads has changed, or what else shapes its rows
(:mod:`pipelines.building.hand`); one that does not say what it reads, each time.  Of what the ledger notes, only the
tables count that it names: what a run notes for another table makes nothing anew in the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from pipelines.building.build import select, unchanged, write
from pipelines.building.due import built_at, is_current, version
from pipelines.building.hand import hand_of, noted_in
from pipelines.models import Model
from pipelines.site import Site
from pipelines.tables import asset_spec, check_specs, results
from pipelines.warehouse import Warehouse

Rows = pl.DataFrame | str
Make = Callable[[Warehouse, Site], Sequence[Rows]]


def frame_assets(
    name: str, models: Sequence[Model], reads: Sequence[str], kinds: set[str], make: Make, noted: Sequence[str] = ()
) -> dg.AssetsDefinition:
    """The assets of contracts that one function fills together, in the order of what it makes.

    ``noted`` are the tables of the ledger that it reads; what it notes there itself, it knows.
    """

    @dg.multi_asset(
        name=name,
        specs=[asset_spec(model, reads, kinds) for model in models],
        check_specs=[spec for model in models for spec in check_specs(model)],
    )
    def filled(warehouse: Warehouse, site: Site) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        hand, before = hand_of(site), noted_in(warehouse, noted)
        if reads and all(_stands(warehouse, model.table, _made_as(model, hand, before), reads) for model in models):
            for model in models:
                yield from results(unchanged(warehouse, model))
            return
        made = make(warehouse, site)
        after = noted_in(warehouse, noted)
        for model, rows in zip(models, made, strict=True):
            as_now = _made_as(model, hand, after)
            yield from results(
                select(warehouse, model, rows, as_now)
                if isinstance(rows, str)
                else write(warehouse, model, rows, as_now)
            )

    return filled


def are_of_now(warehouse: Warehouse, site: Site, model: Model) -> bool:
    """Whether the rows of a table that notes nothing were made as they would be now, of whatever they were made."""
    as_now = _made_as(model, hand_of(site), noted_in(warehouse, ()))
    return warehouse.exists(model.table) and built_at(warehouse, model.table, as_now) is not None


def _made_as(model: Model, hand: str, noted: str) -> str:
    return f"{version(model)} {hand} {noted}"


def _stands(warehouse: Warehouse, table: str, made_as: str, reads: Sequence[str]) -> bool:
    return warehouse.exists(table) and is_current(warehouse, table, made_as, reads)


def read(warehouse: Warehouse, query: str, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """The rows of a query as a frame."""
    frame: pl.DataFrame = warehouse.connection.sql(query, params=parameters).pl()
    return frame
