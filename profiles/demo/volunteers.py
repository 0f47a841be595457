"""Who serves in the library, as what, and who keeps at it.

Belongs here: shifts in the columns of the list that the library keeps by hand.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import DayType, Term
from profiles.demo.colleges import STAFF
from profiles.demo.draw import Ints, choose, picked, stream
from profiles.demo.people import People

VOLUNTEER_SHARE, KEEPS_AT_IT = 0.03, 0.7
SHIFTS, HOURS = 5.0, (2, 2, 3, 4)
ROLES, ROLE_SHARES = ("志愿者", "学生助理", "学生馆员"), (0.85, 0.12, 0.03)
ACTIVITIES = ("书架整理", "咨询台值班", "阅读活动", "入馆引导")


def draw_shifts(seed: int, people: People, term: Term, special: Mapping[date, DayType]) -> pl.DataFrame:
    """The shifts of a term; the same people serve from term to term, as far as they keep at it."""
    once = stream(seed, "volunteers")
    uses = np.array([kind.visits > 0 for kind in ARCHETYPES])[people.archetype]
    is_willing = (once.random(len(people)) < VOLUNTEER_SHARE) & uses & (people.level != STAFF)
    role = choose(once, ROLE_SHARES, len(people))
    random = stream(seed, "volunteers", term.code)
    present = people.present(term.half)
    serving = present[is_willing[present] & (random.random(len(present)) < KEEPS_AT_IT)]
    who = np.repeat(serving, 1 + random.poisson(SHIFTS, len(serving)))
    open_days = [day for day in term.days if special.get(day) != "closed"]
    day: Ints = random.integers(0, len(open_days), len(who))
    return pl.DataFrame(
        [
            people.column("number", who).alias("学号"),
            picked(ROLES, role[who]).alias("岗位"),
            picked(ACTIVITIES, random.integers(0, len(ACTIVITIES), len(who))).alias("服务内容"),
            picked([f"{one:%Y-%m-%d}" for one in open_days], day).alias("服务日期"),
            picked([str(n) for n in HOURS], random.integers(0, len(HOURS), len(who))).alias("时长"),
        ]
    ).sort(pl.all())
