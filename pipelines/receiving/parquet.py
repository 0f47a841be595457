"""Parquet files written and read a part at a time, so that no file's size decides how much memory is used."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

Schema = Mapping[str, pl.DataType]


class Appender:
    """A Parquet file that grows by frames; it is complete when its block is left."""

    def __init__(self, path: Path, schema: Schema) -> None:
        from pyarrow import parquet

        self._empty = pl.DataFrame(schema=dict(schema))
        # Dictionaries and statistics cost more than they spare a file that is read once.
        self._writer = parquet.ParquetWriter(
            path, self._empty.to_arrow().schema, compression="lz4", use_dictionary=False, write_statistics=False
        )
        self.rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Add the columns of the schema, and only those."""
        if frame.height:
            self._writer.write_table(frame.select(self._empty.columns).cast(self._empty.schema).to_arrow())
            self.rows += frame.height

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()


def parts(path: Path) -> Iterator[pl.DataFrame]:
    """The rows of a file, a row group at a time."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield pl.DataFrame(pl.from_arrow(file.read_row_group(group)))
