"""What is said of a file that can be read, and columns that only the cells around them make whole."""

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import Misconfigured
from pipelines.receiving.cells import Batch, Misfit
from pipelines.receiving.origins import Below
from tests.pipelines.landing import GATE, column, gate, rejects, site

ROOM: dict[str, Any] = {
    "feed": "space_booking",
    "files": "*.csv",
    "columns": {
        "booking_key": "no",
        "space_type": {"value": "group_room"},
        "starts_at": {"join": ["day", "from"], "formats": "%Y-%m-%d %H:%M"},
        "ends_at": {"join": ["day", "to"], "formats": "%Y-%m-%d %H:%M"},
        "status": {"value": "reserved"},
    },
}
BOOKINGS = "no,day,from,to\n1,2025-12-31,22:00,01:00\n2,2025-12-31,09:00,11:00\n3,2025-12-31,09:00,09:00\n"


def following(tmp_path: Path, **words: Any) -> Any:
    ends = {**ROOM["columns"]["ends_at"], "next_day_if_before": "starts_at", **words}
    return site(tmp_path, "room", {**ROOM, "columns": {**ROOM["columns"], "ends_at": ends}})


def test_what_ends_before_it_begins_is_rejected_and_told(tmp_path: Path) -> None:
    received = site(tmp_path, "room", ROOM).receive("a.csv", BOOKINGS)
    assert (column(received, "booking_key"), rejects(received)) == (["2", "3"], [(1, "ends_at", "implausible")])
    assert received.warnings == (
        "ends_at is before starts_at in 1 records — where that is on the next day, say next_day_if_before: starts_at",
    )


def test_an_end_that_was_left_empty_for_it_is_told_as_well(tmp_path: Path) -> None:
    columns = {
        "event_key": "no",
        "event_type": {"value": "lecture"},
        "starts_at": {"join": ["day", "from"], "formats": "%Y-%m-%d %H:%M"},
        "ends_at": {"join": ["day", "to"], "formats": "%Y-%m-%d %H:%M"},
        "attendance": {"value": "attended"},
    }
    lines = {"feed": "event_attendance", "files": "*.csv", "columns": columns}
    received = site(tmp_path, "events", lines).receive("a.csv", BOOKINGS)
    assert (received.loaded, column(received, "ends_at")[0]) == (3, None)
    assert received.warnings == (
        "ends_at is before starts_at in 1 records — where that is on the next day, say next_day_if_before: starts_at",
    )


def test_an_end_after_midnight_is_on_the_next_day_where_the_preset_says_so(tmp_path: Path) -> None:
    received = following(tmp_path).receive("a.csv", BOOKINGS)
    assert [str(at) for at in column(received, "ends_at")] == [
        "2026-01-01 01:00:00",
        "2025-12-31 11:00:00",
        "2025-12-31 09:00:00",
    ]
    assert received.warnings == ()


def test_a_time_that_is_days_too_early_is_no_time_of_the_next_day(tmp_path: Path) -> None:
    whole = {"join": [], "from": "to", "formats": "%Y-%m-%d %H:%M"}
    text = "no,day,from,to\n1,2025-12-31,22:00,2025-12-30 21:59\n2,2025-12-31,22:00,2025-12-30 22:01\n"
    received = following(tmp_path, **whole).receive("a.csv", text)
    assert rejects(received) == [(1, "ends_at", "implausible")]
    assert [str(at) for at in column(received, "ends_at")] == ["2025-12-31 22:01:00"]


@pytest.mark.parametrize("name", ["begins_at", "space_type", "booked_at"])
def test_a_time_follows_another_time_that_something_fills(tmp_path: Path, name: str) -> None:
    with pytest.raises(Misconfigured, match=rf"columns.ends_at is to follow ‘{name}’: both must be times"):
        following(tmp_path, next_day_if_before=name)


def merged(rows: list[list[str]], *cells: str) -> bytes:
    """A workbook in which the cells of a column are merged, each range named as A2:A3."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    for cell in cells:
        sheet.merge_range(cell, None)
        first = int(cell[1 : cell.index(":")]) - 1
        sheet.write(first, 0, rows[first][0])
    book.close()
    return content.getvalue()


PASSAGES = [
    ["card", "at"],
    *([card, f"2025-09-08 08:0{minute}:00"] for minute, card in enumerate(["7", "", "", "8", ""])),
]
DOWN = {**GATE["columns"], "patron_key": {"from": "card", "fill_down": True}}


def test_merged_cells_are_told(tmp_path: Path) -> None:
    content = merged(PASSAGES, "A2:A4", "A5:A6")
    received = gate(tmp_path, format="xlsx").receive("gate/a.xlsx", content)
    assert [key is None for key in column(received, "patron_key")] == [False, True, True, False, True]
    assert received.warnings == (
        "cells A2:A4 and 1 more are merged, and only the first record has what they say — say fill_down: true for that column",
    )


def test_cells_that_are_merged_in_a_title_or_within_a_record_are_not_told(tmp_path: Path) -> None:
    content = merged([["", ""], ["Doors", ""], ["", ""], *PASSAGES], "A2:B3", "A5:B5")
    assert gate(tmp_path, format="xlsx", header="detect").receive("gate/a.xlsx", content).warnings == ()


def test_a_merged_cell_speaks_for_every_record_beside_it(tmp_path: Path) -> None:
    content = merged(PASSAGES, "A2:A4", "A5:A6")
    received = gate(tmp_path, format="xlsx", columns=DOWN).receive("gate/a.xlsx", content)
    first, second = dict.fromkeys(column(received, "patron_key"))
    assert column(received, "patron_key") == [first] * 3 + [second] * 2
    assert received.warnings == ()


def test_a_value_reaches_down_into_the_next_part_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.receiving import parse, sheet_cells

    monkeypatch.setattr(sheet_cells, "_SHEET_ROWS", 2)
    content = merged([["card", "at"], ["", "2025-09-08 07:00:00"], *PASSAGES[1:]])
    received = gate(tmp_path, format="xlsx", columns=DOWN).receive(
        "gate/a.xlsx", content, lambda job, _: parse.parse(job)
    )
    first, *keys = column(received, "patron_key")
    assert (first, [keys.index(key) for key in keys]) == (None, [0, 0, 0, 3, 3])


def test_nothing_reaches_down_over_a_line_that_was_left_out(tmp_path: Path) -> None:
    """What stood there is unknown: of the lines below it nobody can say whose they are."""
    text = "card,door,at\n7,N,2025-09-08 08:00:00\n,N,2025-09-08 08:01:00\n9,N\n,N,2025-09-08 08:02:00\n8,N,2025-09-08 08:03:00\n,N,2025-09-08 08:04:00\n"
    received = gate(tmp_path, columns=DOWN).receive("gate/a.csv", text)
    keys = column(received, "patron_key")
    assert [None if key is None else keys.index(key) for key in keys] == [0, 0, None, 3, 3]
    assert received.reasons == {"too_few_fields": 1}


def test_a_word_for_an_empty_cell_is_filled_like_one(tmp_path: Path) -> None:
    text = "card,at\n7,2025-09-08 08:00:00\n-,2025-09-08 08:01:00\n"
    received = gate(tmp_path, columns=DOWN, empty=["-"]).receive("gate/a.csv", text)
    assert len(set(column(received, "patron_key"))) == 1


@given(
    st.lists(st.sampled_from(["a", "b", "", " ", "-", None]), max_size=12),
    st.sets(st.integers(1, 12)),
    st.integers(0, 2),
)
def test_however_a_file_is_parted_a_value_reaches_as_far(lines: list[str | None], ends: set[int], ahead: int) -> None:
    """Against the plainest of loops; a line of None is left out, and may be told with a batch before its own."""
    numbered = list(enumerate(lines, 1))
    above, expected = None, []
    for record, cell in numbered:
        above = None if cell is None else cell if cell in ("a", "b") else above
        expected += [] if cell is None else [(record, above)]
    below, found, told = Below((0,), ("-",)), [], 0
    bounds = [0, *sorted(end for end in ends if end < len(lines)), len(lines)]
    for start, end in pairwise(bounds):
        part = [(cell, record) for record, cell in numbered[start:end] if cell is not None]
        frame = pl.DataFrame(part, schema={"c0": pl.String, "record": pl.Int64}, orient="row")
        seen = max(end + ahead, told)
        misfits = tuple(Misfit(record, "") for record, cell in numbered[told:seen] if cell is None)
        told = seen
        found += below.filled(Batch(frame, misfits)).frame.select("record", "c0").rows()
    assert found == expected


ANSWERS: dict[str, Any] = {
    "feed": "survey_answer",
    "files": "*.csv",
    "unpivot": "^Q",
    "columns": {
        "survey": {"value": "2025"},
        "response_key": "no",
        "item": {"heading": "(.+)"},
        "facet": {"value": "value"},
        "answer_value": {"cell": True, "pattern": r"^(\d+)$"},
        "answer_text": {"cell": True, "pattern": r"^(\(.*\))$"},
    },
}


def test_answers_of_which_no_pattern_fits_any_are_told(tmp_path: Path) -> None:
    survey = site(tmp_path, "survey", ANSWERS)
    assert survey.receive("a.csv", "no,Q1,Q2\n1,good,bad\n2,bad,\n").warnings == (
        "answer_value and answer_text stay empty in all 3 rows: no cell fits the preset — mend its patterns, or look for another",
    )
    assert survey.receive("b.csv", "no,Q1,Q2\n1,good,5\n2,bad,\n").warnings == ()
    assert survey.receive("c.csv", "no,Q1,Q2\n1,,\n").warnings == ()


def keyed(tmp_path: Path, *numbers: str) -> Any:
    columns = {"loan_key": "no", "item_key": "item"}
    lines = {"feed": "loan", "files": "*.csv", "columns": columns, "rejects": {"stop": 1}}
    text = "".join(f'"{number}",{place}\n' for place, number in enumerate(numbers))
    return site(tmp_path, "loans", lines).receive("a.csv", "no,item\n" + text)


@pytest.mark.parametrize("number", ["2.34177E+16", "2,34177E+16", "2.34177e+16"])
def test_numbers_of_loans_that_a_spreadsheet_rounded_are_rejected(tmp_path: Path, number: str) -> None:
    received = keyed(tmp_path, number, "23417710980001235")
    assert rejects(received) == [(1, "loan_key", "spreadsheet_damage")]


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (["23417710980001200", "23417710980004500", "23417710980007700"], 3),
        (["23417710980001200", "23417710980004500"], None),
        (["23417710980001200", "23417710980004500", "23417710980007700", "23417710980001235"], None),
        (["234177109800", "1000000", "5000000"], None),
    ],
)
def test_long_numbers_that_all_end_in_zeros_are_told(tmp_path: Path, numbers: list[str], told: int | None) -> None:
    """Six digits are zero by chance once in a million files, four once in ten thousand."""
    words = "all {} long numbers of loan_key end in zeros from the sixteenth digit on, as a spreadsheet rounds them, and two may have become one — export them as text"
    assert keyed(tmp_path, *numbers).warnings == ((words.format(told),) if told else ())
