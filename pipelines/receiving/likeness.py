"""How near the known presets come to a file.

What to begin with where none of them fits belongs in :mod:`pipelines.receiving.beginning`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.errors import Refused
from pipelines.receiving.headings import expected, plain
from pipelines.receiving.json_cells import JsonCells
from pipelines.receiving.line_cells import LogCells
from pipelines.receiving.presets import Source
from pipelines.receiving.shapes import Shape


@dataclass(frozen=True)
class Likeness:
    """A preset, and how much of what it reads the file holds."""

    preset: str
    feed: str
    share: float
    found: int
    """How many of the headings it reads are there."""
    missing: tuple[str, ...] = ()


def likenesses(shape: Shape, presets: Iterable[Source]) -> list[Likeness]:
    """The presets by how near they come, nearest first."""
    found = [_likeness(shape, preset) for preset in presets if _is_same_kind(shape, preset)]
    return sorted((one for one in found if one.share > 0), key=lambda one: (-one.share, -one.found, one.preset))


def _is_same_kind(shape: Shape, preset: Source) -> bool:
    kind = shape.lines.get("format", "csv")
    is_table = kind == "csv" and len(shape.headings) > 2
    is_same = preset.format == kind or ({preset.format, kind} <= {"csv", "log"} and not is_table)
    return is_same and preset.table == shape.lines.get("table")


def _likeness(shape: Shape, preset: Source) -> Likeness:
    if preset.format == "log":
        return Likeness(
            preset.name, preset.feed, _fitting_lines(shape, preset), int(preset.log == shape.lines.get("log"))
        )
    if preset.header == "none":
        is_as_wide = bool(shape.samples) and len(shape.samples[0]) == len(preset.headings)
        return Likeness(preset.name, preset.feed, 0.5 if is_as_wide and not shape.headings else 0, 1)
    wanted, here = expected(preset), set(_headings(shape, preset))
    missing = tuple(names[0] for names in wanted if not here & set(map(plain, names)))
    found = len(wanted) - len(missing)
    share = found / len(wanted) if wanted else 0.0
    if preset.unpivot and isinstance(preset.unpivot.headings, str):
        share *= any(re.search(preset.unpivot.headings, heading) for heading in here)
    return Likeness(preset.name, preset.feed, share, found, missing)


def _fitting_lines(shape: Shape, preset: Source) -> float:
    with shape.path.open(encoding="utf-8") as text:
        top = [line for line, _ in zip(text, range(100), strict=False)]
    pattern = LogCells(shape.path, preset).form()[1]
    return sum(bool(re.match(pattern, line)) for line in top) / max(len(top), 1)


def _headings(shape: Shape, preset: Source) -> tuple[str, ...]:
    """The headings of a file, for JSON those along the preset's own way to the records."""
    if preset.format not in {"json", "jsonl"}:
        return shape.headings
    try:
        return JsonCells(shape.path, preset).paths()
    except Refused:
        return ()
