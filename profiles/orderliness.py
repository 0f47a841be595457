"""How orderly a sequence of visits is: its actual entropy, which unlike a share of slots sees the order."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

FEWEST_VISITS = 20
"""Shorter sequences say more of their length than of their order."""

_AT_ONCE = 100_000
"""So many letters are searched side by side, as they stay near the processor: the visits of a thousand people, or all of a card that opens every door."""


def orderliness(sequences: pl.DataFrame) -> pl.DataFrame:
    """The actual entropy of each person's visits in a term.

    Args:
        sequences: patron_key, term and slots, text with one letter from A to Z for each visit in order.

    Returns:
        patron_key, term and order_actual_entropy in nats, of sequences of at least 20 visits.

    """
    long = sequences.filter(pl.col("slots").str.len_chars() >= FEWEST_VISITS).sort("patron_key", "term")
    return long.select("patron_key", "term").with_columns(order_actual_entropy=actual_entropies(long["slots"]))


def actual_entropies(slots: pl.Series) -> pl.Series:
    """Of each sequence the Lempel–Ziv estimate n ln n / Σ Λᵢ, where Λᵢ is one more than the longest match of what starts at i before i.

    It is the estimator of Kontoyiannis and others (1998) as Cao and others (2018) take it for orderliness.
    """
    lengths = slots.str.len_chars().to_numpy()
    matched = np.zeros(len(lengths), np.int64)
    for own in _side_by_side(lengths):
        matched[own] = _matched(slots.gather(own).to_list(), lengths[own])
    sums = (lengths + matched).tolist()
    entropies = [n * math.log(n) / total for n, total in zip(lengths.tolist(), sums, strict=True)]
    return pl.Series(entropies, dtype=pl.Float64)


def _side_by_side(lengths: Any) -> Iterator[Any]:
    """The places of sequences of about one length, the longest of them last."""
    order = np.argsort(lengths, kind="stable")
    while len(order):
        number = max(1, _AT_ONCE // int(lengths[order[-1]]))
        yield order[-number:]
        order = order[:-number]


def _matched(slots: list[str], lengths: Any) -> Any:
    """Of each sequence the longest matches of all its places together; the longest sequence comes last.

    From the last place back: what is alike from two places on is one more than from the next two on, if the two letters
    are the same.  A match before a place ends there at the latest.
    """
    longest = int(lengths[-1])
    padded = "".join(one.ljust(longest) for one in slots).encode()
    letters = np.frombuffer(padded, np.uint8).reshape(-1, longest).T.copy()
    alike = np.zeros((longest + 1, len(slots)), np.min_scalar_type(longest))
    apart = np.arange(longest, 0, -1, dtype=alike.dtype)[:, np.newaxis]
    matched = np.zeros(len(slots), np.int64)
    for place in range(longest - 1, 0, -1):
        before = alike[:place]
        np.add(alike[1 : place + 1], 1, out=before)
        before *= letters[:place] == letters[place]
        matched += np.minimum(before, apart[longest - place :]).max(axis=0) * (place < lengths)
    return matched
