"""What was planted in a campus, so that an analysis of its exports can be held against it.

Belongs here: planted facts, in a shape a test can read.  Nothing of this reaches the exports.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import Term
from profiles.demo.cards import Cards, written
from profiles.demo.colleges import COLLEGES, LEVELS
from profiles.demo.draw import picked
from profiles.demo.people import NEVER, People
from profiles.demo.survey import Survey


def patrons(people: People, cards: Cards) -> pl.DataFrame:
    """One row for each person: who they are and which kind of reader was planted."""
    archetype = picked([kind.code for kind in ARCHETYPES], people.archetype)
    college = [unit.name for unit in COLLEGES]
    return pl.DataFrame(
        [
            people.text["number"],
            people.text["name"],
            written(cards.first).alias("first_card"),
            picked(LEVELS, people.level).alias("level"),
            picked(college, people.college).alias("college"),
            picked(college, people.moved_college).alias("college_after_transfer"),
            pl.Series("was_transferred", people.moves_in < NEVER),
            pl.Series("entered_half", people.enters_in),
            pl.Series("until_half", people.until),
            archetype.alias("archetype"),
            pl.Series("vigour", people.vigour),
        ]
    )


def effects(people: People, terms: Sequence[Term], surveys: Mapping[str, Survey]) -> dict[str, Any]:
    """The planted multipliers and, for each survey, what everyone would have said."""
    return {
        "archetypes": {kind.code: kind._asdict() for kind in ARCHETYPES},
        "college_visits": {unit.name: unit.visits for unit in COLLEGES},
        "college_loans": {unit.name: unit.loans for unit in COLLEGES},
        "college_missed_share": {unit.name: unit.missed_share for unit in COLLEGES},
        "in_scope": {term.code: len(people.present(term.half)) for term in terms},
        "surveys": {
            wave: {
                "respondents": survey.respondents,
                "response_rates": survey.response_rates,
                "overall_mean_of_everyone": survey.mean_of_everyone,
                "overall_mean_of_respondents": survey.mean_of_respondents,
            }
            for wave, survey in surveys.items()
        },
    }
