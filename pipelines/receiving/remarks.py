"""What is worth a word about a file that can be read: what of it may not mean what its preset takes it for.

When too much of a file is unfit belongs in :mod:`pipelines.receiving.rejects`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.receiving.contracts import Contract
from pipelines.receiving.headings import Headings
from pipelines.receiving.presets import Source
from pipelines.receiving.workbook import Counted

_EXACT_DIGITS = 15
_NO_CHANCE = 6
"""So many digits are not all zero by chance, but once in a million files."""
_NAMED = 3
_MERGED = re.compile(r"[A-Z]+(\d+):[A-Z]+(\d+)")


def of_sheets(counted: Counted) -> Iterator[str]:
    """Sheets of a workbook that hold something and are not read."""
    if others := counted.unread:
        named = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED} more" if others[_NAMED:] else "")
        holds = "other holds" if len(others) == 1 else "others hold"
        yield f"reads sheet ‘{counted.read[0]}’ alone; {len(others)} {holds} something: {named} — say sheet: all, or name one"


def of_merged(merged: tuple[str, ...], headings: Headings, source: Source) -> Iterator[str]:
    """Cells of several records that are merged, of which only the first record holds what they say."""
    if any(part.fill_down for rule in source.columns.values() for part in rule.parts):
        return
    reach = {cells: tuple(map(int, found.groups())) for cells in merged if (found := _MERGED.fullmatch(cells))}
    several = [cells for cells, (first, last) in reach.items() if headings.end < first < last]
    if several:
        others = f" and {len(several) - 1} more" if several[1:] else ""
        yield f"cells {several[0]}{others} are merged, and only the first record has what they say — say fill_down: true for that column"


def of_order(rejects: Path, rows: Path, source: Source) -> Iterator[str]:
    """Records that end before they begin: rejected, or without their end where it may be empty."""
    rule = source.columns.get("ends_at")
    if rule is None or rule.next_day_if_before or rule.not_before or rule.not_after:
        return
    is_told = (pl.col("field") == "ends_at") & (pl.col("reason") == "implausible")
    is_noted = pl.col("notes").str.split(";").list.contains("ends_at:implausible")
    rejected = pl.scan_parquet(rejects).filter(is_told).select(pl.len())
    emptied = pl.scan_parquet(rows).filter(is_noted).select(pl.col("source_record").n_unique())
    if records := sum(counted.item() for counted in pl.collect_all([rejected, emptied])):
        yield f"ends_at is before starts_at in {records} records — where that is on the next day, say next_day_if_before: starts_at"


def of_patterns(rows: Path, source: Source) -> Iterator[str]:
    """Columns made of unpivoted cells of which none holds anything, since the patterns fit no cell at all."""
    names = [name for name, rule in source.columns.items() if rule.cell]
    counts = pl.scan_parquet(rows).select(pl.len().alias(""), *(pl.col(name).count() for name in names)).collect()
    total, *filled = counts.row(0)
    if names and total and not any(filled):
        yield f"{' and '.join(names)} stay empty in all {total} rows: no cell fits the preset — mend its patterns, or look for another"


def of_rounded(rows: Path, source: Source, contract: Contract) -> Iterator[str]:
    """Numbers of more than fifteen digits that all end in zeros from there on: a spreadsheet keeps no more digits."""
    names = [column.name for column in contract.columns if column.is_key and column.name in source.columns]
    for name in names:
        long = pl.col(name).filter(pl.col(name).str.contains(r"^\d{16,}$")).unique().str.slice(_EXACT_DIGITS)
        told = (
            long.count().alias("numbers"),
            long.str.len_chars().sum().alias("digits"),
            long.str.contains("[1-9]").any(),
        )
        numbers, digits, is_other = pl.scan_parquet(rows).select(told).collect(engine="streaming").row(0)
        if digits >= _NO_CHANCE and not is_other:
            yield f"all {numbers} long numbers of {name} end in zeros from the sixteenth digit on, as a spreadsheet rounds them, and two may have become one — export them as text"
