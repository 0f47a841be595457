"""What a landing file holds when it is packed: a gzip, a zip, one table of a PostgreSQL dump.

Real bytes are counted while they are unpacked, whatever the archive says of itself; a member's name
never becomes a path.  Copying and decoding belong in :mod:`pipelines.receiving.spool`.
"""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from pipelines.errors import Refused
from pipelines.receiving.spool import CHUNK, Copied, Decoded

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_FOREIGN = {
    b"Rar!": "is a RAR archive, which is not read here — unpack it, and put in what it holds",
    b"7z\xbc\xaf": "is a 7z archive, which is not read here — unpack it, and put in what it holds",
    b"\xfd7zX": "is packed as xz, which is not read here — unpack it, and put in what it holds",
    b"%PDF": "is a PDF, not a table — have the system export it as csv or xlsx",
}
_MARKUP = re.compile(rb"\s*(<!doctype html|<html|<head|<meta|<style|<table|<\?xml)\b", re.IGNORECASE)
"""How web pages begin that systems write and call workbooks, and workbooks of 2003."""

_OF_OTHERS = (".", "~$", "Thumbs.db", "desktop.ini")
"""What a computer puts into a folder, and so into a zip, unasked."""

_LARGEST_RATIO = 250
_UNSUSPECTED = 64 << 20
"""So many bytes come of a small file without a question."""


def unpack(copied: Copied, folder: Path, member: str | None, largest: int) -> Copied:
    """The file that is packed in another; a file that is not packed is itself.

    Raises:
        Refused: it grows beyond measure, is broken, holds another archive, or is of a kind that is not read here.

    """
    magic = _magic(copied.path)
    if magic.startswith(_GZIP):
        unpacked = _written(_gzipped(copied.path), copied, folder, largest)
    elif magic == _ZIP and not _is_workbook(copied.path):
        unpacked = _written(_zipped(copied.path, member), copied, folder, largest)
    else:
        return copied
    magic = _magic(unpacked.path)
    if magic.startswith(_GZIP) or (magic == _ZIP and not _is_workbook(unpacked.path)):
        raise Refused("holds an archive within an archive — unpack it once, then put it in again")
    return unpacked


def _magic(path: Path) -> bytes:
    """The first bytes of a file, which say what it is whatever it is called.

    Raises:
        Refused: it is of a kind that holds no table to be read.

    """
    with path.open("rb") as file:
        top = file.read(200)
    if why := _FOREIGN.get(top[:4]):
        raise Refused(why)
    if _MARKUP.match(re.sub(rb"^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)|\0", b"", top)):
        raise Refused("is a web page or XML that calls itself a table — open it in a spreadsheet, and save it as xlsx")
    return top[:4]


def copied_table(decoded: Decoded, folder: Path, table: str) -> Decoded:
    """One table of a PostgreSQL dump as tab-separated lines, its column names first.

    Raises:
        Refused: there is no such table, or it breaks off.

    """
    beginning = re.compile(rf"^COPY {re.escape(table)} \((.*)\) FROM stdin;$")
    target = folder / "table"
    with decoded.path.open("rb") as text, target.open("wb") as rows:
        columns = next((found[1] for line in text if (found := beginning.match(line.decode().rstrip("\n")))), None)
        if columns is None:
            raise Refused(f"holds no COPY of the table {table} — export it again, or mend table in the preset")
        rows.write("\t".join(name.strip().strip('"') for name in columns.split(",")).encode() + b"\n")
        for line in text:
            if line == b"\\.\n":
                return Decoded(target, decoded.encoding, True, decoded.is_suspect)
            rows.write(line)
    raise Refused(f"breaks off within the table {table} — it was cut short, export it again")


def _written(chunks: Iterator[bytes], copied: Copied, folder: Path, largest: int) -> Copied:
    """The unpacked bytes on disk, counted as they come."""
    target, size = folder / "unpacked", 0
    target.touch(mode=0o600)
    with target.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > largest or size > max(_UNSUSPECTED, _LARGEST_RATIO * copied.bytes):
                raise Refused("unpacks to far more than an export should — unpack it, look at it, and put it in again")
            file.write(chunk)
    if not size:
        raise Refused("is empty once unpacked — export it again")
    return Copied(target, copied.sha256, copied.bytes)


def _gzipped(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            yield from _chunks(file)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refused("is a broken gzip — copy it again") from None


def _zipped(path: Path, member: str | None) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_chosen(archive, member)) as file:
            yield from _chunks(file)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Refused("is a broken zip — copy it again") from None
    except NotImplementedError:  # how the library says that it lacks a member's compression
        raise Refused("is a zip packed in a way that is not read here — pack it anew as an ordinary zip") from None
    except RuntimeError:  # how the library asks for a password
        raise Refused("is a zip with a password — unpack it, and put in what it holds") from None


def _chosen(archive: zipfile.ZipFile, member: str | None) -> zipfile.ZipInfo:
    files = [info for info in archive.infolist() if not info.is_dir() and not _is_of_others(info.filename)]
    fitting = [info for info in files if member is None or fnmatchcase(info.filename, member)]
    if len(fitting) != 1:
        raise Refused(f"is a zip with {len(fitting)} files that fit — say which one with member: in the preset")
    return fitting[0]


def _is_of_others(member: str) -> bool:
    return member.startswith("__MACOSX/") or member.rpartition("/")[2].startswith(_OF_OTHERS)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name == "[Content_Types].xml" or name.startswith("xl/") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _chunks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK), b"")
