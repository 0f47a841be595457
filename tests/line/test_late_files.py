"""A file that comes late opens the days again that had passed without it."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from tests.line.gates import HEAD, gate, take
from tests.line.sites import Line

FIRST_WEEK, LATE_WEEK, LAST_WEEK = (dt.date(2025, 9, day) for day in (8, 15, 22))
"""Mondays of an autumn term."""

SWIPES_A_DAY = 20


@pytest.fixture
def line(tmp_path: Path, read_here: None) -> Line:
    """A gate of which the files of the first and the third week have come."""
    line = gate(tmp_path / "site")
    assert take(line, {name(FIRST_WEEK): week(FIRST_WEEK), name(LAST_WEEK): week(LAST_WEEK)}) == []
    cover(line)
    return line


def name(monday: dt.date) -> str:
    return f"gate/main_{monday}.csv"


def week(monday: dt.date, swipes_a_day: int = SWIPES_A_DAY) -> str:
    days = [monday + dt.timedelta(days=number) for number in range(5)]
    return HEAD + "".join(
        f"{swipe:04},进门1,{day:%Y/%m/%d} 08:{swipe:02}:00,成功\n" for day in days for swipe in range(swipes_a_day)
    )


def cover(line: Line) -> None:
    """Make the tables between the door and ref.coverage, as a run would."""
    definitions = build_definitions(line.site)
    wanted = dg.AssetSelection.assets("ref/coverage").upstream()
    job = dg.define_asset_job("cover", wanted - dg.AssetSelection.checks(), executor_def=dg.in_process_executor)
    made = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("cover")
    with dg.DagsterInstance.ephemeral() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        assert made.execute_in_process(instance=instance, run_config=quiet).success


def coverage(line: Line, monday: dt.date) -> list[tuple[str, int]]:
    """What is known of each weekday of a week."""
    friday = monday + dt.timedelta(days=4)
    query = f"""
        select status, records from ref.coverage
        where feed = 'gate' and day between '{monday}' and '{friday}' order by day"""
    return line.rows_of(query)


def test_a_late_file_opens_the_days_it_tells_of(line: Line) -> None:
    assert coverage(line, LATE_WEEK) == [("none", 0)] * 5
    assert coverage(line, FIRST_WEEK) == [("ok", SWIPES_A_DAY)] * 5
    assert take(line, {name(LATE_WEEK): week(LATE_WEEK)}) == []
    cover(line)
    for monday in (FIRST_WEEK, LATE_WEEK, LAST_WEEK):
        assert coverage(line, monday) == [("ok", SWIPES_A_DAY)] * 5


def test_a_file_of_other_days_does_not(line: Line) -> None:
    """The control: another file for a week that has come leaves the gap as it is."""
    assert take(line, {"gate/main_more.csv": week(LAST_WEEK, 3).replace("进门1", "进门2")}) == []
    cover(line)
    assert coverage(line, LATE_WEEK) == [("none", 0)] * 5
    assert coverage(line, LAST_WEEK) == [("ok", SWIPES_A_DAY + 3)] * 5


def test_a_thin_file_opens_them_in_part_and_a_fuller_one_whole(line: Line) -> None:
    take(line, {name(LATE_WEEK): week(LATE_WEEK, 2)})
    cover(line)
    assert coverage(line, LATE_WEEK) == [("partial", 2)] * 5
    take(line, {name(LATE_WEEK): week(LATE_WEEK)})
    cover(line)
    assert coverage(line, LATE_WEEK) == [("ok", SWIPES_A_DAY)] * 5
