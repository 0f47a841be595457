"""Demand by the hour: entries in the hour they happened, bookings in every hour they touch."""

from tests.conftest import Build
from tests.drawn import drawn, shown

COLUMNS = ("building", "day", "hour", "entries", "seats_in_use")


def test_entries_count_in_their_hour(build: Build) -> None:
    found = build(
        "fact.demand_hour",
        clean__visit="""
        patron_key | building | entered_at          | seen_at             | service_date
        a          | main     | 2026-03-02 08:00:00 | 2026-03-02 08:00:00 | 2026-03-02
        b          | main     | 2026-03-02 08:59:59 | 2026-03-02 08:59:59 | 2026-03-02
        b          | west     | 2026-03-02 09:00:00 | 2026-03-02 09:00:00 | 2026-03-02
        c          | main     |                     | 2026-03-02 17:00:00 | 2026-03-02
        d          | main     | 2026-03-03 01:10:00 | 2026-03-03 01:10:00 | 2026-03-02
        """,
    )
    # c's entry was never seen; d came after midnight, which is the next day on the clock.
    assert shown(found, *COLUMNS) == set(
        drawn("""
        building | day        | hour | entries | seats_in_use
        main     | 2026-03-02 | 8    | 2       | 0
        west     | 2026-03-02 | 9    | 1       | 0
        main     | 2026-03-03 | 1    | 1       | 0
        """).iter_rows()
    )


def test_a_booking_counts_in_every_hour_it_touches(build: Build) -> None:
    found = build(
        "fact.demand_hour",
        clean__booking="""
        booking_key | building | starts_at           | ends_at             | service_date | attendance
        1           | main     | 2026-03-02 08:30:00 | 2026-03-02 10:00:00 | 2026-03-02   | attended
        2           | main     | 2026-03-02 09:00:00 | 2026-03-02 10:01:00 | 2026-03-02   | unknown
        3           | main     | 2026-03-02 09:00:00 | 2026-03-02 10:00:00 | 2026-03-02   | cancelled
        4           | main     | 2026-03-02 09:00:00 | 2026-03-02 10:00:00 | 2026-03-02   | no_show
        5           |          | 2026-03-02 23:00:00 | 2026-03-03 01:00:00 | 2026-03-02   | attended
        """,
    )
    # 1 ends on the stroke of ten and leaves that hour; 2 stays a minute into it; 5 counts up to midnight.
    assert shown(found, *COLUMNS) == set(
        drawn("""
        building | day        | hour | entries | seats_in_use
        main     | 2026-03-02 | 8    | 0       | 1
        main     | 2026-03-02 | 9    | 0       | 2
        main     | 2026-03-02 | 10   | 0       | 1
        all      | 2026-03-02 | 23   | 0       | 1
        """).iter_rows()
    )


def test_a_long_booking_fills_the_hours_in_which_no_other_begins_or_ends(build: Build) -> None:
    found = build(
        "fact.demand_hour",
        clean__booking="""
        booking_key | building | starts_at           | ends_at             | service_date | attendance
        1           | main     | 2026-03-02 08:00:00 | 2026-03-02 12:00:00 | 2026-03-02   | attended
        """,
    )
    assert sorted(found["hour"]) == [8, 9, 10, 11]


def test_nothing_gives_nothing(build: Build) -> None:
    assert build("fact.demand_hour").is_empty()
