"""Questions, tickets and messages: each is counted once, as far as it has come."""

from tests.drawn import shown

CARDS = """
    identifier_key | patron_key | valid_from          | valid_to
    card1          | ann        | 2025-09-01 00:00:00 | 2026-03-02 09:00:00
    card1          | bo         | 2026-03-02 09:00:00 | 9999-12-31 00:00:00
"""
DAYS = """
    day        | term
    2026-03-02 | spring
    2026-03-03 | spring
    2026-04-07 | spring
    2026-08-01 |
"""


def test_a_question_is_known_by_its_number_within_a_kind_of_source(build):
    table = build(
        "clean.consultation",
        raw__consultation="""
        consultation_key | source_kind | opened_at           | closed_at           | read_level | source_file
        7                | transcript  | 2026-03-02 10:00:00 |                     |            | a
        7                | transcript  | 2026-03-02 10:00:00 | 2026-03-02 10:12:00 |            | b
        7                | analytics   | 2026-03-02 10:00:00 |                     | 3          | a
        8                | analytics   | 2026-03-02 10:00:00 | 2026-03-02 09:00:00 | 2          | a
        """,
    )
    assert shown(
        table, "source_kind", "consultation_key", "opened_on", "consultation_minutes", "closed_at", "is_reference"
    ) == {
        ("transcript", "7", "2026-03-02", "12", "2026-03-02 10:12:00.000000", None),
        ("analytics", "7", "2026-03-02", None, None, "true"),
        ("analytics", "8", "2026-03-02", None, None, "false"),
    }


def test_a_card_leads_to_whoever_held_it_when_the_question_was_asked(build):
    asked = """
        consultation_key | source_kind | opened_at           | patron_key
        1                | log         | 2026-03-02 08:59:59 | card1
        2                | log         | 2026-03-02 09:00:00 | card1
        3                | log         | 2026-03-02 09:00:00 | cy
        4                | log         | 2026-03-02 09:00:00 |
    """
    table = build("clean.consultation", clean__patron_identifier=CARDS, raw__consultation=asked)
    assert shown(table, "consultation_key", "patron_key") == {("1", "ann"), ("2", "bo"), ("3", "cy"), ("4", None)}
    # The negative control: without the cards' holders the number on the card would be taken for a person.
    assert "card1" in build("clean.consultation", raw__consultation=asked)["patron_key"].to_list()


def test_questions_are_counted_by_month_and_kind_and_those_without_a_name_are_not(build):
    table = build(
        "fact.consultation_month",
        ref__calendar_day=DAYS,
        clean__consultation="""
        consultation_key | source_kind | patron_key | opened_on
        1                | transcript  | ann        | 2026-03-02
        2                | log         | ann        | 2026-03-03
        1                | analytics   | ann        | 2026-03-02
        3                | analytics   | ann        | 2026-04-07
        4                | transcript  |            | 2026-03-02
        5                | transcript  | ann        | 2026-08-01
        """,
    )
    assert shown(table, "patron_key", "month", "recorded_consultations", "noted_consultations") == {
        ("ann", "2026-03-01", "2", "1"),
        ("ann", "2026-04-01", "0", "1"),
    }


def test_a_ticket_is_as_far_as_it_has_come(build):
    table = build(
        "clean.ticket",
        clean__patron_identifier=CARDS,
        raw__ticket="""
        ticket_key | patron_key | opened_at           | answered_at         | status   | source_file
        moved_on   | card1      | 2026-03-02 08:00:00 |                     | open     | b
        moved_on   | card1      | 2026-03-02 08:00:00 | 2026-03-05 07:00:00 | answered | a
        same_day   |            | 2026-03-02 08:00:00 | 2026-03-02 17:00:00 | closed   | a
        waiting    | cy         | 2026-03-02 08:00:00 |                     | open     | a
        backward   | cy         | 2026-03-02 08:00:00 | 2026-03-01 08:00:00 | answered | a
        undated    | cy         | 2026-03-02 08:00:00 |                     | answered | a
        """,
    )
    assert shown(table, "ticket_key", "patron_key", "status", "days_to_answer") == {
        ("moved_on", "ann", "answered", "3"),
        ("same_day", None, "closed", "0"),
        ("waiting", "cy", "open", None),
        ("backward", "cy", "answered", None),
        ("undated", "cy", "answered", None),
    }


def test_a_message_has_one_row_with_the_response_that_says_most(build):
    table = build(
        "clean.contact",
        raw__campaign="""
        campaign_key | name     | purpose  | channel | unit     | source_file
        spring       | 新生季   | training | wechat  | teaching | a
        spring       | 新生季   | training | wechat  | teaching | b
        """,
        raw__contact="""
        contact_key | campaign_key | patron_key | channel | contacted_at        | response  | responded_at        | source_file
        1           | spring       | ann        |         | 2026-03-02 08:00:00 | delivered |                     | a
        1           | spring       | ann        |         | 2026-03-02 08:00:00 | accepted  | 2026-03-04 07:00:00 | b
        2           | spring       | bo         | email   | 2026-03-02 08:00:00 | accepted  | 2026-03-03 08:00:00 | a
        2           | spring       | bo         | email   | 2026-03-02 08:00:00 | opted_out | 2026-03-05 08:00:00 | a
        3           | spring       | cy         |         | 2026-03-02 08:00:00 | declined  | 2026-03-03 08:00:00 | a
        3           | spring       | cy         |         | 2026-03-02 08:00:00 | accepted  | 2026-03-04 08:00:00 | a
        4           | unknown      | di         | email   | 2026-03-02 08:00:00 | clicked   | 2026-03-01 08:00:00 | a
        4           | unknown      | di         | email   | 2026-03-02 08:00:00 | opened    | 2026-03-02 09:00:00 | a
        """,
    )
    assert shown(table, "contact_key", "purpose", "department", "channel", "response", "days_to_respond") == {
        ("1", "training", "teaching", "wechat", "accepted", "2"),
        ("2", "training", "teaching", "email", "opted_out", "3"),
        ("3", "training", "teaching", "wechat", "accepted", "2"),
        ("4", None, None, "email", "clicked", None),
    }
