"""The files behind a published database: numbered generations, and a link to the newest good one.

A generation is written under a passing name and moved into place whole, so a reader, who follows the
link, finds either the one before or the new one.  What is in a database belongs in
:mod:`pipelines.publish`.
"""

import os
from pathlib import Path

_CURRENT = "current"
_GENERATIONS = "mart-*.duckdb"
_UNFINISHED = ".tmp-"


def unfinished(folder: Path) -> Path:
    """Where the next generation is written, after whatever a publication cut short has left is cleared away."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    sweep(folder)
    return folder / f"{_UNFINISHED}{os.getpid()}.duckdb"


def sweep(folder: Path) -> None:
    """Clear away what is not finished."""
    for leftover in folder.glob(f"{_UNFINISHED}*"):
        leftover.unlink()


def put_in_place(written: Path) -> Path:
    """Give a new database its number, then turn readers to it."""
    folder = written.parent
    number = 1 + max((generation(path) for path in folder.glob(_GENERATIONS)), default=0)
    path = folder / f"mart-{number:06d}.duckdb"
    written.chmod(0o440)
    written.rename(path)
    sync(folder)
    link = folder / f"{_UNFINISHED}link"
    link.symlink_to(path.name)
    link.replace(folder / _CURRENT)
    sync(folder)
    return path


def retire(folder: Path, keep: int) -> int:
    """Remove all but the newest generations; how many went."""
    old = sorted(folder.glob(_GENERATIONS), key=generation)[: -max(keep, 1)]
    for path in old:
        path.unlink()
    return len(old)


def current(folder: Path) -> Path | None:
    """The newest generation by its own name, for DuckDB takes one name to be one database."""
    link = folder / _CURRENT
    return link.resolve() if link.exists() else None


def generation(path: Path) -> int:
    return int(path.stem.removeprefix("mart-"))


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
