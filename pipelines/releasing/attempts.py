"""Attempts to work out what a release withholds: what an attacker is told, and what comes of it.

The attacker gets what everybody can read, and as an insider all figures of one unit; how it reasons
belongs in :mod:`profiles.attacker`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from pipelines.releasing.aggregates import TOTAL
from pipelines.releasing.periods import stayed
from profiles.additive import PLACE, children
from profiles.attacker import narrowed
from profiles.claims import Claim, Interval
from profiles.disclosure import Rules, bounds


@dataclass(frozen=True)
class Attempt:
    """What came of trying to work out one small cell."""

    about: str
    """Which rows belong together: those that count the same people, at the same time or in periods that share days."""
    where: str
    persons: int
    may_learn: Interval
    learnt: Mapping[str, Interval]
    """What each attacker learns, nobody of the house under the empty name."""

    @property
    def gives_away(self) -> bool:
        low, high = self.may_learn
        return any(fewest > low or most < high for fewest, most in self.learnt.values())


def attacked(rows: pl.DataFrame, rules: Rules) -> Iterator[Attempt]:
    """Each small cell with what everybody can say of it; those among which nothing is new were attacked before.

    Raises:
        Contradiction: no table fits what is shown.

    """
    same_as_then = pl.col("persons").eq_missing(pl.col("persons_then")) & pl.col("shown").eq_missing(
        pl.col("shown_then")
    )
    is_new = (~same_as_then & (pl.col("row_key") != TOTAL)).any().over("about")
    claims = rows.unique(["cell", *PLACE], keep="first", maintain_order=True).with_columns(is_new=is_new)
    # What tells of something else says nothing of a small cell.
    is_asked = pl.all_horizontal("is_small", "is_hidden", "is_new")
    claims = claims.filter(is_asked.any().over("about")).with_row_index("claim")
    small = claims.filter(is_asked).unique("cell", keep="first", maintain_order=True)
    asked = {claim: (least, most) for claim, least, most in small.select("claim", "least", "most").iter_rows()}
    inside = claims.drop_nulls("insider").group_by("insider").agg("claim", "persons")
    known = {name: dict(zip(cells, counts, strict=True)) for name, cells, counts in inside.iter_rows()}
    same = claims.select("claim", one=pl.col("claim").first().over("cell")).filter(pl.col("claim") != pl.col("one"))
    found = narrowed(_claims(claims, rules), asked, known, same.rows())
    sums = [pair for by in ("unit", "part") for pair in children(claims, by).select("whole", "parts").iter_rows()]
    anyhow = cache(lambda insider: _known_anyhow(claims, sums, insider))
    for claim, answers in found.items():
        row, (least, most) = claims.row(claim, named=True), asked[claim]
        learnt = {
            name: (least if least < fewest <= anyhow(name)[row["cell"]] else fewest, highest)
            for name, (fewest, highest) in answers.items()
        }
        where = f"{row['table_name']}, {row['unit'] or 'the whole university'}"
        yield Attempt(row["about"], where, row["persons"], (least, most), learnt)


def _known_anyhow(claims: pl.DataFrame, sums: list[tuple[int, list[int]]], insider: str) -> dict[int, int]:
    """The fewest people in each cell for somebody who counts their own unit's and reads nothing else.

    Whoever knows two people of a hidden three cannot be kept from knowing that there are two.
    """
    is_own = pl.col("insider").eq_missing(pl.lit(insider))
    known = claims.select("cell", fewest=pl.when(is_own).then("persons").otherwise("least"))
    fewest = dict(known.group_by("cell").agg(pl.col("fewest").max()).iter_rows())
    is_settled = False
    while not is_settled:
        before = dict(fewest)
        for whole, parts in sums:
            fewest[whole] = max(fewest[whole], sum(fewest[part] for part in parts))
        is_settled = fewest == before
    return fewest


def _claims(claims: pl.DataFrame, rules: Rules) -> list[Claim]:
    """What everybody can read, and nothing else."""
    low, high = bounds(pl.col("shown"), rules, stayed(rules))
    is_exact = pl.col("slack").is_not_null()
    least, most = pl.col("persons") - pl.col("slack"), pl.col("persons") + pl.col("slack")
    is_open = pl.col("is_hidden") | ((pl.col("row_key") != TOTAL) & pl.col("shown").is_null())
    told = claims.select(
        *PLACE,
        pl.when(is_open)
        .then("least")
        .otherwise(pl.min_horizontal("persons", pl.when(is_exact).then(least).otherwise(low)).clip(0)),
        pl.when(is_open)
        .then(None)
        .otherwise(pl.max_horizontal("persons", pl.when(is_exact).then(most).otherwise(high))),
    )
    axes = [_axes(claims, by) for by in ("unit", "part")]
    return [
        Claim(
            *(family, unit, part, (since, until) if until else None, low, np.inf if high is None else high),
            frozenset(axis for axis, (within, _) in zip(("unit", "part"), axes, strict=True) if number in within),
            frozenset(axis for axis, (_, whole) in zip(("unit", "part"), axes, strict=True) if number in whole),
        )
        for number, (family, unit, part, since, until, low, high) in enumerate(told.iter_rows())
    ]


def _axes(claims: pl.DataFrame, by: str) -> tuple[set[int], set[int]]:
    """The claims that lie within their parent apart from their like, and those that are all that it consists of."""
    persons = claims["persons"]
    within, whole = set[int](), set[int]()
    for parent, parts in children(claims.with_columns(cell="claim"), by).select("whole", "parts").iter_rows():
        missing = persons[parent] - sum(persons[part] for part in parts)
        within |= set(parts) if missing >= 0 else set()
        whole |= set(parts) if missing == 0 else set()
    return within, whole
