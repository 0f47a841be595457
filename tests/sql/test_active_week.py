"""Active weeks: everybody once a week, however many days; a week between two terms is told for each."""

from tests.drawn import drawn, shown

DAYS = """
patron_key | term   | day
ann        | autumn | 2026-01-05
ann        | autumn | 2026-01-07
bo         | autumn | 2026-01-11
ann        | autumn | 2026-01-12
ann        | winter | 2026-01-15
cy         | winter | 2026-01-18
"""
WEEKS = """
term   | monday     | persons
autumn | 2026-01-05 | 2
autumn | 2026-01-12 | 1
winter | 2026-01-12 | 2
"""


def test_everybody_counts_once_in_each_week_of_a_term(build) -> None:
    assert shown(build("fact.active_week", fact__active_day=DAYS)) == set(drawn(WEEKS).iter_rows())
