"""How many rows a workbook's sheet holds, by a way of counting that shares nothing with the reader.

An xlsx is a zip of XML: it is first measured, so that a small file cannot unpack into a huge one, and
its rows are then counted as the XML is streamed.  A legacy xls has no such second reading: its rows are
counted by a reading of their own with the same library.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from pipelines.errors import Refused

_LARGEST_UNPACKED = 1 << 30
_LARGEST_RATIO = 200
_MOST_MEMBERS = 2000
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def measure(path: Path) -> None:
    """Look at what a workbook says it unpacks to, before anything is unpacked.

    Raises:
        Refused: it is no zip, or would grow beyond measure.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise Refused("cannot be read as a workbook — open it and save it as xlsx again") from None
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > _MOST_MEMBERS or unpacked > _LARGEST_UNPACKED or unpacked > _LARGEST_RATIO * max(packed, 1):
        raise Refused("unpacks to far more than a workbook should — open it and save it as xlsx again")


def sheet_of(sheet: int | str) -> int | str:
    """A sheet as the reading library counts it: from nought, or by its name."""
    return sheet - 1 if isinstance(sheet, int) else sheet


def count(path: Path, kind: str, sheet: int | str) -> int:
    """The rows of a sheet with at least one cell that is not blank.

    Raises:
        Refused: the workbook has no such sheet, or its XML is broken.

    """
    if kind == "xls":
        return _count_legacy(path, sheet)
    try:
        with zipfile.ZipFile(path) as archive:
            blank = _blank_strings(archive)
            with archive.open(_sheet_file(archive, sheet)) as file:
                return sum(_has_content(row, blank) for row in _elements(file, "row"))
    except (KeyError, IndexError, ElementTree.ParseError, zipfile.BadZipFile):
        raise Refused(f"has no readable sheet {sheet} — open it and save it as xlsx again") from None


def _count_legacy(path: Path, sheet: int | str) -> int:
    import fastexcel

    try:
        cells = fastexcel.read_excel(path.read_bytes()).load_sheet(sheet_of(sheet), header_row=None, dtypes="string")
    except fastexcel.FastExcelError:
        raise Refused(f"has no readable sheet {sheet} — open it and save it as xlsx") from None
    columns = cells.to_arrow().to_pydict().values()
    return sum(any((cell or "").strip() for cell in row) for row in zip(*columns, strict=True))


def _sheet_file(archive: zipfile.ZipFile, sheet: int | str) -> str:
    """The member that holds a sheet, which its relation names."""
    with archive.open("xl/workbook.xml") as file:
        sheets = {element.attrib["name"]: element.attrib[_RELATION] for element in _elements(file, "sheet")}
    relation = list(sheets.values())[sheet - 1] if isinstance(sheet, int) else sheets[sheet]
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        targets = {element.attrib["Id"]: element.attrib["Target"] for element in _elements(file, "Relationship")}
    target = targets[relation]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _blank_strings(archive: zipfile.ZipFile) -> set[str]:
    """The numbers of the shared strings that show nothing."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return set()
    with archive.open("xl/sharedStrings.xml") as file:
        return {str(number) for number, item in enumerate(_elements(file, "si")) if not _text(item).strip()}


def _has_content(row: ElementTree.Element, blank: set[str]) -> bool:
    cells = [cell for cell in row if _name(cell) == "c"]
    return any(_text(cell, "v", "is").strip() and not _is_blank_string(cell, blank) for cell in cells)


def _is_blank_string(cell: ElementTree.Element, blank: set[str]) -> bool:
    return cell.get("t") == "s" and _text(cell, "v") in blank


def _text(element: ElementTree.Element, *within: str) -> str:
    parts = [child for child in element if _name(child) in within] if within else [element]
    return "".join(text for part in parts for text in part.itertext())


def _elements(file: IO[bytes], name: str) -> Iterator[ElementTree.Element]:
    """The elements of one name, each forgotten once it is looked at."""
    parents: list[ElementTree.Element] = []
    for event, element in ElementTree.iterparse(file, events=("start", "end")):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if _name(element) == name:
            yield element
            if parents:
                parents[-1].remove(element)


def _name(element: ElementTree.Element) -> str:
    return re.sub(r"^\{.*\}", "", element.tag)
