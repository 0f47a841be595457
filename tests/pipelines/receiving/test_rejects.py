"""What could not be read is told, and why, though no record may be rejected for it."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import Refused
from pipelines.paths import ROOT
from pipelines.receiving.contracts import ContractColumn
from pipelines.receiving.rejects import _unfit, meaning, weighed
from tests.pipelines.landing import HEAD, Site, loans, site

LINES = "".join(f"{number},2,b,,05/03/2024,06/03/2024,\n" for number in range(10))
COLUMNS = {"loan_key": "no", "patron_key": "reader", "item_key": "item"}
LOANED_AT = ContractColumn("loaned_at", "timestamp", required=False, is_pseudonym=False)


def loan_days(tmp_path: Path, out: str, due: str = "%d/%m/%Y", **lines: Any) -> Site:
    """Loans whose two days are read as these forms say."""
    read = {"loaned_at": {"from": "out", "formats": out}, "due_at": {"from": "back", "formats": due}}
    return loans(tmp_path, columns={**COLUMNS, **read}, **lines)


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("%d/%m/%Y", ()),
        ("%Y-%m-%d", ("due_at could not be read in 10 of 10 rows — mend its formats or marks in the preset",)),
    ],
)
def test_a_column_that_stays_empty_throughout_is_remarked_upon(tmp_path: Path, due: str, told: tuple[str, ...]) -> None:
    campus = loan_days(tmp_path, "%d/%m/%Y", due)
    received = weighed(campus.receive("a.csv", HEAD + LINES), campus.source, LOANED_AT)
    assert (received.loaded, received.rejected) == (10, 0)
    assert received.warnings == told


def test_a_few_that_could_not_be_read_are_nothing_unusual(tmp_path: Path) -> None:
    campus = loan_days(tmp_path, "%d/%m/%Y", rejects={"warn": 0.1})
    received = campus.receive("a.csv", HEAD + LINES.replace("9,2,b,,05/03/2024", "9,2,b,,soon"))
    assert weighed(received, campus.source, LOANED_AT).warnings == ()


def test_times_of_another_year_to_come_are_remarked_upon(tmp_path: Path) -> None:
    """Tomorrow twelve months is booked, perhaps; 2099 is a clock that was never set, or a year that was misread."""
    campus = loan_days(tmp_path, "%d/%m/%Y")
    told = [
        weighed(
            campus.receive(f"{day[-4:]}.csv", HEAD + LINES.replace("9,2,b,,05/03/2024", f"9,2,b,,{day}")),
            campus.source,
            LOANED_AT,
        ).warnings
        for day in (f"{dt.date.today() + dt.timedelta(days=366):%d/%m/%Y}", "31/12/2099")
    ]
    assert told == [
        (),
        (
            "loaned_at is more than a year away in 1 of 10 rows, the last on 2099-12-31 — see its formats, or say not_after",
        ),
    ]


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (
            {},
            ("loaned_at is before 1985 in 1 of 10 rows, the first on 1970-01-20 — see its formats, or say not_before",),
        ),
        ({"not_before": "1919-01-01"}, ()),
    ],
)
def test_times_of_a_clock_that_was_never_set_are_remarked_upon(
    tmp_path: Path, since: dict[str, str], told: tuple[str, ...]
) -> None:
    """Thousandths that were seconds are days of January 1970; an archive says since when it lends."""
    read = {"loaned_at": {"from": "out", "formats": "%d/%m/%Y", **since}}
    campus = loans(tmp_path, columns={**COLUMNS, **read})
    received = campus.receive("a.csv", HEAD + LINES.replace("9,2,b,,05/03/2024", "9,2,b,,20/01/1970"))
    assert weighed(received, campus.source, LOANED_AT).warnings == told


def test_a_file_whose_own_time_cannot_be_read_stays_outside(tmp_path: Path) -> None:
    campus = loan_days(tmp_path, "%Y-%m-%d")
    received = campus.receive("a.csv", HEAD + LINES)
    with pytest.raises(Refused) as refusal:
        weighed(received, campus.source, LOANED_AT)
    assert str(refusal.value) == (
        "a.csv: 10 of 10 records (100.0%) are unfit, most for unreadable_timestamp in columns.loaned_at, first in"
        " record 1 — mend the preset of source loans, or allow more with rejects: {stop: 1}"
    )
    assert not received.rows_file.exists()


def test_where_another_time_is_the_feeds_own_it_is_only_remarked_upon(tmp_path: Path) -> None:
    """The control: the same file, told by another column."""
    campus = loan_days(tmp_path, "%Y-%m-%d")
    received = weighed(campus.receive("a.csv", HEAD + LINES), campus.source, None)
    assert received.warnings == (
        "loaned_at could not be read in 10 of 10 rows — mend its formats or marks in the preset",
    )


def test_times_that_cannot_be_read_and_rejected_records_count_together(tmp_path: Path) -> None:
    # Of ten, three have no item, which is rejected, and three others a day that is none: six are more than half.
    lines = "".join(f"{number},2,b,,05/03/2024,,\n" for number in range(4))
    spoilt = lines + ",2,,,05/03/2024,,\n" * 3 + "7,2,b,,soon,,\n"
    campus = loan_days(tmp_path, "%d/%m/%Y")
    received = weighed(campus.receive("a.csv", HEAD + spoilt + "8,2,b,,,,\n9,2,b,,,,\n"), campus.source, LOANED_AT)
    assert "4 of 10 records (40.0%)" in received.warnings[0], "an empty time is no unreadable one"
    with pytest.raises(Refused, match=r"6 of 10 records \(60.0%\) are unfit, most for"):
        weighed(campus.receive("a.csv", HEAD + spoilt + "8,2,b,,never,,\n9,2,b,,never,,\n"), campus.source, LOANED_AT)


def test_how_many_numbers_of_persons_are_words_for_none_is_told(tmp_path: Path) -> None:
    lines = LINES.replace("0,2,b", "0,NULL,b").replace("1,2,b", "1,000000,b")
    campus = loan_days(tmp_path, "%d/%m/%Y", rejects={"warn": 0.1})
    received = weighed(campus.receive("a.csv", HEAD + lines), campus.source, LOANED_AT)
    assert (received.loaded, received.warnings) == (
        10,
        (
            "patron_key is a word for no number, such as NULL or 000000, in 2 of 10 rows — put it under empty in the preset, or ask for a fuller export",
        ),
    )
    few = campus.receive("b.csv", HEAD + lines.replace("1,000000,b", "1,2,b"))
    assert weighed(few, campus.source, LOANED_AT).warnings == (), "the control: one of ten is nothing unusual"


def test_of_unfit_records_only_counts_are_held(tmp_path: Path) -> None:
    """A file may have fifty million: what is held of them is a line for each reason and column."""
    campus = loan_days(tmp_path, "%d/%m/%Y")
    lines = "0,2,b,,05/03/2024,,\n" + "1,2,,,05/03/2024,,\n" * 3 + "4,2,b,,soon,,\n5,2,b,,never,,\n"
    counted = _unfit(campus.receive("a.csv", HEAD + lines), campus.source, LOANED_AT, ())
    assert sorted(counted.rows()) == [("item_key", "missing_value", 3, 2), ("loaned_at", "unreadable_timestamp", 2, 5)]


def test_a_record_of_many_answers_is_one_unfit_record(tmp_path: Path) -> None:
    columns = {
        "survey": {"value": "2024"},
        "response_key": "no",
        "submitted_at": {"from": "at", "formats": "%Y-%m-%d"},
        "item": {"heading": "(.+)"},
        "facet": {"value": "value"},
        "answer_value": {"cell": True},
    }
    lines = {"feed": "survey_answer", "files": "*.csv", "columns": columns, "unpivot": "^Q"}
    campus = site(tmp_path, "survey", lines)
    received = campus.receive("a.csv", "no,at,Q1,Q2,Q3\n1,2024-03-05,1,1,1\n2,soon,1,1,1\n3,2024-03-05,1,1,1\n")
    happened = ContractColumn("submitted_at", "timestamp", required=False, is_pseudonym=False)
    assert weighed(received, campus.source, happened).warnings == (
        "1 of 3 records (33.3%) are unfit, most for unreadable_timestamp in columns.submitted_at, first in record 2"
        "; 1 of these came in all the same, without submitted_at",
    )


def test_blank_records_speak_against_no_file(tmp_path: Path) -> None:
    """As a spreadsheet writes the empty rows below its last; a record with anything in it is none of them."""
    campus = loan_days(tmp_path, "%d/%m/%Y")
    received = weighed(
        campus.receive("a.csv", HEAD + LINES + ",,,,,,\n" * 40 + ", ,,,,,\n,,,x,,,\n"), campus.source, LOANED_AT
    )
    assert (received.records, received.loaded) == (52, 10)
    assert received.reasons == {"blank": 41, "missing_value": 1}
    assert received.warnings == (
        "1 of 11 records (9.1%) are unfit, most for missing_value in columns.loan_key, first in record 52",
    )


def test_every_reason_that_is_not_a_filters_says_what_to_do() -> None:
    text = "".join(
        (ROOT / "pipelines" / "receiving" / name).read_text(encoding="utf-8")
        for name in ("canonical.py", "values.py", "harvest.py")
    )
    marked = set(re.findall(r'marked\(.*"(\w+)"\)', text)) | set(re.findall(r'return "(\w+)"', text))
    assert {"footer", "implausible", "too_many_fields"} <= marked
    of_filters = meaning("denied")
    assert [code for code in marked - {"unreadable"} if meaning(code) == of_filters] == []
