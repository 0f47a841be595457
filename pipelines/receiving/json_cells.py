"""JSON documents and JSON lines: each record flattened to cells, headed by where they stand.

``records`` says which parts of a document are records: ``loans[]`` each item of a list, ``{month}`` each
entry of an object, whose key becomes a cell of its own.  Inside the record a cell is headed by its path
there (``status.name``), outside by its path from the top (``Report_Header.Release``); a record that is
no object is the cell ``value``.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.errors import Refused
from pipelines.receiving.cells import Batch
from pipelines.receiving.headings import Headings, asked, expected, held, unpivoted
from pipelines.receiving.presets import Source

_ROWS = 20_000
_TOLD = 200
"""Headings that nobody asks for, of which the ledger tells."""

Cells = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One step towards the records: into a list, or into an object by each of its keys."""

    names: tuple[str, ...]
    key: str | None
    """What the keys of the object are; nothing for a list."""


@dataclass(frozen=True)
class JsonCells:
    """A JSON document, or one in each line."""

    path: Path
    source: Source

    def headings(self) -> Headings:
        """The paths that occur, of the unasked-for a few; those that are expected, where there is no record at all."""
        paths = self.paths() or tuple(names[0] for names in expected(self.source))
        wanted = set(paths) if self.source.unpivot else {name for names in asked(self.source) for name in names}
        others = islice((path for path in paths if path not in wanted), _TOLD)
        return held(Headings((*(path for path in paths if path in wanted), *others)), self.source)

    def paths(self) -> tuple[str, ...]:
        """Every path that occurs, in the order in which it is met."""
        paths: dict[str, None] = {}
        for record in self.records():
            paths.update(dict.fromkeys(record))
        return tuple(paths)

    def batches(self, headings: Headings) -> Iterator[Batch]:
        """The records, by the file's order."""
        wanted = {headings.position(names) for names in asked(self.source)} | unpivoted(headings, self.source).keys()
        places = {
            f"c{place}": headings.cells[place] for place in sorted(place for place in wanted if place is not None)
        }
        first, every = 1, self.records()
        while records := list(islice(every, _ROWS)):
            columns = {name: _column(records, heading) for name, heading in places.items()}
            numbers = pl.int_range(first, first + len(records), dtype=pl.Int64, eager=True)
            yield Batch(pl.DataFrame({**columns, "record": numbers}))
            first += len(records)

    def records(self) -> Iterator[Cells]:
        """Each record as its paths with what stands there."""
        route = steps(self.source.records)
        for document in self._documents():
            if self.source.format == "jsonl" and self.source.records == "[]":
                yield _flat(document, "")
            else:
                yield from _walked(document, route, "", {})

    def _documents(self) -> Iterator[Any]:
        with self.path.open(encoding="utf-8") as file:
            if self.source.format == "json":
                yield _loaded(file.read(), "")
                return
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _loaded(line, f"line {number} ")


def _column(records: list[Cells], heading: str) -> pl.Series:
    try:
        return pl.Series([record.get(heading) for record in records], dtype=pl.String)
    except UnicodeEncodeError:
        raise Refused("holds half of a letter that takes two codes — export it again") from None


def steps(route: str) -> list[Step]:
    """The way to the records."""
    found: list[Step] = []
    names: list[str] = []
    for part in re.findall(r"\[\]|\{\w+\}|[^.\[\]{}]+", route):
        if part == "[]" or part.startswith("{"):
            found.append(Step(tuple(names), part[1:-1] or None))
            names = []
        else:
            names.append(part)
    return [*found, Step(tuple(names), "")] if names else found


def _walked(node: Any, route: list[Step], path: str, outside: Cells) -> Iterator[Cells]:
    """The records below a node, each with what stands around it."""
    if not route:
        inside = _flat(node, "") if isinstance(node, dict) else {"value": _text(node)}
        yield {**outside, **inside}
        return
    step, *rest = route
    around = {**outside, **_flat(_beside(node, step.names), path)}
    for name in step.names:
        node, path = _below(node, name), f"{path}{name}."
    if step.key == "":
        yield from _walked(node, rest, path, around)
    elif step.key is None:
        for item in _is(node, list, path):
            yield from _walked(item, rest, path, around)
    else:
        for key, item in _is(node, dict, path).items():
            yield from _walked(item, rest, path, {**around, step.key: key})


def _beside(node: Any, names: tuple[str, ...]) -> Any:
    """An object without the part that leads on to the records."""
    if not isinstance(node, dict) or not names:
        return {}
    return {key: value for key, value in node.items() if key != names[0]}


def _below(node: Any, name: str) -> Any:
    if not isinstance(node, dict) or name not in node:
        raise Refused(f"holds no {name} where its records should stand — mend records in the preset")
    return node[name]


def _is(node: Any, kind: type, path: str) -> Any:
    if not isinstance(node, kind):
        words = "a list" if kind is list else "an object"
        raise Refused(f"has at {path.rstrip('.') or 'its top'} not {words} — mend records in the preset")
    return node


def _flat(node: Any, path: str) -> Cells:
    """The plain values below an object, by their path; a list of plain values is one cell."""
    cells: Cells = {}
    waiting = [(path, node)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{at}{name}.", below) for name, below in reversed(value.items())]
        elif isinstance(value, list):
            plain = [item for item in value if not isinstance(item, dict | list)]
            if len(plain) == len(value):
                cells[at.rstrip(".")] = ";".join(map(_text, plain))
        elif value is not None:
            cells[at.rstrip(".") or "value"] = _text(value)
    return cells


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _loaded(text: str, where: str) -> Any:
    try:
        return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        at = where or f"line {error.lineno} "
        raise Refused(f"{at}is not JSON ({error.msg.lower()}) — export it again") from None
    except RecursionError:
        raise Refused(f"{where}is nested too deeply — export it again") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("has an object with the same key twice — export it again")
    return found
