"""Spreadsheets hold words and numbers, and nothing that a spreadsheet would carry out."""

import csv
import datetime as dt
import io
import re
import zipfile

import fastexcel
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reporting.sheets import as_csv, as_workbook, guarded

FORMULAS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("//example.invalid")',
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =1",
    "\u3000=1",
    "\ufeff=1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
]
DAY = dt.date(2026, 7, 12)


def read_back(made: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_words_that_begin_like_a_formula_begin_with_an_apostrophe(text: str) -> None:
    assert str(guarded(text)).startswith("'")
    assert guarded("经济学院") == "经济学院"
    assert guarded("a=b") == "a=b"


@given(st.text())
@settings(max_examples=200)
def test_no_cell_of_a_csv_begins_like_a_formula(text: str) -> None:
    frame = pl.DataFrame({"college": [text.encode("utf-8", "ignore").decode()]})
    for row in read_back(as_csv(frame, {"college": text})):
        for cell in row:
            assert not re.match(r"[\s\u00a0\u3000\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]", cell)


def test_a_negative_number_stays_a_number() -> None:
    frame = pl.DataFrame({"change": [-3, None], "share": [0.5, float("nan")], "day": [DAY, None], "yes": [True, False]})
    assert read_back(as_csv(frame))[1] == ["-3", "0.5", "2026-07-12", "True"]
    sheet = fastexcel.read_excel(as_workbook({"a": frame}, day=DAY)).load_sheet(0).to_polars()
    assert sheet["change"].to_list() == [-3.0, None]
    assert sheet["share"].to_list() == [0.5, None]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_workbook_holds_no_formula_and_no_link(text: str) -> None:
    made = as_workbook({"a": pl.DataFrame({"x": [text, "https://example.invalid"], text: ["y", "z"]})}, day=DAY)
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.namelist()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not [name for name in names if "rels" in name and "sheet1" in name]
    assert set(re.findall(r' t="(\w+)"', sheet)) <= {"s"}


def test_the_same_figures_give_the_same_workbook() -> None:
    frame = pl.DataFrame({"college": ["经济学院"], "persons": [3154]})
    once, again = (as_workbook({"a": frame}, {"a": {"persons": "人数"}}, DAY) for _ in range(2))
    assert once == again
    assert fastexcel.read_excel(once).load_sheet("a").to_polars().columns == ["college", "人数"]
