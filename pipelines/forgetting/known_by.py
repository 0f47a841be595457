"""Everything by which one reader is known here: all pseudonyms that lead to the same person.

They come from the numbers in the vault and from the cards of raw.patron_identifier.  What becomes of them belongs in
:mod:`pipelines.forgetting.erasure`.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from pipelines.errors import Problem
from pipelines.frames import read
from pipelines.keeping.vault import Vault
from pipelines.receiving.pseudonymise import PATRON_NUMBER
from pipelines.receiving.tombstones import kind_of
from pipelines.site import Site, contracts
from pipelines.warehouse import Warehouse
from profiles.pseudonym import normalised, pseudonyms

_CARDS = "raw.patron_identifier"


@dataclass(frozen=True)
class Known:
    """What leads to one reader, and to nobody else."""

    keys: frozenset[str]
    shared: int
    """Cards of theirs that somebody else has held too: they stay, and lead to that other alone."""


def spelt(number: str) -> str:
    """A number as the door spells it."""
    return normalised(pl.Series([number], dtype=pl.String)).item() or ""


def kinds(site: Site) -> list[str]:
    """Every kind of number of a person that the exports of a site may hold."""
    feeds = contracts()
    rules = [
        source.columns[column.name]
        for source in site.every_source()
        for column in feeds[source.feed].columns
        if column.is_pseudonym and column.name in source.columns
    ]
    return sorted({PATRON_NUMBER, *map(kind_of, rules)})


def of_every_kind(written: Collection[str], site: Site, vault: Vault) -> set[str]:
    """The pseudonyms that these numbers have or would have, whatever kind of number they come as."""
    return {key for kind in kinds(site) for key in pseudonyms(written, kind, vault.keyring.hmac_key)}


def known_by(warehouse: Warehouse, site: Site, vault: Vault, number: str) -> Known:
    """All that leads, or would lead, to whoever has a number.

    Raises:
        Problem: it is that of a card which several people have held, or the warehouse has lost exports of cards.

    """
    _refuse_lost_cards(warehouse, vault)
    identities, cards = vault.identities(), _cards(warehouse)
    known = {*identities["patron_key"], *cards["patron_key"]}
    named = of_every_kind([spelt(number)], site, vault)
    named |= set(identities.filter(pl.col("identifier") == spelt(number))["patron_key"])
    own = {key for key in pseudonyms([spelt(number)], PATRON_NUMBER, vault.keyring.hmac_key) if key in known}
    holders = set(cards.filter(pl.col("identifier_key").is_in(named))["patron_key"])
    if not own and len(holders) > 1:
        raise Problem(f"{len(holders)} people have held the card of that number — give the reader's own number")
    people = own or holders or named
    theirs = set(identities.filter(pl.col("patron_key").is_in(people))["identifier"])
    keys = {*named, *people, *of_every_kind(theirs, site, vault)}
    keys |= set(cards.filter(pl.col("patron_key").is_in(people))["identifier_key"])
    elsewhere = ~pl.col("patron_key").is_in(people)
    shared = keys & set(cards.filter(elsewhere)["identifier_key"])
    return Known(frozenset(keys - shared), len(shared))


def _refuse_lost_cards(warehouse: Warehouse, vault: Vault) -> None:
    """Without every export of cards some of theirs may not be found, and later nobody could tell whose they were."""
    known = set(warehouse.rows_of("select source, name, sha256 from ledger.file"))
    cards = [one for one in vault.receipts() if f"raw.{one.feed}" == _CARDS and any(vault.original(one.sha256))]
    if lost := [one.name for one in cards if (one.source, one.name, one.sha256) not in known]:
        raise Problem(f"{', '.join(lost)}: not in this warehouse, and so some cards are not — `mingyuan restore` first")


def _cards(warehouse: Warehouse) -> pl.DataFrame:
    if not warehouse.exists(_CARDS):
        return pl.DataFrame(schema={"identifier_key": pl.String, "patron_key": pl.String})
    return read(warehouse, f"select distinct identifier_key, patron_key from {_CARDS}")
