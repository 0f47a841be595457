"""Who answered a survey, set beside the roster of the term in which it closed.

Respondents are weighted by level group, year of study, college and use of the library in that term; the last is what
takes out that frequent visitors answer more often.  Somebody whose identity is not known has no use to be weighted by
and stays out of the weighted figures.  A survey that cannot be weighted is left as it is, and it is said why.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.raking import Floats, Ints, NotConverged, design_effect, rake, trimmed

FEWEST_OF_A_KIND = 10
"""Categories with fewer respondents are put together as ``other`` (DOMAIN's rule)."""
FEWEST_TO_WEIGHT = 30
BIAS_WEIGHT = 5.0
"""A weight above this, before any is cut, tells of a kind of reader that hardly answered."""
OTHER = "other"
MARGINS = ("level_group", "study_year", "college", "use")


@dataclass(frozen=True)
class Weighted:
    """The matched respondents of one survey, in the order of ``people``, with what they were raked on."""

    people: pl.DataFrame
    weights: Floats
    codes: tuple[Ints, ...]
    margins: tuple[str, ...]
    largest_raked: float

    @property
    def deff(self) -> float:
        return design_effect(self.weights)


def on_margins(roster: pl.DataFrame) -> pl.DataFrame:
    """The roster with each margin as text: patron_key, level_group, study_year, college, use.

    Use is none, light, regular or heavy: days visited where they are measured, else active days; the latter three
    are cut at the thirds of those who came at all, so that the cut points follow the site.  Null where unmeasured.
    """
    days = pl.coalesce("visit_days", "active_days")
    some = roster.select(days.alias("days")).filter(pl.col("days") > 0)["days"]
    low, high = (some.quantile(third, "lower") if len(some) else 0 for third in (1 / 3, 2 / 3))
    tier = pl.when(days == 0).then(pl.lit("none")).when(days <= low).then(pl.lit("light"))
    tier = tier.when(days <= high).then(pl.lit("regular")).when(days > high).then(pl.lit("heavy"))
    year = pl.col("study_year").clip(1, 4).cast(pl.String).fill_null("unknown")
    return roster.select("patron_key", "level_group", year, "college", use=tier.otherwise(None)).sort("patron_key")


def weigh(roster: pl.DataFrame, respondents: pl.DataFrame) -> Weighted:
    """Weights of the respondents on the roster, patron_key by patron_key.

    Args:
        roster: as ``on_margins`` gives it.
        respondents: patron_key.

    Raises:
        NotConverged: too few respondents are on the roster, or no weights fit.

    """
    people = roster.join(respondents.select("patron_key").unique(), on="patron_key", how="semi")
    if len(people) < FEWEST_TO_WEIGHT:
        raise NotConverged(f"fewer than {FEWEST_TO_WEIGHT} respondents on the roster")
    found = {name: _margin(roster[name], people[name]) for name in MARGINS if not roster[name].is_null().any()}
    kept = {name: margin for name, margin in found.items() if len(margin[1]) > 1}
    if not kept:
        raise NotConverged("no margin on which respondents can be told apart")
    codes, shares = tuple(code for code, _ in kept.values()), [share for _, share in kept.values()]
    raked = rake(codes, shares, np.ones(len(people)))
    return Weighted(people, trimmed(codes, shares, raked), codes, tuple(kept), float(raked.max()))


def _margin(everyone: pl.Series, answered: pl.Series) -> tuple[Ints, Floats]:
    """The category of each respondent and the roster's share of each category, small ones put together."""
    counted = answered.value_counts(name="n").sort("n", answered.name, descending=[True, False])
    kinds = [kind for kind, n in counted.iter_rows() if n >= FEWEST_OF_A_KIND and kind != OTHER]
    while kinds and not _other_is_settled(everyone, answered, kinds):
        kinds.pop()
    place = {kind: number for number, kind in enumerate(kinds)}
    population = np.array([place.get(kind, len(kinds)) for kind in everyone], dtype=np.int64)
    codes = np.array([place.get(kind, len(kinds)) for kind in answered], dtype=np.int64)
    return codes, np.bincount(population).astype(np.float64) / len(population)


def _other_is_settled(everyone: pl.Series, answered: pl.Series, kinds: list[str]) -> bool:
    """Whether nobody is left for ``other``, or enough respondents to stand for those who are."""
    return everyone.is_in(kinds).all() or int((~answered.is_in(kinds)).sum()) >= FEWEST_OF_A_KIND
