"""What services did, for a terminal: each run in words, and of one run whether its arms were alike.

Read from the published database, so that what is withheld there is withheld here.  The words belong in
:mod:`profiles.effect_words`.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
from rich.table import Table

from pipelines.commands.answers import table
from pipelines.errors import Problem
from pipelines.publish import open_current
from pipelines.site import Site
from profiles.effect_words import VERDICTS, told

_EFFECTS = """
select effect.*, coalesce(label_zh, service) as label_zh, coalesce(label_en, service) as label_en
from service.effect as effect left join service.catalogue using (service)
order by window_to, run_key
"""
_BALANCE = """
select
    label_zh as 特征, label_en as trait, round(served_mean, 2) as served, round(held_out_mean, 2) as "held out",
    round(difference, 3) as "difference in SD", round(by_chance, 3) as "by chance up to", is_alike as alike
from service.balance where run_key = ? order by rowid
"""


def effect_lines(site: Site, run: str | None) -> Iterator[str]:
    """Every run, or one, with its verdict and what can be said of it.

    Raises:
        Problem: there is no such run, or none at all.

    """
    effects = [row for row in _rows(site, _EFFECTS) if run in (None, row["run_key"])]
    if not effects:
        raise Problem(
            f"no run is called ‘{run}’ — `mingyuan service effect` tells of all there are"
            if run
            else "nobody was drawn for a service yet — `mingyuan service freeze SERVICE` draws them"
        )
    for row in effects:
        verdict = VERDICTS[row["verdict"]]
        yield f"{row['run_key']}  {row['label_zh']} {row['label_en']}, {row['term']}: {verdict.zh} {verdict.en}"
        for words in told(row):
            yield f"    {words.zh} {words.en}"


def balance_table(site: Site, run: str) -> Table:
    """Whether the arms of a run were alike before anything was done."""
    rows = _rows(site, _BALANCE, [run])
    return table(f"Before the run {run}", list(rows[0]) if rows else [], [list(row.values()) for row in rows])


def _rows(site: Site, query: str, values: list[str] | None = None) -> list[dict[str, Any]]:
    with open_current(site.campus.published) as connection:
        try:
            found = connection.execute(query, values or [])
            names = [name for name, *_ in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except duckdb.CatalogException as error:
            raise Problem("what is published knows of no effects — `mingyuan run` first") from error
