"""What of a workbook's sheets is read is told, and where a preset says so all of them are one file's records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.models import Model
from pipelines.receiving import parse
from pipelines.receiving.asked import told_twice
from pipelines.receiving.cells import Batch
from pipelines.receiving.headings import Headings
from pipelines.receiving.sheet_cells import WorkbookCells
from pipelines.receiving.workbook import called
from tests.pipelines.landing import GATE, column, gate, refusal, rejects, rows, workbook

Rows = list[list[Any]]
HEAD = ["card", "at"]


def passages(*cards: str, day: int = 1) -> Rows:
    return [HEAD, *([card, f"2024-01-{day:02} 08:0{minute}:00"] for minute, card in enumerate(cards))]


MONTHS: dict[str, Rows] = {"2024-02": passages("3", "4", day=2), "2024-03": passages("5", "6", day=3)}


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (MONTHS, "2 others hold something: 2024-02, 2024-03 —"),
        ({"2024-02": [["see the door"]]}, "1 other holds something: 2024-02 —"),
        ({"张三": [HEAD], "0042": [HEAD], "3月": [HEAD]}, "3 others hold something: 2, 3, 3月 —"),
        (
            {f"2024-0{month}": [HEAD] for month in range(2, 7)},
            "5 others hold something: 2024-02, 2024-03, 2024-04 and 2 more —",
        ),
    ],
)
def test_sheets_that_are_not_read_are_told(tmp_path: Path, others: dict[str, Rows], said: str) -> None:
    received = gate(tmp_path, format="xlsx").receive("gate/a.xlsx", workbook(passages("1", "2"), **others))
    assert received.loaded == 2
    assert received.warnings == (f"reads sheet ‘Sheet1’ alone; {said} say sheet: all, or name one",)


@pytest.mark.parametrize(
    ("lines", "others"),
    [
        ({}, {}),
        ({}, {"2024-02": [], "2024-03": [[" ", ""], ["", None]]}),
        ({"sheet": "Sheet1"}, MONTHS),
        ({"sheet": "all"}, MONTHS),
    ],
    ids=["one sheet", "others hold nothing", "named", "all"],
)
def test_nothing_is_told_where_nothing_is_overlooked(
    tmp_path: Path, lines: dict[str, Any], others: dict[str, Rows]
) -> None:
    campus = gate(tmp_path, format="xlsx", **lines)
    assert campus.receive("gate/a.xlsx", workbook(passages("1", "2"), **others)).warnings == ()


@pytest.mark.parametrize(
    "name", ["Sheet1", "工作表2", "2024", "2024-01", "2024年3月", "12月", "2024-01-31", "Sept 2024"]
)
def test_a_sheet_is_called_by_what_tells_of_nobody(name: str) -> None:
    assert called(name, 7) == name


@pytest.mark.parametrize("name", ["张三", "Jane Doe", "0042", "2023010199", "B1234567", "Marlowe", "Augusta 2024"])
def test_a_sheet_whose_name_may_be_somebody_s_is_called_by_its_number(name: str) -> None:
    assert called(name, 7) == "7"


def test_all_sheets_are_one_file_s_records(tmp_path: Path) -> None:
    late = [["", "never"], *MONTHS["2024-03"][1:]]
    book = workbook(passages("1", "2"), **{"2024-02": MONTHS["2024-02"], "empty": [], "2024-03": [HEAD, *late]})
    received = gate(tmp_path, format="xlsx", sheet="all").receive("gate/a.xlsx", book)
    assert (received.records, received.loaded, received.headings) == (7, 6, 3)
    assert [(row["source_record"], str(row["passed_at"])) for row in rows(received)] == [
        (1, "2024-01-01 08:00:00"),
        (2, "2024-01-01 08:01:00"),
        (3, "2024-01-02 08:00:00"),
        (4, "2024-01-02 08:01:00"),
        (6, "2024-01-03 08:00:00"),
        (7, "2024-01-03 08:01:00"),
    ]
    assert rejects(received) == [(5, "passed_at", "unreadable_timestamp")]


def test_titles_above_the_headings_and_empty_cells_beside_them_may_differ(tmp_path: Path) -> None:
    titled = [["March"], [], *MONTHS["2024-03"]]
    wide = [HEAD, ["3", "2024-01-02 08:00:00", None, " "]]
    book = workbook([["January"], *passages("1", "2")], **{"2024-02": wide, "2024-03": titled})
    received = gate(tmp_path, format="xlsx", sheet="all", header="detect").receive("gate/a.xlsx", book)
    assert (received.records, received.loaded, received.headings) == (5, 5, 5)


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ([["at", "card"], ["2024-01-02 08:00:00", "3"]], "sheet ‘2024-02’ has other headings than the first"),
        ([[*HEAD, "door"], ["3", "2024-01-02 08:00:00", "N"]], "sheet ‘2024-02’ has other headings than the first"),
        ([["number", "at"], ["3", "2024-01-02 08:00:00"]], "sheet ‘2024-02’: heading card is missing"),
        ([["说明"]], "sheet ‘2024-02’: heading card is missing"),
    ],
)
def test_a_sheet_with_other_headings_is_refused_by_its_name(tmp_path: Path, sheet: Rows, words: str) -> None:
    book = workbook(passages("1", "2"), **{"2024-02": sheet, "2024-03": MONTHS["2024-03"]})
    assert words in refusal(gate(tmp_path, format="xlsx", sheet="all"), "gate/a.xlsx", book)


def test_a_workbook_without_anything_in_it_is_refused(tmp_path: Path) -> None:
    book = workbook([], **{"2024-02": [[" "]]})
    assert "has no sheet that holds anything" in refusal(
        gate(tmp_path, format="xlsx", sheet="all"), "gate/a.xlsx", book
    )


def test_a_sheet_that_the_reader_loses_is_missed_by_the_counter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headings are told by the reader, the records by the counter alone."""
    batches = WorkbookCells.batches

    def losing(cells: WorkbookCells, headings: Headings) -> Iterator[Batch]:
        return iter(list(batches(cells, headings))[:-1])

    monkeypatch.setattr(WorkbookCells, "batches", losing)
    words = refusal(
        gate(tmp_path, format="xlsx", sheet="all"),
        "gate/a.xlsx",
        workbook(passages("1", "2"), **MONTHS),
        lambda job, _: parse.parse(job),
    )
    assert "the parser and the counter disagree: 4 records against 6" in words


def test_nothing_reaches_down_from_one_sheet_into_the_next(tmp_path: Path) -> None:
    down = {**GATE["columns"], "patron_key": {"from": "card", "fill_down": True}}
    book = workbook(passages("1", ""), **{"2024-02": passages("", "2", "", day=2)})
    keys = column(gate(tmp_path, format="xlsx", sheet="all", columns=down).receive("gate/a.xlsx", book), "patron_key")
    assert [None if key is None else keys.index(key) for key in keys] == [0, 0, None, 3, 3]


@pytest.mark.parametrize("first", [1, "2024-02", "all"])
def test_all_sheets_hold_what_one_of_them_does(tmp_path: Path, models: dict[str, Model], first: int | str) -> None:
    one, every = (gate(tmp_path, format="xlsx", sheet=sheet).source for sheet in (first, "all"))
    told = told_twice("gate/a.xlsx", models["raw.gate_event"], [one, every.model_copy(update={"name": "every"})])
    assert told is not None
    assert "is read by gate and every, both into gate_event" in told


def test_two_sheets_are_apart(tmp_path: Path, models: dict[str, Model]) -> None:
    """The negative control."""
    one, other = (gate(tmp_path, format="xlsx", sheet=sheet).source for sheet in (1, 2))
    named = other.model_copy(update={"name": "other"})
    assert told_twice("gate/a.xlsx", models["raw.gate_event"], [one, named]) is None
