"""Read files again whose preset has been mended since they were loaded.

The bytes are those sealed in the vault.  A file's rows, rejects and row in the ledger change in one
transaction, so that a replay which is stopped leaves each file as it was or as it should be, and the
next one goes on from there.  A file that would be refused now stays as it was read before.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.building.expectations import expectations_of
from pipelines.campus import Campus
from pipelines.errors import Misconfigured, Problem, Refused, of_the_disk
from pipelines.exports import READERS
from pipelines.forgetting.redaction import Reading, redactor
from pipelines.keeping.vault import Vault
from pipelines.modelling.slips import suggestion
from pipelines.models import Model
from pipelines.receiving import ledger, loading, spool, tombstones
from pipelines.receiving.ledger import Earlier
from pipelines.receiving.presets import Source
from pipelines.receiving.reader import Read, readers
from pipelines.receiving.receive import Received, discard
from pipelines.receiving.tombstones import ERASED
from pipelines.site import Site, models
from pipelines.warehouse import Warehouse

Progress = Callable[[str, float], None]
"""Called with the source that is read anew, and how much is done."""

_PATIENCE_SECONDS = 1.0


@dataclass
class Replayed:
    """What came of a replay."""

    files: int = 0
    kept: list[str] = field(default_factory=list)
    """A line for each file that would be refused now, and stays as it was."""


def replay_site(site: Site, names: Sequence[str], progress: Progress) -> Replayed:
    """Replay as a person asks for it.

    Raises:
        Misconfigured: the site has no source of that name.
        Busy: another run is writing.
        Problem: the disk is full, or a folder may not be written.

    """
    chosen = _chosen(site, names)
    if not site.campus.warehouse.exists():
        return Replayed()
    with of_the_disk(site.campus.data, "replay again"):
        path, limit = str(site.campus.warehouse), site.campus.memory_limit
        with Warehouse(path=path, memory_limit=limit).opened() as warehouse:
            return replay(warehouse, site, chosen, progress)


def replay(warehouse: Warehouse, site: Site, chosen: Sequence[Source], progress: Progress) -> Replayed:
    """Read again what was read with an older preset of these sources."""
    done = Replayed()
    vault = tombstones.shut(Vault.of(site.campus, ledger.keyring(warehouse, site)), warehouse)
    for number, source in enumerate(chosen):
        progress(source.name, number / len(chosen))
        earlier = ledger.read_otherwise(warehouse, source, site.campus.timezone)
        if earlier:
            with spool.workspace(site.campus.spool) as folder:
                _Replay(warehouse, site, source, vault, folder, done).work(earlier)
    return done


def older(site: Site) -> list[str]:
    """A line that says how many files were read with an older preset; none if that cannot be seen now."""
    if not site.campus.warehouse.exists():
        return []
    try:
        with Warehouse(path=str(site.campus.warehouse), wait_seconds=_PATIENCE_SECONDS).opened() as warehouse:
            return ledger.told_of_older(warehouse, site.every_source(), site.campus.timezone)
    except Problem:
        return []


def read_original(campus: Campus, source: Source, vault: Vault, folder: Path, one: Earlier, read: Read) -> Received:
    """The rows of a file as its source reads it now, from the bytes that were sealed.

    Raises:
        Refused: its original is gone, or cannot be read as the source is now.

    """
    landing = folder / one.source_file
    path = landing / one.name
    path.parent.mkdir(parents=True)
    try:
        with path.open("wb") as original:
            original.writelines(vault.original(one.sha256))
        if not path.stat().st_size:
            raise Refused(
                f"{one.name}: its original was destroyed, for it held a reader who was erased or what is past its time, and cannot be read again"
            )
        at_landing = campus.model_copy(update={"landing": landing})
        return loading.read_file(path, source, models()[f"raw.{source.feed}"], at_landing, vault, read, one.sha256)
    except FileNotFoundError:
        raise Refused(
            f"{one.name}: its original is not among those sealed in the vault — restore it from a backup"
        ) from None
    finally:
        shutil.rmtree(landing)


@dataclass(frozen=True)
class _Replay:
    """The work on one source."""

    warehouse: Warehouse
    site: Site
    source: Source
    vault: Vault
    folder: Path
    """A folder of our own, in which originals lie open while they are read."""
    done: Replayed

    @property
    def model(self) -> Model:
        return models()[f"raw.{self.source.feed}"]

    def work(self, earlier: Sequence[Earlier]) -> None:
        self.warehouse.create(self.model)
        unchanged = {one.source_file: one for one in earlier}
        for one in earlier:
            self._set_rejects_aside(one)
        try:
            for one, received in self._fit(self._read_all(earlier)):
                if ERASED in received.reasons:  # the preset as it was did not know whom they are about
                    with redactor(self.site, replace(self.vault, kept_from={})) as sealed:
                        sealed.redact(one.sha256, [Reading(self.source, one.name)])
                loading.load_again(self.warehouse, self.model, self.source, received, self.site.campus.timezone, one)
                del unchanged[one.source_file]
                self.done.files += 1
        finally:
            for one in unchanged.values():
                self._put_rejects_back(one)

    def _read_all(self, earlier: Sequence[Earlier]) -> list[tuple[Earlier, Received]]:
        arrivals = []
        with readers(READERS) as read, ThreadPoolExecutor(READERS) as threads:
            for one, coming in [(one, threads.submit(self._read, one, read)) for one in earlier]:
                try:
                    arrivals.append((one, coming.result()))
                except Refused as refusal:
                    self._keep(str(refusal))
        return arrivals

    def _read(self, one: Earlier, read: Read) -> Received:
        return read_original(self.site.campus, self.source, self.vault, self.folder, one, read)

    def _fit(self, arrivals: Sequence[tuple[Earlier, Received]]) -> Iterator[tuple[Earlier, Received]]:
        batch = [received for _, received in arrivals]
        culprits = loading.judge(self.warehouse, self.model, expectations_of(self.model), batch).culprits
        for one, received in arrivals:
            if why := culprits.get(received.source_file):
                self._keep(why)
            else:
                yield one, received
            discard(received)

    def _keep(self, why: str) -> None:
        self.done.kept.append(f"{why}; until then its rows stay as they were read before")

    def _set_rejects_aside(self, one: Earlier) -> None:
        """Reading seals new rejects over the old ones, which are right for as long as the old rows stay."""
        with suppress(FileNotFoundError):
            shutil.copyfile(self._sealed_rejects(one), self._aside(one))

    def _put_rejects_back(self, one: Earlier) -> None:
        with suppress(FileNotFoundError):
            shutil.move(self._aside(one), self._sealed_rejects(one))

    def _sealed_rejects(self, one: Earlier) -> Path:
        return self.vault.folder / "rejects" / one.source_file

    def _aside(self, one: Earlier) -> Path:
        return self.folder / f"{one.source_file}.rejects"


def _chosen(site: Site, names: Sequence[str]) -> list[Source]:
    known = {source.name: source for source in site.every_source()}
    for name in names:
        if name not in known:
            raise Misconfigured(f"no source of this site is called ‘{name}’{suggestion(name, known)}")
    return [source for name, source in known.items() if not names or name in names]
