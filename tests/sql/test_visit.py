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
