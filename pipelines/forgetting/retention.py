"""Records that are past their time, let go: in every table, in what is sealed, and at the door.

How long the records of a feed may be kept says its header, how long they are says the site file; what was told of a month
or a term stays (:mod:`pipelines.building.settled`).  Originals are sealed anew first, then one transaction deletes the
rows and notes it, then the bytes are seen to, so that whichever run comes next finishes what was cut short.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from pipelines.building import months
from pipelines.building.lake import Lake
from pipelines.building.settled import losing
from pipelines.campus import CalendarYears, Campus
from pipelines.errors import Misconfigured
from pipelines.forgetting.redaction import Reading, redactor
from pipelines.keeping.vault import Vault
from pipelines.modelling.parted import TERM, TERMS, settling
from pipelines.modelling.slips import suggestion
from pipelines.models import Model
from pipelines.receiving import ledger, tombstones
from pipelines.site import Site, feeds, models
from pipelines.warehouse import Warehouse, write_anew

_FILES = """
select sha256, source, name, source_file, feed, earliest, received_at from ledger.file where status <> 'refused' order by all"""
_YEAR_AND_A_MONTH = 13
"""Where terms are calendar years, the records of one are all needed until it is over."""


def limits(site: Site) -> dict[str, int]:
    """By table of records, how many months the site keeps them; those that it keeps without limit are not named.

    Raises:
        Misconfigured: there is no such feed, or its records cannot or may not be kept for so long.

    """
    known = {feed.name: feed.retention for feed in feeds() if feed.retention}
    for name, written in site.campus.retention.items():
        if name not in known:
            raise Misconfigured(
                f"retention: no limit can be set for ‘{name}’{suggestion(name, known)} — there are {', '.join(known)}"
            )
        fewest, most = _range(site.campus, *known[name])
        if not fewest <= _months(written) <= most:
            raise Misconfigured(
                f"retention.{name}: {written} — say {fewest} to {most} months: fewer would cut a term short, more are not needed"
            )
    told = {model.table: model.feed.name for model in models().values() if model.feed and model.feed.retention}
    return {t: _months(site.campus.retention[name]) for t, name in told.items() if name in site.campus.retention}


def kept_from(today: dt.date, months_kept: int) -> dt.date:
    """The first day of which records are kept: of months, so that each goes as a whole, and never more than the limit."""
    month = today.year * 12 + today.month - 1 - months_kept
    first = dt.date(month // 12, month % 12 + 1, 1)
    return first if today.day == 1 else months.first_from(first + dt.timedelta(days=1))


def today(campus: Campus) -> dt.date:
    """The day that it is at the campus."""
    return dt.datetime.now(ZoneInfo(campus.timezone)).date()


def let_go(warehouse: Warehouse, site: Site, day: dt.date) -> dict[str, int]:
    """Let go of all that is past its time on a day; by table, how many rows went.

    Raises:
        Misconfigured: a limit is none, or shorter than a term that is not over yet.

    """
    stood = _ends(warehouse)
    ends = {table: kept_from(day, months_kept) for table, months_kept in limits(site).items()}
    due = {table: end for table, end in ends.items() if stood.get(table, dt.date.min) < end}
    _refuse_to_cut_a_term_short(warehouse, due, day)
    if due:
        _seal_anew(warehouse, site, due)
    gone = _deleted(warehouse, due)
    _wipe(warehouse, site)
    return gone


def outliving(warehouse: Warehouse, site: Site, day: dt.date) -> int:
    """How many records are here although they are past their time."""
    there = set(warehouse.tables())
    return sum(
        warehouse.rows_of(f"select count(*) from {table} where {_time(models()[table])} < ?", [kept_from(day, kept)])[
            0
        ][0]
        for table, kept in limits(site).items()
        if table in there
    )


def _range(campus: Campus, fewest: int, most: int) -> tuple[int, int]:
    is_by_years = isinstance(campus.terms, CalendarYears) and most >= _YEAR_AND_A_MONTH
    return (_YEAR_AND_A_MONTH if is_by_years else fewest), most


def _refuse_to_cut_a_term_short(warehouse: Warehouse, due: Mapping[str, dt.date], day: dt.date) -> None:
    """What is told of a term needs all its records until it is over."""
    if not warehouse.exists(TERMS):
        return
    running = "select term, starts_on from ref.term where starts_on < ? and ends_on >= ? order by starts_on"
    for table, end in due.items():
        for term, starts_on in warehouse.rows_of(running, [end, day]) if _is_told_by_terms(table) else ():
            raise Misconfigured(
                f"retention: records of {table} would be kept from {end} on, and term {term}, which began on {starts_on}, is not over — keep them longer"
            )


def _is_told_by_terms(table: str) -> bool:
    records = {model.table for model in losing(models(), table)}
    ways = [settling(model) for model in models().values()]
    return any(kind == TERM and records & needed.keys() for _, kind, needed in ways)


def _months(written: str) -> int:
    return int(written.partition(" ")[0])


def _ends(warehouse: Warehouse) -> dict[str, dt.date]:
    return dict(warehouse.rows_of("select table_name, max(kept_from) from ledger.retention group by all"))


def _time(model: Model) -> str:
    """How old a row is: as old as the last thing that happened in it."""
    names = {name for other in models().values() if other.feed and other.feed.retention for name in other.happened}
    days = [] if model.parted is None else [model.parted.column]
    return f"greatest({', '.join([*days, *(c.name for c in model.columns if c.name in names)])})"


def _seal_anew(warehouse: Warehouse, site: Site, due: Mapping[str, dt.date]) -> None:
    """Every sealed original that may hold such records without them, and nothing at all of files that came before."""
    vault = tombstones.shut(Vault.of(site.campus, ledger.keyring(warehouse, site)), warehouse)
    before, ends = vault.kept_from, {**vault.kept_from, **{table.partition(".")[2]: end for table, end in due.items()}}
    vault, sources = replace(vault, kept_from=ends), {source.name: source for source in site.every_source()}
    with redactor(site, vault, None) as sealed:
        for sha256, told in groupby(warehouse.rows_of(_FILES), itemgetter(0)):
            files = [_File(*one) for one in told]
            if all(file.came_before(before) for file in files):
                continue  # nothing of it has been kept since
            for file in (file for file in files if file.came_before(ends)):
                vault.forget_rejects(file.mark)
            if not (vault.has(sha256) and any(file.may_be_past(ends) for file in files)):
                continue
            if all(file.came_before(ends) for file in files):
                vault.empty_original(sha256)
            else:
                sealed.redact(sha256, [Reading(sources.get(file.source), file.name) for file in files])


@dataclass(frozen=True)
class _File:
    """A way in which an original was read."""

    sha256: str
    source: str
    name: str
    mark: str
    feed: str
    earliest: dt.date | None
    received_at: dt.datetime

    def may_be_past(self, ends: Mapping[str, dt.date]) -> bool:
        return self.feed in ends and (self.earliest is None or self.earliest < ends[self.feed])

    def came_before(self, ends: Mapping[str, dt.date]) -> bool:
        """Whether all that it tells of was past when it came."""
        return self.feed in ends and self.received_at.date() < ends[self.feed]


def _deleted(warehouse: Warehouse, due: Mapping[str, dt.date]) -> dict[str, int]:
    """Delete what happened before these days, and all that is made of it record by record."""
    ends = {model: end for table, end in due.items() for model in losing(models(), table)}
    there, gone = set(warehouse.tables()), dict[str, int]()
    with warehouse.transaction() as connection:
        for model, end in ends.items():
            rows = 0
            if model.table in there:
                ((rows,),) = connection.execute(f"delete from {model.table} where {_time(model)} < ?", [end]).fetchall()
            connection.execute(
                "insert into ledger.retention values (?, ?, ?, localtimestamp, null)", [model.table, end, rows]
            )
            gone[model.table] = rows
        for table, end in due.items():
            connection.execute(
                "update ledger.file set earliest = ? where feed = ? and coalesce(earliest, date '0001-01-01') < ?",
                [end, table.partition(".")[2], end],
            )
    return gone


def _wipe(warehouse: Warehouse, site: Site) -> None:
    """Leave nothing of deleted rows in the bytes of a file."""
    ((rows,),) = warehouse.rows_of("select coalesce(sum(rows), 0) from ledger.retention where wiped_at is null")
    if rows:
        Lake(site.campus.lake).clear()
        write_anew(warehouse)
        warehouse.reopen()
    warehouse.connection.execute("update ledger.retention set wiped_at = localtimestamp where wiped_at is null")
