"""Events and service given: a person counts once, zero is not unknown, and no two counts of one thing are added."""

import pytest

from tests.drawn import shown

CARDS = """
    identifier_key | patron_key | valid_from          | valid_to
    card1          | ann        | 2025-09-01 00:00:00 | 2026-03-02 09:00:00
    card2          | ann        | 2026-03-02 09:00:00 | 9999-12-31 00:00:00
    card1          | bo         | 2026-03-02 09:00:00 | 9999-12-31 00:00:00
"""
ATTENDANCE = """
    event_key | event_type | patron_key | starts_at           | ends_at             | registered_at       | attendance | attendees | source_file
    talk      | lecture    | card1      | 2026-03-02 08:00:00 | 2026-03-02 09:30:00 |                     | attended   |           | a
    talk      | lecture    | ann        | 2026-03-02 08:00:00 | 2026-03-02 08:30:00 | 2026-02-01 08:00:00 | registered |           | a
    talk      | lecture    | card1      | 2026-03-02 08:00:00 | 2026-03-02 09:30:00 |                     | attended   |           | b
    talk      | lecture    | cy         | 2026-03-02 08:00:00 | 2026-03-02 09:30:00 | 2026-02-01 08:00:00 | cancelled  |           | a
    talk      | lecture    | cy         | 2026-03-02 08:00:00 | 2026-03-02 09:30:00 | 2026-02-02 08:00:00 | registered |           | a
    talk      | lecture    | di         | 2026-03-02 08:00:00 | 2026-03-02 09:30:00 | 2026-02-02 08:00:00 | registered |           | a
    talk      | lecture    | di         | 2026-03-02 08:00:00 | 2026-03-02 09:30:00 |                     | absent     |           | a
    talk      | lecture    |            | 2026-03-02 08:00:00 | 2026-03-02 09:30:00 |                     | attended   |           | a
    show      | exhibition | ann        | 2026-03-02 08:00:00 | 2026-03-30 09:30:00 |                     | attended   |           | a
    show      | exhibition |            | 2026-03-02 08:00:00 |                     |                     | attended   | 40        | a
    open_day  | tour       | ann        | 2026-03-02 10:00:00 |                     |                     | registered |           | a
"""


def test_a_person_counts_once_for_an_event_and_only_attended_says_that_somebody_came(build):
    table = build("clean.attendance", clean__patron_identifier=CARDS, raw__event_attendance=ATTENDANCE)
    assert shown(table, "event_key", "patron_key", "attendance", "attended_minutes", "held_on") == {
        ("talk", "ann", "attended", "90", "2026-03-02"),  # three lines, two numbers, one person
        ("talk", "cy", "registered", None, "2026-03-02"),
        ("talk", "di", "absent", None, "2026-03-02"),
        ("show", "ann", "attended", None, "2026-03-02"),  # four weeks are no length of attendance
        ("open_day", "ann", "registered", None, "2026-03-02"),
    }


def test_heads_and_names_are_never_added(build):
    named = """
        event_key | patron_key | attendance
        talk      | ann        | attended
        talk      | cy         | registered
        talk      | di         | absent
        show      | ann        | attended
        open_day  | ann        | registered
    """
    table = build("clean.event", clean__attendance=named, raw__event_attendance=ATTENDANCE)
    assert shown(table, "event_key", "registrations", "named_attendees", "heads", "attendees") == {
        ("talk", "4", "1", None, "2"),
        ("show", "1", "1", "40", "40"),
        ("open_day", "1", "0", None, None),  # nothing says who came
    }


def test_events_are_counted_by_month_with_the_length_of_trainings(build):
    table = build(
        "fact.attendance_month",
        ref__calendar_day="day | term\n2026-03-02 | spring\n2026-03-09 | spring\n2026-08-01 |",
        clean__attendance="""
        event_key | patron_key | event_type | held_on    | attendance | attended_minutes | credit_hours
        e1        | ann        | training   | 2026-03-02 | attended   | 90               | 2
        e2        | ann        | training   | 2026-03-09 | attended   |                  | 1.5
        e3        | ann        | lecture    | 2026-03-09 | attended   | 120              |
        e4        | ann        | training   | 2026-03-09 | absent     |                  | 2
        e5        | ann        | training   | 2026-08-01 | attended   | 60               |
        e1        | bo         | training   | 2026-03-02 | attended   |                  |
        """,
    )
    assert shown(
        table, "patron_key", "events_registered", "events_attended", "events_missed", "training_minutes", "untimed_trainings"
    ) == {
        ("ann", "4", "3", "1", "180.00", "0"),
        ("bo", "1", "1", "0", "0.00", "1"),
    }  # fmt: skip


def test_the_same_shift_in_two_files_is_one_and_twice_in_one_file_is_two(build):
    table = build(
        "clean.contribution",
        clean__patron_identifier=CARDS,
        raw__contribution="""
        patron_key | role      | activity | served_on  | hours | source_file
        ann        | volunteer | shelving | 2026-03-01 | 2     | a
        ann        | volunteer | shelving | 2026-03-01 | 2     | a
        ann        | volunteer | shelving | 2026-03-01 | 2     | b
        card1      | volunteer | shelving | 2026-03-01 | 1.5   | b
        card1      | volunteer | desk     | 2026-03-02 | 1     | b
        cy         | assistant |          | 2026-03-01 | 2     | b
        cy         | assistant |          | 2026-03-01 |       | b
        """,
    )
    assert shown(table, "patron_key", "activity", "served_on", "shifts", "hours") == {
        ("ann", "shelving", "2026-03-01", "3", "5.50"),
        ("bo", "desk", "2026-03-02", "1", "1.00"),  # who holds the card at the day's end
        ("cy", None, "2026-03-01", "2", None),
    }


def test_service_is_counted_by_month(build):
    table = build(
        "fact.contribution_month",
        ref__calendar_day="day | term\n2026-03-02 | spring\n2026-03-09 | spring\n2026-04-01 | spring",
        clean__contribution="""
        patron_key | served_on  | shifts | hours
        ann        | 2026-03-02 | 2      | 5.50
        ann        | 2026-03-09 | 1      |
        ann        | 2026-04-01 | 1      | 1.00
        """,
    )
    assert shown(table, "patron_key", "month", "shifts", "hours", "untimed_shifts") == {
        ("ann", "2026-03-01", "3", "5.50", "1"),
        ("ann", "2026-04-01", "1", "1.00", "0"),
    }


ROSTER = """
    patron_key | term
    ann        | spring
    bo         | spring
    ann        | autumn
    bo         | autumn
"""
COVERAGE = """
    feed         | term   | is_measured
    event        | spring | true
    event        | autumn | false
    consultation | spring | true
    consultation | autumn | true
    contribution | spring | true
    contribution | autumn | true
"""
TOOK_PART = {
    "fact__attendance_month": """
        patron_key | term   | events_attended | events_missed | training_minutes | untimed_trainings
        ann        | spring | 2               | 0             | 90               | 0
        ann        | spring | 1               | 1             | 0                | 0
        ann        | autumn | 3               | 0             | 60               | 0
    """,
    "fact__consultation_month": """
        patron_key | term   | recorded_consultations | noted_consultations
        ann        | spring | 2                      | 1
        ann        | spring | 0                      | 4
        bo         | spring | 0                      | 3
    """,
    "fact__contribution_month": """
        patron_key | term   | shifts | hours | untimed_shifts
        ann        | spring | 2      | 5.5   | 0
        ann        | autumn | 2      | 1     | 1
    """,
}
MEASURES = ("patron_key", "term", "events_attended", "training_hours", "consultations", "contribution_hours")


def test_who_took_no_part_has_a_zero_and_a_term_that_nothing_tells_of_has_nothing(build):
    table = build("fact.participation", fact__roster=ROSTER, ref__coverage_term=COVERAGE, **TOOK_PART)
    assert shown(table, *MEASURES) == {
        ("ann", "spring", "3", "1.5", "2", "5.5"),  # two recorded; the five that staff noted are not added
        ("bo", "spring", "0", "0.0", "3", "0.0"),  # none recorded: what staff noted counts
        (
            "ann",
            "autumn",
            None,
            None,
            None,
            None,
        ),  # events not covered, no question has a name, a shift without a length
        ("bo", "autumn", None, None, None, "0.0"),
    }


def test_a_feed_that_names_nobody_measures_nobody(build):
    """The negative control is the same site one line richer: one person who is said to have stayed away."""
    line = "patron_key | term | events_attended | events_missed | training_minutes | untimed_trainings\nann | spring | 0 | {} | 0 | 0"
    given = {"fact__roster": ROSTER, "ref__coverage_term": COVERAGE}
    registered = build("fact.participation", fact__attendance_month=line.format(0), **given)
    assert registered["events_attended"].is_null().all()
    said = build("fact.participation", fact__attendance_month=line.format(1), **given)
    assert shown(said, "patron_key", "term", "events_attended") == {
        ("ann", "spring", "0"),
        ("bo", "spring", "0"),
        ("ann", "autumn", None),
        ("bo", "autumn", None),
    }


def test_a_training_of_unknown_length_leaves_the_hours_unknown(build):
    table = build(
        "fact.participation",
        fact__roster=ROSTER,
        ref__coverage_term=COVERAGE,
        fact__attendance_month="""
        patron_key | term   | events_attended | events_missed | training_minutes | untimed_trainings
        ann        | spring | 2               | 0             | 90               | 1
        """,
    )
    assert shown(table, "patron_key", "term", "events_attended", "training_hours") >= {
        ("ann", "spring", "2", None),
        ("bo", "spring", "0", "0.0"),
    }


def test_reach_is_taken_of_everyone_who_was_measured(build):
    table = build(
        "portrait.unit",
        ref__site="small_cell\n2",
        fact__membership="""
        patron_key | term   | group_type | group_code
        ann        | spring | college    | 文学院
        bo         | spring | college    | 文学院
        cy         | spring | college    | 文学院
        di         | spring | college    | 法学院
        """,
        portrait__individual="""
        patron_key | term   | events_attended | consultations
        ann        | spring | 3               | 0
        bo         | spring | 0               | 0
        cy         | spring | 0               | 4
        di         | spring |                 |
        """,
    )
    reach = {
        row[0]: row[1:] for row in table.select("group_code", "event_reach_rate", "consultation_reach_rate").rows()
    }
    assert reach == {"文学院": (pytest.approx(1 / 3), pytest.approx(1 / 3)), "法学院": (None, None)}
