"""What kind of file this is, guessed from its bytes: for a person to confirm, never to load by.

A guess is what stands at the beginning of a preset.  How near the known presets come belongs in
:mod:`pipelines.receiving.likeness`.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.errors import Refused
from pipelines.receiving import remarks, spool
from pipelines.receiving.headings import Row, plain
from pipelines.receiving.json_cells import JsonCells
from pipelines.receiving.presets import Source
from pipelines.receiving.sheet_cells import WorkbookCells
from pipelines.receiving.unpacking import unpack
from pipelines.receiving.workbook import count, names

_LOOKED_AT = 200
_HEADING_LINES = 40
_SHEETS = 8
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_LOGS = ('%h %l %u %t "%r" %s %b', '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"')
_COPY = re.compile(r"^COPY (\S+) \((.*)\) FROM stdin;$")


@dataclass(frozen=True)
class Shape:
    """A file as it seems to be, ready to be read."""

    path: Path
    """Its text in UTF-8, or the workbook."""
    lines: dict[str, Any]
    """The beginning of a preset: format, encoding, delimiter, header …"""
    encoding: str
    headings: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    """The cells of some records, to be shown to whoever holds the file, and to nobody else."""
    is_guessed: bool = False
    """Whether its encoding is none that the door would find by itself."""
    remarks: tuple[str, ...] = ()


def guess(path: Path, folder: Path, largest: int) -> Shape:
    """What a file is.

    Raises:
        Refused: it is no plain file, or in no encoding that is known.

    """
    copied = unpack(spool.copy(path, folder, largest), folder, None, largest)
    if copied.workbook:
        return _workbook(copied.path, copied.workbook)
    decoded, is_guessed = _decoded(copied, folder)
    with decoded.path.open(encoding="utf-8") as text:
        top = list(islice(text, _LOOKED_AT))
    lines, headings, samples = _json(decoded.path, top) or _copy(decoded.path) or _log(top) or _separated(top)
    return Shape(decoded.path, lines, decoded.encoding, headings, samples, is_guessed)


def _decoded(copied: spool.Copied, folder: Path) -> tuple[spool.Decoded, bool]:
    """A file's text, and whether its encoding is a guess: the door takes in what it is sure of, a person may look."""
    try:
        return spool.decode(copied, folder, "auto"), False
    except spool.UnknownEncoding:
        if not _is_western(copied.path):
            raise
        with suppress(Refused):
            return spool.decode(copied, folder, "cp1252"), True
        raise


def _is_western(path: Path) -> bool:
    """Whether it is text of which most letters beyond ASCII stand alone; of Chinese ones mostly both bytes lie beyond it."""
    with path.open("rb") as file:
        beginning = file.read(spool.CHUNK)
    following: list[int] = [pair[1] for pair in re.findall(rb"[\x80-\xff][\x00-\xff]", beginning)]
    return b"\0" not in beginning and sum(second < 0x80 for second in following) >= len(following) / 2


Guess = tuple[dict[str, Any], tuple[str, ...], tuple[tuple[str, ...], ...]]


def _json(path: Path, top: list[str]) -> Guess | None:
    """A JSON document, or one in each line."""
    first, second = [*(line.strip() for line in top if line.strip()), "", ""][:2]
    if not first.startswith(("{", "[")):
        return None
    if _loads(first) is not None and _loads(second) is not None:
        return _with_paths(path, {"format": "jsonl"})
    document = _loads(path.read_text(encoding="utf-8"))
    if document is None:
        return None
    return _with_paths(path, {"format": "json", "records": _route(document) or "[]"})


def _route(document: Any) -> str | None:
    """The way to the outermost list of a document."""
    if isinstance(document, list):
        return "[]"
    inner = document if isinstance(document, dict) else {}
    lists = (f"{name}[]" for name, value in inner.items() if isinstance(value, list))
    ways = (f"{name}.{way}" for name, value in inner.items() if (way := _route(value)))
    return next(lists, None) or next(ways, None)


def _with_paths(path: Path, lines: dict[str, Any]) -> Guess:
    """The same, with the paths of the first records for headings."""
    records: list[dict[str, str]] = []
    with suppress(Refused):
        records = list(islice(JsonCells(path, Source.model_construct(**lines)).records(), _LOOKED_AT))
    paths = tuple(dict.fromkeys(name for record in records for name in record))
    return lines, paths, tuple(tuple(record.get(name, "") for name in paths) for record in records)


def _loads(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _copy(path: Path) -> Guess | None:
    """A dump of PostgreSQL: its first table."""
    with path.open(encoding="utf-8") as text:
        found = next((match for line in text if (match := _COPY.match(line.rstrip("\n")))), None)
        if not found:
            return None
        rows = [tuple(line.rstrip("\n").split("\t")) for line in islice(text, 20) if line != "\\.\n"]
    return {"format": "copy", "table": found[1]}, tuple(name.strip() for name in found[2].split(",")), tuple(rows)


def _log(top: list[str]) -> Guess | None:
    from pipelines.receiving.line_cells import compiled

    for form in _LOGS:
        names, pattern = compiled(form)
        found = [match.groups() for line in top if (match := re.match(pattern, line))]
        if len(found) > 0.9 * len(top):
            return {"format": "log", "log": form}, tuple(names), tuple(found)
    return None


def _separated(top: list[str]) -> Guess:
    """Separated values: by the mark that gives most lines the same number of values."""
    parsed = {mark: [row for row in csv.reader(top, delimiter=mark) if row] for mark in _DELIMITERS}
    mark = max(parsed, key=lambda mark: _evenness(parsed[mark]))
    place, headings, samples = _heading(parsed[mark])
    lines: dict[str, Any] = {"delimiter": "tab"} if mark == "\t" else {} if mark == "," else {"delimiter": mark}
    return lines | _header(place, headings), headings, samples


def _evenness(rows: list[list[str]]) -> tuple[int, int]:
    """How many values most lines have, if that is more than one, and how many lines have as many."""
    width, lines = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
    return (lines, width) if width > 1 else (0, width)


def _heading(rows: list[list[str]]) -> tuple[int, tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The first line that is as wide as most and holds only words; how many lines stand before it."""
    width = _evenness(rows)[1]
    for place, row in enumerate(rows[:_HEADING_LINES]):
        cells, beneath = [plain(cell) for cell in row], rows[place + 1 :]
        is_filled = len(cells) == width and (sum(map(bool, cells)) > 0.7 * width or _ends_empty(cells, beneath))
        if is_filled and not any(re.fullmatch(r"[\d\s:/.+-]+", cell) for cell in cells if cell):
            return place, tuple(cells), tuple(map(tuple, beneath))
    return 0, (), tuple(map(tuple, rows))


def _ends_empty(cells: list[str], beneath: list[list[str]]) -> bool:
    """Whether a line lacks headings at its end alone, over cells that are empty too.

    A record may end in empty cells as well, and its cells are not to be shown: none of a heading line
    stands in its column again, or holds a number.
    """
    named = _trimmed(cells)
    usual = Counter(len(_trimmed(row)) for row in beneath).most_common(1)
    is_over_all = bool(usual) and len(named) >= usual[0][0] and sum(map(bool, named)) > 0.7 * len(named)
    again = any(plain(cell) == name for row in beneath for name, cell in zip(named, row, strict=False) if name)
    return is_over_all and not again and not any(re.search(r"\d{3}", cell) for cell in named)


def _trimmed(cells: list[str]) -> list[str]:
    """Cells without the empty ones at the end."""
    return cells[: max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)]


def _header(place: int, headings: tuple[str, ...]) -> dict[str, Any]:
    if not headings:
        return {"header": "none"}
    return {"header": "detect"} if place else {}


def _workbook(path: Path, kind: str) -> Shape:
    """The sheet of a workbook that most looks like a table; a cover before it says what it is about."""
    sheets = [(place, sheet, _top(path, place)) for place, sheet in enumerate(names(path)[:_SHEETS], 1)]
    number, sheet, rows = max(sheets, key=lambda one: _evenness(one[2]))
    place, headings, samples = _heading(rows)
    lines = {"format": "xlsx"} | ({} if number == 1 else {"sheet": sheet})
    told = tuple(remarks.of_sheets(count(path, kind, number)))
    return Shape(path, lines | _header(place, headings), kind, headings, samples, remarks=told)


def _top(path: Path, sheet: int) -> list[list[str]]:
    source = Source.model_construct(sheet=sheet)
    rows: Iterator[Row] = islice(WorkbookCells(path, source).top(), _LOOKED_AT)
    return [list(row.cells) for row in rows if row.cells]
