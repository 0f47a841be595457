"""Where the rows of an aggregate stand among all others: whom each counts, in the terms of arithmetic.

Read from the columns that identify a row: a college, or a group and its kind, is a unit; a cohort or a
part of a whole is a part; ``since`` and ``until`` are a span of time; whatever else there is (a term, a
survey, a measure) sets rows apart that do not add up.  A model that ``counts:`` what another counts
shares its cells.  What follows from it belongs in :mod:`profiles.additive`.
"""

from collections.abc import Iterable

import polars as pl

from pipelines.models import Model
from profiles.disclosure import Rules

ROW = ["table_name", "row_key"]
"""What a row of an aggregate is told by."""

TOTAL = ""
"""The row key of a total that stands beside the rows rather than among them."""

PERCENT = 0.01
_TOLD_SHARES = (0.055, 0.945)
"""Of others no more is told than that they are at most, or at least, so many."""

_LAYERS = ("portrait", "segment", "service", "report")
_SPAN = {"since", "until"}
_PLACES = {"college", "group_type", "group_code", "cohort", *_SPAN}
_COHORTS = {
    "everyone": "",
    "undergraduate": "=undergraduate",
    "lower_undergraduate": "=undergraduate/=lower",
    "upper_undergraduate": "=undergraduate/=upper",
    "postgraduate": "=postgraduate",
    "master": "=postgraduate/=master",
    "doctor": "=postgraduate/=doctor",
    "staff": "=staff",
    "other": "=other",
}
"""Where a cohort lies; any other cohort overlaps with these."""


def aggregates(models: Iterable[Model]) -> list[Model]:
    """The tables about groups that may leave at all."""
    return [model for model in models if model.layer in _LAYERS and model.persons]


def placed(model: Model, frame: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Each row with what it is told by, where it stands, whom it counts, and who knows it anyhow."""
    strata = [name for name in _strata(model, frame) if model.counts is None or name == "term"]
    extra = [name for name in _strata(model, frame) if name not in strata]
    persons = pl.col(str(model.persons)).fill_null(0).cast(pl.Int64)
    rows = frame.select(
        table_name=pl.lit(model.table),
        row_key=row_key(model),
        same=_joined(model.counts or model.table, strata),
        extra=_joined("", extra),
        unit=_unit(model, frame.columns),
        part=_part(model, frame.columns),
        since=_day("since", model),
        until=_day("until", model),
        persons=persons,
        slack=_slack(model, rules),
        is_part=pl.lit(model.parts is not None),
    ).with_columns(family=pl.col("same") + pl.col("extra"))
    rows = rows.drop("extra")
    return pl.concat([rows, *_totals(model, frame, rows)]).with_columns(insider=insider())


def _slack(model: Model, rules: Rules) -> pl.Expr:
    """How nearly the number of a row is known beside its being rounded, where it is known more nearly than that.

    Of a group's parts, whose shares are told, exactly; and where a share says how many of others the row's persons are,
    by as much as half a percent of those, and what is open of them, leave open.
    """
    if model.parts is not None:
        return pl.lit(0, pl.Int64)
    shares = [pl.col(column.name) for column in model.columns if "of_persons" in column.tags]
    persons, open_by = pl.col(str(model.persons)), rules.base // 2
    slack = [
        pl.when(share.is_between(*_TOLD_SHARES)).then((PERCENT / 2 * persons / share + open_by * share).floor())
        for share in shares
    ]
    nearer = [pl.when(near < open_by).then(near) for near in slack]
    return pl.coalesce(*nearer, pl.lit(None, pl.Int64)).cast(pl.Int64)


def insider() -> pl.Expr:
    """The college whose people know a row anyhow."""
    return pl.col("unit").str.extract(r"^([^~!/][^/]*)")


def row_key(model: Model) -> pl.Expr:
    """The columns of the grain as one word, and the term with them, of which a row may tell without being told by it."""
    told_by = [*model.grain, *({"term"} & {column.name for column in model.columns} - set(model.grain))]
    return pl.struct(pl.col(name).cast(pl.String) for name in told_by).struct.json_encode()


def _strata(model: Model, frame: pl.DataFrame) -> list[str]:
    used = _PLACES | {model.parts}
    named = [*model.grain, *(["term"] if "term" in frame.columns and "term" not in model.grain else [])]
    return [name for name in named if name not in used]


def _joined(first: str, names: list[str]) -> pl.Expr:
    words = [pl.concat_str(pl.lit(f"{name}="), pl.col(name).cast(pl.String).fill_null("")) for name in names]
    return pl.concat_str(pl.lit(first), *words, separator=" ")


def _unit(model: Model, columns: list[str]) -> pl.Expr:
    if "group_type" in columns:
        kind, code = pl.col("group_type"), pl.col("group_code")
        is_path = kind.is_in(["college", "major", "class"])
        whole = pl.when(kind == "cohort").then(pl.lit(""))
        return whole.when(is_path).then(code).otherwise(pl.lit("~") + code.str.replace_all("/", "∕"))
    if "college" in model.grain:
        return pl.col("college").str.replace_all("/", "∕")
    return pl.lit("")


def _part(model: Model, columns: list[str]) -> pl.Expr:
    if model.parts is not None:
        return pl.lit("=") + pl.col(model.parts).str.replace_all("/", "∕")
    if "group_type" in columns:
        return pl.when(pl.col("group_type") == "cohort").then(_cohort(pl.col("group_code"))).otherwise(pl.lit(""))
    return _cohort(pl.col("cohort")) if "cohort" in model.grain else pl.lit("")


def _cohort(code: pl.Expr) -> pl.Expr:
    return code.replace_strict(_COHORTS, default=pl.lit("!") + code, return_dtype=pl.String)


def _day(name: str, model: Model) -> pl.Expr:
    return pl.col(name).cast(pl.Date) if set(model.grain) >= _SPAN else pl.lit(None, pl.Date)


def _totals(model: Model, frame: pl.DataFrame, rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Totals that readers learn without a row of their own: of a group's parts, and of the university.

    The university's shares are told in whole percents, from which its people follow but roughly.
    """
    if model.parts is not None:
        whole = _total(rows, "part", "unit")
        half_percent = (pl.col("persons").sum().over("family") * PERCENT / 2).floor().cast(pl.Int64)
        return [_total(rows, "part"), _total(rows, "unit").with_columns(slack=half_percent), whole]
    if "university_persons" in frame.columns:
        told = rows.with_columns(persons=frame["university_persons"].cast(pl.Int64))
        return [_total(told.unique("family", maintain_order=True), "unit").with_columns(slack=None)]
    return []


def _total(rows: pl.DataFrame, *over: str) -> pl.DataFrame:
    whole = rows.with_columns(pl.lit("").alias(name) for name in over).with_columns(row_key=pl.lit(TOTAL))
    others = [name for name in whole.columns if name != "persons"]
    return whole.group_by(others, maintain_order=True).agg(pl.col("persons").sum()).select(rows.columns)
