"""What can happen to a file, and whether every record of it is then accounted for.

How often and which mutations are tried is for the test to say.
"""

import csv
import json
import random
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import polars as pl

from pipelines.errors import Refused
from pipelines.receiving import receive, spool
from pipelines.receiving.parse import parse
from tests.hostile.good_files import CARD, Kind
from tests.pipelines.landing import Site

COPIED = re.compile(r"COPY public\.loan \([^\n]*\) FROM stdin;")
SECONDS = 20
"""More than any small file can need."""
STREWN = (
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xe9\xa6",
    "馆".encode(),
    b"x",
    b" ",
    b"\x1a",
    b"\x0b\x0c",
    b"\x1c",
    "\x85\u2028".encode(),
)


def mutated(content: bytes, kind: Kind, draw: random.Random) -> bytes:
    """The same after one to four mishaps."""
    for _ in range(draw.randint(1, 4)):
        content = draw.choice((_flipped, _strewn, _strewn, _shortened, _rearranged))(content, kind, draw)
    return content


def _flipped(content: bytes, kind: Kind, draw: random.Random) -> bytes:
    if not content:
        return content
    at = draw.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << draw.randrange(8))]) + content[at + 1 :]


def _strewn(content: bytes, kind: Kind, draw: random.Random) -> bytes:
    for _ in range(draw.randint(1, 3)):
        at = draw.randint(0, len(content))
        content = content[:at] + draw.choice(kind.sprinkled + STREWN) + content[at:]
    return content


def _shortened(content: bytes, kind: Kind, draw: random.Random) -> bytes:
    at = draw.randint(0, len(content))
    return content[:at] if draw.random() < 0.2 else content[:at] + content[at + draw.randint(1, 30) :]


def _rearranged(content: bytes, kind: Kind, draw: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    line = lines[draw.randrange(len(lines))]
    match draw.randrange(4):
        case 0:
            lines.insert(draw.randint(0, len(lines)), line)
        case 1:
            lines.remove(line)
        case 2:
            lines[lines.index(line)] = line[: draw.randint(0, len(line))]
        case _:
            draw.shuffle(lines)
    return b"".join(lines)


@dataclass(frozen=True)
class Told:
    """What became of a file: the one line of its refusal, or its records, told apart."""

    refusal: str | None
    records: int = 0
    loaded: int = 0
    duplicates: int = 0
    rejected: int = 0
    counted: int = 0
    """Its records as counted here, from its bytes."""
    numbers: tuple[int, ...] = ()
    """The number of every record that was loaded or rejected, as the written files say."""

    @property
    def complaint(self) -> str | None:
        """What is wrong with it; nothing where all is well."""
        if self.refusal is not None:
            is_line = not set("\n\r") & set(self.refusal) and " — " in self.refusal and CARD not in self.refusal
            return None if is_line else "the refusal is not one clear line"
        if self.records != self.counted:
            return "there are not as many records as the file holds"
        if self.records != self.loaded + self.duplicates + self.rejected:
            return "records are not loaded, duplicates and rejected together"
        if len(set(self.numbers)) != len(self.numbers):
            return "a record stands there twice"
        if not set(self.numbers) <= set(range(1, self.records + 1)):
            return "a record has a number that none has"
        if len(self.numbers) != self.loaded + self.rejected:
            return "as many records are not written as are told"
        return None


def told(campus: Site, content: bytes) -> Told:
    """What becomes of a file, by the door's own steps but for the child and the vault."""
    folder = campus.campus.spool / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = campus.put("file", content)
    try:
        copied = spool.copy(path, folder, 1 << 20)
        job = receive._job(
            copied, folder, "file", campus.source, campus.contract, campus.campus, campus.keyring, (), None
        )
        outcome = parse(job)
    except Refused as refused:
        return Told(str(refused))
    numbers = [*pl.read_parquet(job.rows)["source_record"], *pl.read_parquet(job.rejects)["record"]]
    sealed = job.rejected_records.read_text(encoding="utf-8").split("\n")[:-1]
    assert len(sealed) == outcome.rejected
    counted = held(content, job.encoding, campus.source.name)
    return Told(None, outcome.records, outcome.loaded, outcome.duplicates, outcome.rejected, counted, tuple(numbers))


def held(content: bytes, encoding: str, kind: str) -> int:
    """How many records a file holds, as the standard library reads it."""
    text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if kind == "json":
        return len(json.loads(text)["loans"])
    if kind == "copy":
        start = next(number for number, line in enumerate(lines) if COPIED.fullmatch(line))
        return sum(map(bool, lines[start + 1 : lines.index("\\.", start)]))
    if kind in ("csv", "gbk"):
        read = csv.reader((line + "\n" for line in lines), delimiter="," if kind == "csv" else "\t")
        return sum(map(bool, read)) - 1
    return sum(map(bool, lines)) - (kind == "unquoted")


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Work that takes longer is broken off."""

    def break_off(signal_number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, break_off)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
