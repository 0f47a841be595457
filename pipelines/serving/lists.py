"""Lists of people for the librarians who serve them: the one place where files that name persons are written.

A list is whole or not there, and only its owner may read it.  How a cell stays text belongs in
:mod:`pipelines.reporting.sheets`; who stands on a list, and who may have it, in :mod:`pipelines.serving.service_lists`.
"""

import csv
import datetime as dt
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.reporting.sheets import as_csv, as_workbook

Rows = Sequence[Sequence[str]]

_KINDS = (".csv", ".xlsx")


def write_lists(folder: Path, lists: Mapping[str, Rows], headings: Sequence[str], made_at: dt.datetime) -> list[Path]:
    """Write each list under its name, twice, into a folder that holds no other list afterwards.

    The same lists of the same day give the same bytes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: dict[str, bytes] = {}
    for name, rows in lists.items():
        frame = pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row")
        files |= {f"{name}.csv": as_csv(frame), f"{name}.xlsx": as_workbook({name: frame}, day=made_at.date())}
    for name, content in files.items():
        _put(folder / name, content)
    for left in sorted(folder.iterdir()):
        if left.name not in files and (left.suffix in _KINDS or left.name.startswith(".")):
            left.unlink()
    return [folder / name for name in files]


def take_away(folder: Path, numbers: Collection[str]) -> int:
    """Take away every list below a folder that names one of these persons; how many there were."""
    named = [path for path in folder.rglob("*.csv") if path.with_suffix(".xlsx").is_file() and _names(path, numbers)]
    for path in named:
        path.unlink()
        path.with_suffix(".xlsx").unlink()
    return len(named)


def _names(path: Path, numbers: Collection[str]) -> bool:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return any(row and row[0] in numbers for row in csv.reader(file))


def _put(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
