"""Periods that somebody asked for: how they lie among the site's terms and each other, and how near their ends may come.

Whoever is counted in a period is counted in a longer one around it, so that two reports subtract like
two rows of a table: the rest between two rows stands among them as one that nobody is shown.  Where
periods share days, a number that differs by too few people is told as it was told before.  And as all
ends lie weeks apart, no sum of reports tells of a day.

How a release is decided belongs in :mod:`pipelines.releasing.gate`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from pipelines.errors import Misconfigured
from pipelines.releasing.aggregates import TOTAL, insider
from pipelines.warehouse import Warehouse
from profiles.additive import LESS
from profiles.disclosure import Rules

Span = tuple[dt.date, dt.date]
"""The first day and the last."""

_TERM = r" term=([^ ]*)"
_NAME = r"^\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d$"
_DAYS = {"term": pl.String, "first_day": pl.Date, "last_day": pl.Date}
_OF = ["what", "unit", "part"]


def name_of(span: Span) -> str:
    """What a period is called where a term has its name."""
    return f"{span[0]}..{span[1]}"


def asked(terms: pl.Series) -> dict[str, Span]:
    """Of the names of terms those that are periods, with their days."""
    named = terms.drop_nulls().unique().sort().str.extract(f"({_NAME})").drop_nulls()
    return {name: (dt.date.fromisoformat(name[:10]), dt.date.fromisoformat(name[-10:])) for name in named}


def refuse_near_ends(period: Span, told: Iterable[Span], days: int) -> None:
    """Let two ends of periods be the same, or lie so many days apart.

    Raises:
        Misconfigured: an end of the period lies too near another one, which is named.

    """
    others = {end for span in told for end in _ends(span)}
    for option, end in zip(("--from", "--to"), _ends(period), strict=True):
        near = min(others - {end}, key=lambda other: (abs(other - end), other), default=None)
        if near and end not in others and abs((near - end).days) < days:
            day, other = (one - dt.timedelta(days=option == "--to") for one in (end, near))
            raise Misconfigured(
                f"{option} {day}: reports were told {option[2:]} {other}, and what lies in between could be worked out"
                f" from both — say {option} {other}, or a day that is {days} days from it"
            )


def _ends(span: Span) -> Span:
    """Where a period begins, and where what comes after it does."""
    return span[0], span[1] + dt.timedelta(days=1)


def beside_others(rows: pl.DataFrame, terms: Mapping[str, Span], rules: Rules) -> pl.DataFrame:
    """The rows, and what follows from rows about the same people in periods that share days.

    Of each row ``about`` says what it tells of, whatever the period, ``near`` a number that was told and stays,
    ``is_wide`` whether the number told may be one that stayed, and ``is_cut`` that nothing was told of nearly the same
    people.  After them come the rests between two.
    """
    rows = rows.with_columns(about="same", near=pl.lit(None, pl.Int64), is_wide=pl.lit(False), is_rest=pl.lit(False))
    rows = rows.with_columns(is_asked=pl.lit(True), is_cut=pl.lit(False))
    periods = asked(rows["family"].str.extract(_TERM))
    if not periods:
        return rows
    timed = _timed(rows, _sharing_days(periods, terms))
    pairs = _pairs(timed)
    beside = rows.with_row_index("at").update(timed.select("at", "about"), on="at")
    beside = beside.update(_near(pairs, rules), on="at").update(_wide(pairs), on="at")
    beside = beside.with_columns(is_cut=pl.col("cell").is_in(_cut(pairs, rules).implode()))
    is_near = pl.col("near").is_not_null() & ~is_held(rules)
    beside = beside.with_columns(is_wide=pl.when(is_held(rules)).then("is_wide").otherwise(is_near))
    rests = _rests(pairs, len(rows["cell"].unique()) - 1)
    return pl.concat([beside.drop("at"), rests.select(pl.col(name).cast(kind) for name, kind in rows.schema.items())])


def is_held(rules: Rules) -> pl.Expr:
    """Whether a number that was told stays because few have come or gone."""
    return ((pl.col("persons") - pl.col("persons_then")).abs() < rules.k) & pl.col("shown_then").is_not_null()


def stayed(rules: Rules) -> pl.Expr:
    """How many people more or fewer a number may stand for because it stayed."""
    return pl.when("is_wide").then(rules.k - 1).otherwise(0)


def terms_of(warehouse: Warehouse) -> dict[str, Span]:
    """The first and the last day of each of the site's terms."""
    if not warehouse.exists("ref.term"):
        return {}
    rows = warehouse.rows_of("select term, starts_on, ends_on from ref.term")
    return {term: (first, last) for term, first, last in rows}


def _sharing_days(periods: Mapping[str, Span], terms: Mapping[str, Span]) -> pl.DataFrame:
    """The periods, and the terms that one of them shares days with."""
    spans = dict(terms) | dict(periods)
    beside = {
        name: (first, last)
        for name, (first, last) in spans.items()
        if any(first <= end and begin <= last for begin, end in periods.values())
    }
    return pl.DataFrame([(name, *span) for name, span in beside.items()], _DAYS, orient="row")


def _timed(rows: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The rows that tell of one of these periods, with its days, and what they tell of whatever the period."""
    named = rows.with_row_index("at").with_columns(term=pl.col("family").str.extract(_TERM))
    return named.join(days, on="term").with_columns(
        about=pl.col("same").str.replace(_TERM, ""), what=pl.col("family").str.replace(_TERM, "")
    )


def _pairs(timed: pl.DataFrame) -> pl.DataFrame:
    """Each row beside each other one that tells the same of a period that shares days with its own."""
    pairs = timed.join(timed, on=_OF, suffix="_other")
    return pairs.filter(
        pl.col("term") != pl.col("term_other"),
        pl.col("first_day") <= pl.col("last_day_other"),
        pl.col("first_day_other") <= pl.col("last_day"),
    )


def _near(pairs: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """For each row the number told of so nearly the same people that another one would tell who they are not."""
    gap = (pl.col("persons") - pl.col("persons_then_other")).abs()
    told = pairs.filter(pl.col("shown_then_other").is_not_null(), gap < rules.k, pl.col("row_key") != TOTAL)
    nearest = told.sort(gap, "shown_then_other", "term_other").unique("at", keep="first", maintain_order=True)
    return nearest.select("at", near="shown_then_other")


def _cut(pairs: pl.DataFrame, rules: Rules) -> pl.Series:
    """The cells of periods of which another row tells nothing though it counts enough people, and nearly the same.

    It is withheld because something else would follow from it, and that would follow from the other one as well.
    """
    is_asked, is_told = pl.col("term").str.contains(_NAME), pl.col("shown_then").is_not_null()
    gap = (pl.col("persons") - pl.col("persons_other")).abs()
    is_withheld = pl.col("was_there_other").fill_null(False) & pl.col("shown_then_other").is_null()
    enough = (pl.col("persons_other") >= rules.k) & (pl.col("row_key_other") != TOTAL)
    return pairs.filter(is_asked, ~is_told, is_withheld, enough, gap < rules.k)["cell"].unique()


def _wide(pairs: pl.DataFrame) -> pl.DataFrame:
    """The rows that were told the number that had been told of another period."""
    is_same = pl.col("shown_then") == pl.col("shown_then_other")
    return pairs.filter(is_same, pl.col("told_in_other") < pl.col("told_in")).select("at", is_wide=True).unique("at")


def _rests(pairs: pl.DataFrame, last_cell: int) -> pl.DataFrame:
    """Whoever is counted in the longer of two periods, one of which lies within the other, and not in the shorter.

    A rest between periods that were both told before says what it said then.
    """
    is_within = (pl.col("first_day") <= pl.col("first_day_other")) & (pl.col("last_day_other") <= pl.col("last_day"))
    is_same_span = (pl.col("first_day") == pl.col("first_day_other")) & (pl.col("last_day") == pl.col("last_day_other"))
    is_more = pl.col("persons") >= pl.col("persons_other")
    nested = pairs.filter(is_within, is_more, ~is_same_span | (pl.col("term") > pl.col("term_other")))
    nothing = pl.lit(None, pl.Int64)
    is_new = pl.any_horizontal(
        (pl.col(f"row_key{side}") != TOTAL) & pl.col(f"shown_then{side}").is_null() & ~pl.col(f"is_gone{side}")
        for side in ("", "_other")
    )
    rests = nested.with_columns(
        row_key=pl.lit(TOTAL),
        same=pl.concat_str("same", "same_other", separator=LESS),
        family=pl.concat_str("family", "family_other", separator=LESS),
        persons=pl.col("persons") - pl.col("persons_other"),
        cell=pl.struct("cell", "cell_other").rank("dense").cast(pl.Int64) + last_cell,
        **dict.fromkeys(("slack", "persons_then", "shown_then", "told_in", "near"), nothing),
        was_there=pl.lit(None, pl.Boolean),
        is_gone=pl.lit(False),
        is_wide=pl.lit(False),
        is_cut=pl.lit(False),
        is_rest=pl.lit(True),
        is_asked=is_new,
    )
    return rests.with_columns(insider=insider()).unique(["family", "unit", "part"], maintain_order=True)
