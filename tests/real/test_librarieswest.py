"""Open data of English public libraries through the door: seven services' figures, and the examples of a common schema.

Every figure is held against a plain reading of the same file; how a figure was suppressed is never lost.
"""

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.receiving.receive import Received
from tests.pipelines.landing import site
from tests.real.conftest import REAL

EXPORT = REAL / "librarieswest_ogl"
COUNTED = {"columns": {"period_start": {"value": "2021-06-30"}}}
"""The files of members do not say when they were counted."""

Taken = tuple[Received, pl.DataFrame, list[dict[str, str]]]


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Taken]:
    """What the door makes of a file, and the same file read plainly."""
    if not EXPORT.is_dir():
        pytest.skip("the real data set librarieswest_ogl is not on this machine")

    def taken(preset: str, file: str, lines: dict[str, Any] | None = None) -> Taken:
        campus = site(tmp_path, preset, lines, timezone="Europe/London")
        shutil.copyfile(EXPORT / file, campus.campus.landing / Path(file).name)
        received = campus.receive(Path(file).name)
        with (EXPORT / file).open(encoding="utf-8-sig", newline="") as text:
            return received, pl.read_parquet(received.rows_file), list(csv.DictReader(text))

    return taken


def counts(received: Received) -> tuple[int, int, int, int]:
    return received.records, received.loaded, received.duplicates, received.rejected


def figures(frame: pl.DataFrame, *columns: str) -> Counter[tuple[Any, ...]]:
    """The rows by some columns, with their figure."""
    return Counter(frame.select(*columns, "reported_count").iter_rows())


def test_issues_and_renewals_of_a_month_are_two_figures(take):
    received, frame, lines = take("lms_issues_summary", "issues_summary.csv")
    assert counts(received) == (4389, 4389, 0, 0)
    assert (
        frame.filter(measure="issues")["reported_count"].sum() == sum(int(line["issues"]) for line in lines) == 4736206
    )
    assert figures(frame, "place", "category", "period_start", "measure") == Counter(
        (line["authority"], line["item_type"], first_of(line["month_issued"]), measure, Decimal(line[measure]))
        for line in lines
        for measure in ("issues", "renewals")
    )


def test_a_star_is_a_suppressed_figure_and_never_zero(take):
    received, frame, lines = take("lms_members", "members.csv", COUNTED)
    assert counts(received) == (13004, 13004, 0, 0)
    suppressed = frame.filter(suppression="suppressed")
    assert suppressed.height == sum(line["users"] == "*" for line in lines) == 9099
    assert suppressed["reported_count"].null_count() == 9099
    assert frame["notes"].null_count() == 13004
    exact = frame.filter(suppression="exact")
    assert exact["reported_count"].to_list() == [Decimal(line["users"]) for line in lines if line["users"] != "*"]
    assert exact["reported_count"].min() == 5


def test_without_the_word_for_it_a_star_would_lose_its_reason(take):
    bare = {"reported_count": "users", "suppression": {"value": "exact"}}
    _, frame, _ = take("lms_members", "members.csv", {"columns": {**COUNTED["columns"], **bare}})
    assert frame.filter(suppression="suppressed").is_empty()
    assert frame.filter(notes="reported_count:unreadable").height == 9099


def test_no_two_figures_of_members_are_about_the_same_area(take):
    _, frame, lines = take("lms_members", "members.csv", COUNTED)
    assert frame.select("place", "category").is_unique().all()
    areas = {(line["registered_authority"], line["registered_library"], line["lsoa_code"]) for line in lines}
    assert len(areas) == 13004 - 895


def test_rounded_members_are_said_to_be_rounded(take):
    received, frame, lines = take("lms_members_summary", "members_summary.csv", COUNTED)
    assert counts(received) == (134, 134, 0, 0)
    assert frame["suppression"].unique().to_list() == ["rounded"]
    assert figures(frame, "place") == Counter(
        (f"{line['registered_authority']} {line['name']}", Decimal(line["users"])) for line in lines
    )


def test_reservations_go_by_where_they_are_fetched_and_whose_they_are(take):
    received, frame, lines = take("lms_reservations_summary", "reservations_summary.csv")
    assert counts(received) == (1000, 1000, 0, 0)
    assert figures(frame, "place", "category", "period_start") == Counter(
        (
            line["pickup_authority"],
            line["item_authority"],
            first_of(line["month_placed"]),
            Decimal(line["reservations"]),
        )
        for line in lines
    )


def test_each_line_of_events_is_an_event_with_its_heads_counted(take):
    received, frame, lines = take("uk_events", "schema_examples/events_barnet.csv")
    assert counts(received) == (4312, 4312, 0, 0)
    assert frame["event_key"].is_unique().all()
    assert frame["attendees"].to_list() == [int(line["Attendees"]) if line["Attendees"] else None for line in lines]
    assert frame["starts_at"].cast(pl.Date).cast(pl.String).to_list() == [line["Event date"] for line in lines]
    assert frame["patron_key"].null_count() == 4312
    assert len({tuple(line.values()) for line in lines}) < 4312, "some lines are equal, and still events of their own"


@pytest.mark.parametrize(
    ("preset", "file", "records", "figure", "category"),
    [
        ("uk_loans_by_type", "loans_barnet.csv", 702, "Loans", "Type"),
        ("uk_membership", "membership_bristol.csv", 388, "Members", "Area code"),
        ("uk_stock", "stock_summary_barnet.csv", 423, "Items", "Type"),
        ("uk_physical_visits", "physical_visits_newcastle.csv", 25, "Visits", "Count type"),
        ("uk_physical_visits", "physical_visits_plymouth.csv", 7, "Visits", "Count type"),
    ],
)
def test_each_example_of_the_common_schema_comes_in_whole(take, preset, file, records, figure, category):
    received, frame, lines = take(preset, f"schema_examples/{file}")
    assert counts(received) == (records, records, 0, 0)
    assert frame["suppression"].unique().to_list() == ["exact"]
    places = (" ".join(filter(None, (line["Local authority"], line.get("Library name")))) for line in lines)
    begins = (line.get("Count start") or line["Count date"] for line in lines)
    assert figures(frame.with_columns(pl.col("period_start").cast(pl.String)), "place", "category", "period_start") == (
        Counter(
            (place, line[category], begin, Decimal(line[figure]))
            for place, begin, line in zip(places, begins, lines, strict=True)
        )
    )


def first_of(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
