"""Margins are put together where too few answered, and a survey that cannot be weighted says why."""

import polars as pl
import pytest

from profiles.raking import NotConverged
from profiles.survey_weights import on_margins, weigh


def roster(*groups: tuple[int, str, int | None, str, int | None], active: int | None = None) -> pl.DataFrame:
    """People by number, level group, year of study, college and days visited."""
    rows = [row for number, *row in groups for _ in range(number)]
    frame = pl.DataFrame(rows, ["level_group", "study_year", "college", "visit_days"], orient="row")
    types = {"study_year": pl.Int64, "visit_days": pl.Int64}
    return frame.cast(types).with_columns(  # type: ignore[arg-type]  # polars types the classes of its types narrowly
        patron_key=pl.format("p{}", pl.int_range(pl.len())), active_days=pl.lit(active, pl.Int64)
    )


def answered(frame: pl.DataFrame, *numbers: range) -> pl.DataFrame:
    return pl.DataFrame({"patron_key": [f"p{n}" for span in numbers for n in span]})


def test_tiers_are_cut_at_the_thirds_of_those_who_came() -> None:
    """Days 1 to 6 once each, and 0 four times: the thirds of the six end with 2 and with 4."""
    people = roster((4, "staff", None, "a", 0), *((1, "staff", None, "a", day) for day in range(1, 7)))
    tiers = on_margins(people).join(people.select("patron_key", "visit_days"), on="patron_key").sort("visit_days")
    assert tiers["use"].to_list() == ["none"] * 4 + ["light"] * 2 + ["regular"] * 2 + ["heavy"] * 2
    assert set(tiers["study_year"]) == {"unknown"}


def test_years_of_study_end_at_four_and_begin_at_one() -> None:
    people = roster(*((1, "staff", year, "a", 0) for year in (-1, 0, 1, 4, 7)))
    assert on_margins(people).sort("patron_key")["study_year"].to_list() == ["1", "1", "1", "4", "4"]


def test_active_days_stand_in_for_visits_that_are_not_measured() -> None:
    assert set(on_margins(roster((3, "staff", 1, "a", None), active=2))["use"]) == {"light"}
    assert on_margins(roster((3, "staff", 1, "a", None)))["use"].is_null().all()


def test_one_margin_is_weighted_by_hand() -> None:
    """60 of the law and 40 of the arts are asked, 30 and 10 answer: 0.6 / 0.75 = 0.8 and 0.4 / 0.25 = 1.6."""
    people = roster((60, "staff", 1, "law", None), (40, "staff", 1, "arts", None))
    found = weigh(on_margins(people), answered(people, range(30), range(60, 70)))
    assert found.margins == ("college",)
    told = found.people.with_columns(weight=pl.Series(found.weights)).group_by("college").agg(pl.col("weight").mean())
    assert dict(told.iter_rows()) == {"law": pytest.approx(0.8), "arts": pytest.approx(1.6)}
    assert found.deff == pytest.approx(40 * (30 * 0.64 + 10 * 2.56) / 40**2)


@pytest.mark.parametrize(("second", "kinds"), [(10, 3), (9, 2)])
def test_a_college_with_fewer_than_ten_joins_others(second: int, kinds: int) -> None:
    """Law 20, arts 10 or 9, physics 6 and music 4 answered; with 9 in the arts the three small ones are one."""
    people = roster(*((50, "staff", 1, name, None) for name in ("law", "arts", "physics", "music")))
    spans = (range(20), range(50, 50 + second), range(100, 106), range(150, 154))
    found = weigh(on_margins(people), answered(people, *spans))
    assert len(set(found.codes[0].tolist())) == kinds


def test_others_who_are_too_few_take_the_next_smallest_with_them() -> None:
    """Nobody of music answered: physics, with 12 the smallest, answers for music too."""
    people = roster(*((50, "staff", 1, name, None) for name in ("law", "arts", "physics", "music")))
    found = weigh(on_margins(people), answered(people, range(20), range(50, 65), range(100, 112)))
    told = found.people.with_columns(weight=pl.Series(found.weights)).group_by("college").agg(pl.col("weight").sum())
    shares = {college: weight / 47 for college, weight in told.iter_rows()}
    assert shares == {"law": pytest.approx(0.25), "arts": pytest.approx(0.25), "physics": pytest.approx(0.5)}


@pytest.mark.parametrize(("number", "reason"), [(29, "fewer than 30"), (40, "no margin")])
def test_what_cannot_be_weighted_says_why(number: int, reason: str) -> None:
    people = roster((100, "staff", 1, "law", None))
    with pytest.raises(NotConverged, match=reason):
        weigh(on_margins(people), answered(people, range(number)))
