"""Where what must not be read is kept: original exports, rejected records, and who is behind a pseudonym.

Everything in it is sealed (:mod:`pipelines.keeping.seal`).  With the originals a warehouse can be made anew
after the landing folder is emptied; with the identities, and only with them, a pseudonym leads back
to a person.
"""

import datetime as dt
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pipelines.campus import Campus
from pipelines.errors import Problem
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.seal import seal, sweep, unseal
from pipelines.receiving.pseudonymise import PATRON_NUMBER
from pipelines.receiving.spool import chunks, is_being_written, locked, opened

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Identity:
    """One number of a person, and the pseudonym made of it."""

    id_type: str
    identifier: str
    patron_key: str


@dataclass(frozen=True)
class Receipt:
    """That a source has taken in an export: what the ledger knows of it, and its bytes do not tell."""

    source: str
    feed: str
    name: str
    """Its path inside the landing folder."""
    sha256: str
    source_file: str
    received_at: dt.datetime


@dataclass(frozen=True)
class Vault:
    """The sealed folder of a site."""

    folder: Path
    keyring: Keyring
    emptied: Path
    """The landing folder whose files are taken away once they are sealed; any other is left as it is."""
    erased: frozenset[str] = frozenset()
    """Tombstones of those whose records are read from no file any more."""
    kept_from: Mapping[str, dt.date] = field(default_factory=dict)
    """By table of records, the day before which none is read from any file any more."""

    @classmethod
    def of(cls, campus: Campus, keyring: Keyring) -> Self:
        return cls(campus.vault, keyring, campus.data / "landing")

    def sweep(self) -> None:
        """Take away what a run that was killed has not sealed to its end; whoever calls is the only one who seals."""
        sweep(self.folder)

    def keep_original(self, path: Path, sha256: str) -> Path:
        """Seal a landing file that has been loaded.

        Raises:
            Problem: the file is no longer the one that was loaded.

        """
        target = self._path("received", sha256)
        if not target.exists():
            seal(only(path, sha256), target, f"received/{sha256}", self.keyring)
        return target

    def originals(self) -> list[str]:
        """The digests under which originals are sealed."""
        return _names(self.folder / "received")

    def rejecting(self) -> list[str]:
        """What marks the files of which rejected records are sealed."""
        return _names(self.folder / "rejects")

    def has(self, sha256: str) -> bool:
        """Whether an original is sealed here, or was destroyed."""
        return self._path("received", sha256).exists()

    def seal_original(self, rest: Path, sha256: str) -> None:
        """Seal what is left of an original once somebody was erased from it, under the name of the whole one."""
        with rest.open("rb") as file:
            seal(chunks(file), self._path("received", sha256), f"received/{sha256}", self.keyring)

    def empty_original(self, sha256: str) -> None:
        """Keep of an original no more than that it was here."""
        seal(iter(()), self._path("received", sha256), f"received/{sha256}", self.keyring)

    def take_away(self, path: Path, sha256: str) -> None:
        """Take a sealed file out of our own landing folder, unless somebody has changed it or is about to."""
        if path.resolve().is_relative_to(self.emptied.resolve()) and _is_still(path, sha256):
            path.unlink()

    def original(self, sha256: str) -> Iterator[bytes]:
        """The bytes of an export as it came."""
        return unseal(self._path("received", sha256), f"received/{sha256}", self.keyring)

    def keep_receipt(self, receipt: Receipt) -> None:
        """Seal what is known of an export, once."""
        if not self._path("receipts", receipt.source_file).exists():
            content = json.dumps(asdict(receipt) | {"received_at": receipt.received_at.isoformat()}, ensure_ascii=False)
            name = f"receipts/{receipt.source_file}"
            seal(iter([content.encode()]), self._path("receipts", receipt.source_file), name, self.keyring)

    def receipts(self) -> list[Receipt]:
        """Every export that was ever taken in, in the order in which they came."""
        found = []
        for mark in _names(self.folder / "receipts"):
            told = json.loads(b"".join(unseal(self._path("receipts", mark), f"receipts/{mark}", self.keyring)))
            found.append(Receipt(**told | {"received_at": dt.datetime.fromisoformat(told["received_at"])}))
        return sorted(found, key=lambda receipt: (receipt.received_at, receipt.source, receipt.name))

    def keep_rejects(self, source_file: str, records: Path) -> Path:
        """Seal the rejected records of a file, by what marks its rows."""
        target = self._path("rejects", source_file)
        with records.open("rb") as file:
            seal(chunks(file), target, f"rejects/{source_file}", self.keyring)
        return target

    def forget_rejects(self, source_file: str) -> None:
        """Keep the rejected records of a file no longer."""
        self._path("rejects", source_file).unlink(missing_ok=True)

    def seal_rejects(self, source_file: str, rejects: Iterable[dict[str, Any]]) -> None:
        """Seal what is left of the rejected records of a file, by what marks its rows."""
        lines = (json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in rejects)
        seal(lines, self._path("rejects", source_file), f"rejects/{source_file}", self.keyring)

    def rejects(self, source_file: str) -> Iterator[dict[str, Any]]:
        """The rejected records of a file: its number in the file, the reason, and the cells or the line."""
        held = b""
        for chunk in unseal(self._path("rejects", source_file), f"rejects/{source_file}", self.keyring):
            *lines, held = (held + chunk).split(b"\n")
            yield from map(json.loads, lines)

    def remember(self, identities: Path) -> None:
        """Add to the identities those of a Parquet file with id_type, identifier and patron_key."""
        import polars as pl

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.folder):
            known, met = self.identities(), pl.read_parquet(identities)
            new = met.join(known, on=met.columns, how="anti", maintain_order="left").unique(maintain_order=True)
            if new.height:
                self._seal_identities(pl.concat([known, new]))

    def forget(self, patron_keys: Collection[str]) -> None:
        """Let no number lead to these pseudonyms any more, nor they to a number."""
        import polars as pl

        with locked(self.folder):
            known = self.identities()
            rest = known.filter(~pl.col("patron_key").is_in(list(patron_keys)))
            if rest.height < known.height:
                self._seal_identities(rest)

    def seal_tombstones(self, tombstones: Collection[str]) -> None:
        """Keep a copy of every tombstone, which outlives a warehouse that is lost."""
        lines = (f"{one}\n".encode() for one in sorted(tombstones))
        seal(lines, self._path("", "tombstones"), "tombstones", self.keyring)

    def tombstones(self) -> frozenset[str]:
        """The copy of every tombstone."""
        path = self._path("", "tombstones")
        if not path.exists():
            return frozenset()
        return frozenset(b"".join(unseal(path, "tombstones", self.keyring)).decode().split())

    def lookup(self, patron_key: str) -> list[Identity]:
        """The numbers behind a pseudonym; none if the vault knows it not."""
        import polars as pl

        found = self.identities().filter(pl.col("patron_key") == patron_key)
        return [Identity(**row) for row in found.iter_rows(named=True)]

    def numbers(self, patron_keys: "pl.Series") -> "pl.DataFrame":
        """One number for each of the pseudonyms that the vault knows: the person's own before that of a card."""
        import polars as pl

        found = self.identities().filter(pl.col("patron_key").is_in(patron_keys.implode()))
        in_order = found.sort(pl.col("id_type") != PATRON_NUMBER, "id_type", "identifier")
        return in_order.unique("patron_key", keep="first", maintain_order=True).select("patron_key", "identifier")

    def pseudonyms_of(self, identifier: str) -> list[str]:
        """The pseudonyms made of a number; several where two kinds of number are written alike."""
        import polars as pl

        found = self.identities().filter(pl.col("identifier") == identifier)
        return sorted(set(found["patron_key"]))

    def identities(self) -> "pl.DataFrame":
        """Every number that was ever met: id_type, identifier and patron_key."""
        import polars as pl

        path = self._path("", "identities")
        if not path.exists():
            return pl.DataFrame(schema=dict.fromkeys(("id_type", "identifier", "patron_key"), pl.String))
        return pl.read_parquet(io.BytesIO(b"".join(unseal(path, "identities", self.keyring))))

    def _seal_identities(self, identities: "pl.DataFrame") -> None:
        content = io.BytesIO()
        identities.write_parquet(content)
        seal(iter([content.getvalue()]), self._path("", "identities"), "identities", self.keyring)

    def _path(self, shelf: str, name: str) -> Path:
        return self.folder / shelf / name


def _names(shelf: Path) -> list[str]:
    return sorted(path.name for path in shelf.glob("[!.]*"))


def only(path: Path, sha256: str) -> Iterator[bytes]:
    """The bytes of a file, ending in a refusal if they are not the ones that were loaded."""
    seen = hashlib.sha256()
    with opened(path) as file:
        for chunk in chunks(file):
            seen.update(chunk)
            yield chunk
    if seen.hexdigest() != sha256:
        raise Problem(f"{path.name}: has changed since it was loaded — it will be taken in again by the next run")


def _is_still(path: Path, sha256: str) -> bool:
    with opened(path) as file:
        return not is_being_written(file) and hashlib.file_digest(file, "sha256").hexdigest() == sha256
