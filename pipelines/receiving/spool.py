"""A landing file made safe to read: opened without being led astray, copied, decoded, newlines settled.

From here on the file is known by its content, never by its name, which may hold anything.  Whatever
lies in a workspace is plaintext and goes when the workspace is left.  What the records mean, and how
many there are, is not known here (:mod:`pipelines.receiving.records`).
"""

import codecs
import fcntl
import hashlib
import io
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.errors import Refused

CHUNK = 1 << 20
_PREFIX = "in-"
_SURELY = 4
"""So many letters right in a row are no accident."""
_SUSPECT = re.compile(rb"\xee|\xef(?:[\x80-\xa3]|\xbf\xbd)")
"""U+E000 to U+F8FF, which mean nothing, and U+FFFD, in UTF-8."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WORKBOOKS = {b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xls"}


@dataclass(frozen=True)
class Copied:
    """A landing file's bytes, in the spool."""

    path: Path
    sha256: str
    bytes: int

    @property
    def workbook(self) -> str | None:
        """``xlsx`` or ``xls`` by its first bytes, whatever the file is called."""
        with self.path.open("rb") as file:
            return _WORKBOOKS.get(file.read(4))


@dataclass(frozen=True)
class Decoded:
    """The same as UTF-8 text whose lines end in a line feed, the last one too."""

    path: Path
    encoding: str
    has_final_newline: bool
    is_suspect: bool = False
    """Whether it holds characters that no text should: decoded wrongly, or ruined before it came."""


class UnknownEncoding(Refused):
    """A text of which is not known how it is written."""


@contextmanager
def workspace(spool: Path) -> Iterator[Path]:
    """A folder of our own that is gone afterwards, together with those of runs that died."""
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        with locked(spool):
            _sweep(spool)
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=spool))
            held.callback(shutil.rmtree, folder, ignore_errors=True)
            held.enter_context(locked(folder))
        yield folder


@contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[None]:
    """Hold a folder against other runs and threads; the lock goes with its holder.

    Raises:
        BlockingIOError: another holds it, and we would not wait.

    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _sweep(spool: Path) -> None:
    """Remove the workspaces that no living run holds."""
    for folder in spool.glob(f"{_PREFIX}*"):
        with suppress(BlockingIOError, FileNotFoundError), locked(folder, wait=False):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def opened(path: Path) -> Iterator[io.FileIO]:
    """A plain file for reading; a link, pipe or folder is refused rather than followed or waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"cannot be opened ({os.strerror(error.errno or 0)}) — only plain files are taken in") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Refused("is not a plain file — only plain files are taken in")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        yield file


def chunks(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK), b"")


def copy(path: Path, folder: Path, largest: int) -> Copied:
    """Copy a landing file, taking its hash on the way.

    Raises:
        Refused: it is empty, too large, no plain file, or somebody is still writing it.

    """
    target, seen, size = folder / "original", hashlib.sha256(), 0
    target.touch(mode=0o600)
    with opened(path) as file, target.open("wb") as copied:
        before = os.fstat(file.fileno())
        if is_being_written(file):
            raise Refused("is still being written — it will be taken in by the next run")
        for chunk in chunks(file):
            size += len(chunk)
            if size > largest:
                raise Refused(f"is larger than {largest >> 20} MB — raise largest_file_mb or export fewer days")
            seen.update(chunk)
            copied.write(chunk)
        if _state(before) != _state(os.fstat(file.fileno())) or _state(before) != _state(os.lstat(path)):
            raise Refused("is still being written — it will be taken in by the next run")
    if not size:
        raise Refused("is empty — export it again")
    return Copied(target, seen.hexdigest(), size)


def is_being_written(file: BinaryIO | io.FileIO) -> bool:
    """Whether somebody holds a file open for writing, as far as this system can tell."""
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # another's file, or a file system without leases: only its size and time can tell
    return False


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def decode(copied: Copied, folder: Path, encoding: str) -> Decoded:
    """Settle the encoding, strictly: a byte that does not fit is never replaced.

    Raises:
        Refused: the file is in no encoding that is allowed for it.

    """
    with copied.path.open("rb") as file:
        start = file.read(4)
    mark = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if encoding == "auto":
        return _by_trial(copied.path, folder, mark)
    if mark and mark.removesuffix("-sig") == encoding:
        encoding = mark
    try:
        return _decode(copied.path, folder, encoding)
    except _Undecodable as error:
        other = "gb18030 or auto" if encoding == "utf-8" else "auto"
        raise Refused(
            f"is not {_shown(encoding)} (first bad byte at {error.position}) — set encoding: {other}"
        ) from None


def _by_trial(path: Path, folder: Path, mark: str | None) -> Decoded:
    """What its byte order mark says; else UTF-8 if all of it fits; else GB18030 if all of it fits."""
    for encoding in [mark] if mark else ["utf-8", "gb18030"]:
        if encoding == "gb18030" and _is_rather_western(path):
            break
        try:
            return _decode(path, folder, encoding)
        except _Undecodable as error:
            if encoding == "utf-8" and _foreign_letters_before(path, error.position) >= _SURELY:
                raise Refused(
                    f"is UTF-8 but for the byte at {error.position} — export it again, or say in the preset which encoding it is"
                ) from None
    found = _shown(mark) if mark else "utf-8 nor gb18030"
    kind = Refused if mark else UnknownEncoding
    raise kind(f"is not {found} throughout — set encoding in the preset (cp1252 and latin-1 are the western ones)")


def _is_rather_western(path: Path) -> bool:
    """Whether letters beyond ASCII stand among ASCII's: Müller is right in GB18030 too, but as other words.

    In Chinese text of everyday words both bytes of a letter lie beyond ASCII.
    """
    with path.open("rb") as file:
        seconds = [pair[1] for pair in re.findall(rb"[\x81-\xfe][\x00-\xff]", file.read(CHUNK))]
    return len(seconds) > 0 and sum(0x40 <= second < 0x80 for second in seconds) > len(seconds) / 2


def _foreign_letters_before(path: Path, position: int) -> int:
    """How many letters beyond ASCII are right in UTF-8 before a byte that is not; in other encodings few are."""
    with path.open("rb") as file:
        file.seek(max(0, position - CHUNK))
        return sum(letter > "\x7f" for letter in file.read(min(position, CHUNK)).decode("utf-8", "ignore"))


class _Undecodable(Exception):
    def __init__(self, position: int) -> None:
        self.position = position


def _decode(path: Path, folder: Path, encoding: str) -> Decoded:
    if encoding == "utf-8" and _is_settled(path):
        return Decoded(path, encoding, True)
    target, last, is_suspect = folder / "text", "\n", False
    target.touch(mode=0o600)
    with path.open("rb") as source, target.open("wb") as text:
        for part in _decoded(source, encoding):
            content = part.encode()
            text.write(content)
            last = part[-1]
            is_suspect = is_suspect or _is_suspect(content)
        if last != "\n":
            text.write(b"\n")
    return Decoded(target, _shown(encoding), last == "\n", is_suspect)


def _is_suspect(text: bytes) -> bool:
    # Looking for one byte is far quicker than looking for a pattern.
    return b"\xee" in text or (b"\xef" in text and bool(_SUSPECT.search(text)))


def _is_settled(path: Path) -> bool:
    """Whether a file is UTF-8 whose lines end in a line feed, every one, so that it need not be written anew."""
    decode = codecs.getincrementaldecoder("utf-8")("strict").decode
    last = b""
    with path.open("rb") as file, suppress(UnicodeDecodeError):
        for chunk in chunks(file):
            decode(chunk)
            if b"\r" in chunk or _is_suspect(last + chunk):
                return False
            last = chunk[-2:]
        decode(b"", final=True)
        return last.endswith(b"\n")
    return False


def _decoded(source: BinaryIO, encoding: str) -> Iterator[str]:
    """The text in parts, none of them empty, every way of ending a line made a line feed."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    position, pending = 0, 0
    for chunk in _until_empty(source):
        try:
            part = newlines.decode(decoder.decode(chunk, final=not chunk), final=not chunk)
        except UnicodeError as error:
            if not chunk:
                # Cut inside a character, UTF-8 may well pass as GB18030, but as other words.
                raise Refused("ends in the middle of a character — it was cut short, copy it again") from None
            start = error.start if isinstance(error, UnicodeDecodeError) else 0
            raise _Undecodable(position - pending + start) from None
        position, pending = position + len(chunk), len(decoder.getstate()[0])
        if part:
            yield part


def _until_empty(source: BinaryIO) -> Iterator[bytes]:
    """The chunks of a file, and an empty one to end with."""
    yield from chunks(source)
    yield b""


def _shown(encoding: str) -> str:
    return encoding.removesuffix("-sig")
