"""Cells that hang together by sums, and the programmes by which changes among them are found.

What is looked for among them belongs in :mod:`profiles.suppression`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.additive import Sum
from profiles.programme import Programme

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """Cells that hang together by sums; a cell's place is its number within the block."""

    cells: Ints
    sums: list[Sum]
    above: list[list[int]]
    """For each cell the sums that it is a part of."""
    below: list[list[int]]
    """For each cell the sums that it is the whole of."""
    matrix: Any
    """What one more person in each cell does to each sum."""
    programmes: dict[bytes, tuple[Ints, Programme]] = field(default_factory=dict)

    def programme(self, known: Mask) -> tuple[Ints, Programme]:
        """The places of the cells that may change, and their changes: a rise, a fall, and both at a price."""
        from scipy.sparse import hstack

        if known.tobytes() not in self.programmes:
            at = np.flatnonzero(~known)
            inner = self.matrix[:, at]
            lines = inner[np.diff(inner.tocsr().indptr) > 0]
            moves = hstack([lines, -lines] * 2).tocsr()
            nothing = np.zeros(moves.shape[0])
            self.programmes[known.tobytes()] = at, Programme(moves, nothing, nothing)
        return self.programmes[known.tobytes()]


def blocks(cells: int, sums: list[Sum], asked: Mask, new: Mask) -> Iterator[Block]:
    """The cells that hang together with one that is asked about, where anything is new, each lot by itself."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    if not sums:
        return
    links = [(whole, part) for whole, parts in sums for part in parts]
    graph = csr_matrix((np.ones(len(links)), tuple(zip(*links, strict=True))), shape=(cells,) * 2)
    _, lot = connected_components(graph, directed=False)
    own_sums: dict[int, list[Sum]] = {}
    for one in sums:
        own_sums.setdefault(int(lot[one[0]]), []).append(one)
    for number in np.intersect1d(lot[asked], lot[new]):
        if number in own_sums:
            yield _block(np.flatnonzero(lot == number), own_sums[number])


def _block(own: Ints, sums: list[Sum]) -> Block:
    from scipy.sparse import csr_matrix

    place = {int(cell): at for at, cell in enumerate(own)}
    here = [(place[whole], tuple(place[part] for part in parts)) for whole, parts in sums]
    above: list[list[int]] = [[] for _ in own]
    below: list[list[int]] = [[] for _ in own]
    for number, (whole, parts) in enumerate(here):
        below[whole].append(number)
        for part in parts:
            above[part].append(number)
    signs = [
        (number, cell, sign)
        for number, (whole, parts) in enumerate(here)
        for cell, sign in ((whole, -1), *((part, 1) for part in parts))
    ]
    rows, columns, values = zip(*signs, strict=True)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(here), len(own)), dtype=float)
    return Block(own, here, above, below, matrix.tocsc())
