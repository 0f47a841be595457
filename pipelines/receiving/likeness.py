"""How near the known presets come to a file, and what a site would have to say beside them.

What to begin with where none of them fits belongs in :mod:`pipelines.receiving.beginning`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipelines.errors import Refused
from pipelines.receiving.headings import apart, expected, plain
from pipelines.receiving.json_cells import JsonCells
from pipelines.receiving.line_cells import LogCells
from pipelines.receiving.presets import Source
from pipelines.receiving.shapes import Shape

_TABLES = {"csv", "xlsx"}
"""Formats in which a system exports the same table."""


@dataclass(frozen=True)
class Likeness:
    """A preset, and how much of what it reads the file holds."""

    preset: str
    feed: str
    share: float
    found: int
    """How many of the headings it reads are there."""
    missing: tuple[str, ...] = ()
    lines: dict[str, Any] = field(default_factory=dict)
    """What has to be said beside the preset for this file: another format, another order of directives."""


def likenesses(shape: Shape, presets: Iterable[Source]) -> list[Likeness]:
    """The presets by how near they come, nearest first; of those as near, one that fits without another word."""
    found = [_likeness(shape, preset) for preset in presets if _is_same_kind(shape, preset)]
    near = [one for one in found if one.share > 0]
    return sorted(near, key=lambda one: (-one.share, -one.found, len(one.lines), one.preset))


def _is_same_kind(shape: Shape, preset: Source) -> bool:
    kind = shape.lines.get("format", "csv")
    is_table = kind == "csv" and len(shape.headings) > 2
    kinds = {preset.format, kind}
    is_same = len(kinds) == 1 or kinds <= _TABLES or (kinds <= {"csv", "log"} and not is_table)
    return is_same and preset.table == shape.lines.get("table")


def _likeness(shape: Shape, preset: Source) -> Likeness:
    if preset.format == "log":
        return _of_log(shape, preset)
    lines = _lines(shape, preset)
    if preset.header == "none":
        is_as_wide = bool(shape.samples) and len(shape.samples[0]) == len(preset.headings)
        return Likeness(preset.name, preset.feed, 0.5 if is_as_wide and not shape.headings else 0, 1, lines=lines)
    here = _headings(shape, preset)
    wanted, missing = _wanted(preset, here)
    share = 1 - len(missing) / wanted if wanted else 0.0
    if preset.unpivot and isinstance(preset.unpivot.headings, str):
        share *= any(re.search(preset.unpivot.headings, heading) for heading in here)
    return Likeness(preset.name, preset.feed, share, wanted - len(missing), missing, lines)


def _wanted(preset: Source, headings: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    """How many headings a preset cannot do without, and which of them are not there."""
    wanted, here = expected(preset), set(headings)
    return len(wanted), tuple(names[0] for names in wanted if not here & set(map(plain, names)))


def _of_log(shape: Shape, preset: Source) -> Likeness:
    """How many lines have the preset's form; else, how many of the directives that it reads are in another form."""
    fitting, log = _fitting_lines(shape, preset), shape.lines.get("log")
    found = len(set(LogCells(shape.path, preset).form()[0]) & set(shape.headings))
    if not log or not preset.log or fitting > 0.5:
        return Likeness(preset.name, preset.feed, fitting, found, lines=_encoding(shape, preset))
    wanted, missing = _wanted(preset, shape.headings)
    share = 1 - len(missing) / wanted if wanted else 0.0
    return Likeness(preset.name, preset.feed, share, found, missing, {"log": log, **_encoding(shape, preset)})


def _lines(shape: Shape, preset: Source) -> dict[str, Any]:
    """What the file is that the preset does not say."""
    kind = shape.lines.get("format", "csv")
    lines = _encoding(shape, preset) | ({"format": kind} if kind != preset.format else {})
    if kind == "xlsx" and "sheet" in shape.lines and preset.sheet == 1:
        lines["sheet"] = shape.lines["sheet"]
    mark = shape.lines.get("delimiter", ",")
    if kind == "csv" and len(shape.headings) > 1 and mark != {"\t": "tab"}.get(preset.delimiter, preset.delimiter):
        lines["delimiter"] = mark
    if shape.lines.get("header") == "detect" and preset.header == preset.header_lines == 1:
        lines["header"] = "detect"
    return lines


def _encoding(shape: Shape, preset: Source) -> dict[str, Any]:
    return {"encoding": shape.encoding} if shape.is_guessed and preset.encoding == "auto" else {}


def _fitting_lines(shape: Shape, preset: Source) -> float:
    with shape.path.open(encoding="utf-8") as text:
        top = [line for line, _ in zip(text, range(100), strict=False)]
    pattern = LogCells(shape.path, preset).form()[1]
    return sum(bool(re.match(pattern, line)) for line in top) / max(len(top), 1)


def _headings(shape: Shape, preset: Source) -> tuple[str, ...]:
    """The headings of a file, those that stand there twice by number too; for JSON along the preset's own way to the records."""
    if preset.format not in {"json", "jsonl"}:
        return (*shape.headings, *apart(shape.headings))
    try:
        return JsonCells(shape.path, preset).paths()
    except Refused:
        return ()
