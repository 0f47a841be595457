"""Where a person stands: named peers that are many enough, mid-ranks, and an index of what was measured."""

from functools import partial
from statistics import NormalDist

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import shown
from tests.sql.among_peers import ALL_MEASURES, VISITS, compared, term_of

TERM = "autumn 1"


@pytest.fixture
def among(build, models):
    return partial(compared, build, models, until="fact.movement")


def standing(tables):
    return tables["fact.standing"].sort("patron_key", "term")


def movement(tables):
    return tables["fact.movement"].sort("patron_key", "term")


def names(prefix: str, number: int) -> list[str]:
    return [f"{prefix}{one:05}" for one in range(number)]


@pytest.mark.parametrize(
    ("other", "peer_group"),
    [
        ({}, "bachelor 2 science"),
        ({"discipline_group": "arts"}, "bachelor 2"),
        ({"discipline_group": None}, "bachelor 2"),
        ({"study_year": 3}, "undergraduate"),
        ({"study_year": None}, "undergraduate"),
        ({"level": "staff", "level_group": "staff"}, "everyone"),
        ({"is_exposed": "false"}, None),
    ],
)
def test_peers_are_looked_for_further_up_until_they_are_thirty(among, other, peer_group):
    people = pl.concat([term_of(TERM, names("p", 29), visit_days=1), term_of(TERM, ["q"], visit_days=1, **other)])
    found = standing(among(people))
    assert found["peer_group"].head(29).unique().to_list() == [peer_group]
    assert found["peers"].head(29).unique().to_list() == [30 if peer_group else None]
    # Everyone came on one day: below none, half of thirty equal.
    assert found["visit_percentile"].head(29).unique().to_list() == [0.5 if peer_group else None]


def test_who_must_look_further_is_set_among_everyone_there_and_the_others_keep_their_own(among):
    science = term_of(TERM, names("s", 30), visit_days=[10] * 30)
    arts = term_of(TERM, names("t", 5), visit_days=[0, 10, 20, 20, 30], discipline_group="arts")
    found = standing(among(pl.concat([science, arts])))
    assert found["peer_group"].to_list() == ["bachelor 2 science"] * 30 + ["bachelor 2"] * 5
    assert found["peers"].to_list() == [30] * 30 + [35] * 5
    # Of 35: one at 0, 31 at 10, two at 20, one at 30.
    expected = [0.5 * 30 / 30] * 30 + [0.5 / 35, (1 + 31 / 2) / 35, (32 + 1) / 35, (32 + 1) / 35, 34.5 / 35]
    assert found["visit_percentile"].to_list() == pytest.approx(expected)


def test_a_percentile_is_the_mid_rank_among_peers(among):
    found = standing(among(term_of(TERM, names("p", 30), visit_days=[number // 2 for number in range(30)])))
    # Persons 10 and 11 share a value: ten below, two equal, of thirty.
    assert found["visit_percentile"][10] == pytest.approx((10 + 0.5 * 2) / 30)
    assert found["visit_percentile"][11] == found["visit_percentile"][10]
    assert found["use_index"][10] == pytest.approx(
        found["visit_percentile"][10]
    )  # the only percentile that is measured


def test_no_percentile_is_taken_among_too_few(among):
    tables = among(term_of(TERM, names("p", 29), visit_days=1))
    assert tables["fact.percentile"].is_empty()
    columns = ("peer_group", "peers", "visit_percentile", "use_index", "use_percentile", "percentile_band")
    assert shown(standing(tables), *columns) == {(None,) * 6}


def test_a_measure_known_of_too_few_of_the_peers_is_not_ranked(among):
    def percentiles(measured: int) -> list[float | None]:
        loans = [1] * measured + [None] * (31 - measured)
        people = term_of(TERM, names("p", 31), visit_days=1, loans=loans)
        return standing(among(people, ALL_MEASURES))["loan_percentile"].to_list()

    assert percentiles(29) == [None] * 31
    assert percentiles(30) == [0.5] * 30 + [None]


def test_who_stands_alone_is_in_the_middle(among):
    found = standing(among(term_of(TERM, ["ann"], visit_days=7), peer_group=1))
    assert shown(found, "visit_percentile", "use_index", "normal_score") == {("0.5", "0.5", "0.0")}


def test_who_is_away_is_not_ranked_and_ranks_nobody(among):
    people = term_of(TERM, ["ann", "bo", "cy"], visit_days=[0, 4, 9], is_exposed=["true", "true", "false"])
    found = standing(among(people, peer_group=2))
    assert found["visit_percentile"].to_list() == [0.25, 0.75, None]
    assert found["peer_group"].to_list() == ["bachelor 2 science"] * 2 + [None]


def test_a_measure_that_is_missing_is_dropped_and_the_others_weigh_anew(among):
    measures = "measure | weight\nvisit_days | 3\nloans | 1\nbookings | 0"
    people = term_of(
        TERM, ["ann", "bo", "cy", "di"], visit_days=[0, 1, 2, 3], loans=[9, 5, 1, None], bookings=[1, 2, 3, 4]
    )
    found = standing(among(people, measures, peer_group=3))
    # Visits: 1/8, 3/8, 5/8, 7/8 of four people; loans: 5/6, 3/6, 1/6 of three.  Bookings have no weight.
    expected = [(3 / 8 + 5 / 6) / 4, (9 / 8 + 1 / 2) / 4, (15 / 8 + 1 / 6) / 4, 7 / 8]
    assert found["use_index"].to_list() == [round(index, 6) for index in expected]
    assert found["booking_percentile"].to_list() == [1 / 8, 3 / 8, 5 / 8, 7 / 8]
    assert found["use_index_parts"].to_list() == ["loans visit_days"] * 3 + ["visit_days"]
    # The index is ranked in its turn: 0.302, 0.406, 0.510, 0.875.
    assert found["use_percentile"].to_list() == [1 / 8, 3 / 8, 5 / 8, 7 / 8]


def test_every_measure_of_the_catalogue_finds_its_value(among):
    people = term_of(
        TERM,
        ["ann", "bo"],
        visit_days=[1, 2],
        presence_hours=[1.5, 1.0],
        bookings=[5, 6],
        resource_hours=[0.5, 1.5],
        events_attended=[0, 3],
        loans=[7, 7],
    )
    tables = among(people, ALL_MEASURES, peer_group=2)
    ann = tables["fact.percentile"].filter(patron_key="ann").filter(pl.col("measure") != "use_index")
    assert dict(ann.select("measure", "value").iter_rows()) == {
        "visit_days": 1,
        "presence_hours": 1.5,
        "bookings": 5,
        "resource_hours": 0.5,
        "events_attended": 0,
        "loans": 7,
    }
    columns = ("visit", "presence", "booking", "resource", "event", "loan")
    assert shown(standing(tables), "patron_key", *(f"{name}_percentile" for name in columns)) == {
        ("ann", "0.25", "0.75", "0.25", "0.25", "0.25", "0.5"),
        ("bo", "0.75", "0.25", "0.75", "0.75", "0.75", "0.5"),
    }
    # Of six, ann has 4 · 0.25 + 0.75 + 0.5 = 2.25 in all.
    assert standing(tables)["use_index"].to_list() == pytest.approx([2.25 / 6, 3.75 / 6], abs=1e-8)


def test_bands_begin_at_their_percentile(among):
    found = standing(among(term_of(TERM, names("p", 40), visit_days=list(range(40)))))
    # Person i stands at (i + 0.5) / 40: 0.9 is reached by i = 36, 0.75 by 30, 0.5 by 20.
    assert found["percentile_band"].to_list() == ["other"] * 20 + ["top_50"] * 10 + ["top_25"] * 6 + ["top_10"] * 4


def test_normal_scores_are_those_of_the_normal_distribution(among):
    people = term_of(TERM, names("p", 20_000), visit_days=list(range(20_000)))
    table = among(people, until="fact.percentile")["fact.percentile"].filter(measure="visit_days")
    exact = [NormalDist().inv_cdf(share) for share in table["percentile"]]
    assert max(abs(a - b) for a, b in zip(table["normal_score"], exact, strict=True)) < 1e-12
    assert table["percentile"].min() == pytest.approx(0.5 / 20_000)


def test_an_index_changes_only_between_terms_that_measure_the_same(among):
    def term(name: str, days: list[int], **columns: object) -> pl.DataFrame:
        return term_of(name, ["ann", "bo"], visit_days=days, **columns)

    measures = "measure | weight\nvisit_days | 1\nloans | 1"
    people = pl.concat(
        [
            term("autumn 1", [1, 2], loans=[1, 1]),
            term("spring 1", [5, 3], loans=[1, 1]),
            term("autumn 2", [1, 2], loans=None),
            term("spring 2", [4, 2], loans=None),
        ]
    )
    found = movement(among(people, measures, peer_group=2)).filter(patron_key="ann")
    changes = dict(found.select("term", "use_index_change").iter_rows())
    # Autumn 1: visits 0.25, loans 0.5; spring 1: 0.75 and 0.5.  Afterwards visits alone: 0.25, then 0.75.
    assert changes == {"autumn 1": None, "spring 1": pytest.approx(0.25), "autumn 2": None, "spring 2": 0.5}
    assert shown(found, "term", "visit_days_change", "loans_change") == {
        ("autumn 1", None, None),
        ("spring 1", "4", "0"),
        ("autumn 2", "-4", None),
        ("spring 2", "3", None),
    }


def test_a_term_that_was_not_measured_is_skipped_by_the_change_of_the_index(among):
    people = pl.concat(
        term_of(term, ["ann", "bo"], visit_days=days)
        for term, days in {"autumn 1": [1, 2], "spring 1": [None, None], "autumn 2": [9, 2]}.items()
    )
    found = movement(among(people, peer_group=2)).filter(patron_key="ann")
    # From the lower of two, 0.25, to the higher, 0.75; the days themselves are compared with the term just before.
    changes = dict(found.select("term", "use_index_change").iter_rows())
    assert changes == {"autumn 1": None, "spring 1": None, "autumn 2": 0.5}
    assert found["visit_days_change"].to_list() == [None] * 3


def test_terms_active_are_counted_up_and_the_term_away_left_out(among):
    days = {"autumn 1": 2, "spring 1": 9, "autumn 2": 1, "spring 2": 3}
    people = pl.concat(
        term_of(term, ["ann"], active_days=count, visit_days=count, is_exposed=str(term != "spring 1").lower())
        for term, count in days.items()
    )
    found = movement(among(people, peer_group=1))
    assert dict(found.select("term", "terms_active").iter_rows()) == {
        "autumn 1": 1,
        "spring 1": None,
        "autumn 2": 1,
        "spring 2": 2,
    }


def test_a_group_nobody_is_compared_with_is_left_out(among):
    people = term_of(TERM, names("p", 30), visit_days=1)
    own = ("bachelor 2 science", "30", "true")
    peers = among(people, until="fact.peer")["fact.peer"]
    assert shown(peers, "peer_group", "peers", "is_own") == {own}
    # The negative control: a guest is compared with everyone, so everyone is counted there.
    guest = term_of(TERM, ["q"], visit_days=1, level="guest", level_group="other", study_year=None)
    peers = among(pl.concat([people, guest]), until="fact.peer")["fact.peer"]
    assert shown(peers, "peer_group", "peers", "is_own") == {
        own,
        ("everyone", "31", "false"),
        ("everyone", "31", "true"),
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(0, 12), min_size=1, max_size=40), shuffle=st.randoms(use_true_random=False))
def test_percentiles_centre_on_a_half_whatever_the_order_and_the_scale(among, days, shuffle):
    def by_person(values: list[int], order: list[str]) -> dict[str, float]:
        place = dict(zip(names("p", len(values)), values, strict=True))
        people = term_of(TERM, order, visit_days=[place[name] for name in order])
        found = standing(among(people, VISITS, peer_group=1))
        return dict(found.select("patron_key", "visit_percentile").iter_rows())

    people = names("p", len(days))
    found = by_person(days, people)
    assert all(0 < share < 1 for share in found.values())
    assert sum(found.values()) / len(found) == pytest.approx(0.5)
    mixed = people.copy()
    shuffle.shuffle(mixed)
    assert by_person(days, mixed) == found
    assert by_person([day**3 + 2 * day for day in days], people) == found
    # By definition, person by person.
    for name, day in zip(people, days, strict=True):
        below, equal = sum(other < day for other in days), days.count(day)
        assert found[name] == pytest.approx((below + 0.5 * equal) / len(days))


@pytest.mark.parametrize(("as_of", "change"), [("2024-05-01", None), ("2024-07-05", "-3")])
def test_days_of_a_term_that_still_runs_are_not_set_beside_a_whole_one(build, as_of, change):
    table = build(
        "fact.movement",
        ref__term="term | starts_on | ends_on\nautumn | 2023-09-01 | 2024-01-20\nspring | 2024-02-20 | 2024-07-10",
        ref__horizon=f"as_of\n{as_of}",
        ref__calendar_day="day | term | is_open\n2024-02-20 | spring | true\n2024-07-05 | spring | true",
        fact__roster="patron_key | term | is_exposed\nann | autumn | true\nann | spring | true",
        fact__presence="patron_key | term | visit_days\nann | autumn | 9\nann | spring | 6",
        fact__reading="patron_key | term | loans\nann | autumn | 1\nann | spring | 1",
        fact__activity="patron_key | term | active_days\nann | autumn | 9\nann | spring | 6",
    )
    assert shown(table, "term", "visit_days_change") == {("autumn", None), ("spring", change)}
