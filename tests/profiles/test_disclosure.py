"""What one row about a group may say: nothing about few, and about many nothing finer than its kind allows."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.disclosure import Kind, Rules, band, bounds, coarse, of_more, put_together, rounded, withhold

RULES = Rules()
K = RULES.k


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
    shares = pl.DataFrame({"share": [0.0, 0.03, 0.414, 0.99, 1.0, None]}).select(band(pl.col("share"), 0.05))
    assert shares["share"].to_list() == [0.05, 0.05, 0.41, 0.95, 0.95, None]


@given(st.integers(K, 10_000), st.sampled_from([RULES, Rules(mode="simple")]))
def test_a_rounded_count_stands_for_no_more_numbers_than_it_says(count: int, rules: Rules) -> None:
    shown = pl.DataFrame({"n": [count]}).select(rounded(pl.col("n"), rules.base))
    low, high = (shown.select(end).item() for end in bounds(pl.col("n"), rules))
    assert low <= count <= high
    assert high - low < rules.base
    assert shown.item() % rules.base == 0


def test_a_number_that_is_shown_stands_for_no_fewer_people_than_are_shown_at_all() -> None:
    """Ten are told of 10, 11 or 12 people, for of eight or nine nothing is told."""
    ends = bounds(pl.col("n"), RULES)
    shown = pl.DataFrame({"n": [10, 15]}).select(low=ends[0], high=ends[1])
    assert shown.rows() == [(10, 12), (13, 17)]


@given(st.integers(K, 200), st.integers(0, 200), st.integers(K, 220))
def test_another_k_is_answered_from_what_is_told_and_not_from_what_is_so(persons: int, part: int, k: int) -> None:
    """Whoever asks for each k in turn would find the k at which a row vanishes, and with it the very number of people."""
    frame = pl.DataFrame({"college": ["Law"], "persons": [persons], "users": [min(part, persons)]})
    figures: dict[str, Kind] = {"users": "part"}
    told = coarse(frame, "persons", figures, RULES).with_columns(rounded(pl.col("persons"), RULES.base))
    ((_, number, users),) = told.rows()
    answer = of_more(told, "persons", figures, ["college"], k).row(0, named=True)
    assert answer["persons"] == (number if number >= k else None)
    assert answer["users"] == (users if users is not None and min(users, number - users) >= k else None)


@pytest.mark.parametrize(
    ("kind", "persons", "exact", "told"),
    [
        ("mean", 25, 6.4286, 6.4),
        ("median", 25, 6.28, 6.3),
        ("percentile", 29, 14.0, None),
        ("percentile", 30, 14.0, 14.0),
        ("share", 25, 0.3333, 0.33),
        ("index", 25, 0.4567, 0.46),
        ("count", 25, 13, 15),
        ("count", 25, 9, None),
        ("part", 25, 12, 10),
        ("part", 25, 16, None),
        ("part", 25, 25, None),
        ("plain", 25, 3.14159, 3.14159),
    ],
)
def test_every_kind_of_figure_leaves_as_coarse_as_it_must(
    kind: str, persons: int, exact: float, told: float | None
) -> None:
    frame = pl.DataFrame({"persons": [persons], "figure": [exact]})
    assert coarse(frame, "persons", {"figure": kind}, RULES)["figure"].to_list() == [told]  # type: ignore[dict-item]  # drawn as text


def colleges(hidden: set[str], **parts: int) -> pl.DataFrame:
    rows = [("Law", name, persons, name in hidden) for name, persons in parts.items()]
    return pl.DataFrame(rows, ["college", "segment", "persons", "hidden"], orient="row")


def test_parts_that_are_hidden_leave_together() -> None:
    frame = colleges({"night", "rooms"}, daily=62, quiet=27, night=8, rooms=3)
    together = put_together(frame, ["college"], "segment", "persons", RULES, "rest")
    assert together.rows() == [
        ("Law", "daily", 60, 0.62, False),
        ("Law", "quiet", 25, 0.27, False),
        ("Law", "rest", 10, 0.11, False),
    ]


def test_a_group_of_too_few_keeps_one_row_without_figures() -> None:
    together = put_together(
        colleges({"daily", "quiet"}, daily=4, quiet=3), ["college"], "segment", "persons", RULES, "rest"
    )
    assert together.rows() == [("Law", "rest", None, None, True)]


def test_a_rest_that_is_all_of_a_group_does_not_say_how_many_the_group_is() -> None:
    parts = colleges({"daily", "quiet"}, daily=8, quiet=4)
    together = put_together(parts, ["college"], "segment", "persons", RULES, "rest")
    assert together.rows() == [("Law", "rest", None, None, True)]
    beside_another = put_together(
        colleges({"night", "quiet"}, daily=30, night=8, quiet=4), ["college"], "segment", "persons", RULES, "rest"
    )
    assert beside_another.rows()[1] == ("Law", "rest", 10, 0.29, False), "the control: 12 people are enough"


def test_a_group_all_of_one_kind_is_not_said_to_be() -> None:
    together = put_together(colleges(set(), daily=40), ["college"], "segment", "persons", RULES, "rest")
    assert together.rows() == [("Law", "daily", 40, 0.95, False)]
