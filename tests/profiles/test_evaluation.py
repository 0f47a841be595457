"""A service is kept, mended or stopped by the published rule; inequality and ratings are those worked out by hand."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.paths import REFERENCE
from profiles.evaluation import HOLDS, evaluate, satisfaction, steadied, theil
from tests.drawn import drawn

RULES = pl.read_csv(REFERENCE / "evaluation_rule.csv", schema_overrides={"value": pl.Float64})
CASES = """
effect            | effect_before     | reach_rate | equity_between | satisfaction | no_show_rate | verdict     | reason
harmed            | helped            | 0.9        | 0.0            | 0.9          | 0.0          | stop        | harmed
no_visible_effect | no_visible_effect | 0.9        | 0.0            | 0.9          | 0.0          | stop        | no_effect_again
no_visible_effect | helped            | 0.9        | 0.0            | 0.9          | 0.0          | fix         | no_effect
no_visible_effect |                   | 0.9        | 0.0            | 0.9          | 0.0          | fix         | no_effect
                  | helped            | 0.9        | 0.0            | 0.9          | 0.0          | cannot_tell | not_told
cannot_tell       | helped            | 0.9        | 0.0            | 0.9          | 0.0          | cannot_tell | not_told
too_early         |                   | 0.9        | 0.0            | 0.9          | 0.0          | cannot_tell | not_told
changed_at_the_same_time |            | 0.9        | 0.0            | 0.9          | 0.0          | cannot_tell | not_told
helped            |                   | 0.19       | 0.0            | 0.9          | 0.0          | fix         | few_reached
helped            |                   | 0.2        | 0.11           | 0.9          | 0.0          | fix         | unequal
helped            |                   | 0.2        | 0.1            | 0.59         | 0.0          | fix         | unsatisfied
helped            |                   | 0.2        | 0.1            | 0.6          | 0.26         | fix         | no_shows
helped            |                   | 0.2        | 0.1            | 0.6          | 0.25         | keep        | helped
helped            | no_visible_effect |            |                |              |              | keep        | helped
"""
WORDS = {"effect", "effect_before", "verdict", "reason"}


@pytest.mark.parametrize("case", drawn(CASES).to_dicts(), ids=lambda case: case["reason"])
def test_the_first_rule_that_holds_decides(case: dict[str, str | None]) -> None:
    figures = {name: value if name in WORDS or value is None else float(value) for name, value in case.items()}
    found = evaluate(pl.DataFrame([figures]).drop("verdict", "reason"), RULES).row(0, named=True)
    assert (found["verdict"], found["reason"]) == (case["verdict"], case["reason"])
    assert found["reason_zh"]
    assert found["reason_en"]


def test_every_published_rule_is_known_and_some_rule_always_holds() -> None:
    assert RULES["rule"].to_list() == list(HOLDS)
    assert RULES.sort("position").equals(RULES)


def given_to(times: dict[str, list[int]]) -> pl.DataFrame:
    rows = [("reading", "t", college, often) for college, given in times.items() for often in given if often]
    return pl.DataFrame(rows, {"service": pl.String, "term": pl.String, "college": pl.String, "times": pl.Int64}, orient="row")  # fmt: skip


def those_it_is_for(persons: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        {"service": "reading", "term": "t", "college": list(persons), "persons": list(persons.values())}
    )


def test_theil_by_hand() -> None:
    """Of law 2 and 2 times, of arts 4 and none: the colleges have equal shares, all inequality is within arts.

    T = ¼ ln 1 + ¼ ln 1 + ½ ln 2 = 0.3466, between 0.
    """
    (row,) = theil(given_to({"law": [2, 2], "arts": [4, 0]}), those_it_is_for({"law": 2, "arts": 2})).iter_rows(
        named=True
    )
    assert (row["equity_between"], row["equity_within"]) == pytest.approx((0, 0.5 * np.log(2)))


def test_theil_between_by_hand() -> None:
    """Everyone of law once, nobody of arts, of two each: between = ln 2, within 0."""
    (row,) = theil(given_to({"law": [1, 1]}), those_it_is_for({"law": 2, "arts": 2})).iter_rows(named=True)
    assert (row["equity_between"], row["equity_within"]) == pytest.approx((np.log(2), 0))
    (row,) = theil(given_to({"law": [3, 1], "arts": [1, 1]}), those_it_is_for({"law": 2, "arts": 2})).iter_rows(
        named=True
    )
    between = 4 / 6 * np.log(2 / 1.5) + 2 / 6 * np.log(1 / 1.5)
    assert row["equity_between"] == pytest.approx(between)
    assert row["equity_within"] == pytest.approx(4 / 6 * (3 / 4 * np.log(1.5) + 1 / 4 * np.log(0.5)))


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=8), min_size=1, max_size=5))
def test_theil_is_that_of_all_persons_and_none_of_its_parts_is_negative(colleges: list[list[int]]) -> None:
    everyone = np.array([often for given in colleges for often in given], dtype=float)
    named = {f"college {n}": given for n, given in enumerate(colleges)}
    found = theil(given_to(named), those_it_is_for({name: len(given) for name, given in named.items()}))
    if not everyone.any():
        assert found.is_empty()
        return
    share = everyone[everyone > 0] / everyone.mean()
    total = float((share * np.log(share)).sum() / len(everyone))
    assert found["equity_between"].item() + found["equity_within"].item() == pytest.approx(total, abs=1e-9)
    assert found["equity_between"].item() >= -1e-9
    assert found["equity_within"].item() >= -1e-9


def test_ratings_of_few_are_drawn_further_to_the_middle_than_those_of_many() -> None:
    """By hand: weights 100, 100 and 4; Q = 2.353, so the true means differ by 0.353 / 105.88 = 0.00333 about 0.7077."""
    found = steadied(np.array([0.6, 0.8, 1.0]), np.array([0.1, 0.1, 0.5]))
    assert found == pytest.approx([0.6808, 0.7308, 0.7115], abs=1e-4)


def test_ratings_that_differ_by_chance_only_become_one_and_a_lone_one_stays() -> None:
    assert steadied(np.array([0.70, 0.72]), np.array([0.1, 0.1])) == pytest.approx([0.71, 0.71])
    assert steadied(np.array([0.7]), np.array([0.1])) == pytest.approx([0.7])


def test_fewer_than_ten_ratings_are_none() -> None:
    ratings = drawn("""
        service | term | persons | mean | ci_low | ci_high | scale_min | scale_max
        reading | t    | 10      | 4    | 3.8    | 4.2     | 1         | 5
        space   | t    | 9       | 2    | 1.8    | 2.2     | 1         | 5
        """).with_columns(
        pl.exclude("service", "term", "persons").cast(pl.Float64), pl.col("persons").cast(pl.Int64)
    )  # fmt: skip
    found = satisfaction(ratings)
    assert found.select("service", "ratings").rows() == [("reading", 10)]
    assert found["satisfaction"].item() == pytest.approx(0.75)
    assert satisfaction(ratings.clear()).is_empty()
