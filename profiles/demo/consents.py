"""Who consents to being named on public lists, and who thinks better of it.

Belongs here: statements in the columns of the library's portal.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from profiles.demo.calendar import Term
from profiles.demo.draw import DAY_SECONDS, Ints, Random, midnight, moments, picked, stream
from profiles.demo.people import People

CONSENT_SHARE, WITHDRAWN_SHARE = 0.4, 0.1
FIRST_DAY, DAYS = 7, 40
STATEMENTS = ("同意", "撤回")
CHANNELS = ("门户", "微信", "自助机")


def draw_consents(seed: int, people: People, terms: Sequence[Term]) -> pl.DataFrame:
    """What was said in all of the terms, each person asked in the first of them in which they were in scope."""
    random = stream(seed, "consents")
    asked_in = np.full(len(people), -1)
    for position in reversed(range(len(terms))):
        asked_in[people.present(terms[position].half)] = position
    given = np.flatnonzero((random.random(len(people)) < CONSENT_SHARE) & (asked_in >= 0))
    opens = np.array([midnight(term.starts_on) for term in terms])[asked_in[given]]
    said = opens + _later(random, len(given))
    withdrawn = np.flatnonzero(random.random(len(given)) < WITHDRAWN_SHARE)
    who = np.concatenate([given, given[withdrawn]])
    seconds = np.concatenate([said, said[withdrawn] + _later(random, len(withdrawn))])
    statement = (np.arange(len(who)) >= len(given)).astype(np.int64)
    return pl.DataFrame(
        [
            people.column("number", who).alias("学号"),
            pl.Series("用途", ["明远学习榜"]).new_from_index(0, len(who)),
            picked(STATEMENTS, statement).alias("意愿"),
            moments(seconds).alias("时间"),
            picked(CHANNELS, random.integers(0, len(CHANNELS), len(who))).alias("渠道"),
        ]
    ).sort("时间", "学号", "意愿")


def _later(random: Random, size: int) -> Ints:
    """Some days and hours on, in daytime."""
    days: Ints = random.integers(FIRST_DAY, FIRST_DAY + DAYS, size)
    return days * DAY_SECONDS + random.integers(8 * 3600, 22 * 3600, size)
