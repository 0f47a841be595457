"""Presence: what several stays cover together counts once, and an unknown length is not zero hours."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import shown

SITE = "service_day_starts | longest_stay_minutes\n5 | 960"
CALENDAR = "day | term\n2026-03-01 |\n" + "\n".join(f"2026-03-{day:02} | spring" for day in range(2, 32))


def visits(*stays: str) -> str:
    """Visits drawn as ``person building entered exited``, in March 2026 as ``02T08:00``."""
    lines = ["patron_key | building | service_date | entered_at | exited_at | match_status"]
    for stay in stays:
        person, building, entered, exited = stay.split()
        lines.append(f"{person} | {building} | 2026-03-{entered[:2]} | 2026-03-{entered} | 2026-03-{exited} | matched")
    return "\n".join(lines)


def seats(*sessions: str) -> str:
    """Seat sessions drawn as ``person checked_in checked_out minutes``."""
    lines = ["patron_key | checked_in_at | checked_out_at | used_minutes"]
    for session in sessions:
        person, begins, ends, minutes = session.split()
        lines.append(f"{person} | 2026-03-{begins} | 2026-03-{ends} | {minutes}")
    return "\n".join(lines)


def minutes(build, **given: str) -> dict[str, tuple[int, int]]:
    table = build("fact.presence_month", ref__site=SITE, ref__calendar_day=CALENDAR, **given)
    return {who: (days, n) for who, days, n in table.select("patron_key", "presence_days", "presence_minutes").rows()}


def test_stays_that_overlap_count_once(build):
    found = minutes(
        build,
        clean__visit=visits(
            "nested main 02T08:00:00 02T12:00:00",
            "touching main 02T08:00:00 02T09:00:00",
            "touching main 02T09:00:00 02T10:00:00",
            "apart main 02T08:00:00 02T09:00:00",
            "apart main 02T10:00:00 02T10:30:30",
            "two_houses main 02T08:00:00 02T10:00:00",
            "two_houses science 02T09:00:00 02T11:00:00",
            "inside main 02T08:00:00 02T12:00:00",
            "inside main 02T11:00:00 02T13:00:00",
        ),
        clean__booking=seats(
            "nested 02T09:00:00 02T10:00:00 60",
            "inside 02T08:30:00 02T09:00:00 30",
            "forgotten 02T08:00:00 04T08:00:00 2880",
            "seated 03T08:00:00 03T08:45:00 45",
        ),
    )
    assert found == {
        "nested": (1, 240),
        "touching": (1, 120),
        "apart": (1, 90),  # half a minute is dropped
        "two_houses": (1, 180),
        "inside": (1, 300),  # 8 to 13: the seat inside the first stay hides nothing of the second
        "seated": (1, 45),
    }


def test_a_stay_past_the_service_day_is_divided_at_five(build):
    found = minutes(
        build,
        clean__visit=visits(
            "late main 02T21:00:00 03T01:30:00",
            "night main 02T21:00:00 03T06:30:00",
            "until_five main 02T23:00:00 03T05:00:00",
        ),
        clean__booking=seats("night 03T05:30:00 03T07:00:00 90"),
    )
    # night: 21:00–05:00 is 480 minutes of the second, 05:00–07:00 is 120 of the third.
    assert found == {"late": (1, 270), "night": (2, 600), "until_five": (1, 360)}


def test_of_a_day_with_a_sum_and_a_seat_the_longer_counts(build):
    found = minutes(
        build,
        clean__visit="""
        patron_key | service_date | match_status   | dwell_minutes
        ann        | 2026-03-02   | vendor_summary | 300
        ann        | 2026-03-03   | vendor_summary | 100
        bo         | 2026-03-02   | vendor_summary | 1000
        bo         | 2026-03-02   | vendor_summary | 1000
        cy         | 2026-03-02   | vendor_summary |
        """,
        clean__booking=seats("ann 02T08:00:00 02T09:00:00 60", "ann 04T08:00:00 04T08:30:00 30"),
    )
    assert found == {"ann": (3, 430), "bo": (1, 1440)}


START = dt.datetime(2026, 3, 3)
STAYS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 4 * 1440), st.integers(0, 960), st.booleans()), max_size=14
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stays=STAYS)
def test_presence_is_the_number_of_minutes_in_any_stay(build, stays):
    at = [(who, START + dt.timedelta(minutes=m), START + dt.timedelta(minutes=m + n), n, g) for who, m, n, g in stays]
    gates = visits(*(f"{who} main {a:%dT%H:%M:%S} {b:%dT%H:%M:%S}" for who, a, b, _, gate in at if gate))
    chairs = seats(*(f"{who} {a:%dT%H:%M:%S} {b:%dT%H:%M:%S} {n}" for who, a, b, n, gate in at if not gate))
    given = {
        name: text
        for name, text in {"clean__visit": gates, "clean__booking": chairs}.items()
        if len(text.splitlines()) > 1
    }
    # The independent way: every minute by itself, in a set.
    expected: dict[str, set[int]] = {}
    for who, begins, length, _ in stays:
        expected.setdefault(who, set()).update(range(begins, begins + length))
    found = minutes(build, **given)
    assert {who: n for who, (_, n) in found.items()} == {who: len(spent) for who, spent in expected.items()}


ROSTER = "patron_key | term\nann | spring\nbo | spring\ncy | spring"
VISITS = "patron_key | term | visits\nann | spring | 3\nbo | spring | 2"
LENGTHS = "patron_key | term | presence_minutes\nann | spring | 90\nann | spring | 60"


def hours(
    build, gate: str, space: str, lengths: str = LENGTHS, came: str = VISITS, gate_days: int = 0
) -> list[float | None]:
    table = build(
        "fact.presence",
        fact__roster=ROSTER,
        ref__coverage_term=f"feed | term | is_measured | covered_days\ngate | spring | {gate} | {gate_days}\nspace | spring | {space} | 90",
        fact__visit_month=came,
        fact__presence_month=lengths,
    )
    return table.sort("patron_key")["presence_hours"].to_list()


def test_zero_hours_are_said_only_of_those_whom_a_measured_gate_did_not_see(build):
    assert hours(build, "true", "false") == [2.5, None, 0]  # bo came, nobody knows for how long
    assert hours(build, "false", "true") == [2.5, None, None]  # cy may have come without a seat
    assert hours(build, "false", "false") == [None, None, None]


def test_gates_with_gaps_tell_no_hours_also_where_seats_are_measured(build):
    assert hours(build, "false", "true", gate_days=60) == [None, None, None]
    assert hours(build, "true", "true", gate_days=90) == [2.5, None, 0]


def test_gates_that_see_entries_alone_give_no_hours_to_anybody(build):
    assert hours(build, "true", "true", lengths="") == [None, None, None]
    assert hours(build, "true", "true", lengths="", came="") == [None, None, None]


def dwell(build, *lengths: int) -> tuple[float | None, float | None]:
    lines = "\n".join(f"ann | 2026-03-02 | matched | {n}" for n in lengths)
    table = build(
        "fact.presence",
        fact__roster="patron_key | term\nann | spring",
        ref__coverage_term="feed | term | is_measured\ngate | spring | true",
        ref__calendar_day=CALENDAR,
        clean__visit=f"patron_key | service_date | match_status | dwell_minutes\n{lines}\n"
        "ann | 2026-03-02 | vendor_summary | 999\nann | 2026-03-02 | exit_missing |",
    )
    (row,) = table.select("dwell_median", "dwell_p90").rows()
    return row


def test_the_length_of_a_stay_is_told_from_five_matched_visits_on(build):
    assert dwell(build, 10, 20, 30, 40) == (None, None)
    # Nine tenths of the way from the first to the fifth: 0.9 × 4 = 3.6, so 40 + 0.6 × 10.
    assert dwell(build, 50, 10, 30, 20, 40) == (30, pytest.approx(46))


def test_bookings_attended_are_zero_or_unknown(build):
    table: pl.DataFrame = build(
        "fact.space_use",
        fact__roster="patron_key | term\nann | spring\nbo | spring\nann | autumn",
        ref__coverage_term="feed | term | is_measured\nspace | spring | true\nspace | autumn | false",
        fact__booking_month="patron_key | term | bookings | attended\nann | spring | 3 | 2\nann | spring | 1 | 1",
    )
    assert shown(table, "patron_key", "term", "bookings_attended") == {
        ("ann", "spring", "3"),
        ("bo", "spring", "0"),
        ("ann", "autumn", None),
    }


def test_the_use_of_bookings_is_of_those_whose_use_is_known_and_of_nobody_else(build):
    table = build(
        "fact.space_use",
        fact__roster="patron_key | term\n"
        + "\n".join(f"{who} | spring" for who in ("half", "over", "unused", "unknown", "none")),
        ref__coverage_term="feed | term | is_measured\nspace | spring | true",
        fact__booking_month="""
        patron_key | term   | bookings | booked_minutes | used_minutes
        half       | spring | 2        | 120            | 60
        half       | spring | 1        | 60             | 30
        over       | spring | 1        | 60             | 90
        unused     | spring | 1        | 60             | 0
        unknown    | spring | 3        | 0              | 0
        """,
    )
    assert shown(table, "patron_key", "booking_utilisation") == {
        ("half", "0.5"),
        ("over", "1.0"),
        ("unused", "0.0"),
        ("unknown", None),
        ("none", None),
    }


TERM = "term | starts_on | ends_on\nspring | 2026-03-02 | 2026-03-11"
OPEN = "day | term | is_open\n" + "\n".join(
    f"2026-03-{day:02} | spring | {str(day not in (8, 9)).lower()}" for day in range(2, 12)
)
"""Ten days, of which the seventh and the eighth are closed."""


def stickiness(build, as_of: str = "2026-03-31", days: int = 2) -> dict[str, float | None]:
    people = ("whole", "late", "gone", "moved", "back", "away", "eve")
    table = build(
        "fact.presence",
        fact__roster="patron_key | term\n" + "\n".join(f"{who} | spring" for who in people),
        ref__coverage_term="feed | term | is_measured | open_days\ngate | spring | true | 8",
        ref__term=TERM,
        ref__horizon=f"as_of\n{as_of}",
        ref__calendar_day=OPEN,
        fact__visit_month="patron_key | term | visit_days\n" + "\n".join(f"{who} | spring | {days}" for who in people),
        clean__enrolment="""
        patron_key | status | valid_from | valid_to
        whole      | active | 2025-09-01 | 9999-12-31
        late       | active | 2026-03-08 | 9999-12-31
        gone       | active | 2025-09-01 | 2026-03-06
        moved      | active | 2025-09-01 | 2026-03-05
        moved      | active | 2026-03-05 | 9999-12-31
        back       | active | 2025-09-01 | 2026-03-04
        back       | leave  | 2026-03-04 | 2026-03-10
        back       | active | 2026-03-10 | 9999-12-31
        away       | leave  | 2025-09-01 | 9999-12-31
        eve        | active | 2026-03-11 | 9999-12-31
        """,
    )
    return dict(table.select("patron_key", "stickiness").iter_rows())


def test_stickiness_is_held_against_the_open_days_on_which_one_was_here(build):
    # Open are 2 to 7, 10 and 11 March.  late: 10, 11; gone: 2 to 5; moved: all; back: 2, 3, 10, 11; eve: 11 alone.
    assert stickiness(build) == {
        "whole": 2 / 8, "late": 1, "gone": 2 / 4, "moved": 2 / 8, "back": 2 / 4, "away": None, "eve": 1,
    }  # fmt: skip
    # While the term runs, days to come are not held against anybody.
    assert stickiness(build, as_of="2026-03-05", days=1) == {
        "whole": 1 / 4, "late": None, "gone": 1 / 4, "moved": 1 / 4, "back": 1 / 2, "away": None, "eve": None,
    }  # fmt: skip


def test_parts_of_the_day_are_shares_of_eight_timed_visits_or_more(build):
    def shares(mornings: int, afternoons: int, evenings: int) -> tuple[float | None, ...]:
        lines = "\n".join(
            f"ann | spring | {day} | {part} | {n}"
            for day, (part, n) in enumerate(
                [("morning", mornings), ("afternoon", afternoons), ("evening", evenings - 1), ("evening", 1)], start=1
            )
        )
        table = build(
            "fact.presence",
            fact__roster="patron_key | term\nann | spring",
            ref__coverage_term="feed | term | is_measured\ngate | spring | true",
            fact__visit_slot=f"patron_key | term | weekday | part_of_day | visits\n{lines}",
        )
        (row,) = table.select("morning_share", "afternoon_share", "evening_share").rows()
        return row

    assert shares(1, 2, 4) == (None, None, None)
    assert shares(1, 2, 5) == (0.125, 0.25, 0.625)
