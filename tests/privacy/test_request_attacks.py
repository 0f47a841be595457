"""Attacks by asking again: for other days, for other units, for more people. Each succeeds without the gate, and fails through it."""

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
import pytest

from pipelines.errors import Misconfigured
from pipelines.releasing.periods import Span, beside_others, name_of, refuse_near_ends
from profiles.disclosure import Rules
from tests.privacy.releases import NOTHING_YET, K, remembered, rows, shown_small_only, through_the_gate, worked_out

TERM = (dt.date(2025, 9, 1), dt.date(2026, 1, 4))
MONTHS = [dt.date(2025, month, 1) for month in range(9, 13)]
TERMS = {"autumn": TERM}
FIRST_MONTHS = (TERM[0], dt.date(2025, 11, 30))
LESS_A_MONTH = (TERM[0], dt.date(2025, 10, 31))
LATER = (dt.date(2025, 10, 1), dt.date(2025, 12, 31))
ASKED = (FIRST_MONTHS, LESS_A_MONTH, LATER)
"""One after the other, each a month shorter, longer or later than one before."""


def told_of(counts: Mapping[str, int], term: str) -> pl.DataFrame:
    """Rows about units in a term or a period."""
    told = rows([(unit, "", n) for unit, n in counts.items()], "report.hour")
    named = f"report.hour term={term}"
    return told.with_columns(row_key=pl.concat_str("row_key", pl.lit(term)), same=pl.lit(named), family=pl.lit(named))


def term_name(span: Span) -> str:
    return next((name for name, days in TERMS.items() if days == span), name_of(span))


def came(seed: int, colleges: int = 4) -> dict[str, list[set[int]]]:
    """For each class of a campus, who came in each of its months, September to December."""
    rng = np.random.default_rng(seed)
    months_of: dict[str, list[set[int]]] = {}
    for college in range(colleges):
        for one in range(int(rng.integers(1, 4))):
            people = int(rng.integers(6, 40))
            keenness = rng.beta(2, 5, people)
            months_of[f"C{college}/K{one}"] = [set(np.flatnonzero(rng.random(people) < keenness)) for _ in range(4)]
    return months_of


def counted(seed: int, span: Span) -> dict[str, int]:
    """How many came at all within a period of whole months, by class, college and in all."""
    counts: dict[str, int] = {}
    for one, months in came(seed).items():
        within = [who for who, month in zip(months, MONTHS, strict=True) if span[0] <= month <= span[1]]
        persons = len(set[int]().union(*within))
        for unit in ("", one.split("/")[0], one):
            counts[unit] = counts.get(unit, 0) + persons
    return counts


def everything_shown(told: list[pl.DataFrame]) -> pl.DataFrame:
    """What the same requests say without the gate: small numbers left away, all others exact."""
    nothing = dict.fromkeys(("persons_then", "shown_then", "told_in"), pl.lit(None, pl.Int64))
    every = pl.concat(told).with_columns(cell=pl.int_range(pl.len()), was_there=None, is_gone=False, **nothing)
    beside = beside_others(every, TERMS, Rules())
    naive = shown_small_only(beside)
    is_rest = pl.col("is_rest")
    return naive.with_columns(
        is_hidden=pl.col("is_hidden") | is_rest,
        shown=pl.when(~is_rest).then("shown"),
        least=pl.when(is_rest).then(0).otherwise("least"),
    )


def in_order(seed: int) -> Iterator[pl.DataFrame]:
    """The term as every night tells it, and then what was asked for."""
    return (told_of(counted(seed, span), term_name(span)) for span in (TERM, *ASKED))


@pytest.mark.parametrize("seed", range(3))
def test_periods_that_differ_by_a_month_do_not_tell_who_came_in_it(seed: int) -> None:
    ever = NOTHING_YET
    for number, told in enumerate(in_order(seed), start=1):
        released = through_the_gate(told, ever, terms=TERMS)
        assert worked_out(released) == [], f"request {number}"
        ever = remembered(released, ever, number)
    enough = ever.filter(pl.col("persons") >= K)
    assert enough["shown"].is_not_null().mean() > 0.4, "a gate that hides everything is of no use"


@pytest.mark.parametrize("seed", range(3))
def test_without_the_gate_they_do(seed: int) -> None:
    """The control: numbers of the month alone come out to the person."""
    found = worked_out(everything_shown(list(in_order(seed))))
    assert [persons for persons, (low, high) in found if low == high == persons]


def test_a_period_that_differs_by_few_people_is_told_with_the_number_that_was_told() -> None:
    """Of 46 people 43 came before December; nobody learns that three came in December alone."""
    term, shorter = told_of({"": 146, "Law": 46}, "autumn"), told_of({"": 120, "Law": 43}, name_of(FIRST_MONTHS))
    assert (3, (3.0, 3.0)) in worked_out(everything_shown([term, shorter]))
    ever = remembered(through_the_gate(term, terms=TERMS), NOTHING_YET, 1)
    released = through_the_gate(shorter, ever, terms=TERMS)
    assert worked_out(released) == []
    shown = released.filter(pl.col("row_key").str.contains("..", literal=True), ~pl.col("is_gone"))
    assert dict(shown.select("unit", "shown").iter_rows()) == {"": 120, "Law": 45}


def test_what_is_asked_for_first_binds_the_term_that_is_told_afterwards() -> None:
    ever = remembered(through_the_gate(told_of({"": 120, "Law": 46}, name_of(FIRST_MONTHS))), NOTHING_YET, 1)
    released = through_the_gate(told_of({"": 146, "Law": 52}, "autumn"), ever, terms=TERMS)
    assert worked_out(released) == []
    assert released.filter(unit="Law", is_gone=False, is_rest=False)["shown"].to_list() == [45]


SIX_CLASSES = {"": 137, "Art": 80, "Music": 45, "Law": 12} | {f"Law/{one}": 2 for one in range(6)}
"""Were Law's twelve told, nobody could take one of its classes for nine: so they are not."""


@pytest.mark.parametrize("less", [0, 1])
def test_a_period_does_not_tell_how_many_a_unit_is_that_the_term_withholds(less: int) -> None:
    """Whoever asks for Law alone asks of nobody's classes; and nearly all of the term's people are there in its months."""
    ever = remembered(through_the_gate(told_of(SIX_CLASSES, "autumn"), terms=TERMS), NOTHING_YET, 1)
    assert ever.filter(unit="Law")["shown"].to_list() == [None]
    asked = told_of({"Law": 12 - less}, name_of(FIRST_MONTHS))
    shown = dict(
        through_the_gate(asked, ever, terms=TERMS)
        .filter(is_gone=False, is_rest=False)
        .select("unit", "shown")
        .iter_rows()
    )
    assert shown == {"Law": None}
    alone = through_the_gate(asked, terms=TERMS).filter(is_rest=False)
    assert alone["shown"].to_list() == [10], "the control: by itself it can be told"


def test_of_a_period_in_which_a_withheld_unit_was_another_one_something_can_be_told() -> None:
    ever = remembered(through_the_gate(told_of(SIX_CLASSES, "autumn"), terms=TERMS), NOTHING_YET, 1)
    later = through_the_gate(told_of({"Law": 40}, name_of(LATER)), ever, terms=TERMS)
    assert later.filter(unit="Law", is_gone=False, is_rest=False)["shown"].to_list() == [40]


def test_units_that_differ_by_one_class() -> None:
    """First a college, then all of its classes but one, which has four people."""
    college = {"": 300, "Law": 64, "Art": 236}
    classes = {"": 300, "Law/1": 30, "Law/2": 30, "Law/3": 4}
    term = name_of(FIRST_MONTHS)
    assert (4, (4.0, 4.0)) in worked_out(everything_shown([told_of(college | classes, term)]))
    ever = remembered(through_the_gate(told_of(college, term)), NOTHING_YET, 1)
    released = through_the_gate(told_of(classes, term), ever)
    assert worked_out(released) == []
    assert released.filter(unit="Law/3")["shown"].to_list() == [None]


def test_ends_of_periods_lie_weeks_apart_or_are_the_same() -> None:
    """Two periods that differ by a day tell what happened on it, and a third that two of a dozen days fence in does, too."""
    told = [TERM, FIRST_MONTHS]
    for fits in (
        TERM,
        FIRST_MONTHS,
        LESS_A_MONTH,
        (dt.date(2025, 12, 1), TERM[1]),
        (dt.date(2026, 2, 2), dt.date(2026, 6, 1)),
    ):
        refuse_near_ends(fits, told, 28)
    day = dt.timedelta(days=1)
    with pytest.raises(
        Misconfigured, match=r"--to 2025-12-01: .* say --to 2025-11-30, or a day that is 28 days from it"
    ):
        refuse_near_ends((TERM[0], FIRST_MONTHS[1] + day), told, 28)
    with pytest.raises(Misconfigured, match=r"--from 2025-08-31: .* say --from 2025-09-01"):
        refuse_near_ends((TERM[0] - day, TERM[1]), told, 28)
