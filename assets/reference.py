"""What a site knows beforehand: its calendar, its own judgements, and the words of its codes.

Each table comes from data/reference/, unless the site file names another CSV file for it.
"""

from functools import partial

import dagster as dg
import polars as pl

from pipelines.campus import CalendarYears, Campus
from pipelines.errors import Misconfigured
from pipelines.frames import frame_assets, read
from pipelines.models import Model
from pipelines.paths import REFERENCE
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.calendar import calendar_days, calendar_year_terms


@dg.definitions
def reference() -> dg.Definitions:
    words = [model for model in models().values() if model.layer == "ref" and _has_file(model)]
    return dg.Definitions(
        assets=[
            *(frame_assets(f"ref_{_name(model)}", [model], [], {"csv"}, partial(_words, model)) for model in words),
            frame_assets("ref_site", [models()["ref.site"]], [], {"yaml"}, _judgements),
            frame_assets(
                "ref_calendar_day", [models()["ref.calendar_day"]], ["ref.term", "ref.day"], {"polars"}, _days
            ),
        ]
    )


def _has_file(model: Model) -> bool:
    return not model.is_select and (REFERENCE / f"{_name(model)}.csv").exists()


def _words(model: Model, warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    terms = site.campus.terms
    if model.table == "ref.term" and isinstance(terms, CalendarYears):
        return [calendar_year_terms(terms.first_year, terms.last_year)]
    return [_read_words(model, site.campus)]


def _read_words(model: Model, campus: Campus) -> pl.DataFrame:
    path = campus.reference.get(_name(model), REFERENCE / f"{_name(model)}.csv")
    if not path.exists():
        raise Misconfigured(f"{path.name}: there is no such reference file — the site file names it for {model.table}")
    frame = pl.read_csv(path, infer_schema=False)
    expected = [column.name for column in model.columns]
    if frame.columns != expected:
        raise Misconfigured(f"{path.name}: its heading must be {','.join(expected)}")
    return frame


def _judgements(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    campus = site.campus
    own = [column.name for column in models()["ref.site"].columns if not column.name.startswith("name_")]
    words = {"name_zh": campus.name.zh, "name_en": campus.name.en}
    return [pl.DataFrame([words | {name: getattr(campus, name) for name in own}])]


def _days(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    terms, unusual = read(warehouse, "select * from ref.term"), read(warehouse, "select * from ref.day")
    return [calendar_days(terms, unusual)]


def _name(model: Model) -> str:
    return model.table.partition(".")[2]
