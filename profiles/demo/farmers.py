"""A few readers who chase the study list: books out and back, armfuls at the term's end, in and out of the gate.

Belongs here: who they are and what they add to the exports of the last term.  What anybody else does is left as it was.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import Term
from profiles.demo.cards import Cards
from profiles.demo.catalogue import Catalogue
from profiles.demo.colleges import LEVELS
from profiles.demo.draw import DAY_SECONDS, Ints, midnight, stream
from profiles.demo.gates import swipes_shown
from profiles.demo.loans import further_loans
from profiles.demo.people import People

KINDS = ("bulk", "late", "passing")
OF_EACH = 2
BULK_DAYS, BULK_LOANS, BULK_MINUTES = (20, 34, 48), 14, 45
LATE_FROM, LATE_DAYS, LATE_LOANS = 12, 8, 48
PASSING_DAYS, PASSING_A_DAY, PASSING_SECONDS = 40, 5, 75
FIRST_COPY = 990  # copies of a title that nobody else is given
HOUR = 3600


@dataclass(frozen=True)
class Farmers:
    """Their positions among the people, ``OF_EACH`` of each kind in the order of ``KINDS``."""

    who: Ints

    def of(self, kind: str) -> Ints:
        first = KINDS.index(kind) * OF_EACH
        return self.who[first : first + OF_EACH]

    def planted(self, people: People) -> dict[str, str]:
        """The kind by person number."""
        return dict(zip(people.column("number", self.who), np.repeat(KINDS, OF_EACH).tolist(), strict=True))


def choose_farmers(seed: int, people: People, term: Term) -> Farmers:
    """Bachelors in scope in a term who use the library lightly; being of one level they share a board."""
    present = people.present(term.half)
    light = [kind.code for kind in ARCHETYPES].index("light")
    able = present[(people.level[present] == LEVELS.index("bachelor")) & (people.archetype[present] == light)]
    return Farmers(stream(seed, "farmers").choice(able, len(KINDS) * OF_EACH, replace=False))


def farmed_loans(seed: int, farmers: Farmers, people: People, catalogue: Catalogue, term: Term) -> pl.DataFrame:
    """Their loans in the columns of the circulation system: a title each, all brought back within the term."""
    begins = midnight(term.starts_on) + 12 * HOUR
    bulk = (
        begins
        + np.repeat(np.array(BULK_DAYS), BULK_LOANS) * DAY_SECONDS
        + np.tile(np.arange(BULK_LOANS) * 30, len(BULK_DAYS))
    )
    last = begins + (len(term.days) - LATE_FROM) * DAY_SECONDS
    late = last + np.arange(LATE_LOANS) % LATE_DAYS * DAY_SECONDS + np.arange(LATE_LOANS) * 30
    per_person = [bulk] * OF_EACH + [late] * OF_EACH
    held = [np.full(len(bulk), BULK_MINUTES * 60)] * OF_EACH + [np.full(len(late), 2 * DAY_SECONDS)] * OF_EACH
    who = np.repeat(farmers.who[: 2 * OF_EACH], [len(loans) for loans in per_person])
    loaned = np.concatenate(per_person)
    title = stream(seed, "farmed titles").choice(len(catalogue.titles), len(who), replace=False)
    return further_loans(people, catalogue, term, who, title, loaned, loaned + np.concatenate(held), FIRST_COPY)


def farmed_swipes(farmers: Farmers, cards: Cards, term: Term) -> pl.DataFrame:
    """Their swipes at the main gate: in and, little more than a minute later, out."""
    moment = midnight(term.starts_on) + 10 * HOUR + np.arange(PASSING_DAYS)[:, None] * DAY_SECONDS
    entered = (moment + np.arange(PASSING_A_DAY) * 600).ravel()
    who = np.repeat(farmers.of("passing"), len(entered))
    entered = np.tile(entered, OF_EACH)
    seen = np.concatenate([entered, entered + PASSING_SECONDS])
    gate = np.repeat([0, 4], len(entered))
    return swipes_shown(cards.shown(np.tile(who, 2), seen), gate, seen)
