"""How many records a JSON file holds, by a way of counting that shares nothing with the parser.

The file is streamed by a library of its own, and only the way to each record is followed.  What stands
in the records is not looked at.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.errors import Refused
from pipelines.receiving.json_cells import steps

_ITEM, _ANY = object(), object()

_OPENING = {"start_map", "start_array"}
_CLOSING = {"end_map", "end_array"}


def count(path: Path, route: str) -> int:
    """The records of every document in a file.

    Raises:
        Refused: it is not JSON.

    """
    import ijson

    way = _way(route)
    with path.open("rb") as file:
        try:
            return sum(_reached(ijson.basic_parse(file, multiple_values=True), way))
        except (ijson.JSONError, ValueError):
            raise Refused("is not JSON throughout — export it again") from None


def _way(route: str) -> list[object]:
    """The way to a record, name by name; an item of a list and an entry of an object have none."""
    way: list[object] = []
    for step in steps(route):
        way += step.names
        if step.key != "":
            way.append(_ITEM if step.key is None else _ANY)
    return way


def _reached(events: Iterator[tuple[str, Any]], way: list[object]) -> Iterator[bool]:
    """For each value in the file, whether it is a record."""
    # Of each object and list that is open: whether it is an object, and how far along the way it lies.
    opened: list[tuple[bool, int | None]] = []
    key = ""
    for event, value in events:
        if event == "map_key":
            key = value
        elif event in _CLOSING:
            opened.pop()
        else:
            far = _far(opened[-1], key, way) if opened else 0
            yield far == len(way)
            if event in _OPENING:
                opened.append((event == "start_map", far))


def _far(around: tuple[bool, int | None], key: str, way: list[object]) -> int | None:
    """How far along the way a value lies, if it lies on it."""
    is_object, far = around
    if far is None or far == len(way):
        return None
    next_step = way[far]
    fits = next_step is _ITEM if not is_object else next_step is _ANY or next_step == key
    return far + 1 if fits else None
