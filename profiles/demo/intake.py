"""Who enters the invented university and when: yearly intakes that keep it at one size.

Belongs here: level, major, entry and planned end of everyone.  What becomes of them does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from profiles.demo.calendar import Term
from profiles.demo.colleges import COLLEGES, LEVEL_SHARES, LEVELS, STAFF, TINY_INTAKE, majors
from profiles.demo.draw import Floats, Ints, Random, choose, whole

LONGEST_PROGRAMME = 6
DOCTOR_YEARS = 4.0
STAFF_TURNOVER, LONGEST_SERVICE = 0.04, 30


@dataclass(frozen=True)
class Intake:
    """Persons as they enter; times in half-years, ``until`` being the first one after the planned end."""

    level: Ints
    major: Ints
    enters_in: Ints
    years: Floats
    until: Ints


def draw_intake(random: Random, patrons: int, terms: Sequence[Term]) -> Intake:
    """Students of every year that can still be on the roll, and the staff."""
    students, staff = _students(random, patrons, terms), _staff(random, patrons, terms)
    pairs = zip(vars(students).values(), vars(staff).values(), strict=True)
    return Intake(*(np.concatenate(pair) for pair in pairs))


def _students(random: Random, patrons: int, terms: Sequence[Term]) -> Intake:
    """Every year's intake into every major at every level."""
    years = np.arange(terms[0].first_year - LONGEST_PROGRAMME, terms[-1].first_year + 1)
    cells = [(level, major, *_cell(patrons, level, major)) for level in range(STAFF) for major in range(len(majors()))]
    level, major, length, expected = (np.array(column) for column in zip(*cells, strict=True))
    sizes = whole(random, np.tile(expected, (len(years), 1)))
    year, cell = (np.repeat(where.ravel(), sizes.ravel()) for where in np.indices(sizes.shape))
    enters_in = 2 * years[year]
    until = enters_in + (2 * length[cell]).astype(np.int64)
    return Intake(level[cell], major[cell], enters_in, length[cell], until)


def _cell(patrons: int, level: int, position: int) -> tuple[float, float]:
    """Length of a major's programme at a level, and how many enter it each year."""
    owner, major = majors()[position]
    college = COLLEGES[owner]
    length = (major.years, college.master_years, DOCTOR_YEARS)[level]
    if college.is_tiny:
        return length, TINY_INTAKE / len(college.majors) if LEVELS[level] == "master" else 0.0
    return length, patrons * LEVEL_SHARES[level] * college.weight / len(college.majors) / length


def _staff(random: Random, patrons: int, terms: Sequence[Term]) -> Intake:
    """Those employed when the first term begins, and everyone who has come since."""
    opening, closing = terms[0].first_year, terms[-1].first_year
    size = round(patrons * LEVEL_SHARES[STAFF])
    newcomers = whole(random, np.full(closing - opening, size * STAFF_TURNOVER))
    known = random.integers(opening - LONGEST_SERVICE, opening + 1, size)
    began = np.concatenate([known, np.repeat(np.arange(opening + 1, closing + 1), newcomers)])
    stays = np.maximum(began, opening) + random.geometric(STAFF_TURNOVER, len(began))
    college = choose(random, [unit.weight for unit in COLLEGES], len(began))
    # Staff have no major: the first one of their college stands for the college alone.
    owners = [owner for owner, _ in majors()]
    first_major = np.array([owners.index(position) for position in range(len(COLLEGES))])
    level = np.full(len(began), STAFF)
    return Intake(level, first_major[college], 2 * began, np.zeros(len(began)), 2 * stays)
