"""What the attacker says of a cell is what counting every table that fits says."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.attacker import narrowed
from profiles.claims import Claim, Interval

UNITS, PARTS = ("Art", "Law", "Music"), ("~new", "~old")
MOST = 6
"""No cell of a unit and a part holds more people, so that every table can be counted."""
INNER = [(unit, part) for unit in UNITS for part in PARTS]
PLACES = [(unit, part) for unit in ("", *UNITS) for part in ("", *PARTS)]
EVERY = np.indices((MOST + 1,) * len(INNER)).reshape(len(INNER), -1)
COUNTED = {(u, p): EVERY[[u in ("", unit) and p in ("", part) for unit, part in INNER]].sum(axis=0) for u, p in PLACES}
"""What each cell holds in every table."""
IS_ALL = frozenset({"unit", "part"})


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, MOST), min_size=len(INNER), max_size=len(INNER)),
    st.sets(st.sampled_from(INNER)),
    st.sampled_from([1, 2, 5]),
    st.sampled_from(["", *UNITS]),
)
def test_cells_are_narrowed_down_as_far_as_all_tables_say(
    people: Sequence[int], hidden: set[tuple[str, str]], base: int, insider: str
) -> None:
    number = np.flatnonzero((people == EVERY.T).all(axis=1))[0]
    true = {place: int(COUNTED[place][number]) for place in PLACES}
    shown = {place: (0, MOST) if place in hidden else between(true[place], base) for place in PLACES}
    own = {place: (true[place],) * 2 for place in PLACES if place[0] == insider and insider}
    fits = np.all([(low <= COUNTED[p]) & (COUNTED[p] <= high) for p, (low, high) in (shown | own).items()], axis=0)

    claims = [Claim("readers", *place, None, *shown[place], IS_ALL, IS_ALL) for place in PLACES]
    known = {unit: {at: true[place] for at, place in enumerate(PLACES) if place[0] == unit} for unit in UNITS}
    asked = {at: (0, MOST) for at, place in enumerate(PLACES) if place in hidden}
    told = narrowed(claims, asked, known)
    for at in (at for at in asked if PLACES[at] not in own):
        possible = COUNTED[PLACES[at]][fits]
        assert told[at][insider] == (possible.min(), possible.max())


def between(count: int, base: int) -> Interval:
    """What a count leaves open that is shown as the next smaller multiple."""
    least = count // base * base
    return least, max(count, min(least + base - 1, MOST))
