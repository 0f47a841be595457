"""Times as exports write them, read into the campus's own local time.

Which ways of writing are allowed, a preset says; none is guessed.
"""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.receiving.presets import Rule
from pipelines.receiving.time_forms import COUNTED, whole

ISO = dict.fromkeys(("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"))
"""What is understood where a preset says nothing: the forms that cannot be mistaken."""

_LOCAL = pl.Datetime("us")

_MIDNIGHT = r"(^|[ T日])24(:?)00(:?00(?:\.0+)?)?([ Z+-]|$)"
"""The end of a day, as ISO 8601 and many gates write it: the beginning of the next."""

_HALVES = {"上午": "AM", "下午": "PM"}


def read(text: pl.Series, rule: Rule, campus_zone: str) -> pl.Series:
    """Local times; empty where the text is in none of the rule's forms."""
    return _first_of(text, rule.formats or dict(ISO), rule.zone, campus_zone)


def is_partial(text: pl.Series, rule: Rule) -> pl.Series:
    """Whether the text is a date of which a part is missing."""
    return _first_of(text, rule.partial, None, "UTC").is_not_null()


def is_skipped(text: pl.Series, rule: Rule) -> pl.Series:
    """Whether the text is in one of the rule's forms, and can only name an hour that a clock change skips."""
    return _first_of(text, dict.fromkeys(rule.formats or ISO), None, "UTC").is_not_null()


def is_implausible(times: pl.Series, rule: Rule) -> pl.Series:
    """Whether a time lies outside what the preset takes to be possible; a last day counts whole."""
    is_out = pl.repeat(False, len(times), eager=True)
    if rule.not_before:
        is_out |= times < _bound(rule.not_before)
    if rule.not_after:
        is_whole_day = len(rule.not_after) == len("2000-01-01")
        is_out |= (times.dt.truncate("1d") if is_whole_day else times) > _bound(rule.not_after)
    return is_out.fill_null(False)


def after(times: pl.Series, begun: pl.Series) -> pl.Series:
    """Times that follow others: one that is earlier by less than a day is of the next day."""
    next_day = times + dt.timedelta(days=1)
    return times.zip_with(~((times < begun) & (next_day > begun)).fill_null(False), next_day)


def _bound(day: str) -> pl.Series:
    return pl.Series([day]).str.to_datetime(time_unit="us")


def _first_of(text: pl.Series, formats: Mapping[str, str | None], zone: str | None, campus_zone: str) -> pl.Series:
    """Each text read in the first form that fits it; the later forms see only what is still unread."""
    found = pl.Series([None], dtype=_LOCAL).new_from_index(0, len(text))
    for form, own_zone in formats.items():
        is_unread = found.is_null() & text.is_not_null()
        if not is_unread.any():
            break
        read = _credible(_local(_parsed_of_midnight(text.filter(is_unread), form), own_zone or zone, campus_zone))
        found = found.scatter(is_unread.arg_true(), read)
    return found


def _parsed_of_midnight(text: pl.Series, form: str) -> pl.Series:
    """The times in a form; one of 24:00 is of the day that follows."""
    times = _parsed(text, form)
    is_midnight = times.is_null() & text.str.contains(_MIDNIGHT)
    if not is_midnight.any():
        return times
    begun = _parsed(text.filter(is_midnight).str.replace(_MIDNIGHT, "${1}00${2}00${3}${4}"), form)
    return times.scatter(is_midnight.arg_true(), begun + dt.timedelta(days=1))


def _parsed(text: pl.Series, form: str) -> pl.Series:
    if form in COUNTED:
        return _counted(text, *COUNTED[form])
    if "%p" in form:
        text = text.str.replace_many(_HALVES)
    missing, whole_form = whole(form)
    whole_text = pl.select(pl.concat_str([pl.lit(text), *map(pl.lit, missing)], separator=" ")).to_series()
    return whole_text.str.to_datetime(whole_form, strict=False, time_unit="us")


def _credible(times: pl.Series) -> pl.Series:
    """The same times without those that tell of a mistaken form: 26 read as a whole year, milliseconds as seconds."""
    is_out = ~times.dt.year().is_between(1000, 9999)
    return times.set(is_out.fill_null(False), None)


def _counted(text: pl.Series, since: str, per_second: float) -> pl.Series:
    """Times counted from a day on; seconds since 1970 are UTC, a spreadsheet's days are local.

    A spreadsheet cuts the part of a day off, mostly after ten digits: 0.3333333333 is eight o'clock, to the millisecond.
    """
    smallest = 1 if per_second >= 1 else 1000
    counted = text.cast(pl.Float64, strict=False) / per_second * (1_000_000 / smallest)
    microseconds = counted.round().cast(pl.Int64, strict=False) * smallest
    times = _bound(since).new_from_index(0, len(text)) + microseconds.cast(pl.Duration("us"))
    return times.dt.replace_time_zone("UTC") if per_second >= 1 else times


def _local(times: pl.Series, zone: str | None, campus_zone: str) -> pl.Series:
    """The wall clock of the campus; an hour that a clock change repeats is its first, one it skips is none."""
    if not isinstance(times.dtype, pl.Datetime) or not times.dtype.time_zone:
        if zone is None or ZoneInfo(zone) == ZoneInfo(campus_zone):
            return times
        times = times.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return times.dt.convert_time_zone(campus_zone).dt.replace_time_zone(None)
