"""A reader who asks to be forgotten, and is: in the warehouse, in the vault, in what is published, and at the door.

In one transaction the tombstones are set and the rows that came are taken out, so that nothing is made of them from then
on.  Then what is sealed is sealed anew, the line is run, and the bytes are seen to.  The numbers themselves go last: by
them an erasure that was killed is known again, and whichever comes next finishes it.  Who somebody is belongs in
:mod:`pipelines.known_by`, files in :mod:`pipelines.erased_files`.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import polars as pl

from pipelines import changes, ledger, tombstones
from pipelines.erased_files import seal_originals_anew, seal_rejects_anew, take_away
from pipelines.errors import Problem
from pipelines.known_by import known_by, of_every_kind, spelt
from pipelines.models import Model
from pipelines.quoting import literal
from pipelines.run import run
from pipelines.site import Site, models
from pipelines.tombstones import ERASED, Tombstones, tombstone
from pipelines.vault import Vault
from pipelines.warehouse import Warehouse, write_anew

Advance = Callable[[str, float], None]
"""Called with what is being done, and how much of it is."""


@dataclass(frozen=True)
class Found:
    """What is known of somebody who asks to be forgotten."""

    keys: frozenset[str] = field(repr=False)
    """Pseudonyms that no tombstone is set for yet."""
    rows: dict[str, int]
    """By table."""
    shared: int
    """Cards that somebody else has held too, and which stay."""
    finished_at: dt.datetime | None = None
    """When they were erased, if they have been."""


def find(site: Site, number: str) -> Found:
    """Who has a number, and in which tables.

    Raises:
        Problem: nobody here has it, or it leads to several people.
        KeyRefused: the key is not the site's.
        Busy: another run is writing.

    """
    with _opened(site) as (warehouse, vault):
        return _found(warehouse, site, vault, number)


def erase(site: Site, number: str, advance: Advance) -> dict[str, int]:
    """Forget who has a number, and whoever an erasure that was cut short has left; what went, and how much of it.

    Raises:
        Problem: as when somebody is looked for; or the line could not be run, and the same call goes on from there.

    """
    with _opened(site) as (warehouse, vault):
        found = _found(warehouse, site, vault, number)
        _begin(warehouse, vault, found.keys)
        vault = replace(vault, erased=tombstones.kept(warehouse))
        left = _left(warehouse, vault)
        numbers = set(left.identities["identifier"])
        fates = seal_originals_anew(warehouse, site, vault, numbers, lambda share: advance("originals", share))
        rejects = seal_rejects_anew(warehouse, site, vault)
    outcome = run(site, lambda made, done, total: advance(made, done / total))
    if not outcome.success:
        raise Problem(
            "\n".join([*outcome.problems, "the erasure is not finished — mend this, then the same command again"])
        )
    with _opened(site) as (warehouse, _):
        _refuse_what_stands(warehouse, left.keys | found.keys)
        changes.forget_values(warehouse)
        write_anew(warehouse)
    with _opened(site) as (warehouse, _):
        files = take_away(site.campus, vault, left.keys, numbers)
        vault.forget(left.keys)
        _finish(warehouse, left.marks)
    went = {"originals rewritten": fates["rewritten"], "originals destroyed": fates["destroyed"]}
    return {**found.rows, **went, "rejected records": rejects, "numbers": len(numbers), **files}


@contextmanager
def _opened(site: Site) -> Iterator[tuple[Warehouse, Vault]]:
    """The site's warehouse and its vault."""
    campus = site.campus
    if not campus.warehouse.exists():
        raise Problem("there is no warehouse yet — `mingyuan run` makes it")
    if not (campus.vault / "identities").exists():
        raise Problem("the vault knows no numbers, so nobody can be found by one — restore it from a backup")
    with Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit).opened() as warehouse:
        yield warehouse, Vault.of(campus, ledger.keyring(warehouse, site))


def _found(warehouse: Warehouse, site: Site, vault: Vault, number: str) -> Found:
    set_already = dict(warehouse.rows_of("select tombstone, finished_at from ledger.erasure"))
    key, known = vault.keyring.hmac_key, known_by(warehouse, site, vault, number)
    new = frozenset(one for one in known.keys if tombstone(one, key) not in set_already)
    met = {tombstone(one, key) for one in of_every_kind([spelt(number)], site, vault)} & set_already.keys()
    if not (new or met):
        raise Problem("nobody here has that number — write it as in the exports")
    finished = [set_already[mark] for mark in met]
    if new or None in finished:
        return Found(new, _rows(warehouse, new), known.shared)
    return Found(new, {}, 0, max(finished))


def _begin(warehouse: Warehouse, vault: Vault, keys: Collection[str]) -> None:
    """Set the tombstones, and take out all rows that a run would not make anew."""
    marks = [(tombstone(one, vault.keyring.hmac_key),) for one in sorted(keys)]
    with warehouse.transaction() as connection:
        for mark in marks:
            connection.execute("insert into ledger.erasure values (?, localtimestamp, null)", mark)
        for model, theirs in _holding(warehouse, keys):
            if model.is_feed:
                _retract(warehouse, model, f"select * from {model.table} where {theirs}")
            elif model.layer == "ledger":
                connection.execute(f"delete from {model.table} where {theirs}")


def _retract(warehouse: Warehouse, model: Model, rows: str) -> None:
    """Take rows out of a feed; the ledger counts their records as rejected from then on."""
    feed, connection = model.table.partition(".")[2], warehouse.connection
    with changes.watched(warehouse, model) as watch:
        watch.touch(rows)
        connection.execute(
            f"insert into ledger.reject select distinct ?, source_file, source_record, '', ? from ({rows})",
            [feed, ERASED],
        )
        connection.execute(
            "update ledger.file set rows = file.rows - gone.rows, loaded = loaded - gone.records, "
            "rejected = rejected + gone.records from (select source_file, count(*) as rows, "
            f"count(distinct source_record) as records from ({rows}) group by all) as gone "
            "where file.source_file = gone.source_file and file.feed = ?",
            [feed],
        )
        connection.execute(rows.replace("select *", "delete", 1))


@dataclass(frozen=True)
class _Left:
    """Those who are being forgotten, as far as the vault still knows them."""

    marks: list[str]
    identities: pl.DataFrame = field(repr=False)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.identities["patron_key"])


def _left(warehouse: Warehouse, vault: Vault) -> _Left:
    marks = [mark for (mark,) in warehouse.rows_of("select tombstone from ledger.erasure where finished_at is null")]
    identities = vault.identities()
    keys = Tombstones(frozenset(marks), vault.keyring.hmac_key).among(identities["patron_key"].unique())
    return _Left(marks, identities.filter(pl.col("patron_key").is_in(keys)))


def _finish(warehouse: Warehouse, marks: Sequence[str]) -> None:
    warehouse.connection.execute(
        "update ledger.erasure set finished_at = localtimestamp where list_contains(?, tombstone)", [list(marks)]
    )


def _refuse_what_stands(warehouse: Warehouse, keys: Collection[str]) -> None:
    """Make sure that no table holds them any more; one that is no longer made by anything goes."""
    for table in set(warehouse.tables()) - models().keys():
        warehouse.connection.execute(f"drop table {table}")
    if rows := _rows(warehouse, keys):
        raise Problem(f"{', '.join(rows)}: still tell of them, which is a fault of ours — please report it")


def _rows(warehouse: Warehouse, keys: Collection[str]) -> dict[str, int]:
    """By table that tells of them, how many rows do."""
    count = "select count(*) from {} where {}"
    rows = {m.table: warehouse.rows_of(count.format(m.table, theirs))[0][0] for m, theirs in _holding(warehouse, keys)}
    return {table: number for table, number in rows.items() if number}


def _holding(warehouse: Warehouse, keys: Collection[str]) -> list[tuple[Model, str]]:
    """The tables that tell of single people, each with the condition under which a row is theirs."""
    if not keys:
        return []
    among, there = f"in ({', '.join(map(literal, sorted(keys)))})", set(warehouse.tables())
    tell = {model: _pseudonyms(model) for model in models().values() if model.table in there}
    return [(model, " or ".join(f"{name} {among}" for name in names)) for model, names in tell.items() if names]


def _pseudonyms(model: Model) -> list[str]:
    return [column.name for column in model.columns if "pseudonym" in column.tags and column.type == "VARCHAR"]
