"""How many records a text file holds, by a way of counting that shares nothing with the parser.

A parser that loses records says nothing about it.  So they are counted here first, by where lines end
outside quotation marks, and the two counts must agree.  A file whose quotation marks leave a doubt is
refused.  What stands in the records is not looked at.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import Refused

LONGEST = 1 << 20
"""Bytes that one record may have."""

_BLOCK = 4 << 20
_NEWLINE = 10

Positions = NDArray[np.int64]


def count(path: Path, delimiter: str, quote: str | None, block: int = _BLOCK) -> int:
    """The records of a text file whose lines end in a line feed, headings among them; blank lines are none.

    Raises:
        Refused: a record is too long, or a quotation mark leaves a doubt about where records end.

    """
    dialect = _Dialect(ord(delimiter), ord(quote) if quote else None)
    records, line, held = 0, 1, b""
    with path.open("rb") as file:
        while read := file.read(block):
            found, lines, held = _counted(held + read, line, dialect)
            records, line = records + found, line + lines
    if held:
        raise Refused(
            f"line {line} opens a quotation mark that is never closed — export it again, or set quote: none if marks are plain text"
        )
    return records


def is_whole(text: bytes, delimiter: str, quote: str) -> bool:
    """Whether a text that begins with a record ends outside quotation marks."""
    marks = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(marks == ord(quote))
    return len(_acting(marks, quotes, _Dialect(ord(delimiter), ord(quote)))) % 2 == 0


@dataclass(frozen=True)
class _Dialect:
    delimiter: int
    quote: int | None


def _counted(data: bytes, line: int, dialect: _Dialect) -> tuple[int, int, bytes]:
    """The records and lines that end within ``data``, and the beginning of the record that does not."""
    marks = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(marks == _NEWLINE)
    has_quotes = dialect.quote is not None and dialect.quote in data
    quotes = np.flatnonzero(marks == dialect.quote) if has_quotes else np.empty(0, np.int64)
    acting = _acting(marks, quotes, dialect)
    ends = newlines[np.searchsorted(acting, newlines) % 2 == 0] if has_quotes else newlines
    done = int(ends[-1]) + 1 if len(ends) else 0
    _refuse_text_after_quote(marks[:done], acting[acting < done], line, dialect)
    lengths = np.diff(ends, prepend=-1)
    if max(lengths.max(initial=0), len(data) - done) > LONGEST:
        first = int(np.argmax(lengths > LONGEST)) if (lengths > LONGEST).any() else len(ends)
        before = int(ends[first - 1]) + 1 if first else 0
        raise Refused(
            f"the record at line {line + _lines(newlines, before)} is longer than {LONGEST >> 20} MB — a quotation mark may be left open; export it again"
        )
    return int((lengths > 1).sum()), _lines(newlines, done), data[done:]


def _acting(marks: NDArray[np.uint8], quotes: Positions, dialect: _Dialect) -> Positions:
    """The quotation marks that open or close a value, by turns; one inside an unquoted value is plain text."""
    opening = quotes[::2]
    before = marks[opening - 1]
    is_orderly = (opening == 0) | np.isin(before, (dialect.delimiter, _NEWLINE, dialect.quote or 0))
    return quotes if is_orderly.all() else _acting_one_by_one(marks, quotes, dialect)


def _acting_one_by_one(marks: NDArray[np.uint8], quotes: Positions, dialect: _Dialect) -> Positions:
    acting: list[int] = []
    for position in quotes.tolist():
        is_open = len(acting) % 2 == 1
        is_second_of_two = bool(acting) and acting[-1] == position - 1
        begins_value = position == 0 or int(marks[position - 1]) in (dialect.delimiter, _NEWLINE)
        if is_open or is_second_of_two or begins_value:
            acting.append(position)
    return np.array(acting, np.int64)


def _refuse_text_after_quote(marks: NDArray[np.uint8], acting: Positions, line: int, dialect: _Dialect) -> None:
    """A value that goes on after its closing mark tells of a mark before it that was never closed."""
    closing = acting[1::2]
    after = marks[closing + 1]
    doubtful = closing[~np.isin(after, (dialect.delimiter, _NEWLINE, dialect.quote or 0))]
    if len(doubtful):
        at = line + int((marks[: doubtful[0]] == _NEWLINE).sum())
        raise Refused(
            f"line {at} has text after a closing quotation mark — export it again, or set quote: none if marks are plain text"
        )


def _lines(newlines: Positions, before: int) -> int:
    return int(np.searchsorted(newlines, before))
