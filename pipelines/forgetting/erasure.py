"""A reader who asks to be forgotten, and is: in the warehouse, in the vault, in what is published, and at the door.

In one transaction the tombstones are set and the rows that came are taken out, so that nothing is made of them from then
on.  Then what is sealed is sealed anew, the line is run, and the bytes are seen to.  The numbers themselves go last: by
them an erasure that was killed is known again, and whichever comes next finishes it.  Who somebody is belongs in
:mod:`pipelines.forgetting.known_by`, tables in :mod:`pipelines.forgetting.erased_rows`, files in :mod:`pipelines.forgetting.erased_files`.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from pipelines.building import changes
from pipelines.errors import Problem, of_the_disk
from pipelines.forgetting.erased_files import seal_originals_anew, seal_rejects_anew, take_away
from pipelines.forgetting.erased_rows import refuse_what_stands, rows_of, take_out
from pipelines.forgetting.known_by import known_by
from pipelines.keeping.vault import Vault
from pipelines.receiving import ledger, tombstones
from pipelines.receiving.tombstones import Tombstones, tombstone
from pipelines.run import run
from pipelines.site import Site
from pipelines.warehouse import Warehouse, write_anew

Advance = Callable[[str, float], None]
"""Called with what is being done, and how much of it is."""


@dataclass(frozen=True)
class Found:
    """What is known of somebody who asks to be forgotten."""

    keys: frozenset[str] = field(repr=False)
    """Every pseudonym that leads to them."""
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
    with of_the_disk(site.campus.data, "the same command again"):
        return _erased(site, number, advance)


def _erased(site: Site, number: str, advance: Advance) -> dict[str, int]:
    with _opened(site) as (warehouse, vault):
        found = _found(warehouse, site, vault, number)
        _begin(warehouse, vault, found.keys)
        vault = tombstones.shut(vault, warehouse)
        left = _left(warehouse, vault)
        identifiers = set(left.identities["identifier"])
        fates = seal_originals_anew(warehouse, site, vault, identifiers, lambda share: advance("originals", share))
        rejects = seal_rejects_anew(warehouse, site, vault)
    outcome = run(site, lambda made, done, total: advance(made, done / total))
    if not outcome.success:
        raise Problem(
            "\n".join([*outcome.problems, "the erasure is not finished — mend this, then the same command again"])
        )
    with _opened(site) as (warehouse, _):
        changes.forget_values(warehouse)
        refuse_what_stands(warehouse, left.keys | found.keys)
        write_anew(warehouse)
    with _opened(site) as (warehouse, _):
        files = take_away(site.campus, vault, left.keys | found.keys, identifiers)
        vault.forget(left.keys)
        _finish(warehouse, left.marks)
    went = {"originals rewritten": fates["rewritten"], "originals destroyed": fates["destroyed"]}
    return {**found.rows, **went, "rejected records": rejects, "numbers": len(identifiers), **files}


@contextmanager
def _opened(site: Site) -> Iterator[tuple[Warehouse, Vault]]:
    """The site's warehouse, and its vault, shut to all who were forgotten."""
    campus = site.campus
    if not campus.warehouse.exists():
        raise Problem("there is no warehouse yet — `mingyuan run` makes it")
    if not (campus.vault / "identities").exists():
        raise Problem("the vault knows no numbers, so nobody can be found by one — restore it from a backup")
    with Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit).opened() as warehouse:
        yield warehouse, tombstones.shut(Vault.of(campus, ledger.keyring(warehouse, site)), warehouse)


def _found(warehouse: Warehouse, site: Site, vault: Vault, number: str) -> Found:
    known = known_by(warehouse, site, vault, number)
    rows = rows_of(warehouse, known.keys)
    ended = dict(warehouse.rows_of("select tombstone, finished_at from ledger.erasure"))
    ends = [ended[mark] for mark in _marks(vault, known.keys) if mark in ended]
    if not (rows or ends or known.keys & set(vault.identities()["patron_key"])):
        raise Problem("nobody here has that number — write it as in the exports")
    is_finished = ends and not rows and None not in ends
    return Found(known.keys, rows, known.shared, max(ends) if is_finished else None)


def _begin(warehouse: Warehouse, vault: Vault, keys: Collection[str]) -> None:
    """Set the tombstones, and take out all rows that a run would not make anew."""
    marks = _marks(vault, keys)
    vault.seal_tombstones(vault.erased | set(marks))
    with warehouse.transaction() as connection:
        connection.execute("update ledger.erasure set finished_at = null where list_contains(?, tombstone)", [marks])
        connection.execute(
            "insert into ledger.erasure select mark, localtimestamp, null from (select unnest(?) as mark) "
            "where mark not in (select tombstone from ledger.erasure)",
            [marks],
        )
        take_out(warehouse, keys)


def _marks(vault: Vault, keys: Collection[str]) -> list[str]:
    return sorted(tombstone(one, vault.keyring.hmac_key) for one in keys)


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
