"""How long records are kept: what a site file may say, and which day follows from it."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import Misconfigured
from pipelines.forgetting.limits import kept_from, limits
from tests.line.sites import small

# By a calendar on the wall.
DAYS = """
    today      | months | kept from
    2026-11-28 |     13 | 2025-11-01
    2026-11-01 |     13 | 2025-10-01
    2026-11-02 |     13 | 2025-11-01
    2026-01-31 |      1 | 2026-01-01
    2026-01-31 |      2 | 2025-12-01
    2026-03-31 |     36 | 2023-04-01
    2024-02-29 |     12 | 2023-03-01
    2026-12-31 |     12 | 2026-01-01
"""
TABLE = [[cell.strip() for cell in line.split("|")] for line in DAYS.strip().splitlines()[1:]]


@pytest.mark.parametrize(("today", "months", "first"), TABLE)
def test_the_first_day_that_is_kept_begins_a_month(today: str, months: str, first: str) -> None:
    assert kept_from(dt.date.fromisoformat(today), int(months)) == dt.date.fromisoformat(first)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 60))
def test_nothing_is_kept_longer_than_it_may_be_nor_let_go_a_month_too_soon(today: dt.date, months: int) -> None:
    first = kept_from(today, months)
    whole_months = (today.year - first.year) * 12 + today.month - first.month - (today.day < first.day)
    assert first.day == 1
    assert (whole_months, today.day > 1) in {(months, False), (months - 1, True)}


REFUSED = {
    "a feed that there is not": (
        {"gates": "13 months"},
        "retention: no limit can be set for ‘gates’ — did you mean ‘gate’?",
    ),
    "longer than its header lets it": ({"gate": "14 months"}, "retention.gate: 14 months — say 7 to 13 months"),
    "shorter than a term": ({"loan": "6 months"}, "retention.loan: 6 months — say 24 to 36 months"),
    "no number of months": ({"gate": "13"}, "retention.gate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused(name: str, tmp_path: Path) -> None:
    said, words = REFUSED[name]
    with pytest.raises(Misconfigured) as refused:
        limits(small(tmp_path, retention=said).site)
    assert words in str(refused.value)


def test_a_limit_holds_for_every_export_of_a_feed(tmp_path: Path) -> None:
    told = limits(small(tmp_path, retention={"gate": "13 months", "loan": "36 months"}).site)
    assert told == {"raw.gate_event": 13, "raw.visit_summary": 13, "raw.loan": 36}


def test_where_years_are_terms_a_year_is_kept_to_its_end(tmp_path: Path) -> None:
    by_years = {"calendar_years": [2020, 2026]}
    assert limits(small(tmp_path / "long", terms=by_years, retention={"gate": "13 months"}).site)
    with pytest.raises(Misconfigured, match="say 13 to 13 months"):
        limits(small(tmp_path / "short", terms=by_years, retention={"gate": "12 months"}).site)


def test_loans_that_come_as_single_events_have_no_limit(tmp_path: Path) -> None:
    """A return whose loan has gone would be told as one whose loan is missing."""
    sources = {"two_log_borrows": {}}
    with pytest.raises(
        Misconfigured, match=r"retention.loan: two_log_borrows fills loan_event, of which no limit can be"
    ):
        limits(small(tmp_path, sources, retention={"loan": "36 months"}).site)


def test_without_a_word_nothing_is_limited(tmp_path: Path) -> None:
    assert limits(small(tmp_path).site) == {}
