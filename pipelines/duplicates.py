"""Which records of a whole file are the same as an earlier one, in sixteen bytes of memory a record.

Two 64-bit hashes stand for a record; the odds of two different records sharing both are nil.  What
makes two records the same, their caller decides by what he hands in.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

_Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_SUSPECT = {"position": pl.Int64, "first": pl.UInt64, "second": pl.UInt64}


@dataclass
class Seen:
    """The hashes of a file's records, in order."""

    _first: list[_Hashes] = field(default_factory=list)
    _second: list[_Hashes] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        self._first.append(frame.hash_rows(seed=1).to_numpy())
        self._second.append(frame.hash_rows(seed=2).to_numpy())

    def repeated(self) -> pl.Series:
        """The positions of the records that an earlier one equals, in order."""
        twice = self._hashes_met_twice()
        suspects, start = [pl.DataFrame(schema=_SUSPECT)], 0
        for first, second in zip(self._first, self._second, strict=True):
            here = np.flatnonzero(_is_among(first, twice))
            columns = (here + start, first[here], second[here])
            suspects.append(pl.DataFrame(dict(zip(_SUSPECT, columns, strict=True)), schema=_SUSPECT))
            start += len(first)
        pairs = pl.concat(suspects)
        return pairs.filter(~pl.struct("first", "second").is_first_distinct())["position"]

    def _hashes_met_twice(self) -> _Hashes:
        ordered = np.concatenate([np.empty(0, np.uint64), *self._first])
        ordered.sort()
        return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _is_among(values: _Hashes, ordered: _Hashes) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(ordered, values).clip(max=len(ordered) - 1)
    return np.asarray(ordered[places] == values)
