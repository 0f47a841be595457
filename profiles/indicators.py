"""A group's portrait set beside the others': quartiles, place, and the same season a year before.

Which columns are indicators, their words, unit and better end are given by the caller, who reads them
where the columns are born.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

FEWEST_TO_COMPARE = 5
"""With fewer groups than this, quartiles would point at single groups."""

COMPARISON = ("median", "lower_quartile", "upper_quartile", "lowest", "highest", "others", "place", "colleges")
"""What a row says of all groups together."""


@dataclass(frozen=True)
class Indicator:
    """One measure of a group, as the report shows it."""

    name: str
    view: str
    label_zh: str
    label_en: str
    unit: str
    better: str
    """higher, lower or neutral."""
    feed: str = ""
    """The feed without which it cannot be measured; empty where any will do."""


def compare(
    portraits: pl.DataFrame, gaps: pl.DataFrame, indicators: Sequence[Indicator], small_cell: int
) -> pl.DataFrame:
    """One row for each group, term and indicator.

    Args:
        portraits: college, term, previous_term, persons and a column for each indicator.
        gaps: feed, term and not_measured (``gate:0.77``), for each feed that misses too much of a term.
        indicators: what to compare, in the order in which a report shows it.
        small_cell: groups with fewer people are not compared with, and do not compare.

    Returns:
        The indicator's words with value, persons, not_measured, median, lower_quartile, upper_quartile, lowest,
        highest, others, place, colleges, previous and change; the comparison is null with fewer than
        five groups.

    """
    tables = [
        _one(portraits, indicator, position, small_cell).join(
            gaps.filter(pl.col("feed") == indicator.feed).select("term", "not_measured"), on="term", how="left"
        )
        for position, indicator in enumerate(indicators, start=1)
    ]
    return pl.concat(tables)


def compared_anew(told: pl.DataFrame) -> pl.DataFrame:
    """The rows of :func:`compare` as they are told, set beside those alone that are not ``withheld``.

    Whoever has all other groups' rows could else say whose the one value is that none of them has.
    """
    beside = told.drop(COMPARISON)
    values = beside.filter(~pl.col("withheld"))
    parts = [
        own.join(_spread(own, 0), on="term", how="left").join(
            _places(own, own["better"][0], 0), on=["college", "term"], how="left"
        )
        for own in values.partition_by("indicator", maintain_order=True)
    ]
    anew = pl.concat(parts) if parts else told.clear()
    key = ["college", "term", "indicator"]
    rows = beside.join(anew.select(*key, *COMPARISON), on=key, how="left", maintain_order="left")
    return rows.select(told.columns)


def _one(portraits: pl.DataFrame, indicator: Indicator, position: int, small_cell: int) -> pl.DataFrame:
    value = pl.col(indicator.name).cast(pl.Float64)
    # A rounded fall of next to nothing has a sign, by which two noughts would lie now so, now so.
    value = pl.when(value == 0).then(0.0).otherwise(value).alias("value")
    values = portraits.select("college", "term", "previous_term", "persons", value)
    earlier = values.select("college", previous_term="term", previous="value")
    return (
        values.join(_spread(values, small_cell), on="term", how="left")
        .join(_places(values, indicator.better, small_cell), on=["college", "term"], how="left")
        .join(earlier, on=["college", "previous_term"], how="left")
        .with_columns(
            indicator=pl.lit(indicator.name),
            view=pl.lit(indicator.view),
            position=pl.lit(position, pl.Int32),
            label_zh=pl.lit(indicator.label_zh),
            label_en=pl.lit(indicator.label_en),
            unit=pl.lit(indicator.unit),
            better=pl.lit(indicator.better),
            change=pl.col("value") - pl.col("previous"),
        )
        .drop("previous_term")
    )


def _large(values: pl.DataFrame, small_cell: int) -> pl.DataFrame:
    return values.filter(pl.col("persons") >= small_cell, pl.col("value").is_not_null())


def _spread(values: pl.DataFrame, small_cell: int) -> pl.DataFrame:
    """How the groups of a term lie, without saying which is which."""
    value = pl.col("value")
    spread = (
        _large(values, small_cell)
        .group_by("term")
        .agg(
            colleges=pl.len().cast(pl.Int32),
            median=value.median(),
            lower_quartile=value.quantile(0.25, "linear"),
            upper_quartile=value.quantile(0.75, "linear"),
            lowest=value.min(),
            highest=value.max(),
            others=value.sort().round(4).cast(pl.String).str.join("|"),
        )
    )
    enough = pl.col("colleges") >= FEWEST_TO_COMPARE
    return spread.with_columns(
        pl.when(enough).then(pl.col(name)).alias(name)
        for name in ("median", "lower_quartile", "upper_quartile", "lowest", "highest", "others")
    )


def _places(values: pl.DataFrame, better: str, small_cell: int) -> pl.DataFrame:
    place = pl.col("value").rank("min", descending=better == "higher").over("term").cast(pl.Int32)
    known = place if better != "neutral" else pl.lit(None, pl.Int32)
    return _large(values, small_cell).select("college", "term", place=known)
