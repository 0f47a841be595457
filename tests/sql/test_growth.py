"""How a standing moves: against one's own terms before, the same season, and what peers did meanwhile."""

from collections.abc import Sequence
from functools import partial
from statistics import NormalDist, median

import polars as pl
import pytest

from tests.sql.among_peers import compared, term_of

PEOPLE = ["ann", "bo", "cy", "di"]
TERMS = ["autumn 1", "spring 1", "autumn 2", "spring 2"]

z = NormalDist().inv_cdf


@pytest.fixture
def grown(build, models):
    """A person's growth, term by term, from each term's days visited and who was away in it."""

    def grown(
        days: Sequence[Sequence[int | None]], away: dict[str, str] | None = None, peer_group: int = 3
    ) -> pl.DataFrame:
        people = pl.concat(
            term_of(
                term,
                PEOPLE[: len(values)],
                visit_days=list(values),
                is_exposed=[str((away or {}).get(term) != name).lower() for name in PEOPLE[: len(values)]],
            )
            for term, values in zip(TERMS, days, strict=False)
        )
        return partial(compared, build, models)(people, peer_group=peer_group)["fact.growth"]

    return grown


def of(table: pl.DataFrame, name: str, column: str) -> dict[str, float | None]:
    return dict(table.filter(patron_key=name).select("term", column).iter_rows())


def test_growth_is_the_change_of_the_normal_score_and_the_first_term_has_none(grown):
    table = grown([(1, 2, 3), (9, 2, 3)])
    # Ann moves from the lowest of three, 1/6, to the highest, 5/6; bo from the middle to the lowest.
    assert of(table, "ann", "learning_growth") == {"autumn 1": None, "spring 1": pytest.approx(z(5 / 6) - z(1 / 6))}
    assert of(table, "bo", "learning_growth")["spring 1"] == pytest.approx(z(1 / 6) - z(1 / 2))
    assert of(table, "ann", "growth_terms") == {"autumn 1": 1, "spring 1": 2}


def test_a_term_away_is_skipped(grown):
    table = grown([(1, 2, 3, 4), (1, 2, 3, 0), (5, 2, 3, 4)], away={"spring 1": "ann"})
    # From 1/8 in the first autumn to 7/8 in the second, across the spring elsewhere.
    expected = {"autumn 1": None, "spring 1": None, "autumn 2": pytest.approx(z(7 / 8) - z(1 / 8))}
    assert of(table, "ann", "learning_growth") == expected
    assert of(table, "ann", "growth_terms") == {"autumn 1": 1, "spring 1": None, "autumn 2": 2}


def test_a_term_that_was_not_measured_is_skipped(grown):
    table = grown([(1, 2, 3), (None, None, None), (9, 2, 3)])
    expected = {"autumn 1": None, "spring 1": None, "autumn 2": pytest.approx(z(5 / 6) - z(1 / 6))}
    assert of(table, "ann", "learning_growth") == expected
    assert of(table, "ann", "cohort_relative_change")["spring 1"] is None


def test_the_same_season_is_the_term_a_year_before(grown):
    table = grown([(1, 2, 3), (9, 2, 3), (2, 1, 3), (1, 2, 3)])
    # Ann: 1/6, 5/6, 3/6, 1/6.
    expected = {
        "autumn 1": None,
        "spring 1": None,
        "autumn 2": pytest.approx(-z(1 / 6)),
        "spring 2": pytest.approx(z(1 / 6) - z(5 / 6)),
    }
    assert of(table, "ann", "growth_same_season") == expected


def test_the_same_season_is_not_replaced_by_another_where_one_was_away(grown):
    table = grown([(1, 2, 3, 4), (1, 2, 3, 4), (5, 2, 3, 4)], away={"autumn 1": "ann"})
    assert of(table, "ann", "growth_same_season")["autumn 2"] is None
    assert of(table, "bo", "growth_same_season")["autumn 2"] is not None


def test_what_the_peers_did_meanwhile_is_taken_off(grown):
    table = grown([(1, 2, 3, 4), (5, 2, 3, 4)])
    # Ann from 1/8 to 7/8; the three others fall by one place of four each.
    changes = [3 / 4, -1 / 4, -1 / 4, -1 / 4]
    relative = [of(table, name, "cohort_relative_change")["spring 1"] for name in PEOPLE]
    assert relative == pytest.approx([change - median(changes) for change in changes], abs=1e-8)


def test_a_median_change_of_too_few_peers_is_not_taken(grown):
    days = [(1, 2, 3), (5, 2, 3, 4)]  # Di is new in spring: four stand among peers, three have a change.
    assert of(grown(days), "ann", "cohort_relative_change")["spring 1"] is not None
    newer = [(1, 2, 3), (5, 2, 3, 4), (5, 2, 3, 4)]
    table = grown(newer, away={"spring 1": "ann"})
    # In spring bo and cy alone have a change; in the second autumn all four have one.
    assert of(table, "bo", "cohort_relative_change")["spring 1"] is None
    assert of(table, "bo", "cohort_relative_change")["autumn 2"] is not None


def test_nothing_is_compared_between_terms_that_measure_different_things(build, models):
    measures = "measure | weight\nvisit_days | 1\nloans | 1"
    people = pl.concat(
        [
            term_of("autumn 1", PEOPLE, visit_days=[1, 2, 3, 4], loans=[1, 2, 3, 4]),
            term_of("spring 1", PEOPLE, visit_days=[4, 3, 2, 1], loans=None),
            term_of("autumn 2", PEOPLE, visit_days=[4, 3, 2, 1], loans=[4, 3, 2, 1]),
        ]
    )
    table = compared(build, models, people, measures, peer_group=3)["fact.growth"]
    assert of(table, "ann", "learning_growth") == {"autumn 1": None, "spring 1": None, "autumn 2": None}
    # A year apart the same two were measured: from 1/8 to 7/8.
    assert of(table, "ann", "growth_same_season")["autumn 2"] == pytest.approx(z(7 / 8) - z(1 / 8))


def test_who_is_never_ranked_still_has_a_row(grown):
    table = grown([(1, 2), (2, 1)])
    assert table.height == 4
    assert table.drop("patron_key", "term").null_count().row(0) == (4, 4, 4, 4)
