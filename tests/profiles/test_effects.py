"""A verdict follows from the interval, from how many were judged together, and from what the run was made to see."""

import datetime as dt

import polars as pl
import pytest

from profiles.effect_arms import Difference
from profiles.effect_words import REASONS
from profiles.effects import EFFECT, judge, verdict_of
from tests.drawn import drawn

FROZEN = dt.date(2026, 3, 31)
AFTER = FROZEN + dt.timedelta(days=28)
FIGURES = ("served_rate", "held_out_rate", "difference", "ci_low", "ci_high", "p_value", "q_value", "times_difference")

RULES = """
low   | high  | p     | q     | planned | reason     | verdict
0.01  | 0.09  | 0.01  | 0.04  | 0.05    | more       | helped
-0.09 | -0.01 | 0.01  | 0.04  | 0.05    | fewer      | harmed
0.01  | 0.09  | 0.04  | 0.20  | 0.05    | among_many | cannot_tell
-0.09 | -0.01 | 0.04  | 0.20  | 0.05    | among_many | cannot_tell
0.00  | 0.09  | 0.06  | 0.06  | 0.05    | too_wide   | cannot_tell
0.001 | 0.09  | 0.06  | 0.06  | 0.05    | too_wide   | cannot_tell
-0.02 | 0.06  | 0.40  | 0.40  | 0.05    | too_wide   | cannot_tell
-0.06 | 0.02  | 0.40  | 0.40  | 0.05    | too_wide   | cannot_tell
-0.02 | 0.05  | 0.40  | 0.40  | 0.05    | too_wide   | cannot_tell
-0.02 | 0.04  | 0.40  | 0.40  | 0.05    | excluded   | no_visible_effect
0.00  | 0.00  | 1.00  | 1.00  | 0.05    | excluded   | no_visible_effect
-0.02 | 0.04  | 0.40  | 0.40  |         | unplanned  | cannot_tell
"""
UNITS = pl.DataFrame(
    schema={
        **{"run_key": pl.String, "unit": pl.String, "week": pl.Int64, "rate": pl.Float64},
        **{"persons": pl.Int64, "is_served": pl.Boolean},
    }
)


def run(
    run_key: str, *, detectable: float | None = 0.2, is_measured: bool = True, term: str = "spring"
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            **{"run_key": run_key, "service": "reading", "term": term, "frozen_on": FROZEN, "window_days": 28},
            **{"detectable": detectable, "is_measured": is_measured},
        },
        schema_overrides={"detectable": pl.Float64},
    )


def arm(run_key: str, name: str, did: int, did_not: int) -> pl.DataFrame:
    """An arm of people drawn one by one, so many of whom did it once, the others never."""
    persons = [f"{run_key} {name} {n}" for n in range(did + did_not)]
    return pl.DataFrame(
        {"run_key": run_key, "patron_key": persons, "arm": name, "drawn_with": persons, "outcomes": [1] * did + [0] * did_not}
    ).with_columns(baseline=pl.lit(None, pl.Float64))  # fmt: skip


def both(run_key: str, served: tuple[int, int], held_out: tuple[int, int]) -> pl.DataFrame:
    return pl.concat([arm(run_key, "served", *served), arm(run_key, "held_out", *held_out)])


@pytest.mark.parametrize("rule", drawn(RULES).to_dicts(), ids=lambda rule: f"{rule['low']} {rule['q']}")
def test_the_rule_of_the_verdict(rule: dict[str, str]) -> None:
    low, high, p_value, q_value = (float(rule[name]) for name in ("low", "high", "p", "q"))
    found = Difference("newcombe", (low + high) / 2, low, high, p_value)
    reason = verdict_of(found, q_value, float(rule["planned"]) if rule["planned"] else None)
    assert (reason, REASONS[reason].verdict) == (rule["reason"], rule["verdict"])


def test_a_run_is_told_by_arm_with_its_interval() -> None:
    (row,) = judge(run("a"), both("a", (432, 1368), (42, 158)), UNITS, AFTER).iter_rows(named=True)
    assert (row["served"], row["held_out"], row["persons"]) == (1800, 200, 200)
    assert (row["served_rate"], row["held_out_rate"]) == pytest.approx((0.24, 0.21))
    assert (row["ci_low"], row["difference"], row["ci_high"]) == pytest.approx((-0.03, 0.03, 0.09), abs=0.006)
    assert (row["window_from"], row["window_to"]) == (dt.date(2026, 4, 1), dt.date(2026, 4, 28))
    assert (row["verdict"], row["design"]) == ("no_visible_effect", "trial")
    planned = judge(run("a", detectable=0.08), both("a", (432, 1368), (42, 158)), UNITS, AFTER)
    assert planned["verdict"].item() == "cannot_tell"


def test_before_the_window_is_over_nothing_is_computed() -> None:
    people = both("a", (90, 10), (10, 90))
    early, over = (judge(run("a"), people, UNITS, day).row(0, named=True) for day in (AFTER - dt.timedelta(1), AFTER))
    assert (early["verdict"], over["verdict"]) == ("too_early", "helped")
    assert [early[name] for name in FIGURES] == [None] * len(FIGURES)
    assert None not in [over[name] for name in FIGURES]


def test_where_nobody_was_held_out_no_figure_of_those_served_is_told() -> None:
    found = judge(run("a"), arm("a", "served", 432, 1368), UNITS, AFTER).row(0, named=True)
    assert (found["verdict"], found["reason"], found["design"]) == ("cannot_tell", "one_arm", "observed")
    assert [found[name] for name in FIGURES] == [None] * len(FIGURES)
    assert (found["served"], found["held_out"], found["persons"]) == (1800, 0, 1800)


def test_what_was_not_measured_is_not_told() -> None:
    found = judge(run("a", is_measured=False), both("a", (90, 10), (10, 90)), UNITS, AFTER).row(0, named=True)
    assert (found["verdict"], found["reason"], found["served_rate"]) == ("cannot_tell", "not_measured", None)


def test_services_of_a_term_are_judged_together_and_terms_apart() -> None:
    """Four of no effect raise the fifth's p of 0.022 to 5 · 0.022; the same in a term of its own stands."""
    none = [both(name, (40, 160), (40, 160)) for name in "abcd"]
    runs = pl.concat([*(run(name) for name in "abcdf"), run("g", term="autumn")])
    people = pl.concat([*none, both("f", (60, 140), (40, 160)), both("g", (60, 140), (40, 160))])
    found = {row["run_key"]: row for row in judge(runs, people, UNITS, AFTER).iter_rows(named=True)}
    assert found["f"]["p_value"] == found["g"]["p_value"] == pytest.approx(0.0209, abs=1e-3)
    assert found["f"]["q_value"] == pytest.approx(5 * found["f"]["p_value"])
    assert found["g"]["q_value"] == pytest.approx(found["g"]["p_value"])
    assert [found[name]["verdict"] for name in "afg"] == ["no_visible_effect", "cannot_tell", "helped"]
    assert found["f"]["reason"] == "among_many"
    assert (found["f"]["judged_together"], found["g"]["judged_together"]) == (5, 1)


def test_raised_p_values_are_those_of_benjamini_and_hochberg() -> None:
    """By hand: p · m / rank from the largest down, never above the one after it."""
    runs = pl.concat([run(name) for name in "abc"])
    people = pl.concat(
        [both("a", (70, 130), (40, 160)), both("b", (60, 140), (40, 160)), both("c", (58, 142), (40, 160))]
    )
    found = judge(runs, people, UNITS, AFTER)
    least, middle, most = found["p_value"]
    assert least < middle < most < 2 * middle
    assert found["q_value"].to_list() == pytest.approx(
        [min(3 * least, most), min(middle * 3 / 2, most), most], abs=1e-8
    )


def test_every_reason_is_told_in_both_languages_and_without_a_figure() -> None:
    told = [(reason.zh, reason.en) for reason in REASONS.values()]
    assert all(zh and en for zh, en in told)
    assert not any(letter.isdigit() for words in told for word in words for letter in word)
    assert {reason.verdict for reason in REASONS.values()} == {
        *("helped", "harmed", "no_visible_effect", "cannot_tell", "too_early"),
        *("changed_at_the_same_time", "no_change_seen"),
    }


def test_no_run_gives_no_row() -> None:
    nothing = judge(run("a").clear(), both("a", (1, 1), (1, 1)).clear(), UNITS, AFTER)
    assert nothing.is_empty()
    assert dict(nothing.schema) == EFFECT
