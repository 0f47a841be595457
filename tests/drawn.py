"""Tables drawn with bars in a test, as text."""

import polars as pl


def drawn(text: str) -> pl.DataFrame:
    """A drawn table as a frame of text; an empty cell is null."""
    heading, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    rows = [[cell or None for cell in line] for line in lines]
    return pl.DataFrame(rows, schema=dict.fromkeys(heading, pl.String), orient="row")


def shown(frame: pl.DataFrame, *columns: str) -> set[tuple[str | None, ...]]:
    """The rows of a frame as text, to be compared with a drawn table in any order."""
    chosen = frame.select(pl.col(name).cast(pl.String) for name in columns or frame.columns)
    return set(chosen.iter_rows())
