"""What can be seen before anybody is contacted: the published figures, and that a lopsided draw sees less."""

import pytest

from profiles.power import chosen_share, detectable, effective


@pytest.mark.parametrize(
    ("people", "share", "points"),
    [
        *((500, 0.1, 16.7), (500, 0.5, 10.0), (2000, 0.1, 8.4), (2000, 0.5, 5.0)),
        *((5000, 0.1, 5.3), (5000, 0.5, 3.2), (20000, 0.1, 2.6), (20000, 0.5, 1.6)),
    ],
)
def test_the_rise_that_can_be_seen_is_that_of_the_tables(people: int, share: float, points: float) -> None:
    rise = detectable(0.2, people * (1 - share), people * share)
    assert rise is not None
    assert round(100 * rise, 1) == points


def test_no_rise_can_be_seen_without_both_groups_or_with_hardly_anybody() -> None:
    assert detectable(0.2, 100, 0) is None
    assert detectable(0.2, 0, 100) is None
    assert detectable(0.5, 5, 5) is None  # 50 points and more than there is room for
    assert detectable(0.0, 5000, 5000) is not None  # that nobody came unasked so far is not certain


def test_as_few_are_held_out_as_show_what_is_worth_the_work() -> None:
    assert chosen_share(20_000, 0.2, 0.05) == 0.1  # 2.6 points
    assert chosen_share(5_000, 0.2, 0.05) == 0.2  # 5.3 points at a tenth, 4.0 at a fifth
    assert chosen_share(2_000, 0.2, 0.05) == 0.5
    assert chosen_share(10, 0.2, 0.05) == 0.5


def test_people_taught_together_count_for_fewer() -> None:
    assert effective(100, 100, 0.05) == 100  # each by themselves
    assert effective(100, 10, 0.0) == 100
    assert effective(100, 10, 1.0) == pytest.approx(10)  # ten classes, all alike within
    assert effective(300, 10, 0.05) == pytest.approx(300 / 2.45)  # 1 + 29 × 0.05
    assert effective(0, 0, 0.05) == 0
