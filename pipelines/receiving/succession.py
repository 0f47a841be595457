"""Which earlier files of a source a file takes the place of, told by their names alone.

Files that were replaced are noted in :mod:`pipelines.receiving.ledger`, and their rows go in the transaction
that loads those of the later one (:mod:`pipelines.receiving.loading`).
"""

import re

from pipelines.receiving.presets import Source


def period(source: Source, name: str) -> str | None:
    """Which period a file is about, by its name."""
    found = re.search(source.period, name) if source.period else None
    return found[1] if found else None


def misnamed(source: Source, name: str) -> str | None:
    """Why a file cannot be put among the others, if its name tells no period though names of its source should."""
    if source.period is None or period(source, name):
        return None
    return f"{name}: has a name that does not fit the pattern under period — rename it, or mend source {source.name}"


def in_order(period: str) -> tuple[tuple[int, str], ...]:
    """A period as something that sorts: numbers in it as numbers, so that 2025-9 comes before 2025-10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in re.findall(r"\d+|\D+", period))


def gives_way(source: Source, earlier: str, later: str) -> bool:
    """Whether one file, by its name, makes room for a later one."""
    if source.replaces == "same_period":
        return period(source, earlier) is not None and period(source, earlier) == period(source, later)
    return source.replaces == "everything" or (source.replaces == "same_name" and earlier == later)
