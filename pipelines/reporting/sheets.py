"""Figures and lists as files that a spreadsheet opens, in which no word can become a formula.

Every CSV and XLSX that leaves the pipeline for people is made here.  A cell that a spreadsheet
would take for a formula begins with an apostrophe in CSV; in XLSX each cell has its type, and words
stay words.  What may be written at all is decided elsewhere: aggregates arrive past the disclosure gate.
"""

import csv
import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

_FORMULA: Final = frozenset("=+-@＝＋－＠")
_LEADING: Final = ("\t", "\r", "\n")
_BLANK: Final = " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u00a0\u3000\ufeff\u200b"
_SHEET_NAME: Final = 31
Headings = Mapping[str, str]
"""What stands over a column instead of its name."""


def guarded(value: object) -> object:
    """A cell as CSV may hold it: words that begin like a formula begin with an apostrophe; numbers stay numbers."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = value.replace("\0", "")
    is_formula = text.lstrip(_BLANK)[:1] in _FORMULA or text.startswith(_LEADING)
    return f"'{text}" if text and is_formula else text


def as_csv(frame: pl.DataFrame, headings: Headings | None = None) -> bytes:
    """The frame with every cell quoted, in UTF-8 with the mark by which a spreadsheet knows it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in _headed(frame, headings)])
    writer.writerows([guarded(value) for value in row] for row in frame.iter_rows())
    return text.getvalue().encode("utf-8-sig")


def as_workbook(
    frames: Mapping[str, pl.DataFrame], headings: Mapping[str, Headings] | None = None, day: dt.date | None = None
) -> bytes:
    """A sheet for each frame, headings kept in sight; the same frames and day give the same bytes."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": dt.datetime.combine(day or dt.date(2000, 1, 1), dt.time())})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, frame in frames.items():
            _sheet(book.add_worksheet(name[-_SHEET_NAME:]), frame, (headings or {}).get(name), bold)
    return file.getvalue()


def _sheet(sheet: Any, frame: pl.DataFrame, headings: Headings | None, bold: Any) -> None:
    for column, heading in enumerate(_headed(frame, headings)):
        sheet.write_string(0, column, heading, bold)
    for place, row in enumerate(frame.iter_rows(), start=1):
        for column, value in enumerate(row):
            _cell(sheet, place, column, value)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(frame.width - 1, 0), 16)


def _cell(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal):
        # A number that is none would be written as a formula for an error.
        if value == value:
            sheet.write_number(row, column, float(value))
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value).replace("\0", ""))


def _headed(frame: pl.DataFrame, headings: Headings | None) -> list[str]:
    return [(headings or {}).get(name, name) for name in frame.columns]


def figure_files(
    stem: str, tables: Mapping[str, pl.DataFrame], headings: Mapping[str, Headings], day: dt.date | None
) -> dict[str, bytes]:
    """The numbers of a page as one workbook, and each of its tables as CSV."""
    short = {name: name.partition(".")[2] for name in tables}
    book = as_workbook(
        {short[name]: table for name, table in tables.items()},
        {short[name]: headings.get(name, {}) for name in tables},
        day,
    )
    texts = {f"{stem}.{short[name]}.csv": as_csv(table, headings.get(name)) for name, table in tables.items()}
    return {f"{stem}.xlsx": book, **texts}
