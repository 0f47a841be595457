"""The one gate through which figures about groups of people leave: nobody can be read out of them.

A row about too few people loses its measures.  In a table of parts, such as the mix of segments in
each college, small parts are put together, and a few more with them, so that nothing can be worked
out from the rest of the table and its totals.  Who may see which table is not decided here.

What remains possible: somebody who knows every member of one college can subtract them from the
totals, and two releases of the same table at different times can be compared.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Block = tuple[npt.NDArray[Any], ...]
"""Rows and columns of a table, as numpy takes them."""

LEAST_SHARE, MOST_SHARE = 0.05, 0.95


def withhold(frame: pl.DataFrame, persons: str, keep: Collection[str], k: int) -> pl.DataFrame:
    """Every row, but where fewer than ``k`` persons stand behind it only the columns to ``keep``.

    A boolean ``withheld`` says which rows those are; a row that had it already keeps it.  The number
    of persons is lost as well, and no persons or an unknown number of them count as too few.
    """
    if persons in keep:
        raise ValueError(f"{persons} counts the people behind a row and cannot be kept when they are few")
    is_small = pl.col(persons).fill_null(0) < k
    if "withheld" in frame.columns:
        is_small |= pl.col("withheld")
    measures = [name for name in frame.columns if name not in (*keep, "withheld")]
    hidden = [pl.when(~is_small).then(pl.col(name)).alias(name) for name in measures]
    return frame.with_columns(*hidden, withheld=is_small)


def merge_small(
    frame: pl.DataFrame, group: str, part: str, persons: str, k: int, rest: str, within: Sequence[str] = ()
) -> pl.DataFrame:
    """The parts of each group with their persons and share, small parts put together as ``rest``.

    Rows with equal ``within`` (a term, say) are one table, of which the totals of every group and of
    every part may be public.  A group with fewer than ``k`` persons keeps one row without figures.
    """
    grain = [*within, group, part]
    tables = frame.partition_by(within) if within else [frame]
    hidden = [_with_rest(table, group, part, persons, k, rest) for table in tables]
    parts = pl.concat(hidden or [frame.head(0)]).group_by(grain).agg(pl.col(persons).sum())
    total = pl.col(persons).sum().over(*within, group)
    parts = parts.with_columns(share=pl.col(persons) / total, withheld=total < k).sort(grain)
    return parts.with_columns(pl.when(~pl.col("withheld")).then(pl.col(persons, "share")))


def band(share: pl.Expr) -> pl.Expr:
    """A share that never says ‘all of them’ or ‘none of them’: 5 % stands for less, 95 % for more."""
    return share.clip(LEAST_SHARE, MOST_SHARE)


def _with_rest(table: pl.DataFrame, group: str, part: str, persons: str, k: int, rest: str) -> pl.DataFrame:
    """One table, with ``rest`` for the name of every part that must not be seen by itself."""
    table = table.filter(pl.col(persons) > 0)
    groups, parts = table[group].unique().sort(), table[part].unique().sort()
    rows, columns = groups.search_sorted(table[group]).to_numpy(), parts.search_sorted(table[part]).to_numpy()
    counts = np.zeros((len(groups), len(parts)), dtype=np.int64)
    np.add.at(counts, (rows, columns), table[persons].to_numpy())
    is_hidden = pl.Series(hide(counts, k)[rows, columns])
    return table.with_columns(pl.when(is_hidden).then(pl.lit(rest)).otherwise(pl.col(part)).alias(part))


def hide(counts: Counts, k: int) -> Mask:
    """The cells of a table (groups × parts) to put together, so that small ones stay unknown.

    For each small cell, every number of persons from none to ``k`` must fit what remains visible,
    the totals of groups and parts included (a total below ``k`` is then the most there can be).  It
    fits when the hidden cells of some other rows and columns can trade that many persons with it;
    hiding more cells later can only widen the choice.  Where no choice of cells will do, all are hidden.
    """
    hidden = (counts > 0) & (counts < k)
    small = np.argwhere(hidden).tolist() if len(counts) > 1 else []  # one group alone has no totals beside it
    for row, column in sorted(small, key=lambda cell: (-counts[*cell], cell)):
        most = min(k, int(counts[row].sum()), int(counts[:, column].sum()))
        hidden[_partners(counts, hidden, row, column, most - int(counts[row, column]))] = True
    _fill_rows(counts, hidden, k)
    return hidden & (counts > 0)


def _partners(counts: Counts, hidden: Mask, row: int, column: int, rise: int) -> Block:
    """The block that lets a cell rise by so many persons, or fall to none."""
    value = int(counts[row, column])
    rectangle = _cheapest_rectangle(counts, hidden, row, column, rise)
    if rectangle is not None:
        return rectangle
    rows = _givers(counts[:, column], row, rise)
    columns = _givers(counts[row], column, rise)
    if counts[np.ix_(rows[1:], columns[1:])].sum() < value:
        rows, columns = np.arange(counts.shape[0]), np.arange(counts.shape[1])
    return np.ix_(rows, columns)


def _cheapest_rectangle(counts: Counts, hidden: Mask, row: int, column: int, rise: int) -> Block | None:
    """The one other row and column that hide fewest persons more, if one of each is enough."""
    fits = (counts[:, column] >= rise)[:, None] & (counts[row] >= rise)[None, :] & (counts >= counts[row, column])
    fits[row, :] = fits[:, column] = False
    if not fits.any():
        return None
    price = np.where(hidden, 0, counts)
    total = np.where(fits, price + price[:, [column]] + price[[row], :], np.iinfo(np.int64).max)
    other_row, other_column = np.unravel_index(int(total.argmin()), total.shape)
    return np.ix_(np.array([row, other_row]), np.array([column, other_column]))


def _givers(line: Counts, own: int, rise: int) -> Counts:
    """A cell's own place in its line, then the fewest others that together hold ``rise`` persons."""
    others = [place for place in np.argsort(-line, kind="stable").tolist() if place != own]
    held = np.cumsum(line[others])
    enough = 1 + int(np.searchsorted(held, rise))
    return np.array([own, *others[:enough]])


def _fill_rows(counts: Counts, hidden: Mask, k: int) -> None:
    """Let the next smallest parts join until what a group hides is several parts and at least ``k`` persons."""
    for row, mask in zip(counts, hidden, strict=True):
        for column in np.argsort(row, kind="stable"):
            if not mask.any() or (row[mask].sum() >= k and (mask & (row > 0)).sum() > 1):
                break
            mask[column] |= row[column] > 0
