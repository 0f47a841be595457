"""One landing file on its way in: checked, read in a child process, counted twice, and told as rows.

Nothing here touches the warehouse.  What comes back names the files to load and what to write in the
ledger.  Copying and decoding belong in :mod:`pipelines.receiving.spool`, reading records in
:mod:`pipelines.receiving.parse`.
"""

import hashlib
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.campus import Campus
from pipelines.errors import Refused
from pipelines.keeping.keyring import Keyring
from pipelines.keeping.vault import Vault
from pipelines.receiving import records, spool
from pipelines.receiving.contracts import Contract
from pipelines.receiving.parse import Job, KeptFrom, Outcome
from pipelines.receiving.presets import Source
from pipelines.receiving.reader import Read, read_alone
from pipelines.receiving.unpacking import copied_table, unpack


@dataclass(frozen=True)
class Received:
    """A file that is ready to be loaded; ``records == loaded + duplicates + rejected``."""

    source: str
    name: str
    """Its path inside the landing folder."""
    sha256: str
    source_file: str
    """What marks its rows."""
    bytes: int
    encoding: str
    """utf-8, gb18030, … or xlsx, xls."""
    records: int
    loaded: int
    duplicates: int
    rejected: int
    headings: int
    """Records of the file before the first of these: headings, and what stands above them."""
    rows: int
    """Rows to load: as many as ``loaded``, except where one record makes several."""
    reasons: dict[str, int]
    """Why records were rejected, and how many for each reason."""
    dropped_columns: tuple[str, ...]
    """Headings that no column of the feed asks for."""
    warnings: tuple[str, ...]
    rows_file: Path
    """Parquet: the contract's columns, then source_file, source_record, notes; in file order."""
    rejects_file: Path
    """Parquet: record, field, reason."""
    rejected_records_file: Path
    """The rejected records themselves, sealed in the vault."""


def landed(campus: Campus, source: Source) -> list[Path]:
    """The files of a source that lie in the landing folder, by name."""
    found = {path for pattern in source.files for path in campus.landing.glob(pattern)}
    return sorted(path for path in found if is_taken(path, campus.landing))


def source_file(name: str, sha256: str, source: Source) -> str:
    """What marks the rows of a file: 16 digits of who reads it, its bytes, and its name where rows are made of that too."""
    reads_name = any(part.file_name for rule in source.columns.values() for part in rule.parts)
    what = f"{source.name}\0{name if reads_name else ''}\0{sha256}"
    return hashlib.sha256(what.encode()).hexdigest()[:16]


def digest(path: Path) -> str:
    """The SHA-256 of a landing file's bytes.

    Raises:
        Refused: it is no plain file.

    """
    with naming(path.name), spool.opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def receive(
    path: Path,
    source: Source,
    contract: Contract,
    campus: Campus,
    keyring: Keyring,
    read: Read | None = None,
    erased: Collection[str] = (),
    kept_from: KeptFrom | None = None,
    known_as: str | None = None,
) -> Received:
    """A landing file as rows of its feed, without those whose tombstones are among ``erased`` or that are past their time.

    An original from which somebody was erased is ``known_as`` it came, by the digest of its bytes at that time.

    Raises:
        Refused: the file cannot be taken in as it is; nothing of it is kept.

    """
    name = _name_within(path, campus.landing)
    with naming(name), spool.workspace(campus.spool) as folder:
        copied = spool.copy(path, folder, campus.largest_file_mb << 20)
        copied = replace(copied, sha256=known_as or copied.sha256)
        job = _job(copied, folder, name, source, contract, campus, keyring, erased, kept_from)
        outcome = (read or read_alone)(job, campus.parser_seconds)
        if outcome.records != outcome.told_apart:
            raise Refused(
                f"the parser and the counter disagree: {outcome.told_apart} records against {outcome.records} — export it again"
            )
        return _kept(copied, job, outcome, campus, keyring)


def discard(received: Received) -> None:
    """Take away what was read, once it is loaded."""
    received.rows_file.unlink(missing_ok=True)
    received.rejects_file.unlink(missing_ok=True)


def is_taken(path: Path, landing: Path) -> bool:
    """Whether a file is a plain one, reached through no link, and neither hidden nor another program's lock."""
    try:
        is_plain = stat.S_ISREG(path.lstat().st_mode) and not path.name.startswith((".", "~$"))
    except FileNotFoundError:
        return False  # taken away while the folder was looked at
    return is_plain and path.resolve() == landing.resolve() / path.relative_to(landing)


def _name_within(path: Path, landing: Path) -> str:
    resolved = path.parent.resolve() / path.name
    if not resolved.is_relative_to(landing.resolve()):
        raise Refused(f"{printable(path.name)}: does not lie in the landing folder — move it there")
    return name_within(resolved, landing.resolve())


def name_within(path: Path, landing: Path) -> str:
    """A file's place in the landing folder; bytes of its name that are not UTF-8 are spelt out."""
    name = path.relative_to(landing).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Say which file is refused."""
    try:
        yield
    except Refused as refused:
        raise Refused(printable(f"{name}: {refused}")) from None


def printable(text: str) -> str:
    """A text on one line, whatever the name or heading in it holds."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _job(
    copied: spool.Copied,
    folder: Path,
    name: str,
    source: Source,
    contract: Contract,
    campus: Campus,
    keyring: Keyring,
    erased: Collection[str],
    kept_from: KeptFrom | None,
) -> Job:
    """The child's task: a workbook as it is, a text decoded and its records counted."""
    copied = unpack(copied, folder, source.member, campus.largest_file_mb << 20)
    decoded = _decoded(copied, folder, source)
    return Job(
        path=decoded.path if decoded else copied.path,
        workbook=copied.workbook,
        encoding=decoded.encoding if decoded else str(copied.workbook),
        name=name,
        source_file=source_file(name, copied.sha256, source),
        counted=_counted(decoded, source) if decoded else 0,
        has_final_newline=decoded.has_final_newline if decoded else True,
        is_suspect=decoded.is_suspect if decoded else False,
        source=source.model_copy(update={"encoding": decoded.encoding}) if decoded else source,
        contract=contract,
        timezone=campus.timezone,
        folder=folder,
        memory_mb=campus.parser_memory_mb,
        key=keyring.hmac_key.hex(),
        erased=tuple(sorted(erased)),
        kept_from=kept_from,
    )


def _decoded(copied: spool.Copied, folder: Path, source: Source) -> spool.Decoded | None:
    """The text of a file; nothing of a workbook, which is read as it is."""
    is_workbook = copied.workbook is not None
    if is_workbook != (source.format == "xlsx"):
        kind = "xlsx" if is_workbook else "csv"
        raise Refused(f"is {'a workbook' if is_workbook else 'no workbook'} — set format: {kind}, or export it anew")
    if is_workbook:
        return None
    decoded = spool.decode(copied, folder, source.encoding)
    return copied_table(decoded, folder, source.table) if source.table else decoded


def _counted(decoded: spool.Decoded, source: Source) -> int:
    """The records of a text file; those of a JSON document are counted in the child."""
    if source.format == "csv":
        return records.count(decoded.path, source.delimiter, source.quote)
    return 0 if source.format in {"json", "jsonl"} else records.count(decoded.path, "\t", None)


def _warnings(job: Job) -> Iterator[str]:
    if not job.has_final_newline:
        yield "no final newline"
    if job.is_suspect:
        yield "holds characters that no text should — see whether its encoding is right, or ask for it again"


def _kept(copied: spool.Copied, job: Job, outcome: Outcome, campus: Campus, keyring: Keyring) -> Received:
    """What stays of the work: persons and rejected records in the vault, rows and rejects in the spool."""
    vault = Vault.of(campus, keyring)
    vault.remember(job.identities)
    return Received(
        source=job.source.name,
        name=job.name,
        sha256=copied.sha256,
        source_file=job.source_file,
        bytes=copied.bytes,
        encoding=job.encoding,
        records=outcome.records,
        loaded=outcome.loaded,
        duplicates=outcome.duplicates,
        rejected=outcome.rejected,
        headings=outcome.headings,
        rows=outcome.rows,
        reasons=outcome.reasons,
        dropped_columns=outcome.dropped_columns,
        warnings=(*_warnings(job), *outcome.remarks),
        rejected_records_file=vault.keep_rejects(job.source_file, job.rejected_records),
        rows_file=job.rows.replace(campus.spool / f"{job.source_file}.rows.parquet"),
        rejects_file=job.rejects.replace(campus.spool / f"{job.source_file}.rejects.parquet"),
    )
