"""Which column of a file is which: its heading line is found, and held against what the preset expects.

Columns are told by their headings, never by their order.  What becomes of the cells beneath belongs
in :mod:`pipelines.canonical`.
"""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from pipelines.errors import Refused
from pipelines.presets import After, Source

_SEARCHED = 20
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


@dataclass(frozen=True)
class Row:
    """One line at the top of a file."""

    cells: tuple[str, ...]
    end: int = 0
    """The byte after it."""

    @property
    def is_blank(self) -> bool:
        return not self.cells or not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Headings:
    """The heading line of one file."""

    cells: tuple[str, ...]
    end: int
    """The byte after it."""
    records_before: int
    """How many lines that are not blank it ends, itself among them."""

    @property
    def width(self) -> int:
        return len(self.cells)

    def position(self, names: Sequence[str]) -> int:
        """Where the first of the names stands that stands anywhere."""
        found = [self.cells.index(name) for name in map(plain, names) if name in self.cells]
        return found[0]


def plain(heading: str) -> str:
    """A heading without what makes two spellings of it differ."""
    return unicodedata.normalize("NFKC", heading.translate(_INVISIBLE)).strip()


def expected(source: Source) -> list[tuple[str, ...]]:
    """The cells a source reads, each as the headings it may stand under."""
    wanted = [names for rule in source.columns.values() for names in rule.reads]
    wanted += [condition.heading for condition in source.where]
    wanted += [(heading,) for heading in (source.unpivot.item if source.unpivot else ())]
    return list(dict.fromkeys(wanted))


def find(rows: Iterable[Row], source: Source) -> Headings:
    """The heading line, with every heading that the source reads.

    Raises:
        Refused: there is none, or a heading is missing or stands there twice.

    """
    top = list(islice(rows, _rows_to_read(source)))
    headings = _detected(top, source) if source.header == "detect" else _at(top, _line(source))
    _refuse_missing(headings, source)
    _refuse_twice(headings, source)
    return headings


def dropped(headings: Headings, source: Source) -> tuple[str, ...]:
    """The headings that nothing asks for, in the file's order."""
    asked = {plain(name) for names in expected(source) for name in names}
    return tuple(cell for cell in headings.cells if cell and cell not in asked)


def _line(source: Source) -> int:
    return source.header.after + 1 if isinstance(source.header, After) else int(source.header)


def _rows_to_read(source: Source) -> int:
    return _SEARCHED if source.header == "detect" else _line(source)


def _at(top: list[Row], line: int) -> Headings:
    if len(top) < line:
        raise Refused(f"ends before line {line}, where the headings should stand — export it again, or set header")
    before = sum(not row.is_blank for row in top[:line])
    return Headings(tuple(map(plain, top[line - 1].cells)), top[line - 1].end, before)


def _detected(top: list[Row], source: Source) -> Headings:
    for line in range(1, len(top) + 1):
        headings = _at(top, line)
        if not _missing(headings, source):
            return headings
    names = "、".join(names[0] for names in expected(source))
    raise Refused(f"no line among the first {_SEARCHED} holds the headings {names} — export it again, or mend columns")


def _missing(headings: Headings, source: Source) -> list[tuple[str, ...]]:
    cells = set(headings.cells)
    return [names for names in expected(source) if not cells & set(map(plain, names))]


def _refuse_missing(headings: Headings, source: Source) -> None:
    missing = _missing(headings, source)
    if not missing:
        return
    # A file without headings would show a person's data here, so its cells are named only
    # when enough of them are headings beyond doubt.
    is_surely_headings = 2 * len(missing) <= len(expected(source))
    near = difflib.get_close_matches(missing[0][0], dropped(headings, source), n=1) if is_surely_headings else []
    hint = f"did you mean ‘{near[0]}’? Add it to columns" if near else "export it again, or mend columns"
    others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    raise Refused(f"heading {' / '.join(missing[0])} is missing{others} — {hint}")


def _refuse_twice(headings: Headings, source: Source) -> None:
    for name in (plain(name) for names in expected(source) for name in names):
        if headings.cells.count(name) > 1:
            raise Refused(f"heading {name} stands there twice — export it again with one of them")
