"""Facts of four terms that come to a warehouse in some order: no door, no Dagster, and no disk.

Four people, few values and little difference between them, so that whatever can reach from one term into
another does.  What must be true of it is for the tests to say.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import strategies as st

from pipelines.building.build import renew, write
from pipelines.building.built import Built
from pipelines.building.changes import watched
from pipelines.building.fingerprint import content
from pipelines.engine import Engine
from pipelines.models import Model
from pipelines.warehouse import Warehouse
from tests.pipelines.arrivals import SITE, Models

Rows = list[dict[str, Any]]
Arrival = tuple[str, str, Rows]
"""A table, a term, and what the table holds of it from now on."""

TERMS = ("t1", "t2", "t3", "t4")
STARTS = [dt.date(2024, 9, 1), dt.date(2025, 2, 1), dt.date(2025, 9, 1), dt.date(2026, 2, 1)]
FIRST = dict(zip(TERMS, STARTS, strict=True))
AGO = [None, None, "t1", "t2"]
PATRONS = ("ann", "bo", "cy", "di")
few, share = st.integers(0, 4), st.sampled_from([0, 0.25, 1])
TERM_ROWS = [
    {"term": term, "academic_year": "2024-2025", "season": "autumn", "starts_on": day, "ends_on": day + dt.timedelta(100),
     "week1_monday": day, "teaching_weeks": 10, "compare_to": ago, "label_zh": term, "label_en": term}
    for term, day, ago in zip(TERMS, STARTS, AGO, strict=True)
]  # fmt: skip
CALENDAR = [
    {"day": day + dt.timedelta(week * 7), "term": term, "teaching_week": week + 1, "weekday": 1, "day_type": "workday",
     "is_open": True, "period": "teaching", "open_minutes": 600}
    for term, day in zip(TERMS, STARTS, strict=True) for week in range(4)
]  # fmt: skip
MEASURES = [{"measure": name, "weight": 1} for name in ("visit_days", "loans", "bookings", "resource_hours")]
WEIGHTS = [{"axis": "cohesion", "component": name, "weight": 1} for name in ("active_rate", "retention", "breadth")]
COMPONENTS = ("presence", "reading", "resource", "booking", "event", "growth")
RULES = {"winner_days": 731, "board_top": 2} | dict.fromkeys(
    ("loans_a_day", "loans_a_month", "held_hours", "breadth_bonus", "overdue_cost", "bulk_loans", "bulk_minutes",
     "late_days", "late_share", "late_loans", "passing_minutes", "passing_visits"), 1
)  # fmt: skip
BOARDS = {
    "ref.study_weight": [{"view": "overall", "component": name, "weight": 1} for name in COMPONENTS],
    "ref.study_rule": [{"rule": rule, "value": value} for rule, value in RULES.items()],
    "ref.milestone": [{"milestone": "first_visit", "position": 1, "kind": "visit", "number": 1}],
}
ENROLLED = [
    {"patron_key": who, "status": "active", "valid_from": dt.date(2024, 8, 1), "valid_to": dt.date(9999, 12, 31)}
    for who in PATRONS
]
REFERENCE = BOARDS | {"clean.enrolment": ENROLLED, "ref.term": TERM_ROWS, "ref.calendar_day": CALENDAR, "ref.measure": MEASURES, "ref.relationship_weight": WEIGHTS, "ref.site": [SITE | {"peer_group": 2, "small_cell": 1}]}  # fmt: skip


def each(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Rows]:
    """At most one row for each person."""
    held = st.dictionaries(st.sampled_from(PATRONS), st.fixed_dictionaries(columns), max_size=4)
    return held.map(lambda rows: [{"patron_key": who} | row for who, row in rows.items()])


def feeds(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Rows]:
    held = st.dictionaries(st.sampled_from(["gate", "loan", "space", "e_resource"]), st.fixed_dictionaries(columns))
    return held.map(lambda rows: [{"feed": feed} | row for feed, row in rows.items()])


def kinds(patron_key: str, loans: int, own: int) -> Rows:
    """So many loans, so many of them of the own field."""
    said = {"patron_key": patron_key, "class_scheme": "clc", "class_top": "T", "interest": "art"}
    return [said | {"loan_key": f"{patron_key} {n}", "field": "own" if n < own else "other"} for n in range(loans)]


class_of = st.sampled_from(["TP", "I2", "K2"])
GIVEN = {
    "fact.roster": each(
        level=st.sampled_from(["bachelor", "master"]),
        level_group=st.just("undergraduate"),
        college=st.sampled_from(["law", "art"]),
        discipline_group=st.sampled_from(["science", None]),
        study_year=st.integers(1, 2),
        term_number=st.integers(1, 2),
        is_exposed=st.sampled_from([True, True, False]),
    ),
    "ref.coverage_term": feeds(is_measured=st.booleans(), coverage=share, covered_days=few, open_days=st.just(4)),
    "fact.visit_month": each(visits=few, visit_days=few, matched_visits=few, dwell_minutes=few, timed_visits=few),
    "fact.presence_month": each(presence_minutes=few),
    "fact.stay_month": each(stay_days=few, passing_visits=few),
    "fact.visit_slot": each(weekday=st.integers(1, 2), part_of_day=st.just("morning"), visits=st.integers(5, 12)),
    "fact.loan_month": each(loans=few, renewals=few, renewed_loans=few, loans_due=few, loans_overdue=few),
    "fact.loan_class": each(
        college=st.just("law"), major=st.just("a"), class_scheme=st.just("clc"), class_top=st.just("T"), class_second=class_of, loans=st.integers(1, 6)
    ),
    "fact.loan_term": each(ended_loans=few, open_at_term_start=few, returns=few),
    "fact.loan_kind": each(
        loans=st.integers(4, 6), own=st.integers(0, 6)
    ).map(lambda rows: [loan for row in rows for loan in kinds(**row)]),
    "fact.milestone": each(milestone=st.just("first_visit"), value=st.just(1)),
    "fact.booking_month": each(bookings=few, attended=few, no_shows=few),
    "fact.resource_month": each(ten_minute_stretches=few, resource_days=few),
    "fact.attendance_month": each(events_attended=few, events_missed=few),
    "fact.active_month": each(active_days=few),
    "fact.role": each(acts=few, role=st.sampled_from(["user", "partner"])),
}  # fmt: skip
arrivals: st.SearchStrategy[Arrival] = st.sampled_from(sorted(GIVEN)).flatmap(
    lambda table: st.tuples(st.just(table), st.sampled_from(TERMS), GIVEN[table])
)
everything: st.SearchStrategy[list[Arrival]] = st.tuples(
    *(st.tuples(st.just(table), st.just(term), rows) for table, rows in GIVEN.items() for term in TERMS)
).map(list)


def termly(models: Models) -> list[Model]:
    """The tables that are rebuilt by terms and what lies between, held to their grain alone."""
    wanted = {table for table, model in models.items() if model.parted and model.parted.kind == "term"}
    wanted |= {"ref.term_so_far", "fact.departure", "fact.last_term", "portrait.current"}
    return [unchecked(model) for table, model in models.items() if table in wanted]


def unchecked(model: Model) -> Model:
    lines = tuple(line for line in model.header.declarations if line.key != "check")
    return replace(model, header=replace(model.header, declarations=lines))


def furnished(warehouse: Warehouse, models: Models) -> Warehouse:
    """Four terms of four days, of which nothing is known but the last day received."""
    made = {model.table for model in termly(models)}
    for table in sorted({read for model in termly(models) for read in model.reads} - made):
        warehouse.create(models[table])
    for table, rows in REFERENCE.items():
        write(
            warehouse,
            models[table],
            pl.DataFrame(rows, infer_schema_length=None).select(_as_declared(models[table], rows)),
        )
    horizon(warehouse, models, dt.date(2026, 2, 9))
    return warehouse


def _as_declared(model: Model, rows: Rows) -> list[pl.Expr]:
    return [pl.col(c.name) if c.name in rows[0] else pl.lit(None).alias(c.name) for c in model.columns]


def horizon(warehouse: Warehouse, models: Models, day: dt.date) -> None:
    write(warehouse, models["ref.horizon"], pl.DataFrame({"first_day": [STARTS[0]], "as_of": [day]}))


def arrive(warehouse: Warehouse, models: Models, arrival: Arrival) -> None:
    table, term, rows = arrival
    with warehouse.transaction() as connection, watched(warehouse, models[table]) as watch:
        watch.touch(f"select * from {table} where term = ?", [term])
        connection.execute(f"delete from {table} where term = ?", [term])
        if rows:
            when = {"term": term} | ({"last_active_on": FIRST[term]} if table == "fact.active_month" else {})
            come = pl.DataFrame([row | when for row in rows], infer_schema_length=None)
            connection.register("come", come.to_arrow())
            connection.execute(f"insert into {table} by name select * from come")
            connection.unregister("come")
        watch.touch(f"select * from {table} where term = ?", [term])


def renewed(warehouse: Warehouse, models: Models) -> dict[str, Built]:
    made = {model.table: renew(warehouse, model, Engine()) for model in termly(models)}
    assert [built.failed for built in made.values() if built.failed] == []
    return made


STUDENT = {"level": "bachelor", "level_group": "undergraduate", "college": "law", "study_year": 1, "is_exposed": True}
MEASURED = {"feed": "gate", "is_measured": True, "coverage": 1, "covered_days": 4, "open_days": 4}
USUAL: list[Arrival] = [
    arrival
    for number, term in enumerate(TERMS)
    for arrival in (
        ("fact.roster", term, [{"patron_key": who} | STUDENT for who in PATRONS]),
        ("ref.coverage_term", term, [MEASURED]),
        ("fact.visit_month", term, [{"patron_key": who, "visits": 4, "visit_days": 1 + (n + number) % 4} for n, who in enumerate(PATRONS)]),
    )
]  # fmt: skip
"""Four people who come by turns more and less often than each other."""


def busier(term: str) -> Arrival:
    return "fact.visit_month", term, [{"patron_key": "ann", "visits": 9, "visit_days": 4}]


def stood(warehouse: Warehouse, models: Models) -> dict[str, Built]:
    for arrival in USUAL:
        arrive(warehouse, models, arrival)
    return renewed(warehouse, models)


def contents(warehouse: Warehouse, models: Models) -> dict[str, object]:
    return {model.table: content(warehouse.connection, model.table) for model in termly(models)}
