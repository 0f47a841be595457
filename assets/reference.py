"""What a site knows beforehand: its calendar, its own judgements, and the words of its codes.

Each table comes from data/reference/, unless the site file names another CSV file for it.
"""

from functools import partial
from pathlib import Path

import dagster as dg
import polars as pl

from pipelines.campus import CalendarYears, Campus
from pipelines.errors import Misconfigured
from pipelines.frames import frame_assets, read
from pipelines.models import Model
from pipelines.paths import REFERENCE
from pipelines.site import Site, feeds, models
from pipelines.warehouse import Warehouse
from profiles.calendar import calendar_days, calendar_year_terms
from profiles.calendar_slips import day_slips, festival_slips, hour_slips, term_slips, years_without_makeup
from profiles.term_codes import resolved

_ALIAS = {"alias": pl.String, "term": pl.String}
_SLIPS = {"ref.term": term_slips, "ref.day": day_slips, "ref.opening_hours": hour_slips}


@dg.definitions
def reference() -> dg.Definitions:
    words = [model for model in models().values() if model.layer == "ref" and _has_file(model)]
    return dg.Definitions(
        assets=[
            *(frame_assets(f"ref_{_name(model)}", [model], [], {"csv"}, partial(_words, model)) for model in words),
            frame_assets("ref_feed", [models()["ref.feed"]], [], {"sql"}, _feeds),
            frame_assets("ref_site", [models()["ref.site"]], [], {"yaml"}, _judgements),
            frame_assets(
                "ref_calendar_day",
                [models()["ref.calendar_day"]],
                ["ref.term", "ref.day", "ref.opening_hours"],
                {"polars"},
                _days,
            ),
            frame_assets(
                "ref_term_alias", [models()["ref.term_alias"]], ["raw.course", "ref.term"], {"polars"}, _aliases
            ),
        ]
    )


def _has_file(model: Model) -> bool:
    return not model.is_select and (REFERENCE / f"{_name(model)}.csv").exists()


def _words(model: Model, warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    terms = site.campus.terms
    if model.table == "ref.term" and isinstance(terms, CalendarYears):
        return [calendar_year_terms(terms.first_year, terms.last_year)]
    words = _read_words(model, site.campus)
    if (
        model.table == "ref.opening_hours"
        and isinstance(terms, CalendarYears)
        and _name(model) not in site.campus.reference
    ):
        return [words.clear()]
    _refuse(_file(model, site.campus), _SLIPS[model.table](words) if model.table in _SLIPS else [])
    return [words]


def _read_words(model: Model, campus: Campus) -> pl.DataFrame:
    path = _file(model, campus)
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


def _feeds(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    return [
        pl.DataFrame(
            [
                {
                    "feed": feed.name,
                    "position": position,
                    "label_zh": feed.label_zh,
                    "label_en": feed.label_en,
                    "is_expected": feed.is_expected,
                    "is_followed": feed.days is not None,
                }
                for position, feed in enumerate(feeds(), start=1)
            ]
        )
    ]


def _days(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    terms, unusual, hours = (read(warehouse, f"select * from ref.{name}") for name in ("term", "day", "opening_hours"))
    if site.campus.terms == "academic":
        _refuse(_file(models()["ref.day"], site.campus), festival_slips(terms, unusual))
        for year in years_without_makeup(terms, unusual):
            dg.get_dagster_logger().warning(
                f"day.csv: no make-up workday is known for {year} — they are announced each November; add them"
            )
    return [calendar_days(terms, unusual, hours)]


def _aliases(warehouse: Warehouse, site: Site) -> list[pl.DataFrame]:
    codes = read(warehouse, "select distinct term_code from raw.course order by term_code")["term_code"]
    terms = read(warehouse, "select term from ref.term")["term"].to_list()
    return [pl.DataFrame({"alias": codes, "term": [_term(code, terms) for code in codes]}, schema_overrides=_ALIAS)]


def _term(code: str, terms: list[str]) -> str | None:
    """The site's term that a code means; none, and a line in the log, where it cannot be told."""
    try:
        return resolved(code, terms)
    except ValueError as error:
        dg.get_dagster_logger().warning(str(error))
        return None


def _refuse(path: Path, slips: list[str]) -> None:
    if slips:
        raise Misconfigured("\n".join(f"{path.name}: {slip}" for slip in slips))


def _file(model: Model, campus: Campus) -> Path:
    return campus.reference.get(_name(model), REFERENCE / f"{_name(model)}.csv")


def _name(model: Model) -> str:
    return model.table.partition(".")[2]
