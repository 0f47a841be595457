"""Services aimed at readers who need them: the catalogue, the need, who may be contacted, and how hard readers are pressed."""

from functools import partial

import dagster as dg
import polars as pl

from pipelines.frames import frame_assets
from pipelines.models import Model
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_CATALOGUE = ("service.catalogue", "service.reason")
_NEED = ("service.need", "service.audience", "service.outcome_event")


@dg.definitions
def services() -> dg.Definitions:
    catalogue, need = ([models()[table] for table in tables] for tables in (_CATALOGUE, _NEED))
    return dg.Definitions(
        assets=[
            frame_assets("services", catalogue, ["ref.coverage_term"], {"yaml"}, partial(_empty, catalogue)),
            frame_assets("needs", need, ["portrait.individual"], {"duckdb"}, partial(_empty, need)),
            *(
                frame_assets(
                    table.replace(".", "_"),
                    [models()[table]],
                    ["service.need", "service.contact"],
                    {"polars"},
                    partial(_empty, [models()[table]]),
                )
                for table in ("service.candidate", "service.pressure")
            ),
        ]
    )


def _empty(tables: list[Model], warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    return [pl.DataFrame(schema={column.name: pl.String for column in model.columns}) for model in tables]
