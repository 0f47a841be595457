"""What a row about a group of people may say: the rules for one row by itself.

A row about too few people loses its figures.  Of the others every figure leaves as coarse as its kind
asks: counts to the nearest five, means to one decimal, shares as whole percents that never say ‘all’
or ‘none’, percentiles only of many.  Coarse figures cannot be set against each other to find the one
person who has left or joined in between.

Which rows must be hidden because of other rows belongs in :mod:`profiles.suppression`; what kind of
figure a column holds is said where the column is born.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

Mode = Literal["exact", "simple"]

Kind = Literal["people", "part", "count", "share", "mean", "median", "percentile", "index", "largest", "plain"]
"""What a figure of a row is.

people, the people behind it; part, those of them who did something; count, things or other people;
share, of a whole; mean; median; percentile; index, a number between -1 and 1 or so; largest, what one
or two people make of a figure; plain, no figure about people at all.
"""

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Rules:
    """The site's judgement of what is too little to be told."""

    k: int = 10
    """Fewest people behind any figure."""
    mode: Mode = "exact"
    """What counts are rounded to: exact to five, simple to ten, so that less need be hidden beside the small ones."""
    percentile_people: int = 30
    """Fewest people behind a percentile other than the median."""
    least_share: float = 0.05
    """A smaller share leaves as this one, and a larger than its complement as that, read ‘at most’ and ‘at least’."""
    largest_share: float = 0.5
    """No mean or total of which one person makes more than this."""
    two_largest_share: float = 0.8
    """No mean or total of which two people make more than this."""
    nearest_share: float = 0.15
    """Nobody works out what one person does more nearly than this, as a share of it."""

    days_apart: int = 28
    """Two periods that are told begin and end on the same days, or so many days apart."""

    @property
    def base(self) -> int:
        """What counts are rounded to."""
        return 5 if self.mode == "exact" else 10


def rounded(count: pl.Expr, base: int) -> pl.Expr:
    """A count to the nearest multiple, halves up."""
    return (count + base // 2) // base * base


def bounds(shown: pl.Expr, rules: Rules, stayed: pl.Expr | int = 0) -> tuple[pl.Expr, pl.Expr]:
    """The fewest and the most people that a number shown can stand for, if since then so many may have come or gone.

    That it is shown at all says that they are no fewer than ``k``, which everybody knows.
    """
    below, above = rules.base // 2 + stayed, rules.base - 1 - rules.base // 2 + stayed
    return (shown - below).clip(rules.k), shown + above


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


def of_more(
    frame: pl.DataFrame, persons: str, kinds: Mapping[str, Kind], keep: Collection[str], k: int
) -> pl.DataFrame:
    """Of what is told already, nothing about fewer than ``k`` people; numbers are compared as they are told.

    So whoever asks again and again, each time for another ``k``, learns nothing that the first answer does not say.
    """
    numbers = [name for name, kind in kinds.items() if kind in ("people", "count", "part") and name in frame.columns]
    others = {name: [pl.col(persons) - pl.col(name)] if kinds[name] == "part" else [] for name in numbers}
    enough = [pl.when(pl.min_horizontal(name, *others[name]) >= k).then(name).alias(name) for name in numbers]
    return withhold(frame.with_columns(enough), persons, keep, k)


def coarse(frame: pl.DataFrame, persons: str, kinds: Mapping[str, Kind], rules: Rules) -> pl.DataFrame:
    """Every figure as coarse as its kind asks; ``persons`` are still exact, and other columns stay as they are."""
    figures = {name: _coarse(pl.col(name), pl.col(persons), kind, rules) for name, kind in kinds.items()}
    types = {name: frame.schema[name] for name in figures}
    return frame.with_columns(figure.cast(types[name]).alias(name) for name, figure in figures.items())


def _coarse(figure: pl.Expr, persons: pl.Expr, kind: Kind, rules: Rules) -> pl.Expr:
    if kind == "share":
        return band(figure, rules.least_share)
    if kind in ("mean", "median"):
        return figure.round(1)
    if kind == "percentile":
        return pl.when(persons >= rules.percentile_people).then(figure.round(1))
    if kind == "index":
        return figure.round(2)
    if kind == "part":
        is_some = figure.is_between(rules.k, persons - rules.k)
        return pl.when(is_some).then(rounded(figure, rules.base))
    if kind in ("people", "count"):
        return pl.when(figure >= rules.k).then(rounded(figure, rules.base))
    return figure


def band(share: pl.Expr, least: float) -> pl.Expr:
    """A share in whole percents that never says ‘all of them’ or ‘none of them’."""
    return share.clip(least, 1 - least).round(2)


def put_together(
    frame: pl.DataFrame, groups: Sequence[str], part: str, persons: str, rules: Rules, rest: str
) -> pl.DataFrame:
    """The parts of each group with their persons and share; those that are ``hidden`` together as ``rest``.

    Of fewer than ``k`` persons even the rest has no figures, nor has one that is all of the group: it would say of no part
    anything, and of the group how many it is, which may be withheld elsewhere.
    """
    grain = [*groups, part]
    named = frame.with_columns(pl.when("hidden").then(pl.lit(rest)).otherwise(pl.col(part)).alias(part))
    parts = named.group_by(grain).agg(pl.col(persons).sum()).sort(grain)
    whole = pl.col(persons).sum().over(groups)
    is_all_rest = (pl.col(part) == rest) & (pl.len().over(groups) == 1)
    share = band(pl.col(persons) / whole, rules.least_share)
    few = (pl.col(persons) < rules.k) | is_all_rest
    return parts.with_columns(
        pl.when(~few).then(rounded(pl.col(persons), rules.base)).alias(persons),
        share=pl.when(~few).then(share),
        withheld=few,
    )
