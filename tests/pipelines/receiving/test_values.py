"""Text becomes a time, a number or somebody's number, or there is a word for why it cannot."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.landing import GATE, Site, column, rejects, site


def gate(tmp_path: Path, columns: dict[str, Any] | None = None, **lines: Any) -> Site:
    return site(tmp_path, "gate", {**GATE, "columns": {**GATE["columns"], **(columns or {})}, **lines})


@pytest.mark.parametrize(
    ("formats", "text", "expected"),
    [
        ({"%Y-%m-%dT%H:%M:%SZ": "UTC", "%Y-%m-%d %H:%M": None}, "2024-03-05T00:00:00Z", "2024-03-05 08:00:00"),
        ({"%Y-%m-%dT%H:%M:%SZ": "UTC", "%Y-%m-%d %H:%M": None}, "2024-03-05 08:00", "2024-03-05 08:00:00"),
        ("%Y-%m-%d %H:%M:%S%.f%z", "2024-03-04 20:00:00.5-04", "2024-03-05 08:00:00.500000"),
        ("%d/%m/%Y", "05/03/2024", "2024-03-05 00:00:00"),
        ("%m/%d/%Y %I:%M %p", "03/05/2024 01:30 PM", "2024-03-05 13:30:00"),
        ("%Y-%m-%d %H:%M", "２０２４-03-05 08:00", "2024-03-05 08:00:00"),
        ("epoch_s", "1709596800", "2024-03-05 08:00:00"),
        ("epoch_ms", "1709596800500", "2024-03-05 08:00:00.500000"),
        ("excel_days", "45356.5", "2024-03-05 12:00:00"),
        ("excel_days", "45356.3333333333", "2024-03-05 08:00:00"),
        ("excel_days", "45356.2083333333", "2024-03-05 05:00:00"),
        ("excel_days", "45356.33334", "2024-03-05 08:00:00.576000"),
        ("epoch_s", "1709596800.000123", "2024-03-05 08:00:00.000123"),
    ],
)
def test_times_in_many_forms(tmp_path: Path, formats: Any, text: str, expected: str) -> None:
    campus = gate(tmp_path, {"passed_at": {"from": "at", "formats": formats}})
    assert [str(at) for at in column(campus.receive("a.csv", f"card,at\n1,{text}\n"), "passed_at")] == [expected]


def test_an_hour_that_a_clock_change_skips_is_readable_and_is_none(tmp_path: Path) -> None:
    campus = gate(tmp_path, {"passed_at": {"from": "at", "zone": "America/New_York"}})
    received = campus.receive("a.csv", "card,at\n1,2026-03-08 01:59:59\n2,2026-03-08 02:30:00\n3,2026-03-08 02:61:00\n")
    assert [str(at) for at in column(received, "passed_at")] == ["2026-03-08 14:59:59"]
    assert rejects(received) == [(2, "passed_at", "implausible"), (3, "passed_at", "unreadable_timestamp")]


@pytest.mark.parametrize(
    "written",
    ["#N/A", "NULL", "null", "(null)", "nan", "None", "-", "—", "－", "000000", "00000000", "\\N", "#REF!", "N/A"],
)
def test_a_word_for_no_number_is_nobody(tmp_path: Path, written: str) -> None:
    """Were it a number, all who have none would be one person."""
    received = gate(tmp_path, {}).receive("a.csv", f"card,at\n{written},2024-03-05 08:00:00\n")
    assert (received.loaded, column(received, "patron_key")) == (1, [None])
    assert column(received, "notes") == ["patron_key:missing_value"]


def test_where_somebody_must_be_named_such_a_word_costs_the_record(tmp_path: Path) -> None:
    said = {"purpose": {"value": "study_list"}, "statement": {"value": "given"}}
    columns = {**said, "patron_key": "card", "said_at": "at"}
    lines = {"feed": "consent", "files": "*.csv", "columns": columns}
    received = site(tmp_path, "consent", lines).receive("a.csv", "card,at\nNULL,2024-03-05\n0042,2024-03-05\n")
    assert (received.loaded, rejects(received)) == (1, [(1, "patron_key", "missing_value")])


def test_no_key_is_made_of_such_a_word(tmp_path: Path) -> None:
    """Two who are not named would else be one: a key made of nothing but an empty number is none."""
    columns = {
        "survey": {"value": "2024"},
        "response_key": {"made_of": ["patron_key"]},
        "patron_key": "card",
        "item": {"heading": "(.+)"},
        "facet": {"value": "value"},
        "answer_value": {"cell": True},
    }
    lines = {"feed": "survey_answer", "files": "*.csv", "columns": columns, "unpivot": "^Q"}
    received = site(tmp_path, "survey", lines).receive("a.csv", "card,Q1\nNULL,4\n-,5\n0042,3\n")
    assert (received.loaded, received.reasons) == (1, {"missing_value": 2})


@pytest.mark.parametrize("written", ["0", "0000", "NULLA", "NANA", "1-2", "00000001", "A0", "NA", "X-", "NONE1"])
def test_a_number_that_only_looks_like_such_a_word_is_one(tmp_path: Path, written: str) -> None:
    received = gate(tmp_path, {}).receive("a.csv", f"card,at\n{written},2024-03-05 08:00:00\n")
    assert (received.loaded, len(column(received, "patron_key")[0])) == (1, 12)


@pytest.mark.parametrize(
    "lines", [{"empty": ["NULL"]}, {"nobody": [{"heading": "card", "in": ["NULL"]}]}], ids=["empty", "nobody"]
)
def test_a_site_says_that_such_a_word_counts_but_for_nobody(tmp_path: Path, lines: dict[str, Any]) -> None:
    received = gate(tmp_path, {}, **lines).receive("a.csv", "card,at\nNULL,2024-03-05 08:00:00\n")
    assert column(received, "patron_key") == [None]


def test_a_year_that_no_calendar_has_is_no_time(tmp_path: Path) -> None:
    campus = gate(tmp_path, {"passed_at": {"from": "at", "formats": "epoch_s"}})
    received = campus.receive("a.csv", "card,at\n1,1709596800\n2,1709596800123\n")
    assert rejects(received) == [(2, "passed_at", "unreadable_timestamp")]


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ({"thousands": ","}, "1,234,567.5", "1234567.500"),
        ({"thousands": ".", "decimal": ","}, "1.234,5", "1234.500"),
        ({"scale": 60}, "1.5", "90.000"),
        ({"divided_by": 60}, "150", "2.500"),
        ({}, "１２", "12.000"),
        ({}, "12.0", "12.000"),
        ({"empty": "*"}, "*", None),
    ],
)
def test_numbers_in_many_forms(tmp_path: Path, rule: dict[str, Any], text: str, expected: str | None) -> None:
    columns = {
        "place": {"value": "Main"},
        "measure": {"value": "visits"},
        "period_start": {"value": "2024-01-01"},
        "reported_count": {"from": "n", **rule},
        "suppression": {"value": "exact"},
    }
    lines = {"feed": "published_count", "files": "*.csv", "delimiter": ";", "columns": columns}
    received = site(tmp_path, "counts", lines).receive("a.csv", f"n;x\n{text};1\n")
    assert column(received, "reported_count") == [None if expected is None else Decimal(expected)]


def test_one_card_however_its_reader_writes_it(tmp_path: Path) -> None:
    # The chip's four bytes are 07 5B CD 15, first byte first: 123456789.
    written = {"dec": "123456789", "dec_reversed": "365779719", "hex": "075BCD15", "hex_reversed": "15:cd:5b:07"}
    keys = []
    for form, text in written.items():
        (tmp_path / form).mkdir()
        lines = {**GATE, "columns": {**GATE["columns"], "patron_key": {"from": "card", "uid": form}}}
        campus = site(tmp_path / form, "gate", lines, key_file=str(tmp_path / "key"))
        keys += column(campus.receive("a.csv", f"card,at\n{text},2024-03-05\n"), "patron_key")
    assert len(set(keys)) == 1
