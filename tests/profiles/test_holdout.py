"""Who waits is drawn by the key: the same again, another without it, and never half a class."""

import polars as pl

from profiles.holdout import HELD_OUT, SERVED, drawn

KEY, OTHER = b"a" * 32, b"b" * 32


def people(number: int, in_class: int = 1) -> pl.DataFrame:
    keys = [f"p{n}" for n in range(number)]
    return pl.DataFrame(
        {"patron_key": keys, "drawn_with": [f"c{n // in_class}" if in_class > 1 else key for n, key in enumerate(keys)]}
    )


def held_out(members: pl.DataFrame, run: str = "r", share: float = 0.1, key: bytes = KEY) -> set[str]:
    arms = drawn(members, run, share, key)
    assert set(arms["arm"]) <= {SERVED, HELD_OUT}
    return set(arms.filter(pl.col("arm") == HELD_OUT)["patron_key"])


def test_the_number_is_exact_and_the_draw_is_the_same_in_any_order() -> None:
    members = people(1000)
    first = held_out(members)
    assert len(first) == 100
    assert held_out(members.reverse()) == first


def test_the_key_and_the_run_decide() -> None:
    members = people(1000)
    for other in (held_out(members, key=OTHER), held_out(members, run="r2")):
        # Of 100 drawn twice from 1,000 about 10 are the same; 40 would be ten standard deviations away.
        assert len(other & held_out(members)) < 40


def test_everybody_is_as_likely_to_wait() -> None:
    members = people(200)
    waits = pl.concat([pl.DataFrame({"who": sorted(held_out(members, f"run {n}", 0.5))}) for n in range(100)])
    often = waits.group_by("who").len()["len"]
    # 100 draws of one half: 50, and within 25 to 75 by five standard deviations.
    assert waits.height == 100 * 100
    assert int(str(often.min())) > 25
    assert int(str(often.max())) < 75


def test_a_class_is_served_or_waits_as_a_whole() -> None:
    members = people(100, in_class=10)
    arms = drawn(members, "r", 0.3, KEY)
    assert arms.group_by("drawn_with").agg(pl.col("arm").n_unique())["arm"].to_list() == [1] * 10
    assert len(held_out(members, share=0.3)) == 30


def test_nobody_waits_where_nothing_is_held_out_and_somebody_is_always_served() -> None:
    assert held_out(people(50), share=0) == set()
    assert len(held_out(people(3), share=0.1)) == 1
    assert held_out(people(1), share=0.5) == set()
