"""The planted kinds of reader, which an honest analysis of the exports should find again.

Belongs here: what each kind does in an ordinary term.  How that becomes rows is told elsewhere.  The kinds are far apart
and the people within one are much alike: were each person's habits as different as a kind's, not even an analysis that had
been told every kind could put them right.
"""

from typing import NamedTuple


class Archetype(NamedTuple):
    """A kind of reader; visits and loans are means for one term, shares lie between 0 and 1."""

    code: str
    label: str
    share: float
    staff_share: float
    visits: float
    exam_boost: float
    loans: float
    booked_share: float  # of the visits
    room_share: float  # of the bookings; the rest are seats
    dwell_minutes: float
    growth: float  # factor on visits from one term of study to the next
    liking: float  # added to satisfaction


ARCHETYPES = (
    Archetype("all_round", "综合活跃型", 0.06, 0.04, 36.0, 1.25, 18.0, 0.35, 0.35, 110.0, 1.03, 0.50),
    Archetype("seat_anchored", "常驻自习型", 0.14, 0.01, 54.0, 1.25, 1.2, 0.05, 0.05, 190.0, 1.05, 0.45),
    Archetype("paper_reader", "纸本阅读型", 0.12, 0.25, 12.0, 1.10, 18.0, 0.03, 0.10, 45.0, 1.00, 0.35),
    Archetype("space_booker", "协作空间型", 0.08, 0.05, 20.0, 1.20, 0.8, 0.75, 0.75, 100.0, 1.08, 0.15),
    Archetype("exam_season", "考季冲刺型", 0.18, 0.0, 18.0, 8.00, 0.6, 0.05, 0.05, 160.0, 1.00, -0.10),
    Archetype("light", "轻度使用型", 0.27, 0.35, 3.5, 1.20, 0.4, 0.06, 0.20, 30.0, 0.97, -0.30),
    Archetype("none", "不使用", 0.15, 0.30, 0.0, 1.00, 0.0, 0.0, 0.0, 30.0, 1.00, -0.70),
)
