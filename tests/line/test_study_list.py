"""Readers who chase the study list are planted in the demo campus, and do not stand on it."""

import json

import pytest

from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Vault
from tests.line.sites import Whole

TERM = "2025-2026-2"
LOANS = f"""
    select loan.patron_key from clean.loan as loan join ref.calendar_day as calendar on loan.loaned_on = calendar.day
    where calendar.term = '{TERM}' group by loan.patron_key order by count(*) desc, loan.patron_key limit 10
"""
PASSAGES = f"select patron_key from portrait.individual where term = '{TERM}' order by visits desc, patron_key limit 10"
LISTED = f"select patron_key from segment.study_list where term = '{TERM}' and place is not null"
DOUBTED = f"select patron_key from fact.reading_score where term = '{TERM}' and doubts <> ''"


@pytest.fixture(scope="module")
def farmers(whole: Whole) -> dict[str, str]:
    planted: dict[str, str] = json.loads((whole.truth / "effects.json").read_text(encoding="utf-8"))["farmers"]
    return planted


def numbers(whole: Whole, query: str) -> set[str]:
    """The numbers behind the pseudonyms that a query finds."""
    vault = Vault.of(whole.line.campus, Keyring.load_or_create(whole.line.campus.key_file, None, may_create=False))
    return {found.identifier for (key,) in whole.line.rows_of(query) for found in vault.lookup(key)}


def test_by_plain_counts_they_would_lead(whole: Whole, farmers: dict[str, str]) -> None:
    """The negative control."""
    assert {person for person, kind in farmers.items() if kind != "passing"} <= numbers(whole, LOANS)
    assert {person for person, kind in farmers.items() if kind == "passing"} <= numbers(whole, PASSAGES)


def test_all_of_them_are_doubted_and_none_is_listed(whole: Whole, farmers: dict[str, str]) -> None:
    assert farmers.keys() <= numbers(whole, DOUBTED)
    listed = numbers(whole, LISTED)
    assert len(listed) > 10
    assert not farmers.keys() & listed


def test_only_those_who_consent_may_be_named(whole: Whole) -> None:
    consented = "select distinct patron_key from raw.consent where statement = 'given'"
    named = "select patron_key from segment.study_list where standing = 'listed'"
    assert numbers(whole, named) < numbers(whole, consented)
    assert whole.line.rows_of("select count(*) > 0 from report.study_board where not may_be_named") == [(True,)]
    assert whole.line.rows_of(
        "select count(*) from report.study_board where not may_be_named and score is not null"
    ) == [(0,)]
