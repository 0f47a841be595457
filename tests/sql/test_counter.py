"""Readings of counters become counts, and an hour that was not counted has none."""

from tests.drawn import shown


def counts(build, readings: str) -> set[tuple[str | None, ...]]:
    table = build("clean.count", raw__count_reading=readings)
    times = {name: table[name].dt.strftime("%d %H:%M") for name in ("started_at", "ended_at")}
    return shown(table.with_columns(**times), "started_at", "ended_at", "counted", "reading_status")


def test_a_cumulative_counter_counts_what_lies_between_two_readings(build):
    assert counts(
        build,
        """
        place | counter | measure | method     | taken_at            | reading | rolls_over_at
        main  | east    | entries | cumulative | 2026-03-02 08:00:00 | 100     |
        main  | east    | entries | cumulative | 2026-03-02 09:00:00 | 140     |
        main  | east    | entries | cumulative | 2026-03-02 10:00:00 | 140     |
        main  | west    | entries | cumulative | 2026-03-02 09:00:00 | 7000    |
        main  | west    | entries | cumulative | 2026-03-02 10:00:00 | 7001    |
        """,
    ) == {
        ("02 08:00", "02 09:00", "40", "difference"),
        ("02 09:00", "02 10:00", "0", "difference"),
        ("02 09:00", "02 10:00", "1", "difference"),
    }


def test_a_roll_over_is_told_from_a_reset(build):
    rolls = "65536"
    drawn = f"""
        place | counter   | measure | method     | taken_at            | reading | rolls_over_at
        main  | rolled    | entries | cumulative | 2026-03-02 08:00:00 | 65500   | {rolls}
        main  | rolled    | entries | cumulative | 2026-03-02 09:00:00 | 12      | {rolls}
        main  | too_early | entries | cumulative | 2026-03-02 10:00:00 | 50000   | {rolls}
        main  | too_early | entries | cumulative | 2026-03-02 11:00:00 | 12      | {rolls}
        main  | too_high  | entries | cumulative | 2026-03-02 12:00:00 | 65500   | {rolls}
        main  | too_high  | entries | cumulative | 2026-03-02 13:00:00 | 30000   | {rolls}
        main  | unsaid    | entries | cumulative | 2026-03-02 14:00:00 | 65500   |
        main  | unsaid    | entries | cumulative | 2026-03-02 15:00:00 | 12      |
        main  | unsaid    | entries | cumulative | 2026-03-02 16:00:00 | 30      |
        """
    assert counts(build, drawn) == {
        ("02 08:00", "02 09:00", "48", "rolled_over"),  # 36 up to 65536, and 12 from 0
        ("02 10:00", "02 11:00", None, "reset"),
        ("02 12:00", "02 13:00", None, "reset"),
        ("02 14:00", "02 15:00", None, "reset"),
        ("02 15:00", "02 16:00", "18", "difference"),
    }


def test_intervals_and_moments_stand_as_they_came_and_once_only(build):
    assert counts(
        build,
        """
        place | area | measure   | method   | taken_at            | ended_at            | reading | source_file
        main  | 2F   | entries   | interval | 2026-03-02 08:00:00 | 2026-03-02 08:30:00 | 12      | a
        main  | 2F   | entries   | interval | 2026-03-02 08:00:00 | 2026-03-02 08:30:00 | 12      | b
        main  | 2F   | occupancy | instant  | 2026-03-02 08:15:00 |                     | 30      | a
        """,
    ) == {("02 08:00", "02 08:30", "12", "as_read"), ("02 08:15", None, "30", "as_read")}


def test_hours_add_the_counters_of_an_area(build):
    table = build(
        "fact.place_hour",
        clean__count="""
        place | area | counter | measure  | started_at          | ended_at            | counted
        main  | hall | east    | entries  | 2026-03-02 08:00:00 | 2026-03-02 08:30:00 | 10
        main  | hall | east    | entries  | 2026-03-02 08:30:00 | 2026-03-02 09:00:00 | 5
        main  | hall | west    | entries  | 2026-03-02 08:00:00 | 2026-03-02 09:00:00 | 7
        main  | hall | east    | exits    | 2026-03-02 08:30:00 | 2026-03-02 09:00:00 | 4
        main  | hall | east    | entries  | 2026-03-02 09:00:00 | 2026-03-02 10:00:00 |
        main  | hall | west    | entries  | 2026-03-02 09:00:00 | 2026-03-02 10:00:00 | 9
        main  | hall | beam    | passages | 2026-03-02 09:00:00 | 2026-03-02 10:00:00 | 31
        main  | hall | day     | entries  | 2026-03-03 00:00:00 | 2026-03-04 00:00:00 | 400
        main  | hall | week    | entries  | 2026-03-04 00:00:00 | 2026-03-11 00:00:00 | 2000
        """,
    )
    assert shown(table, "day", "hour", "entries", "exits", "passages") == {
        ("2026-03-02", "8", "22", "4", None),
        ("2026-03-02", "9", None, None, "31"),  # one of its counters was reset, so its sum is unknown
        ("2026-03-03", None, "400", None, None),
    }


def test_people_inside_are_counted_heads_or_seats_less_free_ones(build):
    table = build(
        "fact.place_hour",
        clean__count="""
        place | area | counter | measure    | started_at          | counted
        main  | 2F   |         | occupancy  | 2026-03-02 08:00:00 | 20
        main  | 2F   |         | occupancy  | 2026-03-02 08:30:00 | 50
        main  | 3F   | north   | free_seats | 2026-03-02 08:00:00 | 30
        main  | 3F   | north   | capacity   | 2026-03-02 08:00:00 | 100
        main  | 3F   | south   | free_seats | 2026-03-02 08:00:00 | 10
        main  | 3F   | south   | capacity   | 2026-03-02 08:00:00 | 40
        main  | 4F   | north   | free_seats | 2026-03-02 08:00:00 | 30
        main  | 4F   | south   | free_seats | 2026-03-02 08:00:00 | 10
        main  | 4F   | south   | capacity   | 2026-03-02 08:00:00 | 40
        """,
    )
    assert shown(table, "area", "occupancy_mean", "occupancy_max", "entries") == {
        ("2F", "35.0", "50", None),
        ("3F", "100.0", "100", None),
        ("4F", None, None, None),
    }
