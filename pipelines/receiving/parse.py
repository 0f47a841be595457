"""The child process that reads landing files: a job on its input, a line of JSON on its output, until none comes.

A file may be crafted or broken, so it is read where it can do no harm: with a limit on memory, with
nothing in the environment, and with no word of a record on any output.  The parent, which sets the
time limit, is :mod:`pipelines.receiving.reader`.
"""

import datetime as dt
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from pipelines.errors import Refused
from pipelines.receiving.contracts import Contract
from pipelines.receiving.presets import Source

if TYPE_CHECKING:
    from pipelines.receiving.canonical import Mapping
    from pipelines.receiving.cells import Batch, Cells
    from pipelines.receiving.harvest import Harvest

FAULT = "fault: "
"""Begins the one line about a fault of ours."""


KeptFrom = tuple[tuple[str, ...], dt.date]
"""The times of a record, and the first day of which records are kept: one is as old as the last thing that happened in it."""


class Job(BaseModel):
    """What to read, how, and into which folder."""

    model_config = ConfigDict(frozen=True)

    path: Path
    workbook: str | None
    encoding: str
    name: str
    source_file: str
    counted: int
    """Records in a text file, headings among them; a workbook's are counted here."""
    has_final_newline: bool
    is_suspect: bool = False
    source: Source
    contract: Contract
    timezone: str
    folder: Path
    memory_mb: int
    key: str
    erased: tuple[str, ...] = ()
    """Tombstones of those whose records are not taken in."""
    kept_from: KeptFrom | None = None

    @property
    def draft(self) -> Path:
        return self.folder / "draft.parquet"

    @property
    def rows(self) -> Path:
        return self.folder / "rows.parquet"

    @property
    def rejects(self) -> Path:
        return self.folder / "rejects.parquet"

    @property
    def rejected_records(self) -> Path:
        return self.folder / "rejected.jsonl"

    @property
    def identities(self) -> Path:
        return self.folder / "identities.parquet"


class Outcome(BaseModel):
    """What came of it."""

    model_config = ConfigDict(frozen=True)

    counted: int
    headings: int
    """How many of the counted records are headings or stand before them."""
    loaded: int
    duplicates: int
    rejected: int
    rows: int
    reasons: dict[str, int]
    dropped_columns: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """The records there are, by the counter."""
        return self.counted - self.headings

    @property
    def told_apart(self) -> int:
        """The records there are, by the parser."""
        return self.loaded + self.duplicates + self.rejected


def main() -> None:
    """Do the jobs that come on the input, a line each, and answer each with a line."""
    sys.excepthook = _say_where_only
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        job = Job.model_validate_json(line)
        resource.setrlimit(resource.RLIMIT_AS, (job.memory_mb << 20, job.memory_mb << 20))
        print(json.dumps(_answer(job)), flush=True)


def _answer(job: Job) -> dict[str, object]:
    try:
        return {"outcome": parse(job).model_dump()}
    except Refused as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": f"needs more than {job.memory_mb} MB to read — raise parser_memory_mb"}


def parse(job: Job) -> Outcome:
    """Read a file into rows, rejects, rejected records and identities."""
    from pipelines.receiving import headings, remarks, workbook
    from pipelines.receiving.canonical import Mapping

    if job.workbook == "xlsx":
        workbook.measure(job.path)
    cells = _cells(job)
    found = cells.headings()
    sheet = workbook.count(job.path, job.workbook, job.source.sheet) if job.workbook else None
    counted = sheet.rows if sheet else _counted(job)
    mapping = Mapping(job.source, job.contract, found, job.name, job.timezone)
    harvest = _harvested(job, mapping, cells.batches(found), counted - found.records_before)
    duplicates, rows = harvest.finish(job.draft, job.rows)
    harvest.pseudonyms.identities().write_parquet(job.identities)
    return Outcome(
        counted=counted,
        headings=found.records_before,
        loaded=harvest.accepted - duplicates,
        duplicates=duplicates,
        rejected=harvest.reasons.total(),
        rows=rows,
        reasons=dict(sorted(harvest.reasons.items())),
        dropped_columns=headings.dropped(found, job.source),
        remarks=(
            *(remarks.of_sheets(sheet) if sheet and not isinstance(job.source.sheet, str) else ()),
            *remarks.of_merged(sheet.merged if sheet else (), found, job.source),
            *remarks.of_order(job.rejects, job.rows, job.source),
            *remarks.of_patterns(job.rows, job.source),
            *remarks.of_rounded(job.rows, job.source, job.contract),
        ),
    )


def _cells(job: Job) -> "Cells":
    from pipelines.receiving.cells import TextCells
    from pipelines.receiving.json_cells import JsonCells
    from pipelines.receiving.line_cells import FixedCells, LogCells
    from pipelines.receiving.sheet_cells import WorkbookCells

    kinds: dict[str, Callable[[Path, Source], Cells]] = {
        "xlsx": WorkbookCells,
        "fixed": FixedCells,
        "json": JsonCells,
        "jsonl": JsonCells,
        "log": LogCells,
    }
    source = job.source
    if source.format == "copy":
        source = source.model_copy(update={"delimiter": "\t", "quote": None, "header": 1, "below_header": 0})
    return kinds.get(source.format, TextCells)(job.path, source)


def _counted(job: Job) -> int:
    """The records of a text, by the counter of its kind."""
    from pipelines.receiving import json_records

    if job.source.format in {"json", "jsonl"}:
        is_itself = job.source.format == "jsonl" and job.source.records == "[]"
        return json_records.count(job.path, "" if is_itself else job.source.records)
    return job.counted


def _harvested(job: Job, mapping: "Mapping", batches: "Iterator[Batch]", last: int) -> "Harvest":
    from pipelines.receiving.duplicates import Seen
    from pipelines.receiving.harvest import REJECTS, Harvest, feed_schema
    from pipelines.receiving.origins import Below
    from pipelines.receiving.parquet import Appender
    from pipelines.receiving.presets import SameKey
    from pipelines.receiving.pseudonymise import Pseudonyms
    from pipelines.receiving.tombstones import Tombstones

    policy = job.source.duplicates
    seen = Seen(job.folder, policy.within if isinstance(policy, SameKey) else None)
    key = bytes.fromhex(job.key)
    tombstones = Tombstones.at(job.source, job.contract, key, job.erased)
    pseudonyms = Pseudonyms(job.source, job.contract, key, tombstones)
    with (
        Appender(job.draft, feed_schema(mapping)) as draft,
        Appender(job.rejects, REJECTS) as rejects,
        job.rejected_records.open("w", encoding="utf-8") as records,
    ):
        truncated = None if job.has_final_newline else last
        below = Below.at(job.source, mapping.headings)
        harvest = Harvest(
            mapping, pseudonyms, job.source_file, draft, rejects, records, seen, below, truncated, job.kept_from
        )
        harvest.gather(batches)
    return harvest


def _say_where_only(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A fault of ours by its name and place; its words may hold a cell."""
    last = traceback.extract_tb(trace)[-1]
    print(f"{FAULT}{kind.__name__} at {Path(last.filename).name}:{last.lineno}", file=sys.stderr)


if __name__ == "__main__":
    main()
