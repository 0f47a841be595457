"""May this reader be invited today? One answer for every list, whoever asks.

Contacts of all departments are one ledger.  A rule without a value does not hold, which is not the same
as a rule of 0; notices that concern a reader's own business (transactional) pass every rule.  Where the
contacts and the rules come from, and what is done with the answer, is not decided here.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

UNANSWERED = ("none", "delivered")
"""Responses that are none; where nothing was reported, nothing was answered either."""
EVERY_PURPOSE = ("contact", "individual_portrait")
"""Whoever withholds these is invited to nothing."""


@dataclass(frozen=True)
class Rules:
    """How often a reader may be contacted; None: the rule does not hold."""

    contacts_per_person: int | None = None
    person_window_days: int | None = None
    contacts_per_service_and_term: int | None = None
    cooling_off_days: int | None = None
    quiet_before_exams_days: int | None = None
    unanswered_before_rest: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, int | None]) -> "Rules":
        """The rules among the values of ref.contact_rule."""
        return cls(**{name: values.get(name) for name in cls.__dataclass_fields__})

    @property
    def unset(self) -> list[str]:
        """The rules that do not hold, to be said wherever they are applied."""
        return [name for name in self.__dataclass_fields__ if getattr(self, name) is None]


@dataclass(frozen=True)
class Today:
    """The day on which it is asked, in the library's calendar."""

    day: dt.date
    term_began: dt.date
    next_term: dt.date | None
    quiet_until: dt.date | None
    """The first day after the quiet weeks, if today lies in them."""


def today(day: dt.date, calendar: pl.DataFrame, rules: Rules) -> Today:
    """The day in a calendar of day, term and period (teaching, exam, vacation or break).

    Raises:
        ValueError: the calendar does not know the day, so nothing can be said of quiet weeks.

    """
    if day not in set(calendar["day"]):
        raise ValueError(f"the calendar knows nothing of {day} — add its term to term.csv")
    starts: list[dt.date] = sorted(calendar.drop_nulls("term").group_by("term").agg(pl.col("day").min())["day"])
    return Today(
        day,
        max((start for start in starts if start <= day), default=day),
        next((start for start in starts if start > day), None),
        _quiet_until(day, calendar, rules.quiet_before_exams_days),
    )


def gated(
    candidates: pl.DataFrame,
    contacts: pl.DataFrame,
    opted_out: pl.DataFrame,
    held_out: pl.DataFrame,
    today: Today,
    rules: Rules,
) -> pl.DataFrame:
    """The candidates with what stops each of them (``stopped_by``), and until when it does, where that is known.

    Of ``candidates`` patron_key, service, department, cap_class and purpose count; of ``contacts`` patron_key,
    service, department, contacted_on, cap_class and response; ``opted_out`` holds patron_key and purpose;
    ``held_out`` patron_key, service and until.
    """
    invitations = contacts.filter(pl.col("cap_class") == "invitational")
    found = _with_refusals(candidates, opted_out, held_out)
    found = _with_history(found, invitations, today, rules)
    verdicts = _verdicts(today, rules)
    stopped_by = pl.coalesce(pl.when(when).then(pl.lit(name)) for name, when, _ in verdicts)
    is_free = pl.col("cap_class") == "transactional"
    told = found.with_columns(stopped_by=pl.when(~is_free).then(stopped_by))
    until = pl.coalesce(pl.when(pl.col("stopped_by") == name).then(day) for name, _, day in verdicts)
    return told.select(*candidates.columns, "stopped_by", stopped_until=until)


def _verdicts(today: Today, rules: Rules) -> list[tuple[str, pl.Expr, pl.Expr]]:
    """Each rule that can stop a contact, from the most absolute on: its name, whether it does, and until when."""
    next_term, no_day = pl.lit(today.next_term, pl.Date), pl.lit(None, pl.Date)
    return [
        ("opted_out", pl.col("_opted_out"), no_day),
        ("held_out", pl.col("_held_until") > today.day, pl.col("_held_until")),
        ("quiet_weeks", pl.lit(today.quiet_until is not None), pl.lit(today.quiet_until, pl.Date)),
        ("resting", _reaches("_unanswered", rules.unanswered_before_rest), next_term),
        ("service_and_term", _reaches("_of_service", rules.contacts_per_service_and_term), next_term),
        ("cooling_off", pl.col("_cool_on") > today.day, pl.col("_cool_on")),
        ("person_cap", _reaches("_in_window", _person_cap(rules)), pl.col("_window_opens")),
    ]


def _reaches(count: str, cap: int | None) -> pl.Expr:
    """Whether a count has reached its cap; an unset cap is never reached, a cap of 0 always is."""
    return pl.lit(False) if cap is None else pl.col(count).fill_null(0) >= cap


def _person_cap(rules: Rules) -> int | None:
    return None if rules.person_window_days is None else rules.contacts_per_person


def _with_refusals(candidates: pl.DataFrame, opted_out: pl.DataFrame, held_out: pl.DataFrame) -> pl.DataFrame:
    wholly = opted_out.filter(pl.col("purpose").is_in(EVERY_PURPOSE)).select("patron_key").unique()
    partly = opted_out.select("patron_key", "purpose").unique()
    held = held_out.group_by("patron_key", "service").agg(_held_until=pl.col("until").max())
    return (
        candidates.join(wholly.with_columns(_wholly=True), on="patron_key", how="left")
        .join(partly.with_columns(_partly=True), on=["patron_key", "purpose"], how="left")
        .join(held, on=["patron_key", "service"], how="left")
        .with_columns(_opted_out=pl.any_horizontal(pl.col("_wholly", "_partly").fill_null(False)))
    )


def _with_history(found: pl.DataFrame, invitations: pl.DataFrame, today: Today, rules: Rules) -> pl.DataFrame:
    """With what each person was sent so far: in the window, in the term, for the service, by other departments."""
    of_term = invitations.filter(pl.col("contacted_on") >= today.term_began)
    of_service = of_term.group_by("patron_key", "service").agg(_of_service=pl.len())
    return (
        found.join(_window(invitations, today, rules), on="patron_key", how="left")
        .join(_unanswered(of_term), on="patron_key", how="left")
        .join(of_service, on=["patron_key", "service"], how="left")
        .join(_cooling(found, invitations, rules), on=["patron_key", "department"], how="left")
    )


def _window(invitations: pl.DataFrame, today: Today, rules: Rules) -> pl.DataFrame:
    """How many invitations each person had within the window, and when there is room for another."""
    days, cap = rules.person_window_days or 0, rules.contacts_per_person or 0
    recent = invitations.filter(pl.col("contacted_on") > today.day - dt.timedelta(days=days))
    in_order = pl.col("contacted_on").sort(descending=True)
    opens = in_order.get(cap - 1, null_on_oob=True) if cap else pl.lit(None, pl.Date)
    return recent.group_by("patron_key").agg(
        _in_window=pl.len(), _window_opens=(opens + pl.duration(days=days)).cast(pl.Date)
    )


def _unanswered(of_term: pl.DataFrame) -> pl.DataFrame:
    """How many of each person's invitations of the term stand unanswered since the last that was answered."""
    is_answered = ~pl.col("response").fill_null("none").is_in(UNANSWERED)
    last = pl.col("contacted_on").filter(is_answered).max()
    return of_term.group_by("patron_key").agg(
        _unanswered=((pl.col("contacted_on") > last).fill_null(True) & ~is_answered).sum()
    )


def _cooling(found: pl.DataFrame, invitations: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """For each person and department, the day from which another department's last invitation no longer counts."""
    pairs = found.select("patron_key", "department").unique()
    if rules.cooling_off_days is None:
        return pairs.with_columns(_cool_on=pl.lit(None, pl.Date))
    last = invitations.group_by("patron_key", "department").agg(pl.col("contacted_on").max())
    others = pairs.join(last, on="patron_key", suffix="_before").filter(
        pl.col("department").ne_missing(pl.col("department_before"))
    )
    cooled = (pl.col("contacted_on").max() + pl.duration(days=rules.cooling_off_days)).cast(pl.Date)
    return others.group_by("patron_key", "department").agg(_cool_on=cooled)


def _quiet_until(day: dt.date, calendar: pl.DataFrame, before: int | None) -> dt.date | None:
    if before is None:
        return None
    exams = set(calendar.filter(pl.col("period") == "exam")["day"])
    until = day
    while any(until + dt.timedelta(days=ahead) in exams for ahead in range(before + 1)):
        until += dt.timedelta(days=1)
    return until if until > day else None
