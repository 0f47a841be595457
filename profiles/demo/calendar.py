"""The terms a campus lives by and how busy each of their days is.

Belongs here: terms and days as the generator needs them.  Reading the reference files does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from profiles.demo.draw import Floats, Ints, midnight

DayType = Literal["holiday", "makeup_workday", "closed"]

WEEKDAY_BUSTLE = (1.05, 1.0, 1.0, 1.0, 0.8, 0.7, 0.9)
HOLIDAY_BUSTLE = 0.35
FIRST_WEEK_BUSTLE = 0.75


@dataclass(frozen=True)
class Term:
    """A teaching term; ``half`` counts half-years, so that programmes can be measured in them."""

    code: str
    first_year: int
    season: str
    starts_on: date
    ends_on: date
    exam_from: date

    @property
    def half(self) -> int:
        return 2 * self.first_year + (self.season != "autumn")

    @property
    def days(self) -> list[date]:
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    @property
    def exam_day(self) -> int:
        """Position of the first exam day among the term's days."""
        return (self.exam_from - self.starts_on).days

    @property
    def exported_at(self) -> int:
        """The last second of the term, when its systems are exported."""
        return midnight(self.ends_on + timedelta(days=1)) - 1


def bustle(term: Term, special: Mapping[date, DayType], exam_boost: float) -> Floats:
    """How much of a reader's term falls on each of its days; a closed day gets nothing."""
    weights = np.array([_of_day(day, special.get(day)) for day in term.days])
    weights[:7] *= FIRST_WEEK_BUSTLE
    weights[term.exam_day :] *= exam_boost
    return weights


def _of_day(day: date, kind: DayType | None) -> float:
    if kind == "closed":
        return 0.0
    if kind == "holiday":
        return HOLIDAY_BUSTLE
    return 1.0 if kind == "makeup_workday" else WEEKDAY_BUSTLE[day.weekday()]


def month_of(moment: int) -> int:
    """The month of a moment, counted from January 1970."""
    return int(np.datetime64(moment, "s").astype("datetime64[M]").astype(np.int64))


def months_of(moments: Ints) -> Ints:
    """The month of each moment, counted likewise."""
    months: Ints = moments.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    return months


def month_name(month: int) -> str:
    """``2025-09`` for a month counted from January 1970."""
    return f"{1970 + month // 12}-{month % 12 + 1:02d}"
