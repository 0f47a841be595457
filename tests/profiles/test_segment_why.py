"""What is said of a reader who is in a segment or not is what would happen."""

from dataclasses import replace

import polars as pl
import pytest

from profiles.segment_model import Frozen, freeze
from profiles.segment_why import Move, explain, in_words
from profiles.segments import segment_readers
from tests.profiles.segment_people import DICTIONARY, QUICK, readers

TERM = "2025-2026-1"
SEGMENTS = {code: (zh, en) for code, zh, en in DICTIONARY.select("segment", "label_zh", "label_en").iter_rows()}
FEATURES = {name: (name, name) for name in [*readers(1).columns]}


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return readers(600, likeness=2)


@pytest.fixture(scope="module")
def models(people: pl.DataFrame) -> list[Frozen]:
    found = freeze(people, DICTIONARY, settings=replace(QUICK, clusters=(4,)))
    return [replace(model, is_published=True) for model in found]


def one(people: pl.DataFrame, segment: str, models: list[Frozen], nth: int = 0) -> pl.DataFrame:
    keys = segment_readers(people, models).reader.filter(segment=segment)["patron_key"]
    return people.filter(pl.col("patron_key") == keys[nth])


COUNTS = {"visit_days", "dwell_minutes", "loans", "bookings"}


def changed(person: pl.DataFrame, move: Move, short_by: float = 0) -> pl.DataFrame:
    """The person with the move made, or short of it by so many steps: a step is one, of a ratio a fiftieth."""
    step = short_by * (1 if move.feature in COUNTS else 0.02)
    value = move.needed + (step if (move.now or 0) > move.needed else -step)
    return person.with_columns(pl.lit(value, pl.Float64).alias(move.feature))


def segment_of(person: pl.DataFrame, models: list[Frozen]) -> str:
    return str(segment_readers(person, models).reader["segment"].item())


@pytest.mark.parametrize("own", ["light", "paper_reader", "space_booker", "seat_anchored"])
@pytest.mark.parametrize("wanted", ["light", "paper_reader", "space_booker", "seat_anchored"])
def test_a_move_that_is_told_is_enough_and_a_step_less_is_not(
    people: pl.DataFrame, models: list[Frozen], own: str, wanted: str
) -> None:
    told = 0
    for nth in range(5):
        person = one(people, own, models, nth)
        answer = explain(person, models, TERM, wanted)
        assert answer.is_in == (own == wanted)
        assert bool(answer.moves) == (own != wanted)
        if answer.moves and not answer.is_joint:
            told += len(answer.moves)
            assert {segment_of(changed(person, move), models) for move in answer.moves} == {wanted}
            known = [move for move in answer.moves if move.now is not None]
            assert wanted not in {segment_of(changed(person, move, short_by=1), models) for move in known}
    assert told or own == wanted or own == "seat_anchored"


def test_the_term_before_has_a_say_and_it_is_told(people: pl.DataFrame, models: list[Frozen]) -> None:
    person = one(people, "light", models)
    (move, *_) = explain(person, models, TERM, "paper_reader").moves
    later = person.with_columns(pl.lit(move.needed, pl.Float64).alias(move.feature), term=pl.lit("2025-2026-2"))
    both = pl.concat([person.cast(later.schema), later])
    answer = explain(both, models, "2025-2026-2", "paper_reader")
    assert (answer.own, answer.is_kept) == ("light", True)
    assert answer.moves[0].needed > move.needed
    assert any("only clearly nearer" in en for _, en in in_words(answer, SEGMENTS, FEATURES))


@pytest.mark.parametrize(
    ("flags", "own", "asked", "expected"),
    [
        ((False, True, True), "not_exposed", "not_exposed", None),
        ((False, True, True), "not_exposed", "light", "was away in the term"),
        ((True, False, True), "not_measured", "no_use", "could not be measured"),
        ((True, True, False), "no_use", "paper_reader", "did not use the library"),
        ((True, True, False), "no_use", "not_measured", "could be measured"),
        ((True, True, True), "light", "no_use", "used the library"),
        ((True, True, True), "light", "not_exposed", "was here in the term"),
        ((True, True, True), "light", "active", "whose kinds of use hold still"),
        ((True, True, True), "light", "exam_season", "no such segment"),
    ],
)
def test_the_first_condition_that_fails_is_the_answer(
    people: pl.DataFrame,
    models: list[Frozen],
    flags: tuple[bool, bool, bool],
    own: str,
    asked: str,
    expected: str | None,
) -> None:
    names = ("is_exposed", "measured", "is_active")
    person = one(people, "light", models).with_columns(
        pl.lit(flag).alias(name) for name, flag in zip(names, flags, strict=True)
    )
    answer = explain(person, models, TERM, asked)
    told = [en for _, en in in_words(answer, SEGMENTS, FEATURES)]
    assert (answer.own, answer.is_in) == (own, expected is None)
    assert told[0].startswith("Yes" if answer.is_in else "No")
    assert expected is None or expected in told[1]


def test_where_nothing_is_published_that_is_the_answer(people: pl.DataFrame, models: list[Frozen]) -> None:
    hidden = [replace(model, is_published=False) for model in models]
    answer = explain(one(people, "light", models), hidden, TERM, "light")
    assert (answer.own, answer.is_in) == ("active", False)
    assert "not stable enough to publish" in list(in_words(answer, SEGMENTS, FEATURES))[1][1]
    assert explain(one(people, "light", models), hidden, TERM, "active").is_in


def test_the_reasons_of_who_is_in_are_those_of_the_table(people: pl.DataFrame, models: list[Frozen]) -> None:
    person = one(people, "paper_reader", models)
    answer = explain(person, models, TERM, "paper_reader")
    row = segment_readers(person, models).reader.row(0, named=True)
    assert answer.reasons[0] == row["reason_1"]
    assert (answer.margin, answer.alternative) == (row["margin"], row["alternative"])
    assert f"higher {row['reason_1'].partition(':')[0]}" in list(in_words(answer, SEGMENTS, FEATURES))[1][1]
