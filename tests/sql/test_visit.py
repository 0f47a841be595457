"""Swipes become visits: an entry with its exit, or what is left of one."""

from tests.drawn import shown

SITE = """
    service_day_starts | double_swipe_seconds | longest_stay_minutes | longest_night_minutes
    5                  | 60                   | 960                  | 720
"""


def visits(build, swipes: str, cards: str = "") -> set[tuple[str | None, ...]]:
    table = build("clean.visit", ref__site=SITE, raw__gate_event=swipes, clean__patron_identifier=cards)
    return shown(table, "patron_key", "building", "service_date", "match_status", "dwell_minutes")


def test_an_entry_and_the_exit_after_it_are_one_visit(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        ann        | main     | in        | 2026-03-02 08:00:00
        ann        | main     | out       | 2026-03-02 11:30:59
        """,
    ) == {("ann", "main", "2026-03-02", "matched", "210")}


def test_a_double_swipe_is_one_passage_even_when_it_comes_again_in_another_file(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at           | source_file
        ann        | main     | in        | 2026-03-02 08:00:00 | a
        ann        | main     | in        | 2026-03-02 08:00:00 | b
        ann        | main     | in        | 2026-03-02 08:00:08 | a
        ann        | main     | out       | 2026-03-02 09:00:00 | a
        """,
    ) == {("ann", "main", "2026-03-02", "matched", "60")}


def test_missing_exits_and_entries_are_said_and_never_guessed(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        bo         | main     | in        | 2026-03-02 08:00:00
        bo         | main     | in        | 2026-03-02 13:00:00
        bo         | main     | out       | 2026-03-02 15:00:00
        cy         | main     | out       | 2026-03-02 09:00:00
        di         | main     | in        | 2026-03-02 09:00:00
        """,
    ) == {
        ("bo", "main", "2026-03-02", "exit_missing_next_event", None),
        ("bo", "main", "2026-03-02", "matched", "120"),
        ("cy", "main", "2026-03-02", "entry_missing", None),
        ("di", "main", "2026-03-02", "exit_missing", None),
    }


def test_a_stay_past_midnight_belongs_to_the_day_it_began(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        di         | main     | in        | 2026-03-31 22:40:00
        di         | main     | out       | 2026-04-01 00:50:00
        """,
    ) == {("di", "main", "2026-03-31", "matched", "130")}


def test_a_night_in_a_building_open_round_the_clock_is_one_visit(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        ed         | main     | in        | 2026-03-31 23:00:00
        ed         | main     | out       | 2026-04-01 06:30:00
        """,
    ) == {("ed", "main", "2026-03-31", "matched", "450")}


def test_an_exit_on_the_next_day_does_not_close_a_forgotten_visit(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        fay        | main     | in        | 2026-03-30 20:00:00
        fay        | main     | out       | 2026-03-31 10:00:00
        """,
    ) == {
        ("fay", "main", "2026-03-30", "exit_missing", None),
        ("fay", "main", "2026-03-31", "entry_missing", None),
    }


def test_another_building_does_not_close_a_visit(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        guo        | main     | in        | 2026-03-02 09:00:00
        guo        | law      | in        | 2026-03-02 11:00:00
        guo        | law      | out       | 2026-03-02 12:00:00
        """,
    ) == {
        ("guo", "main", "2026-03-02", "exit_missing_next_event", None),
        ("guo", "law", "2026-03-02", "matched", "60"),
    }


def test_where_no_direction_is_known_a_day_in_a_building_is_one_visit(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        hu         | annex    | unknown   | 2026-03-02 09:00:00
        hu         | annex    | unknown   | 2026-03-02 14:00:00
        """,
    ) == {("hu", "annex", "2026-03-02", "single_swipe", None)}


def test_a_replaced_card_leads_to_the_same_person(build):
    assert visits(
        build,
        """
        patron_key | building | direction | passed_at
        card1      | main     | in        | 2026-03-02 08:00:00
        card2      | main     | out       | 2026-03-02 10:00:00
        card9      | main     | in        | 2026-03-02 10:00:00
        """,
        """
        identifier_key | patron_key | valid_from          | valid_to
        card1          | ann        | 2025-09-01 00:00:00 | 2026-03-02 09:00:00
        card2          | ann        | 2026-03-02 09:00:00 | 9999-12-31 00:00:00
        """,
    ) == {
        ("ann", "main", "2026-03-02", "matched", "120"),
        ("card9", "main", "2026-03-02", "exit_missing", None),
    }


def test_night_minutes_begin_at_ten(build):
    table = build(
        "clean.visit",
        ref__site=SITE,
        raw__gate_event="""
        patron_key | building | direction | passed_at
        ann        | main     | in        | 2026-03-02 21:00:00
        ann        | main     | out       | 2026-03-03 00:30:00
        bo         | main     | in        | 2026-03-02 09:00:00
        bo         | main     | out       | 2026-03-02 10:00:00
        """,
    )
    assert shown(table, "patron_key", "night_minutes") == {("ann", "150"), ("bo", "0")}


SUMMARIES = """
    patron_key | building | entered_at          | entries | dwell_hours | source_file
    card1      | main     | 2026-03-02 07:50:00 | 3       | 4.51        | a
    bo         | main     | 2026-03-02 09:00:00 | 1       |             | a
    bo         | main     | 2026-03-02 09:00:00 | 2       | 1.5         | b
    cy         | main     | 2026-03-02 09:00:00 | 1       | 31          | a
    cy         | main     | 2026-03-07 00:00:00 | 2       | 2           | a
    di         | main     | 2026-03-03 01:00:00 | 1       | 1           | a
    di         | main     | 2026-03-04 10:00:00 | 0       | 0           | a
               | main     | 2026-03-02 09:00:00 | 9       | 9           | a
"""
CARD = """
    identifier_key | patron_key | valid_from          | valid_to
    card1          | ann        | 2025-09-01 00:00:00 | 9999-12-31 00:00:00
"""


def test_a_summary_line_is_one_visit_of_as_many_entries_as_it_says(build):
    table = build("clean.visit", ref__site=SITE, raw__visit_summary=SUMMARIES, clean__patron_identifier=CARD)
    assert set(table["match_status"]) == {"vendor_summary"}
    assert table["night_minutes"].is_null().all()
    assert shown(table, "patron_key", "service_date", "entered_at", "entries", "dwell_minutes") == {
        ("ann", "2026-03-02", "2026-03-02 07:50:00.000000", "3", "270"),
        ("bo", "2026-03-02", "2026-03-02 09:00:00.000000", "2", "90"),  # the fuller of two files' lines
        ("cy", "2026-03-02", "2026-03-02 09:00:00.000000", "1", None),  # nobody stays for 31 hours of a day
        ("cy", "2026-03-07", None, "2", "120"),  # only the day is known
        ("di", "2026-03-02", "2026-03-03 01:00:00.000000", "1", "60"),
    }


def test_months_add_entries_and_take_times_of_day_only_where_they_are_known(build):
    given = {
        "ref__calendar_day": "day | term | day_type\n2026-03-02 | spring | workday\n2026-03-07 | spring | weekend",
        "clean__visit": """
        patron_key | service_date | seen_at             | entered_at          | match_status   | entries | dwell_minutes | night_minutes
        ann        | 2026-03-02   | 2026-03-02 08:00:00 | 2026-03-02 08:00:00 | vendor_summary | 3       | 300           |
        ann        | 2026-03-02   | 2026-03-02 21:00:00 | 2026-03-02 21:00:00 | matched        | 1       | 100           | 40
        ann        | 2026-03-07   | 2026-03-07 00:00:00 |                     | vendor_summary | 2       |               |
        """,
    }
    table = build("fact.visit_month", **given)
    assert shown(
        table, "visits", "visit_days", "matched_visits", "dwell_minutes", "clocked_minutes", "weekend_visits"
    ) == {("6", "2", "4", "400", "100", "2")}
    assert shown(table, "night_minutes", "timed_visits", "early_visits") == {("40", "2", "1")}
    assert build("fact.visit_slot", **given)["visits"].sum() == 2
