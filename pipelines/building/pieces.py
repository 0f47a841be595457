"""A large table that is made whole, made piece by piece: each piece is as many of its parts as are made well at once.

So much is worked on at a time that it lies in memory, whatever the size of the history, and what is kept in order
is put in order piece by piece.  What a part is, and which rows it needs, is said in :mod:`pipelines.modelling.parted`.
"""

from collections import Counter

from pipelines.building import months, terms
from pipelines.building.months import Part
from pipelines.building.settled import settled
from pipelines.models import Model
from pipelines.warehouse import Warehouse

AT_ONCE = 8_000_000
"""So many rows are read at once; of fewer, a piece costs more than it saves."""

Piece = frozenset[Part]


def pieces(warehouse: Warehouse, model: Model) -> list[Piece]:
    """The parts of a table in pieces, one after the other in time; none where it is made at once.

    Parts that need what was before them are made at once: each would read all of it again.
    """
    parted = model.parted
    if parted is None or any(needs.earlier for needs in parted.narrowed.values()):
        return []
    if sum(warehouse.rows(table) for table in parted.narrowed) <= AT_ONCE:
        return []
    kind = terms if parted.kind == "term" else months
    # A part may have rows although nothing came in it: the calendar alone makes them.
    weights = Counter[Part](dict.fromkeys([None, *kind.of_calendar(warehouse, model.reads)], 0))
    for table in parted.narrowed:
        weights.update(kind.weights(warehouse, parted, table))
    stays = settled(warehouse, model)
    return _put_together(Counter({part: n for part, n in weights.items() if not (stays and stays.holds(part))}))


def _put_together(weights: Counter[Part]) -> list[Piece]:
    found: list[list[Part]] = []
    held = 0
    for part in sorted(weights, key=lambda part: part or ""):
        if not found or (held and held + weights[part] > AT_ONCE):
            found.append([])
            held = 0
        found[-1].append(part)
        held += weights[part]
    return [frozenset(parts) for parts in found]
