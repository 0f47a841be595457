"""Colleges set side by side: quartiles over the large ones, a place by the better end, the same season a year before."""

import polars as pl
import pytest

from profiles.indicators import COMPARISON, Indicator, compare, compared_anew

VISITS = Indicator("visits", "usage_view", "到馆", "visits", "days", "higher", "gate")
MISSED = Indicator("missed", "usage_view", "失约", "missed", "share", "lower", "space")
GAPS = pl.DataFrame({"feed": ["gate"], "term": ["fall"], "not_measured": ["gate:0.70"]})


def portraits(values: list[float | None], persons: int = 100) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "college": [f"c{number}" for number in range(len(values))],
            "term": "spring",
            "previous_term": "last",
            "persons": persons,
            "visits": values,
            "missed": values,
        },
        schema_overrides={"visits": pl.Float64, "missed": pl.Float64},
    )


def row(table: pl.DataFrame, college: str, indicator: str = "visits") -> dict[str, object]:
    return table.filter(pl.col("college") == college, pl.col("indicator") == indicator).to_dicts()[0]


def test_a_college_is_placed_among_the_others_by_the_better_end():
    table = compare(portraits([1, 2, 3, 4, 9]), GAPS, [VISITS, MISSED], 10)
    best = row(table, "c4")
    assert (best["place"], best["colleges"], best["median"], best["lowest"], best["highest"]) == (1, 5, 3, 1, 9)
    assert (best["lower_quartile"], best["upper_quartile"]) == (2, 4)
    assert best["others"] == "1.0|2.0|3.0|4.0|9.0"
    assert row(table, "c4", "missed")["place"] == 5


def test_noughts_have_no_sign_by_which_they_could_lie_in_one_order_or_another():
    told = [
        compare(portraits(values), GAPS, [VISITS], 10) for values in ([-0.0, 0.0, 0.0, 1, 2], [0.0, 0.0, -0.0, 1, 2])
    ]
    assert [(str(row(table, "c3")["lowest"]), row(table, "c3")["others"]) for table in told] == [
        ("0.0", "0.0|0.0|0.0|1.0|2.0")
    ] * 2


def test_four_colleges_are_too_few_to_show_how_they_lie():
    table = compare(portraits([1, 2, 3, 4]), GAPS, [VISITS], 10)
    assert row(table, "c0")["median"] is None
    assert row(table, "c0")["others"] is None


def test_a_small_college_is_neither_compared_nor_compared_with():
    large = portraits([1, 2, 3, 4, 5])
    small = portraits([99]).with_columns(college=pl.lit("tiny"), persons=pl.lit(9, pl.Int32))
    table = compare(pl.concat([large.with_columns(pl.col("persons").cast(pl.Int32)), small]), GAPS, [VISITS], 10)
    assert row(table, "tiny")["place"] is None
    assert row(table, "c0")["highest"] == 5
    assert "99" not in str(row(table, "c0")["others"])


def test_change_is_against_the_term_named_for_comparison():
    before = portraits([1, 1, 1, 1, 1]).with_columns(term=pl.lit("last"), previous_term=pl.lit(None, pl.String))
    table = compare(pl.concat([before, portraits([1, 2, 3, 4, 5])]), GAPS, [VISITS], 10).filter(term="spring")
    assert row(table, "c3")["previous"] == 1
    assert row(table, "c3")["change"] == pytest.approx(3)


def test_only_the_feed_that_an_indicator_needs_is_named_as_missing():
    fall = portraits([None] * 5).with_columns(term=pl.lit("fall"))
    table = compare(fall, GAPS, [VISITS, MISSED], 10)
    assert row(table, "c0")["not_measured"] == "gate:0.70"
    assert row(table, "c0", "missed")["not_measured"] is None


def as_told(table: pl.DataFrame, withheld: str) -> pl.DataFrame:
    """The table as it leaves but for the comparison: one college's own figures are withheld."""
    is_withheld = pl.col("college") == withheld
    own = [pl.when(~is_withheld).then(pl.col(name)).alias(name) for name in ("value", "persons", "place")]
    return table.with_columns(*own, withheld=is_withheld)


def unnamed(table: pl.DataFrame) -> list[float]:
    """The values that no college's own row names."""
    told = table.filter(~pl.col("withheld"))
    left = [float(value) for value in told["others"][0].split("|")]
    for value in told["value"]:
        left.remove(value)
    return left


def test_the_value_of_a_college_that_is_withheld_is_not_the_one_that_no_other_college_has():
    table = as_told(compare(portraits([7, 2, 3, 4, 9, 1]), GAPS, [VISITS, MISSED], 10), "c0").filter(indicator="visits")
    assert unnamed(table) == [7.0], "the control: compared before anything is withheld"
    told = compared_anew(table)
    assert unnamed(told) == []
    assert [row(told, "c1")[name] for name in ("place", "colleges", "median", "highest")] == [4, 5, 3.0, 9.0]
    assert [row(told, "c0")[name] for name in COMPARISON] == [None] * len(COMPARISON)


def test_where_nothing_is_withheld_a_comparison_stays_as_it_was():
    table = as_told(compare(portraits([7, 2, 3, None, 4, 9, 1]), GAPS, [VISITS, MISSED], 10), "nobody")
    told = compared_anew(table)
    assert told.sort("college", "indicator").equals(table.sort("college", "indicator"))


def test_where_all_is_withheld_nothing_is_compared():
    table = as_told(compare(portraits([1, 2, 3, 4, 5]), GAPS, [VISITS], 10), "c0").with_columns(withheld=pl.lit(True))
    assert compared_anew(table).select(COMPARISON).null_count().row(0) == (5,) * len(COMPARISON)
