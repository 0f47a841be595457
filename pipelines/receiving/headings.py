"""Which column of a file is which: its heading line is found, and held against what the preset expects.

Columns are told by their headings, never by their order.  What becomes of the cells beneath belongs
in :mod:`pipelines.receiving.canonical`.
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice

from pipelines.errors import Refused
from pipelines.receiving.presets import Rule, Source
from pipelines.receiving.words import After

_SEARCHED = 40
_DELIMITERS = {",": ",", ";": ";", "\t": "tab", "|": '"|"'}
"""What may part values, as a preset says it."""
_STEPS = re.compile(r"[^\s.\[\]{}]+(?=\[|\{|\.|$)")
"""The keys on the way to the records of a JSON document."""
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


@dataclass(frozen=True)
class Row:
    """One line at the top of a file."""

    cells: tuple[str, ...]
    """Nothing at all where the line is blank, and so no record."""
    end: int = 0
    """The byte after it; of a sheet, its number."""


@dataclass(frozen=True)
class Headings:
    """The heading line of one file."""

    cells: tuple[str, ...]
    end: int = 0
    """The byte after it and what explains it; of a sheet, the row in which that ends."""
    records_before: int = 0
    """How many lines that are not blank it ends, itself among them."""
    above: Mapping[str, str] = field(default_factory=dict)
    """What the lines above it say: each name with the cell at its right."""
    surplus: int = 0
    """Over how many of the last cells there is no heading, since each record ends in a delimiter."""

    @property
    def width(self) -> int:
        return len(self.cells)

    def over(self, record: Sequence[str]) -> "Headings":
        """The same, as wide as a record, where the two differ in nothing but delimiters at the end."""
        rest = record[self.width :]
        if not record or any(map(str.strip, (*rest, *self.cells[len(record) :]))):
            return self
        return replace(self, cells=(*self.cells[: len(record)], *("" for _ in rest)), surplus=len(rest))

    def position(self, names: Sequence[str]) -> int | None:
        """Where the first of the names stands that stands anywhere."""
        return next((self.cells.index(name) for name in map(plain, names) if name in self.cells), None)


def plain(heading: str) -> str:
    """A heading without what makes two spellings of it differ."""
    return " ".join(unicodedata.normalize("NFKC", heading.translate(_INVISIBLE)).split())


def apart(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The headings as a preset has to say them: those that stand there twice by number."""
    twice = {cell for cell, times in Counter(cells).items() if cell and times > 1}
    return _told_apart(cells, {number for cell, number in zip(cells, _numbered(cells), strict=True) if cell in twice})


def expected(source: Source) -> list[tuple[str, ...]]:
    """The cells a source cannot do without, each as the headings it may stand under."""
    return list(dict.fromkeys(rule.headings for rule in _reading(source) if not rule.optional))


def asked(source: Source) -> list[tuple[str, ...]]:
    """Every cell a source reads, each as the headings it may stand under."""
    return list(dict.fromkeys(rule.headings for rule in _reading(source)))


def find(rows: Iterable[Row], source: Source) -> Headings:
    """The heading line, with every heading that the source reads.

    Raises:
        Refused: there is none, or a heading is missing or stands there twice.

    """
    if source.header == "none":
        return _named(rows, source)
    unread = iter(rows)
    top = list(islice(unread, _rows_to_read(source)))
    if source.header == "detect":
        return held(_detected(top, source), source)
    headings = _at(top, _line(source), source)
    if _missing(headings, source):
        _refuse_missing(headings, source, _where_they_are([*top, *islice(unread, _SEARCHED)], source))
    return held(headings, source)


def held(headings: Headings, source: Source) -> Headings:
    """The same headings, if they are what the source expects.

    Raises:
        Refused: a heading is missing, or stands there twice.

    """
    _refuse_missing(headings, source)
    _refuse_twice(headings, source)
    if source.unpivot and not unpivoted(headings, source):
        raise Refused("no heading fits the pattern under unpivot — export it again, or mend unpivot")
    return headings


def unpivoted(headings: Headings, source: Source) -> dict[int, str]:
    """The columns that become rows, each with the code of its heading."""
    wanted = source.unpivot.headings if source.unpivot else {}
    if isinstance(wanted, str):
        read = {headings.position(names) for names in asked(source)}
        fitting = {place: cell for place, cell in enumerate(headings.cells) if place not in read and cell}
        return {place: cell for place, cell in fitting.items() if _fits(cell, wanted, source)}
    places = {headings.position((heading,)): code for heading, code in wanted.items()}
    return {place: code for place, code in places.items() if place is not None}


def dropped(headings: Headings, source: Source) -> tuple[str, ...]:
    """The headings that nothing asks for, in the file's order."""
    names = {plain(name) for names in asked(source) for name in names}
    rows = unpivoted(headings, source)
    return tuple(cell for place, cell in enumerate(headings.cells) if cell and cell not in names and place not in rows)


def _fits(heading: str, wanted: str, source: Source) -> bool:
    unwanted = source.unpivot.but_not if source.unpivot else None
    return bool(re.search(wanted, heading)) and not (unwanted and re.search(unwanted, heading))


def _reading(source: Source) -> list[Rule]:
    """The rules of a source that read a cell."""
    rules = [part for rule in source.columns.values() for part in rule.parts]
    filters = [
        Rule.model_validate({"from": one.heading, "optional": one.optional}) for one in (*source.where, *source.nobody)
    ]
    questions = source.unpivot.headings if source.unpivot and isinstance(source.unpivot.headings, dict) else {}
    return [rule for rule in rules if rule.headings] + filters + [Rule.model_validate(name) for name in questions]


def _line(source: Source) -> int:
    return source.header.after + 1 if isinstance(source.header, After) else int(source.header)


def _rows_to_read(source: Source) -> int:
    return (_SEARCHED if source.header == "detect" else _line(source)) + source.below_header


def _named(rows: Iterable[Row], source: Source) -> Headings:
    """The headings that the preset gives to a file without any."""
    first = next((row for row in rows if row.cells), None)
    if first is not None and len(first.cells) != len(source.headings):
        raise Refused(
            f"its first line has {len(first.cells)} values, where headings names {len(source.headings)} — mend headings, or delimiter"
        )
    return held(Headings(tuple(map(plain, source.headings))), source)


def _at(top: list[Row], line: int, source: Source) -> Headings:
    last = line + source.below_header
    if len(top) < last:
        raise Refused(f"ends before line {last}, where the headings should stand — export it again, or set header")
    before = sum(bool(row.cells) for row in top[:last])
    first = max(line - source.header_lines, 0)
    cells = _told_apart(_made_of(top[first:line]), {plain(name) for names in asked(source) for name in names})
    return Headings(cells, top[last - 1].end, before, _said(top[:first]))


def _told_apart(cells: tuple[str, ...], names: set[str]) -> tuple[str, ...]:
    """The headings, those that stand there twice by number where the preset asks for them so: 时间.1, 时间.2."""
    numbered = zip(cells, _numbered(cells), strict=True)
    return tuple(number if number in names and number not in cells else cell for cell, number in numbered)


def _numbered(cells: tuple[str, ...]) -> Iterator[str]:
    """Each heading with how many of its name there are up to it."""
    met: Counter[str] = Counter()
    for cell in cells:
        met[cell] += 1
        yield f"{cell}.{met[cell]}"


def _made_of(rows: list[Row]) -> tuple[str, ...]:
    """The headings of several lines in one: 2024-01 over In and Out is 2024-01 In and 2024-01 Out."""
    *upper, lowest = [list(map(plain, row.cells)) for row in rows]
    for cells in upper:
        reaching = ""
        for place in range(len(lowest)):
            reaching = (cells[place] if place < len(cells) else "") or reaching
            cells[place : place + 1] = [reaching]
    return tuple(" ".join(filter(None, parts)) for parts in zip(*upper, lowest, strict=False))


def _said(rows: list[Row]) -> dict[str, str]:
    """What lines above the headings say, as a name and a value in two cells, or in one with a colon between."""
    said: dict[str, str] = {}
    for row in rows:
        cells = [cell for cell in row.cells if cell.strip()]
        name, colon, rest = plain(cells[0] if cells else "").partition(":")
        if colon and rest.strip():
            said.setdefault(name.strip(), rest.strip())
        elif len(cells) > 1:
            said.setdefault(name, cells[1].strip())
    return said


def _detected(top: list[Row], source: Source) -> Headings:
    for line in range(1, len(top) - source.below_header + 1):
        headings = _at(top, line, source)
        if not _missing(headings, source) and (not source.unpivot or unpivoted(headings, source)):
            return headings
    names = "、".join(names[0] for names in expected(source))
    remedy = _where_they_are(top, source) or "export it again, or mend columns"
    raise Refused(f"no line among the first {_SEARCHED} holds the headings {names} — {remedy}")


def _where_they_are(top: list[Row], source: Source) -> str | None:
    """What a preset would have to say for the headings to be found: another delimiter, or another line."""
    for mark in (source.delimiter, *_DELIMITERS) if source.format == "csv" else (source.delimiter,):
        for line, row in enumerate(top, 1):
            cells = row.cells if mark == source.delimiter else source.delimiter.join(row.cells).split(mark)
            if not _missing(Headings(tuple(plain(cell.strip('"')) for cell in cells)), source):
                lines = [f"delimiter: {_DELIMITERS[mark]}"] if mark != source.delimiter else []
                lines += ["header: detect"] if source.header not in {"detect", line} else []
                return f"set {' and '.join(lines)}" if lines else None
    return None


def _missing(headings: Headings, source: Source) -> list[tuple[str, ...]]:
    cells = set(headings.cells)
    return [names for names in expected(source) if not cells & set(map(plain, names))]


def _refuse_missing(headings: Headings, source: Source, remedy: str | None = None) -> None:
    missing = _missing(headings, source)
    if not missing:
        return
    # A file without headings would show a person's data here, so its cells are named only
    # when enough of them are headings beyond doubt.
    is_surely_headings = 2 * len(missing) <= len(expected(source))
    unasked = dropped(headings, source)
    name = plain(missing[0][0]).casefold()
    near = [cell for cell in unasked if cell.casefold() == name]
    # What lies around a JSON record, by words of the preset alone: budi@univ.ac.id ends in .id as well, and is somebody.
    around = {f"{way}.{name}".casefold() for way in accumulate(_STEPS.findall(source.records), "{}.{}".format)}
    near += [cell for cell in unasked if cell.casefold() in around]
    near += difflib.get_close_matches(missing[0][0], unasked, n=1) if is_surely_headings else []
    hint = remedy or (
        f"did you mean ‘{near[0]}’? Add it to columns{_quotes(near[0])}" if near else "export it again, or mend columns"
    )
    others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    raise Refused(f"heading {' / '.join(missing[0])} is missing{others} — {hint}")


def _quotes(heading: str) -> str:
    """What YAML needs around a heading of which it would take a part for a comment or a key."""
    return " in quotes" if " #" in heading or ": " in heading else ""


def _refuse_twice(headings: Headings, source: Source) -> None:
    for name in (plain(name) for names in asked(source) for name in names):
        if headings.cells.count(name) > 1:
            raise Refused(
                f"heading {name} stands there twice — say {name}.1 or {name}.2 in columns, or export it again with one of them"
            )
