"""Whose doing a figure is: no mean or total leaves of which one or two people make too much.

Who makes it is said in one of two places.  Of the groups and measures of ``fact.dominance`` that table says it.  Any
other table says it itself, in two columns, ``largest_share`` and ``two_largest_share``, with the figure's name before
them, or without it for all figures of the row; they never leave.  That each table says it is asked for by
tests/privacy/test_dominance.py.

A mean also stays away from which, less all else that is known, what one person in a part of the group does would follow to
within ``nearest_share``: groups lie in each other, and a small college's sum is the university's less the others'.

Of other kinds nothing need be said.  People count once each, as ``#people``; a share is of people, or a mean of what
each of them has between 0 and 1; a median or percentile of enough people moves by one step at most, whatever one of them
does.  Nor of what is ``#even``: among ten answers on a scale from 1 to 9 one makes half at most, and the library writes
to everybody about as often.  How coarse a figure leaves belongs in :mod:`profiles.disclosure`.
"""

from collections.abc import Iterable

import duckdb
import polars as pl

from pipelines.modelling.kinds import kinds
from pipelines.models import Model
from profiles.disclosure import Rules

ONE, TWO = "largest_share", "two_largest_share"
_DOMINATED = """
with whole as (select * from fact.dominance semi join told using (group_type, group_code, measure)),
part as (
    select *, string_split(group_code, '/') as steps from fact.dominance
    where measure in (select measure from told) and measure not like 'loans of %' and 1 - two_largest_share < $near * largest_share
),
placed as (
    select part.*, null as whole_type, array_to_string(steps[:place], '/') as whole_code
    from part, range(1, len(steps)) as places (place)
    union all
    select part.*, 'cohort', array_to_string(steps[place + 1:], '/')
    from part, range(1, len(steps)) as places (place) where group_type = 'college cohort'
    union all
    select part.*, null, 'everyone' from part where group_code <> 'everyone'
)
select group_type, group_code, term, measure from whole
where largest_share > $one or two_largest_share > $two
union
select whole.group_type, whole.group_code, term, measure
from placed as part join whole using (term, measure)
where whole.group_code = part.whole_code and whole.group_type = coalesce(part.whole_type, whole.group_type)
and part.total * (1 - part.two_largest_share) + $coarse * sqrt(whole.total) < $near * part.total * part.largest_share
"""
"""Groups that few people make; and those whose mean, less what else is known, is nearly what one person of a part makes.

Whoever knows the second largest of a part, and all that is in the whole besides, is left with the largest, those after
the second, and what is open since the whole's n people and their mean leave rounded: b · total / n + 0.05 · n, which is no
less than 2 · √(0.05 · b · total) for any n (the p % rule of the statistical offices).  Which parts this can be true of
follows from their shares alone; each is then set beside the wholes that it lies in, and no others.
"""
_HALF_A_MEAN = 0.05
_OF = [" kind", " code", " measure"]
_BY = [*_OF[:2], "term", _OF[2]]
_OF_CLASS = ("loans", "share_in_group", "location_quotient")


def dominated(
    connection: duckdb.DuckDBPyConnection, rules: Rules, told: Iterable[tuple[Model, pl.DataFrame]]
) -> pl.DataFrame:
    """Groups, terms and measures of which one or two people make too much, or of which a part's can be worked out.

    Of all groups and measures there are, those that ``told`` tells of.
    """
    rows = [
        frame.select(_placed(frame.columns, measure)).unique()
        for model, frame in told
        for measure in contributions(model).values()
    ]
    of = pl.concat([pl.DataFrame(schema=dict.fromkeys(_OF, pl.String)), *rows]).unique()
    of.columns = ["group_type", "group_code", "measure"]
    shares = {"one": rules.largest_share, "two": rules.two_largest_share, "near": rules.nearest_share}
    coarse = 2 * (_HALF_A_MEAN * (rules.base // 2)) ** 0.5
    connection.register("told", of.to_arrow())
    try:
        heavy: pl.DataFrame = connection.sql(_DOMINATED, params={**shares, "coarse": coarse}).pl()
    finally:
        connection.unregister("told")
    return heavy


def without_dominated(model: Model, frame: pl.DataFrame, heavy: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The rows without figures of which one or two people make the most, as they say themselves or ``heavy`` says."""
    own = [_unless_made_by_few(name, *pair, rules) for name, pair in guards(model).items()]
    told = frame.with_columns(*own)
    measures = contributions(model)
    for name in measures.keys() & set(frame.columns):
        placed = told.with_columns(_placed(frame.columns, measures[name]))
        told = told.with_columns(pl.when(~_is_heavy(placed, heavy)).then(pl.col(name)).alias(name))
    return told


def guards(model: Model) -> dict[str, tuple[str, str]]:
    """The figures of which a row says itself what one and what two people make, and in which columns."""
    names = {column.name for column in model.columns}
    own = {name: f"{_measure(name)}_" for name in made(model)}
    prefixes = {name: prefix if prefix + ONE in names else "" for name, prefix in own.items()}
    return {name: (prefix + ONE, prefix + TWO) for name, prefix in prefixes.items() if prefix + ONE in names}


def contributions(model: Model) -> dict[str, pl.Expr]:
    """The figures that ``fact.dominance`` speaks of, and the measure of each: as the row names it, or its own name."""
    names = {column.name for column in model.columns}
    if "term" not in names or not {"group_type", "college", "cohort"} & names:
        return {}
    if {"class_scheme", "class_second"} <= names:
        of_class = pl.concat_str(pl.lit("loans of"), "class_scheme", "class_second", separator=" ")
        return dict.fromkeys(_OF_CLASS, of_class)
    if "measure" in names:
        return {name: pl.col("measure") for name, kind in kinds(model).items() if kind in ("mean", "index")}
    return {name: pl.lit(_measure(name)) for name in made(model) if name not in guards(model)}


def made(model: Model) -> list[str]:
    """The figures of which one person can make the most."""
    things = [name for name, kind in kinds(model).items() if kind in ("mean", "count")]
    return [name for name in things if "even" not in model.column(name).tags]


def _measure(name: str) -> str:
    return name.removesuffix("_mean")


def _unless_made_by_few(name: str, one: str, two: str, rules: Rules) -> pl.Expr:
    is_made_by_few = (pl.col(one) > rules.largest_share) | (pl.col(two) > rules.two_largest_share)
    return pl.when(~is_made_by_few.fill_null(False)).then(pl.col(name)).alias(name)


def _is_heavy(placed: pl.DataFrame, heavy: pl.DataFrame) -> pl.Series:
    """Whether a row's group is dominated in its term, or in the one it is set beside."""
    known = heavy.select(pl.col(heavy.columns[:4])).rename(dict(zip(heavy.columns, _BY, strict=False))).unique()
    terms = [name for name in ("term", "compare_to") if name in placed.columns]
    found = [
        placed.join(
            known.with_columns(no=True),
            left_on=[*_BY[:2], term, _BY[3]],
            right_on=_BY,
            how="left",
            maintain_order="left",
        )
        for term in terms
    ]
    return pl.select(pl.any_horizontal(one["no"].fill_null(False) for one in found)).to_series()


def _placed(columns: list[str], measure: pl.Expr) -> list[pl.Expr]:
    """Which group of fact.dominance a row is about, if any, and which measure."""
    name = "college" if "college" in columns else "cohort"
    group = pl.lit(name), pl.col(name)
    if "group_type" in columns:
        group = pl.col("group_type"), pl.col("group_code")
    elif {"college", "cohort"} <= set(columns):
        group = pl.lit("college cohort"), pl.concat_str("college", "cohort", separator="/")
    return [one.alias(alias) for one, alias in zip((*group, measure), _OF, strict=True)]
