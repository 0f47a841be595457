"""A table that is rebuilt by terms is, row for row, what it would be had it been built whole."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.building import build, pieces
from pipelines.building.build import renew
from pipelines.building.changes import now, since
from pipelines.building.due import Due
from pipelines.engine import Engine
from pipelines.modelling.header import Declaration
from pipelines.modelling.parted import Narrowed
from pipelines.warehouse import Warehouse
from tests.line.sites import is_long
from tests.pipelines.arrivals import Models, differing, standing
from tests.pipelines.term_arrivals import (
    STUDENT,
    Arrival,
    arrivals,
    arrive,
    busier,
    contents,
    everything,
    furnished,
    horizon,
    renewed,
    stood,
    unchecked,
)


@pytest.fixture
def warehouse(models: Models) -> Iterator[Warehouse]:
    with standing(models) as stood:
        yield furnished(stood, models)


def left_behind(warehouse: Warehouse, models: Models) -> list[str]:
    """The tables that are not what they would be had each been built whole."""
    as_they_stand = contents(warehouse, models)
    warehouse.connection.execute("delete from ledger.build")
    assert {built.rebuilt for built in renewed(warehouse, models).values()} == {"whole"}
    return differing(as_they_stand, contents(warehouse, models))


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
    with standing(models) as empty:
        warehouse = furnished(empty, models)
        for arrival in first:
            arrive(warehouse, models, arrival)
        renewed(warehouse, models)
        for arrival in later:
            arrive(warehouse, models, arrival)
            renewed(warehouse, models)
        horizon(warehouse, models, day)
        renewed(warehouse, models)
        assert left_behind(warehouse, models) == []


def test_made_piece_by_piece_a_table_is_as_made_at_once(models: Models, warehouse: Warehouse) -> None:
    stood(warehouse, models)
    warehouse.connection.execute("delete from ledger.build")
    made: list[str] = []

    def noted(*asked: Any) -> list[pieces.Piece]:
        found = the_pieces(*asked)
        made.extend([asked[1].table] if len(found) > 1 else [])
        return found

    the_pieces = build.pieces
    with patch.object(pieces, "AT_ONCE", 1), patch.object(build, "pieces", noted):
        renewed(warehouse, models)
    assert {"fact.presence", "fact.percentile", "portrait.distribution"} <= set(made)
    assert "fact.movement" not in made  # which reads the terms before as well
    assert left_behind(warehouse, models) == []


def test_a_month_touches_its_term_and_what_looks_back_at_it_the_terms_after(
    models: Models, warehouse: Warehouse
) -> None:
    stood(warehouse, models)
    arrive(warehouse, models, busier("t3"))
    told = {table: built.rebuilt for table, built in renewed(warehouse, models).items()}
    own = ("fact.presence", "fact.percentile", "fact.standing", "portrait.distribution")
    assert {told[table] for table in own} == {"t3"}
    assert {told[table] for table in ("fact.movement", "fact.growth", "portrait.individual")} == {"t3, t4"}
    assert told["fact.departure"] == told["portrait.transition"] == "unchanged"
    assert {told[table] for table in ("fact.membership", "fact.peer", "fact.last_term")} == {"unchanged"}
    assert left_behind(warehouse, models) == []


def test_a_day_more_touches_the_running_term_alone(models: Models, warehouse: Warehouse) -> None:
    stood(warehouse, models)
    horizon(warehouse, models, dt.date(2026, 2, 16))
    told = {table: built.rebuilt for table, built in renewed(warehouse, models).items()}
    assert {told[table] for table in ("fact.presence", "fact.activity", "fact.lifecycle")} == {"t4"}
    assert told["fact.reading"] == told["fact.percentile"] == "unchanged"


def test_a_night_of_the_running_term_is_no_news_to_who_learns_from_finished_ones(
    models: Models, warehouse: Warehouse
) -> None:
    """The control: what comes late for a finished term is."""
    stood(warehouse, models)
    learnt = now(warehouse) - 1
    horizon(warehouse, models, dt.date(2026, 2, 16))
    arrive(warehouse, models, busier("t4"))
    assert "t4" in renewed(warehouse, models)["fact.finished_term"].rebuilt
    assert not since(warehouse, "fact.finished_term", learnt).is_any
    arrive(warehouse, models, busier("t3"))
    renewed(warehouse, models)
    assert since(warehouse, "fact.finished_term", learnt).values == {"term": {"t3"}}


CAREERS = "select patron_key, last_term, terms_in_scope, visits_total from portrait.career order by 1"


def roll(warehouse: Warehouse, models: Models, term: str, *patrons: str) -> None:
    """Who is on the roll of a term, each as a user."""
    arrive(warehouse, models, ("fact.roster", term, [{"patron_key": who} | STUDENT for who in patrons]))
    arrive(warehouse, models, ("fact.role", term, [{"patron_key": who, "role": "user"} for who in patrons]))


def test_a_career_is_kept_with_the_term_that_the_person_was_last_in(models: Models, warehouse: Warehouse) -> None:
    """Ann and Bo come 1, 2, 3 and 4 or 2, 3, 4 and 1 days of the four terms, four times each."""
    stood(warehouse, models)
    for term, who in (("t1", "ann bo"), ("t2", "ann bo"), ("t3", "ann bo"), ("t4", "ann")):
        roll(warehouse, models, term, *who.split())
    renewed(warehouse, models)
    assert warehouse.rows_of(CAREERS) == [("ann", "t4", 4, 16), ("bo", "t3", 3, 12)]
    arrive(warehouse, models, busier("t2"))
    assert renewed(warehouse, models)["portrait.career"].rebuilt == "t2, t3, t4"
    assert warehouse.rows_of(CAREERS) == [("ann", "t4", 4, 21), ("bo", "t3", 3, 8)]
    roll(warehouse, models, "t4", "ann", "bo")
    assert renewed(warehouse, models)["portrait.career"].rebuilt == "t3, t4"
    assert warehouse.rows_of(CAREERS) == [("ann", "t4", 4, 21), ("bo", "t4", 4, 12)]
    assert left_behind(warehouse, models) == []


def test_who_has_left_is_counted_in_the_term_after(models: Models, warehouse: Warehouse) -> None:
    """Nobody is known to have been active, so that all are of the same state."""
    left = "select term, from_state, persons from portrait.transition where cohort = 'everyone' and to_state = 'left'"
    stood(warehouse, models)
    assert warehouse.rows_of(left) == []
    roll(warehouse, models, "t4", "ann")
    assert renewed(warehouse, models)["portrait.transition"].rebuilt == "whole"
    left_now = warehouse.rows_of(left)
    roll(warehouse, models, "t3", "ann")
    renewed(warehouse, models)
    assert (left_now, warehouse.rows_of(left)) == ([], [("t3", "never", 3)])
    assert left_behind(warehouse, models) == []


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
    model = unchecked(models["fact.presence"])
    before = warehouse.rows_of("from fact.presence order by all")
    arrive(warehouse, models, busier("t3"))
    strict = Declaration("check", "nobody_comes_so_often", "visits < 9", 1)
    broken = replace(model, header=replace(model.header, declarations=(*model.header.declarations, strict)))
    with patch("pipelines.building.build.due", return_value=Due(False, frozenset(["t3"]))):
        assert [check.name for check in renew(warehouse, broken, Engine()).failed] == ["nobody_comes_so_often"]
    assert warehouse.rows_of("from fact.presence order by all") == before
    assert renew(warehouse, model, Engine()).rebuilt == "t3"
    assert warehouse.rows_of("from fact.presence order by all") != before
