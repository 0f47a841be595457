"""Which cells to hide, so that arithmetic does not give a small one back.

For every small cell there must be another table that a reader of everything shown could as well be
looking at, in which the cell has any number of people that is small; also for a reader who
knows all figures of one unit that is not the cell's own.  Such tables are looked for one small cell
after the other, changing what is shown as little as may be; what has to change is hidden.  Hiding
more later only leaves a reader more to choose from, so what was found once stays found.

This is the sequential linear programming of the statistical offices (as in G-Confid).  What is shown
counts as an interval, since counts leave rounded.  The sums come from :mod:`profiles.additive`, and
whether the outcome holds is for :mod:`profiles.attacker` to say, which knows nothing of this.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from profiles.additive import Sum
from profiles.blocks import Block, Ints, Mask, blocks
from profiles.programme import MANY

Floats = npt.NDArray[np.float64]
Tables = dict[int, list[Floats]]
"""The changes found so far, by each unit of which they change a cell."""

Room = Callable[..., float]
"""How far a cell can rise, or fall."""

Step = tuple[dict[int | None, float], float, float]
"""What the cells beside one can make up for by their owners, and together; and how far the cell above can change."""

NOBODY = -1
"""The owner of a cell that no unit knows by itself."""

_SAME = 1e-6
_FREE = 1e-4
_LARGE = 1000
"""Among more cells than this the cheapest of one unit are as good as the cheapest of all, which take long to find."""


@dataclass(frozen=True)
class Cells:
    """Counts, and what is known of each."""

    values: Ints
    low: Ints
    high: Ints
    """What a reader knows of a cell that is shown: rounding leaves a few numbers open."""
    owner: Ints
    """The unit whose members know a cell anyhow, or :data:`NOBODY`."""
    is_hidden: Mask
    is_shown_before: Mask
    """Cells that cannot be hidden any more."""
    least: Ints
    """The fewest people a hidden cell can have."""
    most: Ints
    """The most people that a small cell must seem to have room for."""
    small: Mask
    """Cells of which nothing must be learned."""
    is_new: Mask
    """Cells that are not as they were in the release before; what hangs together without one stays as it was."""


def hide(cells: Cells, sums: list[Sum]) -> Mask:
    """The cells to hide, the small ones among them."""
    hidden = cells.is_hidden | cells.small
    for block in blocks(len(cells.values), sums, cells.small, cells.is_new):
        _hide_block(cells, block, hidden)
    return hidden


def _hide_block(cells: Cells, block: Block, hidden: Mask) -> None:
    tables: Tables = defaultdict(list)
    room = _rooms(cells, block, hidden)
    small = [place for place, cell in enumerate(block.cells) if cells.small[cell]]
    for place in sorted(small, key=lambda place: (-cells.values[block.cells[place]], place)):
        cell = block.cells[place]
        for amount in (cells.most[cell] - cells.values[cell], cells.least[cell] - cells.values[cell]):
            if amount and not _can_trade(cells, block, room, place, int(amount)):
                _make_room(cells, block, hidden, tables, place, int(amount))
                room = _rooms(cells, block, hidden)


def _can_trade(cells: Cells, block: Block, room: Room, place: int, amount: int) -> bool:
    """Whether other cells can make up for a change of one cell, step by step upwards, whichever unit one knows.

    This answers for most cells; a programme is solved where it does not.
    """
    rise = amount > 0
    if room(place, rise) < abs(amount):
        return False
    steps: list[Step] = []
    at = place
    while len(block.above[at]) == 1:
        (number,) = block.above[at]
        whole, parts = block.sums[number]
        given: dict[int | None, float] = {}
        for part in parts:
            if part != at and block.above[part] == [number]:
                owner = int(cells.owner[block.cells[part]])
                given[owner] = given.get(owner, 0) + room(part, not rise)
        steps.append((given, sum(given.values()), room(whole, rise, number)))
        at = whole
    beyond = 0 if block.above[at] else MANY
    insiders = {owner for given, _, _ in steps for owner in given} - {int(cells.owner[block.cells[place]]), NOBODY}
    return all(_given(steps, beyond, insider) >= abs(amount) for insider in (None, *insiders))


def _given(steps: list[Step], beyond: float, insider: int | None) -> float:
    """What all steps together can make up for, if the cells of one insider, or of none, stay as they are."""
    for given, by_all, limit in reversed(steps):
        beyond = min(beyond, limit) + by_all - given.get(insider, 0)
    return beyond


def _rooms(cells: Cells, block: Block, hidden: Mask) -> Room:
    """How far each cell can rise, or fall, its parts with it (``but`` those of one sum), all others staying as they are.

    What was asked once is known, until more is hidden.
    """

    @cache
    def room(place: int, rise: bool, but: int = -1) -> float:
        own = _own_room(cells, int(block.cells[place]), hidden, rise)
        for number in block.below[place] if own else ():
            if number != but:
                parts = (part for part in block.sums[number][1] if block.above[part] == [number])
                own = min(own, sum(room(part, rise) for part in parts))
        return own

    return room


def _own_room(cells: Cells, cell: int, hidden: Mask, rise: bool) -> float:
    value = int(cells.values[cell])
    if rise:
        return MANY if hidden[cell] else max(0, int(cells.high[cell]) - value)
    return value - min(value, int(cells.least[cell] if hidden[cell] else cells.low[cell]))


def _make_room(cells: Cells, block: Block, hidden: Mask, tables: Tables, place: int, amount: int) -> None:
    """Hide what must change for a cell to have so many more or fewer, whoever is looking.

    ``tables`` are the changes found so far, which answer for many cells besides the one they were made for.
    An insider knows whether their own cells have changed, so that each needs a table in which they have not.
    """
    find = partial(_found, cells, block, hidden, tables, place, amount)
    owner = cells.owner[block.cells]
    foreign = (owner != owner[place]) & (owner != NOBODY)
    first = find(foreign, may_hide=False)
    if first is None and len(owner) > _LARGE:
        first = find(foreign)
    if first is None:
        first = find(np.zeros_like(foreign))
    if first is None:
        hidden[block.cells[~cells.is_shown_before[block.cells]]] = True
        return
    knowing = foreign & np.isin(owner, owner[first != 0])
    if knowing.any() and find(knowing, may_hide=False) is None:
        for insider in np.unique(owner[knowing]):
            find(owner == insider)


def _found(
    cells: Cells,
    block: Block,
    hidden: Mask,
    tables: Tables,
    place: int,
    amount: int,
    known: Mask,
    may_hide: bool = True,
) -> Floats | None:
    """The cheapest change that leaves the known cells alone; what it changes is hidden from now on."""
    own = cells.owner[block.cells]
    change = next((t for t in tables[own[place]] if t[place] / amount >= 1 and not np.abs(t[known]).any()), None)
    if change is None:
        change = _cheapest_change(cells, block, hidden, known, place, amount, may_hide)
        if change is not None:
            for unit in np.unique(own[change != 0]):
                tables[unit].append(change)
            now = cells.values[block.cells] + change
            is_out = (now < cells.low[block.cells] - _SAME) | (now > cells.high[block.cells] + _SAME)
            hidden[block.cells[is_out]] = True
    return change


def _cheapest_change(
    cells: Cells, block: Block, hidden: Mask, known: Mask, place: int, amount: int, may_hide: bool
) -> Floats | None:
    """What is different in another table that fits all that is shown, at the least price; none if there is none.

    A cell moves freely within what is known of it, and beyond that at a price, which is hiding it.
    """
    at, programme = block.programme(known)
    own, value = block.cells[at], cells.values[block.cells[at]].astype(float)
    is_hidden = hidden[own]
    is_settled = is_hidden | cells.is_shown_before[own] | (not may_hide)
    low = np.minimum(np.where(is_hidden, cells.least[own], cells.low[own]), value)
    rise = np.where(is_hidden, MANY, np.maximum(cells.high[own] - value, 0))
    fewer = np.where(is_settled, 0, np.maximum(low - cells.least[own], 0))
    more = np.where(is_settled, 0, MANY)
    upper = np.concatenate([rise, value - low, more, fewer])
    lower = np.zeros(len(upper))
    price = np.log1p(value) + 1
    cost = np.concatenate([np.full(2 * len(own), _FREE), price, price])
    here = int(np.searchsorted(at, place))
    taken = here if amount > 0 else len(own) + here
    if upper[taken] < abs(amount):
        return None
    upper[here :: len(own)] = 0
    lower[taken] = upper[taken] = abs(amount)
    moved = programme.solved(cost, lower, upper)
    if moved is None:
        return None
    rises, falls, rises_more, falls_more = moved.reshape(4, -1)
    change = np.zeros(len(block.cells))
    change[at] = rises - falls + rises_more - falls_more
    return np.where(np.abs(change) < _SAME, 0, change)
