"""What people do in the library: when they come, how long they stay, in which building.

Belongs here: the true visits, which every export then shows only in part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import DayType, Term, bustle
from profiles.demo.colleges import COLLEGES, LEVEL_VISITS
from profiles.demo.draw import DAY_SECONDS, Flags, Floats, Ints, Random, choose, midnight, stream, varied
from profiles.demo.people import People

MAIN, SCIENCE = 0, 1

ORDINARY_DAYS = 140.0  # archetypes speak of a term of twenty weeks
TERM_MOOD_VARIES = 0.18
QUIET_SHARE = 0.03
MOST_VISITS = 320.0
SETTLED_HALVES, LAST_GROWING_HALF = 3, 8

PEAK_HOURS, PEAK_SPREADS, PEAK_SHARES = (8.1, 14.1, 18.6, 13.0), (0.45, 0.55, 0.5, 3.2), (0.31, 0.27, 0.29, 0.13)
OPENS, LAST_ENTRY, CLOSES = 6.75, 22.0, 22.5
SHORTEST_GAP = 1800
OVERNIGHT_SHARE = 0.10
HOUR = 3600


@dataclass(frozen=True)
class Visits:
    """True visits of a term in order of person and time; times in seconds."""

    who: Ints
    day: Ints
    entered: Ints
    left: Ints
    building: Ints

    def __len__(self) -> int:
        return len(self.who)

    def per_person(self, persons: int) -> Ints:
        return np.bincount(self.who, minlength=persons).astype(np.int64)


def draw_visits(seed: int, people: People, term: Term, special: Mapping[date, DayType]) -> Visits:
    """The visits of one term."""
    random = stream(seed, "visits", term.code)
    present = people.present(term.half)
    who = np.repeat(present, random.poisson(_expected(random, people, term, present)))
    day = _days(random, people, term, special, who)
    entered = midnight(term.starts_on) + day * DAY_SECONDS + _hours(random, len(who))
    order = np.lexsort((entered, who))
    who, day, entered = who[order], day[order], entered[order]
    apart = np.ones(len(who), dtype=np.bool_)
    apart[1:] = (np.diff(who) != 0) | (np.diff(entered) >= SHORTEST_GAP)
    who, day, entered = who[apart], day[apart], entered[apart]
    left = _departures(random, people, who, entered, day >= term.exam_day)
    science_share = np.array([unit.science_share for unit in COLLEGES])[people.college_in(term.half)[who]]
    building = np.where(random.random(len(who)) < science_share, SCIENCE, MAIN)
    return Visits(who, day, entered, left, building)


def _expected(random: Random, people: People, term: Term, present: Ints) -> Floats:
    """Expected visits of each person: kind × college × level × growth × the person × the person's term."""
    kinds = people.archetype[present]
    visits = np.array([kind.visits for kind in ARCHETYPES])[kinds]
    growth = np.array([kind.growth for kind in ARCHETYPES])[kinds]
    studied = np.minimum(term.half - people.enters_in[present], LAST_GROWING_HALF) - SETTLED_HALVES
    college = np.array([unit.visits for unit in COLLEGES])[people.college_in(term.half)[present]]
    level = np.array(LEVEL_VISITS)[people.level[present]]
    mood = varied(random, TERM_MOOD_VARIES * people.noise, len(present))
    quiet = random.random(len(present)) < QUIET_SHARE
    expected: Floats = visits * college * level * growth**studied * people.vigour[present] * mood * ~quiet
    return np.minimum(expected * len(term.days) / ORDINARY_DAYS, MOST_VISITS)


def _days(random: Random, people: People, term: Term, special: Mapping[date, DayType], who: Ints) -> Ints:
    day = np.zeros(len(who), dtype=np.int64)
    kinds = people.archetype[who]
    for position, kind in enumerate(ARCHETYPES):
        mine = np.flatnonzero(kinds == position)
        day[mine] = choose(random, bustle(term, special, kind.exam_boost), len(mine))
    return day


def _hours(random: Random, size: int) -> Ints:
    """Seconds after midnight at which people come: before classes, after lunch, after supper."""
    peak = choose(random, PEAK_SHARES, size)
    hours = random.normal(np.array(PEAK_HOURS)[peak], np.array(PEAK_SPREADS)[peak])
    inside = np.where((hours < OPENS) | (hours > LAST_ENTRY), random.uniform(8.0, LAST_ENTRY, size), hours)
    return (inside * HOUR).astype(np.int64)


def _departures(random: Random, people: People, who: Ints, entered: Ints, in_exams: Flags) -> Ints:
    """When each visit ends: at closing at the latest, save for nights spent before exams."""
    usual = np.array([kind.dwell_minutes for kind in ARCHETYPES])[people.archetype[who]]
    stay = 60 * np.clip(random.lognormal(np.log(usual), 0.6), 5, 780)
    midnights = entered - entered % DAY_SECONDS
    left = np.minimum(entered + stay, midnights + CLOSES * HOUR - random.integers(0, 600, len(who)))
    evening = entered - midnights > 17.5 * HOUR
    overnight = in_exams & evening & (random.random(len(who)) < OVERNIGHT_SHARE)
    late = midnights + DAY_SECONDS + random.uniform(-0.5, 2.5, len(who)) * HOUR
    left = np.maximum(np.where(overnight, late, left), entered + 180)
    followed = np.append(np.diff(who) == 0, False)
    next_entered = np.append(entered[1:], 0)
    return np.where(followed, np.minimum(left, next_entered - 300), left).astype(np.int64)
