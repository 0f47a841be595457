"""It is said why nobody has a portrait: no roster, or one that knows none of those who were met."""

from collections.abc import Callable, Iterator

import duckdb
import pytest

from pipelines.reporting.roster import lacking
from pipelines.site import models
from pipelines.warehouse import Warehouse
from tests.conftest import stand_up

GATE = """
patron_key | building | direction | passed_at
a          | main     | in        | 2026-03-02 08:00:00
b          | main     | in        | 2026-03-02 08:01:00
"""
Told = Callable[..., list[str]]


@pytest.fixture
def told(tmp_path) -> Iterator[Told]:
    """What is said where these tables hold these rows."""

    def told(**given: str) -> list[str]:
        path = str(tmp_path / f"{len(list(tmp_path.iterdir()))}.duckdb")
        with duckdb.connect(path) as connection:
            for name, text in given.items():
                stand_up(connection, models()[name.replace("__", ".")], text)
        with Warehouse(path=path).opened() as warehouse:
            return lacking(warehouse)

    return told


def rest(person: str = "", card: str = "") -> dict[str, str]:
    """The roster and its feeds: one person, or nobody; and a card of theirs, or none."""
    return {
        "fact__roster": f"patron_key | term\n{person} | 2025-2026-2\n" if person else "",
        "clean__enrolment": f"patron_key | level\n{person} | bachelor\n" if person else "",
        "clean__patron_identifier": f"identifier_key | patron_key\n{card} | {person}\n" if card else "",
    }


def test_records_without_a_roster(told: Told) -> None:
    assert told(raw__gate_event=GATE, **rest()) == [
        "roster: empty, so nobody has a portrait and no group a report, though records are here (2 of gate_event)"
        " — add an export of feed enrolment; `mingyuan feeds` names its presets"
    ]


def test_a_roster_that_knows_nobody_who_was_met(told: Told) -> None:
    (line,) = told(raw__gate_event=GATE, **rest("c"))
    assert line.startswith("roster: none of the numbers met in other feeds belongs to anybody in it")


@pytest.mark.parametrize("known", [rest("a"), rest("c", card="b")])
def test_one_who_is_known_is_enough(told: Told, known: dict[str, str]) -> None:
    """The control: by their own number, or by a card."""
    assert told(raw__gate_event=GATE, **known) == []


def test_visitors_are_nobody_whom_a_roster_could_know(told: Told) -> None:
    visitors = "patron_key | building\n | main\n"
    assert told(raw__gate_event=visitors, **rest()) == told(raw__gate_event=visitors, **rest("c")) == []


def test_where_nothing_has_come_nothing_is_said(told: Told) -> None:
    assert told(**rest()) == []
    assert told(raw__gate_event=GATE) == [], "a first run that did not get as far as the roster"
