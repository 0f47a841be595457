"""How near the known presets come to a file, and the beginning of a preset where none does.

What a heading usually means is learnt from the presets themselves: a heading that one of them reads
for a column is proposed for that column again.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from pipelines.errors import Refused
from pipelines.receiving.contracts import Contract
from pipelines.receiving.headings import expected, plain
from pipelines.receiving.json_cells import JsonCells
from pipelines.receiving.line_cells import LogCells
from pipelines.receiving.presets import Source
from pipelines.receiving.shapes import Shape

_TIMES = (
    *("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d"),
    *("%Y/%m/%d", "%Y%m%d", "%Y%m%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M"),
    *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%Y年%m月%d日", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M"),
    *(
        "%Y.%m.%d",
        "%Y%m%d%H%M%S",
        "%d-%b-%y %I.%M.%S.%f %p",
        "%Y-%m-%dT%H:%M:%S.%f%z",
        "%m-%d-%Y %H:%M",
        "%d-%m-%Y %H:%M",
    ),
    *("%m/%d/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d-%b-%y", "%Y-%m-%dT%H:%M:%S%z"),
)

_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")
"""A spreadsheet's days, from 1954 to 2091: with the time of a day behind the point, they are no number of anything else."""

_ASIDE = re.compile(r"\s*[(（][^()（）]*[)）]$")
"""What a heading says of itself in brackets: the level (Self), a unit, a form."""


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


def beginning(
    shape: Shape, presets: Iterable[Source], contracts: dict[str, Contract], name: str, feed: str | None = None
) -> str:
    """A preset to begin with, in which what could not be guessed is said to be open."""
    meanings = _meanings(presets, shape.headings)
    spoken_of = feed or _spoken_of(meanings)
    contract = contracts[spoken_of] if spoken_of else None
    columns = _columns(shape, meanings, contract) if contract else {}
    lines = {"feed": contract.feed if contract else "…", "files": name, **_spelt(shape), "columns": columns}
    text = yaml.safe_dump(lines, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
    return f"# A first guess: look at every line before it is used.\n{text}{_open(shape, columns, contract)}"


def _spoken_of(meanings: dict[str, list[tuple[str, str]]]) -> str | None:
    """The feed that most headings speak of, of several the first by name; one heading alone, such as ID, says nothing."""
    counted = Counter(feed for words in meanings.values() for feed in {feed for feed, _ in words})
    feed, headings = min(counted.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
    return feed if headings > 1 else None


def time_forms(texts: Iterable[str]) -> list[str]:
    """The ways of writing a time that fit every text; several where day and month can be mistaken."""
    given = [text.strip() for text in texts if text.strip()]
    forms = [form for form in _TIMES if given and all(_reads(text, form) for text in given)]
    is_counted = all(map(_SERIAL.fullmatch, given)) and any("." in text for text in given)
    return [*forms, "excel_days"] if is_counted else forms


def _reads(text: str, form: str) -> bool:
    try:
        year = datetime.strptime(text, form).year
    except ValueError:
        return False
    return 1800 <= year < 2200  # digits of another kind make a day of the year 1756


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


def _meanings(presets: Iterable[Source], headings: tuple[str, ...]) -> dict[str, list[tuple[str, str]]]:
    """What each heading of the file is elsewhere: feeds and their columns."""
    known: dict[str, list[tuple[str, str]]] = {}
    for preset in presets:
        for column, rule in preset.columns.items():
            for heading in (name for part in rule.parts for name in part.headings):
                known.setdefault(plain(heading).lower(), []).append((preset.feed, column))
    spelt = {
        heading: [word for word in (heading.lower(), _ASIDE.sub("", heading.lower())) if word in known]
        for heading in headings
    }
    return {heading: known[words[0]] for heading, words in spelt.items() if words}


def _columns(shape: Shape, meanings: dict[str, list[tuple[str, str]]], contract: Contract) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    types = {column.name: column.type for column in contract.columns}
    for heading, words in meanings.items():
        here = [column for feed, column in words if feed == contract.feed and column not in columns]
        if here:
            column = Counter(here).most_common(1)[0][0]
            columns[column] = _rule(heading, types[column], _texts(shape, heading))
    return columns


def _rule(heading: str, kind: str, texts: list[str]) -> Any:
    forms = time_forms(texts) if kind.lower() in {"timestamp", "date"} else []
    return {"from": heading, "formats": forms[0] if len(forms) == 1 else forms} if forms else heading


def _texts(shape: Shape, heading: str) -> list[str]:
    place = shape.headings.index(heading)
    return [row[place] for row in shape.samples if len(row) > place]


def _spelt(shape: Shape) -> dict[str, Any]:
    lines = dict(shape.lines)
    if shape.encoding not in {"utf-8", "xlsx", "xls"}:
        lines["encoding"] = shape.encoding
    if lines.get("header") == "none":
        lines["headings"] = [f"c{number}" for number in range(1, len(shape.samples[0]) + 1)] if shape.samples else []
    return lines


def _open(shape: Shape, columns: dict[str, Any], contract: Contract | None) -> str:
    """What a person still has to say, as comments."""
    read = {plain(rule["from"] if isinstance(rule, dict) else rule) for rule in columns.values()}
    unread = [heading for heading in shape.headings if heading and heading not in read]
    lines = []
    if contract is None:
        lines.append(
            "# feed: too few headings are known — `mingyuan feeds` lists what there is; then inspect with --feed"
        )
    else:
        required = [column.name for column in contract.columns if column.required and column.name not in columns]
        lines += [f"# required, and not found: {name}" for name in required]
        room = [column.name for column in contract.columns if column.name not in {*columns, *required}]
        lines += [f"# there is room for: {', '.join(room)}"] if room else []
    several = [name for name, rule in columns.items() if isinstance(rule, dict) and isinstance(rule["formats"], list)]
    lines += [f"# {name}: which comes first, day or month? Leave the one form that is right" for name in several]
    for heading in unread:
        forms = time_forms(_texts(shape, heading))
        told = f" (a time: {' or '.join(forms)})" if forms else ""
        lines.append(f"# not read: {heading}{told}")
    return "".join(f"{line}\n" for line in lines)
