"""Services aimed at readers who need them: the catalogue, the need, who may be contacted, and how hard readers are pressed."""

from functools import partial

import dagster as dg
import polars as pl

from pipelines import service_sql
from pipelines.frames import Rows, frame_assets, read
from pipelines.models import Model
from pipelines.service_contacts import needed, through_the_gate
from pipelines.service_state import answer_rows, catalogue_rows, feeds, reason_rows, site_catalogue
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.contact_pressure import pressure

_WORDS = ("ref.service_answer", "ref.protected_name")
_CATALOGUE = ("service.catalogue", "service.reason")
_NEED = ("service.need", "service.audience")
_PEOPLE = [*service_sql.READERS, "service.catalogue", "ref.term", "fact.stated_need"]
_CONTACTS = ["service.contact", "clean.consent", "clean.service_assignment", "ref.contact_rule", "ref.calendar_day"]


_INVITED = """
with term as (
    select term, starts_on, lead(starts_on) over (order by starts_on) as next_on from ref.term
)
select contact.patron_key, term.term, contact.contacted_on, contact.service, contact.response
from service.contact as contact
join term on contact.contacted_on >= term.starts_on and (term.next_on is null or contact.contacted_on < term.next_on)
where contact.cap_class = 'invitational'
"""
"""A vacation belongs to the term before."""

_INVITABLE = """
select individual.patron_key, individual.term, individual.college, reader.segment,
    cast(coalesce(individual.loans, 0) + coalesce(individual.bookings, 0) + coalesce(individual.consultations, 0)
        + coalesce(individual.events_attended, 0) as bigint) as acts
from portrait.individual as individual
left join segment.reader as reader on individual.patron_key = reader.patron_key and individual.term = reader.term
where individual.is_exposed
"""
"""Readers, with what they did of their own accord: loans, bookings, questions and events."""


@dg.definitions
def services() -> dg.Definitions:
    words, catalogue, need = ([models()[table] for table in tables] for tables in (_WORDS, _CATALOGUE, _NEED))
    outcome, candidate = models()["service.outcome_event"], models()["service.candidate"]
    # Whether a feed has ever brought anything is told by its rows, whichever feeds the site's catalogue names.
    feeds_read = [model.table for model in models().values() if model.is_feed]
    outcomes_read = [
        "service.catalogue",
        "clean.attendance",
        "clean.booking",
        "clean.resource_access",
        "fact.loan_kind",
    ]
    return dg.Definitions(
        assets=[
            frame_assets("service_words", words, [], {"yaml"}, _words),
            frame_assets(
                "service_catalogue",
                catalogue,
                [*feeds_read, "ref.feed", "ref.received_day", "ref.horizon", "clean.booking"],
                {"yaml"},
                partial(_catalogue, catalogue),
            ),
            frame_assets("service_need", need, _PEOPLE, {"duckdb"}, partial(_need, need)),
            frame_assets("service_outcome", [outcome], outcomes_read, {"duckdb"}, partial(_outcome, outcome)),
            frame_assets(
                "service_candidate",
                [candidate],
                ["service.need", "service.outcome_event", "fact.roster", "ref.horizon", *_CONTACTS],
                {"polars"},
                _candidates,
            ),
            frame_assets(
                "service_pressure",
                [models()["service.pressure"]],
                ["service.contact", "portrait.individual", "segment.reader", "ref.term"],
                {"polars"},
                _pressure,
            ),
        ]
    )


def _words(warehouse: Warehouse, site: Site) -> list[Rows]:
    catalogue, _ = site_catalogue(site)
    names = pl.DataFrame(catalogue.protected, schema={"service": pl.String, "name": pl.String}, orient="row")
    return [answer_rows(catalogue), names]


def _catalogue(tables: list[Model], warehouse: Warehouse, site: Site) -> list[Rows]:
    catalogue, used = site_catalogue(site)
    (as_of,) = warehouse.rows_of("select coalesce(as_of, current_date) from ref.horizon")[0]
    rows = catalogue_rows(catalogue, used, feeds(warehouse, catalogue), as_of), reason_rows(catalogue)
    return [
        pl.DataFrame(row, schema=_empty(table).schema, strict=False) for table, row in zip(tables, rows, strict=True)
    ]


def _need(tables: list[Model], warehouse: Warehouse, site: Site) -> list[Rows]:
    ready = _ready(warehouse, "is_need_told")
    catalogue, _ = site_catalogue(site)
    services = {code: service for code, service in catalogue.services.items() if code in ready}
    needs = [service_sql.need(code, service) for code, service in services.items()]
    audiences = [service_sql.audience(code, service) for code, service in services.items()]
    return [_all(table, selects) for table, selects in zip(tables, (needs, audiences), strict=True)]


def _outcome(table: Model, warehouse: Warehouse, site: Site) -> list[Rows]:
    ready = _ready(warehouse, "is_outcome_told")
    catalogue, _ = site_catalogue(site)
    return [_all(table, [service_sql.outcome(code, catalogue.services[code]) for code in ready])]


def _candidates(warehouse: Warehouse, site: Site) -> list[Rows]:
    needs = needed(warehouse)
    if needs.is_empty():
        return [_empty(models()["service.candidate"])]
    return [through_the_gate(warehouse, needs, needs["as_of"][0])]


def _pressure(warehouse: Warehouse, site: Site) -> list[Rows]:
    return [pressure(read(warehouse, _INVITED), read(warehouse, _INVITABLE))]


def _ready(warehouse: Warehouse, told: str) -> list[str]:
    return [
        service
        for (service,) in warehouse.rows_of(f"select service from service.catalogue where {told} order by number")
    ]


def _all(table: Model, selects: list[str]) -> Rows:
    return "\nunion all\n".join(selects) if selects else _empty(table)


def _empty(table: Model) -> pl.DataFrame:
    types = {"BOOLEAN": pl.Boolean, "BIGINT": pl.Int64, "INTEGER": pl.Int64, "DOUBLE": pl.Float64, "DATE": pl.Date}
    return pl.DataFrame(schema={column.name: types.get(column.type, pl.String) for column in table.columns})
