"""Whether anybody can have a portrait: the roster says who there is, and it is made of exports of enrolment alone.

What has come of readers is kept all the same; it is told once they are in the roster.
"""

from pipelines.errors import Problem
from pipelines.models import Model
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

_PATIENCE_SECONDS = 1.0

_WHO = ("raw.enrolment", "raw.patron_identifier")
"""Feeds that say who there is, and nothing of what they do."""


def without_portraits(site: Site) -> list[str]:
    """The line of :func:`lacking`; none if that cannot be seen now."""
    if not site.campus.warehouse.exists():
        return []
    try:
        with Warehouse(path=str(site.campus.warehouse), wait_seconds=_PATIENCE_SECONDS).opened() as warehouse:
            return lacking(warehouse)
    except Problem:
        return []


def lacking(warehouse: Warehouse) -> list[str]:
    """A line that says why nobody has a portrait, where readers have been met and the roster knows none of them."""
    met = [model for model in _of_readers() if warehouse.exists(model.table) and warehouse.rows_of(_somebody(model))]
    if not met or not warehouse.exists("fact.roster"):
        return []
    if not warehouse.rows("fact.roster"):
        told = ", ".join(f"{warehouse.rows(model.table):,} of {model.table.partition('.')[2]}" for model in met)
        return [
            f"roster: empty, so nobody has a portrait and no group a report, though records are here ({told})"
            " — add an export of feed enrolment; `mingyuan feeds` names its presets"
        ]
    if any(warehouse.rows_of(_known(model)) for model in met):
        return []
    return [
        "roster: none of the numbers met in other feeds belongs to anybody in it, so every portrait is empty"
        " — see whether both write a reader's number alike (pad, pattern), or add an export of feed patron_identifier"
    ]


def _of_readers() -> list[Model]:
    return [
        model
        for model in models().values()
        if model.feed and model.feed.reader == "patron_key" and model.table not in _WHO
    ]


def _somebody(model: Model) -> str:
    return f"select 1 from {model.table} where patron_key is not null limit 1"


def _known(model: Model) -> str:
    """A first record of somebody whom the roster knows, by their own number or another that they have held."""
    return f"""
select 1 from {model.table} where patron_key in (
    select patron_key from clean.enrolment union all select identifier_key from clean.patron_identifier
) limit 1"""
