"""What somebody can work out who has everything that was ever shown, paper and patience.

The attacker sees cells: where each stands, the fewest and the most people that what is shown of it
allows, and nothing else.  An insider also knows every figure of one unit.  For each cell asked about
the attacker finds the fewest and the most people that fit all of it at once, by linear programming,
and in whole numbers where that leaves little room.

Nothing but the solver is shared with :mod:`profiles.suppression`, whose work this judges.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from profiles.claims import Claim, Interval, Relation, blocks_of, relations_of
from profiles.programme import MANY
from profiles.table_search import SIGNS, Search, Sums


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
        self._whole = Sums(matrix, np.zeros(len(slack)), slack)
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
        for name, number in [*zip(names, range(len(names)), strict=True), ("", NOBODY)]:
            own = {cell: promised for cell, promised in asked.items() if self._owner[self._column[cell]] == number}
            for others in ([], names[::2], names[1::2]) if own else ():
                self._look_for_many(self._questions(own, set(names) - {name, *others}))

    def intervals(self, asked: Mapping[int, Interval], knowing: Collection[str]) -> dict[int, Interval]:
        """What somebody can say of the cells asked about who knows all cells of some insiders exactly."""
        if not asked:
            return {}
        questions = self._questions(asked, knowing)
        for at, end in np.argwhere(questions.is_open):
            if questions.is_open[at, end]:
                place, promised = questions.places[at], questions.promised[at, end]
                table = self._swapped(questions, place, promised)
                self._keep(questions, questions.search.extreme(place, SIGNS[end]) if table is None else table)
        fitting = self._fitting(questions)
        return dict(
            zip(asked, zip(fitting.min(axis=1).tolist(), fitting.max(axis=1).tolist(), strict=True), strict=True)
        )

    def _questions(self, asked: Mapping[int, Interval], knowing: Collection[str]) -> "_Questions":
        """The questions with the answers that the tables give which were found so far."""
        numbers = {number for number, name in enumerate(self.inside) if name in knowing}
        knows = np.zeros(len(self.inside) + 1, dtype=bool)  # the last is nobody
        knows[list(numbers)] = True
        search = Search(self._whole, self._limits, self._truth, knows[self._owner])
        fits = np.array([not differing & numbers for differing in self._differs], dtype=bool)
        questions = _Questions(
            search, np.array([self._column[cell] for cell in asked]), np.array([*asked.values()]), fits
        )
        fitting = self._fitting(questions)
        for end, sign in enumerate(SIGNS):
            questions.is_open[:, end] = (fitting * sign > questions.promised[:, [end]] * sign).all(axis=1)
        return questions

    def _fitting(self, questions: "_Questions") -> Any:
        """What the cells asked about hold in the tables that fit what is known."""
        return self._tables[questions.places, : len(questions.fits)][:, questions.fits]

    def _look_for_many(self, questions: "_Questions") -> None:
        """Look for tables each of which answers as many questions as can be, while there are such."""
        for end in (0, 1):
            before = 0
            while (still := len((near := questions.within_reach(end))[0])) not in (0, before):
                before = still
                table = questions.search.extremes(*near, end)
                if table is not None:
                    self._keep(questions, table)

    def _keep(self, questions: "_Questions", table: Any) -> None:
        """Have a table ready for the next question."""
        number = len(self._differs)
        if number == self._tables.shape[1]:
            self._tables = np.hstack([self._tables, np.empty_like(self._tables)])
        self._tables[:, number] = table
        self._differs.append(set(self._owner[np.abs(table - self._truth) > 0.5].tolist()))
        questions.answered_by(table)

    def _swapped(self, questions: "_Questions", place: int, wanted: float) -> Any:
        """A known table, but for one cell and others of exactly the same sums, which make up for it; none if they cannot."""
        limits, fits = questions.search.limits, questions.fits
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


class _Questions:
    """How few and how many people each of some cells can have, asked of somebody who knows some others."""

    def __init__(self, search: Search, places: Any, promised: Any, fits: Any):
        self.search, self.places, self.promised = search, places, promised
        self.fits = fits
        """Of the tables found so far, those that fit what is known."""
        self.is_open = np.ones(promised.shape, dtype=bool)
        """For each cell whether no table has as few people as promised, and whether none has as many."""

    def answered_by(self, table: Any) -> None:
        """Close what another table that fits answers."""
        self.fits = np.append(self.fits, True)
        self.is_open &= table[self.places, np.newaxis] * SIGNS > self.promised * SIGNS

    def within_reach(self, end: int) -> tuple[Any, Any]:
        """The places of open questions, and the numbers promised, where what is shown of the cell itself allows it."""
        promised = self.promised[:, end]
        low, high = self.search.limits[self.places].T
        is_near = self.is_open[:, end] & (low <= promised) & (promised <= high)
        return self.places[is_near], promised[is_near]


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


NOBODY = -1
"""The owner of a cell that no insider knows."""
