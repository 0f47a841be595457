"""Attacks on totals that are withheld: the university's less those of the colleges that are told, with one college's own figures known."""

from collections.abc import Mapping
from dataclasses import replace

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.models import Model
from pipelines.releasing.dominance import dominated, without_dominated
from profiles.disclosure import Rules, bounds
from tests.privacy.test_figure_attacks import told

RULES = Rules()
P = RULES.nearest_share
"""Nobody works out a withheld total, or what the person with most of it has, as nearly as this."""
People = Mapping[str, list[int]]


def campus(seed: int) -> dict[str, list[int]]:
    """The loans of each reader of twelve colleges, two of which are small; a few borrow by far the most."""
    random = np.random.default_rng(seed)
    sizes = [*random.integers(20, 400, 10), *random.integers(3, 10, 2)]
    return {
        f"C{number}": np.ceil(random.lognormal(1, 1.2, size)).astype(int).tolist() for number, size in enumerate(sizes)
    }


def rows(loans: People) -> pl.DataFrame:
    """The rows of portrait.unit about the university and its colleges."""
    groups = {("cohort", "everyone"): [one for own in loans.values() for one in own]} | {
        ("college", name): own for name, own in loans.items()
    }
    return pl.DataFrame(
        [
            {
                "group_type": kind,
                "group_code": code,
                "term": "t1",
                "persons": len(own),
                "loans_mean": float(np.mean(own)),
            }
            for (kind, code), own in groups.items()
        ]
    )


def heavy(loans: People, model: Model, rules: Rules, asked: pl.DataFrame) -> pl.DataFrame:
    """Of the groups asked about those whose mean does not leave, by what ``fact.dominance`` says of all."""
    groups = {("cohort", "everyone"): [one for own in loans.values() for one in own]}
    groups |= {("college", name): own for name, own in loans.items()}
    told_of = [
        (*group, "t1", "loans", float(sum(own)), max(own) / sum(own), sum(sorted(own)[-2:]) / sum(own))
        for group, own in groups.items()
    ]
    names = ["group_type", "group_code", "term", "measure", "total", "largest_share", "two_largest_share"]
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema fact")
        connection.register("given", pl.DataFrame(told_of, names, orient="row").to_arrow())
        connection.execute("create table fact.dominance as from given")
        return dominated(connection, rules, [(model, asked)])


def naive(loans: People) -> pl.DataFrame:
    """Small colleges left away, and everything else as it is, of two small ones the other is known."""
    is_told = pl.col("persons") >= RULES.k
    return rows(loans).with_columns(
        pl.when(is_told).then(pl.col(name)).alias(name) for name in ("persons", "loans_mean")
    )


def gated(loans: People, model: Model, rules: Rules = RULES) -> pl.DataFrame:
    every = rows(loans)
    return told(model, without_dominated(model, every, heavy(loans, model, rules, every), rules))


def totals(shown: pl.DataFrame, is_exact: bool) -> dict[str, tuple[float, float]]:
    """The least and the most loans that what is shown of a group allows; nothing of those that are withheld."""
    low, high = (pl.col("persons"),) * 2 if is_exact else bounds(pl.col("persons"), RULES)
    half = 0 if is_exact else 0.05
    ends = shown.drop_nulls("loans_mean").select(
        "group_code", low * (pl.col("loans_mean") - half), high=high * (pl.col("loans_mean") + half)
    )
    return {name: (least, most) for name, least, most in ends.iter_rows()}


def given_away(loans: People, shown: pl.DataFrame, is_exact: bool = False) -> list[str]:
    """The withheld colleges of which somebody knows nearly all: their total, or what the person with most has.

    That somebody knows all figures of the other colleges that are withheld, which is more than any insider does; and, for
    the second, what the person with second most has.
    """
    known = totals(shown, is_exact)
    university = known.pop("everyone", (0, np.inf))
    found = []
    for name in loans.keys() - known.keys():
        others = sum(sum(own) for other, own in loans.items() if other not in (name, *known))
        least, most = (university[end] - others - sum(ends[1 - end] for ends in known.values()) for end in (0, 1))
        total, (second, first) = sum(loans[name]), sorted(loans[name])[-2:]
        is_near = least >= (1 - P) * total - 1e-6 and most <= (1 + P) * total + 1e-6
        if is_near or most - second < (1 + P) * first - 1e-6:
            found.append(name)
    return sorted(found)


@pytest.mark.parametrize("seed", range(8))
def test_a_hidden_colleges_total_does_not_follow_from_the_universitys(seed: int, models: dict[str, Model]) -> None:
    loans = campus(seed)
    assert given_away(loans, naive(loans), is_exact=True) == ["C10", "C11"], "exact figures tell it to the last loan"
    shown = gated(loans, models["portrait.unit"])
    assert shown["loans_mean"].null_count() < 6, "a gate that hides everything is of no use"
    assert given_away(loans, shown) == []


@pytest.mark.parametrize("seed", range(8))
def test_it_would_if_what_is_shown_were_exact(seed: int, models: dict[str, Model]) -> None:
    """The control: the same colleges are withheld, and nothing is coarse."""
    loans = campus(seed)
    is_told = gated(loans, models["portrait.unit"])["loans_mean"].is_not_null()
    exact = rows(loans).with_columns(pl.when(is_told).then("loans_mean").alias("loans_mean"))
    assert {"C10", "C11"} <= set(given_away(loans, exact, is_exact=True))


@pytest.mark.parametrize("loans", [2000, 5000])
def test_one_who_borrows_more_than_what_rounding_leaves_open_is_not_seen_through_the_universitys_mean(
    loans: int, models: dict[str, Model]
) -> None:
    """Coarse figures are not enough, and nobody makes the most of the university's loans; so its mean stays away."""
    model, people = models["portrait.unit"], campus(3) | {"C10": [loans, 3, 2, 4, 1]}
    assert given_away(people, gated(people, model, replace(RULES, nearest_share=0))) == ["C10"]
    assert given_away(people, gated(people, model)) == []
    assert gated(campus(3), model)["loans_mean"][0] is not None


def test_a_whole_that_is_told_of_alone_is_judged_by_the_same_parts(models: dict[str, Model]) -> None:
    model, people = models["portrait.unit"], campus(3) | {"C10": [2000, 3, 2, 4, 1]}
    every = rows(people)
    whole = every.filter(pl.col("group_code") == "everyone")
    assert heavy(people, model, RULES, whole).rows() == [("cohort", "everyone", "t1", "loans")]
    assert ("college", "C10", "t1", "loans") in heavy(people, model, RULES, every).rows()
    assert heavy(campus(3), model, RULES, whole).is_empty()
