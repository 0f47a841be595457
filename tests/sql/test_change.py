"""A change is beyond chance or it is not, however many groups and measures are looked at."""

from collections.abc import Callable, Sequence
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from tests.drawn import shown
from tests.sql.among_peers import redrawn

TERMS = """
    term   | starts_on  | ends_on    | compare_to
    before | 2024-09-02 | 2025-01-19 |
    now    | 2025-09-01 | 2026-01-18 | before
    odd    | 2026-02-23 | 2026-07-12 | never
"""
DAYS = """
    day        | term   | is_open
    2024-10-01 | before | true
    2025-10-01 | now    | true
    2025-10-02 | now    | false
    2026-03-01 | odd    | true
"""
HEADING = "group_type | group_code | term | measure | persons | mean | log_mean | log_deviation"

Change = Callable[..., pl.DataFrame]


@pytest.fixture
def change(build) -> Change:
    def change(*rows: str, as_of: str = "2026-07-01", peer_group: int = 10) -> pl.DataFrame:
        return build(
            "portrait.change",
            portrait__distribution="\n".join([HEADING, *rows]),
            ref__term=TERMS,
            ref__calendar_day=DAYS,
            ref__horizon=f"as_of\n{as_of}",
            ref__site=f"peer_group\n{peer_group}",
        )

    return change


def moved(code: str, z: float, kind: str = "college", measure: str = "loans") -> list[str]:
    """A group of 50 people in both terms whose mean of logs moved by z standard errors: √(1/50 + 1/50) = 0.2."""
    return [
        f"{kind} | {code} | before | {measure} | 50 | 4 | 1 | 1",
        f"{kind} | {code} | now | {measure} | 50 | 5 | {1 + 0.2 * z!r} | 1",
    ]


def p_of(z: float) -> float:
    return 2 * (1 - NormalDist().cdf(abs(z)))


def test_the_difference_of_means_and_its_z_by_hand(change):
    table = change(
        "college | 文学院 | before | loans | 100 | 4 | 1.0 | 0.6",
        "college | 文学院 | now | loans | 64 | 5 | 1.25 | 0.8",
    )
    row = table.row(0, named=True)
    assert (row["persons"], row["mean"], row["mean_before"], row["difference"], row["relative_change"]) == (
        64, 5, 4, 1, 0.25,
    )  # fmt: skip
    assert row["compare_to"] == "before"
    # 0.25 / √(0.64 / 64 + 0.36 / 100) = 0.25 / √0.0136
    assert row["z"] == pytest.approx(0.25 / sqrt(0.0136))
    assert row["p_value"] == pytest.approx(p_of(0.25 / sqrt(0.0136)), abs=1e-6)


def test_p_values_are_those_of_the_normal_distribution(change):
    wanted = [-40, -6, -3.3, -1.96, -0.4, 0, 0.01, 0.7, 1, 1.645, 2.576, 4, 5, 9]
    table = change(*(row for z in wanted for row in moved(f"{z}", z)))
    found = {float(row["group_code"]): (row["z"], row["p_value"]) for row in table.to_dicts()}
    assert set(found) == set(wanted)
    for z, (told, p_value) in found.items():
        assert told == pytest.approx(z, abs=1e-9)
        assert p_value == pytest.approx(p_of(z), abs=1e-6)


def decided(table: pl.DataFrame) -> dict[str, bool | None]:
    return dict(table.select("group_code", "is_changed").iter_rows())


def test_benjamini_and_hochberg_by_hand(change):
    # five tests at 1 %, the lines are 0.002, 0.004, 0.006, 0.008, 0.010; two-sided p of each z:
    #   a 3.0 → 0.0027 (above 0.002), b 2.9 → 0.0037 (below 0.004), c 2.7 → 0.0069 (above 0.006), d 2.0, e 0.1
    # b is the last below its line, so a and b are finds, a though it is above its own
    table = change(*moved("a", 3), *moved("b", -2.9), *moved("c", 2.7), *moved("d", 2), *moved("e", 0.1))
    assert decided(table) == {"a": True, "b": True, "c": False, "d": False, "e": False}


def test_two_that_are_equal_share_the_later_place(change):
    # of two equal p values of 0.0069 the second's line is 0.010, and both are below it; alone among two it is 0.005
    assert decided(change(*moved("a", 2.7), *moved("b", 2.7))) == {"a": True, "b": True}
    assert decided(change(*moved("a", 2.7), *moved("b", 0))) == {"a": False, "b": False}


def test_kinds_of_groups_are_decided_apart_and_measures_together(change):
    alone = [*moved("a", 2.7), *moved("b", 0, kind="cohort"), *moved("c", 0, kind="major")]
    assert decided(change(*alone))["a"] is True  # 0.0069 below 0.010
    assert decided(change(*alone, *moved("d", 0, measure="visit_days")))["a"] is False


@pytest.mark.parametrize(("persons", "is_judged"), [(9, False), (10, True)])
@pytest.mark.parametrize("small", ["before", "now"])
def test_a_term_of_too_few_people_is_not_judged_nor_counted_among_the_tests(change, persons, is_judged, small):
    other = "now" if small == "before" else "before"
    table = change(
        f"college | a | {small} | loans | {persons} | 1 | 1 | 1",
        f"college | a | {other} | loans | 90 | 1 | 1 | 1",
        *moved("b", 2.7),
    )
    row = table.filter(group_code="a").row(0, named=True)
    assert row["persons"] == persons
    assert [row[name] is not None for name in ("z", "p_value", "is_changed")] == [is_judged] * 3
    # b's p of 0.0069 is below 0.010 alone, and above 0.005 beside another
    assert decided(table)["b"] is not is_judged


def test_where_nobody_deviates_there_is_no_error_to_measure_a_change_by(change):
    rows = [f"college | a | {term} | loans | 50 | {mean} | {mean} | 0" for term, mean in (("before", 0), ("now", 1))]
    columns = ("difference", "relative_change", "z", "p_value", "is_changed")
    assert shown(change(*rows), *columns) == {("1.0", None, None, None, None)}


def test_no_row_without_a_year_before_nor_while_the_term_runs(change):
    assert change("college | a | before | loans | 50 | 1 | 1 | 1").is_empty()
    assert change("college | a | odd | loans | 50 | 1 | 1 | 1", *moved("b", 1)).height == 1
    assert change(
        "college | a | now | loans | 50 | 1 | 1 | 1", "college | b | before | loans | 50 | 1 | 1 | 1"
    ).is_empty()
    assert change(*moved("a", 1), as_of="2025-09-30").is_empty()  # a day of opening is still to come
    assert change(*moved("a", 1), as_of="2025-10-01").height == 1  # the last has come, though a closed day has not


MEANS = {"visit_days": 20, "loans": 4, "bookings": 2, "events_attended": 0.5}
SHAPE = 2
"""Of the negative binomial counts: with a mean of 20, a deviation of 15."""


def summary(counts: np.ndarray) -> tuple[int, float, float, float]:
    logs = np.log1p(counts)
    return len(counts), float(counts.mean()), float(logs.mean()), float(logs.std(ddof=1))


def season(seed: int, rise: float) -> list[tuple[object, ...]]:
    """Two terms of twelve colleges of 80 to 300 people; the largest one's visits rise, nothing else does."""
    random = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for college, people in enumerate([300, *random.integers(80, 301, 11)]):
        for measure, usual in MEANS.items():
            for when in ("before", "now"):
                grown = rise if (college, measure, when) == (0, "visit_days", "now") else 1
                counts = random.negative_binomial(SHAPE, SHAPE / (SHAPE + usual * grown), people)
                rows.append(("college", f"{college}", f"{when} {seed}", measure, *summary(counts)))
    return rows


def judged(build: Callable[..., pl.DataFrame], rise: float, seeds: Sequence[int] = range(100)) -> pl.DataFrame:
    """What became of every college and measure, each seed in a pair of terms of its own."""
    rows = [row for seed in seeds for row in season(seed, rise)]
    return build(
        "portrait.change",
        portrait__distribution=redrawn(pl.DataFrame(rows, schema=HEADING.split(" | "), orient="row")),
        ref__term="term | compare_to\n" + "\n".join(f"now {seed} | before {seed}" for seed in seeds),
        ref__term_so_far="term | is_running\n" + "\n".join(f"now {seed} | false" for seed in seeds),
        ref__site="peer_group\n30",
    )


def test_where_nothing_changed_a_change_is_hardly_ever_found(build):
    table = judged(build, rise=1)
    assert table.height == 100 * 12 * len(MEANS)
    assert table.filter("is_changed")["term"].n_unique() <= 5  # of 100 seeds
    # each alone at 5 % would find something in nearly every seed, so that there is something to guard against
    assert table.filter(pl.col("p_value") <= 0.05)["term"].n_unique() >= 80


def test_a_rise_by_four_tenths_in_a_college_of_three_hundred_is_found(build):
    found = judged(build, rise=1.4).filter("is_changed")
    planted = (pl.col("group_code") == "0") & (pl.col("measure") == "visit_days")
    assert found.filter(planted).height >= 80  # of 100 seeds
    assert found.filter(~planted)["term"].n_unique() <= 5
    assert (found.filter(planted)["difference"] > 0).all()


def test_the_tail_is_right_beyond_what_a_table_would_tell(change):
    # the line of the first of a thousand tests is 0.00001: there the approximation must still be of the right size
    p_value = change(*moved("a", 4.42)).item(0, "p_value")
    assert p_value == pytest.approx(erfc(4.42 / sqrt(2)), rel=0.02)
