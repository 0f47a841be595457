"""A campaign is told by what changed and never by how often it was viewed."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from profiles.campaign_effects import CAMPAIGN_EFFECT, MOST_WEEKS, judge_campaigns
from tests.profiles.test_effect_weeks import lasting


def campaign(key: str, views: int = 275_000, term: str = "spring") -> pl.DataFrame:
    told = {"messages": 300_000, "views": views, "viewers": 9_000}
    return pl.DataFrame({"campaign_key": key, "name": key, "term": term, "starts_on": dt.date(2026, 5, 4), **told})


def weeks(key: str, seed: int, lift: float = 0.0, first: int = -10, last: int = 10) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    week = np.arange(first, last)
    house = 3 * lasting(random, 0.6, len(week))
    rate = 20 + house + lasting(random, 0.4, len(week)) + lift * (week >= 0)
    control = 50 + 2 * house + lasting(random, 0.4, len(week))
    named = {"campaign_key": key, "series_type": "theme", "series": "seats"}
    return pl.DataFrame({**named, "week": week, "rate": rate, "control": control, "counted": 12})


def test_many_views_and_no_change_is_no_change() -> None:
    """Of a hundred campaigns in terms of their own, each viewed 275,000 times, hardly any is said to have changed anything."""
    names = [f"campaign {n}" for n in range(100)]
    campaigns = pl.concat([campaign(name, term=name) for name in names])
    found = judge_campaigns(campaigns, pl.concat([weeks(name, n) for n, name in enumerate(names)]))
    assert len(found) == 100
    assert (found["verdict"] == "changed_at_the_same_time").sum() <= 5
    assert set(found["views"]) == {275_000}


def test_few_views_and_a_change_is_a_change_and_told_as_an_association() -> None:
    found = judge_campaigns(campaign("a", views=3), weeks("a", 1, lift=-9.0)).row(0, named=True)
    assert (found["verdict"], found["reason"], found["views"]) == ("changed_at_the_same_time", "fell", 3)
    assert found["ci_low"] <= -9 <= found["ci_high"] < 0
    assert found["rate_after"] < found["rate_before"]
    assert "not an effect" in found["reason_en"]
    assert found["persons"] == 120


def test_a_change_stands_only_if_it_stands_among_all_of_the_term() -> None:
    campaigns = [campaign(f"{n}") for n in range(20)]
    told = [weeks("0", 1, lift=-6.0), *(weeks(f"{n}", 50 + n) for n in range(1, 20))]
    alone = judge_campaigns(campaigns[0], told[0])
    among = judge_campaigns(pl.concat(campaigns), pl.concat(told)).filter(campaign_key="0")
    assert alone["p_value"].item() == among["p_value"].item() < 0.05
    assert alone["reason"].item() == "fell"
    assert among["reason"].item() == "change_among_many"


def test_seven_weeks_on_a_side_are_too_few_and_those_far_away_do_not_count() -> None:
    short = judge_campaigns(campaign("a"), weeks("a", 1, lift=-9.0, first=-7)).row(0, named=True)
    assert (short["verdict"], short["reason"], short["change"]) == ("cannot_tell", "few_weeks", None)
    assert (short["weeks_before"], short["weeks_after"]) == (7, 10)
    long = judge_campaigns(campaign("a"), weeks("a", 1, first=-40, last=40)).row(0, named=True)
    assert (long["weeks_before"], long["weeks_after"]) == (MOST_WEEKS, MOST_WEEKS)


def test_a_week_that_was_not_measured_is_left_out() -> None:
    gap = weeks("a", 1).with_columns(rate=pl.when(pl.col("week") != -3).then("rate"))
    assert judge_campaigns(campaign("a"), gap)["weeks_before"].item() == 9


@pytest.mark.parametrize("empty", ["campaigns", "weeks"])
def test_nothing_gives_no_row(empty: str) -> None:
    campaigns, series = campaign("a"), weeks("a", 1)
    found = judge_campaigns(
        campaigns.clear() if empty == "campaigns" else campaigns, series.clear() if empty == "weeks" else series
    )
    assert found.is_empty()
    assert dict(found.schema) == CAMPAIGN_EFFECT
