"""Lifecycle: seven states by what was measured, and nobody is given up on the first day of a term."""

import polars as pl
import pytest

from tests.drawn import shown

TERMS = """
    term | academic_year | season | starts_on  | ends_on    | week1_monday | teaching_weeks
    t1   | 2023-2024     | autumn | 2023-09-04 | 2024-01-21 | 2023-09-04   | 18
    t2   | 2023-2024     | spring | 2024-02-26 | 2024-07-14 | 2024-02-26   | 18
    t3   | 2023-2024     | summer | 2024-07-15 | 2024-08-10 | 2024-07-15   | 4
    t4   | 2024-2025     | autumn | 2024-09-02 | 2025-01-19 | 2024-09-02   | 18
    t5   | 2024-2025     | spring | 2025-02-17 | 2025-07-06 | 2025-02-17   | 18
"""
CODES = ("t1", "t2", "t3", "t4", "t5")
SITE = "active_days_floor | dormant_after_weeks\n2 | 8"
MEASURED = "feed | term | is_measured\n" + "\n".join(f"gate | {code} | true" for code in CODES)


def rows(days: dict[str, str]) -> tuple[str, str]:
    """Roster and activity: for each person a word of active days a term: a digit, `-` away, `?` not measured, `.` gone."""
    roster, activity = ["patron_key | term | is_exposed"], ["patron_key | term | active_days"]
    for patron, word in days.items():
        for code, mark in zip(CODES, word, strict=True):
            if mark != ".":
                roster.append(f"{patron} | {code} | {'false' if mark == '-' else 'true'}")
                activity.append(f"{patron} | {code} | {mark if mark.isdigit() else ''}")
    return "\n".join(roster), "\n".join(activity)


@pytest.fixture
def states(build):
    def states(
        days: str, as_of: str = "2025-07-06", coverage: str = MEASURED, growth: str = "", site: str = SITE
    ) -> list[str | None]:
        roster, activity = rows({"ann": days})
        table = build(
            "fact.lifecycle",
            ref__term=TERMS,
            ref__site=site,
            ref__horizon=f"as_of\n{as_of}",
            ref__coverage_term=coverage,
            fact__roster=roster,
            fact__activity=activity,
            fact__growth=growth or "patron_key | term | learning_growth\n",
        )
        return table.sort("term")["lifecycle_state"].to_list()

    return states


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("00000", ["never", "never", None, "never", "never"]),
        ("22022", ["new", "active", None, "active", "active"]),
        ("12000", ["never", "new", None, "dormant", "lapsed"]),
        ("20000", ["new", "dormant", None, "lapsed", "lapsed"]),
        ("20020", ["new", "dormant", None, "returning", "dormant"]),
        ("20002", ["new", "dormant", None, "lapsed", "returning"]),
        ("11111", ["never", "never", None, "never", "never"]),
        ("2--22", ["new", None, None, "active", "active"]),
        ("2?.00", ["new", None, "dormant", "lapsed"]),
        ("?2.22", [None, "new", "active", "active"]),
        ("2....", ["new"]),
    ],
)
def test_each_state_follows_from_the_terms_that_can_be_compared(states, days, expected):
    assert states(days) == expected


def test_a_summer_term_is_neither_use_nor_a_gap(states):
    assert states("22922") == states("22022") == ["new", "active", None, "active", "active"]
    assert states("22902")[3:] == ["dormant", "returning"]


def test_a_loyal_reader_is_not_dormant_on_the_first_day_of_a_term(states):
    assert states("22020", as_of="2025-02-17") == ["new", "active", None, "active", None]


def test_without_the_weeks_of_grace_that_reader_would_have_been_called_dormant(states):
    assert states("22020", as_of="2025-02-17", site=SITE.replace("8", "0"))[-1] == "dormant"


def test_nor_before_eight_teaching_weeks_have_passed_but_then_it_is_said(states):
    # Teaching week 9 begins on 17 February + 56 days = 14 April 2025.
    assert states("22020", as_of="2025-04-13")[-1] is None
    assert states("22020", as_of="2025-04-14")[-1] == "dormant"
    assert states("22020", as_of="2025-07-06")[-1] == "dormant"


def test_whoever_has_already_been_active_in_a_running_term_is_active(states):
    assert states("22022", as_of="2025-02-20")[-1] == "active"
    assert states("20022", as_of="2025-02-20")[-1] == "active"
    assert states("00002", as_of="2025-02-20")[-1] == "new"


def test_where_the_gates_fell_silent_absence_is_not_told_of_readers_but_use_is(states):
    coverage = (
        MEASURED.replace("gate | t4 | true", "gate | t4 | false")
        + "\n"
        + "\n".join(f"loan | {code} | true" for code in CODES)
    )
    assert states("22000", coverage=coverage) == ["new", "active", None, None, "dormant"]
    assert states("22020", coverage=coverage) == ["new", "active", None, "active", "dormant"]


def test_a_feed_the_library_never_had_is_not_missed(states):
    coverage = MEASURED + "\n" + "\n".join(f"space | {code} | false" for code in CODES)
    assert states("20000", coverage=coverage)[1] == "dormant"


@pytest.mark.parametrize(("growth", "expected"), [("-1", "at_risk"), ("-0.99", "active"), ("", "active")])
def test_a_reader_who_falls_far_behind_their_peers_is_at_risk(states, growth, expected):
    told = f"patron_key | term | learning_growth\nann | t4 | {growth}"
    assert states("22022", growth=told)[3] == expected


def test_nobody_is_at_risk_in_the_first_weeks_nor_in_a_first_term(states):
    told = "patron_key | term | learning_growth\nann | t5 | -3\nann | t1 | -3"
    assert states("22022", as_of="2025-03-01", growth=told) == ["new", "active", None, "active", "active"]


def test_the_state_before_and_the_terms_so_far_skip_what_was_not_judged(build):
    roster, activity = rows({"ann": "2-?02"})
    table = build(
        "fact.lifecycle",
        ref__term=TERMS,
        ref__site=SITE,
        ref__horizon="as_of\n2025-07-06",
        ref__coverage_term=MEASURED,
        fact__roster=roster,
        fact__activity=activity,
    )
    assert shown(table, "term", "lifecycle_state", "previous_state", "terms_exposed", "absence_is_told") == {
        ("t1", "new", None, "1", "true"),
        ("t2", None, None, None, "true"),
        ("t3", None, None, None, None),
        ("t4", "dormant", "new", "2", "true"),
        ("t5", "returning", "dormant", "3", "true"),
    }


STATES = """
    patron_key | term | lifecycle_state | previous_state | previous_term | absence_is_told
    ann        | t1   | new             |                |               | true
    ann        | t2   | active          | new            | t1            | true
    ann        | t4   | active          | active         | t2            | true
    bo         | t1   | new             |                |               | true
    bo         | t2   | dormant         | new            | t1            | true
    cy         | t1   | new             |                |               | true
    di         | t1   | new             |                |               | true
    di         | t2   |                 |                |               | true
    di         | t4   | active          | new            | t1            | true
"""
SILENT = "\n".join(
    line.replace("true", "false") if " | t2   |" in line else line
    for line in STATES.replace(
        "dormant         | new            | t1", "                |                |   "
    ).splitlines()
)
"""The same when absence could not be told in the second term: Bo, who did not come, has no state in it."""


def members(*codes: str) -> str:
    lines = [f"{who} | {term} | cohort | {code}" for who, term in _roster() for code in codes]
    return "patron_key | term | group_type | group_code\n" + "\n".join(lines)


def _roster() -> list[tuple[str, str]]:
    lines = [line.split("|") for line in STATES.strip().splitlines()[1:]]
    return [(line[0].strip(), line[1].strip()) for line in lines]


def test_a_transition_table_adds_up_and_tells_who_left(build):
    # Ann stays for three terms, Bo's enrolment ends after the second, Cy's after the first; Di is away for one and back.
    table = build(
        "portrait.transition",
        ref__term=TERMS,
        fact__lifecycle=STATES,
        fact__membership=members("everyone"),
    )
    assert shown(table) == {
        ("everyone", "t1", "none", "new", "4"),
        ("everyone", "t2", "new", "active", "1"),
        ("everyone", "t2", "new", "dormant", "1"),
        ("everyone", "t2", "new", "left", "1"),
        ("everyone", "t4", "active", "active", "1"),
        ("everyone", "t4", "new", "active", "1"),
        ("everyone", "t4", "dormant", "left", "1"),
    }


def test_nobody_has_left_while_nothing_later_is_told(build):
    first = "\n".join(line for line in STATES.strip().splitlines() if " t2 " not in line and " t4 " not in line)
    table = build("portrait.transition", ref__term=TERMS, fact__membership=members("everyone"), fact__lifecycle=first)
    assert shown(table) == {("everyone", "t1", "none", "new", "4")}


def test_a_term_in_which_absence_is_not_told_has_no_rows_and_its_leavers_are_told_later(build):
    table = build("portrait.transition", ref__term=TERMS, fact__membership=members("everyone"), fact__lifecycle=SILENT)
    # Ann, active in t2, and Di are there in t4; Bo was last judged in t1, as was Cy, and both have left by t4.
    assert shown(table) == {
        ("everyone", "t1", "none", "new", "4"),
        ("everyone", "t4", "active", "active", "1"),
        ("everyone", "t4", "new", "active", "1"),
        ("everyone", "t4", "new", "left", "2"),
    }


def test_nobody_is_said_to_stay_where_only_those_who_came_would_be_counted(build):
    given = {"ref__term": TERMS, "fact__membership": members("everyone")}
    assert "t1" in build("portrait.retention", fact__lifecycle=STATES, **given)["term"].to_list()
    assert "t1" not in build("portrait.retention", fact__lifecycle=SILENT, **given)["term"].to_list()


def test_retention_asks_only_those_who_were_there_to_return(build):
    # Active in t1: all four.  Judged in t2: Ann, active, and Bo, not.  Cy had left, Di was away: 1 of 2.
    table = build("portrait.retention", ref__term=TERMS, fact__lifecycle=STATES, fact__membership=members("everyone"))
    first = table.filter(term="t1").to_dicts()[0]
    assert (first["persons"], first["retained"], first["retained_share"]) == (2, 1, 0.5)
    # Wilson with w = z²/n = 3.841459/2: centre 1/2, half-width √(w(1/4 + w/4)) / (1 + w) = 1.184265/2.920729 = 0.405469.
    assert first["retained_low"] == pytest.approx(0.0945312, abs=1e-6)
    assert first["retained_high"] == pytest.approx(0.9054688, abs=1e-6)


def test_a_summer_lies_between_two_terms_without_parting_them(build):
    table = build("portrait.retention", ref__term=TERMS, fact__lifecycle=STATES, fact__membership=members("everyone"))
    assert table.filter(term="t2").select("persons", "retained").row(0) == (1, 1)
    assert table.filter(pl.col("term") == "t4").is_empty()


@pytest.mark.parametrize(("size", "kept"), [(1, 0), (1, 1), (10, 0), (10, 10), (81, 7)])
def test_the_wilson_interval_agrees_with_another_routine(build, size, kept):
    from scipy.stats import binomtest

    lines = [
        f"p{n} | {row} | true"
        for n in range(size)
        for row in ("t1 | new | |", f"t2 | {'active' if n < kept else 'dormant'} | new | t1")
    ]
    groups = "\n".join(f"p{n} | t1 | college | 文学院" for n in range(size))
    table = build(
        "portrait.retention",
        ref__term=TERMS,
        fact__lifecycle="patron_key | term | lifecycle_state | previous_state | previous_term | absence_is_told\n"
        + "\n".join(lines),
        fact__membership="patron_key | term | group_type | group_code\n" + groups,
    )
    wilson = binomtest(kept, size).proportion_ci(0.95, "wilson")
    told = table.select("persons", "retained", "retained_low", "retained_high").row(0)
    assert told == pytest.approx((size, kept, wilson.low, wilson.high), abs=1e-7)
