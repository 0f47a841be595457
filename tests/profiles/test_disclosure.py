"""What leaves the gate cannot be undone, neither by reading it nor by arithmetic."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from profiles.disclosure import Counts, Mask, band, hide, merge_small, withhold

K = 10

tables = arrays(
    np.int64,
    st.tuples(st.integers(2, 5), st.integers(1, 5)),
    elements=st.one_of(st.integers(0, 12), st.integers(0, 60)),
)


def colleges(counts: Counts) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"college": f"c{row}", "segment": f"s{column}", "persons": int(persons)}
            for (row, column), persons in np.ndenumerate(counts)
        ],
        {"college": pl.String, "segment": pl.String, "persons": pl.Int64},
    )


def what_fits(counts: Counts, hidden: Mask, row: int, column: int) -> tuple[float, float]:
    """The fewest and most persons a cell can have, for a reader of the table and of all its totals.

    Knows nothing of the method: every cell that is not shown is an unknown, none of them negative.
    """
    unknown = hidden | ((counts == 0) & hidden.any(axis=1, keepdims=True))
    cells = np.argwhere(unknown)
    shown = np.where(unknown, 0, counts)
    sums = [(cells[:, axis] == line) for axis in (0, 1) for line in range(counts.shape[axis])]
    totals = [*(counts.sum(axis=1) - shown.sum(axis=1)), *(counts.sum(axis=0) - shown.sum(axis=0))]
    target = ((cells == (row, column)).all(axis=1)).astype(float)
    ends = [linprog(sign * target, A_eq=np.array(sums, dtype=float), b_eq=totals, bounds=(0, None)) for sign in (1, -1)]
    return float(ends[0].fun), float(-ends[1].fun)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_arithmetic_does_not_tell_a_small_part_from_none_or_from_enough(counts: Counts) -> None:
    hidden = hide(counts, K)
    is_all_hidden = bool((hidden == (counts > 0)).all())
    for row, column in np.argwhere((counts > 0) & (counts < K)):
        fewest, most = what_fits(counts, hidden, row, column)
        assert most >= min(K, counts[row].sum(), counts[:, column].sum()) - 1e-6
        assert fewest <= 1e-6 or is_all_hidden


def test_hiding_the_small_part_alone_is_undone_by_subtraction() -> None:
    """The control: the table below hides 3 people from view and from nobody."""
    counts = np.array([[40, 20, 3], [50, 30, 25], [35, 28, 22]])
    assert what_fits(counts, (counts < K), 0, 2) == pytest.approx((3, 3))
    fewest, most = what_fits(counts, hide(counts, K), 0, 2)
    assert (fewest, most >= K) == (0, True)


def test_the_next_smallest_part_of_the_same_college_is_not_enough() -> None:
    """The control: what a table of one college needs does not do for a table of three with totals."""
    counts = np.array([[40, 20, 3], [50, 30, 25], [35, 28, 22]])
    in_line = np.array([[False, True, True], [False] * 3, [False] * 3])
    assert what_fits(counts, in_line, 0, 2) == pytest.approx((3, 3))


@settings(max_examples=60, deadline=None)
@given(tables)
def test_no_part_that_is_shown_is_small_and_nobody_is_lost(counts: Counts) -> None:
    merged = merge_small(colleges(counts), "college", "segment", "persons", K, "rest")
    assert merged.filter(~pl.col("withheld"), pl.col("persons") < K).is_empty()
    assert merged.filter("withheld")["persons"].is_null().all()
    shown = dict(merged.filter(~pl.col("withheld")).group_by("college").agg(pl.col("persons").sum()).iter_rows())
    assert shown == {f"c{row}": persons for row, persons in enumerate(counts.sum(axis=1)) if persons >= K}
    shares = merged.filter(~pl.col("withheld")).group_by("college").agg(pl.col("share").sum())["share"]
    assert shares.to_list() == pytest.approx([1] * len(shares))


def test_small_parts_become_the_rest_and_bring_one_more_if_they_are_few() -> None:
    frame = colleges(np.array([[40, 12, 6, 3]]))
    merged = merge_small(frame, "college", "segment", "persons", K, "rest")
    assert merged.rows() == [
        ("c0", "rest", 21, pytest.approx(21 / 61), False),
        ("c0", "s0", 40, pytest.approx(40 / 61), False),
    ]


def test_a_table_without_small_parts_is_left_alone() -> None:
    frame = colleges(np.array([[40, 12], [10, 30]]))
    merged = merge_small(frame, "college", "segment", "persons", K, "rest")
    assert merged.select("college", "segment", "persons").equals(frame)


def test_terms_are_tables_of_their_own() -> None:
    first, second = colleges(np.array([[40, 12], [20, 30]])), colleges(np.array([[40, 2], [20, 30]]))
    both = pl.concat([first.with_columns(term=pl.lit("a")), second.with_columns(term=pl.lit("b"))])
    merged = merge_small(both, "college", "segment", "persons", K, "rest", within=["term"])
    assert set(merged.filter(pl.col("term") == "a")["segment"]) == {"s0", "s1"}
    assert set(merged.filter(pl.col("term") == "b")["segment"]) == {"rest"}


def test_a_college_that_is_small_itself_has_no_figures() -> None:
    merged = merge_small(colleges(np.array([[40, 12], [4, 3]])), "college", "segment", "persons", K, "rest")
    assert merged.filter(pl.col("college") == "c1").rows() == [("c1", "rest", None, None, True)]


def test_no_rows_give_no_rows() -> None:
    empty = colleges(np.empty((0, 0), dtype=np.int64)).with_columns(term=pl.lit("a"))
    assert merge_small(empty, "college", "segment", "persons", K, "rest", within=["term"]).is_empty()


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=20), st.integers(2, 20))
def test_a_row_about_too_few_keeps_only_what_may_be_kept(persons: list[int | None], k: int) -> None:
    frame = pl.DataFrame({"college": range(len(persons)), "persons": persons, "loans": [7] * len(persons)})
    gated = withhold(frame.cast({"persons": pl.Int64}), "persons", ["college"], k)
    for college, (count, row) in enumerate(zip(persons, gated.iter_rows(), strict=True)):
        few = count is None or count < k
        assert row == ((college, None, None, True) if few else (college, count, 7, False))


def test_what_was_withheld_before_stays_withheld() -> None:
    frame = pl.DataFrame({"college": ["a"], "persons": [50], "share": [0.5], "withheld": [True]})
    assert withhold(frame, "persons", ["college"], K).rows() == [("a", None, None, True)]


def test_the_number_of_people_cannot_be_kept() -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        withhold(pl.DataFrame({"persons": [3]}), "persons", ["persons"], K)


def test_nobody_can_be_told_that_all_or_none_of_them_do() -> None:
    shares = pl.DataFrame({"share": [0.0, 0.03, 0.4, 0.99, 1.0, None]}).select(band(pl.col("share")))
    assert shares["share"].to_list() == [0.05, 0.05, 0.4, 0.95, 0.95, None]
