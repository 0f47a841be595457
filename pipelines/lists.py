"""Lists of people for the librarians who serve them, as CSV and XLSX: the one place where such files are written.

A cell is text and stays text: no spreadsheet takes it for a formula or a link.  A file is whole or not
there, and only its owner may read it.  Who stands on a list, and who may have it, belongs in
:mod:`pipelines.service_lists`.
"""

import csv
import datetime as dt
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

Rows = Sequence[Sequence[str]]

_KINDS = (".csv", ".xlsx")
_FORMULA = tuple("=+-@＝＋－＠")
_BREAKS = ("\t", "\r", "\n")


def guarded(text: str) -> str:
    """A cell's text as a spreadsheet shows it, and never runs it."""
    bare = text.replace("\0", "")
    return f"'{bare}" if bare.lstrip().startswith(_FORMULA) or bare.startswith(_BREAKS) else bare


def write_lists(folder: Path, lists: Mapping[str, Rows], headings: Sequence[str], made_at: dt.datetime) -> list[Path]:
    """Write each list under its name, twice, into a folder that holds no other list afterwards.

    The same lists give the same bytes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {
        f"{name}.{kind}": content
        for name, rows in lists.items()
        for kind, content in (("csv", _as_csv(rows, headings)), ("xlsx", _as_xlsx(name, rows, headings, made_at)))
    }
    for name, content in files.items():
        _put(folder / name, content)
    for left in sorted(folder.iterdir()):
        if left.name not in files and (left.suffix in _KINDS or left.name.startswith(".")):
            left.unlink()
    return [folder / name for name in files]


def _as_csv(rows: Rows, headings: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[guarded(cell) for cell in row] for row in (headings, *rows)])
    # The mark by which spreadsheets know UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _as_xlsx(name: str, rows: Rows, headings: Sequence[str], made_at: dt.datetime) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, {"in_memory": True, **never}) as book:
        book.set_properties({"title": name, "created": made_at})
        sheet = book.add_worksheet()
        for number, row in enumerate((headings, *rows)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell.replace("\0", ""))
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return content.getvalue()


def _put(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
