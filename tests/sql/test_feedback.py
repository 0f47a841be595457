"""Feedback: how far each piece has come, where it was lost, and how often a theme is complained of."""

import pytest

from tests.drawn import shown

TICKETS = """
    ticket_key | unit  | status   | opened_at           | triaged_at          | answered_at         | acted_at            | told_at             | confirmed_at
    whole      | desk  | closed   | 2026-03-02 09:00:00 | 2026-03-02 10:00:00 | 2026-03-04 09:00:00 | 2026-03-09 09:00:00 | 2026-03-10 08:00:00 |
    leapt      | desk  | closed   | 2026-03-02 09:00:00 |                     |                     | 2026-03-05 09:00:00 |                     |
    said       | house | answered | 2026-03-03 09:00:00 |                     |                     |                     |                     |
    new        |       | open     | 2026-03-03 09:00:00 |                     |                     |                     |                     |
"""


def test_a_step_is_taken_where_its_time_a_later_one_or_the_status_says_so(build):
    table = build("service.feedback_step", clean__ticket=TICKETS)
    taken = {
        key: [row["is_reached"] for row in rows.sort("position").iter_rows(named=True)]
        for (key,), rows in table.group_by("feedback_key")
    }
    # raised, triaged, answered, acted, told, confirmed; that somebody confirmed is noted of nobody
    assert taken == {
        "whole": [True, True, True, True, True, None],
        "leapt": [True, True, True, True, False, None],
        "said": [True, True, True, False, False, None],
        "new": [True, False, False, False, False, None],
    }
    days = {("whole", "answered", "2"), ("whole", "acted", "7"), ("whole", "told", "8"), ("leapt", "acted", "3")}
    later = table.filter(table["days_from_raised"] > 0)
    assert shown(later, "feedback_key", "step", "days_from_raised") == days


def test_a_comment_is_raised_and_no_system_follows_it(build):
    table = build(
        "service.feedback_step",
        clean__ticket=TICKETS,
        clean__response="survey | response_key | submitted_at\nw1 | 7 | 2026-06-01 08:00:00\nw1 | 8 | 2026-06-01 08:00:00",
        raw__survey_answer="""
        survey | response_key | item | facet | answer_text
        w1     | 7            | q9   | text  | 座位太少
        w1     | 7            | q10  | text  | 空调太冷
        w1     | 8            | q1   | value | 5
        """,
    )
    comments = table.filter(source="survey")
    assert shown(comments, "feedback_key", "step", "is_reached") == {
        ("w1 7", "raised", "true"),
        *(("w1 7", step, None) for step in ("triaged", "answered", "acted", "told", "confirmed")),
    }


STEPS = """
    source | feedback_key | step     | position | unit  | raised_on  | is_reached | days_from_raised
    ticket | a            | raised   | 1        | desk  | 2026-03-02 | true       | 0
    ticket | a            | triaged  | 2        | desk  | 2026-03-02 |            |
    ticket | a            | answered | 3        | desk  | 2026-03-02 | true       | 2
    ticket | a            | acted    | 4        | desk  | 2026-03-02 | true       | 9
    ticket | b            | raised   | 1        | desk  | 2026-03-03 | true       | 0
    ticket | b            | triaged  | 2        | desk  | 2026-03-03 |            |
    ticket | b            | answered | 3        | desk  | 2026-03-03 | true       | 5
    ticket | b            | acted    | 4        | desk  | 2026-03-03 | false      |
    ticket | c            | raised   | 1        |       | 2026-03-03 | true       | 0
    ticket | c            | triaged  | 2        |       | 2026-03-03 |            |
    ticket | c            | answered | 3        |       | 2026-03-03 | false      |
    ticket | c            | acted    | 4        |       | 2026-03-03 | false      |
"""
CALENDAR = "day | term\n2026-03-02 | spring\n2026-03-03 | spring"


def test_shares_medians_and_where_it_was_lost(build):
    table = build(
        "service.feedback_loop",
        service__feedback_step=STEPS,
        fact__feedback_theme="source | feedback_key | theme\nticket | a | seats\nticket | a | rules\nticket | c | seats",
        ref__calendar_day=CALENDAR,
    )
    columns = ("group_code", "step", "pieces", "reached", "dropped", "days_median")
    assert shown(table.filter(group_type="all"), *columns) == {
        ("ticket", "raised", "3", "3", "0", "0.0"),
        ("ticket", "triaged", "3", None, None, None),  # not noted by anybody, so neither reached nor lost
        ("ticket", "answered", "3", "2", "1", "3.5"),
        ("ticket", "acted", "3", "1", "1", "9.0"),  # c was lost before, and is not lost again
    }
    assert shown(table.filter(step="answered", group_type="theme"), "group_code", "pieces", "reached_share") == {
        ("seats", "2", "0.5"),
        ("rules", "1", "1.0"),
    }
    assert shown(table.filter(step="acted", group_type="unit"), "group_code", "reached_share") == {("desk", "0.5")}


def rates(build, coverage: str = "ok", as_of: str = "2026-03-22"):
    days = [f"2026-03-{day:02}" for day in range(2, 29)]
    return build(
        "service.theme_rate",
        ref__site="coverage_floor\n0.8",
        ref__horizon=f"as_of\n{as_of}",
        ref__calendar_day="day | weekday | is_open | term\n"
        + "\n".join(f"{day} | {n % 7 + 1} | true | spring" for n, day in enumerate(days)),
        ref__coverage="feed | day | status | typical_records\n"
        + "\n".join(f"gate | {day} | {coverage if n < 7 else 'ok'} | 50" for n, day in enumerate(days)),
        clean__visit="service_date | entries\n" + "\n".join(f"{day} | 100" for day in days),
        clean__ticket="ticket_key | opened_on\na | 2026-03-04",
        ref__theme="theme | label_zh | label_en\nseats | 座位 | Seats\nseats | 座位 | Seats\nrules | 规则 | Rules",
        service__feedback_step="""
        source | feedback_key | step   | raised_on
        ticket | a            | raised | 2026-03-04
        ticket | b            | raised | 2026-03-10
        ticket | c            | raised | 2026-03-11
        ticket | d            | told   | 2026-03-11
        survey | e            | raised | 2026-03-11
        """,
        fact__feedback_theme="""
        source | feedback_key | theme
        ticket | a            | seats
        ticket | b            | seats
        ticket | b            | rules
        ticket | c            | seats
        ticket | d            | seats
        survey | e            | seats
        """,
    )


def test_every_week_has_every_theme_and_a_rate_per_thousand_visits(build):
    weeks = rates(build).filter(period="week")
    # 700 visits a week: 1, 2 and 0 tickets are 1.43, 2.86 and 0 for every thousand; the week under way is left out.
    assert [
        (str(row["starts_on"]), row["theme"], row["tickets"], row["comments"], pytest.approx(row["rate"]))
        for row in weeks.sort("starts_on", "theme").iter_rows(named=True)
    ] == [
        ("2026-03-02", "rules", 0, 0, 0),
        ("2026-03-02", "seats", 1, 0, 1000 / 700),
        ("2026-03-09", "rules", 1, 0, 1000 / 700),
        ("2026-03-09", "seats", 2, 1, 2000 / 700),
        ("2026-03-16", "rules", 0, 0, 0),
        ("2026-03-16", "seats", 0, 0, 0),
    ]
    third = weeks.filter(weeks["starts_on"].cast(str) == "2026-03-16")
    assert shown(third, "theme", "rise_place") == {("rules", "1"), ("seats", "2")}  # both fell, the rules less


def test_a_week_that_the_gates_did_not_see_has_tickets_and_no_rate(build):
    first = rates(build, coverage="none").filter(period="week", theme="seats").sort("starts_on")
    assert first["tickets"].to_list() == [1, 2, 0]
    assert first["rate"].to_list() == [None, pytest.approx(2000 / 700), 0]
    assert first["rate_change"].to_list() == [None, None, pytest.approx(-2000 / 700)]


def test_a_month_is_told_once_it_is_over(build):
    assert rates(build).filter(period="month").is_empty()


def rated(build, **units: list[int]):
    lines = [
        f"{unit}{n} | {unit} | 2026-03-02 | {rating} | {n}"
        for unit, ratings in units.items()
        for n, rating in enumerate(ratings)
    ]
    return build(
        "service.feedback_rating",
        ref__site="small_cell\n4",
        ref__calendar_day=CALENDAR,
        clean__ticket="ticket_key | unit | opened_on | rating | days_to_answer\n"
        + "\n".join(
            [*lines, "late | desk | 2026-03-02 | | 8", "open | desk | 2026-03-02 | |", "none | | 2026-03-02 | 1 | 1"]
        ),
    )


def test_a_mean_of_few_ratings_is_drawn_towards_that_of_all(build):
    # desk 4, 5, 4, 5 and house 1, 2, 1, 2: means 4.5 and 1.5, of all 3; within (1 + 1) / 6 = 1/3;
    # between (4 · 1.5² · 2 - 1/3) / (8 - 32 / 8) = (18 - 1/3) / 4 = 53/12; k = (1/3) / (53/12) = 4/53
    table = rated(build, desk=[4, 5, 4, 5], house=[1, 2, 1, 2])
    told = {row["unit"]: row for row in table.iter_rows(named=True)}
    assert told["desk"]["steadied_rating"] == pytest.approx((3 * 4 / 53 + 18) / (4 / 53 + 4))
    assert told["house"]["steadied_rating"] == pytest.approx((3 * 4 / 53 + 6) / (4 / 53 + 4))
    assert (told["desk"]["rating_mean"], told["desk"]["ratings"], told["desk"]["tickets"]) == (4.5, 4, 6)
    assert told["desk"]["answered_soon_share"] == pytest.approx(4 / 6)  # one after eight days, one not at all


def test_units_that_differ_no_more_than_chance_have_the_mean_of_all_and_few_ratings_have_none(build):
    table = rated(build, desk=[1, 5, 1, 5], house=[2, 5, 1, 5], garden=[3, 4, 3])
    # of all 35 / 11; about it the units vary by 0.22, and by chance alone they would by 2 · 3.68
    told = {row["unit"]: (row["rating_mean"], row["steadied_rating"]) for row in table.iter_rows(named=True)}
    assert told == {
        "desk": (3, pytest.approx(35 / 11)),
        "house": (3.25, pytest.approx(35 / 11)),
        "garden": (None, None),
    }
