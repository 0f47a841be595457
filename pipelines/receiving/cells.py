"""The cells of a file, as text and in batches, each record with its number.

Separated values are read here, by pyarrow, a block at a time.  Workbooks belong in :mod:`pipelines.receiving.sheet_cells`,
lines of logs and of fixed width in :mod:`pipelines.receiving.line_cells`, JSON in :mod:`pipelines.receiving.json_cells`; what
the cells mean, in :mod:`pipelines.receiving.canonical`.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import polars as pl

from pipelines.receiving.headings import Headings, Row, find
from pipelines.receiving.presets import Source
from pipelines.receiving.records import LONGEST

_BLOCK = 4 * LONGEST
"""pyarrow wants a whole record within a block."""


@dataclass(frozen=True)
class Misfit:
    """A line with too few or too many values."""

    record: int
    line: str
    field: str = ""
    """Where it stops fitting, if that is known."""
    expected: int = 0
    actual: int = 0
    reason: str | None = None
    """Why it is no record, where that is plain."""


@dataclass(frozen=True)
class Batch:
    """Some records, in the file's order: columns c0, c1, … of text, and ``record``."""

    frame: pl.DataFrame
    misfits: tuple[Misfit, ...] = ()
    may_hold_nul: bool = True
    """False only where the bytes were looked at."""
    is_anew: bool = False
    """Whether a sheet begins with it: nothing above it has to do with it."""


class Cells(Protocol):
    """A file whose cells can be read."""

    def headings(self) -> Headings: ...

    def batches(self, headings: Headings) -> Iterator[Batch]: ...


@dataclass(frozen=True)
class TextCells:
    """Separated values in UTF-8 whose lines end in a line feed."""

    path: Path
    source: Source

    def headings(self) -> Headings:
        """The heading line, as wide as the record under it."""
        headings = find(self._top(), self.source)
        return headings.over(next(self._top(headings.end), Row(())).cells) if headings.end else headings

    def _top(self, start: int = 0) -> Iterator[Row]:
        """The lines from the top of the file, or from the byte ``start`` on."""
        csv.field_size_limit(LONGEST)
        quote = self.source.quote
        with self.path.open("rb") as file:
            file.seek(start)
            read = _Counting(file)
            for cells in csv.reader(
                read,
                delimiter=self.source.delimiter,
                quotechar=quote,
                quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            ):
                yield Row(tuple(cells), read.bytes)

    def batches(self, headings: Headings) -> Iterator[Batch]:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = [f"c{position}" for position in range(headings.width)]
        misfits: list[Misfit] = []

        def note(row: Any) -> str:
            misfits.append(Misfit(row.number, row.text, expected=row.expected_columns, actual=row.actual_columns))
            return "skip"

        with self.path.open("rb") as file:
            file.seek(headings.end)
            if not file.peek(1):
                return
            watched = _Watched(file)
            reader = arrow_csv.open_csv(
                pa.PythonFile(watched, "r"),
                read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self.source.delimiter,
                    quote_char=self.source.quote or False,
                    newlines_in_values=self.source.quote is not None,
                    invalid_row_handler=note,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
            for batch in _numbered(reader, misfits):
                seen = replace(batch, may_hold_nul=watched.has_nul or self.source.format == "copy")
                yield _unescaped(seen) if self.source.format == "copy" else seen


def filled(batch: Batch, source: Source, cut: int | None) -> Batch:
    """A batch that holds its short records as well, with empty cells in place of those left out; but not the one that was cut."""
    short = [m for m in batch.misfits if m.reason is None and m.actual < m.expected and m.record != cut]
    if source.short_records == "reject" or not short:
        return batch
    quote = source.quote
    lines = [
        next(
            csv.reader(
                [m.line],
                delimiter=source.delimiter,
                quotechar=quote,
                quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            )
        )
        for m in short
    ]
    cells = [[*line, *[""] * (m.expected - len(line)), m.record] for line, m in zip(lines, short, strict=True)]
    schema = dict.fromkeys((f"c{place}" for place in range(short[0].expected)), pl.String()) | {"record": pl.Int64()}
    frame = pl.concat([one for one in (batch.frame, pl.DataFrame(cells, schema, orient="row")) if one.height])
    return replace(batch, frame=frame.sort("record"), misfits=tuple(m for m in batch.misfits if m not in short))


class _Watched:
    """A file that is read ahead, and whether what was read so far holds a NUL."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.has_nul = False

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.has_nul = self.has_nul or b"\0" in data
        return data


class _Counting:
    """The lines of a file, counting the bytes given out."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.bytes = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.bytes += len(line)
            yield line.decode()


def _numbered(batches: Any, misfits: list[Misfit]) -> Iterator[Batch]:
    """Batches of well-formed lines, numbered around the lines that were left out."""
    following, left_out = 1, np.empty(0, np.int64)
    for batch in batches:
        new, misfits[:] = tuple(misfits), []
        left_out = np.concatenate([left_out[left_out >= following], np.array([m.record for m in new], np.int64)])
        numbers = _free_numbers(following, batch.num_rows, left_out)
        following = int(numbers[-1]) + 1 if len(numbers) else following
        frame = pl.DataFrame(pl.from_arrow(batch)).with_columns(record=pl.Series(numbers, dtype=pl.Int64))
        yield Batch(frame, new)
    if misfits:
        yield Batch(pl.DataFrame(), tuple(misfits))


def _free_numbers(following: int, rows: int, left_out: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    numbers = np.arange(following, following + rows + len(left_out))
    return np.setdiff1d(numbers, left_out, assume_unique=True)[:rows]


def _unescaped(batch: Batch) -> Batch:
    """A batch of a PostgreSQL dump: backslash-N is empty, other backslashes hide a character."""
    texts = [name for name in batch.frame.columns if name != "record"]
    plain = batch.frame.with_columns(pl.col(name).replace("\\N", "") for name in texts)
    for name in texts:
        is_hidden = plain[name].str.contains("\\", literal=True)
        if is_hidden.any():
            shown = [_ESCAPE.sub(_character, text) for text in plain[name].filter(is_hidden)]
            plain = plain.with_columns(plain[name].scatter(is_hidden.arg_true(), shown))
    return Batch(plain, batch.misfits)


_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2}|.)", re.DOTALL)
_HIDDEN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _character(escape: re.Match[str]) -> str:
    code = escape[1]
    if code[0] in "01234567":
        return chr(int(code, 8))
    return chr(int(code[1:], 16)) if code[0] == "x" and len(code) > 1 else _HIDDEN.get(code, code)
