"""What services look at: loans without the sensitive classes, wishes of the last year, ranks among peers."""

from tests.drawn import shown

DAYS = """
    day        | term
    2026-03-02 | spring
    2026-03-03 | spring
    2025-10-01 | autumn
"""
SENSITIVE = """
class_scheme | class_code
clc          | R74
clc          | D3
clc          | C913
ddc          | 2
"""
LOANS = """
loan_key   | patron_key | loaned_at           | loaned_on  | class_scheme | class_top | class_second | class_third
psychiatry | ann        | 2026-03-02 08:00:00 | 2026-03-02 | clc          | R         | R74          | R749
paediatric | ann        | 2026-03-02 08:00:00 | 2026-03-02 | clc          | R         | R72          |
parties    | ann        | 2026-03-02 08:00:00 | 2026-03-02 | clc          | D         | D33/37       | D351
law        | ann        | 2026-03-02 08:00:00 | 2026-03-02 | clc          | D         | D9           |
marriage   | ann        | 2026-03-02 08:00:00 | 2026-03-02 | clc          | C         | C91          | C913
sociology  | ann        | 2026-03-02 08:00:00 | 2026-03-02 | clc          | C         | C91          | C912
belief     | ann        | 2026-03-02 08:00:00 | 2026-03-02 | ddc          | 200       | 290          | 297
music      | ann        | 2026-03-03 09:00:00 | 2026-03-03 | clc          | J         | J6           |
music too  | ann        | 2026-03-03 10:00:00 | 2026-03-03 | clc          | J         | J6           |
no class   | ann        | 2026-03-03 10:00:00 | 2026-03-03 | clc          |           |              |
nobody     |            | 2026-03-03 10:00:00 | 2026-03-03 | clc          | J         | J6           |
"""


def test_a_loan_in_a_sensitive_class_is_no_sign_of_anything(build):
    table = build(
        "fact.loan_kind",
        ref__calendar_day=DAYS,
        ref__sensitive_class=SENSITIVE,
        ref__interest="interest | class_scheme | class_top\nart | clc | J",
        clean__enrolment="patron_key | valid_from | valid_to | college | major\nann | 2020-09-01 | 9999-12-31 | arts | music",
        fact__own_class="college | major | class_scheme | class_second | field\narts | music | clc | J6 | own",
        clean__loan=LOANS,
        fact__new_class="loan_key\nmusic",
    )
    assert shown(table, "loan_key", "class_top", "field", "interest", "is_new_class") == {
        ("paediatric", "R", None, None, "false"),
        ("law", "D", None, None, "false"),
        ("sociology", "C", None, None, "false"),
        ("music", "J", "own", "art", "true"),
        ("music too", "J", "own", "art", "false"),
    }


def test_the_first_loan_in_a_main_class_is_the_first_that_is_not_sensitive(build):
    """Music comes an hour before music too; psychiatry, parties and marriage are sensitive, and first in nothing."""
    table = build("fact.new_class", ref__sensitive_class=SENSITIVE, clean__loan=LOANS)
    assert shown(table, "loan_key") == {("paediatric",), ("law",), ("sociology",), ("music",)}


def test_a_wish_holds_for_a_year_and_the_latest_counts(build):
    table = build(
        "fact.stated_need",
        ref__contact_rule="rule | value\nstated_need_days | 365",
        ref__service_answer="""
        service | item | answer | is_wanted
        seats   | wish | seats  | true
        seats   | wish | none   | false
        search  | ask  | 5      | true
        """,
        ref__term="""
        term   | starts_on  | ends_on
        before | 2024-09-02 | 2025-01-19
        held   | 2025-02-17 | 2025-07-06
        after  | 2025-09-01 | 2026-01-18
        late   | 2026-05-14 | 2026-07-12
        """,
        clean__response="""
        survey | response_key | patron_key | submitted_at
        2025   | 1            | ann        | 2025-05-01 10:00:00
        2025   | 2            | bo         | 2025-05-01 10:00:00
        2025   | 3            |            | 2025-05-01 10:00:00
        2026   | 4            | ann        | 2025-10-01 10:00:00
        """,
        raw__survey_answer="""
        survey | response_key | item | answer_text | answer_value
        2025   | 1            | wish | seats       |
        2025   | 2            | ask  |             | 5
        2025   | 2            | wish | books       |
        2025   | 3            | wish | seats       |
        2026   | 4            | wish | none        |
        """,
    )
    assert shown(table, "patron_key", "term", "service", "is_wanted") == {
        ("ann", "held", "seats", "true"),
        ("ann", "after", "seats", "false"),
        ("ann", "late", "seats", "false"),
        ("bo", "held", "search", "true"),
        ("bo", "after", "search", "true"),  # but not in the term that begins 378 days later
    }


def test_signs_are_zero_where_nothing_was_done_and_empty_where_nothing_was_measured(build):
    table = build(
        "fact.need_sign",
        ref__site="peer_group\n3",
        ref__term="term | starts_on\nautumn | 2025-09-01\nspring | 2026-03-02",
        ref__calendar_day=DAYS,
        ref__coverage_term="""
        feed  | term   | is_measured
        loan  | spring | true
        space | spring | false
        event | spring | true
        """,
        fact__roster="""
        patron_key | term   | level_group   | discipline_group | college | class_group
        ann        | spring | undergraduate | science          | law     | one
        bo         | spring | undergraduate | science          | law     | one
        cy         | spring | undergraduate | science          | law     |
        """,
        fact__presence="""
        patron_key | term   | presence_hours
        ann        | spring | 1
        bo         | spring | 5
        cy         | spring | 9
        """,
        fact__loan_kind="""
        loan_key | patron_key | term   | class_scheme | class_top | field | interest
        1        | ann        | spring | clc          | J         | own   | art
        2        | ann        | spring | clc          | J         | own   | art
        3        | ann        | spring | clc          | K         | own   |
        4        | ann        | spring | clc          | K         | other | heritage
        5        | ann        | spring | clc          | K         |       |
        """,
        clean__booking="patron_key | service_date | space_type | attendance\nann | 2026-03-02 | studio | attended",
        clean__attendance="patron_key | held_on | event_type | attendance\nbo | 2026-03-02 | training | attended\nann | 2026-03-02 | lecture | attended",
    )
    assert shown(table, "patron_key", "presence_rank", "own_share", "art_loans", "studio_bookings", "trainings") == {
        ("ann", "0.0", None, "2", None, "0"),  # four of the five loans have a field, too few for a share
        ("bo", "0.5", None, "0", None, "1"),
        ("cy", "1.0", None, "0", None, "0"),
    }
    assert shown(table, "patron_key", "class_trained_share") == {("ann", "0.5"), ("bo", "0.5"), ("cy", None)}


def test_rooms_gates_and_events_of_those_in_distress_stay_out_of_what_is_said_of_a_person(build):
    names = "service | name\nhouse | 沐心"
    rooms = """
        booking_key | patron_key | building | space      | space_type | starts_at           | ends_at             | status
        1           | ann        | Main     | 沐心小屋一 | other      | 2026-03-02 08:00:00 | 2026-03-02 09:00:00 | completed
        2           | ann        | 沐心小屋 |            | other      | 2026-03-02 08:00:00 | 2026-03-02 09:00:00 | completed
        3           | ann        | Main     | 研讨间     | group_room | 2026-03-02 08:00:00 | 2026-03-02 09:00:00 | completed
        4           | bo         | Main     | 沐心小屋一 | other      | 2026-03-02 08:00:00 | 2026-03-02 09:00:00 | denied
    """
    events = """
        event_key | patron_key | series | title    | event_type | place    | starts_at           | attendance
        1         | ann        | 沐心   | 放松训练 | other      | Main     | 2026-03-02 08:00:00 | attended
        2         | ann        |        | 读书会   | lecture    | 沐心小屋 | 2026-03-02 08:00:00 | attended
        3         | ann        |        | 读书会   | lecture    | Main     | 2026-03-02 08:00:00 | attended
    """
    assert shown(build("clean.booking", raw__space_booking=rooms, ref__protected_name=names), "booking_key") == {("3",)}
    assert shown(build("clean.attendance", raw__event_attendance=events, ref__protected_name=names), "event_key") == {
        ("3",)
    }
    own_count = build(
        "service.open_use", raw__space_booking=rooms, raw__event_attendance=events, ref__protected_name=names
    )
    assert shown(own_count, "service", "month", "uses", "persons") == {("house", "2026-03-01", "4", "1")}
    # The negative control: a site that names no such service sees them as any other room.
    assert build("clean.booking", raw__space_booking=rooms).height == 4


def test_a_list_sent_by_the_mail_system_is_counted_once_and_brings_its_response(build):
    table = build(
        "service.contact",
        service__catalogue="service | owner | channel | cap_class\nbooks | A | email | invitational\ndues | B | email | transactional",
        ledger__service_run="run_key | service\nr1 | books",
        ledger__service_contact="run_key | patron_key | contacted_on\nr1 | ann | 2026-03-02\nr1 | bo | 2026-03-02",
        clean__contact="""
        contact_key | campaign_key | patron_key | purpose       | department | channel | contacted_at        | contacted_on | response | responded_at
        1           | r1           | ann        | books         | A          | email   | 2026-03-03 08:00:00 | 2026-03-03   | clicked  | 2026-03-04 08:00:00
        2           | c9           | ann        | books         | C          | wechat  | 2026-03-05 08:00:00 | 2026-03-05   | none     |
        3           | c9           | bo         | dues          |            |         | 2026-03-05 08:00:00 | 2026-03-05   | none     |
        4           | c9           | cy         | transactional | C          |         | 2026-03-05 08:00:00 | 2026-03-05   | none     |
        5           | c9           | di         | freshers      | C          |         | 2026-03-05 08:00:00 | 2026-03-05   | none     |
        """,
    )
    assert shown(table, "contact_key", "origin", "service", "contacted_on", "department", "cap_class", "response") == {
        ("r1:ann", "list", "books", "2026-03-02", "A", "invitational", "clicked"),
        ("r1:bo", "list", "books", "2026-03-02", "A", "invitational", None),
        ("2", "campaign", "books", "2026-03-05", "C", "invitational", "none"),
        ("3", "campaign", "dues", "2026-03-05", None, "transactional", "none"),
        ("4", "campaign", None, "2026-03-05", "C", "transactional", "none"),
        ("5", "campaign", None, "2026-03-05", "C", "invitational", "none"),
    }
