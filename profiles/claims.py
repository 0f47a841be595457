"""What a reader of everything shown knows of each cell, and how the cells hang together.

This is the attacker's own reading of what is shown (:mod:`profiles.attacker`), and shares nothing with
that of :mod:`profiles.additive`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

Span = tuple[date, date] | None
Interval = tuple[float, float]
_LESS = " less "
"""In a family's name: whoever the first counts and the second does not."""


@dataclass(frozen=True)
class Claim:
    """What is shown of one cell."""

    family: str
    unit: str
    part: str
    span: Span
    low: float
    high: float
    within: frozenset[str] = frozenset()
    """Of ``unit`` and ``part``, those by which it is known to lie within its parent apart from its like."""
    complete: frozenset[str] = frozenset()
    """Of these, those by which it and its like are known to be all that their parent consists of."""


@dataclass(frozen=True)
class Relation:
    """Cells of which a sum is known: the first is the others together, or at least as much."""

    whole: int
    parts: tuple[int, ...]
    is_equal: bool


def relations_of(claims: list[Claim]) -> tuple[list[Interval], list[Relation]]:
    """What is known of every cell, and how they hang together."""
    at = {(c.family, c.unit, c.part, c.span): place for place, c in enumerate(claims)}
    bounds = [(c.low, c.high) for c in claims]
    groups: dict[tuple[int, str, bool], list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        for axis in ("unit", "part"):
            path = getattr(claim, axis)
            above = _above(path)
            if above is None or axis not in claim.within:
                continue
            where = (claim.family, above, claim.part) if axis == "unit" else (claim.family, claim.unit, above)
            whole = at.get((*where, claim.span))
            if whole is not None:
                groups[whole, axis + _mark(path), axis in claim.complete].append(place)
    relations = [Relation(whole, tuple(parts), is_whole) for (whole, _, is_whole), parts in groups.items()]
    for longer, shorter in _nested(claims):
        one = claims[longer]
        rest = at.get((one.family, one.unit, one.part, (_end(claims[shorter]), _end(one))))
        if rest is not None:
            relations.append(Relation(longer, (shorter, rest), True))
    for place, claim in enumerate(claims):
        of, less, but = claim.family.partition(_LESS)
        both = [at.get((family, claim.unit, claim.part, claim.span)) for family in (of, but)]
        if less and both[0] is not None and both[1] is not None:
            relations.append(Relation(both[0], (both[1], place), True))
    return bounds, relations


def _nested(claims: Sequence[Claim]) -> Iterable[tuple[int, int]]:
    """Each span with the next shorter one that begins on the same day."""
    series: dict[tuple[str, str, str, date], list[tuple[date, int]]] = defaultdict(list)
    for place, claim in enumerate(claims):
        if claim.span:
            series[claim.family, claim.unit, claim.part, claim.span[0]].append((claim.span[1], place))
    for ends in series.values():
        ordered = [place for _, place in sorted(ends)]
        yield from zip(ordered[1:], ordered, strict=False)


def _end(claim: Claim) -> date:
    return claim.span[1] if claim.span else date.min


def _above(path: str) -> str | None:
    if path == "" or path[0] == "!":
        return None
    return "/".join(path.split("/")[:-1])


def _mark(path: str) -> str:
    last = path.split("/")[-1]
    return last[0] if last[0] in "~=" else "."


def blocks_of(
    cells: int, relations: list[Relation], asked: Collection[int]
) -> Iterable[tuple[list[int], list[Relation]]]:
    """The cells asked about, each with all that it hangs together with."""
    leader = list(range(cells))

    def lead(cell: int) -> int:
        while leader[cell] != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for relation in relations:
        for part in relation.parts:
            leader[lead(part)] = lead(relation.whole)
    wanted = {lead(cell) for cell in asked}
    members: dict[int, list[int]] = {one: [] for one in sorted(wanted)}
    within: dict[int, list[Relation]] = {one: [] for one in members}
    for cell in range(cells):
        if lead(cell) in members:
            members[lead(cell)].append(cell)
    for relation in relations:
        if lead(relation.whole) in within:
            within[lead(relation.whole)].append(relation)
    return [(members[one], within[one]) for one in members]
