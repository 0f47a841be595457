"""Headings that are wrong, foreign, missing, moved or malicious, and times that cannot have been."""

import csv
import io
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.hostile.door import childless, gate_line, take_in
from tests.pipelines.landing import HEAD, LOANS, attempt, column, gate, loans, rejects, rows, site

pytestmark = pytest.mark.usefixtures("same_process")
NAMES = HEAD.strip().split(",")
CELLS = dict(zip(NAMES, ["7", "0042", "b1", "Faust", "2025-09-08 10:00:00", "", "0"], strict=True))


def export(names: list[str]) -> str:
    """One loan under these headings, what belongs to none of them being a person's name."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerow([CELLS.get(name, "Li Si") for name in names])
    return text.getvalue()


def bare(received: Any) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "source_file"} for row in rows(received)]


def test_columns_in_any_order_give_the_same_rows(tmp_path: Path) -> None:
    campus = loans(tmp_path)
    expected = bare(campus.receive("a.csv", export(NAMES)))
    assert expected[0]["title"] == "Faust"
    for moved in list(permutations(NAMES))[::613]:
        assert bare(campus.receive("a.csv", export(list(moved)))) == expected


def test_control_read_by_position_the_values_swap_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,no\nFaust,7\n", encoding="utf-8")
    given = "{'no': 'varchar', 'title': 'varchar'}"
    with duckdb.connect() as connection:
        read = connection.execute(f"select no from read_csv(?, columns = {given})", [str(tmp_path / "a.csv")])
        assert read.fetchall() == [("Faust",)]


@pytest.mark.parametrize("above", [",,,,,,\n", "   \n", "Loans 2025,,,,\n,,,,\n", "\n"])
@pytest.mark.parametrize("is_detected", [True, False])
def test_lines_above_the_headings_are_no_records(tmp_path: Path, above: str, is_detected: bool) -> None:
    header: Any = "detect" if is_detected else {"after": above.count("\n")}
    campus = loans(tmp_path, header=header)
    received = campus.receive("a.csv", above + export(NAMES))
    assert (received.records, received.loaded) == (1, 1)
    told = attempt(loans(tmp_path), (above + export(NAMES)).encode())
    assert isinstance(told, str), "the control: where the preset says nothing of them, the first line is the headings"


@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_foreign_column_is_left_out_and_named(tmp_path: Path, place: int) -> None:
    campus = loans(tmp_path)
    received = campus.receive("a.csv", export([*NAMES[:place], "姓名", *NAMES[place:]]))
    assert received.dropped_columns == ("姓名",)
    assert bare(received) == bare(campus.receive("b.csv", export(NAMES)))
    assert not any("Li Si" in str(row) for row in rows(received))
    assert b"Li Si" not in received.rows_file.read_bytes()


def test_control_everything_that_is_there_would_hold_the_name() -> None:
    assert "Li Si" in str(pl.read_csv(export(["姓名", *NAMES]).encode()).to_dicts())


@pytest.mark.parametrize("missing", NAMES)
def test_a_missing_column_is_named(tmp_path: Path, missing: str) -> None:
    told = attempt(loans(tmp_path), export([name for name in NAMES if name != missing]).encode())
    assert isinstance(told, str)
    assert f"heading {missing} is missing" in told


@pytest.mark.parametrize("twice", NAMES)
def test_a_column_that_stands_there_twice_is_refused(tmp_path: Path, twice: str) -> None:
    told = attempt(loans(tmp_path), export([*NAMES, twice]).encode())
    assert isinstance(told, str)
    assert f"heading {twice} stands there twice" in told


def test_control_other_readers_quietly_rename_the_second() -> None:
    assert pl.read_csv(b"no,no\n1,2\n").columns[0] == "no"
    with duckdb.connect() as connection:
        assert connection.read_csv(io.StringIO("no,no\n1,2\n")).columns == ["no", "no_1"]


def test_a_foreign_column_may_stand_there_twice_or_have_no_heading(tmp_path: Path) -> None:
    received = attempt(loans(tmp_path), export(["", "x", *NAMES, "x", ""]).encode())
    assert not isinstance(received, str)
    assert (received.loaded, set(received.dropped_columns)) == (1, {"x"})


def test_the_wrong_export_altogether_is_refused_without_a_cell_of_it(tmp_path: Path) -> None:
    told = attempt(loans(tmp_path), b"2023010199,Li Si,lisi@example.invalid,13800000000\n" * 3)
    assert isinstance(told, str)
    assert "heading no is missing and 6 more" in told
    assert not any(cell in told for cell in ("2023010199", "Li Si", "example", "138"))


def test_an_alias_decides_by_the_order_of_the_preset_not_of_the_file(tmp_path: Path) -> None:
    columns = {**LOANS["columns"], "title": ["title", "name"]}
    for heading in ("title,name", "name,title"):
        names = heading.split(",")
        text = export([*[name for name in NAMES if name != "title"], *names])
        assert column(loans(tmp_path, columns=columns).receive("a.csv", text), "title") == ["Faust"]


EVIL = [
    'a"; drop table raw.gate_event; --',
    "a'); drop table raw.gate_event; --",
    "passed_at) select * from ledger.key_check --",
    "read_csv('/etc/passwd')",
    "source_file",
    "record",
    "notes",
    "c0",
    "written_patron_key",
    "__proto__",
    "=cmd|' /C calc'!A0",
    "\u202ecard",
    "{{ 7 * 7 }}",
    "a\nb",
    "x" * 10_000,
]


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_a_heading_never_becomes_part_of_a_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: str
) -> None:
    line = gate_line(tmp_path)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [["card", evil, "at"], ["0042", "x", "2025-09-08 08:00:00"], ["0043", "x", "2025-09-08 08:00:00"]]
    )
    line.put("gate/a.csv", text.getvalue())
    with childless(monkeypatch):
        assert take_in(line) == (1, 2, [])
    assert line.rows_of("select count(*), count(distinct source_record) from raw.gate_event") == [(2, 2)]
    assert line.rows_of("select count(*) from ledger.key_check") == [(1,)]


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_a_source_may_even_ask_for_such_a_heading(tmp_path: Path, evil: str) -> None:
    columns = {**LOANS["columns"], "title": evil}
    received = loans(tmp_path, columns=columns).receive(
        "a.csv", export([evil if name == "title" else name for name in NAMES])
    )
    assert column(received, "title") == ["Li Si"]


def test_control_a_statement_made_of_headings_would_do_as_it_is_told() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table kept (a varchar)")
        heading = 'a" varchar); drop table kept; create table other ("b'
        connection.execute(f'create table export ("{heading}" varchar)')
        assert connection.execute("select count(*) from duckdb_tables() where table_name = 'kept'").fetchall() == [(0,)]


BOUNDED = {"from": "at", "not_before": "2005-01-01", "not_after": "2026-12-31"}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2025-09-08 24:00:01", "unreadable_timestamp"),
        ("2025-02-29 08:00:00", "unreadable_timestamp"),
        ("2025-13-01 08:00:00", "unreadable_timestamp"),
        ("0000-00-00 00:00:00", "unreadable_timestamp"),
        ("08/09/2025 08:00", "unreadable_timestamp"),
        ("45908.33", "unreadable_timestamp"),
        ("2025-09-08 08:00:00; drop", "unreadable_timestamp"),
        ("1900-01-01 00:00:00", "implausible"),
        ("1970-01-01 08:00:00", "implausible"),
        ("2099-12-31 23:59:59", "implausible"),
        ("9999-12-31 00:00:00", "implausible"),
    ],
)
def test_a_passage_at_a_time_that_cannot_have_been_is_rejected(tmp_path: Path, written: str, reason: str) -> None:
    columns = {"building": {"value": "Main"}, "direction": {"value": "in"}, "patron_key": "card", "passed_at": BOUNDED}
    received = gate(tmp_path, columns=columns).receive("gate/a.csv", f"card,at\n1,{written}\n2,2025-09-08 08:00:00\n")
    assert rejects(received) == [(1, "passed_at", reason)]
    assert column(received, "passed_at") == [datetime(2025, 9, 8, 8)]


def test_a_leap_second_is_the_midnight_after(tmp_path: Path) -> None:
    received = gate(tmp_path).receive("gate/a.csv", "card,at\n1,2016-12-31 23:59:60\n")
    assert column(received, "passed_at") == [datetime(2017, 1, 1)]


def test_control_without_bounds_an_impossible_year_comes_in(tmp_path: Path) -> None:
    received = gate(tmp_path).receive("gate/a.csv", "card,at\n1,1900-01-01 00:00:00\n2,2099-12-31 23:59:59\n")
    assert [time.year for time in column(received, "passed_at")] == [1900, 2099]


@pytest.mark.parametrize(
    ("zone", "written", "local"),
    [
        ("Europe/Paris", "2025-10-26 02:30:00", datetime(2025, 10, 26, 8, 30)),  # the first of two
        ("Europe/Paris", "2025-10-26 03:00:00", datetime(2025, 10, 26, 10, 0)),
        ("Europe/Paris", "2025-03-30 01:59:59", datetime(2025, 3, 30, 8, 59, 59)),
        ("Europe/Paris", "2025-03-30 02:30:00", None),  # there was no such hour
        ("Europe/Paris", "2025-03-30 03:00:00", datetime(2025, 3, 30, 9, 0)),
        ("UTC", "2025-09-08 16:00:00", datetime(2025, 9, 9)),
        ("America/New_York", "2025-11-02 01:30:00", datetime(2025, 11, 2, 13, 30)),
        (None, "2025-09-08 08:00:00", datetime(2025, 9, 8, 8)),
    ],
)
def test_a_time_of_another_zone_becomes_the_campus_s_own(
    tmp_path: Path, zone: str | None, written: str, local: datetime | None
) -> None:
    columns = {**LOANS["columns"], "loaned_at": {"from": "out", **({"zone": zone} if zone else {})}}
    received = loans(tmp_path, columns=columns).receive("a.csv", f"{HEAD}1,2,b,x,{written},,\n")
    assert column(received, "loaned_at") == [local]
    assert column(received, "notes") == ([None] if local else ["loaned_at:implausible"])


def test_a_stay_across_a_change_of_clocks_is_as_long_as_it_was(tmp_path: Path) -> None:
    """From half past one to half past three, on the night when two o'clock came twice: three hours."""
    columns = {
        "building": {"value": "Main"},
        "direction": {"value": "in"},
        "patron_key": "card",
        "passed_at": {"from": "at", "zone": "Europe/Paris"},
    }
    text = "card,at\n1,2025-10-26 01:30:00\n1,2025-10-26 03:30:00\n"
    lines = {"feed": "gate_event", "files": "*.csv", "columns": columns}
    entered, left = column(site(tmp_path, "gate", lines).receive("a.csv", text), "passed_at")
    assert (left - entered).total_seconds() == 3 * 3600
    by_the_wall = datetime(2025, 10, 26, 3, 30) - datetime(2025, 10, 26, 1, 30)
    assert by_the_wall.total_seconds() == 2 * 3600, "the control: the clock on the wall says two"
