"""What the reference files say of the calendar and of courses, as far as the demo campus lives through it."""

import csv
from datetime import date
from typing import cast

from pipelines.errors import Misconfigured
from pipelines.paths import REFERENCE
from profiles.demo.calendar import DayType, Term

# The demo lives in the summer of 2026, so that its reports do not change with the day they are made on.
TODAY = date(2026, 8, 31)


def finished_terms(wanted: int) -> list[Term]:
    """The last finished terms of the calendar, oldest first."""
    terms = [_term(row) for row in reference_rows("term.csv") if date.fromisoformat(row["ends_on"]) < TODAY]
    if not 1 <= wanted <= len(terms):
        raise Misconfigured(
            f"--terms {wanted}: the calendar has {len(terms)} finished terms — ask for 1 to {len(terms)}, "
            f"or add earlier ones to data/reference/term.csv"
        )
    return terms[-wanted:]


def special_days() -> dict[date, DayType]:
    """Holidays, days worked in exchange, and days on which the library is closed."""
    return {date.fromisoformat(row["day"]): cast(DayType, row["day_type"]) for row in reference_rows("day.csv")}


def reference_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _term(row: dict[str, str]) -> Term:
    days = (date.fromisoformat(row[name]) for name in ("starts_on", "ends_on", "exam_from"))
    return Term(row["term"], int(row["academic_year"][:4]), row["season"], *days)
