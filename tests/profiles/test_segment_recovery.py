"""The kinds planted in the demo campus are found again by what people did, and less well the more unlike people are.

Straight from what was drawn, before exports lose any of it; tests/line/test_recovery.py asks the same of the whole line.
"""

from functools import cache

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from pipelines.demo_campus import finished_terms, special_days
from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.bookings import draw_bookings
from profiles.demo.catalogue import make_catalogue
from profiles.demo.draw import Floats, Ints
from profiles.demo.loans import draw_loans
from profiles.demo.people import draw_people
from profiles.demo.visits import draw_visits
from profiles.segment_fit import Settings
from profiles.segment_model import freeze
from profiles.segments import segment_readers
from tests.profiles.segment_people import DICTIONARY, moved_share

PATRONS, SEED = 3_000, 20_260_901
SETTINGS = Settings(resamples=6, card_people=100, card_resamples=1)
LEVELS = np.array(["undergraduate", "postgraduate", "postgraduate", "staff"])
CODES = np.array([kind.code for kind in ARCHETYPES])


def share(part: Ints, whole: Ints) -> Floats:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


@cache
def campus(noise: float) -> pl.DataFrame:
    """What everybody did in the last two terms, as the portraits have it where all of it is known."""
    span = finished_terms(2)
    people, catalogue = draw_people(SEED, PATRONS, span, noise), make_catalogue(SEED, PATRONS)
    place = {number: position for position, number in enumerate(people.text["number"])}
    frames = []
    for term in span:
        visits = draw_visits(SEED, people, term, special_days())
        loans = draw_loans(SEED, people, catalogue, visits, term)
        bookings = draw_bookings(SEED, people, visits, term, special_days())

        def counted(numbers: pl.Series) -> Ints:
            return np.bincount([place[number] for number in numbers if number in place], minlength=len(place))

        came = visits.per_person(len(people))
        days = np.unique(np.stack([visits.who, visits.day]), axis=1)[0]
        minutes = np.bincount(visits.who, weights=(visits.left - visits.entered) / 60, minlength=len(people))
        exams = np.bincount(visits.who, weights=visits.day >= term.exam_day, minlength=len(people))
        borrowed, booked = counted(loans["reader"]), counted(bookings["who"])
        frame = pl.DataFrame(
            {
                "patron_key": people.text["number"],
                "term": term.code,
                "level_group": LEVELS[people.level],
                "is_exposed": np.isin(np.arange(len(people)), people.present(term.half)),
                "is_active": came + borrowed + booked > 0,
                "measured": True,
                "is_over": True,
                "visits": came,
                "visit_days": np.bincount(days, minlength=len(people)),
                "dwell_minutes": minutes.astype(int),
                "loans": borrowed,
                "bookings": booked,
                "exam_share": share(exams, came),
                "classed_loans": borrowed,
                **dict.fromkeys(("resource_days", "guidance", "night_share", "weekend_share", "regularity")),
                **dict.fromkeys(("breadth_rarefied", "own_field_share")),
                "truth": CODES[people.archetype],
            }
        )
        frames.append(frame.with_columns(pl.col("exam_share").fill_nan(None)))
    return pl.concat(frames)


@cache
def found(noise: float) -> pl.DataFrame:
    people = campus(noise)
    told = segment_readers(people, freeze(people, DICTIONARY, settings=SETTINGS)).reader
    return told.join(people.select("patron_key", "term", "truth"), on=["patron_key", "term"])


def recovered(noise: float) -> list[float]:
    """In each term, of the readers whom a model placed."""
    terms = found(noise).filter(pl.col("model_version").is_not_null()).partition_by("term")
    return [adjusted_rand_score(term["truth"], term["segment"]) for term in terms]


def test_the_planted_kinds_are_recovered_at_the_usual_noise() -> None:
    assert min(recovered(1)) >= 0.85


def test_at_double_noise_they_are_recovered_in_part() -> None:
    assert 0.5 < min(recovered(2)) <= max(recovered(2)) < min(recovered(1))


def test_each_segment_bears_the_name_of_the_kind_most_of_its_readers_are_of() -> None:
    placed = found(1).filter(pl.col("model_version").is_not_null())
    kinds = placed.group_by("segment").agg(pl.col("truth").mode().first())
    assert dict(kinds.iter_rows()) == {kind: kind for kind in CODES if kind != "none"}


def test_who_does_not_use_the_library_is_placed_by_rule() -> None:
    here = found(1).filter(pl.col("truth") == "none", pl.col("segment") != "not_exposed")
    assert set(here["segment"]) == {"no_use"}


def test_next_term_at_most_eight_in_a_hundred_have_another_label() -> None:
    assert moved_share(found(1)) <= 0.08


def test_kinds_dealt_out_anew_are_not_found() -> None:
    """The control."""
    placed = found(1).filter(pl.col("model_version").is_not_null())
    assert abs(adjusted_rand_score(placed["truth"].shuffle(seed=5), placed["segment"])) < 0.02


@pytest.mark.parametrize("noise", [1, 2])
def test_more_noise_makes_people_more_unlike(noise: float) -> None:
    """The control of the noise itself: the spread of visits among those who sit and study, against its mean."""
    sitting = campus(noise).filter(pl.col("truth") == "seat_anchored", pl.col("visits") > 0)["visits"]
    mean, deviation = float(sitting.mean() or 0), float(sitting.std() or 0)
    assert 0.3 * noise**0.5 < deviation / mean < 0.55 * noise**0.5
