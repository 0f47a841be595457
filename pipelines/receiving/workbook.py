"""How many rows a workbook's sheets hold, by a way of counting that shares nothing with the reader.

An xlsx is a zip of XML: it is first measured, so that a small file cannot unpack into a huge one, and
its rows are then counted as the XML is streamed.  A legacy xls has no such second reading: its rows are
counted by a reading of their own with the same library.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree
from xml.parsers import expat

from pipelines.errors import Refused

if TYPE_CHECKING:
    from fastexcel import ExcelReader

_LARGEST_UNPACKED = 1 << 30
_LARGEST_RATIO = 200
_MOST_MEMBERS = 2000
WORKBOOKS = frozenset({"xlsx", "xls"})
"""What a workbook is called where another file's encoding would stand."""
ALL = "all"
"""What a preset says for every sheet, one after the other."""
_HARMLESS = re.compile(
    r"(?:sheet|table|tabelle|feuil|hoja|工作表|表)? ?\d{1,2}"
    r"|(?:(?:19|20)\d\d)?[-./_ 年]?(?:(?:0?[1-9]|1[0-2])(?:[-./_ 月](?:[0-2]?\d|3[01])?日?)?)?"
    r"|(?:jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)"
    r" ?(?:(?:19|20)\d\d)?",
    re.IGNORECASE,
)
"""A sheet's name that tells of a number, a day, a month or a year, and so of nobody."""
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


def called(name: str, place: int) -> str:
    """What a sheet may be called before everybody: by its name, or by its number where the name may be somebody's."""
    return name if _HARMLESS.fullmatch(name) else str(place)


def names(path: Path) -> list[str]:
    """What the sheets of a workbook are called, in their order.

    Raises:
        Refused: it cannot be read.

    """
    import fastexcel

    try:
        return list(fastexcel.read_excel(path.read_bytes()).sheet_names)
    except fastexcel.FastExcelError:
        raise Refused("cannot be read as a workbook — open it and save it as xlsx again") from None


@dataclass(frozen=True)
class Counted:
    """What the counter finds in the sheets that are read, and in the others."""

    rows: int
    """Those with at least one cell that is not blank."""
    merged: tuple[str, ...] = ()
    """Cells that are merged, such as A2:A5; of a legacy xls it is not known."""
    read: tuple[str, ...] = ()
    """What the sheets are called that are read."""
    unread: tuple[str, ...] = ()
    """What the others are called that hold something."""


def count(path: Path, kind: str, sheet: int | str) -> Counted:
    """The rows of a sheet or of all, their merged cells, and what is left unread.

    Raises:
        Refused: the workbook has no such sheet, or its XML is broken.

    """
    if kind == "xls":
        return _count_legacy(path, sheet)
    try:
        with zipfile.ZipFile(path) as archive:
            blank, files = _blank_strings(archive), _sheet_files(archive)
            read = _read(list(files), sheet)
            found = {name: _rows(archive, file, blank, name in read) for name, file in files.items()}
            merged = [cells for name in read for cells in found[name].merged]
            return _counted({name: rows.found for name, rows in found.items()}, read, merged)
    except (KeyError, IndexError, ElementTree.ParseError, expat.ExpatError, zipfile.BadZipFile):
        raise Refused(f"has no readable sheet {sheet} — open it and save it as xlsx again") from None


def _read(sheets: list[str], sheet: int | str) -> list[str]:
    """The names of the sheets that are read, one after the other."""
    if sheet == ALL:
        return sheets
    return [sheets[sheet - 1] if isinstance(sheet, int) else sheet]


def _counted(rows: dict[str, int], read: list[str], merged: list[str]) -> Counted:
    words = {name: called(name, place) for place, name in enumerate(rows, 1)}
    unread = [words[name] for name, number in rows.items() if number and name not in read]
    return Counted(sum(rows[name] for name in read), tuple(merged), tuple(words[name] for name in read), tuple(unread))


def _count_legacy(path: Path, sheet: int | str) -> Counted:
    import fastexcel

    try:
        book = fastexcel.read_excel(path.read_bytes())
        return _counted(
            {name: _legacy_rows(book, name) for name in book.sheet_names}, _read(book.sheet_names, sheet), []
        )
    except (KeyError, IndexError, fastexcel.FastExcelError):
        raise Refused(f"has no readable sheet {sheet} — open it and save it as xlsx") from None


def _legacy_rows(book: "ExcelReader", sheet: str) -> int:
    columns = book.load_sheet(sheet, header_row=None, dtypes="string").to_arrow().to_pydict().values()
    return sum(any((cell or "").strip() for cell in row) for row in zip(*columns, strict=True))


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    """The members that hold the sheets, as their relations name them, in the order of the book."""
    with archive.open("xl/workbook.xml") as file:
        sheets = {element.attrib["name"]: element.attrib[_RELATION] for element in _elements(file, "sheet")}
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        targets = {element.attrib["Id"]: element.attrib["Target"] for element in _elements(file, "Relationship")}
    members = {name: targets[relation] for name, relation in sheets.items()}
    return {
        name: target.removeprefix("/") if target.startswith("/") else f"xl/{target}" for name, target in members.items()
    }


def _rows(archive: zipfile.ZipFile, member: str, blank: set[str], is_read: bool) -> "_Rows":
    """The rows of a sheet; of one that is not read, no more than it takes to see that there are some."""
    rows = _Rows(blank)
    with archive.open(member) as file:
        rows.count(file, may_stop=not is_read)
    return rows


def _blank_strings(archive: zipfile.ZipFile) -> set[str]:
    """The numbers of the shared strings that show nothing."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return set()
    with archive.open("xl/sharedStrings.xml") as file:
        return {
            str(number) for number, item in enumerate(_elements(file, "si")) if not "".join(item.itertext()).strip()
        }


class _Rows:
    """The rows of a sheet with at least one cell that is not blank, counted as the XML goes by.

    A sheet has millions of elements, so no more is looked at than must be: once a row has shown
    something, only its end.
    """

    def __init__(self, blank: set[str]) -> None:
        self._blank = blank
        self.found = 0
        self.merged: list[str] = []
        self._shows_something = False
        self._is_shared = False
        self._texts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._refuse

    def count(self, file: IO[bytes], may_stop: bool) -> None:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            self._parser.Parse(chunk)
            if may_stop and self.found:
                return
        self._parser.Parse(b"", True)

    def _refuse(self, *_: object) -> None:
        raise Refused("declares words of its own, as no workbook does — open it and save it as xlsx again")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._texts.clear()
            self._is_shared = attributes.get("t") == "s"
        elif tag in {"v", "is"}:
            self._parser.CharacterDataHandler = self._texts.append
        elif tag == "mergeCell":
            self.merged.append(attributes["ref"])

    def _end(self, name: str) -> None:
        if self._shows_something and not name.endswith("row"):
            return
        tag = name.rpartition(":")[2]
        if tag == "row":
            self.found += self._shows_something
            self._shows_something = False
            self._parser.StartElementHandler = self._start
        elif tag in {"v", "is"}:
            self._parser.CharacterDataHandler = None
        elif tag == "c" and self._cell_shows_something():
            self._shows_something = True
            self._parser.StartElementHandler = None

    def _cell_shows_something(self) -> bool:
        text = "".join(self._texts)
        return bool(text.strip()) and not (self._is_shared and text in self._blank)


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
    return element.tag.rpartition("}")[2]
