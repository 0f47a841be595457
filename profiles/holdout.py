"""Who of a list is held out: drawn by a keyed hash, so that nobody can choose, and anybody with the key can check.

How many are to be held out belongs in :mod:`profiles.power`; writing the draw down, elsewhere.
"""

import hashlib
import hmac

import polars as pl

SERVED, HELD_OUT = "served", "held_out"
_LABEL = b"mingyuan holdout\x1f"


def drawn(members: pl.DataFrame, run_key: str, share: float, key: bytes) -> pl.DataFrame:
    """The members with their arm: of the units in ``drawn_with``, that share with the lowest hashes is held out.

    A unit is held out whole.  The number is exact rather than left to chance, and the same run draws the same again.
    """
    units = members["drawn_with"].unique().to_list()
    in_order = sorted(units, key=lambda unit: _hash(run_key, unit, key))
    held_out = in_order[: _number(len(units), share)]
    arm = pl.when(pl.col("drawn_with").is_in(held_out)).then(pl.lit(HELD_OUT)).otherwise(pl.lit(SERVED))
    return members.with_columns(arm=arm)


def _number(units: int, share: float) -> int:
    return min(max(round(units * share), 1), units - 1) if share and units > 1 else 0


def _hash(run_key: str, unit: str, key: bytes) -> bytes:
    return hmac.digest(key, _LABEL + f"{run_key}\x1f{unit}".encode(), hashlib.sha256)
