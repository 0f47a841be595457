"""Counts of people that add up: which cells of which tables are parts of which others.

A cell says whom it counts: its ``family`` (what is counted, in which term or survey), its ``unit``,
its ``part`` and, where counts of several spans of time add up, ``since`` and ``until``.  Units and
parts are paths below the whole, which is the empty path: ``Law``, ``Law/Civil`` and ``Law/Civil/1``
lie inside each other, ``~arts`` and ``~science`` divide the whole in another way, and what begins
with ``!`` overlaps with the rest and adds up to nothing.  The cells of one parent and kind sum to it.

Only the arithmetic stands here; what must be hidden because of it belongs in
:mod:`profiles.suppression`.
"""

from dataclasses import dataclass, field

import polars as pl

PLACE = ["family", "unit", "part", "since", "until"]
"""What a cell is told by."""

LESS = " less "
"""Stands between two families of which the second counts some of the people of the first, and names who is left."""

Sum = tuple[int, tuple[int, ...]]
"""A whole and its parts, by number of cell."""


@dataclass
class Additive:
    """The values of all cells, those that only follow from others included, and the sums that hold among them."""

    values: list[int]
    sums: list[Sum] = field(default_factory=list)
    rests: list[Sum] = field(default_factory=list)
    """Of these the ones whose second part is whoever is in the whole and not in the first."""

    def fewest(self, listed: list[int]) -> list[int]:
        """The fewest people that each cell can have, given the fewest of those that are listed."""
        fewest = listed + [0] * (len(self.values) - len(listed))
        is_settled = False
        while not is_settled:
            before = list(fewest)
            for whole, parts in self.sums:
                fewest[whole] = max(fewest[whole], sum(fewest[part] for part in parts))
            is_settled = fewest == before
        return fewest

    def room(self, top: list[int], least: list[int], most: int) -> list[int]:
        """How many people each cell must seem to have room for, if it is small: ``most``, or a rest as many as can be left.

        Somebody is known to be in each row that is listed, and so not in the rest.
        """
        room = [most] * len(self.values)
        for whole, (part, rest) in self.rests:
            room[rest] = max(self.values[rest], min(most, top[whole] - least[part]))
        return room


def additive(rows: pl.DataFrame) -> Additive:
    """The sums among the ``cell`` numbers of rows that are told by :data:`PLACE` and count ``persons``."""
    values = rows.unique("cell").sort("cell")["persons"].to_list()
    found = Additive(values)
    rows = rows.select("cell", *PLACE).unique(maintain_order=True)
    for by in ("unit", "part"):
        for whole, parts in children(rows, by).select("whole", "parts").iter_rows():
            _add(found, whole, parts)
    found.sums += sorted(_spans(rows, values) - set(found.sums))
    found.rests = _rests(rows)
    found.sums += found.rests
    return found


def parent(path: str) -> str | None:
    """The path that one lies directly in; none for the whole and for what adds up to nothing."""
    if not path or path.startswith("!"):
        return None
    return path.rpartition("/")[0]


def kind(path: str) -> str:
    """Which way of dividing a path belongs to: the first sign of its last step, where that is none of a name."""
    first = path.rpartition("/")[2][:1]
    return first if first in "~=" else ""


def children(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Each cell that is a ``whole``, with the ``parts`` of one kind that lie in it by unit or by part."""
    others = [name for name in PLACE if name != by]
    paths = rows[by].unique().to_list()
    steps = pl.DataFrame(
        {by: paths, "parent": [parent(path) for path in paths], "kind": [kind(path) for path in paths]},
        {by: pl.String, "parent": pl.String, "kind": pl.String},
    ).drop_nulls("parent")
    parts = rows.join(steps, on=by).group_by(*others, "parent", "kind").agg(pl.col("cell").sort().alias("parts"))
    wholes = rows.rename({by: "parent", "cell": "whole"})
    return parts.join(wholes, on=[*others, "parent"], nulls_equal=True).sort("whole", "kind", "parts")


def between(rows: pl.DataFrame) -> pl.DataFrame:
    """The spans that nobody lists, between the ends of two that begin together: what came in between."""
    same = [name for name in rows.columns if name not in ("since", "until", "persons", "cell")]
    place = ["family", "unit", "part"]
    spans = rows.drop_nulls(["since", "until"]).sort(*place, "since", "until")
    after = spans.with_columns(
        since=pl.col("until").shift().over(*place, "since"),
        persons=pl.col("persons") - pl.col("persons").shift().over(*place, "since"),
    ).drop_nulls("since")
    listed = spans.select(*place, "since", "until")
    return after.join(listed, on=[*place, "since", "until"], how="anti").select(*same, "since", "until", "persons")


def _add(found: Additive, whole: int, parts: list[int]) -> None:
    """One sum, with whoever belongs to none of the parts, unless the parts overlap."""
    missing = found.values[whole] - sum(found.values[part] for part in parts)
    if missing > 0:
        found.values.append(missing)
        parts = [*parts, len(found.values) - 1]
    if missing >= 0:
        found.sums.append((whole, tuple(parts)))


def _spans(rows: pl.DataFrame, values: list[int]) -> set[Sum]:
    """Of two spans that begin together, the longer is the shorter and what lies between their ends."""
    place = ["family", "unit", "part"]
    spans = rows.drop_nulls(["since", "until"]).sort(*place, "since", "until")
    shorter = spans.with_columns(
        short=pl.col("cell").shift().over(*place, "since"), end=pl.col("until").shift().over(*place, "since")
    ).drop_nulls("short")
    rest = spans.select(*place, end="since", until="until", rest="cell")
    sums = shorter.join(rest, on=[*place, "end", "until"]).select("cell", "short", "rest").rows()
    return {(whole, (short, rest)) for whole, short, rest in sums if values[whole] == values[short] + values[rest]}


def _rests(rows: pl.DataFrame) -> list[Sum]:
    """Of two families that tell of the same, one of which counts some of the other's people: those and who is left."""
    rests = rows.filter(pl.col("family").str.contains(LESS, literal=True))
    if rests.is_empty():
        return []
    place = ["unit", "part", "since", "until"]
    cells = rows.select("cell", "family", *place)
    named = pl.col("family").str.split_exact(LESS, 1).struct.rename_fields(["longer", "shorter"])
    both = (
        rests.with_columns(named.alias("named"))
        .unnest("named")
        .join(cells, left_on=["longer", *place], right_on=["family", *place], nulls_equal=True, suffix="_longer")
        .join(cells, left_on=["shorter", *place], right_on=["family", *place], nulls_equal=True, suffix="_shorter")
    )
    return sorted(
        (whole, (part, rest)) for whole, part, rest in both.select("cell_longer", "cell_shorter", "cell").rows()
    )
