"""A card that two people held at once is joined to neither, and what it met is counted."""

from tests.drawn import shown

CARDS = """
    identifier_key | patron_key | valid_from          | valid_to
    turn           | ann        | 2025-01-01 00:00:00 | 2025-06-01 00:00:00
    turn           | bo         | 2025-06-01 00:00:00 |
    handed_on      | ann        | 2025-01-01 00:00:00 |
    handed_on      | cy         | 2025-03-01 00:00:00 |
    both           | ann        | 2025-01-01 00:00:00 | 2025-06-01 00:00:00
    both           | cy         | 2025-03-01 00:00:00 | 2025-09-01 00:00:00
    both           | di         | 2025-04-01 00:00:00 | 2025-05-01 00:00:00
    same_day       | ann        | 2025-02-01 00:00:00 |
    same_day       | bo         | 2025-02-01 00:00:00 |
    again          | ann        | 2025-01-01 00:00:00 | 2025-06-01 00:00:00
    again          | ann        | 2025-02-01 00:00:00 | 2025-06-01 00:00:00
"""
SHARED = """
    identifier_key | persons | first_from
    both           | 3       | 2025-03-01 00:00:00
    same_day       | 2       | 2025-02-01 00:00:00
"""


def test_a_card_held_by_two_at_once_is_told_from_one_held_in_turn(build):
    table = build("clean.shared_identifier", raw__patron_identifier=CARDS)
    assert shown(table, "identifier_key", "persons", "first_from") == {
        ("both", "3", "2025-03-01 00:00:00.000000"),
        ("same_day", "2", "2025-02-01 00:00:00.000000"),
    }


def test_a_shared_card_leads_to_nobody(build):
    table = build("clean.patron_identifier", raw__patron_identifier=CARDS, clean__shared_identifier=SHARED)
    assert set(table["identifier_key"]) == {"turn", "handed_on", "again"}
    # The negative control: without knowing that it is shared, a card is given to one of its holders.
    assert "same_day" in set(build("clean.patron_identifier", raw__patron_identifier=CARDS)["identifier_key"])


def test_what_a_shared_card_met_is_counted_beside_its_feed(build):
    table = build(
        "report.source",
        ref__feed="""
        feed       | position | label_zh | label_en | is_expected
        gate       | 1        | 门禁     | gates    | true
        loan       | 2        | 借阅     | loans    | true
        e_resource | 5        | 电子资源 | resource | false
        event      | 6        | 活动     | events   | false
        hold       | 7        | 图书预约 | holds    | false
        """,
        ledger__file="""
        feed            | status   | records | loaded | duplicates | rejected
        gate_event      | loaded   | 10      | 9      | 1          | 0
        visit_summary   | loaded   | 5       | 5      | 0          | 0
        gate_event      | refused  | 99      | 0      | 0          | 0
        resource_access | loaded   | 7       | 6      | 0          | 1
        hold            | loaded   | 3       | 3      | 0          | 0
        """,
        clean__shared_identifier=SHARED,
        raw__gate_event="patron_key | building\nboth | main\nboth | main\nann | main",
        raw__visit_summary="patron_key | building\nsame_day | main\nturn | main",
        raw__loan_event="patron_key | item_key\nboth | book",
    )
    assert shown(table, "feed", "files", "records", "rejected", "ambiguous", "status") == {
        ("gate", "2", "15", "0", "3", "ok"),
        ("loan", "0", "0", "0", "1", "none"),  # always expected, so it is said that none came
        ("e_resource", "1", "7", "1", "0", "ok"),
        ("hold", "1", "3", "0", "0", "ok"),
    }
