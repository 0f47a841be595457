"""The rows of each table of services, made from the catalogue and from what the warehouse holds.

Which conditions there are belongs in :mod:`pipelines.serving.services`, when each table is made, in ``assets/services.py``.
"""

import polars as pl

from pipelines.frames import Rows, read
from pipelines.serving import service_selects
from pipelines.serving.service_contacts import needed, through_the_gate
from pipelines.serving.service_state import answer_rows, catalogue_rows, feeds, reason_rows, site_catalogue
from pipelines.serving.services import Service
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.contact_pressure import pressure

CATALOGUE = ("service.catalogue", "service.reason")
NEED = ("service.need", "service.audience")
OUTCOME, CANDIDATE = "service.outcome_event", "service.candidate"

_INVITED = """
with term as (
    select term, starts_on, lead(starts_on) over (order by starts_on) as next_on from ref.term
)
select contact.patron_key, term.term, contact.contacted_on, contact.service, contact.response,
    individual.college, reader.segment, individual.patron_key is not null as is_reader
from service.contact as contact
join term on contact.contacted_on >= term.starts_on and (term.next_on is null or contact.contacted_on < term.next_on)
left join portrait.individual as individual
    on contact.patron_key = individual.patron_key and term.term = individual.term and individual.is_exposed
left join segment.reader as reader on individual.patron_key = reader.patron_key and individual.term = reader.term
where contact.cap_class = 'invitational'
"""
"""A vacation belongs to the term before."""

_INVITABLE = """
select individual.term, individual.college, reader.segment, count(*) as persons,
    cast(sum(coalesce(individual.loans, 0) + coalesce(individual.bookings, 0) + coalesce(individual.consultations, 0)
        + coalesce(individual.events_attended, 0)) as bigint) as acts
from portrait.individual as individual
left join segment.reader as reader on individual.patron_key = reader.patron_key and individual.term = reader.term
where individual.is_exposed
group by all
"""
"""Readers, with what they did of their own accord: loans, bookings, questions and events."""


def answers(warehouse: Warehouse, site: Site) -> list[Rows]:
    """Which answers to a survey ask for a service, or decline it."""
    catalogue, _ = site_catalogue(site)
    return [answer_rows(catalogue)]


def protected_names(warehouse: Warehouse, site: Site) -> list[Rows]:
    """What the services are called that are never aimed at anybody."""
    catalogue, _ = site_catalogue(site)
    return [pl.DataFrame(catalogue.protected, schema={"service": pl.String, "name": pl.String}, orient="row")]


def catalogue_tables(warehouse: Warehouse, site: Site) -> list[Rows]:
    """The services as they stand on the last day received, and the reasons for which they are suggested."""
    catalogue, used = site_catalogue(site)
    (as_of,) = warehouse.rows_of("select coalesce(as_of, current_date) from ref.horizon")[0]
    rows = catalogue_rows(catalogue, used, feeds(warehouse, catalogue), as_of), reason_rows(catalogue)
    return [as_declared(table, lines) for table, lines in zip(CATALOGUE, rows, strict=True)]


def need_tables(warehouse: Warehouse, site: Site) -> list[Rows]:
    """Who needs which service, and for how many each is."""
    ready = _ready(warehouse, site, "is_need_told")
    selects = [[select(*service) for service in ready] for select in (service_selects.need, service_selects.audience)]
    return [
        _all(table, of_table, service_selects.answered(ready)) for table, of_table in zip(NEED, selects, strict=True)
    ]


def outcome_events(warehouse: Warehouse, site: Site) -> list[Rows]:
    """When readers did what a service is meant to lead to."""
    return [
        _all(OUTCOME, [service_selects.outcome(*service) for service in _ready(warehouse, site, "is_outcome_told")])
    ]


def candidates(warehouse: Warehouse, site: Site) -> list[Rows]:
    """Who of those in need may be contacted on the last day received, and what stops the others."""
    needs = needed(warehouse)
    if needs.is_empty():
        return [as_declared(CANDIDATE, [])]
    return [through_the_gate(warehouse, needs, needs["as_of"][0])]


def pressures(warehouse: Warehouse, site: Site) -> list[Rows]:
    """How hard readers are pressed, term by term."""
    return [pressure(read(warehouse, _INVITED), read(warehouse, _INVITABLE))]


def as_declared(table: str, lines: list[dict[str, object]]) -> pl.DataFrame:
    """Lines as a frame with the columns of a table, also where there are none."""
    types = {"BOOLEAN": pl.Boolean, "BIGINT": pl.Int64, "INTEGER": pl.Int64, "DOUBLE": pl.Float64, "DATE": pl.Date}
    schema = {column.name: types.get(column.type, pl.String) for column in models()[table].columns}
    return pl.DataFrame(lines, schema=schema, strict=False)


def _ready(warehouse: Warehouse, site: Site, told: str) -> list[tuple[str, Service]]:
    """The services of which something is told on this site, in the order of the catalogue."""
    catalogue, _ = site_catalogue(site)
    codes = warehouse.rows_of(f"select service from service.catalogue where {told} order by number")
    return [(code, catalogue.services[code]) for (code,) in codes]


def _all(table: str, selects: list[str], before: str = "") -> Rows:
    return before + "\nunion all\n".join(selects) if selects else as_declared(table, [])
