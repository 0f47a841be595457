"""Who was drawn for a service and what came of it; where need meets no service, and service no need."""

import pytest

from tests.drawn import shown

TERM = """
    term   | starts_on  | ends_on
    autumn | 2025-09-01 | 2026-01-18
    spring | 2026-03-02 | 2026-07-12
"""
DAYS = "day | term\n2026-03-10 | spring\n2026-03-20 | spring\n2026-02-10 |"
HORIZON = "as_of\n2026-04-29"


def test_a_person_drawn_twice_stays_in_the_earlier_arm_and_of_two_at_once_in_the_one_held_out(build):
    found = build(
        "clean.service_assignment",
        raw__service_assignment="""
        run_key | service | patron_key | arm      | drawn_with | assigned_at         | source_file | source_record
        t       | books   | ann        | served   |            | 2026-04-01 09:00:00 | a           | 1
        t       | books   | bo         | served   | class 1    | 2026-04-01 09:00:00 | a           | 2
        t       | books   | old card   | held_out |            | 2026-04-01 08:00:00 | a           | 3
        t       | books   | new card   | served   |            | 2026-04-01 09:00:00 | a           | 4
        t       | books   | di         | served   |            | 2026-04-01 09:00:00 | a           | 5
        t       | books   | di         | held_out |            | 2026-04-01 09:00:00 | b           | 1
        """,
        clean__patron_identifier="""
        identifier_key | patron_key | valid_from          | valid_to
        old card       | cy         | 2020-01-01 00:00:00 | 2030-01-01 00:00:00
        new card       | cy         | 2020-01-01 00:00:00 | 2030-01-01 00:00:00
        """,
    )
    assert shown(found, "patron_key", "arm", "drawn_with", "assigned_on") == {
        ("ann", "served", "ann", "2026-04-01"),
        ("bo", "served", "class 1", "2026-04-01"),
        ("cy", "held_out", "cy", "2026-04-01"),
        ("di", "held_out", "di", "2026-04-01"),
    }


def test_runs_are_lists_frozen_here_and_trials_drawn_elsewhere(build):
    found = build(
        "service.run",
        ref__term=TERM,
        ref__horizon=HORIZON,
        service__catalogue="service | window_days\nbooks | 56\nrooms | 14",
        ledger__service_run="""
        run_key | service | term   | drawn_by | window_days | detectable | frozen_at
        own     | books   | spring | patron   | 28          | 0.05       | 2026-04-01 23:30:00
        """,
        clean__service_assignment="""
        run_key | service | patron_key | arm      | drawn_with | assigned_on | window_days | detectable
        alone   | books   | ann        | served   | ann        | 2026-02-01  |             |
        alone   | books   | bo         | held_out | bo         | 2026-02-03  |             |
        classes | rooms   | ann        | served   | class 1    | 2026-04-16  | 14          | 0.1
        classes | rooms   | bo         | served   | class 1    | 2026-04-16  | 14          | 0.1
        unknown | other   | ann        | served   | ann        | 2026-03-02  |             |
        """,
    )
    columns = ("run_key", "origin", "term", "drawn_by", "frozen_on", "window_to", "detectable", "is_over")
    assert shown(found, *columns) == {
        ("own", "list", "spring", "patron", "2026-04-01", "2026-04-29", "0.05", "true"),
        ("alone", "elsewhere", "autumn", "patron", "2026-02-03", "2026-03-31", None, "true"),
        ("classes", "elsewhere", "spring", "group", "2026-04-16", "2026-04-30", "0.1", "false"),
        ("unknown", "elsewhere", "spring", "patron", "2026-03-02", "2026-03-30", None, "true"),
    }


def test_outcomes_count_after_the_draw_up_to_the_last_day_and_only_once_the_run_is_over(build):
    found = build(
        "service.member",
        service__run="""
        run_key | service | window_days | is_over
        own     | books   | 28          | true
        open    | books   | 28          | false
        """,
        ledger__service_run="run_key | frozen_at\nown | 2026-04-01 10:00:00",
        ledger__service_member="""
        run_key | patron_key | arm      | drawn_with | baseline
        own     | ann        | served   | class 1    | 5
        own     | bo         | held_out | bo         |
        own     | cy         | held_out | cy         |
        """,
        clean__service_assignment="""
        run_key | patron_key | arm    | drawn_with | assigned_on
        open    | ann        | served | ann        | 2026-04-10
        """,
        service__outcome_event="""
        service | patron_key | happened_on
        books   | ann        | 2026-03-31
        books   | ann        | 2026-04-01
        books   | ann        | 2026-04-02
        books   | ann        | 2026-04-29
        books   | ann        | 2026-04-30
        rooms   | ann        | 2026-04-05
        books   | bo         | 2026-03-03
        books   | bo         | 2026-03-04
        books   | bo         | 2026-03-31
        """,
    )
    assert shown(found, "run_key", "patron_key", "arm", "drawn_with", "baseline", "outcomes") == {
        ("own", "ann", "served", "class 1", "5.0", "2"),
        ("own", "bo", "held_out", "bo", "2.0", "0"),
        ("own", "cy", "held_out", "cy", "0.0", "0"),
        ("open", "ann", "served", "ann", "3.0", None),
    }


NEED = """
    patron_key | term   | service
    ann        | spring | books
    bo         | spring | books
    bo         | spring | rooms
    cy         | spring | rooms
    cy         | autumn | rooms
"""
CONTACT = """
    patron_key | service | contacted_on
    ann        | books   | 2026-03-10
    ann        | books   | 2026-03-20
    di         | books   | 2026-03-20
    cy         | rooms   | 2026-02-10
    cy         |         | 2026-03-10
"""


def test_need_without_service_and_service_without_need(build):
    found = build(
        "service.coverage",
        service__need=NEED,
        service__contact=CONTACT,
        ref__calendar_day=DAYS,
        segment__reader="""
        patron_key | term   | segment
        ann        | spring | light
        bo         | spring | light
        di         | spring | light
        ed         | spring | light
        cy         | spring | regular
        """,
    )
    measures = ("persons", "in_need", "reached", "need_met", "need_without_service", "service_without_need")
    assert shown(found, "segment", "service", "term", *measures) == {
        ("light", "books", "spring", "4", "2", "2", "1", "1", "1"),
        ("light", "rooms", "spring", "4", "1", "0", "0", "1", "0"),
        ("regular", "rooms", "spring", "1", "1", "0", "0", "1", "0"),
    }


ROSTER = """
    patron_key | term   | college
    ann        | spring | law
    bo         | spring | law
    cy         | spring | arts
    cy         | autumn | arts
    di         | spring | arts
"""


def test_every_college_has_what_it_is_short_of_or_least_well_served_by(build):
    """Of law, one of two in need of books was reached and nobody of those in need of rooms; arts lacks rooms."""
    given = {"service__need": NEED, "service__contact": CONTACT, "ref__calendar_day": DAYS, "fact__roster": ROSTER}
    found = build("service.unreached", **given)
    columns = ("college", "term", "service", "position", "persons", "reached", "is_unreached")
    assert shown(found, *columns) == {
        ("law", "spring", "rooms", "1", "1", "0", "true"),
        ("arts", "spring", "rooms", "1", "1", "0", "true"),
        ("arts", "autumn", "rooms", "1", "1", "0", "true"),
    }


@pytest.mark.parametrize("kept", ["books", "rooms"])
def test_a_service_taken_from_a_college_leaves_a_gap_there(build, kept):
    both = "patron_key | service | contacted_on\n" + "\n".join(
        f"{patron} | {service} | 2026-03-10"
        for patron, service in [("ann", "books"), ("bo", "books"), ("bo", "rooms"), ("cy", "rooms")]
        if patron == "cy" or service == kept
    )
    given = {"service__need": NEED, "service__contact": both, "ref__calendar_day": DAYS, "fact__roster": ROSTER}
    found = build("service.unreached", **given).filter(college="law", term="spring")
    taken = ({"books", "rooms"} - {kept}).pop()
    assert found["service"].to_list() == [taken]
    assert found["is_unreached"].to_list() == [True]


def test_a_college_whose_needs_are_all_met_still_has_a_row(build):
    both = "patron_key | service | contacted_on\n" + "\n".join(
        f"{patron} | {service} | 2026-03-10" for patron, service in [("ann", "books"), ("bo", "books"), ("bo", "rooms")]
    )
    given = {"service__need": NEED, "service__contact": both, "ref__calendar_day": DAYS, "fact__roster": ROSTER}
    found = build("service.unreached", **given).filter(college="law")
    assert shown(found, "service", "persons", "reached", "is_unreached") == {("books", "2", "2", "false")}
