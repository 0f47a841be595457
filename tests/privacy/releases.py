"""A made-up campus whose figures are released, through the gate and without it, and attacked."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from pipelines.releasing.aggregates import ROW, TOTAL, insider
from pipelines.releasing.attempts import attacked
from pipelines.releasing.gate import decided
from pipelines.releasing.periods import Span
from profiles.additive import PLACE
from profiles.claims import Interval
from profiles.disclosure import Rules

K = Rules().k
NOTHING_YET = pl.DataFrame(
    schema=dict.fromkeys((*ROW, "same", *PLACE[:3]), pl.String)
    | {"since": pl.Date, "until": pl.Date, "persons": pl.Int64, "shown": pl.Int64, "release": pl.Int32}
)
Count = tuple[str, str, int]
"""A unit, a part and the people counted there."""


def rows(
    counts: Sequence[Count], table: str = "report.made_up", span: tuple[dt.date, dt.date] | None = None
) -> pl.DataFrame:
    """Rows as the gate places them, of one table in one term."""
    since, until = span or (None, None)
    return pl.DataFrame(
        [
            (table, f"{unit}|{part}|{since}|{until}", table, table, unit, part, since, until, persons)
            for unit, part, persons in counts
            if persons
        ],
        dict.fromkeys((*ROW, "same", *PLACE[:3]), pl.String)
        | {"since": pl.Date, "until": pl.Date, "persons": pl.Int64},
        orient="row",
    ).with_columns(slack=pl.lit(None, pl.Int64), is_part=pl.lit(False), insider=insider())


def shown_small_only(placed: pl.DataFrame, k: int = K) -> pl.DataFrame:
    """The naive way out: small numbers are left away, and everything else is shown as it is."""
    few = pl.col("persons") < k
    return placed.with_columns(
        cell=pl.int_range(pl.len()),
        is_hidden=few,
        is_small=few,
        least=pl.lit(1, pl.Int64),
        most=pl.lit(k - 1, pl.Int64),
        shown=pl.when(~few).then("persons"),
        about="about" if "about" in placed.columns else "same",
        is_wide=pl.lit(False),
        is_rest="is_rest" if "is_rest" in placed.columns else pl.lit(False),
        slack=pl.lit(0, pl.Int64),
        persons_then=pl.lit(None, pl.Int64),
        shown_then=pl.lit(None, pl.Int64),
    )


def worked_out(released: pl.DataFrame, rules: Rules | None = None) -> list[tuple[int, Interval]]:
    """The small numbers of which somebody learns more than that they are small, with what is learned."""
    return [
        (attempt.persons, interval)
        for attempt in attacked(released, rules or Rules())
        for interval in attempt.learnt.values()
        if interval[0] > attempt.may_learn[0] or interval[1] < attempt.may_learn[1]
    ]


def through_the_gate(
    placed: pl.DataFrame,
    ever: pl.DataFrame = NOTHING_YET,
    rules: Rules | None = None,
    terms: Mapping[str, Span] | None = None,
) -> pl.DataFrame:
    return decided(placed, ever, rules or Rules(), terms)


def remembered(released: pl.DataFrame, ever: pl.DataFrame, number: int) -> pl.DataFrame:
    """The ledger after a release."""
    listed = released.filter(pl.col("row_key") != TOTAL, ~pl.col("is_gone"))
    new = listed.with_columns(release=pl.lit(number, pl.Int32)).select(ever.columns)
    return pl.concat([ever.join(new, on=ROW, how="anti"), new])


def campus(seed: int, colleges: int = 5) -> list[Count]:
    """Readers who did something rare, in classes, majors and colleges."""
    rng = np.random.default_rng(seed)
    counts: dict[str, int] = {}
    for college in range(colleges):
        for major in range(int(rng.integers(1, 4))):
            for one in range(int(rng.integers(2, 6))):
                persons = int(rng.binomial(30, rng.beta(2, 6)))
                path = f"C{college}/M{major}/K{one}"
                for unit in ("", path.split("/")[0], path.rpartition("/")[0], path):
                    counts[unit] = counts.get(unit, 0) + persons
    return [(unit, "", persons) for unit, persons in counts.items()]


def by_kind(seed: int, colleges: int = 8, kinds: int = 3) -> list[Count]:
    """Readers by college and kind, with both totals."""
    rng = np.random.default_rng(seed)
    table = rng.negative_binomial(1, 0.08, (colleges, kinds))
    cells = [(f"C{college}", f"={kind}", int(n)) for (college, kind), n in np.ndenumerate(table)]
    of_college = [(f"C{college}", "", int(n)) for college, n in enumerate(table.sum(axis=1))]
    of_kind = [("", f"={kind}", int(n)) for kind, n in enumerate(table.sum(axis=0))]
    return [*cells, *of_college, *of_kind, ("", "", int(table.sum()))]


def months(year: int = 2025) -> Iterator[tuple[dt.date, dt.date]]:
    """Each month of a year, from its first day to the next one's."""
    for month in range(1, 13):
        yield dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1)
