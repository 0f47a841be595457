"""How orderly a sequence of visits is: its actual entropy, which unlike a share of slots sees the order."""

import math

import polars as pl

FEWEST_VISITS = 20
"""Shorter sequences say more of their length than of their order."""


def orderliness(sequences: pl.DataFrame) -> pl.DataFrame:
    """The actual entropy of each person's visits in a term.

    Args:
        sequences: patron_key, term and slots, text with one letter for each visit in order.

    Returns:
        patron_key, term and order_actual_entropy in nats, of sequences of at least 20 visits.

    """
    long = sequences.filter(pl.col("slots").str.len_chars() >= FEWEST_VISITS).sort("patron_key", "term")
    entropies = [actual_entropy(slots) for slots in long["slots"]]
    return long.select("patron_key", "term").with_columns(order_actual_entropy=pl.Series(entropies, dtype=pl.Float64))


def actual_entropy(slots: str) -> float:
    """The Lempel–Ziv estimate n ln n / Σ Λᵢ, where Λᵢ is one more than the longest match of what starts at i before i.

    It is the estimator of Kontoyiannis and others (1998) as Cao and others (2018) take it for orderliness.  A match
    begun one place later ends no sooner, so each search goes on from where the last one ended.

    Raises:
        ZeroDivisionError: an empty sequence has no entropy.

    """
    total, end, length = 0, 0, len(slots)
    for start in range(length):
        end, before = max(end, start), slots[:start]
        while end < length and slots[start : end + 1] in before:
            end += 1
        total += end - start + 1
    return length * math.log(length or 1) / total
