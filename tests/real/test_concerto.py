"""Evergreen's own test data: loans, holds and bookings of a PostgreSQL dump, held against a plain reading of it.

The dump's people are made up; its form is the system's own: a zone after every time, a backslash with N for nothing.
"""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from pipelines.receiving.reader import Read
from pipelines.receiving.receive import Received
from tests.pipelines.landing import site
from tests.real.conftest import REAL

EXPORT = REAL / "evergreen_concerto"
pytestmark = pytest.mark.skipif(
    not EXPORT.is_dir(), reason="the real data set evergreen_concerto is not on this machine"
)

ZONE = "America/New_York"
TABLES = {
    "evergreen_circulation": ("action.circulation", 486),
    "evergreen_holds": ("action.hold_request", 265),
    "evergreen_reservations": ("booking.reservation", 15),
}

Record = dict[str, str | None]
Take = Callable[..., Received]


@pytest.fixture
def take(tmp_path: Path, read: Read) -> Take:
    """One table through the door, with lines of a site over its preset."""

    def take(preset: str, **lines: Any) -> Received:
        campus = site(tmp_path, preset, lines, timezone=ZONE)
        name = f"evergreen/{TABLES[preset][0]}.sql"
        (campus.campus.landing / name).parent.mkdir(parents=True)
        shutil.copyfile(EXPORT / Path(name).name, campus.campus.landing / name)
        return campus.receive(name, read=read)

    return take


def plainly(table: str) -> list[Record]:
    """The records of one table: lines between COPY and a backslash with a dot."""
    lines = (EXPORT / f"{table}.sql").read_text(encoding="utf-8").split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith(f"COPY {table} ("))
    names = lines[first].partition("(")[2].partition(")")[0].split(", ")
    records = lines[first + 1 : lines.index("\\.", first)]
    return [
        {name: None if cell == "\\N" else cell for name, cell in zip(names, record.split("\t"), strict=True)}
        for record in records
    ]


def local(text: str | None) -> datetime | None:
    """A time of the dump on the wall clock of New York."""
    return datetime.fromisoformat(text).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None) if text else None


def told(received: Received, *columns: str) -> list[tuple[Any, ...]]:
    return pl.read_parquet(received.rows_file).select(columns).rows()


@pytest.mark.parametrize("preset", TABLES)
def test_every_record_is_accounted_for(preset: str, take: Take) -> None:
    table, count = TABLES[preset]
    received = take(preset)
    assert received.records == len(plainly(table)) == count
    assert (received.loaded, received.duplicates, received.rejected, received.rows) == (count, 0, 0, count)


def test_loans_are_what_the_dump_says(take: Take) -> None:
    plain = plainly("action.circulation")
    said = [
        (
            r["id"],
            r["target_copy"],
            r["circ_lib"],
            local(r["xact_start"]),
            local(r["due_date"]),
            local(r["checkin_time"]),
        )
        for r in plain
    ]
    received = take("evergreen_circulation")
    assert told(received, "loan_key", "item_key", "location", "loaned_at", "due_at", "returned_at") == said
    assert_persons_are(received, [record["usr"] for record in plain])


def test_holds_are_what_the_dump_says(take: Take) -> None:
    times = ("request_time", "shelf_time", "fulfillment_time", "expire_time", "cancel_time")
    plain = plainly("action.hold_request")
    said = [
        (r["id"], r["current_copy"], f"{r['hold_type']} {r['target']}", r["pickup_lib"], *(local(r[n]) for n in times))
        for r in plain
    ]
    columns = ("placed_at", "ready_at", "fulfilled_at", "expires_at", "cancelled_at")
    received = take("evergreen_holds")
    assert told(received, "hold_key", "item_key", "title_key", "location", *columns) == said
    assert_persons_are(received, [record["usr"] for record in plain])


def test_bookings_are_what_the_dump_says(take: Take) -> None:
    times = ("request_time", "start_time", "end_time", "pickup_time", "return_time", "cancel_time")
    plain = plainly("booking.reservation")
    said = [(r["id"], r["current_resource"], r["pickup_lib"], *(local(r[n]) for n in times)) for r in plain]
    columns = ("booked_at", "starts_at", "ends_at", "checked_in_at", "checked_out_at", "cancelled_at")
    received = take("evergreen_reservations")
    assert told(received, "booking_key", "space", "building", *columns) == said
    assert_persons_are(received, [record["usr"] for record in plain])


def test_nobody_fetched_or_cancelled_anything(take: Take) -> None:
    assert not any(r["cancel_time"] or r["pickup_time"] for r in plainly("booking.reservation"))
    assert set(told(take("evergreen_reservations"), "status")) == {("reserved",)}


def test_a_site_says_which_bookings_are_of_rooms(take: Take) -> None:
    kinds = {str(kind["id"]): str(kind["name"]) for kind in plainly("booking.resource_type")}
    words = {number: "group_room" if name == "Meeting room" else "other" for number, name in kinds.items()}
    received = take("evergreen_reservations", columns={"space_type": {"from": "target_resource_type", "map": words}})
    rooms = [r["id"] for r in plainly("booking.reservation") if kinds[str(r["target_resource_type"])] == "Meeting room"]
    assert (
        [key for key, kind in told(received, "booking_key", "space_type") if kind == "group_room"] == rooms == ["488"]
    )


def test_read_without_their_zones_times_would_be_lost(take: Take) -> None:
    """The control: a preset that knows no zone takes none of them."""
    loaned_at = {"from": "xact_start", "formats": "%Y-%m-%d %H:%M:%S%.f"}
    received = take("evergreen_circulation", columns={"loaned_at": loaned_at})
    assert {time for (time,) in told(received, "loaned_at")} == {None}


def assert_persons_are(received: Received, numbers: list[str | None]) -> None:
    """Whether pseudonyms stand for the dump's numbers, one for one."""
    keys = [key for (key,) in told(received, "patron_key")]
    assert len(set(zip(numbers, keys, strict=True))) == len(set(numbers)) == len(set(keys))
    assert not {number for number in numbers if number} & set(keys)
