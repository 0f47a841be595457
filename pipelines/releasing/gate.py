"""A release: what may be shown of every aggregate, decided for all of them together, attacked, and remembered.

Rows about too few people are withheld, and with them as many others as it takes that nobody can work
them out: not from the other rows, not from anything that was shown before, and not even knowing every
figure of one college.  Before anything is written an attacker tries, and a release that gives somebody
away is refused whole.  What was shown stands in ``ledger.released_cell``, from which
:mod:`pipelines.releasing.release` takes what leaves.

How rows add up belongs in :mod:`profiles.additive`, what to hide in :mod:`profiles.suppression`, what
the attacker is told in :mod:`pipelines.releasing.attempts`, and how it is remembered in :mod:`pipelines.releasing.remembered`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from pipelines.errors import Problem
from pipelines.models import Model
from pipelines.releasing.aggregates import ROW, TOTAL, insider, placed
from pipelines.releasing.attempts import Attempt, attacked
from pipelines.releasing.periods import Span, beside_others, is_held, stayed, terms_of
from pipelines.releasing.remembered import Release, ever, remember
from pipelines.warehouse import Warehouse
from profiles.additive import PLACE, Additive, additive, between, children
from profiles.disclosure import Rules, bounds, rounded
from profiles.suppression import NOBODY, Cells, hide
from profiles.table_search import Contradiction


def release(
    warehouse: Warehouse,
    tables: Sequence[tuple[Model, pl.DataFrame]],
    rules: Rules,
    shown_to: str,
    asked: Sequence[pl.DataFrame] = (),
) -> Release:
    """Decide what may be shown of these tables from now on, and of rows that were ``asked`` for besides.

    Raises:
        Problem: something would give people away; what was shown before stays as it is.

    """
    rows = pl.concat([*(placed(model, frame, rules) for model, frame in tables), *asked])
    rows, attacked = defended(decided(rows, ever(warehouse), rules, terms_of(warehouse)), rules)
    return remember(warehouse, rows, rules, shown_to, attacked)


def defended(rows: pl.DataFrame, rules: Rules) -> tuple[pl.DataFrame, int]:
    """What withstands the attacker, and how many numbers it tried to work out.

    Raises:
        Problem: something gives people away, whatever is withheld.

    """
    attempts = _attempts(rows, rules)
    given_away = {attempt.about for attempt in attempts if attempt.gives_away}
    if given_away:
        rows = _without(rows, given_away)
        _refuse_what_gives_away(rows.filter(pl.col("about").is_in(given_away), ~pl.col("is_rest")), rules)
    return rows, len(attempts)


def _without(rows: pl.DataFrame, given_away: set[str]) -> pl.DataFrame:
    """The same decision, but nothing new of the rows among which hiding the cheapest was not enough."""
    is_new = pl.col("about").is_in(given_away) & pl.col("shown_then").is_null() & (pl.col("row_key") != TOTAL)
    return rows.with_columns(shown=pl.when(~is_new).then("shown"), is_hidden=pl.col("is_hidden") | is_new)


def _refuse_what_gives_away(rows: pl.DataFrame, rules: Rules) -> None:
    """Look once more.

    Where all rows are withheld, nothing more can be: that a row is there, the university's totals and what people know of
    their own house still say something.  Nor where every number is the one that was told before: once somebody has left,
    it may say more of others than it did, and to refuse would not take it back.

    Raises:
        Problem: what was shown before gives somebody away, whatever is withheld now.

    """
    is_listed = (pl.col("row_key") != TOTAL) & pl.col("shown").is_not_null()
    is_news = is_listed & pl.col("shown").ne_missing(pl.col("shown_then"))
    told = rows.filter(is_listed.any().over("same") & is_news.any().over("about"))
    for attempt in _attempts(told, rules) if len(told) else []:
        if attempt.gives_away:
            raise Problem(
                f"{attempt.where}: a number that is withheld could be worked out — the release is refused and what was"
                " shown before stays; widen the groups, or say `disclosure: simple` in the site file"
            )


def decided(
    rows: pl.DataFrame, ever: pl.DataFrame, rules: Rules, terms: Mapping[str, Span] | None = None
) -> pl.DataFrame:
    """Every row that is or was, with what is ``shown`` of its persons: nothing where it is withheld."""
    rows = beside_others(_numbered(_with_past(rows, ever)), terms or {}, rules)
    system = additive(rows)
    own = _told(rows, rules).group_by("cell").agg(*_KNOWN).sort("cell")
    cells = _cells(own, system, rules)
    hidden = hide(cells, system.sums)
    by_cell = pl.DataFrame({"is_hidden": hidden, "is_small": cells.small, "least": cells.least, "most": cells.most})
    rows = pl.concat([rows, by_cell[rows["cell"]]], how="horizontal")
    anew = pl.col("near").fill_null(rounded(pl.col("persons"), rules.base))
    now = pl.when(is_held(rules)).then("shown_then").otherwise(anew)
    shown = pl.when("is_gone").then("shown_then").when(~pl.col("is_hidden") & (pl.col("persons") >= rules.k)).then(now)
    return rows.with_columns(shown=shown)


def _with_past(rows: pl.DataFrame, ever: pl.DataFrame) -> pl.DataFrame:
    """The rows with what was last shown of them, those that are gone, and spans that only follow from others."""
    then = ever.select(*ROW, persons_then="persons", shown_then="shown", told_in="release", was_there=pl.lit(True))
    now = rows.join(then, on=ROW, how="left").with_columns(is_gone=pl.lit(False))
    gone = ever.join(rows, on=ROW, how="anti").with_columns(
        persons_then="persons",
        shown_then="shown",
        told_in="release",
        was_there=True,
        is_gone=True,
        insider=insider(),
        slack=None,
        is_part=False,
    )
    known = pl.concat([now, gone.select(pl.col(name).cast(kind) for name, kind in now.schema.items())])
    nothing = {name: pl.lit(None, known.schema[name]) for name in _THEN}
    implied = between(known).with_columns(row_key=pl.lit(TOTAL), is_gone=pl.lit(False), **nothing)
    # In one order, so that what is hidden does not depend on how a table's rows happen to lie.
    return pl.concat([known, implied.select(known.columns)]).sort(*ROW, "same", *PLACE, "persons")


_THEN = ("persons_then", "shown_then", "told_in", "was_there", "slack")


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that count the same people have the same number of ``cell``.

    A family that says the same as the one it is a variant of, which counts the most people, is taken for it.
    """
    people = ["same", "unit", "part", "since", "until"]
    rows = rows.with_columns(cell=pl.struct(*people, "persons").rank("dense").cast(pl.Int64) - 1)
    most = (pl.col("cell").filter(~pl.col("is_gone")).max().over(people), pl.col("cell").max().over(people))
    rows = rows.with_columns(most=pl.coalesce(most))
    is_variant = (pl.col("cell") != pl.col("most")).any().over("table_name", "family")
    family = pl.when(is_variant).then(pl.concat_str("family", "table_name", separator=" in ")).otherwise("same")
    return _with_sole_insiders(rows.with_columns(family=family).drop("most"))


def _with_sole_insiders(rows: pl.DataFrame) -> pl.DataFrame:
    """Where all people of a whole belong to one unit, whoever knows the unit knows the whole."""
    cells = rows.unique(["cell", *PLACE])
    people = cells.select("cell", "persons", "insider").unique("cell")
    alone = (
        children(cells, "unit")
        .filter(pl.col("parts").list.len() == 1)
        .select(cell="whole", part=pl.col("parts").list.first())
        .join(people, on="cell")
        .join(people, left_on=["part", "persons"], right_on=["cell", "persons"], suffix="_sole")
        .group_by("cell")
        .agg(sole=pl.col("insider_sole").min())
    )
    known = rows.join(alone, on="cell", how="left", maintain_order="left")
    return known.with_columns(insider=pl.coalesce("insider", "sole")).select(rows.columns)


def _told(rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """What is, or would be, known of each row that is shown: the fewest and the most people."""
    is_total = pl.col("row_key") == TOTAL
    number = pl.coalesce("shown_then", "near", rounded(pl.col("persons"), rules.base))
    low, high = bounds(number, rules, stayed(rules))
    persons, slack = pl.col("persons"), pl.col("slack")
    is_few = persons < rules.k
    is_implied = is_total & (pl.col("since").is_not_null() | pl.col("is_rest"))
    was_shown = pl.col("shown_then").is_not_null()
    # A withheld row says that somebody is there, unless hidden parts are put together or the table has rows about nobody.
    tells_somebody = ~pl.col("is_part") & (persons.filter(~is_total).min().over("table_name") > 0)
    was_withheld = pl.col("was_there").is_not_null() & ~was_shown & (persons == pl.col("persons_then"))
    return rows.with_columns(
        low=pl.min_horizontal(persons, pl.when(slack.is_null()).then(low).otherwise(persons - slack)),
        high=pl.max_horizontal(persons, pl.when(slack.is_null()).then(high).otherwise(persons + slack)),
        is_listed=~is_total & tells_somebody,
        is_settled=was_shown | (is_total & ~is_implied & ~is_few),
        is_hidden=is_implied | was_withheld | is_few | pl.col("is_cut"),
        is_small=is_few & (persons > 0) & ~was_shown & pl.col("is_asked"),
        is_new=~is_total & ~(persons.eq_missing(pl.col("persons_then"))),
    )


_KNOWN = (
    pl.col("persons", "insider").first(),
    pl.col("low").max(),
    pl.col("high").min(),
    pl.col("is_listed", "is_settled", "is_new").any(),
    pl.col("is_hidden", "is_small").all(),
)


def _cells(own: pl.DataFrame, system: Additive, rules: Rules) -> Cells:
    """The cells of all rows, and after them those that only arithmetic knows, which nobody is shown."""
    names = {name: number for number, name in enumerate(own["insider"].drop_nulls().unique().sort())}
    owner = own["insider"].replace_strict(names, default=NOBODY, return_dtype=pl.Int64)
    rest = len(system.values) - len(own)

    def all_of(column: pl.Series, others: int | bool) -> np.ndarray[Any, Any]:
        return np.concatenate([column.to_numpy(), np.full(rest, others, column.to_numpy().dtype)])

    top = pl.when("is_hidden").then(pl.max_horizontal("persons", rules.k - 1)).otherwise("high")
    least = system.fewest(own["is_listed"].cast(pl.Int64).to_list())
    return Cells(
        values=np.array(system.values, dtype=np.int64),
        low=all_of(own["low"].clip(0), 0),
        high=all_of(own["high"], 0),
        owner=all_of(owner, NOBODY),
        is_hidden=all_of(own["is_hidden"] & ~own["is_settled"], True),
        is_shown_before=all_of(own["is_settled"], False),
        least=np.array(least, dtype=np.int64),
        most=np.array(system.room(own.select(top).to_series().to_list(), least, rules.k - 1), dtype=np.int64),
        small=all_of(own["is_small"], False),
        is_new=all_of(own["is_new"], False),
    )


def _attempts(rows: pl.DataFrame, rules: Rules) -> list[Attempt]:
    """What the attacker tried."""
    try:
        return list(attacked(rows, rules))
    except Contradiction as error:
        raise Problem(f"the release is refused: {error} — what was shown before stays; run again") from error
