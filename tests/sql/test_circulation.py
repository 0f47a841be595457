"""Single events of circulation become loans, and a hold is what became of it."""

import pytest

from tests.drawn import shown

CARDS = """
    identifier_key | patron_key | valid_from          | valid_to
    card1          | ann        | 2025-09-01 00:00:00 | 2026-03-05 00:00:00
    card2          | ann        | 2026-03-05 00:00:00 | 9999-12-31 00:00:00
"""


def paired(build, events: str, cards: str = "") -> set[tuple[str | None, ...]]:
    table = build("clean.paired_loan", raw__loan_event=events, clean__patron_identifier=cards)
    short = table.with_columns(
        lent=table["loaned_at"].dt.strftime("%m-%d"), back=table["returned_at"].dt.strftime("%m-%d")
    )
    return shown(short, "patron_key", "lent", "back", "renewals", "status")


@pytest.mark.parametrize(
    ("branch", "events", "loans"),
    [
        (
            "the next return of the item ends a loan, whoever brings it",
            """
            item_key | patron_key | event  | happened_at
            book     | ann        | loan   | 2026-03-01 10:00:00
            other    | ann        | return | 2026-03-02 10:00:00
            book     | bo         | return | 2026-03-09 10:00:00
            """,
            {("ann", "03-01", "03-09", "0", "returned"), ("ann", None, "03-02", "0", "loan_missing")},
        ),
        (
            "an item that is still out",
            """
            item_key | patron_key | event | happened_at
            book     | ann        | loan  | 2026-03-01 10:00:00
            """,
            {("ann", "03-01", None, "0", "open")},
        ),
        (
            "a loan upon a loan by the same person within 120 days is a renewal",
            """
            item_key | patron_key | event  | happened_at
            book     | ann        | loan   | 2026-01-01 10:00:00
            book     | ann        | loan   | 2026-05-01 10:00:00
            book     | ann        | return | 2026-05-09 10:00:00
            """,
            {("ann", "01-01", "05-09", "1", "returned")},
        ),
        (
            "a day later it is another loan, and the return between is missing",
            """
            item_key | patron_key | event  | happened_at
            book     | ann        | loan   | 2026-01-01 10:00:00
            book     | ann        | loan   | 2026-05-02 10:00:00
            book     | ann        | return | 2026-05-09 10:00:00
            """,
            {("ann", "01-01", None, "0", "return_missing"), ("ann", "05-02", "05-09", "0", "returned")},
        ),
        (
            "another person's loan shows that a return is missing",
            """
            item_key | patron_key | event  | happened_at
            book     | ann        | loan   | 2026-03-01 10:00:00
            book     | bo         | loan   | 2026-03-04 10:00:00
            book     |            | return | 2026-03-09 10:00:00
            """,
            {("ann", "03-01", None, "0", "return_missing"), ("bo", "03-04", "03-09", "0", "returned")},
        ),
        (
            "two people whom the system has made anonymous are not taken for one",
            """
            item_key | event | happened_at
            book     | loan  | 2026-03-01 10:00:00
            book     | loan  | 2026-03-04 10:00:00
            """,
            {(None, "03-01", None, "0", "return_missing"), (None, "03-04", None, "0", "open")},
        ),
        (
            "a return without a loan is kept, and a second return as well",
            """
            item_key | patron_key | event  | happened_at
            book     | ann        | return | 2026-03-01 10:00:00
            book     | ann        | return | 2026-03-02 10:00:00
            """,
            {("ann", None, "03-01", "0", "loan_missing"), ("ann", None, "03-02", "0", "loan_missing")},
        ),
        (
            "renewals are counted into the loan, and keep it alive beyond 120 days",
            """
            item_key | patron_key | event   | happened_at
            book     | ann        | loan    | 2026-01-01 10:00:00
            book     |            | renewal | 2026-02-01 10:00:00
            book     | ann        | renewal | 2026-04-01 10:00:00
            book     | ann        | loan    | 2026-06-01 10:00:00
            book     | ann        | return  | 2026-06-09 10:00:00
            """,
            {("ann", "01-01", "06-09", "3", "returned")},
        ),
        (
            "a renewal of what was lent before the log begins",
            """
            item_key | patron_key | event   | happened_at
            book     | ann        | renewal | 2026-03-01 10:00:00
            book     | ann        | return  | 2026-03-09 10:00:00
            """,
            {("ann", None, "03-09", "1", "loan_missing")},
        ),
        (
            "the same event in two files is one",
            """
            item_key | patron_key | event  | happened_at         | source_file
            book     | ann        | loan   | 2026-03-01 10:00:00 | a
            book     | ann        | loan   | 2026-03-01 10:00:00 | b
            book     | ann        | return | 2026-03-09 10:00:00 | b
            """,
            {("ann", "03-01", "03-09", "0", "returned")},
        ),
        (
            "days without a time of day: in and out again on one day, then out on the day it comes back",
            """
            item_key | patron_key | event  | happened_at
            book     | ann        | loan   | 2026-03-01 00:00:00
            book     | ann        | return | 2026-03-01 00:00:00
            book     | ann        | loan   | 2026-03-02 00:00:00
            book     | ann        | return | 2026-03-05 00:00:00
            book     | bo         | loan   | 2026-03-05 00:00:00
            """,
            {
                ("ann", "03-01", "03-01", "0", "returned"),
                ("ann", "03-02", "03-05", "0", "returned"),
                ("bo", "03-05", None, "0", "open"),
            },
        ),
    ],
)
def test_events_are_paired_by_item_and_time(build, branch, events, loans):
    assert paired(build, events) == loans, branch


def test_a_card_replaced_while_a_book_is_out_is_still_one_person(build):
    events = """
        item_key | patron_key | event | happened_at
        book     | card1      | loan  | 2026-03-01 10:00:00
        book     | card2      | loan  | 2026-03-20 10:00:00
    """
    assert paired(build, events, CARDS) == {("ann", "03-01", None, "1", "open")}
    # The negative control: without the cards two people seem to have lent it.
    assert {row[-1] for row in paired(build, events)} == {"return_missing", "open"}


def test_paired_loans_stand_beside_those_that_came_whole(build):
    table = build(
        "clean.loan",
        ref__site="class_scheme\nclc",
        clean__call_class="class_scheme | call_number | class_top | class_second\nclc | TP312 | T | TP",
        raw__loan="""
        loan_key | item_key | loaned_at           | due_at              | returned_at
        whole    | i1       | 2026-03-01 10:00:00 | 2026-03-31 23:59:59 | 2026-04-11 09:00:00
        """,
        clean__paired_loan="""
        loan_key | item_key | call_number | loaned_at           | due_at              | returned_at         | renewals | status
        back     | i2       | TP312       | 2026-03-01 10:00:00 | 2026-03-31 23:59:59 | 2026-03-11 09:00:00 | 1        | returned
        out      | i3       |             | 2026-03-01 10:00:00 | 2026-03-31 23:59:59 |                     | 0        | open
        again    | i4       |             | 2026-03-01 10:00:00 | 2026-03-31 23:59:59 |                     | 0        | return_missing
        before   | i5       |             |                     |                     | 2026-03-11 09:00:00 | 0        | loan_missing
        """,
    )
    assert shown(table, "loan_key", "status", "loan_days", "was_overdue", "is_out", "class_second") == {
        ("whole", "returned", "41", "true", "false", None),
        ("back", "returned", "10", "false", "false", "TP"),
        ("out", "open", None, None, "true", None),
        ("again", "return_missing", None, None, "false", None),  # it may have come back in time
        ("before", "loan_missing", None, None, "false", None),
    }


def test_a_loan_of_unknown_end_is_lent_but_neither_due_nor_overdue(build):
    table = build(
        "fact.loan_month",
        ref__calendar_day="day | term\n2026-03-01 | spring\n2026-03-31 | spring",
        clean__loan="""
        loan_key | patron_key | loaned_on  | due_at              | renewals | was_overdue | status
        back     | ann        | 2026-03-01 | 2026-03-31 23:59:59 | 0        | true        | returned
        again    | ann        | 2026-03-01 | 2026-03-31 23:59:59 | 0        |             | return_missing
        before   | ann        |            |                     | 0        |             | loan_missing
        """,
    )
    assert shown(table, "loans", "loans_due", "loans_overdue") == {("2", "1", "1")}


def test_a_loan_still_out_is_overdue_once_its_day_is_over(build):
    table = build(
        "fact.loan_month",
        ref__calendar_day="day | term\n2026-03-30 | spring\n2026-03-31 | spring",
        ref__past_day="day\n2026-03-29\n2026-03-30",
        clean__loan="""
        loan_key | patron_key | due_at              | is_out | was_overdue
        late     | ann        | 2026-03-30 23:59:59 | true   |
        today    | bob        | 2026-03-31 00:00:00 | true   |
        back     | cem        | 2026-03-30 23:59:59 | false  | false
        """,
    )
    assert shown(table, "patron_key", "loans_due", "loans_overdue") == {
        ("ann", "1", "1"),
        ("bob", "1", "0"),
        ("cem", "1", "0"),
    }


def test_a_hold_is_what_became_of_it(build):
    table = build(
        "clean.hold",
        ref__horizon="as_of\n2026-06-30",
        clean__patron_identifier=CARDS,
        raw__hold="""
        hold_key | patron_key | placed_at           | ready_at            | fulfilled_at        | expires_at          | cancelled_at        | source_file
        fetched  | card1      | 2026-03-01 10:00:00 |                     |                     |                     |                     | b
        fetched  | card1      | 2026-03-01 10:00:00 | 2026-03-05 09:00:00 | 2026-03-07 12:00:00 | 2026-03-12 00:00:00 |                     | a
        given_up | bo         | 2026-03-01 10:00:00 |                     |                     |                     | 2026-03-02 10:00:00 | a
        left     | bo         | 2026-03-01 10:00:00 | 2026-03-03 10:00:00 |                     | 2026-03-10 00:00:00 |                     | a
        lies     | bo         | 2026-06-01 10:00:00 | 2026-06-29 10:00:00 |                     | 2026-07-06 00:00:00 |                     | a
        waits    | bo         | 2026-06-01 10:00:00 |                     |                     |                     |                     | a
        at_once  | bo         | 2026-06-01 10:00:00 |                     | 2026-06-04 10:00:00 |                     |                     | a
        """,
    )
    assert shown(table, "hold_key", "patron_key", "outcome", "days_waited") == {
        ("fetched", "ann", "fulfilled", "4"),
        ("given_up", "bo", "cancelled", None),
        ("left", "bo", "expired", "2"),
        ("lies", "bo", "ready", "28"),
        ("waits", "bo", "waiting", None),
        ("at_once", "bo", "fulfilled", "3"),
    }
