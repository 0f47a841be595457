"""A report on request asks only what the site may tell, over a period that stands as a term of its own."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.campus import Campus
from pipelines.errors import Misconfigured
from pipelines.paths import REFERENCE
from pipelines.reporting.report_request import Request, _calendar, _small_cell, _template
from profiles.calendar_slips import term_slips

ASKED = Request("college", "法学院", dt.date(2025, 9, 1), dt.date(2026, 1, 20), "zh", (), None, False)


@pytest.fixture
def site(tmp_path: Path) -> Campus:
    return Campus.model_validate({"name": {"zh": "馆", "en": "Library"}, "data": tmp_path, "small_cell": 10})


PERIOD = (ASKED.first_day, ASKED.last_day)
YEAR_BEFORE = (dt.date(2024, 9, 2), dt.date(2025, 1, 21))


def test_a_period_is_a_term_beside_the_same_days_of_the_year_before(site: Campus) -> None:
    terms = _calendar(site, PERIOD, YEAR_BEFORE)
    assert term_slips(terms) == []
    asked = terms.filter(term="2025-09-01..2026-01-20").row(0, named=True)
    before = terms.filter(term=asked["compare_to"]).row(0, named=True)
    assert (asked["starts_on"], asked["ends_on"]) == ("2025-09-01", "2026-01-20")
    assert (before["starts_on"], before["ends_on"]) == ("2024-09-02", "2025-01-21")


def test_a_period_may_stand_alone(site: Campus) -> None:
    terms = _calendar(site, PERIOD, None)
    assert term_slips(terms) == []
    assert terms.filter(pl.col("term").str.contains("..", literal=True))["compare_to"].to_list() == [None]


def test_terms_that_the_period_cuts_into_give_way_and_others_stay(site: Campus) -> None:
    own = pl.read_csv(REFERENCE / "term.csv", infer_schema=False)
    left = set(_calendar(site, PERIOD, YEAR_BEFORE)["term"])
    assert {"2025-2026-1", "2024-2025-1"} <= set(own["term"]) - left
    assert "2024-2025-2" in left


def test_k_can_be_raised_and_not_lowered(site: Campus) -> None:
    assert _small_cell(site, ASKED) == 10
    assert _small_cell(site, replace(ASKED, small_cell=15)) == 15
    with pytest.raises(Misconfigured, match="k can only be raised"):
        _small_cell(site, replace(ASKED, small_cell=9))


def test_what_no_report_knows_is_refused_with_what_there_is() -> None:
    with pytest.raises(Misconfigured, match="no such section — did you mean ‘survey’"):
        _template(replace(ASKED, sections=("surveys",)))
    with pytest.raises(Misconfigured, match=r"colege: no such report .*college"):
        _template(replace(ASKED, report="colege"))
    assert _template(replace(ASKED, sections=("week", "survey"))).name == "college"
