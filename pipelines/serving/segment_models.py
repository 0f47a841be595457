"""The frozen models of segments: where they are kept, and how a new version comes to be.

A version is a decision and cannot be derived from exports, so it is kept twice: in the ledger of the
warehouse, and as a file of its own beside it, from which an emptied warehouse takes it back.  How
models are fitted and readers placed belongs in :mod:`profiles.segment_model` and :mod:`profiles.segments`.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.campus import Campus
from pipelines.errors import Problem
from pipelines.frames import read
from pipelines.paths import REFERENCE
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse
from profiles.segment_features import COLUMNS

LEDGER = "ledger.segment_model"
FIRST = "first fit"
FIRST_RUN = "first run"

PEOPLE = f"""
with used as (select distinct feed from ref.coverage_term where is_measured and feed in ('gate', 'loan', 'space')),
told as (select term, bool_and(is_measured) as measured, count(*) filter (where is_measured) as feeds from ref.coverage_term join used using (feed) group by term)
select
    patron_key, term, level_group, is_exposed, active_days > 0 as is_active, coalesce(told.measured, false) as measured,
    ends_on <= horizon.as_of as is_over, coalesce(told.feeds, 0) as feeds, {", ".join(COLUMNS)}
from portrait.individual
join ref.term using (term)
cross join ref.horizon as horizon
left join told using (term)
where patron_key not in (select patron_key from clean.refusal where purpose = 'segmentation')
"""
"""A term is measured when every feed that readers are grouped by, and that this site ever has, was there.

Whoever refuses to be grouped is in no group, and no group is made of them.
"""

_FEEDS = {"gate", "loan", "space"}
"""The feeds that readers are grouped by."""


def fit_for_first(people: pl.DataFrame, site: Site) -> pl.DataFrame:
    """The same people, of whom only terms count as over in which all was measured that the site's file names.

    Else the order in which a new site brings its exports would decide what its readers are grouped by.
    """
    told = (models()[f"raw.{source.feed}"].feed for source in site.every_source())
    named = {feed.name for feed in told if feed} & _FEEDS
    return people.with_columns(is_over=pl.col("is_over") & (pl.col("feeds") >= len(named)))


def kept(warehouse: Warehouse, site: Site) -> Sequence[Mapping[str, Any]]:
    """Every version, as rows of the ledger; taken back from the site's files where the ledger has none."""
    if not warehouse.rows(LEDGER):
        _enter(warehouse, [row for file in sorted(_folder(site.campus).glob("*.json")) for row in _read(file)])
    rows: Sequence[Mapping[str, Any]] = read(
        warehouse, f"select * from {LEDGER} order by version, level_group"
    ).to_dicts()
    return rows


def decide(
    warehouse: Warehouse, site: Site, found: Iterable[Mapping[str, Any]], decided_by: str, reason: str
) -> Sequence[Mapping[str, Any]]:
    """Keep a new version for good: the file first, so that nothing is in force that could be lost."""
    decision = {"decided_at": dt.datetime.now().replace(microsecond=0), "decided_by": decided_by, "reason": reason}
    rows = [{**row, **decision} for row in found]
    if rows and Path(warehouse.path) == site.campus.warehouse:  # a warehouse of another day decides nothing
        _write(_folder(site.campus), rows)
    _enter(warehouse, rows)
    return rows


def dictionary(site: Site) -> pl.DataFrame:
    """The names that a site gives to segments."""
    return pl.read_csv(site.campus.reference.get("segment_name", REFERENCE / "segment_name.csv"))


def _folder(campus: Campus) -> Path:
    return campus.data / "segments"


def _write(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """One file for a version, in place whole or not at all."""
    path = folder / f"version-{rows[0]['version']:04}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(rows, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise Problem(f"{path}: cannot be written — {error.strerror}; no version of segments was decided") from error


def _read(file: Path) -> Sequence[Mapping[str, Any]]:
    columns = [column.name for column in models()[LEDGER].columns]
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [{name: row[name] for name in columns} for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        raise Problem(
            f"{file}: is no version of segments — put back the file that was made here, or move it away to fit anew"
        ) from None


def _enter(warehouse: Warehouse, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = [column.name for column in models()[LEDGER].columns]
    if rows:
        with warehouse.transaction() as connection:
            connection.executemany(
                f"insert into {LEDGER} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
                [[row[name] for name in columns] for row in rows],
            )
