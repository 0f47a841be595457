"""Everything a run needs, looked at one by one: what is well, and what to do about what is not."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import Problem
from pipelines.forgetting.limits import limits, today
from pipelines.forgetting.retention import outliving
from pipelines.history import history
from pipelines.modelling.template_slips import refuse_slips
from pipelines.publish import open_current
from pipelines.receiving import ledger
from pipelines.receiving.asked import asked_for, told_twice
from pipelines.receiving.landing import unread, waiting
from pipelines.receiving.receive import name_within, printable
from pipelines.reporting.roster import lacking
from pipelines.reports import read_templates
from pipelines.site import Site, models
from pipelines.upkeep import reap
from pipelines.warehouse import Warehouse

FREE_BYTES = 2 * 10**9
_WAIT_SECONDS = 1.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    is_well: bool
    what: str


def examine(site: Site, may_reap: bool) -> list[Finding]:
    """Look at the models, the sources, the data folder, the key, the warehouse and what is published."""
    return list(_examine(site, may_reap))


def _examine(site: Site, may_reap: bool) -> Iterator[Finding]:
    campus = site.campus
    yield Finding(True, f"site file: {campus.name.zh} ({campus.name.en}), times in {campus.timezone}")
    yield Finding(True, f"models: {len(models())} tables read, described and bound")
    refuse_slips(templates := read_templates(), models())
    yield Finding(True, f"reports: {len(templates)} — each reads what may be told")
    yield Finding(
        bool(campus.sources),
        f"sources: {len(campus.sources)} — {'name at least one in the site file' if not campus.sources else 'all valid'}",
    )
    limits(site)
    yield Finding(campus.landing.is_dir(), f"landing folder: {_landing(site)}")
    yield from (Finding(False, line) for line in [*unread(site), *_told_twice(site)])
    data = _data(campus.data)
    yield data
    if not data.is_well:
        return
    free = shutil.disk_usage(campus.data).free
    yield Finding(
        free > FREE_BYTES,
        f"disk: {free / 1e9:.1f} GB free"
        + ("" if free > FREE_BYTES else " — a run needs three times the size of the warehouse"),
    )
    yield from _kept(site)
    with history(site) as instance:
        reaped = reap(instance, only_named=not may_reap)
        yield Finding(True, f"history: {len(reaped)} abandoned runs ended" if reaped else "history: no abandoned run")


def _retention(warehouse: Warehouse, site: Site) -> Finding:
    """How long records are kept; that nothing says so is no fault, and worth a word."""
    limited, outlived = limits(site), outliving(warehouse, site, today(site.campus))
    told = ", ".join(f"{feed} {months}" for feed, months in site.campus.retention.items())
    if outlived:
        return Finding(False, f"retention: {outlived:,} records are past their time — the next run lets them go")
    return Finding(
        True,
        f"retention: {told}"
        if limited
        else "retention: records are kept without limit; retention in the site file sets one",
    )


def _data(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Finding(
            False, f"data folder: {folder} cannot be made ({error.strerror}) — name another in the site file"
        )
    if not os.access(folder, os.W_OK):
        return Finding(False, f"data folder: {folder} cannot be written — check its owner and the disk")
    return Finding(True, f"data folder: {folder}")


def _landing(site: Site) -> str:
    folder = site.campus.landing
    return (
        f"{len(waiting(site))} exports waiting in {folder}"
        if folder.is_dir()
        else f"{folder} is missing — make it, or name another in the site file"
    )


def _told_twice(site: Site) -> Iterator[str]:
    """Waiting files of which two sources would tell the same records."""
    for path, sources in asked_for(site).items():
        name = printable(name_within(path, site.campus.landing))
        told = (told_twice(name, models()[f"raw.{feed}"], sources) for feed in sorted({one.feed for one in sources}))
        yield from filter(None, told)


def _kept(site: Site) -> Iterator[Finding]:
    """The key, the warehouse and what is published, as far as there are any."""
    campus = site.campus
    if not campus.warehouse.exists():
        yield Finding(True, "warehouse: none yet — the first run makes it, and the key")
        return
    try:
        with Warehouse(path=str(campus.warehouse), wait_seconds=_WAIT_SECONDS).opened() as warehouse:
            yield Finding(True, f"warehouse: opens, {len(warehouse.rows_of('select 1 from duckdb_tables()'))} tables")
            ledger.keyring(warehouse, site)
            yield Finding(True, "key: present, private, and the one this warehouse was made with")
            yield from (Finding(False, line) for line in lacking(warehouse))
            yield _retention(warehouse, site)
        with open_current(campus.published) as connection:
            rows = connection.execute("select count(*) from meta.manifest").fetchall()[0][0]
            yield Finding(True, f"published: opens, {rows} tables")
    except (Problem, duckdb.Error) as problem:
        yield Finding(False, str(problem).splitlines()[0])
