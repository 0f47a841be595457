"""Records that are past their time, let go: in every table, in what is sealed, and at the door.

How long records are kept is told in :mod:`pipelines.forgetting.limits`; what was told of a day, a month
or a term stays (:mod:`pipelines.building.settled`).  Nothing goes before all that is told of it has been made.  Originals are
sealed anew first, then one transaction deletes the rows and notes it, then the bytes are seen to, so that whichever run
comes next finishes what was cut short.
"""

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

from pipelines.building.due import due as news_of
from pipelines.building.lake import Lake
from pipelines.building.settled import losing, margin
from pipelines.errors import Misconfigured
from pipelines.forgetting.limits import kept_from, limits
from pipelines.forgetting.redaction import Reading, redactor
from pipelines.keeping.vault import Vault
from pipelines.modelling.parted import TERM, TERMS, settling
from pipelines.models import Model
from pipelines.receiving import ledger, tombstones
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse, write_anew

_FILES = """
select sha256, source, name, source_file, feed, earliest, received_at from ledger.file where status <> 'refused' order by all"""


@dataclass
class LetGo:
    """What became of what was past its time."""

    rows: dict[str, int] = field(default_factory=dict)
    """By table, how many went."""
    postponed: list[str] = field(default_factory=list)
    """A line for each table of which nothing could go yet."""
    whole: list[str] = field(default_factory=list)
    """A line for each sealed original that could not be cut."""


def let_go(warehouse: Warehouse, site: Site, day: dt.date) -> LetGo:
    """Let go of all that is past its time on a day.

    Raises:
        Misconfigured: a limit is none, or shorter than a term that is not over yet.

    """
    stood, done = _ends(warehouse), LetGo()
    ends = {table: _end(table, months_kept, day) for table, months_kept in limits(site).items()}
    due = {table: end for table, end in ends.items() if stood.get(table, dt.date.min) < _first_day(table, end)}
    _refuse_to_cut_a_term_short(warehouse, due, day)
    for table in sorted(due):
        if behind := _behind(warehouse, table):
            done.postponed.append(f"{table}: nothing is let go before {behind} has been made of it")
            del due[table]
    if due:
        done.whole = _seal_anew(warehouse, site, due)
    done.rows = _deleted(warehouse, due)
    _wipe(warehouse, site)
    return done


def outliving(warehouse: Warehouse, site: Site, day: dt.date) -> int:
    """How many records are here although they are past their time."""
    there = set(warehouse.tables())
    return sum(
        warehouse.rows_of(
            f"select count(*) from {table} where {_is_past(models()[table], _first_day(table, _end(table, kept, day)))}"
        )[0][0]
        for table, kept in limits(site).items()
        if table in there
    )


def _end(table: str, months_kept: int, day: dt.date) -> dt.date:
    return kept_from(day, months_kept, max(margin(models(), one.table) for one in losing(models(), table)))


def _first_day(table: str, end: dt.date) -> dt.date:
    """The first day of which rows of a table are kept, where an end has come to its months."""
    return end - dt.timedelta(days=margin(models(), table))


def _behind(warehouse: Warehouse, table: str) -> str | None:
    """A table that would lose what it has not told yet."""
    records = {model.table for model in losing(models(), table)}
    readers = [m for m in models().values() if m.is_select and records & settling(m)[2].keys()]
    return next((model.table for model in readers if not news_of(warehouse, model).is_nothing), None)


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


def _ends(warehouse: Warehouse) -> dict[str, dt.date]:
    return dict(warehouse.rows_of("select table_name, max(kept_from) from ledger.retention group by all"))


def _time(model: Model) -> str:
    """How old a row is: as old as the last thing that happened in it."""
    names = {name for other in models().values() if other.feed and other.feed.retention for name in other.happened}
    days = [] if model.parted is None else [model.parted.column]
    return f"greatest({', '.join([*days, *(c.name for c in model.columns if c.name in names)])})"


def _is_past(model: Model, first_day: dt.date) -> str:
    """Whether a row is older than a day; one without any time is as old as its file."""
    is_older = f"{_time(model)} < date '{first_day}'"
    if not model.is_feed:
        return is_older
    before = f"select source_file from ledger.file where received_at < date '{first_day}'"
    return f"({is_older} or ({_time(model)} is null and source_file in ({before})))"


def _seal_anew(warehouse: Warehouse, site: Site, due: Mapping[str, dt.date]) -> list[str]:
    """Every sealed original that may hold such records without them, and nothing at all of files that came before; a line for each that stays whole."""
    vault = tombstones.shut(Vault.of(site.campus, ledger.keyring(warehouse, site)), warehouse)
    before, ends = vault.kept_from, {table.partition(".")[2]: _first_day(table, end) for table, end in due.items()}
    ends, sources = {**before, **ends}, {source.name: source for source in site.every_source()}
    standing, whole = _standing(warehouse, due), list[str]()
    with redactor(site, replace(vault, kept_from=ends), None) as sealed:
        for sha256, told in groupby(warehouse.rows_of(_FILES), itemgetter(0)):
            files = [_File(*one) for one in told]
            if all(file.came_before(before, standing) for file in files):
                continue  # nothing of it has been kept since
            for file in (file for file in files if file.came_before(ends, standing)):
                vault.forget_rejects(file.mark)
            if not (vault.has(sha256) and any(file.may_be_past(ends) for file in files)):
                continue
            if all(file.came_before(ends, standing) for file in files):
                vault.empty_original(sha256)
            elif len({file.feed for file in files}) > 1:
                whole.append(f"{files[0].name}: stays whole, for several feeds read it")
            elif sealed.redact(sha256, [Reading(sources.get(file.source), file.name) for file in files]) == "unread":
                whole.append(
                    f"{files[0].name}: stays whole, for its source {files[0].source} cannot read it as it is now"
                )
    return whole


def _standing(warehouse: Warehouse, due: Mapping[str, dt.date]) -> frozenset[str]:
    """What marks the files of which rows stay."""
    there = set(warehouse.tables())
    marks = "select distinct source_file from {} where not coalesce({}, false)"
    rows = [
        warehouse.rows_of(marks.format(table, _is_past(models()[table], _first_day(table, end))))
        for table, end in due.items()
        if table in there
    ]
    return frozenset(mark for found in rows for (mark,) in found)


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

    def came_before(self, ends: Mapping[str, dt.date], standing: frozenset[str]) -> bool:
        """Whether all that it tells of is past, what nobody could read too; a booking may be made long before its time."""
        return self.feed in ends and self.received_at.date() < ends[self.feed] and self.mark not in standing


def _deleted(warehouse: Warehouse, due: Mapping[str, dt.date]) -> dict[str, int]:
    """Delete what happened before these months, and all that is made of it record by record."""
    ends = {model: end for table, end in due.items() for model in losing(models(), table)}
    there, gone = set(warehouse.tables()), dict[str, int]()
    with warehouse.transaction() as connection:
        for model, end in ends.items():
            first_day, rows = _first_day(model.table, end), 0
            if model.table in there:
                ((rows,),) = connection.execute(
                    f"delete from {model.table} where {_is_past(model, first_day)}"
                ).fetchall()
            connection.execute(
                "insert into ledger.retention values (?, ?, ?, localtimestamp, null)", [model.table, first_day, rows]
            )
            gone[model.table] = rows
    return gone


def _wipe(warehouse: Warehouse, site: Site) -> None:
    """Leave nothing of deleted rows in the bytes of a file."""
    ((rows,),) = warehouse.rows_of("select coalesce(sum(rows), 0) from ledger.retention where wiped_at is null")
    if rows:
        for left in site.campus.warehouse.parent.glob("past-*"):
            shutil.rmtree(left)  # of a look back that was killed
        Lake(site.campus.lake).clear()
        write_anew(warehouse)
        warehouse.reopen()
    warehouse.connection.execute("update ledger.retention set wiped_at = localtimestamp where wiped_at is null")
