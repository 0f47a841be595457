"""What is left of a reader in files once the tables are made without them: sealed anew, or taken away.

Each step may be done again and again.  In which order they are done is told in :mod:`pipelines.forgetting.erasure`.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from pipelines.building.lake import Lake
from pipelines.campus import Campus
from pipelines.forgetting.redaction import Fate, Reading, redactor
from pipelines.keeping import generations
from pipelines.keeping.vault import Vault
from pipelines.receiving.presets import Source
from pipelines.receiving.tombstones import Tombstones
from pipelines.reporting.reader_pages import folder_of, page_name
from pipelines.serving import lists
from pipelines.site import Site, contracts
from pipelines.warehouse import Warehouse

_NO_LISTS = {"presets", "reference"}
"""Folders of the data that come with the project."""


def seal_originals_anew(
    warehouse: Warehouse, site: Site, vault: Vault, identifiers: Collection[str], advance: Callable[[float], None]
) -> Counter[Fate]:
    """Every sealed original without the forgotten, read as the ledger or a receipt says; how many there are of each fate."""
    sources = {source.name: source for source in site.every_source()}
    readings: dict[str, list[Reading]] = {}
    told = warehouse.rows_of("select sha256, source, name from ledger.file where status <> 'refused'")
    told += [(receipt.sha256, receipt.source, receipt.name) for receipt in vault.receipts()]
    for sha256, source, name in sorted(set(told)):
        readings.setdefault(sha256, []).append(Reading(sources.get(source), name))
    fates: Counter[Fate] = Counter()
    originals = vault.originals()
    with redactor(site, vault, identifiers) as sealed:
        for place, sha256 in enumerate(originals):
            advance(place / len(originals))
            fates[sealed.redact(sha256, readings.get(sha256, [Reading(None, sha256)]))] += 1
    return fates


def seal_rejects_anew(warehouse: Warehouse, site: Site, vault: Vault) -> int:
    """The sealed rejects without records that name the forgotten; how many records went."""
    sources = {source.name: source for source in site.every_source()}
    told = warehouse.rows_of("select source_file, source, encoding from ledger.file order by source desc")
    by_mark = {mark: (source, encoding) for mark, source, encoding in told}
    return sum(
        _seal_rejects_anew(vault, mark, _tombstones(vault, sources, *by_mark.get(mark, ("", None))))
        for mark in vault.rejecting()
    )


def _seal_rejects_anew(vault: Vault, mark: str, tombstones: Tombstones) -> int:
    rejects = list(vault.rejects(mark))
    named = tombstones.named(
        [(place, text) for place, one in enumerate(rejects) for text in one.get("cells", [one.get("line")])]
    )
    if named:
        vault.seal_rejects(mark, (one for place, one in enumerate(rejects) if place not in named))
    return len(named)


def _tombstones(vault: Vault, sources: Mapping[str, Source], name: str, encoding: str | None) -> Tombstones:
    """Those to hold the records of a file against, as the door read it; of a source that the site has no more, in every way in which any writes numbers."""
    feeds, key = contracts(), vault.keyring.hmac_key
    if source := sources.get(name):
        read = source.model_copy(update={"encoding": encoding or source.encoding})
        return Tombstones.at(read, feeds[source.feed], key, vault.erased)
    every = [Tombstones.at(source, feeds[source.feed], key, ()) for source in sources.values()]
    return Tombstones(vault.erased, key, tuple(rule for one in every for rule in one.rules))


def take_away(campus: Campus, vault: Vault, keys: Collection[str], identifiers: Collection[str]) -> dict[str, int]:
    """Everything that was made of the forgotten for others to read, and what killed runs left lying; how much of each."""
    pages = [path for key in keys for path in folder_of(campus).glob(f"{page_name(vault.keyring, key)}.*")]
    for path in pages:
        path.unlink()
    older = generations.retire(campus.published, keep=1)
    generations.sweep(campus.published)
    listed = sum(lists.take_away(folder, identifiers) for folder in _may_hold_lists(campus))
    Lake(campus.lake).clear()
    for left in [*campus.warehouse.parent.glob("past-*"), *(campus.warehouse.parent / "spill").glob("*")]:
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for left in [*campus.spool.glob("*.parquet"), *vault.folder.rglob(".*")]:
        left.unlink()
    return {"published generations": older, "pages of their own": len(pages), "lists of people": listed}


def _may_hold_lists(campus: Campus) -> Iterator[Path]:
    """The folders of the data that are filled here: what arrives is never touched."""
    arriving = {campus.landing, *campus.landing.parents}
    for path in sorted(campus.data.iterdir()):
        if path.is_dir() and path not in arriving and path.name not in _NO_LISTS:
            yield path
