"""Whom the gate lets through: each rule by itself, drawn by hand, and what it means that a rule has no value."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from profiles.contact_gate import Rules, gated, today
from tests.drawn import drawn, shown

RULES = Rules(
    contacts_per_person=2,
    person_window_days=30,
    contacts_per_service_and_term=1,
    cooling_off_days=14,
    quiet_before_exams_days=0,
    unanswered_before_rest=3,
)
NOBODY = {"opted_out": "patron_key | purpose", "held_out": "patron_key | service | until"}
MAY_4 = dt.date(2026, 5, 4)


def calendar() -> pl.DataFrame:
    """A term from 2 March to 12 July with exams from 29 June; the next begins on 31 August."""
    days = pl.date_range(dt.date(2026, 3, 2), dt.date(2026, 9, 30), eager=True).alias("day")
    day = pl.col("day")
    spring, autumn = day <= dt.date(2026, 7, 12), day >= dt.date(2026, 8, 31)
    return pl.DataFrame(days).select(
        "day",
        term=pl.when(spring).then(pl.lit("spring")).when(autumn).then(pl.lit("autumn")),
        period=pl.when(spring & (day >= dt.date(2026, 6, 29)))
        .then(pl.lit("exam"))
        .when(spring | autumn)
        .then(pl.lit("teaching"))
        .otherwise(pl.lit("vacation")),
    )


def ask(
    contacts: str = "patron_key | service | contacted_on",
    who: str = "ann",
    on: dt.date = MAY_4,
    rules: Rules = RULES,
    cap_class: str = "invitational",
    **given: str,
) -> tuple[str | None, str | None]:
    """What stops a reader from being invited to ``reading`` by the department ``books``, and until when."""
    candidates = drawn(
        f"patron_key | service | department | cap_class | purpose\n{who} | reading | books | {cap_class} | recommendation"
    )
    others = {name: drawn(given.get(name, text)) for name, text in NOBODY.items()}
    held_out = others["held_out"].with_columns(pl.col("until").str.to_date())
    table = gated(candidates, _contacts(contacts), others["opted_out"], held_out, today(on, calendar(), rules), rules)
    ((stopped_by, until),) = shown(table, "stopped_by", "stopped_until")
    return stopped_by, until


def _contacts(text: str) -> pl.DataFrame:
    usual = {"service": "film", "department": "books", "cap_class": "invitational", "response": None}
    frame = drawn(text)
    missing = [pl.lit(value, pl.String).alias(name) for name, value in usual.items() if name not in frame.columns]
    return frame.with_columns(pl.col("contacted_on").str.to_date(), *missing)


TWICE = """
    patron_key | service | contacted_on | response
    ann        | film    | 2026-04-05   | clicked
    ann        | music   | 2026-04-20   | clicked
"""


def test_who_was_never_written_to_may_be():
    assert ask() == (None, None)


def test_two_contacts_in_thirty_days_are_enough_and_the_first_of_them_ages():
    assert ask(TWICE) == ("person_cap", "2026-05-05")
    assert ask(TWICE, on=dt.date(2026, 5, 5)) == (None, None)
    assert ask(TWICE, who="bo") == (None, None)


def test_an_unset_cap_is_none_at_all_and_a_cap_of_zero_lets_nobody_through():
    assert ask(TWICE, rules=replace(RULES, contacts_per_person=None)) == (None, None)
    assert ask(TWICE, rules=replace(RULES, person_window_days=None)) == (None, None)
    assert ask(rules=replace(RULES, contacts_per_person=0)) == ("person_cap", None)
    assert ask(rules=replace(RULES, contacts_per_service_and_term=0))[0] == "service_and_term"
    assert Rules.of({"contacts_per_person": 0, "cooling_off_days": None}).unset == [
        "person_window_days",
        "contacts_per_service_and_term",
        "cooling_off_days",
        "quiet_before_exams_days",
        "unanswered_before_rest",
    ]


def test_a_service_is_offered_once_a_term():
    early = "patron_key | service | contacted_on | response\nann | reading | 2026-03-02 | clicked"
    assert ask(early) == ("service_and_term", "2026-08-31")
    assert ask(early, on=dt.date(2026, 8, 30)) == (
        "service_and_term",
        "2026-08-31",
    )  # a vacation belongs to the term before
    assert ask(early, on=dt.date(2026, 8, 31)) == (None, None)


def test_another_department_is_given_time():
    theirs = "patron_key | department | contacted_on | response\nann | {} | 2026-04-21 | clicked"
    assert ask(theirs.format("spaces")) == ("cooling_off", "2026-05-05")
    assert ask(theirs.format("spaces"), on=dt.date(2026, 5, 5)) == (None, None)
    assert ask(theirs.format("books")) == (None, None)
    assert ask(theirs.format("")) == ("cooling_off", "2026-05-05")  # who it was is not known, but it was not us
    assert ask(theirs.format("spaces"), rules=replace(RULES, cooling_off_days=None)) == (None, None)


def test_exam_weeks_are_quiet_and_so_are_the_days_before_if_the_rule_says_so():
    assert ask(on=dt.date(2026, 6, 28)) == (None, None)
    assert ask(on=dt.date(2026, 6, 29)) == ("quiet_weeks", "2026-07-13")
    assert ask(on=dt.date(2026, 7, 13)) == (None, None)
    a_week = replace(RULES, quiet_before_exams_days=7)
    assert ask(on=dt.date(2026, 6, 21), rules=a_week) == (None, None)
    assert ask(on=dt.date(2026, 6, 22), rules=a_week) == ("quiet_weeks", "2026-07-13")
    assert ask(on=dt.date(2026, 6, 29), rules=replace(RULES, quiet_before_exams_days=None)) == (None, None)


def test_who_did_not_answer_three_times_in_a_row_is_left_in_peace_for_the_term():
    unheard = """
        patron_key | service | contacted_on | response
        ann        | film    | 2026-03-02   | {}
        ann        | music   | 2026-03-10   | delivered
        ann        | maps    | 2026-03-20   |
        ann        | plays   | 2026-04-01   | none
    """
    assert ask(unheard.format("none")) == ("resting", "2026-08-31")
    assert ask(unheard.format("accepted")) == ("resting", "2026-08-31")
    answered_later = unheard.replace("| delivered", "| opened").format("none")
    assert ask(answered_later) == (None, None)
    assert ask(unheard.format("none"), on=dt.date(2026, 8, 31)) == (None, None)


def test_who_said_no_is_not_asked():
    assert ask(opted_out="patron_key | purpose\nann | recommendation") == ("opted_out", None)
    assert ask(opted_out="patron_key | purpose\nann | contact") == ("opted_out", None)
    assert ask(opted_out="patron_key | purpose\nann | study_list\nbo | contact") == (None, None)


def test_who_is_held_out_of_a_service_is_not_invited_to_it_while_it_is_watched():
    held = "patron_key | service | until\nann | reading | 2026-05-05\nbo | film | 2026-05-05"
    assert ask(held_out=held) == ("held_out", "2026-05-05")
    assert ask(held_out=held, on=dt.date(2026, 5, 5)) == (None, None)
    assert ask(held_out=held, who="bo") == (None, None)


def test_notices_of_ones_own_business_pass_and_do_not_count():
    assert ask(TWICE, cap_class="transactional") == (None, None)
    notices = TWICE.replace("response", "response | cap_class").replace("clicked", "clicked | transactional")
    assert ask(notices) == (None, None)


def test_the_reason_told_is_the_most_lasting():
    assert ask(TWICE, opted_out="patron_key | purpose\nann | contact") == ("opted_out", None)


def test_a_day_that_the_calendar_does_not_know_is_refused():
    with pytest.raises(ValueError, match=r"term\.csv"):
        ask(on=dt.date(2027, 1, 1))
