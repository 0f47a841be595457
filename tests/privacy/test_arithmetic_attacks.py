"""Attacks by arithmetic: each works out numbers from the naive output, and none from what the gate lets out."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.attacker import narrowed
from profiles.claims import Claim
from profiles.disclosure import Rules
from tests.privacy import releases
from tests.privacy.releases import NOTHING_YET, remembered, rows, shown_small_only, through_the_gate, worked_out

SIMPLE = Rules(mode="simple")


def test_subtraction_from_a_total() -> None:
    table = rows([("", "", 63), ("Law", "", 40), ("Art", "", 20), ("Music", "", 3)])
    assert worked_out(shown_small_only(table)) == [(3, (3, 3)), (3, (3, 3)), (3, (3, 3))]  # Law's, Art's, anybody's
    assert worked_out(through_the_gate(table)) == []


@pytest.mark.parametrize("seed", range(4))
def test_subtraction_in_a_whole_campus(seed: int) -> None:
    table = rows(releases.campus(seed))
    assert worked_out(shown_small_only(table))
    assert worked_out(through_the_gate(table)) == []


@pytest.mark.parametrize("seed", range(4))
def test_subtraction_across_two_ways_of_counting(seed: int) -> None:
    table = rows(releases.by_kind(seed))
    assert worked_out(shown_small_only(table))
    assert worked_out(through_the_gate(table)) == []


def test_an_insider_of_one_college() -> None:
    """Two small colleges protect each other against everybody but their own people."""
    table = rows([("", "", 111), ("Law", "", 100), ("Art", "", 4), ("Music", "", 7)])
    naive = shown_small_only(table)
    from_outside = naive.with_columns(insider=pl.lit(None, pl.String))
    assert {interval for _, interval in worked_out(from_outside)} <= {(1.0, 10.0)}
    assert {(4, (4.0, 4.0)), (7, (7.0, 7.0))} <= set(worked_out(naive))
    assert worked_out(through_the_gate(table)) == []


def year_to_date(seed: int) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """For each month, the new readers in it and those of the year so far, by major."""
    rng = np.random.default_rng(seed)
    majors = [f"C{college}/M{major}" for college in range(2) for major in range(3)]
    so_far = dict.fromkeys(["", "C0", "C1", *majors], 0)
    told = []
    for since, until in releases.months():
        new = dict.fromkeys(so_far, 0)
        for major in majors:
            persons = int(rng.negative_binomial(2, 0.2))
            for unit in ("", major[:2], major):
                new[unit] += persons
        so_far = {unit: so_far[unit] + new[unit] for unit in so_far}
        month = rows([(unit, "", n) for unit, n in new.items()], "report.new_reader", (since, until))
        year = rows(
            [(unit, "", n) for unit, n in so_far.items()], "report.new_reader", (dt.date(since.year, 1, 1), until)
        )
        told.append((month, year))
    return told


def test_the_year_to_date_less_the_year_to_date_a_month_ago() -> None:
    """The control counts each table's small numbers correctly hidden by themselves, and forgets the month before."""
    leaks, ever, so_far = 0, NOTHING_YET, []
    for number, (month, year) in enumerate(year_to_date(1), start=1):
        both = pl.concat([month, year]).unique(["unit", "since", "until"], maintain_order=True)
        so_far.append(both)
        released = through_the_gate(both, ever)
        assert worked_out(released) == [], f"release {number}"
        ever = remembered(released, ever, number)
    everything = pl.concat(so_far).unique(["unit", "since", "until"], maintain_order=True)
    leaks = len(worked_out(shown_small_only(everything)))
    assert leaks > 0
    assert ever["shown"].is_not_null().mean() > 0.3, "a gate that hides everything is of no use"


def test_only_the_year_to_date_is_shown_and_still_gives_no_month_away() -> None:
    spans = [(dt.date(2025, 1, 1), until) for _, until in releases.months()]
    first, second = (rows([("", "", n)], "report.new_reader", span) for n, span in zip((40, 43), spans, strict=False))
    assert second["persons"][0] - first["persons"][0] == 3  # the control: exact figures tell it
    ever = remembered(through_the_gate(first), NOTHING_YET, 1)
    released = through_the_gate(second, ever)
    assert worked_out(released) == []


def test_what_was_shown_is_not_taken_back_and_a_few_more_people_do_not_show() -> None:
    before = through_the_gate(rows([("", "", 63), ("Law", "", 43), ("Art", "", 20)]))
    ever = remembered(before, NOTHING_YET, 1)
    after = through_the_gate(rows([("", "", 66), ("Law", "", 46), ("Art", "", 20)]), ever)
    assert dict(before.select("unit", "shown").iter_rows()) == {"": 65, "Law": 45, "Art": 20}
    assert dict(after.select("unit", "shown").iter_rows()) == {"": 65, "Law": 45, "Art": 20}


def rounded_to(base: int, counts: dict[str, int]) -> list[Claim]:
    """Every count to the nearest multiple, small ones too, and nothing hidden."""
    half = base // 2
    shown = {unit: (n + half) // base * base for unit, n in counts.items()}
    complete = frozenset({"unit"})
    return [
        Claim("f", unit, "", None, max(0, n - half), n + base - 1 - half, complete, complete)
        for unit, n in shown.items()
    ]


def test_rounding_to_five_can_be_unpicked() -> None:
    """Seven units of two leave as 0 each and 15 together, so that each has one or two; to ten they say no such thing."""
    seven = {"": 14} | {f"~{n}": 2 for n in range(7)}
    assert narrowed(rounded_to(5, seven), {1: (0, 4)}, {})[1][""] == (1, 2)
    assert narrowed(rounded_to(10, seven), {1: (0, 4)}, {})[1][""] == (0, 4)
    table = rows([(unit, "", n) for unit, n in seven.items()])
    assert worked_out(through_the_gate(table)) == []
    assert worked_out(through_the_gate(table, rules=SIMPLE), SIMPLE) == []


def test_ten_are_no_fewer_than_ten() -> None:
    """Of 17 people, told as 15, Law's ten leave no more than 7 others: 15 + 2 - 10, since of eight or nine nothing would be told.

    If ten stood for eight, too, they would leave up to 9, and nothing would be learnt.
    """
    released = through_the_gate(rows([("", "", 17), ("~law", "", 10), ("~art", "", 7)]))
    told = dict(released.filter(pl.col("row_key") != "").select("unit", "shown").iter_rows())
    assert told == {"": 15, "~law": None, "~art": None}
    assert worked_out(
        released.with_columns(
            shown=pl.when(unit="~law").then(10).otherwise("shown"),
            is_hidden=pl.col("is_hidden") & (pl.col("unit") != "~law"),
        )
    )


def test_half_a_person_is_nobody() -> None:
    """Of three who meet in pairs no pair counts more than one: in fractions the three may be one and a half, as people one."""
    all_three = frozenset({"unit"})
    people = [Claim("all", unit, "", None, 0, 9, all_three, all_three) for unit in ("", "x", "y", "z")]
    pairs = [
        Claim(pair, unit, "", None, 0, 1 if unit == "" else 9, all_three, all_three)
        for pair in ("xy", "yz", "xz")
        for unit in ("", *pair)
    ]
    claims = [*people, *pairs]
    at = {(claim.family, claim.unit): place for place, claim in enumerate(claims)}
    same = [(at["all", unit], at[pair, unit]) for pair in ("xy", "yz", "xz") for unit in pair]
    assert narrowed(claims, {0: (0, 9)}, {}, same)[0][""] == (0, 1)


@pytest.mark.parametrize("seed", range(3))
def test_the_simple_mode_holds_on_a_whole_campus(seed: int) -> None:
    table = rows(releases.campus(seed))
    assert worked_out(through_the_gate(table, rules=SIMPLE), SIMPLE) == []


parts = st.integers(0, 40)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(parts, min_size=1, max_size=4), min_size=1, max_size=4))
def test_no_small_number_of_any_hierarchy_is_narrowed_down(majors_of: list[list[int]]) -> None:
    counts = [(f"C{c}/M{m}", "", n) for c, majors in enumerate(majors_of) for m, n in enumerate(majors)]
    counts += [(f"C{c}", "", sum(majors)) for c, majors in enumerate(majors_of)]
    counts.append(("", "", sum(map(sum, majors_of))))
    assert worked_out(through_the_gate(rows(counts))) == []


def test_hiding_the_small_numbers_alone_fails_the_same_property() -> None:
    """The control of the property above."""
    leaks = [worked_out(shown_small_only(rows(releases.campus(seed)))) for seed in range(3)]
    assert all(leaks)


def test_the_same_figures_and_ledger_give_the_same_release() -> None:
    table = rows(releases.campus(7))
    shuffled = table.sample(fraction=1, shuffle=True, seed=1)
    first, again = (through_the_gate(one).select("unit", "shown").sort("unit") for one in (table, shuffled))
    assert first.equals(again)


def test_most_of_what_is_not_small_is_shown() -> None:
    released = through_the_gate(rows(releases.campus(3)))
    enough = released.filter(pl.col("persons") >= releases.K, pl.col("row_key") != "")
    assert enough["shown"].is_not_null().mean() > 0.8
