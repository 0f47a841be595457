"""A table that is rebuilt by terms is, row for row, what it would be had it been built whole."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.build import Built, renew, write
from pipelines.changes import watched
from pipelines.due import Due
from pipelines.engine import Engine
from pipelines.fingerprint import content
from pipelines.header import Declaration
from pipelines.models import Model
from pipelines.parted import Narrowed
from pipelines.warehouse import Warehouse
from tests.line.sites import is_long
from tests.pipelines.arrivals import SITE, Models, differing, standing

Rows = list[dict[str, Any]]
Arrival = tuple[str, str, Rows]
"""A table, a term, and what the table holds of it from now on."""

TERMS = ("t1", "t2", "t3", "t4")
STARTS = [dt.date(2024, 9, 1), dt.date(2025, 2, 1), dt.date(2025, 9, 1), dt.date(2026, 2, 1)]
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
REFERENCE = {"ref.term": TERM_ROWS, "ref.calendar_day": CALENDAR, "ref.measure": MEASURES, "ref.relationship_weight": WEIGHTS, "ref.site": [SITE | {"peer_group": 2, "small_cell": 1}]}  # fmt: skip


def each(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Rows]:
    """At most one row for each person."""
    held = st.dictionaries(st.sampled_from(PATRONS), st.fixed_dictionaries(columns), max_size=4)
    return held.map(lambda rows: [{"patron_key": who} | row for who, row in rows.items()])


def feeds(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Rows]:
    held = st.dictionaries(st.sampled_from(["gate", "loan", "space", "e_resource"]), st.fixed_dictionaries(columns))
    return held.map(lambda rows: [{"feed": feed} | row for feed, row in rows.items()])


class_of = st.sampled_from(["TP", "I2", "K2"])
GIVEN = {
    "fact.roster": each(
        level=st.sampled_from(["bachelor", "master"]),
        level_group=st.just("undergraduate"),
        college=st.sampled_from(["law", "art"]),
        discipline_group=st.sampled_from(["science", None]),
        study_year=st.integers(1, 2),
        is_exposed=st.sampled_from([True, True, False]),
    ),
    "ref.coverage_term": feeds(is_measured=st.booleans(), coverage=share, covered_days=few, open_days=st.just(4)),
    "fact.visit_month": each(visits=few, visit_days=few, matched_visits=few, dwell_minutes=few, timed_visits=few),
    "fact.presence_month": each(presence_minutes=few),
    "fact.visit_slot": each(weekday=st.integers(1, 2), part_of_day=st.just("morning"), visits=st.integers(5, 12)),
    "fact.loan_month": each(loans=few, renewals=few, renewed_loans=few, loans_due=few, loans_overdue=few),
    "fact.loan_class": each(
        college=st.just("law"), major=st.just("a"), class_scheme=st.just("clc"), class_top=st.just("T"), class_second=class_of, loans=st.integers(1, 6)
    ),
    "fact.loan_term": each(ended_loans=few, open_at_term_start=few, returns=few),
    "fact.booking_month": each(bookings=few, attended=few, no_shows=few),
    "fact.resource_month": each(ten_minute_stretches=few, resource_days=few),
    "fact.attendance_month": each(events_attended=few, events_missed=few),
    "fact.active_month": each(active_days=few, last_active_on=st.none()),
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
    wanted |= {"ref.term_so_far", "portrait.career", "portrait.current"}
    return [_unchecked(model) for table, model in models.items() if table in wanted]


def _unchecked(model: Model) -> Model:
    lines = tuple(line for line in model.header.declarations if line.key != "check")
    return replace(model, header=replace(model.header, declarations=lines))


@pytest.fixture
def warehouse(models: Models) -> Iterator[Warehouse]:
    with standing(models) as stood:
        yield furnished(stood, models)


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
            come = pl.DataFrame([row | {"term": term} for row in rows], infer_schema_length=None)
            connection.register("come", come.to_arrow())
            connection.execute(f"insert into {table} by name select * from come")
            connection.unregister("come")
        watch.touch(f"select * from {table} where term = ?", [term])


def renewed(warehouse: Warehouse, models: Models) -> dict[str, Built]:
    made = {model.table: renew(warehouse, model, Engine()) for model in termly(models)}
    assert [built.failed for built in made.values() if built.failed] == []
    return made


def left_behind(warehouse: Warehouse, models: Models) -> list[str]:
    """The tables that are not what they would be had each been built whole."""
    stood = {model.table: content(warehouse.connection, model.table) for model in termly(models)}
    warehouse.connection.execute("delete from ledger.build")
    assert {built.rebuilt for built in renewed(warehouse, models).values()} == {"whole"}
    return differing(stood, {table: content(warehouse.connection, table) for table in stood})


@settings(
    max_examples=100 if is_long() else 2,
    deadline=None,
    derandomize=not is_long(),
    suppress_health_check=list(HealthCheck),
)
@given(
    first=everything,
    later=st.lists(arrivals, min_size=2, max_size=4),
    day=st.sampled_from([dt.date(2026, 1, 5), dt.date(2026, 2, 16)]),
)
def test_whatever_changes_in_whatever_order_the_tables_are_as_built_at_once(
    models: Models, first: list[Arrival], later: Sequence[Arrival], day: dt.date
) -> None:
    with standing(models) as stood:
        warehouse = furnished(stood, models)
        for arrival in first:
            arrive(warehouse, models, arrival)
        renewed(warehouse, models)
        for arrival in later:
            arrive(warehouse, models, arrival)
            renewed(warehouse, models)
        horizon(warehouse, models, day)
        renewed(warehouse, models)
        assert left_behind(warehouse, models) == []


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


def test_a_month_touches_its_term_and_what_looks_back_at_it_the_terms_after(
    models: Models, warehouse: Warehouse
) -> None:
    stood(warehouse, models)
    arrive(warehouse, models, busier("t3"))
    told = {table: built.rebuilt for table, built in renewed(warehouse, models).items()}
    own = ("fact.presence", "fact.percentile", "fact.standing", "portrait.distribution")
    assert {told[table] for table in own} == {"t3"}
    assert {told[table] for table in ("fact.movement", "fact.growth", "portrait.individual")} == {"t3, t4"}
    assert {told[table] for table in ("fact.membership", "fact.peer", "fact.space_use")} == {"unchanged"}
    assert left_behind(warehouse, models) == []


def test_a_day_more_touches_the_running_term_alone(models: Models, warehouse: Warehouse) -> None:
    stood(warehouse, models)
    horizon(warehouse, models, dt.date(2026, 2, 16))
    told = {table: built.rebuilt for table, built in renewed(warehouse, models).items()}
    assert {told[table] for table in ("fact.presence", "fact.activity", "fact.lifecycle")} == {"t4"}
    assert told["fact.reading"] == told["fact.percentile"] == "unchanged"


def test_a_term_that_looks_back_at_nothing_is_found_out(models: Models, warehouse: Warehouse) -> None:
    """The control: growth that is told to need its own terms alone."""
    growth = models["fact.growth"]
    assert growth.parted is not None
    blind = replace(growth.parted, narrowed={**growth.parted.narrowed, "fact.standing": Narrowed(("term",))})
    short = models | {"fact.growth": replace(growth, parted=blind)}
    stood(warehouse, short)
    arrive(warehouse, short, busier("t3"))
    renewed(warehouse, short)
    assert "fact.growth" in left_behind(warehouse, short)


def test_a_check_that_fails_keeps_the_terms_as_they_were_and_asks_again(models: Models, warehouse: Warehouse) -> None:
    stood(warehouse, models)
    model = _unchecked(models["fact.presence"])
    before = warehouse.rows_of("from fact.presence order by all")
    arrive(warehouse, models, busier("t3"))
    strict = Declaration("check", "nobody_comes_so_often", "visits < 9", 1)
    broken = replace(model, header=replace(model.header, declarations=(*model.header.declarations, strict)))
    with patch("pipelines.build.due", return_value=Due(False, frozenset(["t3"]))):
        assert [check.name for check in renew(warehouse, broken, Engine()).failed] == ["nobody_comes_so_often"]
    assert warehouse.rows_of("from fact.presence order by all") == before
    assert renew(warehouse, model, Engine()).rebuilt == "t3"
    assert warehouse.rows_of("from fact.presence order by all") != before
