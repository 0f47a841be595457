"""Small helpers for drawing at random so that one seed always gives the same campus.

Belongs here: random streams, weighted choices, seconds made into moments.  Nothing that knows a library.
"""

import zlib
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Random = np.random.Generator

DAY_SECONDS = 86_400


def stream(seed: int, *path: str) -> Random:
    """A stream of its own for each named part, so that changing one part leaves the others as they were."""
    return np.random.default_rng([seed, *(zlib.crc32(part.encode()) for part in path)])


def choose(random: Random, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Positions drawn in proportion to their weights."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    places: Ints = np.searchsorted(cumulative, random.random(size) * cumulative[-1], side="right").astype(np.int64)
    return places


def whole(random: Random, expected: Floats) -> Ints:
    """Whole numbers whose mean is ``expected``: the fraction decides by chance whether one more is given."""
    return np.floor(expected + random.random(expected.shape)).astype(np.int64)


def varied(random: Random, variation: float, size: int) -> Floats:
    """Factors with mean 1 and this much of it as standard deviation."""
    shape = 1 / variation**2
    return random.gamma(shape, 1 / shape, size)


def midnight(day: date) -> int:
    """Seconds from 1970 to the beginning of a day, in the campus's own clock."""
    return (day - date(1970, 1, 1)).days * DAY_SECONDS


def moments(seconds: Ints) -> pl.Series:
    """Seconds in the campus's own clock as moments without a zone."""
    return pl.from_epoch(pl.Series("moment", seconds, dtype=pl.Int64), time_unit="s")


def picked(words: Sequence[str], positions: Ints) -> pl.Series:
    """The words at the positions."""
    return pl.Series("word", words, dtype=pl.String).gather(pl.Series(positions))
