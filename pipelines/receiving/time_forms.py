"""The ways in which exports write a time, as forms that a parser takes.

Reading times by them belongs in :mod:`pipelines.receiving.times`.
"""

import datetime as dt
import re

import polars as pl

COUNTED = {"epoch_s": ("1970-01-01", 1), "epoch_ms": ("1970-01-01", 1000), "excel_days": ("1899-12-30", 1 / 86400)}
"""Times written as one number: since when, and how many of its units make a second."""

_YEARS = ("%Y", "%y", "%G", "%s", "%F", "%D", "%c", "%x", "%+")

_MISTAKEN = ("%s", "%Z", "%f")
"""Seconds would be read in the campus's zone, a zone's name not at all, and %f as so many billionths: epoch_s, %z and %.f say it."""

_PARTS = (
    (("%m", "%b", "%B", "%h", "%j", "%s", "%F", "%D", "%c"), "01", "%m"),
    (("%d", "%e", "%j", "%s", "%F", "%D", "%c"), "01", "%d"),
)
"""What a date needs beside its year, and what stands in for a part that is not written."""

_HOURS, _MINUTES = ("%H", "%k", "%I", "%l"), ("%M", "%T", "%R", "%r", "%X", "%c", "%s")


def whole(form: str) -> tuple[list[str], str]:
    """A form with all that a time needs, and the texts to put behind one that is written in the form."""
    form = _spelt(form).replace("%z", "%#z")  # +0800, +08:00, +08 and Z alike
    missing = [(value, part) for given, value, part in _PARTS if not any(code in form for code in given)]
    if any(code in form for code in _HOURS) and not any(code in form for code in _MINUTES):
        missing.append(("00", "%M"))
    return [value for value, _ in missing], " ".join([form, *(part for _, part in missing)])


def is_form(form: str) -> bool:
    """Whether times can be read by a form; one without a year would put all of them into some year."""
    if form in COUNTED or not any(code in form for code in _YEARS) or any(code in _spelt(form) for code in _MISTAKEN):
        return form in COUNTED
    missing, whole_form = whole(form)
    example = pl.Series([dt.datetime(2024, 2, 29, 13, 14, 15)]).dt.replace_time_zone("UTC")
    try:
        written = " ".join([example.dt.strftime(form)[0], *missing])
        return pl.Series([written]).str.to_datetime(whole_form, strict=False, time_unit="us")[0] is not None
    except pl.exceptions.PolarsError:
        return False


def other_way_round(form: str) -> str:
    """The form with day and month in each other's place."""
    return re.sub("%[md]", lambda code: {"%m": "%d", "%d": "%m"}[code[0]], form)


def _spelt(form: str) -> str:
    """A form in the parser's own words, which begin the part of a second with its point."""
    return form.replace(".%f", "%.f")
