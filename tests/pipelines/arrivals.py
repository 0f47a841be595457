"""Files that come to a warehouse in some order, by the thousand if need be: no door, no Dagster, and no disk.

Days lie at the borders of months, hours at midnight, and few people share few cards, so that whatever
can reach over a border does.  What must be true of it is for the tests to say.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import polars as pl
from hypothesis import strategies as st

from pipelines import warehouse as warehouse_module
from pipelines.building.build import renew, write
from pipelines.building.built import Built
from pipelines.building.changes import watched
from pipelines.building.fingerprint import content
from pipelines.engine import Engine
from pipelines.models import Model
from pipelines.warehouse import Warehouse

Rows = Sequence[Mapping[str, Any]]
Models = dict[str, Model]
File = tuple[str, str, Rows]
"""A feed, what marks the rows of the file, and its rows: none where it is taken back."""

NIGHT = dt.date(2026, 1, 31)
DAYS = [NIGHT + dt.timedelta(days=days) for days in (-31, -1, 0, 1, 2, 28, 29)]
CALENDAR = [dt.date(2025, 12, 1) + dt.timedelta(days=days) for days in range(150)]
SITE = {
    **{"name_zh": "测试", "name_en": "Test", "class_scheme": "clc", "service_day_starts": 5},
    **{"double_swipe_seconds": 60, "longest_stay_minutes": 960, "longest_night_minutes": 720, "small_cell": 10},
    **{"peer_group": 20, "active_days_floor": 2, "dormant_after_weeks": 4, "coverage_floor": 0.8},
}

_hours = st.sampled_from([(0, 0), (4, 59), (5, 0), (6, 30), (12, 0), (22, 0), (23, 59)])
times = st.builds(lambda day, hour: dt.datetime.combine(day, dt.time(*hour)), st.sampled_from(DAYS), _hours)
maybe = st.one_of(st.none(), times)
cards = st.sampled_from(["ann", "bob", "card"])
numbers = st.sampled_from(["TP312", "I247", None])


def _rows(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(columns), max_size=5)


FEEDS = {
    "raw.gate_event": _rows(
        patron_key=cards,
        building=st.sampled_from(["main", "law"]),
        direction=st.sampled_from(["in", "out", "in", "out", "unknown"]),
        passed_at=times,
    ),
    "raw.visit_summary": _rows(
        patron_key=cards, building=st.just("annex"), entered_at=times, entries=st.integers(1, 3)
    ),
    "raw.loan": _rows(
        loan_key=st.sampled_from(["l1", "l2", "l3"]),
        patron_key=cards,
        item_key=st.just("i"),
        call_number=numbers,
        loaned_at=maybe,
        due_at=maybe,
        returned_at=maybe,
        renewals=st.integers(0, 2),
    ),
    "raw.loan_event": _rows(
        patron_key=cards,
        item_key=st.sampled_from(["i1", "i2"]),
        event=st.sampled_from(["loan", "return", "renewal"]),
        happened_at=times,
        due_at=maybe,
        call_number=numbers,
    ),
    "raw.space_booking": _rows(
        booking_key=st.sampled_from(["b1", "b2"]),
        patron_key=cards,
        space_type=st.just("seat"),
        starts_at=times,
        ends_at=times,
        checked_in_at=maybe,
        checked_out_at=maybe,
        status=st.sampled_from(["reserved", "completed", "no_show"]),
    ),
    "raw.resource_access": _rows(patron_key=cards, accessed_at=times, host=st.just("h"), kind=st.just("page")),
    "raw.event_attendance": _rows(
        event_key=st.sampled_from(["e1", "e2"]),
        patron_key=cards,
        event_type=st.just("training"),
        mode=st.just("onsite"),
        starts_at=times,
        ends_at=maybe,
        attendance=st.sampled_from(["attended", "absent", "registered"]),
    ),
    "raw.consultation": _rows(
        consultation_key=st.sampled_from(["c1", "c2"]),
        patron_key=cards,
        source_kind=st.sampled_from(["transcript", "log"]),
        channel=st.just("chat"),
        opened_at=times,
        closed_at=maybe,
    ),
    "raw.contribution": _rows(
        patron_key=cards, role=st.just("volunteer"), served_on=st.sampled_from(DAYS), hours=st.sampled_from([1, None])
    ),
    "raw.patron_identifier": _rows(
        identifier_key=st.just("card"), patron_key=st.sampled_from(["ann", "cem"]), valid_from=times, valid_to=maybe
    ),
    "raw.enrolment": _rows(
        patron_key=cards,
        seen_on=st.sampled_from(DAYS),
        status=st.just("active"),
        level=st.just("undergraduate"),
        college=st.sampled_from(["law", "art"]),
    ),
}
files: st.SearchStrategy[File] = st.sampled_from(sorted(FEEDS)).flatmap(
    lambda feed: st.tuples(st.just(feed), st.sampled_from(["first.csv", "second.csv"]), FEEDS[feed])
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def swipe(direction: str, passed_at: str) -> dict[str, object]:
    return {"patron_key": "ann", "building": "main", "direction": direction, "passed_at": at(passed_at)}


def booking(starts_at: str, status: str) -> dict[str, object]:
    said = {"booking_key": "b", "patron_key": "ann", "space_type": "seat", "status": status}
    return said | {"starts_at": at(starts_at), "ends_at": at(starts_at) + dt.timedelta(hours=2)}


OVERNIGHT: list[File] = [
    ("raw.gate_event", "first.csv", [swipe("in", "2025-12-20T09:00"), swipe("in", "2026-01-31T22:00")]),
    ("raw.gate_event", "second.csv", [swipe("out", "2026-02-01T06:30"), swipe("in", "2026-02-10T09:00")]),
]
"""A stay over the end of a month, of which the second file knows the end."""

MOVED: list[File] = [
    ("raw.space_booking", "first.csv", [booking("2026-01-20T09:00", "reserved")]),
    ("raw.space_booking", "second.csv", [booking("2026-02-20T09:00", "completed")]),
]
"""A booking that is put off to another month."""

FIRST_NIGHT, SECOND_NIGHT = zip(OVERNIGHT, MOVED, strict=True)


@contextmanager
def standing(models: Models) -> Iterator[Warehouse]:
    """A furnished warehouse in memory."""

    def connect(*_: object) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(":memory:", config={"preserve_insertion_order": False, "threads": 1})

    with patch.object(warehouse_module, "connect", connect), furnished(models, Path()) as warehouse:
        yield warehouse


@contextmanager
def furnished(models: Models, folder: Path) -> Iterator[Warehouse]:
    """A warehouse with a site, a calendar of two terms, and feeds that nothing has come from."""
    with Warehouse(path=str(folder / "w.duckdb"), threads=1).opened() as warehouse:
        for model in models.values():
            if not model.is_select and model.layer in ("raw", "ref"):
                warehouse.create(model)
        write(warehouse, models["ref.calendar_day"], pl.DataFrame([_calendar_day(day) for day in CALENDAR]))
        write(warehouse, models["ref.site"], pl.DataFrame([SITE]))
        yield warehouse


def _calendar_day(day: dt.date) -> dict[str, Any]:
    when = {"day": day, "term": f"t{day:%Y}" if day.day > 1 else None, "weekday": day.isoweekday()}
    return when | {
        "teaching_week": 1,
        "day_type": "workday",
        "is_open": True,
        "period": "teaching",
        "open_minutes": 600,
    }


def send(warehouse: Warehouse, models: Models, file: File) -> None:
    """A file comes, in place of the one of the same mark."""
    feed, mark, rows = file
    model = models[feed]
    told = [dict(row) | {"source_file": mark, "source_record": number} for number, row in enumerate(rows)]
    with warehouse.transaction() as connection, watched(warehouse, model) as watch:
        watch.touch(f"select * from {feed} where source_file = ?", [mark])
        connection.execute(f"delete from {feed} where source_file = ?", [mark])
        if told:
            schema = dict.fromkeys(told[0])
            connection.register("come", pl.DataFrame(told, schema=schema, infer_schema_length=None).to_arrow())
            connection.execute(f"insert into {feed} by name select * from come")
            connection.unregister("come")
        watch.touch(f"select * from {feed} where source_file = ?", [mark])


def monthly(models: Models) -> list[Model]:
    """The tables that are rebuilt by months, and all that they are made from by a statement."""
    wanted = {table for table, model in models.items() if model.parted and model.parted.kind == "month"}
    for table in reversed(list(models)):
        if table in wanted:
            wanted |= models[table].reads
    return [model for table, model in models.items() if table in wanted and model.is_select]


def renewed(warehouse: Warehouse, models: Models) -> list[Built]:
    """What a night makes of all that has come since the last."""
    return [renew(warehouse, model, Engine()) for model in monthly(models)]


def contents(warehouse: Warehouse, models: Models) -> dict[str, object]:
    return {model.table: content(warehouse.connection, model.table) for model in monthly(models)}


def afresh(warehouse: Warehouse, models: Models) -> dict[str, object]:
    """What the same tables hold when each is built whole from what the feeds hold now."""
    warehouse.connection.execute("delete from ledger.build")
    assert {built.rebuilt for built in renewed(warehouse, models)} == {"whole"}
    return contents(warehouse, models)


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    return sorted(table for table in one if one[table] != other[table])
