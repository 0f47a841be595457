"""Take in again what a warehouse has lost: exports that lie sealed in the vault, and of which its ledger knows nothing.

A backup of the warehouse is older than what has come since, and a warehouse begun anew knows nothing at all.  The vault
keeps a receipt beside each original, so that every file is taken in as it was, in its turn and with its time.  What no
export tells (lists that were frozen, releases, decisions on segments) comes out of a backup alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.building.expectations import expectations_of
from pipelines.errors import Refused, of_the_disk
from pipelines.keeping.vault import Receipt, Vault
from pipelines.receiving import ledger, loading, spool, tombstones
from pipelines.receiving.ledger import Earlier
from pipelines.receiving.reader import Read, readers
from pipelines.receiving.receive import discard
from pipelines.receiving.replay import read_original
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

Progress = Callable[[str, float], None]
"""Called with the export that is taken in again, and how much is done."""


@dataclass
class Restored:
    """What came of it."""

    files: int = 0
    kept_out: list[str] = field(default_factory=list)
    """A line for each export that could not be taken in again."""


def restore(site: Site, progress: Progress) -> Restored:
    """Take in again, in the order in which they came, the exports that the warehouse does not know.

    Raises:
        Busy: another run is writing.
        KeyRefused: the key is not that of the vault.
        Problem: the disk is full, or a folder may not be written; what came in until then stays.

    """
    campus, done = site.campus, Restored()
    with (
        of_the_disk(campus.data, "restore again"),
        Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit).opened() as warehouse,
    ):
        vault = tombstones.shut(Vault.of(campus, ledger.keyring(warehouse, site)), warehouse)
        missing = _missing(warehouse, vault)
        with spool.workspace(campus.spool) as folder, readers(1) as read:
            for number, receipt in enumerate(missing):
                progress(receipt.name, number / len(missing))
                _take_in(_Work(warehouse, site, vault, folder, read), receipt, done)
    return done


@dataclass(frozen=True)
class _Work:
    """What it takes to read an original and to load its rows."""

    warehouse: Warehouse
    site: Site
    vault: Vault
    folder: Path
    read: Read


def _missing(warehouse: Warehouse, vault: Vault) -> list[Receipt]:
    """The receipts of which the ledger has nothing; one that was read anew since has two receipts, and is one file."""
    known = set(warehouse.rows_of("select source, name, sha256 from ledger.file where status <> 'refused'"))
    first: dict[tuple[str, str, str], Receipt] = {}
    for one in vault.receipts():
        first.setdefault((one.source, one.name, one.sha256), one)
    return [one for mark, one in first.items() if mark not in known]


def _take_in(work: _Work, receipt: Receipt, done: Restored) -> None:
    source = next((one for one in work.site.every_source() if one.name == receipt.source), None)
    if source is None:
        done.kept_out.append(
            f"{receipt.name}: no source is called {receipt.source} any more — put it back into the site file"
        )
        return
    model = models()[f"raw.{source.feed}"]
    work.warehouse.create(model)
    one = Earlier(receipt.name, receipt.sha256, receipt.source_file, receipt.feed, receipt.received_at)
    try:
        received = read_original(work.site.campus, source, work.vault, work.folder, one, work.read)
    except Refused as refusal:
        done.kept_out.append(str(refusal))
        return
    judgement = loading.judge(work.warehouse, model, expectations_of(model), [received])
    if why := judgement.culprits.get(received.source_file):
        done.kept_out.append(why)
    else:
        loading.load(work.warehouse, model, source, received, work.site.campus.timezone, receipt.received_at)
        done.files += 1
    discard(received)
