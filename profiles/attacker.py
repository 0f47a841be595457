"""What somebody can work out who has everything that was ever shown, paper and patience.

The attacker sees cells: where each stands, the fewest and the most people that what is shown of it
allows, and nothing else.  An insider also knows every figure of one unit.  For each cell asked about
the attacker finds the fewest and the most people that fit all of it at once, by linear programming,
and in whole numbers where that leaves little room.

Nothing but the solver is shared with :mod:`profiles.suppression`, whose work this judges.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from profiles.claims import Claim, Interval, Relation, blocks_of, relations_of
from profiles.programme import MANY, Programme


def narrowed(
    claims: Sequence[Claim],
    asked: Mapping[int, Interval],
    known: Mapping[str, Mapping[int, int]],
    same: Iterable[tuple[int, int]] = (),
) -> dict[int, dict[str, Interval]]:
    """For each cell asked about, what an outsider (``""``) and each insider can say of it.

    Args:
        claims: everything that was ever shown.
        asked: the places of cells to attack, and for each the interval beyond which there is no need to go on.
        known: by insider, the exact figures of their own cells.
        same: pairs of cells that count the same people.

    """
    bounds, relations = relations_of(list(claims))
    relations += [Relation(one, (other,), True) for one, other in same]
    found: dict[int, dict[str, Interval]] = defaultdict(dict)
    for cells, within in blocks_of(len(bounds), relations, asked):
        if not within:
            found.update((cell, {"": bounds[cell]}) for cell in cells)
            continue
        inside = {name: {c: own[c] for c in cells if c in own} for name, own in sorted(known.items())}
        attack = _Attack(cells, within, bounds, {name: own for name, own in inside.items() if own})
        here = {cell: asked[cell] for cell in cells if cell in asked}
        attack.look_around(here)
        for name in (*attack.inside, ""):
            foreign = {cell: promised for cell, promised in here.items() if cell not in attack.inside.get(name, {})}
            for cell, interval in attack.intervals(foreign, {name} - {""}).items():
                found[cell][name] = interval
    return found


class _Attack:
    """One block of cells, and the tables found so far that fit what is shown of them."""

    def __init__(
        self,
        cells: list[int],
        relations: list[Relation],
        bounds: list[Interval],
        inside: Mapping[str, Mapping[int, int]],
    ):
        self.inside = inside
        self._column = {cell: place for place, cell in enumerate(cells)}
        self._limits = np.array([bounds[cell] for cell in cells], dtype=float)
        self._owner, self._truth = np.full(len(cells), NOBODY), np.zeros(len(cells))
        for number, own in enumerate(inside.values()):
            places = [self._column[cell] for cell in own]
            self._owner[places], self._truth[places] = number, list(own.values())
        matrix, slack = _system(self._column, relations)
        self._whole = _Sums(matrix, np.zeros(len(slack)), slack)
        columns = matrix.T.tolil()
        signatures = [(tuple(rows), tuple(signs)) for rows, signs in zip(columns.rows, columns.data, strict=True)]
        self._alike = np.unique([hash(one) for one in signatures], return_inverse=True)[1]
        self._tables = np.empty((len(cells), 64), dtype=np.int32)
        """A column for each, and room for more."""
        self._differs: list[set[int]] = []
        """For each table the insiders whose cells are not as they know them."""

    def look_around(self, asked: Mapping[int, Interval]) -> None:
        """Look for tables in which few units' cells differ from what all insiders together know.

        Whoever knows none of those units cannot rule such a table out, so that one table answers many questions:
        first one in which only the cell's own unit differs, then that and one or the other half of the units.
        """
        names = list(self.inside)
        for name in names:
            own = {cell: promised for cell, promised in asked.items() if cell in self.inside[name]}
            for others in ([], names[::2], names[1::2]) if own else ():
                self.intervals(own, set(names) - {name, *others})

    def intervals(self, asked: Mapping[int, Interval], knowing: Collection[str]) -> dict[int, Interval]:
        """What somebody can say of the cells asked about who knows all cells of some insiders exactly."""
        numbers = {number for number, name in enumerate(self.inside) if name in knowing}
        search = _Search(self._whole, self._limits, self._truth, np.isin(self._owner, list(numbers)))
        fits = np.array([not differing & numbers for differing in self._differs], dtype=bool)
        answers = {}
        for cell, (low, high) in asked.items():
            place = self._column[cell]
            for sign, promised in ((1, low), (-1, high)):
                if not (self._tables[place, : len(fits)][fits] * sign <= promised * sign).any():
                    table = self._swapped(search, fits, place, promised)
                    self._keep(search.extreme(place, sign) if table is None else table)
                    fits = np.append(fits, True)
            ends = self._tables[place, : len(fits)][fits]
            answers[cell] = (float(ends.min()), float(ends.max()))
        return answers

    def _keep(self, table: Any) -> None:
        """Have a table ready for the next question."""
        number = len(self._differs)
        if number == self._tables.shape[1]:
            self._tables = np.hstack([self._tables, np.empty_like(self._tables)])
        self._tables[:, number] = table
        self._differs.append(set(self._owner[np.abs(table - self._truth) > 0.5].tolist()))

    def _swapped(self, search: "_Search", fits: Any, place: int, wanted: float) -> Any:
        """A known table, but for one cell and others of exactly the same sums, which make up for it; none if they cannot."""
        limits = search.limits
        if not fits.any() or not limits[place, 0] <= wanted <= limits[place, 1]:
            return None
        table = self._tables[:, fits.argmax()].astype(float)
        others = np.flatnonzero((self._alike == self._alike[place]) & (np.arange(len(table)) != place))
        missing = table[place] - wanted
        ends = limits[others, 1 if missing > 0 else 0]
        room = np.abs(np.minimum(ends, MANY) - table[others])
        taken = np.diff(np.minimum(np.cumsum(room), abs(missing)), prepend=0)
        if taken.sum() < abs(missing):
            return None
        table[others] += np.sign(missing) * taken
        table[place] = wanted
        return table


class _Sums:
    """What is known to add up, by line: the least and the most that it comes to."""

    def __init__(self, matrix: Any, least: Any, most: Any):
        self._lines = matrix, least, most

    @cached_property
    def in_fractions(self) -> Programme:
        return Programme(*self._lines)

    @cached_property
    def in_whole_numbers(self) -> Programme:
        return Programme(*self._lines, are_whole=True)

    def without(self, is_known: Any, truth: Any) -> "_Sums":
        """What is left of the sums once what is known is taken away."""
        matrix, least, most = self._lines
        inner, away = matrix[:, ~is_known], matrix @ np.where(is_known, truth, 0)
        lines = np.diff(inner.indptr) > 0
        return _Sums(inner[lines], (least - away)[lines], (most - away)[lines])


class _Search:
    """The search for tables that fit what is shown and what somebody knows."""

    def __init__(self, whole: _Sums, limits: Any, truth: Any, is_known: Any):
        self.limits = np.where(is_known[:, np.newaxis], truth[:, np.newaxis], limits)
        self._whole, self._truth = whole, truth
        self._is_known = is_known & (len(is_known) > _LARGE)

    def extreme(self, place: int, sign: int) -> Any:
        """A table in whole numbers that fits, in which one cell is as small (1) or as large (-1) as can be.

        Raises:
            Contradiction: none fits.

        """
        is_open = ~self._is_known
        aim, limits = np.where(np.flatnonzero(is_open) == place, sign, 0), self.limits[is_open].T
        found = self._sums.in_fractions.solved(aim, *limits)
        if found is not None and np.abs(found - np.round(found)).max() > 1e-6:
            found = self._sums.in_whole_numbers.solved(aim, *limits)
        if found is None:
            raise Contradiction("what is shown contradicts itself: no table fits it")
        table = self.limits[:, 0].copy()
        table[is_open] = np.round(found)
        return table

    @cached_property
    def _sums(self) -> _Sums:
        return self._whole.without(self._is_known, self._truth) if self._is_known.any() else self._whole


def _system(column: Mapping[int, int], relations: list[Relation]) -> tuple[Any, Any]:
    """One line for each relation, and how much the whole may exceed its parts."""
    from scipy.sparse import csr_matrix

    lines = [
        (row, column[cell], sign)
        for row, relation in enumerate(relations)
        for cell, sign in [(relation.whole, 1), *((part, -1) for part in relation.parts)]
    ]
    rows, columns, signs = zip(*lines, strict=True) if lines else ((), (), ())
    slack = np.array([0 if relation.is_equal else np.inf for relation in relations], dtype=float)
    return csr_matrix((signs, (rows, columns)), shape=(len(relations), len(column)), dtype=float), slack


class Contradiction(ValueError):
    """Figures that cannot all be true."""


NOBODY = -1
"""The owner of a cell that no insider knows."""

_LARGE = 1000
"""Of more cells those that somebody knows are left out of a search, which is then begun anew; of fewer they are held where they are."""
