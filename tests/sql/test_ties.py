"""What ties readers and the library together: acts that take two, those who go on serving, and what a message reached."""

import pytest

from tests.conftest import Build
from tests.drawn import shown

TERMS = """
    term   | season | starts_on  | ends_on
    one    | autumn | 2024-09-02 | 2025-01-12
    two    | spring | 2025-02-24 | 2025-06-29
    summer | summer | 2025-06-30 | 2025-07-20
    three  | autumn | 2025-09-01 | 2026-01-11
    four   | spring | 2026-03-02 | 2026-07-12
"""
CONTACTS = """
    contact_key | campaign_key | campaign_name | purpose | patron_key | contacted_on | response
    1           | loans        | Books         | books   | ann        | 2026-04-01   | opened
    2           | loans        | Books         | books   | ann        | 2026-04-08   | none
    3           | loans        | Books         | books   | bo         | 2026-04-01   | clicked
    4           | loans        | Books         | books   | cy         | 2026-04-01   | delivered
    5           | late         | More books    | books   | ann        | 2026-04-01   | opened
    6           | late         | More books    | books   | cy         | 2026-06-20   | opened
    7           | noise        | Quiet         | noise   | ann        | 2026-04-01   | none
"""
OUTCOMES = """
    service | patron_key | happened_on
    books   | ann        | 2026-04-01
    books   | ann        | 2026-04-30
    books   | bo         | 2026-05-20
    books   | cy         | 2026-04-29
    films   | bo         | 2026-04-02
"""
CATALOGUE = """
    service | window_days | is_outcome_told
    books   | 28          | true
    films   | 28          | true
"""


def test_views_are_times_and_who_acted_did_so_in_the_days_after_the_first_message(build: Build) -> None:
    table = build(
        "service.campaign_reach",
        clean__contact=CONTACTS,
        service__outcome_event=OUTCOMES,
        service__catalogue=CATALOGUE,
        ref__horizon="first_day | as_of\n2024-09-02 | 2026-07-12",
    )
    told = ("campaign_key", "service", "reached", "messages", "views", "viewers", "acted", "viewers_acted")
    assert shown(table, *told) == {
        # ann acted on the day itself, and a day too late; bo three weeks too late; cy on the last day, without a look.
        ("loans", "books", "3", "4", "2", "2", "1", "0"),
        ("late", "books", "2", "2", "2", "2", None, None),  # cy is still watched
        ("noise", None, "1", "1", "0", "0", None, None),  # no service
    }
    rates = dict(table.select("campaign_key", "acted_rate").iter_rows())
    assert (rates["loans"], rates["noise"]) == (1 / 3, None)


def test_two_of_the_next_three_terms_are_a_long_tie(build: Build) -> None:
    served = "\n".join(
        f"{who} | {term} | {n}"
        for who, terms in {"ann": "one two four", "bo": "one three", "cy": "one two three", "di": "two"}.items()
        for n, term in enumerate(terms.split(), 1)
    )
    here = "\n".join(
        f"{who} | {term} | {'false' if (who, term) == ('cy', 'four') else 'true'}"
        for who in ("ann", "bo", "cy", "di")
        for term in ("one", "two", "three", "four")
    )
    table = build(
        "service.contributor_retention",
        service__volunteer="patron_key | term | terms_served\n" + served,
        fact__roster="patron_key | term | is_exposed\n" + here,
        ref__term=TERMS,
        ref__horizon="first_day | as_of\n2024-09-02 | 2026-07-12",
        ref__site="small_cell\n2",
    )
    assert shown(table, "term", "volunteers", "terms_served_median", "followed", "stayed", "stayed_share") == {
        ("one", "3", "1.0", "2", "1", "0.5"),  # cy was away in the fourth term; ann came again twice, bo once
        ("two", "3", "2.0", None, None, None),  # two terms have followed, and no third
        ("three", "2", "2.5", None, None, None),
        ("four", "1", "3.0", None, None, None),
    }


def test_an_act_counts_half_with_every_term_that_has_passed(build: Build) -> None:
    roster = "patron_key | term\n" + "\n".join(
        f"{who} | {term}" for who in ("ann", "bo") for term in ("one", "two", "four")
    )
    table = build(
        "service.tie",
        fact__roster=roster,
        ref__term=TERMS,
        clean__ticket="""
            ticket_key | patron_key | opened_on  | answered_at
            1          | ann        | 2025-07-05 | 2025-07-06 08:00:00
            2          | ann        | 2025-03-01 |
        """,
        clean__attendance="""
            patron_key | held_on    | attendance
            ann        | 2025-02-10 | attended
            ann        | 2025-03-03 | attended
            ann        | 2026-03-03 | absent
            bo         | 2026-03-03 | attended
        """,
        clean__contact="""
            patron_key | contacted_on | response
            bo         | 2026-03-04   | clicked
            bo         | 2026-03-05   | opened
        """,
    )
    assert shown(table, "patron_key", "term", "acts", "strength") == {
        ("ann", "one", "1", "1.0"),  # the vacation belongs to the term before
        ("ann", "two", "2", "2.5"),  # as does the summer term; a complaint that nobody answered is none
        ("ann", "four", "0", "0.625"),  # 2 a quarter each, and the first an eighth
        ("bo", "one", "0", "0.0"),
        ("bo", "two", "0", "0.0"),
        ("bo", "four", "2", "2.0"),  # opening a message is no answer
    }


def test_where_no_act_is_known_by_name_nothing_was_measured(build: Build) -> None:
    table = build("service.tie", fact__roster="patron_key | term\nann | one", ref__term=TERMS)
    assert shown(table, "patron_key", "acts", "strength") == {("ann", None, None)}


def test_participants_stand_beside_others_who_are_like_them(build: Build) -> None:
    """By hand: among the few who come, 4 beside a mean of 2; among the many, two with 5 beside 4; so 14/3 beside 10/3."""
    people = """
        patron_key | term | level_group   | is_exposed | visit_days | events_attended
        ann        | two  | undergraduate | true       | 2          | 1
        bo         | two  | undergraduate | true       | 4          | 0
        cy         | two  | undergraduate | true       | 1          |
        di         | two  | undergraduate | true       | 30         | 2
        ed         | two  | undergraduate | true       | 25         | 0
        flo        | two  | undergraduate | true       | 20         | 0
        gus        | two  | undergraduate | true       | 7          | 1
        hal        | two  | staff         | true       | 7          | 0
    """
    said = {"ann": 4, "bo": 1, "cy": 3, "di": 5, "ed": 5, "flo": 4, "gus": 1, "hal": 5}
    answers = [
        f"wjx | {n} | belonging | {who} | 2025-05-05 08:00:00 | {value}" for n, (who, value) in enumerate(said.items())
    ]
    heading = "survey | response_key | item | patron_key | submitted_at | answer_value"
    given = {
        "clean__answer": "\n".join([heading, *answers]),
        "portrait__individual": people,
        "service__volunteer": "patron_key | term\ned | two",
        "ref__calendar_day": "day | term\n2025-05-05 | two",
    }
    columns = ("survey", "item", "participants", "others", "mean_of_participants", "mean_of_others", "difference")
    (row,) = build("service.participant_opinion", ref__site="small_cell\n3", **given).select(columns).rows()
    # gus takes part, but nobody of the level comes as often and does not; hal is staff.
    assert row[:4] == ("wjx", "belonging", 3, 3)
    assert row[4:] == pytest.approx((14 / 3, 10 / 3, 4 / 3))
    withheld = build("service.participant_opinion", ref__site="small_cell\n4", **given)
    assert withheld.select(columns[3:]).row(0) == (None, None, None, None)
