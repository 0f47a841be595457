"""The beginning of a preset, for an export that none of the known ones reads as it is.

What a heading usually means is learnt from the presets themselves: a heading that one of them reads
for a column is proposed for that column again.  How near those come belongs in
:mod:`pipelines.receiving.likeness`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import yaml

from pipelines.receiving.contracts import Contract
from pipelines.receiving.headings import plain
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
    if shape.is_guessed:
        lines.append(f"# encoding: {shape.encoding} is a guess — look whether the letters are right")
    lines += [f"# {name}: which comes first, day or month? Leave the one form that is right" for name in several]
    for heading in unread:
        forms = time_forms(_texts(shape, heading))
        told = f" (a time: {' or '.join(forms)})" if forms else ""
        lines.append(f"# not read: {heading}{told}")
    return "".join(f"{line}\n" for line in lines)
