"""What somebody can work out who has everything that was ever shown, paper and patience.

The attacker sees cells: where each stands, the fewest and the most people that what is shown of it
allows, and nothing else.  An insider also knows every figure of one unit.  For each cell asked about
the attacker finds the fewest and the most people that fit all of it at once, by linear programming,
and in whole numbers where that leaves little room.

Nothing is shared with :mod:`profiles.suppression`, whose work this judges.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from profiles.claims import Claim, Interval, Relation, blocks_of, relations_of


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
        attack = _Attack(cells, within, bounds)
        here = {cell: asked[cell] for cell in cells if cell in asked}
        inside = {name: {c: own[c] for c in own.keys() & attack.column.keys()} for name, own in sorted(known.items())}
        attack.look_around(here, inside)
        for name, exact in [*((name, own) for name, own in inside.items() if own), ("", {})]:
            foreign = {cell: promised for cell, promised in here.items() if cell not in exact}
            for cell, interval in attack.intervals(foreign, exact).items():
                found[cell][name] = interval
    return found


class _Attack:
    """One block of cells, and the tables found so far that fit what is shown of them."""

    def __init__(self, cells: list[int], relations: list[Relation], bounds: list[Interval]):
        self.column = {cell: place for place, cell in enumerate(cells)}
        self._limits = np.array([bounds[cell] for cell in cells], dtype=float)
        self._system = _system(self.column, relations)
        self._in_fractions = _Programme(*self._system)
        columns = self._system[0].T.tolil()
        signatures = [(tuple(rows), tuple(signs)) for rows, signs in zip(columns.rows, columns.data, strict=True)]
        self._alike = np.unique([hash(one) for one in signatures], return_inverse=True)[1]
        self._tables = np.empty((0, len(cells)))

    @cached_property
    def _in_whole_numbers(self) -> "_Programme":
        return _Programme(*self._system, are_whole=True)

    def look_around(self, asked: Mapping[int, Interval], inside: Mapping[str, Mapping[int, int]]) -> None:
        """Look for tables in which few units' cells differ from what all insiders together know.

        Whoever knows none of those units cannot rule such a table out, so that one table answers many questions:
        first one in which only the cell's own unit differs, then that and one or the other half of the units.
        """
        names = list(inside)
        for name in names:
            own = {cell: promised for cell, promised in asked.items() if cell in inside[name]}
            for others in ([], names[::2], names[1::2]) if own else ():
                differing = {name, *others}
                exact = {c: n for other in names if other not in differing for c, n in inside[other].items()}
                self.intervals(own, exact)

    def intervals(self, asked: Mapping[int, Interval], exact: Mapping[int, int]) -> dict[int, Interval]:
        """What somebody can say of the cells asked about who knows some cells exactly."""
        limits = self._limits.copy()
        for cell, count in exact.items():
            limits[self.column[cell]] = count
        known = [self.column[cell] for cell in exact]
        fits = (np.abs(self._tables[:, known] - limits[known, 0]) < 1e-6).all(axis=1)
        return self._answer(asked, limits, self._tables[fits])

    def _answer(self, asked: Mapping[int, Interval], limits: Any, tables: Any) -> dict[int, Interval]:
        """The fewest and the most of each cell asked about; tables that fit are kept for the next question."""
        answers, before = {}, len(tables)
        for cell, (low, high) in asked.items():
            place = self.column[cell]
            for sign, promised in ((1, low), (-1, high)):
                if not (tables[:, place] * sign <= promised * sign).any():
                    table = self._swapped(limits, tables, place, promised)
                    tables = np.vstack([tables, self._extreme(limits, place, sign) if table is None else table])
            answers[cell] = (float(tables[:, place].min()), float(tables[:, place].max()))
        self._tables = np.vstack([self._tables, tables[before:]])
        return answers

    def _swapped(self, limits: Any, tables: Any, place: int, wanted: float) -> Any:
        """A known table, but for one cell and others of exactly the same sums, which make up for it; none if they cannot."""
        if not len(tables) or not limits[place, 0] <= wanted <= limits[place, 1]:
            return None
        table = tables[0].copy()
        others = np.flatnonzero((self._alike == self._alike[place]) & (np.arange(len(table)) != place))
        missing = table[place] - wanted
        ends = limits[others, 1 if missing > 0 else 0]
        room = np.abs(np.minimum(ends, _MANY) - table[others])
        taken = np.diff(np.minimum(np.cumsum(room), abs(missing)), prepend=0)
        if taken.sum() < abs(missing):
            return None
        table[others] += np.sign(missing) * taken
        table[place] = wanted
        return table

    def _extreme(self, limits: Any, place: int, sign: int) -> Any:
        """A table in whole numbers that fits, in which one cell is as small (1) or as large (-1) as can be."""
        aim = np.zeros(len(limits))
        aim[place] = sign
        found = self._in_fractions.solved(aim, limits)
        if np.abs(found - np.round(found)).max() > 1e-6:
            found = self._in_whole_numbers.solved(aim, limits)
        return np.round(found)


class _Programme:
    """Every table that fits, of which the best is asked for again and again: each search starts where the last one ended."""

    def __init__(self, matrix: Any, slack: Any, are_whole: bool = False):
        import highspy

        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = matrix.shape
        model.col_cost_ = model.col_lower_ = np.zeros(model.num_col_)
        model.col_upper_ = np.full(model.num_col_, _MANY)
        model.row_lower_, model.row_upper_ = np.zeros(model.num_row_), slack
        if are_whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
            matrix.indptr,
            matrix.indices,
            matrix.data,
        )
        self._cells = np.arange(model.num_col_, dtype=np.int32)
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.silent()
        self._solver.passModel(model)

    def solved(self, aim: Any, limits: Any) -> Any:
        """The table within the limits that has least of what is aimed at.

        Raises:
            Contradiction: none fits.

        """
        import highspy

        solver, cells = self._solver, self._cells
        solver.changeColsCost(len(cells), cells, aim)
        solver.changeColsBounds(len(cells), cells, limits[:, 0], np.minimum(limits[:, 1], _MANY))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Contradiction("what is shown contradicts itself: no table fits it")
        return np.array(solver.getSolution().col_value)


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


_MANY = 1e7
