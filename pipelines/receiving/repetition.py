"""Texts that come again and again, looked at once for each different one.

A gate's name or an outcome stands in millions of cells and is one of a few; what a preset makes of it
need not be worked out for every cell.  What is made of it belongs in :mod:`pipelines.receiving.canonical`.
"""

from dataclasses import dataclass, field

import polars as pl

_SAMPLE = 1000
_FEW = 10
"""There are few texts when so many cells on average hold the same."""


@dataclass(frozen=True)
class Distinct:
    """The different texts of a column of cells, and where each stands."""

    cells: pl.DataFrame
    """A row for each text: the column, and ``record``."""
    places: pl.Series

    def spread(self, values: pl.Series) -> pl.Series:
        """What was made of each text, for every cell that holds it."""
        return values.gather(self.places)


@dataclass(frozen=True)
class Repetition:
    """The columns of a batch that hold few different texts."""

    cells: pl.DataFrame
    _found: dict[str, Distinct | None] = field(default_factory=dict)

    def of(self, name: str) -> Distinct | None:
        """The different texts of a column, if they are few."""
        if name not in self._found:
            self._found[name] = _distinct(self.cells[name])
        return self._found[name]

    def constant(self) -> Distinct:
        """One text for every record, whatever it is."""
        return Distinct(self.cells.head(1), pl.repeat(0, self.cells.height, dtype=pl.UInt32, eager=True))


def _distinct(texts: pl.Series) -> Distinct | None:
    if len(texts) < _SAMPLE or texts.null_count() or texts.head(_SAMPLE).n_unique() * _FEW > _SAMPLE:
        return None
    values = texts.unique()
    if len(values) * _FEW > len(texts):
        return None
    cells = values.to_frame().with_columns(record=pl.int_range(1, len(values) + 1, dtype=pl.Int64, eager=True))
    return Distinct(cells, texts.cast(pl.Enum(values)).to_physical())
