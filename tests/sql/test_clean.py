"""What came is set straight: who was enrolled when, what was lent, what was booked, what was answered."""

from tests.drawn import shown


def test_snapshots_that_say_the_same_are_one_spell_and_a_change_begins_another(build):
    table = build(
        "clean.enrolment",
        raw__enrolment="""
        patron_key | seen_on    | status | level    | college | entered_on | source_file | source_record
        ann        | 2025-02-17 | active | bachelor | 文学院  | 2024-09-01 | a           | 1
        ann        | 2025-09-01 | active | bachelor | 文学院  | 2024-09-01 | b           | 1
        ann        | 2026-02-23 | active | bachelor | 法学院  | 2024-09-01 | c           | 1
        bo         | 2025-02-17 | active | master   | 法学院  |            | a           | 2
        bo         | 2025-09-01 | leave  | master   | 法学院  |            | b           | 2
        """,
    )
    assert shown(table, "patron_key", "valid_from", "valid_to", "status", "college") == {
        ("ann", "2024-09-01", "2026-02-23", "active", "文学院"),
        ("ann", "2026-02-23", "9999-12-31", "active", "法学院"),
        ("bo", "2025-02-17", "2025-09-01", "active", "法学院"),
        ("bo", "2025-09-01", "2026-02-23", "leave", "法学院"),
    }


def test_a_card_held_by_two_in_turn_is_told_apart_and_one_held_by_two_at_once_is_left_out(build):
    table = build(
        "clean.patron_identifier",
        raw__patron_identifier="""
        identifier_key | patron_key | valid_from          | valid_to
        turn           | ann        | 2025-01-01 00:00:00 | 2025-06-01 00:00:00
        turn           | bo         | 2025-06-01 00:00:00 |
        turn           | bo         | 2025-06-01 00:00:00 |
        both           | ann        | 2025-01-01 00:00:00 | 2025-06-01 00:00:00
        both           | cy         | 2025-03-01 00:00:00 | 2025-09-01 00:00:00
        """,
        clean__shared_identifier="identifier_key | persons\nboth | 2",
    )
    assert shown(table, "identifier_key", "patron_key", "valid_to") == {
        ("turn", "ann", "2025-06-01 00:00:00.000000"),
        ("turn", "bo", "9999-12-31 00:00:00.000000"),
    }


def test_a_loan_is_what_its_dates_can_say(build):
    table = build(
        "clean.loan",
        ref__site="class_scheme\nclc",
        clean__call_class="""
        class_scheme | call_number | class_top | class_second
        clc          | TP312/20    | T         | TP
        clc          | K825.6=76   | K         | K82
        """,
        raw__loan="""
        loan_key | patron_key | item_key | call_number | loaned_at           | due_at              | returned_at         | notes
        one      | ann        | i1       | TP312/20    | 2026-03-01 10:00:00 | 2026-03-31 23:59:59 | 2026-03-11 09:00:00 |
        two      | ann        | i2       | I247.57/8   | 2026-03-01 10:00:00 | 2026-03-31 23:59:59 | 2026-04-02 09:00:00 |
        three    | ann        | i3       | QA76.9/K55  | 2026-03-01 10:00:00 | 2026-03-31 23:59:59 |                     |
        four     | ann        | i4       | T-652       | 2026-03-01 10:00:00 |                     | 2026-02-01 09:00:00 |
        five     | ann        | i5       |             |                     |                     | 2026-02-01 09:00:00 | loaned_at:partial_date
        six      | ann        | i6       | K825.6=76   | 2026-03-01 10:00:00 |                     |                     | returned_at:partial_date
        """,
    )
    assert shown(table, "loan_key", "status", "loan_days", "was_overdue", "class_top", "class_second") == {
        ("one", "returned", "10", "false", "T", "TP"),
        ("two", "returned", "32", "true", None, None),
        ("three", "open", None, None, None, None),
        ("four", "return_before_loan", None, None, None, None),
        ("five", "loan_day_unknown", None, None, None, None),
        ("six", "return_day_unknown", None, None, "K", "K82"),
    }


def test_an_open_loan_that_comes_again_with_its_return_is_one_loan(build):
    table = build(
        "clean.loan",
        ref__site="class_scheme\nclc",
        raw__loan="""
        loan_key | item_key | loaned_at           | returned_at         | renewals | source_file
        one      | i1       | 2026-03-01 10:00:00 |                     | 1        | b
        one      | i1       | 2026-03-01 10:00:00 | 2026-03-11 09:00:00 | 0        | a
        """,
    )
    assert shown(table, "loan_key", "status", "renewals") == {("one", "returned", "0")}


def test_attendance_that_nobody_recorded_is_unknown(build):
    table = build(
        "clean.booking",
        raw__space_booking="""
        booking_key | space_type | starts_at           | ends_at             | checked_in_at       | checked_out_at      | cancelled_at        | status
        came        | seat       | 2026-03-02 08:00:00 | 2026-03-02 12:00:00 | 2026-03-02 08:05:00 | 2026-03-02 11:35:00 |                     | completed
        missed      | seat       | 2026-03-02 08:00:00 | 2026-03-02 12:00:00 |                     |                     |                     | no_show
        unsaid      | seat       | 2026-03-02 08:00:00 | 2026-03-02 12:00:00 |                     |                     |                     | reserved
        late        | seat       | 2026-03-02 08:00:00 | 2026-03-02 12:00:00 |                     |                     | 2026-03-02 07:30:00 | cancelled_user
        early       | seat       | 2026-03-02 08:00:00 | 2026-03-02 12:00:00 |                     |                     | 2026-03-01 07:30:00 | cancelled_user
        """,
    )
    assert shown(table, "booking_key", "attendance", "used_minutes", "was_cancelled_late") == {
        ("came", "attended", "210", "false"),
        ("missed", "no_show", None, "false"),
        ("unsaid", "unknown", None, "false"),
        ("late", "cancelled", None, "true"),
        ("early", "cancelled", None, "false"),
    }


def test_a_person_s_last_response_counts_and_takes_the_college_of_the_enrolment(build):
    table = build(
        "clean.response",
        clean__enrolment="""
        patron_key | valid_from | valid_to   | college | level
        ann        | 2025-09-01 | 9999-12-31 | 法学院  | bachelor
        """,
        raw__survey_answer="""
        survey   | response_key | patron_key | stated_college | submitted_at        | item    | facet | answer_value
        wjx_2026 | 1            | ann        | 文学院         | 2026-05-01 10:00:00 | overall | value | 2
        wjx_2026 | 2            | ann        | 文学院         | 2026-05-02 10:00:00 | overall | value | 5
        wjx_2026 | 3            |            | 文学院         | 2026-05-02 10:00:00 | overall | value | 4
        wjx_2026 | 3            |            | 文学院         | 2026-05-02 10:00:00 | staff   | value |
        """,
    )
    assert shown(table, "response_key", "patron_key", "college", "level") == {
        ("2", "ann", "法学院", "bachelor"),
        ("3", None, "文学院", None),
    }


def test_an_answer_is_one_number_and_options_texts_and_gaps_are_told_elsewhere(build):
    table = build(
        "clean.answer",
        clean__response="survey | response_key | college\nwjx_2026 | 2 | 法学院",
        raw__survey_answer="""
        survey   | response_key | item    | facet     | answer_value | answer_text
        wjx_2026 | 1            | overall | value     | 2            |
        wjx_2026 | 2            | overall | value     | 5            |
        wjx_2026 | 2            | staff   | value     |              |
        wjx_2026 | 2            | why     | option    | 1            | 座位
        wjx_2026 | 2            | why     | option    | 3            | 藏书
        wjx_2026 | 2            | AS1     | perceived | 6            |
        wjx_2026 | 2            | wish    | text      |              | 更多座位
        """,
    )
    assert shown(table, "response_key", "item", "college", "answer_value") == {("2", "overall", "法学院", "5.000")}
