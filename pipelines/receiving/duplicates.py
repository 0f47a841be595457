"""Which records of a whole file are the same as an earlier one, in memory that does not grow with the file.

Two 64-bit hashes stand for a record; the odds of two different records sharing both are nil.  Once there
are many, they are put by in files, ordered by hash, and judged a range of hashes at a time.  What makes
two records the same, their caller decides by the columns he hands in.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

HELD = 1_000_000
"""Records whose hashes are kept in memory; about 100 MB are at work while they are judged."""

_BUCKETS = 256
_FIRST, _SECOND, _RECORD, _AT = range(4)

Marks = NDArray[np.int64]
"""A line for each record: two hashes, its number, and its time where that counts."""


@dataclass(frozen=True)
class _Block:
    """Marks in a file, bucket after bucket."""

    path: Path
    ends: Marks
    width: int

    def bucket(self, number: int) -> Marks:
        start = int(self.ends[number - 1]) if number else 0
        size = (int(self.ends[number]) - start) * self.width
        return np.fromfile(self.path, np.int64, size, offset=start * self.width * 8).reshape(-1, self.width)


@dataclass
class Seen:
    """The hashes of a file's records."""

    folder: Path
    """Where they may lie; whoever owns it takes it away."""
    within: float | None = None
    """Seconds: then a record is repeated only if the one before it in time, of its kind, is no older."""
    _held: list[Marks] = field(default_factory=list)
    _blocks: list[_Block] = field(default_factory=list)
    _repeated: list[Marks] = field(default_factory=list)
    """Records known to be repeated, of which nothing is held any more."""

    def add(self, frame: pl.DataFrame, records: pl.Series, at: pl.Series | None = None) -> pl.Series:
        """Take note of records, by the columns that make them the same; one without a time is never repeated.

        What comes back are those among them that are repeated for certain: most that ever will be, since
        a system that writes a record twice writes it twice in a row.
        """
        marks = np.empty((frame.height, self._width), np.int64)
        marks[:, _FIRST], marks[:, _SECOND] = (frame.hash_rows(seed=s).to_numpy().view(np.int64) for s in (1, 2))
        marks[:, _RECORD] = records.to_numpy()
        if at is not None:
            marks[:, _AT] = at.cast(pl.Datetime("us")).to_physical().fill_null(0).to_numpy()
            marks = marks[at.is_not_null().to_numpy()]
        known = self._judged(marks)
        if self.within is None and len(known):
            self._repeated.append(known)
            marks = marks[~np.isin(marks[:, _RECORD], known)]
        self._held.append(marks)
        if sum(map(len, self._held)) >= HELD:
            self._put_by()
        return pl.Series("record", known, pl.Int64)

    def repeated(self) -> pl.Series:
        """The numbers of the records that an earlier one equals, in order."""
        if self._blocks:
            self._put_by()
            buckets = ([block.bucket(number) for block in self._blocks] for number in range(_BUCKETS))
            found = [self._judged(np.concatenate(bucket)) for bucket in buckets]
        else:
            found = [self._judged(self._all_held())]
        return pl.Series("record", np.concatenate([*self._repeated, *found]), pl.Int64).sort()

    @property
    def _width(self) -> int:
        return _AT if self.within is None else _AT + 1

    def _all_held(self) -> Marks:
        return np.concatenate([np.empty((0, self._width), np.int64), *self._held])

    def _put_by(self) -> None:
        """Write what is held into a file, in the order of its buckets."""
        marks, self._held = self._all_held(), []
        buckets = (marks[:, _FIRST] & (_BUCKETS - 1)).astype(np.uint8)
        ends = np.cumsum(np.bincount(buckets, minlength=_BUCKETS))
        path = self.folder / f"seen.{len(self._blocks)}"
        marks.take(np.argsort(buckets, kind="stable"), axis=0).tofile(path)
        self._blocks.append(_Block(path, ends, self._width))

    def _judged(self, marks: Marks) -> Marks:
        """The records that an earlier one equals, out of marks that are all there are of their kind."""
        suspects = marks[_is_met_twice(marks[:, _FIRST])]
        keys = [_RECORD, _SECOND, _FIRST] if self.within is None else [_RECORD, _AT, _SECOND, _FIRST]
        ordered = suspects[np.lexsort([suspects[:, key] for key in keys])]
        before, after = ordered[:-1], ordered[1:]
        is_repeated = (before[:, : _SECOND + 1] == after[:, : _SECOND + 1]).all(axis=1)
        if self.within is not None:
            is_repeated &= after[:, _AT] - before[:, _AT] <= round(self.within * 1_000_000)
        return np.asarray(after[is_repeated, _RECORD])


def _is_met_twice(values: Marks) -> NDArray[np.bool_]:
    ordered = np.sort(values)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(twice, values).clip(max=len(twice) - 1)
    return np.asarray(twice[places] == values)
