"""A table that is rebuilt by months is, row for row, what it would be had it been built whole."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.building import pieces
from pipelines.building.build import renew
from pipelines.building.months import inside
from pipelines.engine import Engine
from pipelines.modelling.parted import Narrowed
from pipelines.models import Model
from pipelines.warehouse import Warehouse
from tests.line.sites import is_long
from tests.pipelines.arrivals import (
    CALENDAR,
    MOVED,
    OVERNIGHT,
    File,
    Models,
    afresh,
    at,
    booking,
    contents,
    differing,
    files,
    renewed,
    send,
    standing,
    swipe,
)

CARD: list[File] = [
    ("raw.gate_event", "january.csv", [swipe("in", "2026-01-20T09:00"), swipe("in", "2025-12-20T09:00")]),
    (
        "raw.patron_identifier",
        "cards.csv",
        [{"identifier_key": "ann", "patron_key": "cem", "valid_from": at("2026-01-15")}],
    ),
]


@pytest.fixture
def warehouse(models: Models) -> Iterator[Warehouse]:
    with standing(models) as stood:
        yield stood


def left_behind(warehouse: Warehouse, models: Models, arrivals: list[File]) -> list[str]:
    """The tables that are not, after these files one by one, what they would be had all come at once."""
    for file in arrivals:
        send(warehouse, models, file)
        assert [built.failed for built in renewed(warehouse, models) if built.failed] == []
    return differing(contents(warehouse, models), afresh(warehouse, models))


def apart(warehouse: Warehouse, models: Models, arrivals: list[File]) -> list[str]:
    """The tables that are not the same made piece by piece, each as small as it can be, as made at once."""
    for file in arrivals:
        send(warehouse, models, file)
    with patch.object(pieces, "AT_ONCE", 1):
        by_pieces = afresh(warehouse, models)
    return differing(by_pieces, afresh(warehouse, models))


def pieced(warehouse: Warehouse, model: Model, at_once: int) -> list[pieces.Piece]:
    with patch.object(pieces, "AT_ONCE", at_once):
        return pieces.pieces(warehouse, model)


def told(warehouse: Warehouse, models: Models, file: File) -> dict[str, str]:
    send(warehouse, models, file)
    return {built.model.table: built.rebuilt for built in renewed(warehouse, models)}


@settings(
    max_examples=400 if is_long() else 5,
    deadline=None,
    derandomize=not is_long(),
    suppress_health_check=list(HealthCheck),
)
@given(arrivals=st.lists(files, min_size=3, max_size=6))
def test_whatever_comes_in_whatever_order_the_tables_are_as_built_at_once(models: Models, arrivals: list[File]) -> None:
    with standing(models) as warehouse:
        assert left_behind(warehouse, models, arrivals) == []


@pytest.mark.parametrize(
    ("table", "source", "arrivals"),
    [("clean.visit", "raw.gate_event", OVERNIGHT), ("clean.booking", "raw.space_booking", MOVED)],
)
def test_a_margin_that_is_missing_is_found_out(
    models: Models, warehouse: Warehouse, table: str, source: str, arrivals: list[File]
) -> None:
    """The control: a month that is told to need its own rows alone."""
    plan = models[table].parted
    assert plan is not None
    assert left_behind(warehouse, models, arrivals) == []
    blind = replace(plan, narrowed={**plan.narrowed, source: Narrowed(plan.narrowed[source].columns)})
    narrow = models | {table: replace(models[table], parted=blind)}
    narrow |= {source: replace(models[source], asked=replace(models[source].asked, wholes=frozenset()))}
    with standing(narrow) as other:
        assert table in left_behind(other, narrow, arrivals)


@settings(
    max_examples=400 if is_long() else 5,
    deadline=None,
    derandomize=not is_long(),
    suppress_health_check=list(HealthCheck),
)
@given(arrivals=st.lists(files, min_size=4, max_size=8))
def test_made_piece_by_piece_a_table_is_as_made_at_once(models: Models, arrivals: list[File]) -> None:
    with standing(models) as warehouse:
        assert apart(warehouse, models, arrivals) == []


def test_a_piece_that_is_told_to_need_too_little_is_found_out(models: Models, warehouse: Warehouse) -> None:
    """The control: a night's stay is cut where a month ends."""
    plan = models["clean.visit"].parted
    assert plan is not None
    blind = replace(plan, narrowed={**plan.narrowed, "raw.gate_event": Narrowed(("passed_at",))})
    narrow = models | {"clean.visit": replace(models["clean.visit"], parted=blind)}
    assert "clean.visit" in apart(warehouse, narrow, OVERNIGHT)


def test_months_are_put_together_up_to_what_is_made_at_once(models: Models, warehouse: Warehouse) -> None:
    swipes = [swipe("in", f"2026-{month:02}-10T09:0{minute}") for month in (1, 2, 4) for minute in range(month)]
    send(warehouse, models, ("raw.gate_event", "all.csv", swipes))
    made = {
        at_once: [sorted(map(str, piece)) for piece in pieced(warehouse, models["clean.visit"], at_once)]
        for at_once in (7, 6, 3, 1)
    }
    january, february, april = "2026-01-01", "2026-02-01", "2026-04-01"
    assert made == {
        7: [],  # no more than is made at once
        6: [[january, february, "None"], [april]],
        3: [[january, february, "None"], [april]],
        1: [[january, "None"], [february], [april]],
    }


def test_a_month_in_which_nothing_came_is_made_where_the_calendar_is_read(models: Models, warehouse: Warehouse) -> None:
    send(warehouse, models, ("raw.gate_event", "two.csv", [swipe("in", f"2026-0{m}-10T09:00") for m in (1, 4)]))
    renewed(warehouse, models)
    months = {f"{day:%Y-%m}-01" for day in CALENDAR}
    assert set().union(*pieced(warehouse, models["fact.active_day"], 1)) == {None, *months}


def test_a_key_in_two_pieces_is_found(models: Models, warehouse: Warehouse) -> None:
    """Each piece by itself holds it once."""
    swipes = [swipe("in", "2026-01-10T09:00"), swipe("in", "2026-04-10T09:00")]
    send(warehouse, models, ("raw.gate_event", "all.csv", swipes))
    renewed(warehouse, models)
    visit = models["clean.visit"]
    lines = tuple(
        replace(x, value="patron_key, building") if x.key == "grain" else x for x in visit.header.declarations
    )
    loose = replace(visit, header=replace(visit.header, declarations=lines))
    with patch.object(pieces, "AT_ONCE", 1):
        built = renew(warehouse, loose, Engine())
    assert [(check.name, check.broken) for check in built.failed] == [("grain", 1)]
    assert warehouse.rows("clean.visit") == 2


def test_a_card_touches_the_months_of_its_swipes_alone(models: Models, warehouse: Warehouse) -> None:
    for file in CARD[:1]:
        send(warehouse, models, file)
    renewed(warehouse, models)
    assert told(warehouse, models, CARD[1])["clean.visit"] == "2025-12, 2026-01"
    assert warehouse.rows_of("select patron_key, service_date from clean.visit order by service_date") == [
        ("ann", dt.date(2025, 12, 20)),
        ("cem", dt.date(2026, 1, 20)),
    ]


def test_a_night_touches_its_month_and_a_correction_the_month_it_corrects(models: Models, warehouse: Warehouse) -> None:
    first = [swipe("in", f"2026-{month:02}-10T09:00") for month in (1, 2, 3)]
    send(warehouse, models, ("raw.gate_event", "old.csv", first))
    assert set(told(warehouse, models, OVERNIGHT[0]).values()) == {"whole"}

    night = told(warehouse, models, ("raw.gate_event", "night.csv", [swipe("in", "2026-03-11T09:00")]))
    assert {night[table] for table in ("clean.visit", "fact.visit_month", "fact.active_day")} == {"2026-03"}
    assert {night[table] for table in ("clean.loan", "clean.booking", "fact.booking_month")} == {"unchanged"}

    corrected = told(warehouse, models, ("raw.gate_event", "first.csv", []))
    assert corrected["clean.visit"] == "2025-12, 2026-01, 2026-02"
    assert corrected["fact.visit_month"] == "2025-12, 2026-01"  # February was looked at, and was the same


def test_what_is_never_aimed_at_anybody_is_counted_by_the_month(models: Models, warehouse: Warehouse) -> None:
    warehouse.connection.execute("insert into ref.protected_name values ('calm', 'calm room')")
    calm = {"building": "main", "space": "calm room"}
    arrivals = [(feed, mark, [row | calm for row in rows]) for feed, mark, rows in MOVED]
    assert left_behind(warehouse, models, arrivals) == []
    assert warehouse.rows_of("select month, uses, persons from service.open_use order by all") == [
        (dt.date(2026, 1, 1), 1, 1),
        (dt.date(2026, 2, 1), 1, 1),
    ]
    later = ("raw.space_booking", "third.csv", [booking("2026-02-21T09:00", "completed") | calm | {"booking_key": "c"}])
    assert told(warehouse, models, later)["service.open_use"] == "2026-02"


def test_a_book_that_comes_back_makes_nobody_s_days_anew(models: Models, warehouse: Warehouse) -> None:
    lent = {"loan_key": "l", "patron_key": "ann", "item_key": "i", "loaned_at": at("2026-01-10T09:00"), "renewals": 0}
    send(warehouse, models, ("raw.loan", "lent.csv", [lent]))
    renewed(warehouse, models)
    night = told(warehouse, models, ("raw.loan", "back.csv", [lent | {"returned_at": at("2026-03-02T09:00")}]))
    assert night["clean.loan"] == night["fact.loan_day"] == "2026-01"
    assert night["fact.use_month"] == night["fact.active_day"] == "unchanged"


def test_a_night_that_brings_nothing_makes_nothing(models: Models, warehouse: Warehouse) -> None:
    for file in [*OVERNIGHT, *MOVED]:
        send(warehouse, models, file)
    renewed(warehouse, models)
    stamps = warehouse.rows_of("select * from ledger.build order by all")
    assert {built.rebuilt for built in renewed(warehouse, models)} == {"unchanged"}
    assert warehouse.rows_of("select * from ledger.build order by all") == stamps


def test_a_check_that_fails_keeps_the_months_as_they_were_and_asks_again(models: Models, warehouse: Warehouse) -> None:
    send(warehouse, models, OVERNIGHT[0])
    renewed(warehouse, models)
    strict = models["clean.visit"]
    lines = tuple(
        replace(line, value="building <> 'main'") if line.name == "nobody_visits_less_than_once" else line
        for line in strict.header.declarations
    )
    before = warehouse.rows_of("from clean.visit order by all")
    send(warehouse, models, OVERNIGHT[1])
    broken = replace(strict, header=replace(strict.header, declarations=lines))
    assert [check.name for check in renew(warehouse, broken, Engine()).failed] == ["nobody_visits_less_than_once"]
    assert warehouse.rows_of("from clean.visit order by all") == before
    assert renew(warehouse, strict, Engine()).rebuilt == "2026-01, 2026-02"
    assert warehouse.rows_of("from clean.visit order by all") != before


@pytest.mark.parametrize(
    ("month", "span"),
    [
        ("2024-02-01", "day >= date '2024-01-30' and day < date '2024-03-03'"),
        ("0001-01-01", "day >= date '0001-01-01' and day < date '0001-02-03'"),
        ("9999-12-01", "day >= date '9999-11-29' and day < date '10000-01-01'"),
    ],
)
def test_a_margin_goes_as_far_as_there_are_days(month: str, span: str) -> None:
    assert inside("day", [month], 2) == f"(({span}))"


def test_months_that_touch_are_one_stretch_and_rows_without_a_day_a_part_of_their_own() -> None:
    months = ["2026-02-01", None, "2026-01-01", "2026-05-01"]
    spans = ("2026-01-01", "2026-03-01"), ("2026-05-01", "2026-06-01")
    stretches = " or ".join(f"(day >= date '{begins}' and day < date '{ends}')" for begins, ends in spans)
    assert inside("day", months) == f"({stretches} or day is null)"
