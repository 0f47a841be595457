"""How easily people in a table of pseudonyms could be told apart by what is known of them anyhow.

Such a table is for the library's own analysts and goes no further; this says how much rests on that.
"""

from collections.abc import Sequence

import polars as pl


def share_unique(people: pl.DataFrame, known: Sequence[str]) -> float:
    """The share of rows whose values in the columns that outsiders know nobody else has."""
    if people.is_empty():
        return 0.0
    return float(people.select(pl.struct(known).is_unique().mean()).item())
