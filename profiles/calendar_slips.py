"""What a calendar cannot mean: each slip is one line saying where, what, and what to do.

Tables come as they stand in their files, every cell as text, so that a date that is none is named too.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import polars as pl

DAY_TYPES = ("holiday", "makeup_workday", "closed")
SPRING_FESTIVAL = "春节"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Row = dict[str, Any]

_TERM_DATES = ("starts_on", "ends_on", "week1_monday", "exam_from")


def term_slips(terms: pl.DataFrame) -> list[str]:
    """What is wrong with the rows of term.csv, given as text."""
    unread = [*_unread(terms, "term", _TERM_DATES), *_empty(terms)]
    if unread:
        return unread
    rows = dated(terms, _TERM_DATES).sort("starts_on", "term").to_dicts()
    return [
        *(f"term {term}: stands there twice — leave one" for term in _twice(terms["term"])),
        *(slip for row in rows for slip in _of_a_term(row)),
        *(slip for row in rows for slip in _of_its_comparison(row, rows)),
        *_overlaps(rows),
    ]


def day_slips(days: pl.DataFrame) -> list[str]:
    """What is wrong with the rows of day.csv, given as text."""
    unread = list(_unread(days, "day", ("day",)))
    if unread:
        return unread
    return [
        *(f"day {day}: stands there twice — leave one" for day in _twice(days["day"])),
        *(slip for row in dated(days, ("day",)).to_dicts() for slip in _of_a_day(row)),
    ]


def festival_slips(terms: pl.DataFrame, days: pl.DataFrame) -> list[str]:
    """The days of the Spring Festival that lie in a term; both tables with dates."""
    festival = days.filter(pl.col("name_zh") == SPRING_FESTIVAL, pl.col("day_type") != "makeup_workday")
    inside = festival.join_where(terms, pl.col("day") >= pl.col("starts_on"), pl.col("day") <= pl.col("ends_on")).sort(
        "day"
    )
    return [
        f"day {row['day']}: the Spring Festival lies in term {row['term']} — correct the term's dates or the day"
        for row in inside.to_dicts()
    ]


def years_without_makeup(terms: pl.DataFrame, days: pl.DataFrame) -> list[int]:
    """The calendar years that terms reach into and for which no make-up workday is known; both tables with dates."""
    covered = {year for row in terms.to_dicts() for year in range(row["starts_on"].year, row["ends_on"].year + 1)}
    known = days.filter(pl.col("day_type") == "makeup_workday")["day"].dt.year().to_list()
    return sorted(covered - set(known))


def hour_slips(hours: pl.DataFrame) -> list[str]:
    """What is wrong with the rows of opening_hours.csv, given as text: hours that hold on one day twice."""
    unread = list(_unread(hours, "building", ("valid_from", "valid_to")))
    if unread:
        return unread
    rows = dated(hours, ("valid_from", "valid_to")).to_dicts()
    order = sorted(rows, key=lambda row: (*_kind(row), str(row["valid_from"] or "")))
    return [
        f"building {row['building'] or 'all'}, weekday {row['weekday']}, {row['period']}: hours hold twice from "
        f"{row['valid_from'] or 'the beginning'} on — end the earlier ones with valid_to"
        for before, row in pairwise(order)
        if _kind(before) == _kind(row)
        and (row["valid_from"] is None or before["valid_to"] is None or before["valid_to"] >= row["valid_from"])
    ]


def dated(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The frame with these columns of text as dates, null where they are none."""
    return frame.with_columns(pl.col(name).str.to_date("%Y-%m-%d", strict=False) for name in columns)


def _unread(frame: pl.DataFrame, key: str, columns: tuple[str, ...]) -> Iterator[str]:
    read = dated(frame, columns)
    for name in columns:
        for row in frame.filter(frame[name].is_not_null() & read[name].is_null()).to_dicts():
            yield f"{key} {row[key]}: {name} ‘{row[name]}’ is no date — write it like 2026-03-02"


def _twice(values: pl.Series) -> list[str]:
    return values.filter(values.is_duplicated()).unique().sort().to_list()


def _empty(terms: pl.DataFrame) -> Iterator[str]:
    for name in _TERM_DATES[:3]:
        for term in terms.filter(pl.col(name).is_null())["term"]:
            yield f"term {term}: {name} is empty — give it"


def _of_a_term(row: Row) -> Iterator[str]:
    starts, ends, monday, exam = (row[name] for name in _TERM_DATES)
    if ends <= starts:
        yield f"term {row['term']}: ends on {ends}, not after its start on {starts} — correct one of the two"
    if monday.isoweekday() != 1:
        weekday = WEEKDAYS[monday.weekday()]
        yield f"term {row['term']}: week1_monday {monday} is a {weekday} — give the Monday of teaching week 1"
    if exam is not None and not starts <= exam <= ends:
        yield f"term {row['term']}: exam_from {exam} lies outside the term — give a day from {starts} to {ends}"


def _of_its_comparison(row: Row, rows: list[Row]) -> Iterator[str]:
    fit = [r["term"] for r in rows if r["season"] == row["season"] and r["starts_on"] < row["starts_on"]]
    if row["compare_to"] is not None and row["compare_to"] not in fit:
        yield (
            f"term {row['term']}: compare_to {row['compare_to']} is no earlier {row['season']} term — "
            f"{f'give {fit[-1]}' if fit else 'leave it empty'}"
        )


def _overlaps(rows: list[Row]) -> Iterator[str]:
    for before, row in pairwise(rows):
        if row["starts_on"] <= before["ends_on"] and row["term"] != before["term"]:
            yield (
                f"term {row['term']}: starts on {row['starts_on']}, when {before['term']} runs until "
                f"{before['ends_on']} — end one before the other starts"
            )


def _of_a_day(row: Row) -> Iterator[str]:
    day, kind = row["day"], row["day_type"]
    if kind not in DAY_TYPES:
        yield f"day {day}: day_type ‘{kind}’ is unknown — write {', '.join(DAY_TYPES[:-1])} or {DAY_TYPES[-1]}"
    if kind == "makeup_workday" and day.isoweekday() < 6:
        weekday = WEEKDAYS[day.weekday()]
        yield f"day {day}: a make-up workday on a {weekday} — these are Saturdays and Sundays; correct the day"


def _kind(row: Row) -> tuple[str, str, str]:
    return row["building"] or "all", row["weekday"], row["period"]
