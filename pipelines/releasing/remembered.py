"""What was ever shown of groups, when and to whom: the ledger of releases, read and written nowhere else.

What may be shown is decided by :mod:`pipelines.releasing.gate`, and taken from here by :mod:`pipelines.releasing.release`.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.models import Model
from pipelines.releasing.aggregates import ROW, TOTAL
from pipelines.warehouse import Warehouse
from profiles.disclosure import Rules

_EVER = """
select table_name, row_key, same, family, unit, part, since, until, persons, shown, release
from ledger.released_cell
qualify row_number() over (partition by table_name, row_key order by release desc) = 1
"""
_LAST = """
select row_key, shown, persons from ledger.released_cell where table_name = ?
qualify row_number() over (partition by row_key order by release desc) = 1
"""
_TERMS = "select distinct regexp_extract(same, ' term=([^ ]*)', 1) as term from ledger.released_cell"
_LEDGER = [*ROW, "release", "same", "family", "unit", "part", "since", "until", "persons", "shown"]


@dataclass(frozen=True)
class Release:
    """What became of it."""

    number: int
    cells: int
    withheld: int
    attacked: int


def last(warehouse: Warehouse) -> Release | None:
    """The newest release, if there is one."""
    query = "select release, cells, withheld, attacked from ledger.release order by release desc limit 1"
    return next((Release(*row) for row in warehouse.rows_of(query)), None)


def newest(warehouse: Warehouse) -> tuple[int, int | None]:
    """How often something else was shown of a row than before, and which release did so last."""
    ((cells, release),) = warehouse.rows_of("select count(*), max(release) from ledger.released_cell")
    return cells, release


def ever(warehouse: Warehouse) -> pl.DataFrame:
    """Every row that a release knew, as the last of them did."""
    rows: pl.DataFrame = warehouse.connection.sql(_EVER).pl()
    return rows


def last_decided(warehouse: Warehouse, model: Model) -> pl.DataFrame:
    """By row key how many people the last release that knew a row of a table counted, and how many are ``shown``."""
    last: pl.DataFrame = warehouse.connection.sql(_LAST, params=[model.table]).pl()
    return last


def terms_told(warehouse: Warehouse) -> pl.Series:
    """The terms and periods of which something was told."""
    told: pl.DataFrame = warehouse.connection.sql(_TERMS).pl()
    return told["term"]


def remember(warehouse: Warehouse, rows: pl.DataFrame, rules: Rules, shown_to: str, attacked: int) -> Release:
    """Write down what is shown from now on, where that is not what was shown before."""
    listed = rows.filter(pl.col("row_key") != TOTAL, ~pl.col("is_gone"))
    stays = pl.col("shown").eq_missing(pl.col("shown_then"))
    as_it_was = stays & (pl.col("shown").is_not_null() | (pl.col("persons") == pl.col("persons_then")))
    new = listed.filter(~(as_it_was & pl.col("was_there").fill_null(False)))
    with warehouse.transaction() as connection:
        ((number,),) = connection.execute("select coalesce(max(release), 0) + 1 from ledger.release").fetchall()
        done = Release(number, len(listed), int(listed["shown"].is_null().sum()), attacked)
        connection.execute(
            "insert into ledger.release values (?, ?, localtimestamp, ?, ?, ?, ?, ?)",
            [number, shown_to, rules.mode, rules.k, done.cells, done.withheld, attacked],
        )
        connection.register("new_cells", new.with_columns(release=pl.lit(number)).select(_LEDGER).to_arrow())
        connection.execute("insert into ledger.released_cell by name select * from new_cells")
        connection.unregister("new_cells")
    return done
