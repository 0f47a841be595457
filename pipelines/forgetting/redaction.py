"""An original without the records of those who were forgotten, or that are past their time, every other byte as it came.

The door itself says which records they are.  A text in which each record has lines of its own is sealed anew without
them; any other file that holds somebody (a workbook, a JSON document, what is packed, a dump of several tables) is
destroyed: an empty one is sealed in its place, so that the same bytes are known there and never kept again.
"""

import os
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.errors import Refused
from pipelines.keeping.vault import Vault, only
from pipelines.receiving import loading, records, spool
from pipelines.receiving.presets import Source
from pipelines.receiving.reader import Read, readers
from pipelines.receiving.receive import Received
from pipelines.receiving.sheet_cells import beside
from pipelines.receiving.tombstones import NEVER_KEPT, Tombstones
from pipelines.receiving.workbook import WORKBOOKS
from pipelines.site import Site, contracts, models

Fate = Literal["as it was", "rewritten", "destroyed", "unread"]

_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
"""How zips and workbooks, gzips, and older workbooks begin."""
_BY_LINES = ("csv", "copy", "fixed", "log", "jsonl")


@dataclass(frozen=True)
class Reading:
    """One way in which an original is read: by a source, if the site has it still, under a name."""

    source: Source | None
    name: str


@dataclass(frozen=True)
class Redactor:
    """What seals originals anew."""

    site: Site
    vault: Vault
    folder: Path
    read: Read
    sought: Collection[str] | None
    """Those of the forgotten as far as they are still known: looked for in what nobody can read any more.

    None where nobody was forgotten and records are past their time: then what nobody can read stays as it is.
    """

    def redact(self, sha256: str, readings: Sequence[Reading], came: Path | None = None) -> Fate:
        """Seal an original without the forgotten: the one in the vault, or else the one that has just come.

        Raises:
            Problem: what came is no longer the file that it was.

        """
        is_new = not self.vault.has(sha256)
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            path = folder / "original"
            with path.open("wb") as file:
                file.writelines(only(came, sha256) if is_new and came else self.vault.original(sha256))
            before = path.stat().st_size
            try:
                for place, reading in enumerate(readings):
                    path = self._cut(path, reading, sha256, folder / str(place))
            except Refused:
                return "unread"
            after = path.stat().st_size
            if is_new or after < before:
                self.vault.seal_original(path, sha256)
        return "as it was" if after == before else "rewritten" if after else "destroyed"

    def _cut(self, plain: Path, reading: Reading, sha256: str, folder: Path) -> Path:
        """The file in a folder of its own without those whom the door knows for forgotten, or with nothing in it."""
        path = folder / "landing" / reading.name
        path.parent.mkdir(parents=True)
        plain.rename(path)
        if not path.stat().st_size:
            return path
        try:
            received = self._received(path, reading.source, sha256, folder)
        except Refused:
            if self.sought is None:
                raise
            if _may_name(path, self.sought):
                os.truncate(path, 0)
            return path
        told = pl.read_parquet(received.rejects_file).filter(pl.col("reason").is_in(list(NEVER_KEPT)))
        if told.height and reading.source:
            _take_out(path, reading.source, received, set(told["record"]))
        elif reading.source and received.encoding in WORKBOOKS and self._is_beside(path, reading.source):
            os.truncate(path, 0)
        return path

    def _is_beside(self, path: Path, source: Source) -> bool:
        """Whether somebody who was forgotten stands in a sheet of a workbook that is not read, by any number that this site knows."""
        if not self.vault.erased:
            return False
        rows = [(place, "\t".join(row.cells)) for place, row in enumerate(beside(path, source))]
        feeds, key = contracts(), self.vault.keyring.hmac_key
        known = [Tombstones.at(other, feeds[other.feed], key, ()) for other in self.site.every_source()]
        tombstones = Tombstones(self.vault.erased, key, tuple(rule for one in known for rule in one.rules))
        return bool(tombstones.named(rows))

    def _received(self, path: Path, source: Source | None, sha256: str, folder: Path) -> Received:
        """What the door makes of a file."""
        if source is None:
            raise Refused(f"{path.name}: no source of this site reads it any more")
        at = self.site.campus.model_copy(update={"data": folder, "landing": folder / "landing"})
        model = models()[f"raw.{source.feed}"]
        take = loading.read_file if self.sought is not None else loading.read_all
        return take(path, source, model, at, self.vault, self.read, sha256)


@contextmanager
def redactor(site: Site, vault: Vault, sought: Collection[str] | None = ()) -> Iterator[Redactor]:
    """A redactor with a child that reads for it, and a workspace of which nothing stays."""
    with spool.workspace(site.campus.spool) as folder, readers(1) as read:
        yield Redactor(site, vault, folder, read, sought)


def seal_rest(site: Site, vault: Vault, reading: Reading, sha256: str, came: Path) -> list[str]:
    """Seal what came without the forgotten; what there is to say about it."""
    with redactor(site, vault) as sealed:
        fate = sealed.redact(sha256, [reading], came)
    lost = f"{reading.name}: holds a reader who was erased or what is past its time, and of a file of its kind no original is kept then"
    return [lost] if fate == "destroyed" else []


def _take_out(path: Path, source: Source, received: Received, erased: Collection[int]) -> None:
    """Write a text anew without some of its records; of any other file nothing is left."""
    if not _has_lines(path, source):
        os.truncate(path, 0)
        return
    # Every byte is a letter of Latin-1, and every letter that one byte; in UTF-16 one has two.
    carrier = _utf_16(path) if received.encoding == "utf-16" else "latin-1"
    rest = path.with_name("rest")
    with path.open(encoding=carrier, newline="") as text, rest.open("w", encoding=carrier, newline="") as kept:
        for number, record in _numbered(text, source, received, carrier):
            if number not in erased:
                kept.write(record)
    rest.replace(path)


def _has_lines(path: Path, source: Source) -> bool:
    """Whether each record of a file is a line or some lines of its own."""
    with path.open("rb") as file:
        is_packed = file.read(4).startswith(_PACKED)
        file.seek(0)
        is_single = not source.table or sum(line.startswith(b"COPY ") for line in file) == 1
    is_line = source.format != "jsonl" or source.records == "[]"
    return source.format in _BY_LINES and not is_packed and is_single and is_line


def _numbered(text: Iterator[str], source: Source, received: Received, carrier: str) -> Iterator[tuple[int, str]]:
    """Every record of a text as it is written, with the number that the door gives it; others have 0 or less."""
    number, is_table = -received.headings, not source.table
    for record in _records(text, source, received.encoding, carrier):
        is_blank = not (record.strip() if source.format == "jsonl" else record.strip("\r\n"))
        is_table = is_table or record.startswith(f"COPY {source.table} (")
        number += is_table and not is_blank
        yield 0 if is_blank else number, record


def _records(text: Iterator[str], source: Source, encoding: str, carrier: str) -> Iterator[str]:
    """The lines of a text, and as one those between which a quotation mark is open."""
    quote = source.quote if source.format == "csv" else None
    held = ""
    for line in text:
        held += line
        is_plain = quote is None or quote not in held
        if is_plain or records.is_whole(_spelt(held, encoding, carrier), source.delimiter, str(quote)):
            yield held
            held = ""
    yield held


def _spelt(text: str, encoding: str, carrier: str) -> bytes:
    """A text as the door counts in it: in UTF-8, without a mark of its byte order."""
    letters = text.encode(carrier).decode(encoding) if carrier == "latin-1" else text
    return letters.removeprefix("\ufeff").encode()


def _utf_16(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16-be" if file.read(2) == b"\xfe\xff" else "utf-16-le"


def _may_name(path: Path, sought: Collection[str]) -> bool:
    """Whether a file that cannot be read as records holds a number, as far as that can be seen."""
    content = path.read_bytes()
    if content.startswith(_PACKED):
        return True
    spelt = [
        re.escape((number.lstrip("0") or number).encode(code)) for number in sought for code in ("utf-8", "utf-16-le")
    ]
    return bool(spelt and re.search(rb"(?<![0-9A-Za-z])0*(?:%s)(?![0-9A-Za-z])" % b"|".join(spelt), content, re.I))
