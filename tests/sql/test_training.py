"""Training by stage of study: the next topic, who has met which, what may be reported; and those who serve."""

import pytest

from tests.drawn import shown

CURRICULUM = """
    lesson  | stage               | position | after  | due_term | series   | label_zh | label_en
    start   | lower_undergraduate | 1        |        | 1        | Start    | 入门     | Start
    search  | lower_undergraduate | 2        | start  | 2        | Search   | 检索     | Search
    citing  | lower_undergraduate | 3        |        | 3        | Citing   | 引用     | Citing
    survey  | master              | 1        |        | 1        | Surveys  | 调研     | Surveys
"""
ROSTER = """
    patron_key | term   | stage               | college | term_number | is_exposed
    none       | spring | lower_undergraduate | law     | 2           | true
    begun      | spring | lower_undergraduate | law     | 2           | true
    leapt      | spring | lower_undergraduate | arts    | 2           | true
    done       | spring | lower_undergraduate | arts    | 2           | true
    master     | spring | master              | arts    |             | true
    staff      | spring | staff               | arts    |             | true
    away       | spring | lower_undergraduate | arts    | 2           | false
    none       | autumn | lower_undergraduate | law     | 1           | true
"""
TERMS = "term | starts_on\nautumn | 2025-09-01\nspring | 2026-03-02"
ATTENDED = """
    patron_key | event_key | series | attendance
    begun      | e1        | Start  | attended
    begun      | e2        | Start  | attended
    begun      | e3        | Search | absent
    leapt      | e3        | Search | attended
    done       | e1        | Start  | attended
    done       | e3        | Search | attended
    done       | e4        | Citing | attended
    staff      | e5        | Others | attended
"""


def following(build, attended: str = ATTENDED):
    return build(
        "service.training_next",
        fact__roster=ROSTER,
        ref__term=TERMS,
        ref__training=CURRICULUM,
        clean__attendance=attended,
    )


def test_the_next_topic_is_the_first_that_is_missing_and_open(build):
    assert shown(following(build), "patron_key", "lessons", "lessons_attended", "lesson", "is_due") == {
        ("none", "3", "0", "start", "true"),
        ("begun", "3", "1", "search", "true"),  # twice the same topic is one, and absent is not there
        ("leapt", "3", "1", "start", "true"),
        ("done", "3", "3", None, None),
        ("master", "1", "0", "survey", None),
    }


def test_a_topic_waits_for_the_one_before_it(build):
    first = following(build, "patron_key | series | attendance\nnone | Citing | attended")
    assert shown(first.filter(patron_key="none"), "lesson") == {("start",)}
    # search comes before citing in the order, and is not open while start is missing; the control is `begun` above
    later = build(
        "service.training_next",
        fact__roster="patron_key | term | stage | is_exposed\nann | spring | lower_undergraduate | true",
        ref__term=TERMS,
        ref__training=CURRICULUM.replace("search  | lower_undergraduate | 2        | start ", "search  | lower_undergraduate | 0        | start "),
        clean__attendance="patron_key | series | attendance\nbo | Start | attended",
    )  # fmt: skip
    assert shown(later, "lesson") == {("start",)}


@pytest.mark.parametrize("attended", ["", "patron_key | series | attendance\nnone | Start | registered"])
def test_where_no_topic_was_ever_attended_by_name_nothing_is_said(build, attended):
    assert following(build, attended).is_empty()


def test_coverage_is_a_share_of_those_in_the_stage(build):
    table = build(
        "service.training_coverage",
        service__training_next="""
        patron_key | stage               | college
        begun      | lower_undergraduate | law
        none       | lower_undergraduate | law
        done       | lower_undergraduate | arts
        """,
        ref__training=CURRICULUM,
        clean__attendance=ATTENDED,
    )
    assert shown(table.filter(lesson="start"), "college", "persons", "attended", "attended_share") == {
        ("law", "2", "1", "0.5"),
        ("arts", "1", "1", "1.0"),
        ("everyone", "3", "2", str(2 / 3)),
    }
    assert table.filter(lesson="survey").is_empty()


def test_person_times_and_persons_stand_side_by_side(build):
    table = build(
        "service.training_reach",
        ref__calendar_day="day | term\n2026-03-02 | spring\n2026-03-09 | spring",
        clean__event="""
        event_key | series | event_type | held_on    | registrations | attendees
        e1        | Start  | training   | 2026-03-02 | 4             | 3
        e2        | Start  | training   | 2026-03-09 | 2             | 2
        e3        |        | lecture    | 2026-03-09 | 0             | 80
        e4        | Show   | exhibition | 2026-03-09 | 0             | 500
        """,
        clean__attendance="""
        event_key | patron_key | series | event_type | held_on    | attendance
        e1        | ann        | Start  | training   | 2026-03-02 | attended
        e1        | bo         | Start  | training   | 2026-03-02 | attended
        e1        | cy         | Start  | training   | 2026-03-02 | attended
        e1        | di         | Start  | training   | 2026-03-02 | absent
        e2        | ann        | Start  | training   | 2026-03-09 | attended
        e2        | eve        | Start  | training   | 2026-03-09 | attended
        """,
    )
    columns = ("series", "sessions", "registrations", "person_times", "persons", "show_rate")
    assert shown(table, *columns) == {
        ("Start", "2", "6", "5", "4", str(5 / 6)),
        ("lecture", "1", "0", "80", None, None),
    }


def test_only_who_came_by_name_and_stayed_long_enough_is_reported(build):
    table = build(
        "service.second_classroom",
        ref__second_classroom="event_type | least_minutes\ntraining | 60",
        ref__calendar_day="day | term\n2026-03-02 | spring",
        clean__attendance="""
        event_key | patron_key | event_type | held_on    | attendance | attended_minutes
        e1        | enough     | training   | 2026-03-02 | attended   | 60
        e1        | short      | training   | 2026-03-02 | attended   | 59
        e1        | unknown    | training   | 2026-03-02 | attended   |
        e1        | absent     | training   | 2026-03-02 | absent     |
        e2        | other      | exhibition | 2026-03-02 | attended   | 90
        """,
    )
    assert shown(table, "event_key", "patron_key", "term") == {("e1", "enough", "spring")}


TERM = """
    term | starts_on  | ends_on    | season
    t1   | 2025-02-17 | 2025-07-06 | spring
    s    | 2025-07-07 | 2025-08-01 | summer
    t2   | 2025-09-01 | 2026-01-18 | autumn
    t3   | 2026-03-02 | 2026-07-12 | spring
"""


def test_staying_is_told_of_those_who_were_here_in_a_term_that_is_over(build):
    table = build(
        "service.volunteer",
        ref__term=TERM,
        ref__horizon="as_of\n2026-05-01",
        ref__calendar_day="day | term\n2025-03-03 | t1\n2025-03-04 | t1\n2025-09-02 | t2\n2026-03-03 | t3",
        clean__contribution="""
        patron_key | role  | served_on  | shifts | hours
        stays      | desk  | 2025-03-03 | 2      | 4
        stays      | tours | 2025-03-04 | 1      | 2.5
        stays      | desk  | 2025-09-02 | 1      |
        leaves     | desk  | 2025-03-03 | 1      | 3
        graduates  | desk  | 2025-03-03 | 1      | 3
        """,
        fact__roster="""
        patron_key | term | college | is_exposed
        stays      | t1   | law     | true
        stays      | t2   | law     | true
        stays      | t3   | law     | true
        leaves     | t1   | law     | true
        leaves     | t2   | law     | true
        graduates  | t1   | law     | true
        """,
        fact__role="patron_key | term | role | next_role\nstays | t1 | contributor | partner",
    )
    columns = ("patron_key", "term", "shifts", "hours", "roles", "duty_days", "terms_served", "is_retained", "role")
    assert shown(table, *columns) == {
        ("stays", "t1", "3", "6.5", "2", "2", "1", "true", "contributor"),
        ("stays", "t2", "1", None, "1", "1", "2", None, None),  # the next term still runs
        ("leaves", "t1", "1", "3.0", "1", "1", "1", "false", None),
        ("graduates", "t1", "1", "3.0", "1", "1", "1", None, None),
    }


def test_a_group_counts_those_who_serve_among_all_its_people(build):
    people = [f"p{n}" for n in range(8)]
    table = build(
        "service.volunteering",
        ref__site="small_cell\n2",
        fact__membership="group_type | group_code | term | patron_key\n"
        + "\n".join(f"college | law | t1 | {who}\nclass | a | t1 | {who}" for who in people)
        + "\ncollege | law | t2 | p0",
        fact__role="patron_key | term | role\np0 | t1 | contributor\np1 | t1 | contributor\np2 | t1 | partner\np3 | t1 | user",
        service__volunteer="""
        patron_key | term | hours | is_retained | terms_served
        p0         | t1   | 4     | true        | 1
        p1         | t1   | 8     | false       | 3
        p2         | t1   |       |             | 1
        other      | t1   | 99    | true        | 1
        """,
    )
    columns = ("volunteers", "volunteer_share", "hours", "hours_median", "followed", "retained_share", "newcomers")
    assert shown(table, "group_type", *columns) == {("college", "3", "0.375", "12.0", "6.0", "2", "0.5", "2")}
    assert shown(table, "participants", "contributors", "partners") == {
        (None, "2", None)
    }  # one partner is too few to say
