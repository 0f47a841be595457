"""The cells of workbooks, as text and in batches, sheet after sheet, by calamine.

How many rows there should be is counted another way in :mod:`pipelines.receiving.workbook`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import starmap
from pathlib import Path

import polars as pl

from pipelines.errors import Refused
from pipelines.receiving.cells import Batch
from pipelines.receiving.headings import Headings, Row, find
from pipelines.receiving.presets import Source
from pipelines.receiving.workbook import ALL, called, names, sheet_of

_SHEET_ROWS = 50_000


@dataclass(frozen=True)
class WorkbookCells:
    """One sheet of a workbook, or all that have the same headings, every cell as text."""

    path: Path
    source: Source

    def headings(self) -> Headings:
        """The heading line, as wide as the widest sheet; each sheet has lines before its records."""
        first, *_ = found = [headings for _, headings in self._found]
        beyond = max(headings.width for headings in found) - first.width
        before = sum(headings.records_before for headings in found)
        return replace(first, cells=(*first.cells, *[""] * beyond), records_before=before)

    def top(self) -> Iterator[Row]:
        """The rows from the top of the first sheet."""
        return _top(next(iter(self._sheets.values())))

    def batches(self, headings: Headings) -> Iterator[Batch]:
        names = [f"c{position}" for position in range(headings.width)]
        following = 1
        for sheet, own in self._found:
            beyond = [pl.lit(None, pl.String).alias(name) for name in names[sheet.width :]]
            cells = sheet.rename(dict(zip(sheet.columns, names, strict=False))).with_columns(*beyond)
            is_record = pl.any_horizontal(pl.all().str.contains(r"\S"))
            records = cells.filter(is_record.fill_null(False)).slice(own.records_before)
            numbers = pl.int_range(following, following + records.height, dtype=pl.Int64, eager=True)
            following += records.height
            for place, part in enumerate(records.with_columns(record=numbers).iter_slices(_SHEET_ROWS)):
                yield Batch(part, is_anew=place == 0)

    @cached_property
    def _found(self) -> list[tuple[pl.DataFrame, Headings]]:
        """The sheets that hold something, each with its headings, which are those of the first."""
        if self.source.sheet != ALL:
            return [(sheet, find(_top(sheet), self.source)) for sheet in self._sheets.values()]
        found: list[tuple[pl.DataFrame, Headings]] = []
        for place, (name, sheet) in enumerate(self._sheets.items(), 1):
            if any(row.cells for row in _top(sheet)):
                found.append((sheet, self._same(sheet, called(name, place), found)))
        if not found:
            raise Refused("has no sheet that holds anything — export it again")
        return found

    def _same(self, sheet: pl.DataFrame, name: str, before: list[tuple[pl.DataFrame, Headings]]) -> Headings:
        """The headings of a sheet, if they are those of the sheets before it."""
        try:
            headings = find(_top(sheet), self.source)
        except Refused as refused:
            raise Refused(f"sheet ‘{name}’: {refused}") from None
        if before and _filled(before[0][1]) != _filled(headings):
            raise Refused(
                f"sheet ‘{name}’ has other headings than the first — name one with sheet:, or mend the workbook"
            )
        return headings

    @cached_property
    def _sheets(self) -> dict[str, pl.DataFrame]:
        """The sheets to read, by their names."""
        import fastexcel

        try:
            book = fastexcel.read_excel(self.path.read_bytes())
        except fastexcel.FastExcelError:
            raise Refused("cannot be read as a workbook — open it and save it as xlsx again") from None
        wanted = book.sheet_names if self.source.sheet == ALL else [sheet_of(self.source.sheet)]
        try:
            sheets = [book.load_sheet(one, header_row=None, skip_rows=0, dtypes="string") for one in wanted]
        except fastexcel.FastExcelError:
            raise Refused(f"has no readable sheet {self.source.sheet} — mend sheet, or save it as xlsx again") from None
        return {sheet.name: pl.DataFrame(pl.from_arrow(sheet.to_arrow())).cast(pl.String) for sheet in sheets}


def beside(path: Path, source: Source) -> Iterator[Row]:
    """The rows of a workbook's sheets that a source does not read."""
    for place, name in enumerate(names(path), 1):
        if source.sheet not in (ALL, place, name):
            yield from WorkbookCells(path, source.model_copy(update={"sheet": name})).top()


def _top(sheet: pl.DataFrame) -> Iterator[Row]:
    return starmap(_row, enumerate(sheet.iter_rows(), 1))


def _filled(headings: Headings) -> tuple[str, ...]:
    """The headings without the empty ones at the end, of which a sheet may have more than another."""
    last = max((place for place, cell in enumerate(headings.cells, 1) if cell), default=0)
    return headings.cells[:last]


def _row(number: int, cells: tuple[str | None, ...]) -> Row:
    texts = tuple(cell or "" for cell in cells)
    return Row(texts if any(text.strip() for text in texts) else (), number)
