"""JSON documents, lines of JSON, and their counter."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.receiving import json_records
from pipelines.receiving.json_cells import JsonCells
from pipelines.receiving.presets import Source
from tests.pipelines.landing import column, refusal, site

LOAN: dict[str, Any] = {
    "feed": "loan",
    "files": "*.json",
    "format": "json",
    "records": "loans[]",
    "columns": {
        "loan_key": "id",
        "patron_key": {"from": "userId", "optional": True},
        "item_key": "item.barcode",
        "loaned_at": {"from": "loanDate", "formats": "%Y-%m-%dT%H:%M:%S%.f%z"},
        "renewals": {"from": "renewalCount", "optional": True},
    },
}


def reading(path: Path, records: str) -> JsonCells:
    """A reader that asks for every cell there is."""
    lines = {"name": "x", "feed": "x", "files": "x", "format": "json", "records": records, "columns": {}}
    paths = JsonCells(path, Source.model_validate(lines)).paths()
    lines["columns"] = {f"column_{number}": {"from": name} for number, name in enumerate(paths)}
    return JsonCells(path, Source.model_validate(lines))


def cells(tmp_path: Path, document: Any, records: str) -> list[dict[str, str]]:
    """The records of a document as the parser sees them; the counter must see as many."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    reader = reading(path, records)
    headings = reader.headings()
    found = [
        {heading: cell for heading, cell in zip(headings.cells, row, strict=True) if cell is not None}
        for batch in reader.batches(headings)
        for row in batch.frame.drop("record").iter_rows()
    ]
    assert json_records.count(path, records) == len(found)
    return found


@pytest.mark.parametrize(
    ("records", "document", "expected"),
    [
        ("[]", [{"a": 1, "b": {"c": True}}, {"a": "01"}], [{"a": "1", "b.c": "true"}, {"a": "01"}]),
        ("data.rows[]", {"data": {"rows": [{"x": None, "y": 1.50}]}, "n": 3}, [{"n": "3", "y": "1.5"}]),
        ("[].parts[]", [{"k": "p", "parts": [{"v": 1}, {"v": 2}]}], [{"k": "p", "v": "1"}, {"k": "p", "v": "2"}]),
        ("by{month}", {"by": {"2024-01": 5, "2024-02": 7}}, [{"month": "2024-01", "value": "5"}, {"month": "2024-02", "value": "7"}]),
        ("R[].P{metric}{month}", {"H": {"v": "5.1"}, "R": [{"T": "t", "P": {"Req": {"01": 1}}}]},
         [{"H.v": "5.1", "R.T": "t", "metric": "Req", "month": "01", "value": "1"}]),
        ("one", {"one": {"a": 1}, "b": 2}, [{"b": "2", "a": "1"}]),
        ("[]", [{"tags": ["x", "y"], "deep": [{"no": 1}]}], [{"tags": "x;y"}]),
        ("[]", [], []),
    ],
)  # fmt: skip
def test_the_way_to_the_records(tmp_path: Path, records: str, document: Any, expected: list[dict[str, str]]) -> None:
    assert cells(tmp_path, document, records) == expected


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"id": 99123456789012345678, "rate": 0.10}]', encoding="utf-8")
    reader = reading(path, "[]")
    (batch,) = reader.batches(reader.headings())
    assert batch.frame.row(0) == ("99123456789012345678", "0.10", 1)


def test_loans_go_through_the_door(tmp_path: Path) -> None:
    document = {
        "loans": [
            {"id": "1", "userId": "u", "item": {"barcode": "b"}, "loanDate": "2024-03-05T00:00:00.000Z", "renewalCount": 2},
            {"id": "2", "item": {"barcode": "c"}, "loanDate": "2024-03-05T08:00:00+08:00"},
            {"id": "3", "item": {"barcode": None}, "loanDate": "2024-03-05T08:00:00-0400"},
        ],
        "totalRecords": 3,
    }  # fmt: skip
    received = site(tmp_path, "folio", LOAN).receive("a.json", json.dumps(document))
    assert (received.records, received.loaded, received.reasons) == (3, 2, {"missing_value": 1})
    assert [str(at) for at in column(received, "loaned_at")] == ["2024-03-05 08:00:00"] * 2
    assert column(received, "renewals") == [2, None]


def test_lines_of_json(tmp_path: Path) -> None:
    lines = LOAN | {"format": "jsonl", "records": "[]", "files": "*.jsonl"}
    text = '{"id": "1", "item": {"barcode": "b"}, "loanDate": "2024-03-05T00:00:00Z"}\n\n'
    received = site(tmp_path, "folio", lines).receive("a.jsonl", text * 2)
    assert (received.records, received.loaded, received.duplicates) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"loans": [', "line 2 is not JSON"),
        ('{"rows": []}', "holds no loans where its records should stand"),
        ('{"loans": {"a": 1}}', "has at loans not a list"),
        ('{"loans": [{"id": 1}]}', "heading item.barcode is missing"),
        ('{"loans": [{"id": 1, "id": 2}]}', "the same key twice"),
        ('{"loans": ' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_as_expected_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    assert words in refusal(site(tmp_path, "folio", LOAN), "a.json", text)


def test_what_lies_around_a_record_is_suggested_by_its_name(tmp_path: Path) -> None:
    """Of a booking of two seats each seat is a record, and the booking's number stands around them."""
    lines = {
        **LOAN,
        "records": "data[].seats[]",
        "columns": {**LOAN["columns"], "loan_key": "resvId", "item_key": "seat"},
    }
    text = '{"data": [{"resvId": 7, "seats": [{"seat": 1, "loanDate": ""}, {"seat": 2}]}]}'
    told = refusal(site(tmp_path, "seats", lines), "a.json", text)
    assert "heading resvId is missing — did you mean ‘data.resvId’?" in told


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(rows=st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), max_size=5))
def test_counter_and_parser_agree_on_any_document(rows: list[dict[str, Any]], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps({"x": {"rows": rows}}), encoding="utf-8")
    lines = {"name": "x", "feed": "x", "files": "x", "format": "json", "records": "x.rows[]", "columns": {}}
    reader = JsonCells(path, Source.model_validate(lines))
    told = sum(batch.frame.height for batch in reader.batches(reader.headings()))
    assert json_records.count(path, "x.rows[]") == len(rows) == told
