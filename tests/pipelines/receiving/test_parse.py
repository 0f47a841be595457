"""What becomes of cells: each test is a small export and the rows it must make."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.errors import Refused
from profiles.pseudonym import patron_key
from tests.pipelines.landing import HEAD, LOANS, column, loans, rejects, rows, site

pytestmark = pytest.mark.usefixtures("same_process")


def test_a_row_holds_the_contract_the_file_and_the_record(tmp_path: Path) -> None:
    campus = loans(tmp_path)
    received = campus.receive("a.csv", HEAD + "7,0042,b1, Faust ,2025-09-08 10:21:33,2025-10-02,0\n")
    assert rows(received) == [
        {
            "loan_key": "7",
            "patron_key": patron_key("0042", "patron_no", campus.keyring.hmac_key),
            "item_key": "b1",
            "title": "Faust",
            "call_number": None,
            "location": None,
            "item_type": None,
            "loaned_at": datetime(2025, 9, 8, 10, 21, 33),
            "due_at": None,
            "returned_at": datetime(2025, 10, 2),
            "renewals": 0,
            "source_file": received.source_file,
            "source_record": 1,
            "notes": None,
        }
    ]


def test_records_that_do_not_fit_are_rejected_each_with_its_reason(tmp_path: Path) -> None:
    campus = loans(
        tmp_path,
        footer="^Total",
        people_who_are_not=[r"^ILL\d+$"],
        where=[{"heading": "title", "not_in": ["Test"], "reason": "denied"}],
    )
    text = HEAD + (
        "1,2,b1,a,,,0\n"
        "2,2,b1\n"
        "3,2,b1,a,,,0,9,9\n"
        ",2,b1,a,,,0\n"
        "5,ILL7,b1,a,,,0\n"
        "6,2.02E+11,b1,a,,,0\n"
        "7,2,b1,Test,,,0\n"
        "8,2,b\x001,a,,,0\n"
        "Total,8,,,,,\n"
        "Total: 8\n"
    )
    received = campus.receive("a.csv", text)
    assert sorted(rejects(received)) == [
        (2, "", "too_few_fields"),
        (3, "", "too_many_fields"),
        (4, "loan_key", "missing_value"),
        (5, "patron_key", "not_a_person"),
        (6, "patron_key", "spreadsheet_damage"),
        (7, "title", "denied"),
        (8, "", "nul_byte"),
        (9, "", "footer"),
        (10, "", "footer"),
    ]
    assert (received.records, received.loaded, received.rejected) == (10, 1, 9)
    assert received.reasons["footer"] == 2


SHORT = HEAD + '1,2,"b,1",a\n2,2,b1,a,,,0\n3,2,b1\nTotal: 3\n4,2,b2,a'
"""A spreadsheet left out empty cells at the end; the last line has no end, and may have been cut."""


@pytest.mark.parametrize(
    ("lines", "items", "reasons"),
    [
        ({"short_records": "fill"}, ["b,1", "b1", "b1"], {"footer": 1, "truncated_last_line": 1}),
        ({}, ["b1"], {"footer": 1, "too_few_fields": 2, "truncated_last_line": 1}),
    ],
)
def test_cells_left_out_at_the_end_are_empty_where_the_preset_says_so(
    tmp_path: Path, lines: dict[str, str], items: list[str], reasons: dict[str, int]
) -> None:
    received = loans(tmp_path, footer="^Total", rejects={"stop": 1}, **lines).receive("a.csv", SHORT)
    assert [row["item_key"] for row in rows(received)] == items
    assert received.reasons == reasons
    assert received.records == received.loaded + received.rejected == 5


def test_what_cannot_be_read_is_noted_where_a_column_may_be_empty(tmp_path: Path) -> None:
    text = HEAD + (
        "1,2,b,a,soon,1922-03,x\n2,2,b,a,2025-02-30 10:00:00,1900-01-01,1.0\n3,2,b,a,2025-9-8 8:05:01,1926,2.5\n"
    )
    received = loans(tmp_path).receive("a.csv", text)
    assert column(received, "notes") == [
        "loaned_at:unreadable;returned_at:partial_date;renewals:unreadable",
        "loaned_at:unreadable;returned_at:implausible",
        "returned_at:partial_date;renewals:unreadable",
    ]
    assert column(received, "loaned_at") == [None, None, datetime(2025, 9, 8, 8, 5, 1)]
    assert column(received, "returned_at") == [None, None, None]
    assert column(received, "renewals") == [None, 1, None]


def test_in_a_required_column_it_costs_the_record(tmp_path: Path) -> None:
    columns = {
        "building": {"value": "Main"},
        "direction": {"from": "way", "map": {"1": "in", "0": "out", "": "unknown"}},
        "passed_at": {
            "from": "at",
            "formats": "%Y/%m/%d",
            "partial": "%Y",
            "not_before": "2005-01-01",
            "not_after": "2025-12-31",
        },
    }
    campus = site(tmp_path, "gate", {"feed": "gate_event", "files": "*.csv", "columns": columns})
    text = "way,at\n1,2025/09/08\n0,2025/12/31\n,2024/01/01\n7,2025/09/08\n1,never\n1,2025\n1,1970/01/01\n1,2026/01/01\n1,\n"
    received = campus.receive("a.csv", text)
    assert column(received, "direction") == ["in", "out", "unknown"]
    assert rejects(received) == [
        (4, "direction", "unmapped_value"),
        (5, "passed_at", "unreadable_timestamp"),
        (6, "passed_at", "partial_date"),
        (7, "passed_at", "implausible"),
        (8, "passed_at", "implausible"),
        (9, "passed_at", "missing_value"),
    ]


def test_times_come_in_several_forms_and_zones(tmp_path: Path) -> None:
    out = {"from": "out", "formats": ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M"], "zone": "UTC"}
    campus = loans(tmp_path, columns={**LOANS["columns"], "loaned_at": out})
    text = HEAD + "1,2,b,a,2025-09-08T22:00:00-04:00,,\n2,2,b,a,2025-09-08T02:00:00Z,,\n3,2,b,a,08.09.2025 20:30,,\n"
    assert column(campus.receive("a.csv", text), "loaned_at") == [
        datetime(2025, 9, 9, 10, 0),
        datetime(2025, 9, 8, 10, 0),
        datetime(2025, 9, 9, 4, 30),
    ]


def test_an_hour_that_a_clock_change_repeats_or_skips(tmp_path: Path) -> None:
    out = {"from": "out", "zone": "Europe/Paris"}
    campus = site(tmp_path, "loans", {**LOANS, "columns": {**LOANS["columns"], "loaned_at": out}}, timezone="UTC")
    text = HEAD + "1,2,b,a,2025-10-26 02:30:00,,\n2,2,b,a,2025-03-30 02:30:00,,\n"
    received = campus.receive("a.csv", text)
    assert column(received, "loaned_at") == [datetime(2025, 10, 26, 0, 30), None]
    assert column(received, "notes") == [None, "loaned_at:implausible"]


def test_joined_extracted_and_constant_cells(tmp_path: Path) -> None:
    columns = {
        "booking_key": {"record": True},
        "patron_key": {"from": "who", "pattern": r"(?:^|\D)(\d{8})(?:\D|$)"},
        "space_type": {"from": "place", "pattern": "(Room)", "map": {"Room": "group_room", "": "seat"}},
        "starts_at": {"join": ["date", "begin"], "formats": "%Y-%m-%d %H:%M"},
        "ends_at": {"file_name": r"_(\d{8})\.", "formats": "%Y%m%d"},
        "checked_in_at": {"join": ["date", "came"], "formats": "%Y-%m-%d %H:%M"},
        "status": {"value": "completed"},
    }
    campus = site(tmp_path, "seats", {"feed": "space_booking", "files": "*.csv", "columns": columns})
    text = "who,place,date,begin,came\nLi 00010042,Room 2,2025-9-8,08:00,08:05\nnone,Hall,2025-9-8,9:00,\n"
    received = campus.receive("seats_20250930.csv", text)
    first, second = rows(received)
    assert first["patron_key"] == patron_key("00010042", "patron_no", campus.keyring.hmac_key)
    assert (first["space_type"], first["checked_in_at"]) == ("group_room", datetime(2025, 9, 8, 8, 5))
    assert (first["starts_at"], first["ends_at"]) == (datetime(2025, 9, 8, 8), datetime(2025, 9, 30))
    assert (second["patron_key"], second["space_type"], second["checked_in_at"]) == (None, "seat", None)
    assert [row["booking_key"] for row in (first, second)] == ["1", "2"]
    with pytest.raises(Refused, match="has a name that does not fit"):
        campus.receive("seats.csv", text)


def test_a_month_stands_for_its_first_day_where_the_preset_takes_it(tmp_path: Path) -> None:
    columns = {
        "patron_key": {"from": "XH", "pad": 8},
        "seen_on": {"value": "2025-09-01"},
        "status": {"value": "active"},
        "level": {"value": "other"},
        "entered_on": {"from": "RXNY", "formats": "%Y%m"},
        "program_years": "XZ",
    }
    campus = site(tmp_path, "hub", {"feed": "enrolment", "files": "*.csv", "columns": columns})
    received = campus.receive("a.csv", "XH,RXNY,XZ\n42,202509,2.5\n0000042,202513,40\n00000042,,4.25\n")
    assert column(received, "entered_on") == [date(2025, 9, 1), None, None]
    assert column(received, "program_years")[:2] == [Decimal("2.5"), Decimal("40.0")]
    assert len(set(column(received, "patron_key"))) == 1


def test_made_keys_are_the_same_whenever_their_parts_are(tmp_path: Path) -> None:
    made = {**LOANS["columns"], "loan_key": {"from": "no", "made_of": ["patron_key", "item_key", "loaned_at"]}}
    campus = loans(tmp_path, columns=made)
    text = HEAD + (
        ",2,b,x,2025-09-08 10:00:00,,\n"
        ",2,b,x,2025-09-08 10:00,,1\n"
        ",2,b,x,1922-03,,\n"
        ",2,b,x,1922-04,,\n"
        ",3,b,x,2025-09-08 10:00:00,,\n"
        "9,2,b,x,2025-09-08 10:00:00,,\n"
    )
    keys = column(campus.receive("a.csv", text), "loan_key")
    assert keys[0] == keys[1]
    assert len(set(keys)) == 5
    assert keys[5] == "9"
    assert keys == column(campus.receive("b.csv", text), "loan_key")


def test_a_key_made_of_nothing_is_missing(tmp_path: Path) -> None:
    made = {**LOANS["columns"], "item_key": {"from": "item", "made_of": ["title"]}}
    received = loans(tmp_path, columns=made).receive("a.csv", HEAD + "1,2,,x,,,\n2,2,,,,,\n")
    assert (received.loaded, rejects(received)) == (1, [(2, "item_key", "missing_value")])


def test_exact_duplicates_count_once_across_the_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.receiving.cells._BLOCK", 200)
    lines = [f"{number},2,b,{'x' * 20},,,{number % 3}\n" for number in range(60)]
    text = HEAD + "".join([*lines, lines[0], lines[59], lines[0], lines[7].replace(",1", ",2")])
    received = loans(tmp_path).receive("a.csv", text)
    assert (received.records, received.loaded, received.duplicates, received.rows) == (64, 61, 3, 61)
    assert column(received, "source_record") == [*range(1, 61), 64]
    kept = loans(tmp_path, duplicates="keep").receive("a.csv", text)
    assert (kept.loaded, kept.duplicates) == (64, 0)


def test_a_survey_makes_a_row_for_each_answer(tmp_path: Path) -> None:
    lines = {
        "feed": "survey_answer",
        "files": "*.csv",
        "empty": ["(skip)"],
        "columns": {
            "survey": {"value": "2026"},
            "response_key": "id",
            "stated_college": "college",
            "item": {"heading": "(.+)"},
            "facet": {"value": "value"},
            "answer_value": {"cell": True},
        },
        "unpivot": {"Q1": "seats", "Q2": "staff"},
    }
    received = site(tmp_path, "survey", lines).receive(
        "a.csv", "id,college,Q1,Q2\n1,Law,4,5\n2,(skip),(skip),3.5\n3,Law,,\n4,Law,many,1\n4,Law,many,1\n"
    )
    answers = [
        (row["response_key"], row["stated_college"], row["item"], row["answer_value"], row["notes"])
        for row in rows(received)
    ]
    assert answers == [
        ("1", "Law", "seats", Decimal("4.000"), None),
        ("1", "Law", "staff", Decimal("5.000"), None),
        ("2", None, "staff", Decimal("3.500"), None),
        ("4", "Law", "seats", None, "answer_value:unreadable"),
        ("4", "Law", "staff", Decimal("1.000"), None),
    ]
    assert (received.records, received.loaded, received.duplicates, received.rows) == (5, 4, 1, 5)
